"""The container's health check: exit code 0 when pages and sound answer."""

from __future__ import annotations

import os
import sys
import urllib.request
from pathlib import Path

from rostra.node.doors import read_doors
from rostra.programme.places import Places
from rostra.tls import pinned_context

_PATIENCE = 2.0  # seconds for each


def trouble() -> str | None:
    """What is wrong, or None."""
    doors = read_doors(Places(Path(os.environ.get("ROSTRA_DATA", "data"))))
    if doors is None:
        return "Rostra has not begun."
    trust = pinned_context(Path(doors.certificate)) if doors.certificate else None
    for url in (doors.local_url, doors.local_live_url):
        try:
            asked = f"{url}/healthz"
            urllib.request.urlopen(asked, timeout=_PATIENCE, context=trust).close()  # noqa: S310
        except OSError as reason:
            return f"{url} does not answer ({reason})."
    return None


if __name__ == "__main__":
    found = trouble()
    if found is not None:
        sys.exit(found)
