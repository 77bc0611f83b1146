"""Readers see what is committed, and only that, while the log grows."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rostra.errors import NotFound
from rostra.programme.index import CorruptIndex
from rostra.programme.log import LogReader, LogWriter
from rostra.wire.cmaf import OpusTrack, init_segment, read_fragment
from rostra.wire.timing import FRAGMENT, SEGMENT

Files = tuple[Path, Path]
Create = Callable[..., LogWriter]
Frames = Callable[[int], Sequence[bytes]]


@pytest.fixture
def writer(create: Create) -> Iterator[LogWriter]:
    with create() as made:
        yield made


def test_an_empty_log_has_an_init_segment_and_a_beginning(writer: LogWriter, files: Files) -> None:
    with LogReader(*files) as reader:
        assert reader.init == init_segment(OpusTrack())
        assert (reader.first, reader.end, len(reader)) == (SEGMENT, SEGMENT, 0)
        assert reader.header == writer.header
        assert reader.refresh() == []
        assert reader.at(SEGMENT) == 0
        assert reader.range(0, 0) == (len(reader.init), 0)


def test_new_records_are_told_once(writer: LogWriter, files: Files, frames: Frames) -> None:
    with LogReader(*files) as reader:
        written = [writer.append(frames(number), wall_ms=number) for number in range(3)]
        assert reader.refresh() == written
        assert reader.refresh() == []
        written.append(writer.append(frames(3), wall_ms=3))
        assert reader.refresh() == written[3:]
        assert [reader[at] for at in range(4)] == written
        assert reader[-1] == written[-1]
        assert reader.end == writer.end


def test_a_moment_is_found_in_its_record(writer: LogWriter, files: Files, frames: Frames) -> None:
    for number in range(200):
        writer.append(frames(number), wall_ms=number)
    with LogReader(*files) as reader:
        for number in (0, 1, 63, 64, 65, 199):
            start = SEGMENT + number * FRAGMENT
            assert reader.at(start) == reader.at(start + FRAGMENT - 1) == number
        assert reader.at(0) == 0
        assert reader.at(reader.end) == reader.at(reader.end + 10**9) == 200


def test_a_range_is_the_bytes_of_its_records(
    writer: LogWriter, files: Files, frames: Frames
) -> None:
    written = [writer.append(frames(number), wall_ms=number) for number in range(8)]
    with LogReader(*files) as reader:
        offset, length = reader.range(2, 5)
        data = files[0].read_bytes()[offset : offset + length]
        assert data == b"".join(reader.read(record) for record in written[2:5])
        assert reader.range(8, 8) == (written[-1].data_end, 0)
        assert reader.range(3, 3) == (written[3].offset, 0)


def test_the_table_has_a_row_for_each_record(
    writer: LogWriter, files: Files, frames: Frames
) -> None:
    written = [writer.append(frames(number), wall_ms=number) for number in range(100)]
    with LogReader(*files) as reader:
        assert reader.records["media_time"].tolist() == [each.media_time for each in written]
        assert reader.records["offset"].tolist() == [each.offset for each in written]


def test_a_torn_record_is_seen_only_when_it_is_whole(
    writer: LogWriter, files: Files, frames: Frames, tmp_path: Path
) -> None:
    written = [writer.append(frames(number), wall_ms=number) for number in range(3)]
    whole = files[1].read_bytes()
    growing = tmp_path / "growing.idx"
    growing.write_bytes(whole[:128])
    with LogReader(files[0], growing) as reader, growing.open("ab", buffering=0) as file:
        for at in range(128, len(whole)):
            file.write(whole[at : at + 1])
            complete = (at + 1 - 128) % 40 == 0
            assert reader.refresh() == ([written[(at - 128) // 40]] if complete else [])


def test_a_removed_log_is_served_to_its_end(
    writer: LogWriter, files: Files, frames: Frames
) -> None:
    record = writer.append(frames(0), wall_ms=0)
    with LogReader(*files) as reader:
        for file in files:
            file.unlink()
        assert read_fragment(reader.read(record)).frames == tuple(frames(0))


def test_no_log_and_half_a_log_have_their_own_errors(files: Files, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        LogReader(*files)
    files[1].write_bytes(b"rostraIX")
    with pytest.raises(NotFound):
        LogReader(*files)
    files[0].write_bytes(b"")
    with pytest.raises(CorruptIndex):
        LogReader(*files)


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from rostra.programme.log import LogWriter
writer = LogWriter.recover(Path(sys.argv[1]), Path(sys.argv[2]))
number = (writer.end // 15_360) % 251
while True:
    record = writer.append([bytes([number % 251]) * 30] * 16, wall_ms=number)
    number += 1
"""


@pytest.mark.process
def test_a_reader_follows_a_writer_that_is_killed_again_and_again(
    create: Create, files: Files
) -> None:
    create().close()
    with LogReader(*files) as reader:
        for kill in range(8):
            process = subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, *map(str, files)])
            try:
                wanted = len(reader) + 50 * (kill + 1)
                while len(reader) < wanted:
                    assert process.poll() is None
                    for record in reader.refresh():
                        found = read_fragment(reader.read(record))
                        expected = bytes([found.media_time // FRAGMENT % 251]) * 30
                        assert found.media_time == record.media_time
                        assert set(found.frames) == {expected}
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=10)
        reader.refresh()
        with LogWriter.recover(*files) as writer:
            assert writer.end == reader.end
        times = reader.records["media_time"].tolist()
        assert times == [SEGMENT + at * FRAGMENT for at in range(len(reader))]
