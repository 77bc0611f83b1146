"""A writer that is killed at any byte loses nothing that was committed and leaves nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.errors import Conflict, NotFound
from rostra.programme.index import HEADER_SIZE, RECORD_SIZE, CorruptIndex
from rostra.programme.log import LogReader, LogWriter, Origin, Record
from rostra.wire.cmaf import OpusTrack, Splitter, read_fragment
from rostra.wire.emsg import emsg
from rostra.wire.timing import SEGMENT

Files = tuple[Path, Path]
Frames = Callable[[int], Sequence[bytes]]
NEW_FRAMES = [b"new!" for _ in range(16)]
COUNT = 4


class Sample:
    """A finished small log as bytes, and what recovery must make of any piece of it."""

    def __init__(self, folder: Path) -> None:
        mp4, idx = folder / "sample.mp4", folder / "sample.idx"
        writer = LogWriter.create(
            mp4,
            idx,
            track=OpusTrack(),
            pid="p",
            origin=Origin(bytes(16), -7),
            first_media_time=SEGMENT,
        )
        self.init_length = writer.size
        self.records: list[Record] = []
        for number in range(COUNT):
            coded = [bytes([number]) * (1 + at % (1 + number % 2)) for at in range(16)]
            events = [emsg(writer.end, b"event")] if number % 2 else []
            self.records.append(writer.append(coded, wall_ms=number, events=events))
        writer.close()
        self.mp4, self.idx = mp4.read_bytes(), idx.read_bytes()

    def committed(self, mp4_bytes: int, idx_bytes: int) -> list[Record] | None:
        """What is committed when just so much of either file is there; None when no log is."""
        if idx_bytes < HEADER_SIZE or mp4_bytes < self.init_length:
            return None
        whole = (idx_bytes - HEADER_SIZE) // RECORD_SIZE
        return [each for each in self.records[:whole] if each.data_end <= mp4_bytes]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return Sample(tmp_path_factory.mktemp("sample"))


def check(folder: Path, sample: Sample, mp4: bytes, idx: bytes, expected: list[Record]) -> None:
    """Recover, look, append, recover and look again."""
    files = folder / "log.mp4", folder / "log.idx"
    files[0].write_bytes(mp4)
    files[1].write_bytes(idx)
    published = expected[-1].data_end if expected else sample.init_length
    with LogWriter.recover(*files) as writer:
        assert writer.end == (expected[-1].end if expected else SEGMENT)
        assert (writer.pid, writer.origin) == ("p", Origin(bytes(16), -7))
        assert files[0].read_bytes() == sample.mp4[:published]
        with LogReader(*files) as reader:
            assert [reader[at] for at in range(len(reader))] == expected
        added = writer.append(NEW_FRAMES, wall_ms=99)
        assert added.offset == published
    with LogWriter.recover(*files) as again:
        assert again.end == added.end
    whole = files[0].read_bytes()
    assert whole[:published] == sample.mp4[:published]
    assert playable(whole) == [*(each.media_time for each in expected), added.media_time]
    with LogReader(*files) as reader:
        assert [reader[at] for at in range(len(reader))] == [*expected, added]
        assert list(read_fragment(reader.read(added)).frames) == NEW_FRAMES


def playable(mp4: bytes) -> list[int]:
    """The media times of all fragments; the file must consist of whole pieces."""
    splitter = Splitter()
    init, *fragments = splitter.feed(mp4)
    assert (init.kind, splitter.pending) == ("init", 0)
    return [read_fragment(piece.data).media_time for piece in fragments]


def test_a_kill_at_every_byte_that_is_ever_written(sample: Sample, tmp_path: Path) -> None:
    """In the order of writing: init, header, then data and record of each fragment."""
    moments = [(at, 0) for at in range(sample.init_length)]
    moments += [(sample.init_length, at) for at in range(HEADER_SIZE)]
    for number, record in enumerate(sample.records):
        before = HEADER_SIZE + number * RECORD_SIZE
        moments += [(record.offset + at, before) for at in range(record.length)]
        moments += [(record.data_end, before + at) for at in range(RECORD_SIZE)]
    moments.append((len(sample.mp4), len(sample.idx)))
    assert len(moments) == len(sample.mp4) + len(sample.idx) + 1
    for mp4_bytes, idx_bytes in moments:
        expected = sample.committed(mp4_bytes, idx_bytes)
        mp4, idx = sample.mp4[:mp4_bytes], sample.idx[:idx_bytes]
        if expected is None:
            (tmp_path / "log.mp4").write_bytes(mp4)
            (tmp_path / "log.idx").write_bytes(idx)
            with pytest.raises(CorruptIndex):
                LogWriter.recover(tmp_path / "log.mp4", tmp_path / "log.idx")
        else:
            check(tmp_path, sample, mp4, idx, expected)


def test_either_file_cut_anywhere_while_the_other_is_whole(sample: Sample, tmp_path: Path) -> None:
    whole = len(sample.mp4), len(sample.idx)
    cuts = [(at, whole[1]) for at in range(sample.init_length, whole[0])]
    cuts += [(whole[0], at) for at in range(HEADER_SIZE, whole[1])]
    for mp4_bytes, idx_bytes in cuts:
        expected = sample.committed(mp4_bytes, idx_bytes)
        assert expected is not None
        check(tmp_path, sample, sample.mp4[:mp4_bytes], sample.idx[:idx_bytes], expected)


def test_any_flipped_byte_of_the_last_record_uncommits_it_alone(
    sample: Sample, tmp_path: Path
) -> None:
    for at in range(len(sample.idx) - RECORD_SIZE, len(sample.idx)):
        torn = bytearray(sample.idx)
        torn[at] ^= 0x5A
        check(tmp_path, sample, sample.mp4, bytes(torn), sample.records[:-1])


def test_data_that_a_power_cut_left_as_zeros_are_not_committed(
    sample: Sample, tmp_path: Path
) -> None:
    for kept in range(COUNT):
        end = sample.records[kept - 1].data_end if kept else sample.init_length
        zeros = sample.mp4[:end] + bytes(len(sample.mp4) - end)
        check(tmp_path, sample, zeros, sample.idx, sample.records[:kept])


def test_a_bad_record_in_the_middle_takes_nothing_else_with_it(
    sample: Sample, tmp_path: Path
) -> None:
    files = tmp_path / "log.mp4", tmp_path / "log.idx"
    files[0].write_bytes(sample.mp4)
    bad = bytearray(sample.idx)
    bad[HEADER_SIZE + RECORD_SIZE + 5] ^= 1
    files[1].write_bytes(bad)
    with LogWriter.recover(*files) as writer:
        assert files[0].read_bytes() == sample.mp4
        added = writer.append(NEW_FRAMES, wall_ms=0)
    with LogReader(*files) as reader:
        found = [reader[at] for at in range(len(reader))]
    assert found == [sample.records[0], *sample.records[2:], added]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_cut_with_any_rubbish_behind_it(
    sample: Sample, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    mp4_bytes = data.draw(st.integers(sample.init_length, len(sample.mp4)))
    idx_bytes = data.draw(st.integers(HEADER_SIZE, len(sample.idx)))
    rubbish = data.draw(st.binary(max_size=90))
    expected = sample.committed(mp4_bytes, idx_bytes)
    assert expected is not None
    # Rubbish in the data file counts for nothing; in the index only a right checksum would.
    mp4 = sample.mp4[: max([sample.init_length, *(each.data_end for each in expected)])] + rubbish
    idx = sample.idx[: HEADER_SIZE + len(expected) * RECORD_SIZE] + rubbish
    folder = tmp_path_factory.mktemp("cut")
    try:
        check(folder, sample, mp4, idx, expected)
    finally:
        shutil.rmtree(folder)


def test_there_is_one_writer_at_a_time(create: Callable[[], LogWriter], files: Files) -> None:
    with create() as writer:
        with pytest.raises(Conflict):
            LogWriter.recover(*files)
        writer.append([b"ab"] * 16, wall_ms=0)
    LogWriter.recover(*files).close()


def test_a_log_that_never_was_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound):
        LogWriter.recover(*files)
    files[0].write_bytes(b"")
    with pytest.raises(NotFound):
        LogWriter.recover(*files)
