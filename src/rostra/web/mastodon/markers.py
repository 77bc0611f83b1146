"""How far one has read: https://docs.joinmastodon.org/methods/markers/."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request

from rostra.errors import NotProcessable
from rostra.square import markers
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon import entities_relations as entities
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.paging import id_of
from rostra.web.mastodon.parameters import Parameters, Query, Several, parameters, query
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

_AT = "/api/v1/markers"


class Asked(Query):
    """Names of timelines."""

    timeline: Several[str] = ()


class Place(Parameters):
    """The id of the last post or notice that was read."""

    last_read_id: str = Field(min_length=1)


class Places(Parameters):
    """One for each timeline that was read."""

    home: Place | None = None
    notifications: Place | None = None


def add_doors(app: FastAPI) -> None:
    api_door(app, "GET", _AT, Rule.SIGNED_IN, read, scope="read:statuses", query=Asked)
    api_door(app, "POST", _AT, Rule.SIGNED_IN, put, scope="write:statuses", body=Places)


async def read(request: Request) -> Json:
    """How far one has read timelines"""
    wanted = [name for name in markers.TIMELINES if name in query(request, Asked).timeline]
    async with parts_of(request).database.reading() as connection:
        found = await markers.markers_of(connection, account_of(request), wanted)
    return Json(entities.markers(found))


async def put(request: Request) -> Json:
    """Say how far one has read timelines"""
    given = await parameters(request, Places)
    places = {name: getattr(given, name) for name in markers.TIMELINES}
    ids = {name: _id(place) for name, place in places.items() if place is not None}
    async with acting(parts_of(request)) as act:
        found = await markers.set_markers(act, account_of(request), ids)
    return Json(entities.markers(found))


def _id(place: Place) -> int:
    number = id_of(place.last_read_id)
    if number == 0 and place.last_read_id != "0":
        raise NotProcessable("Validation failed: last_read_id is not the id of a post or notice.")
    return number
