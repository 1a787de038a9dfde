"""Sales velocity: the formula and its levers by hand, what a change is made of, how often intervals hold, and refusals."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import permutations
from math import isclose, prod
from typing import Any, Final

import attrs
import numpy as np
import pytest
from examples import draws, standard_error
from hypothesis import given
from hypothesis import strategies as st

from salesperf import CNY, USD, Amount, Change, Opportunity, Period, SalesperfError, SalesProcess, Stage, UnitMismatchError
from salesperf.formulas import sales_velocity
from salesperf.funnel import LEVERS, Velocity, velocity, velocity_change

PROCESS: Final = SalesProcess(
    key="sales",
    stages=[
        Stage(key="lead"),
        Stage(key="won", kind="won"),
        Stage(key="lost", kind="lost"),
        Stage(key="dropped", kind="cancelled"),
    ],
)
FIRST: Final = date(2026, 1, 1)
AS_OF: Final = date(2026, 12, 31)


def deal(end: str | None, value: int | None = 100, days: int = 10, *, begin: int | None = 0) -> Opportunity:
    """Make a deal of a value that ends so many days after its beginning."""
    on = FIRST + timedelta(begin or 0)
    amount = None if value is None else Amount.of(value, CNY)
    history = [Change(None if begin is None else on, stage="lead", amount=amount)]
    history += [] if end is None else [Change(on + timedelta(days), stage=end)]
    return Opportunity(id="o-1", history=history)


def measured(*deals: Opportunity, **other: Any) -> Velocity:  # noqa: ANN401 - arguments of velocity
    asked: dict[str, Any] = {"as_of": AS_OF} | other
    return velocity(deals, PROCESS, **asked)


levels = st.tuples(st.integers(0, 9), st.integers(1, 5), st.integers(0, 5), st.integers(0, 900), st.integers(1, 60))


def of_levels(open_deals: int, won: int, lost: int, value: int, days: int) -> Velocity:
    """Make deals of given levers."""
    return measured(
        *(deal(None) for _ in range(open_deals)),
        *(deal("won", value, days) for _ in range(won)),
        *(deal("lost") for _ in range(lost)),
    )


# Laws


@given(levels)
def test_the_velocity_is_that_of_the_formula_and_recomputes(levers: tuple[int, int, int, int, int]) -> None:
    found = of_levels(*levers)
    open_deals, won, lost, value, days = levers
    assert found.value.value is not None
    assert isclose(found.value.value, sales_velocity(open_deals, won / (won + lost), value, days), rel_tol=1e-12)
    assert found.breakdown.holds()
    assert found.breakdown.value == Fraction(open_deals * won * value, (won + lost) * days)


@given(levels, levels)
def test_effects_of_levers_sum_exactly_to_the_change_and_turn_with_it(
    first: tuple[int, int, int, int, int], second: tuple[int, int, int, int, int]
) -> None:
    before, after = of_levels(*first), of_levels(*second)
    change, back = velocity_change(before, after), velocity_change(after, before)
    assert change.effects is not None
    assert back.effects is not None
    assert sum(change.effects.values()) == after.breakdown.value - before.breakdown.value  # type: ignore[operator] # two fractions
    assert all(change.effects[name] == -back.effects[name] for name in LEVERS)
    assert change.breakdown.holds()
    if first[0] == second[0]:
        assert change.effects["open_deals"] == 0


@given(levels, levels)
def test_an_effect_is_the_mean_over_all_orders_in_which_levers_could_have_changed(
    first: tuple[int, int, int, int, int], second: tuple[int, int, int, int, int]
) -> None:
    def factors(levers: tuple[int, int, int, int, int]) -> list[Fraction]:
        open_deals, won, lost, value, days = levers
        return [Fraction(open_deals), Fraction(won, won + lost), Fraction(value), Fraction(1, days)]

    effects = dict.fromkeys(range(4), Fraction(0))
    for order in permutations(range(4)):
        now = factors(first)
        for place in order:
            before = prod(now, start=Fraction(1))
            now[place] = factors(second)[place]
            effects[place] += (prod(now, start=Fraction(1)) - before) / 24
    change = velocity_change(of_levels(*first), of_levels(*second))
    assert change.effects is not None
    assert [change.effects[name] for name in LEVERS] == list(effects.values())


@given(
    st.permutations([deal("won", 100, 4), deal("won", 250, 9), deal("lost"), deal(None), deal("dropped"), deal("won", None, 7)])
)
def test_the_order_of_deals_changes_no_velocity(deals: list[Opportunity]) -> None:
    expected = measured(
        deal("won", 100, 4), deal("won", 250, 9), deal("lost"), deal(None), deal("won", None, 7), deal("dropped")
    )
    found = measured(*deals)
    for name in ("open_deals", "win_rate", "average_won_value", "average_cycle_days"):
        assert getattr(found, name) == getattr(expected, name)


# By hand


def test_levers_are_those_of_deals_decided_in_the_period() -> None:
    deals = (
        deal("won", 100, 20, begin=10),
        deal("won", 300, 40, begin=10),
        deal("won", None, 30, begin=10),  # without an amount
        deal("lost", begin=20),
        deal("dropped", begin=20),  # neither won nor lost
        deal("won", 900, 10, begin=200),  # later
        deal(None),
        deal(None),
        deal(None, begin=300),
        deal("won", begin=400),  # begins after the day
    )
    found = measured(*deals, period=Period.half(2026, 1), minimum=1)
    assert (found.open_deals, found.win_rate.value, found.win_rate.n) == (3, 0.75, 4)
    assert (found.average_won_value.value, found.average_won_value.n, found.average_won_value.unit) == (200, 2, "CNY")
    assert (found.average_cycle_days.value, found.average_cycle_days.n) == (30, 3)
    assert found.value.value == pytest.approx(3 * 0.75 * 200 / 30)
    assert [row["lever"] for row in found.rows()] == [*LEVERS, "velocity"]
    assert found.rows()[-1]["value"] == pytest.approx(15)


def test_a_deal_that_was_decided_nobody_knows_when_is_of_no_period() -> None:
    unknown = Opportunity(id="o-1", history=[Change(None, stage="won", amount=Amount.of(100, CNY))])
    whole, year = measured(unknown), measured(unknown, period=Period.year(2026))
    assert (whole.win_rate.n, whole.average_won_value.n, whole.average_cycle_days.n) == (1, 1, 0)
    assert (year.win_rate.value, year.average_won_value.value) == (None, None)


def test_the_velocity_and_the_average_of_published_examples(oracle: Callable[[str], dict[str, Any]]) -> None:
    # A reference of revenue operations: 50 opportunities, a win rate of 0.25, 10,000 each, 30 days. A test of frappe/crm.
    cases = {case["id"]: case for case in oracle("forecast_pipeline.json")["cases"]}
    of, expected = cases["ro-velocity"]["inputs"], cases["ro-velocity"]["expected"]
    open_deals = [deal(None) for _ in range(of["opportunities"])]
    found = measured(deal("won", of["avg_value"], of["cycle_days"]), *(deal("lost") for _ in range(3)), *open_deals)
    assert found.win_rate.value == of["win_rate"]
    assert found.value.value == pytest.approx(expected["velocity_per_day"], abs=cases["ro-velocity"]["tolerance"])
    average = measured(*(deal("won", value) for value in cases["fd-avg-won"]["inputs"]["values"])).average_won_value
    assert (average.n, average.value) == tuple(cases["fd-avg-won"]["expected"][name] for name in ("count", "mean"))


def test_what_each_lever_would_add() -> None:
    found = measured(*[deal("won", 100, 10)] * 3, deal("lost"), *[deal(None)] * 4)
    # 4 x 3/4 x 100 / 10 = 30 a day; a tenth more of three levers is 3, a cycle a tenth shorter is 30 / 0.9 - 30.
    assert found.gains() == pytest.approx(
        {"open_deals": 3, "win_rate": 3, "average_won_value": 3, "average_cycle_days": 10 / 3}
    )
    # From 3/4 the rate can rise by a third and no more.
    assert found.gains(0.5)["win_rate"] == pytest.approx(10)
    assert set(measured(deal("lost"), deal(None)).gains().values()) == {None}


def test_a_win_on_the_first_day_is_worth_more_the_larger_deals_are() -> None:
    before, after = of_levels(2, 1, 1, 100, 10), of_levels(2, 1, 0, 100, 5)
    change = velocity_change(before, after)
    # From 10 to 40 a day: both double, and in either order the first adds 10 and the second 20.
    assert change.effects is not None
    assert [change.effects[name] for name in LEVERS] == [0, 15, 0, 15]
    assert change.change == 30
    assert change.rows()[1] == {"lever": "win_rate", "before": 0.5, "after": 1.0, "effect": 15.0}
    assert change.rows()[0]["before"] == 2.0


@pytest.mark.parametrize(
    ("deals", "reason"),
    [
        ((), "none_decided"),
        ((deal("lost"),), "none_won_yet"),
        ((deal("won", None),), "no_velocity"),
        ((deal("won", begin=None),), "no_velocity"),
        ((deal("won", days=0),), "no_velocity"),
    ],
)
def test_what_is_undefined_says_why(deals: Sequence[Opportunity], reason: str) -> None:
    found = measured(*deals)
    assert found.value.value is None
    assert found.value.reason is not None
    assert found.value.reason.key == f"funnel.reason.{reason}"
    assert found.breakdown.holds()
    change = velocity_change(found, of_levels(1, 1, 1, 1, 1))
    assert (change.change, change.effects, change.breakdown.value) == (None, None, None)
    assert change.breakdown.holds()
    assert change.rows()[0]["effect"] is None


def test_of_few_wins_or_of_nothing_there_is_no_interval() -> None:
    few = measured(*[deal("won")] * 9, deal(None))
    assert few.value.reason is not None
    assert (few.value.interval, few.value.reason.key) == (None, "funnel.reason.too_few")
    none_open = measured(*[deal("won")] * 10)
    assert none_open.value.reason is not None
    assert (none_open.value.value, none_open.value.reason.key) == (0, "funnel.reason.not_above_zero")
    alike = measured(*[deal("won")] * 10, deal(None))
    assert (alike.average_won_value.low, alike.average_won_value.high) == (100, 100)
    assert measured(*[deal("won", None)] * 10).average_won_value.reason is not None
    assert measured(*[deal("won", 0)] * 10, deal(None)).value.interval is None


def test_large_deals_that_take_long_make_the_velocity_surer_than_its_levers() -> None:
    together = [deal("won", 10 * days, days) for days in range(10, 40)]
    apart = [deal("won", 10 * (49 - days), days) for days in range(10, 40)]
    surer, less = (measured(*deals, deal(None)).value for deals in (together, apart))
    assert surer.value == pytest.approx(less.value)
    assert surer.high is not None
    assert less.high is not None
    assert surer.high < less.high


ROUNDS: Final = draws(500)


def test_simulated_intervals_hold_the_truth_as_often_as_they_say() -> None:
    random = np.random.default_rng(20261122)
    held: Counter[str] = Counter()
    mean = 1000 * np.exp(0.5 * 0.6**2)
    for _ in range(ROUNDS):
        sizes = np.round(random.lognormal(np.log(1000), 0.6, 120)).astype(int)
        days = 20 + random.integers(0, 41, 120)
        wins = random.random(120) < 0.5
        deals = [
            deal("won" if is_won else "lost", int(size), int(length))
            for is_won, size, length in zip(wins, sizes, days, strict=True)
        ]
        found = measured(*deals, deal(None))
        truths = {"value": 0.5 * mean / 40, "average_won_value": mean, "average_cycle_days": 40, "win_rate": 0.5}
        for name, truth in truths.items():
            estimate = getattr(found, name)
            held[name] += estimate.low <= truth <= estimate.high
    # Within four standard errors; log-normal means of some 60 hold a little less often.
    for name, number in held.items():
        assert abs(number / ROUNDS - 0.945) <= 4 * standard_error(0.945, ROUNDS) + 0.005, name


# Refusals


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: velocity(1, PROCESS, as_of=AS_OF), "wrong_type", ("opportunities",)),  # type: ignore[arg-type] # what is being tested
        (lambda: velocity([], "sales", as_of=AS_OF), "wrong_type", ("process",)),  # type: ignore[arg-type] # the same
        (lambda: measured(1), "wrong_type", ("opportunities", 0)),  # type: ignore[arg-type] # the same
        (lambda: measured(as_of="today"), "wrong_type", ("as_of",)),
        (lambda: measured(period="2026"), "wrong_type", ("period",)),
        (lambda: measured(level=0.0), "between", ("level",)),
        (lambda: measured(minimum=0), "out_of_range", ("minimum",)),
        (lambda: measured().gains(1.0), "between", ("share",)),
        (lambda: velocity_change(1, measured()), "wrong_type", ("before",)),  # type: ignore[arg-type] # the same
        (lambda: velocity_change(measured(), 1), "wrong_type", ("after",)),  # type: ignore[arg-type] # the same
    ],
)
def test_what_is_malformed_is_refused(ask: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        ask()
    assert (caught.value.code, caught.value.path) == (code, path)


def test_unlike_units_are_refused() -> None:
    dollars = attrs.evolve(
        deal("won"), history=[Change(FIRST, stage="lead", amount=Amount.of(1, USD)), Change(FIRST, stage="won")]
    )
    with pytest.raises(UnitMismatchError) as caught:
        measured(deal("won"), dollars)
    assert caught.value.path == ("opportunities", 1, "o-1", "amount")
    with pytest.raises(UnitMismatchError) as caught:
        velocity_change(measured(deal("won")), measured(dollars))
    assert caught.value.path == ("after",)
