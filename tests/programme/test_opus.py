"""libopus, bound: coded, decoded, concealed, corrected, and bad packets refused."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.programme.opus import Decoder, Encoder, OpusRefused
from rostra.testing.coded import programme
from rostra.testing.decode import decoded
from rostra.wire.timing import FRAME, OPUS_PRIMING, RATE

Pcm = npt.NDArray[np.float32]


def tone(frames: int, hertz: float = 440.0) -> Pcm:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(frames * FRAME) / RATE)).astype(np.float32)


def coded(encoder: Encoder, sound: Pcm) -> list[bytes]:
    return [encoder.encode(frame) for frame in sound.reshape(-1, FRAME)]


def test_sound_comes_back_after_the_declared_priming() -> None:
    sound = programme(0, 100 * FRAME)
    decoder = Decoder()
    heard = np.concatenate([decoder.decode(packet) for packet in coded(Encoder(24_000), sound)])
    middle = sound[20 * FRAME : 60 * FRAME]
    likenesses = np.correlate(heard[20 * FRAME : 61 * FRAME], middle, "valid")
    assert abs(int(np.argmax(likenesses)) - OPUS_PRIMING) <= 5


def test_a_constant_rate_gives_packets_of_one_size() -> None:
    sizes = {len(packet) for packet in coded(Encoder(24_000), tone(50))}
    assert sizes == {60}


def test_the_rate_may_change_while_it_runs() -> None:
    encoder = Encoder(24_000)
    coded(encoder, tone(5))
    encoder.set_bitrate(48_000)
    assert {len(packet) for packet in coded(encoder, tone(5))} == {120}


def test_lost_frames_are_concealed_and_better_still_corrected() -> None:
    speech = decoded(str(files("rostra") / "demo" / "ana.opus"))[FRAME * 100 : FRAME * 300]
    packets = coded(Encoder(32_000, constant=False, loss=20), speech)
    decoder = Decoder()
    sound = [decoder.decode(packet) for packet in packets]
    concealed = corrected = 0.0
    for lost in range(20, 190):
        one, other = Decoder(), Decoder()
        for packet in packets[lost - 20 : lost]:
            one.decode(packet)
            other.decode(packet)
        concealed += float(np.mean((one.conceal() - sound[lost]) ** 2))
        corrected += float(np.mean((other.corrected(packets[lost + 1]) - sound[lost]) ** 2))
    assert corrected < concealed / 2


def test_a_bad_packet_is_refused_and_the_next_is_decoded() -> None:
    decoder = Decoder()
    for bad in (b"", b"\xff" * 3, b"\x03\x00", b"x" * 5_000):
        with pytest.raises(OpusRefused):
            decoder.decode(bad)
    assert len(decoder.decode(Encoder(24_000).encode(tone(1)))) == FRAME


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=1_400))
def test_no_bytes_raise_anything_but_a_refusal(packet: bytes) -> None:
    decoder = Decoder()
    with contextlib.suppress(OpusRefused):
        assert len(decoder.decode(packet)) <= 5_760
    assert len(decoder.conceal()) == FRAME


def test_a_frame_of_another_length_is_refused() -> None:
    with pytest.raises(OpusRefused):
        Encoder(24_000).encode(np.zeros(480, np.float32))


def test_a_missing_library_is_said_in_a_sentence() -> None:
    code = "from rostra.programme import opus\nopus.check_available()"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"ROSTRA_LIBOPUS": "/nowhere/libopus.so"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "The Opus codec is missing: install libopus" in run.stderr
