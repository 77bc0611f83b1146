"""masto.js, unchanged, against a running server: the steps are in masto.js."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.mastodon.conftest import Server

pytestmark = pytest.mark.process
BACK = "https://app.example/back"
SCOPES = "read write"
Step = Callable[..., Any]


@pytest.fixture(scope="module")
def step(server: Server, npm: Path) -> Step:
    """Has masto.js do one of its steps, and gives its answer."""

    def do(name: str, **given: Any) -> Any:
        asked = json.dumps({"step": name, "url": server.url, **given})
        done = subprocess.run(
            ["node", "--experimental-websocket", "--no-warnings", "masto.js"],
            cwd=npm, input=asked, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return do


@pytest.fixture(scope="module")
def token(server: Server, step: Step) -> str:
    """Of Chloé, who let masto.js in."""
    server.person("chloe")
    app = step("app", redirectUris=BACK, scopes=SCOPES)
    asked = httpx.QueryParams(
        client_id=app["clientId"], redirect_uri=BACK, response_type="code", scope=SCOPES
    )
    code = server.allow("chloe", f"{server.url}/oauth/authorize?{asked}")
    made = step("token", **app, code=code, redirectUri=BACK, scope=SCOPES)
    assert made["scope"] == SCOPES
    return str(made["accessToken"])


def test_oneself(step: Step, token: str):
    found = step("self", accessToken=token)
    assert (found["acct"], found["displayName"], found["field"]) == ("chloe", "Chloé", "Site")
    assert found["privacy"] == "unlisted" and found["found"] is True
    assert "/media/" in found["avatar"]
    assert found["preferences"]["posting:default:language"] == "fr"


def test_the_server(step: Step):
    found = step("server")
    assert found["version"].startswith("4.5.0 (compatible; Rostra ")
    assert (found["number"], found["longest"], found["emojis"]) == (7, 2000, 0)


def test_pages_of_a_timeline(step: Step, token: str):
    found = step("pages", accessToken=token)
    read = [post for page in found["read"] for post in page]
    assert read[:3] == found["made"][::-1] and len(set(read)) == len(read)
    assert all(len(page) <= 2 for page in found["read"])


def test_a_post_and_what_is_done_with_it(step: Step, token: str):
    found = step("post", accessToken=token)
    assert (found["alt"], found["focus"]) == ("Better letters", {"x": 0.1, "y": 0.2})
    assert found["descendants"] == [found["asked"]] and found["options"] == [None, None]
    assert (found["versions"], found["source"]) == (2, "Edited #js")
    assert found["mine"] == [True, True] and found["pinned"] and found["quoted"]
    assert found["removed"] == "My own" and found["lists"] == [True, True, True]
    assert found["scheduled"] == "Later"


def test_people_lists_filters_and_notices(server: Server, step: Step, token: str):
    server.person("dimitri", role="member")
    other = {"url": server.url, "accessToken": server.token("dimitri")}
    found = step("people", accessToken=server.token("chloe"), other=other)
    assert found["following"] and found["notifying"] and found["inList"] and found["notice"]
    assert (found["filtered"], found["found"]) == (["goal"], ["dimitri"])
    assert "mention" in found["groups"] and found["talk"] and found["mark"]


def test_streams_by_a_websocket(step: Step, token: str):
    found = step("streams", accessToken=token)
    assert found["url"].startswith("ws://")
    for stream in ("user", "hashtag:sockets"):
        events = [event for told, event in found["told"] if told == stream]
        events = [event for event in events if event != "notification"]
        assert events[0] == "update" and events[-2:] == ["status.update", "delete"]


def test_a_refusal_is_read(step: Step, token: str):
    found = step("refused", accessToken=token)
    assert (found["name"], found["status"]) == ("MastoHttpError", 422)
    assert found["message"].startswith("Validation failed: ")
