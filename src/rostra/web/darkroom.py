"""Starting the darkroom (`rostra.darkroom`) for an upload, and believing nothing that it says.

At most two work at once; a few more wait, and whoever comes then is told to come later. Each has
its own process group, which is killed at the deadline, or when it has ended.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import structlog

import rostra
from rostra.darkroom.answer import (
    LONGEST_LINE,
    Developed,
    Malformed,
    Purpose,
    Refused,
    read_line,
)
from rostra.darkroom.confinement import LARGEST_OUTPUT, WALL_SECONDS
from rostra.darkroom.kinds import ENOUGH, JPEG, MP4, WEBP, kind_of
from rostra.errors import NotProcessable, Unavailable
from rostra.store.objects import disk_trouble

log = structlog.get_logger()

AT_ONCE = 2
MOST_WAITING = 14
_SEEN = {"jpg": JPEG, "webp": WEBP, "m4a": MP4}
_CODE = str(Path(rostra.__file__).parent.parent)
# Nothing of our environment is its business; one heap and one thread need the least addresses.
_ENVIRONMENT = {
    "PYTHONPATH": _CODE, "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1",
    "OPENBLAS_NUM_THREADS": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Prints:
    """What was made, in files that are the caller's to move or remove; `bytes` of both."""

    made: Developed
    file: Path
    preview: Path | None
    bytes: int


class Darkroom:
    """The queue in front of it. `folder` takes what is made; `command` is replaced by tests."""

    def __init__(
        self,
        folder: Path,
        *,
        seconds: float = WALL_SECONDS,
        command: tuple[str, ...] = (sys.executable, "-P", "-m", "rostra.darkroom"),
    ) -> None:
        self._folder, self._seconds, self._command = folder, seconds, command
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._inside = 0

    def check_room(self) -> None:
        """Raises Unavailable when too many wait already."""
        if self._inside >= AT_ONCE + MOST_WAITING:
            raise Unavailable(
                "Many uploads are being looked at: send this one again in a moment.",
                retry_after=self._inside,
            )

    async def develop(self, source: BinaryIO, purpose: Purpose) -> Prints:
        """What became of `source`. Raises NotProcessable with the reason, and Unavailable."""
        self.check_room()
        self._inside += 1
        try:
            async with self._turn:
                return await self._developed(source, purpose)
        finally:
            self._inside -= 1

    async def _developed(self, source: BinaryIO, purpose: Purpose) -> Prints:
        try:
            files = await asyncio.to_thread(_two_files, self._folder)
        except OSError as error:
            raise disk_trouble(error) from error
        kept = False
        try:
            with files[0].open("wb") as file, files[1].open("wb") as preview:
                made = await self._asked(source, file, preview, purpose)
            prints = await asyncio.to_thread(_checked, made, *files)
            kept = True
            return prints
        finally:
            if not kept:
                for each in files:
                    each.unlink(missing_ok=True)

    async def _asked(
        self, source: BinaryIO, file: BinaryIO, preview: BinaryIO, purpose: Purpose
    ) -> Developed:
        # The answer goes to a file: a pipe would have to be read, and could be held open for ever.
        with tempfile.TemporaryFile(dir=self._folder, buffering=0) as answer:
            code = await self._ended(source, answer, (file.fileno(), preview.fileno()), purpose)
            return _understood(os.pread(answer.fileno(), LONGEST_LINE + 1, 0), code)

    async def _ended(
        self, source: BinaryIO, answer: BinaryIO, given: tuple[int, int], purpose: Purpose
    ) -> int:
        """Its exit code. Raises Unavailable at the deadline."""
        source.seek(0)
        child = await asyncio.create_subprocess_exec(
            *self._command, purpose, *map(str, given),
            stdin=source, stdout=answer, stderr=asyncio.subprocess.DEVNULL,
            pass_fds=given, env=_ENVIRONMENT, start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                return await child.wait()
        except TimeoutError:
            log.warning("darkroom too slow", seconds=self._seconds)
            raise Unavailable(
                "There was no time to look at this file: send it again in a moment.",
                retry_after=10,
            ) from None
        finally:
            _kill(child.pid)
            await child.wait()


def _understood(line: bytes, code: int) -> Developed:
    try:
        return read_line(line)
    except Refused as refused:
        # Should it be our own fault, this is where it shows.
        log.info("upload refused", sentence=refused.sentence, detail=refused.detail)
        raise NotProcessable(refused.sentence) from None
    except Malformed as error:
        log.warning("darkroom failed", code=code, why=str(error), said=line[:200])
        if code in {-signal.SIGXCPU, -signal.SIGKILL}:
            raise NotProcessable(
                "This file takes too long to open: make it smaller or shorter."
            ) from None
        raise NotProcessable(
            "The file cannot be read: it is damaged, or too much for us to open."
        ) from None


def _checked(made: Developed, file: Path, preview: Path) -> Prints:
    """That files are what was said of them, by size and first bytes. Raises NotProcessable."""
    wanted = [file, preview] if made.kind == "image" else [file]
    total = 0
    for each in wanted:
        size = each.stat().st_size
        with each.open("rb") as opened:
            start = opened.read(ENOUGH)
        try:
            is_right = 0 < size <= LARGEST_OUTPUT and kind_of(start) is _SEEN[made.ending]
        except Refused:
            is_right = False
        if not is_right:
            log.error("darkroom made something else", said=made.ending, start=start[:16])
            raise NotProcessable("The file cannot be read: choose another.")
        total += size
    if made.kind != "image":
        preview.unlink()
    return Prints(made, file, preview if made.kind == "image" else None, total)


def _two_files(folder: Path) -> tuple[Path, Path]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    return folder / f"{name}.file", folder / f"{name}.preview"


def _kill(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it ended by itself
