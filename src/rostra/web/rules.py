"""Who may pass which door. Pure; every route names one of these rules, and none means nobody.

|              | anybody | account | host | moderator | owner | admin | seat | host's seat |
|--------------|---------|---------|------|-----------|-------|-------|------|-------------|
| ANYONE       | yes     | yes     | yes  | yes       | yes   | yes   | yes  | yes         |
| AN_APP       |         | yes     | yes  | yes       | yes   | yes   |      |             |
| SIGNED_IN    |         | yes     | yes  | yes       | yes   | yes   |      |             |
| IN_ANY_STATE |         | yes     | yes  | yes       | yes   | yes   |      |             |
| MAY_HOST     |         |         | yes  | yes       | yes   | yes   |      |             |
| MODERATES    |         |         |      | yes       |       | yes   |      |             |
| ADMINISTERS  |         |         |      |           |       | yes   |      |             |
| OWNS         |         |         |      |           | yes   | yes   |      |             |
| RUNS         |         |         |      |           | yes   | yes   |      | yes         |
| HAS_SEAT     |         |         |      |           | yes   | yes   | yes  | yes         |

A *seat* in the Space is a signed token, checked without the database; the rest are accounts. AN_APP
takes an application's own token as well. An account that is pending, suspended or leaving is let in
nowhere but where everybody is and by IN_ANY_STATE; a token of an application only where one of its
scopes covers the scope of the door (`read` covers `read:statuses`), and never where the door names
none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rostra.errors import NotAllowed, NotSignedIn
from rostra.people.queries import Account
from rostra.people.scopes import covers
from rostra.people.sessions import Session
from rostra.people.tokens import Invite


class Rule(StrEnum):
    """The rules, by the words in which the API's description shows them."""

    ANYONE = "anyone"
    AN_APP = "signed in, and applications for themselves"
    SIGNED_IN = "signed in"
    IN_ANY_STATE = "signed in, suspended or not"
    MAY_HOST = "hosts and administrators"
    MODERATES = "moderators and administrators"
    ADMINISTERS = "administrators"
    OWNS = "the owner of this Space and administrators"
    RUNS = "the owner of this Space, administrators, and the host's seat"
    HAS_SEAT = "a seat in this Space, its owner, and administrators"


@dataclass(frozen=True)
class Caller:
    """Who asks: an account, the holder of a seat, an application, or (all None) nobody we know.

    `scopes` is None for whoever may do all that the account may: pages, tokens of the shell.
    `session` is that of a browser.
    """

    account: Account | None = None
    invite: Invite | None = None
    application_id: str | None = None
    scopes: frozenset[str] | None = None
    session: Session | None = None

    @property
    def known(self) -> bool:
        return not (self.account is None and self.invite is None and self.application_id is None)

    @property
    def key(self) -> str:
        """Under which this caller's requests are counted."""
        if self.invite is not None:
            return self.invite.id
        if self.account is not None:
            return self.account.id
        return self.application_id or "nobody"


NOBODY = Caller()


def seat_allows(rule: Rule, caller: Caller, slug: str) -> bool:
    """Whether the signed seat alone opens the door, so that no database need be asked."""
    invite = caller.invite
    if invite is None or invite.slug != slug:
        return False
    return rule is Rule.HAS_SEAT or (rule is Rule.RUNS and invite.role == "host")


def check_scope(caller: Caller, scope: str | None) -> None:
    """Whether the caller's token reaches so far. Raises NotAllowed."""
    if caller.scopes is None or (scope is not None and covers(caller.scopes, scope)):
        return
    needed = f"the scope {scope}" if scope else "the person's own session"
    raise NotAllowed(f"This application may not do that: it needs {needed}.")


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
        if rule is Rule.AN_APP and caller.application_id is not None:
            return
        raise NotAllowed("This invitation is not good for that: ask the host.")
    if rule is Rule.IN_ANY_STATE and account.state != "gone":
        return
    if not account.may_act:
        raise NotAllowed(_WHY_NOT[account.state])
    _check_role(rule, account, owner_id)


_WHY_NOT = {
    "pending": "Your account waits for an administrator to approve it: come back later.",
    "suspended": "Your account is suspended: sign in and read why at /settings/standing.",
    "leaving": "Your account is being deleted.",
    "gone": "This account was deleted.",
}


def _check_role(rule: Rule, account: Account, owner_id: str | None) -> None:
    if rule in {Rule.SIGNED_IN, Rule.AN_APP} or account.role == "admin":
        return
    if rule is Rule.ADMINISTERS:
        raise NotAllowed("Only administrators may do that.")
    if rule is Rule.MODERATES:
        if account.may_moderate:
            return
        raise NotAllowed("Only moderators may do that.")
    if rule is Rule.MAY_HOST:
        if account.may_host:
            return
        raise NotAllowed("Your account may not make Spaces: ask an administrator to make you host.")
    if owner_id is None or owner_id != account.id:
        raise NotAllowed("This Space belongs to somebody else: only its host may do that.")
