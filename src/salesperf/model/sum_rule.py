"""What a sum of uncertain amounts may come to: rules of a breakdown on ranges and chances."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.sums.odds import Odds
from salesperf.model.amount import Amount
from salesperf.model.rule import BreakdownValue, Combination, Defined, Product
from salesperf.model.validators import as_python, finite, one_of, whole

if TYPE_CHECKING:
    from salesperf.model.breakdown import Breakdown

__all__ = ["ChanceOfSum", "QuantileOfSum", "UncertainAmount"]

_MOST_STRATA: Final = 10_000
_MOST_AMOUNTS: Final = 2**24
"""Of more amounts nobody waits for the sum."""
_WITH_CHANCE, _WITH_RANGE, _WITH_NUMBER = 2, 5, 6
"""How many parts an amount has that may come: with its chance alone, with the range of that, with how many there are."""


def _as_number(value: float) -> float:
    return as_python(value)


def _as_whole(value: int) -> int:
    return as_python(value)


@attrs.frozen
class UncertainAmount(Combination):
    """What an amount adds on average that comes whole with its chance, or not at all.

    Of two parts: the amount and its chance. Of five: also the low and the high end of the range of that chance, and of how many
    earlier cases it was learnt. Of six: also how many such amounts there are.

    Notes
    -----
    The product of the amount, its chance, and how many there are, rounded half up once.

    Examples
    --------
    >>> from salesperf import USD, Amount, Breakdown, Message
    >>> amount = Breakdown(label=Message("Amount"), value=Amount.of(200, USD))
    >>> chance = Breakdown(label=Message("Chance"), value=0.25)
    >>> tree = Breakdown(
    ...     label=Message("o-1"), value=Amount.of(50, USD), rule=UncertainAmount(), parts=[amount, chance]
    ... )
    >>> tree.holds()
    True
    """

    key: ClassVar[str] = "rule.uncertain_amount"

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:
        """Multiply."""
        amount, chance, _, _, _, number = self._term(values)
        return Product().combine([amount, chance, number], node)

    def _term(self, values: Sequence[BreakdownValue]) -> tuple[Amount, Defined, float, float, int, int]:
        """Return amount, chance, the low and the high end of its range, of how many cases, and how many such amounts.

        Raises
        ------
        InvalidValueError
            If there are more or fewer parts, parts of another kind, or a chance lies outside its range.
        """
        amount, *numbers = values or (None,)
        if not isinstance(amount, Amount) or len(values) not in (_WITH_CHANCE, _WITH_RANGE, _WITH_NUMBER):
            raise self._misfit()
        known = [number for number in numbers if number is not None and not isinstance(number, Amount)]
        if len(known) < len(numbers):
            raise self._misfit()
        chance, *rest = map(float, known)
        low, high, observed = rest[:3] or (chance, chance, 0)
        number = rest[3] if len(values) == _WITH_NUMBER else 1
        if not 0 <= low <= chance <= high <= 1 or min(observed, number) < 0 or observed % 1 or number % 1:
            raise self._misfit()
        return amount, known[0], low, high, int(observed), int(number)


@attrs.frozen(kw_only=True)
class _OfSum(Combination):
    """Read off the distribution of a sum: what is certain, and amounts that may come, each an :class:`UncertainAmount`."""

    level: float = attrs.field(default=0.95, converter=_as_number, validator=finite)
    correlation: float = attrs.field(default=0.0, converter=_as_number, validator=finite)
    strata: int = attrs.field(default=64, converter=_as_whole, validator=whole(1, _MOST_STRATA))

    def __attrs_post_init__(self) -> None:
        """Check the numbers against their limits."""
        name = type(self).__name__
        if not 0 < self.level < 1:
            raise InvalidValueError("between", path=(name, "level"), low=0, high=1, value=self.level)
        if not 0 <= self.correlation < 1:
            raise InvalidValueError("correlation", path=(name, "correlation"), value=self.correlation)

    def _odds(self, certain: Amount, nodes: "Sequence[Breakdown]") -> Odds:
        """Return what the amounts may come to."""
        rows = []
        for node in nodes:
            if not isinstance(node.rule, UncertainAmount):
                raise self._misfit()
            amount, chance, *known = node.rule._term([part.value for part in node.parts])  # noqa: SLF001 - one of us
            if amount.unit != certain.unit or amount.minor < 0:
                raise self._misfit()
            rows.append((amount.minor, float(chance), *known))  # type: ignore[arg-type] # a chance is a number
        if sum(row[-1] for row in rows) > _MOST_AMOUNTS:
            raise self._misfit()
        numbers = np.array([row[-1] for row in rows], dtype=np.int64)
        amounts, observed = (np.repeat(np.array([row[at] for row in rows], dtype=np.int64), numbers) for at in (0, 4))
        chances, low, high = (np.repeat(np.array([row[at] for row in rows], dtype=np.float64), numbers) for at in (1, 2, 3))
        return Odds(
            certain=certain.minor,
            amounts=amounts,
            chances=chances,
            low=low,
            high=high,
            observed=observed,
            level=self.level,
            correlation=self.correlation,
            strata=self.strata,
        )


@attrs.frozen(kw_only=True)
class QuantileOfSum(_OfSum):
    """What a sum does not exceed with a probability: of what is certain, then of amounts that may come.

    Each part but the first is the tree of an :class:`UncertainAmount`, whose own parts tell its chance.

    Parameters
    ----------
    probability
        Within [0, 1].
    end
        Of the two numerical bounds, which: ``"low"`` or ``"high"``.
    level
        Of the ranges of the chances, within (0, 1).
    correlation
        Of the amounts with each other, within [0, 1).
    strata
        Into how many parts their common factor is divided, from 1 to 10,000.

    Raises
    ------
    InvalidValueError
        If one of them is malformed.

    Notes
    -----
    Chances that were learnt may be off, together: :class:`salesperf.kernels.sums.odds.Odds` says how that widens the
    distribution.

    References
    ----------
    :mod:`salesperf.kernels.sums`.

    Examples
    --------
    >>> from salesperf import USD, Amount, Breakdown, Message, UncertainAmount
    >>> def leaf(name, value):
    ...     return Breakdown(label=Message(name), value=value)
    >>> def deal(name, amount, chance, expected):
    ...     parts = [leaf("Amount", Amount.of(amount, USD)), leaf("Chance", chance)]
    ...     return Breakdown(label=Message(name), value=Amount.of(expected, USD), rule=UncertainAmount(), parts=parts)
    >>> parts = [leaf("Won", Amount.of(1000, USD)), deal("o-1", 500, 0.5, 250), deal("o-2", 300, 0.75, 225)]
    >>> tree = Breakdown(
    ...     label=Message("Not more, in 9 of 10 cases"),
    ...     value=Amount.of(1800, USD),
    ...     rule=QuantileOfSum(probability=0.9, end="high"),
    ...     parts=parts,
    ... )
    >>> tree.holds()
    True
    """

    key: ClassVar[str] = "rule.quantile_of_sum"
    probability: float = attrs.field(converter=_as_number, validator=finite)
    end: Literal["low", "high"] = attrs.field(validator=one_of("low", "high"))

    def __attrs_post_init__(self) -> None:
        """Check the probability too."""
        super().__attrs_post_init__()
        if not 0 <= self.probability <= 1:
            raise InvalidValueError(
                "out_of_range", path=("QuantileOfSum", "probability"), low=0, high=1, value=self.probability
            )

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:
        """Look it up."""
        certain = values[0] if values else None
        if not isinstance(certain, Amount):
            raise self._misfit()
        (bounds,) = self._odds(certain, node.parts[1:]).quantiles(self.probability)
        return Amount(minor=int(getattr(bounds, self.end)), unit=certain.unit)


@attrs.frozen(kw_only=True)
class ChanceOfSum(_OfSum):
    """How likely a sum reaches an amount: of that amount, of what is certain, then of amounts that may come.

    Each part but the first two is the tree of an :class:`UncertainAmount`, whose own parts tell its chance.

    Parameters
    ----------
    end
        ``"value"``: the chance itself, the middle of its numerical bounds. ``"low"`` and ``"high"``: what it would be if the
        chances of the amounts were off, all together, as far to that side as their ranges allow.
    level, correlation, strata
        As of :class:`QuantileOfSum`.

    Raises
    ------
    InvalidValueError
        If one of them is malformed.

    References
    ----------
    :mod:`salesperf.kernels.sums`.

    Examples
    --------
    >>> from salesperf import USD, Amount, Breakdown, Message, UncertainAmount
    >>> def leaf(name, value):
    ...     return Breakdown(label=Message(name), value=value)
    >>> parts = [leaf("Amount", Amount.of(500, USD)), leaf("Chance", 0.25)]
    >>> deal = Breakdown(label=Message("o-1"), value=Amount.of(125, USD), rule=UncertainAmount(), parts=parts)
    >>> needed, won = leaf("Target", Amount.of(1200, USD)), leaf("Won", Amount.of(1000, USD))
    >>> Breakdown(label=Message("Reached"), value=0.25, rule=ChanceOfSum(), parts=[needed, won, deal]).holds()
    True
    """

    key: ClassVar[str] = "rule.chance_of_sum"
    end: Literal["value", "low", "high"] = attrs.field(default="value", validator=one_of("value", "low", "high"))

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:
        """Look it up."""
        needed, certain = values[:2] if len(values) > 1 else (None, None)
        if not isinstance(needed, Amount) or not isinstance(certain, Amount) or needed.unit != certain.unit:
            raise self._misfit()
        odds = self._odds(certain, node.parts[2:])
        if self.end == "value":
            return odds.chance(needed.minor)
        low, high = odds.at_ends(needed.minor)
        return low if self.end == "low" else high
