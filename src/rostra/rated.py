"""The rated capacity of a machine: rated.json, as `rostra doctor --measure --keep` writes it. Pure.

What is kept is what a listener costs, not how many there may be: how many files a process may open
and how many edges there are can change from one start to the next, so that is worked out anew each
time. A rating is good for the machine on which it was measured, or one that is like it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rostra.errors import Misconfigured
from rostra.machine import Machine

NAME = "rated.json"
VERSION = 1
LOAD = 0.7
"""Of all cores: the rest is for joins, for the system, and for what nobody foresaw."""

MEMORY_SHARE = 0.8
KEPT_FILES = 64  # of each edge: the listening socket, logs, pipes
_ROUNDING = 1e-6  # of floating point: it shall not cost a listener
_LIKE = 0.05  # two machines of a kind may differ by so much in memory


@dataclass(frozen=True)
class Cost:
    """What listeners cost a server on which `listeners` were at once.

    It used `cores` then; each further one takes `us_per_listener_second` of a core and
    `bytes_per_listener` of memory. Not `held` means that some of them heard silence or could not
    come in, so that nothing is claimed beyond. `assumed` costs were not measured.
    """

    listeners: int
    cores: float
    us_per_listener_second: float
    bytes_per_listener: float
    held: bool = True
    assumed: bool = False


@dataclass(frozen=True)
class Rating:
    """All that is kept: what was measured when (ISO 8601), by which Rostra, on which machine.

    `sound` is how many bytes a listener takes in a second.
    """

    rostra: str
    measured: str
    cores: float
    memory: int
    processor: str
    sound: float
    plain: Cost
    tls: Cost

    def is_of(self, machine: Machine) -> bool:
        """Whether it holds on `machine`."""
        near = math.isclose(self.memory, machine.memory, rel_tol=_LIKE)
        return near and (self.cores, self.processor) == (machine.cores, machine.processor)

    def cost(self, *, tls: bool) -> Cost:
        return self.tls if tls else self.plain


@dataclass(frozen=True)
class Room:
    """What a server may use: files of one process, and how many edge processes there may be."""

    machine: Machine
    files: int
    edges: int


@dataclass(frozen=True)
class Capacity:
    """How many listeners, and what there is too little of for more."""

    listeners: int
    limited_by: str


def capacity(cost: Cost, room: Room) -> Capacity:
    """How many listeners a server has room for at LOAD of its cores."""
    spare = LOAD * room.machine.cores - cost.cores
    by_cores = cost.listeners + spare * 1e6 / cost.us_per_listener_second
    limits = {
        "cores": by_cores if cost.held else min(by_cores, cost.listeners / 2),
        "memory": room.machine.memory * MEMORY_SHARE / cost.bytes_per_listener,
        "files": max(0, room.files - KEPT_FILES) * room.edges,
    }
    least = min(limits, key=lambda name: limits[name])
    return Capacity(max(1, int(limits[least] + _ROUNDING)), least)


def dump(rating: Rating) -> bytes:
    """The file's content."""
    return (json.dumps({"v": VERSION, **asdict(rating)}, indent=1) + "\n").encode()


def load(raw: bytes) -> Rating:
    """The rating of a file's content. Raises Misconfigured for what is none of this version."""
    try:
        told: dict[str, Any] = json.loads(raw)
        if told.pop("v") != VERSION:
            raise ValueError("it is of another version")
        plain, tls = _cost(told.pop("plain")), _cost(told.pop("tls"))
        rating = Rating(**told, plain=plain, tls=tls)
        numbers = (rating.cores, rating.memory, rating.sound)
        if not all(_is_number(number) and number > 0 for number in numbers):
            raise ValueError("a number is none")
        words = (rating.rostra, rating.measured, rating.processor)
        if not all(isinstance(word, str) for word in words):
            raise ValueError("a word is none")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise Misconfigured(
            f"The file {NAME} of the data folder is damaged: measure anew with "
            "rostra doctor --measure --keep, or delete it."
        ) from None
    return rating


def _cost(told: Mapping[str, Any]) -> Cost:
    cost = Cost(**told)
    numbers = (
        cost.listeners, cost.cores, cost.us_per_listener_second, cost.bytes_per_listener,
    )  # fmt: skip
    flags = (cost.held, cost.assumed)
    if not all(map(_is_number, numbers)) or not all(isinstance(flag, bool) for flag in flags):
        raise ValueError("a number is none")
    if min(cost.us_per_listener_second, cost.bytes_per_listener) <= 0 or cost.listeners < 1:
        raise ValueError("nothing costs nothing")
    return cost


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)
