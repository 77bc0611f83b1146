"""What the server says of itself."""

from __future__ import annotations

import re

from sqlalchemy import insert

from rostra.charter.tables import charter
from rostra.square import statistics


async def choose(square, **choices):
    async with square.parts.database.writing() as connection:
        for name, value in choices.items():
            row = {"name": name, "value": value, "changed_ms": square.parts.now_ms()}
            await connection.execute(insert(charter).values(**row))


async def got(square, path):
    async with square.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


async def test_instance_of_today_and_of_before(square):
    await square.account("boss", "admin")
    await choose(
        square, title="Forum", longest_post=777, registrations="approval", rules=["Be kind"]
    )
    new, old = await got(square, "/api/v2/instance"), await got(square, "/api/v1/instance/")
    assert new["domain"] == old["uri"] == "127.0.0.1:8000"
    assert new["title"] == old["title"] == "Forum"
    assert re.match(r"4\.5\.0 \(compatible; Rostra [\d.]+\)$", new["version"])
    assert new["api_versions"] == {"mastodon": 7}
    assert new["configuration"]["statuses"]["max_characters"] == 777
    assert new["configuration"]["urls"]["streaming"] == "ws://127.0.0.1:8000"
    assert old["urls"]["streaming_api"] == "ws://127.0.0.1:8000"
    assert new["contact"]["account"]["acct"] == old["contact_account"]["acct"] == "boss"
    assert new["registrations"]["approval_required"] and old["approval_required"]
    assert new["rules"][0]["id"] == "1" and old["rules"][0]["text"] == "Be kind"


async def test_what_hangs_on_the_instance(square):
    for path in (
        "rules", "activity", "peers", "domain_blocks", "extended_description", "privacy_policy",
        "languages", "translation_languages",
    ):  # fmt: skip
        assert isinstance(await got(square, f"/api/v1/instance/{path}"), list | dict)


async def test_a_description_is_text(square):
    await choose(square, description="<script>x</script>")
    found = await got(square, "/api/v1/instance/extended_description")
    assert "<script>" not in found["content"] and "&lt;script&gt;" in found["content"]


async def test_how_it_is_found(square):
    await square.account("ada", "member")
    links = (await got(square, "/.well-known/nodeinfo"))["links"]
    for link in links:
        about = await got(square, link["href"].removeprefix("http://127.0.0.1:8000"))
        assert about["software"]["name"] == "rostra" and about["usage"]["users"]["total"] == 1
    for resource in ("acct:ada@127.0.0.1:8000", "acct:Ada@127.0.0.1", "http://127.0.0.1:8000/@ada"):
        found = await got(square, f"/.well-known/webfinger?resource={resource}")
        assert found["subject"] == "acct:ada@127.0.0.1:8000"
    async with square.client() as client:
        for resource in ("acct:ada@elsewhere.example", "acct:ben@127.0.0.1", "ada", "x" * 600):
            answer = await client.get("/.well-known/webfinger", params={"resource": resource})
            assert answer.status_code in (400, 404)
        meta = await client.get("/.well-known/host-meta")
        assert "xrd+xml" in meta.headers["content-type"] and "{uri}" in meta.text
        for path in ("/health", "/api/v1/streaming/health"):
            assert (await client.get(path)).text == "OK"


async def test_numbers(database):
    from rostra.people import actions

    monday = 1_793_577_600_000  # 2026-11-02
    async with database.writing() as connection:
        await actions.add_person(connection, "ada", now_ms=monday + 1)
        found = await statistics.count_all(connection, monday + 5)
    assert (found.people, found.posts, found.active_month) == (1, 0, 0)
    assert len(found.weeks) == statistics.WEEKS and found.weeks[0].began_ms == monday
    assert (found.weeks[0].newcomers, found.weeks[1].newcomers) == (1, 0)


async def test_the_census_is_kept_for_a_while(square):
    now_ms = square.parts.now_ms()
    first = await square.parts.census.numbers(square.parts.database, now_ms)
    await square.account("ada", "member")
    assert await square.parts.census.numbers(square.parts.database, now_ms + 1) is first
    later = await square.parts.census.numbers(square.parts.database, now_ms + 10**9)
    assert later.people == first.people + 1
