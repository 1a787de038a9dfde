"""The tree that explains a number, and recomputes it."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final

import attrs

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.messages import Catalogs, display, render
from salesperf.model.amount import Amount
from salesperf.model.curve_rule import IncidenceEnd, ProductLimit
from salesperf.model.deviation_rule import DeviationFromPlan, SquareRoot
from salesperf.model.effect_rule import ShapleyEffect
from salesperf.model.interval_rule import NewcombeEnd, WilsonEnd
from salesperf.model.message import Message
from salesperf.model.result import Row, Scalar, printable
from salesperf.model.rule import (
    BreakdownValue,
    Clip,
    Difference,
    Given,
    Maximum,
    Median,
    Minimum,
    Number,
    OnCurve,
    OnSteps,
    Product,
    Quotient,
    Rounded,
    Rule,
    Sum,
    WeightedMean,
    amount_or_number,
    as_value,
)
from salesperf.model.sum_rule import ChanceOfSum, QuantileOfSum, UncertainAmount
from salesperf.model.validators import as_python, as_tuple, each, number, of_type, optional, place

__all__ = [
    "TOLERANCE",
    "Breakdown",
    "BreakdownChange",
    "BreakdownValue",
    "ChanceOfSum",
    "Clip",
    "DeviationFromPlan",
    "Difference",
    "Given",
    "IncidenceEnd",
    "Maximum",
    "Median",
    "Minimum",
    "NewcombeEnd",
    "OnCurve",
    "OnSteps",
    "Product",
    "ProductLimit",
    "QuantileOfSum",
    "Quotient",
    "Rounded",
    "Rule",
    "ShapleyEffect",
    "SquareRoot",
    "Sum",
    "UncertainAmount",
    "WeightedMean",
    "WilsonEnd",
]

_SMALL: Final = 10
"""Of numbers below it, as rates are, two decimals tell too little: they are written with four digits."""

_PLAIN: Final = 100
"""A plain fraction has smaller numbers."""

TOLERANCE: Final = 1e-9
"""How far a float may lie from its recomputation, relatively, and absolutely below 1; what is exact may not differ at all."""


def _rule(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, type) or not callable(value) or not isinstance(getattr(value, "key", None), str):
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=Given, value=value)
    try:
        hash(value)
    except TypeError:
        raise InvalidValueError("unhashable", path=place(instance, attribute), value=value) from None


@attrs.frozen(kw_only=True)
class BreakdownChange:
    """A leaf in which two breakdowns differ.

    Parameters
    ----------
    path
        The labels from the root to the leaf.
    before, after
        The two values; ``None`` where a tree has no such leaf, or its value is undefined.

    Examples
    --------
    >>> before, after = Breakdown(label=Message("East"), value=2), Breakdown(label=Message("East"), value=3)
    >>> before.diff(after)
    (BreakdownChange(path=(Message(key='East', arguments=FrozenMap({})),), before=2, after=3),)
    """

    path: tuple[Message, ...]
    before: BreakdownValue
    after: BreakdownValue


def _as_parts(value: "Iterable[Breakdown]") -> "tuple[Breakdown, ...]":
    return as_tuple(value)


def _as_weight(value: Number | None) -> Number | None:
    return as_python(value)


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
        If a value is of another kind or not finite, a part is no breakdown, or the rule cannot be called or could change.

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
    value: BreakdownValue = attrs.field(converter=as_value, validator=amount_or_number)
    rule: Rule = attrs.field(factory=Given, validator=_rule)
    parts: "tuple[Breakdown, ...]" = attrs.field(default=(), converter=_as_parts)
    weight: Number | None = attrs.field(default=None, converter=_as_weight, validator=optional(number))

    def __attrs_post_init__(self) -> None:
        """Check the parts, whose kind has no name before the class stands; most trees are leaves."""
        if self.parts != ():
            each(of_type(Breakdown))(self, attrs.fields(Breakdown).parts, self.parts)

    def walk(self) -> "Iterator[Breakdown]":
        """Go through the tree, each node before its parts."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def holds(self) -> bool:
        """Recompute every node from its parts and compare: amounts and exact numbers exactly, floats to TOLERANCE.

        A node whose parts its rule cannot work with does not hold.
        """
        return all(node.holds_itself() for node in self.walk())

    def holds_itself(self) -> bool:
        """Recompute this node alone; see :meth:`holds`."""
        try:
            return _agree(self.value, self.rule(self))
        except (SalesperfError, OverflowError):
            return False

    def diff(self, other: "Breakdown") -> tuple[BreakdownChange, ...]:
        """List the leaves whose value differs from those of another tree, matched by the labels above them and their own.

        Leaves with the same labels are matched in order.

        Examples
        --------
        >>> before = Breakdown(label=Message("Total"), value=2, rule=Sum(), parts=[Breakdown(label=Message("East"), value=2)])
        >>> after = Breakdown(label=Message("Total"), value=3, rule=Sum(), parts=[Breakdown(label=Message("East"), value=3)])
        >>> [(change.path[-1].key, change.before, change.after) for change in before.diff(after)]
        [('East', 2, 3)]
        """
        ours, theirs = self._leaf_values(), other._leaf_values()  # noqa: SLF001 - one of us
        leaves = [*ours, *(leaf for leaf in theirs if leaf not in ours)]
        return tuple(
            BreakdownChange(path=leaf[0], before=ours.get(leaf), after=theirs.get(leaf))
            for leaf in leaves
            if (leaf in ours) != (leaf in theirs) or not _agree(ours[leaf], theirs[leaf])
        )

    def _leaf_values(self) -> dict[tuple[tuple[Message, ...], int], BreakdownValue]:
        """Return the value of each leaf by its path, and by how many leaves before it have the same path."""
        values: dict[tuple[tuple[Message, ...], int], BreakdownValue] = {}
        seen: Counter[tuple[Message, ...]] = Counter()
        for path, value in self._leaves(()):
            values[path, seen[path]] = value
            seen[path] += 1
        return values

    def _leaves(self, above: tuple[Message, ...]) -> Iterator[tuple[tuple[Message, ...], BreakdownValue]]:
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
        colon = render("format.colon", lang=lang, catalogs=catalogs)
        for level, node in self._levels():
            value = display(_plain(node.value), _style_of(_plain(node.value)), lang=lang, catalogs=catalogs)
            rule = f" = {render(node.rule.key, lang=lang, catalogs=catalogs)}" if node.parts else ""
            label = printable(node.label.text(lang, catalogs))
            lines.append(f"{'  ' * level}{label}{colon}{value}{rule}")
        return "\n".join(lines)


def _plain(value: BreakdownValue) -> BreakdownValue:
    """Return a fraction that is no plain one, as a third is, as a decimal: nobody sees how large 856/1045 is."""
    if not isinstance(value, Fraction) or value.denominator == 1 or max(abs(value.numerator), value.denominator) < _PLAIN:
        return value
    return float(value)


def _style_of(value: BreakdownValue) -> str:
    """Return how a number is written: with two decimals, unless it has more and is small."""
    if not isinstance(value, float) or abs(value) >= _SMALL or _agree(round(value, 2), value):
        return ""
    return ".4g"


def _scalar(value: BreakdownValue) -> Scalar:
    if isinstance(value, Amount):
        return value.decimal
    return float(value) if isinstance(value, Fraction) else value


def _agree(stated: BreakdownValue, computed: BreakdownValue) -> bool:
    if isinstance(stated, float) or isinstance(computed, float):
        if stated is None or computed is None or isinstance(stated, Amount) or isinstance(computed, Amount):
            return False
        return math.isclose(float(stated), float(computed), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return stated == computed
