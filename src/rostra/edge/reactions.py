"""How often one address may react: a leaky bucket in one shared word for each address.

The *generic cell rate algorithm* (ITU-T I.371): remembered is only when the next event would be due
if they came evenly. A fixed table that all edges share, addressed by a keyed hash, bounds the
memory and makes the limit one for the machine. Two addresses that meet in a word share its limit;
with 2^18 words that is rare even in a crowd. Two edges that change one word at the same moment may
let one event too many through, which is harmless.
"""

from __future__ import annotations

import hashlib
import ipaddress
import mmap

EVERY_NS = 250_000_000
BURST = 8
LARGEST = 64
_WORDS = 1 << 18


class Limiter:
    """4 a second for each address, 8 at once. Made before the fork, so that all edges share it."""

    def __init__(self, salt: bytes, words: int = _WORDS) -> None:
        self._salt = salt
        self._count = words
        self._words = memoryview(mmap.mmap(-1, words * 8)).cast("Q")

    def allows(self, address: str, now: int) -> bool:
        """Whether one more event of `address` is within the limit; if so, it is counted."""
        at = self._word(address)
        due = max(self._words[at], now)
        if due - now > (BURST - 1) * EVERY_NS:
            return False
        self._words[at] = due + EVERY_NS
        return True

    def _word(self, address: str) -> int:
        digest = hashlib.blake2b(network(address), digest_size=8, key=self._salt).digest()
        return int.from_bytes(digest, "little") % self._count


def network(address: str) -> bytes:
    """What counts as one address: all of IPv4, the first 64 bits of IPv6 (one household)."""
    packed = ipaddress.ip_address(address.partition("%")[0])
    if packed.version == 6:
        mapped = packed.ipv4_mapped
        return packed.packed[:8] if mapped is None else mapped.packed
    return packed.packed


def which(body: bytes, offered: tuple[str, ...]) -> int | None:
    """The number of the reaction that `body` is, among those that the Space offers.

    The invisible selectors of emoji presentation (U+FE0E, U+FE0F) make no difference.
    """
    try:
        wanted = _bare(body.decode().strip())
    except UnicodeDecodeError:
        return None
    return next((at for at, one in enumerate(offered) if _bare(one) == wanted and wanted), None)


def _bare(text: str) -> str:
    return text.replace("\ufe0f", "").replace("\ufe0e", "")
