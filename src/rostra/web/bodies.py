"""Bodies that are too large for memory: streamed to a file, their bytes counted as they come.

The file has no name, so nothing is left of it when this process dies. How large it may be is said
by its first bytes: a picture less than a sound. A form's file goes the same way, through a parser
that keeps nothing.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import multipart
from starlette.requests import ClientDisconnect, Request

from rostra.darkroom.answer import Refused
from rostra.darkroom.kinds import ENOUGH, kind_of
from rostra.errors import BadInput, NotProcessable, TooLarge, WrongType
from rostra.store.objects import disk_trouble
from rostra.web.protocol import PATIENCE

LARGEST = {"picture": 16 * 1024 * 1024, "sound": 40 * 1024 * 1024}
LARGEST_BODY = max(LARGEST.values())
_ROOM_FOR_FIELDS = 4 * 1024 * 1024
"""Of a form, besides its largest file: other fields, and thumbnails that are not looked at."""

_LONGEST_FIELDS = 64 * 1024
_MOST_PARTS = 40
_PIECE = 256 * 1024


class Spool:
    """A file being received. Close it when it is not needed: then it is gone."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._waiting = bytearray()
        self._limit: int | None = None  # not known before the first bytes are there
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file: BinaryIO = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        except OSError as error:
            raise disk_trouble(error) from error

    async def add(self, data: bytes | bytearray) -> None:
        """Take more. Raises TooLarge, NotProcessable for what we do not open, Unavailable."""
        self._waiting += data
        self.size += len(data)
        if self._limit is None and self.size >= ENOUGH:
            self._limit = _limit_of(bytes(self._waiting[:ENOUGH]))
        self.check(self.size)
        if len(self._waiting) >= _PIECE:
            await self._write()

    async def finish(self) -> None:
        """That was all. Raises as `add` does."""
        if self._limit is None:
            self._limit = _limit_of(bytes(self._waiting))
        await self._write()

    def check(self, size: int) -> None:
        """Whether it may have so many bytes. Raises TooLarge."""
        limit = self._limit or LARGEST_BODY
        if size > limit:
            raise too_large(limit)

    def close(self) -> None:
        self.file.close()

    async def _write(self) -> None:
        piece, self._waiting = self._waiting, bytearray()
        try:
            await asyncio.to_thread(_write_all, self.file.fileno(), piece)
        except OSError as error:
            raise disk_trouble(error) from error


@dataclass
class Form:
    """What came: texts and files by the names of their fields."""

    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, Spool] = field(default_factory=dict)

    def close(self) -> None:
        """Forget the files."""
        for each in self.files.values():
            each.close()


async def receive_file(request: Request, folder: Path) -> Spool:
    """The body as it is. Raises as Spool does, and BadInput when whoever sent it left."""
    declared = _declared(request)
    if declared > LARGEST_BODY:
        raise too_large(LARGEST_BODY)
    spool = Spool(folder)
    try:
        async for chunk in _chunks(request):
            await spool.add(chunk)
            spool.check(declared)
        await spool.finish()
    except BaseException:
        spool.close()
        raise
    return spool


async def receive_small(request: Request) -> bytes:
    """The body of a door that streams, where it turns out to be no form with files.

    Raises TooLarge, and BadInput when whoever sent it left.
    """
    body = bytearray()
    async for chunk in _chunks(request):
        body += chunk
        if len(body) > _LONGEST_FIELDS:
            raise TooLarge(f"The body is too large: {_LONGEST_FIELDS // 1024} KiB at most.")
    return bytes(body)


async def receive_form(
    request: Request, folder: Path, files: Collection[str], form: Form | None = None
) -> Form:
    """The fields of a multipart form; files whose field is not in `files` are passed over.

    They are put into `form`, which holds the texts that came before what could not be taken.
    Raises as Spool does, BadInput for a form that is none, WrongType for another body.
    """
    if _declared(request) > LARGEST_BODY + _ROOM_FOR_FIELDS:
        raise too_large(LARGEST_BODY)
    form = Form() if form is None else form
    try:
        reading = _Reading(form, folder, files, _parser(request))
        async for chunk in _chunks(request):
            await reading.add(chunk)
        await reading.finish()
    except BaseException as error:
        form.close()
        if isinstance(error, multipart.MultipartError | UnicodeError):
            raise BadInput("The form cannot be read: send multipart/form-data.") from None
        raise
    return form


class _Reading:
    """A form that is being read, part by part."""

    def __init__(
        self,
        form: Form,
        folder: Path,
        files: Collection[str],
        parser: multipart.PushMultipartParser,
    ) -> None:
        self._form, self._folder, self._files, self._parser = form, folder, files, parser
        self._name = ""
        self._spool: Spool | None = None
        self._text: bytearray | None = None
        self._left = _LONGEST_FIELDS
        self._in_all = 0

    async def add(self, chunk: bytes) -> None:
        self._in_all += len(chunk)
        if self._in_all > LARGEST_BODY + _ROOM_FOR_FIELDS:
            raise too_large(LARGEST_BODY)
        for event in self._parser.parse(chunk):
            if isinstance(event, multipart.MultipartSegment):
                self._begin(event)
            elif event is None:
                await self._end()
            else:
                await self._more(event)

    async def finish(self) -> None:
        for _ in self._parser.parse(b""):  # raises when the form is not whole
            continue

    def _begin(self, part: multipart.MultipartSegment) -> None:
        self._name = part.name or ""
        self._spool = self._text = None
        if part.filename is None and self._name not in self._files:
            self._text = bytearray()
        elif self._name in self._files and self._name not in self._form.files:
            self._spool = self._form.files[self._name] = Spool(self._folder)

    async def _more(self, data: bytearray) -> None:
        if self._spool is not None:
            await self._spool.add(data)
        elif self._text is not None:
            self._left -= len(data)
            if self._left < 0:
                raise TooLarge(f"The form is too large: {_LONGEST_FIELDS // 1024} KiB of text.")
            self._text += data

    async def _end(self) -> None:
        if self._text is not None:
            self._form.texts[self._name] = self._text.decode("utf-8")
        elif self._spool is not None and self._spool.size:
            await self._spool.finish()
        elif self._spool is not None:  # a browser's way to say that none was chosen
            self._form.files.pop(self._name).close()


def _parser(request: Request) -> multipart.PushMultipartParser:
    kind, options = multipart.parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise WrongType("The body is no form with a file: send multipart/form-data.")
    return multipart.PushMultipartParser(
        options["boundary"], max_segment_count=_MOST_PARTS, strict=False
    )


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    patience = request.scope.get("extensions", {}).get(PATIENCE)
    if patience is not None:
        patience()
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect:
        raise BadInput("The file did not come whole: send it again.") from None


def _declared(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _limit_of(start: bytes) -> int:
    try:
        return LARGEST[kind_of(start).family]
    except Refused as refused:
        raise NotProcessable(refused.sentence) from None


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"The file is too large: {limit // 2**20} MiB at most.")


def _write_all(descriptor: int, data: bytearray) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
