"""Our JSON against what Mastodon.py declares: every attribute of every entity, with its type.

Mastodon.py casts what it can and is silent about the rest, so its own objects prove little. Here
the answers are read as they came, and compared with the annotations of its `return_types`, whose
docstrings also say since which version an attribute is there.
"""

from __future__ import annotations

import ast
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Union

import requests
from mastodon import Mastodon, return_types, types_base
from mastodon.types_base import AttribAccessDict, MaybeSnowflakeIdType

VERSION = (4, 5)
"""Of the API that the server claims to speak: what is younger may be missing."""

DECLARED_OTHERWISE = {
    # Mastodon.py's own slips: what the server must say is as in the entity's documentation.
    "FeaturedTag.statuses_count": str,  # documented as "String (cast from integer)"
    "FeaturedTag.last_status_at": str | None,
    "AdminReport.account": return_types.AdminAccount,
    "AdminReport.target_account": return_types.AdminAccount,
    "AdminReport.assigned_account": return_types.AdminAccount | None,
    "AdminReport.action_taken_by_account": return_types.AdminAccount | None,
    # Mastodon sends a number here, and apps in strict languages read no other.
    "NotificationGroup.most_recent_notification_id": int,
}
NOT_IN = (
    # Entities that Mastodon.py has in one class, and the documentation in a smaller one as well.
    (r"\.application$", {"id", "vapid_key", "redirect_uri", "redirect_uris", "scopes"}),
    (r"history\[\d+\]\.poll$", {
        "id", "expired", "multiple", "votes_count", "voted", "emojis", "own_votes",
    }),
    (r"history\[\d+\]\.poll\.options", {"votes_count"}),
    (r"\.filtered\[\d+\]\.filter$", {"keywords", "statuses"}),
    (r"^report$", {"rules_ids"}),
    (r"params\.poll$", {"id", "expired", "votes_count", "voted", "emojis", "own_votes"}),
)  # fmt: skip


class Reader:
    """Mastodon.py as it is; each of its answers is compared with what it declares."""

    def __init__(self, **wishes: Any) -> None:
        self.session = requests.Session()
        self.session.hooks["response"].append(self._came)
        self.raw: Any = None
        self.api = Mastodon(session=self.session, **wishes)

    def _came(self, response: requests.Response, *args: Any, **kwargs: Any) -> None:
        kind = response.headers.get("content-type", "")
        self.raw = response.json() if kind.startswith("application/json") else None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.api, name)
        if not callable(found) or name.startswith("stream_") or name == "fetch_remaining":
            return found

        def ask(*args: Any, **kwargs: Any) -> Any:
            self.raw = None
            made = found(*args, **kwargs)
            wrong = list(faults(self.raw, made, name))
            assert not wrong, "\n".join(wrong)
            return made

        return ask


def faults(raw: Any, made: Any, at: str) -> Iterator[str]:
    """Where `raw` is not what the classes of `made` declare."""
    if isinstance(raw, list) and isinstance(made, list):
        for number, (one, cast) in enumerate(zip(raw, made, strict=True)):
            yield from faults(one, cast, f"{at}[{number}]")
    elif isinstance(raw, dict) and isinstance(made, AttribAccessDict):
        yield from _entity(raw, type(made), at)


def _entity(raw: dict[str, Any], kind: type, at: str) -> Iterator[str]:
    names = getattr(kind, "_rename_map", {})
    for name, hint in _hints(kind).items():
        key, place = names.get(name, name), f"{at}.{name}"
        said = DECLARED_OTHERWISE.get(f"{kind.__name__}.{name}", hint)
        if key in raw:
            yield from _value(raw[key], said, place, raw)
        elif any(name in left_out and re.search(where, at) for where, left_out in NOT_IN):
            continue
        elif not _may_be_none(hint) and _since(kind).get(name, (0, 0)) <= VERSION:
            yield f"{place} is missing, {kind.__name__} declares {hint}"


def _value(raw: Any, hint: Any, at: str, around: dict[str, Any]) -> Iterator[str]:
    if raw is None:
        if not _may_be_none(hint):
            yield f"{at} is null, {hint} is declared"
        return
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if _is_union(hint):
        kinds = [each for each in inner if each is not type(None)]
        tried = [list(_value(raw, each, at, around)) for each in _fitting(kinds, raw, around)]
        yield from min(tried, key=len)
    elif origin is not None and issubclass(origin, list):
        if not isinstance(raw, list):
            yield f"{at} is {raw!r}, a list is declared"
            return
        for number, each in enumerate(raw):
            yield from _value(each, inner[0], f"{at}[{number}]", around)
    elif inspect.isclass(hint) and issubclass(hint, AttribAccessDict):
        if not isinstance(raw, dict):
            yield f"{at} is {raw!r}, {hint.__name__} is declared"
            return
        yield from _entity(raw, hint, at)
    elif not _is(raw, hint):
        yield f"{at} is {raw!r}, {hint} is declared"


def _fitting(kinds: list[Any], raw: Any, around: dict[str, Any]) -> list[Any]:
    """Of the members of a union those that fit the kind of attachment that is around."""
    named = {"image": "Image", "audio": "Audio", "video": "Video", "gifv": "Video"}
    wanted = named.get(str(around.get("type")))
    fitting = [k for k in kinds if wanted and getattr(k, "__name__", "").find(wanted) > 0]
    return fitting or kinds


_PLAIN: dict[Any, Callable[[Any], bool]] = {
    datetime: lambda raw: isinstance(raw, str) and bool(re.match(r"\d{4}-\d\d-\d\d", raw)),
    MaybeSnowflakeIdType: lambda raw: isinstance(raw, str),
    bool: lambda raw: isinstance(raw, bool),
    int: lambda raw: isinstance(raw, int) and not isinstance(raw, bool),
    float: lambda raw: isinstance(raw, int | float) and not isinstance(raw, bool),
}


def _is(raw: Any, hint: Any) -> bool:
    if hint in _PLAIN:
        return _PLAIN[hint](raw)
    if not inspect.isclass(hint):
        return True  # Any, and variables for types
    return isinstance(raw, list if issubclass(hint, list) else hint)


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) is Union or type(hint).__name__ == "UnionType"


def _may_be_none(hint: Any) -> bool:
    return _is_union(hint) and type(None) in typing.get_args(hint)


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind, vars(return_types) | vars(types_base))
    return {name: hint for name, hint in hints.items() if not name.startswith("_")}


@cache
def _since(kind: type) -> dict[str, tuple[int, int]]:
    """The version in which each attribute was added, as the words below it say."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for line, words in zip(body.body, body.body[1:], strict=False):
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
            continue
        said = re.search(r"(\d+)\.(\d+)\.\d+: added", ast.unparse(words))
        if said:
            found[line.target.id] = (int(said[1]), int(said[2]))
    return found
