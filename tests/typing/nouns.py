"""What type checkers must see: checked by mypy and never run. An ignored error here is the point of its line."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

from salesperf import (
    CNY,
    STANDARD_METRICS,
    Actual,
    Amount,
    Bounds,
    Breakdown,
    Calendar,
    Estimate,
    Finding,
    FrozenMap,
    Interval,
    InvalidInputError,
    InvalidValueError,
    Message,
    Move,
    Org,
    Period,
    Profile,
    Records,
    Rep,
    SalesperfError,
    Schedule,
    Sum,
    Target,
    Team,
    Unit,
)
from salesperf.kernels.numeric import Column, as_result, ratio, round_fraction, weighted_mean
from salesperf.testing import amounts, assert_monoid, frozen_maps, records

REVENUE = STANDARD_METRICS["revenue"]
DAY = date(2026, 9, 30)
COLUMN: NDArray[np.float64] = np.zeros(3)
COUNTS: NDArray[np.int64] = np.zeros(3, dtype=np.int64)


def numbers_give_numbers_and_columns_give_columns() -> None:
    assert_type(ratio(1, 2), float)
    assert_type(ratio(1.0, np.float64(2)), float)
    assert_type(ratio(np.int64(1), 2), float)
    assert_type(ratio(COLUMN, COUNTS), Column)
    assert_type(weighted_mean(COLUMN, COUNTS), float)
    assert_type(as_result(1.0, 2), float | Column)
    assert_type(round_fraction(Fraction(1, 2)), int)
    ratio([1], [2])  # type: ignore[call-overload] # a list is no column
    ratio("1", 2)  # type: ignore[call-overload] # text is no number
    round_fraction(0.5)  # type: ignore[arg-type] # a float is not exact
    round_fraction(Fraction(1), "up")  # type: ignore[arg-type] # no such rounding


def ranges_keep_the_kind_of_their_ends() -> None:
    assert_type(Interval(0.1, 0.2).low, float)
    assert_type(Interval(COLUMN, COLUMN).high, NDArray[np.float64])
    assert_type(Bounds(0.1, 0.2).width, float)
    assert_type(Estimate(value=0.3, n=10).interval, Interval[float] | None)
    Interval("a", "b")  # type: ignore[type-var] # text has no order of numbers


def amounts_are_exact() -> None:
    price = Amount.of("12.34", CNY)
    assert_type(price, Amount)
    assert_type(price + price, Amount)
    assert_type(price.times(Decimal("0.5")), Amount)
    assert_type(price.decimal, Decimal)
    assert_type(price < -price, bool)
    Amount.of(12.34, CNY)  # type: ignore[arg-type] # a float is guessed
    Amount.of("12.34", "CNY")  # type: ignore[arg-type] # a unit is no text
    Amount(12, CNY)  # type: ignore[call-arg] # keywords only
    price.times(0.5)  # type: ignore[arg-type] # a float is not exact
    price + 1  # type: ignore[operator] # a number is no amount
    Unit("CNY", 2, "weight")  # type: ignore[arg-type] # no such dimension
    price.minor = 5  # type: ignore[misc] # nothing changes


def maps_keep_their_types() -> None:
    scope = FrozenMap({"region": "East"})
    assert_type(scope, FrozenMap[str, str])
    assert_type(scope["region"], str)
    assert_type(iter(scope), Iterator[str])
    assert_type(scope | {"rank": 1}, FrozenMap[str, Any])
    as_mapping: Mapping[str, str] = scope
    del as_mapping
    scope["region"] = "West"  # type: ignore[index] # nothing changes


def people_are_known_by_ids_and_days() -> None:
    rep = Rep(id="r1", hired=DAY, fte=Decimal("0.5"), ramp=[Decimal("0.5"), 1], absences=iter([Period.year(2026)]))
    assert_type(rep.ramp, tuple[Decimal, ...])
    assert_type(rep.absences, tuple[Period, ...])
    org = Org(reps=[rep], teams=(Team(id="t1"),), moves={Move(rep="r1", on=DAY)})
    assert_type(org.reps, tuple[Rep, ...])
    assert_type(org.members("t1", Period.year(2026)), tuple[str, ...])
    assert_type(org.team_on("r1", DAY), str | None)
    Rep("r1")  # type: ignore[call-arg] # keywords only
    Rep(id="r1", fte=0.5)  # type: ignore[arg-type] # a float is not exact
    Rep(id="r1", kind="boss")  # type: ignore[arg-type] # no such kind
    Rep(id="r1", hired="2026-09-30")  # type: ignore[arg-type] # text is no day
    Rep(id=1)  # type: ignore[arg-type] # a number is no id


def targets_are_amounts_or_decimals() -> None:
    target = Target(owner=None, metric=REVENUE, amount=Amount.of(1, CNY), period=Period.year(2026), scope={"region": "East"})
    assert_type(target.amount, Amount | Decimal)
    assert_type(target.scope, FrozenMap[str, str])
    Target(owner="r1", metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"), period=Period.year(2026))
    Target(owner="r1", metric=REVENUE, amount=0.3, period=Period.year(2026))  # type: ignore[arg-type] # a float is not exact
    Target(owner="r1", metric="revenue", amount=Amount.of(1, CNY), period=Period.year(2026))  # type: ignore[arg-type] # no key
    Actual(owner="r1", metric=REVENUE, amount=Decimal(1), on=DAY)  # type: ignore[arg-type] # an actual is an amount
    Actual(owner=None, metric=REVENUE, amount=Amount.of(1, CNY), on=DAY)  # type: ignore[arg-type] # somebody did it


def time_is_days_and_names() -> None:
    calendar = Calendar(holidays=[DAY], extra_workdays={DAY: "调休"}, weekend={5, 6})
    assert_type(calendar.holidays, FrozenMap[date, str])
    assert_type(calendar.elapsed_share(Period.year(2026), DAY), Fraction | None)
    assert_type(Period.year(2026).split("month"), tuple[Period, ...])
    assert_type(Period.year(2026).overlap(Period.year(2027)), Period | None)
    Period.year(2026).split("decade")  # type: ignore[arg-type] # no such grain
    Period.year("2026")  # type: ignore[arg-type] # text is no number
    calendar.elapsed_share(Period.year(2026), DAY, by="hours")  # type: ignore[arg-type] # by days or workdays
    Profile(grain="week", weights=[1])  # type: ignore[arg-type] # a year has no fixed number of weeks
    Schedule(parts=[(Period.year(2026), 0.5)])


def explanations_and_findings_are_messages() -> None:
    tree = Breakdown(label=Message("Total"), value=1, rule=Sum(), parts=[Breakdown(label=Message("East"), value=1)])
    assert_type(tree.parts, tuple[Breakdown, ...])
    Breakdown(label="Total", value=1)  # type: ignore[arg-type] # text is no message
    Breakdown(label=Message("Total"), value=1, rule=len)  # type: ignore[arg-type] # a rule has a key
    Finding(rule="stale", message=Message("note"), severity="grave")  # type: ignore[arg-type] # no such severity
    Message("note", {"count": 1})


def records_are_made_of_any_iterables() -> None:
    known = Records(org=Org(), actuals=iter(()), targets=set())
    assert_type(known.actuals, tuple[Actual, ...])
    assert_type(known.as_of(DAY), Records)
    Records(org=Org(), targets=[REVENUE])  # type: ignore[list-item] # a metric is no target
    Records()  # type: ignore[call-arg] # people must be known


def an_error_keeps_its_class(error: InvalidValueError, group: InvalidInputError) -> None:
    assert_type(error.within("reps.csv", 4), InvalidValueError)
    assert_type(group.within("reps.csv"), InvalidInputError)
    assert_type(error.params, Mapping[str, str])
    both: list[SalesperfError] = [error, group]
    del both


def the_kit_is_typed() -> None:
    assert_type(amounts(CNY).example(), Amount)
    assert_type(records().example(), Records)
    assert_type(frozen_maps().example(), FrozenMap[str, Any])
    assert_type(frozen_maps(values=amounts()).example(), FrozenMap[str, Amount])
    assert_monoid(Amount.of(1, CNY), Amount.of(2, CNY), Amount.of(3, CNY), Amount.zero(CNY))
    assert_monoid({1}, {2}, {3}, set())  # type: ignore[type-var] # sets do not add
