"""Applications make themselves known: /api/v1/apps."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request

from rostra.people import applications
from rostra.people.applications import Application
from rostra.people.redirects import OUT_OF_BAND
from rostra.people.scopes import ANY
from rostra.web.addresses import address_key_of
from rostra.web.callers import known_caller
from rostra.web.mastodon.answers import Document, Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.parameters import Parameters, parameters
from rostra.web.parts import parts_of
from rostra.web.rules import Rule


class NewApplication(Parameters):
    """`redirect_uris` is a list, or text with one on each line."""

    client_name: Annotated[str, Field(max_length=200)]
    redirect_uris: tuple[str, ...] | str = OUT_OF_BAND
    scopes: str = "read"
    website: str | None = None


def add_doors(app: FastAPI) -> None:
    api_door(app, "POST", "/api/v1/apps", Rule.ANYONE, create, body=NewApplication,
             answers={200: "The application with its id and secret."})  # fmt: skip
    api_door(app, "GET", "/api/v1/apps/verify_credentials", Rule.AN_APP, verify, scope=ANY)


def shown(application: Application) -> Document:
    """An application as everybody may know it: entities/Application."""
    return {
        "id": application.id,
        "name": application.name,
        "website": application.website or None,
        "scopes": list(application.scopes),
        "redirect_uris": list(application.redirect_uris),
        "redirect_uri": "\n".join(application.redirect_uris),
    }


async def create(request: Request) -> Json:
    """Register an application"""
    parts = parts_of(request)
    parts.limits.applications.take(address_key_of(request), parts.clock.boot_ns())
    wish = await parameters(request, NewApplication)
    given = wish.redirect_uris
    async with parts.database.writing() as connection:
        made, secret = await applications.register(
            connection,
            name=wish.client_name,
            redirect_uris=given.split() if isinstance(given, str) else list(given),
            scopes=wish.scopes,
            website=wish.website or "",
            now_ms=parts.now_ms(),
        )
    return Json(
        shown(made)
        | {"client_id": made.client_id, "client_secret": secret, "client_secret_expires_at": 0,
           "vapid_key": ""}
    )  # fmt: skip


async def verify(request: Request) -> Json:
    """The application whose token this is"""
    caller = known_caller(request)
    async with parts_of(request).database.reading() as connection:
        found = await applications.by_id(connection, caller.application_id or "")
    if found is None:  # a token of the shell or of the settings, which no application has
        return Json({"id": "0", "name": "Rostra", "website": None, "scopes": [],
                     "redirect_uris": [], "redirect_uri": "", "vapid_key": ""})  # fmt: skip
    return Json(shown(found) | {"vapid_key": ""})
