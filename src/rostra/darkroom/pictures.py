"""A picture, decoded within bounds and made anew: nothing of the file it came in is left.

Pixels are counted before any is decoded. What is too large is made smaller strip by strip, so that
beside the decoded picture only the small one is in memory. The camera's orientation is applied,
colours are brought to sRGB, everything else that a file says (where, when, with what) is dropped.
"""

from __future__ import annotations

import io
import math
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps

from rostra.darkroom.answer import Developed, Purpose, Refused
from rostra.darkroom.blurhash import blurhash
from rostra.darkroom.kinds import JPEG, Kind

LARGEST_AREA = 3840 * 2160
PREVIEW_SIDE = 640
CROPS = {"avatar": (400, 400), "header": (1500, 500)}
MOST_FRAMES = 300
LARGEST_FRAME = 1_000_000
LARGEST_FILM = 100_000_000
"""Pixels of all frames of one that moves."""

_STRIP = 64
_ORIENTATION = 0x0112
_HASH_SIDE = 32


def load() -> None:
    """Load every plugin now: later no file can be opened."""
    Image.preinit()
    Image.init()
    ImageCms.createProfile("sRGB")
    # We count for ourselves, and refuse in a sentence.
    Image.MAX_IMAGE_PIXELS = None


def develop(
    source: BinaryIO, kind: Kind, purpose: Purpose, file: BinaryIO, preview: BinaryIO
) -> Developed:
    """Make the picture and its preview. Raises Refused, and whatever Pillow does when it fails."""
    image: Image.Image = Image.open(source, formats=(kind.reader,))
    _check_pixels(image, kind)
    moving = purpose == "post" and _is_moving(image)
    if moving:
        size = _save_moving(image, file)
        image.seek(0)
    still = _still(image, purpose)
    ending = "webp" if moving or _is_clear(still) else "jpg"
    if not moving:
        _save(still, ending, file)
        size = still.size
    still.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    # The preview has the ending of the picture, so that one name says the type of both.
    _save(still, ending, preview, quality=78)
    return Developed(ending, *size, *still.size, blurhash=_hash(still), moving=moving)


def _check_pixels(image: Image.Image, kind: Kind) -> None:
    width, height = image.size
    if width * height > kind.megapixels * 1_000_000:
        raise Refused(
            f"This picture has too many pixels ({width} × {height}): for {kind.name} they may be "
            f"{kind.megapixels} million, so make it smaller."
        )


def _is_moving(image: Image.Image) -> bool:
    return bool(getattr(image, "is_animated", False))


def _save_moving(image: Image.Image, file: BinaryIO) -> tuple[int, int]:
    """As an animated WebP. Frames are counted one by one, for a file may have a million."""
    area = image.width * image.height
    if area > LARGEST_FRAME:
        raise Refused("This animation is too large: one million pixels (1000 × 1000) at most.")
    most = min(MOST_FRAMES, LARGEST_FILM // area)
    for frames in range(most + 1):
        try:
            image.seek(frames)
        except EOFError:
            break
    else:
        raise Refused(f"This animation is too long: at this size it may have {most} frames.")
    image.seek(0)
    image.save(
        file, "WEBP", save_all=True, quality=70, method=0, exif=b"", xmp=b"", icc_profile=""
    )  # fmt: skip
    return image.size


def _still(image: Image.Image, purpose: Purpose) -> Image.Image:
    """The picture as it is shown: small enough, upright, cropped where it must be, in sRGB."""
    turn = image.getexif().get(_ORIENTATION, 1)
    profile = image.info.get("icc_profile")
    scale = _scale(image.size, purpose)
    if image.format == JPEG.reader and scale > 1:
        image.draft(None, (int(image.width / scale), int(image.height / scale)))
    image.load()
    still = _shrunk(image, _scale(image.size, purpose))
    image.close()
    still = _in_srgb(still, profile)
    still = _turned(still, turn)
    if purpose in CROPS:
        still = ImageOps.fit(still, CROPS[purpose], Image.Resampling.LANCZOS)
    return still


def _scale(size: tuple[int, int], purpose: Purpose) -> float:
    """How many times smaller it is to be, never below 1."""
    if purpose in CROPS:
        # Turned or not, twice what the crop needs is enough for it.
        return max(1.0, min(size) / (2 * max(CROPS[purpose])))
    return max(1.0, math.sqrt(size[0] * size[1] / LARGEST_AREA))


def _shrunk(image: Image.Image, scale: float) -> Image.Image:
    """In RGB or RGBA, `scale` times smaller, made strip by strip."""
    width, height = (max(1, int(side / scale)) for side in image.size)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    small = Image.new(mode, (width, height))
    step_x, step_y = image.width / width, image.height / height
    margin = math.ceil(3 * step_y) + 1  # what the filter looks at beyond a strip
    for top in range(0, height, _STRIP):
        bottom = min(height, top + _STRIP)
        above = max(0, math.floor(top * step_y) - margin)
        below = min(image.height, math.ceil(bottom * step_y) + margin)
        strip = _plain(image.crop((0, above, image.width, below)), mode)
        box = (0, top * step_y - above, width * step_x, min(bottom * step_y, image.height) - above)
        part = strip.resize((width, bottom - top), Image.Resampling.LANCZOS, box)
        small.paste(part, (0, top))
    return small


def _plain(strip: Image.Image, mode: str) -> Image.Image:
    if strip.mode.startswith("I"):  # sixteen bits of grey
        strip = strip.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return strip.convert(mode)


def _in_srgb(still: Image.Image, profile: Any) -> Image.Image:
    """With the colours that its profile meant; a profile that is none is as if there was none."""
    if not isinstance(profile, bytes) or not profile:
        return still
    try:
        ImageCms.profileToProfile(
            still, io.BytesIO(profile), ImageCms.createProfile("sRGB"), inPlace=True
        )
    except (ImageCms.PyCMSError, OSError):
        return still
    return still


def _turned(still: Image.Image, turn: Any) -> Image.Image:
    method = _TURNS.get(turn) if isinstance(turn, int) else None
    return still if method is None else still.transpose(method)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _is_clear(still: Image.Image) -> bool:
    """Whether something shines through somewhere."""
    return still.mode == "RGBA" and still.getchannel("A").getextrema() != (255, 255)


def _save(still: Image.Image, ending: str, file: BinaryIO, quality: int = 87) -> None:
    if ending == "jpg":
        plain = still if still.mode == "RGB" else still.convert("RGB")
        plain.save(file, "JPEG", quality=quality, exif=b"", icc_profile=b"")
    else:
        still.save(file, "WEBP", quality=quality, method=2, exif=b"", xmp=b"", icc_profile=b"")


def _hash(still: Image.Image) -> str:
    small = still.convert("RGBA")
    small.thumbnail((_HASH_SIDE, _HASH_SIDE))
    ground = Image.new("RGBA", small.size, "white")
    plain = Image.alpha_composite(ground, small).convert("RGB").tobytes()
    pixels = [(plain[i], plain[i + 1], plain[i + 2]) for i in range(0, len(plain), 3)]
    return blurhash(pixels, *small.size)
