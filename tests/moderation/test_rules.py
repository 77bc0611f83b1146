"""Who may do what to whom, and which words are taken: without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import BadInput, Conflict, NotAllowed, RostraError
from rostra.moderation import rules
from rostra.moderation.rules import MOVES, Kind, Move
from rostra.people.queries import Account
from rostra.people.rules import ROLES, STATES


def somebody(role: str, name: str = "x", state: str = "active") -> Account:
    return Account(name, name, name, role, state)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("other", ROLES)
def test_who_stands_above_whom(role: str, other: str) -> None:
    by, subject = somebody(role, "by"), somebody(other, "subject")
    allowed = rules.may_handle(by, subject, acting_administrators=2)
    above = {"admin": set(ROLES), "moderator": {"host", "member"}}
    assert allowed == (other in above.get(role, set()))
    assert not rules.may_handle(by, somebody(other, "by"), acting_administrators=2)
    if not allowed:
        with pytest.raises(NotAllowed):
            rules.check_rank(by, subject, acting_administrators=2)


def test_nobody_touches_the_last_administrator_not_even_the_shell() -> None:
    last = somebody("admin", "last")
    for by in (None, somebody("admin", "by")):
        assert not rules.may_handle(by, last, acting_administrators=1)
    assert rules.may_handle(None, last, acting_administrators=2)
    suspended = somebody("admin", "asleep", "suspended")
    assert rules.may_handle(None, suspended, acting_administrators=1)


def test_a_moderator_who_is_suspended_moderates_nobody() -> None:
    by = somebody("moderator", "by", "suspended")
    assert not rules.may_handle(by, somebody("member"), acting_administrators=2)


@pytest.mark.parametrize("state", STATES)
def test_only_accounts_in_use_are_moderated(state: str) -> None:
    if state not in {"pending", "gone"}:
        rules.check_person(state)
    else:
        with pytest.raises(Conflict):
            rules.check_person(state)


@given(
    kind=st.sampled_from(Kind),
    act=st.sampled_from([*rules.ACTS, "", "ban", "x" * 300]),
    in_force=st.sets(st.sampled_from(rules.ACTS)),
)
def test_a_move_is_in_the_table_or_refused_in_a_sentence(kind, act, in_force) -> None:
    legal = (kind, act) in MOVES and not MOVES.get((kind, act), Move()).not_while & in_force
    try:
        rules.check_move(kind, act, in_force)
    except RostraError as error:
        assert not legal
        assert error.sentence.endswith(".") and "\n" not in error.sentence
    else:
        assert legal


@given(st.text(max_size=1200))
def test_reasons_are_shown_as_they_were_written_or_refused(text: str) -> None:
    try:
        kept = rules.checked_words(text, "reason", 1000, needed=True)
    except BadInput:
        assert len(text) > 900 or not "".join(c for c in text if c.isprintable()).strip()
        return
    assert 0 < len(kept) <= 1000
    assert rules.checked_words(kept, "reason", 1000, needed=True) == kept
    assert not any(c in kept for c in "\x00\u202e\u2028\ud800")


@pytest.mark.parametrize("until_ms", [-1, 0, 1000, 999, 10**18])
def test_an_end_that_is_past_or_beyond_all_measure_is_refused(until_ms: int) -> None:
    with pytest.raises(BadInput):
        rules.checked_until(MOVES[Kind.ACCOUNT, "suspend"], until_ms, 1000)


def test_what_cannot_end_by_itself_takes_no_end() -> None:
    assert rules.checked_until(MOVES[Kind.POST, "remove"], None, 0) is None
    with pytest.raises(BadInput):
        rules.checked_until(MOVES[Kind.POST, "remove"], 1000, 0)


def test_rules_are_named_by_numbers_that_are_there() -> None:
    assert rules.checked_rules([2, 1, 2], 2) == (1, 2)
    for wrong in ([0], [3], [-1], [10**30]):
        with pytest.raises(BadInput):
            rules.checked_rules(wrong, 2)


def test_a_category_is_one_of_four() -> None:
    assert rules.checked_category("") == "other"
    assert rules.checked_category("spam") == "spam"
    with pytest.raises(BadInput):
        rules.checked_category("boring")
