"""A renewed certificate at the edge: taken by everybody who comes, felt by nobody who is there."""

from __future__ import annotations

import os
import signal
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from rostra.settings import TlsFiles
from rostra.testing.certificates import DAY, make_certificate
from rostra.testing.edges import House, Player
from rostra.testing.patience import until
from rostra.tls import pinned_context
from rostra.wire.timing import FRAGMENT

pytestmark = pytest.mark.process


@pytest.fixture
def tls(tmp_path: Path) -> TlsFiles:
    """Files of this test alone, which it may replace."""
    folder = tmp_path / "tls"
    folder.mkdir()
    return make_certificate(folder)


def meet(house: House, trust: ssl.SSLContext, session: ssl.SSLSession | None = None) -> Meeting:
    """Shake hands with whichever edge answers, and be served."""
    sock = socket.create_connection(("127.0.0.1", house.port), 10)
    with trust.wrap_socket(sock, session=session) as secured:
        secured.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert secured.recv(65536).startswith(b"HTTP/1.1 200")
        said = secured.getpeercert()
        assert said is not None
        return str(said["serialNumber"]), bool(secured.session_reused), secured.session


Meeting = tuple[str, bool, ssl.SSLSession | None]


def everywhere(house: House, serial: str) -> bool:
    """Whether all edges show the certificate with this number."""
    trust = pinned_context(house.settings.tls.certificate)
    try:
        return {meet(house, trust)[0] for _ in range(20)} == {serial}
    except ssl.SSLCertVerificationError:
        return False


def serial_of(files: TlsFiles) -> str:
    found = x509.load_pem_x509_certificate(files.certificate.read_bytes()).serial_number
    return f"{found:X}".zfill(40)


def test_who_listens_hears_on_and_who_comes_sees_the_new_one_on_every_edge(
    pair: House, tls: TlsFiles
) -> None:
    stage = pair.stage()
    stage.say(10)
    zygote = pair.run()
    players = [Player(pair) for _ in range(8)]
    make_certificate(tls.certificate.parent)
    renewed = serial_of(tls)
    os.kill(zygote.pid, signal.SIGHUP)
    until(lambda: everywhere(pair, renewed), "both edges show it")
    stage.say(20)
    for player in players:
        player.hear(len(player.fragments) + 10)
        steps = {b - a for a, b in zip(player.times, player.times[1:], strict=False)}
        assert steps == {FRAGMENT}
    before = pair.edge_pids()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: pair.edge_pids() and pair.edge_pids() != before, "another one is born")
    assert everywhere(pair, renewed)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tickets_of_before_and_after_are_good_on_every_edge(
    pair: House, tls: TlsFiles, version: ssl.TLSVersion
) -> None:
    zygote = pair.run()

    def trust() -> ssl.SSLContext:
        made = pinned_context(tls.certificate)
        made.minimum_version = made.maximum_version = version
        return made

    old = trust()
    session = meet(pair, old)[2]
    make_certificate(tls.certificate.parent)
    os.kill(zygote.pid, signal.SIGHUP)
    until(lambda: everywhere(pair, serial_of(tls)), "both edges show the new one")
    new = trust()
    fresh = meet(pair, new)[2]
    assert [meet(pair, old, session)[1] for _ in range(10)] == [True] * 10
    assert [meet(pair, new, fresh)[1] for _ in range(10)] == [True] * 10


def no_key(files: TlsFiles, _: TlsFiles) -> None:
    files.key.unlink()


def foreign_key(files: TlsFiles, other: TlsFiles) -> None:
    files.key.write_bytes(other.key.read_bytes())


def half(files: TlsFiles, other: TlsFiles) -> None:
    whole = other.certificate.read_bytes()
    files.certificate.write_bytes(whole[: len(whole) // 2])


def expired(files: TlsFiles, _: TlsFiles) -> None:
    make_certificate(files.certificate.parent, begins=-3 * DAY, ends=-DAY)


def no_certificate(files: TlsFiles, _: TlsFiles) -> None:
    files.certificate.write_text("nothing of the kind\n")


@pytest.mark.parametrize("spoil", [no_key, foreign_key, half, expired, no_certificate])
def test_files_that_are_no_good_change_nothing_and_are_named_once(
    house: House,
    tls: TlsFiles,
    spoil: Callable[[TlsFiles, TlsFiles], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    zygote = house.run()
    trust, serial = pinned_context(tls.certificate), serial_of(tls)
    spoil(tls, make_certificate(tls.certificate.parent, "other.test"))
    said: list[str] = []

    def refused() -> bool:
        said.extend(capfd.readouterr().err.splitlines())
        return any("not renewed" in line for line in said)

    os.kill(zygote.pid, signal.SIGHUP)
    until(refused, "it is said")
    assert sum("not renewed" in line for line in said) == 1
    assert {meet(house, trust)[0] for _ in range(5)} == {serial}
    before = house.edge_pids()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: house.edge_pids() and house.edge_pids() != before, "another one is born")
    assert {meet(house, trust)[0] for _ in range(5)} == {serial}
