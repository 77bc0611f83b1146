"""Publishing, changing and removing posts: one logic for pages, apps, and Spaces that post.

Each takes an Act, whose transaction the caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.charter.choices import Charter, read_charter
from rostra.errors import NotProcessable
from rostra.ids import sortable_id
from rostra.people.queries import Account
from rostra.people.rules import ACTING
from rostra.people.tables import accounts
from rostra.square import media, polls
from rostra.square.act import Act, News
from rostra.square.conversations import touch
from rostra.square.posts import Attached, Mention, Post
from rostra.square.queries import by_ids, no_such_post, post_by_id
from rostra.square.quoting import quotable
from rostra.square.rules import (
    LONGEST_WARNING,
    MOST_MENTIONS,
    MOST_TAGS,
    Wish,
    check_contents,
    checked_poll,
    checked_post_language,
    checked_quoters,
    checked_text,
    checked_visibility,
)
from rostra.square.search_index import index_post
from rostra.square.tables import blocks, mentions, post_tags, posts, revisions
from rostra.square.telling import tell_of_edit, tell_of_new
from rostra.square.text import mentioned_handles, tags_of


async def publish(act: Act, author: Account, wish: Wish) -> Post:
    """A new post. Raises NotProcessable for what cannot be one, NotFound for what it answers."""
    charter = await read_charter(act.connection)
    draft = await _draft(act.connection, author, wish, charter)
    parent = await _parent(act.connection, author, wish)
    quoted = await quotable(act.connection, author, wish)
    shown = await media.choose(act.connection, author, wish.media, None)
    post_id = sortable_id(act.now_ms)
    await act.connection.execute(
        insert(posts).values(
            id=post_id,
            author_id=author.id,
            visibility=draft.visibility,
            text=draft.text,
            warning=draft.warning,
            sensitive=draft.sensitive,
            language=draft.language,
            attached=Attached(draft.mentions, draft.tags, shown, wish.poll is not None).document(),
            quote_of=wish.quote_of,
            quotable=draft.quotable,
            reply_to=wish.reply_to,
            reply_to_author=parent.author_id if parent else None,
            thread_id=parent.thread_id if parent else post_id,
            space_slug=wish.space_slug,
            space_moment=wish.space_moment,
            application_id=wish.application_id,
            created_ms=act.now_ms,
        )
    )
    await _link(act.connection, post_id, draft.mentions, draft.tags)
    await media.attach(act, shown, post_id)
    if wish.poll is not None:
        await polls.begin(act, post_id, checked_poll(wish.poll))
    await _counted(act.connection, author.id, post_id, wish.reply_to, wish.quote_of)
    act.news.append(News("post", author.id, post_id))
    post = (await by_ids(act.connection, [post_id]))[post_id]
    await index_post(act.connection, post)
    if post.visibility == "direct":
        await touch(act, post)
    await tell_of_new(act, post, parent, quoted)
    return post


async def check(connection: AsyncConnection, author: Account, wish: Wish) -> None:
    """Whether `wish` could be published now. Raises as publish does."""
    await _draft(connection, author, wish, await read_charter(connection))
    await _parent(connection, author, wish)
    await quotable(connection, author, wish)
    await media.choose(connection, author, wish.media, None)
    if wish.poll is not None:
        checked_poll(wish.poll)


@dataclass(frozen=True)
class _Draft:
    text: str
    warning: str
    sensitive: bool
    language: str
    visibility: str
    quotable: str
    mentions: tuple[Mention, ...]
    tags: tuple[str, ...]


async def _draft(
    connection: AsyncConnection, author: Account, wish: Wish, charter: Charter
) -> _Draft:
    text = checked_text(wish.text, charter.longest_post)
    warning = checked_text(wish.warning, LONGEST_WARNING).replace("\n", " ")
    handles, tags = mentioned_handles(text), tags_of(text)
    check_contents(replace(wish, text=text), handles, tags)
    own = accounts.c
    defaults = select(own.default_visibility, own.default_sensitive, own.language)
    row = (await connection.execute(defaults.where(own.id == author.id))).one()
    return _Draft(
        text=text,
        warning=warning,
        sensitive=bool(warning)
        or (row.default_sensitive if wish.sensitive is None else wish.sensitive),
        language=checked_post_language(wish.language) or row.language,
        visibility=checked_visibility(wish.visibility or row.default_visibility),
        quotable=checked_quoters(wish.quotable or "public"),
        mentions=await _resolved(connection, author, handles[:MOST_MENTIONS]),
        tags=tuple(tags[:MOST_TAGS]),
    )


async def _resolved(
    connection: AsyncConnection, author: Account, handles: Sequence[str]
) -> tuple[Mention, ...]:
    """Those of the handles that are somebody's who does not block the author."""
    if not handles:
        return ()
    blocking = select(blocks.c.account_id).where(blocks.c.target_id == author.id)
    found = select(accounts.c.id, accounts.c.handle).where(
        accounts.c.handle.in_(handles),
        accounts.c.state.in_(ACTING),
        accounts.c.id.not_in(blocking),
    )
    there = {row.handle: row.id for row in await connection.execute(found)}
    return tuple(Mention(there[handle], handle) for handle in handles if handle in there)


async def _parent(connection: AsyncConnection, author: Account, wish: Wish) -> Post | None:
    if wish.reply_to is None:
        return None
    parent = await post_by_id(connection, wish.reply_to, author)
    if parent.boost_of is not None:
        raise NotProcessable("A boost cannot be answered: answer the post that it points to.")
    return parent


async def _link(
    connection: AsyncConnection, post_id: int, named: Sequence[Mention], tags: Sequence[str]
) -> None:
    if named:
        rows = [{"post_id": post_id, "account_id": each.id} for each in named]
        await connection.execute(insert(mentions), rows)
    if tags:
        await connection.execute(insert(post_tags), [{"post_id": post_id, "tag": t} for t in tags])


async def _counted(
    connection: AsyncConnection,
    author_id: str,
    post_id: int,
    reply_to: int | None,
    quote_of: int | None,
) -> None:
    await connection.execute(
        update(accounts)
        .where(accounts.c.id == author_id)
        .values(posts=accounts.c.posts + 1, last_post_id=post_id)
    )
    for column, pointed in ((posts.c.replies, reply_to), (posts.c.quotes, quote_of)):
        if pointed is not None:
            await connection.execute(
                update(posts).where(posts.c.id == pointed).values({column: column + 1})
            )


async def edit(act: Act, post: Post, author: Account, wish: Wish) -> Post:
    """Change one's own post; what it was before is kept. Raises as publish does.

    Where the poll's options change, voting begins anew. A language and a mark as sensitive that
    are not said stay as they are.
    """
    if post.boost_of is not None:  # it says nothing itself
        raise no_such_post()
    sensitive = post.sensitive if wish.sensitive is None else wish.sensitive
    wish = replace(wish, language=wish.language or post.language, sensitive=sensitive)
    draft = await _draft(act.connection, author, wish, await read_charter(act.connection))
    shown = await media.choose(act.connection, author, wish.media, post.id)
    await media.attach(act, shown, post.id)
    changed = Attached(draft.mentions, draft.tags, shown, wish.poll is not None)
    await _keep_revision(act, post)
    await act.connection.execute(
        update(posts)
        .where(posts.c.id == post.id)
        .values(
            text=draft.text, warning=draft.warning, sensitive=draft.sensitive,
            language=draft.language, attached=changed.document(), edited_ms=act.now_ms,
        )
    )  # fmt: skip
    await _unlink(act.connection, post.id)
    await _link(act.connection, post.id, draft.mentions, draft.tags)
    await polls.replace(act, post, wish.poll and checked_poll(wish.poll))
    act.news.append(News("edit", author.id, post.id))
    after = (await by_ids(act.connection, [post.id]))[post.id]
    await index_post(act.connection, after)
    await tell_of_edit(act, after)
    return after


async def _keep_revision(act: Act, post: Post) -> None:
    options = await polls.titles(act.connection, post)
    await act.connection.execute(
        insert(revisions).values(
            id=sortable_id(act.now_ms), post_id=post.id,
            created_ms=post.edited_ms or post.created_ms,
            text=post.text, warning=post.warning, sensitive=post.sensitive,
            attached=post.attached.document(), options=list(options),
        )
    )  # fmt: skip


async def _unlink(connection: AsyncConnection, post_id: int) -> None:
    for table in (mentions, post_tags):
        await connection.execute(delete(table).where(table.c.post_id == post_id))
