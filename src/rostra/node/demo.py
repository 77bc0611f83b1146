"""The demo's two speakers: one process, two real WHIP sessions, one talk in a loop for ever.

They hold host's and speaker's seats by tokens that this process signs itself. The host's seat also
brings the Space on air; after that it is anybody's to pause or end.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from rostra.clients.api import Api
from rostra.clients.speak import speak
from rostra.clock import SystemClock
from rostra.errors import Misconfigured, Unavailable
from rostra.node.doors import Doors, read_doors
from rostra.programme.places import Places
from rostra.rooms.actions import DEMO_SLUG, invite
from rostra.settings import NodeSettings

VOICES = Path(__file__).parent.parent / "demo"
CAST = {"ana": ("Ana", "host"), "ben": ("Ben", "speaker")}
_AGAIN_SECONDS = 0.2

log = structlog.get_logger()


async def run_demo(settings: NodeSettings) -> int:
    """Speak until this process is ended, or the Space is.

    Raises what the server says when the seats are not good any more; the supervisor starts it anew,
    with new seats, while the Space is open.
    """
    places = Places(settings.data)
    doors = read_doors(places)
    if doors is None:
        raise Misconfigured("The demo speaks only under `rostra serve`.")
    secret = await asyncio.to_thread(places.secret.read_bytes)
    seats = {voice: _seat(secret, voice) for voice in CAST}
    await _on_air(doors, seats["ana"])
    try:
        # Started together, the two reels stay in conversation whatever happens to either.
        async with asyncio.TaskGroup() as talk:
            for voice, seat in seats.items():
                talk.create_task(_speak(voice, seat, doors))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return 0


def _seat(secret: bytes, voice: str) -> str:
    name, role = CAST[voice]
    now = SystemClock().wall_ms() / 1000
    token, _ = invite(secret, DEMO_SLUG, role=role, name=name, now=now, seat=f"demo-{voice}")
    return token


async def _on_air(doors: Doors, seat: str) -> None:
    """Start the Space, or resume it; waits for web and stage as long as it takes."""
    async with Api(doors.local_url, seat, doors.pinned) as api:
        while True:
            try:
                phase = (await api.read(DEMO_SLUG)).get("phase")
                if phase != "live":
                    await (api.resume(DEMO_SLUG) if phase == "paused" else api.start(DEMO_SLUG))
            except Unavailable:
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return


async def _speak(voice: str, seat: str, doors: Doors) -> None:
    def note(sentence: str) -> None:
        log.info("demo voice", voice=voice, said=sentence)

    file = VOICES / f"{voice}.opus"
    await speak(
        file, whip_url=f"{doors.local_url}/whip/{DEMO_SLUG}", token=seat, loop=True,
        receive=False, on_note=note, pinned=doors.pinned,
    )  # fmt: skip
