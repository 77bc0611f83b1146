"""Players that people have, against a whole server with a coded programme on air.

Each keeps what it decodes, and the meter hears it. Between a player's start and what it keeps lie
its own habits: some drop a little at the very beginning, so the first second is left out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from rostra.testing.decode import decoded
from rostra.testing.meter import read
from rostra.testing.microphone import coded_wav
from rostra.testing.patience import until
from rostra.testing.served import Served, serving
from rostra.wire.timing import RATE

pytestmark = pytest.mark.process

LIVE = ("opus.mp4", "aac.mp4", "master.m3u8")
KEPT = 8.0  # seconds of sound to be judged
TRIES = 3
NOBODY = 65_534
BYTES_A_SECOND = RATE * 2  # mono, 16 bits
Player = Callable[[str, Path], Path]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A Space on air for long enough that no player hears its prelude; `rostra speak` speaks."""
    folder = tmp_path_factory.mktemp("players")
    wav = coded_wav(folder / "coded.wav", 600)
    with serving(folder / "data") as running:
        running.until_line("ready: ")
        own = ["--data", str(running.data)]
        rostra = [sys.executable, "-m", "rostra"]
        url = f"{running.web}/spaces/coded"
        for words in (["create", "Coded", "--slug", "coded"], ["start", "coded"]):
            subprocess.run([*rostra, "space", *words, *own], check=True, stdout=subprocess.DEVNULL)
        with (folder / "speak.log").open("wb") as log:
            command = [*rostra, "speak", str(wav), "--space", url, "--as", "Clock", *own]
            speaker = subprocess.Popen(command, stderr=log)
        live = f"{running.live}/live/coded"
        until(lambda: httpx.get(f"{live}/state.json").json().get("stage"), "the speaker", 20)
        until(lambda: httpx.get(f"{live}/opus.m3u8").text.count("#EXTINF") >= 16, "segments", 30)
        yield running
        speaker.terminate()
        speaker.wait(10)


@pytest.fixture(scope="module")
def anybodys() -> Iterator[Path]:
    """A folder that nobody may write to as well: pytest's own is closed to others."""
    with tempfile.TemporaryDirectory(prefix="rostra-vlc-") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def heard_through(play: Callable[[], Path]) -> None:
    """A player that spoils the sound does so always; a busy machine the speaker's, at times."""
    for _ in range(TRIES):
        reading = read(decoded(play())[RATE:])
        if reading.clean and reading.heard_seconds > KEPT - 4:
            return
    raise AssertionError(f"not heard through in {TRIES} tries: {reading}")


def ffmpeg(address: str, kept: Path) -> Path:
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    command += ["-i", address, "-t", str(KEPT), "-ac", "1", str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    return kept


def mpv(address: str, kept: Path) -> Path:
    command = ["mpv", "--no-config", "--no-terminal", "--ao=pcm", f"--ao-pcm-file={kept}"]
    command += ["--audio-format=s16", "--audio-channels=mono", "--audio-samplerate=48000"]
    return played([*command, address], kept)


def vlc(address: str, kept: Path) -> Path:
    command = ["cvlc", "--intf", "dummy", "--no-interact", "--aout", "afile"]
    command += [f"--audiofile-file={kept}", "--audiofile-format=s16", "--audiofile-channels=1"]
    return played([*command, address], kept)


@pytest.fixture(scope="module")
def playing(served: Served, anybodys: Path) -> Iterator[Callable[..., Future[None]]]:
    """All players at all addresses, in real time, so three at a time; each gives its outcome."""

    def heard(player: Player, file: str) -> None:
        folder = anybodys / f"{player.__name__}-{file}"
        folder.mkdir()
        folder.chmod(0o777)
        address = f"{served.live}/live/coded/{file}"
        heard_through(lambda: player(address, folder / "kept.wav"))

    with ThreadPoolExecutor(3) as threads:
        begun = {
            (player, file): threads.submit(heard, player, file)
            for file in LIVE
            for player in (ffmpeg, mpv, vlc)
        }
        yield lambda player, file: begun[player, file]


@pytest.mark.parametrize("file", LIVE)
def test_ffmpeg_keeps_what_it_hears(playing: Any, file: str) -> None:
    playing(ffmpeg, file).result()


@pytest.mark.parametrize("file", LIVE)
def test_mpv_plays_it(playing: Any, file: str) -> None:
    playing(mpv, file).result()


@pytest.mark.parametrize("file", LIVE)
def test_vlc_plays_it(playing: Any, file: str) -> None:
    playing(vlc, file).result()


def played(command: list[str], kept: Path) -> Path:
    """Run a player until it has written enough; VLC refuses to run as root."""
    kept.unlink(missing_ok=True)
    user = NOBODY if command[0] == "cvlc" and os.geteuid() == 0 else None
    home = {"HOME": str(kept.parent), "XDG_RUNTIME_DIR": str(kept.parent)}
    log = kept.with_suffix(".log")
    with log.open("wb") as said:
        player = subprocess.Popen(
            command, user=user, env={**os.environ, **home}, stdout=said, stderr=said
        )
    try:
        enough = int(KEPT * BYTES_A_SECOND)
        until(
            lambda: player.poll() is not None or (kept.exists() and kept.stat().st_size > enough),
            "enough sound", 40,
        )  # fmt: skip
        assert player.poll() is None, log.read_text()
    finally:
        player.send_signal(signal.SIGTERM)
        player.wait(10)
    return kept


def test_ffprobe_knows_what_it_is(served: Served) -> None:
    for file, codec in (("opus.mp4", "opus"), ("aac.mp4", "aac"), ("opus.m3u8", "opus")):
        command = ["ffprobe", "-loglevel", "error", "-show_streams", "-of", "json"]
        address = f"{served.live}/live/coded/{file}"
        done = subprocess.run([*command, address], capture_output=True, check=True, timeout=30)
        (stream,) = json.loads(done.stdout)["streams"]
        assert (stream["codec_name"], stream["sample_rate"]) == (codec, str(RATE))


def test_another_sites_player_may_read_the_sound_and_the_state(served: Served) -> None:
    for file in (*LIVE, "state.json"):
        with httpx.stream(
            "GET", f"{served.live}/live/coded/{file}", headers={"Origin": "https://paper.example"}
        ) as answer:
            assert answer.headers["access-control-allow-origin"] == "*", file
            assert "access-control-allow-credentials" not in answer.headers


def test_the_recording_plays_everywhere_from_start_to_end(served: Served, tmp_path: Path) -> None:
    """Last here: it ends the Space."""
    began = time.monotonic()
    own = ["--data", str(served.data)]
    subprocess.run([sys.executable, "-m", "rostra", "space", "end", "coded", *own], check=True)
    replay = f"{served.live}/replay/coded/opus.mp4"
    until(lambda: httpx.head(replay).status_code == 200, "the recording", 10)
    probe = ["ffprobe", "-loglevel", "error", "-show_format", "-of", "json", replay]
    said = json.loads(subprocess.run(probe, capture_output=True, check=True, timeout=30).stdout)
    duration = float(said["format"]["duration"])
    sound = decoded(replay)
    assert duration == pytest.approx(len(sound) / RATE, abs=0.05)
    assert duration > 20
    assert time.monotonic() - began < 60
