"""What runs inside each child. Every part is loaded only in the process that runs it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence

import setproctitle

from rostra.clock import SystemClock
from rostra.errors import RostraError
from rostra.node.notes import note, use_json_lines
from rostra.node.recipes import PART_SETTINGS
from rostra.programme.places import Places
from rostra.settings import NodeSettings, node_settings


def run_part(arguments: Sequence[str]) -> int:
    """Be the child that `arguments` name; its exit code. Settings come from the environment."""
    title = " ".join(arguments)
    setproctitle.setproctitle(f"rostra {title}")
    settings = node_settings(json.loads(os.environ.pop(PART_SETTINGS)))
    kind, *more = arguments
    use_json_lines(title)
    try:
        return _PARTS[kind](settings, *more)
    except RostraError as error:
        note(error.sentence, level="error", process=title)
        return 1


def _edges(settings: NodeSettings) -> int:
    from rostra.edge.listener import Inherited  # noqa: PLC0415
    from rostra.edge.process import run_edges  # noqa: PLC0415

    return run_edges(
        places=Places(settings.data),
        settings=settings.edge,
        clock=SystemClock(),
        inherited=Inherited.taken_from(os.environ),
    )


def _web(settings: NodeSettings) -> int:
    from rostra.bus.nats import NatsBus  # noqa: PLC0415
    from rostra.web.process import run_web  # noqa: PLC0415

    async def run() -> int:
        places = Places(settings.data)
        bus = NatsBus.connect_from(places.bus)
        return await run_web(places=places, settings=settings.web, bus=bus, clock=SystemClock())

    return asyncio.run(run())


def _stage(settings: NodeSettings, slug: str) -> int:
    from rostra.bus.nats import NatsBus  # noqa: PLC0415
    from rostra.stage.process import run_stage  # noqa: PLC0415

    async def run() -> int:
        places = Places(settings.data)
        bus = NatsBus.connect_from(places.bus)
        return await run_stage(
            slug, places=places, settings=settings.stage, bus=bus, clock=SystemClock()
        )

    return asyncio.run(run())


def _demo(settings: NodeSettings) -> int:
    from rostra.node.demo import run_demo  # noqa: PLC0415

    return asyncio.run(run_demo(settings))


def _prepare(settings: NodeSettings, *running: str) -> int:
    """Answers the supervisor with one JSON object on standard output."""
    from rostra.node.first import make_ready  # noqa: PLC0415

    try:
        answer = {"sign_in_link": asyncio.run(make_ready(settings, running=bool(running)))}
    except RostraError as error:
        answer = {"error": error.sentence}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


_PARTS: dict[str, Callable[..., int]] = {
    "edges": _edges,
    "web": _web,
    "stage": _stage,
    "demo": _demo,
    "prepare": _prepare,
}
