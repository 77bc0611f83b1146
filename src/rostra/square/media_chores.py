"""What is done later about files: orphans, deleted and removed posts, accounts that are gone.

Each looks at what is true now, so it may be done twice. Rows go first, in one transaction with the
chores that remove their files; the file of a post that a moderator removed is put away under
another name, where nobody can ask for it, and comes back if the post does.
"""

from __future__ import annotations

from sqlalchemy import select

from rostra.chores.queue import Chore, Doer, Later
from rostra.errors import NotFound
from rostra.square.act import Act
from rostra.square.media import remove_rows
from rostra.square.tables import media, posts
from rostra.store.database import Database
from rostra.store.objects import ObjectStore

_STEP = 50
_STEP_MS = 200


def doers(database: Database, objects: ObjectStore) -> dict[str, Doer]:
    """Who does which kind of chore."""
    made = MediaChores(database, objects)
    return {
        "media.orphan": made.orphan,
        "media.file": made.file,
        "media.settle": made.settle,
        "media.account": made.account,
    }


def withheld(name: str) -> str:
    """The name of a file that is not to be seen."""
    return f"withheld-{name}"


class MediaChores:
    """The doers, with what they need."""

    def __init__(self, database: Database, objects: ObjectStore) -> None:
        self._database = database
        self._objects = objects

    async def orphan(self, chore: Chore, now_ms: int) -> None:
        """An upload that is in no post after a day."""
        async with self._database.writing() as connection:
            loose = select(media.c.id).where(
                media.c.id == chore.details["media"], media.c.post_id.is_(None)
            )
            ids = list((await connection.execute(loose)).scalars())
            await remove_rows(Act(connection, now_ms), ids)

    async def file(self, chore: Chore, now_ms: int) -> None:
        """A file that nothing shows any more."""
        await self._objects.remove(chore.details["name"])
        await self._objects.remove(withheld(chore.details["name"]))

    async def settle(self, chore: Chore, now_ms: int) -> None:
        """The files of a post follow it: gone, put away, or back."""
        ids = chore.details["media"]
        async with self._database.reading() as connection:
            state = select(posts.c.removed, posts.c.deleted_ms).where(
                posts.c.id == chore.details["post"]
            )
            post = (await connection.execute(state)).first()
            found = select(media.c.file, media.c.preview).where(media.c.id.in_(ids))
            names = [name for row in await connection.execute(found) for name in row if name]
        if post is None or (post.deleted_ms is not None and not post.removed):
            async with self._database.writing() as connection:
                await remove_rows(Act(connection, now_ms), ids)
            return
        for name in names:
            away, shown = withheld(name), name
            await self._moved(*((shown, away) if post.removed else (away, shown)))

    async def account(self, chore: Chore, now_ms: int) -> Later | None:
        """Everything of an account that is gone, some at a time."""
        async with self._database.writing() as connection:
            mine = select(media.c.id).where(media.c.account_id == chore.subject).limit(_STEP)
            ids = list((await connection.execute(mine)).scalars())
            await remove_rows(Act(connection, now_ms), ids)
        return Later(now_ms + _STEP_MS) if len(ids) == _STEP else None

    async def _moved(self, name: str, new: str) -> None:
        try:
            await self._objects.rename(name, new)
        except NotFound:
            # The post was deleted since, or the file was lost: nothing is left to hide or show.
            return
