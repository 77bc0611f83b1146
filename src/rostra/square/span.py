"""Which part of a list is asked for, by ids: pages that stay where they are while new things come.

`max_id` asks for what is older, `since_id` for the newest among what is newer, `min_id` for what is
newer by the shortest way: the page that ends right after it. Pages always show the newest first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select


@dataclass(frozen=True)
class Span:
    """At most `limit` of those between the ids, which themselves are not in it."""

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @property
    def upwards(self) -> bool:
        """Whether it is read from the old end."""
        return self.min_id is not None

    @property
    def floor(self) -> int | None:
        """Only what is newer than this."""
        return self.min_id if self.min_id is not None else self.since_id

    def holds(self, number: int) -> bool:
        below = self.max_id is None or number < self.max_id
        return below and (self.floor is None or number > self.floor)

    def of_size(self, limit: int) -> Span:
        """The same part in pages of another size."""
        return replace(self, limit=limit)

    def after(self, last: int) -> Span:
        """The rest of this part beyond `last`, which was the last that was read of it."""
        return replace(self, min_id=last) if self.upwards else replace(self, max_id=last)

    def within(
        self, query: Select[Any], column: ColumnElement[int], *, limit: int | None = None
    ) -> Select[Any]:
        """`query` for this part alone, in the order in which it is read, at most `limit` rows."""
        if self.max_id is not None:
            query = query.where(column < self.max_id)
        if self.floor is not None:
            query = query.where(column > self.floor)
        order = column.asc() if self.upwards else column.desc()
        return query.order_by(order).limit(limit or self.limit)
