"""Notices and conversations as the Mastodon API shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rostra.moderation.queries import Report, Sanction
from rostra.people.profiles import Profile
from rostra.square.conversations import Conversation
from rostra.square.noticed import GROUPED, Notice, group_key
from rostra.square.posts import PostView
from rostra.web.mastodon.answers import Document, moment
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.entities_moderation import account_warning, report
from rostra.web.mastodon.entities_status import Sight, status
from rostra.web.parts import Origins

MOST_SAMPLED = 8
KINDS = {"live": "status"}
"""Kinds that the API has not, by those that say nearly the same to apps: only with a post."""


@dataclass(frozen=True)
class Surroundings:
    """What notices point to: people, posts as the viewer sees them, what moderators said."""

    sight: Sight
    people: Mapping[str, Profile]
    posts: Mapping[int, PostView]
    reports: Mapping[int, Report] = field(default_factory=dict)
    sanctions: Mapping[int, Sanction] = field(default_factory=dict)


def kind_of(notice: Notice) -> str:
    """The notice's type in the API."""
    return KINDS.get(notice.kind, notice.kind)


def notification(notice: Notice, around: Surroundings) -> Document | None:
    """https://docs.joinmastodon.org/entities/Notification/; None when what it is about is gone."""
    view = around.posts.get(notice.post_id or 0)
    if view is None and (notice.post_id is not None or notice.kind in KINDS):
        return None
    who = around.people.get(notice.from_id or "")
    if who is None:
        who = view.author if view is not None else around.people.get(notice.account_id)
    if who is None:
        return None
    shown: Document = {
        "id": str(notice.id),
        "type": kind_of(notice),
        "created_at": moment(notice.created_ms),
        "group_key": group_key(notice),
        "account": account(who, around.sight.origins),
    }
    if view is not None:
        shown["status"] = status(view, around.sight)
    official = _official(notice, around, shown["account"])
    return None if official is None else shown | official


def grouped(found: Sequence[Notice], around: Surroundings, kinds: Sequence[str] = ()) -> Document:
    """https://docs.joinmastodon.org/methods/grouped_notifications/ : groups, people and posts."""
    groups: dict[str, list[Notice]] = {}
    shown: dict[int, Document] = {}
    for notice in found:
        document = notification(notice, around)
        if document is not None:
            shown[notice.id] = document
            groups.setdefault(group_key(notice, kinds or GROUPED), []).append(notice)
    members = {key: [shown[each.id] for each in group] for key, group in groups.items()}
    people = {each["account"]["id"]: each["account"] for each in shown.values()}
    posts = {each["status"]["id"]: each["status"] for each in shown.values() if "status" in each}
    return {
        "accounts": list(people.values()),
        "partial_accounts": [],
        "statuses": list(posts.values()),
        "notification_groups": [_group(key, groups[key], members[key]) for key in groups],
    }


def person(profile: Profile, origins: Origins) -> Document:
    """Somebody in a group."""
    return account(profile, origins)


def _group(key: str, group: Sequence[Notice], members: Sequence[Document]) -> Document:
    newest, first = group[0], members[0]
    ids = list(dict.fromkeys(each["account"]["id"] for each in members))
    made = {
        "group_key": key,
        "notifications_count": len(group),
        "type": first["type"],
        "most_recent_notification_id": newest.id,
        "page_min_id": str(group[-1].id),
        "page_max_id": str(newest.id),
        "latest_page_notification_at": first["created_at"],
        "sample_account_ids": ids[:MOST_SAMPLED],
    }
    if "status" in first:
        made["status_id"] = first["status"]["id"]
    return made | {name: first[name] for name in ("report", "moderation_warning") if name in first}


def conversation(
    found: Conversation, people: Mapping[str, Profile], last: PostView | None, sight: Sight
) -> Document:
    """https://docs.joinmastodon.org/entities/Conversation/"""
    others = [people[each] for each in found.others if each in people]
    return {
        "id": str(found.id),
        "unread": found.unread,
        "accounts": [account(each, sight.origins) for each in others],
        "last_status": None if last is None else status(last, sight),
    }


def policy() -> Document:
    """https://docs.joinmastodon.org/entities/NotificationPolicy/: nothing is held back here."""
    everything = {
        f"for_{whom}": "accept"
        for whom in (
            "not_following", "not_followers", "new_accounts", "private_mentions",
            "limited_accounts", "bots",
        )
    }  # fmt: skip
    summary = {"pending_requests_count": 0, "pending_notifications_count": 0}
    return {**everything, "summary": summary}


def _official(notice: Notice, around: Surroundings, whose: Document) -> Document | None:
    """What moderators said or are to look at; None where that is gone."""
    if notice.kind == "moderation_warning":
        done = around.sanctions.get(notice.sanction_id or 0)
        return None if done is None else {"moderation_warning": account_warning(done, whose)}
    if notice.kind == "admin.report":
        found = around.reports.get(notice.report_id or 0)
        if found is None:
            return None
        reported = around.people.get(found.account_id or "")
        target = whose if reported is None else account(reported, around.sight.origins)
        return {"report": report(found, target)}
    return {}
