"""One real `rostra serve` with a Space in every phase, whose demo somebody hears all the time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from rostra.people.tokens import Invite, sign
from rostra.testing.ear import Ear
from rostra.testing.patience import until
from rostra.testing.served import Served, serving
from rostra.wire.timing import FRAGMENT, seconds

OFFERS = Path(__file__).parent.parent / "stage" / "offers"


@dataclass
class House:
    """The server, its administrator's way in, and the listener."""

    served: Served
    web: httpx.Client
    live: httpx.Client
    ear: Ear
    whole: dict[str, int]

    def seat(
        self, ident: str, slug: str = "open", expires: float = 3600, secret: bytes = b""
    ) -> str:
        """A signed token; another secret makes a forgery."""
        made = Invite(ident, slug, "speaker", "Eve", int(time.time() + expires))
        return sign(secret or (self.served.data / "secret").read_bytes(), made)

    def stage(self, slug: str) -> int:
        """The process of that Space's stage."""
        return self.served.parts()[f"rostra stage {slug}"].pid

    def unharmed(self) -> None:
        """The sound goes on without a hole, nobody died and nobody wrote a traceback."""
        self.ear.hears_on(seconds(FRAGMENT))
        assert self.processes() == self.whole
        assert "Traceback" not in self.served.log()

    def processes(self) -> dict[str, int]:
        """Everybody whose end would be heard, or be the end of a door."""
        wanted = re.compile(r"rostra (web|bus|edges|edge \d+|demo|stage demo)")
        parts = self.served.parts().items()
        return {name: process.pid for name, process in parts if wanted.fullmatch(name)}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with serving(tmp_path_factory.mktemp("doors") / "data", "--demo") as served:
        served.until_on_air()
        with (
            served.host() as web,
            httpx.Client(base_url=served.live, timeout=20) as live,
        ):
            for slug, moves in (
                ("soon", ""), ("open", "open"), ("over", "start hear end"), ("gone", "open remove"),
            ):  # fmt: skip
                made = web.post("/api/spaces", json={"title": slug.title(), "slug": slug})
                made.raise_for_status()
                for move in moves.split():
                    if move == "hear":
                        heard = Ear(served.live_port, slug)
                        until(lambda: heard.times, "something to keep")  # noqa: B023
                        heard.hears_on(1.0)
                    elif move == "remove":
                        web.delete(f"/api/spaces/{slug}").raise_for_status()
                    else:
                        web.post(f"/api/spaces/{slug}/{move}").raise_for_status()
            until(lambda: live.get("/live/over/opus.mp4").status_code == 410, "it is over")
            ear = Ear(served.live_port)
            until(lambda: ear.times, "the first sound")
            made = House(served, web, live, ear, {})
            made.whole = made.processes()
            yield made
            ear.hears_on(1.0)


@pytest.fixture
def one_sentence() -> Callable[[str], str]:
    """Fails unless a text is one clear sentence for people."""

    def check(text: str) -> str:
        assert re.fullmatch(r"[A-Z][^\n]{10,300}[^.]\.", text), text
        assert not re.search(r"[.!?] [A-Z]", text), text
        assert not re.search(r"Traceback|Error\b|Exception|errno|0x", text), text
        return text

    return check


@pytest.fixture
def offers() -> dict[str, str]:
    """Offers that real publishers made."""
    return {path.stem: path.read_bytes().decode() for path in sorted(OFFERS.glob("*.sdp"))}
