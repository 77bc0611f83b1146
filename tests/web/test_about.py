"""What the operator says of the place is on its page /about, and its title on all pages."""

from __future__ import annotations

from rostra.charter.choices import choose


async def say(square, **changes) -> None:
    async with square.parts.database.writing() as connection:
        await choose(connection, changes, by=None, now_ms=1)
    square.parts.kept_charter.forget()


async def test_it_says_what_this_is_what_holds_and_who_runs_it(square):
    await square.account("boss", "admin")
    await square.account("ada")
    await say(
        square, title="Agora <b>", description="For <i>all</i>.\n\nSee https://example.org/a",
        rules="Be kind.\n<script>alert(1)</script>", contact="post@example.org",
        registrations="approval",
    )  # fmt: skip
    async with square.client() as client:
        page = (await client.get("/about")).text
        assert "<h1>Agora &lt;b&gt;</h1>" in page and "For &lt;i&gt;all&lt;/i&gt;." in page
        assert '<li id="rule-1">Be kind.</li>' in page and "<script>alert" not in page
        assert 'href="https://example.org/a"' in page and 'href="/@boss"' in page
        assert 'href="mailto:post@example.org"' in page and "/@ada" not in page
        assert "each request is read" in page and 'href="/sign-up"' in page
        french = (await client.get("/about", headers={"Accept-Language": "fr"})).text
        assert "Ce qui vaut ici" in french
        await say(square, registrations="closed", contact="", rules="")
        bare = (await client.get("/about")).text
        assert "Nobody just now." in bare and 'href="/sign-up"' not in bare


async def test_every_page_is_called_what_the_operator_called_the_place(square):
    await say(square, title="Agora")
    await square.parts.charter()
    async with square.client() as client:
        for path in ("/", "/spaces", "/search", "/nothing-here"):
            page = (await client.get(path, headers={"Accept": "text/html"})).text
            assert "Agora</title>" in page and "Rostra</title>" not in page, path
        second = (await client.get("/api/v2/instance")).json()
        assert second["title"] == "Agora"


async def test_how_long_a_post_may_be_is_what_the_operator_chose(square):
    await square.account("ada")
    await say(square, longest_post=120)
    async with square.client(await square.token("ada")) as client:
        told = (await client.get("/api/v2/instance")).json()["configuration"]["statuses"]
        assert told["max_characters"] == 120
        for length, status in ((120, 200), (121, 422)):
            answer = await client.post("/api/v1/statuses", json={"status": "x" * length})
            assert answer.status_code == status
