"""Who follows whom, as pages; and the buttons that follow, mute and block, which are forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import BadInput
from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.queries import Account
from rostra.people.rules import checked_handle
from rostra.square import relations, rosters
from rostra.square.act import Act
from rostra.square.audience import Circle
from rostra.square.relations import no_such_person
from rostra.square.relationships import Relationship, relationships
from rostra.square.span import Span
from rostra.square.who import People
from rostra.web.acting import acting
from rostra.web.callers import account_of, visitor_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.mastodon.paging import page_of
from rostra.web.own_paths import own_path
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page

_PAGE = 40
_DAY_MS = 24 * 3600 * 1000
MUTES = {"hour": _DAY_MS // 24, "day": _DAY_MS, "week": 7 * _DAY_MS, "ever": 0}

Move = Callable[[Act, Account, str], Awaitable[None]]
_MOVES: dict[str, Move] = {
    "follow": relations.follow,
    "unfollow": relations.unfollow,
    "remove": relations.remove_follower,
    "accept": relations.accept,
    "reject": relations.reject,
    "block": relations.block,
    "unblock": relations.unblock,
    "unmute": relations.unmute,
}


def add_doors(app: FastAPI) -> None:
    one = "/@{handle}"
    page_door(app, "GET", f"{one}/followers", Rule.ANYONE, followers)
    page_door(app, "GET", f"{one}/following", Rule.ANYONE, following)
    for name, move in _MOVES.items():
        page_door(app, "POST", f"{one}/{name}", Rule.SIGNED_IN, _moved(move))
    page_door(app, "POST", f"{one}/mute", Rule.SIGNED_IN, mute)
    page_door(app, "GET", "/settings/requests", Rule.SIGNED_IN, asking)
    page_door(app, "GET", "/settings/blocks", Rule.SIGNED_IN, blocked)
    page_door(app, "GET", "/settings/mutes", Rule.SIGNED_IN, muted)


async def person_of(connection: AsyncConnection, handle: str, circle: Circle) -> Profile:
    """Somebody by their handle. Raises NotFound, also where they block who looks."""
    try:
        wanted = checked_handle(handle)
    except BadInput:
        raise no_such_person() from None
    found = await profiles.by_handle(connection, wanted)
    if found is None or found.state not in rosters.FOUND or found.id in circle.blocked_by:
        raise no_such_person()
    return found


async def relation_to(
    connection: AsyncConnection, viewer: Account | None, person: Profile, now_ms: int
) -> Relationship | None:
    """What the buttons on somebody's page are drawn from; None where there are none."""
    if viewer is None or viewer.id == person.id:
        return None
    return (await relationships(connection, viewer.id, [person.id], now_ms))[0]


async def followers(request: Request, handle: str) -> Response:
    """Who follows somebody"""
    return await _of_person(request, handle, "followers", rosters.followers_of)


async def following(request: Request, handle: str) -> Response:
    """Whom somebody follows"""
    return await _of_person(request, handle, "following", rosters.followed_by)


async def asking(request: Request) -> Response:
    """Who asks to follow one"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await rosters.asking(connection, account, _span(request))
        return await _roster(request, connection, account, "requests", found)


async def blocked(request: Request) -> Response:
    """Whom one blocks"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await rosters.blocked(connection, account, _span(request))
        return await _roster(request, connection, account, "blocks", found)


async def muted(request: Request) -> Response:
    """Whom one mutes"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await rosters.muted(connection, account, _span(request), parts.now_ms())
        return await _roster(request, connection, account, "mutes", found)


async def mute(request: Request, handle: str) -> Response:
    """Not see somebody for a time"""
    form = await form_of(request)
    for_ms = MUTES.get(form.get("for", "ever"))
    if for_ms is None:
        raise BadInput("Choose for how long: an hour, a day, a week, or until you unmute.")
    notices = form.get("notices", "yes") == "yes"

    async def move(act: Act, me: Account, target_id: str) -> None:
        await relations.mute(act, me, target_id, notices=notices, for_ms=for_ms)

    return await _act(request, handle, move, form)


def _moved(move: Move) -> Callable[..., Awaitable[Response]]:
    async def moved(request: Request, handle: str) -> Response:
        return await _act(request, handle, move, await form_of(request))

    moved.__doc__ = f"{move.__name__.replace('_', ' ').capitalize()}: a button of a page"
    return moved


async def _act(request: Request, handle: str, move: Move, form: dict[str, str]) -> Response:
    parts, me = parts_of(request), account_of(request)
    parts.limits.relations.take(me.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        circle = await parts.circles.circle(act.connection, me)
        # Of whoever blocks me I see nothing, and may block them too.
        person = await person_of(act.connection, handle, Circle() if move in _ALWAYS else circle)
        await move(act, me, person.id)
    return RedirectResponse(own_path(form.get("back", "")) or f"/@{person.handle}", 303)


_ALWAYS: tuple[Move, ...] = (relations.block, relations.unblock, relations.unmute)


Asker = Callable[[AsyncConnection, str, Span], Awaitable[People]]


async def _of_person(request: Request, handle: str, kind: str, asked: Asker) -> Response:
    parts, viewer = parts_of(request), (await visitor_of(request)).account
    async with parts.database.reading() as connection:
        circle = await parts.circles.circle(connection, viewer)
        whose = await person_of(connection, handle, circle)
        found = await asked(connection, whose.id, _span(request))
        return await _roster(
            request, connection, viewer, kind, found, whose=whose, without=circle.apart
        )


def _span(request: Request) -> Span:
    """One more than is shown, to see whether there is more."""
    return Span(_PAGE + 1, page_of(request).max_id)


async def _roster(
    request: Request,
    connection: AsyncConnection,
    viewer: Account | None,
    kind: str,
    found: People,
    *,
    whose: Profile | None = None,
    without: Container[str] = (),
) -> Response:
    shown, known = found[:_PAGE], dict[str, Relationship]()
    older = shown[-1][0] if len(found) > _PAGE else None
    people = [person for _, person in shown if person.id not in without]
    if viewer is not None:
        ids = [person.id for person in people]
        now_ms = parts_of(request).now_ms()
        known = {each.id: each for each in await relationships(connection, viewer.id, ids, now_ms)}
    return await page(
        request, "people.html", me=viewer, whose=whose, kind=kind, relations=known,
        people=people, older=older, here=request.url.path,
    )  # fmt: skip
