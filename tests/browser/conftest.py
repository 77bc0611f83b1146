"""A real edge with a stage that talks in real time, and Chromium to look at it."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from rostra.clock import SystemClock
from rostra.programme.fill import fill
from rostra.programme.index import WHOLE
from rostra.programme.log import LogWriter, Origin
from rostra.testing.chromium import chromium
from rostra.testing.edges import SLUG, House, make_house
from rostra.testing.frames import opus_sine
from rostra.testing.microphone import coded_wav
from rostra.testing.patience import until
from rostra.testing.served import Served, serving
from rostra.testing.stage_pages import StagePages, asking_chromium, signed_in
from rostra.wire.emsg import emsg
from rostra.wire.id3 import PATCH_OWNER, STATE_OWNER, priv
from rostra.wire.timing import FRAGMENT, seconds

PID = "scene234"
HERE = Path(__file__).parent
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PEOPLE: dict[str, Any] = {
    "ana": {"name": "Ana Costa", "role": "host", "muted": False, "speaking": True},
    "ben": {"name": "Ben Okafor", "role": "cohost", "muted": False, "speaking": False},
    "chloe": {"name": "Chloé Martin", "role": "speaker", "muted": True, "speaking": False},
}


class Talk:
    """Writes the log in real time: a tone, and what is told of the room, until it is stopped."""

    def __init__(self, house: House, *, phase: str = "live", said: int = 60, **more: Any) -> None:
        self.house = house
        self.state: dict[str, Any] = {
            "v": 1, "space": SLUG, "title": "Town hall", "phase": phase, "t": 0,
            "listeners": 1284, "stage": PEOPLE, "levels": {"ana": 7, "ben": 0, "chloe": 0},
            "reactions": {}, "pinned": None, "caption": None, "recorded": True, **more,
        }  # fmt: skip
        coded = opus_sine(16 * 25)
        self._frames = coded.frames
        mp4, idx = house.places.log(SLUG, PID, "opus")
        clock = SystemClock()
        self.writer = LogWriter.create(
            mp4, idx, track=coded.track, pid=PID, origin=Origin(clock.boot_id(), clock.boot_ns()),
            first_media_time=0,
        )  # fmt: skip
        self._count = 0
        self._lock = threading.Lock()
        self._quiet = threading.Event()
        self._stopped = threading.Event()
        for _ in range(said):
            self.say()
        house.change(phase=phase, programme=PID, on_air=0 if phase != "lobby" else None,
                     renditions=("opus",), title="What the town square could be",
                     host="Ana Costa")  # fmt: skip
        self._began = time.monotonic() - seconds(self.writer.end)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def say(self) -> None:
        """One fragment; every thirtieth tells all, every third the livelier part."""
        with self._lock:
            at = self.writer.end
            whole, lively = self._count % 30 == 0, self._count % 3 == 0
            self.state["t"] = round(seconds(at), 2) if self.state["phase"] != "lobby" else 0
            level = round(5 + 3 * math.sin(self._count))
            self.state["levels"] = {**self.state["levels"], "ana": level}
            told = self.state if whole else self._patch
            owner = STATE_OWNER if whole else PATCH_OWNER
            events = [emsg(at, priv(owner, json.dumps(told).encode()))] if whole or lively else []
            start = self._count * 16 % len(self._frames)
            self.writer.append(
                self._frames[start : start + 16], wall_ms=0, events=events,
                flags=WHOLE if whole else 0,
            )  # fmt: skip
            self._count += 1

    @property
    def _patch(self) -> dict[str, Any]:
        return {key: value for key, value in self.state.items() if key not in ("v", "space")}

    def tell(self, **fields: Any) -> None:
        """What the next patch says."""
        with self._lock:
            self.state.update(fields)

    def die(self) -> None:
        """No more sound, and nobody says why."""
        self._quiet.set()

    def revive(self) -> float:
        """Marked silence for the time that is missing, then sound; the seconds filled in."""
        with self._lock:
            missing = time.monotonic() - self._began - seconds(self.writer.end)
            until_then = self.writer.end + int(missing * 48_000 // FRAGMENT * FRAGMENT)
            fill(self.writer, until_then, self._frames[:16], wall_ms=0)
        self._quiet.clear()
        return missing

    def end(self) -> None:
        """The last fragment says so, then the manifest."""
        self.die()
        with self._lock:
            self.state["phase"] = "ended"
        self._count -= self._count % 30
        self.say()
        self.stop()
        self.house.change(phase="ended", ended_at="2026-11-21T19:00:00Z", replay=True)

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(10)
        self.writer.close()

    def _run(self) -> None:
        while not self._stopped.is_set():
            due = self._began + seconds(self.writer.end + FRAGMENT)
            if (
                not self._stopped.wait(max(0.0, due - time.monotonic()))
                and not self._quiet.is_set()
            ):
                self.say()
            elif self._quiet.is_set():
                self._stopped.wait(0.02)


class Scene:
    """A house, who talks in it, and a browser that looks at it."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house = house
        self.browser = browser
        self.talk: Talk | None = None
        self.problems: list[str] = []
        self._contexts: list[BrowserContext] = []

    def on(self, **fields: Any) -> Talk:
        """Somebody talks."""
        self.talk = Talk(self.house, **fields)
        return self.talk

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.house.port}/s/{SLUG}"

    def open(self, query: str = "", script: str = "", **options: Any) -> Page:
        """The page of the Space in a context of its own; `script` runs before it."""
        context = self.browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})
        self._contexts.append(context)
        page = context.new_page()
        if script:
            page.add_init_script(script)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._noticed)
        page.goto(self.url + query)
        return page

    def kill_edges(self) -> None:
        """Every edge process dies; the zygote starts others."""
        before = self.house.edge_pids()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        until(lambda: (now := self.house.edge_pids()) and not {*now} & {*before}, "new edges")

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        if self.talk is not None:
            self.talk.stop()
        self.house.end()

    def _noticed(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """What starts browsers; a second one on this thread would refuse to.

    It keeps an event loop running on this thread. It ends with this folder's tests, since no
    asynchronous test could begin its own before.
    """
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(driver: Playwright) -> Iterator[Browser]:
    """Chromium that plays what it is asked to."""
    made = driver.chromium.launch(**chromium())
    yield made
    made.close()


@pytest.fixture
def scene(tmp_path: Path, browser: Browser) -> Iterator[Scene]:
    """One edge; nothing is said yet. In the end the page must not have complained."""
    made = Scene(make_house(tmp_path), browser)
    made.house.run()
    yield made
    made.close()
    assert made.problems == []


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[Any]]:
    """What axe-core, as the lock file names it, finds in a page: run beside the page's policy."""
    source = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit"], cwd=HERE, check=True)
    axe = source.read_text("utf-8")

    def found(page: Page) -> list[Any]:
        session = page.context.new_cdp_session(page)
        session.send("Runtime.evaluate", {"expression": axe})
        brief = "r.violations.map(v => [v.id, v.nodes.map(n => n.html)])"
        asking = f"axe.run({{runOnly: {json.dumps(RULES)}}}).then(r => JSON.stringify({brief}))"
        answer = session.send(
            "Runtime.evaluate",
            {"expression": asking, "awaitPromise": True, "returnByValue": True},
        )
        session.detach()
        return list(json.loads(answer["result"]["value"]))

    return found


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Asks a page until the answer is true: its policy forbids Playwright's own way to wait."""

    def wait(page: Page, question: str, seconds: float = 10) -> Any:
        end = time.monotonic() + seconds
        while not (answer := page.evaluate(question)):
            assert time.monotonic() < end, f"never came true: {question}"
            page.wait_for_timeout(25)
        return answer

    return wait


@pytest.fixture(scope="package")
def speaking(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a microphone that says the coded programme, and that it asks for."""
    wav = coded_wav(tmp_path_factory.mktemp("sound") / "microphone.wav", 60)
    made = driver.chromium.launch(**asking_chromium(wav))
    yield made
    made.close()


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all who look at its pages: every test has a Space of its own."""
    with serving(tmp_path_factory.mktemp("served") / "data") as running:
        running.until_line("ready: ")
        yield running


@pytest.fixture(scope="package")
def host_cookies(served: Served, speaking: Browser) -> Any:
    return signed_in(served, speaking)


@pytest.fixture
def pages(served: Served, speaking: Browser, host_cookies: Any) -> Iterator[StagePages]:
    """People at the stage page. In the end no page may have complained."""
    made = StagePages(served, speaking, host_cookies)
    yield made
    made.close()
    assert made.problems == []


@pytest.fixture
def lit(eventually: Callable[..., Any]) -> Callable[..., None]:
    """Waits until the on-air light of a page shows a state."""

    def wait(page: Page, state: str, seconds: float = 15) -> None:
        shown = "document.getElementById('light').dataset.light"
        eventually(page, f"{shown} === '{state}'", seconds)

    return wait


@pytest.fixture
def on_stage(lit: Callable[..., None]) -> Callable[..., None]:
    """Presses the one button that leads on stage, or into the green room."""

    def go(page: Page, state: str = "lobby") -> None:
        page.click("#join:not([disabled])")
        lit(page, state)

    return go
