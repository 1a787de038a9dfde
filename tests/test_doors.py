"""The doors of the questions: an argument of another kind is refused at once, by name, under the one class of errors."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

import pytest

import salesperf as sp
from salesperf import allocation, attainment, report, review

VISITS = sp.STANDARD_METRICS["visits"]
SEPTEMBER = sp.Period.month(2026, 9)
GOAL = sp.Target(owner="ada", metric=VISITS, amount=sp.Amount.of(3, sp.COUNT), period=SEPTEMBER)
RECORDS = sp.Records(org=sp.Org(reps=[sp.Rep(id="ada")]), targets=[GOAL])
NOTHING = attainment.ActualTally.empty()
DAY = date(2026, 9, 15)
BOOK = attainment.TargetBook([GOAL], RECORDS.org, sp.Calendar())
WRONG = cast("Any", "wrong")


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda: attainment.attain(WRONG, NOTHING, as_of=DAY), ("target",)),
        (lambda: attainment.attain(GOAL, WRONG, as_of=DAY), ("tally",)),
        (lambda: attainment.attain(GOAL, NOTHING, as_of=WRONG), ("as_of",)),
        (lambda: attainment.attain(GOAL, NOTHING, as_of=DAY, org=WRONG), ("org",)),
        (lambda: attainment.attain(GOAL, NOTHING, as_of=DAY, calendar=WRONG), ("calendar",)),
        (lambda: attainment.attain(GOAL, NOTHING, as_of=DAY, profile=WRONG), ("profile",)),
        (lambda: attainment.attain(GOAL, NOTHING, as_of=DAY, thresholds=WRONG), ("thresholds",)),
        (lambda: attainment.roll_up([GOAL], WRONG, RECORDS.org, as_of=DAY), ("tally",)),
        (lambda: attainment.tally(cast("Any", RECORDS)), ("actuals",)),
        (lambda: attainment.tally(cast("Any", [GOAL])), ("actuals", 0)),
        (lambda: BOOK.owed("ada", WRONG, SEPTEMBER), ("metric",)),
        (lambda: BOOK.owed("ada", VISITS, WRONG), ("period",)),
        (lambda: allocation.allocate(WRONG, {"ada": 1}), ("target",)),
        (lambda: allocation.allocate(GOAL, cast("Any", ["bo", "cy"])), ("basis",)),
        (lambda: allocation.split(WRONG, "day"), ("target",)),
        (lambda: allocation.seasonality(WRONG, metric=VISITS, grain="month"), ("tally",)),
        (lambda: allocation.seasonality(NOTHING, metric=WRONG, grain="month"), ("metric",)),
        (lambda: review.build(WRONG, owner=None, period=SEPTEMBER, as_of=DAY), ("records",)),
        (lambda: review.build(RECORDS, owner=None, period=WRONG, as_of=DAY), ("period",)),
        (lambda: review.build(RECORDS, owner=None, period=SEPTEMBER, as_of=WRONG), ("as_of",)),
        (lambda: report.markdown(WRONG), ("review",)),
    ],
)
def test_an_argument_of_another_kind_is_refused_by_its_name(call: Callable[[], object], path: tuple[str | int, ...]) -> None:
    with pytest.raises(sp.InvalidValueError) as caught:
        call()
    assert caught.value.path == path


def test_a_tally_is_added_to_tallies_alone() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = NOTHING + cast("Any", 1)


def test_amounts_of_one_unit_are_weights_and_of_two_are_not() -> None:
    last_year: dict[str, Any] = {"bo": sp.Amount.of(200, sp.CNY), "cy": sp.Amount.of(100, sp.CNY)}
    divided = allocation.allocate(GOAL, last_year)
    assert [cast("sp.Amount", part.amount).minor for part in divided.targets] == [2, 1]
    with pytest.raises(sp.UnitMismatchError) as mixed:
        allocation.allocate(GOAL, last_year | {"di": sp.Amount.of(1, sp.USD)})
    with pytest.raises(sp.InvalidValueError) as bare:
        allocation.allocate(GOAL, last_year | {"di": 1})
    assert (mixed.value.path, bare.value.path) == (("basis", "di"), ("basis", "di"))
