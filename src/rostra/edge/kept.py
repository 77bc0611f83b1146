"""Things that many ask for in the same moment, made once: the last few. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """At most `most` things by their keys; the one that was made first goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Key, Value] = {}

    def of(self, key: Key, make: Callable[[], Value]) -> Value:
        """What is kept for `key`, or what `make` makes now. Raises what `make` raises."""
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
            if len(self._made) > self._most:
                del self._made[next(iter(self._made))]
        return found
