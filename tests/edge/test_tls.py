"""TLS at the edge: how it begins, is resumed, goes on when there is no room, and ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.settings import TlsFiles
from rostra.testing.edges import (
    SLUG,
    House,
    Player,
    make_house,
    read_head,
    read_response,
    read_to_the_end,
)
from rostra.testing.patience import until
from rostra.testing.strangers import client_hello
from rostra.tls import pinned_context
from rostra.wire.timing import FRAGMENT

pytestmark = pytest.mark.process
RECORD = 16 * 1024


@pytest.fixture
def tls(certificate: TlsFiles) -> TlsFiles:
    """Here it is always TLS."""
    return certificate


@pytest.fixture
def live(house: House) -> House:
    """A Space in which 40 fragments were said, and one edge."""
    house.stage().say(40)
    house.run()
    return house


def test_versions_below_1_2_and_certificates_of_others_are_refused(live: House) -> None:
    old = pinned_context(live.settings.tls.certificate)
    with warnings.catch_warnings(action="ignore"):
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        old.wrap_socket(live.connect_without_tls())
    with pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(
            live.connect_without_tls(), server_hostname="rostra.test"
        )
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = pinned_context(live.settings.tls.certificate)
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        with context.wrap_socket(live.connect_without_tls()) as sock:
            assert sock.selected_alpn_protocol() == "http/1.1"
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert read_response(sock).status == 200


def test_plain_http_is_told_where_to_go(live: House) -> None:
    with live.connect_without_tls() as sock:
        sock.sendall(f"GET /s/{SLUG} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        answer = read_response(sock)
    assert answer.status == 400
    assert "https" in answer.json()["sentence"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00" + bytes(512),
        b"\x16" * 2000,
        b"\x16\xff\xff\xff\xff",
        b"\x16\x03\x01\x00\x00" * 40,
        b"\x80\x2e\x01\x00\x02" + bytes(60),
        b"\0",
    ],
)
def test_garbage_in_place_of_a_hello_ends_that_connection_alone(
    live: House, garbage: bytes
) -> None:
    player = Player(live)
    pids = live.edge_pids()
    with live.connect_without_tls() as sock:
        sock.sendall(garbage)
        with contextlib.suppress(OSError):  # who is refused at once may have hung up already
            sock.shutdown(socket.SHUT_WR)
        answer = read_to_the_end(sock)
    assert not answer or answer[0] == 0x15 or answer.startswith(b"HTTP/1.1 400")
    assert live.get("/healthz").status == 200
    assert live.edge_pids() == pids
    assert player.hear(4)


def test_a_hello_that_is_cut_anywhere_and_reset_harms_nobody(live: House) -> None:
    assert live.tls is not None
    hello, pids = client_hello(live.tls), live.edge_pids()
    for cut in (1, 5, 6, len(hello) // 2, len(hello) - 1, len(hello)):
        sock = live.connect_without_tls()
        sock.sendall(hello[:cut])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    until(lambda: live.board().slot(0).get("connections") == 0, "all are forgotten")
    assert live.edge_pids() == pids
    assert live.get("/healthz").status == 200


def test_sessions_are_resumed_on_every_edge_also_on_those_that_come_later(pair: House) -> None:
    pair.run()
    context = pinned_context(pair.settings.tls.certificate)

    def visit(session: ssl.SSLSession | None) -> tuple[bool | None, ssl.SSLSession | None]:
        with context.wrap_socket(pair.connect_without_tls(), session=session) as sock:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            sock.recv(65536)  # the ticket comes before the answer
            return sock.session_reused, sock.session

    reused, session = visit(None)
    assert not reused
    before = pair.edge_pids()
    for victim in before:  # whichever gave the ticket, another one resumes it
        os.kill(victim, signal.SIGKILL)
    until(lambda: pair.edge_pids() and not set(pair.edge_pids()) & set(before), "both are new")
    assert [visit(session)[0] for _ in range(20)] == [True] * 20


def test_the_end_is_said_with_close_notify(live: House) -> None:
    context = pinned_context(live.settings.tls.certificate)
    ended = Player(live)
    with context.wrap_socket(live.connect_without_tls(), suppress_ragged_eofs=False) as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert read_response(sock).status == 200  # a torn end would raise SSLEOFError
    with context.wrap_socket(live.connect_without_tls(), suppress_ragged_eofs=False) as sock:
        sock.sendall(f"GET /live/{SLUG}/opus.mp4 HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert read_head(sock)[0] == 200
        live.change(phase="ended", replay=True)
        while sock.recv(65536):
            pass
    ended.hear_to_the_end()
    assert ended.torn == 0


def test_a_client_that_stops_reading_has_every_byte_when_it_goes_on(house: House) -> None:
    stage = house.stage()
    stage.say(30)
    house.run()
    whole, slow = Player(house), Player(house, rcvbuf=4096)
    for _ in range(20):  # more than its buffers hold, by and by
        stage.say(4)
    whole.hear(84)
    assert slow.hear(84) == whole.hear(84)
    assert slow.times == [n * FRAGMENT for n in range(26, 26 + len(slow.times))]
    stage.say(2)
    assert slow.hear(86)[84:] == whole.hear(86)[84:]


def test_long_answers_wait_for_room_and_come_whole(house: House) -> None:
    stage = house.stage(frame=lambda number: os.urandom(1000))
    stage.say(200)
    house.change(phase="ended", replay=True)
    house.run()
    target = f"/replay/{SLUG}/opus.mp4"
    whole = house.get(target)
    assert len(whole.body) > 3_000_000
    with house.connect(rcvbuf=4096) as sock:
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        status, _, body = read_head(sock)
        until(lambda: house.board().slot(0).get("listeners_replay") == 1, "it waits for room")
        while piece := sock.recv(3000):
            body += piece
    assert (status, body) == (200, whole.body)


def test_requests_longer_and_shorter_than_a_record_are_heard(live: House) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Padding: " + b"x" * 400 + b"\r\n\r\n"
    with live.connect() as sock:
        for start in range(0, len(one), 7):
            sock.sendall(one[start : start + 7])
        sock.sendall(one * 100)
        data = b""
        while data.count(b'{"ok": true}') < 101:
            data += sock.recv(65536)


def test_a_client_may_end_while_it_is_told_to_go_on(live: House) -> None:
    head = (
        f"POST /live/{SLUG}/react HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
        "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    )
    pids = live.edge_pids()
    for _ in range(20):
        sock = live.connect()
        sock.sendall(head.encode())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    assert live.get("/healthz").status == 200
    assert live.edge_pids() == pids


@pytest.fixture
def plain(tmp_path: Path, certificate: TlsFiles) -> Iterator[House]:
    """A house without TLS."""
    folder = tmp_path / "plain"
    folder.mkdir()
    made = make_house(folder)
    yield made
    made.end()


def test_pages_ask_for_https_ever_after_only_where_it_is_there(live: House, plain: House) -> None:
    assert "max-age" in live.get(f"/s/{SLUG}").headers["strict-transport-security"]
    plain.run()
    assert "strict-transport-security" not in plain.get(f"/s/{SLUG}").headers
