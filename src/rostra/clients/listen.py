"""A listener in the terminal: takes a live response as the page does, and comes back when it ends.

A response that ends, breaks or falls silent is followed by another that continues behind what came
(`?after=`), the first time at once, then after short random waits or as long as the server asks.
"""

from __future__ import annotations

import asyncio
import errno
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, urlencode

import httpx

from rostra.clients.api import ask_json, problem_of, split, unreachable
from rostra.clients.ear import Ear
from rostra.clients.pinned import Pinned, mounts
from rostra.clients.screen import Glance, Screen
from rostra.clients.stream import Changed, Event, Heard, LiveStream
from rostra.errors import BadInput, Gone, RostraError, TooMany, Unavailable
from rostra.wire.malformed import Malformed
from rostra.wire.timing import seconds

PATIENCE = 3.0  # s without a byte after which a response is given up
# The same where the server sends less often (`Rostra-Class`): its interval and two seconds.
_PATIENCE = {"busy": 4.0, "crowd": 9.7, "throng": 17.4}
_SHORTEST, _LONGEST = 0.2, 3.0  # s between two attempts
_LARGEST_REFUSAL = 64 * 1024
_GLANCE = 0.25  # s between two looks at the screen
_WAIT = httpx.Timeout(5.0, read=None)


@dataclass(frozen=True)
class Summary:
    """What came in all. Times in seconds: of sound `heard`, of which `filled` is put in silence;
    `missing` and `repeated` in media time; `silent` for whoever plays it as it comes."""

    heard: float
    filled: float
    gaps: int
    missing: float
    repeats: int
    repeated: float
    silent: float
    reconnects: int
    ended: bool


def _new_http(pinned: Pinned | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_WAIT, mounts=mounts(pinned))


async def live_address(url: str, pinned: Pinned | None = None) -> str:
    """The address of the sound of the Space at `url`: its page on either origin, or itself.

    Raises BadInput for an address that is none of these, else as the server answers.
    """
    found = split(url)
    names = [name for name in found.path.split("/") if name]
    origin = f"{found.scheme}://{found.netloc}"
    if len(names) >= 2:
        if names[0] == "live" and names[-1].endswith(".mp4"):
            return f"{origin}{found.path}"
        if names[0] == "s":
            return f"{origin}/live/{names[1]}/opus.mp4"
        if names[0] == "spaces":
            async with _new_http(pinned) as http:
                space = await ask_json(http, "GET", f"{origin}/api/spaces/{quote(names[1])}")
            return str(space["urls"]["live"])
    raise BadInput(
        f"{url} is not the address of a Space: it looks like https://live.example.org/s/name."
    )


async def listen(
    url: str,
    *,
    seconds: float | None = None,
    out: Path | None = None,
    screen: Screen | None = None,
    pinned: Pinned | None = None,
) -> Summary:
    """Listen to the Space at `url` until it ends, or for `seconds`, which count from the start.

    What comes is written to `out`, playable, and shown on `screen`. Raises NotFound, Gone, or
    BadInput when there is nothing to listen to, and Unavailable when no sound came in `seconds`.
    """
    address = await live_address(url, pinned)
    with _Listening(address, _opened(out), screen, pinned) as listening:
        try:
            async with asyncio.timeout(seconds):
                await listening.run()
        except TimeoutError:
            if listening.stream.position is None:
                raise Unavailable(
                    f"No sound came from {url} in {seconds:g} seconds: {listening.why}"
                ) from None
        return listening.summary()


def _opened(out: Path | None) -> FileIO | None:
    try:
        return out.open("wb", buffering=0) if out is not None else None
    except OSError as error:
        raise _not_written(out, error) from None


def _not_written(out: object, error: OSError) -> BadInput:
    return BadInput(f"{out} cannot be written ({error.strerror}): name another file.")


class _Listening:
    """One listener, across as many responses as it takes."""

    def __init__(
        self, address: str, out: FileIO | None, screen: Screen | None, pinned: Pinned | None
    ) -> None:
        self._address, self._out, self._screen = address, out, screen
        self._pinned = pinned
        self.stream, self._ear = LiveStream(), Ear()
        self._mark = ""
        self._reconnects = 0
        self._over = False
        self.why = "nothing answered."

    def __enter__(self) -> _Listening:
        return self

    def __exit__(self, *_: object) -> None:
        if self._screen is not None:
            self._screen.end()
        if self._out is not None:
            self._out.close()

    async def run(self) -> None:
        """Listen until the Space is over. Raises what makes coming back useless."""
        async with _new_http(self._pinned) as http:
            tasks = [asyncio.create_task(self._follow(http))]
            if self._screen is not None:
                tasks.append(asyncio.create_task(self._show(self._screen)))
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            for task in done:
                task.result()

    async def _follow(self, http: httpx.AsyncClient) -> None:
        tries = 0
        while not self._over:
            before, refusal = self.stream.position, None
            try:
                await self._response(http)
            except (Unavailable, TooMany) as error:
                self.why, refusal = error.sentence, error
            except Malformed as error:
                if self.stream.position is None:
                    raise BadInput(f"What comes from {self._address} is not live sound.") from None
                self.why = error.sentence
            except Gone:
                if self.stream.position is None:
                    raise
                self._over = True
            tries = 0 if self.stream.position != before else tries + 1
            self._over = self._over or self.stream.ended
            if not self._over:
                await _wait(tries, refusal)
                self._reconnects += self.stream.position is not None

    async def _response(self, http: httpx.AsyncClient) -> None:
        """Take one response to its end. Raises the RostraError that a refusal stands for."""
        query = {"after": self.stream.after, "mark": self._mark}
        given = urlencode({name: value for name, value in query.items() if value not in (None, "")})
        request = http.build_request("GET", self._address + (f"?{given}" if given else ""))
        try:
            async with asyncio.timeout(_WAIT.connect):
                response = await http.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise unreachable(self._address, error) from None
        try:
            await self._take(response)
        finally:
            await response.aclose()

    async def _take(self, response: httpx.Response) -> None:
        kind = response.headers.get("Rostra-Class", "")
        chunks = _chunks(response, _PATIENCE.get(kind, PATIENCE))
        if response.status_code != 200:
            await _refuse(response, chunks)
        self._mark = response.headers.get("Rostra-Mark", "")[:256]
        self.stream.begin()
        async for chunk in chunks:
            for event in self.stream.feed(chunk):
                self._heard(event)

    def _heard(self, event: Event) -> None:
        if isinstance(event, Changed):
            self._ear.told(event)
            return
        if isinstance(event, Heard):
            self._ear.came(event, time.monotonic())
        if self._out is not None:
            try:
                if self._out.write(event.data) != len(event.data):
                    raise OSError(errno.ENOSPC, "there is no space left")
            except OSError as error:
                raise _not_written(self._out.name, error) from None

    async def _show(self, screen: Screen) -> None:
        """Keep the screen up to date."""
        while True:
            now = time.monotonic()
            self._ear.listen(now)
            screen.show(self._glance(), now)
            await asyncio.sleep(_GLANCE)

    def _glance(self) -> Glance:
        stream, ear = self.stream, self._ear
        return Glance(
            state=stream.state or {},
            latency=ear.latency(time.time()),
            gaps=stream.gaps,
            missing=seconds(stream.missing),
            silent=ear.silent,
            reconnects=self._reconnects,
            note="" if stream.position is not None else self.why,
        )

    def summary(self) -> Summary:
        """What came so far."""
        stream = self.stream
        if not self._over:
            self._ear.listen(time.monotonic())
        return Summary(
            heard=round(seconds(stream.heard), 3),
            filled=round(seconds(stream.filled), 3),
            gaps=stream.gaps,
            missing=round(seconds(stream.missing), 3),
            repeats=stream.repeats,
            repeated=round(seconds(stream.repeated), 3),
            silent=round(self._ear.silent, 3),
            reconnects=self._reconnects,
            ended=self._over,
        )


async def _chunks(response: httpx.Response, patience: float) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Unavailable when it breaks or is silent for `patience` s."""
    chunks = response.aiter_raw()
    while True:
        try:
            async with asyncio.timeout(patience):
                chunk = await anext(chunks, None)
        except (httpx.HTTPError, TimeoutError) as error:
            raise unreachable(str(response.url), error) from None
        if chunk is None:
            return
        yield chunk


async def _refuse(response: httpx.Response, chunks: AsyncIterator[bytes]) -> NoReturn:
    """Raise what an answer other than 200 stands for."""
    body = b""
    async for chunk in chunks:
        body += chunk
        if len(body) > _LARGEST_REFUSAL:
            break
    whole = httpx.Response(response.status_code, content=body, request=response.request)
    whole.headers["Retry-After"] = response.headers.get("Retry-After", "")
    raise problem_of(whole)


async def _wait(tries: int, refusal: RostraError | None) -> None:
    """Before coming back: not at all, as long as the server asks, or a short random time."""
    if refusal is not None and refusal.retry_after is not None:
        await asyncio.sleep(refusal.retry_after * random.uniform(1.0, 1.3))  # noqa: S311
    elif tries:
        longest = min(_LONGEST, _SHORTEST * 1.7**tries)
        await asyncio.sleep(random.uniform(_SHORTEST, longest))  # noqa: S311
