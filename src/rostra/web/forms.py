"""Forms of pages, read within bounds."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from rostra.errors import BadInput

KIND = "application/x-www-form-urlencoded"
MOST_FIELDS = 50


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; of those of one name the last. Raises BadInput."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise BadInput("The form cannot be read: send it as a browser does.")
    try:
        text = (await request.body()).decode("utf-8")
        return dict(parse_qsl(text, max_num_fields=MOST_FIELDS, errors="strict"))
    except (ValueError, UnicodeDecodeError):
        raise BadInput("The form cannot be read: fill it in again.") from None
