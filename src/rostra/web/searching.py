"""Searching from a door: the same for the page and for the API, within the limits of both."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.queries import Account
from rostra.programme.manifest import Manifest
from rostra.square import search
from rostra.square.posts import PostView
from rostra.square.search import FoundTag
from rostra.square.search_terms import LONGEST, Terms, parse
from rostra.square.search_time import in_time
from rostra.square.span import Span
from rostra.square.text import tag_key
from rostra.square.views import show
from rostra.square.walking import Reader
from rostra.web.addresses import address_key_of
from rostra.web.parts import Origins, parts_of
from rostra.web.reading import reading
from rostra.web.spaces import manifests_of

Kind = Literal["people", "posts", "spaces", "tags"]
KINDS: tuple[Kind, ...] = ("people", "posts", "spaces", "tags")
MOST_SKIPPED = 400
"""Results that may be skipped by number; further on posts are paged by id."""

_PERSON = re.compile(r"/@([A-Za-z0-9_]{1,32})(?:/(\d{1,19}))?/?")
_SPACE = re.compile(r"/(?:s|spaces)/([a-z0-9-]{1,64})/?")
_ID_BITS = 63


@dataclass(frozen=True)
class Asked:
    """What is looked for; `terms` may say more than the text, and `span` is of posts."""

    text: str
    kinds: tuple[Kind, ...] = KINDS
    limit: int = 20
    offset: int = 0
    span: Span = field(default_factory=Span)
    following: bool = False
    author_id: str = ""


@dataclass
class Found:
    """What was found, each kind in its own order; more posts may be behind the id `older`."""

    people: list[Profile] = field(default_factory=list)
    posts: list[PostView] = field(default_factory=list)
    older: int | None = None
    spaces: list[Manifest] = field(default_factory=list)
    tags: list[FoundTag] = field(default_factory=list)


async def look(request: Request, viewer: Account | None, asked: Asked) -> Found:
    """Search within the limits. Raises TooMany, Unavailable, NotProcessable for what is too wide"""
    parts = parts_of(request)
    key = viewer.id if viewer is not None else address_key_of(request)
    parts.limits.searches.take(key, parts.clock.boot_ns())
    text = asked.text.strip()[:LONGEST]
    if not text:
        return Found()
    async with (
        parts.limits.searching.one(),
        reading(parts, viewer, together=True) as (
            connection,
            reader,
        ),
    ):
        address = own_address(text, parts.origins)
        if address is not None:
            found, slugs = await _at(connection, reader, viewer, address)
        else:
            async with in_time(connection):
                found, slugs = await _looked(connection, reader, text, asked)
    found.spaces = await manifests_of(parts, slugs)
    return found


async def _looked(
    connection: AsyncConnection, reader: Reader, text: str, asked: Asked
) -> tuple[Found, list[str]]:
    circle = reader.circle
    found, slugs = Found(), list[str]()
    page = {"limit": asked.limit, "offset": asked.offset}
    if "people" in asked.kinds:
        found.people = await search.people_like(
            connection, text, circle, following=asked.following, **page
        )
    if "spaces" in asked.kinds:
        slugs = await search.spaces_like(connection, text, circle, **page)
    if "tags" in asked.kinds:
        found.tags = await search.tags_like(connection, tag_key(text), **page)
    if "posts" in asked.kinds:
        span = asked.span.of_size(asked.limit + asked.offset)
        page_of_posts = await search.posts_like(
            connection, parse(text), reader, span, author_id=asked.author_id
        )
        found.posts, found.older = page_of_posts.views[asked.offset :], page_of_posts.older
    return found, slugs


@dataclass(frozen=True)
class Address:
    """One of our own: of a post, of somebody, or of a Space."""

    handle: str = ""
    post_id: int | None = None
    slug: str = ""


def own_address(text: str, origins: Origins) -> Address | None:
    """What the whole of `text` is the address of, None where it is none of ours."""
    for origin in (origins.public_url, origins.live_url):
        if not text.startswith(f"{origin}/"):
            continue
        try:
            path = unquote(urlsplit(text).path)
        except ValueError:
            return None
        if person := _PERSON.fullmatch(path):
            number = int(person[2]) if person[2] else None
            there = number is None or number.bit_length() <= _ID_BITS
            return Address(person[1].lower(), number) if there else None
        if space := _SPACE.fullmatch(path):
            return Address(slug=space[1])
    return None


async def _at(
    connection: AsyncConnection, reader: Reader, viewer: Account | None, address: Address
) -> tuple[Found, list[str]]:
    if address.slug:
        return Found(), [address.slug]
    if address.post_id is not None:
        views = await show(connection, [address.post_id], viewer, reader.now_ms)
        return Found(posts=[v for v in views if v.author.handle == address.handle]), []
    profile = await profiles.by_handle(connection, address.handle)
    seen = profile is not None and profile.account.may_act and profile.id not in reader.circle.apart
    return Found(people=[profile] if profile is not None and seen else []), []


def terms_of(text: str) -> Terms:
    """The terms of what was typed, to mark them where they were found."""
    return parse(text.strip()[:LONGEST])
