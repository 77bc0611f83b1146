"""What the darkroom says when it is done, as one line of JSON; and how that is read. Pure.

The reader takes the line for a stranger's: whatever could not have been said is Malformed.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

LONGEST_LINE = 2048
"""Bytes of the line."""

Purpose = Literal["post", "avatar", "header"]
PURPOSES: tuple[Purpose, ...] = ("post", "avatar", "header")

TYPES = {"jpg": "image/jpeg", "webp": "image/webp", "m4a": "audio/mp4"}
"""What comes out, by the ending of its name. Nothing of another type is ever stored or served."""

_KINDS = {"jpg": "image", "webp": "image", "m4a": "audio"}
_BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,100}")
_LONGEST_SIDE = 40_000_000
_LONGEST_SECONDS = 3600.0
_LONGEST_DETAIL = 300


class Refused(Exception):
    """The upload cannot be used: `sentence` says why, and what to do; `detail` is for the log."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.detail = sentence, detail


class Malformed(Exception):
    """This is no answer of the darkroom."""


@dataclass(frozen=True)
class Developed:
    """What became of an upload. Sizes in pixels, 0 where there are none.

    `ending` is a key of TYPES; `sealed` names what held the darkroom.
    """

    ending: str
    width: int = 0
    height: int = 0
    preview_width: int = 0
    preview_height: int = 0
    seconds: float = 0.0
    blurhash: str = ""
    moving: bool = False
    sealed: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """image or audio."""
        return _KINDS[self.ending]

    @property
    def type(self) -> str:
        """The media type."""
        return TYPES[self.ending]


def line_of(answer: Developed) -> bytes:
    """As it is sent."""
    return json.dumps(asdict(answer)).encode() + b"\n"


def refusal_line(refused: Refused) -> bytes:
    """As it is sent."""
    said = {"refused": refused.sentence, "detail": refused.detail[:_LONGEST_DETAIL]}
    return json.dumps(said).encode() + b"\n"


def read_line(line: bytes) -> Developed:
    """What the darkroom said. Raises Refused when that is a refusal, Malformed when it is none."""
    if len(line) > LONGEST_LINE:
        raise Malformed("it is too long")
    try:
        found = json.loads(line)
    except ValueError as error:
        raise Malformed("it is no JSON") from error
    if not isinstance(found, dict):
        raise Malformed("it is no object")
    if "refused" in found:
        raise Refused(_sentence(found["refused"]), str(found.get("detail"))[:_LONGEST_DETAIL])
    return _developed(found)


def _developed(found: dict[str, Any]) -> Developed:
    ending = found.get("ending")
    if not isinstance(ending, str) or ending not in TYPES:
        raise Malformed("the ending is none")
    hash_ = found.get("blurhash")
    if not isinstance(hash_, str) or (hash_ and not _BLURHASH.fullmatch(hash_)):
        raise Malformed("the blurhash is none")
    read = Developed(
        ending,
        width=_pixels(found.get("width")),
        height=_pixels(found.get("height")),
        preview_width=_pixels(found.get("preview_width")),
        preview_height=_pixels(found.get("preview_height")),
        seconds=_seconds(found.get("seconds")),
        blurhash=hash_,
        moving=found.get("moving") is True,
        sealed=_seals(found.get("sealed")),
    )
    is_seen = read.width > 0 and read.height > 0 and read.preview_width > 0
    if is_seen != (read.kind == "image") or (read.seconds > 0) != (read.kind == "audio"):
        raise Malformed("the measures are of something else")
    return read


def _pixels(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _LONGEST_SIDE:
        raise Malformed("a size is none")
    return value


def _seconds(value: object) -> float:
    if type(value) not in (int, float) or not math.isfinite(float(str(value))):
        raise Malformed("the duration is none")
    seconds = float(str(value))
    if not 0 <= seconds <= _LONGEST_SECONDS:
        raise Malformed("the duration is none")
    return seconds


def _seals(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 8:
        raise Malformed("the seals are none")
    if not all(isinstance(each, str) and re.fullmatch(r"[a-z ]{1,20}", each) for each in value):
        raise Malformed("the seals are none")
    return tuple(value)


def _sentence(value: object) -> str:
    if not isinstance(value, str) or not 10 <= len(value) <= 300 or not value.isprintable():
        raise Malformed("the sentence is none")
    return value
