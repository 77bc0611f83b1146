"""A real `rostra serve` for clients of the Mastodon API as they are, and people who let them in."""

from __future__ import annotations

import asyncio
import html
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from rostra.clock import SystemClock
from rostra.people import actions
from rostra.people.queries import Account
from rostra.store.database import open_database
from rostra.testing.served import Served, serving
from rostra.web.callers import COOKIE
from tests.web.mastodon.declared import Reader

HERE = Path(__file__).parent
OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = "read write follow push"


@dataclass
class Server:
    """The running server; `person` makes people, `allow` lets an application in as one of them."""

    served: Served
    database_url: str | None = None
    _browsers: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.served.web

    def person(self, handle: str, role: str = "host") -> Account:
        """A new account, signed in with a browser."""

        async def make() -> tuple[Account, str]:
            database = open_database(self.served.data / "rostra.db", self.database_url)
            now_ms = SystemClock().wall_ms()
            async with database.writing() as connection:
                account = await actions.add_person(connection, handle, role=role, now_ms=now_ms)
                link = await actions.make_link(connection, handle, now_ms=now_ms)
            await database.close()
            return account, link

        account, link = asyncio.run(make())
        browser = httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=20)
        browser.post(f"/sign-in/{link}")
        assert COOKIE in browser.cookies
        self._browsers[handle] = browser
        return account

    def browser(self, handle: str) -> httpx.Client:
        """The browser in which that person is signed in."""
        return self._browsers[handle]

    def allow(self, handle: str, address: str) -> str:
        """Open the address to which an application sent the person, and agree: the code."""
        browser = self.browser(handle)
        page = browser.get(address)
        assert page.status_code == 200, page.text
        found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        form = {name: html.unescape(value) for name, value in found} | {"decision": "allow"}
        answer = browser.post("/oauth/authorize", data=form)
        if answer.status_code == 303:
            return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        code = re.search(r'class="code"[^>]*value="([^"]+)"', answer.text)
        assert code, answer.text
        return code[1]

    def token(self, handle: str, scopes: str = SCOPES) -> str:
        """A token of an application of the tests for somebody."""
        with httpx.Client(base_url=self.url, timeout=20) as client:
            wish = {"client_name": "Tests", "redirect_uris": OOB, "scopes": scopes}
            app = client.post("/api/v1/apps", json=wish).json()
            asked = httpx.QueryParams(
                client_id=app["client_id"], redirect_uri=OOB, response_type="code", scope=scopes
            )
            code = self.allow(handle, f"{self.url}/oauth/authorize?{asked}")
            wish = {
                "grant_type": "authorization_code", "client_id": app["client_id"],
                "client_secret": app["client_secret"], "redirect_uri": OOB, "code": code,
            }  # fmt: skip
            return str(client.post("/oauth/token", json=wish).json()["access_token"])

    def reader(self, handle: str, role: str = "member", scopes: str = SCOPES) -> Reader:
        """Mastodon.py, let in by somebody; a new account where there is none of that handle."""
        if handle not in self._browsers:
            self.person(handle, role)
        return Reader(
            access_token=self.token(handle, scopes), api_base_url=self.url,
            version_check_mode="created", ratelimit_method="throw",
        )  # fmt: skip

    def close(self) -> None:
        for each in self._browsers.values():
            each.close()


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("mastodon") / "data"
    url, flags = None, ["--api-limit", "100000"]
    if request.config.getoption("--web-database") == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
        flags += ["--database", url]
    with ExitStack() as stack:
        served = stack.enter_context(serving(data, *flags))
        served.until_line("ready: ")
        made = Server(served, url)
        stack.callback(made.close)
        yield made
    assert "Traceback" not in served.log()


@pytest.fixture(scope="session")
def npm() -> Path:
    """The folder in which masto.js is, as the lock file names it."""
    if not (HERE / "node_modules" / "masto" / "package.json").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit"], cwd=HERE, check=True)
    return HERE
