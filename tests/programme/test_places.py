"""Names become paths only when they are safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from rostra.errors import BadInput
from rostra.programme.places import Places

PLACES = Places(Path("/data"))


def test_everything_lies_where_the_layout_says() -> None:
    assert PLACES.manifest("demo") == Path("/data/spaces/demo/manifest.json")
    assert PLACES.events("demo") == Path("/data/spaces/demo/events.log")
    assert PLACES.log("demo", "abc", "opus") == (
        Path("/data/spaces/demo/abc.opus.mp4"),
        Path("/data/spaces/demo/abc.opus.idx"),
    )
    assert [PLACES.node, PLACES.lock, PLACES.secret, PLACES.database] == [
        Path("/data/node.json"),
        Path("/data/lock"),
        Path("/data/secret"),
        Path("/data/rostra.db"),
    ]
    assert [PLACES.board, PLACES.bus, PLACES.nats] == [
        Path("/data/run/board"),
        Path("/data/run/bus.json"),
        Path("/data/run/nats"),
    ]


@pytest.mark.parametrize("slug", ["..", "a/b", "", "A", "a\0", "a" * 65])
def test_no_slug_leads_out_of_the_folder(slug: str) -> None:
    with pytest.raises(BadInput):
        PLACES.manifest(slug)


@pytest.mark.parametrize(("pid", "rendition"), [("../x", "opus"), ("a", "../b"), ("", "opus")])
def test_no_programme_leads_out_of_the_folder(pid: str, rendition: str) -> None:
    with pytest.raises(BadInput):
        PLACES.log("demo", pid, rendition)
