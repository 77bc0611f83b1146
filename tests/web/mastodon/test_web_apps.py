"""Apps that run in a browser come from another origin: what browsers ask first, and may read."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from fastapi.routing import APIRoute
from PIL import Image

from rostra.web.mastodon.configuration import streaming_url
from rostra.web.open_doors import is_open
from rostra.web.parts import Origins

ELSEWHERE = "https://app.example"
READ_BY_SCRIPTS = {"link", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}


def _names(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",")}


async def test_every_door_of_the_api_may_be_used_from_any_page(square):
    doors = [
        (method, re.sub(r"\{\w+\}", "1", route.path))
        for route in square.app.routes
        if isinstance(route, APIRoute) and route.path.startswith(("/api/", "/oauth/"))
        for method in route.methods
    ]
    assert len(doors) > 200
    async with square.client() as client:
        for method, path in doors:
            if not is_open(path):
                continue
            asked = {
                "Origin": ELSEWHERE,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
            }
            answer = await client.options(path, headers=asked)
            told = answer.headers
            assert answer.status_code == 204, (method, path)
            assert told["access-control-allow-origin"] == "*"
            assert method in told["access-control-allow-methods"], (method, path)
            assert _names(told["access-control-allow-headers"]) >= {
                "authorization", "content-type", "idempotency-key", "*",
            }  # fmt: skip
            assert "access-control-allow-credentials" not in told


async def test_pages_are_no_doors_for_others(square):
    asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "POST"}
    async with square.client() as client:
        for path in ("/oauth/authorize", "/settings/profile", "/compose", "/sign-in"):
            answer = await client.options(path, headers=asked)
            assert "access-control-allow-origin" not in answer.headers, path


async def test_scripts_may_read_where_the_list_goes_on(square):
    await square.account("ada", "member")
    async with square.client(await square.token("ada")) as client:
        for words in ("one", "two"):
            await client.post("/api/v1/statuses", json={"status": words})
        answer = await client.get(
            "/api/v1/timelines/home", params={"limit": 1}, headers={"Origin": ELSEWHERE}
        )
        assert answer.headers["access-control-allow-origin"] == "*"
        assert 'rel="next"' in answer.headers["link"]
        assert _names(answer.headers["access-control-expose-headers"]) >= READ_BY_SCRIPTS
        refused = await client.get("/api/v1/statuses/1", headers={"Origin": ELSEWHERE})
        assert refused.status_code == 404
        assert refused.headers["access-control-allow-origin"] == "*"


async def test_a_picture_is_sent_from_another_origin(square):
    await square.account("ada", "member")
    picture = BytesIO()
    Image.new("RGB", (8, 8), (1, 2, 3)).save(picture, "PNG")
    files = {"file": ("a.png", picture.getvalue(), "image/png")}
    async with square.client(await square.token("ada")) as client:
        answer = await client.post("/api/v2/media", files=files, headers={"Origin": ELSEWHERE})
        assert answer.status_code in (200, 202), answer.text
        assert answer.headers["access-control-allow-origin"] == "*"
    async with square.client() as client:
        answer = await client.post("/api/v2/media", files=files, headers={"Origin": ELSEWHERE})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("public", "streams"),
    [("https://a.example", "wss://a.example"), ("http://127.0.0.1:80", "ws://127.0.0.1:80")],
)
def test_streams_are_where_the_public_address_is(public, streams):
    assert streaming_url(Origins(public, public)) == streams
