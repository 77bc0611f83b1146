"""How often a password may be guessed (row 16 of the promises): the rule, and tables in memory.

Ten in an hour, and a hundred in a row before passwords alone are no longer taken. An hour ends an
hour after the last guess that was let through, so that in no hour whatever there are more than ten.
The counts of accounts are durable (passwords.py); those of devices and of handles that nobody has
are kept here.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from rostra.errors import TooMany
from rostra.people.rules import HOUR_MS

MOST_IN_HOUR = 10
MOST_IN_A_ROW = 100
MOST_KEYS = 20_000


@dataclass(frozen=True)
class Guesses:
    """Since the last right one; `last_ms` is when the last was let through."""

    in_a_row: int = 0
    in_hour: int = 0
    last_ms: int = 0


def one_more(before: Guesses, now_ms: int) -> Guesses:
    """The counts with one more guess. Raises TooMany when it may not be made."""
    if before.in_a_row >= MOST_IN_A_ROW:
        raise TooMany(
            "The password of this account was guessed wrong a hundred times, and is not taken from "
            "new devices any more: sign in with a passkey, with a link from an administrator, or "
            "on a device that you used before.",
            retry_after=HOUR_MS // 1000,
        )
    fresh = now_ms - before.last_ms >= HOUR_MS
    if not fresh and before.in_hour >= MOST_IN_HOUR:
        wait = max(1, (before.last_ms + HOUR_MS - now_ms + 999) // 1000)
        raise TooMany(
            "There were too many wrong passwords for this account: sign in with a passkey, with a "
            "link, on a device that you used before, or try again in an hour.",
            retry_after=wait,
        )
    return Guesses(before.in_a_row + 1, 1 if fresh else before.in_hour + 1, now_ms)


class Tries:
    """The counts of many keys, the least recent of which are forgotten."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, Guesses] = OrderedDict()

    def count(self, key: str, now_ms: int) -> None:
        """One more guess for `key`. Raises TooMany."""
        self._of[key] = one_more(self._of.get(key, Guesses()), now_ms)
        self._of.move_to_end(key)
        if len(self._of) > MOST_KEYS:
            self._of.popitem(last=False)

    def forget(self, key: str) -> None:
        """It was right."""
        self._of.pop(key, None)
