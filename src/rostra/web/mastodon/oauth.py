"""OAuth 2 for programs: tokens for codes, revocation, who somebody is, and where all this is.

RFC 6749 (code and client credentials, no passwords), RFC 7636, RFC 7009, RFC 8414. The page on
which people let an application in is `authorize.py`.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import FastAPI
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from rostra.errors import OAuthRefused
from rostra.people import applications, profiles
from rostra.people.applications import Application, Granted
from rostra.people.queries import by_api_token
from rostra.people.scopes import SCOPES
from rostra.web.acting import access_changed
from rostra.web.callers import known_caller
from rostra.web.mastodon.answers import Document, Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.parameters import Parameters, parameters
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule

Secret = Annotated[str, Field(max_length=200)]


class TokenWish(Parameters):
    """`code`, `redirect_uri` and `code_verifier` are for the grant `authorization_code`."""

    grant_type: Secret = ""
    client_id: Secret = ""
    client_secret: Secret = ""
    code: Secret = ""
    redirect_uri: Annotated[str, Field(max_length=500)] = ""
    code_verifier: Secret = ""
    scope: Annotated[str, Field(max_length=500)] = ""


class Revocation(Parameters):
    """The token that is to be good no longer."""

    client_id: Secret = ""
    client_secret: Secret = ""
    token: Secret = ""


def add_doors(app: FastAPI) -> None:
    api_door(app, "POST", "/oauth/token", Rule.ANYONE, give_token, body=TokenWish)
    api_door(app, "POST", "/oauth/revoke", Rule.ANYONE, revoke, body=Revocation)
    for method in ("GET", "POST"):
        api_door(app, method, "/oauth/userinfo", Rule.SIGNED_IN, userinfo, scope="read:me")
    api_door(app, "GET", "/.well-known/oauth-authorization-server", Rule.ANYONE, metadata)


async def give_token(request: Request) -> Json:
    """A token for a code, or for the application itself"""
    parts, wish = parts_of(request), await parameters(request, TokenWish)
    client_id, secret = _client(request, wish.client_id, wish.client_secret)
    async with parts.database.writing() as connection:
        application = await applications.authenticated(connection, client_id, secret)
        made = await _granted(connection, application, wish, parts)
    if made is None:
        raise applications.used_before()
    return Json(token_document(made), headers={"Pragma": "no-cache"})


def token_document(made: Granted) -> Document:
    """entities/Token"""
    return {
        "access_token": made.token,
        "token_type": "Bearer",
        "scope": " ".join(made.scopes),
        "created_at": made.created_ms // 1000,
    }


async def _granted(
    connection: AsyncConnection, application: Application, wish: TokenWish, parts: WebParts
) -> Granted | None:
    if wish.grant_type == "authorization_code":
        return await applications.exchange(
            connection, application, code=wish.code, redirect_uri=wish.redirect_uri,
            verifier=wish.code_verifier, now_ms=parts.now_ms(),
        )  # fmt: skip
    if wish.grant_type == "client_credentials":
        return await applications.token_for_itself(
            connection, application, scope=wish.scope, now_ms=parts.now_ms()
        )
    raise OAuthRefused(
        "unsupported_grant_type", "The grant_type is authorization_code or client_credentials."
    )


async def revoke(request: Request) -> Json:
    """A token is good no longer"""
    parts, wish = parts_of(request), await parameters(request, Revocation)
    client_id, secret = _client(request, wish.client_id, wish.client_secret)
    async with parts.database.writing() as connection:
        application = await applications.authenticated(connection, client_id, secret)
        bearer = await by_api_token(connection, wish.token)
        await applications.revoke(connection, application, wish.token)
    if bearer is not None and bearer.account is not None:
        await access_changed(parts, bearer.account.id)
    return Json({})


async def userinfo(request: Request) -> Json:
    """Who has let the application in, in the words of OpenID Connect"""
    parts, mine = parts_of(request), known_caller(request).account
    assert mine is not None
    async with parts.database.reading() as connection:
        profile = await profiles.of_id(connection, mine.id)
    assert profile is not None
    shown = account(profile, parts.origins)
    return Json(
        {
            "iss": parts.settings.public_url,
            "sub": shown["uri"],
            "name": shown["display_name"],
            "preferred_username": shown["username"],
            "profile": shown["url"],
            "picture": shown["avatar"],
        }
    )


async def metadata(request: Request) -> Json:
    """Where OAuth is done here, and what of it: RFC 8414"""
    return Json(_metadata(parts_of(request).settings.public_url))


def _metadata(origin: str) -> Document:
    ways = ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/oauth/authorize",
        "token_endpoint": f"{origin}/oauth/token",
        "revocation_endpoint": f"{origin}/oauth/revoke",
        "userinfo_endpoint": f"{origin}/oauth/userinfo",
        "app_registration_endpoint": f"{origin}/api/v1/apps",
        "service_documentation": "https://docs.joinmastodon.org/",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ways,
        "revocation_endpoint_auth_methods_supported": ways,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


def _client(request: Request, client_id: str, secret: str) -> tuple[str, str]:
    """Id and secret from the header `Authorization: Basic …` if it is there, else as given.

    Raises OAuthRefused when the header cannot be read.
    """
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return client_id, secret
    try:
        name, _, word = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise OAuthRefused(
            "invalid_client", "The header Authorization cannot be read.", 401
        ) from None
    return unquote_plus(name)[:200], unquote_plus(word)[:200]
