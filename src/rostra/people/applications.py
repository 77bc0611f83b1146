"""Applications, and how they get tokens: OAuth 2 (RFC 6749) with PKCE (RFC 7636), S256 only.

    register ──▶ ask the person ──▶ grant: a code, once, for ten minutes ──▶ exchange: a token
             └──────────────────────────────────────────────▶ token_for_itself

Secrets, codes and tokens are stored as fingerprints. Whoever shows a code a second time has stolen
it or was stolen from: the tokens that came of it are revoked (RFC 6749, section 4.1.2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import OAuthRefused
from rostra.ids import new_id
from rostra.people import tokens
from rostra.people.queries import Account
from rostra.people.redirects import checked_redirects, checked_website
from rostra.people.rules import checked_line
from rostra.people.scopes import check_within, covers, read_scopes
from rostra.people.tables import api_tokens, applications, grants

CODE_MS = 10 * 60 * 1000
"""How long a code is good for."""

UNUSED_MS = 24 * 3600 * 1000
"""An application that nobody let in for so long is forgotten."""

MOST_TOKENS = 20
"""Tokens of one application for one account; the oldest go."""

LONGEST_NAME = 60
_SWEPT_AT_ONCE = 10
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True)
class Application:
    """What an application said of itself. `scopes` are the most it may ask for."""

    id: str
    client_id: str
    name: str
    website: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Granted:
    """A token in plain, which is shown once, and what it is good for."""

    token: str
    scopes: tuple[str, ...]
    created_ms: int


async def register(
    connection: AsyncConnection,
    *,
    name: str,
    redirect_uris: list[str],
    scopes: str,
    website: str,
    now_ms: int,
) -> tuple[Application, str]:
    """A new application and its secret. Raises BadInput and NotProcessable."""
    made = Application(
        new_id(), new_id(), checked_line(name, "client_name", LONGEST_NAME),
        checked_website(website.strip()), tuple(checked_redirects(redirect_uris)),
        read_scopes(scopes),
    )  # fmt: skip
    secret = tokens.new_secret()
    await _forget_unused(connection, now_ms)
    await connection.execute(
        insert(applications).values(
            id=made.id, client_id=made.client_id, secret_fingerprint=tokens.fingerprint(secret),
            name=made.name, website=made.website, redirect_uris=list(made.redirect_uris),
            scopes=" ".join(made.scopes), created_ms=now_ms,
        )
    )  # fmt: skip
    return made, secret


async def by_client_id(connection: AsyncConnection, client_id: str) -> Application:
    """Raises OAuthRefused when there is no such application."""
    return (await _with_secret(connection, client_id))[0]


async def by_id(connection: AsyncConnection, application_id: str) -> Application | None:
    query = select(applications).where(applications.c.id == application_id)
    row = (await connection.execute(query)).first()
    return None if row is None else _application(row)


async def authenticated(connection: AsyncConnection, client_id: str, secret: str) -> Application:
    """The application that knows its secret. Raises OAuthRefused."""
    found, kept = await _with_secret(connection, client_id)
    if not hmac.compare_digest(kept, tokens.fingerprint(secret)):
        raise _no_client()
    return found


def checked_request(
    application: Application, scope: str, challenge: str, method: str
) -> tuple[tuple[str, ...], str | None]:
    """The scopes and the challenge that an application asks with. Raises OAuthRefused."""
    scopes = read_scopes(scope)
    check_within(scopes, application.scopes)
    if not challenge and not method:
        return scopes, None
    if method != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise OAuthRefused(
            "invalid_request", "The code_challenge must be of the method S256, 43 characters long."
        )
    return scopes, challenge


async def grant(
    connection: AsyncConnection,
    application: Application,
    account: Account,
    *,
    redirect_uri: str,
    scopes: tuple[str, ...],
    challenge: str | None,
    now_ms: int,
) -> str:
    """The person has agreed: the code that the application may exchange."""
    await connection.execute(delete(grants).where(grants.c.expires_ms <= now_ms - UNUSED_MS))
    code = tokens.new_secret()
    await connection.execute(
        insert(grants).values(
            fingerprint=tokens.fingerprint(code), application_id=application.id,
            account_id=account.id, redirect_uri=redirect_uri, scopes=" ".join(scopes),
            challenge=challenge, expires_ms=now_ms + CODE_MS,
        )
    )  # fmt: skip
    return code


async def exchange(
    connection: AsyncConnection,
    application: Application,
    *,
    code: str,
    redirect_uri: str,
    verifier: str,
    now_ms: int,
) -> Granted | None:
    """The token for a code. Raises OAuthRefused where the code is not good for one.

    None means that it was used before: what came of it is revoked in this transaction, which is to
    be committed, and the application refused after that (`used_before`).
    """
    key = tokens.fingerprint(code)
    mine = grants.c.fingerprint == key
    row = (await connection.execute(select(grants).where(mine))).first()
    if row is None or row.application_id != application.id:
        raise _bad_grant("This code was not given to this application: ask for a new one.")
    used = await connection.execute(
        update(grants).where(mine, grants.c.used_ms.is_(None)).values(used_ms=now_ms)
    )
    if used.rowcount != 1:
        await connection.execute(delete(api_tokens).where(api_tokens.c.grant == key))
        return None
    if row.expires_ms <= now_ms:
        raise _bad_grant("This code has expired: ask for a new one.")
    if row.redirect_uri != redirect_uri:
        raise _bad_grant("The redirect_uri is not the one with which the code was asked for.")
    _check_verifier(row.challenge, verifier)
    scopes = tuple(row.scopes.split())
    return await _new_token(
        connection, application, scopes, account_id=row.account_id, key=key, now_ms=now_ms
    )


def used_before() -> OAuthRefused:
    return _bad_grant("This code was used before, so what came of it is revoked: ask again.")


async def token_for_itself(
    connection: AsyncConnection, application: Application, *, scope: str, now_ms: int
) -> Granted:
    """A token with which an application acts for itself. Raises OAuthRefused."""
    scopes = read_scopes(scope)
    check_within(scopes, application.scopes)
    return await _new_token(
        connection, application, scopes, account_id=None, key=None, now_ms=now_ms
    )


async def token_for(
    connection: AsyncConnection,
    application: Application,
    account: Account,
    scopes: tuple[str, ...],
    now_ms: int,
) -> Granted:
    """A token for somebody whom the application just signed up."""
    return await _new_token(
        connection, application, scopes, account_id=account.id, key=None, now_ms=now_ms
    )


async def revoke(connection: AsyncConnection, application: Application, token: str) -> None:
    """The token is no longer good; one that is not there needs nothing (RFC 7009, section 2.2).

    Raises OAuthRefused for a token of another application.
    """
    mine = api_tokens.c.fingerprint == tokens.fingerprint(token)
    query = select(api_tokens.c.application_id).where(mine)
    row = (await connection.execute(query)).first()
    if row is None:
        return
    if row.application_id != application.id:
        raise OAuthRefused(
            "unauthorized_client", "This token was not given to this application.", 403
        )
    await connection.execute(delete(api_tokens).where(mine))


def shown_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Those that say something beside the others: not `read:lists` where there is `read`."""
    return tuple(
        each for each in scopes if not covers([other for other in scopes if other != each], each)
    )


async def _new_token(
    connection: AsyncConnection,
    application: Application,
    scopes: tuple[str, ...],
    *,
    account_id: str | None,
    key: str | None,
    now_ms: int,
) -> Granted:
    made = Granted(tokens.new_api_token(), scopes, now_ms)
    await connection.execute(
        insert(api_tokens).values(
            fingerprint=tokens.fingerprint(made.token), account_id=account_id,
            label=application.name, created_ms=now_ms, application_id=application.id,
            scopes=" ".join(scopes), grant=key,
        )
    )  # fmt: skip
    alike = (api_tokens.c.application_id == application.id, api_tokens.c.account_id == account_id)
    kept = (
        select(api_tokens.c.fingerprint)
        .where(*alike)
        .order_by(api_tokens.c.created_ms.desc())
        .limit(MOST_TOKENS)
    )
    await connection.execute(
        delete(api_tokens).where(*alike, api_tokens.c.fingerprint.not_in(kept))
    )
    return made


async def _with_secret(connection: AsyncConnection, client_id: str) -> tuple[Application, str]:
    query = select(applications).where(applications.c.client_id == client_id)
    row = (await connection.execute(query)).first()
    if row is None:
        raise _no_client()
    return _application(row), row.secret_fingerprint


async def _forget_unused(connection: AsyncConnection, now_ms: int) -> None:
    """A few at each registration, so that their number stays with that of one day."""
    used = (
        exists().where(api_tokens.c.application_id == applications.c.id)
        | exists().where(grants.c.application_id == applications.c.id)
    )  # fmt: skip
    old = (
        select(applications.c.id)
        .where(applications.c.created_ms < now_ms - UNUSED_MS, ~used)
        .order_by(applications.c.created_ms)
        .limit(_SWEPT_AT_ONCE)
    )
    await connection.execute(delete(applications).where(applications.c.id.in_(old)))


def _check_verifier(challenge: str | None, verifier: str) -> None:
    if challenge is None:
        if verifier:
            raise _bad_grant("There is a code_verifier, but the code was asked for without one.")
        return
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(made, challenge):
        raise _bad_grant("The code_verifier is not the one of the code_challenge.")


def _application(row: Any) -> Application:
    return Application(
        row.id, row.client_id, row.name, row.website, tuple(row.redirect_uris),
        tuple(row.scopes.split()),
    )  # fmt: skip


def _no_client() -> OAuthRefused:
    return OAuthRefused(
        "invalid_client", "This application is not known here, or its secret is wrong.", 401
    )


def _bad_grant(sentence: str) -> OAuthRefused:
    return OAuthRefused("invalid_grant", sentence)
