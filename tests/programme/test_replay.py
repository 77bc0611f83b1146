"""The recording plays in players that are not ours."""

from __future__ import annotations

import http.server
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rostra.errors import NotFound
from rostra.programme.index import HEADER_SIZE, RECORD_SIZE
from rostra.programme.log import LogReader, LogWriter, Origin
from rostra.programme.replay import Recording, recording
from rostra.testing.chromium import chromium
from rostra.testing.frames import aac_sine, opus_sine
from rostra.wire.emsg import emsg
from rostra.wire.id3 import priv
from rostra.wire.timing import FRAGMENT, RATE, SEGMENT, seconds

FIRST = 100 * SEGMENT  # this is the Space's second programme
ON_AIR = FIRST + 125 * SEGMENT + 2 * FRAGMENT  # four minutes of lobby
END = ON_AIR + 190 * FRAGMENT
DURATION = seconds(END - ON_AIR)
RENDITIONS = pytest.mark.parametrize("rendition", ["opus", "aac"])


def written(folder: Path, rendition: str) -> LogReader:
    """A log of a repeated sine from FIRST to END, events in every third fragment."""
    coded = opus_sine(160) if rendition == "opus" else aac_sine(150)
    files = folder / f"p.{rendition}.mp4", folder / f"p.{rendition}.idx"
    per_fragment = FRAGMENT // coded.track.samples_per_frame
    writer = LogWriter.create(
        *files, track=coded.track, pid="p", origin=Origin(bytes(16), 0), first_media_time=FIRST
    )
    for number in range((END - FIRST) // FRAGMENT):
        at = number % 10 * per_fragment
        tags = (b'{"v":1}', b"{}")[: 0 if number % 3 else 1 + number % 2]
        events = [emsg(writer.end, priv("rostra.state", tag)) for tag in tags]
        writer.append(coded.frames[at : at + per_fragment], wall_ms=number * 320, events=events)
    writer.close()
    return LogReader(*files)


def whole(reader: LogReader, found: Recording, path: Path) -> Path:
    with LogReader(path.parent / f"p.{reader.header.rendition}.mp4", _idx(path, reader)) as source:
        table = source.range(0, len(source))
    assert found.offset + found.length <= sum(table)
    data = (path.parent / f"p.{reader.header.rendition}.mp4").read_bytes()
    path.write_bytes(found.head + data[found.offset : found.offset + found.length])
    assert path.stat().st_size == found.size
    return path


def _idx(path: Path, reader: LogReader) -> Path:
    return path.parent / f"p.{reader.header.rendition}.idx"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both logs, and both recordings as `<rendition>.mp4`."""
    made = tmp_path_factory.mktemp("replay")
    for rendition in ("opus", "aac"):
        with written(made, rendition) as reader:
            whole(reader, recording(reader, ON_AIR), made / f"{rendition}.mp4")
    return made


def probed(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "warning", "-show_format", "-show_streams", "-of", "json"]
    done = subprocess.run([*command, str(path)], capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def decoded(path: Path, *before: str) -> int:
    """Samples that ffmpeg makes of it; it must not complain."""
    command = ["ffmpeg", "-nostdin", "-v", "warning", *before, "-i", str(path), "-f", "f32le", "-"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    return len(done.stdout) // 4


@pytest.mark.process
@RENDITIONS
def test_ffprobe_sees_the_time_since_on_air(folder: Path, rendition: str) -> None:
    found = probed(folder / f"{rendition}.mp4")
    (track,) = found["streams"]
    for part in (found["format"], track):
        assert float(part["start_time"]) == 0
        assert float(part["duration"]) == DURATION
    assert int(track["nb_frames"]) * (960 if rendition == "opus" else 1024) == END - ON_AIR


@pytest.mark.process
@RENDITIONS
def test_ffmpeg_decodes_every_sample_and_seeks(folder: Path, rendition: str) -> None:
    path = folder / f"{rendition}.mp4"
    assert decoded(path) == END - ON_AIR
    assert abs(decoded(path, "-ss", "60") - (END - ON_AIR - 60 * RATE)) <= 2 * 1024


@pytest.mark.process
@RENDITIONS
def test_mpv_seeks_in_it_and_plays_to_the_end(folder: Path, rendition: str) -> None:
    command = ["mpv", "--no-config", "--ao=null", "--untimed", "--start=59"]
    command += ["--term-status-msg=at ${=time-pos} of ${=duration}\n"]
    command += [str(folder / f"{rendition}.mp4")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said = re.findall(r"at ([\d.]+) of ([\d.]+)", done.stdout + done.stderr)
    assert float(said[0][0]) == pytest.approx(59, abs=0.1)
    assert float(said[-1][0]) == pytest.approx(DURATION, abs=0.6)
    assert float(said[-1][1]) == pytest.approx(DURATION, abs=0.03)


@pytest.mark.process
@RENDITIONS
def test_the_log_file_itself_plays(tmp_path: Path, rendition: str) -> None:
    """ffprobe counts a fragmented file's duration from 0, so this is a Space's first programme."""
    coded = opus_sine(160) if rendition == "opus" else aac_sine(150)
    per_fragment = len(coded.frames) // 10
    path = tmp_path / "raw.mp4"
    with LogWriter.create(
        path,
        tmp_path / "raw.idx",
        track=coded.track,
        pid="raw",
        origin=Origin(bytes(16), 0),
        first_media_time=0,
    ) as writer:
        for at in range(0, len(coded.frames), per_fragment):
            writer.append(coded.frames[at : at + per_fragment], wall_ms=0)
    assert float(probed(path)["format"]["duration"]) == 3.2
    assert decoded(path) == 10 * FRAGMENT - (312 if rendition == "opus" else 0)


def test_a_recording_from_the_very_beginning_keeps_the_declared_priming(folder: Path) -> None:
    with LogReader(folder / "p.opus.mp4", folder / "p.opus.idx") as reader:
        assert b"dOps\0\x01\x01\x38" in recording(reader, FIRST).head
        assert b"dOps\0\x01\0\0" in recording(reader, ON_AIR).head


def test_a_piece_is_some_head_and_some_log(folder: Path) -> None:
    with LogReader(folder / "p.aac.mp4", folder / "p.aac.idx") as reader:
        found = recording(reader, ON_AIR)
    data, log = (folder / "aac.mp4").read_bytes(), (folder / "p.aac.mp4").read_bytes()
    edge = len(found.head)
    for start, stop in [(0, 1), (0, edge), (5, edge + 9), (edge, edge + 1), (edge + 7, found.size)]:
        front, offset, length = found.cut(start, stop)
        assert front + log[offset : offset + length] == data[start:stop]


def test_without_sound_since_on_air_there_is_no_recording(folder: Path) -> None:
    with LogReader(folder / "p.opus.mp4", folder / "p.opus.idx") as reader, pytest.raises(NotFound):
        recording(reader, END)


@pytest.mark.process
def test_a_hole_in_a_damaged_log_keeps_its_length(folder: Path, tmp_path: Path) -> None:
    idx = bytearray((folder / "p.opus.idx").read_bytes())
    idx[HEADER_SIZE + RECORD_SIZE * ((ON_AIR - FIRST) // FRAGMENT + 5)] ^= 1
    (tmp_path / "p.opus.idx").write_bytes(idx)
    (tmp_path / "p.opus.mp4").write_bytes((folder / "p.opus.mp4").read_bytes())
    with LogReader(tmp_path / "p.opus.mp4", tmp_path / "p.opus.idx") as reader:
        path = whole(reader, recording(reader, ON_AIR), tmp_path / "opus.mp4")
    assert float(probed(path)["format"]["duration"]) == DURATION


class Files(http.server.SimpleHTTPRequestHandler):
    """Serves a folder with single ranges, as the edge will."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        data = path.read_bytes() if path.is_file() else b"<!doctype html><title>t</title>"
        start, stop = 0, len(data)
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if found:
            start, stop = int(found[1]), int(found[2] or len(data) - 1) + 1
        self.send_response(206 if found else 200)
        if found:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(data)}")
        self.send_header("Content-Type", "audio/mp4" if path.is_file() else "text/html")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(stop - start))
        self.end_headers()
        try:
            self.wfile.write(data[start:stop])
        except ConnectionError:
            self.close_connection = True  # a player that seeks lets go of what it had asked for


@pytest.fixture(scope="module")
def origin(folder: Path) -> Iterator[str]:
    def handler(*given: Any) -> Files:
        return Files(*given, directory=str(folder))

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


PLAY = """async (address) => {
  const audio = new Audio();
  const until = (name) => new Promise((done, fail) => {
    audio.addEventListener(name, () => done(), {once: true});
    setTimeout(() => fail(new Error("no " + name)), 10000);
  });
  const past = (time) => new Promise((done) => {
    const look = () => audio.currentTime > time ? done() : requestAnimationFrame(look);
    look();
  });
  const began = performance.now();
  const playing = until("playing");
  audio.src = address;
  await audio.play();
  await playing;
  const first = {after: performance.now() - began, at: audio.currentTime};
  await past(first.at + 0.3);
  const duration = audio.duration;
  const seeked = until("seeked"), from = performance.now();
  audio.currentTime = 45.5;
  await seeked;
  const seek = {after: performance.now() - from, at: audio.currentTime};
  await past(45.8);
  const ended = until("ended");
  audio.currentTime = duration - 0.5;
  await ended;
  return {first, duration, seek, end: audio.currentTime};
}"""


@pytest.mark.browser
@RENDITIONS
def test_chromium_plays_at_once_seeks_and_knows_the_duration(origin: str, rendition: str) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium())
        page = browser.new_page()
        page.goto(origin)
        found = page.evaluate(PLAY, f"{origin}/{rendition}.mp4")
        browser.close()
    assert found["duration"] == pytest.approx(DURATION, abs=0.001)
    assert found["first"]["at"] < 0.1
    assert found["first"]["after"] < 3_000
    assert found["seek"]["at"] == pytest.approx(45.5, abs=0.01)
    assert found["seek"]["after"] < 3_000
    assert found["end"] == pytest.approx(DURATION, abs=0.03)
