"""Who reads in French is refused in French: on pages, by scripts, by applications."""

from __future__ import annotations

import re

import pytest

FRENCH = {"Accept-Language": "fr-CA, en;q=0.5"}
NOTHING_HERE = "Il n’y a rien à cette adresse."


async def test_a_page_that_is_not_there(house) -> None:
    async with house.browser(**FRENCH) as browser:
        answer = await browser.get("/nothing/here")
    assert answer.status_code == 404 and NOTHING_HERE in answer.text
    assert '<html lang="fr"' in answer.text and 'lang="en"' not in _body(answer.text)


async def test_a_wrong_password_and_a_handle_that_is_taken(house) -> None:
    await house.person("ada")
    await house.choose(registrations="open")
    async with house.browser(**FRENCH) as browser:
        wrong = await house.sign_in(browser, "ada", "not the right words")
        assert wrong.status_code == 401
        assert "Ce nom et ce mot de passe ne vont pas ensemble" in wrong.text
        form = {"handle": "ada", "password": "four unrelated little words"}
        taken = await browser.post("/sign-up", data=form)
        assert taken.status_code == 409 and '<html lang="fr"' in taken.text
        told = "Il y a déjà un @ada\u00a0: choisissez un autre identifiant."
        assert told in taken.text
        short = await browser.post("/sign-up", data={"handle": "eve", "password": "short"})
        assert "Le mot de passe est trop court" in short.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Le message est vide\u00a0: écrivez quelque chose, ou ajoutez une image."),
        ("x" * 2001, "Le texte est trop long\u00a0: 2000 caractères au plus."),
    ],
    ids=["empty", "long"],
)
async def test_a_post_that_cannot_be(house, text: str, told: str) -> None:
    await house.person("ada")
    async with house.browser(**FRENCH) as browser:
        await house.sign_in(browser, "ada")
        answer = await browser.post("/posts", data={"text": text})
        assert answer.status_code == 422 and told in _alert(answer.text)
        script = await browser.post(
            "/posts", data={"text": text}, headers={"Accept": "application/json"}
        )
        assert script.json()["sentence"] == told


async def test_the_operator_s_choices(house) -> None:
    await house.person("boss", "admin")
    async with house.browser(**FRENCH) as browser:
        await house.sign_in(browser, "boss")
        answer = await browser.post("/settings/security/password", data={"password": "x"})
        assert answer.status_code in {303, 400, 403, 409}
        if answer.status_code != 303:
            assert "Le mot de passe est trop court" in answer.text


async def test_the_language_that_was_chosen_counts_before_the_browser_s(house) -> None:
    async with house.browser(**FRENCH) as browser:
        browser.cookies.set("rostra_language", "en")
        assert "There is nothing at this address." in (await browser.get("/nothing")).text
        del browser.headers["Accept-Language"]
        browser.cookies.set("rostra_language", "fr")
        assert NOTHING_HERE in (await browser.get("/nothing")).text


async def test_applications_are_answered_as_they_ask(house) -> None:
    ada = await house.square.account("ada")
    token = await house.square.token(ada.handle)
    async with house.square.client(token) as app:
        english = await app.get("/api/v1/statuses/7")
        assert english.json() == {"error": "There is no such post, or it is not for you to see."}
        assert "Accept-Language" in english.headers["vary"]
        french = await app.get("/api/v1/statuses/7", headers=FRENCH)
        assert french.json() == {"error": "Ce message n’existe pas, ou ne vous est pas destiné."}
        field = await app.post("/api/spaces", json={"title": 7}, headers=FRENCH)
        assert field.json()["sentence"].startswith("Le champ title ne peut pas servir\u00a0: ")
        hosted = await app.post("/api/spaces", json={"title": " "}, headers=FRENCH)
        assert "«\u00a0titre\u00a0» est vide" in hosted.json()["sentence"]


async def test_oauth_answers_in_ascii(house) -> None:
    async with house.browser(**FRENCH) as browser:
        answer = await browser.post("/oauth/token", json={}, headers={"Accept": "*/*"})
    assert answer.status_code >= 400 and answer.json()["error_description"].isascii()


def _body(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def _alert(page: str) -> str:
    found = re.search(r'role="alert"[^>]*>([^<]*)<', page)
    assert found is not None
    return found.group(1)
