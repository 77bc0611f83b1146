"""Every command shown in docs/commands.md, run in the order in which it is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.testing.served import Served, serving

pytestmark = pytest.mark.process
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "commands.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
SERVE = BLOCKS[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("documents")
    with wave.open(str(folder / "talk.wav"), "wb") as talk:
        talk.setnchannels(1)
        talk.setsampwidth(2)
        talk.setframerate(16_000)
        talk.writeframes(bytes(32_000))
    flags = SERVE.split()
    assert flags[:4] == ["rostra", "serve", "--data", "data"]
    with serving(folder / "data", *flags[4:]) as running:
        running.until_line("ready: ")
        yield running


@pytest.mark.parametrize("block", BLOCKS[1:], ids=lambda block: " ".join(block.split()[:3]))
def test_the_command_does_what_is_shown(served: Served, block: str) -> None:
    here = block.replace(":8000", f":{served.port}").replace(":8001", f":{served.live_port}")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here], cwd=served.data.parent,
        env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout or done.stderr or "rostra.toml" in block
