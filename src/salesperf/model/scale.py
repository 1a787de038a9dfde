"""Scales: how what is known becomes points, the same for lead criteria, KPIs and bonuses."""

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, cast, overload

import attrs
import numpy as np

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.kernels.interpolation import Line, StepFunction
from salesperf.kernels.numeric import AnyColumn, Column
from salesperf.kernels.numeric import Number as FloatingNumber
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import (
    as_frozen_map,
    as_python,
    as_tuple,
    check_number,
    each,
    frozen_map,
    identifier,
    one_of,
    place,
    require,
)

__all__ = ["MOST_POINTS", "Categories", "Curve", "Flag", "Knot", "Points", "Scale", "Steps", "Unknown", "as_pairs", "points"]

Points: TypeAlias = int | float | Decimal | Fraction
Knot: TypeAlias = tuple[Points, Points]
"""A value, and the points that it is worth."""
Unknown: TypeAlias = Literal["refuse", "as_missing", "points"]

MOST_POINTS: Final = 10**9
"""A scale gives no more than this, nor less than its negative: points are for grading, amounts are counted elsewhere."""


def points(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a number of points."""
    _check_points(value, place(instance, attribute))


def _check_points(value: object, path: tuple[str | int, ...]) -> None:
    check_number(value, path)
    if not -MOST_POINTS <= cast("Points", value) <= MOST_POINTS:
        raise InvalidValueError("out_of_range", path=path, low=-MOST_POINTS, high=MOST_POINTS, value=value)


def _as_points(value: Points) -> Points:
    return as_python(value)


def as_pairs(value: Iterable[Iterable[Any]]) -> tuple[Any, ...]:
    """Take any iterable of pairs as a tuple of tuples; whatever else comes is handed on to be refused."""
    return cast("tuple[Any, ...]", _each_converted(value, lambda knot: _each_converted(knot, as_python)))


def _each_converted(value: Iterable[Any], convert: Callable[[Any], Any]) -> object:
    items: object = as_tuple(value)
    if not isinstance(items, tuple):
        return items
    converted = tuple(map(convert, items))
    # What needs nothing stays the same object: the reader of documents tells by it where a knot stood.
    return items if all(map(operator.is_, items, converted)) else converted


def _knot(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    path = (*place(instance, attribute), 0)  # the position among knots is put in its place by `each`
    if not isinstance(value, tuple):
        raise InvalidValueError("wrong_type", path=path, expected=tuple, value=value)
    if len(value) != len(("value", "points")):
        raise InvalidValueError("length", path=path, expected=2, value=len(value))
    check_number(value[0], path)
    _check_points(value[1], path)


def _columns_of(knots: tuple[Knot, ...]) -> tuple[Column, Column]:
    pairs = np.array([(float(value), float(worth)) for value, worth in knots], dtype=np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


@attrs.frozen
class Curve:
    """Points along straight lines from knot to knot; before the first and after the last they stay.

    Parameters
    ----------
    knots
        Pairs of a value and its points, by rising value: floor, target, stretch and cap of a KPI are such knots.

    Raises
    ------
    InvalidValueError
        If there is no knot, the values do not increase, or the points of one lie beyond ±1,000,000,000.

    Examples
    --------
    >>> attainment = Curve([(0.5, 0), (1, 80), (1.2, 100)])
    >>> attainment.points(0.75), attainment.points(np.array([0.4, 1.0, 9.9])).tolist()
    (40.0, [0.0, 80.0, 100.0])
    """

    knots: tuple[Knot, ...] = attrs.field(converter=as_pairs, validator=each(_knot))

    def __attrs_post_init__(self) -> None:
        """Check that the values rise."""
        _ = _located(lambda: self.line, "Curve")

    @cached_property
    def line(self) -> Line:
        """The knots, ready to be asked."""
        return Line(*_columns_of(self.knots))

    @property
    def low(self) -> float:
        """The fewest points that it gives."""
        return float(self.line.values.min())

    @property
    def high(self) -> float:
        """The most points that it gives."""
        return float(self.line.values.max())

    @overload
    def points(self, value: FloatingNumber) -> float: ...
    @overload
    def points(self, value: AnyColumn) -> Column: ...
    def points(self, value: FloatingNumber | AnyColumn) -> float | Column:
        """Return the points of a number, or of each number of a column; ``nan`` stays ``nan``."""
        return self.line(value)


@attrs.frozen
class Steps:
    """Points by steps: from each knot on its points, before the first one others.

    Parameters
    ----------
    knots
        Pairs of a value and the points from it on, by rising value.
    below
        The points before the first.

    Raises
    ------
    InvalidValueError
        If there is no knot, the values do not increase, or points lie beyond ±1,000,000,000.

    Examples
    --------
    >>> visits = Steps([(5, 50), (10, 100)])
    >>> [visits.points(count) for count in (4, 5, 9, 10)]
    [0.0, 50.0, 50.0, 100.0]
    """

    knots: tuple[Knot, ...] = attrs.field(converter=as_pairs, validator=each(_knot))
    below: Points = attrs.field(default=0, converter=_as_points, validator=points)

    def __attrs_post_init__(self) -> None:
        """Check that the values rise."""
        _ = _located(lambda: self.function, "Steps")

    @cached_property
    def function(self) -> StepFunction:
        """The steps, ready to be asked."""
        return StepFunction(*_columns_of(self.knots), float(self.below))

    @property
    def low(self) -> float:
        """The fewest points that they give."""
        return min(self.function.below, float(self.function.values.min()))

    @property
    def high(self) -> float:
        """The most points that they give."""
        return max(self.function.below, float(self.function.values.max()))

    @overload
    def points(self, value: FloatingNumber) -> float: ...
    @overload
    def points(self, value: AnyColumn) -> Column: ...
    def points(self, value: FloatingNumber | AnyColumn) -> float | Column:
        """Return the points of a number, or of each number of a column; ``nan`` stays ``nan``."""
        return self.function(value)


def _located(make: Any, name: str) -> Any:  # noqa: ANN401 - hands on what is made
    """Make a look-up; what it refuses is refused as a knot of the scale."""
    try:
        return make()
    except InvalidValueError as error:
        raise error.at(name, "knots", *error.path[1:]) from None


def _as_map(value: Mapping[str, Points]) -> FrozenMap[str, Any]:
    mapping: object = as_frozen_map(value)
    if type(mapping) is FrozenMap:
        return FrozenMap({key: as_python(worth) for key, worth in mapping.items()})
    return cast("FrozenMap[str, Any]", mapping)


@attrs.frozen
class Categories:
    """Points by category.

    Parameters
    ----------
    worth
        Category to points; at least one.
    unknown
        What a category that is not among them gets: ``"refuse"`` refuses it and names the known ones, ``"as_missing"`` treats
        it like a fact that is not known, ``"points"`` gives ``unknown_points``.
    unknown_points
        What an unknown category is worth where it is worth something.

    Raises
    ------
    InvalidValueError
        If there is no category, or points are no number within ±1,000,000,000.

    Examples
    --------
    >>> industry = Categories({"manufacturing": 100, "retail": 60}, unknown="points", unknown_points=20)
    >>> industry.points("retail"), industry.points("mining")
    (60.0, 20.0)
    """

    worth: FrozenMap[str, Any] = attrs.field(converter=_as_map, validator=frozen_map(identifier, points))
    unknown: Unknown = attrs.field(default="refuse", validator=one_of("refuse", "as_missing", "points"), kw_only=True)
    unknown_points: Points = attrs.field(default=0, converter=_as_points, validator=points, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check that there are categories."""
        if not self.worth:
            raise InvalidValueError("no_categories", path=("Categories", "worth"))

    @cached_property
    def _floats(self) -> dict[str, float]:
        return {category: float(worth) for category, worth in self.worth.items()}

    @cached_property
    def _possible(self) -> tuple[float, ...]:
        others = (float(self.unknown_points),) if self.unknown == "points" else ()
        return (*self._floats.values(), *others)

    @property
    def low(self) -> float:
        """The fewest points that one gives."""
        return min(self._possible)

    @property
    def high(self) -> float:
        """The most points that one gives."""
        return max(self._possible)

    def points(self, category: str) -> float:
        """Return the points of a category; ``nan`` where it is unknown and treated as missing.

        Raises
        ------
        InvalidValueError
            If it is no text.
        UnknownNameError
            If the category is unknown, and such are refused.
        """
        require(category, str, path=("category",))
        worth = self._floats.get(category)
        if worth is not None:
            return worth
        if self.unknown == "refuse":
            raise UnknownNameError("unknown_category", choices=tuple(self.worth), value=category)
        return float(self.unknown_points) if self.unknown == "points" else np.nan


@attrs.frozen
class Flag:
    """Points for yes and for no.

    Parameters
    ----------
    yes, no
        The points of each.

    Raises
    ------
    InvalidValueError
        If points are no number within ±1,000,000,000.

    Examples
    --------
    >>> has_budget = Flag(100)
    >>> has_budget.points(True), has_budget.points(False)
    (100.0, 0.0)
    """

    yes: Points = attrs.field(converter=_as_points, validator=points)
    no: Points = attrs.field(default=0, converter=_as_points, validator=points)

    @property
    def low(self) -> float:
        """The fewer points of the two."""
        return float(min(self.yes, self.no))

    @property
    def high(self) -> float:
        """The more points of the two."""
        return float(max(self.yes, self.no))

    def points(self, is_so: bool) -> float:  # noqa: FBT001 - the one thing that is asked
        """Return the points of yes or no.

        Raises
        ------
        InvalidValueError
            If it is neither.
        """
        require(is_so, bool, np.bool_, path=("is_so",))
        return float(self.yes if is_so else self.no)


Scale: TypeAlias = Curve | Steps | Categories | Flag
"""What turns something known into points."""
