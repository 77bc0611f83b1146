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


_MOST_FAULTS = 64
_faults: set[str] = set()


def note_fault(event: str, reason: BaseException) -> None:
    """Write a fault of ours, once for each place at which it happens."""
    trace = []
    step = reason.__traceback__
    while step is not None:
        trace.append(f"{step.tb_frame.f_code.co_filename}:{step.tb_lineno}")
        step = step.tb_next
    if trace[-1] not in _faults and len(_faults) < _MOST_FAULTS:
        _faults.add(trace[-1])
        note(event, "error", reason=repr(reason), trace=trace[-8:])
