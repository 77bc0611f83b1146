"""Files as Opus packets, and a reel that keeps real time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from rostra.clients.reel import Reel
from rostra.clients.sound import Chunk, Packets, Pcm, length, open_sound, packet_samples
from rostra.errors import BadInput
from rostra.programme.opus import Decoder, Encoder
from rostra.testing.coded import programme
from rostra.testing.meter import read
from rostra.wire.timing import FRAME, RATE


def write_sound(path: Path, codec: str, layout: str = "mono", **options: str) -> Path:
    """Three seconds of the coded programme."""
    pcm = programme(0, 3 * RATE)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout=layout, options=options)
        for at in range(0, len(pcm), FRAME):
            samples = np.tile(pcm[at : at + FRAME], (1 if layout == "mono" else 2, 1))
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = RATE, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def decoded(path: Path) -> Pcm:
    packets, decoder = Packets(), Decoder()
    chunks = open_sound(path).chunks()
    return np.concatenate([decoder.decode(packets.packet(chunk)) for chunk in chunks])


@pytest.mark.parametrize(
    ("name", "codec", "layout"),
    [
        ("a.wav", "pcm_s16le", "stereo"),
        ("a.flac", "flac", "mono"),
        ("a.mp3", "libmp3lame", "stereo"),
        ("a.opus", "libopus", "mono"),
        ("a.opus", "libopus", "stereo"),
    ],
)
def test_every_kind_of_file_is_heard_through(
    tmp_path: Path, name: str, codec: str, layout: str
) -> None:
    reading = read(decoded(write_sound(tmp_path / name, codec, layout)))
    assert reading.heard_seconds >= 2.5
    assert not (reading.missing or reading.repeated or reading.inserted)


def test_opus_of_20_ms_is_passed_on_byte_for_byte(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.opus", "libopus")
    with av.open(str(path)) as container:
        inside = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
    chunks = list(open_sound(path).chunks())
    assert [Packets().packet(chunk) for chunk in chunks] == inside
    assert {length(chunk) for chunk in chunks} == {FRAME}


def test_opus_of_other_lengths_is_encoded_anew(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.opus", "libopus", frame_duration="60")
    assert {type(chunk) for chunk in open_sound(path).chunks()} == {np.ndarray}


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        (b"", 0),
        (b"\xf8\xff\xfe", 960),
        (bytes([31 << 3 | 3, 2]), 1920),
        (bytes([31 << 3 | 3]), 0),
        (bytes([16 << 3]), 120),
        (bytes([3 << 3]), 2880),
        (bytes([12 << 3 | 1]), 960),
    ],
)
def test_a_packet_says_how_long_it_is(packet: bytes, samples: int) -> None:
    assert packet_samples(packet) == samples


def test_the_encoders_packets_are_of_20_ms() -> None:
    assert packet_samples(Encoder(32_000).encode(np.zeros(FRAME, np.float32))) == FRAME


def refuse(path: Path, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refusal:
        open_sound(path)
    assert "\n" not in refusal.value.sentence


def test_what_is_no_sound_is_told_in_one_sentence(tmp_path: Path) -> None:
    refuse(tmp_path / "none.wav", "There is no file")
    refuse(tmp_path, "not a sound file")
    (tmp_path / "text.wav").write_text("hello")
    refuse(tmp_path / "text.wav", "not a sound file")
    (tmp_path / "empty.opus").touch()
    refuse(tmp_path / "empty.opus", "not a sound file")
    refuse(Path("http://127.0.0.1:1/a.wav"), "There is no file")


def test_a_file_with_a_header_and_nothing_else_is_told(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", "pcm_s16le")
    path.write_bytes(path.read_bytes()[:78])
    refuse(path, "no sound|not a sound file")


class Numbers:
    """Chunks that are their own numbers."""

    def __init__(self, count: int) -> None:
        self.count = count

    def chunks(self) -> Iterator[Chunk]:
        return (Chunk(bytes([number]), FRAME) for number in range(self.count))


def test_a_reel_is_played_in_time_and_ends() -> None:
    reel = Reel(Numbers(3))
    due = [reel.next(100.0) for _ in range(4)]
    assert [(one.data[0], round(one.at, 3), one.position) for one in due if one] == [
        (0, 100.0, 0),
        (1, 100.02, 960),
        (2, 100.04, 1920),
    ]
    assert due[3] is None
    assert reel.over


def test_a_reel_goes_on_while_nobody_listens() -> None:
    reel = Reel(Numbers(200))
    reel.next(10.0)
    after = reel.next(12.0)
    assert after is not None
    assert after.data[0] == 90  # two seconds later, less what may be sent late
    assert not reel.over


def test_a_reel_in_a_loop_has_no_seam() -> None:
    reel = Reel(Numbers(3), loop=True)
    due = [reel.next(5.0) for _ in range(7)]
    assert [one.data[0] for one in due if one] == [0, 1, 2, 0, 1, 2, 0]
    assert [one.position for one in due if one] == [960 * number for number in range(7)]
