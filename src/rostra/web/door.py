"""A route that cannot exist without a rule: the rule stands in the API's description and is
enforced from there, before the body is looked at."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from rostra.web.callers import authorise
from rostra.web.rules import Rule

MARK = "x-rostra-rule"
Endpoint = Callable[..., Any]


class RuledRoute(APIRoute):
    """Raises KeyError when it is made without a rule."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        self.rule = Rule((options.get("openapi_extra") or {})[MARK])
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def ruled(request: Request) -> Response:
            await authorise(request, self.rule)
            return await handle(request)

        return ruled


def door(
    app: FastAPI, methods: str, path: str, rule: Rule, endpoint: Endpoint, **options: Any
) -> None:
    """Open `path` for the space-separated `methods`, to those whom `rule` allows."""
    summary = (endpoint.__doc__ or "").partition("\n")[0].rstrip(".")
    app.router.add_api_route(
        path,
        endpoint,
        methods=methods.split(),
        openapi_extra={MARK: rule.value, **options.pop("openapi_extra", {})},
        summary=summary,
        description=f"{summary}.\n\nFor: {rule.value}.",
        **options,
    )
