"""The note that a backup leaves in the data folder, so that its age can be shown. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

NOTE = "backup.json"


@dataclass(frozen=True)
class LastBackup:
    """When it was begun (milliseconds since the epoch), how large it is, and where it was put."""

    made_ms: int
    bytes: int
    file: str


def dump(last: LastBackup) -> bytes:
    """The note's content."""
    return (json.dumps(asdict(last)) + "\n").encode()


def load(raw: bytes) -> LastBackup | None:
    """The note of this content; None for what is none, for it is only shown."""
    try:
        told = json.loads(raw)
        return LastBackup(int(told["made_ms"]), int(told["bytes"]), str(told["file"]))
    except (ValueError, KeyError, TypeError):
        return None
