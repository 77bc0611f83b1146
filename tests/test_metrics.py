"""The text that Prometheus reads."""

from __future__ import annotations

import math

import pytest

from rostra.edge.measures import families
from rostra.metrics import Family, Sample, counter, gauge, render
from rostra.programme.board import GAUGES, TOTALS


def test_a_page_of_metrics_is_written_as_the_format_says() -> None:
    page = render(
        [
            counter("rostra_joins_total", "Joins.", 3),
            Family("rostra_now", "gauge", "A\nb \\.", (Sample(0.5, {"a": 'x"\\\n'}),)),
        ]
    )
    assert page == (
        "# HELP rostra_joins_total Joins.\n# TYPE rostra_joins_total counter\n"
        "rostra_joins_total 3\n"
        "# HELP rostra_now A\\nb \\\\.\n# TYPE rostra_now gauge\n"
        'rostra_now{a="x\\"\\\\\\n"} 0.5\n'
    )


@pytest.mark.parametrize(
    ("value", "text"), [(math.nan, "NaN"), (math.inf, "+Inf"), (-math.inf, "-Inf"), (1.5, "1.5")]
)
def test_numbers_that_are_none_have_names(value: float, text: str) -> None:
    assert render([gauge("a", "b", value)]).endswith(f"a {text}\n")


def test_names_that_would_be_refused_are_refused_here() -> None:
    with pytest.raises(ValueError, match="no name"):
        gauge("a-b", "c", 1)
    with pytest.raises(ValueError, match="end in _total"):
        counter("a", "c", 1)
    with pytest.raises(ValueError, match="end in _total"):
        gauge("a_total", "c", 1)
    with pytest.raises(ValueError, match="label"):
        render([Family("a", "gauge", "b", (Sample(1, {"c-d": "e"}),))])


CENSUS = {"hearing": 5, "unverified": 2, "rehearsed": 300}


def test_every_counter_of_the_board_is_told() -> None:
    totals = {**dict.fromkeys((*GAUGES, *TOTALS), 7_000_000), "edges": 2}
    page = render(families(totals, CENSUS, places=20_000, stage_tick_us=None))
    for name in set(TOTALS) - {"cpu_us_total"}:
        assert f"rostra_edge_{name} 7000000\n" in page
    assert "rostra_edge_cpu_seconds_total 7.0\n" in page
    assert "rostra_edge_lateness_seconds 7.0\n" in page
    assert "rostra_edge_places 20000\n" in page
    assert "rostra_edge_processes 2\n" in page
    assert "rostra_rehearsed_listeners 300\n" in page
    assert page.count("rostra_edge_listeners{") == 6
    assert page.count("# HELP") == page.count("# TYPE")


def test_the_tick_of_the_stages_is_told_while_there_is_one() -> None:
    totals = {**dict.fromkeys((*GAUGES, *TOTALS), 0), "edges": 1}

    def page(stage_tick_us: int | None) -> str:
        return render(families(totals, CENSUS, places=1, stage_tick_us=stage_tick_us))

    assert "rostra_stage_tick" not in page(None)
    assert "rostra_stage_tick_p99_seconds 0.0\n" in page(0)
    assert "rostra_stage_tick_p99_seconds 0.0125\n" in page(12_500)
