"""AAC for players without Opus: its delay, its rate on speech, its description."""

from __future__ import annotations

from importlib.resources import files

import av
import numpy as np
import numpy.typing as npt
import pytest

from rostra.errors import Misconfigured
from rostra.programme.aac import AacEncoder
from rostra.testing.decode import decoded
from rostra.wire.timing import AAC_FRAME, AAC_PRIMING, RATE

Pcm = npt.NDArray[np.float32]


def encoded(sound: Pcm, bitrate: int = 48_000) -> list[list[bytes]]:
    encoder = AacEncoder(bitrate)
    whole = sound[: len(sound) // AAC_FRAME * AAC_FRAME]
    return [encoder.encode(frame) for frame in whole.reshape(-1, AAC_FRAME)]


def test_the_first_frame_is_kept_back_and_then_each_gives_one_packet() -> None:
    counts = [len(packets) for packets in encoded(np.zeros(AAC_FRAME * 20, np.float32))]
    assert counts == [0] + [1] * 19


def test_packets_decode_to_the_sound_after_a_frame_of_priming() -> None:
    time = np.arange(AAC_FRAME * 60)
    pitch = 300 + 2_000 * time / len(time)
    sound = (0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)).astype(np.float32)
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = AacEncoder(48_000).config
    packets = [packet for ready in encoded(sound) for packet in ready]
    heard = np.concatenate(
        [out.to_ndarray()[0] for packet in packets for out in decoder.decode(av.Packet(packet))]
    )
    rest = min(len(heard) - AAC_PRIMING, len(sound))
    late = heard[AAC_PRIMING : AAC_PRIMING + rest] - sound[:rest]
    off_by_one = heard[AAC_PRIMING + 1 : AAC_PRIMING + rest] - sound[: rest - 1]
    assert np.mean(np.square(late)) < 0.01 * np.mean(np.square(sound))
    assert np.mean(np.square(late)) < np.mean(np.square(off_by_one))


@pytest.mark.parametrize("voice", ["ana.opus", "ben.opus"])
def test_the_voices_of_the_demo_stay_within_their_rate(voice: str) -> None:
    sound = decoded(files("rostra.demo").joinpath(voice).read_bytes())
    size = sum(len(packet) for ready in encoded(sound) for packet in ready)
    assert 30_000 < size * 8 * RATE / len(sound) <= 50_000


def test_its_description_is_aac_lc_mono_at_48_khz() -> None:
    # ISO/IEC 14496-3, 1.6.2.1: five bits of object type, four of rate index, four of channels.
    bits = int.from_bytes(AacEncoder(48_000).config)
    assert (bits >> 11, bits >> 7 & 15, bits >> 3 & 15) == (2, 3, 1)


def test_a_missing_encoder_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, mode: str) -> None:
        raise av.codec.codec.UnknownCodecError(name)

    monkeypatch.setattr("rostra.programme.aac.av.CodecContext.create", missing)
    with pytest.raises(Misconfigured, match="AAC encoder is missing"):
        AacEncoder(48_000)
