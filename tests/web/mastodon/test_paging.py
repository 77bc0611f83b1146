"""Pages of lists and the Link header."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from starlette.requests import Request

from rostra.errors import NotProcessable
from rostra.square.span import Span
from rostra.web.mastodon.paging import LARGEST_ID, id_of, link_header, offset_link, page_of


def asking(query: str, path: str = "/api/v1/timelines/tag/café") -> Request:
    parts = SimpleNamespace(settings=SimpleNamespace(public_url="https://r.example"))
    app = SimpleNamespace(state=SimpleNamespace(parts=parts))
    return Request({
        "type": "http", "method": "GET", "path": path, "headers": [], "app": app,
        "query_string": query.encode(),
    })  # fmt: skip


def test_what_is_asked_for():
    assert page_of(asking("")) == Span(limit=20)
    assert page_of(asking("max_id=5&since_id=&min_id=0&limit=7")) == Span(7, 5, None, 0)
    assert page_of(asking("limit=999")).limit == 40
    assert page_of(asking("limit=0")).limit == page_of(asking("limit=-3")).limit == 1
    assert page_of(asking("max_id=" + "9" * 30)).max_id == LARGEST_ID
    for query in ("max_id=x", "limit=2.5", "since_id=%F0%9D%9F%99", "max_id=" + "9" * 99):
        with pytest.raises(NotProcessable):
            page_of(asking(query))


def test_ids_in_paths():
    assert id_of("123") == 123
    assert id_of("x") == id_of("-1") == id_of("9" * 19) == id_of("9" * 99) == id_of("٣") == 0


def test_the_link_keeps_the_rest_of_the_query():
    found = link_header(asking("types[]=a&types[]=b&max_id=9&limit=2"), [8, 3])["Link"]
    address = "https://r.example/api/v1/timelines/tag/caf%C3%A9?types%5B%5D=a&types%5B%5D=b&limit=2"
    assert found == f'<{address}&max_id=3>; rel="next", <{address}&min_id=8>; rel="prev"'
    assert link_header(asking(""), []) == {}
    assert "next" not in link_header(asking(""), [4], more=False)["Link"]


def test_lists_that_are_paged_by_number():
    assert offset_link(asking(""), 0, 10, 4) == {}
    found = offset_link(asking("offset=10"), 10, 10, 10)["Link"]
    assert "?offset=20" in found and "?offset=0" in found
