"""A route that cannot exist without a rule: the rule stands in the API's description and is
enforced from there, before the body is looked at."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from rostra.errors import NotFound
from rostra.web.callers import authorise, count
from rostra.web.rules import Rule

MARK = "x-rostra-rule"
SCOPE = "x-rostra-scope"
STREAMS = "x-rostra-streams"
Endpoint = Callable[..., Any]


def refusal(always: Sequence[str], sometimes: Sequence[str] = ()) -> dict[str, Any]:
    """How /openapi.json describes what is refused: texts of these names, as JSON."""
    schema = {
        "type": "object",
        "required": [*always],
        "properties": {name: {"type": "string"} for name in (*always, *sometimes)},
    }
    return {
        "description": "One sentence on what is wrong.",
        "content": {"application/json": {"schema": schema}},
    }


_REFUSED = refusal(["error", "sentence"])


class RuledRoute(APIRoute):
    """Raises KeyError when it is made without a rule."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        extra = options.get("openapi_extra") or {}
        self.rule = Rule(extra[MARK])
        self.scope: str | None = extra.get(SCOPE)
        self.streams = bool(extra.get(STREAMS))
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def ruled(request: Request) -> Response:
            await count(request)
            if "\0" in request.scope["path"]:
                raise NotFound("There is nothing at this address.")  # nor could a database say so
            await authorise(request, self.rule, self.scope)
            return await handle(request)

        return ruled


def door(
    app: FastAPI,
    methods: str,
    path: str,
    rule: Rule,
    endpoint: Endpoint,
    *,
    scope: str | None = None,
    streams: bool = False,
    **options: Any,
) -> None:
    """Open `path` for the space-separated `methods`, to those whom `rule` allows.

    Tokens of applications pass if one of their scopes covers `scope`, and not where it is None.
    One that `streams` is given the body as it comes, and bounds it itself (bodies.py); such a
    path has no parameters.
    """
    extra: dict[str, Any] = {MARK: rule.value, **({SCOPE: scope} if scope else {})}
    extra |= {STREAMS: True} if streams else {}
    summary = (endpoint.__doc__ or "").partition("\n")[0].rstrip(".")
    described = {**extra, **options.pop("openapi_extra", {})}
    options.setdefault("responses", {"4XX": _REFUSED, "503": _REFUSED})
    for method in methods.split():  # one route for each, so that each has a name of its own
        app.router.add_api_route(
            path,
            endpoint,
            methods=[method],
            openapi_extra=described,
            summary=summary,
            description=f"{summary}.\n\nFor: {rule.value}.",
            **options,
        )


def page_door(
    app: FastAPI,
    methods: str,
    path: str,
    rule: Rule,
    endpoint: Endpoint,
    *,
    streams: bool = False,
) -> None:
    """A door for browsers: it is not in the description of the API, and no application's."""
    door(app, methods, path, rule, endpoint, include_in_schema=False, streams=streams)


def streaming(app: FastAPI) -> frozenset[tuple[str, str]]:
    """Method and path of every door that takes its body as it comes."""
    return frozenset(
        (method, route.path)
        for route in app.router.routes
        if isinstance(route, RuledRoute) and route.streams
        for method in route.methods or ()
    )
