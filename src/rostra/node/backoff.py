"""How long to wait before a dead child is started again. Pure: ages come as arguments.

A first death is nobody's fault and costs no wait. Who dies young again and again waits longer each
time, so that a broken part does not eat the machine; who lived long enough is forgiven.
"""

from __future__ import annotations

YOUNG_SECONDS = 2.0  # what breaks at its start dies sooner; who did some work was killed
_WAITS = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)


class Backoff:
    """The memory of one child's deaths."""

    def __init__(self) -> None:
        self._young_deaths = 0

    def wait_after(self, lived: float) -> float:
        """Seconds to wait now that the child died `lived` seconds after its start."""
        if lived >= YOUNG_SECONDS:
            self._young_deaths = 0
        wait = _WAITS[min(self._young_deaths, len(_WAITS) - 1)]
        self._young_deaths += 1
        return wait
