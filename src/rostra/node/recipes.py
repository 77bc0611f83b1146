"""How each part of Rostra is started as a child: `python -m rostra _part …`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

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
