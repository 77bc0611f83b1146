"""Packets out of order, lost, bad, late and too many: one frame a tick all the same."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.programme.opus import Encoder, OpusRefused
from rostra.stage.jitter import MOST, TARGET, JitterBuffer
from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]


class Numbers:
    """A voice whose frames are the number in the packet; -1 is concealed, n + 0.5 corrected."""

    def decode(self, packet: bytes) -> Pcm:
        if packet == b"bad":
            raise OpusRefused("bad")
        return np.full(FRAME, float(packet), np.float32)

    def conceal(self) -> Pcm:
        return np.full(FRAME, -1.0, np.float32)

    def corrected(self, following: bytes) -> Pcm:
        return np.full(FRAME, float(following) - 0.5, np.float32)


def buffer() -> JitterBuffer:
    return JitterBuffer(Numbers())


def put(jitter: JitterBuffer, *numbers: int) -> None:
    for number in numbers:
        jitter.put(number % 65_536, str(number).encode())


def taken(jitter: JitterBuffer, count: int) -> list[float | None]:
    frames = [jitter.take() for _ in range(count)]
    return [None if frame is None else float(frame[0]) for frame in frames]


def test_the_first_packets_wait_for_a_reserve() -> None:
    jitter = buffer()
    put(jitter, 1, 2)
    assert taken(jitter, 1) == [None]
    put(jitter, 3)
    assert taken(jitter, 3) == [1, 2, 3]


def test_packets_are_put_in_order() -> None:
    jitter = buffer()
    put(jitter, 3, 1, 2)
    assert taken(jitter, 1) == [1]
    put(jitter, 5, 4)
    assert taken(jitter, 4) == [2, 3, 4, 5]


def test_numbers_wrap() -> None:
    jitter = buffer()
    put(jitter, *range(65_534, 65_537))
    assert taken(jitter, 1) == [65_534]
    put(jitter, 65_537, 65_538)
    assert taken(jitter, 4) == [65_535, 65_536, 65_537, 65_538]


def test_a_lost_packet_is_rebuilt_from_the_next() -> None:
    jitter = buffer()
    put(jitter, 1, 2, 4)
    assert taken(jitter, 4) == [1, 2, 3.5, 4]
    assert jitter.concealed == 1


def test_two_lost_packets_are_concealed_and_rebuilt() -> None:
    jitter = buffer()
    put(jitter, 1, 2, 5)
    assert taken(jitter, 5) == [1, 2, -1, 4.5, 5]


def test_a_late_packet_is_dropped() -> None:
    jitter = buffer()
    put(jitter, 1, 2, 4)
    taken(jitter, 3)
    put(jitter, 3, 5)
    assert taken(jitter, 2) == [4, 5]


def test_a_bad_packet_costs_one_packet() -> None:
    jitter = buffer()
    put(jitter, 1, 2)
    jitter.put(3, b"bad")
    jitter.put(9, b"")
    assert taken(jitter, 1) == [1]
    put(jitter, 4, 5)
    assert taken(jitter, 4) == [2, -1, 4, 5]
    assert jitter.refused == 2


def test_a_pause_is_silence_and_then_a_new_beginning() -> None:
    jitter = buffer()
    put(jitter, 1, 2, 3)
    frames = taken(jitter, 40)
    assert frames[:3] == [1, 2, 3]
    assert frames[-1] is None
    put(jitter, 7, 8, 9)
    assert taken(jitter, 3) == [7, 8, 9]


def test_a_sender_that_begins_its_numbers_anew_is_heard_at_once() -> None:
    for other in (30_000, 60_000):
        jitter = buffer()
        put(jitter, *range(40_000, 40_005))
        taken(jitter, 4)
        put(jitter, other, other + 1, other + 2)
        assert other in taken(jitter, 4)


def test_whoever_begins_with_a_burst_is_heard_from_its_end() -> None:
    jitter = buffer()
    put(jitter, *range(1, 101))
    assert taken(jitter, TARGET) == [98, 99, 100]


def test_a_second_of_sound_that_came_too_early_is_left_out() -> None:
    jitter = buffer()
    put(jitter, *range(60))
    at = 60
    for _ in range(60):  # a second passes, and it is no burst after a pause: it stays
        jitter.take()
        put(jitter, at)
        at += 1
    assert jitter.on_hand <= MOST + 2 * FRAME


def test_whoever_sends_far_too_much_is_not_kept_for_ever() -> None:
    jitter = buffer()
    put(jitter, *range(3))
    jitter.take()
    put(jitter, *range(3, 400))
    assert jitter.on_hand <= 60 * FRAME
    assert taken(jitter, 1) == [340]


def test_a_reserve_that_grew_is_cut_back() -> None:
    jitter = buffer()
    put(jitter, *range(1, TARGET + 6))
    for number in range(TARGET + 6, TARGET + 1_506):
        jitter.take()
        put(jitter, number)
    waiting = len([frame for frame in taken(jitter, 8) if frame is not None and frame > 0])
    assert waiting <= TARGET + 1


def test_what_is_late_is_played_later_and_not_thrown_away() -> None:
    jitter = buffer()
    put(jitter, 1, 2, 3)
    assert taken(jitter, 5) == [1, 2, 3, -1, -1]
    put(jitter, 4, 5)
    assert taken(jitter, 2) == [4, 5]
    put(jitter, 7, 8)  # 6 was lost after all
    assert taken(jitter, 3) == [6.5, 7, 8]


class Tone(Numbers):
    """A voice whose packets are a tone without a break; what is lost is made up as it was."""

    LOUD = 0.3
    STEP = LOUD * 2 * np.pi * 150 / RATE  # the most that it changes from a sample to the next

    def __init__(self) -> None:
        self._last = 0

    def decode(self, packet: bytes) -> Pcm:
        self._last = int(packet)
        samples = np.arange(self._last * FRAME, (self._last + 1) * FRAME)
        return (self.LOUD * np.sin(2 * np.pi * 150 * samples / RATE)).astype(np.float32)

    def conceal(self) -> Pcm:
        return self.decode(str(self._last + 1).encode())


@dataclass
class Heard:
    sound: Pcm
    levels: list[int]
    jitter: JitterBuffer


def sent(arrivals: list[float]) -> Heard:
    """Packets that arrive so many milliseconds after the start, in whatever order; 20 ms a tick."""
    jitter, at, levels = JitterBuffer(Tone()), 0, []
    order = sorted(zip(arrivals, range(len(arrivals)), strict=True))
    frames = []
    for tick in range(len(arrivals) - 20):
        while at < len(order) and order[at][0] <= tick * 20:
            put(jitter, order[at][1])
            at += 1
        frame = jitter.take()
        frames.append(np.zeros(FRAME, np.float32) if frame is None else frame)
        levels.append(jitter.on_hand)
    return Heard(np.concatenate(frames[20:]), levels, jitter)


@pytest.mark.parametrize("faster", [0.0, 100e-6, -100e-6, 500e-6, -500e-6])
@pytest.mark.parametrize("shaken", [0.0, 35.0])
def test_a_clock_that_differs_is_not_heard(faster: float, shaken: float) -> None:
    """Two minutes of a sender whose 20 ms are not ours, over a network that delays by chance."""
    chance = random.Random(1)
    heard = sent([n * 20 / (1 + faster) + 7 + chance.random() * shaken for n in range(6_000)])
    assert heard.jitter.concealed == 0
    assert float(np.abs(np.diff(heard.sound)).max()) < 1.1 * Tone.STEP
    assert max(heard.levels) <= MOST


def test_a_network_that_stalls_again_is_expected_to() -> None:
    on_time = [n * 20 + 5.0 for n in range(6_000)]
    stalls = [(30_000, 30_150), (50_000, 50_150), (70_000, 70_120)]
    heard = sent([next((b for a, b in stalls if a <= t < b), t) for t in on_time])
    assert 4 <= heard.jitter.concealed <= 8  # the first takes us by surprise
    assert float(np.abs(np.diff(heard.sound)).max()) < 1.1 * Tone.STEP


def test_in_silence_the_reserve_shrinks_again() -> None:
    class Silent(Numbers):
        def decode(self, packet: bytes) -> Pcm:
            return np.zeros(FRAME, np.float32)

    jitter = JitterBuffer(Silent())
    put(jitter, *range(9))
    for number in range(9, 9 + 50 * 40):
        jitter.take()
        put(jitter, number)
    assert FRAME <= jitter.on_hand <= 3 * FRAME
    assert jitter.concealed == 0


def test_short_packets_are_joined_to_frames() -> None:
    class Halves(Numbers):
        def decode(self, packet: bytes) -> Pcm:
            return np.full(FRAME // 2, float(packet), np.float32)

    jitter = JitterBuffer(Halves())
    put(jitter, 1, 2, 3)
    frame = jitter.take()
    assert frame is not None
    assert (frame[0], frame[-1], len(frame)) == (1, 2, FRAME)


def test_long_packets_are_cut_into_frames() -> None:
    class Long(Numbers):
        def decode(self, packet: bytes) -> Pcm:
            return np.full(FRAME * 3, float(packet), np.float32)

    jitter = JitterBuffer(Long())
    put(jitter, 1, 2, 3)
    assert taken(jitter, 7) == [1, 1, 1, 2, 2, 2, 3]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 65_535), st.binary(max_size=60)), max_size=80))
def test_whatever_comes_every_tick_has_its_frame(packets: list[tuple[int, bytes]]) -> None:
    jitter = JitterBuffer()
    good = Encoder(24_000).encode(np.zeros(FRAME, np.float32))
    for sequence, payload in packets:
        jitter.put(sequence, payload)
        jitter.put(sequence + 1 & 0xFFFF, good)
        frame = jitter.take()
        assert frame is None or frame.shape == (FRAME,)
