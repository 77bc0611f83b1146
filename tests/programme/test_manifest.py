"""Manifests are replaced whole, by one writer after the other."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest

from rostra.errors import Conflict, Misconfigured, NotFound, Unavailable
from rostra.programme import manifest
from rostra.programme.manifest import Manifest, create, read, update

SPACE = Manifest(slug="demo", title="Démonstration 👏", reactions=("👏",), on_air=92_160)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spaces" / "demo" / "manifest.json"


def test_what_is_written_is_read(path: Path) -> None:
    assert read(path) is None
    assert create(path, SPACE) == SPACE
    assert read(path) == SPACE
    changed = update(path, lambda old: dataclasses.replace(old, phase="live", programme="p"))
    assert read(path) == changed == dataclasses.replace(SPACE, phase="live", programme="p")
    assert sorted(file.name for file in path.parent.iterdir()) == ["manifest.json", "manifest.lock"]


def test_an_address_is_taken_once(path: Path) -> None:
    create(path, SPACE)
    with pytest.raises(Conflict):
        create(path, dataclasses.replace(SPACE, title="another"))
    assert read(path) == SPACE


def test_a_change_that_fails_leaves_everything_as_it_was(path: Path) -> None:
    create(path, SPACE)

    def fail(_: Manifest) -> Manifest:
        raise Conflict("not now")

    with pytest.raises(Conflict):
        update(path, fail)
    assert read(path) == SPACE


def test_a_change_that_changes_nothing_writes_nothing(path: Path) -> None:
    create(path, SPACE)
    before = path.stat().st_ino
    assert update(path, lambda old: old) == SPACE
    assert path.stat().st_ino == before


def test_what_is_not_there_cannot_be_changed(path: Path) -> None:
    with pytest.raises(NotFound):
        update(path, lambda old: old)
    path.parent.mkdir(parents=True)
    with pytest.raises(NotFound):
        update(path, lambda old: old)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"v": 1}', '{"slug": "a", "title": "b", "phase": "dancing"}', "\xff"],
)
def test_a_damaged_manifest_says_so(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(Misconfigured, match="damaged"):
        read(path)


def test_a_newer_manifest_says_so_and_unknown_members_are_passed_over(path: Path) -> None:
    create(path, SPACE)
    known = json.loads(path.read_text())
    path.write_text(json.dumps(known | {"cover": "c.webp"}))
    assert read(path) == SPACE
    path.write_text(json.dumps(known | {"v": 2}))
    with pytest.raises(Misconfigured, match="newer Rostra"):
        read(path)


def test_only_lobby_live_and_paused_need_a_stage() -> None:
    on = [phase for phase in manifest.PHASES if dataclasses.replace(SPACE, phase=phase).on]
    assert on == ["lobby", "live", "paused"]


def test_more_than_eight_reactions_are_refused() -> None:
    with pytest.raises(ValueError, match="eight"):
        dataclasses.replace(SPACE, reactions=("👏",) * 9)


def test_a_writer_that_hangs_does_not_hang_the_others_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(path, SPACE)
    monkeypatch.setattr(manifest, "_TRIES", 3)
    with path.with_suffix(".lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Unavailable):
            update(path, lambda old: old)
    assert read(path) == SPACE


COUNT_UP = """
import dataclasses, sys
from pathlib import Path
from rostra.programme.manifest import update
for _ in range(200):
    update(Path(sys.argv[1]), lambda old: dataclasses.replace(old, on_air=old.on_air + 1))
"""


@pytest.mark.process
def test_two_processes_lose_none_of_their_changes_and_nobody_reads_half_a_file(path: Path) -> None:
    create(path, dataclasses.replace(SPACE, on_air=0))
    command = [sys.executable, "-c", COUNT_UP, str(path)]
    writers = [subprocess.Popen(command) for _ in range(2)]
    seen = [0]
    while any(writer.poll() is None for writer in writers):
        found = read(path)
        assert found is not None
        assert found.on_air is not None
        assert found.on_air >= seen[-1]
        seen.append(found.on_air)
    assert [writer.returncode for writer in writers] == [0, 0]
    last = read(path)
    assert last is not None
    assert last.on_air == 400
    assert len(set(seen)) > 10
