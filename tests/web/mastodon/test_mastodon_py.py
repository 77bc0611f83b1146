"""Mastodon.py, unchanged, against a running server."""

from __future__ import annotations

import warnings

import httpx
import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonUnauthorizedError

from tests.web.mastodon.conftest import OOB, Server

SCOPES = ["read", "write", "follow", "push"]
pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def keys(server: Server) -> tuple[str, str]:
    return Mastodon.create_app(
        "Mastodon.py", scopes=SCOPES, redirect_uris=[OOB, "https://app.example/back"],
        website="https://app.example", api_base_url=server.url,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ada(server: Server, keys: tuple[str, str]) -> Mastodon:
    """Mastodon.py, let in by Ada, and content with our version."""
    server.person("ada")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        api = Mastodon(
            *keys, api_base_url=server.url, version_check_mode="created", ratelimit_method="throw"
        )
        address = api.auth_request_url(scopes=SCOPES, state="xyz", allow_http=True)
        api.log_in(code=server.allow("ada", address), scopes=SCOPES, allow_http=True)
    return api


def test_who_one_is(ada: Mastodon):
    me = ada.account_verify_credentials()
    assert (me.acct, me.source.privacy, me.role.name) == ("ada", "public", "")
    assert ada.app_verify_credentials().name == "Mastodon.py"
    assert ada.account(me.id).url == me.url
    assert ada.account_lookup("ada").id == me.id
    assert [each.id for each in ada.account_search("ada")] == [me.id]
    assert ada.ratelimit_limit == 100_000 and ada.ratelimit_remaining < 100_000


def test_changing_what_one_is(ada: Mastodon, server: Server):
    avatar = httpx.get(f"{server.url}/avatars/ada.png").content
    me = ada.account_update_credentials(
        display_name="Ada Lovelace", note="Engines", fields=[("Home", "https://ada.example")],
        avatar=avatar, avatar_mime_type="image/png", locked=False, discoverable=True,
    )  # fmt: skip
    assert me.display_name == "Ada Lovelace" and me.fields[0].name == "Home"
    assert "/media/" in me.avatar and httpx.get(me.avatar).status_code == 200
    assert "/avatars/" in ada.account_delete_avatar().avatar
    assert ada.preferences()["posting:default:visibility"] == "public"


def test_what_the_server_is(ada: Mastodon):
    new, old = ada.instance_v2(), ada.instance_v1()
    assert new.version == old.version and ada.mastodon_api_version == new.api_versions.mastodon
    assert (ada.mastodon_major, ada.mastodon_minor) == (4, 5)
    assert new.configuration.polls.max_options == 6
    assert ada.instance_nodeinfo().software.name == "rostra"
    assert ada.instance_health() is True
    for ask in (
        ada.instance_rules, ada.instance_activity, ada.instance_peers, ada.custom_emojis,
        ada.announcements, ada.instance_domain_blocks, ada.trending_tags, ada.trending_statuses,
        ada.trending_links, ada.suggestions, ada.directory, ada.instance_languages,
    ):  # fmt: skip
        assert isinstance(ask(), list), ask
    assert "content" in ada.instance_extended_description()


def test_a_token_that_is_revoked_is_good_no_more(server: Server, keys: tuple[str, str]):
    server.person("ben")
    api = Mastodon(*keys, api_base_url=server.url)
    address = api.auth_request_url(scopes=["read"], allow_http=True)
    token = api.log_in(code=server.allow("ben", address), scopes=["read"], allow_http=True)
    with pytest.raises(MastodonAPIError, match="scope"):
        api.status_post("not allowed to")
    api.revoke_access_token(allow_http=True)
    with pytest.raises(MastodonUnauthorizedError):
        Mastodon(access_token=token, api_base_url=server.url).account_verify_credentials()


def test_writing_and_reading(ada: Mastodon):
    post = ada.status_post("Hello #world", visibility="public", idempotency_key="once")
    assert ada.status_post("Hello #world", idempotency_key="once").id == post.id
    assert ada.status(post.id).content == post.content
    for timeline in (ada.timeline_home, ada.timeline_public, ada.timeline_local):
        assert post.id in [each.id for each in timeline()]
    more = [ada.status_post(f"number {number}") for number in range(3)]
    page = ada.timeline_home(limit=2)
    assert [each.id for each in page] == [more[2].id, more[1].id]
    older = ada.fetch_next(page)
    assert [each.id for each in older] == [more[0].id, post.id]
    assert [each.id for each in ada.fetch_previous(older)] == [more[2].id, more[1].id]
