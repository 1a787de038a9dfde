"""The audit of a plan: who is asked for more than others, by potential and by capacity."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    Amount,
    InvalidInputError,
    InvalidValueError,
    NotAdditiveError,
    Org,
    Period,
    Rep,
    SalesperfError,
    Target,
    Team,
    UnknownNameError,
)
from salesperf.allocation import allocate, audit, cascade, split

VISITS, REVENUE, YEAR = STANDARD_METRICS["visits"], STANDARD_METRICS["revenue"], Period.year(2026)


def of(number: int, owner: str | None = None, period: Period = YEAR, **rest: Any) -> Target:  # noqa: ANN401 - fields of Target
    return Target(owner=owner, metric=VISITS, amount=Amount.of(number, COUNT), period=period, **rest)


def test_whoever_is_asked_for_more_than_the_whole_lies_above_one() -> None:
    # 120 visits over a potential of 600 is 0.2: ada's 60 over 250 is 0.24, bo's 36 over 200 0.18, cy's 24 over 150 0.16.
    plan = allocate(of(120), {"ada": 60, "bo": 36, "cy": 24})
    found = audit(plan, potential={"ada": 250, "bo": 200, "cy": 150, "not asked": 9}, tolerance=Decimal("0.15"))
    assert [(line.owner, line.value) for line in found.lines] == [
        ("ada", Fraction(250)),
        ("bo", Fraction(200)),
        ("cy", Fraction(150)),
    ]
    assert [line.ratio for line in found.lines] == [0.24, 0.18, 0.16]
    assert [line.index for line in found.lines] == pytest.approx([1.2, 0.9, 0.8], rel=1e-12)
    (measure,) = found.measures
    assert measure.beyond == ("ada", "cy")
    assert measure.spread == pytest.approx(1.5, rel=1e-12)
    assert measure.variation == pytest.approx(np.std([1.2, 0.9, 0.8]) / np.mean([1.2, 0.9, 0.8]), rel=1e-12)
    # Gini by its definition: the mean difference between two of them over twice their mean.
    gaps = abs(np.subtract.outer([1.2, 0.9, 0.8], [1.2, 0.9, 0.8])).mean()
    assert measure.gini == pytest.approx(gaps / (2 * np.mean([1.2, 0.9, 0.8])), rel=1e-12)


def test_alike_by_capacity_may_be_apart_by_potential() -> None:
    found = audit(allocate(of(100), {"ada": 1, "bo": 1}), potential={"ada": 1, "bo": 3}, capacity={"ada": 5, "bo": 5})
    assert [(measure.yardstick, measure.spread) for measure in found.measures] == [("potential", 3.0), ("capacity", 1.0)]
    assert [measure.gini for measure in found.measures] == pytest.approx([0.25, 0.0], abs=1e-12)
    assert found.measures[1].beyond == ()
    assert found.rows()[0] == {
        "owner": "ada",
        "yardstick": "potential",
        "target": Decimal(50),
        "unit": "count",
        "value": 1.0,
        "ratio": 50.0,
        "index": 2.0,
        "beyond": True,
        "reason": None,
    }


def test_exactly_at_the_tolerance_is_within_it() -> None:
    # 50 over 3000 and 50 over 2500 are 0.9166... and 1.1 of 100 over 5500.
    (measure,) = audit(allocate(of(100), {"ada": 1, "bo": 1}), potential={"ada": 3000, "bo": 2500}).measures
    assert measure.beyond == ()


def test_targets_of_one_owner_count_together_and_none_beside_its_parts() -> None:
    year = allocate(of(120), {"ada": 1, "bo": 1})
    months = [part for owner in year.targets for part in split(owner, "quarter").targets]
    found = audit([of(120), *year.targets, *months], capacity={"ada": 1, "bo": 1})
    assert [(line.owner, line.target) for line in found.lines] == [
        ("ada", Amount.of(60, COUNT)),
        ("bo", Amount.of(60, COUNT)),
    ]


def test_without_potential_there_is_no_index_but_a_reason() -> None:
    found = audit(
        [of(10, "ada"), of(10, "bo"), of(10, "cy")],
        potential={"ada": 0, "bo": 5, "cy": 5},
        capacity=dict.fromkeys(("ada", "bo", "cy"), 0),
    )
    assert [(line.ratio, line.index, line.reason, line.beyond) for line in found.lines] == [
        (None, None, "no_potential", False),
        (2.0, 1.0, None, False),
        (2.0, 1.0, None, False),
        *[(None, None, "no_capacity", False)] * 3,
    ]
    assert [(measure.spread, measure.variation, measure.gini) for measure in found.measures] == [
        (1.0, 0.0, 0.0),
        (None, None, None),
    ]


def test_without_any_target_there_is_no_index_but_a_reason() -> None:
    (line,) = audit([of(0, "ada")], potential={"ada": 5}).lines
    assert (line.ratio, line.index, line.reason) == (0.0, None, "no_target")


def test_targets_below_zero_beside_others_have_no_measure() -> None:
    (measure,) = audit([of(-5, "ada"), of(25, "bo")], potential={"ada": 5, "bo": 5}).measures
    assert (measure.spread, measure.variation, measure.gini, measure.beyond) == (None, None, None, ("ada", "bo"))


def test_amounts_count_in_whole_units() -> None:
    target = Target(owner="ada", metric=REVENUE, amount=Amount.of("10.50", CNY), period=YEAR)
    (line,) = audit([target], potential={"ada": Amount.of(21, CNY)}).lines
    assert (line.value, line.ratio) == (Fraction(21), 0.5)


def test_a_team_without_members_that_owes_nothing_has_no_line_in_the_audit_of_a_cascade() -> None:
    org = Org(teams=[Team(id="east"), Team(id="empty")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east")])
    plan = cascade(of(100), org, {"ada": 1, "bo": 0}, grain="quarter")
    assert [line.owner for line in audit(plan, capacity={"ada": 1, "bo": 1}).lines] == ["ada", "bo"]
    weighed = cascade(of(100), org, {"ada": 1, "bo": 1, "empty": 2})
    assert [line.owner for line in audit(weighed, capacity={"ada": 1, "bo": 1, "empty": 2}).lines] == ["ada", "bo", "empty"]


def test_what_was_done_before_is_a_yardstick_and_so_is_the_company() -> None:
    # Both are to do 50; of 150 done before ada did 100 and bo 50: 100 of 150 is the mean, ada's 0.5 lies below it.
    found = audit(allocate(of(100), {"ada": 1, "bo": 1}), history={"ada": Amount.of(100, COUNT), "bo": Amount.of(50, COUNT)})
    assert [(line.yardstick, line.index) for line in found.lines] == [("history", 0.75), ("history", 1.5)]
    assert audit([of(10, "ada")], history={"ada": 0}).lines[0].reason == "no_history"
    (line,) = audit([of(100)], potential={None: 400}).lines
    assert (line.owner, line.ratio, line.index) == (None, 0.25, 1.0)
    beside = audit([of(100), of(20, "ada")], potential={None: 400, "ada": 100})
    assert [(line.owner, line.ratio) for line in beside.lines] == [(None, 0.25), ("ada", 0.2)]


def test_an_audit_of_nothing_has_no_lines() -> None:
    found = audit([], potential={})
    assert (found.lines, found.rows(), found.measures) == ((), [], ())


RATE = Target(owner="ada", metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"), period=YEAR)
MONEY = Target(owner="bo", metric=REVENUE, amount=Amount.of(1, CNY), period=YEAR)


@pytest.mark.parametrize(
    ("targets", "given", "kind", "code", "path"),
    [
        (7, {"potential": {}}, InvalidValueError, "wrong_type", ("plan_or_targets",)),
        ([7], {"potential": {}}, InvalidValueError, "wrong_type", ("plan_or_targets", 0)),
        ([of(1, "ada"), RATE], {"potential": {}}, NotAdditiveError, "not_additive", ("plan_or_targets", 1)),
        ([of(1, "ada"), MONEY], {"potential": {}}, InvalidValueError, "audit_mixed", ("plan_or_targets",)),
        ([of(1, "ada")], {}, InvalidValueError, "audit_without_measure", ("potential",)),
        ([of(1, "ada")], {"potential": [1]}, InvalidValueError, "basis_no_mapping", ("potential",)),
        ([of(1, "ada")], {"capacity": {"bo": 1}}, UnknownNameError, "audit_lacks", ("capacity",)),
        ([of(1, "ada")], {"capacity": {"ada": -1}}, InvalidValueError, "weights_invalid", ("capacity", "ada")),
        ([of(1)], {"potential": {"ada": 1}}, UnknownNameError, "audit_lacks", ("potential",)),
        ([of(1)], {"potential": {None: -1}}, InvalidValueError, "weights_invalid", ("potential", "company")),
        ([of(1, "ada")], {"capacity": {"ada": "1"}}, InvalidValueError, "wrong_type", ("capacity", "ada")),
        ([of(1, "ada")], {"potential": {"ada": 1}, "tolerance": 0.1}, InvalidValueError, "rate_float", ("tolerance",)),
    ],
)
def test_what_cannot_be_audited_is_refused(
    targets: Any,  # noqa: ANN401 - the fault
    given: dict[str, Any],
    kind: type[SalesperfError],
    code: str,
    path: tuple[str | int, ...],
) -> None:
    with pytest.raises(kind) as caught:
        audit(targets, **given)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_all_owners_that_are_lacking_are_named() -> None:
    with pytest.raises(InvalidInputError) as caught:
        audit([of(1, "ada"), of(1, "bo"), of(1)], potential={"ada": 1}, capacity={})
    faults = [fault for fault in caught.value.exceptions if isinstance(fault, SalesperfError)]
    assert [(fault.path, fault.params["value"]) for fault in faults] == [
        (("potential",), "None"),
        (("potential",), "'bo'"),
        (("capacity",), "None"),
        (("capacity",), "'ada'"),
        (("capacity",), "'bo'"),
    ]
