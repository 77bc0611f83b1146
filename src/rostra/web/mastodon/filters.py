"""Word filters: https://docs.joinmastodon.org/methods/filters/. Those of version 1, at the end, are
single keywords of the same filters."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request

from rostra.errors import NotProcessable
from rostra.square import filters
from rostra.square.filtering import Filter, Keyword
from rostra.square.filters import KeywordWish, Lasting, Wish
from rostra.square.tables import filter_posts, filter_words
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon import entities_relations as entities
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.paging import id_of
from rostra.web.mastodon.parameters import Parameters, Several, parameters
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

_ALL, _OLD = "/api/v2/filters", "/api/v1/filters"
_ONE, _KEYWORD, _STATUS = f"{_ALL}/{{id}}", f"{_ALL}/keywords/{{id}}", f"{_ALL}/statuses/{{id}}"
_READ, _WRITE = "read:filters", "write:filters"


class KeywordGiven(Parameters):
    """A keyword: a new one without `id`; `_destroy` removes it."""

    id: str | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = Field(False, alias="_destroy")

    def wish(self) -> KeywordWish:
        number = None if self.id is None else id_of(self.id)
        return KeywordWish(self.keyword, self.whole_word, number, self.destroy)


class FilterGiven(Parameters):
    """A filter; `expires_in` is in seconds, and nothing for ever."""

    title: str | None = None
    context: Several[str] | None = None
    filter_action: str | None = None
    expires_in: str | None = None
    keywords_attributes: Several[KeywordGiven] = ()

    def wish(self) -> Wish:
        lasting = _lasting(self.expires_in) if "expires_in" in self.model_fields_set else None
        return Wish(self.title, self.context, self.filter_action, lasting)

    def keywords(self) -> tuple[KeywordWish, ...]:
        return tuple(each.wish() for each in self.keywords_attributes)


class StatusGiven(Parameters):
    """The id of a post."""

    status_id: str


class OldGiven(Parameters):
    """A filter of version 1."""

    phrase: str | None = None
    context: Several[str] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: str | None = None

    def wish(self) -> Wish:
        lasting = _lasting(self.expires_in) if "expires_in" in self.model_fields_set else None
        action = None if self.irreversible is None else "hide" if self.irreversible else "warn"
        return Wish(None, self.context, action, lasting)


def add_doors(app: FastAPI) -> None:
    me = Rule.SIGNED_IN
    api_door(app, "GET", _ALL, me, read_all, scope=_READ)
    api_door(app, "POST", _ALL, me, make, scope=_WRITE, body=FilterGiven)
    api_door(app, "GET", _KEYWORD, me, read_keyword, scope=_READ)
    api_door(app, "PUT", _KEYWORD, me, change_keyword, scope=_WRITE, body=KeywordGiven)
    api_door(app, "DELETE", _KEYWORD, me, remove_keyword, scope=_WRITE)
    api_door(app, "GET", _STATUS, me, read_status, scope=_READ)
    api_door(app, "DELETE", _STATUS, me, remove_status, scope=_WRITE)
    api_door(app, "GET", _ONE, me, read_one, scope=_READ)
    api_door(app, "PUT", _ONE, me, change, scope=_WRITE, body=FilterGiven)
    api_door(app, "DELETE", _ONE, me, remove, scope=_WRITE)
    api_door(app, "GET", f"{_ONE}/keywords", me, read_keywords, scope=_READ)
    api_door(app, "POST", f"{_ONE}/keywords", me, add_keyword, scope=_WRITE, body=KeywordGiven)
    api_door(app, "GET", f"{_ONE}/statuses", me, read_statuses, scope=_READ)
    api_door(app, "POST", f"{_ONE}/statuses", me, add_status, scope=_WRITE, body=StatusGiven)
    api_door(app, "GET", _OLD, me, read_old, scope=_READ)
    api_door(app, "POST", _OLD, me, make_old, scope=_WRITE, body=OldGiven)
    api_door(app, "GET", f"{_OLD}/{{id}}", me, read_one_old, scope=_READ)
    api_door(app, "PUT", f"{_OLD}/{{id}}", me, change_old, scope=_WRITE, body=OldGiven)
    api_door(app, "DELETE", f"{_OLD}/{{id}}", me, remove_old, scope=_WRITE)


async def read_all(request: Request) -> Json:
    """One's word filters"""
    return Json([entities.filter_v2(each) for each in await _mine(request)])


async def read_one(request: Request, id: str) -> Json:
    """One of one's word filters"""
    return Json(entities.filter_v2(await _one(request, id)))


async def make(request: Request) -> Json:
    """Make a word filter"""
    given = await parameters(request, FilterGiven)
    async with acting(parts_of(request)) as act:
        made = await filters.make_filter(act, account_of(request), given.wish(), given.keywords())
    return Json(entities.filter_v2(made))


async def change(request: Request, id: str) -> Json:
    """Change a word filter"""
    given = await parameters(request, FilterGiven)
    async with acting(parts_of(request)) as act:
        changed = await filters.change_filter(
            act, account_of(request), id_of(id), given.wish(), given.keywords()
        )
    return Json(entities.filter_v2(changed))


async def remove(request: Request, id: str) -> Json:
    """Remove a word filter"""
    async with acting(parts_of(request)) as act:
        await filters.remove_filter(act, account_of(request), id_of(id))
    return Json({})


async def read_keywords(request: Request, id: str) -> Json:
    """The keywords of a filter"""
    found = await _one(request, id)
    return Json([entities.filter_keyword(each) for each in found.keywords])


async def add_keyword(request: Request, id: str) -> Json:
    """Add a keyword to a filter"""
    given = await parameters(request, KeywordGiven)
    wish = KeywordWish(given.keyword or "", given.whole_word)
    async with acting(parts_of(request)) as act:
        changed = await filters.change_filter(act, account_of(request), id_of(id), Wish(), [wish])
    return Json(entities.filter_keyword(changed.keywords[-1]))


async def read_keyword(request: Request, id: str) -> Json:
    """A keyword of one of one's filters"""
    async with parts_of(request).database.reading() as connection:
        found = await filters.filter_with(connection, account_of(request), filter_words, id_of(id))
    return Json(entities.filter_keyword(_keyword(found, id)))


async def change_keyword(request: Request, id: str) -> Json:
    """Change a keyword"""
    given = await parameters(request, KeywordGiven)
    wish = KeywordWish(given.keyword, given.whole_word, id_of(id))
    async with acting(parts_of(request)) as act:
        of = await filters.filter_with(act.connection, account_of(request), filter_words, id_of(id))
        changed = await filters.change_filter(act, account_of(request), of.id, Wish(), [wish])
    return Json(entities.filter_keyword(_keyword(changed, id)))


async def remove_keyword(request: Request, id: str) -> Json:
    """Remove a keyword"""
    await _remove_keyword(request, id)
    return Json({})


async def read_statuses(request: Request, id: str) -> Json:
    """The posts that a filter is about"""
    found = await _one(request, id)
    return Json([entities.filter_status(each) for each in found.posts])


async def add_status(request: Request, id: str) -> Json:
    """Filter a post, whatever it says"""
    given = await parameters(request, StatusGiven)
    async with acting(parts_of(request)) as act:
        made = await filters.add_post(act, account_of(request), id_of(id), id_of(given.status_id))
    return Json(entities.filter_status(made))


async def read_status(request: Request, id: str) -> Json:
    """A post that is filtered"""
    async with parts_of(request).database.reading() as connection:
        found = await filters.filter_with(connection, account_of(request), filter_posts, id_of(id))
    return Json(entities.filter_status(next(each for each in found.posts if each.id == id_of(id))))


async def remove_status(request: Request, id: str) -> Json:
    """No longer filter a post"""
    async with acting(parts_of(request)) as act:
        await filters.remove_post(act, account_of(request), id_of(id))
    return Json({})


async def read_old(request: Request) -> Json:
    """One's keywords, as apps of before 2022 read them"""
    mine = await _mine(request)
    return Json([entities.filter_v1(each, word) for each in mine for word in each.keywords])


async def read_one_old(request: Request, id: str) -> Json:
    """A keyword, as apps of before 2022 read it"""
    async with parts_of(request).database.reading() as connection:
        found = await filters.filter_with(connection, account_of(request), filter_words, id_of(id))
    return Json(entities.filter_v1(found, _keyword(found, id)))


async def make_old(request: Request) -> Json:
    """Make a filter of one keyword"""
    given = await parameters(request, OldGiven)
    phrase = given.phrase or ""
    wish = given.wish()
    whole = Wish(phrase[: filters.LONGEST_TITLE], wish.contexts, wish.action, wish.lasting)
    keyword = KeywordWish(phrase, given.whole_word)
    async with acting(parts_of(request)) as act:
        made = await filters.make_filter(act, account_of(request), whole, [keyword])
    return Json(entities.filter_v1(made, made.keywords[0]))


async def change_old(request: Request, id: str) -> Json:
    """Change a keyword, and its filter if it is the only one"""
    given = await parameters(request, OldGiven)
    keyword = KeywordWish(given.phrase, given.whole_word, id_of(id))
    async with acting(parts_of(request)) as act:
        of = await filters.filter_with(act.connection, account_of(request), filter_words, id_of(id))
        if len(of.keywords) > 1 and given.wish() != Wish():
            raise NotProcessable(
                "Validation failed: this filter has several keywords, and only newer apps can "
                "change all of it."
            )
        changed = await filters.change_filter(
            act, account_of(request), of.id, given.wish(), [keyword]
        )
    return Json(entities.filter_v1(changed, _keyword(changed, id)))


async def remove_old(request: Request, id: str) -> Json:
    """Remove a keyword, and its filter if it is the only one"""
    left = await _remove_keyword(request, id)
    if not left.keywords and not left.posts:
        async with acting(parts_of(request)) as act:
            await filters.remove_filter(act, account_of(request), left.id)
    return Json({})


async def _remove_keyword(request: Request, id: str) -> Filter:
    wish = KeywordWish(id=id_of(id), gone=True)
    async with acting(parts_of(request)) as act:
        of = await filters.filter_with(act.connection, account_of(request), filter_words, id_of(id))
        return await filters.change_filter(act, account_of(request), of.id, Wish(), [wish])


async def _mine(request: Request) -> tuple[Filter, ...]:
    async with parts_of(request).database.reading() as connection:
        return (await filters.filters_of(connection, account_of(request).id)).filters


async def _one(request: Request, id: str) -> Filter:
    async with parts_of(request).database.reading() as connection:
        return await filters.filter_by_id(connection, account_of(request), id_of(id))


def _keyword(found: Filter, id: str) -> Keyword:
    return next(each for each in found.keywords if each.id == id_of(id))


def _lasting(text: str | None) -> Lasting:
    """From `expires_in`: seconds; for ever if it is empty. Raises NotProcessable."""
    if not text:
        return Lasting(None)
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise NotProcessable("Validation failed: expires_in should be a number of seconds.")
    return Lasting(int(text))
