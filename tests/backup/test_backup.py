"""What is backed up comes back: accounts, sessions, files, sound that was still growing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import text

from rostra.errors import Misconfigured
from rostra.last_backup import NOTE, load
from rostra.node import folder
from rostra.people import actions, queries, sessions
from rostra.programme import manifest as manifests
from rostra.programme.log import LogReader, LogWriter
from rostra.programme.places import RESTORING
from rostra.store.migrate import revisions

from .conftest import FRAMES, Kept


async def _person(kept: Kept, handle: str) -> tuple[str, str]:
    """A new account's token and the secret of its session."""
    database = kept.database()
    async with database.writing() as connection:
        await actions.add_person(connection, handle, now_ms=1)
        token = await actions.make_token(connection, handle, now_ms=1)
        link = await actions.make_link(connection, handle, now_ms=1)
        used = await actions.use_link(connection, link, now_ms=2)
    await database.close()
    return token, used.session


async def _known(kept: Kept, token: str, session: str) -> tuple[bool, bool]:
    database = kept.database()
    async with database.reading() as connection:
        bearer = await queries.by_api_token(connection, token)
        account = await sessions.by_secret(connection, session, 3)
    await database.close()
    return bearer is not None, account is not None


def test_accounts_tokens_and_sessions_are_good_after_a_restore(kept: Kept, tmp_path: Path) -> None:
    token, session = asyncio.run(_person(kept, "ada"))
    kept.back_up(tmp_path / "b.tar")
    back = kept.restored(tmp_path / "b.tar", tmp_path / "new")
    assert asyncio.run(_known(back, token, session)) == (True, True)
    assert back.places.secret.read_bytes() == kept.places.secret.read_bytes()
    assert back.places.secret.stat().st_mode & 0o777 == 0o600
    _, lock = folder.take(back.places.root)
    os.close(lock)


def test_signing_out_ends_every_session_and_token(kept: Kept, tmp_path: Path) -> None:
    token, session = asyncio.run(_person(kept, "ada"))
    kept.back_up(tmp_path / "b.tar")
    back = kept.restored(tmp_path / "b.tar", tmp_path / "new", sign_out=True)
    assert asyncio.run(_known(back, token, session)) == (False, False)
    assert back.places.secret.read_bytes() != kept.places.secret.read_bytes()


def test_files_come_back_and_what_only_the_running_server_needs_does_not(
    kept: Kept, tmp_path: Path
) -> None:
    (kept.places.root / "media" / "cat.png.part").write_bytes(b"half")
    kept.places.incoming.mkdir()
    (kept.places.incoming / "upload").write_bytes(b"half")
    (kept.places.root / "link").symlink_to("/etc/passwd")
    kept.back_up(tmp_path / "b.tar")
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    back = kept.restored(tmp_path / "b.tar", tmp_path / "new").places
    there = {path.relative_to(back.root).as_posix() for path in back.root.rglob("*")}
    usual = {"lock", "media", "media/cat.png", "node.json", "rostra.toml", "secret"}
    assert there - {"rostra.db", "rostra.db-wal", "rostra.db-shm"} == usual
    assert (back.root / "media" / "cat.png").read_bytes() == b"cat" * 1_000_000
    note = load((kept.places.root / NOTE).read_bytes())
    assert note is not None
    assert (note.made_ms, note.bytes) == (7, (tmp_path / "b.tar").stat().st_size)
    assert list(tmp_path.glob(".b.tar*")) == []


def test_a_log_that_grows_is_copied_up_to_its_last_fragment_and_continues(
    kept: Kept, tmp_path: Path
) -> None:
    data, index = kept.places.log("on", "p", "opus")
    with kept.space("on", "live") as writer:
        writer.reserve(600, 4000)
        with data.open("ab") as half:
            half.write(b"of a fragment")
        with index.open("ab") as half:
            half.write(b"\1" * 17)
        kept.back_up(tmp_path / "b.tar", recordings=False)
    back = kept.restored(tmp_path / "b.tar", tmp_path / "new").places
    assert manifests.read(back.manifest("on")) == manifests.read(kept.places.manifest("on"))
    with LogWriter.recover(*back.log("on", "p", "opus")) as again:
        assert again.append(FRAMES, wall_ms=9).media_time == 2 * 15_360
    with LogReader(*back.log("on", "p", "opus")) as reader:
        reader.refresh()
        assert len(reader) == 3


def test_recordings_of_what_is_over_may_stay_behind(kept: Kept, tmp_path: Path) -> None:
    kept.space("over", "ended").close()
    kept.back_up(tmp_path / "all.tar")
    kept.back_up(tmp_path / "less.tar", recordings=False)
    names = []
    for name in ("all", "less"):
        with tarfile.open(tmp_path / f"{name}.tar") as tar:
            names.append(set(tar.getnames()))
    assert names[0] - names[1] == {"data/spaces/over/p.opus.mp4", "data/spaces/over/p.opus.idx"}
    assert names[1] <= names[0]


def test_a_backup_of_before_is_replaced_whole(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"of yesterday")
    kept.back_up(tmp_path / "b.tar")
    kept.restored(tmp_path / "b.tar", tmp_path / "new")


def test_a_backup_inside_the_folder_or_of_no_folder_is_refused(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="inside"):
        kept.back_up(kept.places.root / "media" / "b.tar")
    with pytest.raises(Misconfigured, match="no folder"):
        kept.back_up(tmp_path / "nowhere" / "b.tar")
    kept.places.node.unlink()
    with pytest.raises(Misconfigured, match="no Rostra"):
        kept.back_up(tmp_path / "b.tar")


HOLD = """
import sys; from pathlib import Path; from rostra.node import folder
folder.hold(Path(sys.argv[1])); print(flush=True); input()
"""


def test_a_folder_that_is_not_empty_or_in_use_is_left_alone(kept: Kept, tmp_path: Path) -> None:
    kept.back_up(tmp_path / "b.tar")
    with pytest.raises(Misconfigured, match="not empty"):
        kept.restored(tmp_path / "b.tar", kept.places.root)
    command = [sys.executable, "-c", HOLD, str(tmp_path / "new")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Misconfigured, match=rf"in use .*{other.pid}"):
            kept.restored(tmp_path / "b.tar", tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"lock"}


def test_a_restore_that_was_killed_is_never_served_and_begins_anew(
    kept: Kept, tmp_path: Path
) -> None:
    kept.back_up(tmp_path / "b.tar")
    root = tmp_path / "new"
    (root / RESTORING / "data").mkdir(parents=True)
    (root / "media").mkdir()
    (root / "secret").write_bytes(b"moved already")
    with pytest.raises(Misconfigured, match="again"):
        folder.take(root)
    back = kept.restored(tmp_path / "b.tar", root)
    assert back.places.secret.read_bytes() == kept.places.secret.read_bytes()


async def _age(kept: Kept, schema: str) -> None:
    database = kept.database()
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": schema})
    await database.close()


def test_an_archive_of_a_newer_schema_is_refused(kept: Kept, tmp_path: Path) -> None:
    asyncio.run(_age(kept, "9999"))
    kept.back_up(tmp_path / "b.tar")
    with pytest.raises(Misconfigured, match=rf"newer .*9999, this one knows {revisions()[-1]}"):
        kept.restored(tmp_path / "b.tar", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.process
@pytest.mark.parametrize("kept", ["postgresql"], indirect=True)
def test_a_postgresql_database_that_has_tables_is_left_alone(kept: Kept, tmp_path: Path) -> None:
    kept.back_up(tmp_path / "b.tar")
    kept.new_url = lambda: kept.url
    with pytest.raises(Misconfigured, match="has tables"):
        kept.restored(tmp_path / "b.tar", tmp_path / "new")
