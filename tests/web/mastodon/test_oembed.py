"""Posts and Spaces for other people's pages."""

from __future__ import annotations

import html
import re

import pytest

from rostra.square import actions
from rostra.square.act import Act
from rostra.square.rules import Wish

HOME, LIVE = "http://127.0.0.1:8000", "http://127.0.0.1:8001"


async def written(square, **wish):
    ada = await square.account("ada", "host")
    async with square.parts.database.writing() as connection:
        act = Act(connection, square.parts.now_ms())
        return ada, await actions.publish(act, ada, Wish(**wish))


async def asked(square, url, **more):
    async with square.client() as client:
        return await client.get("/api/oembed", params={"url": url, **more})


async def test_a_post(square):
    _, post = await written(square, text="Hello <script> #world")
    answer = await asked(square, f"{HOME}/@ada/{post.id}", maxwidth=300, maxheight=100)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["type"], found["version"]) == ("rich", "1.0")
    assert (found["width"], found["height"]) == (300, 100)
    assert "<script>" not in found["html"] and "&lt;script&gt;" in found["html"]
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_warning_is_all_that_is_shown(square):
    _, post = await written(square, text="the end", warning="Spoiler <i>")
    shown = (await asked(square, f"{HOME}/@ada/{post.id}")).json()["html"]
    assert "the end" not in shown and "Spoiler &lt;i&gt;" in shown


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_everybody(square, visibility):
    _, post = await written(square, text="psst", visibility=visibility)
    assert (await asked(square, f"{HOME}/@ada/{post.id}")).status_code == 404


async def test_a_space(square):
    ada = await square.account("ada", "host")
    await square.space(ada, "town-hall")
    for url in (f"{HOME}/spaces/town-hall", f"{LIVE}/s/town-hall"):
        found = (await asked(square, url)).json()
        assert found["title"] == "town-hall" and f"{LIVE}/s/town-hall" in found["html"]


async def test_what_is_not_here(square):
    for url, status in (
        ("", 400), ("x" * 600, 400), (f"{HOME}/@ada/1", 404), (f"{HOME}/@ada/{'9' * 19}", 404),
        (f"{HOME}/spaces/nothing", 404), ("https://evil.example/@ada/1", 404),
        (f"{HOME}.evil.example/@ada/1", 404), (f"{HOME}/s/town-hall", 404),
    ):  # fmt: skip
        answer = await asked(square, url)
        assert answer.status_code == status and answer.json()["error"], url


async def test_another_format(square):
    assert (await asked(square, f"{HOME}/@ada/1", format="xml")).status_code == 501


async def test_the_page_of_a_post_the_api_and_what_is_embedded_agree_on_its_address(square):
    _, post = await written(square, text="One address")
    async with square.client() as client:
        page = (await client.get(f"/@ada/{post.id}", headers={"Accept": "text/html"})).text
        shown = (await client.get(f"/api/v1/statuses/{post.id}")).json()
        link = re.search(r'json\+oembed" href="([^"]+)"', page)
        assert link is not None
        found = (await client.get(html.unescape(link[1]))).json()
    canonical = re.search(r'rel="canonical" href="([^"]+)"', page)
    assert canonical is not None
    assert canonical[1] == shown["url"] == shown["uri"] == f"{HOME}/@ada/{post.id}"
    assert f'cite="{shown["url"]}"' in found["html"] and found["author_url"] == f"{HOME}/@ada"
    assert (await asked(square, f"{HOME}/@eve/{post.id}")).status_code == 404
