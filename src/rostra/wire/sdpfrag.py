"""Trickled candidates and ICE restarts: SDP fragments (RFC 8840), as WHIP sends them in a PATCH.

Like an offer a fragment is a stranger's, and capped before it is read. A candidate that is of no
use to us (TCP, a name, another component) is passed over, as RFC 8838 has it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rostra.errors import BadInput
from rostra.wire.sdp import MOST_CANDIDATES, check_size, ufrag_of

LARGEST = 8 * 1024
MOST_LINES = 2 * MOST_CANDIDATES + 20

_PASSWORD = re.compile(r"a=ice-pwd:([A-Za-z0-9+/]{22,256})")
_LINE = re.compile(r"[a-z]=.*")
_CANDIDATE = re.compile(
    r"a=candidate:(?P<kept>[A-Za-z0-9+/]{1,32} 1 udp \d{1,10} (?P<host>[0-9A-Fa-f:.]+)"
    r" (?P<port>\d{1,5}) typ (?:host|srflx|relay))(?: .*)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class SdpFragment:
    """Candidates, each from its foundation to its type, and the ICE session that they are for."""

    candidates: tuple[str, ...]
    ufrag: str | None = None
    pwd: str | None = None


def read_sdpfrag(data: bytes) -> SdpFragment:
    """The fragment in `data`. Raises TooLarge, or BadInput for what is none."""
    check_size(data, LARGEST, MOST_LINES, "fragment")
    try:
        lines = data.decode().replace("\r\n", "\n").strip("\n").split("\n")
    except UnicodeDecodeError:
        lines = [""]
    if not all(_LINE.fullmatch(line) for line in lines):
        raise BadInput(
            "The fragment cannot be read: send lines such as a=ice-ufrag:… and a=candidate:…, "
            "as RFC 8840 has them."
        )
    found = (_CANDIDATE.fullmatch(line) for line in lines)
    kept = (each["kept"] for each in found if each and _is_usable(each["host"], each["port"]))
    pwd = next((said[1] for line in lines if (said := _PASSWORD.fullmatch(line))), None)
    return SdpFragment(tuple(kept), ufrag_of(lines), pwd)


def write_sdpfrag(ufrag: str, pwd: str, candidates: Iterable[str]) -> str:
    """The fragment with which an ICE restart is answered: all candidates of the new session."""
    lines = [
        f"a=ice-ufrag:{ufrag}",
        f"a=ice-pwd:{pwd}",
        "a=ice-options:trickle",
        "m=audio 9 UDP/TLS/RTP/SAVPF 0",
        "a=mid:0",
        *(f"a=candidate:{candidate}" for candidate in candidates),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"


def _is_usable(host: str, port: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    nobodys = address.is_unspecified or address.is_multicast
    return not nobodys and 0 < int(port) < 65_536
