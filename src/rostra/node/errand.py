"""A child that is asked one thing, answers with one JSON object on standard output, and ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from typing import Any

from rostra.errors import Misconfigured
from rostra.node.child import Recipe

_LONGEST_REASON = 300
_GLANCE_SECONDS = 0.01
Answer = dict[str, Any]


class Errand:
    """Sent out at once. It is waited for by `wait`, or looked at now and then by `steps`."""

    def __init__(self, recipe: Recipe, seconds: float) -> None:
        """It has so many seconds. Raises Misconfigured if it cannot be sent out."""
        self._recipe = recipe
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                recipe.command, env={**os.environ, **recipe.environ}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                pass_fds=tuple(recipe.inherits),
            )  # fmt: skip
        except OSError as reason:
            raise Misconfigured(f"{recipe.command[0]} cannot be run ({reason.strerror}).") from None

    def wait(self) -> Answer:
        """The answer. Raises Misconfigured with the child's own sentence, or that it is late."""
        answer = None
        while answer is None:
            answer = self._look(max(0.0, self._deadline - time.monotonic()))
        return answer

    def steps(self) -> Generator[None, None, Answer]:
        """The same, one look a step; the answer is what the generator returns.

        Closed before its end, it ends the child.
        """
        try:
            while (answer := self._look(_GLANCE_SECONDS)) is None:
                yield
        finally:
            if self._process.poll() is None:
                self._end()
        return answer

    def _look(self, patience: float) -> Answer | None:
        try:
            said, complained = self._process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            if time.monotonic() < self._deadline:
                return None
            self._end()
            raise Misconfigured(
                f"There was no answer within {self._seconds:g} seconds (`{self._recipe.title}`): "
                "see the log lines above."
            ) from None
        sys.stderr.write(complained)
        return self._read(said, complained)

    def _read(self, said: str, complained: str) -> Answer:
        try:
            answer = json.loads(said)
        except ValueError:
            answer = None
        if self._process.returncode != 0 or not isinstance(answer, dict):
            reason = (complained.strip().splitlines() or ["it says nothing"])[-1]
            raise Misconfigured(f"`{self._recipe.title}` failed ({reason[:_LONGEST_REASON]}).")
        if "error" in answer:
            raise Misconfigured(str(answer["error"]))
        return answer

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()
