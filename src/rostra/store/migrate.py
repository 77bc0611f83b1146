"""Bring a database to the schema of this version, or say that it belongs to a newer one.

The version in the database is read first without Alembic, which costs ten MiB to import and has
nothing to do at nearly every start.
"""

from __future__ import annotations

from pathlib import Path

import structlog
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from rostra.errors import Misconfigured
from rostra.store.database import Database

log = structlog.get_logger()

MIGRATION_SECONDS = 60.0
FOLDER = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """The versions of the schema, oldest first, by the names of their files (`0001_first.py`)."""
    names = sorted(path.stem for path in (FOLDER / "versions").glob("[0-9]*.py"))
    return [name.partition("_")[0] for name in names]


async def migrate(database: Database) -> None:
    """Make the schema current. Raises Misconfigured when the database is of a newer version."""
    known = revisions()
    async with database.reading() as connection:
        present = await connection.run_sync(_present)
    if present == known[-1]:
        return
    if present is not None and present not in known:
        raise Misconfigured(
            f"The database was made by a newer Rostra (schema {present}, this one knows "
            f"{known[-1]}): install that version, or use another data folder or database."
        )
    async with database.migrating(MIGRATION_SECONDS) as connection:
        await connection.run_sync(upgrade)
    log.info("database migrated", before=present, now=known[-1])


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision` within the transaction of `connection`."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _present(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
