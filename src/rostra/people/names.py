"""The words by which somebody is found: of the name, and the handle whole and in its parts."""

from __future__ import annotations

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.folding import tokens
from rostra.people.tables import name_words


def words_of(handle: str, name: str) -> list[str]:
    """Tokens, each once; those of a handle like ada_l are `ada`, `l`, and it as it stands."""
    return list(dict.fromkeys((handle, *tokens(handle), *tokens(name))))


async def index_name(connection: AsyncConnection, account_id: str, handle: str, name: str) -> None:
    """Have somebody found by these words, and by no others; whoever changes a name calls it."""
    await connection.execute(delete(name_words).where(name_words.c.account_id == account_id))
    rows = [{"word": word, "account_id": account_id} for word in words_of(handle, name)]
    await connection.execute(insert(name_words), rows)
