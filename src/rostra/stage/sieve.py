"""What the kernel throws away at a speaker's socket, before anything here wakes up for it.

A datagram that Python reads costs some 20 µs even when nobody wants it; the kernel drops it for a
fraction of one. So each socket gets a classic BPF program (Linux, networking/filter.rst): empty and
oversized datagrams end there, and so does all but STUN that comes from an unknown address. Where
the system has no such filters, `ice.py` makes the same decisions later and dearer.
"""

from __future__ import annotations

import ctypes
import ipaddress
import socket
import struct
import sys
from collections.abc import Iterable
from typing import Protocol

LAST_STUN_BYTE = 3  # RFC 7983: what begins with a larger byte is DTLS or SRTP

_SO_ATTACH_FILTER = 26  # asm-generic/socket.h
_UDP_HEADER = 8  # the program sees the datagram from here on
_NETWORK = 0xFFF00000  # SKF_NET_OFF: offsets from here on are into the IP header
_IPV4_SOURCE, _IPV6_SOURCE = 12, 8  # offsets of the source address in the IP headers
_LENGTH, _WORD, _HALF, _BYTE = 0x80, 0x20, 0x28, 0x30  # load this into the accumulator
_EQUAL, _GREATER = 0x15, 0x25  # jump, if the accumulator is
_RETURN = 0x06
_ALL = 0xFFFFFFFF

Instruction = tuple[int, int, int, int]  # code, steps to jump if true, if false, operand
_TAKE: Instruction = (_RETURN, 0, 0, _ALL)
_DROP: Instruction = (_RETURN, 0, 0, 0)


class _Socket(Protocol):
    def setsockopt(self, level: int, option: int, value: bytes, /) -> None: ...


def program(addresses: Iterable[tuple[str, int]], largest: int) -> bytes:
    """Instructions that take STUN from anybody and all else from `addresses` (numeric, port).

    What is empty or larger than `largest` bytes is dropped whoever sent it. All addresses must be
    of the socket's own family.
    """
    steps: list[Instruction] = [
        (_LENGTH, 0, 0, 0),
        (_GREATER, 0, 1, _UDP_HEADER + largest),
        _DROP,
        (_GREATER, 1, 0, _UDP_HEADER),
        _DROP,
        (_BYTE, 0, 0, _UDP_HEADER),
        (_GREATER, 1, 0, LAST_STUN_BYTE),
        _TAKE,
    ]
    for host, port in addresses:
        steps += _from(host, port)
    return b"".join(struct.pack("=HBBI", *step) for step in (*steps, _DROP))


def _from(host: str, port: int) -> list[Instruction]:
    """Take what comes from there; go on behind these steps with what does not."""
    address = ipaddress.ip_address(host.partition("%")[0])
    start = _IPV4_SOURCE if address.version == 4 else _IPV6_SOURCE
    words = struct.unpack(f">{len(address.packed) // 4}I", address.packed)
    compared = [
        (_HALF, 0, port),
        *((_WORD, _NETWORK + start + 4 * n, w) for n, w in enumerate(words)),
    ]
    steps: list[Instruction] = []
    for number, (size, offset, wanted) in enumerate(compared):
        behind = 2 * (len(compared) - number - 1) + 1
        steps += [(size, 0, 0, offset), (_EQUAL, 0, behind, wanted)]
    return [*steps, _TAKE]


def attach(plain: _Socket, instructions: bytes) -> bool:
    """Let the kernel run `instructions` instead of any it had; False where it knows no filters.

    Raises OSError when it refuses them.
    """
    if not sys.platform.startswith("linux"):
        return False
    kept = ctypes.create_string_buffer(instructions, len(instructions))
    described = struct.pack("HP", len(instructions) // 8, ctypes.addressof(kept))
    plain.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)
    return True
