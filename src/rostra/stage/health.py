"""How good a speaker's way to the stage is, and what is wrong with it if it is not."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

_SECONDS = 10
_LOST = 0.05  # share of frames: from here on words suffer
_SHAKEN_MS = 60.0  # of jitter: the reserve grows until conversation suffers
_FAR_MS = 400.0  # round trip: people begin to talk into each other


@dataclass(frozen=True)
class Line:
    """`loss` from 0 to 1 of the last ten seconds, jitter, and round trip where it is known."""

    loss: float
    jitter_ms: float
    rtt_ms: float | None

    @property
    def weak(self) -> str | None:
        """What the host should know: "loss", "jitter", "delay" or nothing."""
        if self.loss > _LOST:
            return "loss"
        if self.jitter_ms > _SHAKEN_MS:
            return "jitter"
        return "delay" if self.rtt_ms is not None and self.rtt_ms > _FAR_MS else None


class Losses:
    """Counts that only grow, looked at once a second, as a share of the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque([(0, 0)], maxlen=_SECONDS + 1)

    def look(self, received: int, missing: int) -> None:
        """Take the counts as they are now."""
        self._seen.append((received, missing))

    @property
    def share(self) -> float:
        """Frames that had to be made up, from 0 to 1."""
        (received_then, missing_then), (received, missing) = self._seen[0], self._seen[-1]
        made_up = missing - missing_then
        return made_up / max(1, received - received_then + made_up)
