"""The page's own reading of the stream, beside the reading that Python does."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from rostra.edge.page import PAGES, hue, initials
from rostra.programme.fill import fill_tag
from rostra.testing.frames import aac_sine, opus_sine
from rostra.wire.cmaf import fragment, init_segment
from rostra.wire.emsg import emsg
from rostra.wire.id3 import PATCH_OWNER, STATE_OWNER, priv
from rostra.wire.merge_patch import apply
from rostra.wire.timing import FRAGMENT

pytestmark = pytest.mark.browser


@pytest.fixture
def bare(browser: Browser) -> Iterator[Page]:
    """An empty page with the modules that need no document."""
    page = browser.new_page()
    for name in ("boxes", "merge", "timeline", "faces"):
        page.add_script_tag(content=(PAGES / "js" / f"{name}.js").read_text("utf-8"))
    yield page
    page.close()


def cut(page: Page, stream: bytes, sizes: list[int]) -> list[dict[str, Any]]:
    """What the page's Cutter makes of `stream` fed in chunks of `sizes`."""
    question = """([text, sizes]) => {
      const all = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const hex = (bytes) => btoa(String.fromCharCode(...bytes));
      const cutter = new Cutter();
      const found = [];
      let at = 0;
      for (const size of sizes) {
        for (const piece of cutter.feed(all.slice(at, at + size))) {
          const { init, sound } = piece;
          found.push({ ...piece, init: init && hex(init), sound: sound && hex(sound) });
        }
        at += size;
      }
      return found;
    }"""
    answer: list[dict[str, Any]] = page.evaluate(
        question, [base64.b64encode(stream).decode(), sizes]
    )
    return answer


def chunks(total: int, most: int, seed: int) -> list[int]:
    sizes, dice = [], random.Random(seed)
    while (left := total - sum(sizes)) > 0:
        sizes.append(min(left, dice.randint(1, most)))
    return sizes


@pytest.mark.parametrize("most", [1, 7, 300, 100_000])
def test_a_stream_is_cut_alike_however_it_comes_in(bare: Page, most: int) -> None:
    coded = opus_sine(48)
    init = init_segment(coded.track)
    told = [(STATE_OWNER, {"v": 1, "title": "Ünïcode 👏"}), (PATCH_OWNER, {"listeners": 3})]
    sounds, stream = [], init
    for n in range(3):
        start = (2**33 // FRAGMENT + n) * FRAGMENT  # beyond 32 bits
        events = [
            emsg(start, priv(owner, json.dumps(value).encode())) for owner, value in told[: n + 1]
        ]
        sound = fragment(n, start, coded.frames[n * 16 : n * 16 + 16], 960)
        sounds.append((start, sound, told[: n + 1]))
        stream += b"".join(events) + sound
    found = cut(bare, stream, chunks(len(stream), most, 1))
    assert base64.b64decode(found[0]["init"]) == init
    assert len(found) == 4
    for piece, (start, sound, events) in zip(found[1:], sounds, strict=True):
        assert base64.b64decode(piece["sound"]) == sound
        assert piece["start"] == pytest.approx(start / 48_000, abs=1e-6)
        assert piece["end"] == pytest.approx((start + FRAGMENT) / 48_000, abs=1e-6)
        assert [(e["owner"], e["value"]) for e in piece["events"]] == [*events]
        assert all(e["at"] == pytest.approx(start / 48_000, abs=1e-6) for e in piece["events"])


def test_frames_of_changing_size_are_understood(bare: Page) -> None:
    coded = aac_sine(15)
    sound = fragment(1, FRAGMENT, coded.frames, 1024)
    (piece,) = cut(bare, sound, [len(sound)])
    assert (piece["start"], piece["end"]) == (0.32, 0.64)


def test_marked_silence_is_read_from_the_stream(bare: Page) -> None:
    coded = opus_sine(16)
    event = emsg(0, fill_tag(0, 2 * FRAGMENT))
    stream = event + fragment(1, 0, coded.frames, 960)
    (piece,) = cut(bare, stream, [len(stream)])
    assert piece["events"] == [{"at": 0, "owner": "rostra.fill", "value": {"from": 0, "to": 0.64}}]


def test_what_is_no_stream_is_refused_and_what_is_torn_is_never_handed_out(bare: Page) -> None:
    assert bare.evaluate(
        "(() => { try { new Cutter().feed(new Uint8Array(64)); } catch { return 1; } })()"
    )
    whole = fragment(1, 0, opus_sine(16).frames, 960)
    assert cut(bare, whole[:-1], [len(whole) - 1]) == []


def test_an_event_that_is_damaged_costs_only_itself(bare: Page) -> None:
    sound = fragment(1, 0, opus_sine(16).frames, 960)
    bad = emsg(0, priv(STATE_OWNER, b"{nonsense"))
    good = emsg(0, priv(STATE_OWNER, b'{"v":1}'))
    stream = bad + good + sound
    (piece,) = cut(bare, stream, [len(stream)])
    assert [event["value"] for event in piece["events"]] == [{"v": 1}]


CASES: list[tuple[Any, Any]] = [  # RFC 7396, appendix A
    ({"a": "b"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}),
    ({"a": "b"}, {"a": None}),
    ({"a": "b", "b": "c"}, {"a": None}),
    ({"a": ["b"]}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}),
    (["a", "b"], ["c", "d"]),
    ({"a": "b"}, ["c"]),
    ({"a": "foo"}, None),
    ({"e": None}, {"a": 1}),
    ([1, 2], {"a": "b", "c": None}),
    ({}, {"a": {"bb": {"ccc": None}}}),
]


def test_patches_are_merged_as_python_does(bare: Page) -> None:
    for target, patch in CASES:
        merged = bare.evaluate("([target, patch]) => merged(target, patch)", [target, patch])
        assert merged == apply(target, patch), (target, patch)


def test_state_is_shown_when_its_moment_is_heard_and_a_jump_forgets_what_was_to_come(
    bare: Page,
) -> None:
    question = """() => {
      const line = new Timeline();
      line.take({ at: 10, owner: "rostra.patch", value: { n: 0 } });
      line.take({ at: 10, owner: "rostra.state", value: { phase: "live", t: 4, n: 1 } });
      line.take({ at: 11, owner: "rostra.patch", value: { n: 2 } });
      line.take({ at: 12, owner: "rostra.patch", value: { n: 3 } });
      const seen = [9, 10, 10.5, 11, 11.5].map((time) => line.due(time)?.n ?? null);
      line.jump();
      return [seen, line.due(99), line.latest.n, line.onAir];
    }"""
    assert bare.evaluate(question) == [[None, 1, None, 2, None], None, 3, 6]


def test_faces_look_the_same_as_when_the_server_draws_them(bare: Page) -> None:
    people = [("ana", "Ana Costa"), ("Ж-17", "李雷"), ("", ""), ("x" * 40, "a b  c"), ("💡", "é ñ")]
    for ident, name in people:
        shown = bare.evaluate("([id, name]) => [hueOf(id), initialsOf(name)]", [ident, name])
        assert shown == [hue(ident), initials(name)]
