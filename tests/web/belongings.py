"""One of each thing that belongs to somebody, made by its owner through the doors for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rostra.people import exports, sessions
from rostra.people.queries import Account
from rostra.people.tokens import fingerprint
from rostra.square import media
from rostra.square.drafts import keep_draft
from rostra.square.media import Finished
from rostra.square.rules import Wish
from rostra.web.acting import acting
from tests.web.asking import Asker

DAY_S = 24 * 3600


@dataclass
class Owner:
    """Who has things, and a friend who makes what only others can make."""

    square: Any
    account: Account
    asker: Asker
    friend: Account
    friend_asker: Asker

    async def make(self, what: str) -> dict[str, str]:
        """A new thing of that name: the values for the names in addresses and forms."""
        return await MAKERS[what](self)

    async def posted(self, **wish: Any) -> dict[str, Any]:
        answer = await self.asker.post("/api/v1/statuses", json={"status": "Mine.", **wish})
        assert answer.status == 200, answer.text
        return dict(answer.json())

    async def made(self, path: str, document: Any) -> dict[str, Any]:
        answer = await self.asker.post(path, json=document)
        assert answer.status == 200, answer.text
        return dict(answer.json())


async def _direct(owner: Owner) -> dict[str, str]:
    post = await owner.posted(visibility="direct")
    return {"id": post["id"], "handle": "owner"}


async def _private(owner: Owner) -> dict[str, str]:
    post = await owner.posted(visibility="private")
    return {"id": post["id"], "handle": "owner"}


async def _public(owner: Owner) -> dict[str, str]:
    post = await owner.posted()
    return {"id": post["id"], "handle": "owner"}


async def _quoted(owner: Owner) -> dict[str, str]:
    post = await owner.posted()
    wish = {"status": "Theirs.", "quoted_status_id": post["id"]}
    answer = await owner.friend_asker.post("/api/v1/statuses", json=wish)
    assert answer.status == 200, answer.text
    return {"id": post["id"], "quote": answer.json()["id"], "handle": "owner"}


async def _poll(owner: Owner) -> dict[str, str]:
    poll = {"options": ["a", "b"], "expires_in": DAY_S}
    post = await owner.posted(visibility="private", poll=poll)
    return {"id": post["poll"]["id"], "handle": "owner"}


async def _scheduled(owner: Owner) -> dict[str, str]:
    tomorrow = datetime.fromtimestamp(owner.square.parts.now_ms() / 1000 + DAY_S, UTC)
    wish = {"status": "Later.", "scheduled_at": tomorrow.isoformat()}
    return {"id": (await owner.made("/api/v1/statuses", wish))["id"]}


async def _draft(owner: Owner) -> dict[str, str]:
    async with acting(owner.square.parts) as act:
        return {"id": str((await keep_draft(act, owner.account, Wish("Not yet."))).id)}


async def _list(owner: Owner) -> dict[str, str]:
    return {"id": (await owner.made("/api/v1/lists", {"title": "Mine"}))["id"]}


async def _filter(owner: Owner) -> dict[str, str]:
    return {"id": (await _filter_with_word(owner))["id"]}


async def _keyword(owner: Owner) -> dict[str, str]:
    return {"id": (await _filter_with_word(owner))["keywords"][0]["id"]}


async def _filtered_post(owner: Owner) -> dict[str, str]:
    made, post = await _filter_with_word(owner), await owner.posted()
    path = f"/api/v2/filters/{made['id']}/statuses"
    return {"id": (await owner.made(path, {"status_id": post["id"]}))["id"]}


async def _filter_with_word(owner: Owner) -> dict[str, Any]:
    wish = {"title": "F", "context": ["home"], "keywords_attributes": [{"keyword": "word"}]}
    return await owner.made("/api/v2/filters", wish)


async def _upload(owner: Owner) -> dict[str, str]:
    async with acting(owner.square.parts) as act:
        number = await media.start_upload(act, owner.account, 10)
        name = f"{number:032x}.png"
        await media.finish(act, number, Finished("image", "image/png", name, None, 10, "", {}))
    return {"id": str(number)}


async def _notice(owner: Owner) -> dict[str, str]:
    post = await owner.posted()
    answer = await owner.friend_asker.post(f"/api/v1/statuses/{post['id']}/favourite")
    assert answer.status == 200, answer.text
    found = (await owner.asker.get("/api/v1/notifications?limit=1")).json()[0]
    return {
        "id": found["id"],
        "ids": found["id"],
        "group_key": f"favourite-{post['id']}",
    }


async def _conversation(owner: Owner) -> dict[str, str]:
    await owner.posted(status="@friend between us", visibility="direct")
    found = (await owner.asker.get("/api/v1/conversations")).json()[0]
    return {"id": found["id"]}


async def _featured_tag(owner: Owner) -> dict[str, str]:
    for each in (await owner.asker.get("/api/v1/featured_tags")).json():
        await owner.asker.ask("DELETE", f"/api/v1/featured_tags/{each['id']}")
    return {"id": (await owner.made("/api/v1/featured_tags", {"name": "mine"}))["id"]}


async def _export(owner: Owner) -> dict[str, str]:
    parts = owner.square.parts
    async with parts.database.writing() as connection:
        found = await exports.ask_for_export(connection, owner.account, parts.now_ms())
        export = await exports.export_of_id(connection, found)
        assert export is not None
        await exports.export_ready(connection, export, "x.zip", parts.now_ms())
    parts.places.exports.mkdir(parents=True, exist_ok=True)
    (parts.places.exports / "x.zip").write_bytes(b"PK")
    return {"secret": found}


async def _session(owner: Owner) -> dict[str, str]:
    parts = owner.square.parts
    async with parts.database.writing() as connection:
        await sessions.begin_session(
            connection, owner.account.id, sessions.Device("Firefox", "127.0.0.1"), parts.now_ms()
        )
        found = await sessions.sessions_of(connection, owner.account.id, parts.now_ms())
    return {"id": found[0].id}


async def _token(owner: Owner) -> dict[str, str]:
    return {"id": fingerprint(await owner.square.token("owner"))}


async def _follow_request(owner: Owner) -> dict[str, str]:
    """Of the friend, to be let in or not by the owner alone."""
    answer = await owner.asker.ask(
        "PATCH", "/api/v1/accounts/update_credentials", data={"locked": "true"}
    )
    assert answer.status == 200, answer.text
    for way in ("unfollow", "follow"):
        await owner.friend_asker.post(f"/api/v1/accounts/{owner.account.id}/{way}")
    return {"id": owner.friend.id, "handle": owner.friend.handle}


MAKERS: dict[str, Callable[[Owner], Awaitable[dict[str, str]]]] = {
    "direct post": _direct,
    "private post": _private,
    "quoted post": _quoted,
    "draft": _draft,
    "public post": _public,
    "poll": _poll,
    "scheduled post": _scheduled,
    "list": _list,
    "filter": _filter,
    "keyword": _keyword,
    "filtered post": _filtered_post,
    "upload": _upload,
    "notice": _notice,
    "conversation": _conversation,
    "featured tag": _featured_tag,
    "export": _export,
    "session": _session,
    "token": _token,
    "follow request": _follow_request,
}
