"""What one supervisor leaves to the next when it goes over to another version, as text. Pure.

The process stays: its children, its lock on the data folder and the listening socket are kept by
the kernel. What only memory knew, which child is which and which descriptor is what, travels in one
variable of the environment, together with who asked for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, field

from rostra.errors import Misconfigured
from rostra.settings import NodeSettings

HANDOVER = "ROSTRA_HANDOVER"
_VERSION = 1


@dataclass(frozen=True)
class Running:
    """A child: its process id, and when it was started, in seconds of the monotonic clock."""

    pid: int
    started: float


@dataclass(frozen=True)
class Stand:
    """Where is listened, which only a restart can change."""

    host: str
    port: int
    live_port: int
    secured: bool

    @classmethod
    def of(cls, settings: NodeSettings) -> Stand:
        """Where is listened with these settings."""
        web = settings.web
        return cls(web.host, web.port, settings.edge.live_port, web.tls is not None)


@dataclass(frozen=True)
class Handover:
    """`lock` and `listener` are descriptors, `children` are by title, `request` is who asked.

    A `trial` is none yet: the new version only tells whether it would take over.
    """

    version: str
    lock: int
    listener: int
    stand: Stand
    request: str
    children: Mapping[str, Running] = field(default_factory=dict)
    trial: bool = False

    def text(self) -> str:
        """For the environment of the next."""
        return json.dumps({"v": _VERSION, **asdict(self)})

    def check(self, settings: NodeSettings) -> None:
        """Raise Misconfigured where `settings` ask for what only a restart can bring."""
        if Stand.of(settings) != self.stand:
            raise Misconfigured(
                "The settings name another host or port, or other HTTPS, than those that are in "
                "use: only a restart of `rostra serve` can change these."
            )


def taken_from(environ: MutableMapping[str, str]) -> Handover | None:
    """What the environment holds, which then holds it no more; None where nothing was left.

    Raises Misconfigured for what a version has left that this one does not understand.
    """
    text = environ.pop(HANDOVER, None)
    return None if text is None else read(text)


def read(text: str) -> Handover:
    """The reverse of `Handover.text`. Raises Misconfigured."""
    try:
        told = json.loads(text)
        if told.pop("v") != _VERSION:
            raise ValueError("of another version")
        children = {title: Running(**one) for title, one in told.pop("children").items()}
        return Handover(**{**told, "stand": Stand(**told["stand"]), "children": children})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Misconfigured(
            "This version of Rostra cannot take over from the one that runs: "
            "restart `rostra serve` between two events."
        ) from None
