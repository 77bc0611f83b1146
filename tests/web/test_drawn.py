"""Pictures for those who chose none."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from rostra.web import drawn


def test_the_same_for_the_same_and_another_for_another():
    assert drawn.avatar("ada") == drawn.avatar("ada") != drawn.avatar("ben")
    assert drawn.header("ada") != drawn.header("ben")
    assert len({drawn.avatar(f"p{n}") for n in range(200)}) == 200


@pytest.mark.parametrize("handle", ["ada", "a", "x" * 30])
def test_they_are_pictures_that_programs_read(handle):
    avatar = Image.open(io.BytesIO(drawn.avatar(handle))).convert("RGB")
    assert avatar.size == (240, 240)
    assert avatar.tobytes() == avatar.transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes()
    assert Image.open(io.BytesIO(drawn.header(handle))).convert("RGB").size == drawn.HEADER_SIZE
    assert len(drawn.avatar(handle)) < 2_000 and len(drawn.header(handle)) < 20_000


async def test_their_addresses(square):
    async with square.client() as client:
        answer = await client.get("/avatars/ada.png")
        assert answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        assert (await client.get("/headers/ada.png")).status_code == 200
        for name in ("ada.svg", "A B.png", ".png", "%3Cscript%3E.png", "x" * 99 + ".png"):
            assert (await client.get(f"/avatars/{name}")).status_code == 404
