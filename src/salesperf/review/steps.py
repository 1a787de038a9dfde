"""The steps toward money that a plan names: counts and rates that are owed beside an amount, whose product it is."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from math import nan
from typing import cast

import attrs

from salesperf.model.amount import Amount
from salesperf.model.rule import BreakdownValue
from salesperf.review.sections import MetricSection
from salesperf.variance import COUNTED_STEPS, STEP_ENDS, STEP_RATES, Variance, decompose

__all__ = ["Steps", "steps_toward"]


@attrs.frozen(kw_only=True)
class Steps:
    """What an amount is the product of, as far as a plan names it.

    Attributes
    ----------
    whole : MetricSection
        The amount.
    counts : tuple of MetricSection
        What is counted on the way to it, the first step first.
    rate : MetricSection or None
        What one of its own denominator brings on average, where that is owed and its denominator is not.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> steps_toward(review.metrics[0], review.metrics).names
    ('orders', 'average_order_value')
    """

    whole: MetricSection
    counts: tuple[MetricSection, ...]
    rate: MetricSection | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of what is counted; last what the rate is an average over."""
        denominator = None if self.rate is None else self.rate.metric.denominator
        return (*(each.metric.key for each in self.counts), *(() if denominator is None else (denominator.key,)))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the factors, in the order in which they are multiplied."""
        keys = self.keys
        if self.rate is not None:
            last = self.rate.metric.key
        else:
            last = "average_order_value" if (keys[-1], self.whole.metric.key) == ("orders", "revenue") else "average_value"
        return (keys[0], *(STEP_RATES[pair] for pair in pairwise(keys)), last)

    def number(self, key: str, place: int) -> Fraction | None:
        """Return how many were planned by now, or with a place of 1 came; ``None`` where nobody knows.

        Parameters
        ----------
        key
            Of :attr:`keys`.
        place
            0 or 1.
        """
        for section in self.counts:
            if section.metric.key == key:
                return _plain(_side(section, place))
        amount, rate = (_plain(_side(section, place)) for section in (self.whole, cast("MetricSection", self.rate)))
        if amount is None or not rate:
            return None
        # What came is a whole number of things, of which the rate keeps so many digits.
        return Fraction(round(amount / rate)) if place else amount / rate

    def variance(self) -> Variance[Amount] | None:
        """Take the gap apart by the factors; ``None`` where a step is not known, or a later one came of nothing."""
        before, after = _side(self.whole, 0), _side(self.whole, 1)
        numbers = [[self.number(key, place) for key in self.keys] for place in (0, 1)]
        known = [[number for number in side if number is not None] for side in numbers]
        if not isinstance(before, Amount) or not isinstance(after, Amount) or known != numbers:
            return None
        chains = [[*side, Fraction(end.decimal)] for side, end in zip(known, (before, after), strict=True)]
        if not all(_is_product(chain) for chain in chains) or not any(map(any, chains)):
            return None
        planned, came = (dict(zip(self.names, _factors(chain), strict=True)) for chain in chains)
        pairs = zip(self.names[1:], zip(*([int(number) for number in side] for side in known), strict=True), strict=True)
        return decompose(planned, came, comparison="plan_to_actual", cases=dict(pairs)).as_amounts(before, after)


def _side(section: MetricSection, place: int) -> BreakdownValue:
    return section.attainment.actual if place else section.attainment.planned


def _plain(value: BreakdownValue) -> Fraction | None:
    if value is None:
        return None
    return Fraction(value.decimal if isinstance(value, Amount) else value)


def _is_product(numbers: list[Fraction]) -> bool:
    """Tell whether each number can be so many for one of that before it: of nothing nothing comes."""
    return not any(number and not base for base, number in pairwise(numbers))


def _factors(numbers: list[Fraction]) -> list[float]:
    """Return the first number, and each other one for one of that before it; undefined where there are none of these."""
    rates = (float(number / base) if base else nan for base, number in pairwise(numbers))
    return [float(numbers[0]), *rates]


def steps_toward(whole: MetricSection, sections: Iterable[MetricSection]) -> Steps | None:
    """Find the steps toward an amount of money that are owed beside it: of the same owner, for the same time and part.

    Parameters
    ----------
    whole
        The amount.
    sections
        All that is owed.

    Returns
    -------
    Steps or None
        ``None`` where the plan names none.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> revenue, new_customers, average = review.metrics
    >>> steps_toward(revenue, review.metrics).keys, steps_toward(new_customers, review.metrics)
    (('orders',), None)
    """
    target = whole.attainment.target
    if target.metric.dimension != "money" or target.metric.accumulation != "flow":
        return None
    meant = (whole.owner, whole.scope, target.period)
    beside = [each for each in sections if (each.owner, each.scope, each.attainment.target.period) == meant]
    by_key = {each.metric.key: each for each in beside}
    end = next((by_key[key] for key in STEP_ENDS if key in by_key), None)
    counts = [by_key[key] for key in COUNTED_STEPS if key in by_key]
    if end is not None:
        return Steps(whole=whole, counts=(*counts, end), rate=None)
    of_whole = (each for each in beside if each.metric.numerator == whole.metric and each.metric.dimension == "money")
    rate = next(of_whole, None)
    if rate is not None and rate.metric.denominator is not None:
        over = rate.metric.denominator.key
        return Steps(whole=whole, counts=tuple(counts) if over in STEP_ENDS else (), rate=rate)
    return Steps(whole=whole, counts=tuple(counts), rate=None) if counts else None
