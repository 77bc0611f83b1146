"""What a crowd costs the network: from bytes of sound to bits on the cable. Pure.

Sound travels in TCP segments of at most 1,448 bytes (Ethernet's 1,500 less the headers of IPv4 and
of TCP with timestamps). Around each are 52 bytes of those headers and 38 of Ethernet: header,
checksum, preamble and the gap before the next frame.
"""

from __future__ import annotations

SEGMENT = 1_448
AROUND = 90

OPUS_BYTES = 3_500
"""Bytes a listener takes in one second, until measured: 24 kbit/s Opus, fragments' heads, state."""


def cable_bits(payload_bytes: float) -> float:
    """The bits that `payload_bytes` of sound take on the cable, in full segments."""
    return payload_bytes * 8 * (SEGMENT + AROUND) / SEGMENT


def needed_bits(listeners: int, bytes_each: float = OPUS_BYTES) -> float:
    """Bit/s on the cable for `listeners` who take `bytes_each` a second."""
    return cable_bits(listeners * bytes_each)
