"""Which address means what. Pure: the whole table of the live origin is here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from rostra.errors import BadInput, NotFound, RostraError
from rostra.ids import checked_slug
from rostra.wire.hls import SegmentName, parse_segment_name
from rostra.wire.http import parse_query

RENDITIONS = ("opus", "aac")
_READING = ("GET", "HEAD")
_POSTING = ("POST",)


class Kind(Enum):
    """What is asked for."""

    PAGE = "page"
    LIVE = "live"
    MASTER = "master playlist"
    PLAYLIST = "playlist"
    SEGMENT = "segment"
    STATE = "state"
    REACT = "react"
    REPLAY = "replay"
    HEALTH = "health"
    METRICS = "metrics"
    ICON = "icon"
    REHEARSAL = "rehearsal"
    ROBOTS = "robots"
    HOME = "home"

    __hash__ = object.__hash__  # there is one of each; that of Enum is Python

    @property
    def methods(self) -> tuple[str, ...]:
        return _POSTING if self is Kind.REACT else _READING


class WrongMethod(RostraError):
    """The address is right, but not for this method. `allowed` goes into `Allow`."""

    status, code = 405, "wrong_method"

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.allowed = ", ".join((*allowed, "OPTIONS"))
        super().__init__(f"This address takes only {self.allowed}.")


@dataclass(frozen=True, slots=True)
class Route:
    """An address understood; what does not belong to its kind is empty."""

    kind: Kind
    slug: str = ""
    rendition: str = ""
    segment: SegmentName | None = None
    query: str = ""

    def parameters(self) -> dict[str, str]:
        """The query, read. Raises BadInput when it is too long or not text."""
        return parse_query(self.query)


_FIXED = {
    "/": Kind.HOME,
    "/healthz": Kind.HEALTH,
    "/metrics": Kind.METRICS,
    "/favicon.ico": Kind.ICON,
    "/rehearsal.json": Kind.REHEARSAL,
    "/robots.txt": Kind.ROBOTS,
}
_OF_A_SPACE = {"master.m3u8": Kind.MASTER, "state.json": Kind.STATE, "react": Kind.REACT}
_OF_A_RENDITION = {"mp4": Kind.LIVE, "m3u8": Kind.PLAYLIST}


@lru_cache(maxsize=512)  # a crowd asks for the same few
def route(method: str, target: str) -> Route:
    """What `method target` asks for; OPTIONS is understood like a reading.

    Raises NotFound, WrongMethod, and BadInput for a target that is none.
    """
    path, _, query = _relative(target).partition("?")
    found = _found(path, query)
    if method not in found.kind.methods and method != "OPTIONS":
        raise WrongMethod(found.kind.methods)
    return found


def _relative(target: str) -> str:
    """The target without scheme and host, should a proxy have left them on."""
    if target.startswith("/"):
        return target
    scheme, colon, rest = target.partition("://")
    if not colon or scheme.lower() not in ("http", "https"):
        raise BadInput("The address of a request must begin with a slash.")
    _, slash, path = rest.partition("/")
    return slash + path or "/"


def _found(path: str, query: str) -> Route:
    if path in _FIXED:
        return Route(_FIXED[path], query=query)
    parts = path.split("/", 4)
    match parts:
        case ["", "s", slug]:
            return Route(Kind.PAGE, _slug(slug), query=query)
        case ["", "live", slug, name]:
            return _live(_slug(slug), name, query)
        case ["", "replay", slug, name] if name.removesuffix(".mp4") in RENDITIONS:
            return Route(Kind.REPLAY, _slug(slug), name.removesuffix(".mp4"), query=query)
    raise _nothing()


def _live(slug: str, name: str, query: str) -> Route:
    if name in _OF_A_SPACE:
        return Route(_OF_A_SPACE[name], slug, query=query)
    stem, _, ending = name.partition(".")
    if stem in RENDITIONS and ending in _OF_A_RENDITION:
        return Route(_OF_A_RENDITION[ending], slug, stem, query=query)
    segment = parse_segment_name(name)
    if segment is not None and segment.rendition in RENDITIONS:
        return Route(Kind.SEGMENT, slug, segment.rendition, segment)
    raise _nothing()


def _slug(text: str) -> str:
    try:
        return checked_slug(text)
    except BadInput:
        raise NotFound("There is no Space at this address.") from None


def _nothing() -> NotFound:
    return NotFound("There is nothing at this address.")
