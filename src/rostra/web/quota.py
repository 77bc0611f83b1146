"""How much somebody may ask of the API: so many requests in each five minutes, for each key.

Windows are the same for all and begin at whole multiples of their length, so that the headers can
tell when the next one begins. Pure, but for the table of what was counted, which is bounded.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from rostra import moments

WINDOW_MS = 300_000
MOST_KEYS = 100_000


@dataclass(frozen=True)
class Left:
    """What is left of a quota after a request; `allowed` is False when it was one too many."""

    limit: int
    remaining: int
    reset_ms: int
    allowed: bool = True

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": moments.shown(self.reset_ms, "milliseconds"),
        }

    def wait_s(self, now_ms: int) -> int:
        """Seconds until there is a new quota, at least one."""
        return max(1, math.ceil((self.reset_ms - now_ms) / 1000))


class Quota:
    """At most `limit` requests of each key in a window of `window_ms`."""

    def __init__(self, limit: int, window_ms: int = WINDOW_MS) -> None:
        self.limit, self.window_ms = limit, window_ms
        self._window = 0
        self._used: OrderedDict[str, int] = OrderedDict()

    def take(self, key: str, now_ms: int) -> Left:
        """Count one request of `key`."""
        window = now_ms // self.window_ms
        if window != self._window:
            self._window, self._used = window, OrderedDict()
        used = self._used.pop(key, 0)
        allowed = used < self.limit
        self._used[key] = used + allowed
        if len(self._used) > MOST_KEYS:
            self._used.popitem(last=False)
        left = self.limit - self._used[key]
        return Left(self.limit, left, (window + 1) * self.window_ms, allowed)


def address_key(address: str) -> str:
    """Under which an address is counted: IPv6 by its /64, which one household has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(IPv6Address(int(found) >> 64 << 64)) + "/64"
    return str(found)
