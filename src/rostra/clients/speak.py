"""A speaker without a browser: a sound file goes into a Space by WHIP, in real time.

When the connection is lost, or the stage is, the seat is taken anew; the file has gone on
meanwhile, as a person would have.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rostra.clients.api import Api, split
from rostra.clients.pinned import Pinned
from rostra.clients.reel import Reel
from rostra.clients.sound import open_sound
from rostra.clients.whip import Door, Session, new_http, whip_address
from rostra.errors import Conflict, RostraError, TooMany, Unavailable
from rostra.ice_servers import IceServer
from rostra.people.tokens import is_signed

if TYPE_CHECKING:
    from rostra.clients.sender import Sender

__all__ = ["speak", "whip_address"]

_SHORTEST, _LONGEST = 0.2, 1.0  # seconds between two offers
_WAITING_LONGEST = 3.0  # the same while the Space is not open yet
_STABLE = 5.0  # a connection that lasted so long begins the waits anew
_LEAVING = 2.0  # for telling the stage that one leaves
_LAST_SOUND = 0.3  # what the stage still holds when the file is over

Note = Callable[[str], None]


async def speak(
    source: Path | str,
    *,
    whip_url: str,
    token: str,
    name: str | None = None,
    loop: bool = False,
    receive: bool = True,
    on_note: Note = lambda sentence: None,
    pinned: Pinned | None = None,
) -> None:
    """Say what is in the file `source`, once or in a `loop`, with the seat of `token`.

    `name` is how a person with an account wants to be called; an invite says its own name.
    With `receive` the return feed is taken and counted. `on_note` is told what happens.
    Raises BadInput for a file without sound, Unavailable never while it can be tried again, and
    what the server says when there is no use in asking again: wrong token, no such Space, over.
    """
    sound = await asyncio.to_thread(open_sound, Path(source))
    token = await _seat(whip_url, token, name, pinned)
    reel = Reel(sound, loop=loop)
    async with new_http(pinned) as http:
        await _Speaking(Door(http, whip_url, token), reel, receive, on_note).run()


async def _seat(whip_url: str, token: str, name: str | None, pinned: Pinned | None) -> str:
    """The token of a seat under `name`; the given one where it is a seat already."""
    if name is None or is_signed(token):
        return token
    parts = split(whip_url)
    slug = unquote(parts.path.rstrip("/").rpartition("/")[2])
    async with Api(f"{parts.scheme}://{parts.netloc}", token, pinned) as api:
        made = await api.invite(slug, "speaker", name)
    return str(made["token"])


class _Speaking:
    """One seat, taken as often as it must be until the reel is over."""

    def __init__(self, door: Door, reel: Reel, receive: bool, note: Note) -> None:
        self._door, self._reel, self._receive, self._note = door, reel, receive, note
        self._tries = 0
        self._relay: IceServer | None = None  # a detour, taken once the straight way was in vain

    async def run(self) -> None:
        while not self._reel.over:
            try:
                await self._once()
            except (Conflict, Unavailable, TooMany) as refusal:
                await self._wait(refusal)

    async def _once(self) -> None:
        """Take the seat and speak until the sound is over or the stage is lost."""
        from rostra.clients.sender import NotReached, Sender  # noqa: PLC0415 - heavy to load

        clock = asyncio.get_running_loop()
        sender = Sender(self._reel, receive=self._receive, relay=self._relay)
        session, lost = None, False
        try:
            session = await self._door.offer(await sender.offer())
            await sender.accept(session.answer)
            self._note("On stage.")
            began = clock.time()
            lost = not await sender.run()
            if clock.time() - began > _STABLE:
                self._tries = 0
            if lost:
                raise Unavailable("The stage was lost.")
            await asyncio.sleep(_LAST_SOUND)
        except NotReached:
            self._relay = await self._door.relay()
            raise
        finally:
            # A lost session is not given back: the next offer takes over its seat at once.
            await _leave(self._door, None if lost else session, sender)

    async def _wait(self, refusal: RostraError) -> None:
        """Wait before asking again; raises what makes asking useless."""
        if self._tries == 0:
            self._note(f"{refusal.sentence} Trying again.")
        self._tries += 1
        longest = _LONGEST
        if isinstance(refusal, Conflict):
            await self._door.check_not_over()
            longest = _WAITING_LONGEST
        wait = random.uniform(_SHORTEST, min(longest, _SHORTEST * 1.5**self._tries))  # noqa: S311
        if refusal.retry_after is not None:
            wait = refusal.retry_after if isinstance(refusal, TooMany) else wait
        await asyncio.sleep(wait)
        self._reel.pass_time(asyncio.get_running_loop().time())


async def _leave(door: Door, session: Session | None, sender: Sender) -> None:
    """Tell the stage, then let the connection go; told after, it would count as a broken one."""
    try:
        if session is not None:
            with contextlib.suppress(RostraError, TimeoutError):  # it sees the end by itself
                async with asyncio.timeout(_LEAVING):
                    await door.leave(session)
    finally:
        await sender.close()
