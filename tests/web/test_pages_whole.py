"""Every page there is: its forms lose nothing, its files are there, its numbers are right."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from rostra.charter.choices import choose
from rostra.people import sessions
from rostra.people.queries import Account
from rostra.rooms import actions as rooms
from rostra.square import noticed
from rostra.web.acting import acting
from rostra.web.callers import COOKIE
from tests.web.crowd import without_limits
from tests.web.furnished import Cast, furnish
from tests.web.page_routes import FOR_STRANGERS, NO_PAGES, PAGES, addresses, page_routes
from tests.web.test_cost import counting

TIMES = ("time", "date", "datetime-local")
TYPED = ("text", "search", "email", "number", "url", "tel", *TIMES)
LONG = 2_600
"""Characters that are more than any of the forms takes."""


@dataclass
class Form:
    """A form of a page: where it leads, what is in it, and the kinds of fields typed into."""

    action: str
    encoding: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    file: str = ""


class Forms(HTMLParser):
    """The forms of a page that are posted, and the addresses of files of ours."""

    def __init__(self, at: str, page: str) -> None:
        super().__init__()
        self.at, self.forms, self.files = at, list[Form](), set[str]()
        self._form: Form | None = None
        self._choice = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        leads = given.get("src") or (given.get("href", "") if tag == "link" else "")
        if leads and given.get("rel") not in ("alternate", "canonical"):
            self.files.add(urljoin(self.at, leads))
        if tag == "form" and given.get("method") == "post":
            self._form = Form(given.get("action", self.at), given.get("enctype", ""))
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(tag, given, self._form)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._choice and self._form is not None and data.strip():
            self._form.fields.append((self._choice, data.strip()))
            self._choice = ""

    def _field(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self._choice = name
        if tag == "option" and self._choice and "value" in given:
            form.fields.append((self._choice, given["value"]))
            self._choice = ""
        if not name or tag not in ("input", "textarea"):
            return
        if kind == "file":
            form.file = name
        elif "hidden" not in given and (tag == "textarea" or kind in TYPED):
            form.typed[name] = kind
        elif kind not in ("checkbox", "radio") or name not in dict(form.fields):
            form.fields.append((name, given.get("value", "on")))


@dataclass
class House:
    """A square with something on every page, and the browser of its administrator."""

    square: Any
    me: Account
    client: httpx.AsyncClient
    known: dict[str, str]

    async def pages(self) -> list[tuple[str, str]]:
        found = []
        for address in addresses(self.known):
            answer = await self.client.get(address)
            assert answer.status_code == 200, (address, answer.status_code, answer.text[:300])
            found.append((address, answer.text))
        return found


@pytest.fixture
async def house(square) -> AsyncIterator[House]:
    without_limits(square.parts)
    me, author = await square.account("boss", "admin"), await square.account("author", "member")
    async with acting(square.parts) as act:
        await choose(act.connection, {"rules": ["Be kind."]}, by=me.id, now_ms=act.now_ms)
        known = await furnish(act, square.parts.places, Cast(me, author))
        device = sessions.Device("Firefox", "127.0.0.1")
        session = await sessions.begin_session(act.connection, me.id, device, act.now_ms)
    async with square.client() as client:
        client.headers.update({"Accept": "text/html", "Origin": square.parts.settings.public_url})
        client.cookies.set(COOKIE, session)
        yield House(square, me, client, known)


def test_every_route_for_browsers_is_a_page_that_is_walked_or_none() -> None:
    assert page_routes() == PAGES.keys() | FOR_STRANGERS.keys() | NO_PAGES.keys()


TAKES_ANYTHING = {"/forgotten"}
"""Whoever asks for a letter is told the same, whatever they typed."""


async def test_a_refused_form_comes_back_with_all_that_was_typed(house: House) -> None:
    lost, tried = [], set[str]()
    for at, page in await house.pages():
        for form in Forms(at, page).forms:
            kind = re.sub(r"\d{6,}", "N", form.action)
            if not form.typed or kind in tried or kind in TAKES_ANYTHING:
                continue
            tried.add(kind)
            typed = {name: _words(n, kind) for n, (name, kind) in enumerate(form.typed.items())}
            answer = await _sent(house.client, form, typed)
            kept = [name for name, text in typed.items() if escape(text) in answer.text]
            if not 400 <= answer.status_code < 500 or len(kept) < len(typed):
                lost.append((at, form.action, answer.status_code, typed.keys() - set(kept)))
            elif 'role="alert"' not in answer.text:
                lost.append((at, form.action, "says not why", answer.text[:300]))
    assert not lost, lost
    assert len(tried) > 20, tried


def _words(number: int, kind: str) -> str:
    """What cannot be taken: too much, or no time."""
    return f"{number}. <b> no time" if kind in TIMES else f"{number}. <b> {'x' * LONG}"


async def _sent(client: httpx.AsyncClient, form: Form, typed: dict[str, str]) -> httpx.Response:
    every: dict[str, Any] = {}
    for name, value in form.fields:
        every.setdefault(name, []).append(value)
    if form.encoding:
        file = {form.file: ("words.txt", b"no picture")} if form.file else {"none": ("", b"")}
        return await client.post(form.action, data={**every, **typed}, files=file)
    return await client.post(form.action, data={**every, **typed})


async def test_no_page_refers_to_a_file_of_ours_that_is_not_there(house: House) -> None:
    files: dict[str, str] = {}
    for at, page in await house.pages():
        for each in Forms(at, page).files:
            address = urlsplit(each)
            ours = not address.netloc or each.startswith(house.square.parts.settings.public_url)
            if ours and not address.path.startswith("/media/"):  # those were never developed
                files.setdefault(address.path, at)
    gone = {}
    for path, at in files.items():
        answer = await house.client.get(path)
        if answer.status_code != 200:
            gone[path] = (at, answer.status_code)
    assert not gone, gone
    assert len(files) > 20, files


async def test_cards_of_spaces_may_ask_for_the_sound_and_play_it(house: House) -> None:
    """What cards.js does on a page, its policy must allow."""
    live, with_cards = house.square.parts.settings.live_url, set[str]()
    await rooms.open_lobby(house.square.parts.places, house.known["slug"])
    async with house.square.parts.database.writing() as connection:
        await rooms.tell(connection, house.known["slug"], "lobby")
    for address in addresses(house.known):
        answer = await house.client.get(address)
        if "data-live=" not in answer.text:
            continue
        with_cards.add(address)
        allowed = dict(
            each.strip().split(" ", 1)
            for each in answer.headers["content-security-policy"].split(";")
        )
        assert live in allowed["connect-src"] and live in allowed["frame-src"], address
    assert with_cards > {"/", "/spaces", "/live"}


async def test_the_number_beside_the_bell_is_right_on_every_page(house: House) -> None:
    async with house.square.parts.database.reading() as connection:
        waiting = await noticed.unread(connection, house.me.id, 100, house.square.parts.now_ms())
    assert waiting > 2
    without_bell = []
    for address, page in await house.pages():
        found = re.search(r'<span class="badge" data-unread( hidden)?>(\d+)', page)
        if found is None:
            without_bell.append(urlsplit(address).path)
        else:
            assert found[2] == str(waiting) and not found[1], (address, found[0])
    assert without_bell == [f"/spaces/{house.known['slug']}/stage"]


async def test_counting_costs_strangers_nothing_and_others_one_statement(house: House) -> None:
    async with acting(house.square.parts) as act:
        await noticed.read_all(act, house.me.id)
    for address in ("/keys", "/docs", "/about"):
        with counting(house.square) as said:
            await house.client.get(address)
        assert sum("notices" in each for each in said) == 1, (address, said)
        async with house.square.client() as stranger:
            with counting(house.square) as said:
                await stranger.get(address, headers={"Accept": "text/html"})
        assert not any("notices" in each for each in said), (address, said)
