"""Log lines look the same whoever writes them."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import logging, structlog
from rostra.node.notes import note, use_json_lines
note("from the supervisor", child="web")
use_json_lines("stage demo")
structlog.get_logger().info("from a part", seat=3)
logging.getLogger("library").warning("from a %s", "library")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger().exception("with a traceback")
"""


def test_every_line_is_one_json_object_with_the_same_keys() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == [
        "from the supervisor", "from a part", "from a library", "with a traceback",
    ]  # fmt: skip
    assert [line["process"] for line in lines] == ["serve"] + ["stage demo"] * 3
    assert all({"level", "timestamp"} <= line.keys() for line in lines)
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert "ZeroDivisionError" in lines[3]["exception"]


HEAVY = "numpy av asyncio structlog fastapi sqlalchemy aiortc nats http email"


def test_the_supervisor_loads_nothing_heavy() -> None:
    code = "import sys, rostra.node.serve; print(set(sys.argv[1:]) & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, *HEAVY.split()], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
