"""Forms that cannot be taken come back: what was typed, and the sentence that says why.

What somebody wrote is never lost. Templates are given `said`: it answers for every field of a form
with what was typed if that form was refused, and with what is there otherwise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rostra.errors import DoFirst, RostraError
from rostra.web.forms import fields_of
from rostra.web.problems import refusal_headers, wants_page
from rostra.web.said import NOTHING_SAID, Said
from rostra.web.templates import told

Door = Callable[..., Awaitable[Response]]


def comes_back(do: Door, form: Door) -> Door:
    """`do`, which takes a form; what it refuses is shown again by `form`, the page of that form.

    Both take the request and what stands in the address. Programs are told by JSON as ever.
    """

    @wraps(do)
    async def done(request: Request, **where: Any) -> Response:
        try:
            return await do(request, **where)
        except DoFirst:
            raise
        except RostraError as error:
            if not wants_page(request):
                raise
            return await again(request, error, await fields_of(request), form, **where)

    return done


async def again(
    request: Request,
    error: RostraError,
    fields: Sequence[tuple[str, str]],
    form: Door,
    **where: Any,
) -> Response:
    """The page of `form` with `fields`, and why they were not taken. Raises `error` without one."""
    request.state.said = Said(tuple(fields), request.url.path, told(request, error))
    try:
        answer = await form(request, **where)
    except RostraError:  # what it was about is not there
        request.state.said = NOTHING_SAID
        raise error from None
    answer.status_code = error.status
    answer.headers.update(refusal_headers(error))
    return answer
