"""Dashboard, alert rules and the page for operators speak of figures that there are."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from rostra.testing.certificates import make_certificate
from rostra.testing.patience import until
from rostra.testing.proxies import DEPLOY
from rostra.testing.served import Served, serving

OPERATE = (DEPLOY.parent / "docs/operate.md").read_text()
RULES = DEPLOY / "prometheus/rostra.rules.yml"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana/rostra.json").read_text())
NAME = re.compile(r"\brostra_\w+")


def documented() -> set[str]:
    """The figures in the tables of docs/operate.md."""
    rows = re.findall(r"^\| (`rostra_.+?) \|", OPERATE, re.M)
    return {name for row in rows for name in NAME.findall(row)}


def told(page: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\w+)", page, re.M))


def named_in_deploy() -> set[str]:
    """The figures that alert rules and dashboard wait for."""
    folders = [RULES.parent, DEPLOY / "grafana"]
    texts = [path.read_text() for folder in folders for path in folder.iterdir()]
    return {name for text in texts for name in NAME.findall(text)}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Over TLS and with a stage: some figures are of these."""
    files = make_certificate(tmp_path_factory.mktemp("tls"))
    with serving(tmp_path_factory.mktemp("watched") / "data", "--demo", tls=files) as running:
        running.until_line("ready: ")
        yield running


def metrics(served: Served, origin: str) -> str:
    with urllib.request.urlopen(f"{origin}/metrics", timeout=5, context=served.tls) as answer:
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return str(answer.read().decode())


@pytest.mark.process
def test_every_figure_is_explained_and_nothing_else(served: Served) -> None:
    until(lambda: "rostra_stage_tick" in metrics(served, served.live), "word of the stage")
    edges, square = metrics(served, served.live), metrics(served, served.web)
    assert not told(edges) & told(square)
    assert documented() == told(edges) | told(square)
    assert named_in_deploy() <= told(edges) | told(square)
    for page in (edges, square):
        assert page.count("# HELP") == page.count("# TYPE")
        promtool("check", "metrics", stdin=page)
    assert re.search(r"^rostra_edge_handshakes_total [1-9]", edges, re.M)
    assert re.search(r"^rostra_edge_cpu_seconds_total \d+\.\d*[1-9]", edges, re.M)
    assert re.search(r"^rostra_stage_tick_p99_seconds 0\.\d+$", edges, re.M)
    assert re.search(r"^rostra_web_certificate_expires_seconds 1\d{9}$", square, re.M)


def promtool(*arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        ["promtool", *arguments], input=stdin, capture_output=True, text=True, check=False,
        timeout=60, cwd=RULES.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_silent_on_a_quiet_evening_and_loud_when_all_goes_wrong() -> None:
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
    assert f"{len(alerts)} rules found" in promtool("check", "rules", RULES.name)
    promtool("test", "rules", "rostra.rules.test.yml")
    tests = (RULES.parent / "rostra.rules.test.yml").read_text()
    assert set(re.findall(r"alertname: (\w+)", tests)) == set(alerts)
    assert f"value: {len(alerts)}}}" in tests


def test_the_scraping_example_is_read_by_prometheus() -> None:
    promtool("check", "config", "--syntax-only", "scrape.yml")


def test_every_alert_says_what_to_do() -> None:
    alerts = RULES.read_text().split("- alert: ")[1:]
    for alert in alerts:
        assert re.search(r'^ +summary: ".{20,}"$', alert, re.M), alert
        assert re.search(r'^ +action: ".{40,}"$', alert, re.M), alert
        assert re.search(r"severity: (page|warning)", alert)
        assert set(NAME.findall(alert)) <= documented()


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = DASHBOARD["panels"]
    return found


def test_every_panel_asks_for_a_figure_that_there_is() -> None:
    for panel in panels():
        for target in panel["targets"]:
            names = set(NAME.findall(target["expr"]))
            assert names, panel["title"]
            assert names <= documented(), panel["title"]
    variables = [entry["query"] for entry in DASHBOARD["templating"]["list"]]
    assert {name for query in variables for name in NAME.findall(query)} <= documented()


def test_what_only_grows_is_asked_for_as_a_rate() -> None:
    expressions = [target["expr"] for panel in panels() for target in panel["targets"]]
    for expression in (*expressions, *re.findall(r"expr: (.+)", RULES.read_text())):
        for name in re.findall(r"\brostra_\w+_total\b", expression):
            assert re.search(rf"rate\({name}(\{{[^}}]*\}})?\[\d+[sm]\]\)", expression), expression


def test_the_panels_have_their_own_places_and_numbers() -> None:
    assert len({panel["id"] for panel in panels()}) == len(panels())
    squares = [
        {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        for g in (panel["gridPos"] for panel in panels())
    ]
    assert not any(a & b for a, b in itertools.combinations(squares, 2))
    assert all(x < 24 for square in squares for x, _ in square)


def test_files_that_are_named_are_there() -> None:
    for name in set(re.findall(r"(?<![/\w-])deploy/[\w./-]+\w", OPERATE)):
        assert (DEPLOY.parent / name).exists(), name
    for link in re.findall(r"\]\(([\w./-]+?)(?:#[\w-]+)?\)", OPERATE):
        assert (DEPLOY.parent / "docs" / link).exists(), link
