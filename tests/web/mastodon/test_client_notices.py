"""Notices, streams, and what the server says of itself, by Mastodon.py, unchanged."""

from __future__ import annotations

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError, StreamListener

from rostra.testing.patience import until
from tests.web.mastodon.conftest import Server
from tests.web.mastodon.declared import Reader

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def karl(server: Server) -> Reader:
    return server.reader("karl")


@pytest.fixture(scope="module")
def lena(server: Server) -> Reader:
    return server.reader("lena")


@pytest.fixture(scope="module")
def post(karl: Reader, lena: Reader) -> str:
    """Karl's, of which Lena made him all kinds of notices."""
    post = karl.status_post("Tell me")
    lena.account_follow(karl.me().id)
    lena.status_favourite(post.id)
    lena.status_reblog(post.id)
    lena.status_reply(post, "I do")
    lena.status_post("Listen to Karl", quoted_status_id=post.id)
    return str(post.id)


def test_each_kind(karl: Reader, post: str):
    found = karl.notifications()
    assert [each.type for each in found] == ["quote", "mention", "reblog", "favourite", "follow"]
    assert found[2].status.id == post and found[4].account.acct == "lena"
    assert karl.notifications(id=found[0].id).id == found[0].id
    assert [each.type for each in karl.notifications(types=["follow"])] == ["follow"]
    assert len(karl.notifications(exclude_types=["follow"])) == 4
    assert [each.type for each in karl.notifications(mentions_only=True)] == ["mention"]
    page = karl.notifications(limit=2)
    assert [each.id for each in karl.fetch_next(page)] == [each.id for each in found[2:4]]
    assert karl.notifications_unread_count().count == 5


def test_groups(karl: Reader, post: str):
    found = karl.grouped_notifications(expand_accounts="full")
    assert {each.type for each in found.notification_groups} >= {"favourite", "follow", "mention"}
    assert [each.acct for each in found.accounts] == ["lena"]
    first = found.notification_groups[-1]
    one = karl.grouped_notification(first.group_key)
    assert one.notification_groups[0].group_key == first.group_key
    assert [each.acct for each in karl.grouped_notification_accounts(first.group_key)] == ["lena"]
    assert karl.unread_grouped_notifications_count() == len(found.notification_groups)
    karl.dismiss_grouped_notification(first.group_key)
    left = karl.grouped_notifications().notification_groups
    assert first.group_key not in [each.group_key for each in left]


def test_what_is_held_back(karl: Reader):
    assert karl.notifications_policy().for_not_following == "accept"
    assert karl.notification_requests() == []
    assert karl.notifications_merged() is True


def test_reading_them_away(karl: Reader, post: str):
    newest = karl.notifications()[0]
    karl.markers_set("notifications", newest.id)
    assert karl.notifications_unread_count().count == 0
    karl.notifications_dismiss(newest.id)
    assert newest.id not in [each.id for each in karl.notifications()]
    karl.notifications_clear()
    assert karl.notifications() == []


def test_pushes_are_refused_with_a_sentence(karl: Reader):
    _, public = karl.push_subscription_generate_keys()
    with pytest.raises(MastodonAPIError, match="does not push"):
        karl.push_subscription_set("https://push.example/1", public, mention_events=True)
    with pytest.raises(MastodonNotFoundError, match="no push subscription"):
        karl.push_subscription()


class Heard(StreamListener):
    """Keeps what a stream tells."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def on_update(self, status) -> None:
        self.told.append(("update", str(status.id)))

    def on_delete(self, status_id) -> None:
        self.told.append(("delete", str(status_id)))

    def on_status_update(self, status) -> None:
        self.told.append(("edit", str(status.id)))

    def on_notification(self, notification) -> None:
        self.told.append(("notice", notification.type))

    def on_conversation(self, conversation) -> None:
        self.told.append(("conversation", str(conversation.last_status.id)))

    def on_abort(self, err) -> None:
        self.told.append(("abort", str(err)))


def _told(heard: Heard, *expected: tuple[str, str]) -> None:
    until(lambda: set(expected) <= set(heard.told), f"{expected} among {heard.told}", 10)


def test_streams(karl: Reader, lena: Reader):
    assert karl.stream_healthy() is True
    home, tagged, direct = Heard(), Heard(), Heard()
    streams = [
        karl.stream_user(home, run_async=True),
        karl.stream_hashtag("talk", tagged, run_async=True),
        karl.stream_direct(direct, run_async=True),
    ]
    until(lambda: all(each.is_receiving() for each in streams), "the streams are open")
    said = karl.status_post("Now #talk")
    _told(home, ("update", str(said.id)))
    _told(tagged, ("update", str(said.id)))
    karl.status_update(said.id, "Now or then #talk")
    word = lena.status_post("@karl psst", visibility="direct")
    karl.status_delete(said.id)
    _told(home, ("edit", str(said.id)), ("delete", str(said.id)), ("notice", "mention"))
    _told(direct, ("conversation", str(word.id)))
    _told(tagged, ("delete", str(said.id)))
    # They are not closed: Mastodon.py waits for the next word of each, and the server's end is one.
