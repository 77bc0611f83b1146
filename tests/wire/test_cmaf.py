"""Init segments and fragments, judged by a decoder that is not ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rostra.testing.frames import Coded, aac_sine, opus_sine
from rostra.wire.boxes import boxes
from rostra.wire.cmaf import AacTrack, OpusTrack, fragment, init_segment
from rostra.wire.emsg import emsg
from rostra.wire.id3 import priv
from rostra.wire.timing import FRAGMENT, OPUS_PRIMING, RATE

FRAGMENTS = 12


def stream(coded: Coded, *, events: bool, first: int = 0) -> bytes:
    per_fragment = FRAGMENT // coded.track.samples_per_frame
    parts = [init_segment(coded.track)]
    for at in range(FRAGMENTS):
        media_time = first + at * FRAGMENT
        state = emsg(media_time, priv("rostra.state", b'{"v":1}'))
        patch = emsg(media_time, priv("rostra.patch", b'{"listeners":2}'))
        frames = coded.frames[at * per_fragment : (at + 1) * per_fragment]
        boxes_in_front = (state, patch) if events and at % 2 == 0 else ()
        parts.append(
            fragment(at + 1, media_time, frames, coded.track.samples_per_frame, boxes_in_front)
        )
    return b"".join(parts)


def decoded(data: bytes) -> tuple[int, str]:
    """Samples that came out of ffmpeg, and everything it complained about."""
    command = ["ffmpeg", "-nostdin", "-v", "warning", "-i", "-", "-f", "f32le", "-"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=True)
    return len(done.stdout) // 4, done.stderr.decode()


@pytest.fixture(scope="module")
def coded() -> dict[str, Coded]:
    return {"opus": opus_sine(16 * FRAGMENTS), "aac": aac_sine(15 * FRAGMENTS)}


@pytest.mark.process
@pytest.mark.parametrize("rendition", ["opus", "aac"])
@pytest.mark.parametrize("events", [False, True], ids=["plain", "with events"])
@pytest.mark.parametrize("first", [0, 92_160 * 1_000])
def test_ffmpeg_decodes_every_sample_without_a_word(
    coded: dict[str, Coded], rendition: str, events: bool, first: int
) -> None:
    samples, complaints = decoded(stream(coded[rendition], events=events, first=first))
    skipped = OPUS_PRIMING if rendition == "opus" else 0
    assert samples == FRAGMENTS * FRAGMENT - skipped
    assert complaints == ""


@pytest.mark.process
@pytest.mark.parametrize(
    ("rendition", "codec"), [("opus", "opus"), ("aac", "aac")], ids=["opus", "aac"]
)
def test_ffprobe_sees_what_is_declared(
    coded: dict[str, Coded], tmp_path: Path, rendition: str, codec: str
) -> None:
    path = tmp_path / "log.mp4"
    path.write_bytes(stream(coded[rendition], events=True))
    command = [
        "ffprobe",
        "-v",
        "warning",
        "-show_streams",
        "-show_packets",
        "-of",
        "json",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    found = json.loads(done.stdout)
    (track,) = found["streams"]
    assert done.stderr == b""
    assert (track["codec_name"], track["sample_rate"], track["channels"]) == (codec, str(RATE), 1)
    assert float(track["duration"]) == FRAGMENTS * FRAGMENT / RATE
    times = [packet["pts"] for packet in found["packets"]]
    step = coded[rendition].track.samples_per_frame
    assert times == list(range(0, FRAGMENTS * FRAGMENT, step))


def test_a_moof_of_constant_opus_stays_small() -> None:
    (moof, mdat) = boxes(fragment(1, 0, [bytes(60)] * 16, 960))
    assert moof.size + mdat.header <= 104


def test_the_init_segment_declares_the_priming_and_the_constant_size() -> None:
    init = init_segment(OpusTrack(sample_size=60, priming=312))
    at = init.index(b"dOps")
    assert init[at + 4 : at + 15] == b"\0\x01\x01\x38\0\0\xbb\x80\0\0\0"
    trex = init.index(b"trex")
    assert init[trex + 16 : trex + 24] == b"\0\0\x03\xc0\0\0\0\x3c"
    assert b"elst" not in init


def test_an_aac_configuration_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="AAC configuration"):
        init_segment(AacTrack(config=bytes(200)))
