"""What the server is and takes: /api/v1/instance, /api/v2/instance, and what hangs on them."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from rostra.charter.choices import Charter, read_charter
from rostra.errors import NotFound
from rostra.people import profiles, queries
from rostra.people.profiles import Profile
from rostra.square.statistics import Numbers
from rostra.square.text import bio_of, line_of
from rostra.web.callers import viewer_of
from rostra.web.mastodon.answers import Document, Json
from rostra.web.mastodon.configuration import (
    API_NUMBER,
    VERSION,
    configuration,
    streaming_url,
)
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.languages import LANGUAGES
from rostra.web.parts import Origins, WebParts, parts_of
from rostra.web.rules import Rule
from rostra.web.templates import LANGUAGES as OURS

_V1 = "/api/v1/instance"
_PRIVACY = (
    "<p>This server keeps what people give it: their profile, what they write and upload, whom "
    "they follow, block and mute, and, while they are signed in, from which address and with "
    "which program. It shows to others what people chose to show, gives nothing to third "
    "parties, and forgets an account when its owner deletes it.</p>"
)
_PRIVACY_SINCE = "2026-11-01T00:00:00.000Z"


def add_doors(app: FastAPI) -> None:
    for path, endpoint in (
        (_V1, first),
        ("/api/v2/instance", second),
        (f"{_V1}/rules", rules),
        (f"{_V1}/activity", activity),
        (f"{_V1}/peers", nothing),
        (f"{_V1}/domain_blocks", nothing),
        (f"{_V1}/extended_description", extended_description),
        (f"{_V1}/privacy_policy", privacy_policy),
        (f"{_V1}/terms_of_service", terms_of_service),
        (f"{_V1}/languages", languages),
        (f"{_V1}/translation_languages", translation_languages),
        ("/api/v1/custom_emojis", nothing),
    ):
        api_door(app, "GET", path, Rule.ANYONE, endpoint)
    api_door(app, "GET", "/api/v1/announcements", Rule.SIGNED_IN, nothing, scope="read")
    api_door(app, "GET", "/health", Rule.ANYONE, alive, brings="text/plain")


async def second(request: Request) -> Json:
    """What the server is and takes, as apps ask today"""
    parts = parts_of(request)
    charter, contact, numbers = await _known(parts)
    return Json(_second(parts.origins, charter, contact, numbers))


async def first(request: Request) -> Json:
    """The same, as older apps ask"""
    parts = parts_of(request)
    charter, contact, numbers = await _known(parts)
    return Json(_first(parts.origins, charter, contact, numbers))


async def rules(request: Request) -> Json:
    """What holds here"""
    async with parts_of(request).database.reading() as connection:
        return Json(_rules(await read_charter(connection)))


async def activity(request: Request) -> Json:
    """Posts and newcomers of the last weeks; who signs in is not counted"""
    parts = parts_of(request)
    numbers = await parts.census.numbers(parts.database, parts.now_ms())
    return Json(
        [
            {
                "week": str(week.began_ms // 1000),
                "statuses": str(week.posts),
                "logins": "0",
                "registrations": str(week.newcomers),
            }
            for week in numbers.weeks
        ]
    )


async def nothing(request: Request) -> Json:
    """Nothing of that kind is here, which is an answer"""
    await viewer_of(request)  # a bad token is told, so that an app knows that it is signed out
    return Json([])


async def extended_description(request: Request) -> Json:
    """What the operator says of the square"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        charter = await read_charter(connection)
    text = bio_of(charter.description, parts.settings.public_url)
    return Json({"updated_at": None, "content": text})


async def privacy_policy(request: Request) -> Json:
    """What is kept of people"""
    return Json({"updated_at": _PRIVACY_SINCE, "content": _PRIVACY})


async def terms_of_service(request: Request) -> Json:
    """None: there are rules, and nothing to sign"""
    raise NotFound("This server has no terms of service beside its rules.")


async def languages(request: Request) -> Json:
    """Languages that posts may be in"""
    return Json([{"code": code, "name": name} for code, name in LANGUAGES])


async def translation_languages(request: Request) -> Json:
    """None: nothing is translated here"""
    return Json({})


async def alive(request: Request) -> Response:
    """Whether it answers"""
    return PlainTextResponse("OK")


async def _known(parts: WebParts) -> tuple[Charter, Profile | None, Numbers]:
    """The operator's choices, whom to turn to (the oldest administrator), and how much is here."""
    async with parts.database.reading() as connection:
        charter = await read_charter(connection)
        admin = await queries.first_admin(connection)
        contact = await profiles.of_id(connection, admin.id) if admin else None
    return charter, contact, await parts.census.numbers(parts.database, parts.now_ms())


def _second(
    origins: Origins, charter: Charter, contact: Profile | None, numbers: Numbers
) -> Document:
    return {
        "domain": domain_of(origins),
        "title": charter.title,
        "version": VERSION,
        "source_url": f"{origins.public_url}/docs",
        "description": line_of(charter.description, 500),
        "usage": {"users": {"active_month": numbers.active_month}},
        "thumbnail": {"url": f"{origins.public_url}/headers/rostra.png", "blurhash": None,
                      "versions": {}},
        "icon": [],
        "languages": list(OURS),
        "configuration": configuration(origins, charter.longest_post),
        "registrations": {
            "enabled": charter.registrations in {"open", "approval"},
            "approval_required": charter.registrations == "approval",
            "reason_required": charter.registrations == "approval",
            "message": None,
            "min_age": None,
            "url": None,
        },
        "api_versions": {"mastodon": API_NUMBER},
        "contact": {
            "email": charter.contact,
            "account": account(contact, origins) if contact else None,
        },
        "rules": _rules(charter),
    }  # fmt: skip


def _first(
    origins: Origins, charter: Charter, contact: Profile | None, numbers: Numbers
) -> Document:
    return {
        "uri": domain_of(origins),
        "title": charter.title,
        "short_description": line_of(charter.description, 200),
        "description": line_of(charter.description, 500),
        "email": charter.contact,
        "version": VERSION,
        "urls": {"streaming_api": streaming_url(origins)},
        "stats": {
            "user_count": numbers.people,
            "status_count": numbers.posts,
            "domain_count": 1,
        },
        "thumbnail": f"{origins.public_url}/headers/rostra.png",
        "languages": list(OURS),
        "registrations": charter.registrations in {"open", "approval"},
        "approval_required": charter.registrations == "approval",
        "invites_enabled": charter.registrations == "invitation",
        "configuration": configuration(origins, charter.longest_post),
        "contact_account": account(contact, origins) if contact else None,
        "rules": _rules(charter),
    }


def domain_of(origins: Origins) -> str:
    """Host, and port where there is one, by which the server is known."""
    return origins.public_url.partition("://")[2]


def _rules(charter: Charter) -> list[Document]:
    return [
        {"id": str(number), "text": text, "hint": "", "translations": {}}
        for number, text in enumerate(charter.rules, 1)
    ]
