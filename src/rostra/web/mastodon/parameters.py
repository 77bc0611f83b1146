"""What a caller of the Mastodon API sent: JSON, a form, or multipart, and the query, in one model.

    class Wish(Parameters):
        status: str = ""
        media_ids: Several[str] = ()

    wish = await parameters(request, Wish)

What stands in the body goes before the query. Names are those of Rails (names.py); booleans are
true, 1, on, yes, t, y and their opposites; an empty value of what is no text counts as not given;
keys that the model does not know are ignored, as Mastodon does. Bodies were read within bounds
before (middleware.WholeBody). Files are taken at the doors for media only.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

import multipart
import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from starlette.requests import Request

from rostra.errors import BadInput, NotProcessable, WrongType
from rostra.web.mastodon.names import MOST_PAIRS, nested

LONGEST_TEXT = 64 * 1024
LONGEST_IN_QUERY = 5_000
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_LONGEST_REASON = 200

T = TypeVar("T")


def _listed(value: object) -> object:
    """A list, also from `a[0]=…&a[1]=…` and from one value alone."""
    if isinstance(value, dict) and value and all(str(key).isdecimal() for key in value):
        return [value[key] for key in sorted(value, key=lambda key: int(str(key)[:9]))]
    return [value] if isinstance(value, str | int) else value


Several = Annotated[tuple[T, ...], BeforeValidator(_listed)]
"""A tuple of T, from a list in every way in which clients write lists."""


class Parameters(BaseModel):
    """The base of all models here."""

    model_config = ConfigDict(
        extra="ignore", coerce_numbers_to_str=True, str_max_length=LONGEST_TEXT
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_not_given(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {
            name: value
            for name, value in values.items()
            if not (value == "" and name in cls.model_fields and not cls._takes_text(name))
        }

    @classmethod
    def _takes_text(cls, name: str) -> bool:
        return _text_is_in(cls.model_fields[name].annotation)


class Query(Parameters):
    """The base of what is asked for in an address, which is never long."""

    model_config = ConfigDict(str_max_length=LONGEST_IN_QUERY)


M = TypeVar("M", bound=BaseModel)


async def parameters(request: Request, model: type[M]) -> M:
    """The model of what was sent with `request`.

    Raises BadInput for what cannot be read, WrongType for a body of another kind, NotProcessable
    with one sentence for the first field that is wrong.
    """
    body = await request.body()
    given = _of_query(request) | read_body(body, request.headers.get("content-type", ""))
    return checked(given, model)


def query(request: Request, model: type[M]) -> M:
    """The model of the query alone, for doors whose body is something else. Raises alike."""
    return checked(_of_query(request), model)


def checked(given: dict[str, Any], model: type[M]) -> M:
    """The model of what was given by name. Raises NotProcessable."""
    _check_text(given)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise NotProcessable(_sentence(error)) from None


def read_body(body: bytes, content_type: str) -> dict[str, Any]:
    """The fields of a body by name. Raises BadInput and WrongType."""
    if not body.strip():
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _of_json(body)
    if kind == _FORM:
        return nested(_of_form(body))
    if kind == _MULTIPART:
        return nested(_of_multipart(body, content_type))
    raise WrongType("The body is of a kind not taken here: send JSON or a form.")


def _of_query(request: Request) -> dict[str, Any]:
    query: bytes = request.scope.get("query_string", b"")
    return nested(_of_form(query)) if query else {}


def _of_json(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadInput("The body is not JSON: send one JSON object in UTF-8.") from None
    if not isinstance(found, dict):
        raise BadInput("The body is not a JSON object: send one, as in /docs.")
    # Some clients name lists in JSON as they do in forms.
    return {name.removesuffix("[]"): value for name, value in found.items()}


def _of_form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8"), True, errors="strict", max_num_fields=MOST_PAIRS)
    except (ValueError, UnicodeDecodeError):
        raise BadInput(
            f"The form cannot be read: send at most {MOST_PAIRS} fields in UTF-8."
        ) from None


def _of_multipart(body: bytes, content_type: str) -> Iterable[tuple[str, str]]:
    try:
        _, options = multipart.parse_options_header(content_type)
        boundary = options.get("boundary", "")
        parser = multipart.MultipartParser(
            BytesIO(body), boundary, len(body),
            part_limit=MOST_PAIRS, spool_limit=len(body) + 1, memory_limit=len(body) + 1,
        )  # fmt: skip
        found = [(part.name, _text_of(part)) for part in parser if not _is_no_file(part)]
    except (multipart.MultipartError, UnicodeError, ValueError, LookupError):
        raise BadInput("The form cannot be read: send multipart/form-data in UTF-8.") from None
    return found


def _is_no_file(part: Any) -> bool:
    """What a browser sends for a file that was not chosen."""
    return bool(part.filename == "" and part.size == 0)


def _text_of(part: Any) -> str:
    if part.filename is not None:
        raise NotProcessable(
            f"Validation failed: {str(part.name)[:40]} is a file, and files are not taken here."
        )
    return bytes(part.raw).decode("utf-8")


def _check_text(value: object, depth: int = 0) -> None:
    """No NUL and no half characters: databases cannot keep them. Raises NotProcessable."""
    if depth > 16:
        raise NotProcessable("Validation failed: the body is nested too deeply.")
    if isinstance(value, str):
        if "\0" in value or not _is_whole(value):
            raise NotProcessable("Validation failed: there is a character that cannot be kept.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name, depth + 1)
            _check_text(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner, depth + 1)


def _is_whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a pair of surrogates
        return False
    return True


def _text_is_in(annotation: Any) -> bool:
    """Whether an empty text is a value of that type."""
    if annotation is str:
        return True
    origin = get_origin(annotation)
    if origin in (Union, UnionType, Annotated):
        return any(_text_is_in(part) for part in get_args(annotation) if part is not NoneType)
    return False


def _sentence(error: ValidationError) -> str:
    """One sentence for the first thing that was wrong."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part)[:40] for part in first["loc"]) or "body"
    if first["type"] == "missing":
        return f"Validation failed: {place} is missing."
    reason = first["msg"].rstrip(".").replace("\n", " ")[:_LONGEST_REASON]
    if reason.startswith("Input should be "):
        return f"Validation failed: {place} {reason.removeprefix('Input ')}."
    reason = reason.removeprefix("Value error, ")
    return f"Validation failed: {place} cannot be used: {reason[:1].lower()}{reason[1:]}."
