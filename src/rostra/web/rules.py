"""Who may pass which door. Pure; every route names one of these rules, and none means nobody.

|           | anybody | signed in | host | owner, admin | seat of the Space | host's seat |
|-----------|---------|-----------|------|--------------|-------------------|-------------|
| ANYONE    | yes     | yes       | yes  | yes          | yes               | yes         |
| SIGNED_IN |         | yes       | yes  | yes          |                   |             |
| MAY_HOST  |         |           | yes  | yes          |                   |             |
| OWNS      |         |           |      | yes          |                   |             |
| RUNS      |         |           |      | yes          |                   | yes         |
| HAS_SEAT  |         |           |      | yes          | yes               | yes         |

A *seat* is a signed token, which is checked without the database; the rest are accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rostra.errors import NotAllowed, NotSignedIn
from rostra.people.queries import Account
from rostra.people.tokens import Invite


class Rule(StrEnum):
    """The rules, by the words in which the API's description shows them."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    MAY_HOST = "hosts and administrators"
    OWNS = "the owner of this Space and administrators"
    RUNS = "the owner of this Space, administrators, and the host's seat"
    HAS_SEAT = "a seat in this Space, its owner, and administrators"


@dataclass(frozen=True)
class Caller:
    """Who asks: an account, the holder of a seat, or (both None) nobody we know."""

    account: Account | None = None
    invite: Invite | None = None

    @property
    def known(self) -> bool:
        return self.account is not None or self.invite is not None

    @property
    def key(self) -> str:
        """Under which this caller's requests are counted."""
        if self.invite is not None:
            return self.invite.id
        return self.account.id if self.account is not None else "nobody"


NOBODY = Caller()


def seat_allows(rule: Rule, caller: Caller, slug: str) -> bool:
    """Whether the signed seat alone opens the door, so that no database need be asked."""
    invite = caller.invite
    if invite is None or invite.slug != slug:
        return False
    return rule is Rule.HAS_SEAT or (rule is Rule.RUNS and invite.role == "host")


def check_account(rule: Rule, caller: Caller, owner_id: str | None) -> None:
    """Whether the account opens the door; `owner_id` is the Space's, None where there is none.

    Raises NotSignedIn for nobody, NotAllowed for somebody else.
    """
    if rule is Rule.ANYONE:
        return
    if not caller.known:
        raise NotSignedIn("This needs a token, or that you sign in first.")
    account = caller.account
    if account is None:
        raise NotAllowed("This invitation is not good for that: ask the host.")
    if rule is Rule.SIGNED_IN or account.role == "admin":
        return
    if rule is Rule.MAY_HOST:
        if account.may_host:
            return
        raise NotAllowed("Your account may not make Spaces: ask an administrator to make you host.")
    if owner_id is None or owner_id != account.id:
        raise NotAllowed("This Space belongs to somebody else: only its host may do that.")
