"""The API's client: what it asks, and what it makes of answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rostra.clients.api import Api
from rostra.errors import (
    BadInput,
    Conflict,
    NotFound,
    NotProcessable,
    NotSignedIn,
    RostraError,
    TooMany,
    Unavailable,
)

from .conftest import Server, hangs, resets, says


@pytest.mark.parametrize(
    ("ask", "line", "body"),
    [
        (lambda api: api.create("Talk", slug="talk", language=None), "POST /api/spaces",
         {"title": "Talk", "slug": "talk"}),
        (lambda api: api.read("talk"), "GET /api/spaces/talk", None),
        (lambda api: api.read("../x"), "GET /api/spaces/..%2Fx", None),
        (lambda api: api.open("talk"), "POST /api/spaces/talk/open", None),
        (lambda api: api.start("talk"), "POST /api/spaces/talk/start", None),
        (lambda api: api.pause("talk"), "POST /api/spaces/talk/pause", None),
        (lambda api: api.resume("talk"), "POST /api/spaces/talk/resume", None),
        (lambda api: api.end("talk"), "POST /api/spaces/talk/end", None),
        (lambda api: api.invite("talk"), "POST /api/spaces/talk/invites", {"role": "speaker"}),
        (lambda api: api.invite("talk", "cohost", "Ana"), "POST /api/spaces/talk/invites",
         {"role": "cohost", "name": "Ana"}),
    ],
)  # fmt: skip
async def test_every_call_is_one_request(
    server: Server, ask: Callable[[Api], Awaitable[Any]], line: str, body: Any
) -> None:
    server.script = [says("200 OK", b'{"slug": "talk"}')]
    async with Api(server.url + "/", "rsta_secret") as api:
        assert await ask(api) == {"slug": "talk"}
    (asked,) = server.asked
    assert f"{asked.method} {asked.target}" == line
    assert (json.loads(asked.body) if asked.body else None) == body
    assert asked.headers["authorization"] == "Bearer rsta_secret"


async def test_the_list_is_the_spaces_themselves(server: Server) -> None:
    server.script = [says("200 OK", b'{"spaces": [{"slug": "a"}, {"slug": "b"}]}')]
    async with Api(server.url) as api:
        assert [space["slug"] for space in await api.list()] == ["a", "b"]
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadInput), (401, NotSignedIn), (404, NotFound), (409, Conflict),
        (422, NotProcessable), (429, TooMany), (500, RostraError), (503, Unavailable),
    ],
)  # fmt: skip
async def test_a_refusal_is_the_error_of_its_status(
    server: Server, status: int, kind: type[RostraError]
) -> None:
    body = json.dumps({"error": "x", "sentence": "Because it is so."}).encode()
    server.script = [says(f"{status} No", body, "Retry-After: 7")]
    async with Api(server.url) as api:
        with pytest.raises(kind, match=r"^Because it is so\.$") as refusal:
            await api.read("talk")
    assert refusal.value.retry_after == 7


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"sentence": 3}', b"\xff"])
async def test_a_refusal_without_a_sentence_gets_one(server: Server, body: bytes) -> None:
    server.script = [says("502 Bad Gateway", body, "Retry-After: soon")]
    async with Api(server.url) as api:
        with pytest.raises(Unavailable, match="answered with status 502") as refusal:
            await api.read("talk")
    assert refusal.value.retry_after is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff", b'"' + b"x" * 5_000_000])
async def test_another_server_is_told_from_ours(server: Server, body: bytes) -> None:
    server.script = [says("200 OK", body)]
    async with Api(server.url) as api:
        with pytest.raises(Unavailable, match="is not a Rostra"):
            await api.read("talk")


async def test_nobody_there_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.script = [resets]
    async with Api(server.url) as api:
        with pytest.raises(Unavailable, match="does not answer: check"):
            await api.read("talk")
    async with Api("http://127.0.0.1:1") as api:
        with pytest.raises(Unavailable, match="does not answer: check"):
            await api.read("talk")


@pytest.mark.parametrize("url", ["", "nothing", "http://[::1", "ftp://a.org", "http:///x"])
def test_what_is_no_address_of_a_server_is_told(url: str) -> None:
    with pytest.raises(BadInput, match="not the address of a server"):
        Api(url)


async def test_a_server_that_hangs_is_left(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rostra.clients.api._WAIT", 0.2)
    server.script = [hangs]
    async with Api(server.url) as api:
        with pytest.raises(Unavailable, match="does not answer in time"):
            await api.read("talk")
