"""What belongs to somebody is there for nobody else: every route with an id in it is in a table."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rostra.web.door import RuledRoute
from rostra.web.open_doors import is_open
from tests.web.asking import Asker
from tests.web.belongings import Owner
from tests.web.crowd import without_limits

SEEN_BY_THEIR_READERS = ("direct post", "private post")
FILTER_V1 = {"phrase": "word", "context": ["home"]}
# Path (a prefix of paths, where it ends in *) to the things whose ids stand in it.
OWNED: dict[str, tuple[str, ...]] = {
    "/api/media/{id}": ("upload",),
    "/api/v1/conversations/{id}": ("conversation",),
    "/api/v1/conversations/{id}/read": ("conversation",),
    "/api/v1/featured_tags/{id}": ("featured tag",),
    "/api/v1/filters/{id}": ("keyword",),
    "/api/v1/follow_requests/{id}/*": ("follow request",),
    "/api/v1/lists/{id}": ("list",),
    "/api/v1/lists/{id}/accounts": ("list",),
    "/api/v1/media/{id}": ("upload",),
    "/api/v1/notifications/{id}": ("notice",),
    "/api/v1/notifications/{id}/dismiss": ("notice",),
    "/api/v1/polls/{id}": ("poll",),
    "/api/v1/polls/{id}/votes": ("poll",),
    "/api/v1/scheduled_statuses/{id}": ("scheduled post",),
    "/api/v1/statuses/{id}": SEEN_BY_THEIR_READERS,
    "/api/v1/statuses/{id}/*": SEEN_BY_THEIR_READERS,
    "/api/v1/statuses/{id}/quotes/{quote}/revoke": ("quoted post",),
    "/api/v1/timelines/list/{id}": ("list",),
    "/api/v2/filters/keywords/{id}": ("keyword",),
    "/api/v2/filters/statuses/{id}": ("filtered post",),
    "/api/v2/filters/{id}": ("filter",),
    "/api/v2/filters/{id}/*": ("filter",),
    "/api/v2/notifications/{group_key}": ("notice",),
    "/api/v2/notifications/{group_key}/*": ("notice",),
    "/conversations/{id}/*": ("conversation",),
    "/drafts/{id}/delete": ("draft",),
    "/lists/{id}": ("list",),
    "/scheduled/{id}": ("scheduled post",),
    "/scheduled/{id}/*": ("scheduled post",),
    "/settings/data/{secret}.zip": ("export",),
    "/settings/filters/{id}": ("filter",),
    "/settings/filters/{id}/delete": ("filter",),
    "/settings/lists/{id}": ("list",),
    "/settings/lists/{id}/*": ("list",),
    "/uploads/{id}/*": ("upload",),
    "/@{handle}/accept": ("follow request",),
    "/@{handle}/reject": ("follow request",),
    "/@{handle}/{id}": SEEN_BY_THEIR_READERS,
    "/@{handle}/{id}/*": SEEN_BY_THEIR_READERS,
    "/@{handle}/{id}/vote": ("poll",),
}
# What only the author of a post may do with it, also where everybody may read it.
AUTHORS_ALONE = {
    ("PUT", "/api/v1/statuses/{id}"), ("DELETE", "/api/v1/statuses/{id}"),
    ("PUT", "/api/v1/statuses/{id}/interaction_policy"),
    ("GET", "/api/v1/statuses/{id}/source"), ("POST", "/api/v1/statuses/{id}/pin"),
    ("GET", "/@{handle}/{id}/edit"), ("POST", "/@{handle}/{id}/edit"),
    ("POST", "/@{handle}/{id}/delete"), ("POST", "/@{handle}/{id}/pin"),
}  # fmt: skip
# Nobody boosts a direct post or votes in a poll of their own; nothing is translated.
NOT_EVEN_THE_OWNER = {
    ("/api/v1/statuses/{id}/translate", "direct post"),
    ("/api/v1/statuses/{id}/translate", "private post"),
    ("/api/v1/statuses/{id}/reblog", "direct post"), ("/@{handle}/{id}/boost", "direct post"),
    ("/api/v1/polls/{id}/votes", "poll"), ("/@{handle}/{id}/vote", "poll"),
}  # fmt: skip
# Ids that stand in a form.
IN_FORMS = {
    "/settings/sessions/end": "session",
    "/settings/sessions/tokens/revoke": "token",
}
# Why an id in a path is nobody's own, or by what else it is guarded.
NOBODYS = {
    "/@{handle}*": "people can be seen by all",
    "/api/v1/accounts/{id}*": "people can be seen by all",
    "/api/v1/admin/*": "for moderators alone, by their rule",
    "/api/v2/admin/*": "for moderators alone, by their rule",
    "/moderation/*": "for moderators alone, by their rule",
    "/api/v1/notifications/requests/{id}*": "none is held back",
    "/api/v1/tags/{name}*": "tags are everybody's",
    "/api/v1/timelines/tag/{tag}": "tags are everybody's",
    "/tags/{tag}": "tags are everybody's",
    "/feeds/tags/{tag}.rss": "tags are everybody's",
    "/api/spaces/{slug}*": "by their rule",
    "/spaces/{slug}*": "Spaces can be seen by all",
    "/whip/{slug}*": "by their rule, see test_doors.py",
    "/static/*": "files of ours",
    "/media/{name}": "files have names that nobody guesses",
    "/avatars/{name}": "drawn from a name",
    "/headers/{name}": "drawn from a name",
    "/confirm/{secret}": "secrets of letters",
    "/reset/{secret}": "secrets of letters",
    "/sign-in/{secret}": "secrets of letters",
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/api/media/{id}"): {"json": {"description": "x"}},
    ("PUT", "/api/v1/filters/{id}"): {"json": FILTER_V1},
    ("PUT", "/api/v1/scheduled_statuses/{id}"): {"json": {"scheduled_at": "2027-02-01T00:00Z"}},
    ("PUT", "/api/v1/statuses/{id}"): {"json": {"status": "Changed."}},
    ("POST", "/api/v1/polls/{id}/votes"): {"json": {"choices": [0]}},
    ("POST", "/api/v2/filters/{id}/keywords"): {"json": {"keyword": "more"}},
    ("POST", "/api/v1/lists/{id}/accounts"): {"json": {"account_ids": []}},
    ("DELETE", "/api/v1/lists/{id}/accounts"): {"json": {"account_ids": ["1"]}},
    ("POST", "/@{handle}/{id}/vote"): {"data": {"choice": "0"}},
    ("POST", "/@{handle}/{id}/edit"): {"data": {"text": "Changed."}},
    ("POST", "/scheduled/{id}"): {"data": {"due": "2027-02-01T00:00"}},
    ("POST", "/settings/filters/{id}"): {"data": {"title": "F", "in_home": "yes", "words": "a"}},
    ("POST", "/settings/lists/{id}/add"): {"data": {"handle": "friend"}},
    ("POST", "/settings/lists/{id}/take-out"): {"data": {"person": "1"}},
    ("POST", "/uploads/{id}/description"): {
        "content": b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\na\r\n'
        b"--x--\r\n",
        "headers": {"content-type": "multipart/form-data; boundary=x"},
    },
}


@pytest.fixture
async def cast(square) -> tuple[Owner, dict[str, Asker]]:
    """The owner, and those who have nothing to do with what is theirs."""
    without_limits(square.parts)
    found = {who: await square.account(who, "member") for who in ("owner", "friend", "another")}
    origin = square.parts.settings.public_url
    ask = {who: Asker(square.app, await square.token(who), origin=origin) for who in found}
    owner = Owner(square, found["owner"], ask["owner"], found["friend"], ask["friend"])
    await owner.friend_asker.post(f"/api/v1/accounts/{found['owner'].id}/follow")
    await owner.asker.post(f"/api/v1/accounts/{found['friend'].id}/follow")
    return owner, {"another": ask["another"], "nobody": Asker(square.app, origin=origin)}


def entry(table: Any, path: str) -> Any:
    """What a table says of a path: the longest name that fits."""
    fits = [
        name
        for name in table
        if name == path or (name.endswith("*") and path.startswith(name[:-1]))
    ]
    return table[max(fits, key=len)] if fits else None


def with_ids(app: Any) -> list[tuple[str, RuledRoute]]:
    return [(m, r) for r in app.router.routes for m in sorted(r.methods) if "{" in r.path]


def filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: values[name[1]], path)


def test_every_route_with_an_id_says_whose_it_is(square):
    for _, route in with_ids(square.app):
        assert entry(OWNED, route.path) or entry(NOBODYS, route.path), route.path


async def test_what_is_somebodys_is_there_for_nobody_else(square, cast):
    owner, others = cast
    wrong, checked = [], 0
    post = (await owner.make("public post"))["id"]
    to_a_filter = {("POST", "/api/v2/filters/{id}/statuses"): {"json": {"status_id": post}}}
    for method, route in with_ids(square.app):
        for what in entry(OWNED, route.path) or ():
            values = await owner.make(what)
            path, body = filled(route.path, values), _body(method, route.path)
            body = to_a_filter.get((method, route.path), body)
            # First those who may not: were one let in, the owner would miss what is gone.
            for who, asker in others.items():
                wanted = (403, 404) if who == "another" else (401, 404)
                answer = await asker.ask(method, path, **body)
                if answer.status not in wanted:
                    wrong.append((who, method, path, what, answer.status, answer.text[:200]))
            answer = await owner.asker.ask(method, path, **body)
            refused = answer.status in (401, 403, 404, 405) or answer.status >= 500
            if refused != ((route.path, what) in NOT_EVEN_THE_OWNER):
                wrong.append(("owner", method, path, what, answer.status, answer.text[:200]))
            checked += 1
    assert not wrong, wrong
    assert checked > 100


async def test_only_its_author_changes_a_post_that_all_may_read(cast):
    owner, others = cast
    for method, route in sorted(AUTHORS_ALONE):
        path = filled(route, await owner.make("public post"))
        for who, asker in others.items():
            answer = await asker.ask(method, path, **_body(method, route))
            assert answer.status in ((403, 404, 422) if who == "another" else (401, 404)), (
                who, method, path, answer.text,
            )  # fmt: skip
            assert answer.status != 422 or route.endswith("/pin")
        assert (await owner.asker.ask(method, path, **_body(method, route))).status < 400


async def test_an_id_in_a_form_reaches_nobody_elses(cast):
    owner, others = cast
    for path, what in IN_FORMS.items():
        form = {"data": await owner.make(what)}
        assert (await others["another"].post(path, **form)).status == 404
        assert (await others["nobody"].post(path, **form)).status == 401
        assert (await owner.asker.post(path, **form)).status == 303


async def test_putting_away_anothers_notice_puts_nothing_away(cast):
    owner, others = cast
    notice = await owner.make("notice")
    await others["another"].post("/notices/dismiss", data=notice)
    await others["another"].post("/notices/clear", data={"x": ""})
    assert (await owner.asker.get(f"/api/v1/notifications/{notice['id']}")).status == 200
    await owner.asker.post("/notices/dismiss", data=notice)
    assert (await owner.asker.get(f"/api/v1/notifications/{notice['id']}")).status == 404


async def test_what_somebody_keeps_is_in_no_list_of_another(cast):
    """Lists without an id show what is the asker's own."""
    owner, others = cast
    post = await owner.make("private post")
    for what in ("bookmark", "favourite"):
        await owner.asker.post(f"/api/v1/statuses/{post['id']}/{what}")
    for thing in ("scheduled post", "list", "filter", "notice", "conversation", "featured tag"):
        await owner.make(thing)
    await owner.make("follow request")
    for path in (
        "v1/bookmarks", "v1/favourites", "v1/lists", "v2/filters", "v1/filters", "v1/notifications",
        "v1/conversations", "v1/scheduled_statuses", "v1/featured_tags", "v1/follow_requests",
        "v1/timelines/home",
    ):  # fmt: skip
        assert (await owner.asker.get(f"/api/{path}")).json(), path
        assert (await others["another"].get(f"/api/{path}")).json() == [], path
        assert (await others["nobody"].get(f"/api/{path}")).status == 401, path


def _body(method: str, path: str) -> dict[str, Any]:
    if method in ("GET", "HEAD", "OPTIONS"):
        return {}
    form = {} if is_open(path) else {"data": {"x": ""}}
    return BODIES.get((method, path), form)
