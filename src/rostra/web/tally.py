"""What the web process counts for /metrics."""

from __future__ import annotations

from collections import Counter


class Tally:
    """Answers by class of status, and what was refused at the connection itself."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.timeouts = 0
        self.malformed = 0

    def answered(self, status: int) -> None:
        self.answers[f"{status // 100}xx"] += 1


TALLY_OF_CONNECTIONS = Tally()
"""Connections are made by uvicorn from a class, so what they count has to be found from here."""
