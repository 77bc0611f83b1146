"""The meter tells what was done to the coded programme, through real codecs."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.programme.aac import AacEncoder
from rostra.programme.opus import Decoder, Encoder
from rostra.testing.coded import PERIOD, SLOT, WINDOW, programme, slot_of, symbol
from rostra.testing.meter import read
from rostra.wire.timing import AAC_FRAME, AAC_PRIMING, FRAME, OPUS_PRIMING

START = 7 * 48_000
SECONDS = 12


def through_opus(sound):
    encoder, decoder = Encoder(24_000), Decoder()
    whole = len(sound) - len(sound) % FRAME
    return np.concatenate(
        [decoder.decode(encoder.encode(sound[at : at + FRAME])) for at in range(0, whole, FRAME)]
    )


def through_aac(sound):
    encoder, decoder = AacEncoder(48_000), av.CodecContext.create("aac", "r")
    decoder.extradata = encoder.config
    whole = len(sound) - len(sound) % AAC_FRAME
    packets = [
        packet
        for at in range(0, whole, AAC_FRAME)
        for packet in encoder.encode(sound[at : at + AAC_FRAME])
    ]
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet))]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def shift(reading):
    """Samples put in or heard again, less samples left out.

    Silence within a chirp leaves two halves of it, and nobody can tell that from a repeat.
    """
    later = sum(fault.samples for fault in (*reading.inserted, *reading.repeated))
    return later - sum(fault.samples for fault in reading.missing)


@pytest.fixture(scope="module")
def opus():
    return through_opus(programme(START, SECONDS * 48_000))


def test_any_second_of_the_programme_tells_its_time():
    for slot in (0, 1, 12_345, PERIOD // 2, PERIOD - 1):
        assert slot_of(np.array([symbol(slot + step) for step in range(WINDOW)])) == slot


def test_the_programme_is_the_same_wherever_it_is_cut():
    whole = programme(1_000, 30_000)
    assert np.array_equal(whole[12_345:20_000], programme(13_345, 7_655))


def test_opus_delays_by_its_priming_and_harms_nothing(opus):
    reading = read(opus)
    assert reading.clean
    assert reading.offset + START == pytest.approx(OPUS_PRIMING, abs=5)


def test_aac_delays_by_its_priming_to_the_sample():
    reading = read(through_aac(programme(START, SECONDS * 48_000)))
    assert reading.clean
    assert reading.offset + START == pytest.approx(AAC_PRIMING, abs=1)


def test_ten_minutes_through_opus_raise_no_alarm():
    reading = read(through_opus(programme(START, 600 * 48_000)))
    assert reading.clean
    assert reading.heard_seconds > 598


@settings(max_examples=25, deadline=None, derandomize=True)
@given(at=st.integers(150_000, 400_000), length=st.integers(12, 96_000))
def test_missing_sound_is_found_and_measured(opus, at, length):
    reading = read(np.concatenate((opus[:at], opus[at + length :])))
    assert not reading.repeated
    assert shift(reading) == pytest.approx(-length, abs=30)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    at=st.integers(150_000, 400_000),
    # Silence of one slot within a chirp looks like that chirp twice: what it is, nobody could say.
    length=st.integers(12, 4_000) | st.integers(6_000, 96_000),
)
def test_silence_put_in_is_found_and_measured(opus, at, length):
    reading = read(np.concatenate((opus[:at], np.zeros(length, np.float32), opus[at:])))
    assert shift(reading) == pytest.approx(length, abs=30)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(at=st.integers(200_000, 400_000), length=st.integers(60_000, 150_000))
def test_sound_that_comes_again_is_a_repeat(opus, at, length):
    reading = read(np.concatenate((opus[:at], opus[at - length :])))
    assert sum(fault.samples for fault in reading.repeated) == pytest.approx(length, abs=60)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    slot=st.integers(40, 100),
    # In the tone everything sharp is heard; what a codec does to a chirp may be sharp by itself.
    where=st.tuples(st.integers(3_200, 4_200), st.sampled_from((-0.2, -0.02, 0.02, 0.2)))
    | st.tuples(st.integers(0, SLOT), st.sampled_from((-0.2, -0.1, 0.1, 0.2))),
)
def test_a_click_is_heard_where_it_is(opus, slot, where):
    at = slot * SLOT - START % SLOT + OPUS_PRIMING + where[0]
    broken = opus.copy()
    broken[at] += where[1]
    (click,) = read(broken).clicks
    assert click.at == pytest.approx(at, abs=8)


def test_sound_that_is_coded_twice_raises_no_alarm():
    """A speaker's Opus, decoded and coded again at a constant 24 kbit/s: some chirps suffer."""
    decoder, speaker = Decoder(), Encoder(48_000)
    frames = (programme(n * FRAME, FRAME) for n in range(300 * 50))
    said = np.concatenate([decoder.decode(speaker.encode(frame)) for frame in frames])
    assert not read(said).clicks
    twice = through_opus(said)
    assert np.abs(np.diff(twice, 4)).max() > 0.05  # or it would show nothing
    assert read(twice).clean


def test_sound_that_fades_out_without_a_shift_is_a_drop(opus):
    broken = opus.copy()
    middle = (50 * SLOT) + 3_000 + OPUS_PRIMING
    window = np.hanning(1_600)
    broken[middle - 800 : middle + 800] *= np.clip(1 - 2.5 * window, 0, 1)
    reading = read(broken)
    assert not reading.missing
    assert not reading.inserted
    assert len(reading.drops) == 1


def test_sound_replaced_by_silence_is_a_drop_as_long_as_it(opus):
    broken = opus.copy()
    broken[200_000:230_000] = 0
    reading = read(broken)
    assert not (reading.missing or reading.repeated or reading.inserted)
    assert sum(fault.samples for fault in reading.drops) == pytest.approx(30_000, abs=SLOT)


def test_silence_holds_no_programme():
    reading = read(np.zeros(96_000, np.float32))
    assert not reading.clean
    assert len(reading.slots) == 0
