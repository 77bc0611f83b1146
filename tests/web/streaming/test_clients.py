"""Streams by the client that most scripts use, unchanged."""

from __future__ import annotations

import asyncio

from mastodon import Mastodon, StreamListener

from rostra.square.notices import notify
from rostra.square.removal import remove_post
from rostra.testing.patience import in_time
from rostra.web.acting import acting
from rostra.web.streaming import sse


class Heard(StreamListener):
    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def on_update(self, status) -> None:
        self.told.append(("update", str(status.id)))

    def on_delete(self, status_id) -> None:
        self.told.append(("delete", str(status_id)))

    def on_notification(self, notification) -> None:
        self.told.append((notification.type, str(notification.id)))

    def on_abort(self, err) -> None:
        self.told.append(("abort", str(err)))


async def test_mastodon_py_hears_posts_deletions_and_notices(served, monkeypatch):
    monkeypatch.setattr(sse, "THUMP_SECONDS", 0.1)
    ada = await served.square.account("ada", "member")
    ben = await served.square.account("ben", "member")
    token = await served.square.token("ada")
    api = Mastodon(access_token=token, api_base_url=served.address, version_check_mode="none")
    heard = Heard()
    assert await asyncio.to_thread(api.stream_healthy)
    handle = await asyncio.to_thread(api.stream_user, heard, run_async=True)
    try:
        await in_time(lambda: served.hub.streams == 1, "the stream")
        post = await served.post(ada, "Hello")
        async with acting(served.square.parts) as act:
            made = await notify(act, ada.id, "follow", from_id=ben.id)
        async with acting(served.square.parts) as act:
            await remove_post(act, post, by_moderator=False)
        expected = [("update", str(post.id)), ("follow", str(made)), ("delete", str(post.id))]
        await in_time(lambda: len(heard.told) >= 3, f"three events, there are {heard.told}")
        assert heard.told == expected
    finally:
        await asyncio.to_thread(handle.close)  # it waits for its reader, who waits for a thump
    found = await asyncio.to_thread(api.notifications)
    assert [each.type for each in found] == ["follow"]
    assert await asyncio.to_thread(api.notifications_unread_count) is not None
    await asyncio.to_thread(api.notifications_clear)
    assert await asyncio.to_thread(api.notifications) == []
    assert await asyncio.to_thread(api.conversations) == []
