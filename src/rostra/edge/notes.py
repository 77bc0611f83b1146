"""What an edge tells its operator: one line of JSON on standard error for each rare event.

Nothing is written for a listener or a request: what they do is counted on the board.
"""

from __future__ import annotations

import json
import os
import sys


def note(event: str, level: str = "warning", **more: object) -> None:
    """Write one line, in one piece, so that the lines of several processes do not mix."""
    line = json.dumps({"level": level, "event": event, "part": "edge", "pid": os.getpid(), **more})
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
