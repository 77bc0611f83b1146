"""How each part of Rostra is started as a child: `python -m rostra _part …`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace

from rostra.edge.listener import LISTENER
from rostra.node.child import Recipe
from rostra.settings import Value

PART_SETTINGS = "ROSTRA_PART_SETTINGS"
_NICE = {"web": 10, "edges": 10, "demo": 10}
# Our arrays are small: threads of the linear algebra and heaps per thread would only cost memory.
_LEAN = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


def part(kind: str, chosen: Mapping[str, Value], *more: str) -> Recipe:
    """The recipe of one part. Settings travel in the environment, which other users cannot read."""
    return Recipe(
        title=" ".join((kind, *more)),
        command=[sys.executable, "-P", "-m", "rostra", "_part", kind, *more],
        nice=_NICE.get(kind, 0),
        environ={**_LEAN, PART_SETTINGS: json.dumps(chosen)},
    )


def edges(chosen: Mapping[str, Value], listener: int) -> Recipe:
    """The recipe of the edges, which inherit the listening socket `listener`."""
    plain = part("edges", chosen)
    return replace(plain, environ={**plain.environ, LISTENER: str(listener)}, inherits=(listener,))
