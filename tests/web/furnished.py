"""A square with something on every page: of an administrator, and of somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from rostra.moderation import reporting
from rostra.moderation.actions import Measure, sanction
from rostra.moderation.reporting import Complaint
from rostra.moderation.targets import Target
from rostra.people import applications, mail_links, signup
from rostra.people.queries import Account
from rostra.programme.places import Places
from rostra.rooms import actions as rooms
from rostra.square import actions, drafts, lists, media, reactions, relations, scheduling
from rostra.square.act import Act
from rostra.square.filters import KeywordWish, make_filter
from rostra.square.filters import Wish as FilterWish
from rostra.square.media import Finished
from rostra.square.rules import PollWish, Wish

OOB = "urn:ietf:wg:oauth:2.0:oob"
_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Cast:
    """Whose pages are walked, and who else there is."""

    me: Account
    author: Account


async def furnish(act: Act, places: Places, cast: Cast, words: str = "Hello") -> dict[str, str]:
    """Put something on every page, in `words`; what page_routes.PAGES fills addresses with."""
    me, author, line = cast.me, cast.author, " ".join(words.split())[:60]
    posted = await _posts(act, cast, words)
    await relations.follow(act, author, me.id)
    await relations.follow(act, me, author.id)
    chosen = await lists.make_list(act, me, line)
    await lists.add_members(act, me, chosen.id, [author.id])
    wish = FilterWish(line, ("home",), "warn")
    hidden = await make_filter(act, me, wish, [KeywordWish("never-said")])
    draft = await drafts.keep_draft(act, me, Wish(words))
    await scheduling.schedule(act, me, Wish(words), act.now_ms + _DAY_MS)
    complaint = Complaint("other", words[:900], posts=(int(posted["post"]),))
    await reporting.report_account(act, None, author.id, complaint)
    report = await reporting.report_account(act, me, author.id, complaint)
    await sanction(act, me, Target(author), Measure("warn", words))
    await rooms.create_space(
        act.connection, places, me, rooms.Wish(title=line, slug="hall"), now_ms=act.now_ms
    )
    return {
        **posted,
        **await _ways_in(act, me, line),
        "me": me.handle,
        "author": author.handle,
        "list": str(chosen.id),
        "filter": str(hidden.id),
        "draft": str(draft.id),
        "report": str(report.id),
        "slug": "hall",
        "tag": "square",
    }


async def _posts(act: Act, cast: Cast, words: str) -> dict[str, str]:
    me, author = cast.me, cast.author
    posted = await actions.publish(act, author, Wish(f"@{me.handle} {words} #square"))
    own = await actions.publish(act, me, Wish(f"{words} #square", poll=PollWish(("a", "b"), 3600)))
    own = await actions.edit(act, own, me, Wish(f"{words}!", poll=PollWish(("a", "b"), 3600)))
    picture, loose = await _picture(act, me, words), await _picture(act, me, words)
    pictured = await actions.publish(act, me, Wish(words, media=(picture,)))
    await actions.publish(act, author, Wish(f"@{me.handle} {words}", visibility="direct"))
    await reactions.favourite(act, own, author)
    await reactions.favourite(act, posted, me)
    await reactions.bookmark(act, posted, me)
    return {"post": str(posted.id), "own": str(own.id), "pictured": str(pictured.id),
            "picture": str(picture), "loose": str(loose)}  # fmt: skip


async def _picture(act: Act, owner: Account, words: str) -> int:
    made = await media.start_upload(act, owner, 10, words)
    file = f"{made:032x}.png"
    size = {"width": 9, "height": 9}
    await media.finish(act, made, Finished("image", "image/png", file, None, 10, "", size))
    return made


async def _ways_in(act: Act, me: Account, line: str) -> dict[str, str]:
    app, _ = await applications.register(
        act.connection, name=line, redirect_uris=[OOB], scopes="read", website="",
        now_ms=act.now_ms,
    )  # fmt: skip
    asked = {"client_id": app.client_id, "response_type": "code", "redirect_uri": OOB,
             "scope": "read"}  # fmt: skip
    secret = await mail_links.make_mail_link(
        act.connection, me.id, "reset", "a@example.org", act.now_ms
    )
    await signup.make_invite(act.connection, me, uses=1, days=1, now_ms=act.now_ms)
    return {"secret": secret, "oauth": urlencode(asked)}
