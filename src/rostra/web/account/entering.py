"""Checking who wants in, and letting them in: what all ways of signing in share."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import STEPS
from rostra.errors import NotSignedIn
from rostra.people import authenticators, passwords, queries, sessions
from rostra.people.guesses import one_more
from rostra.people.password_rules import prepared
from rostra.people.passwords import Stored
from rostra.people.queries import Account
from rostra.people.sessions import Device, Session
from rostra.web.account import cookies
from rostra.web.addresses import address_key_of, address_of
from rostra.web.entrance import take
from rostra.web.parts import WebParts, parts_of

SECURITY = "/settings/security"
WELCOME = "/welcome"
STANDING = "/settings/standing"
_LONGEST_WHO = 260


@dataclass(frozen=True)
class _Sought:
    """Whom somebody says to be: perhaps nobody, perhaps without a password."""

    account: Account | None
    stored: Stored | None
    device: str | None


def device_asking(request: Request) -> Device:
    return Device(request.headers.get("user-agent", ""), address_of(request))


async def check_password(request: Request, who: str, password: str) -> Account:
    """The account whose handle or confirmed address is `who`, if the password is right.

    It takes the same work whether there is such an account or not: one read, one hash, and, while
    that is computed, the count. Raises NotSignedIn, TooMany, Unavailable, BadInput.
    """
    parts = parts_of(request)
    said = prepared(password)
    sought = await _seek(request, who.strip()[:_LONGEST_WHO].removeprefix("@"))
    if sought.device is None:
        take(parts.entrance.tries, address_key_of(request), parts.now_ms())
    parts.entrance.hashing.check_room(known=sought.device is not None)
    _check_allowance(parts, sought, who)
    right = await parts.entrance.hashing.matches(
        sought.stored.hash if sought.stored else None,
        said,
        known=sought.device is not None,
        beside=lambda: _count(parts, sought),
    )
    if not right or sought.account is None:
        raise NotSignedIn("This name and this password do not go together: try again.")
    if sought.device is None:
        await _take_back(parts, sought.account.id)
    return sought.account


async def _seek(request: Request, who: str) -> _Sought:
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        if "@" in who:
            box, _, domain = who.rpartition("@")
            account = await queries.by_email(connection, f"{box}@{domain.lower()}")
        else:
            account = await queries.by_handle(connection, who.lower())
        stored = await passwords.stored_for(connection, account.id if account else "")
    device = cookies.device_of(request, account.id) if account else None
    return _Sought(account, stored, device)


def _check_allowance(parts: WebParts, sought: _Sought, who: str) -> None:
    """Raises TooMany where no guess is left: before anything is hashed."""
    now_ms, entrance = parts.now_ms(), parts.entrance
    if sought.account is not None and sought.device is not None:
        entrance.devices.count(f"{sought.account.id} {sought.device}", now_ms)
    elif sought.stored is not None:
        one_more(sought.stored.guesses, now_ms)
    else:
        entrance.nobody.count(who.lower()[:_LONGEST_WHO], now_ms)


async def _count(parts: WebParts, sought: _Sought) -> None:
    if sought.account is None or sought.stored is None or sought.device is not None:
        return
    async with parts.database.writing() as connection:
        await passwords.count_guess(connection, sought.account.id, parts.now_ms())


async def _take_back(parts: WebParts, account_id: str) -> None:
    """It was right, so it was no guess."""
    async with parts.database.writing() as connection:
        await passwords.take_back_guess(connection, account_id)


async def check_code(request: Request, account_id: str, code: str) -> None:
    """Whether the second factor is right; a code counts as a guess of the password does.

    Raises NotSignedIn, TooMany.
    """
    parts, now_ms = parts_of(request), parts_of(request).now_ms()
    device = cookies.device_of(request, account_id)
    if device is not None:
        parts.entrance.devices.count(f"{account_id} {device}", now_ms)
    else:
        take(parts.entrance.tries, address_key_of(request), now_ms)
    async with parts.database.writing() as connection:
        if device is None:
            await passwords.count_guess(connection, account_id, now_ms)
        right = await authenticators.use_code(connection, account_id, code, now_ms)
        if not right:
            right = await authenticators.use_recovery_code(connection, account_id, code, now_ms)
        if right and device is None:
            await passwords.take_back_guess(connection, account_id)
    if not right:
        raise NotSignedIn(
            "This code is not right, or was used already: type the newest one, or a recovery code."
        )


async def go_on(request: Request, account: Account) -> Response:
    """The password was right: ask for the second factor if there is one, else let them in."""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        standing = await authenticators.standing_of(connection, account.id)
    if not standing.second_factor:
        return await let_in(request, account.id)
    response = RedirectResponse("/sign-in/second", 303)
    cookies.set_half(response, parts, account.id)
    return response


async def let_in(request: Request, account_id: str) -> Response:
    """Begin a session and go on to where they wanted to go."""
    parts = parts_of(request)
    async with parts.database.writing() as connection:
        # What this browser had before is good no more, so that nobody can have set it up.
        await sessions.end_session(connection, cookies.session_of(request))
        secret = await sessions.begin_session(
            connection, account_id, device_asking(request), parts.now_ms()
        )
    return await welcome(request, account_id, secret)


async def welcome(request: Request, account_id: str, secret: str) -> Response:
    """The answer that carries a new session."""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        found = await sessions.by_secret(connection, secret, parts.now_ms())
    response = RedirectResponse(await _first_page(request, found), 303)
    if (device := cookies.device_of(request, account_id)) is not None:
        parts.entrance.devices.forget(f"{account_id} {device}")
    cookies.set_session(response, parts, secret)
    cookies.set_device(request, response, account_id)
    cookies.forget_half(response)
    cookies.forget_wanted(response)
    return response


async def _first_page(request: Request, found: tuple[Account, Session] | None) -> str:
    """Where somebody who has just signed in is led: to what keeps them from all else, if anything
    does, then to what they wanted."""
    if found is not None and found[0].state == "suspended":
        return STANDING
    if found is not None and found[1].unfinished:
        return SECURITY
    wanted = cookies.wanted_of(request)
    if wanted == "/" and found is not None and await _is_first_visit(parts_of(request), found[0]):
        return WELCOME
    return wanted


async def _is_first_visit(parts: WebParts, account: Account) -> bool:
    """Whether an administrator has steps before them that were neither done nor put off."""
    return account.role == "admin" and not set(STEPS) <= set((await parts.charter()).welcomed)
