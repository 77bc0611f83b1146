"""What belongs to no timeline: the language, the keys, and the square as an app on a phone."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from rostra.charter.choices import read_charter
from rostra.errors import BadInput
from rostra.web.account.cookies import is_secure
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.files import static
from rostra.web.forms import form_of
from rostra.web.own_paths import own_path
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.square.showing import square_page
from rostra.web.templates import LANGUAGE_COOKIE, LANGUAGES

_YEAR_SECONDS = 365 * 24 * 3600
_GROUND = "#f6f1e8"


def add_doors(app: FastAPI) -> None:
    page_door(app, "POST", "/language", Rule.ANYONE, choose_language)
    page_door(app, "GET", "/keys", Rule.ANYONE, keys)
    page_door(app, "GET", "/manifest.webmanifest", Rule.ANYONE, manifest)


async def choose_language(request: Request) -> Response:
    """Show the pages in another language in this browser"""
    form = await form_of(request)
    if form.get("language") not in LANGUAGES:
        raise BadInput("There are no pages in that language: choose one that is shown.")
    answer = RedirectResponse(own_path(form.get("back", "")) or "/", 303)
    answer.set_cookie(
        LANGUAGE_COOKIE, form["language"], max_age=_YEAR_SECONDS, httponly=True, samesite="lax",
        secure=is_secure(parts_of(request)),
    )  # fmt: skip
    return answer


async def keys(request: Request) -> Response:
    """The keys of the pages"""
    me = (await visitor_of(request)).account
    return await square_page(request, "square/keys.html", me, [])


async def manifest(request: Request) -> Response:
    """How the square is installed on a phone (W3C Web Application Manifest)"""
    async with parts_of(request).database.reading() as connection:
        charter = await read_charter(connection)
    icons = [
        {"src": static(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    maskable = {**icons[1], "src": static("icon-maskable.png"), "purpose": "maskable"}
    document = {
        "id": "/",
        "name": charter.title,
        "short_name": charter.title[:12],
        "description": charter.description,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": _GROUND,
        "theme_color": _GROUND,
        "icons": [*icons, maskable],
    }
    return JSONResponse(
        document, media_type="application/manifest+json", headers={"Cache-Control": "max-age=3600"}
    )
