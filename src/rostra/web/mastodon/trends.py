"""What is talked about: /api/v1/trends. Nothing is counted yet, which is an answer."""

from __future__ import annotations

from fastapi import FastAPI

from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.instance import nothing
from rostra.web.rules import Rule


def add_doors(app: FastAPI) -> None:
    for path in ("", "/statuses", "/tags", "/links"):
        api_door(app, "GET", f"/api/v1/trends{path}", Rule.ANYONE, nothing, scope="read")
