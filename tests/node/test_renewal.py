"""Renewed certificates under `rostra serve`: when they are noticed, what everybody sees then."""

from __future__ import annotations

import os
import pty
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from rostra.errors import Misconfigured
from rostra.node.ports import any_free
from rostra.node.ready import pages_answer
from rostra.node.renewal import CertificateWatch, kept
from rostra.programme.places import Places
from rostra.settings import TlsFiles
from rostra.testing.certificates import DAY, make_certificate
from rostra.testing.ear import Ear
from rostra.testing.patience import until
from rostra.testing.served import Served, command, serving
from rostra.tls import Renewable, pinned_context, prove


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    return make_certificate(tmp_path)


def in_use(places: Places) -> str:
    return prove(kept(places), kept(places)).serial


def test_files_are_looked_at_once_a_minute(files: TlsFiles, places: Places) -> None:
    watch = CertificateWatch(files, places)
    assert not watch.renewed(0.0, told=False)
    make_certificate(files.certificate.parent)
    assert not watch.renewed(59.9, told=False)
    assert watch.renewed(60.0, told=False)
    assert in_use(places) == prove(files.certificate, files.key).serial
    assert not watch.renewed(120.0, told=False)


def test_who_is_told_looks_at_once(files: TlsFiles, places: Places) -> None:
    watch = CertificateWatch(files, places)
    assert not watch.renewed(0.0, told=False)
    make_certificate(files.certificate.parent)
    assert watch.renewed(1.0, told=True)
    assert watch.renewed(2.0, told=True)  # the parts are told as often as we are


def test_a_pair_of_which_one_half_is_new_waits_for_the_other(
    files: TlsFiles, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    watch, before = CertificateWatch(files, places), prove(files.certificate, files.key).serial
    old_key = files.key.read_bytes()
    make_certificate(files.certificate.parent)
    new_key = files.key.read_bytes()
    files.key.write_bytes(old_key)
    for now in (0.0, 60.0, 120.0):
        assert not watch.renewed(now, told=False)
    assert in_use(places) == before
    assert capsys.readouterr().err.count("not renewed") == 1
    files.key.write_bytes(new_key)
    assert watch.renewed(180.0, told=False)
    assert in_use(places) == prove(files.certificate, files.key).serial != before


def test_a_folder_that_cannot_be_written_changes_nothing_and_is_tried_again(
    files: TlsFiles, places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    watch, before = CertificateWatch(files, places), prove(files.certificate, files.key).serial
    make_certificate(files.certificate.parent)
    in_the_way = kept(places).with_suffix(".fresh")
    in_the_way.mkdir()
    assert not watch.renewed(0.0, told=False)
    assert not watch.renewed(60.0, told=False)
    assert in_use(places) == before
    assert capsys.readouterr().err.count("cannot be copied") == 1
    in_the_way.rmdir()
    assert watch.renewed(120.0, told=False)
    assert in_use(places) != before


def test_the_copy_is_private_and_holds_one_key(files: TlsFiles, places: Places) -> None:
    files.key.write_bytes(files.certificate.read_bytes() + files.key.read_bytes())
    CertificateWatch(files, places)
    copy = kept(places)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.read_text().count("BEGIN CERTIFICATE") == 1
    assert copy.read_text().count("PRIVATE KEY-----") == 2


def test_a_watch_does_not_begin_with_files_that_are_no_good(
    files: TlsFiles, places: Places
) -> None:
    make_certificate(files.certificate.parent, begins=-3 * DAY, ends=-DAY)
    with pytest.raises(Misconfigured, match="expired"):
        CertificateWatch(files, places)


def test_a_certificate_that_went_out_of_date_in_use_is_better_than_none(files: TlsFiles) -> None:
    make_certificate(files.certificate.parent, begins=-3 * DAY, ends=-DAY)
    certificate = Renewable(files.certificate, files.key)
    assert certificate.proven.serial == f"{_serial(files):X}".zfill(40)
    with pytest.raises(Misconfigured, match="expired"):
        certificate.renew()


def _serial(files: TlsFiles) -> int:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes()).serial_number


def shown(port: int, trust: ssl.SSLContext) -> str | None:
    """The number of the certificate that is shown there; None if it is not the one trusted."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 5) as sock,
            trust.wrap_socket(sock) as secured,
        ):
            return str((secured.getpeercert() or {}).get("serialNumber"))
    except (ssl.SSLCertVerificationError, ConnectionError):
        return None


@pytest.mark.process
def test_both_origins_take_it_and_the_listener_hears_on(
    served: Served, certificate: TlsFiles
) -> None:
    ear = Ear(served.live_port, tls=served.tls)
    until(lambda: ear.times, "the first sound")
    before = served.parts()
    make_certificate(certificate.certificate.parent)
    trust = served.tls = pinned_context(certificate.certificate)
    served.process.send_signal(signal.SIGHUP)
    for port in (served.port, served.live_port):
        until(lambda port=port: shown(port, trust), f"it is shown on {port}")
    ear.hears_on(3.0)
    after = served.parts()
    assert all(after[name].pid == part.pid for name, part in before.items())
    asked = [sys.executable, "-m", "rostra", "space", "list", "--data", str(served.data)]
    assert subprocess.run(asked, capture_output=True, check=False, timeout=30).returncode == 0


@pytest.mark.process
def test_bad_files_change_nothing_even_where_a_part_begins_anew(
    served: Served, certificate: TlsFiles
) -> None:
    ear = Ear(served.live_port, tls=served.tls)
    until(lambda: ear.times, "the first sound")
    trust = pinned_context(certificate.certificate)
    other = make_certificate(certificate.certificate.parent, "other.test")
    certificate.key.write_bytes(other.key.read_bytes())
    served.process.send_signal(signal.SIGHUP)
    until(lambda: "not renewed" in served.log(), "it is said")
    assert served.log().count("not renewed") == 1
    assert "does not belong" in served.log()
    assert shown(served.port, trust)
    assert shown(served.live_port, trust)
    before = served.parts()["rostra web"]
    before.kill()
    until(lambda: served.parts().get("rostra web", before).pid != before.pid, "web is back")
    until(lambda: shown(served.port, trust), "web shows the one before")
    ear.hears_on(1.0)
    served.parts()["rostra edges"].kill()
    until(lambda: ear.ended, "the edges let go")
    until(lambda: shown(served.live_port, trust), "the edges show the one before")


@pytest.mark.process
def test_without_a_certificate_nothing_ends_by_being_told_to_renew(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as plain:
        plain.until_line("ready: ")
        before = plain.parts()
        plain.process.send_signal(signal.SIGHUP)
        until(lambda: "nothing to renew" in plain.log(), "it is said")
        for part in before.values():
            part.send_signal(signal.SIGHUP)
        for port in (plain.port, plain.live_port):
            until(lambda port=port: pages_answer("127.0.0.1", port), f"{port} answers")
        after = plain.parts()
        assert all(after[name].pid == part.pid for name, part in before.items())


@pytest.mark.process
def test_it_ends_when_its_terminal_is_closed(tmp_path: Path) -> None:
    ports = (any_free("127.0.0.1"), any_free("127.0.0.1"))
    started = command(tmp_path / "data", *ports)
    log = tmp_path / "log"
    pid, terminal = pty.fork()
    if pid == 0:
        for standard in (1, 2):
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), standard)
        os.execv(started[0], started)
    until(lambda: log.exists() and "ready:" in log.read_text(), "it is ready", 40)
    os.close(terminal)
    found, status = until(lambda: _ended(pid), "it ends", 8)
    assert (found, os.waitstatus_to_exitcode(status)) == (pid, 0)


def _ended(pid: int) -> tuple[int, int] | None:
    done = os.waitpid(pid, os.WNOHANG)
    return done if done[0] else None
