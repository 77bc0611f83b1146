"""All doors of moderation, with who may pass them."""

from __future__ import annotations

from fastapi import FastAPI

from rostra.web.door import page_door
from rostra.web.moderation import acts, own, people, queue, report
from rostra.web.refused import comes_back
from rostra.web.rules import Rule


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/report", Rule.ANYONE, report.form)
    page_door(app, "POST", "/report", Rule.ANYONE, comes_back(report.send, report.form))
    page_door(app, "GET", "/settings/standing", Rule.IN_ANY_STATE, own.standing)
    page_door(app, "GET", "/settings/reports", Rule.SIGNED_IN, own.reports)
    page_door(app, "GET", "/moderation", Rule.MODERATES, queue.listing)
    page_door(app, "GET", "/moderation/reports/{report}", Rule.MODERATES, queue.one)
    page_door(app, "POST", "/moderation/reports/{report}", Rule.MODERATES, queue.move)
    page_door(app, "POST", "/moderation/acts", Rule.MODERATES, comes_back(acts.do, acts.again))
    page_door(
        app,
        "POST",
        "/moderation/acts/{sanction}/lift",
        Rule.MODERATES,
        comes_back(acts.lift, acts.lift_again),
    )
    page_door(app, "GET", "/moderation/record", Rule.MODERATES, acts.record)
    page_door(app, "GET", "/moderation/people", Rule.MODERATES, people.listing)
    page_door(app, "GET", "/moderation/people/{handle}", Rule.MODERATES, people.one)
