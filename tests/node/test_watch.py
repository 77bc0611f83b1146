"""Which Spaces need a stage, as their manifests say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rostra.node.watch import StageWatch
from rostra.programme import manifest
from rostra.programme.manifest import Manifest
from rostra.programme.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def _space(places: Places, slug: str, phase: str) -> None:
    manifest.create(places.manifest(slug), Manifest(slug=slug, title=slug, phase=phase))


def _becomes(places: Places, slug: str, phase: str) -> None:
    manifest.update(places.manifest(slug), lambda now: replace(now, phase=phase))


def test_lobby_live_and_paused_need_a_stage_and_nothing_else_does(places: Places) -> None:
    for phase in manifest.PHASES:
        _space(places, phase, phase)
    assert StageWatch(places).slugs(0.0) == ["live", "lobby", "paused"]


def test_an_empty_data_folder_needs_none(places: Places) -> None:
    assert StageWatch(places).slugs(0.0) == []


def test_a_change_is_seen_at_the_next_look(places: Places) -> None:
    watch = StageWatch(places)
    _space(places, "talk", "scheduled")
    assert watch.slugs(0.0) == []
    _becomes(places, "talk", "lobby")
    assert watch.slugs(0.25) == ["talk"]
    _becomes(places, "talk", "ended")
    assert watch.slugs(0.5) == []


def test_with_many_spaces_those_that_are_on_are_looked_at_first(places: Places) -> None:
    watch = StageWatch(places, few=1)
    for slug in ("a", "b", "c"):
        _space(places, slug, "live")
    assert watch.slugs(0.0) == ["a", "b", "c"]
    _becomes(places, "b", "ended")
    _space(places, "d", "live")
    assert watch.slugs(0.25) == ["a", "c"]
    assert watch.slugs(5.25) == ["a", "c", "d"]


def test_a_damaged_manifest_changes_nothing_and_is_noted(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = StageWatch(places)
    _space(places, "talk", "live")
    _space(places, "rest", "ended")
    watch.slugs(0.0)
    for slug in ("talk", "rest"):
        places.manifest(slug).write_text("{")
    assert watch.slugs(0.25) == ["talk"]
    assert watch.slugs(0.5) == ["talk"]
    assert capsys.readouterr().err.count("manifest cannot be read") == 2


def test_what_is_no_space_is_passed_over(places: Places) -> None:
    _space(places, "talk", "live")
    (places.spaces / "Not A Slug").mkdir()
    (places.spaces / "empty").mkdir()
    assert StageWatch(places).slugs(0.0) == ["talk"]
