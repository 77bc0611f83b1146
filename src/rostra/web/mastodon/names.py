"""Names of fields as Rails reads them: `a[]`, `a[b]`, `a[0][b]`, `a[][b]`. Pure.

    media_ids[]=1&media_ids[]=2                 {"media_ids": ["1", "2"]}
    poll[options][]=Tea&poll[multiple]=true     {"poll": {"options": ["Tea"], "multiple": "true"}}
    words[][word]=a&words[][whole]=1            {"words": [{"word": "a", "whole": "1"}]}
    fields[1][name]=x                           {"fields": {"1": {"name": "x"}}}

A dictionary whose keys are numbers stays one: the model says whether a list is meant
(`parameters.Several`). Depth and number of the names are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from rostra.errors import BadInput

MOST_PAIRS = 500
MOST_DEPTH = 4
LONGEST_NAME = 200
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The values by their names. Raises BadInput for names that cannot be, or too many."""
    found: dict[str, Any] = {}
    for number, (name, value) in enumerate(pairs, 1):
        if number > MOST_PAIRS:
            raise BadInput(f"There are too many fields: {MOST_PAIRS} at most.")
        _put(found, _steps(name), value, name)
    return found


def _steps(name: str) -> list[str]:
    """`a[b][]` as a, b and the empty step that means one more."""
    match = _NAME.fullmatch(name) if len(name) <= LONGEST_NAME else None
    if match is None:
        raise _unreadable(name)
    inner = match[2]
    steps = [match[1], *(inner[1:-1].split("][") if inner else ())]
    if len(steps) > MOST_DEPTH:
        raise _unreadable(name)
    return steps


def _put(found: dict[str, Any], steps: list[str], value: str, name: str) -> None:
    place: Any = found
    for step, following in pairwise(steps):
        place = _inside(place, step, [] if following == "" else {}, steps[-1], name)
    last = steps[-1]
    if isinstance(place, list):
        if last != "":
            raise _unreadable(name)
        place.append(value)
    elif isinstance(place.get(last), dict | list):
        raise _unreadable(name)
    else:
        place[last] = value


def _inside(place: Any, step: str, empty: Any, last: str, name: str) -> Any:
    """What stands at `step` of `place`, made as `empty` if nothing does."""
    if isinstance(place, list):
        # One more, unless the last one still lacks what comes: so `a[][x]&a[][y]` is one of both.
        if isinstance(empty, list):
            raise _unreadable(name)
        if not place or not isinstance(place[-1], dict) or last in place[-1]:
            place.append(empty)
        return place[-1]
    there = place.setdefault(step, empty)
    if type(there) is not type(empty):
        raise _unreadable(name)
    return there


def _unreadable(name: str) -> BadInput:
    return BadInput(f"The field {name[:60]!r} cannot be read: name it as in /docs.")
