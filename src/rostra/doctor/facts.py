"""What was seen on this machine, without a judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rostra.ice_servers import IceServer
from rostra.machine import Machine
from rostra.rated import Rating


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
class Certificate:
    """The files of --tls-cert and --tls-key, as a browser would judge them.

    `trouble` is a sentence when they cannot be used at all. `refusals` has for each host under
    which people come why a browser refuses it, in OpenSSL's words with OpenSSL's number, or None.
    """

    trouble: str = ""
    ends: datetime | None = None
    refusals: Mapping[str, tuple[int, str] | None] | None = None


@dataclass(frozen=True)
class Square:
    """What the web process stands on.

    `bytes` of the database, None where it is not made yet or does not answer (then `trouble` says
    why); `dumps` whether a backup can be made of it; `walls` those that hold around the process
    that opens pictures, as darkroom/confinement.py calls them.
    """

    kind: str
    bytes: int | None
    trouble: str
    dumps: bool
    walls: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """All of it.

    `free_ports` of the range (1 or 0 where there is none) can be bound; `addresses` are this
    machine's but loopback; `missing_codecs` holds a sentence for each; `files` is what one process
    may open; `disk` the free bytes where the data folder is; `synchronised` whether the kernel
    says that its clock is, None where it cannot be asked; `certificate` is None where there is none
    of ours; `now` is the wall clock's; `rating` is what was measured and kept before, and
    `rating_trouble` a sentence where that cannot be read; `square` is None where nobody looked.
    """

    free_ports: int
    addresses: tuple[str, ...]
    asked: tuple[Asked, ...]
    missing_codecs: tuple[str, ...]
    files: int
    machine: Machine
    disk: int
    synchronised: bool | None
    certificate: Certificate | None
    now: datetime
    rating: Rating | None = None
    rating_trouble: str = ""
    square: Square | None = None
