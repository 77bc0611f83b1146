"""The recording of an ended Space as a file with ranges, and the shelf of their heads.

Making the head of a long recording reads the whole log, so it is done once, in a thread of its
own, while those who asked wait; the loop that sends the live sound does not.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rostra.edge.answers import Answer, Headers, Part, Source, Stretch
from rostra.edge.notes import note
from rostra.edge.tail import Tail
from rostra.errors import NotFound, RostraError, Unavailable
from rostra.programme.replay import Recording, recording
from rostra.wire.http import NotSatisfiable, parse_range

_MOST_WAITING = 16
_MOST_BYTES = 32 * 1024 * 1024
Key = tuple[str, str]
Ready = Callable[[Recording | RostraError], None]


def answer(made: Recording, source: Source, tag: str, headers: Mapping[str, str]) -> Answer:
    """What a GET or HEAD with these request headers gets of the recording `tag`."""
    common: Headers = (
        ("Content-Type", "audio/mp4"),
        ("Cache-Control", "public, max-age=3600"),
        ("Accept-Ranges", "bytes"),
        ("ETag", tag),
    )
    if tag in headers.get("if-none-match", ""):
        return Answer(304, common)
    wanted = headers.get("range") if headers.get("if-range", tag) == tag else None
    try:
        found = parse_range(wanted, made.size)
    except NotSatisfiable:
        return Answer(416, (*common, ("Content-Range", f"bytes */{made.size}")))
    if found is None:
        return Answer(200, common, _parts(made, source, 0, made.size), replay=True)
    partial = (*common, ("Content-Range", found.content_range))
    return Answer(206, partial, _parts(made, source, found.start, found.stop), replay=True)


def etag(made: Recording, tail: Tail) -> str:
    """Strong: the log of an ended programme does not change."""
    return f'"{tail.pid}-{tail.rendition}-{made.size:x}"'


def _parts(made: Recording, source: Source, start: int, stop: int) -> tuple[Part, ...]:
    front, offset, length = made.cut(start, stop)
    stretch = (Stretch(source, offset, length),) if length else ()
    return (front, *stretch) if front else stretch


@dataclass(slots=True)
class _Job:
    """One recording to be made, and whoever waits for it."""

    tail: Tail
    from_media_time: int
    waiting: list[Ready]
    made: Recording | RostraError | None = None


class Shelf:
    """Recordings made, the least lately asked for making room. `wake` is called from the thread."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._made: OrderedDict[Key, Recording] = OrderedDict()
        self._jobs: dict[Key, _Job] = {}
        self._todo: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._done: deque[_Job] = deque()
        self._thread: threading.Thread | None = None

    def get(self, tail: Tail) -> Recording | None:
        """The recording, if it is there already."""
        made = self._made.get((tail.pid, tail.rendition))
        if made is not None:
            self._made.move_to_end((tail.pid, tail.rendition))
        return made

    def order(self, tail: Tail, from_media_time: int, ready: Ready) -> None:
        """Have it made, and `ready` called with it by `collect`. Raises Unavailable when busy."""
        key = (tail.pid, tail.rendition)
        if key in self._jobs:
            self._jobs[key].waiting.append(ready)
            return
        if len(self._jobs) >= _MOST_WAITING:
            raise Unavailable("Many recordings are being made ready: try again.", retry_after=5)
        tail.hold()
        self._jobs[key] = _Job(tail, from_media_time, [ready])
        self._todo.put(self._jobs[key])
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="recordings", daemon=True)
            self._thread.start()

    def collect(self) -> None:
        """In the loop, after a wake: put on the shelf what is made, and tell those who wait."""
        while self._done:
            job = self._done.popleft()
            key = (job.tail.pid, job.tail.rendition)
            del self._jobs[key]
            job.tail.release()
            assert job.made is not None
            if isinstance(job.made, Recording):
                self._made[key] = job.made
                self._make_room()
            for ready in job.waiting:
                ready(job.made)

    def _make_room(self) -> None:
        sizes = [len(one.head) for one in self._made.values()]
        while len(sizes) > 1 and sum(sizes) > _MOST_BYTES:
            sizes.pop(0)
            self._made.popitem(last=False)

    def _work(self) -> None:
        while True:
            job = self._todo.get()
            try:
                job.made = recording(job.tail.log, job.from_media_time)
            except RostraError as reason:
                job.made = reason
            except (OSError, ValueError, IndexError) as reason:
                note("recording unreadable", programme=job.tail.pid, reason=str(reason))
                job.made = NotFound("The recording of this Space cannot be read.")
            self._done.append(job)
            self._wake()
