"""Who passes which door: every route of the running application, for every kind of caller."""

from __future__ import annotations

import re
from typing import Any

from starlette.routing import Route

from rostra.people import actions, sessions
from rostra.people.scopes import ANY, covers
from rostra.web.callers import COOKIE, STREAMING
from rostra.web.door import RuledRoute
from rostra.web.open_doors import is_open
from rostra.web.rules import Rule
from rostra.web.streaming.channels import SCOPES
from tests.web.asking import Asker
from tests.web.crowd import LET_IN, SLUG, Caller, everybody, people, without_limits

OFFER = {"Content-Type": "application/sdp"}
BODIES: dict[str, dict[str, Any]] = {
    "/api/spaces": {"json": {"title": "New"}},
    "/api/spaces/{slug}/invites": {"json": {"role": "speaker"}},
    "/api/spaces/{slug}/mute": {"json": {"muted": True}},
    "/whip/{slug}": {"content": "v=0\r\n", "headers": OFFER},
}
# For everybody, but they answer 401 to an application that does not know its own secret.
KNOWS_ITS_SECRET = {"/oauth/token", "/oauth/revoke"}


def address(route: RuledRoute, **known: str) -> str:
    """Its path with every name in it filled in."""
    known = {"slug": SLUG, "handle": "owner", "session": "x" * 32, "name": "square.css", **known}
    return re.sub(r"\{(\w+)\}", lambda name: known.get(name[1], "1"), route.path)


def routes(app) -> list[tuple[str, RuledRoute]]:
    return [(m, r) for r in app.router.routes for m in sorted(r.methods)]


def test_no_route_is_without_a_rule(square):
    for route in square.app.router.routes:
        assert isinstance(route, RuledRoute), route
        assert isinstance(route, Route)
        assert route.rule in LET_IN


async def test_every_door_opens_for_its_rule_and_for_nobody_else(square):
    """One application for all cells: it is the doors that are asked, not what is behind them."""
    without_limits(square.parts)
    doors = routes(square.app)
    scopes = {route.scope for _, route in doors if route.scope not in (None, ANY)}
    callers, origin = await everybody(square, scopes), square.parts.settings.public_url
    secret = await _link(square, "member")  # it is used up by the first of all
    wrong = []
    for caller in callers:
        # An Origin of ours, so that what is seen is the rule and not the check of the page.
        asker = Asker(square.app, caller.token, origin=origin)
        for method, route in doors:
            alone = caller.name.removeprefix("app with ")
            if alone in scopes - {"read", "write"} and route.scope != alone:
                continue  # each scope alone is tried at its own doors
            body = BODIES.get(route.path, {})
            answer = await asker.ask(method, address(route, secret=secret), **body)
            refused = answer.status in (401, 403) and route.path not in KNOWS_ITS_SECRET
            passes = caller.passes(route.rule, route.scope)
            unlike = refused == passes and not (refused and _says_too_narrow(route, caller))
            if unlike or answer.status >= 500 or (caller.kind == "nobody" and answer.status == 403):
                wrong.append((caller.name, method, route.path, answer.status, answer.text[:200]))
    assert not wrong, wrong
    assert len(doors) > 300 and len(callers) > 30


async def test_every_stream_over_a_socket_opens_for_its_scope_and_for_nobody_else(square):
    scopes = set(SCOPES.values())
    callers = await everybody(square, scopes)
    for caller in callers:
        for name, scope in SCOPES.items():
            status = await _socket(square.app, caller.token, f"stream={name}&tag=a&list=1")
            # Seats and applications for themselves are nobody whose stream it could be.
            passes = caller.kind not in ("app",) and caller.passes(Rule.SIGNED_IN, scope)
            assert status == 101 if passes else status in (401, 403), (caller.name, name, status)
    assert await _socket(square.app, callers[1].token, "stream=user", "/elsewhere") == 404
    assert await _socket(square.app, callers[1].token, "stream=nothing") in (400, 404)


async def test_an_unsafe_request_needs_our_page_or_a_token(square):
    await people(square)
    asker = Asker(square.app)
    for method, route in routes(square.app):
        path = address(route)
        if method in ("GET", "HEAD", "OPTIONS") or is_open(path):
            continue
        for origin in (None, "null", "http://127.0.0.1:8001", "http://evil.example"):
            answer = await asker.ask(method, path, headers={"origin": origin} if origin else {})
            # Where no cookie counts, it needs a token; or it is for everybody.
            assert answer.status == 403, (method, path, origin)


async def test_a_cookie_is_no_reason_to_let_whip_in(square):
    await people(square)
    secret = await _link(square, "owner")
    async with square.client() as client:
        await client.post(
            f"/sign-in/{secret}", headers={"Origin": square.parts.settings.public_url}
        )
        assert "rostra_session" in client.cookies
        answer = await client.post(f"/whip/{SLUG}", content="v=0\r\n", headers=OFFER)
    assert answer.status_code == 401


async def test_where_any_page_may_ask_a_cookie_says_nothing(square):
    found = await people(square)
    async with square.parts.database.writing() as connection:
        cookie = await sessions.begin_session(
            connection, found["boss"].id, sessions.Device(), square.parts.now_ms()
        )
    asker = Asker(square.app, cookie=f"{COOKIE}={cookie}")
    assert (await asker.get("/settings/lists")).status in (200, 409)  # it is good elsewhere
    checked = 0
    for method, route in routes(square.app):
        if is_open(address(route)) and route.rule is not Rule.ANYONE:
            assert (await asker.ask(method, address(route))).status == 401, (method, route.path)
            checked += 1
    assert checked > 100


async def _socket(app, token: str | None, query: str, path: str = STREAMING) -> int:
    """The status with which a WebSocket is answered; who asked goes as soon as it is open."""
    said = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.disconnect" if said else "websocket.connect", "code": 1001}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    credentials = [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope = {
        "type": "websocket", "path": path, "query_string": query.encode(), "subprotocols": [],
        "headers": credentials, "client": ("127.0.0.1", 9), "extensions": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return 101 if said[0]["type"] == "websocket.accept" else int(said[0]["status"])


def _says_too_narrow(route: RuledRoute, caller: Caller) -> bool:
    """A door for all may say that a token does not reach what it would show to that person."""
    if route.rule is not Rule.ANYONE or route.scope is None or caller.scopes is None:
        return False
    return not covers(caller.scopes, route.scope)


async def _link(square, handle: str) -> str:
    async with square.parts.database.writing() as connection:
        made = await actions.make_link(connection, handle, now_ms=square.parts.now_ms())
    return made.rsplit("/", 1)[-1]
