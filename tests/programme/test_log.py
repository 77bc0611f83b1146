"""Appending, and what happens when it cannot be done."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rostra.programme.index import LOBBY
from rostra.programme.log import DiskFull, LogReader, LogWriter
from rostra.wire.cmaf import OpusTrack, init_segment, read_fragment
from rostra.wire.emsg import emsg
from rostra.wire.timing import FRAGMENT, SEGMENT

Files = tuple[Path, Path]
Create = Callable[..., LogWriter]
Frames = Callable[[int], Sequence[bytes]]


def test_a_record_says_where_and_when(create: Create, files: Files, frames: Frames) -> None:
    with create() as writer:
        assert files[0].read_bytes() == init_segment(OpusTrack())
        event = emsg(writer.end, b"e")
        one = writer.append(frames(0), wall_ms=5, events=[event], flags=LOBBY)
        two = writer.append(frames(1), wall_ms=6)
    assert (one.media_time, one.duration, one.wall_ms, one.flags) == (SEGMENT, FRAGMENT, 5, LOBBY)
    assert (two.media_time, two.offset) == (one.end, one.data_end)
    data = files[0].read_bytes()
    assert data[one.offset :].startswith(event)
    assert read_fragment(data[two.offset : two.data_end]).frames == tuple(frames(1))
    assert read_fragment(data[two.offset : two.data_end]).sequence == 2


def test_a_log_is_never_begun_twice(create: Create) -> None:
    create().close()
    with pytest.raises(FileExistsError):
        create()


def test_a_fragment_has_one_length(create: Create) -> None:
    with create() as writer:
        for count in (0, 15, 17):
            with pytest.raises(ValueError, match="a fragment is 15360 samples long"):
                writer.append([b"x"] * count, wall_ms=0)


def test_nothing_is_ever_written_below_the_last_commit(
    create: Create, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = create()
    lowest = {writer._mp4: writer._data_end, writer._idx: writer._idx_end}
    real = os.pwrite

    def watched(fd: int, data: bytes, offset: int) -> int:
        assert offset >= lowest[fd]
        return real(fd, data, offset)

    monkeypatch.setattr(os, "pwrite", watched)
    for number in range(20):
        writer.append(frames(number), wall_ms=number)
        lowest = {writer._mp4: writer._data_end, writer._idx: writer._idx_end}
    writer.close()


def test_a_disk_that_fills_at_any_byte_leaves_the_log_as_it_was(
    create: Create, files: Files, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = create()
    writer.append(frames(0), wall_ms=0)
    before = files[0].read_bytes(), files[1].read_bytes()
    real = os.pwrite
    room = 0

    def on_a_full_disk(fd: int, data: bytes, offset: int) -> int:
        nonlocal room
        if room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = real(fd, data[:room], offset)
        room -= written
        return written

    monkeypatch.setattr(os, "pwrite", on_a_full_disk)
    needed = 0
    while True:
        room = needed
        try:
            writer.append(frames(1), wall_ms=1)
            break
        except DiskFull as error:
            assert "disk is full" in error.sentence
        assert (files[0].read_bytes(), files[1].read_bytes()) == before
        assert writer.end == SEGMENT + FRAGMENT
        needed += 1
    assert needed == writer.size - len(before[0]) + 40
    monkeypatch.undo()
    writer.append(frames(2), wall_ms=2)
    writer.close()
    with LogReader(*files) as reader:
        assert len(reader) == 3
        assert [read_fragment(reader.read(reader[at])).frames for at in range(3)] == [
            tuple(frames(number)) for number in range(3)
        ]


def test_other_failures_leave_the_log_as_it_was_too(
    create: Create, files: Files, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> int:
        raise OSError(errno.EIO, "Input/output error")

    with create() as writer:
        before = files[0].read_bytes()
        monkeypatch.setattr(os, "pwrite", broken)
        with pytest.raises(OSError, match="Input/output"):
            writer.append(frames(0), wall_ms=0)
        monkeypatch.undo()
        assert files[0].read_bytes() == before
        writer.append(frames(0), wall_ms=0)


FULL_DISK = """
import resource, sys
from pathlib import Path
from rostra.programme.log import DiskFull, LogWriter
limit = 5_000
writer = LogWriter.recover(Path(sys.argv[1]), Path(sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
done = refused = 0
for number in range(20):
    try:
        writer.append([b"x" * 40] * 16, wall_ms=number)
        done += 1
    except DiskFull:
        refused += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer.append([b"y" * 40] * 16, wall_ms=99)
print(done, refused, flush=True)
"""


@pytest.mark.process
def test_a_limit_of_the_real_kernel_refuses_and_then_lets_go_on(
    create: Create, files: Files
) -> None:
    create().close()
    command = [sys.executable, "-c", FULL_DISK, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    written, refused = map(int, done.stdout.split())
    assert written > 2
    assert refused > 2
    with LogReader(*files) as reader:
        assert len(reader) == written + 1
        media_times = [read_fragment(reader.read(reader[at])).media_time for at in range(written)]
    assert media_times == [SEGMENT + at * FRAGMENT for at in range(written)]
    assert files[0].stat().st_size == reader[-1].data_end


def test_reserved_space_changes_no_size_and_is_given_back(create: Create, files: Files) -> None:
    writer = create()
    sizes = [file.stat().st_size for file in files]
    kept = writer.reserve(3600.0, 4_000)
    if kept == 0:
        pytest.skip("this file system cannot reserve space")
    assert kept == 3600.0
    assert [file.stat().st_size for file in files] == sizes
    assert files[0].stat().st_blocks * 512 >= 3600 * 4_000
    writer.append([b"ab"] * 16, wall_ms=0)
    assert files[0].stat().st_blocks * 512 >= 3600 * 4_000
    writer.close()
    assert files[0].stat().st_blocks * 512 < 64 * 1024
    assert files[1].stat().st_blocks * 512 < 64 * 1024


def test_a_reservation_outlives_a_writer_that_was_killed(create: Create, files: Files) -> None:
    writer = create()
    kept = writer.reserve(600.0, 4_000)
    if kept == 0:
        pytest.skip("this file system cannot reserve space")
    writer.append([b"ab"] * 16, wall_ms=0)
    writer.sync()
    writer.close(trim=False)
    with LogWriter.recover(*files):
        assert files[0].stat().st_blocks * 512 >= 600 * 4_000
    assert files[0].stat().st_blocks * 512 < 64 * 1024


def test_closing_twice_is_harmless(create: Create) -> None:
    writer = create()
    writer.close()
    writer.close()


def test_what_is_forgotten_gives_its_space_back_and_the_rest_stays(
    create: Create, files: Files
) -> None:
    frames = [b"\1" * 1_000] * 16
    with create() as writer:
        records = [writer.append(frames, wall_ms=0) for _ in range(20)]
        writer.sync()
        before = files[0].stat()
        writer.forget(records[10].offset)
        after = files[0].stat()
        assert after.st_size == before.st_size
        assert (before.st_blocks - after.st_blocks) * 512 > 9 * records[0].length
        writer.append(frames, wall_ms=0)
    with LogReader(*files) as reader:
        assert reader.init == init_segment(OpusTrack())
        assert read_fragment(reader.read(reader[10])).frames == tuple(frames)
    with LogWriter.recover(*files) as again:
        assert again.end == records[-1].end + FRAGMENT
