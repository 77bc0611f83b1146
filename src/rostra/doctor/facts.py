"""What was seen on this machine, without a judgement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rostra.ice_servers import IceServer


class Trouble(StrEnum):
    """Why a STUN or TURN server did not do what was asked."""

    UNKNOWN = "its name is not known"
    CLOSED = "nobody listens there, or TLS failed"
    SILENT = "it does not answer"
    CREDENTIALS = "it refuses the credentials"
    REFUSED = "it refuses what was asked"
    UNTRIED = "it was not tried"


@dataclass(frozen=True)
class Asked:
    """A STUN or TURN server, and how it did.

    `mapped` is the address under which it sees us, `relayed` the one that it lends, empty where it
    told none; `seconds` is how long it took.
    """

    server: IceServer
    mapped: str = ""
    relayed: str = ""
    seconds: float = 0.0
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Facts:
    """All of it.

    `free_ports` of the range (1 or 0 where there is none) can be bound; `addresses` are this
    machine's but loopback; `missing_codecs` holds a sentence for each; `files` is what one process
    may open.
    """

    free_ports: int
    addresses: tuple[str, ...]
    asked: tuple[Asked, ...]
    missing_codecs: tuple[str, ...]
    files: int
