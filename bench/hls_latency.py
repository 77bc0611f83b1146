"""Ear latency in hls.js, and whether it ever stalls.

A small page of this benchmark's own plays the Space's HLS by hls.js as it comes, with no setting
changed: from the master playlist and from each rendition's own, and then in many short visits,
because how late one is depends on when it comes between two segments. From the mouth
to where Chromium mixes the decoded sample for the loudspeaker (bench/tab.py); nothing is
subtracted. Line: at most 8 s, and no stall in 60 s. hls.js is pinned in tests/browser.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser

from bench.rig import arguments, percentile, report, server
from bench.speaker import on_air
from bench.tab import Tab, behind, chromium, faults

_NPM = Path(__file__).parent.parent / "tests" / "browser"
_SCRIPT = _NPM / "node_modules" / "hls.js" / "dist" / "hls.min.js"
_SETTLED = 9.0  # seconds until that is heard which was said after the tab had opened
_VISIT = 4.0  # seconds
_PAGE = b"""<!doctype html>
<meta charset="utf-8"><title>HLS</title><audio></audio><button>play</button>
<script src="/hls.js"></script>
<script>
const audio = document.querySelector("audio");
window.hls = new Hls();
window.stalls = [];
window.errors = [];
hls.on(Hls.Events.ERROR, (_, { details, fatal }) => {
  if (/STALL/i.test(details)) stalls.push(audio.currentTime);
  else errors.push(details + (fatal ? " (fatal)" : ""));
});
hls.attachMedia(audio);
document.querySelector("button").addEventListener("click", () => {
  hls.loadSource(new URLSearchParams(location.search).get("from"));
  audio.play();
});
</script>
"""


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        script = self.path == "/hls.js"
        body = _SCRIPT.read_bytes() if script else _PAGE
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if script else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: Any) -> None:
        """Nothing: the benchmark's output is its result."""


@contextlib.contextmanager
def _pages() -> Iterator[str]:
    """The page's address on loopback while the block runs."""
    if not _SCRIPT.exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=_NPM, check=True)
    pages = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{pages.server_port}/"
    finally:
        pages.shutdown()
        pages.server_close()


def _heard(browser: Browser, url: str, seconds: float, began: float) -> dict[str, Any]:
    tab = Tab(browser, url)
    try:
        tab.page.click("button")
        first = tab.first_sound() * 1000 - tab.ask("ear.clicked")
        sound = tab.listen(seconds, after=_SETTLED)
        seen = tab.ask("""({ codec: hls.levels[hls.currentLevel]?.audioCodec, stalls: stalls.length,
          errors, waiting_events: ear.waited.length, hls_says_s: hls.latency })""")
    finally:
        tab.close()
    reading = sound.reading()
    latency = behind(reading.slots, sound.wall(reading.places), began)
    seen["hls_says_s"] = round(seen["hls_says_s"], 2)
    return {**latency, **seen, **faults(reading), "first_sound_ms": round(first)}


def _visits(browser: Browser, url: str, count: int, began: float) -> dict[str, Any]:
    """How late each of `count` visitors is, all together."""
    late = []
    for _ in range(count):
        tab = Tab(browser, url)
        tab.page.click("button")
        tab.first_sound()
        sound = tab.listen(_VISIT, after=0.5)
        tab.close()
        reading = sound.reading()
        if len(reading.slots):  # a busy machine may spoil a visit for the meter
            late.append(behind(reading.slots, sound.wall(reading.places), began)["p50_s"])
    return {
        "count": count,
        "read": len(late),
        "p50_s": percentile(late, 0.5),
        "min_s": min(late, default=float("nan")),
        "max_s": max(late, default=float("nan")),
    }


def main() -> None:
    """Speak, and play each playlist."""
    asked = arguments(str(__doc__), seconds=60.0, visits=12)
    figures: dict[str, Any] = {"hls.js": _version(), "seconds": asked.seconds}
    with server() as running, chromium() as browser, _pages() as pages:
        speaker = on_air(running, "hls")
        time.sleep(20)  # a listener who comes later than the first few segments
        for name in ("master", "aac", "opus"):
            url = f"{pages}?from={quote(f'{running.live}/live/hls/{name}.m3u8')}"
            figures[name] = _heard(browser, url, asked.seconds, speaker.began)
        url = f"{pages}?from={quote(f'{running.live}/live/hls/master.m3u8')}"
        figures["visits"] = _visits(browser, url, asked.visits, speaker.began)
        speaker.end()
    report("hls_latency", figures)


def _version() -> str:
    package = json.loads((_NPM / "package.json").read_text())
    return str(package["dependencies"]["hls.js"])


if __name__ == "__main__":
    main()
