"""Finding out who asks: a Bearer token (signed or random), else the session of the cookie."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from starlette.requests import Request

from rostra.errors import DoFirst, NotSignedIn, RostraError, TooMany, Unavailable
from rostra.people import queries, sessions, tokens
from rostra.people.queries import Account
from rostra.people.sessions import TOUCH_MS, Session
from rostra.rooms import queries as rooms
from rostra.rooms.rules import no_such_space
from rostra.web.addresses import address_key_of
from rostra.web.open_doors import is_counted, is_open
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import NOBODY, Caller, Rule, check_account, check_scope, seat_allows

log = structlog.get_logger()

COOKIE = "rostra_session"
SECURITY = "/settings/security"
QUOTA_HEADERS = "quota_headers"
"""Where in a request's state stands what its answer says of the quota."""

LONGEST_TOKEN = tokens.LONGEST
STREAMING = "/api/v1/streaming"


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """The token of `Authorization: Bearer …`, if there is one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def token_of(request: Request) -> str | None:
    """The token of the header; for streams also of the query, as a browser's EventSource can."""
    token = bearer_of(request.headers)
    if token is None and str(request.scope["path"]).startswith(STREAMING):
        token = request.query_params.get("access_token") or None
    return token


async def caller_of(request: Request) -> Caller:
    """Who asks. Raises NotSignedIn for a token that is no good; a stale cookie is nobody."""
    known = getattr(request.state, "caller", None)
    if known is None:
        known = request.state.caller = await _found(request)
    assert isinstance(known, Caller)
    return known


async def viewer_of(request: Request) -> Account | None:
    """Whose eyes see what a door of Rule.ANYONE shows.

    None without a token, for an application that acts for itself, for an account that may not act,
    and for an application's token where the door names no scope. Raises NotSignedIn for a bad
    token, NotAllowed for one that does not cover the door's scope.
    """
    caller, scope = await caller_of(request), request.state.scope
    account = caller.account
    if account is None or not account.may_act or (caller.scopes is not None and scope is None):
        return None
    check_scope(caller, scope)
    return account


async def _found(request: Request) -> Caller:
    parts, token = parts_of(request), token_of(request)
    if token is not None:
        return await _by_token(parts, token)
    session = request.cookies.get(COOKIE, "")
    if not session or len(session) > LONGEST_TOKEN or not _cookies_count(request):
        return NOBODY
    async with parts.database.reading() as connection:
        found = await sessions.by_secret(connection, session, parts.now_ms())
    if found is None:
        return NOBODY
    account, seen = found
    await _note(parts, seen)
    return Caller(account=account, session=seen)


async def _note(parts: WebParts, session: Session) -> None:
    """Write down that the session is used, now and then; nobody is refused if that fails."""
    now_ms = parts.now_ms()
    if session.seen_ms is not None and 0 <= now_ms - session.seen_ms < TOUCH_MS:
        return
    try:
        async with parts.database.writing() as connection:
            await sessions.touch(connection, session.id, now_ms)
    except Unavailable as error:
        log.warning("session not noted", reason=error.sentence)


def _check_finished(request: Request, caller: Caller) -> None:
    """Moderators and administrators with a password and nothing beside it set that up first."""
    first = caller.session is not None and caller.session.unfinished
    if first and not request.url.path.startswith(SECURITY):
        raise DoFirst(
            "Your account needs a second factor before anything else: set up a passkey or an "
            f"authenticator app under {SECURITY}.",
            path=SECURITY,
        )


def _cookies_count(request: Request) -> bool:
    """Whether a cookie says who asks: not where any page may ask, see open_doors.py."""
    return not is_open(str(request.scope["path"]))


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


async def count(request: Request) -> None:
    """Count a request to the API for whoever makes it. Raises TooMany, and NotSignedIn for a token
    that is no good, which counts for the address."""
    if not is_counted(request.url.path):
        return
    parts = parts_of(request)
    try:
        caller = await caller_of(request) if token_of(request) else NOBODY
    except NotSignedIn:
        _take(request, parts, address_key_of(request))
        raise
    _take(request, parts, caller.key if caller.known else address_key_of(request))


def _take(request: Request, parts: WebParts, key: str) -> None:
    left = parts.quota.take(key, parts.now_ms())
    setattr(request.state, QUOTA_HEADERS, left.headers)
    if not left.allowed:
        wait = left.wait_s(parts.now_ms())
        raise TooMany(f"Too many requests: try again in {wait} seconds.", retry_after=wait)


async def authorise(request: Request, rule: Rule, scope: str | None) -> None:
    """Let the request pass the rule of its route, and note who it is. Raises as the rules do.

    `scope` is what a token of an application must cover.
    """
    request.state.scope = scope
    if rule is Rule.ANYONE:
        return
    caller, slug = await caller_of(request), request.path_params.get("slug")
    check_scope(caller, scope)
    _check_finished(request, caller)
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


def account_of(request: Request) -> Account:
    """Whose account passed a rule that only accounts pass."""
    account = known_caller(request).account
    assert account is not None
    return account
