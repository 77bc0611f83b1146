"""Uploads through the doors of pages and programs, and files as they are served."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, select

from rostra.people.profiles import by_handle
from rostra.square.tables import media as rows
from rostra.testing.patience import in_time
from rostra.web import uploads
from rostra.web.media import range_of

ORIGIN = {"Origin": "http://127.0.0.1:8000"}


def picture(width: int = 60, height: int = 40, kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(made, kind)
    return made.getvalue()


@pytest.fixture
async def ana(square) -> str:
    await square.account("ana", "moderator")  # no newcomer's quota
    return await square.token("ana")


@pytest.fixture
async def eve(square) -> str:
    await square.account("eve", "member")
    return await square.token("eve")


async def count(square) -> int:
    async with square.parts.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(rows))


async def test_a_picture_is_sent_described_and_served(square, ana) -> None:
    async with square.client(ana) as client:
        said = {"Rostra-Description": quote("Ein Bäumchen")}
        made = await client.post("/api/media", content=picture(), headers=said)
        assert made.status_code == 201, made.text
        found = made.json()
        assert (found["kind"], found["width"], found["height"]) == ("image", 60, 40)
        assert found["description"] == "Ein Bäumchen" and found["blurhash"]
        changed = await client.patch(
            f"/api/media/{found['id']}", json={"description": "A tree", "focus": [0.2, 0.1]}
        )
        assert changed.json()["description"] == "A tree"
    async with square.client() as anybody:
        served = await anybody.get(found["url"])
        assert served.headers["content-type"] == "image/jpeg"
        assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert served.headers["x-content-type-options"] == "nosniff"
        assert Image.open(io.BytesIO(served.content)).size == (60, 40)
        tag = served.headers["etag"]
        again = await anybody.get(found["url"], headers={"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        head = await anybody.head(found["url"])
        assert (head.content, head.headers["content-length"]) == (b"", str(len(served.content)))


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, (0, 10)),
        ("bytes=5-", 206, (5, None)),
        ("bytes=-7", 206, (-7, None)),
        ("bytes=-999999", 206, (0, None)),
        ("bytes=3-99999999", 206, (3, None)),
        ("bytes=99999999-", 416, (0, 0)),
        ("bytes=-0", 416, (0, 0)),
        ("bytes=9-3", 200, (0, None)),
        ("bytes=0-1,3-4", 200, (0, None)),
        ("bytes=" + "0-0," * 1000, 200, (0, None)),
        ("bytes=-", 200, (0, None)),
        ("lines=1-2", 200, (0, None)),
        ("bytes=1e3-", 200, (0, None)),
    ],
)
async def test_one_range_is_given(square, ana, asked, status, part) -> None:
    name = f"{'ab' * 16}.m4a"
    (square.parts.places.root / "new").write_bytes(bytes(range(200)))
    await square.parts.objects.put(name, square.parts.places.root / "new")
    async with square.client() as client:
        answer = await client.get(f"/media/{name}", headers={"Range": asked})
    assert answer.status_code == status
    assert answer.content == bytes(range(200))[slice(*part)]
    if status == 206:
        begin = part[0] % 200
        wanted = f"bytes {begin}-{begin + len(answer.content) - 1}/200"
        assert answer.headers["content-range"] == wanted


@given(st.text(max_size=80) | st.from_regex(r"bytes=\d{0,20}-\d{0,20}"), st.integers(0, 1000))
def test_any_range_is_within_the_file_or_none(header: str, size: int) -> None:
    found = range_of(header, size)
    if found is not None:
        start, stop = found
        assert start >= stop or 0 <= start < stop <= size


async def test_only_names_that_we_gave_are_served(square, ana) -> None:
    (square.parts.places.media / "ab").mkdir(parents=True)
    (square.parts.places.media / "ab" / f"{'ab' * 16}.html").write_bytes(b"<script>")
    async with square.client() as client:
        for name in (f"{'ab' * 16}.html", "incoming", "..%2fsecret", "withheld-x.jpg", "x.jpg",
                     f"{'ab' * 16}.jpg", f"{'AB' * 16}.jpg"):  # fmt: skip
            assert (await client.get(f"/media/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"<svg onload=alert(1)>", 422),
        (b"\xff\xd8\xff" + bytes(500), 422),
        (b"\x89PNG\r\n\x1a\n" + bytes(16 * 2**20), 413),
        (b"ID3" + bytes(40 * 2**20), 413),
        (b"PK\x03\x04" + bytes(2**20), 422),
    ],
)
async def test_what_cannot_be_used_is_told_in_a_sentence(square, ana, body, status) -> None:
    async with square.client(ana) as client:
        answer = await client.post("/api/media", content=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["sentence"].endswith(".")


async def test_too_much_is_refused_within_64_kib_of_the_limit(square, ana) -> None:
    sent = 0

    async def endless():
        nonlocal sent
        yield b"\x89PNG\r\n\x1a\n" + bytes(100)
        while True:
            sent += 16 * 1024
            yield bytes(16 * 1024)

    async with square.client(ana) as client:
        answer = await client.post("/api/media", content=endless())
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"
        assert sent <= 16 * 2**20 + 64 * 1024
        lie = {"Content-Length": str(10 * 2**30)}
        answer = await client.post("/api/media", content=b"\x89PNG", headers=lie)
        assert answer.status_code == 413
    assert list(square.parts.places.incoming.glob("*")) == []


async def test_others_cannot_touch_it(square, ana, eve) -> None:
    async with square.client(ana) as client:
        number = (await client.post("/api/media", content=picture())).json()["id"]
    async with square.client(eve) as client:
        for id_ in (number, "1", "x", "9" * 30, "-1", "٣"):
            assert (await client.patch(f"/api/media/{id_}", json={})).status_code == 404
            assert (await client.delete(f"/api/media/{id_}")).status_code == 404
            for what in ("description", "remove"):
                form = {"files": {"description": (None, "x")}} if what == "description" else {}
                answer = await client.post(f"/uploads/{id_}/{what}", **form)
                assert answer.status_code == 404
    async with square.client(ana) as client:
        assert (await client.delete(f"/api/media/{number}")).status_code == 204
    assert await count(square) == 0


async def test_thirty_in_half_an_hour_and_four_at_once(square, eve) -> None:
    gate = asyncio.Event()

    async def held():
        await gate.wait()
        yield b"<svg>"

    async with square.client(eve) as client:
        waiting = [asyncio.create_task(client.post("/api/media", content=held())) for _ in range(4)]
        pending = square.parts.limits.uploading
        await in_time(lambda: list(pending._now.values()) == [4], "four are under way")
        fifth = await client.post("/api/media", content=picture())
        assert fifth.status_code == 429 and fifth.headers["retry-after"]
        gate.set()
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {422}
        assert pending._now == {}
        for _ in range(25):
            assert (await client.post("/api/media", content=b"<svg>")).status_code == 422
        limited = await client.post("/api/media", content=picture())
        assert limited.status_code == 429 and "too often" in limited.json()["sentence"]


async def test_a_disk_that_is_nearly_full_takes_no_files(square, ana, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "LEAST_FREE", 2**60)
    async with square.client(ana) as client:
        answer = await client.post("/api/media", content=picture())
    assert answer.status_code == 503 and answer.headers["retry-after"]
    assert await count(square) == 0


async def test_a_row_that_was_removed_meanwhile_leaves_no_files(square, ana, monkeypatch) -> None:
    develop = square.parts.darkroom.develop

    async def slow(*arguments):
        prints = await develop(*arguments)
        async with square.parts.database.writing() as connection:
            await connection.execute(rows.delete())
        return prints

    monkeypatch.setattr(square.parts.darkroom, "develop", slow)
    async with square.client(ana) as client:
        assert (await client.post("/api/media", content=picture())).status_code == 404
    kept = [path for path in square.parts.places.media.rglob("*") if path.is_file()]
    assert kept == []


async def test_a_portrait_is_shown_replaced_and_removed(square, eve) -> None:
    async def shown() -> tuple[str | None, str | None]:
        async with square.parts.database.reading() as connection:
            profile = await by_handle(connection, "eve")
        return profile.avatar, profile.header

    async with square.client(eve) as client:
        made = await client.post("/api/profile/avatar", content=picture(900, 700))
        assert made.status_code == 200, made.text
        avatar, header = await shown()
        assert made.json()["url"].endswith(f"/media/{avatar}") and header is None
        served = await client.get(made.json()["url"])
        assert Image.open(io.BytesIO(served.content)).size == (400, 400)
        await client.post("/api/profile/header", content=picture(900, 700))
        assert (await shown())[1] is not None
        assert (await client.delete("/api/profile/avatar")).status_code == 204
        assert (await shown())[0] is None
        form = {"file": ("me.jpg", picture(500, 500, "JPEG"))}
        answer = await client.post("/uploads/avatar", files=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/@eve")
        assert (await shown())[0] is not None
        assert (await client.post("/uploads/avatar", files={"x": (None, "")})).status_code == 422
        await client.post("/uploads/avatar", files={"remove": (None, "yes")})
        assert (await shown())[0] is None


async def test_the_page_works_without_a_script(square, eve) -> None:
    async with square.client(eve) as client:
        client.headers["Accept"] = "text/html"
        form = {"file": ("<b>.png", picture()), "description": (None, "<script>alert(1)</script>")}
        answer = await client.post("/uploads", files=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/uploads"), answer.text
        shown = (await client.get("/uploads")).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown and "<script>alert" not in shown
        number = shown.partition("/uploads/")[2].partition("/description")[0]
        said = {"description": (None, "A tree")}
        assert (await client.post(f"/uploads/{number}/description", files=said)).is_redirect
        assert "A tree" in (await client.get("/uploads")).text
        assert (await client.post(f"/uploads/{number}/remove")).is_redirect
        empty = {"file": ("", b"", "application/octet-stream")}
        assert "No file was chosen" in (await client.post("/uploads", files=empty)).text
    assert await count(square) == 0


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b"x", 415),
        ("multipart/form-data", b"x", 415),
        ("multipart/form-data; boundary=b", b"x", 400),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n", 400),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; ", 400),
        ("multipart/form-data; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="description"\r\n\r\n\xff\r\n--b--', 400),
        ("multipart/form-data; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + bytes(70_000) + b"\r\n--b--",
         413),
        ("multipart/form-data; boundary=b",
         b"".join(b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'
                  for _ in range(50)) + b"--b--", 400),
        ("multipart/form-data; boundary=" + "b" * 5000, b"x", 400),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"A: " + bytes(9000), 400),
        ("multipart/form-data; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
         + b"\x89PNG\r\n\x1a\n" + bytes(17 * 2**20), 413),
        ("multipart/form-data; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\n'
         + bytes(45 * 2**20), 413),
    ],
)  # fmt: skip
async def test_forms_that_are_none_are_refused(square, ana, kind, body, status) -> None:
    async with square.client(ana) as client:
        answer = await client.post("/uploads", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert await count(square) == 0


async def test_nobody_uploads_and_nothing_is_read_of_them(square) -> None:
    async def body():
        yield pytest.fail("it was read")

    async with square.client() as client:
        for path in ("/api/media", "/uploads", "/api/v2/media"):
            answer = await client.post(path, content=body(), headers=ORIGIN)
            assert answer.status_code == 401
            assert answer.headers["connection"] == "close"


def test_remains_of_a_process_that_died_are_removed(tmp_path: Path) -> None:
    (tmp_path / "old.file").write_bytes(b"x")
    born = (tmp_path / "old.file").stat().st_mtime
    uploads.forget_remains(tmp_path, born + 60)
    assert (tmp_path / "old.file").exists()
    uploads.forget_remains(tmp_path, born + 3601)
    assert not (tmp_path / "old.file").exists()
    uploads.forget_remains(tmp_path / "none", 0)
