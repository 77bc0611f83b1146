"""Every command shown in docs/commands.md, docs/operate.md and the README, in their order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.testing.microphone import silent_wav
from rostra.testing.served import Served, serving

pytestmark = pytest.mark.process
ROOT = Path(__file__).parent.parent.parent


def blocks(document: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)


SERVE, *BLOCKS = blocks("docs/commands.md")
OPERATE = blocks("docs/operate.md")
# The README's first block is `make serve` and `make test`: the latter runs this very file.
MAKE, *TRY_NEXT = blocks("README.md")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("documents")
    silent_wav(folder / "talk.wav", 1, 16_000)
    flags = SERVE.split()
    assert flags[:4] == ["rostra", "serve", "--data", "data"]
    with serving(folder / "data", *flags[4:]) as running:
        running.until_line("ready: ")
        yield running


def test_the_readme_begins_with_the_two_commands() -> None:
    assert [line.split("#")[0].strip() for line in MAKE.splitlines()] == ["make serve", "make test"]
    assert TRY_NEXT


@pytest.mark.parametrize(
    "block", [*BLOCKS, *TRY_NEXT, *OPERATE], ids=lambda block: " ".join(block.split()[:3])
)
def test_the_command_does_what_is_shown(served: Served, block: str) -> None:
    here = (
        block.replace(".venv/bin/", "")
        .replace(":8000", f":{served.port}")
        .replace(":8001", f":{served.live_port}")
    )
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here], cwd=served.data.parent,
        env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout or done.stderr or "rostra.toml" in block
