"""What the doors of the square answer, to right and to wrong requests."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from rostra.people import actions as people
from rostra.people.tokens import Invite, sign

SLUG = "town-hall"
SDP = {"Content-Type": "application/sdp"}


@pytest.fixture
async def owner(square):
    account = await square.account("owner")
    await square.space(account, SLUG)
    async with square.client(await square.token("owner")) as client:
        yield client


def one_sentence(answer) -> str:
    told = answer.json()
    assert set(told) >= {"error", "sentence"}
    assert told["sentence"].endswith(".") and "\n" not in told["sentence"]
    return told["sentence"]


async def test_a_space_is_made_read_and_listed(owner):
    made = await owner.post("/api/spaces", json={"title": "Budget 2027", "slug": "budget"})
    assert made.status_code == 201
    assert made.headers["location"] == "/api/spaces/budget"
    assert made.json()["urls"] == {
        "listen": "http://127.0.0.1:8001/s/budget",
        "stage": "http://127.0.0.1:8000/spaces/budget/stage",
        "whip": "http://127.0.0.1:8000/whip/budget",
        "live": "http://127.0.0.1:8001/live/budget/opus.mp4",
    }
    assert (await owner.get("/api/spaces/budget")).json() == made.json()
    listed = (await owner.get("/api/spaces")).json()["spaces"]
    assert {space["slug"] for space in listed} == {"budget", SLUG}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"title": ""}, 400),
        ({"title": "x" * 10_000}, 400),
        ({"title": "ok", "slug": "../etc"}, 400),
        ({"title": "ok", "slug": SLUG}, 409),
        ({"title": "ok", "starts_at": "yesterday-ish"}, 400),
        ({"title": "ok", "language": "klingon!"}, 400),
        ({"title": 7}, 422),
        ([], 422),
    ],
)
async def test_what_cannot_be_a_space_is_refused_in_one_sentence(owner, body, status):
    answer = await owner.post("/api/spaces", json=body)
    assert answer.status_code in {status, 400, 422} - ({400, 422} if status == 409 else set())
    one_sentence(answer)


async def test_start_opens_the_lobby_and_goes_on_air(owner, square):
    await square.stage(SLUG)
    answer = await owner.post(f"/api/spaces/{SLUG}/start")
    assert (answer.status_code, answer.json()["phase"]) == (200, "live")
    assert ("command", "start") in [(what, asked.get("move")) for what, asked in square.asked]


async def test_a_refusal_of_the_stage_reaches_the_caller(owner, square):
    await square.stage(SLUG)
    sentence = "The Space is on air already."
    square.refusal = {"status": 409, "code": "conflict", "sentence": sentence}
    answer = await owner.post(f"/api/spaces/{SLUG}/start")
    assert (answer.status_code, one_sentence(answer)) == (409, sentence)


async def test_without_the_bus_commands_say_so_and_pages_go_on(owner, square):
    await square.stage(SLUG)
    square.bus.cut()
    answer = await owner.post(f"/api/spaces/{SLUG}/start")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    one_sentence(answer)
    for path in ("/", "/spaces", "/api/spaces", "/healthz"):
        assert (await owner.get(path)).status_code == 200


async def test_an_offer_is_answered_with_the_session(square, owner):
    await square.stage(SLUG)
    async with square.client(square.seat(SLUG)) as speaker:
        answer = await speaker.post(f"/whip/{SLUG}", content="v=0\r\n", headers=SDP)
        assert answer.status_code == 201
        assert answer.headers["content-type"] == "application/sdp"
        where = answer.headers["location"]
        assert where.startswith(f"/whip/{SLUG}/") and len(where.rsplit("/", 1)[1]) >= 22
        assert answer.headers["etag"] == '"e1"'
        assert (await speaker.delete(where)).status_code == 200
    what, asked = square.asked[-1]
    assert (what, asked["op"]) == ("whip", "delete")
    assert asked["owner"] == square.asked[0][1]["who"]["id"]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", SDP, 400),
        (b"v=0", {"Content-Type": "text/plain"}, 415),
        (b"\xff\xfe", SDP, 400),
        (b"x" * 1_000_000, SDP, 413),
    ],
)
async def test_offers_that_cannot_be_one_never_reach_the_stage(
    square, owner, content, headers, status
):
    await square.stage(SLUG)
    async with square.client(square.seat(SLUG)) as speaker:
        answer = await speaker.post(f"/whip/{SLUG}", content=content, headers=headers)
    assert answer.status_code == status
    one_sentence(answer)
    assert not square.asked


PATCH = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": '"e1"'}


async def test_a_trickled_candidate_reaches_the_stage(square, owner):
    await square.stage(SLUG)
    async with square.client(square.seat(SLUG)) as speaker:
        made = await speaker.post(f"/whip/{SLUG}", content="v=0\r\n", headers=SDP)
        where = made.headers["location"]
        answer = await speaker.patch(where, content="a=end-of-candidates\r\n", headers=PATCH)
    assert (answer.status_code, answer.content) == (204, b"")
    _, asked = square.asked[-1]
    assert (asked["op"], asked["etag"]) == ("patch", "e1")
    assert asked["fragment"] == "a=end-of-candidates\r\n"
    assert asked["owner"] == square.asked[0][1]["who"]["id"]


async def test_a_restart_is_answered_with_a_fragment_and_a_new_tag(square, owner):
    await square.stage(SLUG)
    square.restarted = {"etag": "e2", "fragment": "a=ice-ufrag:abcd\r\n"}
    async with square.client(square.seat(SLUG)) as speaker:
        headers = PATCH | {"If-Match": "*"}
        answer = await speaker.patch(f"/whip/{SLUG}/{'x' * 32}", content="a=x", headers=headers)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"e2"')
    assert answer.headers["content-type"] == "application/trickle-ice-sdpfrag"
    assert answer.text == "a=ice-ufrag:abcd\r\n"
    assert square.asked[-1][1]["etag"] == "*"


@pytest.mark.parametrize(
    ("content", "change", "status"),
    [
        (b"", {}, 400),
        (b"\xff", {}, 400),
        (b"a=x", {"Content-Type": "application/sdp"}, 415),
        (b"a=x", {"If-Match": None}, 428),
        (b"a=x", {"If-Match": "e1"}, 400),
        (b"a=x" * 100_000, {}, 413),
    ],
)
async def test_patches_that_cannot_be_one_never_reach_the_stage(
    square, owner, content, change, status
):
    await square.stage(SLUG)
    headers = {name: value for name, value in (PATCH | change).items() if value is not None}
    async with square.client(square.seat(SLUG)) as speaker:
        answer = await speaker.patch(f"/whip/{SLUG}/{'x' * 32}", content=content, headers=headers)
    assert answer.status_code == status
    one_sentence(answer)
    assert not square.asked


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.binary(max_size=300),
    session=st.text("abcXYZ019_-%./", min_size=1, max_size=40),
    headers=st.fixed_dictionaries(
        {
            "Content-Type": st.sampled_from([*PATCH.values(), "text/plain", ""]),
            "If-Match": st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
        }
    ),
)
async def test_no_patch_is_the_servers_fault(square, owner, body, session, headers):
    square.parts.limits.signals.burst = 10_000
    await square.stage(SLUG)
    async with square.client(square.seat(SLUG)) as speaker:
        answer = await speaker.patch(f"/whip/{SLUG}/{session}", content=body, headers=headers)
    assert answer.status_code < 500


async def test_expired_and_forged_invitations_are_told_apart(square, owner):
    await square.stage(SLUG)
    fresh = Invite("seat", SLUG, "speaker", "Ana", int(square.parts.now()) + 60)
    past = Invite("seat", SLUG, "speaker", "Ana", int(square.parts.now()) - 60)
    good = sign(square.parts.secret, fresh)
    tokens = {
        "expired": sign(square.parts.secret, past),
        "forged": sign(b"another secret of thirty-two byte", fresh),
        "changed": good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"),
    }
    sentences = set()
    for token in tokens.values():
        async with square.client(token) as speaker:
            answer = await speaker.post(f"/whip/{SLUG}", content="v=0\r\n", headers=SDP)
        assert answer.status_code == 401
        sentences.add(one_sentence(answer))
    assert len(sentences) == 2


def gone(*_: object) -> None:
    raise OSError("The database is gone.")


async def test_a_seat_needs_no_database(square, owner):
    await square.stage(SLUG)
    await square.parts.database.close()
    event.listen(square.parts.database.engine.sync_engine, "do_connect", gone)
    async with square.client(square.seat(SLUG)) as speaker:
        answer = await speaker.post(f"/whip/{SLUG}", content="v=0\r\n", headers=SDP)
    assert answer.status_code == 201


async def test_a_link_signs_in_once_and_only_by_its_button(square, owner):
    async with square.parts.database.writing() as connection:
        link = await people.make_link(connection, "owner", now_ms=square.parts.now_ms())
    path = f"/sign-in/{link.rsplit('/', 1)[-1]}"
    ours = {"Origin": square.parts.settings.public_url}
    async with square.client() as browser:
        for _ in range(3):  # previews in chats
            seen = await browser.get(path)
            assert seen.status_code == 200
            assert seen.headers["referrer-policy"] == "no-referrer"
            assert "set-cookie" not in seen.headers
        answer = await browser.post(path, headers=ours)
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie
        again = await browser.post(path, headers={**ours, "Accept": "application/json"})
    assert again.status_code in (401, 403, 410)
    one_sentence(again)


async def test_signing_in_leads_back_to_the_stage_that_was_wanted(square, owner):
    async with square.parts.database.writing() as connection:
        links = [
            await people.make_link(connection, "owner", now_ms=square.parts.now_ms())
            for _ in range(2)
        ]
    ours = {"Origin": square.parts.settings.public_url}
    async with square.client() as browser:
        await browser.get(f"/spaces/{SLUG}/stage", headers={"Accept": "text/html"})
        answer = await browser.post(f"/sign-in/{links[0].rsplit('/', 1)[-1]}", headers=ours)
        assert answer.headers["location"] == f"/spaces/{SLUG}/stage"
        home = await browser.get("/")
        assert f"/spaces/{SLUG}/stage" in home.text  # the owner's own Spaces, with the way there
    async with square.client(cookies={"rostra_wanted": "//evil.example"}) as browser:
        answer = await browser.post(f"/sign-in/{links[1].rsplit('/', 1)[-1]}", headers=ours)
        assert answer.headers["location"] == "/"


async def test_an_invitation_comes_with_its_qr_code(owner):
    made = (await owner.post(f"/api/spaces/{SLUG}/invites", json={"role": "cohost"})).json()
    assert made["qr"]["d"].startswith("M0 0h7v1H0z")
    assert made["qr"]["size"] > 50


@pytest.mark.parametrize(
    ("written", "typed", "shown"),
    [("Ana", "Eve", "Ana"), ("", " Eve\n O", "Eve O"), ("", "", "speaker")],
)
async def test_a_guest_without_a_name_may_bring_one(square, owner, written, typed, shown):
    await square.stage(SLUG)
    expires = int(square.parts.now()) + 60
    token = sign(square.parts.secret, Invite("seat", SLUG, "speaker", written, expires))
    asked = {"name": typed, "tab": "t1", "again": "1", "green": "1"}
    async with square.client(token) as guest:
        answer = await guest.post(f"/whip/{SLUG}", params=asked, content="v=0\r\n", headers=SDP)
        assert answer.status_code == 201
        long = await guest.post(
            f"/whip/{SLUG}", params={"name": "x" * 81}, content="v=0\r\n", headers=SDP
        )
    assert long.status_code == (201 if written else 400)
    _, ask = square.asked[0]
    assert ask["who"]["name"] == shown
    assert (ask["tab"], ask["again"], ask["green"]) == ("t1", True, True)


async def test_the_square_sends_listeners_to_the_live_origin(owner):
    answer = await owner.get(f"/spaces/{SLUG}")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"http://127.0.0.1:8001/s/{SLUG}"


async def test_pages_forbid_what_they_do_not_use(owner):
    for path in ("/", "/spaces", f"/spaces/{SLUG}/stage", "/docs", "/@owner"):
        answer = await owner.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "http://" not in answer.text.replace("http://127.0.0.1", "").replace(
            "http://www.w3.org/2000/svg", ""
        )


async def test_the_description_of_the_api_names_every_operation(owner):
    described = (await owner.get("/openapi.json")).json()
    for path in ("/api/spaces", "/api/spaces/{slug}/start", "/whip/{slug}"):
        assert path in described["paths"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=json_values
    | st.fixed_dictionaries(
        {"title": json_values}, optional={"slug": json_values, "starts_at": st.text()}
    )
)
async def test_no_body_is_the_servers_fault(owner, square, body):
    square.parts.limits.creations.burst = 10_000
    answer = await owner.post("/api/spaces", content=json.dumps(body))
    assert answer.status_code < 500
    if answer.status_code >= 400:
        one_sentence(answer)
