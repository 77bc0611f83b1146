"""Who may send a crowd that is none, and how it shows that it may. Pure.

A rehearsal on this machine needs nobody's leave. One from elsewhere needs the operator's token,
whose hash is published together with the largest crowd and the time until which it is good.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from rostra.edge.standing import is_loopback
from rostra.errors import NotAllowed

LASTS_S = 12 * 3600
LOOPBACK = "loopback"


@dataclass(frozen=True)
class Permit:
    """`token` is None where only this machine may rehearse; `until_s` is wall time."""

    token: str | None
    listeners: int
    until_s: int

    def document(self) -> dict[str, object] | None:
        """What is published, or None where there is nothing to tell."""
        if self.token is None:
            return None
        until = datetime.fromtimestamp(self.until_s, UTC)
        return {
            "v": 1,
            "token_sha256": hashlib.sha256(self.token.encode()).hexdigest(),
            "listeners": self.listeners,
            "expires": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def is_rehearsed(self, shown: str | None, address: str, wall_s: int) -> bool:
        """Whether a request from `address` that has `shown` this token is one of a rehearsal.

        Raises NotAllowed for a token that is none.
        """
        if shown is None:
            return False
        token = self.token if wall_s < self.until_s else None
        if token is not None and hmac.compare_digest(shown.encode(), token.encode()):
            return True
        if is_loopback(address) and (shown == LOOPBACK or self.token is None):
            return True
        raise NotAllowed(
            "This server does not agree to a rehearsal with this token: ask its operator for the "
            "one of `rostra serve --rehearsal-token`, which is good for twelve hours."
        )
