"""The mark of a listener: when it joined, in which class, signed, so that it can return. Pure.

    base64url( seconds of wall time (4 bytes), number of the class (1), HMAC-SHA256 (11) )

Sixteen bytes, 22 characters. It says nothing about who listens, and everybody who joins in the
same second gets the same one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from functools import lru_cache
from typing import NamedTuple

from rostra.edge.cadence import CLASSES, Class

LIFETIME_S = 24 * 3600
_FIELDS = struct.Struct(">IB")
_SIZE = 16
_PURPOSE = b"rostra listener mark 1\0"


class Mark(NamedTuple):
    """Wall time of joining in whole seconds, and the class given then."""

    joined_s: int
    kind: Class


@lru_cache(maxsize=8)
def sign(secret: bytes, mark: Mark) -> str:
    """The mark as it travels in `Rostra-Mark` and `?mark=`."""
    fields = _FIELDS.pack(mark.joined_s & 0xFFFFFFFF, CLASSES.index(mark.kind))
    return base64.urlsafe_b64encode(fields + _seal(secret, fields)).rstrip(b"=").decode()


def verify(secret: bytes, text: str, now_s: int) -> Mark | None:
    """The mark in `text`, or None when we did not sign it or it is more than a day old."""
    try:
        raw = base64.urlsafe_b64decode(text[:32].encode("ascii") + b"==")
    except (ValueError, binascii.Error):
        return None
    fields, seal = raw[: _FIELDS.size], raw[_FIELDS.size :]
    if len(raw) != _SIZE or not hmac.compare_digest(seal, _seal(secret, fields)):
        return None
    joined_s, kind = _FIELDS.unpack(fields)
    if not -60 <= now_s - joined_s <= LIFETIME_S:
        return None
    return Mark(joined_s, CLASSES[kind])


def _seal(secret: bytes, fields: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + fields, hashlib.sha256)[: _SIZE - _FIELDS.size]
