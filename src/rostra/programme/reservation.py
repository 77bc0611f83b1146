"""Disk space set aside for a file without changing its size, and syncing, where Linux can.

`os.posix_fallocate` will not do: it makes the file longer, and readers of a log trust its size.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import sys
from collections.abc import Callable

_KEEP_SIZE = 1
_PUNCH_HOLE = 2
_PAGE = 4096
_SHORTEST = 30.0  # a reservation of less than this many seconds is not worth asking for
_LEFT_TO_OTHERS = 64 << 20
_CANNOT = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EPERM}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def reserve(fd: int, start: int, duration: float, bytes_per_second: float) -> float:
    """Set aside `duration` seconds' bytes from offset `start`; returns the seconds that fitted.

    On a disk that is nearly full half is asked for, then half of that, and so on; 64 MiB are left
    to others. 0.0 where the system or file system cannot. Other failures raise OSError.
    """
    allocate = _fallocate()
    while allocate is not None and duration >= _SHORTEST:
        length = int(duration * bytes_per_second) + 1
        if _fits(fd, length):
            error = allocate(fd, start, length, _KEEP_SIZE)
            if error == 0:
                return duration
            if error in _CANNOT:
                break
            if error not in _NO_ROOM:
                raise OSError(error, os.strerror(error))
            # A refused fallocate keeps what it got before it failed: the whole rest of the disk.
            os.ftruncate(fd, os.fstat(fd).st_size)
        duration /= 2
    return 0.0


def _fits(fd: int, length: int) -> bool:
    """Whether so many bytes, of which some may be set aside already, leave enough to others."""
    disk, file = os.fstatvfs(fd), os.fstat(fd)
    aside = max(0, file.st_blocks * 512 - file.st_size)
    room = max(0, disk.f_bavail * disk.f_frsize - _LEFT_TO_OTHERS)
    return length - aside <= room


def give_back(fd: int, start: int, stop: int) -> bool:
    """Free the disk space of offsets `start` to `stop`, which read as zeros from then on.

    Only whole pages within are freed. False where the system or file system cannot.
    """
    first, last = -(-start // _PAGE) * _PAGE, stop // _PAGE * _PAGE
    allocate = _fallocate()
    if allocate is None or last <= first:
        return False
    error = allocate(fd, first, last - first, _KEEP_SIZE | _PUNCH_HOLE)
    if error and error not in _CANNOT:
        raise OSError(error, os.strerror(error))
    return error == 0


def datasync(fd: int) -> None:
    """Wait until the file's bytes and size are on the disk."""
    if sys.platform == "darwin":
        os.fsync(fd)
    else:
        os.fdatasync(fd)


@functools.cache
def _fallocate() -> Callable[[int, int, int, int], int] | None:
    """Linux's fallocate as (fd, offset, length, mode) -> errno; None elsewhere."""
    if sys.platform != "linux":
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "fallocate64", None)
    if function is None:
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    function.restype = ctypes.c_int

    def allocate(fd: int, start: int, length: int, mode: int) -> int:
        while function(fd, mode, start, length) != 0:
            if (error := ctypes.get_errno()) != errno.EINTR:
                return error
        return 0

    return allocate
