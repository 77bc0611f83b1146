"""Chores about accounts: letters, copies of one's data, and accounts that are deleted at last."""

from __future__ import annotations

from rostra.chores.queue import Chore, Doer, Later
from rostra.people import exports, leaving, queries
from rostra.people.exports import EXPORT_CHORE, FORGET_EXPORT_CHORE
from rostra.people.mail_links import MAIL_CHORE
from rostra.people.rules import LEAVING_CHORE
from rostra.programme.manifest import ON
from rostra.rooms import leaving as space_leaving
from rostra.rooms import queries as rooms
from rostra.square import letting_in, media
from rostra.square.departure import forget_some
from rostra.web.account import letters
from rostra.web.account.copies import Copying, delete_files
from rostra.web.acting import acting
from rostra.web.lifecycle import end_space
from rostra.web.parts import WebParts
from rostra.web.rules import Caller
from rostra.web.spaces import manifests_of


def doers(parts: WebParts) -> dict[str, Doer]:
    """Who does what, by the kind of the chore."""
    at_work = AccountChores(parts)
    return {
        MAIL_CHORE: at_work.send_letter,
        EXPORT_CHORE: at_work.copy_some,
        FORGET_EXPORT_CHORE: at_work.forget_copy,
        LEAVING_CHORE: at_work.forget_account,
        letting_in.CHORE: at_work.let_in,
        space_leaving.END_CHORE: at_work.end_spaces,
    }


class AccountChores:
    """Each does a bounded part, and says when it goes on."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts

    async def send_letter(self, chore: Chore, now_ms: int) -> Later | None:
        """Write the letter, and hand it in. Raises Unavailable when the mail server does not."""
        await letters.send(self._parts, chore.details, now_ms)
        return None

    async def copy_some(self, chore: Chore, now_ms: int) -> Later | None:
        """Write the next part of a copy."""
        step = int(chore.details["step"])
        details = await Copying(self._parts, str(chore.subject)).write_some(
            step, int(chore.details.get("after", 0)), now_ms
        )
        return None if details is None else Later(now_ms, details)

    async def forget_copy(self, chore: Chore, now_ms: int) -> Later | None:
        """The week is over."""
        await delete_files(self._parts.places.exports, [str(chore.details["file"])])
        async with self._parts.database.writing() as connection:
            await exports.forget_export(connection, str(chore.subject))
        return None

    async def end_spaces(self, chore: Chore, now_ms: int) -> Later | None:
        """End what somebody who leaves has on or planned. Raises what keeps a stage from it."""
        parts, account_id = self._parts, str(chore.subject)
        async with parts.database.reading() as connection:
            account = await queries.by_id(connection, account_id)
            if account is None or not await leaving.still_leaves(connection, account_id):
                return None
            slugs = [space.slug for space in await rooms.of_owner(connection, account_id)]
        for manifest in await manifests_of(parts, slugs):
            if manifest.phase in {"scheduled", *ON}:
                await end_space(parts, manifest.slug, Caller(account))
        return None

    async def forget_account(self, chore: Chore, now_ms: int) -> Later | None:
        """Forget some of an account that is deleted, and at last who it was."""
        parts, account_id = self._parts, str(chore.subject)
        async with parts.database.reading() as connection:
            if not await leaving.still_leaves(connection, account_id):
                return None
        if await self._forget_spaces(account_id):
            return Later(now_ms)
        async with acting(parts) as act:
            if await forget_some(act, account_id):
                return Later(now_ms)
        async with acting(parts) as act:
            pictures, copies = await leaving.forget(act.connection, account_id)
            for name in pictures:
                await media.remove_file(act, name)
            await media.forget_account(act, account_id)
        await delete_files(parts.places.exports, copies)
        return None

    async def let_in(self, chore: Chore, now_ms: int) -> Later | None:
        """Let some follow who asked to."""
        async with acting(self._parts) as act:
            more = await letting_in.let_some_in(act, str(chore.subject))
        return Later(now_ms) if more else None

    async def _forget_spaces(self, account_id: str) -> bool:
        """Forget some of their Spaces: whether there were any."""
        parts = self._parts
        async with parts.database.reading() as connection:
            slugs = await space_leaving.next_few(connection, account_id)
        for slug in slugs:
            await space_leaving.forget_files(parts.places, slug)
            async with parts.database.writing() as connection:
                await space_leaving.forget_row(connection, slug)
        return bool(slugs)
