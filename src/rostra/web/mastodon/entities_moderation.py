"""Reports, what moderators did, and accounts as moderators see them, in the Mastodon API's JSON.

`target` and `who` are accounts as entities_account.account shows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rostra.moderation.evidence import post_ids
from rostra.moderation.people import Known
from rostra.moderation.queries import Report, Sanction
from rostra.moderation.rules import Kind
from rostra.people.profiles import Profile
from rostra.web.mastodon.answers import Document, moment, moment_if_any
from rostra.web.mastodon.entities_account import account, role
from rostra.web.parts import Origins

_ACTIONS = {
    (Kind.POST, "remove"): "delete_statuses",
    (Kind.POST, "sensitive"): "mark_statuses_as_sensitive",
    (Kind.ACCOUNT, "sensitive"): "sensitive",
    (Kind.ACCOUNT, "limit"): "silence",
    (Kind.ACCOUNT, "suspend"): "suspend",
}
"""What the API calls our acts; it has no word for a removed Space, which is told as a warning."""


def report(found: Report, target: Document) -> Document:
    """https://docs.joinmastodon.org/entities/Report/"""
    return {
        **_for_both(found),
        "status_ids": [str(each) for each in post_ids(found.evidence)] or None,
        "rule_ids": [str(each) for each in found.rules] or None,
        "collection_ids": None,
        "target_account": target,
    }


def _for_both(found: Report) -> Document:
    """Of a report, what its reporter and moderators are both told."""
    return {
        "id": str(found.id),
        "action_taken": not found.is_open,
        "action_taken_at": moment_if_any(found.resolved_ms),
        "category": found.category,
        "comment": found.comment,
        "forwarded": False,
        "created_at": moment(found.created_ms),
    }


def account_warning(done: Sanction, target: Document) -> Document:
    """https://docs.joinmastodon.org/entities/AccountWarning/; lifted, it says why it was."""
    lifted = done.lifted_ms is not None
    return {
        "id": str(done.id),
        "action": "none" if lifted else _ACTIONS.get((done.kind, done.act), "none"),
        "text": done.lifted_reason or done.reason,
        "status_ids": None if done.post_id is None else [str(done.post_id)],
        "target_account": target,
        "appeal": None,
        "created_at": moment(done.created_ms),
    }


def admin_account(who: Profile, origins: Origins, known: Known | None) -> Document:
    """https://docs.joinmastodon.org/entities/Admin_Account/; `known` is for administrators."""
    devices = known.devices if known is not None else ()
    ips = [
        {"ip": each.address, "used_at": moment(each.seen_ms)}
        for each in devices
        if each.address and each.seen_ms is not None
    ]
    return {
        "id": who.id,
        "username": who.handle,
        "domain": None,
        "created_at": moment(who.created_ms),
        "email": (known.email or "") if known is not None else "",
        "ip": ips[0]["ip"] if ips else None,
        "ips": ips,
        "locale": "",
        "invite_request": None,
        "role": role(who.role),
        "confirmed": who.state != "pending",
        "approved": who.state != "pending",
        "disabled": who.state == "gone",
        "silenced": who.state == "limited",
        "suspended": who.state == "suspended",
        "sensitized": who.sensitized,
        "account": account(who, origins),
        "created_by_application_id": None,
        "invited_by_account_id": None,
    }


def admin_report(
    found: Report, people: Mapping[str, Profile], rules: Sequence[str], origins: Origins
) -> Document:
    """https://docs.joinmastodon.org/entities/Admin_Report/.

    `statuses` is empty: a post may read otherwise by now, and the evidence is on our own page.
    """

    def who(account_id: str | None) -> Document | None:
        profile = people.get(account_id or "")
        return None if profile is None else admin_account(profile, origins, None)

    return {
        **_for_both(found),
        "updated_at": moment(found.resolved_ms or found.created_ms),
        "account": who(found.reporter_id),
        "target_account": who(found.account_id),
        "assigned_account": who(found.assigned_to),
        "action_taken_by_account": who(found.resolved_by),
        "statuses": [],
        "rules": [
            {"id": str(each), "text": rules[each - 1], "hint": ""}
            for each in found.rules
            if each <= len(rules)
        ],
    }
