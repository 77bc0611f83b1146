"""One row of the table of benchmarks, and one benchmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table: `said` in a few words, and whether it `holds`."""

    what: str
    line: str
    said: Callable[[Figures], str]
    holds: Callable[[Figures], bool]


@dataclass(frozen=True)
class Benchmark:
    """One module of this package; its flags as documented, and those of a quick look."""

    name: str
    flags: tuple[str, ...]
    quick: tuple[str, ...]
    rows: Sequence[Row]

    @property
    def command(self) -> str:
        return " ".join(("python", "-m", f"bench.{self.name}", *self.flags))
