"""A bad network for tests: what it loses and delays, and how a speaker is led through it."""

from __future__ import annotations

import itertools

import pytest

from rostra.testing.link import Climate, Weather, candidate_of, hidden, through

ANSWER = "\r\n".join(
    (
        "v=0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96",
        "a=candidate:abc 1 udp 2130706431 192.0.2.1 5000 typ host",
        "a=candidate:def 1 udp 1694498815 198.51.100.1 5000 typ srflx raddr 192.0.2.1 rport 5000",
        "a=end-of-candidates",
        "",
    )
)


def test_fine_weather_passes_everything_at_once() -> None:
    weather = Weather(Climate(), 1)
    assert [weather.fate() for _ in range(100)] == [0.0] * 100


def test_it_loses_as_much_as_it_was_told() -> None:
    for climate, share in (
        (Climate(loss=0.02), 0.02),
        (Climate(burst=0.05), 0.05),
        (Climate(loss=0.1, burst=0.1), 0.19),
    ):
        weather = Weather(climate, 7)
        for _ in range(50_000):
            weather.fate()
        assert weather.lost / 50_000 == pytest.approx(share, rel=0.15)


def test_losses_in_bursts_follow_each_other() -> None:
    weather = Weather(Climate(burst=0.05, burst_length=5), 3)
    fates = [weather.fate() is None for _ in range(50_000)]
    bursts = sum(not before and now for before, now in itertools.pairwise(fates))
    assert sum(fates) / bursts == pytest.approx(5, rel=0.15)


def test_jitter_is_within_its_bound_and_the_same_for_the_same_seed() -> None:
    late = [Weather(Climate(jitter=0.03), 5).fate() for _ in range(3)]
    weather = Weather(Climate(jitter=0.03), 5)
    many = [weather.fate() or 0.0 for _ in range(2_000)]
    assert late[0] == late[1] == late[2] == many[0]
    assert min(many) >= 0
    assert 0.028 < max(many) <= 0.03


def test_a_speaker_is_led_through_the_relay_and_nowhere_else() -> None:
    assert candidate_of(ANSWER) == ("192.0.2.1", 5000)
    led = through(ANSWER, ("127.0.0.1", 6000))
    assert candidate_of(led) == ("127.0.0.1", 6000)
    assert led.count("a=candidate:") == 1
    assert hidden(ANSWER).splitlines() == ANSWER.splitlines()[:2] + ANSWER.splitlines()[4:]
    with pytest.raises(ValueError, match="no host candidate"):
        candidate_of("v=0\r\n")
