"""What `rostra rehearse` does with a document: words for the shell, a page for everybody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rostra.cli.rehearse import rehearse
from rostra.errors import BadInput
from rostra.rehearsal import conductor
from rostra.rehearsal.report import html
from rostra.testing.rehearsed import document, troubled

URL = "http://127.0.0.1:8001/s/demo"


@pytest.mark.parametrize(("made", "code"), [(document(), 0), (troubled(), 1)])
def test_the_page_the_figures_and_the_words_say_the_same(
    made: dict[str, Any], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "rehearse", lambda *_: made)
    page, figures = tmp_path / "page.html", tmp_path / "figures.json"
    flags = ["--listeners", "9", "--html", str(page), "--json", str(figures), "--language", "fr"]
    done = CliRunner().invoke(rehearse, [URL, *flags], standalone_mode=False)
    assert (done.return_value, done.exception) == (code, None)
    assert page.read_text("utf-8") == html(made, language="fr")
    assert json.loads(figures.read_text()) == json.loads(json.dumps(made))
    first, *_ = done.output.splitlines()
    assert first.startswith("La répétition elle-même" if code else "Votre serveur a tenu")


def test_page_and_figures_cannot_share_the_standard_output() -> None:
    flags = ["--listeners", "9", "--html", "-", "--json", "-"]
    done = CliRunner().invoke(rehearse, [URL, *flags], standalone_mode=False)
    assert isinstance(done.exception, BadInput)
