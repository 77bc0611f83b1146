"""Forms of our pages: URL-encoded, read within bounds."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from rostra.errors import BadInput

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 60


async def form_of(request: Request) -> dict[str, str]:
    """The fields by name, the last of each. Raises BadInput for what no browser sends."""
    return dict(await fields_of(request))


async def fields_of(request: Request) -> list[tuple[str, str]]:
    """All fields in their order, for forms with several of one name. Raises alike."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise BadInput("The form cannot be read: send it as a browser does.")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except (ValueError, UnicodeDecodeError):
        raise BadInput("The form cannot be read: fill it in again.") from None
    return [(name, value.replace("\0", "")) for name, value in pairs]
