"""What a listener in a terminal sees: one line that is kept up to date, or a line per change."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any, TextIO

_BARS = " ▁▂▃▄▅▆▇█"
_AGAIN = 5.0  # seconds between two lines that say the same
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Glance:
    """What is to be seen at one moment; `latency`, `missing` and `silent` in seconds."""

    state: dict[str, Any]
    latency: float | None = None
    gaps: int = 0
    missing: float = 0.0
    silent: float = 0.0
    reconnects: int = 0
    note: str = ""

    @property
    def speaking(self) -> tuple[str, ...]:
        """The names of those who speak."""
        stage = _dictionary(self.state.get("stage"))
        seats = [_dictionary(seat) for seat in stage.values()]
        return tuple(_plain(seat.get("name")) for seat in seats if seat.get("speaking") is True)

    @property
    def level(self) -> int:
        """The loudest of the stage, 0 to 9."""
        levels = _dictionary(self.state.get("levels")).values()
        return max((one for one in levels if type(one) is int and 0 <= one <= 9), default=0)

    @property
    def changes(self) -> tuple[object, ...]:
        """What makes a new line worth it where lines stay."""
        return (self.state.get("phase"), self.speaking, self.gaps, self.reconnects, self.note)

    def line(self) -> str:
        """All of it in one line."""
        level = _BARS[min(self.level, 8)]
        speaking = ", ".join(self.speaking) or "nobody speaks"
        late = "" if self.latency is None else f"{self.latency:.1f} s behind"
        gaps = f"{self.gaps} gaps ({self.missing:.1f} s)" if self.gaps else "no gaps"
        silent = f"silent {self.silent:.1f} s" if self.silent >= 0.05 else ""
        again = f"{self.reconnects} reconnections" if self.reconnects else ""
        listeners = self.state.get("listeners")
        ears = f"{listeners} listening" if type(listeners) is int else ""
        phase = _plain(self.state.get("phase") or "connecting")
        parts = (f"{phase} {level} {speaking}", ears, late, gaps, silent, again, self.note)
        return " · ".join(part for part in parts if part)


class Screen:
    """Shows glances on `stream`; times are seconds on one clock."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._shown: tuple[object, ...] = ()
        self._when = float("-inf")

    def show(self, glance: Glance, now: float) -> None:
        """On a terminal at once; elsewhere when something changed, and every five seconds."""
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            self._write(f"\r\x1b[K{glance.line()[:width]}")
        elif glance.changes != self._shown or now - self._when >= _AGAIN:
            self._write(glance.line() + "\n")
            self._shown, self._when = glance.changes, now

    def end(self) -> None:
        """What comes next stands on a line of its own."""
        if self._live:
            self._write("\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _dictionary(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _plain(value: object) -> str:
    """What others chose, without what a terminal would obey."""
    text = str(value)[:_LONGEST_NAME]
    return "".join(character if character.isprintable() else " " for character in text)
