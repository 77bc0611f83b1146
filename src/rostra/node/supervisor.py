"""Keeps the wanted children running. It starts what is wanted, ends what is not, restarts the dead.

One turn is one look at everything; `now` comes from outside, so a test can turn the crank. The
supervisor has no threads and no loop of its own kind: `serve.py` turns it, woken by SIGCHLD.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rostra.node.backoff import Backoff
from rostra.node.child import Recipe
from rostra.node.notes import note

END_SECONDS = 3.0


class Process(Protocol):
    """What the supervisor needs of a running child."""

    pid: int

    def exit_code(self) -> int | None: ...

    def send(self, number: signal.Signals) -> None: ...


@dataclass
class Post:
    """A place in the roster: the child that holds it now, or when the next one is due."""

    recipe: Recipe
    process: Process | None = None
    started: float = 0.0
    due: float = 0.0
    ending_since: float | None = None
    patience: float = END_SECONDS
    killed: bool = False
    backoff: Backoff = field(default_factory=Backoff)


class Supervisor:
    """A roster of posts by title."""

    def __init__(self, start: Callable[[Recipe], Process]) -> None:
        self._start = start
        self._posts: dict[str, Post] = {}

    def turn(self, wanted: Mapping[str, Recipe], now: float) -> None:
        """Bring what runs nearer to what is `wanted`. `now` is in seconds and never goes back."""
        for title, post in list(self._posts.items()):
            self._reap(post, now)
            if post.process is None:
                if title not in wanted:
                    del self._posts[title]
            elif title not in wanted or post.ending_since is not None:
                self._end(post, now)
        for title, recipe in wanted.items():
            post = self._posts.setdefault(title, Post(recipe))
            post.recipe = recipe
            if post.process is None and now >= post.due:
                self._launch(post, now)

    def running(self) -> dict[str, int]:
        """Process ids by title."""
        return {t: post.process.pid for t, post in self._posts.items() if post.process is not None}

    def send(self, titles: Iterable[str], number: signal.Signals) -> None:
        """Send a signal to those of `titles` that run."""
        for title in titles:
            post = self._posts.get(title)
            if post is not None and post.process is not None:
                post.process.send(number)

    def adopt(self, title: str, process: Process, started: float) -> None:
        """Take in a child that was started otherwise, at the time `started`."""
        self._posts[title] = Post(Recipe(title, ()), process, started)

    def started(self, title: str) -> float:
        """When the child that runs as `title` was started. Raises KeyError."""
        return self._posts[title].started

    def renew(self, title: str, now: float) -> None:
        """End who runs as `title`; the next turn after its end starts it anew."""
        if (post := self._posts.get(title)) is not None and post.process is not None:
            self._end(post, now)

    def retire(self, title: str, number: signal.Signals, patience: float, now: float) -> None:
        """Let who runs as `title`, and is not wanted, leave in `patience` seconds, by a signal."""
        if (post := self._posts.get(title)) is not None and post.process is not None:
            post.ending_since, post.patience = now, patience
            post.process.send(number)

    def hurry(self) -> None:
        """Nobody has longer than others to leave any more."""
        for post in self._posts.values():
            if post.patience > END_SECONDS:
                post.ending_since, post.patience = None, END_SECONDS

    def next_due(self) -> float | None:
        """When the next start waits, in the time of `turn`; None if none does."""
        return min(
            (post.due for post in self._posts.values() if post.process is None), default=None
        )

    def _launch(self, post: Post, now: float) -> None:
        post.ending_since, post.patience, post.killed = None, END_SECONDS, False
        post.started = now
        try:
            post.process = self._start(post.recipe)
        except OSError as reason:
            post.due = now + max(1.0, post.backoff.wait_after(0.0))
            note("child cannot be started", level="error", child=post.recipe.title, reason=reason)
            return
        note("child started", child=post.recipe.title, pid=post.process.pid)

    def _reap(self, post: Post, now: float) -> None:
        if post.process is None or (code := post.process.exit_code()) is None:
            return
        lived = now - post.started
        expected = post.ending_since is not None
        post.process = None
        post.due = now if expected else now + post.backoff.wait_after(lived)
        note(
            "child ended", level="info" if expected or code == 0 else "error",
            child=post.recipe.title, exit_code=code, lived=round(lived, 3),
            again_in=None if expected else round(post.due - now, 3),
        )  # fmt: skip

    def _end(self, post: Post, now: float) -> None:
        assert post.process is not None
        if post.ending_since is None:
            post.ending_since = now
            post.process.send(signal.SIGTERM)
        elif not post.killed and now - post.ending_since >= post.patience:
            post.killed = True
            note("child does not end and is killed", level="error", child=post.recipe.title)
            post.process.send(signal.SIGKILL)
