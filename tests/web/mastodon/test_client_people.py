"""People and what they have to do with each other, by Mastodon.py, unchanged."""

from __future__ import annotations

import httpx
import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError

from tests.web.mastodon.conftest import Server
from tests.web.mastodon.declared import Reader

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def hans(server: Server) -> Reader:
    return server.reader("hans")


@pytest.fixture(scope="module")
def ines(server: Server) -> Reader:
    return server.reader("ines")


@pytest.fixture(scope="module")
def jo(server: Server) -> Reader:
    return server.reader("jo")


def test_finding_people(hans: Reader, ines: Reader):
    her = ines.me()
    assert hans.account_lookup("ines").id == her.id
    assert hans.account_lookup(f"@ines@{her.url.split('/')[2]}").id == her.id
    assert [each.id for each in hans.account_search("ine")] == [her.id]
    assert [each.id for each in hans.accounts([her.id, hans.me().id])] == [her.id, hans.me().id]
    assert her.id in [each.id for each in hans.directory(order="new", local=True)]
    assert all(each.source == "global" for each in hans.suggestions_v2())
    assert all(each.id != hans.me().id for each in hans.suggestions_v1())
    with pytest.raises(MastodonNotFoundError):
        hans.account_lookup("nobody_of_that_name")


def test_following(hans: Reader, ines: Reader, jo: Reader):
    me, her = hans.me().id, ines.me().id
    made = hans.account_follow(her, reblogs=False, notify=True)
    assert made.following and made.notifying and not made.showing_reblogs
    assert [each.id for each in ines.account_followers(her)] == [me]
    assert [each.id for each in hans.account_following(me)] == [her]
    assert [each.id for each in hans.account_relationships([her])] == [her]
    jo.account_follow(me)
    assert [each.acct for each in jo.account_familiar_followers([her])[0].accounts] == ["hans"]
    assert hans.account_note_set(her, "Met at the fair").note == "Met at the fair"
    assert hans.account_endorse(her).endorsed and [e.id for e in hans.endorsements()] == [her]
    assert not hans.account_unendorse(her).endorsed
    assert not ines.account_remove_from_followers(me).followed_by
    assert not jo.account_unfollow(me).following


def test_asking_a_locked_account(hans: Reader, ines: Reader, jo: Reader):
    assert jo.account_update_credentials(locked=True).locked
    him = jo.me().id
    assert hans.account_follow(him).requested and ines.account_follow(him).requested
    assert jo.account_verify_credentials().source.follow_requests_count == 2
    assert {each.acct for each in jo.follow_requests()} == {"hans", "ines"}
    assert jo.follow_request_authorize(hans.me().id).followed_by
    assert not jo.follow_request_reject(ines.me().id).followed_by
    assert hans.account_relationships(him)[0].following
    assert jo.follow_requests() == []
    jo.account_update_credentials(locked=False)
    hans.account_unfollow(him)


def test_muting_and_blocking(hans: Reader, ines: Reader):
    me, her = hans.me().id, ines.me().id
    assert hans.account_mute(her, notifications=False, duration=600).muting
    assert hans.mutes()[0].mute_expires_at is not None
    assert not hans.account_unmute(her).muting
    assert hans.account_block(her).blocking
    assert [each.id for each in hans.blocks()] == [her]
    with pytest.raises(MastodonNotFoundError):
        ines.account_follow(me)
    assert not hans.account_unblock(her).blocking
    assert hans.domain_blocks() == []


def test_ones_profile_with_pictures(hans: Reader, server: Server):
    avatar = httpx.get(f"{server.url}/avatars/hans.png").content
    header = httpx.get(f"{server.url}/headers/hans.png").content
    me = hans.account_update_credentials(
        display_name="Hans", note="See #mountains", bot=False, discoverable=True,
        fields=[("Site", "https://hans.example"), ("Town", "Bern")],
        avatar=avatar, avatar_mime_type="image/png", header=header, header_mime_type="image/png",
        default_privacy="unlisted", default_sensitive=True, default_language="de",
    )  # fmt: skip
    assert [each.name for each in me.fields] == ["Site", "Town"]
    assert (me.source.privacy, me.source.sensitive, me.source.language) == ("unlisted", True, "de")
    assert "/media/" in me.avatar and "/media/" in me.header
    wishes = hans.preferences()
    assert wishes["posting:default:visibility"] == "unlisted"
    assert "/media/" not in hans.account_delete_avatar().avatar
    assert "/media/" not in hans.account_delete_header().header
    hans.account_update_credentials(default_privacy="public", default_sensitive=False)


def test_tags_on_a_profile(hans: Reader):
    hans.status_post("Up #mountains")
    made = hans.featured_tag_create("mountains")
    assert (made.name, made.statuses_count) == ("mountains", "1")
    assert [each.name for each in hans.account_featured_tags(hans.me().id)] == ["mountains"]
    assert [each.name for each in hans.api.featured_tag_suggestions()] == ["mountains"]
    hans.featured_tag_delete(made)
    assert hans.featured_tags() == []
    assert hans.tag_feature("mountains").featuring is True
    assert hans.tag_unfeature("mountains").featuring is False


def test_filters(hans: Reader, ines: Reader):
    made = hans.create_filter_v2(
        "Sport", ["home", "public"], "warn", expires_in=600,
        keywords_attributes=[{"keyword": "goal", "whole_word": True}],
    )  # fmt: skip
    post = ines.status_post("GOAL!")
    assert hans.status(post.id).filtered[0].filter.title == "Sport"
    word = hans.add_filter_keyword_v2(made.id, "tea", True)
    assert len(hans.filter_keywords_v2(made.id)) == 2
    hans.delete_filter_keyword_v2(word)
    other = ines.status_post("Something else")
    kept = hans.add_filter_status_v2(made.id, other.id)
    assert hans.filter_statuses_v2(made.id)[0].status_id == other.id
    assert hans.filter_status_v2(kept.id).id == kept.id
    assert hans.status(other.id).filtered[0].status_matches == [other.id]
    hans.delete_filter_status_v2(kept.id)
    assert hans.update_filter_v2(made.id, title="Games", filter_action="hide").title == "Games"
    assert hans.api.filter_v2(made.id).filter_action == "hide"
    hans.delete_filter_v2(made.id)
    assert hans.filters_v2() == []


def test_filters_as_older_apps_know_them(hans: Reader):
    made = hans.filter_create("plot", ["home"], irreversible=True, whole_word=False)
    assert hans.filter(made.id).phrase == "plot"
    assert hans.filter_update(made.id, phrase="story", context=["home"]).phrase == "story"
    hans.filter_delete(made.id)
    assert hans.filters() == []


def test_reporting_somebody(hans: Reader, ines: Reader):
    post = ines.status_post("Buy this")
    made = hans.report(ines.me().id, [post.id], comment="Spam", category="spam")
    assert (made.category, made.status_ids, made.action_taken) == ("spam", [post.id], False)
    assert made.target_account.acct == "ines"


def test_moderators_have_their_own_methods(server: Server, hans: Reader, ines: Reader):
    scopes = "read write follow admin:read admin:write"
    api = server.reader("modesta", "moderator", scopes)
    report = api.admin_reports()[0]
    assert report.target_account.account.acct == "ines"
    assert api.admin_report_assign(report.id).assigned_account.username == "modesta"
    assert api.admin_report_unassign(report.id).assigned_account is None
    assert api.admin_report_resolve(report.id).action_taken is True
    assert api.admin_report_reopen(report.id).action_taken is False
    her = ines.me().id
    assert api.admin_account(her).username == "ines"
    assert [each.username for each in api.admin_accounts_v2(username="ines")] == ["ines"]
    api.admin_account_moderate(her, action="silence", report_id=report.id, text="Enough")
    assert api.admin_account(her).silenced is True
    warning = next(n for n in ines.notifications() if n.type == "moderation_warning")
    assert (warning.moderation_warning.action, warning.moderation_warning.text) == (
        "silence", "Enough",
    )  # fmt: skip
    assert api.admin_account_unsilence(her).silenced is False
    with pytest.raises(MastodonAPIError):
        hans.admin_accounts_v2()
