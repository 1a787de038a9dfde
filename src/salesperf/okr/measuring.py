"""How each kind of key result is measured: the scale, what is looked up on it, and what is expected by when."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

import attrs

from salesperf.model.amount import Amount
from salesperf.model.key_result import CheckIn, KeyResult, KeyResultKind, number_of
from salesperf.model.metric import Band
from salesperf.model.scale import Curve, Flag, Points
from salesperf.scorecard import Criterion, Scorecard

__all__ = ["MEASURES", "Measure", "score_curve"]

Facts: TypeAlias = dict[str, object]
Measured: TypeAlias = Curve | Flag | Scorecard


@attrs.frozen
class Measure:
    """How a kind of key result is measured.

    Attributes
    ----------
    scale : callable
        A key result and the highest score to its scale.
    facts : callable
        A key result and a check-in that answers it to what is looked up, by the names that the scale asks for.
    expected : callable
        The share of the period that has passed to the score that is expected by then.
    """

    scale: Callable[[KeyResult, Points], Measured]
    facts: Callable[[KeyResult, CheckIn], Facts]
    expected: Callable[[float], float]


def score_curve(highest: Points) -> Curve:
    """Return the scale of what is a score already: as it is, up to the highest."""
    return Curve([(0, 0), (highest, highest)])


def _way(key_result: KeyResult, highest: Points) -> Curve:
    """Score how much of the way from the start to the target is done, and on in the same line up to the highest score."""
    start, target = number_of(key_result.start), number_of(key_result.target)
    end = start + Fraction(highest) * (target - start)
    # By value, since the end is the target where nothing counts beyond it; a target below the start turns the curve round.
    knots = {float(start): 0.0, float(end): float(highest), float(target): 1.0}
    return Curve(sorted(knots.items()))


def _within(key_result: KeyResult, highest: Points) -> Curve | Flag:  # noqa: ARG001 - nothing is better than to be within
    """Score whether a number is within its band, or how little it is outside."""
    if key_result.tolerance is None:
        return Flag(1)
    band, tolerance = _band(key_result), Fraction(key_result.tolerance)
    low, high = Fraction(band.low), Fraction(band.high)
    knots = {float(low - tolerance): 0, float(low): 1, float(high): 1, float(high + tolerance): 0}
    return Curve(knots.items())


def _band(key_result: KeyResult) -> Band:
    return cast("Band", key_result.band)  # a key result of the kind has one


def _facts_within(key_result: KeyResult, check_in: CheckIn) -> Facts:
    if key_result.tolerance is not None:
        return {key_result.id: check_in.value}
    return {key_result.id: cast("Any", check_in.value) in _band(key_result)}  # a Decimal, as the noun has seen to


def _steps(key_result: KeyResult, highest: Points) -> Scorecard:  # noqa: ARG001 - nothing is better than all of them
    """Score which share of the milestones is reached, by weight."""
    return Scorecard(
        [
            Criterion(_step(key_result, milestone.key), Flag(1), milestone.weight, missing="leave_out", title=milestone.label)
            for milestone in key_result.milestones
        ]
    )


def _step(key_result: KeyResult, key: str) -> str:
    """Name a milestone as :class:`Objective` counts it among the ids of the tree."""
    return f"{key_result.id}/{key}"


def _facts_of_steps(key_result: KeyResult, check_in: CheckIn) -> Facts:
    reached = check_in.reached or ()
    return {_step(key_result, milestone.key): milestone.key in reached for milestone in key_result.milestones}


def _fact(name: str) -> Callable[[KeyResult, CheckIn], Facts]:
    """Look up what a field of the check-in says; of an amount its number, since the unit is that of the target."""

    def facts(key_result: KeyResult, check_in: CheckIn) -> Facts:
        said = getattr(check_in, name)
        return {key_result.id: said.decimal if isinstance(said, Amount) else said}

    return facts


def _in_line(share: float) -> float:
    return share


def _at_all_times(share: float) -> float:
    """Expect everything from the beginning: who should stay within a band starts there."""
    return float(share > 0)


def _at_the_end(share: float) -> float:
    """Expect nothing before the end: there is no half of a yes."""
    return float(share >= 1)


MEASURES: Final[Mapping[KeyResultKind, Measure]] = MappingProxyType(
    {
        "metric": Measure(_way, _fact("value"), _in_line),
        "band": Measure(_within, _facts_within, _at_all_times),
        "milestones": Measure(_steps, _facts_of_steps, _in_line),
        "yes_no": Measure(lambda _, __: Flag(1), _fact("is_done"), _at_the_end),
        "scored": Measure(lambda _, highest: score_curve(highest), _fact("score"), _in_line),
    }
)
"""Kind of key result to how it is measured."""
