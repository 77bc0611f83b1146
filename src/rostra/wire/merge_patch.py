"""JSON merge patch (RFC 7396): the small difference between two documents.

A patch says null for what goes away; therefore documents that travel this way never rely on a
member whose value is null being told apart from one that is absent.
"""

from __future__ import annotations

from typing import Any, cast

Json = Any  # what json.loads gives: dict, list, str, int, float, bool, None


def apply(document: Json, patch: Json) -> Json:
    """`document` after `patch`; neither is changed (parts that stay the same are shared)."""
    if not isinstance(patch, dict):
        return patch
    result: dict[str, Json] = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = apply(result.get(key), value)
    return result


def diff(old: Json, new: Json) -> Json | None:
    """The smallest patch that makes `old` into `new`, or None when they are the same.

    Members of `new` that are null come out absent: a patch cannot say otherwise.
    """
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return None if same(old, new) else new
    patch: dict[str, Json] = {
        key: None for key, value in old.items() if value is not None and new.get(key) is None
    }
    for key, value in new.items():
        if value is None:
            continue
        change = _member_change(old, key, value)
        if change is not _SAME:
            patch[key] = change
    return patch or None


_SAME = object()


def _member_change(old: dict[str, Json], key: str, value: Json) -> Json:
    before = old.get(key)
    if isinstance(before, dict) and isinstance(value, dict):
        inner = diff(before, value)
        return _SAME if inner is None else inner
    return _SAME if key in old and same(before, value) else value


def same(one: Json, other: Json) -> bool:
    """Whether two documents are the same JSON: unlike `==`, true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return cast(bool, one == other)
