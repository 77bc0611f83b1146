"""Makes the two voices of the demo: `python tools/make_demo_voices.py`.

espeak-ng speaks each line, ffmpeg lays the lines of one person on a track of their own, with
silence where the other talks, evens out the loudness and encodes 20 ms Opus frames. Both tracks
have the same length, so that played in a loop they stay in conversation.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
FRAME = 960
FOLDER = Path(__file__).parent.parent / "src" / "rostra" / "demo"
PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.55, 1.6
# Formant speech is thin below and sharp above: a little body, less hiss, gentle evening out.
SOUND = (
    "highpass=f=70,equalizer=f=220:t=q:w=1:g=3,equalizer=f=3200:t=q:w=1.2:g=-3,"
    "lowpass=f=8500,acompressor=threshold=-24dB:ratio=2.5:attack=8:release=120,"
    "loudnorm=I=-19:TP=-3:LRA=7,aresample=48000"
)


@dataclass(frozen=True)
class Voice:
    """An espeak-ng variant with its pitch (0..99), words a minute and place in languages."""

    variant: str
    pitch: int
    speed: int


VOICES = {"ana": Voice("+Annie", 48, 158), "ben": Voice("+Michael", 38, 152)}
DIALOGUE = (
    ("ana", "en-us", "Hello, and welcome to the demo Space. I am Ana."),
    ("ben", "en-us", "And I am Ben. We are two small programs, sitting on a stage."),
    ("ana", "en-us", "Everything you hear is mixed once, encoded once, and written to one file."),
    ("ben", "en-us", "We call that file the programme log. Every listener is a position in it."),
    ("ana", "en-us", "So the tenth listener and the ten thousandth get the very same bytes."),
    ("ben", "en-us", "Try this. Press the button that goes back fifteen seconds."),
    ("ana", "en-us", "You have just read the same file, a little earlier. Now press go live."),
    ("ben", "en-us", "Welcome back! You can also open this address in a player that you like."),
    ("ana", "fr", "Et bien sûr, on peut aussi parler français. La page parle les deux."),
    ("ben", "en-us", "If you are brave, find the process called rostra web, and kill it."),
    ("ana", "en-us", "We will go on talking. Sound needs no database, and no web server."),
    ("ben", "en-us", "Even if the stage itself dies, you stay connected, and we come back here."),
    ("ana", "en-us", "When you have heard enough of us, make a Space of your own."),
    ("ben", "en-us", "One command is enough. Then bring your own voice. It is better."),
    ("ana", "en-us", "That is true. Thank you for listening. And now, from the beginning."),
)


def main() -> int:
    """Write ana.opus and ben.opus, and say how large they are."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [(who, _spoken(VOICES[who], lang, text, folder)) for who, lang, text in DIALOGUE]
        for who in VOICES:
            track = Path(folder) / f"{who}.wav"
            _write(track, _laid_out(lines, who))
            target = FOLDER / f"{who}.opus"
            _run(
                "ffmpeg", "-v", "error", "-y", "-i", str(track), "-ac", "1", "-ar", str(RATE),
                "-c:a", "libopus", "-b:a", "24k", "-vbr", "on", "-application", "voip",
                "-frame_duration", "20", "-bitexact", "-map_metadata", "-1", str(target),
            )  # fmt: skip
            print(f"{target}: {target.stat().st_size} bytes")  # noqa: T201
    return 0


def _spoken(voice: Voice, language: str, text: str, folder: str) -> NDArray[np.int16]:
    raw, even = Path(folder) / "raw.wav", Path(folder) / "even.wav"
    _run(
        "espeak-ng", "-v", f"{language}{voice.variant}", "-p", str(voice.pitch),
        "-s", str(voice.speed), "-g", "1", "-w", str(raw), text,
    )  # fmt: skip
    _run(
        "ffmpeg", "-v", "error", "-y", "-i", str(raw), "-af", SOUND, "-ac", "1", "-ar", str(RATE),
        "-sample_fmt", "s16", str(even),
    )  # fmt: skip
    return _trimmed(_read(even))


def _trimmed(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Without the silence espeak-ng leaves at both ends."""
    loud = np.flatnonzero(np.abs(samples) > 200)
    return samples[max(0, loud[0] - 1_000) : loud[-1] + 4_000]


def _laid_out(lines: list[tuple[str, NDArray[np.int16]]], who: str) -> NDArray[np.int16]:
    """The lines of `who` in their places; silence elsewhere; a whole number of frames."""
    pause = np.zeros(round(PAUSE_SECONDS * RATE), np.int16)
    pieces = []
    for speaker, samples in lines:
        pieces += [samples if speaker == who else np.zeros_like(samples), pause]
    track = np.concatenate([*pieces, np.zeros(round(LAST_PAUSE_SECONDS * RATE), np.int16)])
    return np.pad(track, (0, -len(track) % FRAME))


def _read(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def _write(path: Path, samples: NDArray[np.int16]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
