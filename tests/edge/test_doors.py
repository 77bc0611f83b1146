"""The doors of a running edge: small answers, HLS, recordings, reactions, strangers' bytes."""

from __future__ import annotations

import gzip
import json
import re
import socket
import subprocess

import pytest

from rostra.programme.reader import LogReader
from rostra.programme.replay import recording
from rostra.testing.edges import PID, SLUG, House, Player, Response, read_head
from rostra.testing.frames import opus_sine
from rostra.testing.patience import until
from rostra.testing.strangers import MALFORMED
from rostra.wire.timing import FRAGMENT, OPUS_PRIMING, SEGMENT

pytestmark = pytest.mark.process

BAD = {
    **MALFORMED,
    "not utf-8": b"GET /live/" + SLUG.encode() + b"/opus.mp4?after=%ff HTTP/1.1\r\nHost: a\r\n\r\n",
    "no number": b"GET /live/" + SLUG.encode() + b"/opus.mp4?after=nan HTTP/1.1\r\nHost: a\r\n\r\n",
    "negative": b"GET /live/" + SLUG.encode() + b"/opus.mp4?from=-1 HTTP/1.1\r\nHost: a\r\n\r\n",
}


def answered(house: House, data: bytes) -> Response:
    """What the edge says to `data` before it closes."""
    with house.connect() as sock:
        sock.sendall(data)
        if house.tls is None:  # Python's TLS sockets cannot be closed in one direction only
            sock.shutdown(socket.SHUT_WR)
        status, headers, body = read_head(sock)
        while piece := sock.recv(65536):
            body += piece
        return Response(status, headers, body)


@pytest.fixture
def live(house: House) -> House:
    """A Space in which 40 fragments were said, and one edge."""
    house.stage().say(40)
    house.run()
    return house


@pytest.mark.parametrize("tls", ["http"], indirect=True)  # test_tls.py has strangers of its own
def test_strangers_bytes_are_refused_with_400_and_nothing_else_suffers(live: House) -> None:
    player = Player(live)
    for name, data in BAD.items():
        assert answered(live, data).status == 400, name
    assert live.edge_pids()
    assert player.hear(4)
    assert live.get("/healthz").status == 200
    assert live.board().totals()["bad_requests_total"] >= 15


def test_long_heads_and_bodies_are_refused(live: House) -> None:
    long = b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000
    assert answered(live, long).status == 431
    many = b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 20_000
    assert answered(live, many).status == 431
    post = f"POST /live/{SLUG}/react HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n".encode()
    assert answered(live, post + b"Content-Length: 10000000000\r\n\r\n").status == 413
    chunks = b"Transfer-Encoding: chunked\r\n\r\n" + b"10\r\n0123456789abcdef\r\n" * 100
    assert answered(live, post + chunks).status == 413
    tiny = b"Transfer-Encoding: chunked\r\n\r\n" + b"1;x=y\r\na\r\n" * 200
    assert answered(live, post + tiny).status == 413


def test_a_thousand_ranges_are_ignored_and_other_methods_are_named(live: House) -> None:
    ranges = "Range: bytes=" + ",".join(f"{n}-{n}" for n in range(1000))
    assert live.get("/robots.txt", ranges).status == 200
    wrong = live.get(f"/s/{SLUG}", method="DELETE")
    assert wrong.status == 405
    assert wrong.headers["allow"] == "GET, HEAD, OPTIONS"


def test_one_connection_serves_many_requests_also_at_once(live: House) -> None:
    with live.connect() as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 30)
        data = b""
        while data.count(b'{"ok": true}') < 30:
            data += sock.recv(65536)
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b"Connection: close" in sock.recv(65536)
        assert sock.recv(1) == b""


def test_head_has_the_headers_and_nothing_more(live: House) -> None:
    for target in ("/healthz", f"/s/{SLUG}", f"/live/{SLUG}/opus.m3u8", f"/live/{SLUG}/opus.mp4"):
        answer = live.get(target, method="HEAD")
        assert (answer.status, answer.body) == (200, b""), target
    assert live.board().totals()["joins_total"] == 0


def test_reading_is_open_to_every_origin_and_options_are_answered(live: House) -> None:
    for target in ("/healthz", f"/live/{SLUG}/state.json", "/nothing"):
        assert live.get(target).headers["access-control-allow-origin"] == "*"
    preflight = live.get(f"/live/{SLUG}/react", method="OPTIONS")
    assert preflight.status == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]


def test_state_is_cacheable_for_a_second_and_follows_the_log(live: House) -> None:
    answer = live.get(f"/live/{SLUG}/state.json")
    assert answer.headers["cache-control"] == "public, max-age=1"
    state = answer.json()
    assert state.pop("at").endswith("Z")
    assert state == {"v": 1, "phase": "live", "n": 39}


def test_reactions_are_counted_and_limited(live: House) -> None:
    plain = "Content-Type: text/plain; charset=utf-8"

    def react(body: bytes, header: str = plain) -> int:
        return live.get(f"/live/{SLUG}/react", header, method="POST", body=body).status

    assert react("❤️".encode()) == 204
    assert react("❤".encode()) == 204
    assert react("💩".encode()) == 400
    assert react(b"\xff") == 400
    assert react("🔥".encode(), "Content-Type: application/json") == 415
    assert live.board().space(SLUG).reactions[:5] == (0, 2, 0, 0, 0)
    statuses = [react("🔥".encode()) for _ in range(12)]
    assert 429 in statuses
    counted = live.board().space(SLUG).reactions[4]
    assert counted == statuses.count(204)
    live.change(phase="ended")
    until(lambda: react("🔥".encode()) == 409, "not while it is over")


def test_unknown_addresses_and_spaces_are_not_found(live: House) -> None:
    for target in ("/nothing", "/live/none/opus.mp4", "/live/UPPER/opus.mp4", "/s/none", "/live/..",
                   f"/live/{SLUG}/ogg.mp4", f"/replay/{SLUG}/opus.mp4"):  # fmt: skip
        assert live.get(target).status == 404, target


def test_the_page_comes_in_the_language_and_coding_asked_for(live: House) -> None:
    english = live.get(f"/s/{SLUG}")
    assert b"Town hall" in english.body
    french = live.get(f"/s/{SLUG}", "Accept-Language: fr-CA, en;q=0.5", "Accept-Encoding: gzip")
    assert french.headers["content-encoding"] == "gzip"
    assert b"Town hall" in gzip.decompress(french.body)
    assert gzip.decompress(french.body) != english.body
    assert live.get("/s/none").headers["content-type"].startswith("text/html")
    assert live.board().totals()["page_total"] == 3


def test_the_root_leads_home(live: House) -> None:
    answer = live.get("/")
    assert (answer.status, answer.headers["location"]) == (307, "http://home.test")


def test_metrics_are_the_sums_of_all_edges(pair: House) -> None:
    pair.stage().say(10)
    pair.run()
    players = [Player(pair) for _ in range(10)]
    answer = pair.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    assert f'rostra_edge_listeners{{class="calm"}} {len(players)}' in lines
    assert f"rostra_edge_joins_total {len(players)}" in lines


def test_hls_segments_are_the_log_and_never_change(live: House) -> None:
    master = live.get(f"/live/{SLUG}/master.m3u8")
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert "opus.m3u8" in master.body.decode()
    playlist = live.get(f"/live/{SLUG}/opus.m3u8")
    assert playlist.headers["cache-control"] == "public, max-age=1"
    names = re.findall(r"^.*\.m4s$", playlist.body.decode(), re.MULTILINE)
    assert names == [f"{PID}-opus-{n}.m4s" for n in range(10)]  # of four fragments each
    segment = live.get(f"/live/{SLUG}/{names[2]}")
    assert "max-age=3600" in segment.headers["cache-control"]
    player = Player(live, "?from=2.56")
    assert b"".join(player.hear(4)).endswith(segment.body)  # but for the state in front
    assert live.get(f"/live/{SLUG}/{PID}-opus-10.m4s").status == 404  # not whole yet
    assert live.get(f"/live/{SLUG}/{PID}-opus-init.mp4").body == player.init


def test_going_on_air_takes_nothing_from_the_playlist(house: House) -> None:
    house.stage().say(40)
    house.change(on_air=8 * SEGMENT)
    house.run()
    playlist = house.get(f"/live/{SLUG}/opus.m3u8").body.decode()
    assert len(re.findall(r"^.*\.m4s$", playlist, re.MULTILINE)) == 10


def test_an_ended_programme_is_a_vod_playlist_from_on_air_to_the_end(house: House) -> None:
    house.stage().say(40)
    house.change(phase="ended", replay=True, on_air=SEGMENT)
    house.run()
    playlist = house.get(f"/live/{SLUG}/opus.m3u8").body.decode()
    assert "#EXT-X-ENDLIST" in playlist
    names = re.findall(r"^.*\.m4s$", playlist, re.MULTILINE)
    assert names == [f"{PID}-opus-{n}.m4s" for n in range(1, 10)]
    assert house.get(f"/live/{SLUG}/{names[-1]}").status == 200


def test_what_was_not_recorded_is_gone_when_it_is_over(house: House) -> None:
    house.stage().say(40)
    house.change(phase="ended", record=False, replay=False)
    house.run()
    assert house.get(f"/live/{SLUG}/opus.m3u8").status == 410
    assert house.get(f"/replay/{SLUG}/opus.mp4").status == 404


def test_the_recording_answers_ranges_as_files_do(house: House) -> None:
    stage = house.stage()
    stage.say(400)
    house.change(phase="ended", replay=True, on_air=SEGMENT)
    house.run()
    target = f"/replay/{SLUG}/opus.mp4"
    whole = house.get(target)
    with LogReader(*house.places.log(SLUG, PID, "opus")) as reader:
        made = recording(reader, SEGMENT)
    log = house.places.log(SLUG, PID, "opus")[0].read_bytes()
    expected = made.head + log[made.offset : made.offset + made.length]
    assert whole.status == 200
    assert whole.body == expected
    size = len(expected)
    middle = house.get(target, "Range: bytes=100-70000")
    assert (middle.status, middle.body) == (206, expected[100:70001])
    assert middle.headers["content-range"] == f"bytes 100-70000/{size}"
    assert house.get(target, "Range: bytes=-500").body == expected[-500:]
    assert house.get(target, f"Range: bytes={size}-").status == 416
    tag = whole.headers["etag"]
    assert house.get(target, f"If-None-Match: {tag}").status == 304
    assert house.get(target, "Range: bytes=0-9", 'If-Range: "other"').status == 200
    assert house.get(target, "Range: bytes=0-9", f"If-Range: {tag}").status == 206
    head = house.get(target, method="HEAD")
    assert (head.headers["content-length"], head.body) == (str(size), b"")


def test_ffprobe_reads_the_recording_the_playlist_and_the_live_address(house: House) -> None:
    coded = opus_sine(16 * 60)
    stage = house.stage(frame=lambda number: coded.frames[number % len(coded.frames)])
    stage.say(60)
    house.run()
    url = house.settings.live_url
    command = ["ffmpeg", "-v", "fatal", "-i", f"{url}/live/{SLUG}/opus.mp4", "-f", "s16le", "-"]
    live = subprocess.Popen(command, stdout=subprocess.PIPE)
    until(lambda: house.board().totals()["listeners_calm"] == 1, "ffmpeg listens")
    stage.say(6)
    hls = probed(f"{url}/live/{SLUG}/opus.m3u8")
    assert hls["streams"][0]["codec_name"] == "opus"
    house.change(phase="ended", replay=True)
    sound, _ = live.communicate(timeout=20)
    assert live.returncode == 0
    assert len(sound) == 2 * (10 * FRAGMENT - OPUS_PRIMING)  # the burst and what was said after
    until(lambda: house.get(f"/replay/{SLUG}/opus.mp4").status == 200, "the recording is there")
    played = probed(f"{url}/replay/{SLUG}/opus.mp4")
    assert abs(float(played["format"]["duration"]) - 66 * 0.32) < 0.02


def probed(url: str) -> dict[str, list[dict[str, str]]]:
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", url]
    done = subprocess.run(command, capture_output=True, timeout=20, check=True)
    assert done.stderr == b""
    return json.loads(done.stdout)
