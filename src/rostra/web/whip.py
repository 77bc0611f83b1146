"""WHIP (RFC 9725): a speaker's offer goes to the stage over the bus, its answer comes back.

Everything is checked that can be before the stage is asked: who, media type, size, phase, how
often. What the offer says is for the stage to judge.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import FastAPI, Query
from starlette.requests import Request
from starlette.responses import Response

from rostra.bus.contract import nobody_answers
from rostra.errors import BadInput, NotFound, RostraError, WrongType
from rostra.ice_servers import link
from rostra.rooms import actions
from rostra.rooms.rules import check_move
from rostra.web.callers import authorise, bearer_of, known_caller
from rostra.web.door import door
from rostra.web.ice import servers_for
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.stage_line import Relayed, StageLine, who

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
_SESSION = re.compile(r"[A-Za-z0-9_-]{16,128}")
_ETAG = re.compile(r'"([\x21\x23-\x7e]{1,128})"')


def add_doors(app: FastAPI) -> None:
    endpoint, session = "/whip/{slug}", "/whip/{slug}/{session}"
    door(app, "POST", endpoint, Rule.HAS_SEAT, offer, status_code=201)
    door(app, "PATCH", session, Rule.HAS_SEAT, patch, status_code=204)
    door(app, "DELETE", session, Rule.HAS_SEAT, leave)
    for path in (endpoint, session):
        door(app, "OPTIONS", path, Rule.ANYONE, options, status_code=204)
        door(app, "GET HEAD", path, Rule.ANYONE, nothing, status_code=204, include_in_schema=False)


async def offer(
    request: Request,
    slug: str,
    *,
    green: str = "",
    name: str = "",
    tab: Annotated[str, Query(max_length=100)] = "",
    again: str = "",
) -> Response:
    """Take a seat: an SDP offer, answered with the SDP answer and the address of the session

    With `?green=1` a new seat is in the green room, where no listener hears it. `name` is shown
    where the invitation has none. A page that comes back by itself sends `again=1` and the `tab`
    of before: 409 `taken_over` while another tab speaks from the seat.
    """
    parts, caller = parts_of(request), known_caller(request)
    _check_type(request, SDP)
    parts.limits.offers.take(caller.key, parts.clock.boot_ns())
    now = await actions.read_manifest(parts.places, slug)
    check_move("speak", now.phase)
    sdp = _text(await request.body(), "an SDP offer with one audio track")
    parts.limits.handshakes.begin(caller.key)
    try:
        ask = {"op": "offer", "sdp": sdp, "who": who(caller, name), "green": green == "1"}
        of_tab = {"tab": tab, "again": again == "1"}
        answer = await StageLine(parts.bus, slug).whip(ask | of_tab)
    finally:
        parts.limits.handshakes.end(caller.key)
    return _with_servers(_created(slug, answer), request)


async def patch(request: Request, slug: str, session: str) -> Response:
    """Trickle candidates or restart ICE: an SDP fragment (RFC 8840), If-Match naming the session"""
    line, owner = await _session(request, slug, session)
    _check_type(request, FRAGMENT)
    condition = request.headers.get("if-match")
    if condition is None:
        raise Relayed(428, "precondition_required", "A PATCH needs the header If-Match.")
    etag = _ETAG.fullmatch(condition.strip())
    if etag is None and condition.strip() != "*":
        raise BadInput('The header If-Match cannot be used: send the ETag of the answer, or "*".')
    answer = await line.whip(
        {
            "op": "patch",
            "session": session,
            "owner": owner,
            "etag": etag.group(1) if etag else "*",
            "fragment": _text(await request.body(), "a fragment of SDP with candidates"),
        }
    )
    if isinstance(restarted := answer.get("fragment"), str):
        return Response(restarted, 200, {"ETag": f'"{answer.get("etag")}"'}, media_type=FRAGMENT)
    return Response(status_code=204)


async def leave(request: Request, slug: str, session: str) -> Response:
    """Leave the seat"""
    line, owner = await _session(request, slug, session)
    await line.whip({"op": "delete", "session": session, "owner": owner})
    return Response(status_code=200)


async def options(request: Request, slug: str, session: str | None = None) -> Response:
    """Say what is taken here; to who has a seat, also the STUN and TURN servers"""
    headers = {"Accept-Post": SDP, "Accept-Patch": FRAGMENT, "Allow": "OPTIONS, GET, HEAD, POST"}
    if session is not None:
        headers["Allow"] = "OPTIONS, GET, HEAD, PATCH, DELETE"
    response = Response(status_code=204, headers=headers)
    return _with_servers(response, request) if await _is_seated(request) else response


async def _is_seated(request: Request) -> bool:
    """Whether who asks has shown a token that is good here; browsers ask without (preflight)."""
    if bearer_of(request.headers) is None:
        return False
    try:
        await authorise(request, Rule.HAS_SEAT, None)
        parts = parts_of(request)
        parts.limits.signals.take(known_caller(request).key, parts.clock.boot_ns())
    except RostraError:
        return False  # the methods are told to anybody: the offer itself will say what is wrong
    return True


async def nothing(request: Request, slug: str, session: str | None = None) -> Response:
    """Reserved by RFC 9725: nothing is told"""
    return Response(status_code=204)


async def _session(request: Request, slug: str, session: str) -> tuple[StageLine, str]:
    """The line to the stage, and the seat that must own the session: the stage compares."""
    parts, caller = parts_of(request), known_caller(request)
    parts.limits.signals.take(caller.key, parts.clock.boot_ns())
    await actions.read_manifest(parts.places, slug)
    if not _SESSION.fullmatch(session):
        raise NotFound("There is no such session: it has ended.")
    return StageLine(parts.bus, slug), who(caller)["id"]


def _created(slug: str, answer: dict[str, Any]) -> Response:
    session, etag, sdp = answer.get("session"), answer.get("etag"), answer.get("answer")
    if not (isinstance(session, str) and isinstance(etag, str) and isinstance(sdp, str)):
        raise nobody_answers()
    headers = {"Location": f"/whip/{slug}/{session}", "ETag": f'"{etag.strip(chr(34))}"'}
    return Response(sdp, 201, headers, media_type=SDP)


def _with_servers(response: Response, request: Request) -> Response:
    """`response` with a Link header for each server that the caller may use (section 4.6)."""
    for server in servers_for(parts_of(request), known_caller(request)):
        response.headers.append("Link", link(server))
    return response


def _check_type(request: Request, wanted: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise WrongType(f"The body must be {wanted}: say so in the header Content-Type.")


def _text(body: bytes, wanted: str) -> str:
    if not body.strip():
        raise BadInput(f"The body is empty: send {wanted}.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("The body is not text: send SDP in UTF-8.") from None
