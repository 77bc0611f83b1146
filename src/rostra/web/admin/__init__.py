"""Administration for people who do not program: how it goes, choices, people, room on the disk."""

from fastapi import FastAPI

from rostra.web.admin import charter, overview, people, storage, welcome


def add_doors(app: FastAPI) -> None:
    for each in (overview, charter, people, storage, welcome):
        each.add_doors(app)
