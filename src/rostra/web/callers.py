"""Finding out who asks: a Bearer token (signed or random), else the session of the cookie."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from rostra.errors import NotSignedIn, RostraError
from rostra.people import queries, tokens
from rostra.rooms import queries as rooms
from rostra.rooms.rules import no_such_space
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import NOBODY, Caller, Rule, check_account, check_scope, seat_allows

COOKIE = "rostra_session"
LONGEST_TOKEN = tokens.LONGEST


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """The token of `Authorization: Bearer …`, if there is one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def caller_of(request: Request) -> Caller:
    """Who asks. Raises NotSignedIn for a token that is no good; a stale cookie is nobody."""
    parts, token = parts_of(request), bearer_of(request.headers)
    if token is not None:
        return await _by_token(parts, token)
    session = request.cookies.get(COOKIE, "")
    if not session or len(session) > LONGEST_TOKEN or not _cookies_count(request):
        return NOBODY
    async with parts.database.reading() as connection:
        return Caller(account=await queries.by_session(connection, session, parts.now_ms()))


def _cookies_count(request: Request) -> bool:
    """Whether a cookie says who asks. WHIP may be used from any page, so there only tokens do:
    else a page on another port of this host could speak in the name of who is signed in."""
    return not str(request.scope["path"]).startswith("/whip/")


async def visitor_of(request: Request) -> Caller:
    """Who looks at a public page; a page is shown to nobody rather than refused."""
    try:
        return await caller_of(request)
    except RostraError:
        return NOBODY


async def _by_token(parts: WebParts, token: str) -> Caller:
    if tokens.is_signed(token):
        return Caller(invite=tokens.read(parts.secret, token, parts.now()))
    bearer = None
    if len(token) <= LONGEST_TOKEN:
        async with parts.database.reading() as connection:
            bearer = await queries.by_api_token(connection, token)
    if bearer is None:
        raise NotSignedIn("This token is not known here: ask for a new one.")
    return Caller(bearer.account, None, bearer.application_id, bearer.scopes)


async def authorise(request: Request, rule: Rule, scope: str | None) -> None:
    """Let the request pass the rule of its route, and note who it is. Raises as the rules do.

    `scope` is what a token of an application must cover.
    """
    if rule is Rule.ANYONE:
        return
    caller, slug = await caller_of(request), request.path_params.get("slug")
    request.state.caller = caller
    check_scope(caller, scope)
    if slug is not None and seat_allows(rule, caller, slug):
        return
    of_a_space = rule in {Rule.OWNS, Rule.RUNS, Rule.HAS_SEAT}
    if of_a_space and caller.account is not None:
        async with parts_of(request).database.reading() as connection:
            space = await rooms.by_slug(connection, str(slug))
        if space is None:
            raise no_such_space()
        check_account(rule, caller, space.owner_id)
    else:
        check_account(rule, caller, None)


def known_caller(request: Request) -> Caller:
    """Who passed the rule of the route."""
    caller = request.state.caller
    assert isinstance(caller, Caller)
    return caller
