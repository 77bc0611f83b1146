"""What the pages of moderation have in common: names for ids, times, what can be done from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import HTMLResponse

from rostra.moderation.queries import PAGE, Report, Sanction
from rostra.moderation.rules import ACTS, CATEGORIES, DAYS
from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.rules import ROLES, STATES
from rostra.web.mastodon.paging import id_of
from rostra.web.templates import page

Names = dict[str, Profile]


def number_of(text: str) -> int | None:
    """An id from an address or a form; None where none is given, 0 (nothing has it) for no id."""
    return id_of(text) if text else None


async def show(request: Request, name: str, **values: Any) -> HTMLResponse:
    """The page `moderation/<name>.html`."""
    return await page(
        request,
        f"moderation/{name}.html",
        acts=ACTS,
        days=DAYS,
        categories=CATEGORIES,
        roles=ROLES,
        states=STATES,
        page_size=PAGE,
        **values,
    )


async def names_of(
    connection: AsyncConnection, shown: Iterable[Report | Sanction], *more: str | None
) -> Names:
    """The profiles of everybody whom these rows name."""
    ids = set(more)
    for each in shown:
        if isinstance(each, Report):
            ids |= {each.reporter_id, each.account_id, each.assigned_to, each.resolved_by}
        else:
            ids |= {each.subject_id, each.by_id, each.lifted_by}
    return await profiles.of_ids(connection, (each for each in ids if each is not None))
