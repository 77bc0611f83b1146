"""`rostra backup` beside a writer that never pauses; either may be killed at any moment."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.people import queries
from rostra.testing.patience import until

from .conftest import Kept

pytestmark = pytest.mark.process

WRITER = """
import asyncio, sys, time
from pathlib import Path
from rostra.errors import Unavailable
from rostra.people import actions
from rostra.store.database import open_database

async def main(file, url):
    database = open_database(Path(file), url or None)
    for number in range(10**6):
        begun = time.monotonic()
        async with database.writing() as connection:
            await actions.add_person(connection, f"p{number}", now_ms=1)
        print(f"p{number} {time.monotonic() - begun:.3f}", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


class Writer:
    """Adds one person after the other; `acknowledged` are those whose commit returned."""

    def __init__(self, kept: Kept, lines: Path) -> None:
        self._lines = lines
        with lines.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WRITER, str(kept.places.database), kept.url or ""],
                stdout=out,
            )

    def acknowledged(self) -> list[str]:
        return [line.split()[0] for line in self._whole()]

    def slowest(self) -> float:
        return max(float(line.split()[1]) for line in self._whole())

    def _whole(self) -> list[str]:
        return self._lines.read_text().rpartition("\n")[0].splitlines()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def writer(kept: Kept, tmp_path: Path) -> Iterator[Writer]:
    writing = Writer(kept, tmp_path / "acknowledged")
    until(lambda: len(writing.acknowledged()) > 20, "the writer's first twenty")
    yield writing
    writing.kill()


def _begun(kept: Kept, target: Path) -> subprocess.Popen[str]:
    environ = {**os.environ, "ROSTRA_DATABASE": kept.url or ""}
    return subprocess.Popen(
        [sys.executable, "-m", "rostra", "backup", "--data", str(kept.places.root),
         "--to", str(target)],
        env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


async def _handles(kept: Kept) -> set[str]:
    database = kept.database()
    async with database.reading() as connection:
        found = {each.handle for each in await queries.everybody(connection)}
    await database.close()
    return found


def test_what_was_acknowledged_before_a_backup_is_in_it_whoever_is_killed(
    kept: Kept, writer: Writer, tmp_path: Path
) -> None:
    target = tmp_path / "b.tar"
    with (kept.places.root / "media" / "film").open("wb") as large:
        large.truncate(400 << 20)  # so that there is a middle to be killed in
    killed = _begun(kept, target)
    until(lambda: any(p.stat().st_size > 1 << 20 for p in tmp_path.glob(".b.tar.*")), "its middle")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not target.exists()
    (kept.places.root / "media" / "film").unlink()

    before = writer.acknowledged()
    again = _begun(kept, target)
    said = again.communicate(timeout=60)
    assert again.returncode == 0, said
    after = len(writer.acknowledged())
    until(lambda: len(writer.acknowledged()) > after, "the writer, who was not held up")
    writer.kill()
    assert list(tmp_path.glob(".b.tar.*")) == []  # what the killed one left is gone too

    back = kept.restored(target, tmp_path / "new")
    found = asyncio.run(_handles(back))
    assert set(before) <= found
    assert found <= {f"p{number}" for number in range(len(writer.acknowledged()) + 1)}
    # A moment is one: nobody is missing in between.
    assert found == {f"p{number}" for number in range(len(found))}
    assert writer.slowest() < 1.0
