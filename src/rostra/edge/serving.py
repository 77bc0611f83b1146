"""A request in, an answer out: the doors of the live origin, one function each."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from rostra.clock import Clock
from rostra.edge import hls, recording
from rostra.edge.admission import retry_after
from rostra.edge.answers import JSON_TYPE, NO_STORE, PREFLIGHT, Answer, error, text
from rostra.edge.asker import who_asks
from rostra.edge.cadence import choose_class, class_again
from rostra.edge.census import Fetched
from rostra.edge.cohort import Seat
from rostra.edge.counts import Counts
from rostra.edge.door import Request
from rostra.edge.kept import Kept
from rostra.edge.live import AT_ONCE, Beginnings, Start, floor, live_head, moment, start_of
from rostra.edge.mark import Mark, sign, verify
from rostra.edge.measures import families
from rostra.edge.pace import MOST_PACED
from rostra.edge.reactions import Limiter, which
from rostra.edge.rehearsals import Permit
from rostra.edge.routes import RENDITIONS, Kind, Route, WrongMethod, route
from rostra.edge.showing import Showing, language_of, strict_transport, takes_gzip
from rostra.edge.spaces import Space, Spaces
from rostra.edge.standing import Standing
from rostra.edge.tail import State, Tail
from rostra.edge.wait import WaitingRoom
from rostra.errors import (
    BadInput,
    Conflict,
    Gone,
    NotFound,
    RostraError,
    TooMany,
    Unavailable,
    WrongType,
)
from rostra.metrics import CONTENT_TYPE, render
from rostra.settings import EdgeSettings
from rostra.wire.timing import SEGMENT, samples

_SEGMENT_NS = SEGMENT * 1_000_000_000 // 48_000
_FOR_A_SECOND = ("Cache-Control", "public, max-age=1")
_FOR_A_DAY = ("Cache-Control", "public, max-age=86400")
_MOST_STATES = 256
_MOST_JOINS = 64
_SAME_NS = 50_000_000  # as long as the counts of all edges are taken to be the same
_ROBOTS = "User-agent: *\nDisallow: /live/\nDisallow: /replay/\n"


class Join(NamedTuple):
    """An endless response: its head, the same with the first bytes of sound, and at which `offset`
    of the log the listener then is.

    Its standing is VERIFIED until it is known where it came from, or REHEARSED.
    """

    head: bytes
    first: bytes
    seat: Seat
    start: Start
    offset: int


@dataclass(frozen=True, slots=True)
class Later:
    """The answer needs a recording that is being made: ask again when `tail`'s is there."""

    tail: Tail
    from_media_time: int


Outcome = Answer | Join | Later


@dataclass(frozen=True, slots=True)
class Parts:
    """What serving needs, joined by the process."""

    settings: EdgeSettings
    clock: Clock
    secret: bytes
    spaces: Spaces
    counts: Counts
    limiter: Limiter
    shelf: recording.Shelf
    showing: Showing
    waiting_room: WaitingRoom
    permit: Permit
    paced: Callable[[], int]


class Serving:
    """Answers the requests of one edge."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._beginnings = Beginnings()
        self._playlists, self._segments = hls.Playlists(), hls.Segments()
        self._states: Kept[tuple[str, str, str, int], str] = Kept(_MOST_STATES)
        self.fetched: dict[str, Fetched] = {}
        self._joins: dict[tuple[str, str, bool], tuple[int, Join]] = {}
        self._doors: dict[Kind, Callable[[Route, Request, int], Outcome]] = {
            Kind.REPLAY: self._replay,
            Kind.PAGE: self._page,
            Kind.MASTER: self._master,
            Kind.PLAYLIST: self._playlist,
            Kind.SEGMENT: self._segment,
            Kind.STATE: self._state,
            Kind.HEALTH: lambda *_: text('{"ok": true}', JSON_TYPE, NO_STORE),
            Kind.METRICS: self._metrics,
            Kind.REHEARSAL: self._rehearsal,
            Kind.ICON: lambda *_: Answer(204, (_FOR_A_DAY,)),
            Kind.ROBOTS: lambda *_: text(_ROBOTS, "text/plain; charset=utf-8", _FOR_A_DAY),
            Kind.HOME: self._home,
        }

    def asker(self, request: Request, peer: str) -> str:
        """The address of who asks, when `peer` is connected."""
        forwarded = request.headers.get("x-forwarded-for")
        return who_asks(peer, forwarded, self._parts.settings.trusted_proxies)

    def answer(self, request: Request, address: str, now: int) -> Outcome:
        """What `address` is answered; every RostraError becomes its JSON."""
        try:
            found = route(request.method, request.target)
            if request.method == "OPTIONS":
                return Answer(204, PREFLIGHT)
            if found.kind is Kind.REACT:
                return self._react(found, request, address, now)
            if found.kind is Kind.LIVE:
                return self._live(found, request, address, now)
            return self._doors[found.kind](found, request, now)
        except WrongMethod as reason:
            refused = error(reason)
            return replace(refused, headers=(*refused.headers, ("Allow", reason.allowed)))
        except RostraError as reason:
            return error(reason)

    # the sound

    def _live(self, found: Route, request: Request, address: str, now: int) -> Answer | Join:
        """A join; one like all others in a rush is the same for some milliseconds."""
        wall_s = self._parts.clock.wall_ms() // 1000
        rehearsed = self._parts.permit.is_rehearsed(
            request.headers.get("rostra-rehearsal"), address, wall_s
        )
        if found.query:
            return self._join(found, now, wall_s, rehearsed=rehearsed)
        key = (found.slug, found.rendition, rehearsed)
        until, join = self._joins.get(key, (0, None))
        if join is not None and now < until:
            self._admit(now, returning=False)
            return join
        made = self._join(found, now, wall_s, rehearsed=rehearsed)
        if isinstance(made, Join):
            if len(self._joins) >= _MOST_JOINS:
                self._joins.clear()
            self._joins[key] = now + _SAME_NS, made
        return made

    def _join(self, found: Route, now: int, wall_s: int, *, rehearsed: bool) -> Answer | Join:
        space = self._parts.spaces.find(found.slug, now)
        asked = found.parameters()
        after, since = moment(asked.get("after")), moment(asked.get("from"))
        if space.manifest.phase == "ended" and not self._has_a_rest(space, found, after, now):
            return self._over(space)
        if not space.manifest.on and space.manifest.phase != "ended":
            raise _later("This Space has not begun: come back later.")
        tail = space.current(found.rendition, now)
        mark = asked.get("mark")
        before = verify(self._parts.secret, mark, wall_s) if mark else None
        self._admit(now, returning=before is not None)
        load = self._parts.counts.load(now)
        kind = (
            class_again(before.kind, load) if before and after is not None else choose_class(load)
        )
        start = start_of(tail, kind, floor(tail, space.manifest), after, since)
        if start.paced and self._parts.paced() >= MOST_PACED:
            raise _later("Too many listen to earlier parts: try again, or listen live.")
        head = live_head(tail.pid, kind, sign(self._parts.secret, Mark(wall_s, kind)), wall_s)
        standing = Standing.REHEARSED if rehearsed else Standing.VERIFIED
        seat = Seat(space, tail, kind, standing)
        offset = tail.offset(start.record) if start.paced else tail.data_end
        return Join(head, head + self._beginnings.of(tail, start), seat, start, offset)

    def _has_a_rest(self, space: Space, found: Route, after: float | None, now: int) -> bool:
        """Whether somebody was cut off just before the end, and can still be given it."""
        if after is None or space.manifest.programme is None:
            return False
        try:
            tail = space.current(found.rendition, now)
        except Unavailable:
            return False
        return 0 < tail.end - samples(after) <= AT_ONCE

    def _admit(self, now: int, *, returning: bool) -> None:
        if not self._parts.counts.admits(now, returning=returning):
            raise Unavailable(
                "This server has as many listeners as it can serve: try again.",
                retry_after=self._wait(now),
            )

    def _wait(self, now: int) -> int:
        """Seconds after which one who is refused now may come again."""
        waiting = self._parts.counts.refused(now)
        return retry_after(waiting, random.random())  # noqa: S311

    def _over(self, space: Space) -> Answer:
        replay = None
        if space.manifest.replay:
            replay = f"{self._parts.settings.live_url}/replay/{space.slug}/opus.mp4"
        return error(Gone("This Space is over."), replay=replay)

    def _replay(self, found: Route, request: Request, now: int) -> Answer | Later:
        space = self._parts.spaces.find(found.slug, now)
        manifest = space.manifest
        if manifest.phase != "ended" or not manifest.replay or manifest.programme is None:
            raise NotFound("There is no recording of this Space (yet).")
        tail = space.tail(manifest.programme, found.rendition, now)
        made = self._parts.shelf.get(tail)
        if made is None:
            start = tail.log.first if manifest.on_air is None else manifest.on_air
            return Later(tail, start)
        return recording.answer(made, tail, recording.etag(made, tail), request.headers)

    # HLS

    def _master(self, found: Route, _: Request, now: int) -> Answer:
        space = self._space_with_sound(found, now)
        tails = {}
        for rendition in space.manifest.renditions:
            if rendition in RENDITIONS:
                tails[rendition] = space.current(rendition, now)
        return hls.master(tails)

    def _playlist(self, found: Route, _: Request, now: int) -> Answer:
        space = self._space_with_sound(found, now)
        tail = space.current(found.rendition, now)
        ended = space.manifest.phase == "ended"
        return self._playlists.of(tail, space.manifest, ended=ended)

    def _segment(self, found: Route, _: Request, now: int) -> Answer:
        assert found.segment is not None
        space = self._space_with_sound(found, now)
        tail = space.tail(found.segment.pid, found.rendition, now)
        ended = not space.carries(tail)
        answer = self._segments.of(tail, space.manifest, found.segment.number, ended=ended)
        if found.segment.number is not None:
            self.fetched.setdefault(found.slug, Fetched()).add(_SEGMENT_NS, now)
        return answer

    def _space_with_sound(self, found: Route, now: int) -> Space:
        space = self._parts.spaces.find(found.slug, now)
        if space.manifest.phase == "ended" and not space.manifest.replay:
            raise Gone("This Space is over, and was not recorded.")
        if space.manifest.phase == "scheduled":
            raise _later("This Space has not begun: come back later.")
        return space

    # what is told

    def _page(self, found: Route, request: Request, now: int) -> Answer:
        asked = found.parameters()
        language = language_of(asked.get("lang"), request.headers.get("accept-language", ""))
        space = self._parts.spaces.look(found.slug, now)
        if space is not None and space.manifest.on and not self._has_place(now):
            manifest = space.manifest
            return self._parts.waiting_room.answer(
                manifest.title, language, self._wait(now), recorded=manifest.record
            )
        self._parts.counts.slot.add("page_total")
        return self._parts.showing.answer(
            found.slug, space, lambda: self._told(space, now), language,
            embed=asked.get("embed", "") not in ("", "0"),
            gzip=takes_gzip(request.headers.get("accept-encoding", "")),
            now=now,
        )  # fmt: skip

    def _told(self, space: Space | None, now: int) -> tuple[State | None, int | None]:
        """State of `space`, and the samples of its recording if it is over."""
        if space is None:
            return None, None
        tail, ended = self._told_by(space, now), space.manifest.phase == "ended"
        duration = tail.end - floor(tail, space.manifest) if tail is not None and ended else None
        return self._now(space, tail), duration

    def _has_place(self, now: int) -> bool:
        return self._parts.counts.admits(now, returning=False)

    def _state(self, found: Route, _: Request, now: int) -> Answer:
        space = self._parts.spaces.find(found.slug, now)
        tail = self._told_by(space, now)
        at = ("", 0) if tail is None else (tail.pid, len(tail))
        key = (space.slug, space.manifest.phase, *at)
        told = self._states.of(key, lambda: json.dumps(self._now(space, tail), ensure_ascii=False))
        return text(told, JSON_TYPE, _FOR_A_SECOND)

    def _told_by(self, space: Space, now: int) -> Tail | None:
        """The log that tells the state: of the first rendition that is there."""
        for rendition in space.manifest.renditions:
            try:
                return space.current(rendition, now)
            except Unavailable:
                continue
        return None

    def _now(self, space: Space, tail: Tail | None) -> State:
        manifest = space.manifest
        told = None if tail is None else tail.state(len(tail))
        if told is None:
            return {
                "v": 1, "space": space.slug, "title": manifest.title, "phase": manifest.phase,
                "t": 0, "listeners": 0, "stage": {}, "recorded": manifest.record,
                "starts_at": manifest.starts_at,
            }  # fmt: skip
        # The manifest is the later word where the stage could not speak any more.
        return told if manifest.on else {**told, "phase": manifest.phase}

    def _react(self, found: Route, request: Request, address: str, now: int) -> Answer:
        space = self._parts.spaces.find(found.slug, now)
        if not space.manifest.on:
            raise Conflict("Reactions are open while the Space is on.")
        content_type = request.headers.get("content-type", "").partition(";")[0]
        if content_type.strip().lower() != "text/plain":
            raise WrongType("Send the reaction alone, as text/plain.")
        if not self._parts.limiter.allows(address, now):
            raise TooMany("That is too many reactions: at most four a second.", retry_after=1)
        reaction = which(request.body, space.manifest.reactions)
        if reaction is None:
            raise BadInput("This reaction is none of those that the Space offers.")
        self._parts.counts.reacted(space.slug, reaction)
        return Answer(204, (NO_STORE,))

    def _metrics(self, _found: Route, _request: Request, now: int) -> Answer:
        counts = self._parts.counts
        board = counts.board
        told = families(
            board.totals(),
            board.census(),
            places=counts.most,
            stage_tick_us=board.stage_tick(now),
        )
        return text(render(told), CONTENT_TYPE, NO_STORE)

    def _rehearsal(self, *_: object) -> Answer:
        told = self._parts.permit.document()
        if told is None:
            raise NotFound("This server has agreed to no rehearsal from elsewhere.")
        return text(json.dumps(told), JSON_TYPE, NO_STORE)

    def _home(self, *_: object) -> Answer:
        settings = self._parts.settings
        strict = strict_transport(settings)
        return Answer(307, (("Location", settings.home_url), NO_STORE, *strict))


def _later(sentence: str) -> Unavailable:
    """Come back, but not all at once."""
    return Unavailable(sentence, retry_after=retry_after(0, random.random()))  # noqa: S311
