"""Every field filled with what wants to become a program, and every page that shows it, opened."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from rostra.charter.choices import choose
from rostra.clock import SystemClock
from rostra.errors import RostraError
from rostra.moderation.actions import Measure, sanction
from rostra.moderation.reporting import Complaint, report_account
from rostra.moderation.targets import Target
from rostra.people import actions as people
from rostra.people import applications, editing, sessions
from rostra.people.queries import Account
from rostra.programme.places import Places
from rostra.rooms import actions as rooms
from rostra.square import actions, lists, media, relations
from rostra.square.act import Act
from rostra.square.filters import KeywordWish, make_filter
from rostra.square.filters import Wish as FilterWish
from rostra.square.media import Finished
from rostra.square.rules import PollWish, Wish
from rostra.store.database import open_database
from rostra.testing.chromium import chromium
from rostra.testing.served import Served, serving
from rostra.web.callers import COOKIE
from tests.web import page_routes
from tests.web.furnished import Cast, furnish
from tests.web.payloads import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.process]

WATCH = """
  window.ran = []; window.stopped = [];
  for (const name of ["alert", "confirm", "prompt", "msgbox"])
    window[name] = (...said) => { window.ran.push([name, ...said].join(" ")); };
  addEventListener("securitypolicyviolation", (event) => {
    window.stopped.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
"""
LOOK = """() => {
  const odd = [];
  for (const each of document.querySelectorAll("*")) {
    for (const {name, value} of each.attributes) {
      const leads = ["href", "src", "action", "formaction", "xlink:href", "srcdoc"].includes(name);
      const bad = /^\\s*(javascript|vbscript|data:text|data:image.svg|blob)/i.test(value);
      const drawn = name === "style" && /url|expression|animation|position/i.test(value);
      if (/^on/i.test(name) || drawn || (leads && bad && each.localName !== "link"))
        odd.push(`${each.localName} ${name}=${value}`.slice(0, 200));
    }
    if (/^(object|embed|base|math|marquee|frameset|plaintext|applet)$/.test(each.localName))
      odd.push(each.localName);
    const runs = each.localName === "script" && each.type !== "application/json";
    if (runs && each.text.includes("alert")) odd.push(`script ${each.text}`.slice(0, 200));
  }
  return {ran: window.ran, stopped: window.stopped, odd};
}"""


@dataclass
class Seeded:
    """What the pages have to show."""

    session: str
    boss: Account
    root: Account
    thread: int
    edited: int = 0
    slugs: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    refused: int = 0
    known: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Seeded]]:
    data = tmp_path_factory.mktemp("markup") / "data"
    with serving(data) as made:
        made.until_line("ready: ")
        # Playwright has a loop on this thread already.
        with ThreadPoolExecutor(1) as other:
            seeded = other.submit(lambda: asyncio.run(_seed(data))).result()
        yield made, seeded
        assert "Traceback" not in made.log()


@pytest.mark.parametrize("lax", [True, False], ids=["nothing would stop it", "our policy"])
def test_no_words_become_a_program_on_any_page(
    driver: Playwright, served: tuple[Served, Seeded], lax: bool
) -> None:
    """Without our policy, so that whatever gets through runs; and with it, which would tell."""
    server, seeded = served
    browser = driver.chromium.launch(**chromium())
    context = browser.new_context(bypass_csp=lax, locale="en-GB")
    context.add_init_script(WATCH)
    _sign_in(context, server.web, seeded.session)
    page, faults = context.new_page(), list[tuple[str, Any]]()
    page.on("dialog", lambda dialog: (faults.append(("dialog", dialog.message)), dialog.dismiss()))
    shown = 0
    pages = {f"{server.web}{path}" for path in page_routes.addresses(seeded.known)}
    for address in itertools.islice(_addresses(server, seeded), 0, None, 1 if lax else 10):
        answer = page.goto(address, wait_until="load")
        if address in pages and (answer is None or answer.status != 200):
            faults.append((address, answer and answer.status))
        found = page.evaluate(LOOK)
        if any(found.values()):
            faults.append((address[:200], found))
        shown += page.content().count("alert")
    assert not faults, "\n".join(map(str, faults[:20]))
    assert shown > (5 if lax else 0.2) * len(PAYLOADS)
    _check_the_watch(page, server.web, lax=lax)
    browser.close()


def _check_the_watch(page: Page, origin: str, *, lax: bool) -> None:
    """What watches does see: a program that we put in runs, or is stopped and told of."""
    page.goto(f"{origin}/public")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
    page.wait_for_function("window.ran.length + window.stopped.length > 0")
    found = page.evaluate(LOOK)
    assert bool(found["ran"]) == lax and bool(found["stopped"]) != lax and found["odd"]


def _sign_in(context: BrowserContext, origin: str, session: str) -> None:
    context.add_cookies([{"name": COOKIE, "value": session, "url": origin}])


def _addresses(server: Served, seeded: Seeded) -> Iterator[str]:
    """Every page that shows what others wrote, or what stands in its address."""
    home = server.web
    yield from (f"{home}/@root/{seeded.thread}", f"{home}/@boss/{seeded.edited}/history")
    yield f"{home}/@boss/{seeded.edited}/edit"
    # All pages there are: whoever opens a door for browsers names it there, or a test fails.
    yield from (f"{home}{path}" for path in page_routes.addresses(seeded.known))
    yield from (f"{home}{path}" for path in ("/@root.rss", "/feeds/tags/square.rss", "/sign-in"))
    yield from (f"{home}/@p{number}" for number in range(0, len(PAYLOADS), 16))
    yield from (f"{home}/spaces/{slug}" for slug in seeded.slugs[20:23])
    yield from (f"{server.live}/s/{slug}" for slug in seeded.slugs[24:28])
    for at in range(0, len(PAYLOADS), 8):
        some = PAYLOADS[at : at + 4]
        yield f"{home}/search?{urlencode({'q': ' '.join(some)[:190]}, errors='replace')}"
    for each in PAYLOADS[::17]:
        safe = quote(each.encode("utf-8"), safe="")
        yield f"{home}/tags/{safe}"
        yield f"{home}/{safe}"
        yield f"{home}/@{safe}"
        yield f"{home}/sign-in?then={safe}"
        yield f"{home}/report?post={safe}&handle={safe}"
    for client in seeded.clients:
        asked = {"client_id": client, "response_type": "code", "redirect_uri": OOB,
                 "scope": "read", "state": PAYLOADS[40]}  # fmt: skip
        yield f"{home}/oauth/authorize?{urlencode(asked)}"


OOB = "urn:ietf:wg:oauth:2.0:oob"
EVERYWHERE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
"""What stands on every page, whatever else is there."""


async def _seed(data: Path) -> Seeded:
    database, now_ms = open_database(data / "rostra.db"), SystemClock().wall_ms()
    async with database.writing() as connection:
        act = Act(connection, now_ms)
        boss = await people.add_person(connection, "boss", role="admin", now_ms=now_ms)
        root = await people.add_person(connection, "root", role="host", now_ms=now_ms)
        device = sessions.Device(PAYLOADS[90], "127.0.0.1")
        session = await sessions.begin_session(connection, boss.id, device, now_ms)
        post = await actions.publish(act, root, Wish(text="All answer here."))
    seeded = Seeded(session, boss, root, post.id)
    for number in range(len(PAYLOADS)):  # a transaction for each, as none may take long
        async with database.writing() as connection:
            await _person(Act(connection, now_ms), seeded, number)
    for number, payload in enumerate(PAYLOADS[::5]):
        async with database.writing() as connection:
            act = Act(connection, now_ms)
            await _things_of_the_boss(act, seeded, Places(data), number, payload)
    async with database.writing() as connection:
        await _words_of_the_house(Act(connection, now_ms), seeded)
    async with database.writing() as connection:
        cast = Cast(boss, root)
        seeded.known = await furnish(Act(connection, now_ms), Places(data), cast, EVERYWHERE)
    await database.close()
    assert seeded.refused < len(PAYLOADS)
    return seeded


async def _person(act: Act, seeded: Seeded, number: int) -> None:
    """Somebody all of whose words are payloads, and a post of theirs."""
    payload, root, boss = PAYLOADS[number], seeded.root, seeded.boss
    someone = await people.add_person(act.connection, f"p{number}", role="host", now_ms=act.now_ms)
    line = " ".join(payload.split())
    others = [" ".join(each.split()) for each in (*PAYLOADS, *PAYLOADS)[number : number + 4]]
    pairs = [(each[:200], f"https://x.example/{each}"[:200]) for each in others]
    change = editing.Change(name=line[:80], bio=" \n".join(others)[:500], fields=pairs)
    poll = PollWish(tuple(dict.fromkeys(each[:100] for each in others)), 3600)
    picture = await media.start_upload(act, someone, 10, payload)
    await media.finish(act, picture, Finished("image", "image/png", "0" * 32 + ".png", None, 10,
                                              "", {"width": 9, "height": 9}))  # fmt: skip
    text = f"@boss @root {payload}\n#{payload}\nhttps://x.example/{payload}"
    more: dict[str, Any] = {"media": (picture,)} if number % 2 else {"poll": poll}
    warning = line if number % 3 == 0 else ""
    for what in (
        lambda: editing.change_profile(act.connection, someone, change),
        lambda: actions.publish(act, someone, Wish(text, warning, reply_to=seeded.thread, **more)),
        lambda: relations.follow(act, someone, root.id),
    ):
        try:
            await what()
        except RostraError:
            seeded.refused += 1
    if number % 8 == 0:
        await report_account(act, None, someone.id, Complaint("other", " ".join(others)[:900]))
        await sanction(act, boss, Target(someone), Measure("warn", payload))


async def _things_of_the_boss(
    act: Act, seeded: Seeded, places: Places, number: int, payload: str
) -> None:
    """A list, a filter, a token, a Space and an application of that name."""
    boss, now_ms, line = seeded.boss, act.now_ms, " ".join(payload.split())[:60]
    await lists.make_list(act, boss, line)
    await make_filter(act, boss, FilterWish(line, ("account",), "warn"), [KeywordWish(line)])
    await people.make_token(act.connection, "boss", now_ms=now_ms, label=line)
    space = rooms.Wish(title=line, slug=f"room-{number}")
    await rooms.create_space(act.connection, places, boss, space, now_ms=now_ms)
    seeded.slugs.append(f"room-{number}")
    app, _ = await applications.register(
        act.connection, name=line, redirect_uris=[OOB], scopes="read",
        website="https://x.example/" + quote(line), now_ms=now_ms,
    )  # fmt: skip
    if number % 6 == 0:
        seeded.clients.append(app.client_id)


async def _words_of_the_house(act: Act, seeded: Seeded) -> None:
    boss = seeded.boss
    post = await actions.publish(act, boss, Wish(text=PAYLOADS[30], warning=PAYLOADS[20]))
    await actions.edit(act, post, boss, Wish(text=PAYLOADS[60], warning=PAYLOADS[50]))
    seeded.edited = post.id
    some = [" ".join(each.split()) for each in PAYLOADS[60:85]]
    words = {"title": some[0][:60], "summary": some[1], "description": "\n".join(some),
             "contact": some[2], "rules": some}  # fmt: skip
    await choose(act.connection, words, by=boss.id, now_ms=act.now_ms)
