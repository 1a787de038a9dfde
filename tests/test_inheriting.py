"""Ratios handed down the tree: who has them, for which days, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Amount,
    InvalidValueError,
    Move,
    NotAdditiveError,
    Org,
    Period,
    Rep,
    SalesperfError,
    Target,
    Team,
    UnknownNameError,
    testing,
)
from salesperf.allocation import TargetChange, inherit

YEAR, JULY_1 = Period.year(2026), date(2026, 7, 1)
RATE = Target(
    owner=None,
    metric=STANDARD_METRICS["win_rate"],
    amount=Decimal("0.30"),
    floor=Decimal("0.25"),
    period=YEAR,
    rationale="as 2025",
)
ORG = Org(
    teams=[Team(id="china"), Team(id="east", parent="china"), Team(id="west", parent="china")],
    reps=[
        Rep(id="ada", team="east"),
        Rep(id="bo", team="west", hired=JULY_1),
        Rep(id="cy", team="west", left=date(2026, 1, 1)),
        Rep(id="dee"),
    ],
    moves=[Move(rep="ada", on=JULY_1, team="west")],
)


def test_everybody_below_has_the_same_ratio_for_the_days_served() -> None:
    inherited = inherit(RATE, ORG)
    assert [(row["parent"], row["owner"], row["period"], row["ratio"]) for row in inherited.rows()] == [
        (None, "dee", "2026", Decimal("0.30")),
        (None, "china", "2026", Decimal("0.30")),
        ("china", "east", "2026", Decimal("0.30")),
        ("east", "ada", "2026-H1", Decimal("0.30")),
        ("china", "west", "2026", Decimal("0.30")),
        ("west", "ada", "2026-H2", Decimal("0.30")),
        ("west", "bo", "2026-H2", Decimal("0.30")),
    ]
    assert {(part.floor, part.rationale) for part in inherited.targets} == {(Decimal("0.25"), "as 2025")}
    testing.assert_breakdowns_hold(inherited)
    assert "    east, 2026: 0.30 = least of" in inherited.breakdown.text()


def test_a_team_hands_down_to_those_below_it_alone() -> None:
    west = inherit(attrs.evolve(RATE, owner="west"), ORG)
    assert [part.owner for part in west.targets] == ["ada", "bo"]


def test_a_rep_hands_down_to_nobody() -> None:
    own = inherit(attrs.evolve(RATE, owner="ada"), ORG)
    assert (own.targets, own.rows()) == ((), [])
    testing.assert_breakdowns_hold(own)


def test_a_diff_shows_ratios() -> None:
    before, after = inherit(RATE, ORG), inherit(attrs.evolve(RATE, amount=Decimal("0.35")), ORG)
    assert before.diff(after)[0] == TargetChange(owner="dee", period=YEAR, before=Decimal("0.30"), after=Decimal("0.35"))
    assert len(before.diff(after)) == len(before.targets)
    assert before.diff(before) == ()


def test_what_cannot_be_inherited_is_refused() -> None:
    bad: Any = 7
    flow = Target(owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(3, COUNT), period=YEAR)
    cases: list[tuple[type[SalesperfError], str, tuple[str, ...], Any, Any]] = [
        (InvalidValueError, "wrong_type", ("target",), bad, ORG),
        (InvalidValueError, "wrong_type", ("org",), RATE, bad),
        (NotAdditiveError, "not_inherited", ("target", "metric"), flow, ORG),
        (UnknownNameError, "unknown_owner", ("target", "owner"), attrs.evolve(RATE, owner="zed"), ORG),
    ]
    for kind, code, path, target, org in cases:
        with pytest.raises(kind) as caught:
            inherit(target, org)
        assert (caught.value.code, caught.value.path) == (code, path)
    with pytest.raises(NotAdditiveError, match="use cascade"):
        inherit(flow, ORG)
