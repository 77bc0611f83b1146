"""Answers when something is wrong: one sentence, as JSON for programs and as a page for people."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from rostra.errors import DoFirst, NotSignedIn, RostraError
from rostra.people.queries import Account
from rostra.web.callers import visitor_of
from rostra.web.refusals import in_language
from rostra.web.rules import Caller
from rostra.web.templates import language_of, page, told

log = structlog.get_logger()

_HTTP = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method: see /docs."),
}

OAUTH_CODES = frozenset(
    {
        "invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "invalid_token",
        "unauthorized_client", "unsupported_grant_type", "unsupported_response_type",
        "access_denied",
    }
)  # fmt: skip


async def problem(request: Request, error: RostraError) -> Response:
    """The answer for `error`, in the form that the asker reads."""
    return await _answer(request, error.status, error.code, error.sentence, refusal_headers(error))


def install(app: FastAPI) -> None:
    """Answer every exception of `app`."""

    async def rostra(request: Request, error: Exception) -> Response:
        assert isinstance(error, RostraError)
        if error.status >= 500 and error.status != 503:
            log.error("could not answer", path=request.url.path, sentence=error.sentence)
        if isinstance(error, DoFirst) and wants_page(request):
            return RedirectResponse(f"{error.path}?then={_leaf(request)}", 303)
        return await problem(request, error)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if wants_page(request):
            await visitor_of(request)  # the way on is another for who is signed in
        code, sentence = _HTTP.get(error.status_code, ("error", "This cannot be answered."))
        if error.status_code == 400:
            code, sentence = "bad_input", "The body cannot be read: send JSON in UTF-8."
        return await _answer(request, error.status_code, code, sentence, dict(error.headers or {}))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        malformed = first.get("type") in {"json_invalid", "model_attributes_type"}
        status, code = (400, "bad_input") if malformed else (422, "not_processable")
        return await _answer(request, status, code, sentence_of(first), {})

    async def unknown(request: Request, error: Exception) -> Response:
        sentence = "Something went wrong on our side, and was noted: try again in a moment."
        return await _answer(request, 500, "error", sentence, {})

    app.add_exception_handler(RostraError, rostra)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unknown)


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, rather than a program."""
    path = request.url.path
    if path.startswith(("/api/", "/whip/", "/metrics", "/healthz", "/openapi.json")):
        return False
    return "text/html" in request.headers.get("accept", "")


async def _answer(
    request: Request, status: int, code: str, sentence: str, headers: dict[str, str]
) -> Response:
    told = in_language(language_of(request), sentence)
    if wants_page(request):
        return await page(
            request, "message.html", status=status, headers=headers, title="", sentence=told,
            me=_known(request),
        )  # fmt: skip
    path = request.url.path
    if path.startswith("/oauth/"):
        return JSONResponse(_of_oauth(status, code, sentence), status, headers)
    headers = {"Vary": "Accept-Language, Cookie", **headers}
    return JSONResponse(_document(path, code, told), status, headers)


def _known(request: Request) -> Account | None:
    """Who asks, where that was found out before something went wrong."""
    caller = getattr(request.state, "caller", None)
    return caller.account if isinstance(caller, Caller) else None


def _document(path: str, code: str, sentence: str) -> dict[str, str]:
    """As clients of that part of the API read it."""
    if path.startswith(("/api/v1/", "/api/v2/", "/api/oembed")):
        return {"error": sentence}
    return {"error": code, "sentence": sentence}


def _of_oauth(status: int, code: str, sentence: str) -> dict[str, str]:
    """In English, which is ASCII as RFC 6749 wants it (section 5.2)."""
    known = code in OAUTH_CODES
    other = "server_error" if status >= 500 else "invalid_request"
    return {"error": code if known else other, "error_description": sentence}


def _leaf(request: Request) -> str:
    """The part of the settings that was asked for, so that they come back there."""
    return request.url.path.removeprefix("/settings/").partition("/")[0][:20]


async def form_page(
    request: Request,
    name: str,
    error: RostraError | None,
    *,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """The page `name` with a form in it; after a refusal its `sentence` says what to do."""
    if error is None:
        return await page(request, name, headers=headers, sentence="", **values)
    headers = {**(headers or {}), **refusal_headers(error)}
    sentence = told(request, error)
    return await page(
        request, name, status=error.status, headers=headers, sentence=sentence, **values
    )


def refusal_headers(error: RostraError) -> dict[str, str]:
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = 'Bearer realm="rostra"'
    if error.code == "invalid_client" and error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="rostra"'
    return headers


def sentence_of(first: dict[str, Any]) -> str:
    """One sentence for the first thing that was wrong with the body, query or path."""
    kind = first.get("type")
    if kind == "json_invalid":
        return "The body is not JSON: send one JSON object."
    place = ".".join(str(part)[:40] for part in first.get("loc", ())[1:])
    if not place or kind == "model_attributes_type":
        return "The body is missing or not a JSON object: send one as in /docs."
    if kind == "missing":
        return f"The field {place} is missing: send it as in /docs."
    if kind == "extra_forbidden":
        return f"There is no field {place}: see /docs."
    reason = str(first.get("msg", "it cannot be used")).rstrip(".").replace("\n", " ")
    return f"The field {place} cannot be used: {reason[:1].lower()}{reason[1:160]}."
