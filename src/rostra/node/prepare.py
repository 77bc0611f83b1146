"""Before the first child: database, first administrator, demo Space; in a process of its own.

The supervisor lives for months and must stay small, so it does not load what this needs.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from rostra.errors import Misconfigured
from rostra.node.recipes import part
from rostra.settings import Value

_SECONDS = 120


@dataclass(frozen=True)
class Prepared:
    """What the operator is told. The link is None when there was somebody already."""

    sign_in_link: str | None


def prepare(chosen: Mapping[str, Value]) -> Prepared:
    """Make the data folder's contents ready. Raises Misconfigured with the child's sentence."""
    recipe = part("prepare", chosen)
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            recipe.command, env={**os.environ, **recipe.environ}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Misconfigured(
            f"The database did not get ready within {_SECONDS} seconds: see the log lines above."
        ) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    if done.returncode != 0 or "error" in answer:
        raise Misconfigured(
            answer.get("error", "Rostra could not make its data ready: see the log lines above.")
        )
    return Prepared(answer.get("sign_in_link"))
