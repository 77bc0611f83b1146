"""ID3v2.4 tags with private frames: the envelope in which state travels in the sound.

Only what we send and need to read: PRIV frames, no unsynchronisation, no extended header. Sizes
are *synchsafe*: seven bits a byte, so that no tag looks like an MPEG frame.
"""

from __future__ import annotations

from collections.abc import Iterator

from rostra.wire.malformed import Malformed

STATE_OWNER = "rostra.state"
PATCH_OWNER = "rostra.patch"
FILL_OWNER = "rostra.fill"

_HEADER = 10
_LARGEST = (1 << 28) - 1


def priv(owner: str, payload: bytes) -> bytes:
    """A tag with one PRIV frame. Raises ValueError for an owner with NUL or a tag over 256 MiB."""
    if "\0" in owner:
        raise ValueError("the owner of a PRIV frame ends at its first NUL")
    body = owner.encode("latin-1") + b"\0" + payload
    frame = b"PRIV" + _synchsafe(len(body)) + b"\0\0" + body
    return b"ID3\x04\x00\x00" + _synchsafe(len(frame)) + frame


def read_privs(tag: bytes) -> list[tuple[str, bytes]]:
    """The (owner, payload) of every PRIV frame in `tag`; other frames are passed over.

    Raises Malformed unless `tag` begins with a whole ID3v2.4 tag without an extended header.
    """
    if len(tag) < _HEADER or tag[:4] != b"ID3\x04":
        raise Malformed("This is not an ID3 tag of version 2.4.")
    if tag[5]:
        raise Malformed("This ID3 tag uses unsynchronisation, an extended header or a footer.")
    end = _HEADER + _plain(tag[6:10])
    if end > len(tag):
        raise Malformed("An ID3 tag is cut off.")
    return [_owner_and_payload(body) for name, body in _frames(tag[:end]) if name == b"PRIV"]


def _frames(tag: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = _HEADER
    while at + _HEADER <= len(tag) and tag[at]:  # a zero where a name should be begins padding
        end = at + _HEADER + _plain(tag[at + 4 : at + 8])
        if end > len(tag):
            raise Malformed("A frame of an ID3 tag is cut off.")
        yield tag[at : at + 4], tag[at + _HEADER : end]
        at = end


def _owner_and_payload(body: bytes) -> tuple[str, bytes]:
    owner, nul, payload = body.partition(b"\0")
    if not nul:
        raise Malformed("A private frame of an ID3 tag has no owner.")
    return owner.decode("latin-1"), payload


def _synchsafe(number: int) -> bytes:
    if number > _LARGEST:
        raise ValueError("an ID3 tag holds less than 256 MiB")
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _plain(four: bytes) -> int:
    if any(byte & 0x80 for byte in four):
        raise Malformed("A size in an ID3 tag is not synchsafe.")
    return four[0] << 21 | four[1] << 14 | four[2] << 7 | four[3]
