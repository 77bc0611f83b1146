"""A page in Chromium, and an ear in it: what its player decodes, sample for sample, with the time.

The page's own <audio> is led through an AudioContext of 48 kHz. An AudioWorklet there keeps every
block of 128 samples at the moment at which Chromium mixes it for the loudspeaker, with the wall
clock, which is the machine's and so the speaker's too. What the loudspeaker's own buffer adds after
that (Chromium's `outputLatency`) is reported beside it and not added.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, Page, sync_playwright

from bench.rig import percentile
from rostra.testing.chromium import chromium as debians
from rostra.testing.coded import SLOT
from rostra.testing.meter import Numbers, Reading, read
from rostra.wire.timing import RATE

Pcm = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

BLOCK = 128  # samples: what Web Audio mixes at once
SILENT = 0.005  # a tenth of the coded programme's quietest tone
# In the worklet Date.now() is the only clock there is: whole milliseconds.
_EAR = (
    """
registerProcessor("ear", class extends AudioWorkletProcessor {
  #pcm = new Float32Array(1280);
  #walls = new Float64Array(10);
  #blocks = 0;
  #first = 0;
  process([[sound]]) {
    if (sound) this.#pcm.set(sound, this.#blocks * 128);
    else this.#pcm.fill(0, this.#blocks * 128, (this.#blocks + 1) * 128);
    this.#walls[this.#blocks] = Date.now();
    if (!this.#first && sound?.some((x) => Math.abs(x) > SILENT)) this.#first = Date.now();
    if (++this.#blocks < 10) return true;
    this.#blocks = 0;
    const [pcm, walls] = [this.#pcm.slice(), this.#walls.slice()];
    this.port.postMessage({ pcm, walls, first: this.#first });
    return true;
  }
});
"""
).replace("SILENT", str(SILENT))
_TAP = """
window.ear = { pcm: [], walls: [], first: 0, clicked: 0, playing: 0, waited: [], ready: false };
addEventListener("click", (event) => {
  if (event.isTrusted) ear.clicked ||= performance.timeOrigin + event.timeStamp;
}, { capture: true });
addEventListener("DOMContentLoaded", async () => {
  const sound = document.querySelector("audio");
  const wall = () => performance.timeOrigin + performance.now();
  sound.addEventListener("playing", () => { ear.playing ||= wall(); });
  sound.addEventListener("waiting", () => { if (ear.playing) ear.waited.push(wall()); });
  const context = new AudioContext({ sampleRate: 48000 });
  const code = new Blob([EAR], { type: "text/javascript" });
  await context.audioWorklet.addModule(URL.createObjectURL(code));
  const mono = { channelCount: 1, channelCountMode: "explicit" };
  const node = new AudioWorkletNode(context, "ear", mono);
  node.port.onmessage = ({ data }) => {
    if (ear.keep) { ear.pcm.push(data.pcm); ear.walls.push(data.walls); }
    ear.first = data.first;
    ear.output = context.outputLatency;
  };
  context.createMediaElementSource(sound).connect(node).connect(context.destination);
  ear.ready = true;
});
window.packed = async (pieces) => {
  const address = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(new Blob(pieces));
  });
  return address.slice(address.indexOf(",") + 1);
};
"""


@dataclass
class Sound:
    """What was heard: samples, and for each block of 128 the wall time (seconds) of its mixing."""

    pcm: Pcm
    walls: Floats
    output_ms: float

    def reading(self) -> Reading:
        """The meter's word on it."""
        return read(self.pcm)

    def wall(self, places: Floats) -> Floats:
        """When the samples at `places` were mixed, in seconds of the wall clock."""
        block = np.minimum((places // BLOCK).astype(int), len(self.walls) - 1)
        return np.asarray(self.walls[block] + places % BLOCK / RATE)


class Tab:
    """One page in a context of its own, with the ear in it."""

    def __init__(self, browser: Browser, url: str) -> None:
        # The ear is a script that the page's policy, rightly, would not let in.
        self._context = browser.new_context(bypass_csp=True, viewport={"width": 390, "height": 844})
        self.page: Page = self._context.new_page()
        self.said: list[str] = []
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", lambda line: self.said.append(f"{line.type}: {line.text}"))
        self.page.add_init_script(f"{{ const EAR = {_quoted(_EAR)}; {_TAP} }}")
        self.page.goto(url)
        self.page.wait_for_function("ear.ready")

    def ask(self, question: str) -> Any:
        """The page's answer."""
        return self.page.evaluate(question)

    def first_sound(self) -> float:
        """Wait for the first sample that is no silence; its wall time in seconds."""
        self.page.wait_for_function("ear.first > 0", timeout=20_000, polling=20)
        return float(self.ask("ear.first")) / 1000

    def listen(self, seconds: float, after: float = 0) -> Sound:
        """Let `after` seconds pass, and keep what is heard during the next `seconds`.

        A tab that opens takes both cores of a small machine for a moment, and with them the
        speaker's: a fault that is heard soon after is that speaker's, not the listener's.
        """
        self.page.wait_for_timeout(after * 1000)
        self.ask("ear.keep = true")
        self.page.wait_for_timeout(seconds * 1000)
        pcm = np.frombuffer(base64.b64decode(self.ask("packed(ear.pcm)")), np.float32)
        walls = np.frombuffer(base64.b64decode(self.ask("packed(ear.walls)")), np.float64)
        count = min(len(pcm) // BLOCK, len(walls))  # a last piece may have come in between
        return Sound(pcm[: count * BLOCK], walls[:count] / 1000, 1000 * self.ask("ear.output"))

    def close(self) -> None:
        self._context.close()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**debians())
        try:
            yield browser
        finally:
            browser.close()


def behind(slots: Numbers, heard: Floats, began: float) -> dict[str, float]:
    """Seconds from the mouth to when the chirps of `slots` were `heard` (wall times)."""
    latency = (heard - (began + slots * SLOT / RATE)).tolist()
    return {
        "chirps": len(latency),
        "p50_s": round(percentile(latency, 0.5), 3),
        "p99_s": round(percentile(latency, 0.99), 3),
        "max_s": round(max(latency, default=float("nan")), 3),
    }


def faults(reading: Reading) -> dict[str, int]:
    """How many of each kind the meter found."""
    return {kind: len(found) for kind, found in reading.faults.items()}


def _quoted(script: str) -> str:
    return "`" + script.replace("\\", "\\\\").replace("`", "\\`") + "`"
