"""nginx and Caddy with the shipped files: everything comes through, at once and unharmed."""

from __future__ import annotations

import http.server
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.settings import TlsFiles
from rostra.testing.certificates import make_certificate
from rostra.testing.ear import Ear, connect
from rostra.testing.patience import until
from rostra.testing.proxies import LIVE, PAGES, PROXIES, Proxy, Upstreams, running
from rostra.testing.served import Served, serving
from rostra.wire.cmaf import Splitter, read_fragment
from rostra.wire.timing import FRAGMENT, RATE

pytestmark = pytest.mark.process
OFFER = Path(__file__).parent.parent / "stage/offers/chromium.sdp"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    urls = (
        "--public-url", f"https://{PAGES}", "--live-url", f"https://{LIVE}",
        "--trusted-proxy", "127.0.0.1",
    )  # fmt: skip
    with serving(tmp_path_factory.mktemp("behind") / "data", "--demo", *urls) as behind:
        behind.until_on_air()
        yield behind


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    """The certificate of the proxies."""
    return make_certificate(tmp_path_factory.mktemp("proxies"), PAGES)


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    served: Served,
    shown: TlsFiles,
) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy") / request.param
    with running(request.param, folder, shown, Upstreams(served.port, served.live_port)) as made:
        yield made


def ask(
    proxy: Proxy,
    name: str,
    target: str,
    method: str = "GET",
    body: bytes | None = None,
    **headers: str,
) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own."""
    connection = connect(proxy.port, proxy.tls, name)
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target, body, said)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    content = answer.read()
    connection.close()
    return answer.status, found, content


def test_the_sound_begins_at_once_and_has_no_gap(proxy: Proxy) -> None:
    ears = [Ear(proxy.port, tls=proxy.tls, name=LIVE) for _ in range(5)]
    for ear in ears:
        until(lambda ear=ear: ear.times, "the first sound")
        assert ear.first_sound is not None
        assert ear.first_sound < 2
        assert ear.headers["rostra-class"] in ("calm", "busy", "crowd")
        assert "content-encoding" not in ear.headers
    ears[0].hears_on(8.0)
    for ear in ears:
        ear.hears_on(0.5)
        ear.leave()


def test_it_does_over_http_2(proxy: Proxy) -> None:
    done = subprocess.run(
        ["curl", "-sS", "--http2", "--no-buffer", "--max-time", "5",
         "--cacert", str(proxy.certificate), "--insecure", "--compressed",
         "--resolve", f"{LIVE}:{proxy.port}:127.0.0.1", "-w", "%{stderr}%{http_version}",
         f"https://{LIVE}:{proxy.port}/live/demo/opus.mp4"],
        capture_output=True, check=False, timeout=20,
    )  # fmt: skip
    assert done.returncode == 28, done.stderr  # five seconds were over, nothing else
    assert done.stderr.endswith(b"2")
    pieces = [p.data for p in Splitter().feed(done.stdout) if p.kind == "fragment"]
    times = [read_fragment(piece).media_time for piece in pieces]
    assert times == [times[0] + n * FRAGMENT for n in range(len(times))]
    assert len(times) * FRAGMENT > 4 * RATE


def test_who_leaves_is_no_listener_any_more(proxy: Proxy, served: Served) -> None:
    def listeners() -> int:
        connection = connect(served.live_port)
        connection.request("GET", "/metrics")
        said = connection.getresponse().read().decode()
        return sum(map(int, re.findall(r'^rostra_edge_listeners\{class="\w+"\} (\d+)', said, re.M)))

    until(lambda: listeners() == 0, "those of before are gone")
    ear = Ear(proxy.port, tls=proxy.tls, name=LIVE)
    until(lambda: listeners() == 1, "it is counted")
    ear.leave()
    until(lambda: listeners() == 0, "it is not counted any more", 10)


def test_pages_come_as_they_are(proxy: Proxy) -> None:
    status, headers, body = ask(proxy, LIVE, "/s/demo", Accept_Encoding="gzip")
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert body.startswith(b"\x1f\x8b")
    assert "max-age" in headers["strict-transport-security"]
    status, headers, _ = ask(proxy, PAGES, "/spaces/demo")
    assert (status, headers["location"]) == (307, f"https://{LIVE}/s/demo")
    status, headers, body = ask(proxy, PAGES, "/")
    assert status == 200
    assert b"<html" in body
    assert headers["content-security-policy"]


def test_hls_comes_in_pieces(proxy: Proxy) -> None:
    status, _, master = ask(proxy, LIVE, "/live/demo/master.m3u8")
    assert status == 200
    assert b"opus.m3u8" in master
    _, _, playlist = ask(proxy, LIVE, "/live/demo/opus.m3u8")
    names = re.findall(r'^(?!#)\S+\.m4s|(?<=URI=")[^"]+', playlist.decode(), re.M)
    assert len(names) > 1
    for name in (names[0], names[-1]):
        status, headers, segment = ask(proxy, LIVE, f"/live/demo/{name}")
        assert (status, int(headers["content-length"])) == (200, len(segment))


def test_a_speaker_is_let_in_and_out(proxy: Proxy, served: Served) -> None:
    with served.host() as host:
        made = host.post("/api/spaces/demo/invites", json={"role": "speaker", "name": "Cleo"})
        bearer = f"Bearer {made.json()['token']}"
    status, headers, answer = ask(
        proxy, PAGES, "/whip/demo", "POST", OFFER.read_bytes(),
        Authorization=bearer, Content_Type="application/sdp",
    )  # fmt: skip
    assert status == 201, answer
    assert answer.startswith(b"v=0")
    where = headers["location"]
    assert ask(proxy, PAGES, where, "DELETE", Authorization=bearer)[0] == 200


def test_reactions_pass(proxy: Proxy) -> None:
    status, _, body = ask(
        proxy, LIVE, "/live/demo/react", "POST", "👏".encode(), Content_Type="text/plain"
    )
    assert status == 204, body


def test_figures_are_not_for_the_world(proxy: Proxy) -> None:
    assert ask(proxy, LIVE, "/metrics")[0] == ask(proxy, PAGES, "/metrics")[0] == 404
    assert ask(proxy, LIVE, "/healthz")[0] == ask(proxy, PAGES, "/healthz")[0] == 200


class Recorder(http.server.BaseHTTPRequestHandler):
    """Stands where Rostra stands, and keeps the headers of the last request."""

    last: dict[str, list[str]]

    def do_GET(self) -> None:
        type(self).last = {
            name.lower(): self.headers.get_all(name, []) for name in set(self.headers.keys())
        }
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("name", PROXIES)
def test_what_clients_say_of_themselves_is_not_passed_on(
    name: str, tmp_path: Path, shown: TlsFiles
) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    port = server.server_address[1]
    try:
        with running(name, tmp_path / name, shown, Upstreams(port, port)) as proxy:
            for host in (PAGES, LIVE):
                forged = {"X_Forwarded_For": "192.0.2.66", "Rostra_Rehearsal": "loopback"}
                assert ask(proxy, host, "/", **forged)[0] == 204
                seen = Recorder.last
                assert seen["x-forwarded-for"] == ["127.0.0.1"]
                assert seen["x-forwarded-proto"] == ["https"]
                assert seen["host"] == [f"{host}:{proxy.port}"]
                if host == LIVE:
                    assert "rostra-rehearsal" not in seen
                    ask(proxy, host, "/", Rostra_Rehearsal="a-token")
                    assert Recorder.last["rostra-rehearsal"] == ["a-token"]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
