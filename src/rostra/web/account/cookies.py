"""The cookies of signing in: session, device, half signed in, proven again, where to go then."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rostra.ids import new_id
from rostra.people.marks import mark, read_mark
from rostra.people.rules import DAY_MS, SESSION_MS
from rostra.web.callers import COOKIE
from rostra.web.own_paths import own_path
from rostra.web.parts import WebParts, parts_of

DEVICE = "rostra_device"
"""Up to four marks, joined: from this browser these accounts were signed in."""

HALF = "rostra_half"
"""The mark of an account whose password was right, while its second factor is asked for."""

PROOF = "rostra_proof"
"""The mark of a session whose owner just proved again who they are."""

WANTED = "rostra_wanted"
"""The address of a page that somebody wanted to see before signing in; only we read it."""

HALF_MS = PROOF_MS = 10 * 60 * 1000
_DEVICE_MS = 365 * DAY_MS
_MOST_DEVICE_MARKS = 4
_LONGEST = 3000
_WANTED_SECONDS = 3600
_LONGEST = 3000


def _set(response: Response, parts: WebParts, name: str, value: str, ms: int, *, path: str) -> None:
    response.set_cookie(
        name, value, max_age=ms // 1000, path=path, httponly=True, samesite="lax",
        secure=is_secure(parts),
    )  # fmt: skip


def is_secure(parts: WebParts) -> bool:
    return parts.settings.public_url.startswith("https:")


def set_session(response: Response, parts: WebParts, secret: str) -> None:
    _set(response, parts, COOKIE, secret, SESSION_MS, path="/")


def session_of(request: Request) -> str:
    return request.cookies.get(COOKIE, "")[:200]


def forget_session(response: Response, parts: WebParts) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=is_secure(parts))


def set_device(request: Request, response: Response, account_id: str) -> None:
    """From now on this browser is known to the account."""
    parts, now_ms = parts_of(request), parts_of(request).now_ms()
    others = [
        each
        for each in _device_marks(request)
        if (said := read_mark(parts.secret, "device", each, now_ms)) and said[0] != account_id
    ]
    present = device_of(request, account_id) or new_id()
    fresh = mark(parts.secret, "device", now_ms + _DEVICE_MS, account_id, present)
    marks = [fresh, *others[: _MOST_DEVICE_MARKS - 1]]
    _set(response, parts, DEVICE, "~".join(marks), _DEVICE_MS, path="/sign-in")


def device_of(request: Request, account_id: str) -> str | None:
    """The name of this browser, if that account was signed in from it before."""
    parts = parts_of(request)
    for each in _device_marks(request):
        said = read_mark(parts.secret, "device", each, parts.now_ms())
        if said and said[0] == account_id:
            return said[1]
    return None


def _device_marks(request: Request) -> list[str]:
    return request.cookies.get(DEVICE, "")[:_LONGEST].split("~")[:_MOST_DEVICE_MARKS]


def set_half(response: Response, parts: WebParts, account_id: str) -> None:
    made = mark(parts.secret, "half", parts.now_ms() + HALF_MS, account_id)
    _set(response, parts, HALF, made, HALF_MS, path="/sign-in")


def half_of(request: Request) -> str | None:
    """The account whose second factor is asked for in this browser."""
    parts = parts_of(request)
    said = read_mark(parts.secret, "half", request.cookies.get(HALF, ""), parts.now_ms())
    return said[0] if said else None


def forget_half(response: Response) -> None:
    response.delete_cookie(HALF, path="/sign-in")


def set_proof(response: Response, parts: WebParts, session_id: str) -> None:
    made = mark(parts.secret, "proof", parts.now_ms() + PROOF_MS, session_id)
    _set(response, parts, PROOF, made, PROOF_MS, path="/settings")


def has_proof(request: Request, session_id: str) -> bool:
    parts = parts_of(request)
    said = read_mark(parts.secret, "proof", request.cookies.get(PROOF, ""), parts.now_ms())
    return said == (session_id,)


def remember_wanted(parts: WebParts, response: Response, path: str) -> None:
    """Whoever signs in within the hour goes on to `path`, a page of ours with its query."""
    _set(response, parts, WANTED, path, _WANTED_SECONDS * 1000, path="/sign-in")


def wanted_of(request: Request) -> str:
    """Where to go after signing in. Another server of this host may have set the cookie, so it is
    looked at like any input: it is a path of ours or nothing."""
    wanted = request.cookies.get(WANTED, "").strip('"')
    return own_path(wanted) or "/"


def forget_wanted(response: Response) -> None:
    response.delete_cookie(WANTED, path="/sign-in")
