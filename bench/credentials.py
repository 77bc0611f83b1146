"""Guessing passwords on a large scale, while their owners sign in (row 16 of the promises).

A server that trusts a proxy on this machine, so that every try can come from an address of its own.
First the time of a wrong answer for handles that somebody has and that nobody has, in turn. Then
`--tries` wrong passwords from `--addresses` addresses on `--accounts` accounts, `--at-once` at a
time; meanwhile owners whose browsers signed in before sign in with the right one. Lines: at most 10
guesses of any account are tried, 99 % of owners get in, the medians differ by at most 5 ms, and the
web process's hashing takes no more than one core.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.rig import arguments, cpu, percentile, report, server
from rostra.people import actions
from rostra.people.hashing import COST
from rostra.people.passwords import set_password
from rostra.store.database import open_database

PASSWORD = "seven brown owls at noon"
_BATCH = 100


async def _populate(folder: Path, accounts: int) -> None:
    """People who all have the same password, which costs one hash."""
    database, hashed = open_database(folder / "rostra.db"), COST.hash(PASSWORD)
    for batch in _batches(accounts):
        async with database.writing() as connection:
            for n in batch:
                made = await actions.add_person(connection, f"p{n}", role="member", now_ms=1)
                await set_password(connection, made.id, hashed, 1, length=len(PASSWORD))
    await database.close()


def _batches(number: int) -> list[range]:
    return [range(at, min(at + _BATCH, number)) for at in range(0, number, _BATCH)]


class Browsers:
    """Sends sign-ins as browsers behind the proxy would."""

    def __init__(self, client: httpx.AsyncClient, origin: str) -> None:
        self._client, self._origin = client, origin

    async def sign_in(
        self, address: str, who: str, password: str, cookies: dict[str, str] | None = None
    ) -> tuple[int, float, dict[str, str]]:
        """The status, milliseconds, and the cookies of one sign-in."""
        kept = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        headers = {"Origin": self._origin, "X-Forwarded-For": address, "Cookie": kept}
        began = time.perf_counter()
        answer = await self._client.post(
            f"{self._origin}/sign-in", data={"who": who, "password": password}, headers=headers
        )
        self._client.cookies.clear()
        return answer.status_code, (time.perf_counter() - began) * 1000, dict(answer.cookies)


async def _timing(browsers: Browsers, accounts: int, samples: int) -> dict[str, float]:
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for n in range(samples):
        for kind, who in (("known", f"p{accounts - 1 - n % accounts}"), ("unknown", f"q{n}")):
            address = f"198.18.{n // 250}.{n % 250}"
            status, ms, _ = await browsers.sign_in(address, who, "wrong wrong wrong")
            if status == 401:
                took[kind].append(ms)
    known, unknown = percentile(took["known"], 0.5), percentile(took["unknown"], 0.5)
    return {
        "known_ms_p50": round(known, 2),
        "unknown_ms_p50": round(unknown, 2),
        "timing_difference_ms": round(abs(known - unknown), 2),
    }


async def _attack(browsers: Browsers, asked: Any, done: asyncio.Event) -> dict[str, Any]:
    statuses: Counter[int] = Counter()
    tried: Counter[str] = Counter()
    turns = iter(range(asked.tries))
    chance = random.Random(16)

    async def guesser() -> None:
        for n in turns:
            who = f"p{chance.randrange(asked.accounts)}"
            address = f"203.{n % asked.addresses // 250}.{n % asked.addresses % 250}.1"
            status, _, _ = await browsers.sign_in(address, who, f"a wrong password {n}")
            statuses[status] += 1
            tried[who] += status == 401

    await asyncio.gather(*(guesser() for _ in range(asked.at_once)))
    done.set()
    return {
        "statuses": {str(status): number for status, number in sorted(statuses.items())},
        "most_guesses_at_one_account": max(tried.values(), default=0),
        "guesses_tried": statuses[401],
    }


async def _owners(
    browsers: Browsers, known: list[tuple[str, str]], done: asyncio.Event
) -> dict[str, Any]:
    """One owner after the other signs in, at once and once, until the attack is over."""
    statuses: Counter[int] = Counter()
    took: list[float] = []
    for who, device in itertools.cycle(known):
        if done.is_set():
            break
        cookies = {"rostra_device": device}
        status, ms, _ = await browsers.sign_in("192.0.2.1", who, PASSWORD, cookies)
        statuses[status] += 1
        took.append(ms)
        await asyncio.sleep(0.05)
    number = sum(statuses.values())
    return {
        "owners": number,
        "owners_in": round(statuses[303] / max(1, number), 4),
        "owners_statuses": {str(status): count for status, count in statuses.items()},
        "owners_ms_p99": round(percentile(took, 0.99)),
    }


async def _run(origin: str, web: psutil.Process, asked: Any) -> dict[str, Any]:
    limits = httpx.Limits(max_connections=asked.at_once + 8)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client:
        browsers, done = Browsers(client, origin), asyncio.Event()
        figures: dict[str, Any] = await _timing(browsers, asked.accounts, asked.samples)
        known = []
        for n in range(min(100, asked.accounts)):
            status, _, cookies = await browsers.sign_in(f"198.19.0.{n}", f"p{n}", PASSWORD)
            assert status == 303, status
            known.append((f"p{n}", cookies["rostra_device"]))
        began, used = time.monotonic(), cpu(web)
        attack, owners = await asyncio.gather(
            _attack(browsers, asked, done), _owners(browsers, known, done)
        )
        seconds = time.monotonic() - began
        figures |= attack | owners
        figures |= {
            "tries": asked.tries,
            "seconds": round(seconds, 1),
            "web_cores": round((cpu(web) - used) / seconds, 2),
        }
    return figures


def main() -> None:
    """Fill, measure, attack."""
    asked = arguments(
        str(__doc__), tries=50_000, addresses=1000, accounts=1000, at_once=64, samples=200
    )
    with server("--trusted-proxy", "127.0.0.1") as running:
        asyncio.run(_populate(running.data, asked.accounts))
        children = psutil.Process(running.pid).children(recursive=True)
        web = next(one for one in children if "rostra web" in " ".join(one.cmdline()))
        report("credentials", asyncio.run(_run(running.origin, web, asked)))


if __name__ == "__main__":
    main()
