"""Streams over the network, from the first byte to the last."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import delete, insert, update
from wsproto.events import Message

from rostra.ids import new_id
from rostra.people.sessions import Device, begin_session
from rostra.people.tables import accounts, api_tokens
from rostra.people.tokens import fingerprint
from rostra.square.act import News
from rostra.square.notices import notify
from rostra.testing.patience import in_time
from rostra.web.acting import acting, tell
from rostra.web.callers import COOKIE
from rostra.web.streaming import sse
from rostra.web.streaming.socket_protocol import MAX_MESSAGE

PATH = "/api/v1/streaming"


@pytest.fixture
async def ada(served):
    return await served.square.account("ada", "member")


@pytest.fixture
async def token(served, ada):
    return await served.square.token("ada")


async def scoped(served, account, scopes: str) -> str:
    """A token of an application."""
    token = new_id()
    async with served.square.parts.database.writing() as connection:
        await connection.execute(
            insert(api_tokens).values(
                fingerprint=fingerprint(token), account_id=account.id, label="", scopes=scopes,
                created_ms=1,
            )
        )  # fmt: skip
    return token


async def ready(served, number: int = 1) -> None:
    await in_time(lambda: served.hub.streams == number, f"{number} streams")


async def next_event(lines) -> tuple[str, str]:
    async with asyncio.timeout(10):
        event = ""
        async for line in lines:
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            if line.startswith("data: "):
                return event, line.removeprefix("data: ")
    raise AssertionError("the stream ended")


@pytest.mark.parametrize("way", ["header", "query"])
async def test_a_stream_begins_at_once_and_brings_what_happens(served, ada, token, way):
    query = f"?access_token={token}" if way == "query" else ""
    async with (
        served.client(token if way == "header" else None) as client,
        client.stream("GET", f"{PATH}/user{query}") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.headers["access-control-allow-origin"] == "*"
        await ready(served)
        assert "rostra_web_streams 1\n" in (await client.get("/metrics")).text
        post = await served.post(ada, "Hello\nworld")
        name, data = await next_event(answer.aiter_lines())
        assert (name, json.loads(data)["id"]) == ("update", str(post.id))
    await ready(served, 0)
    async with served.client() as client:
        ended = 'rostra_web_streams_ended_total{why="left"} 1\n'
        assert ended in (await client.get("/metrics")).text


async def test_a_silent_stream_thumps(served, token, monkeypatch):
    monkeypatch.setattr(sse, "THUMP_SECONDS", 0.01)
    async with served.client(token) as client, client.stream("GET", f"{PATH}/public") as answer:
        async with asyncio.timeout(5):
            seen = ""
            async for part in answer.aiter_text():
                seen += part
                if seen.count(":thump\n") >= 2:
                    break


async def test_tokens_of_applications_reach_as_far_as_their_scopes(served, ada):
    for scopes, stream, status in (
        ("read", "user", 200), ("read:statuses", "user", 200),
        ("read:statuses", "list?list=1", 403), ("read:notifications", "user/notification", 200),
        ("read:notifications", "public", 403), ("write", "direct", 403),
        ("read:lists", "list?list=1", 200), ("read", "hashtag", 400),
        ("read", "hashtag?tag=a", 200), ("read", "list?list=x", 400),
    ):  # fmt: skip
        token = await scoped(served, ada, scopes)
        async with (
            served.client(token) as client,
            client.stream("GET", f"{PATH}/{stream}") as answer,
        ):
            assert answer.status_code == status, (scopes, stream)
            if status != 200:
                assert (await answer.aread()).count(b".") >= 1


async def test_without_a_token_there_is_no_stream(served):
    async with served.client() as client:
        for stream in ("user?", "public?", "hashtag?tag=a&", "direct?"):
            for query in ("", "access_token=wrong"):
                answer = await client.get(f"{PATH}/{stream}{query}")
                assert answer.status_code == 401
        assert (await client.get(f"{PATH}/health")).text == "OK"


async def session(served, account) -> str:
    parts = served.square.parts
    async with parts.database.writing() as connection:
        return await begin_session(connection, account.id, Device(), parts.now_ms())


async def test_a_page_has_a_stream_of_ids_by_its_cookie(served, ada, token):
    cookie = {"Cookie": f"{COOKIE}={await session(served, ada)}"}
    async with served.client() as client:
        assert (await client.get("/stream")).status_code == 401
        refused = await client.get("/stream", headers={"Authorization": f"Bearer {token}"})
        assert refused.status_code == 400
        assert (await client.get(f"{PATH}/user", headers=cookie)).status_code == 401
        async with client.stream("GET", "/stream", headers=cookie) as answer:
            assert answer.status_code == 200
            assert "access-control-allow-origin" not in answer.headers
            await ready(served)
            post, lines = await served.post(ada, "Hello"), answer.aiter_lines()
            assert await next_event(lines) == ("post", f'{{"id":"{post.id}"}}')


async def test_the_one_who_reads_nothing_is_dropped_and_others_hear(served, ada, token):
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
    query = f"GET {PATH}/user?access_token={token} HTTP/1.1\r\nHost: a\r\n\r\n"
    writer.write(query.encode())
    await ready(served)
    [line] = next(iter(served.hub._readers.values())).lines
    async with served.client(token) as client, client.stream("GET", f"{PATH}/user") as answer:
        await ready(served, 2)
        post = await served.post(ada, "Hello")
        assert json.loads((await next_event(answer.aiter_lines()))[1])["id"] == str(post.id)
        line.end("behind")
    await ready(served, 0)
    writer.close()
    assert b"event: update" in await reader.read()


async def test_a_revoked_token_ends_its_streams(served, ada, token):
    async with served.client(token) as client, client.stream("GET", f"{PATH}/user") as answer:
        await ready(served)
        socket = await served.socket(f"{PATH}?stream=user&access_token={token}")
        await socket.accepted()
        await ready(served, 2)
        async with served.square.parts.database.writing() as connection:
            await connection.execute(delete(api_tokens))
        await tell(served.square.parts, [News("state", ada.id)])
        async with asyncio.timeout(10):
            async for _ in answer.aiter_raw():
                pass
        assert await socket.closed() == 1008
    await ready(served, 0)


async def test_signing_out_elsewhere_ends_the_streams_of_elsewhere(served, ada):
    here, elsewhere = [await session(served, ada) for _ in range(2)]
    async with served.client() as client:
        client.headers["Origin"] = served.address
        there = {"Cookie": f"{COOKIE}={elsewhere}"}
        async with client.stream("GET", "/stream", headers=there) as answer:
            await ready(served)
            client.cookies.set(COOKIE, here)
            path = "/settings/sessions/end-others"
            assert (await client.post(path, data={"x": "y"})).status_code == 303
            async with asyncio.timeout(10):
                async for _ in answer.aiter_raw():
                    pass


async def test_a_suspended_account_has_no_streams(served, ada, token):
    async with served.client(token) as client, client.stream("GET", f"{PATH}/user") as answer:
        await ready(served)
        async with acting(served.square.parts) as act:
            await act.connection.execute(update(accounts).values(state="suspended"))
            act.news.append(News("state", ada.id))
        async with asyncio.timeout(10):
            async for _ in answer.aiter_raw():
                pass
    async with served.client(token) as client:
        assert (await client.get(f"{PATH}/user")).status_code == 403


async def test_streams_end_when_the_server_does(served, ada, token):
    async with served.client(token) as client, client.stream("GET", f"{PATH}/user") as answer:
        await ready(served)
        socket = await served.socket(f"{PATH}?stream=user&access_token={token}")
        await socket.accepted()
        await ready(served, 2)
        served.hub.close()
        async with asyncio.timeout(5):
            async for _ in answer.aiter_raw():
                pass
        assert await socket.closed() == 1012
    async with served.client(token) as client:
        assert (await client.get(f"{PATH}/user")).status_code == 503


async def said(socket) -> tuple[list[str], str, object]:
    message = json.loads(await socket.text())
    return message["stream"], message["event"], json.loads(message["payload"])


async def subscribe(served, socket, kind: str = "subscribe", **wanted) -> None:
    await socket.say(Message(json.dumps({"type": kind, **wanted})))


@pytest.mark.parametrize("way", ["query", "header", "protocol"])
async def test_many_streams_share_one_websocket(served, ada, token, way):
    header = [("Authorization", f"Bearer {token}")] if way == "header" else []
    query = f"?access_token={token}" if way == "query" else ""
    protocol = token if way == "protocol" else ""
    socket = await served.socket(f"{PATH}/{query}", *header, protocol=protocol)
    assert (await socket.accepted()).subprotocol == (token if way == "protocol" else None)
    await subscribe(served, socket, stream="user")
    await subscribe(served, socket, stream="hashtag", tag="Cats")
    [line] = next(iter(served.hub._readers.values())).lines
    await in_time(lambda: len(line.channels) == 2)
    post = await served.post(ada, "All #cats")
    heard = [await said(socket) for _ in range(2)]
    assert sorted(stream for stream, _, _ in heard) == [["hashtag", "cats"], ["user"]]
    assert {document["id"] for _, _, document in heard} == {str(post.id)}
    await subscribe(served, socket, "unsubscribe", stream="hashtag", tag="cats")
    await in_time(lambda: len(line.channels) == 1)
    await served.post(ada, "More #cats")
    assert (await said(socket))[0] == ["user"]
    socket.close()
    await ready(served, 0)


async def test_notices_come_over_a_websocket(served, ada, token):
    ben = await served.square.account("ben", "member")
    socket = await served.socket(f"{PATH}?stream=user:notification&access_token={token}")
    await socket.accepted()
    await ready(served)
    async with acting(served.square.parts) as act:
        made = await notify(act, ada.id, "follow", from_id=ben.id)
    stream, event, document = await said(socket)
    assert (stream, event) == (["user:notification"], "notification")
    assert (document["id"], document["type"]) == (str(made), "follow")
    assert document["account"]["acct"] == "ben"
    socket.close()


async def test_odd_messages_are_answered_with_a_sentence(served, token):
    socket = await served.socket(f"{PATH}?access_token={token}")
    await socket.accepted()
    for text in (
        "", "no JSON", "[]", "7", '{"type":"subscribe"}', '{"stream":"user"}',
        '{"type":"x","stream":"user"}', '{"type":"subscribe","stream":"hashtag"}',
        '{"type":"subscribe","stream":["user"]}', '{"type":"subscribe","stream":"list"}',
    ):  # fmt: skip
        await socket.say(Message(text))
        answer = json.loads(await socket.text())
        assert 400 <= answer["status"] < 500, text
        assert answer["error"].endswith(".")
    socket.close()


async def test_an_application_subscribes_to_what_its_scopes_cover(served, ada):
    token = await scoped(served, ada, "read:notifications")
    socket = await served.socket(f"{PATH}?access_token={token}")
    await socket.accepted()
    await subscribe(served, socket, stream="public")
    assert json.loads(await socket.text())["status"] == 403
    refused = await served.socket(f"{PATH}?stream=user&access_token={token}")
    assert await refused.rejected() == 403
    socket.close()


async def test_large_messages_close_the_connection(served, token):
    socket = await served.socket(f"{PATH}?access_token={token}")
    await socket.accepted()
    await socket.say(Message("x" * (MAX_MESSAGE + 1)))
    assert await socket.closed() == 1009
    await ready(served, 0)


async def test_nothing_but_a_token_opens_a_websocket(served, ada):
    cookie = ("Cookie", f"{COOKIE}={await session(served, ada)}")
    for path, headers, status in (
        (PATH, [cookie], 401),
        (f"{PATH}?access_token=wrong", [], 401),
        (f"{PATH}?access_token=" + "x" * 5000, [], 401),
        (f"{PATH}/user?access_token=x", [], 404),
        ("/whip/town-hall", [], 404),
        ("/", [], 404),
    ):
        socket = await served.socket(path, *headers)
        assert await socket.rejected() == status, path


async def test_a_dead_websocket_is_closed_in_time(served, token, monkeypatch):
    from rostra.web.streaming import socket_protocol

    monkeypatch.setattr(socket_protocol.BoundedSocket, "start_keepalive", _soon)
    socket = await served.socket(f"{PATH}?stream=user&access_token={token}")
    socket.pings = False
    await socket.accepted()
    assert await socket.closed() == 1011
    await ready(served, 0)


def _soon(self) -> None:
    self.ping_interval = self.ping_timeout = 0.02
    self.schedule_ping()


async def test_a_websocket_after_another_request_has_no_deadline_of_it(served, token, monkeypatch):
    from rostra.web.protocol import DeadlineProtocol

    monkeypatch.setattr(DeadlineProtocol, "head_seconds", 0.2)
    monkeypatch.setattr(DeadlineProtocol, "body_seconds", 0.2)
    socket = await served.socket(f"{PATH}?stream=user&access_token={token}")
    await socket.accepted()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await socket.event()
    assert served.hub.streams == 1
    socket.close()


async def test_a_message_of_the_bus_that_is_none_is_survived(served, ada, token):
    async with served.client(token) as client, client.stream("GET", f"{PATH}/user") as answer:
        await ready(served)
        for body in (b"", b"{}", b'[{"kind":"post"}]', b'[{"odd":1}]'):
            await served.square.bus.publish("square.news", body)
        post = await served.post(ada, "Hello")
        assert json.loads((await next_event(answer.aiter_lines()))[1])["id"] == str(post.id)
