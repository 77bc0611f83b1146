"""What moderation leaves to be done after the commit, and when a time is over."""

from __future__ import annotations

from rostra.chores.queue import Chore, Doer, Later, turn_crank
from rostra.errors import NotFound, Unavailable
from rostra.moderation import actions, targets
from rostra.moderation.actions import SANCTION_ENDS
from rostra.moderation.effects import SPACE_REMOVED, SPACES_END
from rostra.programme.manifest import ON
from rostra.rooms import actions as room_actions
from rostra.rooms import queries as rooms
from rostra.square import heralds
from rostra.square.act import News
from rostra.web.acting import acting, tell
from rostra.web.lifecycle import end_space
from rostra.web.parts import WebParts
from rostra.web.rules import Caller

_MOST_AT_ONCE = 20


def doers(parts: WebParts) -> dict[str, Doer]:
    """Who does which chore of moderation."""

    async def end_sanction(chore: Chore, now_ms: int) -> Later | None:
        async with acting(parts) as act:
            await actions.end_in_time(act, int(chore.subject or 0))
        return None

    async def remove_space(chore: Chore, now_ms: int) -> Later | None:
        try:
            async with parts.database.writing() as connection:
                slug = chore.subject or ""
                await room_actions.remove_space(connection, parts.places, slug, reason="moderation")
                await heralds.phase_told(connection, slug, "removed", now_ms)
        except NotFound:
            pass  # done before
        return None

    async def end_spaces(chore: Chore, now_ms: int) -> Later | None:
        account_id = chore.subject or ""
        await tell(parts, [News("state", account_id)])  # the shell has no bus to tell it by
        await _end_spaces(parts, account_id)
        return None

    return {SANCTION_ENDS: end_sanction, SPACE_REMOVED: remove_space, SPACES_END: end_spaces}


async def do_at_once(parts: WebParts) -> None:
    """Do what an act left to be done, so that it is felt when the moderator's page comes back.

    What fails is tried again by the crank.
    """
    own = doers(parts)
    for _ in range(_MOST_AT_ONCE):
        if not await turn_crank(parts.database, own, parts.now_ms()):
            return


async def _end_spaces(parts: WebParts, account_id: str) -> None:
    """End what somebody who was suspended has on air, as if they did: the replay stays.

    Raises Unavailable while a stage cannot be reached.
    """
    async with parts.database.reading() as connection:
        host = (await targets.an_account_by_id(connection, account_id)).subject
        spaces = await rooms.of_owner(connection, account_id)
    if host.may_act:
        return  # reinstated meanwhile
    failed: Unavailable | None = None
    for space in spaces:
        try:
            if (await room_actions.read_manifest(parts.places, space.slug)).phase in ON:
                await end_space(parts, space.slug, Caller(account=host))
        except NotFound:
            continue  # removed meanwhile
        except Unavailable as error:
            failed = error  # the others are not to wait for this one
    if failed is not None:
        raise failed
