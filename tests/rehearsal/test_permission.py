"""Only servers that agree are rehearsed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from rostra.errors import BadInput
from rostra.rehearsal import permission
from rostra.rehearsal.permission import Place, check, find, word


class Elsewhere(Place):
    """This machine, as if it were another."""

    @property
    def loopback(self) -> bool:
        return False


@pytest.fixture
def server() -> Iterator[dict[str, Any]]:
    """Answers every request with what `said` holds."""
    said: dict[str, Any] = {"status": 200, "body": b"{}"}

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said["path"] = self.path
            self.send_response(said["status"])
            self.send_header("Location", "http://127.0.0.1:1/rehearsal.json")
            self.end_headers()
            self.wfile.write(said["body"])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    doors = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=doors.serve_forever, daemon=True).start()
    said["place"] = Elsewhere("127.0.0.1", doors.server_port, "live.example.org", "demo")
    yield said
    doors.shutdown()
    doors.server_close()


def allowed(**changes: Any) -> bytes:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    told = {"v": 1, "token_sha256": hashlib.sha256(b"abc").hexdigest(), "listeners": 100,
            "expires": ahead.isoformat().replace("+00:00", "Z"), **changes}  # fmt: skip
    return json.dumps(told).encode()


def test_this_machine_needs_no_permission() -> None:
    place = find("http://127.0.0.1:8001/s/demo")
    assert place == Place("127.0.0.1", 8001, "127.0.0.1:8001", "demo")
    check(place, None, 10**6)
    assert word(place, None) == "loopback"


@pytest.mark.parametrize(
    "url",
    ["", "demo", "ftp://a/s/demo", "http://127.0.0.1:8001/", "http://127.0.0.1:8001/live/demo/x",
     "http://127.0.0.1:x/s/demo", "http:///s/demo", "http://[::1/s/demo",
     "http://no-such-host.invalid/s/demo"],
)  # fmt: skip
def test_what_is_no_page_of_a_space(url: str) -> None:
    with pytest.raises(BadInput):
        find(url)


def test_another_machine_needs_a_token() -> None:
    with pytest.raises(BadInput, match="--rehearsal-token"):
        check(Place("192.0.2.1", 80, "live.example.org", "demo"), None, 10)


def test_a_server_that_agrees(server: dict[str, Any]) -> None:
    server["body"] = allowed()
    check(server["place"], "abc", 100)
    assert server["path"] == "/rehearsal.json"
    assert word(server["place"], "abc") == "abc"


@pytest.mark.parametrize(
    ("body", "token", "listeners", "says"),
    [
        (allowed(), "abd", 100, "does not know this token"),
        (allowed(), "abc", 101, "at most"),
        (allowed(listeners="many"), "abc", 1, "at most"),
        (allowed(expires="2020-01-01T00:00:00Z"), "abc", 1, "expired"),
        (allowed(expires="2999-01-01T00:00:00"), "abc", 1, "expired"),
        (allowed(expires=None), "abc", 1, "expired"),
        (b"[]", "abc", 1, "does not agree"),
        (b"\xff", "abc", 1, "does not agree"),
    ],
)
def test_a_server_that_does_not(
    server: dict[str, Any], body: bytes, token: str, listeners: int, says: str
) -> None:
    server["body"] = body
    with pytest.raises(BadInput, match=says):
        check(server["place"], token, listeners)


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_redirects_are_not_followed_nor_is_silence_consent(
    server: dict[str, Any], status: int
) -> None:
    server["status"], server["body"] = status, allowed()
    with pytest.raises(BadInput, match="does not agree"):
        check(server["place"], "abc", 1)


def test_it_is_asked_at_its_address_whatever_its_name_means_by_now(server: dict[str, Any]) -> None:
    assert server["place"].host == "live.example.org"
    assert permission.get(server["place"], "/") == (200, b"{}")
