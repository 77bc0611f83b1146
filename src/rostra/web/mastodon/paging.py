"""Which part of a list is asked for, and the Link header that says where it goes on.

The ids are of what a list is sorted by (square/span.py), which need not be what it shows: so
clients are to follow the header.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request

from rostra.errors import BadInput, NotProcessable
from rostra.square.span import LARGEST_ID, Span
from rostra.web.parts import parts_of

_PLACES = ("max_id", "since_id", "min_id")


def page_of(request: Request, default: int = 20, most: int = 40) -> Span:
    """The page that the query asks for. Raises NotProcessable for an id or limit that is none."""
    given = request.query_params
    ids = {name: _number(given.get(name), name) for name in _PLACES}
    limit = _number(given.get("limit"), "limit")
    chosen = default if limit is None else min(max(limit, 1), most)
    return Span(chosen, **ids)


def id_of(text: str) -> int:
    """The sortable id in a path, or 0, which nothing has."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        return 0
    number = int(text)
    return number if number <= LARGEST_ID else 0


def link_header(request: Request, ids: Sequence[int], *, more: bool = True) -> dict[str, str]:
    """The header `Link` for the page whose rows are sorted by `ids`; none for an empty page.

    `more` is False where the caller knows that nothing older is there.
    """
    if not ids:
        return {}
    links = [("next", "max_id", min(ids))] if more else []
    links.append(("prev", "min_id", max(ids)))
    return {"Link": ", ".join(f'<{_address(request, n, i)}>; rel="{rel}"' for rel, n, i in links)}


def offset_link(request: Request, offset: int, limit: int, found: int) -> dict[str, str]:
    """The same for lists that are paged by number, where `found` rows were shown from `offset`."""
    links = []
    if found >= limit:
        links.append(f'<{_address(request, "offset", offset + limit)}>; rel="next"')
    if offset > 0:
        links.append(f'<{_address(request, "offset", max(0, offset - limit))}>; rel="prev"')
    return {"Link": ", ".join(links)} if links else {}


def offset_of(request: Request, most: int = 10_000) -> int:
    """The query's `offset`, within bounds. Raises NotProcessable when it is no number."""
    return min(max(_number(request.query_params.get("offset"), "offset") or 0, 0), most)


def _number(text: str | None, name: str) -> int | None:
    if text is None or text == "":
        return None
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 40:
        raise NotProcessable(f"Validation failed: {name} should be a whole number.")
    return max(-1, min(int(text), LARGEST_ID))


def _address(request: Request, name: str, value: int) -> str:
    query: bytes = request.scope.get("query_string", b"")
    try:
        pairs = parse_qsl(query.decode("utf-8"), True, errors="strict", max_num_fields=500)
    except (ValueError, UnicodeDecodeError):
        raise BadInput("The query cannot be read: send it in UTF-8.") from None
    kept = [pair for pair in pairs if pair[0] not in {*_PLACES, "offset"}]
    path = quote(str(request.scope["path"]), safe="/@:")
    return f"{parts_of(request).settings.public_url}{path}?{urlencode([*kept, (name, value)])}"
