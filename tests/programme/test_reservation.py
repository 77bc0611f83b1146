"""Space is set aside as far as there is some, and never all of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rostra.programme import reservation
from rostra.programme.reservation import give_back, reserve

MEBIBYTE = 1 << 20


@pytest.fixture
def fd(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    os.pwrite(descriptor, b"x" * 1_000, 0)
    yield descriptor
    os.close(descriptor)


def free(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    disk = SimpleNamespace(f_bavail=number // 4096, f_frsize=4096)
    monkeypatch.setattr(os, "fstatvfs", lambda _: disk)


def kernel(monkeypatch: pytest.MonkeyPatch, *answers: int) -> list[int]:
    """Let fallocate answer so; returns the list in which the lengths asked for will be."""
    left, asked = list(answers), []

    def allocate(_fd: int, start: int, length: int, mode: int) -> int:
        assert (start, mode) == (1_000, 1)  # file sizes stay
        asked.append(length)
        return left.pop(0)

    monkeypatch.setattr(reservation, "_fallocate", lambda: allocate)
    return asked


def test_what_fits_is_asked_for_at_once(fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = kernel(monkeypatch, 0)
    free(monkeypatch, 1 << 40)
    assert reserve(fd, 1_000, 3_600.0, 4_000) == 3_600.0
    assert asked == [14_400_001]


def test_on_a_disk_nearly_full_the_half_is_asked_for_and_others_keep_some(
    fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = kernel(monkeypatch, 0)
    free(monkeypatch, 64 * MEBIBYTE + 4 * MEBIBYTE)
    assert reserve(fd, 1_000, 3_600.0, 4_000) == 900.0
    assert asked == [3_600_001]


def test_a_refusal_of_the_kernel_is_answered_by_asking_for_half(
    fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = kernel(monkeypatch, errno.ENOSPC, errno.EDQUOT, 0)
    assert reserve(fd, 1_000, 400.0, 1_000) == 100.0
    assert asked == [400_001, 200_001, 100_001]
    assert os.fstat(fd).st_size == 1_000


def test_less_than_half_a_minute_is_not_asked_for(fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = kernel(monkeypatch, *[errno.ENOSPC] * 2)
    assert reserve(fd, 1_000, 60.0, 1_000) == 0.0
    assert len(asked) == 2


@pytest.mark.parametrize("error", [errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_that_cannot_is_no_failure(
    fd: int, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    asked = kernel(monkeypatch, error)
    assert reserve(fd, 1_000, 3_600.0, 4_000) == 0.0
    assert len(asked) == 1


def test_a_system_that_cannot_is_no_failure(fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reservation, "_fallocate", lambda: None)
    assert reserve(fd, 1_000, 3_600.0, 4_000) == 0.0


def test_a_broken_disk_is_a_failure(fd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        reserve(fd, 1_000, 3_600.0, 4_000)


def test_what_is_set_aside_already_is_not_counted_twice(
    fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reserve(fd, 1_000, 3_600.0, 1_000) == 0:
        pytest.skip("this file system cannot reserve space")
    free(monkeypatch, 64 * MEBIBYTE + 8_192)
    assert reserve(fd, 1_000, 3_600.0, 1_000) == 3_600.0


def test_a_disk_that_filled_since_takes_nothing_away(
    fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reserve(fd, 1_000, 3_600.0, 1_000) == 0:
        pytest.skip("this file system cannot reserve space")
    free(monkeypatch, 0)
    assert reserve(fd, 1_000, 4 * 3_600.0, 1_000) == 3_600.0
    assert os.fstat(fd).st_blocks * 512 >= 3_600_000


def test_what_is_given_back_is_free_and_reads_as_zeros(fd: int) -> None:
    os.pwrite(fd, b"x" * 40_960, 0)
    os.fsync(fd)
    before = os.fstat(fd)
    assert give_back(fd, 100, 20_000)
    after = os.fstat(fd)
    assert after.st_size == before.st_size
    assert before.st_blocks - after.st_blocks == 3 * 8  # whole pages between 4096 and 16384
    data = os.pread(fd, 40_960, 0)
    assert data[:4096] == b"x" * 4096
    assert data[4096:16_384] == bytes(12_288)
    assert data[16_384:] == b"x" * 24_576
    assert not give_back(fd, 0, 4_000)
