"""What signing in and up needs in memory: the hashing thread, counts of guesses, challenges."""

from __future__ import annotations

from rostra.errors import TooMany
from rostra.people.guesses import Tries
from rostra.people.hashing import Hashing
from rostra.people.passkeys import Ceremonies
from rostra.people.rules import HOUR_MS
from rostra.web.quota import Quota


class Entrance:
    """One for the process."""

    def __init__(self, secret: bytes, public_url: str) -> None:
        self.hashing = Hashing()
        self.ceremonies = Ceremonies(secret, public_url)
        self.devices, self.nobody = Tries(), Tries()
        self.tries = Quota(25)
        """Sign-ins of one address from devices that we do not know, in five minutes."""
        self.sign_ups = Quota(5, HOUR_MS)
        self.letters = Quota(5, HOUR_MS)


def take(quota: Quota, key: str, now_ms: int) -> None:
    """Count one for `key`. Raises TooMany."""
    left = quota.take(key, now_ms)
    if not left.allowed:
        wait = left.wait_s(now_ms)
        raise TooMany(
            f"This was tried too often from where you are: try again in {wait} seconds.",
            retry_after=wait,
        )
