"""What a variance is: effects that sum to a change, each with what became of its factor, and how it is told."""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar, cast

import attrs
import numpy as np

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.kernels.numeric import AnyColumn
from salesperf.messages import Catalogs, render
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Given, Sum
from salesperf.model.codes import read_only, same_content
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_choice, require
from salesperf.variance.whole import rounded_to

__all__ = [
    "COMPARISONS",
    "COUNTED_STEPS",
    "FEWEST_COMPARED",
    "STEP_ENDS",
    "STEP_RATES",
    "VARIANCE_METHODS",
    "Comparison",
    "Effect",
    "Method",
    "Variance",
    "titled",
]

Comparison: TypeAlias = Literal["period_to_period", "plan_to_actual", "forecast_to_actual"]
COMPARISONS: Final[tuple[Comparison, ...]] = ("period_to_period", "plan_to_actual", "forecast_to_actual")
"""What was before and what came after: an earlier period and a later one, the plan and what was done, the forecast and what
was done."""

Method: TypeAlias = Literal["shapley", "chain", "difference"]
VARIANCE_METHODS: Final[tuple[Method, ...]] = ("shapley", "chain", "difference")
"""How a change is shared out: over factors by the mean over all their orders; over factors by substituting them in the order
given (连环替代法); over parts of a sum, each of which changed by so much."""

COUNTED_STEPS: Final[tuple[str, ...]] = ("leads", "converted_leads", "visits", "proposals")
"""The keys of metrics that count what is done on the way to money, the first step first."""
STEP_ENDS: Final[tuple[str, ...]] = ("orders", "won_deals")
"""The keys of those that the steps may end in: of a plan that names both, the first."""

STEP_RATES: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {(first, then): f"{then}_per_{first.removesuffix('s')}" for first, then in combinations(COUNTED_STEPS, 2)}
    | {(first, end): f"{end}_per_{first.removesuffix('s')}" for first in COUNTED_STEPS for end in STEP_ENDS}
    | {("leads", "converted_leads"): "conversion_rate"}
)
"""The name of the factor that tells how many of one step come of each of an earlier one, by the two keys."""

_FACTORS: Final = frozenset(
    {"opportunities", "deals_per_lead", "amounts_known", "deal_size", "average_value"}
    | {"purchases_per_customer", "average_purchase"}
    | {*STEP_RATES.values()} - {"conversion_rate"}
)
"""Names of factors that are no metric, and have a title all the same."""

_OFF: Final = Fraction(1, 1000)
"""What factors that are written with four digits may leave of their product, as a share of all effects."""

FEWEST_COMPARED: Final = 5
"""So many cases before and after a rate or an average must rest on, lest what it did be taken for more than chance."""

ValueT = TypeVar("ValueT", float, Amount)


def _summed(values: "list[ValueT]", like: ValueT) -> ValueT:
    """Add values of one kind; of none, the zero of a value's kind."""
    if isinstance(like, Amount):
        return Amount.total(values, like.unit)
    return math.fsum(values)


def titled(name: str) -> Message:
    """Return what a reader sees of a name: of a ready-made metric or factor in the reader's language, of any other the name."""
    if name in _FACTORS:
        return Message(f"variance.factor.{name}")
    metric = STANDARD_METRICS.get(name)
    return Message(name if metric is None else metric.title)


@attrs.frozen(kw_only=True)
class Effect(Generic[ValueT]):
    """What one factor, part or item did to a change: a part of a :class:`Variance`.

    Attributes
    ----------
    name : str
        Of the factor, or of the part of a sum.
    value : float or Amount
        By how much it changed the result.
    before, after : float or None
        The factor itself; ``None`` where it is not one number.
    merged : tuple of str
        Factors that were undefined, and are counted with this one.
    title : Message
        What a reader sees of the name.
    cases : tuple of int, or None
        Over how many cases a rate or an average was, before and after; ``None`` of anything else, and where nobody said so.

    Examples
    --------
    >>> Effect(name="leads", value=-120.0, before=100.0, after=40.0, title=titled("leads")).label.text()
    'Leads'
    """

    name: str
    value: ValueT
    before: float | None = None
    after: float | None = None
    merged: tuple[str, ...] = ()
    title: Message
    cases: tuple[int, int] | None = None

    @property
    def label(self) -> Message:
        """What a reader sees: the factor, with those that are counted with it."""
        if not self.merged:
            return self.title
        return Message.of("variance.merged", name=self.title, merged=tuple(map(titled, self.merged)))

    def has_few_cases(self, fewest: int = FEWEST_COMPARED) -> bool:
        """Tell whether it is known to rest on fewer cases than that, before or after.

        Parameters
        ----------
        fewest
            The least number that is not few.

        Examples
        --------
        >>> Effect(name="win_rate", value=-9.0, before=1.0, after=0.5, title=titled("win_rate"), cases=(1, 30)).has_few_cases()
        True
        """
        return self.cases is not None and min(self.cases) < fewest


def _as_columns(value: AnyColumn) -> AnyColumn:
    return read_only(value)


@attrs.frozen(kw_only=True, eq=False)
class Variance(Result, Generic[ValueT]):
    """A change, and the effects that sum to it: made by the verbs of this room.

    Attributes
    ----------
    comparison : str
        One of :data:`COMPARISONS`.
    method : str
        One of :data:`VARIANCE_METHODS`.
    before, after : float or Amount
        The result before and after.
    lines : tuple of Effect
        In the order of the factors.
    segments : tuple of str
        What the result is a sum over; empty where it is one.
    segment_effects : array, shape (effects, segments)
        The effects by segment, in the order of both: floats, or whole smallest units.
    notes : tuple of Message
        What to bear in mind.

    Examples
    --------
    >>> from salesperf import variance
    >>> change = variance.decompose({"leads": 100, "win_rate": 0.2}, {"leads": 120, "win_rate": 0.15})
    >>> print(change.breakdown.text())
    change: -2.00 = sum of
      Leads: 3.50
      Win rate: -5.50
    """

    comparison: Comparison
    method: Method
    before: ValueT
    after: ValueT
    lines: tuple[Effect[ValueT], ...]
    segments: tuple[str, ...]
    segment_effects: AnyColumn = attrs.field(converter=_as_columns)
    notes: tuple[Message, ...]

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        return same_content(self, other) if isinstance(other, Variance) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # like a list, it holds what may be large

    @property
    def total(self) -> ValueT:
        """The change: the sum of the effects."""
        return _summed([line.value for line in self.lines], self.before)

    @property
    def effects(self) -> Mapping[str, ValueT]:
        """By how much each changed the result, by name; factors that are counted with another are not among them."""
        return MappingProxyType({line.name: line.value for line in self.lines})

    def of_segment(self, segment: str) -> Mapping[str, ValueT]:
        """Return the effects within one segment, by name.

        Raises
        ------
        InvalidValueError
            If there is no such segment.

        Examples
        --------
        >>> from salesperf import variance
        >>> sales = {"orders": np.array([10.0, 20.0]), "average": np.array([5.0, 5.0])}
        >>> change = variance.decompose(sales, sales | {"orders": np.array([12.0, 20.0])}, segments=["east", "west"])
        >>> dict(change.of_segment("east"))
        {'orders': 10.0, 'average': 0.0}
        """
        check_choice(segment, self.segments, ("segment",))
        column = self.segment_effects[:, self.segments.index(segment)]
        values = [self._valued(value) for value in column.tolist()]
        return MappingProxyType({line.name: value for line, value in zip(self.lines, values, strict=True)})

    def _valued(self, value: Any) -> Any:  # noqa: ANN401 - a float, or an amount by its smallest units
        return Amount(minor=value, unit=self.before.unit) if isinstance(self.before, Amount) else value

    def in_units(self, amount: Amount) -> Mapping[str, int]:
        """Share out an exact change by the effects, in whole smallest units that sum to it.

        Parameters
        ----------
        amount
            The change, such as the actual amount less the target.

        Returns
        -------
        Mapping of str to int
            Smallest units by name; they sum to ``amount.minor``.

        Raises
        ------
        InvalidValueError
            If the amount is another change than the one that was decomposed, by more than a thousandth of all effects and more
            than a unit.

        Notes
        -----
        Each effect is rounded up or down, by largest remainder; of a sum over segments so that those of the segments are
        whole too, as :meth:`as_amounts` has them. What rounded factors leave of the change goes to the effects by their size.

        Examples
        --------
        >>> from salesperf import CNY, variance
        >>> change = variance.decompose({"orders": 3, "average": 33.33}, {"orders": 4, "average": 30})
        >>> dict(change.in_units(Amount.of("20.01", CNY)))
        {'orders': 3166, 'average': -1165}
        """
        units = map(sum, self._in_units(amount))
        return MappingProxyType({line.name: sum_ for line, sum_ in zip(self.lines, units, strict=True)})

    def _in_units(self, amount: Amount) -> list[list[int]]:
        """Share out an exact change: a row for each effect, and in it a number for each segment, or one for the whole."""
        require(amount, Amount, path=("amount",))
        scale = amount.unit.scale
        exact = [Fraction(_plain(line.value)) * scale for line in self.lines]
        gross, rest = sum(map(abs, exact), Fraction(0)), amount.minor - sum(exact, Fraction(0))
        if abs(rest) > max(gross * _OFF, min(Fraction(1), gross)):
            raise InvalidValueError(
                "change_mismatch", path=("amount",), expected=float(_plain(self.total)), value=amount.decimal
            )
        names = [line.name for line in self.lines]
        if not self.segments:
            return rounded_to(amount.minor, [[value] for value in exact], names)
        table = [[Fraction(_plain(self._valued(value))) * scale for value in row] for row in self.segment_effects.tolist()]
        return rounded_to(amount.minor, table, names, self.segments)

    def as_amounts(self, before: Amount, after: Amount) -> "Variance[Amount]":
        """Return the same variance between two exact amounts, whose effects sum to the change to the last smallest unit.

        Those of each segment are whole too: they sum to what the segment changed, rounded down or up, and over all segments
        to the effects.

        Parameters
        ----------
        before, after
            The result before and after, in one unit, such as the target and the actual amount.

        Raises
        ------
        InvalidValueError
            As :meth:`in_units`, for the difference of the two.
        UnitMismatchError
            If the two are in unlike units.

        Examples
        --------
        >>> from salesperf import CNY, variance
        >>> change = variance.decompose({"orders": 3, "average": 33.33}, {"orders": 4, "average": 30})
        >>> exact = change.as_amounts(Amount.of("99.99", CNY), Amount.of("120.00", CNY))
        >>> print(exact.effects["orders"], exact.effects["average"], exact.total)
        31.66 CNY -11.65 CNY 20.01 CNY
        """
        require(before, Amount, path=("before",))
        require(after, Amount, path=("after",))
        if before.unit != after.unit:
            raise UnitMismatchError("unit_mismatch", path=("after",), left=str(before.unit), right=str(after.unit))
        table = self._in_units(after - before)
        lines = [
            attrs.evolve(cast("Any", line), value=Amount(minor=sum(row), unit=before.unit))
            for line, row in zip(self.lines, table, strict=True)
        ]
        of_segments = [row[: len(self.segments)] for row in table]
        return Variance(
            comparison=self.comparison,
            method=self.method,
            before=before,
            after=after,
            lines=tuple(lines),
            segments=self.segments,
            segment_effects=np.array(of_segments, dtype=np.int64).reshape(self.segment_effects.shape),
            notes=self.notes,
        )

    @cached_property
    def breakdown(self) -> Breakdown:
        """The change as the sum of the effects, and each as the sum of what it did in the segments in which it did anything."""
        parts = [
            Breakdown(
                label=line.label,
                value=line.value,
                rule=Sum() if self.segments else Given(),
                parts=[
                    Breakdown(label=Message(segment), value=self._valued(value))
                    for segment, value in zip(self.segments, row, strict=True)
                    if value
                ],
            )
            for line, row in zip(self.lines, self.segment_effects.tolist(), strict=True)
        ]
        return Breakdown(label=Message("variance.change"), value=self.total, rule=Sum(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for what was before, for each effect, and for what came after."""
        unit = str(self.before.unit) if isinstance(self.before, Amount) else ""
        lines: list[tuple[str, float | Amount, float | None, float | None]] = [("before", self.before, None, None)]
        lines += [(line.name, line.value, line.before, line.after) for line in self.lines]
        lines.append(("after", self.after, None, None))
        return [
            {"line": name, "value": _plain(value), "unit": unit, "factor_before": before, "factor_after": after}
            for name, value, before, after in lines
        ]

    def segment_rows(self) -> list[Row]:
        """Return a row for each segment: its name, each effect, and the change."""
        rows: list[Row] = []
        for segment in self.segments:
            values = list(self.of_segment(segment).values())
            row: Row = {"segment": segment}
            row |= {line.name: _plain(value) for line, value in zip(self.lines, values, strict=True)}
            rows.append(row | {"total": _plain(_summed(values, self.before))})
        return rows

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the change, what did most of it first, and what to bear in mind, a line each."""
        return "\n".join(message.text(lang, catalogs) for message in self._said(lang, catalogs))

    def _said(self, lang: str, catalogs: Catalogs | None) -> Iterator[Message]:
        yield Message.of(
            f"variance.text.{self.comparison}", before=self.before, after=self.after, total=_signed(self.total, lang, catalogs)
        )
        weighed = sorted(self.lines, key=lambda line: (-abs(_plain(line.value)), line.name))
        for line in weighed:
            value = _signed(line.value, lang, catalogs)
            if not _plain(line.value):
                continue
            if line.before is None or line.after is None:
                yield Message.of("variance.text.effect", name=line.label, value=value)
            else:
                ends = {"before": _level(line.before), "after": _level(line.after)}
                yield Message.of("variance.text.factor", name=line.label, value=value, **ends)
        if still := tuple(line.label for line in self.lines if not _plain(line.value)):
            yield Message.of("variance.text.nothing", names=still)
        yield from self.notes


def _plain(value: float | Amount) -> Any:  # noqa: ANN401 - a float or a Decimal
    return value.decimal if isinstance(value, Amount) else value


def _signed(value: float | Amount, lang: str, catalogs: Catalogs | None) -> str:
    """Write a value with its sign, as the reader writes it."""
    text = value.text(lang, catalogs) if isinstance(value, Amount) else f"{value:z,.2f}"
    if _plain(value) <= 0:
        return text
    return render("variance.rise", {"value": text}, lang=lang, catalogs=catalogs)


def _level(value: float) -> str:
    """Write a factor: a rate with its first digits, a large number in full."""
    whole_from = 1000
    return f"{value:,.0f}" if abs(value) >= whole_from else f"{value:.4g}"
