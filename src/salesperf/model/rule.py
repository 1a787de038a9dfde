"""How a value follows from its parts: the rules of a breakdown."""

import math
import operator
from abc import ABC, abstractmethod
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, cast

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import ROUNDINGS, Rounding, round_fraction
from salesperf.model.amount import Amount
from salesperf.model.scale import Curve, Steps
from salesperf.model.validators import as_python, number, of_type, one_of

if TYPE_CHECKING:
    from salesperf.model.breakdown import Breakdown

__all__ = [
    "BreakdownValue",
    "Clip",
    "Combination",
    "Defined",
    "Difference",
    "Given",
    "Maximum",
    "Median",
    "Minimum",
    "Number",
    "OnCurve",
    "OnSteps",
    "Product",
    "Quotient",
    "Rounded",
    "Rule",
    "Sum",
    "WeightedMean",
    "amount_or_number",
    "as_value",
]

Number: TypeAlias = int | float | Decimal | Fraction
Defined: TypeAlias = Amount | Number
BreakdownValue: TypeAlias = Defined | None
"""What a node explains; ``None`` where it is undefined."""


def as_value(value: BreakdownValue) -> BreakdownValue:
    """Take a float of numpy's as one of Python's."""
    return as_python(value)


def amount_or_number(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect an amount, a finite number or ``None``."""
    if value is not None and not isinstance(value, Amount):
        number(instance, attribute, value)


class Rule(Protocol):
    """How a value follows from its parts: a frozen callable with a key for the reader."""

    @property
    def key(self) -> str:
        """The message key of what the rule does, for the reader."""

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Recompute the value of a node from its parts."""


@attrs.frozen
class Given:
    """The value stands by itself.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> Breakdown(label=Message("Headcount"), value=7).rule
    Given()
    """

    key: ClassVar[str] = "rule.given"

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Return the value as it is."""
        return node.value


class Combination(ABC):
    """A rule that works on the values of the parts; undefined where one of them is."""

    __slots__ = ()

    key: ClassVar[str]
    count: ClassVar[int | None] = None
    """How many parts there must be; ``None`` for any number."""

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Recompute the value of a node from its parts.

        Raises
        ------
        InvalidValueError
            If there are more or fewer parts than the rule can work with, or parts of another kind.
        """
        if self.count not in (None, len(node.parts)):
            raise self._misfit()
        values = [part.value for part in node.parts if part.value is not None]
        return self.combine(values, node) if len(values) == len(node.parts) else None

    @abstractmethod
    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:
        """Compute the value from those of the parts."""

    def _misfit(self) -> InvalidValueError:
        return InvalidValueError("breakdown_parts", path=("Breakdown", "parts"), rule=self.key)

    def _numbers(self, values: list[Defined]) -> list[Any]:
        """Return the values as floats if one is a float, else as exact fractions; refuse amounts among them."""
        numbers = [value for value in values if not isinstance(value, Amount)]
        if len(numbers) < len(values):
            raise self._misfit()
        kind: type[float | Fraction] = float if any(isinstance(value, float) for value in numbers) else Fraction
        return [kind(value) for value in numbers]


def _amounts(values: list[Defined]) -> list[Amount]:
    """Return the values, if each is an amount; else nothing."""
    amounts = [value for value in values if isinstance(value, Amount)]
    return amounts if len(amounts) == len(values) else []


@attrs.frozen
class Sum(Combination):
    """The sum of the parts; amounts add exactly, and no parts sum to the zero of the value's kind.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> parts = [Breakdown(label=Message("East"), value=2), Breakdown(label=Message("West"), value=3)]
    >>> Breakdown(label=Message("Total"), value=5, rule=Sum(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.sum"

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:
        """Add."""
        if not values:
            return Amount.zero(node.value.unit) if isinstance(node.value, Amount) else 0
        if amounts := _amounts(values):
            return Amount.total(amounts, amounts[0].unit)
        numbers = self._numbers(values)
        return math.fsum(numbers) if isinstance(numbers[0], float) else sum(numbers, Fraction(0))


@attrs.frozen
class Difference(Combination):
    """The first part less the second.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> parts = [Breakdown(label=Message("Actual"), value=4), Breakdown(label=Message("Target"), value=9)]
    >>> Breakdown(label=Message("Gap"), value=-5, rule=Difference(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.difference"
    count: ClassVar[int | None] = 2

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Subtract."""
        first, second = _amounts(values) or self._numbers(values)
        return cast("Defined", first - second)


@attrs.frozen
class Quotient(Combination):
    """The first part over the second; undefined over nothing.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> parts = [Breakdown(label=Message("Won"), value=9), Breakdown(label=Message("Closed"), value=0)]
    >>> Breakdown(label=Message("Win rate"), value=None, rule=Quotient(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.quotient"
    count: ClassVar[int | None] = 2

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Divide; money over a count is a number, one currency over another is nothing."""
        money = {value.unit for value in values if isinstance(value, Amount) and value.unit.dimension == "money"}
        if len(money) > 1:
            raise self._misfit()
        first, second = self._numbers([value.decimal if isinstance(value, Amount) else value for value in values])
        return cast("Defined", first / second) if second else None


@attrs.frozen
class WeightedMean(Combination):
    """The mean of the parts under their weights; undefined where the weights sum to 0.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> parts = [
    ...     Breakdown(label=Message("Revenue"), value=80, weight=3),
    ...     Breakdown(label=Message("Visits"), value=100, weight=1),
    ... ]
    >>> Breakdown(label=Message("Score"), value=85.0, rule=WeightedMean(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.weighted_mean"

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:
        """Average; a part without a weight weighs nothing."""
        weights = [float(part.weight or 0) for part in node.parts]
        total = math.fsum(weights)
        numbers = map(float, self._numbers(values))
        return math.fsum(map(operator.mul, numbers, weights)) / total if total else None


@attrs.frozen
class Product(Combination):
    """The product of the parts; an amount among them is multiplied exactly and rounded once.

    A float beside an amount counts as the binary fraction that it holds.

    Parameters
    ----------
    rounding
        How an amount is rounded.

    Examples
    --------
    >>> from salesperf import USD, Breakdown, Message
    >>> parts = [
    ...     Breakdown(label=Message("Price"), value=Amount.of("19.99", USD)),
    ...     Breakdown(label=Message("Tax rate"), value=Decimal("0.075")),
    ... ]
    >>> Breakdown(label=Message("Tax"), value=Amount.of("1.50", USD), rule=Product(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.product"
    rounding: Rounding = attrs.field(default="half_up", validator=one_of(*ROUNDINGS))

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Multiply."""
        amounts = [value for value in values if isinstance(value, Amount)]
        if not amounts:
            return cast("Number", math.prod(self._numbers(values)))
        if len(amounts) > 1:
            raise self._misfit()
        factors = [Fraction(value) for value in values if not isinstance(value, Amount)]
        return amounts[0].times(math.prod(factors, start=Fraction(1)), rounding=self.rounding)


@attrs.frozen
class Minimum(Combination):
    """The least of the parts; of none, undefined.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> parts = [Breakdown(label=Message("Capacity"), value=9), Breakdown(label=Message("Leads"), value=4)]
    >>> Breakdown(label=Message("Visits"), value=4, rule=Minimum(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.minimum"

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Choose."""
        return min(_amounts(values) or self._numbers(values), default=None)


@attrs.frozen
class Maximum(Combination):
    """The greatest of the parts; of none, undefined.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> parts = [Breakdown(label=Message(deal), value=days) for deal, days in (("o-1", 12), ("o-2", 90))]
    >>> Breakdown(label=Message("Longest in the stage"), value=90, rule=Maximum(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.maximum"

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Choose."""
        return max(_amounts(values) or self._numbers(values), default=None)


@attrs.frozen
class Median(Combination):
    """The middle one of the parts, which are numbers, or the mean of the two in the middle; of none, undefined.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> parts = [Breakdown(label=Message(deal), value=days) for deal, days in (("o-1", 12), ("o-2", 90), ("o-3", 31))]
    >>> Breakdown(label=Message("Sales cycle"), value=31, rule=Median(), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.median"

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Find the middle."""
        return cast("Defined", median(self._numbers(values))) if values else None


@attrs.frozen
class Rounded(Combination):
    """The one part, a number, rounded to a whole one.

    Parameters
    ----------
    rounding
        A name in :data:`salesperf.kernels.numeric.ROUNDINGS`.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> exact = Breakdown(label=Message("Exact"), value=Fraction(9, 2))
    >>> Breakdown(label=Message("Visits"), value=5, rule=Rounded(), parts=[exact]).holds()
    True
    """

    key: ClassVar[str] = "rule.rounded"
    count: ClassVar[int | None] = 1
    rounding: Rounding = attrs.field(default="half_up", validator=one_of(*ROUNDINGS))

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Round; a float counts as the binary fraction that it holds."""
        (value,) = self._numbers(values)
        return round_fraction(Fraction(value), self.rounding)


@attrs.frozen
class Clip(Combination):
    """The one part, kept within limits.

    Parameters
    ----------
    low, high
        The limits, of the same kind as the part; ``None`` for no limit.

    Raises
    ------
    InvalidValueError
        If a limit is neither an amount nor a finite number, the two are of unlike kinds, or stand in the wrong order.
    UnitMismatchError
        If they are amounts in two units.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> ratio = Breakdown(label=Message("Ratio"), value=1.7)
    >>> Breakdown(label=Message("Counted"), value=1.5, rule=Clip(low=0, high=1.5), parts=[ratio]).holds()
    True
    """

    key: ClassVar[str] = "rule.clip"
    count: ClassVar[int | None] = 1
    low: BreakdownValue = attrs.field(default=None, converter=as_value, validator=amount_or_number)
    high: BreakdownValue = attrs.field(default=None, converter=as_value, validator=amount_or_number)

    def __attrs_post_init__(self) -> None:
        """Check the limits against each other; an amount refuses to be compared with a number."""
        if self.low is not None and self.high is not None and max(self.low, self.high) != self.high:
            raise InvalidValueError("interval_reversed", path=("Clip",), low=self.low, high=self.high)

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Clip."""
        (value,) = values
        if self.low is not None:
            value = max(value, self.low)
        return value if self.high is None else min(value, self.high)


@attrs.frozen
class OnCurve(Combination):
    """The points that the one part, a number, is worth on a curve.

    Parameters
    ----------
    curve
        The curve.

    Raises
    ------
    InvalidValueError
        If it is no curve.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> attainment = Breakdown(label=Message("Attainment"), value=0.8)
    >>> rule = OnCurve(Curve([(0.6, 0), (1, 80)]))
    >>> Breakdown(label=Message("Points"), value=40.0, rule=rule, parts=[attainment]).holds()
    True
    """

    key: ClassVar[str] = "rule.on_curve"
    count: ClassVar[int | None] = 1
    curve: Curve = attrs.field(validator=of_type(Curve))

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Look up."""
        (value,) = self._numbers(values)
        return self.curve.points(float(value))


@attrs.frozen
class OnSteps(Combination):
    """The points that the one part, a number, is worth by steps.

    Parameters
    ----------
    steps
        The steps.

    Raises
    ------
    InvalidValueError
        If they are none.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> visits = Breakdown(label=Message("Visits"), value=7)
    >>> Breakdown(label=Message("Points"), value=50.0, rule=OnSteps(Steps([(5, 50)])), parts=[visits]).holds()
    True
    """

    key: ClassVar[str] = "rule.on_steps"
    count: ClassVar[int | None] = 1
    steps: Steps = attrs.field(validator=of_type(Steps))

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Look up."""
        (value,) = self._numbers(values)
        return self.steps.points(float(value))
