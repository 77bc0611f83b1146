"""Passkeys (WebAuthn level 3): the two ceremonies, and the keys that somebody registered.

A challenge is a mark of ours (marks.py), so that asking for many costs no memory; which were used
is remembered until they are over, and only whoever has a passkey can use one.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from rostra.errors import BadInput, Conflict, NotFound, NotSignedIn
from rostra.ids import new_id
from rostra.people.marks import mark, read_mark
from rostra.people.queries import Account
from rostra.people.rules import LONGEST_NAME, checked_line
from rostra.people.tables import passkeys

CHALLENGE_MS = 5 * 60 * 1000
MOST_PASSKEYS = 20
_MOST_USED = 10_000
_LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Passkey:
    """One that somebody registered; `id` is the credential's, base64url."""

    id: str
    account_id: str
    public_key: bytes
    sign_count: int
    label: str
    created_ms: int
    used_ms: int | None


class Ceremonies:
    """Registering and signing in, for the pages of one origin."""

    def __init__(self, secret: bytes, public_url: str) -> None:
        self._secret, self._origins = secret, [public_url]
        url = urlsplit(public_url)
        self._rp_id = url.hostname or "localhost"
        if self._rp_id in _LOOPBACK:  # no passkey is for a number, but some are for this name
            self._rp_id = "localhost"
            self._origins.append(f"{url.scheme}://localhost:{url.port}")
        self._used: OrderedDict[str, int] = OrderedDict()

    def registration(
        self, account: Account, title: str, present: Sequence[Passkey], now_ms: int
    ) -> str:
        """What the browser is asked for, as JSON, to make a passkey for `account`."""
        made = generate_registration_options(
            rp_id=self._rp_id,
            rp_name=title,
            user_name=account.handle,
            user_id=account.id.encode(),
            user_display_name=account.name,
            challenge=self._challenge(f"register:{account.id}", now_ms),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_descriptors(present),
        )
        return options_to_json(made)

    def registered(self, account: Account, answer: object, now_ms: int) -> tuple[str, bytes, int]:
        """The id, public key and count of a new passkey. Raises BadInput."""
        challenge = self._answered(f"register:{account.id}", answer, now_ms)
        try:
            found = verify_registration_response(
                credential=_credential(answer),
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
            raise _unusable() from None
        self._use_up(challenge, now_ms)
        return (
            bytes_to_base64url(found.credential_id),
            found.credential_public_key,
            found.sign_count,
        )

    def signing_in(self, purpose: str, allowed: Sequence[Passkey], now_ms: int) -> str:
        """What the browser is asked for, as JSON; any passkey of ours where none is named."""
        needed = UserVerificationRequirement
        made = generate_authentication_options(
            rp_id=self._rp_id,
            challenge=self._challenge(purpose, now_ms),
            allow_credentials=_descriptors(allowed) or None,
            user_verification=needed.PREFERRED if allowed else needed.REQUIRED,
        )
        return options_to_json(made)

    def signed_in(
        self, purpose: str, answer: object, passkey: Passkey, now_ms: int, *, alone: bool
    ) -> int:
        """Whether the passkey said so: its new count. Raises NotSignedIn, BadInput.

        Where it is the only thing asked for (`alone`) it must have asked its owner for a PIN, a
        finger or a face.
        """
        challenge = self._answered(purpose, answer, now_ms)
        try:
            found = verify_authentication_response(
                credential=_credential(answer),
                expected_challenge=challenge,
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=alone,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
            raise NotSignedIn("This passkey was not accepted: try it again.") from None
        self._use_up(challenge, now_ms)
        return found.new_sign_count

    def _challenge(self, purpose: str, now_ms: int) -> bytes:
        return mark(self._secret, purpose, now_ms + CHALLENGE_MS, new_id()).encode()

    def _answered(self, purpose: str, answer: object, now_ms: int) -> bytes:
        """The challenge that was answered, if it was ours and for this."""
        try:
            said = json.loads(base64url_to_bytes(_credential(answer)["response"]["clientDataJSON"]))
            text = base64url_to_bytes(said["challenge"]).decode("ascii")
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            raise _unusable() from None
        known = read_mark(self._secret, purpose, text, now_ms) is not None
        if not known or text in self._used:
            raise NotSignedIn("This took too long, or was sent twice: try the passkey again.")
        return text.encode()

    def _use_up(self, challenge: bytes, now_ms: int) -> None:
        while self._used and (
            len(self._used) >= _MOST_USED or next(iter(self._used.values())) <= now_ms
        ):
            self._used.popitem(last=False)
        self._used[challenge.decode()] = now_ms + CHALLENGE_MS


def credential_id(answer: object) -> str:
    """Which passkey says that it is used. Raises BadInput."""
    found = _credential(answer).get("id")
    if not isinstance(found, str) or not 1 <= len(found) <= 400:
        raise _unusable()
    return found


def _credential(answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise _unusable()
    return answer


def _unusable() -> BadInput:
    return BadInput("What the passkey answered cannot be used: try it again.")


def _descriptors(keys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.id)) for each in keys]


async def passkeys_of(connection: AsyncConnection, account_id: str) -> list[Passkey]:
    """Somebody's, the oldest first."""
    rows = await connection.execute(
        select(passkeys)
        .where(passkeys.c.account_id == account_id)
        .order_by(passkeys.c.created_ms, passkeys.c.id)
    )
    return [Passkey(**row._mapping) for row in rows]


async def passkey_of_id(connection: AsyncConnection, credential: str) -> Passkey:
    """That one. Raises NotSignedIn, for it is asked for by whoever wants in."""
    row = (await connection.execute(select(passkeys).where(passkeys.c.id == credential))).first()
    if row is None:
        raise NotSignedIn("This passkey is not known here: sign in otherwise, then register it.")
    return Passkey(**row._mapping)


async def add_passkey(
    connection: AsyncConnection, account: Account, made: tuple[str, bytes, int], label: str,
    now_ms: int,
) -> None:  # fmt: skip
    """Keep it. Raises Conflict when it is known already or there are twenty, BadInput."""
    label = checked_line(label, "name of the passkey", LONGEST_NAME)
    mine = select(func.count()).where(passkeys.c.account_id == account.id)
    if (await connection.execute(mine)).scalar_one() >= MOST_PASSKEYS:
        raise Conflict("There are twenty passkeys already: remove one first.")
    try:
        await connection.execute(
            insert(passkeys).values(
                id=made[0], account_id=account.id, public_key=made[1], sign_count=made[2],
                label=label, created_ms=now_ms,
            )
        )  # fmt: skip
    except IntegrityError:
        raise Conflict("This passkey is registered already.") from None


async def used_passkey(
    connection: AsyncConnection, passkey: Passkey, count: int, now_ms: int
) -> None:
    """It signed in, and counts so far now."""
    await connection.execute(
        update(passkeys).where(passkeys.c.id == passkey.id).values(sign_count=count, used_ms=now_ms)
    )


async def remove_passkey(connection: AsyncConnection, account_id: str, credential: str) -> None:
    """It is no longer good. Raises NotFound."""
    removed = await connection.execute(
        delete(passkeys).where(passkeys.c.account_id == account_id, passkeys.c.id == credential)
    )
    if removed.rowcount == 0:
        raise NotFound("There is no such passkey: it was removed already.")
