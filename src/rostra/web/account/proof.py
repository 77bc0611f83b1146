"""Before what cannot be undone or gives lasting access, somebody proves again who they are."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from rostra.errors import Conflict, DoFirst
from rostra.people.authenticators import standing_of
from rostra.people.passwords import is_short
from rostra.people.queries import Account
from rostra.people.sessions import Session
from rostra.web.account import cookies
from rostra.web.callers import known_caller
from rostra.web.parts import parts_of

AGAIN = "/settings/security/again"


def session_of(request: Request) -> Session:
    """The session that asks. Raises Conflict for a token: no program changes how one signs in."""
    session = known_caller(request).session
    if session is None:
        raise Conflict("This is done in a browser where you are signed in, not with a token.")
    return session


def check_proven(request: Request, *, anew: bool = False) -> None:
    """Whether they signed in, or proved who they are, in the last minutes. Raises DoFirst.

    With `anew` having signed in just now is not enough.
    """
    session = session_of(request)
    if cookies.has_proof(request, session.id):
        return
    if anew or not session.is_fresh(parts_of(request).now_ms()):
        raise DoFirst("Prove again who you are first, then come back.", path=AGAIN)


async def check_keeps_password(connection: AsyncConnection, account: Account) -> None:
    """Raises Conflict where the last second factor goes and the password is too short alone."""
    standing = await standing_of(connection, account.id)
    if standing.second_factor or not standing.password:
        return
    if await is_short(connection, account.id):
        raise Conflict(
            "Your password is too short to be all that is asked for: choose a longer one first."
        )
