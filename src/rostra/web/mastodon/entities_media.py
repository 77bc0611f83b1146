"""Pictures and sounds as apps read them: docs.joinmastodon.org/entities/MediaAttachment/."""

from __future__ import annotations

from typing import Any

from rostra.square.posts import Medium
from rostra.web.mastodon.answers import Document
from rostra.web.parts import Origins


def media_attachment(medium: Medium, origins: Origins) -> Document:
    """One attachment. `url` is null while it is looked at."""
    return {
        "id": str(medium.id),
        "type": medium.kind if medium.state == "ready" else "unknown",
        "url": _address(medium.file, origins),
        "preview_url": _address(medium.preview, origins),
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": _meta(medium),
        "description": medium.description or None,
        "blurhash": medium.blurhash or None,
    }


def _address(name: str | None, origins: Origins) -> str | None:
    return f"{origins.public_url}/media/{name}" if name else None


def _meta(medium: Medium) -> Document:
    measures = medium.measures
    if "seconds" in measures:
        length = float(measures["seconds"])
        return {"length": _clock(length), "original": {"duration": length}}
    if "width" not in measures:
        return {}
    shown = {
        "focus": {"x": medium.focus[0], "y": medium.focus[1]},
        "original": _size(measures["width"], measures["height"]),
    }
    if "preview_width" in measures:
        shown["small"] = _size(measures["preview_width"], measures["preview_height"])
    return shown


def _size(width: float, height: float) -> dict[str, Any]:
    return {
        "width": int(width),
        "height": int(height),
        "size": f"{int(width)}x{int(height)}",
        "aspect": width / height if height else 1.0,
    }


def _clock(seconds: float) -> str:
    whole, minutes = seconds % 60, int(seconds // 60)
    return f"{minutes // 60}:{minutes % 60:02}:{whole:05.2f}"
