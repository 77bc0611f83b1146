"""What a stranger may send, at every door: refused with one clear sentence, and nothing breaks."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from rostra.web.door import RuledRoute
from tests.web.asking import Answer, Asker
from tests.web.crowd import people, without_limits

HUGE = "9" * 400
JSON = "application/json"
IDS = [
    "0", "-1", "+1", "1.5", "1e9", "NaN", "Infinity", "true", "9223372036854775807",
    "9223372036854775808", "18446744073709551616", HUGE, "x" * 5000, "%00", "1%00", "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..", "%252e%252e", "%2500", "%ff%fe", "%ed%a0%80",
    "%E2%80%AE", "%F0%9F%92%A9", "%0d%0aX-Evil:%201", "'%20OR%201=1--", "%25", "*", "%C2%B2",
    "%D9%A1", "%3Cscript%3E", "a" * 31, "town-hall", "owner", "_",
]  # fmt: skip
QUERIES = [
    "limit=-1", "limit=0", "limit=1000000000", f"limit={HUGE}", "limit=NaN", "limit=1e400",
    "limit=", "max_id=-1", f"max_id={HUGE}", "max_id=%00", "max_id=abc", "min_id=-9223372036854775809",
    "since_id=9223372036854775808", "max_id=1&min_id=5&since_id=9", "offset=-1",
    f"offset={HUGE}", "offset=9223372036854775807", "id=%00", "id[]=%00", "id[]=-1&id[]=x",
    "id[a][b][c]=1", "id[=1", "id]=1", "[]=1", "a" * 5000, "&" * 3000, "q=%00", "q=%ff",
    "q=%ed%a0%80", "q=" + "%22" * 500, "q=" + "(" * 500, "q=a*+OR+NOT+%22", "q=from:+before:x+has:",
    "q=before:9999-99-99", "q=before:0000-00-00", "q=after:10000-01-01", "acct=%00",
    "acct=@@@", "resource=acct:%00@x", f"resource={'x' * 3000}", "url=http://[::1", "url=%00",
    "url=javascript:alert(1)", "maxwidth=-1", f"maxwidth={HUGE}", "format=xml", "tag=%00",
    "list=%00", f"list={HUGE}", "stream=%00", "types[]=%00", "grouped_types=%ff",
    "access_token=%00", "access_token=" + "x" * 5000, "only=%00", "then=//evil", "then=%0d%0aX:1",
    "report=%00", f"report={HUGE}", "state=%00", "response_type=%00&client_id=%00",
    "redirect_uri=%0d%0a", "scope=%00", "language=%00", "timeline[]=%00", "post=%00", "handle=%00",
    "space=%00", f"post={HUGE}", "days=x", "page=-1", f"page={HUGE}", "before=%00", "act=%00",
]  # fmt: skip
NESTED = "[" * 3000 + "]" * 3000
DOCUMENTS: list[bytes] = [
    b"", b"null", b"[]", b"1", b'""', b"{", b"{}", b"\xff\xfe", b"\x00", b'{"a":' * 3000,
    NESTED.encode(), b'{"status":' + NESTED.encode() + b"}",
    b'{"status":"a","status":1,"status":null}',
    b'{"status":NaN}', b'{"status":1e999}', b'{"status":"\\ud800"}', b'{"status":"\\u0000"}',
    b'{"id":9' + b"9" * 400 + b"}", b'{"status":{"a":1}}', b'{"status":["a"]}',
    b'{"poll":{"options":"x","expires_in":-1}}', b'{"poll":[]}', b'{"media_ids":{"0":"x"}}',
]  # fmt: skip


@pytest.fixture
async def askers(square) -> dict[str, Asker]:
    without_limits(square.parts)
    await people(square)
    origin = square.parts.settings.public_url
    names = {"member": "other", "admin": "boss"}
    made = {name: await square.token(who) for name, who in names.items()}
    asked = {name: Asker(square.app, token, origin=origin) for name, token in made.items()}
    return {"nobody": Asker(square.app, origin=origin), **asked}


def doors(app: Any) -> list[tuple[str, RuledRoute]]:
    return [(m, r) for r in app.router.routes for m in sorted(r.methods)]


def plain(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


def check(answer: Answer, *of: object) -> None:
    """Whatever it says, it is no fault of ours, and a refusal says why in a sentence."""
    assert answer.status < 500 or answer.status == 501, (of, answer.status, answer.text)
    assert "\n" not in str(answer.headers.raw) and "x-evil" not in answer.headers, of
    if answer.status >= 400 and answer.headers.get("content-type") == "application/json":
        said = answer.json()
        sentence = said.get("error_description") or said.get("sentence") or said["error"]
        assert 10 < len(sentence) < 400 and sentence.endswith((".", ":")), (of, sentence)
        assert "\n" not in sentence and "Traceback" not in sentence, of


async def test_odd_ids_are_nothings_at_every_door(square, askers):
    """Each door gets some of them, each of them comes to many doors."""
    asker, odd = askers["member"], itertools.cycle(IDS)
    for method, route in doors(square.app):
        for _ in range(5 * route.path.count("{")):
            path = re.sub(r"\{\w+\}", lambda _: next(odd), route.path)
            check(await asker.ask(method, path), method, path)


async def test_odd_queries_break_no_door(square, askers):
    asker, odd = askers["member"], itertools.cycle(QUERIES)
    for method, route in doors(square.app):
        for _ in range(6 if method == "GET" else 0):
            target = f"{plain(route.path)}?{next(odd)}"
            check(await asker.ask(method, target), method, target)


async def test_odd_bodies_break_no_door(square, askers):
    asker, odd = askers["admin"], itertools.cycle(DOCUMENTS)
    for method, route in doors(square.app):
        for _ in range(0 if method in ("GET", "HEAD", "OPTIONS") else 4):
            body = next(odd)
            answer = await asker.ask(
                method, plain(route.path), content=body, headers={"content-type": JSON}
            )
            check(answer, method, route.path, body[:60])
