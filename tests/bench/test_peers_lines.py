"""The table of the comparison, and when its lines are missed."""

from __future__ import annotations

from typing import Any

from bench.peers_lines import PEERS, markdown
from bench.peers_run import limits, ratios


def server(us: float | None, **changes: Any) -> dict[str, Any]:
    return {
        "server": "A server 1.0", "asked": 10_000, "held": 10_000, "us_per_listener_second": us,
        "memory": {"kb": 5.25}, "first_sound": {"p50": 0.01, "p99": 0.12},
        "ear_latency": {"p50": 9.5, "p99": 9.9}, "silence": {"listeners": 0, "total": 0.0},
        "feed_cores": 0.12, "receiver_cores": 0.21, "machine_cores": 0.5, "limit": None, **changes,
    }  # fmt: skip


def told(ours: float | None = 2.0, **changes: Any) -> dict[str, Any]:
    servers = {
        "rostra": server(ours, **changes),
        "icecast": server(8.0, burst_bytes=27_693, page_s=1.0),
        "nginx": server(5.0, segment_s=2.88),
    }
    return {"servers": servers, "ratio": ratios(servers), "limits": limits(servers, 2)}


def held(figures: dict[str, Any]) -> list[bool]:
    return [row.holds(figures) for one in PEERS for row in one.rows]


def test_ours_beside_theirs() -> None:
    assert told()["ratio"] == {"icecast": 0.25, "nginx": 0.4}
    assert held(told()) == [True, False]
    assert held(told(1.75)) == [True, True]


def test_too_few_to_say_is_no_pass() -> None:
    assert told(None)["ratio"] == {"icecast": None, "nginx": None}
    assert held(told(None)) == [False, False]
    assert "too little to say" in markdown(told(None))


def test_silence_of_ours_is_no_pass() -> None:
    assert held(told(1.0, silence={"listeners": 1, "total": 0.4})) == [False, False]


def test_the_table_says_how_late_what_is_heard_and_where_the_receiver_was_the_limit() -> None:
    text = markdown(told(machine_cores=1.95))
    lines = text.splitlines()
    assert lines[2].count("|") == lines[0].count("|") == lines[1].count("|")
    assert "10,000 of 10,000" in lines[2]
    assert "| 0.25 |" in lines[3]
    assert "2.88 s" in text
    assert "27,693 bytes" in text
    assert "rostra: all of the machine's 2 cores were in use." in text
    assert "limit" not in markdown(told())


def test_every_row_can_be_said() -> None:
    for figures in (told(), told(None)):
        for one in PEERS:
            for row in one.rows:
                assert "s late" in row.said(figures)


def test_what_a_receiver_says_of_itself_is_kept() -> None:
    assert told(limit="It had no CPU left.")["limits"] == ["rostra: It had no CPU left."]
