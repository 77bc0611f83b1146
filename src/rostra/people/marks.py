"""Marks: short texts that we sign, give away and know again; nothing is stored for them.

    base64url(JSON [purpose, until in ms, value, …]) . base64url(HMAC-SHA256)

A mark is good for its purpose only. Cookies of devices, half signed-in browsers and challenges
of passkeys are made of these.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

LONGEST = 600


def mark(secret: bytes, purpose: str, until_ms: int, *values: str) -> str:
    """The mark that says `values` for `purpose`, until then."""
    document = json.dumps([purpose, until_ms, *values], separators=(",", ":"))
    payload = _encoded(document.encode())
    return f"{payload}.{_encoded(_signature(secret, payload))}"


def read_mark(secret: bytes, purpose: str, text: str, now_ms: int) -> tuple[str, ...] | None:
    """Its values; None when it is not ours, of another purpose, or over."""
    payload, _, signature = text.partition(".")
    if len(text) > LONGEST or not text.isascii():
        return None
    if not hmac.compare_digest(_encoded(_signature(secret, payload)), signature):
        return None
    # The signature was good, so this is a document of ours.
    said, until_ms, *values = json.loads(_decoded(payload))
    return tuple(values) if said == purpose and now_ms < until_ms else None


def _signature(secret: bytes, payload: str) -> bytes:
    return hmac.new(secret, b"mark:" + payload.encode("ascii"), hashlib.sha256).digest()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
