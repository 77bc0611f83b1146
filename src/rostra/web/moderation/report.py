"""The form by which anybody reports an account, its posts, or a Space.

Strangers may report what everybody can see; how often is limited by their address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import read_charter
from rostra.errors import BadInput, NotFound
from rostra.moderation import reporting, targets
from rostra.moderation.reporting import Complaint
from rostra.moderation.rules import MOST_POSTS
from rostra.people.queries import Account
from rostra.people.rules import SEEN
from rostra.rooms import queries as rooms
from rostra.rooms.queries import Space
from rostra.rooms.rules import no_such_space
from rostra.square.audience import STRANGER, circle_of
from rostra.square.filtering import NO_FILTERS
from rostra.square.posts import Post
from rostra.square.queries import post_by_id
from rostra.square.span import Span
from rostra.square.timelines import Wishes, of_account
from rostra.square.walking import Reader
from rostra.web.acting import acting
from rostra.web.addresses import address_key_of
from rostra.web.callers import visitor_of
from rostra.web.forms import fields_of
from rostra.web.moderation.showing import number_of, show
from rostra.web.parts import WebParts, parts_of
from rostra.web.said import said_of

_RECENT = 10


@dataclass(frozen=True)
class _Subject:
    """What the form is about: `posts` can be chosen, of which `chosen` are at first."""

    account: Account
    space: Space | None
    posts: tuple[Post, ...]
    chosen: frozenset[int]


async def form(request: Request) -> Response:
    """The form, for what stands in the address, or in the form if it was refused"""
    parts, me = parts_of(request), await _reader(request)
    if "sent" in request.query_params:
        return await show(request, "reported", me=me)
    async with parts.database.reading() as connection:
        asked = said_of(request).fields or request.query_params.multi_items()
        subject = await _subject(connection, asked, me, parts)
        charter = await read_charter(connection)
    return await show(request, "report_form", me=me, subject=subject, rules=charter.rules)


async def send(request: Request) -> Response:
    """Report it"""
    parts, me = parts_of(request), await _reader(request)
    if me is None:
        parts.limits.reports.take(address_key_of(request), parts.clock.boot_ns())
    pairs = await fields_of(request)
    fields = dict(pairs)
    complaint = Complaint(
        category=fields.get("category", ""),
        comment=fields.get("comment", ""),
        rules=tuple(number_of(value) or 0 for name, value in pairs if name == "rule"),
        posts=tuple(number_of(value) or 0 for name, value in pairs if name == "post"),
    )
    async with acting(parts) as act:
        if fields.get("space"):
            await reporting.report_space(act, me, fields["space"][:64], complaint)
        else:
            about = (await targets.an_account(act.connection, fields.get("account", ""))).subject
            await reporting.report_account(act, me, about.id, complaint)
    return RedirectResponse("/report?sent", 303)


async def _reader(request: Request) -> Account | None:
    """Who reports; None for strangers, and for accounts that may not act."""
    account = (await visitor_of(request)).account
    return account if account is not None and account.may_act else None


async def _subject(
    connection: AsyncConnection,
    asked: Iterable[tuple[str, str]],
    me: Account | None,
    parts: WebParts,
) -> _Subject:
    """What is reported, as far as the reader can see it. Raises NotFound and BadInput."""
    pairs = list(asked)
    fields = dict(pairs)
    if fields.get("space"):
        space = await rooms.by_slug(connection, fields["space"][:64])
        if space is None or space.phase == "removed":
            raise no_such_space()
        owner = (await targets.an_account_by_id(connection, space.owner_id)).subject
        return _Subject(owner, space, (), frozenset())
    numbers = [number_of(value) or 0 for name, value in pairs if name == "post"][:MOST_POSTS]
    posts = [await post_by_id(connection, each, me) for each in dict.fromkeys(numbers)]
    if posts:
        account = (await targets.an_account_by_id(connection, posts[0].author_id)).subject
    elif fields.get("account"):
        account = (await targets.an_account(connection, fields["account"][:40])).subject
    else:
        raise BadInput("Say what to report: open this page from a post, a profile or a Space.")
    if account.state not in SEEN:
        raise NotFound("There is nobody of that name here.")
    shown = {post.id: post for post in [*posts, *await _recent(connection, account, me, parts)]}
    return _Subject(account, None, tuple(shown.values()), frozenset(post.id for post in posts))


async def _recent(
    connection: AsyncConnection, account: Account, me: Account | None, parts: WebParts
) -> list[Post]:
    """The newest posts of somebody that the reader can see, to choose evidence from."""
    circle = STRANGER if me is None else await circle_of(connection, me.id, parts.now_ms())
    span, wishes = Span(_RECENT), Wishes(boosts=False)
    reader = Reader(circle, NO_FILTERS, parts.now_ms())
    views = await of_account(connection, reader, span, account.id, wishes)
    return [view.post for view in views]
