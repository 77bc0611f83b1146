"""Everybody who may knock at a door: a caller of each kind, and which rules let them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from rostra.moderation import actions as moderation
from rostra.moderation.targets import Target
from rostra.people import applications
from rostra.people.queries import Account
from rostra.people.scopes import covers
from rostra.people.tables import accounts
from rostra.web.acting import acting
from rostra.web.limits import Bucket
from rostra.web.quota import Quota
from rostra.web.rules import Rule

SLUG, OTHER = "town-hall", "elsewhere"
ALL_SCOPES = "read write follow push profile admin:read admin:write"

_ACTING = {"member", "host", "owner", "moderator", "admin"}
# Who is let in by each rule; everybody else must be refused with 401 (nobody) or 403.
LET_IN = {
    Rule.ANYONE: _ACTING | {"nobody", "suspended", "pending", "app", "seat", "host seat",
                            "other seat"},
    Rule.AN_APP: _ACTING | {"app"},
    Rule.SIGNED_IN: _ACTING,
    Rule.IN_ANY_STATE: _ACTING | {"suspended", "pending"},
    Rule.MODERATES: {"moderator", "admin"},
    Rule.MAY_HOST: {"host", "owner", "moderator", "admin"},
    Rule.ADMINISTERS: {"admin"},
    Rule.OWNS: {"owner", "admin"},
    Rule.RUNS: {"owner", "admin", "host seat"},
    Rule.HAS_SEAT: {"owner", "admin", "seat", "host seat"},
}  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """`kind` is a key of LET_IN; `scopes` those of an application's token, None for all."""

    name: str
    kind: str
    token: str | None
    scopes: frozenset[str] | None = None

    def passes(self, rule: Rule, scope: str | None) -> bool:
        """Whether the door is to open."""
        if self.kind not in LET_IN[rule]:
            return False
        reaches = self.scopes is None or (scope is not None and covers(self.scopes, scope))
        return rule is Rule.ANYONE or reaches


def without_limits(parts: Any) -> None:
    """So many requests at once are nobody's; how many are taken is tested elsewhere."""
    parts.quota = Quota(10**7)
    for name, each in vars(parts.limits).items():
        if isinstance(each, Bucket):
            setattr(parts.limits, name, Bucket(1e6, 10**7))


async def people(square: Any) -> dict[str, Account]:
    """By handle. `other` is a member like `member`, the owner has two Spaces and a stage."""
    roles = {"member": "member", "other": "member", "host": "host", "owner": "host",
             "moderator": "moderator", "boss": "admin", "suspended": "host",
             "pending": "host"}  # fmt: skip
    found = {handle: await square.account(handle, role) for handle, role in roles.items()}
    await square.space(found["owner"], SLUG)
    await square.space(found["owner"], OTHER)
    await square.stage(SLUG)
    async with acting(square.parts) as act:
        measure = moderation.Measure("suspend", "Because.")
        await moderation.sanction(act, None, Target(found["suspended"]), measure)
        waits = accounts.c.id == found["pending"].id
        await act.connection.execute(update(accounts).where(waits).values(state="pending"))
    return found


async def everybody(square: Any, scopes: set[str]) -> list[Caller]:
    """A caller of each kind; for each of `scopes` an application's token with that one alone.

    The suspended and the pending got hold of a token after all others had been ended.
    """
    found = await people(square)
    handles = {"member": "member", "host": "host", "owner": "owner", "moderator": "moderator",
               "admin": "boss", "suspended": "suspended", "pending": "pending"}  # fmt: skip
    made = [Caller("nobody", "nobody", None)]
    made += [Caller(kind, kind, await square.token(who)) for kind, who in handles.items()]
    made += [
        Caller("seat", "seat", square.seat(SLUG)),
        Caller("host's seat", "host seat", square.seat(SLUG, "host")),
        Caller("seat elsewhere", "other seat", square.seat(OTHER)),
    ]
    wanted = {"no scope": "", "read": "read", "write": "write"} | {each: each for each in scopes}
    for name, given in wanted.items():
        token = await app_token(square, found["boss"], given)
        made.append(Caller(f"app with {name}", "admin", token, frozenset(given.split())))
    token = await app_token(square, None, "read write")
    return [*made, Caller("app for itself", "app", token, frozenset({"read", "write"}))]


async def app_token(square: Any, account: Account | None, scopes: str) -> str:
    """A token of an application for `account`, or for itself."""
    now_ms = square.parts.now_ms()
    async with square.parts.database.writing() as connection:
        app, _ = await applications.register(
            connection, name="App", redirect_uris=["urn:ietf:wg:oauth:2.0:oob"],
            scopes=ALL_SCOPES, website="", now_ms=now_ms,
        )  # fmt: skip
        if account is None:
            granted = await applications.token_for_itself(
                connection, app, scope=scopes, now_ms=now_ms
            )
        else:
            wanted = tuple(scopes.split())
            granted = await applications.token_for(connection, app, account, wanted, now_ms)
    return granted.token
