"""How Chromium is started for tests, benchmarks and pictures: Playwright's `launch(**…)`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rostra.testing.namespaces import Machine

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


def distant_chromium(machine: Machine, origin: str, wav: Path, folder: Path) -> dict[str, Any]:
    """The same at another `machine`, for the pages of `origin`, whatever it takes for secure.

    It has no loopback for WebRTC: a browser at home has none either. `folder` keeps a script.
    """
    options = speaking_chromium(wav, f"--unsafely-treat-insecure-origin-as-secure={origin}")
    options["args"].remove("--allow-loopback-in-peer-connection")
    start = folder / f"chromium-at-{machine.name}"
    command = " ".join(machine.command(options["executable_path"]))
    start.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    start.chmod(0o755)
    return {**options, "executable_path": start}
