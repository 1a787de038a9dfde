"""What a scorecard asks: criteria with their scales and weights, and gates that cap the score."""

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.interpolation import Line
from salesperf.model.message import Message
from salesperf.model.scale import Categories, Curve, Flag, Points, Scale, Steps, points
from salesperf.model.validators import (
    as_python,
    as_tuple,
    check_number,
    each,
    identifier,
    of_type,
    one_of,
    optional,
    place,
    repeated,
)

__all__ = ["MISSING", "MODES", "CardTerms", "Criterion", "Gate", "Missing", "Mode"]

Missing: TypeAlias = Literal["refuse", "points", "leave_out"]
MISSING: Final[tuple[Missing, ...]] = ("refuse", "points", "leave_out")
"""What becomes of a criterion whose fact is not known: an error; points that are stated; or no part in the score."""

Mode: TypeAlias = Literal["weighted_mean", "sum", "product"]
MODES: Final[tuple[Mode, ...]] = ("weighted_mean", "sum", "product")
"""How points become a score: sum(weight x points) / sum(weight), sum(weight x points), or the product of the points."""

_MOST_WEIGHT: Final = 1e9
_DIGITS: Final = 14
"""Digits of a score that mean something: a float holds 15, of which sums and products spoil the last."""
_LEAST_ROUNDED: Final = 1e-8
"""Below it more than 22 decimals would be needed, of which the power of ten is no float any more."""
_MOST_ROUNDED: Final = 10_000
"""Beyond it 14 digits are fewer decimals than a tree is checked to."""
_KINDS: Final[Mapping[type, str]] = MappingProxyType({Curve: "number", Steps: "number", Categories: "category", Flag: "flag"})
"""What a scale looks up."""


def _weight(instance: object, attribute: "attrs.Attribute[Any]", value: Points) -> None:
    path = place(instance, attribute)
    check_number(value, path)
    if value <= 0:
        raise InvalidValueError("not_positive", path=path, value=value)
    if not 1 / _MOST_WEIGHT <= value <= _MOST_WEIGHT:
        raise InvalidValueError("out_of_range", path=path, low=1 / _MOST_WEIGHT, high=_MOST_WEIGHT, value=value)


def _as_points(value: Points) -> Points:
    return as_python(value)


def _as_cap(value: Points | None) -> Points | None:
    return as_python(value)


def _as_criteria(value: "Iterable[Criterion]") -> "tuple[Criterion, ...]":
    return as_tuple(value)


def _as_gates(value: "Iterable[Gate]") -> "tuple[Gate, ...]":
    return as_tuple(value)


def _scale_or_card(instance: object, attribute: "attrs.Attribute[Scale]", value: object) -> None:
    of_type(Curve, Steps, Categories, Flag, CardTerms)(instance, attribute, value)


def _check_missing_points(criterion: "Criterion | Gate") -> None:
    """Refuse points for what is not known that no answer could give."""
    low, high = criterion.scale.low, criterion.scale.high
    if criterion.missing == "points" and not low <= criterion.missing_points <= high:
        path = (type(criterion).__name__, "missing_points")
        raise InvalidValueError("out_of_range", path=path, low=low, high=high, value=criterion.missing_points)


@attrs.frozen
class Criterion:
    """One thing that counts: a fact, the scale that turns it into points, and its weight.

    Parameters
    ----------
    key
        The name of the fact; where the scale is a scorecard, the name of its score.
    scale
        What turns the fact into points: a curve, steps, categories or a flag; or a scorecard of its own, which reads the same
        facts and whose score is the points.
    weight
        How much it counts beside the others, above 0. Only the ratios of weights matter to a mean.
    missing
        What to do where the fact is not known: ``"refuse"``, give ``"points"``, or ``"leave_out"`` and let the other weights
        stand for the whole. Not known is ``None``, ``nan``, empty text, or no such fact.
    missing_points
        The points for what is not known, within those that the scale gives.
    title
        What a reader sees: a message key or plain text; ``None`` for the key.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the weight is not above 0, or the points for what is not known lie outside the scale.

    Examples
    --------
    >>> budget = Criterion("budget", Curve([(0, 0), (500_000, 100)]), 3, missing="points", missing_points=40)
    >>> budget.label.text()
    'budget'
    """

    key: str = attrs.field(validator=identifier)
    scale: "Scale | CardTerms" = attrs.field(validator=_scale_or_card)
    weight: Points = attrs.field(default=1, converter=_as_points, validator=_weight)
    missing: Missing = attrs.field(default="refuse", validator=one_of(*MISSING), kw_only=True)
    missing_points: Points = attrs.field(default=0, converter=_as_points, validator=points, kw_only=True)
    title: str | None = attrs.field(default=None, validator=optional(identifier), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check the points for what is not known."""
        _check_missing_points(self)

    @property
    def label(self) -> Message:
        """What a reader sees."""
        return Message(self.key if self.title is None else self.title)

    @cached_property
    def _weighted_line(self) -> Line:
        """Of a curve, its points times the weight, ready to be asked."""
        assert isinstance(self.scale, Curve)  # noqa: S101 - nobody asks it of another scale
        line = self.scale.line
        return Line(line.points, line.values * float(self.weight))


@attrs.frozen
class Gate:
    """A condition without which a score is capped, however good the rest: a veto, where no cap is stated.

    Parameters
    ----------
    key
        The name of the fact.
    scale
        What turns the fact into points.
    least
        The fewest points with which the gate is open.
    cap
        The highest score behind a closed gate, within the range of the card; ``None`` for its lowest score: a veto.
    missing, missing_points, title
        As for a criterion; a gate that is left out is open.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or the points for what is not known lie outside the scale.

    Examples
    --------
    >>> no_more_than_b = Gate("decision_maker_met", Flag(100), least=100, cap=79)
    >>> Gate("is_competitor", Flag(0, 1), least=1).is_veto, no_more_than_b.is_veto
    (True, False)
    """

    key: str = attrs.field(validator=identifier)
    scale: Scale = attrs.field(validator=of_type(Curve, Steps, Categories, Flag))
    least: Points = attrs.field(converter=_as_points, validator=points, kw_only=True)
    cap: Points | None = attrs.field(default=None, converter=_as_cap, validator=optional(points), kw_only=True)
    missing: Missing = attrs.field(default="refuse", validator=one_of(*MISSING), kw_only=True)
    missing_points: Points = attrs.field(default=0, converter=_as_points, validator=points, kw_only=True)
    title: str | None = attrs.field(default=None, validator=optional(identifier), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check the points for what is not known."""
        _check_missing_points(self)

    @property
    def is_veto(self) -> bool:
        """Whether it leaves nothing but the lowest score."""
        return self.cap is None

    @property
    def label(self) -> Message:
        """What a reader sees."""
        return Message(self.key if self.title is None else self.title)


@attrs.frozen
class CardTerms:
    """What a scorecard is made of, checked: the criteria, how their points become a score, and what caps it."""

    criteria: tuple[Criterion, ...] = attrs.field(converter=_as_criteria, validator=each(of_type(Criterion)))
    mode: Mode = attrs.field(default="weighted_mean", validator=one_of(*MODES))
    gates: tuple[Gate, ...] = attrs.field(default=(), converter=_as_gates, validator=each(of_type(Gate)), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check the criteria and gates against each other."""
        if not self.criteria:
            raise InvalidValueError("no_criteria", path=self._path("criteria"))
        for position, again in repeated(criterion.key for criterion in self.criteria):
            raise InvalidValueError("not_unique", path=self._path("criteria", position, "key"), value=again)
        for position, criterion in enumerate(self.criteria):
            if self.mode == "product" and criterion.weight != 1:
                path = self._path("criteria", position, "weight")
                raise InvalidValueError("weight_in_product", path=path, value=criterion.weight)
        self._check_kinds()
        self._check_reach()
        for position, gate in enumerate(self.gates):
            if gate.cap is not None and not self.low <= gate.cap <= self.high:
                path = self._path("gates", position, "cap")
                raise InvalidValueError("out_of_range", path=path, low=self.low, high=self.high, value=gate.cap)

    def _check_kinds(self) -> None:
        """Refuse a fact that would have to be of two kinds."""
        kinds: dict[str, str] = {}
        for asked in self.questions():
            kind = _KINDS[type(asked.scale)]
            if kinds.setdefault(asked.key, kind) != kind:
                raise InvalidValueError("fact_of_two_kinds", path=self._path("criteria"), value=asked.key)

    def _check_reach(self) -> None:
        """Refuse criteria whose points, in whatever number of them together, could be beyond every float."""
        reach = 1.0 if self.mode == "product" else 0.0
        for criterion in self.criteria:
            most = max(abs(criterion.scale.low), abs(criterion.scale.high))
            # What is left out of a product, or left over of it for one criterion, is a product of some of the others.
            reach = reach * max(most, 1.0) if self.mode == "product" else reach + float(criterion.weight) * most
        if not math.isfinite(reach):
            raise InvalidValueError("score_beyond_floats", path=self._path("criteria"))

    def _path(self, *steps: str | int) -> tuple[str | int, ...]:
        return (type(self).__name__, *steps)

    @property
    def low(self) -> float:
        """The lowest score that there can be: no scale gives less to a mean."""
        return self._range[0]

    @property
    def high(self) -> float:
        """The highest score that there can be."""
        return self._range[1]

    @cached_property
    def decimals(self) -> int | None:
        """To how many decimals scores are rounded: 14 digits of the largest that there can be; ``None`` for not at all.

        A product is not, which may be as small as it likes, nor are scores of cards whose largest is beyond 10,000 or below a
        hundred-millionth.
        """
        largest = max(abs(self.low), abs(self.high))
        if self.mode == "product" or not _LEAST_ROUNDED <= largest <= _MOST_ROUNDED:
            return None
        return _DIGITS - math.ceil(math.log10(largest))

    @cached_property
    def _range(self) -> tuple[float, float]:
        lows, highs = zip(*((criterion.scale.low, criterion.scale.high) for criterion in self.criteria), strict=True)
        if self.mode == "weighted_mean":
            return min(lows), max(highs)
        neutral = 0.0 if self.mode == "sum" else 1.0
        low = high = neutral
        for criterion, *reach in zip(self.criteria, lows, highs, strict=True):
            ends = [*reach, neutral] if criterion.missing == "leave_out" else reach
            if self.mode == "sum":
                low += float(criterion.weight) * min(ends)
                high += float(criterion.weight) * max(ends)
            else:
                corners = [one * other for one in (low, high) for other in ends]
                low, high = min(corners), max(corners)
        return low, high

    def fact_keys(self) -> tuple[str, ...]:
        """Return the names of the facts that it asks for, each once, in order."""
        return tuple(dict.fromkeys(asked.key for asked in self.questions()))

    def questions(self) -> "tuple[Criterion | Gate, ...]":
        """Return the criteria and gates that ask for a fact, those of nested cards in their place."""
        asked: list[Criterion | Gate] = []
        for criterion in self.criteria:
            asked += criterion.scale.questions() if isinstance(criterion.scale, CardTerms) else [criterion]
        return (*asked, *self.gates)
