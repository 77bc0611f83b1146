"""Listening across responses that end, break and hang: against a server of bytes."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import av
import pytest

from rostra.clients import listen as listening
from rostra.clients.listen import listen, live_address
from rostra.clients.screen import Screen
from rostra.errors import BadInput, Gone, NotFound, Unavailable
from rostra.wire.cmaf import OpusTrack, fragment, init_segment
from rostra.wire.emsg import emsg
from rostra.wire.id3 import PATCH_OWNER, STATE_OWNER, priv
from rostra.wire.timing import FRAGMENT, FRAME, OPUS_PRIMING

from .conftest import Server, hangs, resets, says, streams

INIT = init_segment(OpusTrack())
SILENCE = b"\xf8\xff\xfe"


def piece(number: int, phase: str | None = None, owner: str = PATCH_OWNER) -> bytes:
    event = priv(owner, json.dumps({"phase": phase, "v": 1}).encode())
    events = [] if phase is None else [emsg(number * FRAGMENT, event)]
    return fragment(number, number * FRAGMENT, [SILENCE] * 16, FRAME, events)


def joined(start: int, stop: int) -> bytes:
    return (
        INIT
        + piece(start, "live", STATE_OWNER)
        + b"".join(piece(n) for n in range(start + 1, stop))
    )


END = piece(9, "ended")


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PATIENCE", 0.2)
    monkeypatch.setattr(listening, "_SHORTEST", 0.01)


def afters(server: Server) -> list[str]:
    return [parse_qs(urlsplit(one.target).query).get("after", [""])[0] for one in server.asked]


@pytest.mark.parametrize("how", ["ends", "breaks", "hangs", "is cut in a fragment"])
async def test_a_response_that_does_not_go_on_is_continued(
    server: Server, tmp_path: Path, how: str
) -> None:
    then = {"breaks": resets, "hangs": hangs}.get(how)
    cut = b"" if how != "is cut in a fragment" else piece(4)[:100]
    mark = ("Rostra-Mark: abc",)
    server.script = [
        streams(joined(2, 4), cut, headers=mark, then=then),
        streams(joined(4, 9), END),
    ]
    out = tmp_path / "heard.mp4"
    summary = await listen(f"{server.url}/s/talk", seconds=10, out=out)
    assert afters(server) == ["", "1.28"]
    assert "mark=abc" in server.asked[1].target
    assert summary.ended
    assert (summary.reconnects, summary.gaps, summary.repeats) == (1, 0, 0)
    assert summary.heard == 8 * 0.32
    # The file is one init segment and every fragment once.
    assert out.read_bytes() == joined(2, 4) + joined(4, 9)[len(INIT) :] + END


async def test_what_was_saved_is_a_file_that_plays(server: Server, tmp_path: Path) -> None:
    server.script = [streams(joined(2, 4)), streams(joined(4, 9), END)]
    out = tmp_path / "heard.mp4"
    await listen(f"{server.url}/s/talk", seconds=10, out=out)
    with av.open(str(out)) as container:
        frames = list(container.decode(audio=0))
    assert sum(frame.samples for frame in frames) == 8 * FRAGMENT - OPUS_PRIMING


async def test_gaps_and_repeats_are_counted(server: Server) -> None:
    server.script = [streams(joined(0, 3)), streams(joined(2, 4)), streams(joined(8, 9), END)]
    summary = await listen(f"{server.url}/s/talk", seconds=10)
    assert (summary.repeats, summary.repeated) == (1, 0.32)
    assert (summary.gaps, summary.missing) == (1, round(4 * 0.32, 3))


async def test_it_waits_as_long_as_the_server_asks(server: Server) -> None:
    later = says("503 Later", b'{"error": "unavailable", "sentence": "Not yet."}', "Retry-After: 1")
    server.script = [later, streams(joined(0, 9), END)]
    began = asyncio.get_running_loop().time()
    summary = await listen(f"{server.url}/s/talk", seconds=10)
    assert summary.ended
    assert asyncio.get_running_loop().time() - began >= 1


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (410, Gone), (400, BadInput)])
async def test_what_will_not_change_is_told_in_the_servers_words(
    server: Server, status: int, kind: type[Exception]
) -> None:
    server.script = [says(f"{status} No", b'{"error": "x", "sentence": "It is\\nnot."}')]
    with pytest.raises(kind, match=r"^It is not\.$"):
        await listen(f"{server.url}/s/talk", seconds=10)


async def test_a_space_that_ended_meanwhile_is_an_end_and_no_error(server: Server) -> None:
    server.script = [streams(joined(0, 3)), says("410 Gone", b'{"sentence": "Over."}')]
    summary = await listen(f"{server.url}/s/talk", seconds=10)
    assert summary.ended
    assert summary.heard == 0.96


async def test_without_any_sound_the_reason_is_told(server: Server) -> None:
    server.script = [says("503 Later", b'{"sentence": "It has not begun."}', "Retry-After: 9")]
    with pytest.raises(Unavailable, match=r"No sound .* 0\.3 seconds: It has not begun\."):
        await listen(f"{server.url}/s/talk", seconds=0.3)


async def test_a_page_is_not_taken_for_sound(server: Server) -> None:
    server.script = [streams(b"<!doctype html>" * 20)]
    with pytest.raises(BadInput, match="not live sound"):
        await listen(f"{server.url}/s/talk", seconds=10)


async def test_a_crowded_edge_is_given_the_time_between_two_of_its_sends(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(listening._PATIENCE, "crowd", 10.0)
    crowd = ("Rostra-Class: crowd",)
    server.script = [streams(joined(0, 3), headers=crowd, then=hangs)]
    summary = await listen(f"{server.url}/s/talk", seconds=1)
    assert (summary.reconnects, len(server.asked)) == (0, 1)
    assert not summary.ended


async def test_a_file_that_cannot_be_written_is_told(server: Server, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        await listen(f"{server.url}/s/talk", out=tmp_path / "no" / "file.mp4")
    server.script = [streams(joined(0, 40), then=hangs)]
    with pytest.raises(BadInput, match="/dev/full cannot be written"):
        await listen(f"{server.url}/s/talk", seconds=10, out=Path("/dev/full"))


async def test_a_screen_that_broke_ends_the_listening(server: Server) -> None:
    server.script = [streams(joined(0, 3), then=hangs)]
    closed = io.StringIO()
    screen = Screen(closed)
    closed.close()
    with pytest.raises(ValueError, match="closed file"):
        await listen(f"{server.url}/s/talk", seconds=10, screen=screen)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://live.example/s/talk", "https://live.example/live/talk/opus.mp4"),
        ("http://l:8001/live/talk/aac.mp4?x=1", "http://l:8001/live/talk/aac.mp4"),
    ],
)
async def test_addresses_of_the_live_origin_are_understood(given: str, found: str) -> None:
    assert await live_address(given) == found


async def test_the_square_is_asked_where_the_sound_is(server: Server) -> None:
    server.script = [says("200 OK", b'{"urls": {"live": "http://l/live/talk/opus.mp4"}}')]
    assert await live_address(f"{server.url}/spaces/talk") == "http://l/live/talk/opus.mp4"
    assert server.asked[0].target == "/api/spaces/talk"


@pytest.mark.parametrize(
    "url", ["", "talk", "ftp://l/s/talk", "http://l/", "http:///s/talk", "http://[/s/t"]
)
async def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(BadInput, match="not the address of a Space"):
        await live_address(url)
