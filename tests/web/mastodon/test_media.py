"""Media as apps send and read them."""

from __future__ import annotations

import asyncio
import io
import wave

import pytest
from PIL import Image

from rostra.errors import NotProcessable
from rostra.square.posts import Medium
from rostra.testing.patience import in_time
from rostra.web.mastodon import media
from rostra.web.mastodon.entities_media import media_attachment
from rostra.web.parts import Origins


def picture() -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").resize((800, 400)).convert("RGB").save(made, "JPEG")
    return made.getvalue()


def tone() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 16_000 * 3))
    return made.getvalue()


@pytest.fixture
async def ana(square) -> str:
    await square.account("ana", "member")
    return await square.token("ana")


async def sent(client, version: str = "v2", data: bytes | None = None, **texts: str):
    form = {name: (None, text) for name, text in texts.items()}
    files = {"file": ("x.png", data or picture()), "thumbnail": ("t.png", bytes(9000)), **form}
    return await client.post(f"/api/{version}/media", files=files)


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_picture_comes_back_as_apps_read_it(square, ana, version) -> None:
    async with square.client(ana) as client:
        answer = await sent(client, version, description="A ramp", focus="0.1,-0.5")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["type"] == "image" and isinstance(found["id"], str)
        assert found["url"].startswith("http://127.0.0.1:8000/media/")
        assert found["preview_url"] != found["url"] and found["remote_url"] is None
        assert found["meta"]["focus"] == {"x": 0.1, "y": -0.5}
        assert found["meta"]["original"] == {
            "width": 800, "height": 400, "size": "800x400", "aspect": 2.0
        }  # fmt: skip
        assert found["meta"]["small"]["width"] == 640
        assert found["description"] == "A ramp" and found["blurhash"]
        assert (await client.get(f"/api/v1/media/{found['id']}")).json() == found
        changed = await client.put(
            f"/api/v1/media/{found['id']}", data={"description": "Other", "focus": "0,0"}
        )
        assert changed.json()["description"] == "Other"
        assert changed.json()["meta"]["focus"] == {"x": 0.0, "y": 0.0}
        assert (await client.delete(f"/api/v1/media/{found['id']}")).status_code == 200
        assert (await client.get(f"/api/v1/media/{found['id']}")).status_code == 404


async def test_a_sound_tells_its_length(square, ana) -> None:
    async with square.client(ana) as client:
        found = (await sent(client, "v1", tone())).json()
    assert found["type"] == "audio" and found["preview_url"] is None
    assert found["meta"]["original"]["duration"] == pytest.approx(3.0, abs=0.01)
    assert found["meta"]["length"] == "0:00:03.00"


async def test_whoever_does_not_wait_asks_again(square, ana, monkeypatch) -> None:
    gate, develop = asyncio.Event(), square.parts.darkroom.develop

    async def slow(*arguments):
        await gate.wait()
        return await develop(*arguments)

    monkeypatch.setattr(square.parts.darkroom, "develop", slow)
    monkeypatch.setattr(media, "PATIENCE_SECONDS", 0.01)
    async with square.client(ana) as client:
        answer = await sent(client)
        assert answer.status_code == 202 and answer.json()["url"] is None
        one = f"/api/v1/media/{answer.json()['id']}"
        assert (await client.get(one)).status_code == 206
        gate.set()
        await in_time(lambda: not square.parts.developing, "it is developed")
        assert (await client.get(one)).status_code == 200


async def test_what_fails_later_is_told_when_asked(square, ana, monkeypatch) -> None:
    gate = asyncio.Event()

    async def fails(*_):
        await gate.wait()
        raise NotProcessable("It is damaged.")

    monkeypatch.setattr(square.parts.darkroom, "develop", fails)
    monkeypatch.setattr(media, "PATIENCE_SECONDS", 0.01)
    async with square.client(ana) as client:
        number = (await sent(client)).json()["id"]
        gate.set()
        await in_time(lambda: not square.parts.developing, "it has failed")
        answer = await client.get(f"/api/v1/media/{number}")
        assert answer.status_code == 422 and "damaged" in answer.text


async def test_bad_fields_and_others_numbers_are_refused(square, ana) -> None:
    await square.account("eve", "member")
    async with square.client(ana) as client:
        number = (await sent(client)).json()["id"]
        assert (await sent(client, focus="9,9")).status_code == 400
        assert (await sent(client, description="x" * 1501)).status_code == 400
        assert (await sent(client, data=b"<svg>")).status_code == 422
        no_file = await client.post("/api/v2/media", files={"x": (None, "y")})
        assert no_file.status_code == 422 and "file is missing" in no_file.text
        assert list(square.parts.places.incoming.glob("*")) == []
    async with square.client(await square.token("eve")) as client:
        for id_ in (number, "1", "abc", "9" * 40):
            for method in ("GET", "PUT", "DELETE"):
                answer = await client.request(method, f"/api/v1/media/{id_}")
                assert answer.status_code == 404


def test_one_that_is_not_there_yet_has_no_address() -> None:
    waiting = Medium(5, "unknown", "waiting", None, None, "", "", (0, 0), "", {})
    shown = media_attachment(waiting, Origins("http://a", "http://b"))
    assert (shown["type"], shown["url"], shown["meta"]) == ("unknown", None, {})
