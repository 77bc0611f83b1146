"""Writing a copy of somebody's data: a zip of JSON documents and of their media, part by part.

Every step adds members to the file and closes it. One that was interrupted leaves no readable zip:
then all is begun anew. One that is done twice adds nothing twice, for names tell what is there.
"""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rostra.errors import NotFound
from rostra.people import editing, exports, profiles
from rostra.square import copying
from rostra.web.parts import WebParts

MOST_BYTES_A_STEP = 64 * 1024 * 1024
_PIECE = 1024 * 1024
_NAMES = (*copying.READERS, "media")


class Copying:
    """The copy called `export_id`."""

    def __init__(self, parts: WebParts, export_id: str) -> None:
        self._parts, self._id = parts, export_id
        self._path = parts.places.exports / f"{export_id}.zip"

    async def write_some(self, step: int, after: int, now_ms: int) -> Mapping[str, Any] | None:
        """Write part `step` from `after` on: the next step as details of a chore; None at the end.

        Step 0 is who they are; then one for each kind of document, as often as there are pages.
        """
        async with self._parts.database.reading() as connection:
            export = await exports.export_of_id(connection, self._id)
        if export is None or export.state != "asked":
            return None
        if step and not await asyncio.to_thread(_is_whole, self._path):
            return {"step": 0}
        if step == 0:
            await self._write({"profile.json": await self._profile(export.account_id)}, anew=True)
            return {"step": 1}
        if step > len(_NAMES):
            await self._finish(export, now_ms)
            return None
        mark = await self._write_page(_NAMES[step - 1], export.account_id, after)
        return {"step": step + 1} if mark is None else {"step": step, "after": mark}

    async def _write_page(self, name: str, account_id: str, after: int) -> int | None:
        """Write one page of a kind: where the next begins, None when that was the last."""
        if name == "media":
            return await self._write_media(account_id, after)
        async with self._parts.database.reading() as connection:
            found, mark = await copying.READERS[name](connection, account_id, after)
        if found or after == 0:
            await self._write({f"{name}/{after}.json": _json(found)})
        return mark if len(found) == copying.PAGE else None

    async def _write_media(self, account_id: str, after: int) -> int | None:
        async with self._parts.database.reading() as connection:
            found, _ = await copying.media(connection, account_id, after)
        done: list[dict[str, Any]] = []
        size = 0
        for each in found:
            if done and size > MOST_BYTES_A_STEP:
                break
            size += await self._write_file(str(each["file"]))
            done.append(each)
        if done:
            await self._write({f"media/{after}.json": _json(done)})
        rest = len(done) < len(found) or len(found) == copying.PAGE
        return int(done[-1]["id"]) if done and rest else None

    async def _write_file(self, name: str) -> int:
        """Write one file of the media, if it is there still: its bytes."""
        objects = self._parts.objects
        try:
            size = await objects.size(name)
        except NotFound:
            return 0
        archive = await asyncio.to_thread(zipfile.ZipFile, self._path, "a", zipfile.ZIP_STORED)
        try:
            if f"media/{name}" in archive.namelist():
                return 0
            with archive.open(f"media/{name}", "w", force_zip64=True) as member:
                for start in range(0, size, _PIECE):
                    piece = await objects.read(name, start, _PIECE)
                    await asyncio.to_thread(member.write, piece)
        finally:
            await asyncio.to_thread(archive.close)
        return size

    async def _profile(self, account_id: str) -> bytes:
        async with self._parts.database.reading() as connection:
            own = await editing.own(connection, account_id)
            profile = (await profiles.of_ids(connection, [account_id]))[account_id]
        return _json({**profile._asdict(), **vars(own)})

    async def _write(self, members: Mapping[str, bytes], *, anew: bool = False) -> None:
        await asyncio.to_thread(_add, self._path, members, anew)

    async def _finish(self, export: exports.Export, now_ms: int) -> None:
        async with self._parts.database.writing() as connection:
            await exports.export_ready(connection, export, self._path.name, now_ms)


async def delete_files(folder: Path, names: Iterable[str]) -> None:
    """Delete those files of `folder` that are there."""

    def work() -> None:
        for name in names:
            (folder / Path(name).name).unlink(missing_ok=True)

    await asyncio.to_thread(work)


def _is_whole(path: Path) -> bool:
    return path.is_file() and zipfile.is_zipfile(path)


def _add(path: Path, members: Mapping[str, bytes], anew: bool) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if anew:
        path.unlink(missing_ok=True)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        there = set(archive.namelist())
        for name, content in members.items():
            if name not in there:
                archive.writestr(name, content)
    path.chmod(0o600)


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
