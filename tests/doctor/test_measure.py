"""The order of a measurement, with a server and a crowd of the test's own; then a real server."""

from __future__ import annotations

import contextlib
import fcntl
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rostra.clock import SystemClock
from rostra.doctor import measure
from rostra.doctor.facts import Facts
from rostra.doctor.measure import Means
from rostra.doctor.temporary import Temporary, temporary
from rostra.errors import BadInput, Misconfigured
from rostra.machine import Machine
from rostra.programme.places import Places
from rostra.rated import load
from rostra.settings import TlsFiles
from rostra.testing.clock import ManualClock
from rostra.testing.patience import until
from rostra.testing.rehearsed import document

FACTS = Facts(
    free_ports=1, addresses=(), asked=(), missing_codecs=(), files=20_000,
    machine=Machine(2.0, 24 << 30, 20 << 30, "AMD EPYC", {}), disk=1 << 40, synchronised=True,
    certificate=None, now=datetime(2026, 11, 21, 18, tzinfo=UTC),
)  # fmt: skip


class Crowd:
    """Rehearses as a server would bear that takes 2 µs for each listener and second, 4 over TLS."""

    def __init__(self, clock: ManualClock, folder: Path, *, tls: bool = True) -> None:
        self.clock, self.tls = clock, tls
        self.asked: list[tuple[str, int]] = []
        self.served: list[tuple[int, TlsFiles | None]] = []
        self.said: list[str] = []
        self._log = folder / "spaces" / "demo" / "p.opus.mp4"
        self._log.parent.mkdir(parents=True)
        self._log.write_bytes(b"")

    @contextlib.contextmanager
    def serve(self, clock: Any, most: int, tls: TlsFiles | None = None) -> Iterator[Temporary]:
        assert clock is self.clock
        self.served.append((most, tls))
        yield Temporary("https" if tls else "http", Places(self._log.parent.parent.parent))

    def rehearse(
        self, url: str, listeners: int, ramp: float, hold: float, *, certificate: Path | None
    ) -> Mapping[str, Any]:
        assert (certificate is not None) == (url == "https")
        if url == "https" and not self.tls:
            raise BadInput("Only http:// can be rehearsed.")
        self.asked.append((url, listeners))
        seconds = int(ramp + hold)
        self.clock.pass_seconds(seconds)
        with self._log.open("ab") as log:
            log.write(bytes(3_500 * seconds))
        each = 4.0 if url == "https" else 2.0
        return document(
            asked=listeners, joined=listeners, held=listeners,
            server={"cores": 0.2 + listeners * each / 1e6, "us_per_listener_second": each,
                    "rss_mib": 100 + listeners / 1e3, "stage_tick_p99_ms": None},
            client={"cores": 0.1, "rss_mib": 50.0}, setup={"memory_mib": listeners / 100},
        )  # fmt: skip

    @property
    def means(self) -> Means:
        return Means(self.clock, self.rehearse, self.said.append, self.serve)


def test_plain_and_tls_are_measured_with_a_small_and_a_large_crowd(tmp_path: Path) -> None:
    crowd = Crowd(ManualClock(), tmp_path)
    found = measure.measure(FACTS, None, crowd.means)
    assert crowd.asked == [("http", 4_000), ("http", 16_000), ("https", 2_000), ("https", 8_000)]
    assert [most for most, _ in crowd.served] == [16_000, 8_000]
    rating = found.rating
    assert (rating.plain.us_per_listener_second, rating.tls.us_per_listener_second) == (2.0, 4.0)
    assert rating.sound == pytest.approx(3_500, rel=0.1)
    assert (rating.measured, rating.processor) == ("2026-11-21T18:00:00+00:00", "AMD EPYC")
    assert not rating.tls.assumed
    assert found.limits == ()
    assert len(crowd.said) == 4


def test_the_operators_own_certificate_is_used(tmp_path: Path) -> None:
    crowd = Crowd(ManualClock(), tmp_path)
    own = TlsFiles(Path("cert.pem"), Path("key.pem"))
    measure.measure(FACTS, own, crowd.means)
    assert [tls for _, tls in crowd.served] == [None, own]


def test_tls_that_cannot_be_rehearsed_is_assumed_and_said(tmp_path: Path) -> None:
    crowd = Crowd(ManualClock(), tmp_path, tls=False)
    rating = measure.measure(FACTS, None, crowd.means).rating
    assert rating.tls.assumed
    assert rating.tls.us_per_listener_second == 4.0
    assert "taken to cost twice" in crowd.said[-1]


def test_what_is_kept_is_read_by_whoever_serves(tmp_path: Path) -> None:
    rating = measure.measure(FACTS, None, Crowd(ManualClock(), tmp_path).means).rating
    assert load(measure.keep(rating, tmp_path).read_bytes()) == rating
    with pytest.raises(Misconfigured, match="start rostra serve once"):
        measure.keep(replace(rating, sound=1.0), tmp_path / "none")


def test_nothing_is_measured_beside_a_rostra_that_serves(tmp_path: Path) -> None:
    measure.check_idle(tmp_path)
    with Places(tmp_path).lock.open("w") as lock:
        measure.check_idle(tmp_path)
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Misconfigured, match="end it first"):
            measure.check_idle(tmp_path)


@pytest.mark.process
def test_a_rostra_for_a_minute_is_on_air_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ROSTRA_PORT", "none")  # settings are not for it
    with temporary(SystemClock(), 50) as node:
        root = node.places.root
        with urllib.request.urlopen(node.url, timeout=5) as answer:
            assert answer.status == 200
        until(node.sound, "sound")
    assert not root.exists()
