"""Home timelines over HTTP: a real `rostra serve` on the believable square, asked in a closed loop.

Also whether a post of the account with most followers is in every home timeline that is asked for
within a second, and what publishing costs it, beside what it costs somebody whom few follow. Tokens
are written straight into the database; everything else goes through the doors.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from bench.rig import percentile, report
from bench.search import SIZES
from bench.square_load import FOLDER, KINDS, Kept, kept
from rostra.people.tokens import fingerprint, new_api_token
from rostra.testing.served import Served, serving

READERS = 300
PUBLISHED = 10
ASKED_AFTER = 30
"""Followers who ask for their home timeline after each post."""

_START_SECONDS = 60.0
_HOME = "/api/v1/timelines/home"
POSTS = "/api/v1/statuses"


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    sizes = [size for size in SIZES if size < asked.posts] + [asked.posts]
    figures: dict[str, Any] = {"posts": asked.posts, "connections": asked.connections}
    for kind in KINDS:
        figures[kind] = {}
        for size in sizes:
            with kept(asked.folder, size, kind) as square:
                figures[kind][str(size)] = _served(square, asked.seconds, asked.connections)
    report("home", figures)


def _served(square: Kept, seconds: float, connections: int) -> dict[str, Any]:
    dice = random.Random(square.size)
    star, few = str(square.about["star"]), str(square.about["viewers"]["50"][0])
    followers = asyncio.run(followers_of(square, star))
    tokens = asyncio.run(let_in(square, [star, few, *dice.sample(followers, READERS)]))
    flags = ("--database", square.url) if square.url else ()
    with serving(square.data, *flags) as served:
        served.until_line("ready:", _START_SECONDS)
        return asyncio.run(_measured(served, tokens, seconds, connections))


async def followers_of(square: Kept, star: str) -> list[str]:
    asked = "SELECT follower_id FROM follows WHERE followed_id = "
    if square.url is None:
        with sqlite3.connect(square.data / "rostra.db") as raw:
            return sorted(row[0] for row in raw.execute(f"{asked}?", (star,)))
    connection = await asyncpg.connect(square.url)
    try:
        return sorted(row[0] for row in await connection.fetch(f"{asked}$1", star))
    finally:
        await connection.close()


async def let_in(square: Kept, accounts: Sequence[str]) -> list[str]:
    """A token for each of the accounts, in their order."""
    tokens = [new_api_token() for _ in accounts]
    rows = [
        (fingerprint(token), account, "bench", 1)
        for token, account in zip(tokens, accounts, strict=True)
    ]
    into = "INSERT INTO api_tokens (fingerprint, account_id, label, created_ms) VALUES "
    if square.url is None:
        with sqlite3.connect(square.data / "rostra.db") as raw:
            raw.executemany(f"{into}(?, ?, ?, ?)", rows)
    else:
        connection = await asyncpg.connect(square.url)
        await connection.executemany(f"{into}($1, $2, $3, $4)", rows)
        await connection.close()
    return tokens


async def _measured(
    served: Served, tokens: Sequence[str], seconds: float, connections: int
) -> dict[str, Any]:
    star, few, *readers = tokens
    await loop(served.port, readers, min(3.0, seconds), connections)  # to warm up
    began = time.perf_counter()
    took = await loop(served.port, readers, seconds, connections)
    spent = time.perf_counter() - began
    return {
        "requests_per_second": round(len(took) / spent, 1),
        "p50_ms": round(percentile(took, 0.5), 2), "p99_ms": round(percentile(took, 0.99), 2),
        "max_ms": round(max(took), 2), **await _published(served.port, star, few, readers),
    }  # fmt: skip


async def loop(port: int, readers: Sequence[str], seconds: float, connections: int) -> list[float]:
    """Milliseconds of each home timeline, asked for on so many connections without a pause."""
    end = time.perf_counter() + seconds
    took: list[float] = []

    async def ask(number: int) -> None:
        dice, line = random.Random(number), await Line.to(port)
        while time.perf_counter() < end:
            began = time.perf_counter()
            found = await line.ask("GET", _HOME, dice.choice(readers))
            took.append((time.perf_counter() - began) * 1000)
            assert isinstance(found, list), found
        line.close()

    await asyncio.gather(*(ask(number) for number in range(connections)))
    return took


async def _published(port: int, star: str, few: str, readers: Sequence[str]) -> dict[str, Any]:
    """What a post costs, and in how many homes asked for at once, and up to 1 s later, it is not"""
    line, missing, costs = await Line.to(port), 0, {"star": [0.0] * 0, "few": [0.0] * 0}
    for number in range(PUBLISHED):
        for who, token in (("few", few), ("star", star)):
            began = time.perf_counter()
            made = await line.ask("POST", POSTS, token, {"status": f"Bench {number}"})
            costs[who].append((time.perf_counter() - began) * 1000)
        asked = random.Random(number).sample(list(readers), ASKED_AFTER)
        missing += sum(not there for there in await asyncio.gather(
            *(_is_there(port, token, str(made["id"]), nth / ASKED_AFTER)
              for nth, token in enumerate(asked))
        ))  # fmt: skip
    line.close()
    return {
        "publish_ms_p50": {who: round(percentile(ms, 0.5), 2) for who, ms in costs.items()},
        "publish_ms_max": {who: round(max(ms), 2) for who, ms in costs.items()},
        "homes_asked_after": PUBLISHED * ASKED_AFTER, "homes_without_it": missing,
    }  # fmt: skip


async def _is_there(port: int, token: str, post_id: str, after: float) -> bool:
    await asyncio.sleep(after)
    line = await Line.to(port)
    found = await line.ask("GET", _HOME, token)
    line.close()
    return any(each["id"] == post_id for each in found)


class Line:
    """One connection that is kept; a client so plain that the server is what is measured."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> Line:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, method: str, path: str, token: str, body: object = None) -> Any:
        """The JSON that is answered. Fails for anything but 200."""
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self._writer.write(head.encode() + content)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(answer.partition("content-length:")[2].split("\r\n")[0])
        found = await self._reader.readexactly(length)
        assert " 200 " in answer.split("\r\n")[0] + " ", (answer, found)
        return json.loads(found)

    def close(self) -> None:
        self._writer.close()


if __name__ == "__main__":
    main()
