"""How Chromium is started for tests, benchmarks and pictures: Playwright's `launch(**…)`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)


def chromium(*flags: str) -> dict[str, Any]:
    """Debian's Chromium, quiet, playing what it is asked to; with more `flags`."""
    return {"executable_path": "/usr/bin/chromium", "args": [*_FLAGS, *flags]}


def speaking_chromium(wav: Path, *flags: str) -> dict[str, Any]:
    """The same with a microphone that says the sound file `wav` and that every page may use."""
    return chromium(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={wav}",
        "--allow-loopback-in-peer-connection",
        *flags,
    )
