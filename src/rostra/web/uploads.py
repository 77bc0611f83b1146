"""Uploads: counted, received, developed, noted; the same way from a page, a program or an app.

    upload = await take_in(parts, account, receive)

What is received goes to the darkroom in a task of its own: whoever sent it may wait for the end or
ask later, and may leave. A process that dies leaves a row that waits, which is failed after a
while (square/media.py), and files in `incoming` that the next start removes.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from rostra.darkroom.answer import Developed
from rostra.errors import NotProcessable, RostraError, Unavailable
from rostra.ids import new_file_name
from rostra.people.queries import Account
from rostra.square import media
from rostra.store.objects import ObjectStore
from rostra.web.acting import acting
from rostra.web.bodies import Spool
from rostra.web.darkroom import Prints
from rostra.web.parts import WebParts

log = structlog.get_logger()

LEAST_FREE = 512 * 1024 * 1024
"""Bytes of the disk that are left to the sound and the database."""

_STALE_SECONDS = 3600


Portrait = Literal["avatar", "header"]


@dataclass(frozen=True)
class Sent:
    """What came: the file, and what was said of it."""

    spool: Spool
    description: str = ""
    focus: media.Focus = (0.0, 0.0)


async def take_in(
    parts: WebParts,
    account: Account,
    receive: Callable[[Path], Awaitable[Sent]],
    *,
    patience: float | None = None,
) -> media.Upload:
    """The upload when it is ready, or after `patience` seconds as it is then.

    `receive` is given the folder for what comes. Raises what it raises, TooMany, Unavailable, and
    NotProcessable with what is wrong with the file.
    """
    with ExitStack() as held:
        held.enter_context(_place(parts, account))
        await check_disk(parts.places.root)
        sent = await receive(parts.places.incoming)
        held.callback(sent.spool.close)
        async with acting(parts) as act:
            media_id = await media.start_upload(
                act, account, sent.spool.size, sent.description, sent.focus
            )
        task = asyncio.create_task(_develop(parts, sent.spool, media_id, held.pop_all()))
    parts.developing.add(task)
    task.add_done_callback(parts.developing.discard)
    done, _ = await asyncio.wait({task}, timeout=patience)
    if done and (problem := task.result()) is not None:
        raise problem
    async with parts.database.reading() as connection:
        return await media.own(connection, account, media_id, parts.now_ms())


async def take_portrait(
    parts: WebParts,
    account: Account,
    which: Portrait,
    receive: Callable[[Path], Awaitable[Sent]],
) -> str:
    """Show what is received as the account's picture: its name. Raises as `take_in` does."""
    with _place(parts, account):
        await check_disk(parts.places.root)
        sent = await receive(parts.places.incoming)
        try:
            prints = await parts.darkroom.develop(sent.spool.file, which)
        finally:
            sent.spool.close()
        if prints.preview is not None:
            prints.preview.unlink()
        name = new_file_name(prints.made.ending)
        await parts.objects.put(name, prints.file)
        try:
            async with acting(parts) as act:
                await media.set_portrait(act, account, which, name)
        except BaseException:
            await parts.objects.remove(name)
            raise
    return name


async def check_disk(folder: Path) -> None:
    """Raises Unavailable when the disk is nearly full."""
    free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
    if free < LEAST_FREE:
        raise Unavailable(
            "The disk of this server is nearly full, so it takes no files: tell its administrator.",
            retry_after=600,
        )


def forget_remains(folder: Path, now_s: float) -> None:
    """Remove what uploads left that a process did not live to finish."""
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stat().st_mtime < now_s - _STALE_SECONDS:
            path.unlink(missing_ok=True)


@contextmanager
def _place(parts: WebParts, account: Account) -> Iterator[None]:
    """One of the account's few places, while there is room for what comes of it."""
    parts.limits.uploads.take(account.id, parts.clock.boot_ns())
    parts.darkroom.check_room()
    parts.limits.uploading.begin(account.id)
    try:
        yield
    finally:
        parts.limits.uploading.end(account.id)


async def _develop(
    parts: WebParts, spool: Spool, media_id: int, held: ExitStack
) -> RostraError | None:
    """Develop and note it; what went wrong is noted too, and given back."""
    with held:
        try:
            prints = await parts.darkroom.develop(spool.file, "post")
            await _keep(parts, media_id, prints)
        except RostraError as error:
            await _note_failure(parts, media_id, error)
            return error
    return None


async def _keep(parts: WebParts, media_id: int, prints: Prints) -> None:
    """Put the files where they stay and say so; if nobody is to know them, remove them again."""
    made, names = prints.made, []
    kept = False
    try:
        for path in (prints.file, prints.preview):
            if path is not None:
                names.append(new_file_name(made.ending))
                await parts.objects.put(names[-1], path)
        async with acting(parts) as act:
            kept = await media.finish(act, media_id, _finished(prints, names))
    finally:
        if not kept:
            await _remove(parts.objects, names)


async def _note_failure(parts: WebParts, media_id: int, error: RostraError) -> None:
    if not isinstance(error, NotProcessable):
        log.warning("an upload failed", media=media_id, reason=error.sentence)
    try:
        async with acting(parts) as act:
            await media.fail(act, media_id, error.sentence)
    except Unavailable as reason:
        # It waits for two minutes, and is failed then.
        log.warning("a failure could not be noted", media=media_id, reason=reason.sentence)


def _finished(prints: Prints, names: list[str]) -> media.Finished:
    made = prints.made
    return media.Finished(
        made.kind, made.type, names[0], names[1] if len(names) > 1 else None, prints.bytes,
        made.blurhash, _measures(made),
    )  # fmt: skip


def _measures(made: Developed) -> dict[str, float]:
    if made.kind == "audio":
        return {"seconds": made.seconds}
    return {
        "width": made.width,
        "height": made.height,
        "preview_width": made.preview_width,
        "preview_height": made.preview_height,
        **({"moving": 1} if made.moving else {}),
    }


async def _remove(objects: ObjectStore, names: list[str]) -> None:
    for name in names:
        await objects.remove(name)
