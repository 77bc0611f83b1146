"""A real browser with a passkey: registering it, signing in with nothing else, proving it again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from rostra.testing.chromium import chromium
from rostra.testing.served import serving

pytestmark = [pytest.mark.browser, pytest.mark.process]

PHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_a_passkey_signs_in_without_handle_and_proves_it_again(
    driver: Playwright, tmp_path: Path, violations: Callable[..., Any]
) -> None:
    with serving(tmp_path / "data", name="localhost") as served:
        served.until_line("ready: ")
        link = re.search(r"http://localhost:\d+/sign-in/\S+", served.lines[0])
        assert link is not None
        origin = link[0].partition("/sign-in")[0]
        browser = driver.chromium.launch(**chromium())
        page = browser.new_context(locale="en-GB").new_page()
        _with_authenticator(page)
        page.goto(link[0])
        page.get_by_role("button", name="Sign in").click()

        page.goto(f"{origin}/settings/security")
        page.get_by_label("Name of the passkey").fill("My phone")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("My phone")).to_be_visible()
        page.get_by_role("button", name="Make new codes").click()
        assert page.locator("li code").count() == 10

        page.get_by_role("button", name="Sign out").first.click()
        page.goto(f"{origin}/sign-in")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        expect(page.get_by_role("link", name="Settings")).to_be_visible()

        page.goto(f"{origin}/settings/security/again?then=data")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{origin}/settings/data")

        # Last, for another session of the debugger's ends the authenticator.
        for name in ("profile", "security", "sessions", "data", "newcomers"):
            page.goto(f"{origin}/settings/{name}")
            assert violations(page) == [], name
        page.get_by_role("button", name="Sign out", exact=True).first.click()
        for name in ("sign-in", "sign-up", "forgotten"):
            page.goto(f"{origin}/{name}")
            assert violations(page) == [], name
        _not_proved_in_french(browser.new_context(locale="fr-FR").new_page(), origin)
        browser.close()


def _not_proved_in_french(page: Page, origin: str) -> None:
    """What goes wrong is told in our words and not the browser's, which are English."""
    _with_authenticator(page, isUserVerified=False)
    page.goto(f"{origin}/sign-in")
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("alert")).to_contain_text("La clé d’accès n’a pas répondu")


def _with_authenticator(page: Page, **options: object) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE | options})
