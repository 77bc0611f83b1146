"""The CPU time that this edge has used, told to the board: what a listener costs can be seen."""

from __future__ import annotations

import resource

from rostra.programme.board import Slot


class Effort:
    """Tells what was used since it last did; the board's counter outlives this process."""

    def __init__(self) -> None:
        self._told_us = 0  # a forked process begins with nothing used

    def tell(self, slot: Slot) -> None:
        """Add what is new to `slot`."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        used_us = round((usage.ru_utime + usage.ru_stime) * 1_000_000)
        slot.add("cpu_us_total", used_us - self._told_us)
        self._told_us = used_us
