"""The tree that explains a number, and recomputes it."""

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, Protocol, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import ROUNDINGS, Rounding, round_fraction
from salesperf.messages import Catalogs, display, render
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.result import Row, Scalar
from salesperf.model.validators import as_tuple, each, of_type, one_of, optional

__all__ = [
    "TOLERANCE",
    "Breakdown",
    "BreakdownChange",
    "BreakdownValue",
    "Clip",
    "Difference",
    "Given",
    "Minimum",
    "Product",
    "Quotient",
    "Rounded",
    "Rule",
    "Sum",
    "WeightedMean",
]

Exact: TypeAlias = int | Decimal | Fraction
BreakdownValue: TypeAlias = Amount | int | float | Decimal | Fraction | None
"""What a node explains; ``None`` where it is undefined."""

TOLERANCE: Final = 1e-9
"""How far, relatively, a float may lie from its recomputation; amounts and exact numbers may not differ at all."""


class Rule(Protocol):
    """How a value follows from its parts: a frozen callable with a key for the reader."""

    @property
    def key(self) -> str:
        """The message key of what the rule does, for the reader."""

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Recompute the value of a node from its parts."""


def _values(node: "Breakdown") -> list[BreakdownValue] | None:
    """Return the parts' values, or ``None`` where one of them is undefined."""
    values = [part.value for part in node.parts]
    return None if any(value is None for value in values) else values


def _amounts(values: list[BreakdownValue]) -> list[Amount]:
    return [value for value in values if isinstance(value, Amount)]


def _numbers(values: list[BreakdownValue]) -> list[float | Decimal | Fraction]:
    return [value for value in values if isinstance(value, int | float | Decimal | Fraction)]


def _exact(values: list[float | Decimal | Fraction]) -> list[Fraction] | None:
    return None if any(isinstance(value, float) for value in values) else [Fraction(value) for value in values]


@attrs.frozen
class Given:
    """The value stands by itself."""

    key: str = attrs.field(default="rule.given", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Return the value as it is."""
        return node.value


@attrs.frozen
class Sum:
    """The sum of the parts; amounts add exactly."""

    key: str = attrs.field(default="rule.sum", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Add the parts; no parts sum to the zero of the value's kind."""
        if isinstance(node.value, Amount):
            return Amount.total(_amounts(_values(node) or []), node.value.unit)
        values = _values(node)
        if values is None:
            return None
        numbers = _numbers(values)
        exact = _exact(numbers)
        return math.fsum(map(float, numbers)) if exact is None else sum(exact, Fraction(0))


@attrs.frozen
class Difference:
    """The first part less the second."""

    key: str = attrs.field(default="rule.difference", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Subtract."""
        values = _values(node)
        if values is None:
            return None
        first, second = values
        if isinstance(first, Amount) and isinstance(second, Amount):
            return first - second
        left, right = _numbers([first, second])
        exact = _exact([left, right])
        return float(left) - float(right) if exact is None else exact[0] - exact[1]


@attrs.frozen
class Quotient:
    """The first part over the second; undefined over nothing."""

    key: str = attrs.field(default="rule.quotient", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Divide."""
        values = _values(node)
        if values is None:
            return None
        first, second = (value.decimal if isinstance(value, Amount) else value for value in values)
        left, right = _numbers([first, second])
        exact = _exact([left, right])
        if not right:
            return None
        return float(left) / float(right) if exact is None else exact[0] / exact[1]


@attrs.frozen
class WeightedMean:
    """The mean of the parts under their weights."""

    key: str = attrs.field(default="rule.weighted_mean", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Average; undefined where the weights sum to 0."""
        values = _values(node)
        weights = [float(part.weight or 0) for part in node.parts]
        total = math.fsum(weights)
        if values is None or not total:
            return None
        return math.fsum(map(float.__mul__, map(float, _numbers(values)), weights)) / total


@attrs.frozen
class Product:
    """The product of the parts; an amount among them is multiplied exactly and rounded once.

    Parameters
    ----------
    rounding
        How an amount is rounded.
    """

    rounding: Rounding = attrs.field(default="half_up", validator=one_of(*ROUNDINGS))
    key: str = attrs.field(default="rule.product", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Multiply."""
        values = _values(node)
        if values is None:
            return None
        amounts, numbers = _amounts(values), _numbers(values)
        exact = _exact(numbers)
        if amounts:
            return amounts[0].times(math.prod(exact or [], start=Fraction(1)), rounding=self.rounding)
        return math.prod(map(float, numbers)) if exact is None else math.prod(exact, start=Fraction(1))


@attrs.frozen
class Minimum:
    """The least of the parts."""

    key: str = attrs.field(default="rule.minimum", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Return the least."""
        values = _values(node)
        if not values:
            return None
        amounts = _amounts(values)
        return min(amounts) if amounts else min(_numbers(values))


@attrs.frozen
class Rounded:
    """The one part, rounded to a whole number.

    Parameters
    ----------
    rounding
        A name in :data:`salesperf.kernels.numeric.ROUNDINGS`.
    """

    rounding: Rounding = attrs.field(default="half_up", validator=one_of(*ROUNDINGS))
    key: str = attrs.field(default="rule.rounded", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Round; a float counts as the binary fraction that it holds."""
        values = _values(node)
        return None if values is None else round_fraction(Fraction(_numbers(values)[0]), self.rounding)


@attrs.frozen
class Clip:
    """The one part, kept within limits.

    Parameters
    ----------
    low, high
        The limits, of the same kind as the part; ``None`` for no limit.
    """

    low: BreakdownValue = None
    high: BreakdownValue = None
    key: str = attrs.field(default="rule.clip", init=False)

    def __call__(self, node: "Breakdown") -> BreakdownValue:
        """Clip."""
        values = _values(node)
        if values is None:
            return None
        if self.low is not None:
            values = [max(values[0], self.low)]  # type: ignore[type-var] # of one kind, or the comparison refuses
        return values[0] if self.high is None else min(values[0], self.high)  # type: ignore[type-var] # as above


_NUMBERS = (int, float, Decimal, Fraction)


@attrs.frozen(kw_only=True)
class BreakdownChange:
    """A leaf in which two breakdowns differ.

    Parameters
    ----------
    path
        The labels from the root to the leaf.
    before, after
        The two values; ``None`` where a tree has no such leaf, or its value is undefined.
    """

    path: tuple[Message, ...]
    before: BreakdownValue
    after: BreakdownValue


def _as_parts(value: "Iterable[Breakdown]") -> "tuple[Breakdown, ...]":
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class Breakdown:
    """A value, how it came about, and from which parts.

    Parameters
    ----------
    label
        What the value is, for a reader.
    value
        The value explained.
    rule
        Recomputes the value from the parts.
    parts
        The trees of what it is made of.
    weight
        The weight of this value within its parent's mean.

    Raises
    ------
    InvalidValueError
        If a value is of another kind, or a part is no breakdown.

    Examples
    --------
    >>> tree = Breakdown(
    ...     label=Message("Total"),
    ...     value=5,
    ...     rule=Sum(),
    ...     parts=(Breakdown(label=Message("East"), value=2), Breakdown(label=Message("West"), value=3)),
    ... )
    >>> tree.holds()
    True
    >>> print(tree.text())
    Total: 5 = sum of
      East: 2
      West: 3
    """

    label: Message = attrs.field(validator=of_type(Message))
    value: BreakdownValue = attrs.field(validator=optional(of_type(Amount, *_NUMBERS)))
    rule: Rule = attrs.field(factory=Given)
    parts: "tuple[Breakdown, ...]" = attrs.field(default=(), converter=_as_parts)
    weight: float | Decimal | Fraction | None = attrs.field(
        default=None,
        validator=optional(of_type(int, float, Decimal, Fraction)),
    )

    def __attrs_post_init__(self) -> None:
        """Check the parts and the rule."""
        each(of_type(Breakdown))(self, attrs.fields(Breakdown).parts, self.parts)
        if not callable(self.rule):
            raise InvalidValueError("wrong_type", path=("Breakdown", "rule"), expected=Given, value=self.rule)

    def walk(self) -> "Iterator[Breakdown]":
        """Go through the tree, each node before its parts."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def holds(self) -> bool:
        """Recompute every node from its parts and compare: amounts and exact numbers exactly, floats to TOLERANCE."""
        return all(_agree(node.value, node.rule(node)) for node in self.walk())

    def diff(self, other: "Breakdown") -> tuple[BreakdownChange, ...]:
        """List the leaves whose value differs from those of another tree, matched by their labels.

        Examples
        --------
        >>> before = Breakdown(label=Message("Total"), value=2, rule=Sum(), parts=[Breakdown(label=Message("East"), value=2)])
        >>> after = Breakdown(label=Message("Total"), value=3, rule=Sum(), parts=[Breakdown(label=Message("East"), value=3)])
        >>> [(change.path[-1].key, change.before, change.after) for change in before.diff(after)]
        [('East', 2, 3)]
        """
        ours, theirs = dict(self._leaves()), dict(other._leaves())  # noqa: SLF001 - one of us
        paths = [*ours, *(path for path in theirs if path not in ours)]
        changes = (
            BreakdownChange(path=path, before=ours.get(path), after=theirs.get(path))
            for path in paths
            if (path in ours) != (path in theirs) or not _agree(ours[path], theirs[path])
        )
        return tuple(changes)

    def _leaves(self, above: tuple[Message, ...] = ()) -> Iterator[tuple[tuple[Message, ...], BreakdownValue]]:
        path = (*above, self.label)
        if not self.parts:
            yield path, self.value
        for part in self.parts:
            yield from part._leaves(path)  # noqa: SLF001 - one of us

    def _levels(self, level: int = 0) -> "Iterator[tuple[int, Breakdown]]":
        yield level, self
        for part in self.parts:
            yield from part._levels(level + 1)  # noqa: SLF001 - one of us

    def rows(self, lang: str = "en", catalogs: Catalogs | None = None) -> list[Row]:
        """Return a row for each node: level, label, value, unit, rule and weight."""
        return [
            {
                "level": level,
                "label": node.label.text(lang, catalogs),
                "value": _scalar(node.value),
                "unit": str(node.value.unit) if isinstance(node.value, Amount) else "",
                "rule": render(node.rule.key, lang=lang, catalogs=catalogs),
                "weight": _scalar(node.weight),
            }
            for level, node in self._levels()
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the tree for a reader, a line a node, parts indented."""
        lines = []
        for level, node in self._levels():
            value = display(node.value, lang=lang, catalogs=catalogs)
            rule = f" = {render(node.rule.key, lang=lang, catalogs=catalogs)}" if node.parts else ""
            lines.append(f"{'  ' * level}{node.label.text(lang, catalogs)}: {value}{rule}")
        return "\n".join(lines)


def _scalar(value: BreakdownValue) -> Scalar:
    if isinstance(value, Amount):
        return value.decimal
    return float(value) if isinstance(value, Fraction) else value


def _agree(stated: BreakdownValue, computed: BreakdownValue) -> bool:
    if isinstance(stated, float) or isinstance(computed, float):
        if not isinstance(stated, _NUMBERS) or not isinstance(computed, _NUMBERS):
            return False
        return math.isclose(float(stated), float(computed), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return stated == computed
