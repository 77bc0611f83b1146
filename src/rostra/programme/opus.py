"""Opus by libopus itself (RFC 6716), through ctypes.

PyAV can neither conceal a lost frame, use in-band error correction, nor change a rate while it
runs; libopus does all of it. The library inside PyAV's wheel comes first because it is there on
every platform and current; a system's own serves as well.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rostra.errors import Misconfigured
from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]

LARGEST_PACKET = 1275  # RFC 6716, section 3.2.1: bytes of one frame
_LONGEST_FRAME = 5760  # 120 ms at 48 kHz

_VOIP = 2048
_SET_BITRATE = 4002
_SET_VBR = 4006
_SET_COMPLEXITY = 4010
_SET_INBAND_FEC = 4012
_SET_PACKET_LOSS = 4014
_SET_SIGNAL = 4024
_SIGNAL_VOICE = 3001


class OpusRefused(ValueError):
    """libopus could not make sense of a packet."""


@cache
def _library() -> ctypes.CDLL:
    """The first libopus that loads. Raises Misconfigured when there is none."""
    for name in _candidates():
        try:
            return _declared(ctypes.CDLL(name))
        except OSError:
            continue  # the next may do; if none does, the operator is told below
    raise Misconfigured(
        "The Opus codec is missing: install libopus (Debian: libopus0), or name it in "
        "ROSTRA_LIBOPUS."
    )


def _candidates() -> list[str]:
    named = os.environ.get("ROSTRA_LIBOPUS")
    if named:
        return [named]
    import av  # noqa: PLC0415  # heavy, and only its place on disk is wanted

    wheel = Path(av.__file__).parent
    shipped = [*wheel.parent.glob("av.libs/libopus*"), *wheel.glob(".dylibs/libopus*")]
    system = ctypes.util.find_library("opus")
    return [*map(str, shipped), *([system] if system else [])]


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    pointer, number = ctypes.c_void_p, ctypes.c_int
    errors = ctypes.POINTER(number)
    signatures: dict[str, tuple[object, list[object]]] = {
        "opus_encoder_create": (pointer, [ctypes.c_int32, number, number, errors]),
        "opus_decoder_create": (pointer, [ctypes.c_int32, number, errors]),
        "opus_encode_float": (
            ctypes.c_int32,
            [pointer, pointer, number, ctypes.c_char_p, ctypes.c_int32],
        ),
        "opus_decode_float": (
            number,
            [pointer, ctypes.c_char_p, ctypes.c_int32, pointer, number, number],
        ),
        "opus_encoder_destroy": (None, [pointer]),
        "opus_decoder_destroy": (None, [pointer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def check_available() -> None:
    """Raises Misconfigured when no libopus can be loaded."""
    _library()


class Encoder:
    """Mono, 20 ms frames, constant bit rate (bit/s) unless `constant` is False."""

    def __init__(
        self, bitrate: int, *, complexity: int = 9, constant: bool = True, loss: int = 0
    ) -> None:
        self._opus = _library()
        error = ctypes.c_int()
        self._state = self._opus.opus_encoder_create(RATE, 1, _VOIP, ctypes.byref(error))
        if error.value:
            raise Misconfigured(f"libopus cannot encode (its error {error.value}): reinstall it.")
        self._packet = ctypes.create_string_buffer(LARGEST_PACKET)
        self._set(_SET_BITRATE, bitrate)
        self._set(_SET_VBR, 0 if constant else 1)
        self._set(_SET_COMPLEXITY, complexity)
        self._set(_SET_SIGNAL, _SIGNAL_VOICE)
        if loss:
            self._set(_SET_INBAND_FEC, 1)
            self._set(_SET_PACKET_LOSS, loss)

    def encode(self, pcm: Pcm) -> bytes:
        """One packet of `pcm`, 960 floats in -1..1. Raises OpusRefused for any other shape."""
        if pcm.shape != (FRAME,):
            raise OpusRefused(f"a frame has {FRAME} samples, not {pcm.shape}")
        samples = np.ascontiguousarray(pcm, np.float32)
        size = self._opus.opus_encode_float(
            self._state, samples.ctypes.data, FRAME, self._packet, LARGEST_PACKET
        )
        if size < 0:
            raise OpusRefused(f"libopus could not encode a frame (its error {size})")
        return self._packet.raw[:size]

    def set_bitrate(self, bitrate: int) -> None:
        """Change the rate (bit/s) from the next frame on."""
        self._set(_SET_BITRATE, bitrate)

    def _set(self, request: int, value: int) -> None:
        # The control function is variadic: its third argument must be told its width.
        control = self._opus.opus_encoder_ctl
        result = control(ctypes.c_void_p(self._state), request, ctypes.c_int32(value))
        if result:
            raise OpusRefused(f"libopus refused setting {request} to {value} (its error {result})")

    def __del__(self) -> None:
        if state := getattr(self, "_state", None):
            self._opus.opus_encoder_destroy(state)


class Decoder:
    """Mono, with concealment of what is lost."""

    def __init__(self) -> None:
        self._opus = _library()
        error = ctypes.c_int()
        self._state = self._opus.opus_decoder_create(RATE, 1, ctypes.byref(error))
        if error.value:
            raise Misconfigured(f"libopus cannot decode (its error {error.value}): reinstall it.")
        self._pcm = np.zeros(_LONGEST_FRAME, np.float32)

    def decode(self, packet: bytes) -> Pcm:
        """The samples of one packet (20 ms as a rule). Raises OpusRefused for what is none."""
        if not 0 < len(packet) <= LARGEST_PACKET * 3:
            raise OpusRefused(f"an Opus packet has 1 to {LARGEST_PACKET * 3} bytes")
        return self._decoded(packet, _LONGEST_FRAME, correction=False)

    def conceal(self) -> Pcm:
        """960 samples in place of a packet that never came."""
        return self._decoded(None, FRAME, correction=False)

    def corrected(self, following: bytes) -> Pcm:
        """960 samples of the lost packet, from what the one `following` it says of it."""
        return self._decoded(following, FRAME, correction=True)

    def _decoded(self, packet: bytes | None, room: int, *, correction: bool) -> Pcm:
        count = self._opus.opus_decode_float(
            self._state,
            packet,
            len(packet) if packet else 0,
            self._pcm.ctypes.data,
            room,
            int(correction),
        )
        if count < 0:
            raise OpusRefused(f"libopus could not decode a packet (its error {count})")
        return self._pcm[:count].copy()

    def __del__(self) -> None:
        if state := getattr(self, "_state", None):
            self._opus.opus_decoder_destroy(state)
