"""Which slots of the board are in use: a small file for each, locked by the edge that lives there.

Edges of two zygotes may live beside each other, while one goes and the next one has come. The lock
is taken before the fork and inherited by the child alone, so the kernel gives it back at the very
moment when the last of that edge is gone, however it died.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Claims:
    """The files lie in `folder`, which is made if it is not there."""

    def __init__(self, folder: Path, slots: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._slots = slots

    def take(self, slot: int) -> int | None:
        """The descriptor that holds `slot` while it is open anywhere, or None if an edge does."""
        path = self._folder / f"{slot}.lock"
        claim = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(claim)
            return None
        return claim

    def is_free(self, slot: int) -> bool:
        """Whether nobody lives in `slot` just now."""
        claim = self.take(slot)
        if claim is None:
            return False
        os.close(claim)
        return True

    def free(self) -> list[int]:
        """The slots in which nobody lives, in order."""
        return [slot for slot in range(self._slots) if self.is_free(slot)]
