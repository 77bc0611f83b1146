"""What a host is told, in which order, and when it is called a success."""

from __future__ import annotations

from typing import Any

import pytest

from rostra.rehearsal.locales import locale
from rostra.rehearsal.outcome import read
from rostra.rehearsal.verdict import Kind, Verdict, verdict
from rostra.testing.rehearsed import document, moment, troubled


def judged(language: str = "en", **changes: Any) -> Verdict:
    return verdict(read(document(**changes)), locale(language))


def test_a_crowd_that_heard_everything_is_a_success_in_plain_words() -> None:
    found = judged()
    assert found.kind is Kind.GOOD
    assert found.text == (
        "Your server held 120,000 listeners. The first sound came within 0.4\u00a0s for 99 of 100. "
        "Nobody heard a gap. What is said on the stage is heard 6.1\u00a0s later by half of the "
        "listeners, 9.2\u00a0s later by 99 of 100. 1,200 listeners compared every byte with the "
        "programme: all was right. The server used 0.61 of the machine's 2 cores. The stage kept "
        "time: 99 of 100 of its steps were at most 11 ms late. For as many on the open internet "
        "your network card would need 3.1\u00a0Gbit/s."
    )


def test_french_writes_numbers_its_own_way() -> None:
    text = judged("fr").text
    assert text.startswith("Votre serveur a tenu 120\u202f000 auditeurs.")
    assert "0,4\u00a0s" in text
    assert "3,1\u00a0Gbit/s" in text


@pytest.mark.parametrize(
    ("language", "held", "words"),
    [
        ("en", 1, "held one listener."), ("en", 0, "held 0 listeners."),
        ("fr", 1, "tenu 1 auditeur."), ("fr", 0, "tenu 0 auditeur."), ("fr", 2, "2 auditeurs."),
    ],
)  # fmt: skip
def test_one_and_none_are_said_as_each_language_says_them(
    language: str, held: int, words: str
) -> None:
    assert judged(language, asked=held, joined=held, held=held).headline.endswith(words)


def test_the_limit_of_the_rehearsal_itself_comes_first_and_blames_nobody() -> None:
    found = judged(held=100_000, limit="no ports were left", silence={"listeners": 3})
    assert found.kind is Kind.PLAIN
    assert found.text.startswith("The rehearsal itself was the limit")
    assert "No ports were left." in found.text


def test_what_was_cut_short_is_neither_passed_nor_failed() -> None:
    found = judged(held=100_000, stopped="Ctrl-C was pressed.")
    assert found.kind is Kind.PLAIN
    assert found.text.startswith("It was cut short")
    assert "gone before the end" not in found.text  # they were sent away


def test_wrong_bytes_are_bad_whoever_was_the_limit() -> None:
    found = judged(limit="no ports were left", verified={"listeners": 5, "mismatches": 1})
    assert found.kind is Kind.BAD
    assert "in one place" in found.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"silence": {"listeners": 4}, "hls": {"silent": 2}}, "2 of them were phones"),
        ({"refused": 9}, "--max-listeners"),
        ({"failed": 9}, "rostra doctor"),
        ({"held": 119_000}, "1,000 listeners joined and were gone"),
        ({"first_audio": {"p99": 3.1}}, "3.1\u00a0s for 99 of 100"),
        ({"silence": {"listeners": 4, "max": 2.5}}, "The longest was 2.5\u00a0s"),
        ({"server": {"stage_tick_p99_ms": 26}}, "fell behind"),
    ],
)
def test_what_went_wrong_is_said_with_what_to_do(changes: dict[str, Any], words: str) -> None:
    found = judged(**changes)
    assert found.kind is Kind.BAD
    (point,) = (point for point in found.points if point.kind is Kind.BAD)
    assert words in f"{point.text} {point.advice}"
    assert point.advice.endswith(".")


def test_connections_that_were_cut_and_came_back_are_told_without_blame() -> None:
    found = judged(cut={"times": 300, "rejoined": 299}, missing={"seconds": 12.5})
    assert found.kind is Kind.GOOD
    assert "300 connections were cut on the way, and 299 came back and went on." in found.text
    assert "left out 12\u00a0s of sound" in found.text


def test_a_gap_is_told_with_its_time_and_the_crowd_at_which_it_began() -> None:
    series = [moment(t, silent=7 if 30 <= t <= 45 else 0) for t in range(90)]
    text = judged(silence={"listeners": 7}, series=series).text
    assert "between 0:30 and 0:45 after the start, first with 60,000 listeners" in text


def test_the_network_is_worked_out_where_it_was_not_measured() -> None:
    assert judged(network=None).text.endswith("would need 3.6\u00a0Gbit/s.")


def test_nothing_measured_claims_nothing() -> None:
    empty = verdict(read({"asked": 10, "joined": 0, "held": 0}), locale("en"))
    assert empty.text == "Your server held 0 of 10 listeners."
    assert empty.kind is Kind.BAD


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_point_is_a_sentence(language: str) -> None:
    found = verdict(read(troubled()), locale(language))
    for point in (*found.reservations, *found.points):
        assert point.text.endswith((".", ":"))
        assert point.text.endswith(":") == bool(point.quoted)
        assert not point.advice or point.advice.endswith(".")
