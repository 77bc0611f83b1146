"""Playlists over ranges of a log, as the edge serves them, in a player that is not ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rostra.programme.log import LogReader, LogWriter, Origin
from rostra.testing.frames import aac_sine, opus_sine
from rostra.wire.emsg import emsg
from rostra.wire.hls import (
    Segment,
    Variant,
    init_name,
    master_playlist,
    media_playlist,
    segment_name,
)
from rostra.wire.id3 import priv
from rostra.wire.timing import FRAGMENT, FRAGMENTS_PER_SEGMENT, SEGMENT, seconds, segment_of

FIRST = 40 * SEGMENT
SEGMENTS = 4


def publish(folder: Path, rendition: str) -> None:
    """A finished log as init, segments and a playlist."""
    count = SEGMENTS * FRAGMENTS_PER_SEGMENT
    coded = opus_sine(16 * count) if rendition == "opus" else aac_sine(15 * count)
    per_fragment = len(coded.frames) // count
    files = folder / "log.mp4", folder / f"{rendition}.idx"
    files[0].unlink(missing_ok=True)
    with LogWriter.create(
        *files, track=coded.track, pid="p", origin=Origin(bytes(16), 0), first_media_time=FIRST
    ) as writer:
        for at in range(count):
            frames = coded.frames[at * per_fragment : (at + 1) * per_fragment]
            event = emsg(writer.end, priv("rostra.patch", b"{}"))
            writer.append(frames, wall_ms=1_700_000_000_000 + 320 * at, events=[event])
    with LogReader(*files) as reader:
        (folder / init_name("p", rendition)).write_bytes(reader.init)
        data, listed = files[0].read_bytes(), []
        for number in range(segment_of(reader.first), segment_of(reader.end)):
            start = reader.at(number * SEGMENT)
            offset, length = reader.range(start, reader.at((number + 1) * SEGMENT))
            name = segment_name("p", rendition, number)
            (folder / name).write_bytes(data[offset : offset + length])
            listed.append(Segment(name, seconds(SEGMENT), reader[start].wall_ms))
    playlist = media_playlist(
        listed, init_uri=init_name("p", rendition), sequence=segment_of(FIRST), ended=True
    )
    (folder / f"{rendition}.m3u8").write_text(playlist)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hls")
    for rendition in ("opus", "aac"):
        publish(made, rendition)
    variants = [Variant("aac.m3u8", "mp4a.40.2", 66_000), Variant("opus.m3u8", "opus", 30_000)]
    (made / "master.m3u8").write_text(master_playlist(variants))
    return made


@pytest.mark.process
@pytest.mark.parametrize(("rendition", "skipped"), [("opus", 312), ("aac", 0)])
def test_ffmpeg_plays_the_playlist_to_the_last_sample(
    folder: Path, rendition: str, skipped: int
) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "warning", "-i", str(folder / f"{rendition}.m3u8")]
    done = subprocess.run(
        [*command, "-f", "f32le", "-"], capture_output=True, timeout=60, check=True
    )
    assert done.stderr == b""
    assert len(done.stdout) // 4 == SEGMENTS * FRAGMENTS_PER_SEGMENT * FRAGMENT - skipped


@pytest.mark.process
def test_the_master_offers_both_renditions(folder: Path) -> None:
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_streams",
        "-of",
        "json",
        str(folder / "master.m3u8"),
    ]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    found = json.loads(done.stdout)["streams"]
    assert [track["codec_name"] for track in found] == ["aac", "opus"]
    assert [track["tags"]["variant_bitrate"] for track in found] == ["66000", "30000"]
