"""`column IN (…)` for a list of any length, as one parameter.

SQLAlchemy's own makes a parameter of each value: every length is another text, which a database
prepares anew, and putting the text together costs more than most answers. Here the list travels
whole: as an array to PostgreSQL, as JSON to SQLite.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import ColumnElement, String, TypeDecorator, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


def one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether `column` has one of the values of the parameter `name`, a collection."""
    return _OneOf(column, bindparam(name, type_=_Several(column.type)))


class _Several(TypeDecorator[Collection[Any]]):
    """Values of the type `item`."""

    impl = String
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        several: TypeEngine[Any] = ARRAY(self.item) if _has_arrays(dialect) else String()
        return dialect.type_descriptor(several)

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        assert value is not None
        return list(value) if _has_arrays(dialect) else orjson.dumps(list(value)).decode()


def _has_arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


class _OneOf(FunctionElement[bool]):
    """Of no type: of a Boolean SQLAlchemy asks whether it is 1, which no index knows in SQLite."""

    inherit_cache = True


@compiles(_OneOf, "postgresql")
def _of_an_array(element: _OneOf, compiler: Any, **given: Any) -> str:
    column, values = (compiler.process(each, **given) for each in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_OneOf, "sqlite")
def _of_json(element: _OneOf, compiler: Any, **given: Any) -> str:
    column, values = (compiler.process(each, **given) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - compiled parts
