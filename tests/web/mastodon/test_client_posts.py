"""Posts by Mastodon.py, unchanged, against a running server; each answer as it declares it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError
from PIL import Image

from tests.web.mastodon.conftest import Server
from tests.web.mastodon.declared import Reader

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def dora(server: Server) -> Reader:
    return server.reader("dora")


@pytest.fixture(scope="module")
def emil(server: Server) -> Reader:
    return server.reader("emil")


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "red.png"
    Image.new("RGB", (64, 48), (200, 30, 30)).save(path)
    return path


def test_a_post_with_everything(dora: Reader, emil: Reader, picture: Path):
    medium = dora.media_post(
        str(picture), mime_type="image/png", description="Red", focus=(0.5, -0.5)
    )
    assert (medium.type, medium.description) == ("image", "Red")
    assert (medium.meta.original.width, medium.meta.focus.x) == (64, 0.5)
    assert httpx.get(medium.url).status_code == 200
    assert dora.media(medium.id).id == medium.id
    assert dora.media_update(medium.id, description="Very red").description == "Very red"
    post = dora.status_post(
        "Hello @emil, see #paint at https://paint.example/a", media_ids=[medium.id],
        sensitive=True, visibility="unlisted", spoiler_text="Colours", language="en",
    )  # fmt: skip
    assert (post.visibility, post.spoiler_text, post.sensitive) == ("unlisted", "Colours", True)
    assert [each.acct for each in post.mentions] == ["emil"]
    assert [each.name for each in post.tags] == ["paint"]
    assert post.media_attachments[0].description == "Very red"
    assert post.application.name == "Tests" and post.language == "en"
    assert emil.status(post.id).media_attachments[0].id == medium.id
    assert [each.id for each in emil.statuses([post.id])] == [post.id]


def test_an_edit_of_words_and_of_a_description(dora: Reader, picture: Path):
    medium = dora.media_post(str(picture), description="Before")
    post = dora.status_post("Befor", media_ids=[medium.id])
    edits = [dora.generate_media_edit_attributes(medium.id, description="After", focus=(0.1, 0.2))]
    after = dora.status_update(post.id, "Before", spoiler_text="Corrected", media_attributes=edits)
    assert (after.spoiler_text, after.media_attachments[0].description) == ("Corrected", "After")
    assert after.media_attachments[0].meta.focus.y == 0.2 and after.edited_at is not None
    versions = dora.status_history(post.id)
    assert [each.media_attachments[0].description for each in versions] == ["Before", "After"]
    source = dora.status_source(post.id)
    assert (source.text, source.spoiler_text) == ("Before", "Corrected")
    without = dora.status_update(post.id, "Words alone", media_ids=[])
    assert without.media_attachments == []


def test_a_picture_needs_no_words(dora: Reader, picture: Path):
    post = dora.status_post("", media_ids=[dora.media_post(str(picture))])
    assert post.content == "" and len(post.media_attachments) == 1
    gone = dora.status_delete(post.id)
    assert gone.text == "" and gone.media_attachments[0].id == post.media_attachments[0].id
    with pytest.raises(MastodonNotFoundError):
        dora.status(post.id)
    again = dora.status_post("", media_ids=[gone.media_attachments[0].id])
    assert again.media_attachments[0].id == gone.media_attachments[0].id
    dora.status_delete(again.id, delete_media=True)
    with pytest.raises(MastodonAPIError):
        dora.status_post("", media_ids=[gone.media_attachments[0].id])


def test_threads(dora: Reader, emil: Reader):
    first = dora.status_post("Who is here?")
    answer = emil.status_reply(first, "I am", visibility="public")
    assert answer.in_reply_to_id == first.id and answer.mentions[0].acct == "dora"
    last = dora.status_post("Good", in_reply_to_id=answer.id)
    around = dora.status_context(answer.id)
    assert [each.id for each in around.ancestors] == [first.id]
    assert [each.id for each in around.descendants] == [last.id]
    assert emil.status_mute(first.id).muted is True
    assert emil.status_unmute(first.id).muted is False


def test_what_others_do_with_a_post(dora: Reader, emil: Reader):
    post = dora.status_post("Do something with it")
    assert emil.status_favourite(post.id).favourites_count == 1
    assert emil.status_bookmark(post.id).bookmarked is True
    boost = emil.status_reblog(post.id, visibility="unlisted")
    assert (boost.reblog.id, boost.visibility) == (post.id, "unlisted")
    assert [each.acct for each in dora.status_reblogged_by(post.id)] == ["emil"]
    assert [each.acct for each in dora.status_favourited_by(post.id)] == ["emil"]
    assert [each.id for each in emil.favourites()] == [post.id]
    assert [each.id for each in emil.bookmarks()] == [post.id]
    assert emil.status_unreblog(post.id).reblogged is False
    assert emil.status_unbookmark(post.id).bookmarked is False
    assert emil.status_unfavourite(post.id).favourites_count == 0
    assert dora.status_pin(post.id).pinned is True
    me = dora.me()
    assert [each.id for each in dora.account_statuses(me.id, pinned=True)] == [post.id]
    assert dora.status_unpin(post.id).pinned is False
    with pytest.raises(MastodonAPIError):
        emil.status_pin(post.id)


def test_quotes(dora: Reader, emil: Reader):
    post = dora.status_post("Quote me")
    quote = emil.status_post("As Dora says", quoted_status_id=post.id)
    assert (quote.quote.state, quote.quote.quoted_status.id) == ("accepted", post.id)
    assert [each.id for each in dora.status_quotes(post.id)] == [quote.id]
    assert dora.status_quote_revoke(post.id, quote.id).quote.state == "revoked"
    assert emil.status(quote.id).quote.quoted_status is None and dora.status_quotes(post.id) == []
    closed = dora.status_update_quote_approval_policy(post.id, "nobody")
    assert closed.quote_approval.automatic == []
    assert emil.status(post.id).quote_approval.current_user == "denied"
    with pytest.raises(MastodonAPIError, match="may not be quoted"):
        emil.status_post("All the same", quoted_status_id=post.id)
    wished = dora.status_post("Friends may", quote_approval_policy="followers")
    with pytest.raises(MastodonAPIError, match="may not be quoted"):
        emil.status_post("I am none", quoted_status_id=wished.id)
    emil.account_follow(dora.me().id)
    emil.status_post("Now I am", quoted_status_id=wished.id)
    dora.status_delete(wished.id)


def test_polls(dora: Reader, emil: Reader):
    wish = dora.make_poll(["tea", "coffee"], 3600, multiple=True, hide_totals=True)
    post = dora.status_post("What do you drink?", poll=wish)
    seen = emil.poll(post.poll.id)
    assert (seen.voted, seen.multiple, seen.options[0].votes_count) == (False, True, None)
    voted = emil.poll_vote(seen.id, [0, 1])
    assert voted.voted is True and (voted.voters_count, list(voted.own_votes)) == (1, [0, 1])
    with pytest.raises(MastodonAPIError):
        emil.poll_vote(seen.id, 0)
    anew = dora.status_update(
        post.id, "What do you drink?", poll=dora.make_poll(["tea", "water"], 7200)
    )
    assert [each.title for each in anew.poll.options] == ["tea", "water"]
    assert anew.poll.votes_count == 0 and emil.poll(seen.id).voted is False
    assert [each.title for each in dora.status_history(post.id)[0].poll.options] == [
        "tea", "coffee",
    ]  # fmt: skip


def test_once_and_later(dora: Reader):
    made = [dora.status_post("Only once", idempotency_key="one") for _ in range(2)]
    assert made[0].id == made[1].id
    later = datetime.now(UTC) + timedelta(hours=1)
    planned = dora.status_post("Tomorrow", scheduled_at=later, spoiler_text="Soon")
    assert (planned.params.text, planned.params.spoiler_text) == ("Tomorrow", "Soon")
    assert dora.scheduled_status(planned.id).id == planned.id
    moved = dora.scheduled_status_update(planned.id, later + timedelta(hours=1))
    assert moved.scheduled_at > planned.scheduled_at
    assert [each.id for each in dora.scheduled_statuses()] == [planned.id]
    dora.scheduled_status_delete(planned.id)
    assert dora.scheduled_statuses() == []


def test_what_a_server_without_translations_and_cards_says(dora: Reader, server: Server):
    post = dora.status_post("Bonjour", language="fr")
    with pytest.raises(MastodonAPIError):
        dora.status_translate(post.id, "en")
    assert dora.status(post.id).card is None
    assert httpx.get(f"{server.url}/api/v1/statuses/{post.id}/card").json() == {}
