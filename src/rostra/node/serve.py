"""`rostra serve`: from settings to a running machine, and to a clean end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import setproctitle

from rostra import __version__
from rostra.errors import RostraError
from rostra.node.ground import fresh, taken_over, tell_doors
from rostra.node.handover import Handover, taken_from
from rostra.node.recipes import part
from rostra.node.running import Node
from rostra.settings import Value


def serve(values: Mapping[str, Value], say: Callable[[str], None]) -> int:
    """Run everything until SIGTERM or SIGINT; `say` prints a line for the operator.

    SIGHUP renews the certificate; if it comes because the terminal is gone, it is the end as well.
    Raises Misconfigured when the operator must change something first.
    """
    before = taken_from(os.environ)
    if before is not None and before.trial:
        say(json.dumps(_tried(values, before)))
        return 0
    setproctitle.setproctitle("rostra serve")
    if before is None:
        ground = fresh(values, say)
    else:
        ground = taken_over(values, before)
        for descriptor in (ground.lock, ground.listener.fileno()):
            os.set_inheritable(descriptor, False)
        tell_doors(ground)
    try:
        return Node(ground, before).run(say)
    finally:
        ground.listener.close()
        os.close(ground.lock)


def _tried(values: Mapping[str, Value], before: Handover) -> dict[str, object]:
    """What a supervisor of another version wants to know before it lets this one take over."""
    try:
        ground = taken_over(values, before)
        _load_everything(ground.places.board)
    except RostraError as reason:
        return {"error": reason.sentence}
    return {
        "version": __version__,
        "edges": asdict(part("edges", ground.chosen)),
        "prepare": asdict(part("prepare", ground.chosen, "running")),
    }


def _load_everything(board: Path) -> None:
    """Whatever is missing in this version is missed now. Raises Misconfigured for the board."""
    import rostra.edge.process  # noqa: PLC0415 - the supervisor itself stays small
    import rostra.node.first  # noqa: PLC0415
    import rostra.stage.process  # noqa: PLC0415
    import rostra.web.process  # noqa: F401, PLC0415
    from rostra.programme.board import Board  # noqa: PLC0415

    Board.open(board).close()
