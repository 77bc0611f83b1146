"""The names of streams, events as they are written, and lines that are bounded."""

from __future__ import annotations

import json

import pytest

from rostra.errors import RostraError
from rostra.web.streaming.channels import SCOPES, Channel, Event, channel_of
from rostra.web.streaming.line import MOST_BEHIND, Line


async def yes() -> bool:
    return True


@pytest.mark.parametrize("name", [name for name in SCOPES if name not in {"list"}])
def test_streams_are_known_by_their_names(name):
    channel = channel_of(name, tag="#Caf\u00e9")
    assert channel.labels == ([name, "café"] if name.startswith("hashtag") else [name])


@pytest.mark.parametrize(
    ("name", "tag", "number"),
    [("", "", ""), ("user:", "", ""), ("admin", "", ""), ("hashtag", "", ""),
     ("hashtag", "a b", ""), ("hashtag", "#", ""), ("list", "", ""), ("list", "", "-1"),
     ("list", "", "1e9"), ("list", "", "٣"), ("list", "", "9" * 20)],
)  # fmt: skip
def test_what_is_no_stream_is_refused_with_a_sentence(name, tag, number):
    with pytest.raises(RostraError):
        channel_of(name, tag, number)


def test_an_event_is_written_as_each_side_reads_it():
    event = Event("update", '{"id":"7"}', Channel("hashtag", "cats"))
    assert event.as_sse == b'event: update\ndata: {"id":"7"}\n\n'
    assert json.loads(event.as_message) == {
        "stream": ["hashtag", "cats"], "event": "update", "payload": '{"id":"7"}',
    }  # fmt: skip


async def test_whoever_is_too_far_behind_is_dropped():
    line, event = Line("a", yes), Event("update", "{}", Channel("user"))
    for _ in range(MOST_BEHIND):
        line.put(event)
    assert line.ended == ""
    line.put(event)
    assert line.ended == "behind"
    assert await line.next(1) == []
    line.put(event)
    assert await line.next(1) == []


async def test_a_line_gives_what_waits_at_once_and_nothing_after_a_while():
    line, event = Line("a", yes), Event("update", "{}", Channel("user"))
    assert await line.next(0.001) == []
    line.put(event)
    line.put(event)
    assert await line.next(None) == [event, event]
