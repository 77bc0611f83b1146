"""One's own account: who one is, changing it, preferences, and signing up by an application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.requests import Request

from rostra.charter.choices import read_charter
from rostra.errors import BadInput, NotAllowed, NotProcessable, RostraError
from rostra.people import applications, editing, profiles
from rostra.people.editing import Change
from rostra.people.queries import Account
from rostra.square import media, people_lists
from rostra.square.letting_in import let_in_later
from rostra.web.account.sign_up import joined
from rostra.web.acting import acting
from rostra.web.bodies import Spool, receive_form, receive_small
from rostra.web.callers import account_of, known_caller
from rostra.web.mastodon.answers import Document, Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import credential_account
from rostra.web.mastodon.names import nested
from rostra.web.mastodon.oauth import token_document
from rostra.web.mastodon.parameters import Parameters, Several, checked, parameters, read_body
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule
from rostra.web.uploads import Portrait, Sent, take_portrait

_OWN = "/api/v1/accounts"
PORTRAITS: tuple[Portrait, ...] = ("avatar", "header")


class ProfileField(BaseModel):
    """One line of a profile."""

    name: str = ""
    value: str = ""


class Source(BaseModel):
    """What new posts are unless they say otherwise."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None


class Update(Parameters):
    """What is to be different; what is left out stays."""

    display_name: str | None = None
    note: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    fields_attributes: Several[ProfileField] | None = None
    source: Source = Source()


class Newcomer(Parameters):
    """Somebody who wants an account; `agreement` is to the rules of the server."""

    username: Annotated[str, Field(max_length=100)]
    email: Annotated[str, Field(max_length=300)] = ""
    password: Annotated[str, Field(max_length=2000)]
    agreement: bool = False
    locale: Annotated[str, Field(max_length=16)] = ""
    reason: Annotated[str, Field(max_length=1000)] = ""


def add_doors(app: FastAPI) -> None:
    api_door(app, "POST", _OWN, Rule.AN_APP, register, scope="write:accounts", body=Newcomer)
    api_door(app, "GET", f"{_OWN}/verify_credentials", Rule.SIGNED_IN, verify, scope="read:me")
    api_door(app, "PATCH", f"{_OWN}/update_credentials", Rule.SIGNED_IN, change,
             scope="write:accounts", body=Update, streams=True)  # fmt: skip
    api_door(app, "DELETE", "/api/v1/profile/avatar", Rule.SIGNED_IN, without_avatar,
             scope="write:accounts")  # fmt: skip
    api_door(app, "DELETE", "/api/v1/profile/header", Rule.SIGNED_IN, without_header,
             scope="write:accounts")  # fmt: skip
    api_door(app, "GET", "/api/v1/preferences", Rule.SIGNED_IN, preferences, scope="read:accounts")


async def verify(request: Request) -> Json:
    """Who one is"""
    return Json(await _own(request))


async def change(request: Request) -> Json:
    """Change one's profile, its pictures, and what new posts are"""
    parts, account = parts_of(request), account_of(request)
    form = await _received(request)
    try:
        wish = _change(checked(form.fields, Update), account)
        with _as_validation():
            editing.checked_change(wish)
            for which, spool in form.files.items():
                await _show(parts, account, which, spool)
            async with acting(parts) as act:
                await editing.change_profile(act.connection, account, wish)
                if wish.locked is False:
                    await let_in_later(act, account.id)
    finally:
        form.close()
    return Json(await _own(request))


async def without_avatar(request: Request) -> Json:
    """Show the drawn picture again"""
    return await _without(request, "avatar")


async def without_header(request: Request) -> Json:
    """Show the drawn header again"""
    return await _without(request, "header")


async def preferences(request: Request) -> Json:
    """What new posts are unless they say otherwise, and how one reads"""
    async with parts_of(request).database.reading() as connection:
        own = await editing.own(connection, account_of(request).id)
    return Json(
        {
            "posting:default:visibility": own.default_visibility,
            "posting:default:sensitive": own.default_sensitive,
            "posting:default:language": own.language or None,
            "posting:default:quote_policy": "public",
            "reading:expand:media": "default",
            "reading:expand:spoilers": False,
            "reading:autoplay:gifs": False,
        }
    )


async def register(request: Request) -> Json:
    """Sign somebody up, where the operator lets everybody in or approves"""
    parts, wish = parts_of(request), await parameters(request, Newcomer)
    caller = known_caller(request)
    if not wish.agreement:
        raise NotProcessable("Validation failed: agreement must be true: ask the person first.")
    async with parts.database.reading() as connection:
        charter = await read_charter(connection)
        found = await applications.by_id(connection, caller.application_id or "")
    if found is None:
        raise NotProcessable("Validation failed: only an application may sign somebody up.")
    if charter.registrations not in {"open", "approval"}:
        raise NotAllowed("This server takes new people by invitation only: open it in a browser.")
    with _as_validation():
        account = await joined(request, {
            "handle": wish.username, "email": wish.email, "password": wish.password,
            "plea": wish.reason,
        })  # fmt: skip
    async with parts.database.writing() as connection:
        made = await applications.token_for(
            connection, found, account, tuple(sorted(caller.scopes or ())), parts.now_ms()
        )
    return Json(token_document(made))


async def _own(request: Request) -> Document:
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        profile = await profiles.of_id(connection, account.id)
        own = await editing.own(connection, account.id)
        requests = await people_lists.requests_waiting(connection, account.id)
    assert profile is not None
    return credential_account(profile, parts.origins, own, requests=requests)


async def _without(request: Request, which: Portrait) -> Json:
    async with acting(parts_of(request)) as act:
        await media.set_portrait(act, account_of(request), which, None)
    return Json(await _own(request))


@dataclass
class _Received:
    """What came, in whichever form: fields by name, pictures by `avatar` and `header`."""

    fields: dict[str, Any]
    files: dict[Portrait, Spool] = field(default_factory=dict)

    def close(self) -> None:
        for each in self.files.values():
            each.close()


async def _received(request: Request) -> _Received:
    """Raises BadInput, TooLarge, WrongType, and NotProcessable for a picture that is none."""
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        return _Received(read_body(await receive_small(request), kind))
    form = await receive_form(request, parts_of(request).places.incoming, PORTRAITS)
    files = {which: form.files[which] for which in PORTRAITS if which in form.files}
    return _Received(nested(form.texts.items()), files)


async def _show(parts: WebParts, account: Account, which: Portrait, spool: Spool) -> None:
    async def receive(_: Path) -> Sent:
        return Sent(spool)

    await take_portrait(parts, account, which, receive)


def _change(wish: Update, account: Account) -> Change:
    fields = wish.fields_attributes
    return Change(
        name=account.handle if wish.display_name == "" else wish.display_name,
        bio=wish.note,
        fields=None if fields is None else [(each.name, each.value) for each in fields],
        locked=wish.locked,
        bot=wish.bot,
        hidden=None if wish.discoverable is None else not wish.discoverable,
        language=wish.source.language,
        default_visibility=wish.source.privacy,
        default_sensitive=wish.source.sensitive,
    )


@contextmanager
def _as_validation() -> Iterator[None]:
    """Clients of this API expect 422 for what is wrong with a field."""
    try:
        yield
    except BadInput as error:
        raise NotProcessable(f"Validation failed: {error.sentence}") from None
    except RostraError as error:
        if error.status != 409:
            raise
        raise NotProcessable(f"Validation failed: {error.sentence}") from None
