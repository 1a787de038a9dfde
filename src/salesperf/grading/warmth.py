"""Warmth: what touches are worth, less with every day, summed for one lead or for many."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.grading.evidence import signed
from salesperf.kernels.numeric import Column
from salesperf.model.breakdown import Breakdown, Difference, Product, Sum
from salesperf.model.codes import EPOCH, Codes, Integers, days_and_ends
from salesperf.model.frozen import FrozenMap
from salesperf.model.lead import Touch
from salesperf.model.message import Message, word_of
from salesperf.model.result import Result, Row
from salesperf.model.scale import Points
from salesperf.model.validators import (
    as_frozen_map,
    as_python,
    as_tuple,
    check_date,
    check_number,
    each,
    frozen_map,
    identifier,
    is_tuple_of,
    named,
    of_type,
    optional,
    place,
    require,
)
from salesperf.scorecard import Bands

__all__ = ["STANDARD_TEMPERATURE", "TemperaturePolicy", "TouchRule", "Warmth", "WarmthEntry"]

_BLOCK: Final = 32_768
_UNITS: Final = 1e9
"""An entry is a whole number of these parts of a point, so that sums are exact and order never matters."""
_MOST_POINTS: Final = 1000
_MOST_HALF_LIFE: Final = 3650
_HALVINGS: Final = 64
"""After so many half-lives no entry is worth as much as half a unit."""


def _as_number(value: Points) -> Points:
    return as_python(value)


def _points(instance: object, attribute: "attrs.Attribute[Any]", value: Points) -> None:
    _check_points(value, place(instance, attribute), -_MOST_POINTS)


def _check_points(value: Points, path: tuple[str | int, ...], low: int) -> None:
    check_number(value, path)
    if not low <= value <= _MOST_POINTS:
        raise InvalidValueError("out_of_range", path=path, low=low, high=_MOST_POINTS, value=value)


def _cap(instance: object, attribute: "attrs.Attribute[Any]", value: Points) -> None:
    _check_points(value, place(instance, attribute), 0)


def _half_life(instance: object, attribute: "attrs.Attribute[Any]", value: Points) -> None:
    path = place(instance, attribute)
    check_number(value, path)
    if not 1 <= value <= _MOST_HALF_LIFE:
        raise InvalidValueError("out_of_range", path=path, low=1, high=_MOST_HALF_LIFE, value=value)


@attrs.frozen(kw_only=True)
class TouchRule:
    """What touches of a kind are worth on their day.

    Parameters
    ----------
    points
        Within ±1,000; below 0 for what speaks against the lead.
    kind
        The kind of touch; ``None`` for any.
    outcome
        What has to have come of it; ``None`` for whatever did.
    family
        The family whose points are capped together; ``None`` for none.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> rule = TouchRule(kind="call", outcome="interested", points=25)
    >>> rule.matches(Touch(date(2026, 9, 1), "call", outcome="no_answer"))
    False
    """

    points: Points = attrs.field(converter=_as_number, validator=_points)
    kind: str | None = attrs.field(default=None, validator=optional(identifier))
    outcome: str | None = attrs.field(default=None, validator=optional(identifier))
    family: str | None = attrs.field(default=None, validator=optional(identifier))

    def matches(self, touch: Touch) -> bool:
        """Tell whether a touch is worth its points."""
        return self._matches(touch.kind, touch.outcome)

    def _matches(self, kind: str, outcome: str | None) -> bool:
        return self.kind in (None, kind) and self.outcome in (None, outcome)


@attrs.frozen(kw_only=True)
class WarmthEntry:
    """What one touch is worth by one rule.

    Attributes
    ----------
    touch
        The touch.
    rule
        The rule.
    age_days
        Days since.
    decay
        The share of the points that is left, a fraction.
    value
        The points that are left, to nine digits after the point.

    Examples
    --------
    >>> rule = TouchRule(kind="call", points=25)
    >>> policy = TemperaturePolicy([rule], half_life_days=14)
    >>> policy.score([Touch(date(2026, 9, 1), "call")], as_of=date(2026, 9, 15)).entries[0].value
    12.5
    """

    touch: Touch
    rule: TouchRule
    age_days: int
    decay: float
    value: float

    @property
    def message(self) -> Message:
        """The entry, for a reader."""
        kind = word_of("touch", self.touch.kind)
        if self.touch.outcome is None:
            return Message.of("grading.warmth.entry", on=self.touch.on, kind=kind)
        outcome = word_of("touch_outcome", self.touch.outcome)
        return Message.of("grading.warmth.entry_outcome", on=self.touch.on, kind=kind, outcome=outcome)


@attrs.frozen(kw_only=True)
class Warmth(Result):
    """The sum of what touches are worth: made by :meth:`TemperaturePolicy.score`.

    Attributes
    ----------
    value
        The points of all entries and caps.
    entries
        By touch and rule: each rule that matches leaves its own.
    caps
        By family: what its entries sum to beyond its cap, as a number below 0. Families within their cap are not named.
    policy
        The policy.

    Examples
    --------
    >>> policy = TemperaturePolicy([TouchRule(kind="comment", points=5, family="web")], caps={"web": 8})
    >>> warmth = policy.score([Touch(date(2026, 9, 1), "comment", ref=ref) for ref in ("1", "2")], as_of=date(2026, 9, 1))
    >>> warmth.value, warmth.caps["web"]
    (8.0, -2.0)
    >>> print(warmth.breakdown.text())
    Score: 8.00 = sum of
      2026-09-01 comment: 5.00 = product of
        Points: 5
        Share left after 0 days: 1.00
      2026-09-01 comment: 5.00 = product of
        Points: 5
        Share left after 0 days: 1.00
      Beyond the cap of web: -2.00 = difference of
        Cap: 8
        Sum of web: 10.00
    """

    value: float
    entries: tuple[WarmthEntry, ...]
    caps: FrozenMap[str, float]
    policy: "TemperaturePolicy"

    @cached_property
    def breakdown(self) -> Breakdown:
        """The tree from the touches to the score."""
        parts = [_entry_tree(entry) for entry in self.entries]
        parts += [self._cap_tree(family, value) for family, value in self.caps.items()]
        return Breakdown(label=Message("scorecard.score"), value=self.value, rule=Sum(), parts=parts)

    def _cap_tree(self, family: str, value: float) -> Breakdown:
        cap = self.policy.caps[family]
        name = Message(family)
        total = math.fsum(entry.value for entry in self.entries if entry.rule.family == family)
        parts = (
            Breakdown(label=Message("grading.warmth.cap"), value=cap),
            Breakdown(label=Message.of("grading.warmth.family", family=name), value=total),
        )
        return Breakdown(label=Message.of("grading.warmth.beyond", family=name), value=value, rule=Difference(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for each entry, and after them one for each cap that was passed."""
        rows: list[Row] = [
            {
                "on": entry.touch.on,
                "kind": entry.touch.kind,
                "outcome": entry.touch.outcome,
                "family": entry.rule.family,
                "points": float(entry.rule.points),
                "value": entry.value,
            }
            for entry in self.entries
        ]
        return rows + [
            {"on": None, "kind": None, "outcome": None, "family": family, "points": None, "value": value}
            for family, value in self.caps.items()
        ]


def _entry_tree(entry: WarmthEntry) -> Breakdown:
    parts = (
        Breakdown(label=Message("grading.warmth.points"), value=entry.rule.points),
        Breakdown(label=Message.of("grading.warmth.decay", days=entry.age_days), value=entry.decay),
    )
    return Breakdown(label=entry.message, value=entry.value, rule=Product(), parts=parts)


def _as_rules(value: Iterable[TouchRule]) -> tuple[TouchRule, ...]:
    return as_tuple(value)


def _as_caps(value: Mapping[str, Points]) -> FrozenMap[str, Points]:
    return as_frozen_map(value)


@attrs.frozen
class TemperaturePolicy:
    """What touches are worth, how fast that fades, and from which sum on a lead is hot or warm.

    Parameters
    ----------
    rules
        Each that matches a touch leaves its own entry.
    half_life_days
        Days in which an entry comes to half, from 1 to 3,650.
    caps
        By family: the points that its entries, as decayed, may sum to at most, from 0 to 1,000. What is beyond becomes an
        entry of its own, below 0.
    bands
        The labels, best first; the last begins at ``-math.inf``, since a sum may be below 0. With a margin, a label holds where
        :func:`temperature` is told the one before.

    Raises
    ------
    InvalidValueError
        If a value is malformed, a cap is of a family that no rule names, or the last band leaves sums without a label.

    Notes
    -----
    Sum of points x 0.5^(age / half-life) over the touches up to the end of the day, plus what caps take away. An entry is
    rounded to nine digits after the point; sums of entries are then exact as long as these come to less than nine million
    points, so that neither order nor the way of counting can matter.

    Examples
    --------
    >>> policy = TemperaturePolicy([TouchRule(kind="call", points=25)], half_life_days=14)
    >>> policy.score([Touch(date(2026, 9, 1), "call")], as_of=date(2026, 9, 29)).value
    6.25
    """

    rules: tuple[TouchRule, ...] = attrs.field(converter=_as_rules, validator=each(of_type(TouchRule)))
    half_life_days: Points = attrs.field(default=14, converter=_as_number, validator=_half_life, kw_only=True)
    caps: FrozenMap[str, Points] = attrs.field(
        default=FrozenMap(), converter=_as_caps, validator=frozen_map(identifier, _cap), kw_only=True
    )
    bands: Bands = attrs.field(
        default=Bands([("Hot", 50), ("Warm", 25), ("Cold", -math.inf)]), validator=of_type(Bands), kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        """Check the caps against the rules, and that every sum has a label."""
        families = {rule.family for rule in self.rules}
        for family in self.caps:
            if family not in families:
                raise InvalidValueError("cap_of_none", path=("TemperaturePolicy", "caps"), value=family)
        if self.bands.cuts[-1][1] != -math.inf:
            raise InvalidValueError("bands_end", path=("TemperaturePolicy", "bands"), value=self.bands.cuts[-1][1])

    def score(self, touches: Iterable[Touch], *, as_of: date) -> Warmth:
        """Sum what the touches of one lead are worth.

        Parameters
        ----------
        touches
            In any order; those after the day are not looked at.
        as_of
            The day, to its end.

        Raises
        ------
        InvalidValueError
            If they are no touches, or the day is none.

        Examples
        --------
        >>> policy = TemperaturePolicy([TouchRule(kind="call", points=25)])
        >>> policy.score([Touch(date(2026, 9, 2), "call")], as_of=date(2026, 9, 1)).entries
        ()
        """
        check_date(as_of, ("as_of",))
        given = as_tuple(touches)
        if not is_tuple_of(given, Touch):
            raise InvalidValueError("wrong_type", path=("touches",), expected=Touch, value=named(touches))
        known = [touch for touch in given if touch.on <= as_of]
        entries = tuple(
            self._entry(touch, rule, (as_of - touch.on).days) for touch in known for rule in self.rules if rule.matches(touch)
        )
        units = {family: _units_of(entry for entry in entries if entry.rule.family == family) for family in self.caps}
        beyond = {family: _units(cap) - units[family] for family, cap in self.caps.items() if units[family] > _units(cap)}
        total = _units_of(entries) + sum(beyond.values())
        return Warmth(
            value=total / _UNITS,
            entries=entries,
            caps=FrozenMap({family: less / _UNITS for family, less in beyond.items()}),
            policy=self,
        )

    def _entry(self, touch: Touch, rule: TouchRule, age_days: int) -> WarmthEntry:
        decay = self._decay(age_days)
        return WarmthEntry(
            touch=touch, rule=rule, age_days=age_days, decay=decay, value=_units(float(rule.points) * decay) / _UNITS
        )

    def _decay(self, age_days: int) -> float:
        return math.exp2(-age_days / float(self.half_life_days))

    def score_columns(
        self,
        *,
        lead: Codes[Any],
        kind: Codes[str],
        on: NDArray[np.datetime64],
        as_of: date,
        outcome: Codes[Any] | None = None,
    ) -> Column:
        """Sum what the touches of many leads are worth.

        Parameters
        ----------
        lead
            Shape (touches,): whose touch it is; the labels are all leads, those without a touch among them.
        kind
            Shape (touches,).
        on
            Shape (touches,), days; touches after the day are not looked at.
        as_of
            The day, to its end.
        outcome
            Shape (touches,), with ``None`` where nobody noted it; ``None`` where nobody ever did.

        Returns
        -------
        Column
            Shape (leads,), in the order of the labels: the value that :meth:`score` has for each. ``bands.band_columns`` tells
            their labels.

        Raises
        ------
        InvalidValueError
            If the columns are not of one length, a day is none, or an argument is malformed.

        Examples
        --------
        >>> policy = TemperaturePolicy([TouchRule(kind="call", points=25)], half_life_days=14)
        >>> policy.score_columns(
        ...     lead=Codes(np.array([1, 1]), ("l-1", "l-2")),
        ...     kind=Codes.of(["call", "call"]),
        ...     on=np.array(["2026-09-01", "2026-09-15"], dtype="datetime64[D]"),
        ...     as_of=date(2026, 9, 15),
        ... ).tolist()
        [0.0, 37.5]
        """
        check_date(as_of, ("as_of",))
        columns = {"lead": lead, "kind": kind} | ({} if outcome is None else {"outcome": outcome})
        for name, column in columns.items():
            require(column, Codes, path=(name,))
        require(on, np.ndarray, path=("on",))
        days, ends = days_and_ends(on, "on")
        today = as_of.toordinal() - EPOCH
        ages = 0 if ends is None else int(min(max(today - ends[0], 0), math.ceil(_HALVINGS * float(self.half_life_days))))
        for name, column in columns.items():
            if column.codes.size != days.size:
                raise InvalidValueError("length", path=(name,), expected=days.size, value=column.codes.size)
        outcomes = (None,) if outcome is None else outcome.labels
        places = _places(kind, outcome, days, today, ages)
        groups = [
            ([rule for rule in self.rules if rule.family not in self.caps], math.inf),
            *(([rule for rule in self.rules if rule.family == family], _units(cap)) for family, cap in self.caps.items()),
        ]
        total = np.zeros(len(lead.labels))
        for rules, cap in groups:
            if rules:
                worth = self._worth(rules, kind.labels, outcomes, ages)
                total += np.minimum(_sums(signed(lead.codes), worth, places, total.size), cap)
        return total / _UNITS

    def _worth(self, rules: Sequence[TouchRule], kinds: Sequence[str], outcomes: Sequence[Any], ages: int) -> Column:
        """Return the units of a touch of each kind, outcome and age; behind the last age stands what is worth nothing."""
        decays = [self._decay(age) for age in range(ages + 1)]
        worth = np.zeros((len(kinds), len(outcomes), ages + 2))
        for rule in rules:
            units = [_units(float(rule.points) * decay) for decay in decays]
            for place_of_kind, kind in enumerate(kinds):
                for place_of_outcome, outcome in enumerate(outcomes):
                    if rule._matches(kind, outcome):  # noqa: SLF001 - one of us
                        worth[place_of_kind, place_of_outcome, :-1] += units
        return worth.ravel()


def _units(points: Points) -> int:
    return round(float(points) * _UNITS)


def _units_of(entries: Iterable[WarmthEntry]) -> int:
    return sum(_units(entry.value) for entry in entries)


def _places(kind: Codes[str], outcome: Codes[Any] | None, days: Integers, today: int, ages: int) -> Integers:
    """Return where in the flat table of worth each touch stands."""
    places = np.empty(days.size, dtype=np.int64)
    width = 1 if outcome is None else len(outcome.labels)
    for start in range(0, days.size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        ages_of = today - days[rows]
        # Days to come, read without their sign, are older than anything.
        np.minimum(ages_of.view(np.uint64), np.uint64(ages + 1), out=ages_of.view(np.uint64))
        block = places[rows]
        np.multiply(kind.codes[rows], width, out=block, dtype=np.int64, casting="same_kind")
        if outcome is not None:
            np.add(block, outcome.codes[rows], out=block, dtype=np.int64, casting="same_kind")
        np.multiply(block, ages + 2, out=block)
        np.add(block, ages_of, out=block)
    return places


def _sums(lead: Integers, worth: Column, places: Integers, count: int) -> Column:
    """Sum the units by lead; whole numbers, and so exact in any order."""
    return np.asarray(np.bincount(lead, weights=np.take(worth, places, mode="clip"), minlength=count), dtype=np.float64)


STANDARD_TEMPERATURE: Final = TemperaturePolicy(
    [
        TouchRule(kind="visit", outcome="interested", points=30),
        TouchRule(kind="call", outcome="interested", points=25),
        TouchRule(kind="introduction", points=25),
        TouchRule(kind="web_form", points=20, family="attention"),
        TouchRule(kind="wechat", outcome="interested", points=15),
        TouchRule(kind="booth_visit", points=15, family="attention"),
        TouchRule(kind="comment", points=5, family="attention"),
        TouchRule(outcome="no_answer", points=-5),
        TouchRule(outcome="not_interested", points=-50),
    ],
    half_life_days=14,
    caps={"attention": 40},
)
"""Points that speak for themselves: what was said weighs more than what was looked at, which is worth 40 at most."""
