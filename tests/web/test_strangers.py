"""What a stranger may send, at every door: refused with one clear sentence, and nothing breaks."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, unquote

import pytest
from sqlalchemy import update

from rostra.square.tables import posts
from rostra.web.door import RuledRoute
from rostra.web.limits import Limits
from tests.web.asking import Answer, Asker
from tests.web.crowd import people, without_limits
from tests.web.payloads import PAYLOADS

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
    "limit=", "max_id=-1", f"max_id={HUGE}", "max_id=%00", "max_id=abc",
    "min_id=-9223372036854775809",
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
        for _ in range(2 * route.path.count("{")):
            path = re.sub(r"\{\w+\}", lambda _: next(odd), route.path)
            check(await asker.ask(method, path), method, path)


async def test_odd_queries_break_no_door(square, askers):
    asker, odd = askers["member"], itertools.cycle(QUERIES)
    for method, route in doors(square.app):
        for _ in range(3 if method == "GET" else 0):
            target = f"{plain(route.path)}?{next(odd)}"
            check(await asker.ask(method, target), method, target)


async def test_odd_bodies_break_no_door(square, askers):
    asker, odd = askers["admin"], itertools.cycle(DOCUMENTS)
    for method, route in doors(square.app):
        for _ in range(0 if method in ("GET", "HEAD", "OPTIONS") else 2):
            body = next(odd)
            answer = await asker.ask(
                method, plain(route.path), content=body, headers={"content-type": JSON}
            )
            check(answer, method, route.path, body[:60])


REFUSED_POSTS: list[dict[str, Any]] = [
    {}, {"status": ""}, {"status": "\u202e\u2066 \n"}, {"status": "x" * 60_000},
    {"status": "a" + "\u0301" * 50_000}, {"status": "x\0y"}, {"status": "\ud800"},
    {"status": " ".join(f"@someone{n}" for n in range(60))},
    {"status": " ".join(f"#tag{n}" for n in range(60))},
    {"status": "a", "spoiler_text": "w" * 5000}, {"status": "a", "visibility": "everyone"},
    {"status": "a", "visibility": "PUBLIC\r\nX-Evil: 1"}, {"status": "a", "language": "klingon!"},
    {"status": "a", "language": "x" * 3000}, {"status": "a", "in_reply_to_id": "-1"},
    {"status": "a", "in_reply_to_id": HUGE}, {"status": "a", "in_reply_to_id": "1"},
    {"status": "a", "quoted_status_id": "1"}, {"status": "a", "quoted_status_id": HUGE},
    {"status": "a", "media_ids": ["1"]}, {"status": "a", "media_ids": ["-1", HUGE]},
    {"status": "a", "media_ids": [str(n) for n in range(1000)]},
    {"status": "a", "media_ids": {"a": 1}}, {"status": "a", "scheduled_at": "tomorrow"},
    {"status": "a", "scheduled_at": "1970-01-01T00:00:00Z"},
    {"status": "a", "scheduled_at": "9999-12-31T23:59:59Z"},
    {"status": "a", "scheduled_at": "0001-01-01T00:00:00+14:00"},
    {"status": "a", "scheduled_at": "2027-02-30T25:61:61Z"},
    {"status": "a", "scheduled_at": "2027-01-01T00:00:00[Mars/Olympus]"},
    {"status": "a", "poll": {"options": [str(n) for n in range(1000)], "expires_in": 3600}},
    {"status": "a", "poll": {"options": ["a"], "expires_in": 3600}},
    {"status": "a", "poll": {"options": ["a", "A"], "expires_in": 3600}},
    {"status": "a", "poll": {"options": ["a", "\u202e"], "expires_in": 3600}},
    {"status": "a", "poll": {"options": ["a", "b" * 5000], "expires_in": 3600}},
    {"status": "a", "poll": {"options": ["a", "b"]}},
    {"status": "a", "poll": {"options": ["a", "b"], "expires_in": -1}},
    {"status": "a", "poll": {"options": ["a", "b"], "expires_in": 0}},
    {"status": "a", "poll": {"options": ["a", "b"], "expires_in": int("9" * 400)}},
    {"status": "a", "poll": {"options": ["a", "b"], "expires_in": "NaN"}},
    {"status": "a", "poll": {"options": ["a", "b"], "expires_in": 1.5}},
    {"status": "a", "poll": {"options": [{"a": 1}, []], "expires_in": 3600}},
    {"status": ["a"]}, {"status": {"a": "b"}}, {"status": "a", "poll": "yes"},
    {"status": "a", "sensitive": "perhaps"},
]  # fmt: skip


async def test_posts_that_cannot_be_are_refused_and_leave_nothing(askers):
    asker = askers["member"]
    for wish in REFUSED_POSTS:
        answer = await asker.post("/api/v1/statuses", json=wish)
        check(answer, str(wish)[:80])
        assert 400 <= answer.status < 500, (str(wish)[:80], answer.text[:200])
    assert (await askers["nobody"].get("/api/v1/timelines/public")).json() == []
    assert (await asker.get("/api/v1/scheduled_statuses")).json() == []
    assert (await asker.post("/api/v1/statuses", json={"status": "Still here."})).status == 200


async def test_half_a_megabyte_is_no_post(askers):
    wish = {"status": "x" * 500_000}
    for door in ("/api/v1/statuses", "/posts", "/settings/profile", "/api/v1/apps", "/sign-up"):
        for body in ({"json": wish}, {"data": wish}):
            answer = await askers["member"].post(door, **body)
            check(answer, door)
            assert answer.status == 413, (door, answer.status)


async def test_a_number_with_an_exponent_is_no_number(askers):
    bodies = [b'{"status":"a","poll":{"options":["a","b"],"expires_in":1e400}}',
              b'{"status":"a","poll":{"options":["a","b"],"expires_in":NaN}}',
              b'{"status":"a","poll":{"options":["a","b"],"expires_in":-Infinity}}',
              b'{"status":"a","poll":{"options":["a","b"],"expires_in":1' + b"0" * 400 + b"}}",
    ]  # fmt: skip
    for body in bodies:
        said = {"content-type": JSON}
        answer = await askers["member"].post("/api/v1/statuses", content=body, headers=said)
        check(answer, body[:80])
        assert answer.status in (400, 422), answer.text


async def test_of_keys_given_twice_the_last_counts(askers):
    body, said = b'{"status":"first","status":"last"}', {"content-type": JSON}
    answer = await askers["member"].post("/api/v1/statuses", content=body, headers=said)
    assert answer.status == 200 and answer.json()["content"] == "<p>last</p>"


async def test_files_that_are_none_are_refused_and_nothing_is_kept(square, askers):
    files = [b"", b"x", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"\xff\xd8\xff\xe0" + bytes(50),
             b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"%PDF-1.7",
             b"<!DOCTYPE html><script>alert(1)</script>", b"PK\x03\x04" + bytes(100),
             b"ID3\x04" + b"\xff" * 300, b"OggS" + bytes(300), b"GIF89a\xff\xff\xff\xff",
    ]  # fmt: skip
    for body in files:
        kind = {"content-type": "image/png", "rostra-description": "a%00%ff"}
        for headers in (kind, kind | {"rostra-description": "x"}):
            answer = await askers["member"].post("/api/media", content=body, headers=headers)
            check(answer, body[:20])
            assert answer.status in (400, 415, 422), (body[:20], answer.text)
    assert not [path for path in square.parts.places.media.rglob("*") if path.is_file()]


async def test_no_post_comes_to_answer_itself(square, askers):
    asker = askers["member"]
    first = (await asker.post("/api/v1/statuses", json={"status": "1"})).json()["id"]
    wish = {"status": "2", "in_reply_to_id": first}
    second = (await asker.post("/api/v1/statuses", json=wish)).json()["id"]
    for answered in (first, second):  # what a post answers is no part of an edit
        wish = {"status": "1 again", "in_reply_to_id": answered}
        edited = await asker.put(f"/api/v1/statuses/{first}", json=wish)
        assert edited.json()["in_reply_to_id"] is None
    # Were there a circle all the same, looking at it would end.
    async with square.parts.database.writing() as connection:
        own = posts.c.id == int(first)
        await connection.execute(update(posts).where(own).values(reply_to=int(second)))
    for post in (first, second):
        assert (await asker.get(f"/api/v1/statuses/{post}/context")).status == 200
        assert (await asker.get(f"/@other/{post}")).status == 200


async def test_a_flood_of_follows_is_told_to_wait(square, askers):
    square.parts.limits = Limits()
    target = (await askers["nobody"].get("/api/v1/accounts/lookup?acct=owner")).json()["id"]
    answers = [
        await askers["member"].post(f"/api/v1/accounts/{target}/{way}")
        for _ in range(40)
        for way in ("follow", "unfollow")
    ]
    for answer in answers:
        check(answer)
        assert answer.status in (200, 429)
    assert answers[0].status == 200 and answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) > 0


LONG = "x" * 60_000
HEADERS: list[dict[str, str]] = [
    {"accept-language": LONG}, {"accept-language": "en;q=" + HUGE}, {"accept-language": "\0,fr"},
    {"accept-language": ",".join(["fr"] * 9000)}, {"cookie": LONG}, {"cookie": "=;" * 9000},
    {"cookie": "rostra_session=" + LONG}, {"cookie": "rostra_session=\0\ud800"},
    {"authorization": LONG}, {"authorization": "Bearer " + LONG}, {"authorization": "Bearer \0"},
    {"authorization": "Bearer " + "." * 5000}, {"authorization": "Basic ="},
    {"authorization": "Basic " + LONG}, {"authorization": "Bearer"}, {"accept": LONG},
    {"range": "bytes=" + "0-1," * 9000}, {"range": f"bytes={HUGE}-{HUGE}"},
    {"if-none-match": LONG}, {"idempotency-key": LONG}, {"idempotency-key": "a\0b"},
    {"content-type": "application/json; charset=klingon"}, {"content-type": LONG},
    {"content-type": "multipart/form-data"}, {"content-type": "\0"},
    {"content-type": "multipart/form-data; boundary=" + "x" * 5000},
    {"content-type": "application/x-www-form-urlencoded; charset=utf-7"},
    {"content-length": "-1"}, {"content-length": HUGE}, {"user-agent": "\0" + LONG},
    {"x-forwarded-for": LONG}, {"x-forwarded-for": "\0, 127.0.0.1"}, {"referer": "\r\nX-Evil: 1"},
    {"rostra-part": "\0"}, {"last-event-id": LONG}, {"if-match": LONG},
]  # fmt: skip


async def test_odd_headers_break_no_door(square, askers):
    odd = itertools.cycle(HEADERS)
    for method, route in doors(square.app):
        for _ in range(2):
            headers = next(odd)
            answer = await askers["nobody"].ask(method, plain(route.path), headers=headers)
            check(answer, method, route.path, str(headers)[:80])


async def test_what_stands_in_a_header_begins_no_other(askers):
    await askers["member"].post("/api/v1/statuses", json={"status": "#evil"})
    for odd in ("%0d%0aX-Evil:%201", "%0aX-Evil:1", "%00", ">;rel=x,<http://evil.example/"):
        for path in ("public", "tag/evil"):
            answer = await askers["member"].get(
                f"/api/v1/timelines/{path}?limit=1&remote{odd}={odd}"
            )
            check(answer, odd)
            link = answer.headers.get("link", "")
            assert "\r" not in link and "\n" not in link and "<http://evil" not in link
    for then in ("%0d%0aX-Evil:1", "//evil.example", "/%5cevil.example", "https://evil.example"):
        back = {"text": "x", "back": unquote(then)}
        answer = await askers["member"].post("/posts", data=back)
        assert answer.status == 303 and answer.headers["location"].startswith("/@other/")


PATHS = [
    "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/%252e%252e%252fapp.py", "/static/%00",
    "/static/square/%2e%2e%2f%2e%2e%2fapp.py", "/media/%2e%2e%2frostra.db", "/media/rostra.db",
    "/media/..%5crostra.db", "/media/" + "0" * 32 + ".png%00.svg", "/avatars/%2e%2e.png",
    "/headers/%00.png", "//evil.example", "//evil.example/%2e%2e", "/%2e%2e/%2e%2e/etc/passwd",
    "/./././", "/%", "/%zz", "/%ff", "/\ud800", "/" + "a/" * 5000, "/" + "%41" * 5000,
    "/settings/data/%2e%2e%2frostra.db.zip", "/settings/data/..zip", "/spaces/%2e%2e",
    "/@%2e%2e/1", "/@../1", "/api/v1/..%2f..%2f/admin", "/API/V1/INSTANCE", "/api/v1//instance",
]  # fmt: skip


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
async def test_paths_lead_nowhere_they_should_not(askers, accept):
    for path in PATHS:
        answer = await askers["member"].get(path, headers={"accept": accept})
        check(answer, path[:80])
        assert answer.status in (301, 303, 400, 404, 405), (path[:80], answer.status)
        assert b"SQLite" not in answer.body and b"root:" not in answer.body
        assert "evil" not in answer.headers.get("location", "")


class Read(HTMLParser):
    """The elements that a browser would make of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def check_html(html: str, *more: str) -> None:
    """Only our elements, our attributes, and links to the web."""
    for tag, attributes in Read(html).elements:
        assert tag in {"p", "br", "a", "span", *more}, html
        assert attributes.keys() <= {"href", "class", "rel", "target", "cite"}, html
        for name in ("href", "cite"):
            assert (attributes.get(name) or "http://").startswith(("http://", "https://")), html


async def test_html_of_the_api_has_only_our_elements(askers):
    asker = askers["member"]
    for at in range(0, len(PAYLOADS), 6):
        some = [" ".join(each.split()) for each in PAYLOADS[at : at + 6]]
        text = "\n".join(some)
        fields = {str(n): {"name": each, "value": each} for n, each in enumerate(some[:4])}
        wish = {"display_name": some[0][:80], "note": text[:500], "fields_attributes": fields}
        me = await asker.ask("PATCH", "/api/v1/accounts/update_credentials", json=wish)
        assert me.status == 200, me.text
        post = await asker.post("/api/v1/statuses", json={"status": text, "spoiler_text": some[-1]})
        assert post.status == 200, post.text
        shown = post.json()
        for html in (shown["content"], shown["account"]["note"],
                     *(each["value"] for each in shown["account"]["fields"])):  # fmt: skip
            check_html(html)
        edited = await asker.put(f"/api/v1/statuses/{shown['id']}", json={"status": text + "!"})
        assert edited.status == 200
        around = await asker.get(f"/api/v1/statuses/{shown['id']}/history")
        for each in around.json():
            check_html(each["content"])
        outside = await askers["nobody"].get(f"/api/oembed?url={quote(shown['url'])}")
        check_html(outside.json()["html"], "blockquote", "footer")
