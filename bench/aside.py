"""Something that goes on in a process of its own, so that nobody's work delays it, until told."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any, Self


class Aside:
    """Runs `work(*arguments, over, ready)`: it sets `ready` when it goes on, and ends at `over`.

    Both are multiprocessing's events; `arguments` must be picklable.
    """

    def __init__(self, work: Callable[..., None], *arguments: Any, patience: float) -> None:
        """`patience`: seconds until it must be ready."""
        context = multiprocessing.get_context("spawn")
        self._over, self._ready, self._patience = context.Event(), context.Event(), patience
        given = (*arguments, self._over, self._ready)
        self._process = context.Process(target=work, args=given, daemon=True)

    def begin(self) -> Self:
        """Start, and wait until it is ready. Raises TimeoutError."""
        self._process.start()
        if not self._ready.wait(self._patience):
            raise TimeoutError(f"{type(self).__name__} was not ready in {self._patience:g} s")
        return self

    def end(self) -> None:
        """Stop it."""
        self._over.set()
        self._process.join(10)
