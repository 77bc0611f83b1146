"""A seat between its packets and the mix."""

from __future__ import annotations

import numpy as np

from rostra.node.demo import VOICES
from rostra.programme.opus import Decoder, Encoder
from rostra.stage.denoise import Denoiser
from rostra.stage.seat import AWAY_AFTER, Chair
from rostra.testing.decode import decoded
from rostra.wire.timing import FRAME, RATE

# A packet that decodes to a hundred thousand times full scale, found by trying.
MONSTROUS = bytes([0xE8, *range(100)])


def loud_packets() -> list[bytes]:
    encoder = Encoder(32_000)
    wave = (0.5 * np.sin(np.arange(FRAME * 10) / 20)).astype(np.float32)
    return [encoder.encode(frame) for frame in wave.reshape(-1, FRAME)]


def seated(packets: list[bytes]) -> Chair:
    chair = Chair("session")
    for number, packet in enumerate(packets):
        chair.on_packet(number, packet)
    return chair


def test_nobody_is_louder_than_full_scale() -> None:
    decoder = Decoder()
    assert max(float(np.abs(decoder.decode(MONSTROUS)).max()) for _ in range(4)) > 1_000
    chair = seated([MONSTROUS] * 10)
    frames = [frame for _ in range(8) if (frame := chair.take(muted=False)) is not None]
    assert frames
    assert max(float(np.abs(frame).max()) for frame in frames) <= 1.0


def test_what_is_honest_passes_as_it_was_said() -> None:
    packets, decoder = loud_packets()[:4], Decoder()
    chair = seated(packets)
    first, second = (chair.take(muted=False) for _ in range(2))
    said = [decoder.decode(packet) for packet in packets[:2]]
    assert np.allclose(first, said[0] * np.linspace(0, 1, FRAME), atol=1e-6)
    assert np.array_equal(second, said[1])


def test_a_microphone_opens_and_closes_without_a_step() -> None:
    chair = seated(loud_packets())
    heard = [chair.take(muted=muted) for muted in (False, False, True, True, False, False)]
    silence = np.zeros(FRAME, np.float32)
    sound = np.concatenate([silence if frame is None else frame for frame in heard])
    assert heard[3] is None
    assert np.abs(heard[1]).max() > 0.1
    assert np.abs(np.diff(sound)).max() < 0.06  # the tone itself goes 0.025 a sample


def test_between_stage_and_green_room_it_is_closed_for_a_moment() -> None:
    chair = seated(loud_packets())
    chair.take(muted=False)
    places = []
    for _ in range(4):
        frame = chair.take(muted=False, green=True)
        places.append((chair.green, None if frame is None else float(abs(frame[-1]) < 1e-3)))
    assert places[0] == (False, 1.0)  # the stage hears it fade
    assert [green for green, _ in places] == [False, True, True, True]
    assert places[1][1] is None


def test_a_muted_seat_is_nothing_and_shows_nothing() -> None:
    chair = seated(loud_packets()[:8])
    assert all(chair.take(muted=True) is None for _ in range(8))
    assert not chair.meter.speaking
    assert chair.meter.take_level() == 0


def test_nothing_of_the_green_room_is_in_a_cleaned_voice_on_the_stage() -> None:
    voice = decoded((VOICES / "ana.opus").read_bytes())[2 * RATE : 3 * RATE]
    encoder = Encoder(64_000)
    packets = [encoder.encode(frame) for frame in voice.reshape(-1, FRAME)]
    packets += [encoder.encode(np.zeros(FRAME, np.float32)) for _ in range(10)]
    said = len(voice) // FRAME
    heard = []
    for leaves in range(said - 12, said - 2):  # talking until the very move
        chair = Chair("session")
        chair.denoiser, chair.green = Denoiser(), True
        for number, packet in enumerate(packets):
            # After the move the microphone is shut, and opens in silence.
            shut = leaves < number < said + 6
            chair.on_packet(number, packet)
            out = chair.take(muted=shut, green=number < leaves, denoise=True)
            if number >= said + 6 and out is not None:
                heard.append(float(np.abs(out).max()))
    assert heard
    assert max(heard) < 0.01


def test_a_seat_is_away_after_two_seconds_without_a_packet() -> None:
    chair = seated(loud_packets()[:1])
    for _ in range(AWAY_AFTER - 1):
        chair.take(muted=False)
    assert not chair.away
    chair.take(muted=False)
    assert chair.away
    chair.on_packet(2, loud_packets()[0])
    assert not chair.away
