"""Lists for `IN (…)` in few different lengths.

A database prepares a statement once for each text, and each length of a list is another text: of a
page's twenty authors there may be any number from one to twenty. So the last value is repeated up
to the next of a few lengths, which changes no answer.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

_LENGTHS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128)

T = TypeVar("T")


def padded(values: Collection[T]) -> list[T]:
    """The values, and the last of them again until there are as many as a length says."""
    found = list(values)
    wanted = next((length for length in _LENGTHS if length >= len(found)), len(found))
    return found + found[-1:] * (wanted - len(found))
