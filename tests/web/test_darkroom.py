"""Real files through the real darkroom: what comes out, what is refused, and what holds it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import struct
import subprocess
import sys
import time
import wave
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from rostra.darkroom.answer import Purpose
from rostra.errors import NotProcessable, Unavailable
from rostra.testing.patience import in_time
from rostra.web import darkroom
from rostra.web.darkroom import Darkroom, Prints

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112


def coloured(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, and a ramp of green from top to bottom."""
    ramp = Image.linear_gradient("L").resize((width, height))
    left = Image.new("L", (width, height), 0)
    left.paste(220, (0, 0, width // 2, height))
    right = left.point(lambda value: 220 - value)
    return Image.merge("RGB", (left, ramp, right)).convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def sound(*arguments: str, ending: str = "mp3", seconds: float = 2) -> bytes:
    """What ffmpeg makes of a tone."""
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"sine=f=440:d={seconds}", *arguments]
    movable = ["-movflags", "frag_keyframe+empty_moov"] if ending == "mp4" else []
    command += [*movable, "-f", ending, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def probed(path: Path) -> dict[str, Any]:
    """What ffprobe, which is not ours, says of a file."""
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    said: dict[str, Any] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout
    )
    return said


def loudness(path: Path) -> float:
    """Mean decibels, as ffmpeg hears them."""
    command = ["ffmpeg", "-i", str(path), "-af", "volumedetect", "-f", "null", "-"]
    heard = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(heard.stderr.partition("mean_volume: ")[2].split()[0])


@pytest.fixture
def room(tmp_path: Path) -> Darkroom:
    return Darkroom(tmp_path / "incoming")


async def developed(room: Darkroom, data: bytes, purpose: Purpose = "post") -> Prints:
    with (room._folder.parent / "source").open("w+b") as source:
        source.write(data)
        source.flush()
        return await room.develop(source, purpose)


async def refused(room: Darkroom, data: bytes, purpose: Purpose = "post") -> str:
    before = set(room._folder.glob("*"))
    with pytest.raises(NotProcessable) as why:
        await developed(room, data, purpose)
    assert set(room._folder.glob("*")) == before  # nothing is left lying about
    assert why.value.sentence.endswith(".")
    return why.value.sentence


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "P"),
     ("PNG", "1"), ("PNG", "I;16"), ("GIF", "P"), ("WEBP", "RGB")],
)  # fmt: skip
async def test_pictures_of_every_kind_become_the_same(room: Darkroom, kind: str, mode: str) -> None:
    image = coloured(900, 600, "RGB" if mode == "I;16" else mode)
    if mode == "I;16":
        image = coloured(900, 600, "L").convert("I").point(lambda v: v * 257).convert("I;16")
    prints = await developed(room, saved(image, kind))
    made = prints.made
    assert (made.kind, made.width, made.height) == ("image", 900, 600)
    assert (made.preview_width, made.preview_height) == (640, 427)
    assert made.blurhash and not made.moving
    assert prints.preview is not None
    for path, width in ((prints.file, 900), (prints.preview, 640)):
        (stream,) = probed(path)["streams"]
        assert (stream["codec_name"], stream["width"]) == ("mjpeg", width)
    with Image.open(prints.file) as shown, image.convert("L") as before:
        for place in ((100, 50), (800, 50), (100, 550), (800, 550)):
            if mode not in ("1", "I;16"):
                grey = shown.convert("L").getpixel(place)
                assert grey == pytest.approx(before.getpixel(place), abs=12)


async def test_sixteen_bits_of_grey_keep_their_brightness(room: Darkroom) -> None:
    deep = coloured(300, 300, "L").convert("I").point(lambda v: v * 257).convert("I;16")
    prints = await developed(room, saved(deep, "PNG"))
    with Image.open(prints.file) as shown:
        wanted = coloured(300, 300, "L").getpixel((40, 200))
        assert shown.convert("L").getpixel((40, 200)) == pytest.approx(wanted, abs=4)


async def test_it_is_upright_in_srgb_and_tells_nothing(room: Darkroom) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, "Secret Camera"
    exif.get_ifd(GPS)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    data = saved(coloured(600, 400), "JPEG", exif=exif, comment=b"Secret Comment")
    prints = await developed(room, data + b"PK\x03\x04 Secret archive")
    with Image.open(prints.file) as shown:
        assert shown.size == (400, 600)
        assert shown.getpixel((200, 50))[0] > 150  # what was left is above
        assert not shown.getexif() and "icc_profile" not in shown.info
    assert b"Secret" not in prints.file.read_bytes()
    # A profile for other colours than the picture has is as if there was none.
    odd = await developed(room, saved(coloured(300, 300), "PNG", icc_profile=profile))
    assert odd.made.width == 300


async def test_what_shines_through_still_does(room: Darkroom) -> None:
    image = coloured(300, 200, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize((300, 200)))
    prints = await developed(room, saved(image, "PNG"))
    assert prints.made.ending == "webp"
    with Image.open(prints.file) as shown:
        assert shown.mode == "RGBA"
        assert shown.getpixel((5, 190))[3] > 200
        assert shown.getpixel((5, 10))[3] < 60
    solid = await developed(room, saved(coloured(300, 200, "RGBA"), "PNG"))
    assert solid.made.ending == "jpg"


async def test_what_is_large_becomes_small_without_seams(room: Darkroom) -> None:
    prints = await developed(room, saved(coloured(4500, 3000), "PNG", compress_level=1))
    assert prints.made.width * prints.made.height <= 3840 * 2160
    assert prints.made.width / prints.made.height == pytest.approx(1.5, abs=0.01)
    with Image.open(prints.file) as shown:
        column = [shown.getpixel((1000, y))[1] for y in range(0, shown.height, 3)]
    steps = [after - before for before, after in pairwise(column)]
    assert max(steps) <= 4 and min(steps) >= -4  # the ramp has no edge where strips meet


@pytest.mark.parametrize(("purpose", "size"), [("avatar", (400, 400)), ("header", (1500, 500))])
async def test_portraits_are_cropped(
    room: Darkroom, purpose: Purpose, size: tuple[int, int]
) -> None:
    prints = await developed(room, saved(coloured(2000, 1200), "JPEG"), purpose)
    assert (prints.made.width, prints.made.height) == size
    assert "picture" in await refused(room, sound(), purpose)


async def test_what_moves_goes_on_moving(room: Darkroom) -> None:
    frames = [coloured(120, 80).rotate(30 * turn) for turn in range(8)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=70, loop=0)
    prints = await developed(room, data)
    assert prints.made.moving and prints.made.ending == "webp"
    with Image.open(prints.file) as shown:
        assert (shown.format, shown.n_frames) == ("WEBP", 8)
    still = await developed(room, data, "avatar")
    assert not still.made.moving


async def test_an_animation_has_its_bounds(room: Darkroom) -> None:
    one = [Image.new("P", (1, 1), turn % 2) for turn in range(2000)]
    many = saved(one[0], "GIF", save_all=True, append_images=one[1:], optimize=False)
    assert "too long" in await refused(room, many)
    large = [coloured(1200, 900), coloured(1200, 900).rotate(90)]
    wide = saved(large[0], "GIF", save_all=True, append_images=large[1:])
    assert "too large" in await refused(room, wide)


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    made = b"\x89PNG\r\n\x1a\n"
    for kind, body in (head, *chunks, (b"IEND", b"")):
        crc = zlib.crc32(kind + body)
        made += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)
    return made


async def test_bombs_do_not_go_off(room: Darkroom) -> None:
    said = await refused(room, png(50_000, 50_000, (b"IDAT", zlib.compress(bytes(1000)))))
    assert "50000 × 50000" in said
    zeros = zlib.compressobj(9)
    text = b"zTXtname\0\0".removeprefix(b"zTXt")
    text += b"".join(zeros.compress(bytes(2**20)) for _ in range(300)) + zeros.flush()
    assert len(text) < 2**20
    pixels = zlib.compress(bytes(100 * 301))
    assert await refused(room, png(100, 100, (b"zTXt", text), (b"IDAT", pixels)))
    # More pixels in the data than in the head: what is too much is never unpacked.
    more = zlib.compress(bytes(200 * 2**20), 9)
    assert (await developed(room, png(100, 100, (b"IDAT", more)))).made.width == 100
    large = saved(Image.new("RGB", (4100, 3000)), "WEBP", quality=1, method=0)
    assert "12 million" in await refused(room, large)


async def test_what_is_damaged_or_none_is_told_so(room: Darkroom) -> None:
    jpeg, gif = saved(coloured(800, 600), "JPEG"), saved(coloured(800, 600, "P"), "GIF")
    for data in (
        jpeg[: len(jpeg) // 2], gif[:40], saved(coloured(800, 600), "WEBP")[:2000],
        saved(coloured(800, 600), "PNG")[:700], b"\xff\xd8\xff" + os.urandom(5000),
        b"GIF89a<script>alert(1)</script>", b"\xff\xfb" + os.urandom(20_000),
        b"OggS" + os.urandom(20_000), b"\0\0\0\x20ftypM4A " + os.urandom(20_000),
        b"RIFF\xff\xff\xff\xffWAVEfmt " + os.urandom(200), b"fLaC" + bytes(4000),
        b"\x1aE\xdf\xa3" + os.urandom(3000), sound("-ac", "1", ending="mp4")[:900],
    ):  # fmt: skip
        assert "read" in await refused(room, data) or data[:4] == b"RIFF", data[:8]


@pytest.mark.parametrize(
    ("ending", "coder", "channels"),
    [("mp3", (), 1), ("wav", (), 2), ("flac", (), 1), ("ogg", ("-c:a", "libopus"), 1),
     ("mp4", (), 2), ("adts", (), 1), ("webm", ("-c:a", "libopus"), 1), ("mp4", (), 6)],
)  # fmt: skip
async def test_sounds_of_every_kind_become_aac(
    room: Darkroom, ending: str, coder: tuple[str, ...], channels: int
) -> None:
    data = sound(*coder, "-ac", str(channels), "-metadata", "title=Secret", ending=ending)
    prints = await developed(room, data)
    assert prints.made.seconds == pytest.approx(2, abs=0.1)
    said = probed(prints.file)
    (stream,) = said["streams"]
    assert (stream["codec_name"], stream["channels"]) == ("aac", min(2, channels))
    assert float(said["format"]["duration"]) == pytest.approx(2, abs=0.1)
    assert "title" not in said["format"].get("tags", {})
    assert prints.preview is None and b"Secret" not in prints.file.read_bytes()


async def test_how_loud_it_is_stays(room: Darkroom) -> None:
    data = sound("-af", "volume=-20dB", "-c:a", "pcm_s16le", ending="wav")
    prints = await developed(room, data)
    (given := room._folder.parent / "given").write_bytes(data)
    assert loudness(prints.file) == pytest.approx(loudness(given), abs=0.3)


async def test_videos_and_long_sounds_are_refused(room: Darkroom) -> None:
    moving = ("-f", "lavfi", "-i", "testsrc=d=2:s=64x64", "-map", "0", "-map", "1")
    assert "video" in await refused(room, sound(*moving, ending="mp4"))
    made = io.BytesIO()
    with wave.open(made, "wb") as long:
        long.setparams((1, 1, 16_000, 0, "NONE", ""))
        long.writeframes(bytes([128]) * 16_000 * 601)
    assert "too long" in await refused(room, made.getvalue())


PROBE = """
import os, socket, sys, resource
from rostra.darkroom import confinement
held = confinement.begin() + confinement.finish()
def fails(do):
    try: do()
    except OSError as error: return error.errno
    return 0
os.write(1, repr([held, fails(lambda: open("/etc/passwd")), fails(socket.socket),
    resource.getrlimit(resource.RLIMIT_AS)[0], os.nice(0)]).encode())
os.close(0)
os.write(1, repr(fails(lambda: open("/etc/passwd"))).encode())
""".strip()


def test_it_can_open_nothing_and_reach_nobody() -> None:
    command = [sys.executable, "-c", PROBE]
    environ = {"PYTHONPATH": darkroom._CODE}
    done = subprocess.run(
        command, capture_output=True, env=environ, stdin=subprocess.DEVNULL, check=False,
        preexec_fn=lambda: [os.dup2(1, each) for each in (3, 4)], close_fds=False,
    )  # fmt: skip
    said, _, later = done.stdout.decode().rpartition("]")
    held, no_file, no_socket, memory, nice = eval(said + "]")
    assert "descriptors" in held, done.stderr
    assert no_file and no_socket
    assert memory == 256 * 2**20 and nice == 19
    if "landlock" in held:
        assert int(later) == 13  # not even with a descriptor to spare


def acting_as(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


LIE = json.dumps(
    {"ending": "jpg", "width": 5, "height": 5, "preview_width": 5, "preview_height": 5,
     "seconds": 0, "blurhash": "", "moving": False, "sealed": []}
)  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        "",
        "print('x' * 100_000)",
        "import os\nfor _ in range(100): os.write(1, b'x' * 65536)",
        'print(\'{"ending": "svg"}\')',
        f"print({LIE!r})",
        f"import os, sys; os.write(int(sys.argv[2]), b'<svg onload=alert(1)>'); print({LIE!r})",
        "import os; os.kill(os.getpid(), 9)",
        "import os; os.abort()",
    ],
)
async def test_a_darkroom_that_lies_or_dies_is_not_believed(tmp_path: Path, code: str) -> None:
    room = Darkroom(tmp_path / "incoming", command=acting_as(code))
    assert await refused(room, saved(coloured(50, 50), "PNG"))


async def test_it_is_killed_at_the_deadline_with_all_that_it_started(tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    code = (
        "import os, signal\n"
        "child = os.fork()\n"
        f"open({str(noted)!r}, 'a').write(str(os.getpid()) + '\\n')\n"
        "signal.pause()"
    )
    room = Darkroom(tmp_path / "incoming", seconds=1.0, command=acting_as(code))
    began = time.monotonic()
    with pytest.raises(Unavailable) as busy:
        await developed(room, saved(coloured(50, 50), "PNG"))
    assert busy.value.retry_after and time.monotonic() - began < 4
    pids = noted.read_text().split()
    assert len(pids) == 2
    await in_time(lambda: not any(_runs(pid) for pid in pids), "both are gone")


def _runs(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def test_two_work_at_once_and_a_few_wait(tmp_path: Path) -> None:
    code = "import signal; signal.pause()"
    room = Darkroom(tmp_path / "incoming", seconds=60, command=acting_as(code))
    (tmp_path / "source").write_bytes(b"x")
    with (tmp_path / "source").open("rb") as source:
        most = darkroom.AT_ONCE + darkroom.MOST_WAITING
        tasks = [asyncio.create_task(room.develop(source, "post")) for _ in range(most)]
        await in_time(lambda: room._inside == most, "all have come")
        await in_time(lambda: len(list((tmp_path / "incoming").iterdir())) == 4, "two work")
        with pytest.raises(Unavailable) as full:
            await room.develop(source, "post")
        assert full.value.retry_after
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert room._inside == 0 and list((tmp_path / "incoming").iterdir()) == []
