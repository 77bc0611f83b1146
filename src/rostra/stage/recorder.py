"""The stage's pen: takes 20 ms of mixed sound at a time and keeps both renditions' logs.

It begins a programme or goes on with one that a dead process left, fills what is missing with
marked silence, and publishes a fragment of each rendition every sixteenth tick.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import structlog

from rostra.clock import Clock
from rostra.errors import NotFound
from rostra.ids import new_programme_id
from rostra.programme.encoder import Fragmenter, frame_encoder, silent_frames
from rostra.programme.fill import fill
from rostra.programme.index import LOBBY, WHOLE, CorruptIndex, Origin
from rostra.programme.log import DiskFull, LogWriter
from rostra.programme.places import Places
from rostra.settings import StageSettings
from rostra.stage.timeline import origin_for, resume
from rostra.wire.timing import FRAGMENT, FRAME, samples
from rostra.wire.timing import seconds as seconds_of

Pcm = npt.NDArray[np.float32]
# The `emsg` boxes for the fragment at a media time, and whether one is the whole document.
Events = Callable[[int], tuple[Sequence[bytes], bool]]

_log = structlog.get_logger("rostra.stage")

FIRST_RESERVE = 12 * 3600.0  # seconds
NEXT_RESERVE = 3600.0
_OVERHEAD = 1.15  # of the coded sound: box headers and metadata


@dataclass
class Rendition:
    """One codec's log and what is on its way into it."""

    name: str
    bitrate: int
    writer: LogWriter
    fragmenter: Fragmenter
    marks: deque[tuple[int, int]] = field(default_factory=deque)  # media time, offset in the log

    @property
    def silence(self) -> tuple[bytes, ...]:
        return silent_frames(self.name, self.bitrate)


class Recorder:
    """Both renditions of one programme, from `tick` (media time of the next 20 ms) on."""

    def __init__(
        self, pid: str, origin: Origin, tick: int, renditions: list[Rendition], *, live: int
    ) -> None:
        self.pid = pid
        self.origin = origin
        self.tick = tick
        self.live = live  # what lies before it was to be there when the programme began
        self.disk_full = False
        self._reserved_until = tick
        self._renditions = renditions

    @classmethod
    def begin(
        cls, slug: str, first: int, places: Places, settings: StageSettings, clock: Clock,
        *, prelude: int = 0,
    ) -> Recorder:  # fmt: skip
        """A new programme whose first sample has media time `first`.

        The samples of a `prelude` are taken to have been heard already; what follows is heard now.
        Raises DiskFull, Misconfigured when a codec is missing.
        """
        pid, live = new_programme_id(), first + prelude
        origin = origin_for(live, boot_id=clock.boot_id(), now_ns=clock.boot_ns())
        made: list[Rendition] = []
        for name, bitrate in _renditions(settings):
            encoder = frame_encoder(name, bitrate)
            mp4, idx = places.log(slug, pid, name)
            writer = LogWriter.create(
                mp4,
                idx,
                track=encoder.track(),
                pid=pid,
                origin=origin,
                first_media_time=first,
                wall_ms=clock.wall_ms(),
            )
            made.append(Rendition(name, bitrate, writer, Fragmenter(encoder)))
        return cls(pid, origin, first, made, live=live)

    @classmethod
    def go_on(
        cls, slug: str, pid: str, places: Places, settings: StageSettings, clock: Clock,
        *, prelude: int = 0,
    ) -> Recorder:  # fmt: skip
        """Continue programme `pid`, its gap filled; or begin another when the gap is too long."""
        writers, whole = _recovered(slug, pid, places, settings)
        if not writers:
            # It died before its first word.
            return cls.begin(slug, 0, places, settings, clock, prelude=prelude)
        end = max(writer.end for writer in writers)
        origin = writers[0].origin
        plan = resume(origin, end, boot_id=clock.boot_id(), now_ns=clock.boot_ns(), whole=whole)
        if plan.fresh_from is not None:
            for writer in writers:
                writer.close()
            return cls.begin(slug, plan.fresh_from, places, settings, clock, prelude=prelude)
        made = [
            Rendition(name, bitrate, writer, Fragmenter(frame_encoder(name, bitrate)))
            for (name, bitrate), writer in zip(_renditions(settings), writers, strict=True)
        ]
        recorder = cls(pid, origin, plan.fill_until, made, live=plan.fill_until)
        recorder._fill(clock.wall_ms())
        return recorder

    @property
    def at_boundary(self) -> bool:
        """Whether the next tick begins a fragment."""
        return self.tick % FRAGMENT == 0

    def add(self, sound: Pcm, events: Events, *, lobby: bool, wall_ms: int) -> bool:
        """Take the next 20 ms; True when that published a fragment.

        A full disk loses the fragment, not the room: the gap is filled when there is space again.
        """
        start = self.tick - self.tick % FRAGMENT
        self.tick += FRAME
        full = [rendition.fragmenter.add(sound) for rendition in self._renditions]
        if self.tick % FRAGMENT:
            return False
        boxes, whole = events(start)
        flags = (LOBBY if lobby else 0) | (WHOLE if whole else 0)
        try:
            for rendition, frames in zip(self._renditions, full, strict=True):
                assert frames is not None
                fill(rendition.writer, start, rendition.silence, wall_ms=wall_ms)
                rendition.writer.append(frames, wall_ms=wall_ms, events=boxes, flags=flags)
        except DiskFull:
            self.disk_full = True
            return False
        self.disk_full = False
        return True

    def skip_to(self, media_time: int, wall_ms: int) -> None:
        """The process slept: whole fragments up to `media_time` become marked silence."""
        self.tick = media_time - media_time % FRAGMENT
        for rendition in self._renditions:
            rendition.fragmenter.drop()
        self._fill(wall_ms)

    def reserve(self, seconds: float) -> None:
        """Set disk space aside for `seconds` more; may take a moment, so call it off the loop."""
        got = min(
            rendition.writer.reserve(seconds, rendition.bitrate / 8 * _OVERHEAD)
            for rendition in self._renditions
        )
        self._reserved_until = max(self._reserved_until, self.tick + samples(got))

    @property
    def reserved_minutes(self) -> int:
        """For how long there is room on the disk, whatever others write to it."""
        return int(seconds_of(max(0, self._reserved_until - self.tick)) / 60)

    def forget(self, age: float) -> None:
        """Keep only the last `age` seconds on the disk; call it about once a minute, off the loop.

        What an earlier process wrote is forgotten with the first of this one's marks.
        """
        for rendition in self._renditions:
            marks = rendition.marks
            marks.append((self.tick, rendition.writer.size))
            while self.tick - marks[0][0] > samples(age):
                rendition.writer.forget(marks.popleft()[1])

    def sync(self) -> None:
        """Wait until what was published is on the disk; call it off the loop."""
        for rendition in self._renditions:
            rendition.writer.sync()

    def close(self, *, trim: bool) -> None:
        """Let go of the logs; `trim` gives back what was reserved: the programme is over."""
        for rendition in self._renditions:
            rendition.writer.close(trim=trim)

    def _fill(self, wall_ms: int) -> None:
        try:
            for rendition in self._renditions:
                fill(rendition.writer, self.tick, rendition.silence, wall_ms=wall_ms)
        except DiskFull:
            self.disk_full = True  # `add` fills again when there is space


def _recovered(
    slug: str, pid: str, places: Places, settings: StageSettings
) -> tuple[list[LogWriter], bool]:
    """The logs of `pid` that can be continued, and whether that is all of them."""
    writers: list[LogWriter] = []
    for name, _ in _renditions(settings):
        try:
            writers.append(LogWriter.recover(*places.log(slug, pid, name)))
        except (NotFound, CorruptIndex) as error:
            _log.warning("log_not_continued", space=slug, rendition=name, reason=str(error))
    return writers, len(writers) == len(_renditions(settings))


def _renditions(settings: StageSettings) -> tuple[tuple[str, int], ...]:
    return (("opus", settings.opus_bitrate), ("aac", settings.aac_bitrate))
