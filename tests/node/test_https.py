"""`rostra serve --demo` with a certificate, whole and for real: all is HTTPS, nothing else is."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Event, TextMessage
from wsproto.events import Request as WebSocketRequest

from rostra.node.demo import VOICES
from rostra.node.ports import any_free
from rostra.settings import TlsFiles
from rostra.testing.certificates import DAY, make_authority, make_certificate
from rostra.testing.ear import Ear
from rostra.testing.edges import read_response
from rostra.testing.patience import until
from rostra.testing.served import Served, refused
from rostra.testing.strangers import client_hello

pytestmark = pytest.mark.process


def rostra(
    served: Served, *arguments: str, seconds: float = 40
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rostra", *arguments, "--data", str(served.data)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)


def test_every_address_it_prints_is_https(served: Served) -> None:
    link, listen, ready = served.lines
    assert re.search(rf"https://127.0.0.1:{served.port}/sign-in/\S+$", link)
    assert listen == f"listen: https://127.0.0.1:{served.live_port}/s/demo"
    assert ready == f"ready: https://127.0.0.1:{served.port}"


def test_a_listener_hears_the_demo_without_a_hole(served: Served) -> None:
    ear = Ear(served.live_port, tls=served.tls)
    until(lambda: ear.times, "the first sound")
    ear.hears_on(5.0)


def test_curl_and_ffmpeg_agree(served: Served, certificate: TlsFiles) -> None:
    name, port = "rostra.test", served.live_port
    trust = ["--cacert", str(certificate.certificate), "--resolve", f"{name}:{port}:127.0.0.1"]
    for target in ("/s/demo", "/live/demo/state.json", "/live/demo/opus.m3u8", "/metrics"):
        command = ["curl", "-sS", "-f", *trust, f"https://{name}:{port}{target}"]
        said = subprocess.run(command, capture_output=True, check=False, timeout=20)
        assert said.returncode == 0, said.stderr
        assert said.stdout
    for end in ("opus.mp4", "opus.m3u8", "aac.mp4"):
        done = subprocess.run(
            ["ffmpeg", "-hide_banner", "-t", "2", "-i", f"{served.live}/live/demo/{end}",
             "-f", "null", "-"],
            capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
        assert re.search(r"time=00:00:0[12]", done.stderr), done.stderr


def test_a_stranger_is_not_trusted_unseen(served: Served) -> None:
    for url in (served.web, served.live):
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(url)
    elsewhere = {**os.environ, "ROSTRA_DATA": "/nowhere"}
    command = [sys.executable, "-m", "rostra", "listen", f"{served.live}/s/demo", "--seconds", "1"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=30, env=elsewhere
    )
    assert done.returncode == 1


def test_signing_in_gives_a_cookie_for_https_alone(served: Served) -> None:
    link = rostra(served, "people", "link", "admin").stdout.strip()
    assert link.startswith(f"{served.web}/sign-in/")
    with httpx.Client(verify=served.tls or True) as client:
        assert "max-age=" in client.get(link).headers["strict-transport-security"]
        wrong = client.post(link, headers={"Origin": f"http://127.0.0.1:{served.port}"})
        assert wrong.status_code == 403
        answer = client.post(link, headers={"Origin": served.web})
        assert answer.status_code == 303
        assert "secure" in answer.headers["set-cookie"].lower()
        out = client.post(f"{served.web}/sign-out", headers={"Origin": served.web})
        assert "secure" in out.headers["set-cookie"].lower()


def test_commands_on_this_machine_know_its_certificate(served: Served) -> None:
    made = rostra(served, "space", "create", "Hall", "--slug", "hall")
    assert made.returncode == 0, made.stderr
    assert rostra(served, "space", "start", "hall").returncode == 0
    speaking = subprocess.Popen(
        [sys.executable, "-m", "rostra", "speak", str(VOICES / "ana.opus"), "--data",
         str(served.data), "--space", f"{served.web}/spaces/hall", "--as", "Ana", "--loop"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with httpx.Client(verify=served.tls or True, base_url=served.live) as client:

            def speaks() -> bool:
                stage = client.get("/live/hall/state.json").json().get("stage", {})
                return any(seat["speaking"] for seat in stage.values())

            until(speaks, "Ana is heard", 30)
            done = rostra(served, "listen", f"{served.live}/s/hall", "--seconds", "3")
            assert done.returncode == 0, done.stderr
            assert " 0 gaps" in done.stdout
            reaction = client.post(
                "/live/hall/react", content="👏".encode(), headers={"Content-Type": "text/plain"}
            )
            assert reaction.status_code == 204
            assert rostra(served, "space", "end", "hall").returncode == 0
            replay = "/replay/hall/opus.mp4"
            until(lambda: client.get(replay).status_code == 200, "the recording is there")
            part = client.get(replay, headers={"Range": "bytes=100-199"})
            assert (part.status_code, len(part.content)) == (206, 100)
    finally:
        speaking.terminate()
        speaking.wait()


@pytest.mark.parametrize("which", ["port", "live_port"])
def test_plain_http_is_refused_in_words(served: Served, which: str) -> None:
    with socket.create_connection(("127.0.0.1", getattr(served, which)), 10) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = read_response(sock)
    assert answer.status == 400
    assert b"https" in answer.body


@pytest.fixture(scope="module", autouse=True)
def waiting(served: Served) -> Iterator[list[Future[bytes]]]:
    """Four who do not come to their head, from before the first test; what they are told at last.

    They send nothing, two beginnings of a hello, and after the handshake half a request.
    """
    assert served.tls is not None
    hello = client_hello(served.tls)
    begun = [socket.create_connection(("127.0.0.1", served.port), 13) for _ in range(4)]
    for sock, first in zip(begun, (b"", hello[:1], hello[:200]), strict=False):
        sock.sendall(first)
    begun[3] = served.tls.wrap_socket(begun[3])
    begun[3].sendall(b"GET / HT")
    with ThreadPoolExecutor(len(begun)) as threads:
        yield [threads.submit(sock.recv, 100) for sock in begun]


def test_the_square_closes_who_does_not_come_to_its_head(
    served: Served, waiting: list[Future[bytes]]
) -> None:
    *silent, shaken = [each.result() for each in waiting]
    assert silent == [b""] * 3
    assert shaken.startswith(b"HTTP/1.1 408")
    garbage = socket.create_connection(("127.0.0.1", served.port), 13)
    garbage.sendall(b"\x16" * 600)
    assert garbage.recv(100)[:1] in (b"\x15", b"")
    assert httpx.get(f"{served.web}/healthz", verify=served.tls).status_code == 200
    assert "Traceback" not in served.log()


def test_what_is_wrong_with_the_files_is_one_sentence(tmp_path: Path) -> None:
    data, ports = tmp_path / "data", (any_free("127.0.0.1"), any_free("127.0.0.1"))
    good = make_certificate(tmp_path, "good.test")
    other = make_certificate(tmp_path, "other.test")
    old = make_certificate(tmp_path, "old.test", begins=-3 * DAY, ends=-DAY)
    young = make_certificate(tmp_path, "young.test", begins=timedelta(hours=1))
    (tmp_path / "text").write_text("no certificate")
    locked = tmp_path / "locked.pem"
    locked.write_bytes(good.key.read_bytes().replace(b"PRIVATE", b"ENCRYPTED PRIVATE"))
    for certificate, key, words in (
        (tmp_path / "none", good.key, "--tls-cert"),
        (good.certificate, tmp_path / "none", "--tls-key"),
        (tmp_path, good.key, "not a file"),
        (tmp_path / "text", good.key, "PEM"),
        (good.certificate, tmp_path / "text", "PEM"),
        (good.certificate, other.key, "does not belong"),
        (old.certificate, old.key, "expired on"),
        (young.certificate, young.key, "not good before"),
        (good.certificate, locked, "password"),
    ):
        flags = ("--tls-cert", str(certificate), "--tls-key", str(key))
        assert words in refused(data, *ports, *flags), words
    assert "--tls-key as well" in refused(data, *ports, "--tls-cert", str(good.certificate))
    assert "--tls-cert as well" in refused(data, *ports, "--tls-key", str(good.key))


def test_a_certificate_of_an_authority_is_pinned_without_trusting_the_authority(
    tmp_path: Path,
) -> None:
    from rostra.tls import pinned_context, server_context

    authority = make_authority()
    ours = make_certificate(tmp_path, "127.0.0.1", authority=authority)
    theirs = make_certificate(tmp_path, "stranger.test", authority=authority)
    context = pinned_context(ours.certificate)
    assert _meet(context, server_context(ours.certificate, ours.key)) is None
    refusal = _meet(context, server_context(theirs.certificate, theirs.key))
    assert isinstance(refusal, ssl.SSLCertVerificationError)


def _meet(client: ssl.SSLContext, server: ssl.SSLContext) -> ssl.SSLError | None:
    """Shake hands in memory; why the client would not."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(3):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as reason:
                return reason
    return None


def test_a_stream_of_the_square_goes_by_websocket(served: Served) -> None:
    token = rostra(served, "people", "token", "admin").stdout.strip()
    assert served.tls is not None
    plain = socket.create_connection(("127.0.0.1", served.port), timeout=10)
    with served.tls.wrap_socket(plain, server_hostname="127.0.0.1") as line:
        client = WSConnection(ConnectionType.CLIENT)
        asked = f"/api/v1/streaming?stream=user&access_token={token}"
        line.sendall(client.send(WebSocketRequest(host=f"127.0.0.1:{served.port}", target=asked)))
        told = _told(line, client)
        assert isinstance(next(told), AcceptConnection)
        with httpx.Client(verify=served.tls, base_url=served.web) as web:
            web.headers["Authorization"] = f"Bearer {token}"
            made = web.post("/api/v1/statuses", json={"status": "By a secret way"}).json()
        message = next(each for each in told if isinstance(each, TextMessage))
        event = json.loads(message.data)
        assert event["event"] == "update"
        assert json.loads(event["payload"])["id"] == made["id"]


def _told(line: ssl.SSLSocket, client: WSConnection) -> Iterator[Event]:
    while data := line.recv(65536):
        client.receive_data(data)
        yield from client.events()
