"""Two machines and the wire between them, which can be cut and mended in two ways."""

from __future__ import annotations

from collections.abc import Callable

from rostra.testing.namespaces import Networks

HOUSE, GUEST = "10.78.0.1", "10.78.0.2"
_NOBODY = "lladdr 02:00:00:00:00:01 nud permanent"  # an address that no machine here has


class Cable:
    """The wire between the server's machine (`house`) and the speaker's (`guest`)."""

    def __init__(self, made: Networks) -> None:
        self.house, self.guest = made.add("house"), made.add("guest")
        made.wire("house", f"{HOUSE}/24", "guest", f"{GUEST}/24")

    def unplug(self) -> None:
        """Both ends notice at once."""
        self.guest.run("ip", "link", "set", "house", "down")

    def plug(self) -> None:
        """The link is up again; the speaker's machine makes sure of its IPv6 address anew."""
        self.guest.run("ip", "link", "set", "house", "up")

    def swallow(self) -> None:
        """What is sent gets lost on the way, and nobody is told: as in a lift."""
        self.house.run(*f"ip neighbour replace {GUEST} dev guest {_NOBODY}".split())
        self.guest.run(*f"ip neighbour replace {HOUSE} dev house {_NOBODY}".split())

    def yield_again(self) -> None:
        """What is sent arrives again."""
        self.house.run(*f"ip neighbour delete {GUEST} dev guest".split())
        self.guest.run(*f"ip neighbour delete {HOUSE} dev house".split())


CUTS: dict[str, tuple[Callable[[Cable], None], Callable[[Cable], None]]] = {
    "link_down": (Cable.unplug, Cable.plug),
    "frames_lost": (Cable.swallow, Cable.yield_again),
}
"""How a cut begins and ends, by its name."""
