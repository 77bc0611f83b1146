"""The operator's choices: what they may be, who changed them, and how old they may get."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from rostra.charter import page
from rostra.charter.choices import CHOICES, Charter, checked, choose, last_changes, read_charter
from rostra.charter.kept import KEEP_NS, KeptCharter
from rostra.charter.tables import charter
from rostra.errors import BadInput
from rostra.people import actions as people
from rostra.store.database import Database
from rostra.testing.clock import ManualClock

ROOT = Path(__file__).parent.parent.parent


def test_every_default_may_be_chosen_and_has_a_sentence() -> None:
    for choice in CHOICES:
        assert checked(choice.name, choice.default) == choice.default
        assert choice.metadata["sentence"].endswith(".")


def test_the_document_is_made_from_the_table() -> None:
    written = (ROOT / "docs" / "charter.md").read_text()
    assert written == page.document(), "run: rostra config --charter > docs/charter.md"


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("title", "  The\tSquare ", "The Square"),
        ("description", "One.\n\n\n\nTwo.\u202e", "One.\n\nTwo."),
        ("rules", "Be kind.\n\n Speak in turn. ", ("Be kind.", "Speak in turn.")),
        ("languages", "en, fr pt-BR", ("en", "fr", "pt-BR")),
        ("longest_post", "500", 500),
        ("new_people_may_host", "yes", True),
        ("registrations", "open", "open"),
    ],
)
def test_what_a_form_says_becomes_what_is_kept(name: str, value: object, kept: object) -> None:
    assert checked(name, value) == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""), ("title", "x" * 61), ("title", 7), ("rules", "x\n" * 31),
        ("rules", ["x" * 301]), ("rules", [1]), ("languages", "klingon!"), ("longest_post", "-1"),
        ("longest_post", "10001"), ("longest_post", True), ("keep_days", "٣"), ("keep_days", 1.5),
        ("registrations", "sometimes"), ("registrations", []), ("new_people_may_host", 1),
        ("nothing", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(name: str, value: object) -> None:
    with pytest.raises(BadInput, match=r"\.$"):
        checked(name, value)


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(name=st.sampled_from([choice.name for choice in CHOICES]), value=JSON)
def test_any_value_is_kept_in_a_form_that_stays_or_is_refused(name: str, value: Any) -> None:
    try:
        kept = checked(name, value)
    except BadInput:
        return
    assert checked(name, kept) == kept


async def test_choices_are_kept_with_who_and_when(database: Database) -> None:
    async with database.writing() as connection:
        ada = await people.add_person(connection, "ada", now_ms=1)
        made = await choose(
            connection, {"title": "Agora", "rules": "Be kind."}, by=ada.id, now_ms=5
        )
        await choose(connection, {"title": "Agora", "keep_days": 90}, by=None, now_ms=9)
    assert made == Charter(title="Agora", rules=("Be kind.",))
    async with database.reading() as connection:
        assert await read_charter(connection) == Charter(
            title="Agora", rules=("Be kind.",), keep_days=90
        )
        changes = await last_changes(connection)
    assert {name: (c.changed_ms, c.changed_by) for name, c in changes.items()} == {
        "title": (5, ada.id), "rules": (5, ada.id), "keep_days": (9, None),
    }  # fmt: skip


async def test_one_wrong_value_changes_nothing(database: Database) -> None:
    with pytest.raises(BadInput, match="days"):
        async with database.writing() as connection:
            await choose(connection, {"title": "Agora", "keep_days": "soon"}, by=None, now_ms=1)
    async with database.reading() as connection:
        assert await read_charter(connection) == Charter()


async def test_what_another_version_kept_does_no_harm(database: Database) -> None:
    async with database.writing() as connection:
        for name, value in {"title": 7, "gone_since": "x", "keep_days": 3}.items():
            row = {"name": name, "value": value, "changed_ms": 1}
            await connection.execute(insert(charter).values(**row))
    async with database.reading() as connection:
        assert await read_charter(connection) == Charter(keep_days=3)


async def test_the_kept_charter_never_lies_for_longer_than_two_seconds(database: Database) -> None:
    clock, kept = ManualClock(), KeptCharter()
    assert (await kept.get(database, clock)).title == "Rostra"
    async with database.writing() as connection:
        await choose(connection, {"title": "Agora"}, by=None, now_ms=1)
    clock.pass_seconds((KEEP_NS - 1) / 1e9)
    assert (await kept.get(database, clock)).title == "Rostra"
    clock.pass_seconds(2e-9)
    assert (await kept.get(database, clock)).title == "Agora"


async def test_a_change_made_here_is_seen_at_once(database: Database) -> None:
    clock, kept = ManualClock(), KeptCharter()
    await kept.get(database, clock)
    async with database.writing() as connection:
        await choose(connection, {"title": "Agora"}, by=None, now_ms=1)
    kept.forget()
    assert (await kept.get(database, clock)).title == "Agora"


async def test_pages_have_what_was_read_last_without_asking(database: Database) -> None:
    clock, kept = ManualClock(), KeptCharter()
    assert kept.last == Charter()
    async with database.writing() as connection:
        await choose(connection, {"title": "Agora"}, by=None, now_ms=1)
    await kept.get(database, clock)
    clock.pass_seconds(KEEP_NS / 1e9)
    kept.forget()
    assert kept.last.title == "Agora"
