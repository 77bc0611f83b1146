"""How a crowd comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.rehearsal.shape import RAMPS, SHAPES, Mix, Plan, Share

plans = st.builds(
    Plan,
    listeners=st.integers(1, 1_000_000),
    ramp=st.floats(0, 3600),
    hold=st.floats(0, 3600),
    shape=st.sampled_from(SHAPES),
)


@given(plans, st.lists(st.floats(-10, 8000), min_size=2))
def test_nobody_leaves_a_shape_and_all_come(plan: Plan, times: list[float]) -> None:
    counts = [plan.due(t) for t in sorted(times)]
    assert counts == sorted(counts)
    assert all(0 <= count <= plan.listeners for count in counts)
    assert plan.due(-0.001) == 0
    assert plan.due(plan.length) == plan.listeners


@given(plans, st.data())
def test_a_listener_is_due_when_it_is_counted(plan: Plan, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, plan.listeners - 1))
    moment = plan.when(number)
    assert 0 <= moment <= plan.length
    assert plan.due(moment + 1e-3) >= number + 1 or plan.due(plan.length) == number + 1
    assert plan.due(moment - 1e-3) <= number + 1


def test_linear_is_a_straight_line() -> None:
    plan = Plan(1000, 10, 60)
    assert [plan.due(t) for t in (0, 2.5, 5, 10, 70)] == [0, 250, 500, 1000, 1000]
    assert plan.break_at is None


def test_a_spike_brings_four_in_five_within_a_tenth_of_the_ramp() -> None:
    plan = Plan(1000, 100, 60, "spike")
    assert plan.due(10) == 800
    assert plan.due(5) == 400
    assert plan.due(55) == 900


def test_a_campaign_is_half_a_million_in_ten_minutes_and_fifty_thousand_a_minute() -> None:
    plan = Plan(1_000_000, RAMPS["campaign"], 600, "campaign")
    assert plan.due(600) == 500_000
    assert plan.due(660) == 550_000
    assert plan.due(1200) == 1_000_000
    assert plan.break_at == 900


def test_all_at_once() -> None:
    assert Plan(5, 0, 60).due(0) == 5


@given(st.integers(1, 60), st.integers(0, 5000))
def test_workers_share_a_crowd_without_remainder(workers: int, count: int) -> None:
    shares = [Share(worker, workers) for worker in range(workers)]
    assert sum(share.of(count) for share in shares) == count
    numbers = sorted(share.number(one) for share in shares for one in range(share.of(count)))
    assert numbers == list(range(count))


@given(st.integers(1, 250))
def test_a_worker_carries_as_many_as_any_other(workers: int) -> None:
    shares = [Share(worker, workers).of(425_000) for worker in range(workers)]
    assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize("first", [0, 1234, 9_990])
def test_a_mix_is_the_same_in_every_stretch(first: int) -> None:
    mix = Mix(slow=10, hls=30, verify=1)
    kinds = [mix.kind(number) for number in range(first, first + 1000)]
    shares = {kind: kinds.count(kind) / 10 for kind in ("slow", "hls", "verify", "plain")}
    wanted = {"slow": 10, "hls": 30, "verify": 1, "plain": 59}
    assert shares == pytest.approx(wanted, abs=0.21)


def test_a_mix_of_nobody_is_plain() -> None:
    assert {Mix().kind(number) for number in range(20_000)} == {"plain"}
    assert {Mix(verify=100).kind(number) for number in range(20_000)} == {"verify"}
