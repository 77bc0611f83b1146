"""The data folder: is it ours, writable, roomy, of a layout we know, and nobody else's just now?"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from rostra.errors import Misconfigured
from rostra.node.files import write_whole
from rostra.programme.places import LAYOUT, RESTORING, Places

ROOM_BYTES = 64 * 1024 * 1024
SECRET_BYTES = 32
_REMAINS_SECONDS = 5.0


def take(root: Path, free: Callable[[Path], int] | None = None) -> tuple[Places, int]:
    """Make `root` ready and ours: its places, and the descriptor that holds the lock.

    Raises Misconfigured with what is wrong and what to do.
    """
    places = Places(root)
    try:
        places.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_room(root, (free or _free)(root))
        _check_restored(root)
        lock = _lock(places)
        _check_layout(places)
        places.run.mkdir(mode=0o700, exist_ok=True)
        _make_secret(places)
    except OSError as reason:
        raise _sentence(root, reason) from None
    return places, lock


def hold(root: Path) -> tuple[Places, int]:
    """Make `root` ours and nothing else: its places, and the descriptor that holds the lock.

    Raises Misconfigured as `take` does.
    """
    places = Places(root)
    try:
        places.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return places, _lock(places)
    except OSError as reason:
        raise _sentence(root, reason) from None


def check(root: Path) -> Places:
    """The places of a folder that is ours already. Raises Misconfigured as `take` does."""
    places = Places(root)
    try:
        _check_layout(places)
    except OSError as reason:
        raise _sentence(root, reason) from None
    return places


def holder(places: Places) -> int | None:
    """The process id of the `rostra serve` that holds the folder, or None if none does.

    Raises Misconfigured when that cannot be told.
    """
    try:
        lock = os.open(places.lock, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as reason:
        raise Misconfigured(
            f"The data folder {places.root} cannot be looked into ({reason.strerror}): "
            "run this as the user who runs `rostra serve`."
        ) from None
    try:
        fcntl.lockf(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return int(os.pread(lock, 32, 0) or b"0")
    else:
        return None
    finally:
        os.close(lock)


def _free(root: Path) -> int:
    return shutil.disk_usage(root).free


def _check_restored(root: Path) -> None:
    if (root / RESTORING).exists():
        raise Misconfigured(
            f"A backup was not put back to its end in the data folder {root}: run the same "
            "`rostra restore` again, which begins anew, or give another folder with --data."
        )


def _check_room(root: Path, free: int) -> None:
    if free < ROOM_BYTES:
        raise Misconfigured(
            f"The disk of the data folder {root} is full, with {free // 2**20} MiB left: "
            f"make {ROOM_BYTES // 2**20} MiB free or give another folder with --data."
        )


def _sentence(root: Path, reason: OSError) -> Misconfigured:
    if reason.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Misconfigured(
            f"The disk of the data folder {root} is full: make room or give another with --data."
        )
    if isinstance(reason, FileExistsError | NotADirectoryError):
        return Misconfigured(f"The data folder {root} is a file: give a folder with --data.")
    return Misconfigured(
        f"The data folder {root} is not writable ({reason.strerror}): "
        "give this user the right to write there, or another folder with --data."
    )


def _lock(places: Places) -> int:
    """Hold the folder, by two locks on one file.

    The first (flock) is our children's too, so it is free only when the last of them has ended. The
    second (a record lock) is not inherited: where it is free, the supervisor is dead, and what it
    left behind gets a few seconds to end.
    """
    lock = os.open(places.lock, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _REMAINS_SECONDS
    while not _locked(fcntl.flock, lock):
        if not _locked(fcntl.lockf, lock) or time.monotonic() > deadline:
            holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
            os.close(lock)
            raise Misconfigured(
                f"The data folder {places.root} is in use by another rostra serve "
                f"(process {holder}): end that one or give another folder with --data."
            )
        time.sleep(0.05)
    _locked(fcntl.lockf, lock)
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _locked(how: Callable[[int, int], None], lock: int) -> bool:
    try:
        how(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _check_layout(places: Places) -> None:
    if not places.node.exists():
        write_whole(places.node, json.dumps({"layout": LAYOUT}).encode(), 0o644)
        return
    try:
        layout = int(json.loads(places.node.read_bytes())["layout"])
    except (ValueError, KeyError, TypeError):
        raise Misconfigured(
            f"The file {places.node} is damaged: restore it from a backup, or write "
            f'{{"layout": {LAYOUT}}} into it if this folder was made by this Rostra.'
        ) from None
    if layout > LAYOUT:
        raise Misconfigured(
            f"The data folder {places.root} was made by a newer Rostra (layout {layout}, this one "
            f"knows {LAYOUT}): install that version, or give another folder with --data."
        )


def _make_secret(places: Places) -> None:
    if not places.secret.exists():
        write_whole(places.secret, secrets.token_bytes(SECRET_BYTES), 0o600)
    elif len(places.secret.read_bytes()) != SECRET_BYTES:
        raise Misconfigured(
            f"The signing key {places.secret} is damaged: restore it from a backup, or delete it, "
            "and invitations and sessions of before will no longer be good."
        )
