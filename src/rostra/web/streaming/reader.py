"""Somebody with open streams, and what of the square they want and may see: kept in memory, since
every post is held against it, and read anew when it is told that it changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square.audience import STRANGER, Circle, circle_of
from rostra.square.filtering import NO_FILTERS, FilterSet
from rostra.square.filters import filters_of
from rostra.square.posts import PostView
from rostra.square.rules import may_see
from rostra.square.tables import list_members, lists
from rostra.square.walking import at_home, bearable, not_an_answer, presentable
from rostra.web.streaming.channels import Channel
from rostra.web.streaming.line import Line


@dataclass(frozen=True)
class ListMembers:
    """Who is on a list, and whose answers to whom it shows."""

    members: frozenset[str]
    replies: str

    def takes(self, view: PostView, circle: Circle) -> bool:
        """Whether a post is for this list: as the list's timeline has it."""
        author, answered = view.post.author_id, view.post.reply_to_author
        if author not in self.members or not bearable(view, circle):
            return False
        heard = {"list": self.members, "followed": circle.following}.get(self.replies, frozenset())
        return answered in (None, author, circle.account_id) or answered in heard


@dataclass(eq=False)
class Reader:
    """The streams of one account and what is known of its wishes. `stale` asks for reading anew."""

    account_id: str
    lines: set[Line] = field(default_factory=set)
    circle: Circle = STRANGER
    filters: FilterSet = NO_FILTERS
    lists: dict[int, ListMembers] = field(default_factory=dict)
    stale: bool = True

    def is_fresh(self, now_ms: int) -> bool:
        until = self.circle.good_until_ms
        return not self.stale and (until is None or until > now_ms)

    async def refresh(self, connection: AsyncConnection, now_ms: int) -> None:
        """Read what they want and may see."""
        self.stale = False  # before reading: what changes meanwhile makes it stale again
        try:
            self.circle = await circle_of(connection, self.account_id, now_ms)
            self.filters = await filters_of(connection, self.account_id)
            self.lists = await self._lists(connection)
        except BaseException:
            self.stale = True
            raise

    async def _lists(self, connection: AsyncConnection) -> dict[int, ListMembers]:
        wanted = {
            channel.list_id
            for line in self.lines
            for channel in line.channels
            if channel.name == "list"
        }
        if not wanted:
            return {}
        mine = select(lists.c.id, lists.c.replies).where(
            lists.c.id.in_(wanted), lists.c.account_id == self.account_id
        )
        found = {}
        for row in (await connection.execute(mine)).all():
            members = select(list_members.c.account_id).where(list_members.c.list_id == row.id)
            there = frozenset((await connection.execute(members)).scalars())
            found[row.id] = ListMembers(there, row.replies)
        return found

    def sees(self, view: PostView) -> PostView | None:
        """The view as this reader may see it, or None."""
        if not self._may(view) or (view.boost is not None and not self._may(view.boost)):
            return None
        shown = replace(view, quote=self._quote(view))
        if view.boost is not None:
            shown = replace(shown, boost=replace(view.boost, quote=self._quote(view.boost)))
        return shown if shown != view else view

    def takes(self, view: PostView, channel: Channel) -> bool:
        """Whether a post that they may see belongs on one of their streams."""
        name, post = channel.name, view.post
        if name == "user":
            return at_home(view, self.circle)
        if name == "list":
            found = self.lists.get(channel.list_id)
            return found is not None and found.takes(view, self.circle)
        is_public = post.visibility == "public" and view.boost is None
        if not is_public or "remote" in name:
            return False
        if name.startswith("hashtag"):
            return channel.argument in post.attached.tags and presentable(view, self.circle)
        if not name.startswith("public"):
            return False
        media = not name.endswith(":media") or bool(post.attached.media)
        return media and not_an_answer(view, self.circle)

    def _may(self, view: PostView) -> bool:
        return may_see(
            view.post, view.author.state, self.account_id, self.circle.following,
            self.circle.blocked_by,
        )  # fmt: skip

    def _quote(self, view: PostView) -> PostView | None:
        return view.quote if view.quote is not None and self._may(view.quote) else None
