"""For programs and operators: health, metrics, the description of the API, files of the pages."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from rostra import metrics
from rostra.chores.queue import census
from rostra.errors import NotFound, Unavailable
from rostra.metrics import Family, Sample
from rostra.web.callers import visitor_of
from rostra.web.door import MARK, page_door
from rostra.web.files import files, fingerprint
from rostra.web.packing import takes_gzip
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule
from rostra.web.streaming.hub import hub_of
from rostra.web.tally import TALLY_OF_CONNECTIONS
from rostra.web.templates import page


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET HEAD", "/healthz", Rule.ANYONE, health)
    page_door(app, "GET", "/metrics", Rule.ANYONE, show_metrics)
    page_door(app, "GET", "/openapi.json", Rule.ANYONE, description)
    page_door(app, "GET", "/docs", Rule.ANYONE, docs)
    page_door(app, "GET", "/robots.txt", Rule.ANYONE, robots)
    page_door(app, "GET", "/favicon.ico", Rule.ANYONE, icon)
    page_door(app, "GET", "/static/{name}", Rule.ANYONE, static)
    page_door(app, "GET", "/static/stage/{name}", Rule.ANYONE, module)
    page_door(app, "GET", "/static/square/{name}", Rule.ANYONE, square_module)
    page_door(app, "GET", "/static/{mark}/{name}", Rule.ANYONE, kept)
    page_door(app, "GET", "/static/{mark}/square/{name}", Rule.ANYONE, kept_module)


async def health(request: Request) -> JSONResponse:
    """Whether pages can be served; the bus may be away, the pages go on"""
    parts = parts_of(request)
    database = await _database_answers(parts)
    found = {"ok": database, "database": database, "bus": parts.bus.connected}
    return JSONResponse(found, 200 if database else 503)


async def show_metrics(request: Request) -> Response:
    """Prometheus text"""
    parts = parts_of(request)
    streams = hub_of(request)
    ended = (Sample(number, {"why": why}) for why, number in sorted(streams.ended.items()))
    families = [
        *_families(parts),
        *await _of_chores(parts),
        metrics.gauge("rostra_web_streams", "Open streams of pages and apps.", streams.streams),
        Family("rostra_web_streams_ended_total", "counter", "Streams that ended.", tuple(ended)),
    ]
    return PlainTextResponse(metrics.render(families), media_type=metrics.CONTENT_TYPE)


async def description(request: Request) -> JSONResponse:
    """The API by OpenAPI"""
    return JSONResponse(request.app.openapi(), headers={"Cache-Control": "max-age=60"})


async def docs(request: Request) -> Response:
    """The API for people"""
    api = request.app.openapi()
    operations = [
        {"method": method.upper(), "path": path, "summary": each["summary"], "rule": each[MARK]}
        for path, methods in api["paths"].items()
        for method, each in methods.items()
    ]
    return await page(
        request, "docs.html", me=(await visitor_of(request)).account, operations=operations
    )


async def robots(request: Request) -> Response:
    """What crawlers may read"""
    return PlainTextResponse("User-agent: *\nDisallow: /api/\nDisallow: /sign-in/\n")


async def icon(request: Request) -> Response:
    """The icon, for those who ask by habit"""
    return await static(request, "icon.svg")


async def static(request: Request, name: str) -> Response:
    """A file of the pages"""
    return _file(request, name, "max-age=300")


async def module(request: Request, name: str) -> Response:
    """A module of the stage page; asked for each time, so that all are of one version"""
    return _file(request, f"stage/{name}", "no-cache")


async def square_module(request: Request, name: str) -> Response:
    """A module of the square's pages; asked for each time, as those of the stage are"""
    return _file(request, f"square/{name}", "no-cache")


async def kept(request: Request, mark: str, name: str) -> Response:
    """A file under the fingerprint of its version: browsers need never ask again"""
    return _file(request, name, _for_ever(mark))


async def kept_module(request: Request, mark: str, name: str) -> Response:
    """A module under the fingerprint of its version, as are those that it imports"""
    return _file(request, f"square/{name}", _for_ever(mark))


def _for_ever(mark: str) -> str:
    """A page of the version before asks for its files while we have others: it keeps none."""
    return "public, max-age=31536000, immutable" if mark == fingerprint() else "no-cache"


def _file(request: Request, name: str, caching: str) -> Response:
    found = files().get(name)
    if found is None:
        raise NotFound("There is nothing at this address.")
    headers = {"Cache-Control": caching, "ETag": found.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=304, headers=headers)
    if found.packed is not None and takes_gzip(request.headers):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, 200, headers, media_type=found.kind)
    return Response(found.body, 200, headers, media_type=found.kind)


async def _database_answers(parts: WebParts) -> bool:
    try:
        async with asyncio.timeout(1), parts.database.reading() as connection:
            await connection.execute(text("SELECT 1"))
    except (Unavailable, TimeoutError):
        return False
    return True


async def _of_chores(parts: WebParts) -> list[Family]:
    """What is behind; nothing while the database is away, which another figure tells."""
    try:
        async with asyncio.timeout(1), parts.database.reading() as connection:
            found = await census(connection, parts.now_ms())
    except (Unavailable, TimeoutError):
        return []
    return [
        metrics.gauge("rostra_chores_waiting", "Chores that are due.", found.waiting),
        metrics.gauge("rostra_chores_failed", "Chores that were given up.", found.failed),
    ]


def _families(parts: WebParts) -> list[Family]:
    certificate = parts.certificate
    expires = [] if certificate is None else [certificate.proven.expires]
    answers = tuple(
        Sample(number, {"status": status}) for status, number in sorted(parts.tally.answers.items())
    )
    connections = TALLY_OF_CONNECTIONS
    return [
        Family("rostra_web_answers_total", "counter", "Answers of pages and API.", answers),
        metrics.counter(
            "rostra_web_timeouts_total", "Connections closed for slowness.", connections.timeouts
        ),
        metrics.counter(
            "rostra_web_malformed_total", "Requests that were not HTTP.", connections.malformed
        ),
        metrics.gauge("rostra_web_bus_up", "Whether the bus is there.", int(parts.bus.connected)),
        Family(
            "rostra_web_certificate_expires_seconds", "gauge",
            "When the certificate in use expires, as a Unix time.", tuple(map(Sample, expires)),
        ),
    ]  # fmt: skip
