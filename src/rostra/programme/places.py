"""Where everything lies in the data folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rostra.errors import BadInput
from rostra.ids import checked_slug

LAYOUT = 1
RESTORING = ".restoring"
"""In the data folder while a backup is put back there: what lies beside it is not whole yet."""

_PROGRAMME = re.compile(r"[a-z0-9]{1,32}")
_RENDITION = re.compile(r"[a-z0-9]{1,8}")


@dataclass(frozen=True)
class Places:
    """The folder `root` and the names in it. Nothing is created, nothing is looked at.

    Slugs, programme ids and renditions become file names, so each is checked first: BadInput.
    """

    root: Path

    @property
    def node(self) -> Path:
        return self.root / "node.json"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def secret(self) -> Path:
        return self.root / "secret"

    @property
    def database(self) -> Path:
        return self.root / "rostra.db"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def board(self) -> Path:
        return self.run / "board"

    @property
    def claims(self) -> Path:
        """One file for each slot of the board, locked while an edge lives there."""
        return self.run / "edges"

    @property
    def bus(self) -> Path:
        return self.run / "bus.json"

    @property
    def nats(self) -> Path:
        return self.run / "nats"

    @property
    def media(self) -> Path:
        """Pictures and sounds of posts and profiles, by their names (store/objects.py)."""
        return self.root / "media"

    @property
    def incoming(self) -> Path:
        """What is being made of uploads; on the same disk as `media`, and nobody's after a day."""
        return self.media / "incoming"

    @property
    def exports(self) -> Path:
        """Copies of people's data, until they are fetched."""
        return self.root / "exports"

    @property
    def spaces(self) -> Path:
        return self.root / "spaces"

    def space(self, slug: str) -> Path:
        """The folder of one Space."""
        return self.spaces / checked_slug(slug)

    def manifest(self, slug: str) -> Path:
        return self.space(slug) / "manifest.json"

    def events(self, slug: str) -> Path:
        return self.space(slug) / "events.log"

    def log(self, slug: str, pid: str, rendition: str) -> tuple[Path, Path]:
        """The data file and the index file of programme `pid` in `rendition`."""
        if not (_PROGRAMME.fullmatch(pid) and _RENDITION.fullmatch(rendition)):
            raise BadInput("There is no programme of that name.")
        stem = f"{pid}.{rendition}"
        return self.space(slug) / f"{stem}.mp4", self.space(slug) / f"{stem}.idx"
