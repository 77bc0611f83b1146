"""The index of an MP4 in front of its sound, judged by ffprobe."""

from __future__ import annotations

import io
import subprocess

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.wire.boxes import box, boxes
from rostra.wire.faststart import moov_first
from rostra.wire.malformed import Malformed


def plain_mp4(seconds: int = 3) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=48_000, layout="mono")
        noise = np.random.default_rng(4).normal(0, 0.1, (1, 48_000)).astype("f4")
        for second in range(seconds):
            frame = av.AudioFrame.from_ndarray(noise, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, second * 48_000
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return made.getvalue()


@pytest.fixture(scope="module")
def mp4() -> bytes:
    return plain_mp4()


def test_the_index_comes_first_and_every_frame_is_found(mp4: bytes, tmp_path) -> None:
    moved = b"".join(moov_first(mp4))
    kinds = [each.type for each in boxes(moved)]
    assert kinds[:2] == [b"ftyp", b"moov"]
    assert len(moved) == len(mp4)
    before, after = tmp_path / "before.mp4", tmp_path / "after.mp4"
    before.write_bytes(mp4)
    after.write_bytes(moved)
    hashes = [
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-c", "copy", "-f", "framehash", "-"],
            capture_output=True, check=True,
        ).stdout
        for path in (before, after)
    ]  # fmt: skip
    assert hashes[0] == hashes[1]
    assert hashes[0].count(b"\n") > 100


def test_what_is_so_already_stays(mp4: bytes) -> None:
    once = b"".join(moov_first(mp4))
    assert b"".join(moov_first(once)) == once


def test_what_is_no_such_file_is_malformed(mp4: bytes) -> None:
    wide = box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", box(b"co64"))))))
    lying = box(b"moov", box(b"trak", box(b"stbl", box(b"stco", bytes(4), b"\xff" * 4))))
    for bad in (
        b"", mp4[:-10], box(b"ftyp"), box(b"ftyp") + box(b"mdat") + wide,
        box(b"ftyp") + box(b"mdat") + lying,
    ):  # fmt: skip
        with pytest.raises(Malformed):
            moov_first(bad)


@given(st.binary(max_size=200))
def test_any_bytes_are_moved_or_malformed(data: bytes) -> None:
    try:
        assert moov_first(data)
    except Malformed:
        return
