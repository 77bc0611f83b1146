"""Doors of the Mastodon API: described by a model of what they take, read by `parameters`.

api_door(app, "POST", "/api/v1/statuses", Rule.SIGNED_IN, publish,
         scope="write:statuses", body=Wish, answers={200: "The post."})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from rostra.web.door import Endpoint, door
from rostra.web.rules import Rule

KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}
_DEFAULT = {200: "As docs.joinmastodon.org says."}


def api_door(
    app: FastAPI,
    methods: str,
    path: str,
    rule: Rule,
    endpoint: Endpoint,
    *,
    scope: str | None = None,
    body: type[BaseModel] | Mapping[str, Any] | None = None,
    query: type[BaseModel] | None = None,
    answers: Mapping[int, str] = _DEFAULT,
    brings: str = "application/json",
    streams: bool = False,
) -> None:
    """Open `path` as `web.door.door` does, described for /openapi.json.

    `body` and `query` are the models with which the endpoint calls `parameters` or
    `parameters.query`, or `body` is the Request Body Object of what no model describes; `answers`
    says in words what each status brings, which is of the media type `brings`.
    """
    extra: dict[str, Any] = {}
    if isinstance(body, Mapping):
        extra["requestBody"] = body
    elif body is not None:
        schema = schema_of(body)
        needed = bool(schema.get("required"))
        extra["requestBody"] = {
            "required": needed,
            "content": {kind: {"schema": schema} for kind in KINDS},
        }
    if query is not None:
        extra["parameters"] = list(_queries(schema_of(query)))
    door(
        app, methods, path, rule, endpoint, scope=scope, openapi_extra=extra,
        responses=_responses(answers, brings), status_code=min(answers), response_model=None,
        streams=streams,
    )  # fmt: skip


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of `model` with what it refers to put in place, so that it stands alone."""
    schema = model.model_json_schema()
    inner = schema.pop("$defs", {})
    whole = _without_references(schema, inner)
    assert isinstance(whole, dict)
    return whole


def _without_references(part: Any, inner: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_without_references(each, inner) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _without_references(inner[part["$ref"].rpartition("/")[2]], inner)
    return {name: _without_references(each, inner) for name, each in part.items()}


def _queries(schema: Mapping[str, Any]) -> Any:
    """Each field of a model as a parameter of the query; lists are named as Rails does."""
    for name, each in schema.get("properties", {}).items():
        kinds = [each, *each.get("anyOf", ())]
        listed = any(kind.get("type") == "array" for kind in kinds)
        yield {
            "name": f"{name}[]" if listed else name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": each,
        }


def _responses(answers: Mapping[int, str], brings: str) -> dict[int | str, dict[str, Any]]:
    refused = {"description": "One sentence on what is wrong.",
               "content": {"application/json": {"schema": _ERROR}}}  # fmt: skip
    shown: dict[int | str, dict[str, Any]] = {
        status: {"description": words, "content": {brings: {}}} for status, words in answers.items()
    }
    return shown | {"4XX": refused, "503": refused}
