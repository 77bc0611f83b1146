"""The store of files: what was put is there, whole and on the disk, and nothing else is."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from rostra.errors import NotFound, Unavailable
from rostra.store.objects import LocalObjects, ObjectStore, disk_trouble

NAME = "0123456789abcdef.jpg"


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return LocalObjects(tmp_path / "media")


async def put(objects: ObjectStore, folder: Path, data: bytes, name: str = NAME) -> None:
    (folder / "new").write_bytes(data)
    await objects.put(name, folder / "new")
    assert not (folder / "new").exists()


async def test_what_was_put_is_read_in_pieces(objects: ObjectStore, tmp_path: Path) -> None:
    await put(objects, tmp_path, b"0123456789")
    assert await objects.size(NAME) == 10
    assert await objects.read(NAME, 0, 4) == b"0123"
    assert await objects.read(NAME, 8, 4) == b"89"
    assert await objects.read(NAME, 10, 4) == b""


async def test_renaming_and_removing_may_be_done_again(
    objects: ObjectStore, tmp_path: Path
) -> None:
    await put(objects, tmp_path, b"x")
    for _ in range(2):
        await objects.rename(NAME, f"withheld-{NAME}")
    with pytest.raises(NotFound):
        await objects.size(NAME)
    assert await objects.size(f"withheld-{NAME}") == 1
    for _ in range(2):
        await objects.remove(f"withheld-{NAME}")
    with pytest.raises(NotFound):
        await objects.rename(f"withheld-{NAME}", NAME)


@pytest.mark.parametrize("name", ["../secret", "a/b.jpg", "", ".hidden", "A.jpg", "x" * 81, "a\0"])
async def test_a_name_is_never_a_path(objects: ObjectStore, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    with pytest.raises(NotFound):
        await objects.size(name)
    with pytest.raises(NotFound):
        await objects.read(name, 0, 10)
    with pytest.raises(NotFound):
        await put(objects, tmp_path, b"x", name)


def test_a_full_disk_is_said_to_be_full() -> None:
    full = disk_trouble(OSError(errno.ENOSPC, "No space"))
    assert isinstance(full, Unavailable) and "full" in full.sentence
    assert "full" not in disk_trouble(OSError(errno.EIO, "I/O")).sentence
