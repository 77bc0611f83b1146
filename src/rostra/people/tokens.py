"""Signed tokens: a seat on a stage that can be checked without asking anybody.

    rst1.<payload>.<signature>      both base64url without padding

The payload is JSON, the signature HMAC-SHA256 over `rst1.<payload>` with the secret of the data
folder. There is one algorithm and no header that could name another. Because nothing is looked up,
invites work while the database is down; because nothing is stored, the holder may come back with
one as often as it likes until it expires, and takes over its own seat.

Also here: the hash under which random tokens (API, sessions, sign-in links) are stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from rostra.errors import NotSignedIn

PREFIX = "rst1"
API_PREFIX = "rsta_"
LONGEST = 2048
ROLES = ("speaker", "cohost", "host")


@dataclass(frozen=True)
class Invite:
    """A seat: `id` names it, `role` is one of ROLES, `expires` is in seconds since the epoch."""

    id: str
    slug: str
    role: str
    name: str
    expires: int


def sign(secret: bytes, invite: Invite) -> str:
    """The token that stands for `invite`."""
    document = {
        "t": "invite",
        "id": invite.id,
        "slug": invite.slug,
        "role": invite.role,
        "name": invite.name,
        "exp": invite.expires,
    }
    payload = _encoded(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
    signed = f"{PREFIX}.{payload}"
    return f"{signed}.{_encoded(_signature(secret, signed))}"


def read(secret: bytes, token: str, now: float) -> Invite:
    """The invite that `token` stands for. Raises NotSignedIn when forged, damaged or expired."""
    signed, _, signature = token.rpartition(".")
    prefix, _, payload = signed.partition(".")
    if len(token) > LONGEST or prefix != PREFIX or not token.isascii():
        raise _not_ours()
    if not hmac.compare_digest(_encoded(_signature(secret, signed)), signature):
        raise _not_ours()
    invite = _invite(payload)
    if now >= invite.expires:
        raise NotSignedIn("This invitation has expired: ask the host for a new one.")
    return invite


def is_signed(token: str) -> bool:
    """Whether this looks like a signed token rather than a random one."""
    return token.startswith(PREFIX + ".")


def new_api_token() -> str:
    """256 random bits behind a prefix that tells what it is."""
    return API_PREFIX + secrets.token_urlsafe(32)


def new_secret() -> str:
    """256 random bits, for sessions and sign-in links."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is stored of a random token: SHA-256 in hex, enough as it has 256 bits of chance."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _invite(payload: str) -> Invite:
    """The signed document. The signature was good, so only another version of us wrote it oddly."""
    try:
        document = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        invite = Invite(
            id=str(document["id"]),
            slug=str(document["slug"]),
            role=str(document["role"]),
            name=str(document["name"]),
            expires=int(document["exp"]),
        )
        kind = document["t"]
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise _not_ours() from None
    if kind != "invite" or invite.role not in ROLES:
        raise _not_ours()
    return invite


def _signature(secret: bytes, signed: str) -> bytes:
    return hmac.new(secret, signed.encode("ascii"), hashlib.sha256).digest()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _not_ours() -> NotSignedIn:
    return NotSignedIn("This token was not given out by this server: ask the host for a new one.")
