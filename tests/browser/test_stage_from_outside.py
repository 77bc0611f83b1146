"""The stage page in another network: through address translation, and by a relay without UDP."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from rostra.testing.chromium import distant_chromium
from rostra.testing.microphone import coded_wav
from rostra.testing.namespaces import why_not
from rostra.testing.outside import World, outside, wall, walled

IMPEDIMENT = why_not("turnserver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(IMPEDIMENT is not None, reason=str(IMPEDIMENT)),
]

ALLOCATED = r"user <\d+:[^>]+>: incoming packet ALLOCATE processed, success"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with outside(tmp_path_factory.mktemp("network")) as found:
        yield found


@pytest.fixture
def laptop(driver: Playwright, tmp_path: Path, world: World) -> Iterator[Page]:
    """A page at the laptop, whose microphone says the coded programme."""
    wav = coded_wav(tmp_path / "microphone.wav", 60)
    options = distant_chromium(world.laptop, world.web, wav, tmp_path)
    browser = driver.chromium.launch(**options)
    yield browser.new_page(locale="en-GB")
    browser.close()


def on_air(page: Page, link: str, lit: Callable[..., None]) -> None:
    """From the invitation to the stage of a Space that is live."""
    page.goto(link)
    page.click("#join:not([disabled])")
    lit(page, "green")
    page.click("#air")
    lit(page, "on")


def test_a_page_behind_two_translators_is_heard(
    world: World, laptop: Page, lit: Callable[..., None]
) -> None:
    on_air(laptop, world.invite("Dora")[1], lit)
    world.hears("Dora")


def test_a_page_whose_network_lets_no_udp_out_is_heard_by_the_relay_and_comes_back_by_it(
    world: World, laptop: Page, lit: Callable[..., None]
) -> None:
    lent = len(re.findall(ALLOCATED, world.coturn.read_text()))
    with walled(world.home):
        on_air(laptop, world.invite("Emil")[1], lit)
        world.hears("Emil")
        assert int(re.findall(r"counter packets (\d+)", wall(world.home))[0]) > 0
        assert len(re.findall(ALLOCATED, world.coturn.read_text())) > lent
        os.kill(world.served.parts()["rostra stage coded"].pid, signal.SIGKILL)
        lit(laptop, "lost")
        lit(laptop, "on")
