"""What streams are told, loaded once for all who hear it and written once for all who see the same.

Posts in streams say nothing of what the reader did with them before: as in Mastodon, whose apps ask
again when they need it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import orjson

from rostra.errors import NotFound
from rostra.people import profiles
from rostra.square.audience import circle_of
from rostra.square.conversations import conversation_by_id
from rostra.square.noticed import by_ids as notices_by_ids
from rostra.square.noticed import preferences_of
from rostra.square.posts import FilterHit, Mine, PostView
from rostra.square.queries import by_ids
from rostra.square.quiet import is_quiet
from rostra.square.views import show_posts
from rostra.web.mastodon.entities_notices import notification
from rostra.web.mastodon.entities_status import Sight, status
from rostra.web.mastodon.noticing import conversations_shown, surroundings
from rostra.web.mastodon.showing import sight_of
from rostra.web.parts import WebParts
from rostra.web.streaming.channels import Channel, Event
from rostra.web.streaming.reader import Reader

Told = tuple[str, str, str]
"""Of something personal: the event's name, its payload, and the payload for pages."""

_BRIEF = {"update": "post", "status.update": "edit", "notification": "notice"}


@dataclass
class PostTelling:
    """A post that is being told: `view` as its author sees it, without what the author did."""

    name: str
    view: PostView
    sight: Sight
    _payloads: dict[tuple[object, ...], str] = field(default_factory=dict)
    _events: dict[tuple[object, ...], Event] = field(default_factory=dict)

    def event(self, view: PostView, reader: Reader, channel: Channel, *, brief: bool) -> Event:
        """For `reader`, whose `view` of it may be without its quote."""
        own = self.view.post.author_id == reader.account_id
        hits = () if own else self._hits(view, reader, channel)
        whole = view is self.view
        key = (own, whole, hits, channel, brief)
        if key not in self._events:
            name = _BRIEF[self.name] if brief else self.name
            payload = self._brief() if brief else self._payload(view, hits, own=own, whole=whole)
            self._events[key] = Event(name, payload, channel)
        return self._events[key]

    def _hits(self, view: PostView, reader: Reader, channel: Channel) -> tuple[FilterHit, ...]:
        where = "home" if channel.name in {"user", "list"} else "public"
        found = reader.filters.on(view, self.sight.now_ms).filters
        return tuple(hit for hit in found if where in hit.contexts)

    def _payload(
        self, view: PostView, hits: tuple[FilterHit, ...], *, own: bool, whole: bool
    ) -> str:
        key = (own, whole, hits)
        if key not in self._payloads:
            boost = view.boost and replace(view.boost, filters=hits)
            shown = replace(view, filters=hits, boost=boost)
            sight = replace(self.sight, viewer_id=view.post.author_id if own else None)
            self._payloads[key] = orjson.dumps(status(shown, sight)).decode()
        return self._payloads[key]

    def _brief(self) -> str:
        return orjson.dumps({"id": str(self.view.post.id)}).decode()


class Teller:
    """Loads what is told."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts

    async def post(self, post_id: int, name: str) -> PostTelling | None:
        """A post that is there, for everybody who may see it."""
        parts = self._parts
        async with parts.database.reading() as connection:
            rows = await by_ids(connection, [post_id])
            if post_id not in rows:
                return None
            author_id = rows[post_id].author_id
            circle = await circle_of(connection, author_id, parts.now_ms())
            views = await show_posts(connection, [rows[post_id]], circle)
        if not views:
            return None
        view = _untouched(views[0])
        return PostTelling(name, view, await sight_of(parts, [view], None))

    async def visibility_of(self, post_id: int) -> str:
        """Of a post that was deleted; of a boost that was taken back, whose row is gone, none."""
        async with self._parts.database.reading() as connection:
            found = (await by_ids(connection, [post_id])).get(post_id)
        return found.visibility if found is not None and found.boost_of is None else ""

    def deleted(self, post_id: int, channel: Channel, *, brief: bool) -> Event:
        """A post is gone."""
        payload = f'{{"id":"{post_id}"}}' if brief else str(post_id)
        return Event("delete", payload, channel)

    async def notices(self, account_id: str, notice_ids: list[int]) -> list[Told]:
        """New notices of one account, in their order, with whether it wants to be left alone."""
        parts = self._parts
        async with parts.database.reading() as connection:
            people = await profiles.of_ids(connection, [account_id])
        if account_id not in people:
            return []
        viewer = people[account_id].account
        filters = await parts.circles.filters(parts.database, viewer)
        async with parts.database.reading() as connection:
            found = await notices_by_ids(connection, notice_ids, parts.now_ms())
            rows = [found[number] for number in sorted(found)]
            around = await surroundings(parts, connection, rows, viewer, filters)
            preferences = await preferences_of(connection, account_id)
        quiet = is_quiet(preferences, parts.now_ms())
        told = []
        for notice in rows:
            if notice.post_id is not None and notice.post_id not in around.posts:
                continue  # it is gone, or a filter hides it
            shown = notification(notice, around)
            brief = {"id": str(notice.id), "kind": notice.kind, "quiet": quiet}
            whole = "" if shown is None else orjson.dumps(shown).decode()
            told.append(("notification", whole, orjson.dumps(brief).decode()))
        return told

    async def conversation(self, account_id: str, conversation_id: int) -> Told | None:
        """A conversation that has a new post; None where it was put away meanwhile."""
        parts = self._parts
        async with parts.database.reading() as connection:
            people = await profiles.of_ids(connection, [account_id])
            try:
                found = await conversation_by_id(connection, account_id, conversation_id)
            except NotFound:
                return None
            if account_id not in people:
                return None
            viewer = people[account_id].account
            [shown] = await conversations_shown(parts, connection, [found], viewer)
        return "conversation", orjson.dumps(shown).decode(), f'{{"id":"{found.id}"}}'

    def filters_changed(self) -> Told:
        """Apps read their filters again."""
        return "filters_changed", "{}", "{}"

    def event(self, told: Told, channel: Channel, *, brief: bool) -> Event | None:
        """Something personal; None where apps are not told of such a thing."""
        name, whole, short = told
        if brief:
            return Event(_BRIEF.get(name, name), short, channel)
        return Event(name, whole, channel) if whole else None


def _untouched(view: PostView) -> PostView:
    """Without what the author did with it, who is one reader of many."""
    boost, quote = view.boost and _untouched(view.boost), view.quote and _untouched(view.quote)
    poll = view.poll and replace(view.poll, chosen=())
    return replace(view, mine=Mine(), poll=poll, boost=boost, quote=quote)
