"""The page of one's notices: grouped, filtered by kind, put away, and when to be left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import BadInput
from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.square import noticed
from rostra.square.notice_filters import CONTEXT, is_hidden
from rostra.square.noticed import Notice, Wanted, group_key
from rostra.square.notices import KINDS, OFFICIAL, unwanted
from rostra.square.posts import PostView
from rostra.square.quiet import Quiet, checked_quiet, quiet_of, shown_minutes
from rostra.square.span import Span
from rostra.square.text import line_of
from rostra.square.views import show
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import fields_of, form_of
from rostra.web.mastodon.paging import id_of
from rostra.web.mastodon.showing import filtered
from rostra.web.parts import parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.square.showing import square_page

LONGEST_LINE = 140
MOST = 40
_NAMED = 3
_NIGHT = Quiet(22 * 60, 7 * 60, "UTC")
TABS = {
    "all": None,
    "mentions": frozenset({"mention", "quote"}),
    "follows": frozenset({"follow", "follow_request"}),
    "reactions": frozenset({"favourite", "reblog"}),
    "live": frozenset({"live", "status"}),
    "other": frozenset({"poll", "update"}) | OFFICIAL,
}
_SWITCHED = [kind for kind in KINDS if kind not in OFFICIAL]


@dataclass(frozen=True)
class Group:
    """Notices that are shown as one line: `names` of the first few, and how many more.

    `line` is what the post says, and `filtered` the filter that warns of it, if one does.
    """

    kind: str
    ids: tuple[int, ...]
    names: tuple[str, ...]
    others: int
    line: str
    filtered: str
    link: str
    when_ms: int
    new: bool


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/notices", Rule.SIGNED_IN, listing)
    page_door(app, "POST", "/notices/read", Rule.SIGNED_IN, read)
    page_door(app, "POST", "/notices/clear", Rule.SIGNED_IN, clear)
    page_door(app, "POST", "/notices/dismiss", Rule.SIGNED_IN, dismiss)
    page_door(app, "GET", "/notices/settings", Rule.SIGNED_IN, settings)
    page_door(app, "POST", "/notices/settings", Rule.SIGNED_IN, comes_back(choose, settings))


async def listing(request: Request) -> Response:
    """One's notices"""
    parts, me = parts_of(request), account_of(request)
    tab = request.query_params.get("only", "all")
    span = Span(MOST, id_of(request.query_params.get("max_id", "")) or None)
    wanted = Wanted(TABS.get(tab))
    async with parts.database.reading() as connection:
        found = await noticed.listed(connection, me.id, span, parts.now_ms(), wanted)
        post_ids = list({each.post_id for each in found if each.post_id is not None})
        every = await show(connection, post_ids, me, parts.now_ms())
        people = await profiles.of_ids(connection, [each.from_id for each in found if each.from_id])
        read_to = await noticed.marker(connection, me.id, noticed.READ)
    views = [each for each in await filtered(parts, every, me) if not is_hidden(each)]
    groups = groups_of(found, people, {view.post.id: view for view in views}, read_to)
    return await square_page(
        request, "notices.html", me, views, groups=groups, tab=tab if tab in TABS else "all",
        following=found[-1].id if len(found) == MOST else None,
    )  # fmt: skip


async def settings(request: Request) -> Response:
    """When one wants to be left alone, and of what told"""
    parts, me = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        preferences = await noticed.preferences_of(connection, me.id)
    left_out, quiet = unwanted(preferences), quiet_of(preferences)
    shown = quiet or _NIGHT
    return await square_page(
        request, "notices_settings.html", me, [], is_quiet=quiet is not None,
        begins=shown_minutes(shown.begins), ends=shown_minutes(shown.ends), zone=shown.zone,
        switched=_SWITCHED, wanted=[each for each in _SWITCHED if each not in left_out],
    )  # fmt: skip


async def read(request: Request) -> Response:
    """All have been read"""
    async with acting(parts_of(request)) as act:
        await noticed.read_all(act, account_of(request).id)
    return _back()


async def clear(request: Request) -> Response:
    """Put all away"""
    async with acting(parts_of(request)) as act:
        await noticed.clear(act, account_of(request).id)
    return _back()


async def dismiss(request: Request) -> Response:
    """Put one line away"""
    ids = [id_of(each) for each in (await form_of(request)).get("ids", "")[:2000].split()]
    async with acting(parts_of(request)) as act:
        await noticed.dismiss_all(act, account_of(request).id, ids[:MOST])
    return _back()


async def choose(request: Request) -> Response:
    """When to be left alone, and of what to be told"""
    fields = await fields_of(request)
    given = dict(fields)
    quiet = None
    if given.get("quiet") == "yes":
        quiet = checked_quiet(given.get("from", ""), given.get("to", ""), given.get("zone", ""))
    wanted = {value for name, value in fields if name == "kind"}
    if not wanted <= set(_SWITCHED):
        raise BadInput("There is no such kind of notice: choose among those on the page.")
    async with acting(parts_of(request)) as act:
        left_out = frozenset(_SWITCHED) - wanted
        await noticed.choose(act, account_of(request).id, quiet, left_out)
    return RedirectResponse("/notices/settings", 303)


def groups_of(
    found: Sequence[Notice],
    people: dict[str, Profile],
    posts: dict[int, PostView],
    read_to: int,
) -> list[Group]:
    """The lines of the page, newest first."""
    together: dict[str, list[Notice]] = {}
    for notice in found:
        if notice.post_id is None or notice.post_id in posts:
            together.setdefault(group_key(notice), []).append(notice)
    return [_group(group, people, posts, read_to) for group in together.values()]


def _group(
    group: Sequence[Notice], people: dict[str, Profile], posts: dict[int, PostView], read_to: int
) -> Group:
    newest, view = group[0], posts.get(group[0].post_id or 0)
    who = [people[each] for each in dict.fromkeys(n.from_id for n in group) if each in people]
    names = tuple(profile.name or profile.handle for profile in who)
    hits = () if view is None else view.filters
    warned = [each.title for each in hits if each.action == "warn" and CONTEXT in each.contexts]
    return Group(
        newest.kind, tuple(each.id for each in group), names[:_NAMED], len(names[_NAMED:]),
        "" if view is None else line_of(view.post.warning or view.post.text, LONGEST_LINE),
        warned[0] if warned else "", _link(newest, view, who), newest.created_ms,
        newest.id > read_to,
    )  # fmt: skip


def _link(notice: Notice, view: PostView | None, who: Sequence[Profile]) -> str:
    """The page that a notice leads to."""
    if notice.kind == "moderation_warning":
        return "/settings/standing"
    if notice.kind == "admin.report":
        return f"/moderation/reports/{notice.report_id}" if notice.report_id else "/moderation"
    if notice.kind == "admin.sign_up":
        return "/settings/newcomers"
    if notice.space_slug is not None:
        return f"/spaces/{notice.space_slug}"
    if view is not None:
        return f"/@{view.author.handle}/{view.post.id}"
    return f"/@{who[0].handle}" if who else "/notices"


def _back() -> Response:
    return RedirectResponse("/notices", 303)
