"""What /openapi.json describes, asked as it describes it and otherwise: answers are as it says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from rostra.testing.databases import SqliteFiles
from tests.web.asking import Answer, Asker
from tests.web.conftest import ORIGIN, open_square
from tests.web.crowd import people, without_limits

EXAMPLES = int(os.environ.get("ROSTRA_EXAMPLES", "0"))
"""Requests of each kind to each operation, from each caller, in a longer run."""

MODES = list(GenerationMode) if EXAMPLES else [GenerationMode.POSITIVE]
"""Requests that are not as described take long to make up: test_strangers.py has some at hand."""


class Described:
    """The application in a loop of its own, as hypothesis calls functions that wait for nothing."""

    def __init__(self, folder: Path, sqlite_files: SqliteFiles) -> None:
        self._runner = asyncio.Runner()
        self._square = open_square(folder, sqlite_files)
        self._runner.run(self._open())

    async def _open(self) -> None:
        square = await self._square.__aenter__()
        without_limits(square.parts)
        await people(square)
        self.askers = {
            "nobody": Asker(square.app),
            "member": Asker(square.app, await square.token("member")),
            "admin": Asker(square.app, await square.token("boss")),
        }
        described = (await self.askers["nobody"].get("/openapi.json")).json()
        schema = schemathesis.openapi.from_dict(described)
        self.operations = [found.ok() for found in schema.get_all_operations()]

    def ask(self, who: str, case: Any) -> Answer:
        request = requests.Request(**case.as_transport_kwargs(base_url=ORIGIN)).prepare()
        target = urlsplit(request.url or "")
        headers = {name: str(value) for name, value in request.headers.items() if name != "Host"}
        return self._runner.run(
            self.askers[who].ask(
                request.method or "", f"{target.path}?{target.query}",
                headers=headers, content=request.body or b"",
            )
        )  # fmt: skip

    def close(self) -> None:
        self._runner.run(self._square.__aexit__(None, None, None))
        self._runner.close()


@pytest.fixture(scope="module")
def described(
    tmp_path_factory: pytest.TempPathFactory, sqlite_files: SqliteFiles
) -> Iterator[Described]:
    made = Described(tmp_path_factory.mktemp("described"), sqlite_files)
    yield made
    made.close()


def _is_declared(operation: Any, answer: Answer) -> bool:
    """Whether the description has this status, and this kind of document where it has any."""
    declared = operation.definition.raw["responses"]
    status = str(answer.status)
    found = declared.get(status) or declared.get(f"{status[0]}XX")
    if found is None:
        return False
    kinds = found.get("content", {})
    kind = answer.headers.get("content-type", "").partition(";")[0]
    return not kinds or kind in kinds or not answer.text


@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("who", ["nobody", "member", "admin"])
def test_every_answer_is_one_that_is_declared(described, who, mode):
    tried, wrong = 0, list[tuple[object, ...]]()
    for operation in described.operations:
        for case, answer in _asked(described, who, operation, mode):
            if not _is_declared(operation, answer):
                wrong.append((operation.label, answer.status, answer.text[:200], repr(case)[:400]))
            tried += 1
    assert not wrong, "\n".join(map(str, wrong[:40]))
    assert tried > len(described.operations)


def _asked(
    described: Described, who: str, operation: Any, mode: GenerationMode
) -> list[tuple[Any, Answer]]:
    found: list[tuple[Any, Answer]] = []

    @seed(1)
    @settings(
        max_examples=EXAMPLES or 3, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        found.append((case, described.ask(who, case)))

    with suppress(Unsatisfiable):  # where nothing can be wrong
        ask()
    return found
