"""Who passes which door: every route of the running application, for every kind of caller."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.routing import Route

from rostra.web.door import RuledRoute
from rostra.web.open_doors import is_open
from rostra.web.rules import Rule

SLUG, OTHER = "town-hall", "elsewhere"
OFFER = {"Content-Type": "application/sdp"}
BODIES: dict[str, dict[str, Any]] = {
    "/api/spaces": {"json": {"title": "New"}},
    "/api/spaces/{slug}/invites": {"json": {"role": "speaker"}},
    "/api/spaces/{slug}/mute": {"json": {"muted": True}},
    "/whip/{slug}": {"content": "v=0\r\n", "headers": OFFER},
}
# Who is let in by each rule; everybody else must be refused with 401 (nobody) or 403.
LET_IN = {
    Rule.ANYONE: {
        "nobody", "member", "suspended", "host", "owner", "moderator", "admin", "seat",
        "host seat", "other seat",
    },
    Rule.AN_APP: {"member", "host", "owner", "moderator", "admin"},
    Rule.SIGNED_IN: {"member", "host", "owner", "moderator", "admin"},
    Rule.IN_ANY_STATE: {"member", "suspended", "host", "owner", "moderator", "admin"},
    Rule.MODERATES: {"moderator", "admin"},
    Rule.MAY_HOST: {"host", "owner", "moderator", "admin"},
    Rule.ADMINISTERS: {"admin"},
    Rule.OWNS: {"owner", "admin"},
    Rule.RUNS: {"owner", "admin", "host seat"},
    Rule.HAS_SEAT: {"owner", "admin", "seat", "host seat"},
}  # fmt: skip
# For everybody, but they answer 401 to an application that does not know its own secret.
KNOWS_ITS_SECRET = {"/oauth/token", "/oauth/revoke"}
CALLERS = sorted(LET_IN[Rule.ANYONE])


@pytest.fixture
async def tokens(square) -> dict[str, str | None]:
    await square.account("member", "member")
    await square.account("host")
    owner = await square.account("owner")
    await square.account("moderator", "moderator")
    await square.account("boss", "admin")
    await square.space(owner, SLUG)
    await square.space(owner, OTHER)
    await square.stage(SLUG)
    return {
        "nobody": None,
        "member": await square.token("member"),
        "host": await square.token("host"),
        "owner": await square.token("owner"),
        "moderator": await square.token("moderator"),
        "admin": await square.token("boss"),
        "suspended": await _suspended(square),
        "seat": square.seat(SLUG),
        "host seat": square.seat(SLUG, "host"),
        "other seat": square.seat(OTHER),
    }


def address(route: RuledRoute, **known: str) -> str:
    """Its path with every name in it filled in."""
    known = {"slug": SLUG, "handle": "owner", **known}
    return re.sub(r"\{(\w+)\}", lambda name: known.get(name[1], "1"), route.path)


def routes(app) -> list[tuple[str, RuledRoute]]:
    return [(m, r) for r in app.router.routes for m in sorted(r.methods)]


def test_no_route_is_without_a_rule(square):
    for route in square.app.router.routes:
        assert isinstance(route, RuledRoute), route
        assert isinstance(route, Route)
        assert route.rule in LET_IN


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_door_opens_for_its_rule_and_for_nobody_else(square, tokens, caller):
    checked = 0
    for method, route in routes(square.app):
        # The link itself is good: the rule is what is seen.
        secret = await _link(square, "member") if "{secret}" in route.path else ""
        path = address(route, session="x" * 32, secret=secret, name="square.css")
        async with square.client(tokens[caller]) as client:
            # An Origin of ours, so that what is seen is the rule and not the check of the page.
            client.headers["Origin"] = square.parts.settings.public_url
            answer = await client.request(method, path, **BODIES.get(route.path, {}))
        refused = answer.status_code in (401, 403) and route.path not in KNOWS_ITS_SECRET
        assert refused == (caller not in LET_IN[route.rule]), (method, route.path, answer.text)
        assert answer.status_code < 500, (method, route.path, answer.text)
        if refused and caller == "nobody":
            assert answer.status_code == 401
        checked += 1
    assert checked > 30


async def test_an_unsafe_request_needs_our_page_or_a_token(square, tokens):
    for method, route in routes(square.app):
        path = address(route)
        if method in ("GET", "HEAD", "OPTIONS") or is_open(path):
            continue
        for origin in (None, "null", "http://127.0.0.1:8001", "http://evil.example"):
            async with square.client() as client:
                headers = {"Origin": origin} if origin else {}
                answer = await client.request(method, path, headers=headers)
            # Where no cookie counts, it needs a token; or it is for everybody.
            wanted = 401 if is_open(path) else 403
            is_for_all = is_open(path) and route.rule is Rule.ANYONE
            assert answer.status_code == wanted or is_for_all, (method, path, origin)


async def test_a_cookie_is_no_reason_to_let_whip_in(square, tokens):
    secret = await _link(square, "owner")
    async with square.client() as client:
        await client.post(
            f"/sign-in/{secret}", headers={"Origin": square.parts.settings.public_url}
        )
        assert "rostra_session" in client.cookies
        answer = await client.post(f"/whip/{SLUG}", content="v=0\r\n", headers=OFFER)
    assert answer.status_code == 401


async def _link(square, handle: str) -> str:
    from rostra.people import actions

    async with square.parts.database.writing() as connection:
        made = await actions.make_link(connection, handle, now_ms=square.parts.now_ms())
    return made.rsplit("/", 1)[-1]


async def _suspended(square) -> str:
    """The token of somebody who got hold of one after the suspension had ended all others."""
    from rostra.moderation import actions
    from rostra.moderation.targets import Target
    from rostra.web.acting import acting

    account = await square.account("suspended", "host")
    async with acting(square.parts) as act:
        await actions.sanction(act, None, Target(account), actions.Measure("suspend", "Because."))
    return await square.token("suspended")
