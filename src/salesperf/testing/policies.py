"""Every policy of the rooms by class, with the strategy that draws it: scorecards, bands, grade models, cadences, rules."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf.followup import Assignee, FollowUpPolicy, FollowUpStep, PoolRules
from salesperf.grading import GradeModel, TemperaturePolicy, TouchRule
from salesperf.model.scale import MOST_POINTS, Flag, Points, Scale
from salesperf.scorecard import MISSING, Bands, Criterion, Gate, Scorecard
from salesperf.testing.scales import scales
from salesperf.testing.values import ids

__all__ = ["POLICIES"]

_LABELS: Final = ("A", "B", "C", "重点")
_WORDS: Final = ("call", "visit", "微信")
_FAMILIES: Final = ("web", "fair")
_MOST_DAYS: Final = 90


@st.composite
def _bands(draw: DrawFn, *, is_endless: bool = False) -> Bands:
    cuts: list[Points] = sorted(draw(st.sets(st.decimals(-50, 100, places=1), min_size=1, max_size=4)), reverse=True)
    if is_endless or draw(st.booleans()):
        cuts[-1] = -math.inf
    return Bands(list(zip(_LABELS, cuts, strict=False)), draw(st.sampled_from((0, 0.5, 2))))


def _asked(draw: DrawFn, scale: Scale | Scorecard) -> dict[str, Any]:
    """Draw what a criterion and a gate have in common; points for what is not known are those that the scale can give."""
    missing = draw(st.sampled_from(MISSING))
    points = {"missing_points": draw(st.sampled_from((scale.low, scale.high)))} if missing == "points" else {}
    return {"scale": scale, "missing": missing, "title": draw(st.none() | st.just("需求")), **points}


@st.composite
def _criteria(draw: DrawFn, key: str | None = None, *, is_nested: bool = True) -> Criterion:
    scale = draw(st.one_of(scales(), _scorecards(is_nested=False)) if is_nested else scales())
    weight = draw(st.sampled_from((1, 3, 0.5)))
    return Criterion(key=draw(ids("fact")) if key is None else key, weight=weight, **_asked(draw, scale))


@st.composite
def _gates(draw: DrawFn, key: str | None = None, cap: Points | None = None) -> Gate:
    least = draw(st.integers(0, 100))
    scale = draw(scales()) if key is None else Flag(100)
    return Gate(key=draw(ids("fact")) if key is None else key, least=least, cap=cap, **_asked(draw, scale))


@st.composite
def _scorecards(draw: DrawFn, *, is_nested: bool = True) -> Scorecard:
    count = draw(st.integers(1, 3))
    # A fact is of one kind throughout a card: so each criterion asks for one of its own.
    names = [f"{'outer' if is_nested else 'inner'}-{number}" for number in range(count)]
    criteria = [draw(_criteria(name, is_nested=is_nested and not place)) for place, name in enumerate(names)]
    plain = Scorecard(criteria, draw(st.sampled_from(("weighted_mean", "sum"))))
    cap = draw(st.sampled_from([None, *(end for end in (plain.low, plain.high) if abs(end) <= MOST_POINTS)]))
    return Scorecard(criteria, plain.mode, gates=draw(st.lists(_gates("veto", cap), max_size=1)))


def _touch_rules() -> SearchStrategy[TouchRule]:
    words = st.none() | st.sampled_from(_WORDS)
    return st.builds(TouchRule, points=st.integers(-50, 50), kind=words, outcome=words, family=st.sampled_from(_FAMILIES))


@st.composite
def _temperature_policies(draw: DrawFn) -> TemperaturePolicy:
    rules = draw(st.lists(_touch_rules(), max_size=3))
    families = sorted({rule.family for rule in rules if rule.family is not None})
    caps = {family: draw(st.sampled_from((0, 40, 12.5))) for family in families}
    return TemperaturePolicy(rules, half_life_days=draw(st.integers(1, 30)), caps=caps, bands=draw(_bands(is_endless=True)))


def _steps() -> SearchStrategy[FollowUpStep]:
    words = st.sampled_from(_WORDS)
    return st.builds(FollowUpStep, workdays=st.integers(1, _MOST_DAYS), channel=words, action=words)


@st.composite
def _follow_up_policies(draw: DrawFn) -> FollowUpPolicy:
    cadences = draw(st.dictionaries(st.sampled_from(_LABELS), st.lists(_steps(), min_size=1, max_size=3), min_size=1))
    kinds = draw(st.lists(st.sampled_from(_WORDS), max_size=2))
    return FollowUpPolicy(cadences=cadences, default=draw(st.none() | st.sampled_from(sorted(cadences))), kinds=kinds)


def _pool_rules() -> SearchStrategy[PoolRules]:
    days = st.integers(1, _MOST_DAYS)
    return st.builds(PoolRules, claim_limit=st.none() | days, wait_days=days, untouched_days=st.none() | days)


def _assignees() -> SearchStrategy[Assignee]:
    takes = st.dictionaries(st.sampled_from(("channel", "industry")), st.lists(st.sampled_from(_WORDS), max_size=2), max_size=2)
    return st.builds(
        Assignee, ids(), capacity=st.none() | st.integers(0, _MOST_DAYS), weight=st.integers(1, _MOST_DAYS), takes=takes
    )


POLICIES: Final[Mapping[type, SearchStrategy[Any]]] = MappingProxyType(
    {
        Assignee: _assignees(),
        Bands: _bands(),
        Criterion: _criteria(),
        FollowUpPolicy: _follow_up_policies(),
        FollowUpStep: _steps(),
        Gate: _gates(),
        GradeModel: st.builds(GradeModel, _scorecards(), _bands()),
        PoolRules: _pool_rules(),
        Scorecard: _scorecards(),
        TemperaturePolicy: _temperature_policies(),
        TouchRule: _touch_rules(),
    }
)
"""Every policy that people store, and the strategy that draws it: for tests that hold for all of them."""
