"""Which part of a list is asked for, by ids: pages that stay where they are while new things come.

`max_id` asks for what is older, `since_id` for the newest among what is newer, `min_id` for what is
newer by the shortest way: the page that ends right after it. Pages always show the newest first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, bindparam

LARGEST_ID = 2**63 - 1


class Shape(NamedTuple):
    """What of a span changes the words of a query, so that queries can be built once for each."""

    upwards: bool
    below: bool
    above: bool

    def within(
        self, query: Select[Any], column: ColumnElement[int], *, limit: int | None = None
    ) -> Select[Any]:
        """`query` for a part of this shape, in the order in which it is read.

        Its parameters are those of `Span.parameters`; `limit` in place of the span's own.
        """
        if self.below:
            query = query.where(column < bindparam("below", type_=BigInteger))
        if self.above:
            query = query.where(column > bindparam("above", type_=BigInteger))
        order = column.asc() if self.upwards else column.desc()
        most = bindparam("limit", type_=Integer) if limit is None else limit
        return query.order_by(order).limit(most)


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

    @property
    def shape(self) -> Shape:
        return Shape(self.upwards, self.max_id is not None, self.floor is not None)

    @property
    def parameters(self) -> dict[str, int]:
        """For a query of this span's shape."""
        given = {"below": self.max_id, "above": self.floor, "limit": self.limit}
        return {name: value for name, value in given.items() if value is not None}

    def within(
        self, query: Select[Any], column: ColumnElement[int], *, limit: int | None = None
    ) -> Select[Any]:
        """`query` for this part alone, in the order in which it is read, at most `limit` rows."""
        given = {name: each for name, each in self.parameters.items() if name != "limit"}
        return self.shape.within(query, column, limit=limit or self.limit).params(given)
