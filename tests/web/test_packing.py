"""What is packed, and what is not: by whom it is asked for, and what stands in it."""

from __future__ import annotations

import gzip

import pytest

from rostra.web.files import files, fingerprint, static
from rostra.web.packing import may_pack, takes_gzip

ASKS = {"accept-encoding": "gzip, br"}
KNOWN = ASKS | {"cookie": "rostra_session=x"}


@pytest.mark.parametrize(
    ("path", "headers", "https", "packed"),
    [
        ("/", ASKS, True, True),
        ("/", {}, True, False),
        ("/", {"accept-encoding": "br"}, True, False),
        ("/", {"accept-encoding": "gzip;q=0"}, True, False),
        ("/", {"accept-encoding": "gzip; q=0.5"}, True, True),
        ("/", KNOWN | {"sec-fetch-site": "same-origin"}, True, True),
        ("/", KNOWN | {"sec-fetch-site": "none"}, True, True),
        ("/search", KNOWN | {"sec-fetch-site": "cross-site"}, True, False),
        ("/search", KNOWN | {"sec-fetch-site": "same-site"}, True, False),
        ("/", KNOWN, True, False),
        ("/", KNOWN, False, True),
        ("/settings/sessions", KNOWN | {"sec-fetch-site": "same-origin"}, True, False),
        ("/sign-in/abc", ASKS, True, False),
    ],
)
def test_nobody_elsewhere_makes_a_browser_ask_for_what_is_packed(
    path: str, headers: dict[str, str], *, https: bool, packed: bool
) -> None:
    assert may_pack(path, headers, https=https) is packed


def test_bad_weights_are_not_an_error() -> None:
    assert takes_gzip({"accept-encoding": "gzip;q=yes"})
    assert not takes_gzip({"accept-encoding": ",;,;q=,"})


async def test_pages_come_packed_and_say_so(square) -> None:
    async with square.client() as client:
        answer = await client.get("/spaces", headers={"accept": "text/html"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.text.startswith("<!doctype html>")
    async with square.client() as client:
        plain = await client.get("/spaces", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text


async def test_what_is_short_or_refused_is_as_it_is(square) -> None:
    async with square.client() as client:
        for path, status in (("/robots.txt", 200), ("/nothing", 404), ("/healthz", 200)):
            answer = await client.get(path, headers={"accept": "text/html"})
            assert answer.status_code == status
            assert "content-encoding" not in answer.headers, path


async def test_files_are_kept_for_ever_under_their_fingerprint(square) -> None:
    async with square.client() as client:
        answer = await client.get(static("square.css"))
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == files()["square.css"].body
        assert gzip.decompress(files()["square.css"].packed or b"") == answer.content
        module = await client.get(static("square/main.js"))
        assert "immutable" in module.headers["cache-control"]
        other = await client.get("/static/0123456789ab/square.css")
        assert other.headers["cache-control"] == "no-cache"
        picture = await client.get(static("icon-192.png"))
        assert picture.headers["content-type"] == "image/png"
        assert "content-encoding" not in picture.headers
        assert (await client.get(f"/static/{fingerprint()}/nothing.css")).status_code == 404
