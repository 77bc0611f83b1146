"""Timelines and their pages by Mastodon.py, unchanged; each answer as it declares it."""

from __future__ import annotations

import pytest
from mastodon import Mastodon, MastodonUnauthorizedError

from tests.web.mastodon.conftest import Server
from tests.web.mastodon.declared import Reader

pytestmark = pytest.mark.process
POSTS = 7


@pytest.fixture(scope="module")
def fred(server: Server) -> Reader:
    return server.reader("fred")


@pytest.fixture(scope="module")
def gina(server: Server, fred: Reader) -> Reader:
    """Follows Fred and has him in a list."""
    api = server.reader("gina")
    assert api.account_follow(fred.me().id).following
    return api


@pytest.fixture(scope="module")
def written(fred: Reader, gina: Reader) -> list[str]:
    """Ids of Fred's posts, newest first."""
    made = [fred.status_post(f"number {n} #pages{n % 2} #timelines").id for n in range(POSTS)]
    return made[::-1]


def _ids(posts: object) -> list[str]:
    return [post.id for post in posts]  # type: ignore[attr-defined]


def test_home_page_by_page(gina: Reader, written: list[str]):
    page = gina.timeline_home(limit=3)
    assert _ids(page) == written[:3]
    older = gina.fetch_next(page)
    assert _ids(older) == written[3:6]
    assert _ids(gina.fetch_previous(older)) == written[:3]
    assert _ids(gina.fetch_remaining(page))[:POSTS] == written
    assert _ids(gina.timeline_home(min_id=written[-1], limit=2)) == written[-3:-1]
    assert _ids(gina.timeline_home(since_id=written[-1], limit=2)) == written[:2]


def test_public_and_local(server: Server, gina: Reader, written: list[str]):
    assert _ids(gina.timeline_public(limit=POSTS)) == written
    assert _ids(gina.timeline_local(limit=2)) == written[:2]
    assert gina.timeline_public(remote=True) == []
    assert gina.timeline_public(only_media=True, limit=2) is not None
    stranger = Reader(api_base_url=server.url, version_check_mode="created")
    assert _ids(stranger.timeline_public(limit=1)) == written[:1]
    assert stranger.status(written[0]).id == written[0]


def test_hashtags(gina: Reader, written: list[str]):
    assert _ids(gina.timeline_hashtag("timelines", limit=POSTS)) == written
    assert _ids(gina.timeline_hashtag("Pages0")) == written[::2]
    tag = gina.tag("timelines")
    assert (tag.name, tag.following) == ("timelines", False)
    assert gina.tag_follow("timelines").following is True
    assert [each.name for each in gina.followed_tags()] == ["timelines"]
    assert gina.tag_unfollow("timelines").following is False


def test_lists(fred: Reader, gina: Reader, written: list[str]):
    made = gina.list_create("Friends", replies_policy="list", exclusive=False)
    him = fred.me().id
    gina.list_accounts_add(made, [him])
    assert [each.acct for each in gina.list_accounts(made)] == ["fred"]
    assert _ids(gina.timeline_list(made, limit=2)) == written[:2]
    assert [each.id for each in gina.account_lists(him)] == [made.id]
    assert gina.list_update(made, "Kin", replies_policy="none", exclusive=True).title == "Kin"
    assert not set(_ids(gina.timeline_home())) & set(written)  # the list has them for itself
    assert gina.list(made.id).exclusive is True
    gina.list_accounts_delete(made, [him])
    gina.list_delete(made)
    assert gina.lists() == []


def test_posts_of_an_account(fred: Reader, gina: Reader, written: list[str]):
    him = fred.me().id
    answer = fred.status_post("To myself", in_reply_to_id=written[0])
    boost = fred.status_reblog(gina.status_post("Boost me #boosted").id)
    own = gina.account_statuses(him, exclude_replies=True, exclude_reblogs=True, limit=POSTS)
    assert answer.id in _ids(own) or _ids(own) == written  # a thread of one's own is no reply
    assert boost.id not in _ids(own) and boost.id in _ids(gina.account_statuses(him))
    assert _ids(gina.account_statuses(him, tagged="pages1")) == written[1::2]
    assert gina.account_statuses(him, only_media=True) == []
    page = gina.account_statuses(him, limit=2)
    assert len(gina.fetch_next(page)) == 2
    fred.status_unreblog(boost.reblog.id)
    fred.status_delete(answer.id)


def test_conversations(fred: Reader, gina: Reader):
    post = fred.status_post("@gina a word", visibility="direct")
    talk = gina.conversations()[0]
    assert (talk.unread, talk.last_status.id) == (True, post.id)
    assert [each.acct for each in talk.accounts] == ["fred"]
    assert gina.conversations_read(talk.id).unread is False
    gina.status_reply(post, "two words", visibility="direct")
    assert fred.conversations()[0].unread is True


def test_search(fred: Reader, gina: Reader, written: list[str]):
    found = gina.search_v2("number 3", result_type="statuses")
    assert _ids(found.statuses) == [written[3]]
    found = gina.search("fred")
    assert [each.acct for each in found.accounts] == ["fred"]
    found = gina.search("#timelines", result_type="hashtags")
    assert [each.name for each in found.hashtags] == ["timelines"]
    address = gina.status(written[0]).url
    assert _ids(gina.search(address, resolve=True).statuses) == [written[0]]
    assert [each.acct for each in gina.search(fred.me().url).accounts] == ["fred"]


def test_what_is_read_by_markers(gina: Reader, written: list[str]):
    made = gina.markers_set("home", written[0])
    assert str(made["home"].last_read_id) == written[0]
    assert gina.markers_get("home")["home"].version == made["home"].version


def test_an_app_with_no_token_is_told(server: Server):
    with pytest.raises(MastodonUnauthorizedError):
        Mastodon(api_base_url=server.url, version_check_mode="none").timeline_home()
