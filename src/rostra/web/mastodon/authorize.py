"""The page on which people let an application in, or not: /oauth/authorize.

Whoever sends somebody here is not trusted: an application that is not known, or an address that it
did not register, is told to the person and to nobody else. Everything after that is answered to
the application, with its `state` and our name (RFC 9207).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import BadInput, OAuthRefused
from rostra.people import applications
from rostra.people.applications import Application
from rostra.people.queries import Account
from rostra.people.redirects import OUT_OF_BAND, answer_address, form_source, shown_place
from rostra.web.account.cookies import remember_wanted
from rostra.web.callers import account_of, visitor_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.middleware import POLICY, policy
from rostra.web.own_paths import own_path
from rostra.web.parts import parts_of
from rostra.web.rules import Rule, check_account
from rostra.web.templates import page

_LONGEST = 1000


@dataclass(frozen=True)
class Asked:
    """What an application asks with, as it stands in the address and again in the form."""

    client_id: str = ""
    redirect_uri: str = ""
    response_type: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""


@dataclass(frozen=True)
class Wanted:
    """Scopes and challenge, looked at: from here on the application may be answered."""

    scopes: tuple[str, ...]
    challenge: str | None


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/oauth/authorize", Rule.ANYONE, ask)
    page_door(app, "POST", "/oauth/authorize", Rule.SIGNED_IN, decide)


async def ask(request: Request) -> Response:
    """Show who asks for what, or the way to sign in first"""
    asked = _asked(request.query_params)
    application = await _application(request, asked)
    try:
        wanted = _wanted(application, asked)
    except OAuthRefused as error:
        return _refused(request, asked, error)
    caller = await visitor_of(request)
    if caller.account is None:
        return _by_way_of_signing_in(request, asked)
    check_account(Rule.SIGNED_IN, caller, None)
    return await _question(request, application, asked, wanted, caller.account)


async def decide(request: Request) -> Response:
    """Let the application in, or not"""
    form = await form_of(request)
    asked = _asked(form)
    application = await _application(request, asked)
    try:
        wanted = _wanted(application, asked)
        if form.get("decision") != "allow":
            raise OAuthRefused("access_denied", "You did not let the application in.")
    except OAuthRefused as error:
        return _refused(request, asked, error)
    account, parts = account_of(request), parts_of(request)
    async with parts.database.writing() as connection:
        code = await applications.grant(
            connection, application, account, redirect_uri=asked.redirect_uri,
            scopes=wanted.scopes, challenge=wanted.challenge, now_ms=parts.now_ms(),
        )  # fmt: skip
    if asked.redirect_uri == OUT_OF_BAND:
        # Shown at once rather than at an address of its own: addresses are kept in histories.
        return await page(
            request, "oauth_code.html", me=account, application=application, code=code
        )
    return _answered(request, asked, {"code": code})


def _by_way_of_signing_in(request: Request, asked: Asked) -> Response:
    response = RedirectResponse("/sign-in", 303)
    given = {name: value for name, value in asdict(asked).items() if value}
    path = f"/oauth/authorize?{urlencode(given)}"
    if own_path(path) is not None:
        remember_wanted(parts_of(request), response, path)
    return response


def _asked(given: Mapping[str, str]) -> Asked:
    return Asked(**{each.name: given.get(each.name, "")[:_LONGEST] for each in fields(Asked)})


async def _application(request: Request, asked: Asked) -> Application:
    """Who asks. Raises BadInput, shown to the person, for whom we must not answer elsewhere."""
    async with parts_of(request).database.reading() as connection:
        try:
            found = await applications.by_client_id(connection, asked.client_id)
        except OAuthRefused:
            raise BadInput(
                "The application that sent you here is not known to this server: sign in to it "
                "again from its beginning."
            ) from None
    if asked.redirect_uri not in found.redirect_uris:
        raise BadInput(
            "The application that sent you here wants you back at an address that it did not "
            "register: do not go on, and tell its makers."
        )
    return found


def _wanted(application: Application, asked: Asked) -> Wanted:
    if asked.response_type != "code":
        raise OAuthRefused("unsupported_response_type", "The response_type must be code.")
    scopes, challenge = applications.checked_request(
        application, asked.scope, asked.code_challenge, asked.code_challenge_method
    )
    return Wanted(scopes, challenge)


async def _question(
    request: Request, application: Application, asked: Asked, wanted: Wanted, me: Account
) -> Response:
    out_of_band = asked.redirect_uri == OUT_OF_BAND
    shown = await page(
        request,
        "oauth_authorize.html",
        me=me,
        application=application,
        scopes=[_text_of(each) for each in applications.shown_scopes(wanted.scopes)],
        back_to=None if out_of_band else shown_place(asked.redirect_uri),
        fields=asdict(asked),
    )
    shown.headers[POLICY] = policy(leads_to=form_source(asked.redirect_uri))
    return shown


def _text_of(scope: str) -> str:
    """Under which name the words for a scope stand; parts of admin scopes share theirs."""
    whole = ":".join(scope.split(":")[:2])
    return f"oauth_scope_{whole.replace(':', '_')}"


def _refused(request: Request, asked: Asked, error: OAuthRefused) -> Response:
    """Told to the application, or to the person where the code would only have been shown."""
    if asked.redirect_uri == OUT_OF_BAND:
        raise error
    told = {"error": error.code, "error_description": error.sentence}
    return _answered(request, asked, told)


def _answered(request: Request, asked: Asked, answer: dict[str, str]) -> Response:
    state = {"state": asked.state} if asked.state else {}
    issuer = {"iss": parts_of(request).settings.public_url}
    where = answer_address(asked.redirect_uri, answer | state | issuer)
    return Response(status_code=303, headers={"Location": where})
