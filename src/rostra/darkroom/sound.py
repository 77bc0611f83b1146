"""A sound, decoded and encoded again: AAC in MP4, which every browser and phone plays.

How loud it is stays as it was. What is said about its length is not believed: samples are counted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO

import av
import av.error
import av.subtitles.stream  # PyAV loads it on the first demux, when no file can be opened any more

from rostra.darkroom.answer import Developed, Refused
from rostra.darkroom.kinds import Kind
from rostra.wire.faststart import moov_first

LONGEST_SECONDS = 600
RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000)
_BITS = {"mono": 96_000, "stereo": 160_000}
_MOST_BAD_PACKETS = 8  # tags in the wrong place are not the end of a song
_COVER = 0x0400  # AV_DISPOSITION_ATTACHED_PIC


def develop(source: BinaryIO, kind: Kind, file: BinaryIO) -> Developed:
    """Encode the first sound in `source` into `file`. Raises Refused, or what PyAV raises."""
    made = io.BytesIO()
    with av.open(source, "r", format=kind.reader, options={"enable_drefs": "0"}) as container:
        stream = _sound_of(container)
        samples, rate = _encoded(_frames(container, stream), stream, made)
    if not samples:
        raise Refused("There is no sound in this file: choose another.")
    for part in moov_first(made.getbuffer()):
        file.write(part)
    return Developed("m4a", seconds=round(samples / rate, 3))


def _sound_of(container: Any) -> Any:
    if any(not int(each.disposition) & _COVER for each in container.streams.video):
        raise Refused("This is a video: only pictures and sound can be sent.")
    if not container.streams.audio:
        raise Refused("There is no sound in this file: choose another.")
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    if not 1 <= stream.codec_context.channels <= 8:
        raise Refused("This sound has no channels that we can play: send mono or stereo.")
    return stream


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    bad = 0
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            bad += 1
            if bad > _MOST_BAD_PACKETS:
                raise


def _encoded(frames: Iterator[Any], stream: Any, made: BinaryIO) -> tuple[int, int]:
    """How many samples there were, and how many make a second."""
    rate = stream.codec_context.sample_rate
    rate = rate if rate in RATES else RATES[0]
    layout = "mono" if stream.codec_context.channels == 1 else "stereo"
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
    with av.open(made, "w", format="mp4") as output:
        # Ten minutes must not take ten seconds; at this bit rate the quicker search is good enough.
        coder: Any = output.add_stream(
            "aac", rate=rate, layout=layout, options={"aac_coder": "fast"}
        )
        coder.bit_rate = _BITS[layout]
        samples = 0
        for frame in frames:
            frame.pts = None
            for part in resampler.resample(frame):
                samples = _put(output, coder, part, samples, rate)
        for part in resampler.resample(None):
            samples = _put(output, coder, part, samples, rate)
        if samples:
            output.mux(coder.encode(None))
    return samples, rate


def _put(output: Any, coder: Any, part: Any, samples: int, rate: int) -> int:
    part.pts, part.time_base = samples, Fraction(1, rate)
    output.mux(coder.encode(part))
    samples += part.samples
    if samples > LONGEST_SECONDS * rate:
        raise Refused(f"This sound is too long: {LONGEST_SECONDS // 60} minutes at most.")
    return int(samples)
