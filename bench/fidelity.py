"""What went in comes out: one speaker through the stage, beside the codecs alone.

A demo voice is coded as a browser does (Opus, 48 kbit/s), goes through a seat (jitter buffer,
levelling), blend and limiter, is coded as the programme (24 kbit/s, and 64) and decoded. `alone` is
the same voice through the two codecs and nothing else: the difference is what the stage does to it.
`snr_db` after alignment and one gain; `spectral_db` is the mean distance of third-octave levels in
frames with speech.

Loudness is FFmpeg's (EBU R 128), of 30 s of one voice that comes in at -29 to -13 LUFS, of two in
turn, and of three at once. `true_peak` belongs to the mix; `decoded_peak` is what a listener's
decoder makes of it at 24 kbit/s and at 64. `gain_steps_db_s` is the fastest change of each seat's
gain once its voice has been heard for five seconds.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.rig import arguments, report
from rostra.node.demo import VOICES
from rostra.programme.opus import Decoder, Encoder
from rostra.stage.mixer import Blend, Limiter, total
from rostra.stage.seat import Chair
from rostra.testing.decode import decoded
from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]

_SECONDS = 30
_MICROPHONE = 48_000
_PROGRAMMES = {"24 kbit/s": 24_000, "64 kbit/s": 64_000}
_LEVELS = (-29, -25, -21, -17, -13)  # LUFS: from a far microphone to one that is shouted at
_SETTLED = 5 * 50  # frames of speech
_SPEECH = 1e-3  # of the loudest frame's power
_THIRDS = 1000 * 2 ** (np.arange(-10, 10) / 3)  # Hz, the middles of the bands


def _voice(name: str) -> Pcm:
    return decoded((VOICES / f"{name}.opus").read_bytes())[: _SECONDS * RATE]


def _packets(sound: Pcm, bitrate: int) -> Iterable[bytes]:
    encoder = Encoder(bitrate)
    return [encoder.encode(frame) for frame in sound.reshape(-1, FRAME)]


def _coded(sound: Pcm, bitrate: int) -> Pcm:
    decoder = Decoder()
    return np.concatenate([decoder.decode(packet) for packet in _packets(sound, bitrate)])


class _Stage:
    """Seats, blend and limiter as the room has them, without the room."""

    def __init__(self, voices: dict[str, Pcm]) -> None:
        self.chairs = {name: Chair(name) for name in voices}
        self._packets = {name: iter(_packets(v, _MICROPHONE)) for name, v in voices.items()}
        self._blend, self._limiter = Blend(), Limiter()
        self._number = 0
        self.gains: dict[str, list[float]] = {name: [] for name in voices}

    def tick(self) -> Pcm:
        """20 ms of the programme before it is coded."""
        for name, chair in self.chairs.items():
            packet = next(self._packets[name], None)
            if packet is not None:
                chair.on_packet(self._number & 0xFFFF, packet)
        self._number += 1
        taken = {name: chair.take(muted=False) for name, chair in self.chairs.items()}
        own = {name: frame for name, frame in taken.items() if frame is not None}
        talking = sum(chair.meter.speaking for chair in self.chairs.values())
        for name, chair in self.chairs.items():
            if chair.meter.speaking:
                self.gains[name].append(chair._leveller.gain)
        return self._limiter.limit(total(self._blend.balanced(own, talking)))


def _mixed(voices: dict[str, Pcm]) -> tuple[Pcm, dict[str, list[float]]]:
    stage = _Stage(voices)
    frames = max(len(voice) for voice in voices.values()) // FRAME
    return np.concatenate([stage.tick() for _ in range(frames)]), stage.gains


def _aligned(said: Pcm, heard: Pcm) -> tuple[Pcm, Pcm]:
    size = 1 << (len(said) + len(heard)).bit_length()
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    late = int(np.argmax(match[: RATE // 2]))
    count = (min(len(said), len(heard) - late) // FRAME) * FRAME
    return said[:count], heard[late : late + count]


def _spectra(sound: Pcm) -> npt.NDArray[np.float64]:
    """Levels in dB, one row a frame, one column a third of an octave."""
    power = np.abs(np.fft.rfft(sound.reshape(-1, FRAME) * np.hanning(FRAME), axis=1)) ** 2
    hertz = np.fft.rfftfreq(FRAME, 1 / RATE)
    near = [(hertz >= f / 2 ** (1 / 6)) & (hertz < f * 2 ** (1 / 6)) for f in _THIRDS]
    bands = np.stack([power[:, band].sum(1) for band in near if band.any()], axis=1)
    return 10 * np.log10(bands + 1e-6)


def _compared(said: Pcm, heard: Pcm) -> dict[str, float]:
    said, heard = _aligned(said, heard)
    gain = float(said @ heard) / float(said @ said)
    noise = heard - gain * said
    snr = 10 * np.log10(float(np.sum((gain * said) ** 2)) / float(np.sum(noise**2)))
    power = np.mean(said.reshape(-1, FRAME) ** 2, axis=1)
    speech = power > power.max() * _SPEECH
    apart = np.abs(_spectra(gain * said)[speech] - _spectra(heard)[speech])
    return {"snr_db": round(float(snr), 1), "spectral_db": round(float(apart.mean()), 2)}


def _loudness(sound: Pcm) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, by FFmpeg."""
    command = ["ffmpeg", "-hide_banner", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    command += ["-af", "ebur128=peak=true", "-f", "null", "-"]
    done = subprocess.run(command, input=sound.tobytes(), capture_output=True, check=True)
    summary = done.stderr.decode().rpartition("Summary:")[2]
    loud = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary)
    assert loud and peak, summary
    return float(loud[1]), float(peak[1])


def _loud(voices: dict[str, Pcm]) -> dict[str, Any]:
    mixed, gains = _mixed(voices)
    lufs, peak = _loudness(mixed)
    return {
        "lufs": lufs,
        "true_peak": peak,
        "decoded_peak": {
            name: _loudness(_coded(mixed, rate))[1] for name, rate in _PROGRAMMES.items()
        },
        "gain_steps_db_s": {name: _fastest(gain) for name, gain in gains.items()},
    }


def _fastest(gains: list[float]) -> float:
    steps = np.abs(np.diff(gains[_SETTLED:])) * RATE / FRAME
    return round(float(steps.max(initial=0.0)), 2)


def _at(voice: Pcm, lufs: float) -> Pcm:
    """The voice as loud as that when it comes in; its highest peaks may be cut."""
    decibels = lufs - _loudness(voice)[0]
    loud: Pcm = np.clip(voice * 10 ** (decibels / 20), -1, 1).astype(np.float32)
    return loud


def _in_turn(voices: list[Pcm]) -> dict[str, Pcm]:
    """Each is silent while the other talks, for five seconds at a time."""
    turn = 5 * RATE
    mask = (np.arange(_SECONDS * RATE) // turn) % 2
    return {str(n): (voice * (mask == n)).astype(np.float32) for n, voice in enumerate(voices)}


def main() -> None:
    """Compare, and measure how loud it is."""
    arguments(str(__doc__))
    ana, ben = _voice("ana"), _voice("ben")
    mixed, coded = _mixed({"ana": ana})[0], _coded(ana, _MICROPHONE)
    late = np.roll(ana, 7 * RATE).astype(np.float32)
    programmes = {
        name: {
            "stage": _compared(ana, _coded(mixed, rate)),
            "alone": _compared(ana, _coded(coded, rate)),
        }
        for name, rate in _PROGRAMMES.items()
    }
    figures: dict[str, Any] = {
        "programmes": programmes,
        "loudness": {
            **{f"one voice at {level} LUFS": _loud({"ana": _at(ana, level)}) for level in _LEVELS},
            "two in turn": _loud(_in_turn([_at(ana, -28), _at(ben, -19)])),
            "three at once": _loud({"ana": ana, "ben": ben, "late": late}),
        },
    }
    report("fidelity", figures)


if __name__ == "__main__":
    main()
