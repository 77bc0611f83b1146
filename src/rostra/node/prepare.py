"""Before the first child: database, first administrator, demo Space; in a process of its own.

The supervisor lives for months and must stay small, so it does not load what this needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rostra.node.errand import Errand
from rostra.node.recipes import part
from rostra.settings import Value

SECONDS = 120


@dataclass(frozen=True)
class Prepared:
    """What the operator is told. The link is None when there was somebody already."""

    sign_in_link: str | None


def prepare(chosen: Mapping[str, Value]) -> Prepared:
    """Make the data folder's contents ready. Raises Misconfigured with the child's sentence."""
    return Prepared(Errand(part("prepare", chosen), SECONDS).wait().get("sign_in_link"))
