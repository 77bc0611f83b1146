"""From notices to the JSON of the API: everything that a page of them points to, read at once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.moderation.queries import reports_of_ids, sanctions_of_ids
from rostra.people import profiles
from rostra.people.queries import Account
from rostra.square.conversations import Conversation
from rostra.square.filtering import FilterSet
from rostra.square.notice_filters import is_hidden
from rostra.square.noticed import Notice
from rostra.square.views import show
from rostra.web.mastodon.answers import Document
from rostra.web.mastodon.entities_notices import Surroundings, conversation
from rostra.web.mastodon.showing import met, sight_of
from rostra.web.parts import WebParts


async def surroundings(
    parts: WebParts,
    connection: AsyncConnection,
    found: Sequence[Notice],
    viewer: Account,
    filters: FilterSet,
) -> Surroundings:
    """What the notices of `viewer` point to, without the posts that one of `filters` hides."""
    post_ids = list({each.post_id for each in found if each.post_id is not None})
    every = await show(connection, post_ids, viewer, parts.now_ms())
    views = [each for each in met(every, filters, viewer, parts.now_ms()) if not is_hidden(each)]
    told = await reports_of_ids(connection, (each.report_id for each in found if each.report_id))
    acts = await sanctions_of_ids(connection, (n.sanction_id for n in found if n.sanction_id))
    people = {each.from_id for each in found} | {each.account_id for each in told.values()}
    known = await profiles.of_ids(connection, [viewer.id, *(each for each in people if each)])
    return Surroundings(
        await sight_of(parts, views, viewer), known, {view.post.id: view for view in views}, told,
        acts,
    )  # fmt: skip


async def conversations_shown(
    parts: WebParts, connection: AsyncConnection, found: Sequence[Conversation], viewer: Account
) -> list[Document]:
    """Conversations of `viewer` with their people and newest posts."""
    views = await show(connection, [each.last_post_id for each in found], viewer, parts.now_ms())
    last = {view.post.id: view for view in views}
    people = await profiles.of_ids(connection, [who for each in found for who in each.others])
    sight = await sight_of(parts, views, viewer)
    return [conversation(each, people, last.get(each.last_post_id), sight) for each in found]
