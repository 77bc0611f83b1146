"""What a file is, by its first bytes and nothing else. Pure.

Names and declared types are what a stranger says; the first bytes are what a decoder would see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rostra.darkroom.answer import Refused

ENOUGH = 64
"""So many first bytes are looked at."""

Family = Literal["picture", "sound"]


@dataclass(frozen=True)
class Kind:
    """`reader` is the name by which the library opens it, `megapixels` the most that the memory
    of the darkroom allows for it."""

    family: Family
    name: str
    reader: str
    megapixels: int = 40


JPEG = Kind("picture", "JPEG", "JPEG")
PNG = Kind("picture", "PNG", "PNG")
GIF = Kind("picture", "GIF", "GIF")
# Its decoder keeps four whole copies of the picture.
WEBP = Kind("picture", "WebP", "WEBP", megapixels=12)
MP3 = Kind("sound", "MP3", "mp3")
OGG = Kind("sound", "Ogg", "ogg")
FLAC = Kind("sound", "FLAC", "flac")
WAV = Kind("sound", "WAV", "wav")
MP4 = Kind("sound", "MP4", "mov")
WEBM = Kind("sound", "WebM", "matroska")
ADTS = Kind("sound", "AAC", "aac")

_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"ID3", MP3),
    (b"OggS", OGG),
    (b"fLaC", FLAC),
    (b"\x1aE\xdf\xa3", WEBM),
)
_RIFF = {b"WEBP": WEBP, b"WAVE": WAV}
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_AVIF = (b"avif", b"avis")


def kind_of(start: bytes) -> Kind:
    """What begins with `start`. Raises Refused for what we do not take."""
    for begins, kind in _STARTS:
        if start.startswith(begins):
            return kind
    if start[:4] == b"RIFF" and start[8:12] in _RIFF:
        return _RIFF[start[8:12]]
    if start[4:8] == b"ftyp":
        return _boxed(start)
    if len(start) > 1 and start[0] == 0xFF:
        if start[1] & 0xF6 == 0xF0:
            return ADTS
        if start[1] & 0xE0 == 0xE0:
            return MP3
    raise Refused(_why_not(start))


def _boxed(start: bytes) -> Kind:
    if start[8:12] in _HEIC:
        raise Refused(
            "This is a HEIC picture, which most browsers cannot show: save it as JPEG first."
        )
    if start[8:12] in _AVIF:
        raise Refused("This is an AVIF picture, which we do not open: save it as JPEG or WebP.")
    return MP4


def _why_not(start: bytes) -> str:
    plain = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        return "The file is empty: choose another."
    if plain.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        return "This is an SVG drawing, which could carry scripts: save it as PNG first."
    return (
        "This is no picture and no sound that we know: "
        "send JPEG, PNG, GIF or WebP, or MP3, AAC, Ogg, FLAC or WAV."
    )
