"""Where a running Rostra is reached, written for commands that only know the data folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rostra.clients.pinned import Pinned
from rostra.node.files import write_whole
from rostra.programme.places import Places
from rostra.settings import NodeSettings


@dataclass(frozen=True)
class Doors:
    """`local_url` is the web origin as this machine reaches it, `local_live_url` the live one; the
    others are for people. `certificate` is the file of that with which the local ones answer."""

    local_url: str
    public_url: str
    live_url: str
    local_live_url: str | None = None
    certificate: str | None = None

    @property
    def urls(self) -> list[str]:
        """Every address that is this server's."""
        known = (self.local_url, self.public_url, self.live_url, self.local_live_url)
        return [url for url in known if url is not None]

    @property
    def pinned(self) -> Pinned | None:
        """What is trusted at the local addresses, where they are https."""
        if self.certificate is None:
            return None
        origins = [url for url in (self.local_url, self.local_live_url) if url is not None]
        return Pinned(tuple(origins), Path(self.certificate))


def write_doors(places: Places, settings: NodeSettings, local_host: str) -> None:
    """Leave `run/doors.json` for commands. Raises OSError."""
    shown = f"[{local_host}]" if ":" in local_host else local_host
    scheme = "https" if settings.web.tls else "http"
    doors = Doors(
        local_url=f"{scheme}://{shown}:{settings.web.port}",
        public_url=settings.web.public_url,
        live_url=settings.edge.live_url,
        local_live_url=f"{scheme}://{shown}:{settings.edge.live_port}",
        certificate=str(settings.web.tls.certificate) if settings.web.tls else None,
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
