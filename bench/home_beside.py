"""Home timelines at full load beside a live Space: does the sound notice?

The believable square in a real `rostra serve --demo`, a rehearsed crowd on the Space, and readers
who ask for their home timelines in a closed loop from the moment when all listeners are there;
beside them one who posts every second to the followers of the largest account.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.home import POSTS, READERS, Line, followers_of, let_in, loop
from bench.rehearsed import Rehearsal
from bench.rig import Server, percentile, report
from bench.square_load import FOLDER, Kept, kept
from rostra.programme.board import Board
from rostra.programme.places import Places
from rostra.testing.served import serving

_SPARE_LISTENERS = 5 / 4
_POST_SECONDS = 1.0


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--listeners", type=int, default=50_000)
    parser.add_argument("--ramp", type=float, default=60)
    parser.add_argument("--hold", type=float, default=60)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    with kept(asked.folder, asked.posts, "sqlite") as square:
        report("home_beside", _beside(square, asked))


def _beside(square: Kept, asked: argparse.Namespace) -> dict[str, Any]:
    star = str(square.about["star"])
    dice = random.Random(square.size)
    followers = asyncio.run(followers_of(square, star))
    tokens = asyncio.run(let_in(square, [star, *dice.sample(followers, READERS)]))
    room = str(int(asked.listeners * _SPARE_LISTENERS))
    began = time.perf_counter()
    with serving(square.data, "--demo", "--max-listeners", room) as served:
        served.until_on_air()
        running = Server(served, time.perf_counter() - began)
        board = Board.open(Places(square.data).board)
        crowd = Rehearsal(running, "demo", asked.listeners, asked.ramp, asked.hold)
        try:
            crowd.until_held(lambda: board.totals()["connections"], asked.listeners * 99 // 100)
            took = asyncio.run(_load(served.port, tokens, asked.hold / 2, asked.connections))
            heard = crowd.told()
        finally:
            crowd.end()
            board.close()
    return {
        **heard,
        "requests_per_second": round(len(took) / (asked.hold / 2), 1),
        "home_p99_ms": round(percentile(took, 0.99), 2),
    }


async def _load(port: int, tokens: Sequence[str], seconds: float, connections: int) -> list[float]:
    star, *readers = tokens
    posting = asyncio.create_task(_post(port, star))
    try:
        return await loop(port, readers, seconds, connections)
    finally:
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)


async def _post(port: int, token: str) -> None:
    line, number = await Line.to(port), 0
    while True:
        await line.ask("POST", POSTS, token, {"status": f"Beside {number}"})
        number += 1
        await asyncio.sleep(_POST_SECONDS)


if __name__ == "__main__":
    main()
