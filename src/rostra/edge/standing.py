"""As what a listener is counted: verified, one too many from its network, or rehearsed.

Up to five listeners of one address count, and up to fifty of its neighbours (a /24 of IPv4, a /48
of IPv6): beyond that nothing tells a full lecture hall from one machine that pretends, so the
others are shown apart as unverified. They hear the same; nobody is refused for it.

Who came from where is a shared table of small counters, addressed by keyed hashes; no address is
kept. What an edge has counted lies in shared memory as well, so that the zygote can take it back
when the edge is killed. Two edges that change one counter at the same moment may miss one of the
two: that is one listener in the wrong column, for as long as it stays.
"""

from __future__ import annotations

import hashlib
import ipaddress
import mmap
from enum import Enum
from functools import lru_cache

from rostra.edge.reactions import network

OF_ONE_ADDRESS = 5
OF_NEIGHBOURS = 50
_CELLS = 1 << 21
_MOST = 0xFFFF


class Standing(Enum):
    """How a listener is counted."""

    VERIFIED = "hearing"
    UNVERIFIED = "unverified"
    REHEARSED = "rehearsed"


class Origins:
    """Who came from where, on all edges. Made before the fork; each `slot` has one writer."""

    def __init__(self, salt: bytes, slots: int, files: int, cells: int = _CELLS) -> None:
        self._salt = salt
        self._files = files
        self._count = cells
        self._cells = memoryview(mmap.mmap(-1, cells * 2)).cast("H")
        # For each descriptor of each edge: its two cells, plus one; 0 for none.
        self._taken = memoryview(mmap.mmap(-1, slots * files * 8)).cast("I")

    def arrive(self, slot: int, fd: int, address: str) -> Standing:
        """One more of `address` listens, on descriptor `fd` of edge `slot`."""
        household = network(address)
        cells = [self._cell(b"a", household), self._cell(b"n", _neighbours(household))]
        at = 2 * (slot * self._files + fd)
        for number, cell in enumerate(cells):
            self._cells[cell] = min(_MOST, self._cells[cell] + 1)
            self._taken[at + number] = cell + 1
        own, near = (self._cells[cell] for cell in cells)
        counted = own <= OF_ONE_ADDRESS and near <= OF_NEIGHBOURS
        return Standing.VERIFIED if counted else Standing.UNVERIFIED

    def depart(self, slot: int, fd: int) -> None:
        """It listens no more; harmless if it was never counted."""
        at = 2 * (slot * self._files + fd)
        for number in (at, at + 1):
            if taken := self._taken[number]:
                self._cells[taken - 1] = max(0, self._cells[taken - 1] - 1)
                self._taken[number] = 0

    def forget(self, slot: int) -> None:
        """The edge of `slot` is dead, and nobody listens on it."""
        for fd in range(self._files):
            self.depart(slot, fd)

    def _cell(self, kind: bytes, network: bytes) -> int:
        digest = hashlib.blake2b(kind + network, digest_size=8, key=self._salt).digest()
        return int.from_bytes(digest, "little") % self._count


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Whether it is an address of this machine itself."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _neighbours(household: bytes) -> bytes:
    return household[: 3 if len(household) == 4 else 6]
