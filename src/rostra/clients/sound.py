"""A sound file as Opus packets, ready to be sent.

Ogg Opus in packets of 20 ms is passed on as it is, which costs next to nothing; anything else that
PyAV reads is decoded, made mono at 48 kHz and encoded. Both are read as they are needed, so a long
file takes no more memory than a short one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from rostra.errors import BadInput
from rostra.programme.opus import Encoder
from rostra.wire.timing import FRAME, RATE

BITRATE = 32_000
_LOOKED_AT = 50  # packets at the start of an Opus file that must be of 20 ms
# RFC 6716, section 3.1: samples of a frame for each configuration of the first byte.
_FRAMES = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4

Pcm = npt.NDArray[np.float32]


class Chunk(NamedTuple):
    """Coded sound and how many samples (48 kHz) it lasts."""

    data: bytes
    samples: int


class Sound(Protocol):
    """A file that can be played from its beginning, again and again."""

    def chunks(self) -> Iterator[Chunk | Pcm]:
        """The whole file, from the start: coded chunks, or frames of 960 samples to be encoded."""


def open_sound(path: Path) -> Sound:
    """Whatever sound is in the file. Raises BadInput with one sentence if there is none."""
    passed = _PassedOn(path)
    with _opened(path) as container:
        if not container.streams.audio:
            raise BadInput(f"There is no sound in {path}: choose a sound file.")
        plain = _is_plain_opus(container)
    sound: Sound = passed if plain else _Decoded(path)
    if next(sound.chunks(), None) is None:
        raise BadInput(f"There is no sound in {path} that can be played: choose another file.")
    return sound


def packet_samples(packet: bytes) -> int:
    """How long an Opus packet lasts in samples at 48 kHz; 0 for what is none (RFC 6716, 3.1)."""
    if not packet:
        return 0
    frame, code = _FRAMES[packet[0] >> 3], packet[0] & 3
    if code == 3:
        return frame * (packet[1] & 0x3F) if len(packet) > 1 else 0
    return frame * (1 if code == 0 else 2)


class Packets:
    """Turns what a file gives into packets; only what is really sent costs encoding."""

    def __init__(self) -> None:
        self._encoder: Encoder | None = None

    def packet(self, chunk: Chunk | Pcm) -> bytes:
        if isinstance(chunk, Chunk):
            return chunk.data
        if self._encoder is None:
            self._encoder = Encoder(BITRATE)
        return self._encoder.encode(chunk)


def length(chunk: Chunk | Pcm) -> int:
    """Samples of a chunk."""
    return chunk.samples if isinstance(chunk, Chunk) else FRAME


class _PassedOn:
    def __init__(self, path: Path) -> None:
        self._path = path

    def chunks(self) -> Iterator[Chunk]:
        with _opened(self._path) as container:
            yield from _coded(container)


class _Decoded:
    def __init__(self, path: Path) -> None:
        self._path = path

    def chunks(self) -> Iterator[Pcm]:
        with _opened(self._path) as container:
            held = np.zeros(0, np.float32)
            for samples in _decoded(container):
                held = np.concatenate((held, samples))
                whole = len(held) // FRAME * FRAME
                yield from held[:whole].reshape(-1, FRAME)
                held = held[whole:]
            if len(held):
                yield np.pad(held, (0, FRAME - len(held)))


def _opened(path: Path) -> Any:
    """The file, opened; as a file, so that its name can never be an address of the network."""
    import av  # noqa: PLC0415 - heavy, and only speakers need it

    try:
        return av.open(str(path.resolve(strict=True)), options={"protocol_whitelist": "file"})
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}: name a sound file.") from None
    except PermissionError:
        raise BadInput(f"The file {path} may not be read: change its permissions.") from None
    except (OSError, av.FFmpegError):
        raise BadInput(f"{path} is not a sound file that can be read: choose another.") from None


def _is_plain_opus(container: Any) -> bool:
    """Whether the packets may be passed on: mono or stereo Opus, 20 ms each."""
    codec = container.streams.audio[0].codec_context
    header = bytes(codec.extradata or b"")
    if codec.name not in ("opus", "libopus") or codec.channels > 2 or header[18:19] != b"\0":
        return False
    first = [chunk.samples for chunk, _ in zip(_coded(container), range(_LOOKED_AT), strict=False)]
    return bool(first) and set(first) == {FRAME}


def _coded(container: Any) -> Iterator[Chunk]:
    for packet in container.demux(container.streams.audio[0]):
        data = bytes(packet)
        if samples := packet_samples(data):
            yield Chunk(data, samples)


def _decoded(container: Any) -> Iterator[Pcm]:
    import av  # noqa: PLC0415

    stream = container.streams.audio[0]
    resampler: Any = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue  # a damaged packet costs its own sound; a file of nothing else gives none
        for frame in frames:
            for done in resampler.resample(frame):
                yield done.to_ndarray().reshape(-1)
    for done in resampler.resample(None):
        yield done.to_ndarray().reshape(-1)
