"""What moderators may do, to what, when, and to whom. Pure.

| act       | to      | while                | in force again | it may end by itself | be lifted |
|-----------|---------|----------------------|----------------|----------------------|-----------|
| warn      | account | always               |                |                      |           |
| sensitive | account | not marked           |                | yes                  | yes       |
| limit     | account | not suspended        | replaces       | yes                  | yes       |
| suspend   | account | always               | replaces       | yes                  | yes       |
| remove    | post    | not removed          |                |                      | yes       |
| sensitive | post    | not marked, removed  |                |                      | yes       |
| remove    | Space   | not removed          |                |                      | no        |

What an account is follows from the acts that are in force on it: *suspended* before *limited*
before *active*. So when a suspension ends, somebody who was limited before is limited again. A
Space does not come back: whoever listened was sent away, and its sound may be gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rostra.errors import BadInput, Conflict, NotAllowed
from rostra.people.queries import Account

CATEGORIES = ("spam", "legal", "violation", "other")
DAYS = (1, 3, 7, 30, 90, 365)
"""For how long an act may be done from the pages; without a number it is for good."""

MOST_POSTS = 20
MOST_RULES = 50
LONGEST_COMMENT = 1000
LONGEST_REASON = 1000
REPORTS_A_DAY = 20
"""Open reports of one person within a day."""

DAY_MS = 24 * 3600 * 1000
_LONGEST_MS = 3660 * DAY_MS


class Kind(StrEnum):
    """What an act is done to."""

    ACCOUNT = "account"
    POST = "post"
    SPACE = "space"


@dataclass(frozen=True)
class Move:
    """When an act may be done: not while one of `not_while` is in force on the same thing.

    A `lasting` act is in force until it is lifted, an `ending` one perhaps until a moment; of
    `again` a second one takes the place of the first.
    """

    not_while: frozenset[str] = frozenset()
    lasting: bool = True
    ending: bool = False
    liftable: bool = True
    again: bool = False


_MARKED, _REMOVED = frozenset({"sensitive"}), frozenset({"remove"})
MOVES: Mapping[tuple[Kind, str], Move] = {
    (Kind.ACCOUNT, "warn"): Move(lasting=False, liftable=False),
    (Kind.ACCOUNT, "sensitive"): Move(_MARKED, ending=True),
    (Kind.ACCOUNT, "limit"): Move(frozenset({"suspend"}), ending=True, again=True),
    (Kind.ACCOUNT, "suspend"): Move(ending=True, again=True),
    (Kind.POST, "remove"): Move(_REMOVED),
    (Kind.POST, "sensitive"): Move(_MARKED | _REMOVED),
    (Kind.SPACE, "remove"): Move(_REMOVED, liftable=False),
}
ACTS = tuple(dict.fromkeys(act for _, act in MOVES))
_WHY = {
    (Kind.ACCOUNT, "sensitive"): "This account's media are marked as sensitive already.",
    (Kind.ACCOUNT, "suspend"): "This account is suspended, which is more: lift that first.",
    (Kind.POST, "sensitive"): "This post is marked as sensitive already.",
    (Kind.POST, "remove"): "This post was removed already.",
    (Kind.SPACE, "remove"): "This Space was removed already.",
}


def check_move(kind: Kind, act: str, in_force: Collection[str]) -> Move:
    """The move, if it is legal while the acts `in_force` are. Raises BadInput, Conflict."""
    move = MOVES.get((kind, act))
    if move is None:
        known = ", ".join(name for of, name in MOVES if of is kind)
        raise BadInput(f"What is to be done must be one of {known}.")
    for other in sorted(move.not_while.intersection(in_force)):
        raise Conflict(_WHY[kind, other])
    return move


def check_lift(kind: Kind, act: str, *, lifted: bool) -> None:
    """Whether an act can be taken back. Raises Conflict."""
    if kind is Kind.SPACE:
        raise Conflict("A removed Space does not come back: its host may make a new one.")
    if not MOVES[kind, act].liftable:
        raise Conflict("A warning cannot be taken back: write to the person instead.")
    if lifted:
        raise Conflict("This was lifted already, or its time is over.")


def state_of(in_force: Collection[str]) -> str:
    """What an account is while these acts are in force on it: one of people.rules.STATES."""
    return "suspended" if "suspend" in in_force else "limited" if "limit" in in_force else "active"


MODERATED = frozenset({"active", "limited", "suspended", "leaving"})
"""States in which something can be done; who is pending or gone is left alone."""


def check_person(state: str) -> None:
    """Whether anything can be done to an account in that state. Raises Conflict."""
    if state not in MODERATED:
        raise Conflict("This account is not in use: nothing can be done to it here.")


def may_handle(by: Account | None, subject: Account, *, acting_administrators: int) -> bool:
    """Whether `by` (None is the shell) may act on `subject` and on reports about it.

    `acting_administrators` is how many administrators there are who can act.
    """
    if subject.role == "admin" and subject.may_act and acting_administrators <= 1:
        return False
    if by is None:
        return True
    if by.id == subject.id or not (by.may_moderate and by.may_act):
        return False
    return by.role == "admin" or not subject.may_moderate


def check_rank(by: Account | None, subject: Account, *, acting_administrators: int) -> None:
    """Raises NotAllowed where `may_handle` says no, with why."""
    if may_handle(by, subject, acting_administrators=acting_administrators):
        return
    if by is not None and by.id == subject.id:
        raise NotAllowed("Nobody moderates themselves: ask another moderator.")
    if by is not None and by.role != "admin":
        raise NotAllowed("Only administrators may act on moderators and administrators.")
    raise NotAllowed(f"@{subject.handle} is the last administrator: make another one first.")


def checked_category(text: str) -> str:
    """One of CATEGORIES; `other` where nothing is said. Raises BadInput."""
    if text and text not in CATEGORIES:
        raise BadInput("The category must be spam, legal, violation or other.")
    return text or "other"


def checked_rules(numbers: Iterable[int], there_are: int) -> tuple[int, ...]:
    """Numbers of rules as on the page of rules, which begins at 1. Raises BadInput."""
    chosen = tuple(sorted(set(numbers)))
    if len(chosen) > MOST_RULES or any(not 1 <= number <= there_are for number in chosen):
        raise BadInput("There is no rule of that number here: choose from the rules of this place.")
    return chosen


def checked_words(text: str, what: str, longest: int, *, needed: bool) -> str:
    """Text of several lines, trimmed, without what cannot be shown. Raises BadInput."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c == "\n" or c.isprintable() or c in "\u200c\u200d").strip()
    if needed and not kept:
        raise BadInput(f"The {what} is empty: say in a few words why.")
    if len(kept) > longest:
        raise BadInput(f"The {what} is too long: {longest} characters at most.")
    return kept


def checked_until(move: Move, until_ms: int | None, now_ms: int) -> int | None:
    """When an act ends by itself. Raises BadInput for what cannot end or ends too soon or late."""
    if until_ms is None:
        return None
    if not move.ending:
        raise BadInput("This cannot be done for a time: leave out how long.")
    if not now_ms < until_ms <= now_ms + _LONGEST_MS:
        raise BadInput("The end must lie in the future, ten years away at most.")
    return until_ms
