"""Run by Alembic: the connection was handed over by `rostra.store.migrate`."""

from __future__ import annotations

from alembic import context

from rostra.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,  # for its way of naming constraints
)
context.run_migrations()
