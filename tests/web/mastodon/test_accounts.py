"""People, and oneself, by the API."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from rostra.charter.tables import charter
from rostra.people import applications
from rostra.people.names import index_name
from rostra.people.tables import accounts
from rostra.square import people_lists
from rostra.square.audience import STRANGER, Circle
from rostra.square.search import people_like

SIGN_UP = {
    "username": "newby", "email": "n@r.example", "password": "correct horse battery staple",
    "agreement": "true", "locale": "en", "reason": "to talk",
}  # fmt: skip


async def change(square, handle, **values):
    async with square.parts.database.writing() as connection:
        await connection.execute(
            update(accounts).where(accounts.c.handle == handle).values(**values)
        )


async def charter_says(square, **choices):
    async with square.parts.database.writing() as connection:
        for name, value in choices.items():
            row = {"name": name, "value": value, "changed_ms": square.parts.now_ms()}
            await connection.execute(insert(charter).values(**row))


async def app_token(square, scopes="read write"):
    async with square.parts.database.writing() as connection:
        app, _ = await applications.register(
            connection, name="App", redirect_uris=["https://a.example/"], scopes=scopes,
            website="", now_ms=square.parts.now_ms(),
        )  # fmt: skip
        made = await applications.token_for_itself(
            connection, app, scope=scopes, now_ms=square.parts.now_ms()
        )
    return made.token


@pytest.fixture
async def ada(square):
    return await square.account("ada", "member")


@pytest.fixture
async def own(square, ada):
    async with square.client(await square.token("ada")) as client:
        yield client


async def test_one_changes_what_one_is(own):
    wish = {
        "display_name": "Ada L.", "note": "Numbers\n#maths", "locked": "true", "bot": "0",
        "discoverable": "false", "fields_attributes[0][name]": "Home",
        "fields_attributes[0][value]": "https://ada.example", "source[privacy]": "unlisted",
        "source[sensitive]": "1", "source[language]": "fr",
    }  # fmt: skip
    shown = (await own.patch("/api/v1/accounts/update_credentials", data=wish)).json()
    assert shown == (await own.get("/api/v1/accounts/verify_credentials")).json()
    assert (shown["display_name"], shown["locked"], shown["discoverable"]) == (
        "Ada L.",
        True,
        False,
    )
    assert shown["source"]["note"] == "Numbers\n#maths" and 'rel="tag"' in shown["note"]
    assert shown["fields"][0]["value"].startswith('<a href="https://ada.example"')
    assert (shown["source"]["privacy"], shown["source"]["language"]) == ("unlisted", "fr")
    preferences = (await own.get("/api/v1/preferences")).json()
    assert preferences["posting:default:visibility"] == "unlisted"
    assert preferences["posting:default:sensitive"] is True
    json = {"display_name": "", "fields_attributes": []}
    shown = (await own.patch("/api/v1/accounts/update_credentials", json=json)).json()
    assert (shown["display_name"], shown["fields"], shown["locked"]) == ("ada", [], True)
    for which in ("avatar", "header"):
        assert (await own.delete(f"/api/v1/profile/{which}")).status_code == 200


async def test_what_one_cannot_be(own):
    for wish in (
        {"note": "x" * 501}, {"display_name": "x" * 81}, {"source": {"privacy": "secret"}},
        {"fields_attributes": [{"name": "a", "value": "b"}] * 5}, {"locked": "perhaps"},
        {"source": {"language": "../.."}}, {"source": 7}, {"note": "\0"},
    ):  # fmt: skip
        answer = await own.patch("/api/v1/accounts/update_credentials", json=wish)
        assert answer.status_code == 422, wish
        assert answer.json()["error"].startswith("Validation failed: ")


async def test_people_are_shown_to_anybody(square, ada):
    ben = await square.account("ben", "member")
    async with square.client() as client:
        shown = (await client.get(f"/api/v1/accounts/{ada.id}")).json()
        assert shown["acct"] == "ada" and "source" not in shown
        for acct in ("ada", "@ada", "ADA@127.0.0.1:8000", "acct:ada@127.0.0.1"):
            found = await client.get("/api/v1/accounts/lookup", params={"acct": acct})
            assert found.json()["id"] == ada.id, acct
        both = await client.get("/api/v1/accounts", params={"id[]": [ben.id, "x", ada.id, ben.id]})
        assert [each["id"] for each in both.json()] == [ben.id, ada.id]
        for wrong in ("x", "0", "x" * 900, "%00"):
            assert (await client.get(f"/api/v1/accounts/{wrong}")).status_code == 404
        for acct in ("", "ada@elsewhere.example", "no one", "x" * 900):
            found = await client.get("/api/v1/accounts/lookup", params={"acct": acct})
            assert found.status_code == 404


async def test_of_some_only_that_they_are_or_nothing(square, ada):
    for state, status, key in (
        ("suspended", 200, "suspended"), ("limited", 200, "limited"), ("pending", 404, None),
        ("leaving", 404, None), ("gone", 404, None),
    ):  # fmt: skip
        await change(square, "ada", state=state, bio="secret")
        async with square.client() as client:
            answer = await client.get(f"/api/v1/accounts/{ada.id}")
            listed = await client.get("/api/v1/accounts", params={"id[]": ada.id})
        assert answer.status_code == status and len(listed.json()) == (status == 200), state
        assert key is None or answer.json()[key] is True
        assert ("secret" in answer.text) == (state == "limited")


async def test_who_may_not_act_is_told_so(square, ada, own):
    await change(square, "ada", state="suspended")
    answer = await own.get("/api/v1/accounts/verify_credentials")
    assert answer.status_code == 403 and "suspended" in answer.json()["error"]


async def test_people_are_found_and_listed(square, ada, own):
    for handle, values in {
        "adam": {"last_post_id": 5, "followers": 9}, "ben": {"name": "Adalbert", "last_post_id": 7},
        "adele": {"hidden": True}, "adolf": {"state": "limited"}, "a_a": {},
    }.items():  # fmt: skip
        made = await square.account(handle, "member")
        if values:
            await change(square, handle, **values)
        async with square.parts.database.writing() as connection:
            await index_name(connection, made.id, handle, values.get("name", handle))

    async def handles(path, **query):
        return [each["acct"] for each in (await own.get(path, params=query)).json()]

    search = "/api/v1/accounts/search"
    assert await handles(search, q="ad") == ["adam", "ada", "ben"]
    assert await handles(search, q="@ADA") == ["ada", "adam", "ben"]
    assert await handles(search, q="adele") == ["adele"]
    assert await handles(search, q="ad", limit=1, offset=1) == ["ada"]
    assert await handles(search, q="a_") == ["a_a"] and await handles(search, q="%") == []
    assert await handles(search, q="ad", following=True) == [] == await handles(search, q=" ")
    assert (await handles("/api/v1/directory"))[:2] == ["ben", "adam"]
    assert (await handles("/api/v1/directory", order="new", limit=1)) == ["a_a"]
    page = await own.get("/api/v1/directory", params={"limit": 1})
    assert "offset=1" in page.headers["link"]
    assert await handles("/api/v1/suggestions") == ["ben", "adam"]
    found = (await own.get("/api/v2/suggestions")).json()
    assert [each["account"]["acct"] for each in found] == ["ben", "adam"]


async def test_who_is_apart_is_in_no_list(database):
    from rostra.people import actions

    async with database.writing() as connection:
        ada = await actions.add_person(connection, "ada", now_ms=1)
        ben = await actions.add_person(connection, "ben", now_ms=2)
        apart = Circle(account_id=ada.id, blocked_by=frozenset({ben.id}))
        for circle, seen in ((STRANGER, ["ben"]), (apart, [])):
            found = await people_like(connection, "be", circle, limit=5)
            assert [each.handle for each in found] == seen
            listed = await people_lists.directory(connection, circle, "new", limit=1)
            assert [each.handle for each in listed] == (seen or ["ada"])
        assert await people_lists.suggested(connection, apart, 5) == []
        assert await people_lists.requests_waiting(connection, ada.id) == 0


async def test_an_application_signs_somebody_up(square):
    await charter_says(square, registrations="open")
    async with square.client(await app_token(square)) as client:
        answer = await client.post("/api/v1/accounts", data=SIGN_UP)
        assert answer.status_code == 200, answer.text
        again = await client.post("/api/v1/accounts", data=SIGN_UP)
        weak = await client.post("/api/v1/accounts", data=SIGN_UP | {"password": "x"})
        without = await client.post("/api/v1/accounts", data=SIGN_UP | {"agreement": "false"})
    for refused in (again, weak, without):
        assert refused.status_code == 422, refused.text
        assert refused.json()["error"].startswith("Validation failed: ")
    async with square.client(answer.json()["access_token"]) as client:
        who = (await client.get("/api/v1/accounts/verify_credentials")).json()
    assert who["acct"] == "newby"


async def test_nobody_is_signed_up_where_one_is_invited(square, ada):
    async with square.client(await app_token(square)) as client:
        answer = await client.post("/api/v1/accounts", data=SIGN_UP)
        assert answer.status_code == 403 and "invitation" in answer.json()["error"]
    await charter_says(square, registrations="open")
    async with square.client(await app_token(square, "read")) as client:
        assert (await client.post("/api/v1/accounts", data=SIGN_UP)).status_code == 403
    async with square.client(await square.token("ada")) as client:
        assert (await client.post("/api/v1/accounts", data=SIGN_UP)).status_code == 422


async def test_a_narrow_token_reads_no_more_than_it_may(square, ada):
    async with square.parts.database.writing() as connection:
        app, _ = await applications.register(
            connection, name="App", redirect_uris=["https://a.example/"], scopes="write",
            website="", now_ms=1,
        )  # fmt: skip
        made = await applications.token_for(connection, app, ada, ("write:media",), 1)
    async with square.client(made.token) as client:
        for path in (f"/api/v1/accounts/{ada.id}", "/api/v1/accounts/verify_credentials"):
            answer = await client.get(path)
            assert answer.status_code == 403 and "scope" in answer.json()["error"]
    async with square.client("rsta_nobody") as client:
        assert (await client.get(f"/api/v1/accounts/{ada.id}")).status_code == 401
