"""Where a running Rostra is reached, written for commands that only know the data folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rostra.node.files import write_whole
from rostra.programme.places import Places
from rostra.settings import NodeSettings


@dataclass(frozen=True)
class Doors:
    """`local_url` is the web origin as this machine reaches it; the others are for people."""

    local_url: str
    public_url: str
    live_url: str


def write_doors(places: Places, settings: NodeSettings, local_host: str) -> None:
    """Leave `run/doors.json` for commands. Raises OSError."""
    shown = f"[{local_host}]" if ":" in local_host else local_host
    doors = Doors(
        f"http://{shown}:{settings.web.port}", settings.web.public_url, settings.edge.live_url
    )
    write_whole(_path(places), json.dumps(asdict(doors), indent=2).encode(), 0o644)


def read_doors(places: Places) -> Doors | None:
    """The doors as the last `serve` on this folder had them; None if there was none."""
    try:
        return Doors(**json.loads(_path(places).read_bytes()))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def _path(places: Places) -> Path:
    return places.run / "doors.json"
