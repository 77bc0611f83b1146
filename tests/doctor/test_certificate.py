"""A certificate of ours, judged as a browser would."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rostra.doctor import certificate
from rostra.testing.certificates import make_authority, make_certificate


def test_a_certificate_is_refused_as_a_browser_would(tmp_path: Path) -> None:
    own = make_certificate(tmp_path, "own.test")
    found = certificate.look(own, ["own.test", "127.0.0.1"])
    assert found.refusals is not None
    assert found.refusals["own.test"] == (18, "self-signed certificate")
    assert found.ends is not None


def test_names_chain_and_dates_are_judged_by_what_this_machine_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority()
    good = make_certificate(tmp_path, "good.test", authority=authority)
    monkeypatch.setenv("SSL_CERT_FILE", str(good.certificate))  # the authority's is in the chain
    old = make_certificate(tmp_path, "old.test", authority=authority, ends=timedelta(hours=-1))
    found = certificate.look(good, ["good.test", "other.test", "192.0.2.1"]).refusals
    assert found is not None
    assert found["good.test"] is None
    assert [why and why[0] for why in found.values()] == [None, 62, 64]
    assert certificate.look(old, ["old.test"]).refusals == {
        "old.test": (10, "certificate has expired")
    }


def test_files_that_are_no_certificate_are_a_sentence(tmp_path: Path) -> None:
    one, other = (make_certificate(tmp_path, name) for name in ("one.test", "other.test"))
    mixed = type(one)(one.certificate, other.key)
    assert "does not belong" in certificate.look(mixed, ["one.test"]).trouble
