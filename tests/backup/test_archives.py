"""Archives from anywhere: what is no whole backup is refused before anything is touched."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rostra.backup import checking
from rostra.backup.archive import MANIFEST
from rostra.errors import BadInput, RostraError
from rostra.store.migrate import revisions

from .conftest import Kept

pytestmark = pytest.mark.parametrize("kept", ["sqlite"], indirect=True)  # both write the same

Member = tuple[tarfile.TarInfo, bytes]
Change = Callable[[list[Member]], list[Member]]


@pytest.fixture
def good(kept: Kept, tmp_path: Path) -> Path:
    kept.back_up(tmp_path / "good.tar")
    return tmp_path / "good.tar"


def _members(path: Path) -> list[Member]:
    with tarfile.open(path) as tar:
        return [(each, tar.extractfile(each).read()) for each in tar]  # type: ignore[union-attr]


def _written(path: Path, members: list[Member]) -> Path:
    with tarfile.open(path, "w") as tar:
        for head, data in members:
            head.size = len(data) if head.isreg() else 0
            tar.addfile(head, io.BytesIO(data))
    return path


def _refused(path: Path, root: Path) -> str:
    """The sentence; nothing was written."""
    with pytest.raises(RostraError) as refused:
        checking.check(path, revisions(), lambda _: None)
    assert refused.value.sentence.endswith(".")
    assert not root.exists()
    return refused.value.sentence


def _extra(name: str, kind: bytes = tarfile.REGTYPE, to: str = "") -> Member:
    head = tarfile.TarInfo(name)
    head.type, head.linkname = kind, to
    return head, b""


BAD_MEMBERS = [
    _extra("data/../../etc/cron.d/x"), _extra("/etc/passwd"), _extra("data//etc/x"),
    _extra("data/./x"), _extra("data/run/bus.json"), _extra("data/lock"), _extra("other/x"),
    _extra("data/.restoring/x"), _extra("data/" + "x/" * 600 + "x"), _extra("data/a\\b"),
    _extra("data/x", tarfile.SYMTYPE, "/etc/passwd"), _extra("data/x", tarfile.LNKTYPE, "data/y"),
    _extra("data/x", tarfile.DIRTYPE), _extra("data/x", tarfile.FIFOTYPE),
    _extra("data/x", tarfile.CHRTYPE), _extra("data/x", tarfile.GNUTYPE_SPARSE),
    _extra("data/secret"), _extra("data/unknown"),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_MEMBERS, ids=lambda each: each[0].name[:30])
def test_what_a_backup_never_writes_is_refused(good: Path, tmp_path: Path, bad: Member) -> None:
    members = _members(good)
    _written(good, [*members[:-1], bad, members[-1]])
    assert "no whole backup" in _refused(good, tmp_path / "new")


def _changed_byte(members: list[Member]) -> list[Member]:
    return [
        (head, b"x" + data[1:]) if head.name == "data/secret" else (head, data)
        for head, data in members
    ]


def _manifest(change: Callable[[dict[str, object]], object]) -> Change:
    def changed(members: list[Member]) -> list[Member]:
        told = json.loads(members[-1][1])
        change(told)
        return [*members[:-1], (members[-1][0], json.dumps(told).encode())]

    return changed


CHANGES: dict[str, tuple[Change, str]] = {
    "a changed byte": (_changed_byte, "data/secret"),
    "no manifest": (lambda all_: all_[:-1], "end is missing"),
    "a missing file": (lambda all_: all_[1:], "database.sqlite"),
    "a manifest that is not last": (lambda all_: [all_[-1], *all_[:-1]], "after its manifest"),
    "no JSON": (lambda all_: [*all_[:-1], (all_[-1][0], b"{")], "cannot be read"),
    "a list": (lambda all_: [*all_[:-1], (all_[-1][0], b"[]")], "cannot be read"),
    "a newer format": (_manifest(lambda m: m.update(format=2)), "newer Rostra"),
    "a newer layout": (_manifest(lambda m: m.update(layout=99)), "newer Rostra"),
    "a newer schema": (_manifest(lambda m: m.update(schema="9999")), "newer Rostra"),
    "another database": (_manifest(lambda m: m.update(database="oracle")), "oracle"),
    "no secret": (
        lambda all_: _manifest(lambda m: m["files"].pop("data/secret"))(  # type: ignore[attr-defined]
            [each for each in all_ if each[0].name != "data/secret"]
        ),
        "data/secret",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_not_as_the_manifest_says_is_refused(good: Path, tmp_path: Path, what: str) -> None:
    change, words = CHANGES[what]
    _written(good, change(_members(good)))
    assert words in _refused(good, tmp_path / "new")


def test_an_archive_cut_off_anywhere_is_refused(good: Path, tmp_path: Path) -> None:
    whole = good.read_bytes()
    end = whole.rindex(b"}") + 1  # of the manifest; behind it is only padding
    for size in {0, 1, 100, 512, 1000, *range(513, end, end // 40), end - 1}:
        good.write_bytes(whole[:size])
        _refused(good, tmp_path / "new")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_changed_byte_anywhere_is_refused_or_harmless(good: Path, data: st.DataObject) -> None:
    whole = good.read_bytes()
    # Not in the picture, which is nearly all of it: its hash is tried above.
    head = [at for at in range(0, len(whole), 512) if whole[at + 257 : at + 262] == b"ustar"]
    at = data.draw(st.sampled_from(head)) + data.draw(st.integers(0, 511))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    path = good.with_name("changed.tar")
    path.write_bytes(changed)
    try:
        contents = checking.check(path, revisions(), lambda _: None)
    except RostraError:
        return
    assert set(contents.files) == {head.name for head, _ in _members(good)} - {MANIFEST}


def test_what_is_no_tar_is_refused(kept: Kept, tmp_path: Path) -> None:
    for content in (b"", b"no tar", os.urandom(5000), b"\0" * 2048):
        (tmp_path / "x.tar").write_bytes(content)
        _refused(tmp_path / "x.tar", tmp_path / "new")
    with pytest.raises(BadInput, match="cannot be read"):
        checking.check(tmp_path / "none.tar", revisions(), lambda _: None)
    with pytest.raises(BadInput, match="cannot be read"):
        checking.check(tmp_path, revisions(), lambda _: None)
