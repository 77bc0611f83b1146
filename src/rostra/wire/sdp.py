"""Session descriptions, looked at before any library parses them (RFC 8866, RFC 9725).

An offer comes from a stranger. It is capped in bytes and lines first; then only what is needed to
refuse it politely is read. The parser behind may still fail on what passes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rostra.errors import BadInput, NotProcessable, TooLarge

LARGEST = 64 * 1024
MOST_LINES = 1_000
MOST_CANDIDATES = 40

_LINE = re.compile(r"[a-z]=.*")
_FINGERPRINT = re.compile(r"a=fingerprint:[\w-]+ [0-9A-Fa-f:]+")
_UFRAG = re.compile(r"a=ice-ufrag:([A-Za-z0-9+/]{4,256})")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
# A speaker may be reached at none of its own addresses, and is still heard when it calls first;
# told that no candidate will come, the library behind would give up before that.
_NO_MORE = "a=end-of-candidates"
_MDNS = re.compile(r"a=candidate:.*\.local(\s.*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Offer:
    """A speaker's offer: the text to be parsed, and whether it wants to hear the others.

    `ufrag` names its ICE session, None where it does not say (RFC 8839, section 5.4).
    """

    sdp: str
    wants_return: bool
    ufrag: str | None = None


def read_offer(data: bytes) -> Offer:
    """The offer in `data`, without candidates that only the sender's own network can resolve, and
    without the end of candidates: behind address translation the good one is known only by the
    speaker's own checks, and ICE must not have given up before they come.

    Raises TooLarge over 64 KiB or 1,000 lines, BadInput for what is not a session description
    or not encrypted, NotProcessable for one without Opus sound to receive.
    """
    lines = _lines(data)
    audio = _audio_section(lines)
    if not any(re.match(r"a=rtpmap:\d+ opus/48000", line, re.IGNORECASE) for line in audio):
        raise NotProcessable("The offer has no Opus: choose Opus as the audio codec.")
    if not any(_FINGERPRINT.fullmatch(line) for line in lines):
        raise BadInput("The offer has no fingerprint: sound is taken encrypted only (DTLS-SRTP).")
    direction = next((line[2:] for line in audio if line[2:] in _DIRECTIONS), "sendrecv")
    if direction not in ("sendrecv", "sendonly"):
        raise NotProcessable("The offer sends no sound: offer audio as sendonly or sendrecv.")
    kept = _bounded([line for line in lines if not _is_left_out(line)])
    return Offer("\r\n".join(kept) + "\r\n", direction == "sendrecv", ufrag_of(audio + lines))


def ufrag_of(lines: Iterable[str]) -> str | None:
    """The first `ice-ufrag` among `lines`."""
    return next((found[1] for line in lines if (found := _UFRAG.fullmatch(line))), None)


def _is_left_out(line: str) -> bool:
    return line == _NO_MORE or _MDNS.fullmatch(line) is not None


def with_error_correction(answer: str) -> str:
    """`answer`, asking the sender for in-band error correction (RFC 7587, section 6.1)."""
    lines: list[str] = []
    for line in answer.splitlines():
        lines.append(line)
        if opus := re.match(r"a=rtpmap:(\d+) opus/48000", line, re.IGNORECASE):
            lines.append(f"a=fmtp:{opus[1]} minptime=10;useinbandfec=1")
    return "\r\n".join(lines) + "\r\n"


def with_trickle(answer: str) -> str:
    """`answer`, saying that candidates may follow (RFC 8838, section 4)."""
    return answer.replace("a=ice-ufrag:", "a=ice-options:trickle\r\na=ice-ufrag:")


def check_size(data: bytes, largest: int, most_lines: int, what: str) -> None:
    """Raises TooLarge, before anything is parsed, for more bytes or lines than one can need."""
    if len(data) > largest or data.count(b"\n") > most_lines:
        raise TooLarge(
            f"The {what} is too large: {largest // 1024} KiB and {most_lines} lines at most."
        )


def _lines(data: bytes) -> list[str]:
    if not data.strip():
        raise BadInput("The offer is empty: send a session description (SDP) as the body.")
    check_size(data, LARGEST, MOST_LINES, "offer")
    try:
        lines = data.decode().replace("\r\n", "\n").rstrip("\n").split("\n")
    except UnicodeDecodeError:
        raise _not_sdp() from None
    if lines[0] != "v=0" or not all(_LINE.fullmatch(line) for line in lines):
        raise _not_sdp()
    return lines


def _not_sdp() -> BadInput:
    return BadInput("The offer is not a session description: its first line must be v=0 (SDP).")


def _audio_section(lines: list[str]) -> list[str]:
    """The lines of the only audio section. Raises NotProcessable where there is none, or video."""
    starts = [at for at, line in enumerate(lines) if line.startswith("m=")]
    kinds = [lines[at][2:].split(" ")[0] for at in starts]
    if kinds.count("audio") != 1 or set(kinds) - {"audio", "application"}:
        raise NotProcessable("The offer must have exactly one audio track and no video.")
    at = kinds.index("audio")
    following = starts[at + 1] if at + 1 < len(starts) else len(lines)
    return lines[starts[at] : following]


def _bounded(lines: list[str]) -> list[str]:
    """No more candidates than a host can need: each costs checks for seconds."""
    kept: list[str] = []
    candidates = 0
    for line in lines:
        candidates += line.startswith("a=candidate:")
        if not line.startswith("a=candidate:") or candidates <= MOST_CANDIDATES:
            kept.append(line)
    return kept
