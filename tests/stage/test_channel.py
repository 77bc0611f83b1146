"""What a page is told that takes less than there is to tell."""

from __future__ import annotations

from typing import Any

from rostra.stage.channel import MOST_LAG, MOST_UNSENT, Channel


class Slow:
    """A data channel over which nothing goes."""

    readyState = "open"  # noqa: N815 - aiortc's

    def __init__(self) -> None:
        self.texts: list[str] = []

    def on(self, event: str, heard: Any) -> None:
        """Nobody says anything."""

    @property
    def bufferedAmount(self) -> int:  # noqa: N802 - aiortc's
        return sum(map(len, self.texts))

    def send(self, text: str) -> None:
        self.texts.append(text)


def test_what_will_be_told_anew_does_not_pile_up_before_an_answer() -> None:
    slow = Slow()
    page = Channel(slow, lambda text: None)
    for _ in range(1_000):
        page.keep_told("x" * 100)
    assert slow.bufferedAmount <= MOST_LAG + 100
    assert page.send("an answer")
    assert slow.texts[-1] == "an answer"


def test_answers_have_their_bound_too() -> None:
    page = Channel(Slow(), lambda text: None)
    taken = 0
    while page.send("x" * 1_000):
        taken += 1
    assert taken == MOST_UNSENT // 1_000 + 1
