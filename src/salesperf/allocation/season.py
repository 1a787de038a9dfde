"""Seasons: how a year is spread over its parts, with what each share rests on."""

import math
from fractions import Fraction
from functools import cached_property
from typing import Final, cast

import attrs
import numpy as np

from salesperf.allocation.seasonal_years import Piece, SeasonYear
from salesperf.errors import InvalidValueError
from salesperf.kernels.special import student_t_quantile
from salesperf.model.breakdown import Breakdown, Product, Quotient, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.profile import Profile, ProfileGrain
from salesperf.model.result import Result, Row

__all__ = ["SeasonalPart", "Seasonality"]

_LEVEL: Final = 0.9
"""The level of the intervals, as of those of pace and projection."""


@attrs.frozen(kw_only=True)
class SeasonalPart:
    """A half, quarter or month of the year, and its share in it.

    Attributes
    ----------
    number : int
        Which one, from 1: of a month its name, of a half or quarter its place in the fiscal year.
    by_year : tuple of Fraction
        Its share in each year used, in their order.
    flat : Fraction
        Its share of the workdays.
    prior_share : Fraction
        The weight of ``flat`` in ``share``.

    Examples
    --------
    >>> part = SeasonalPart(number=4, by_year=(Fraction(3, 10), Fraction(4, 10)), flat=Fraction(1, 4), prior_share=Fraction(0))
    >>> part.share, part.index
    (Fraction(7, 20), 1.4)
    """

    number: int
    by_year: tuple[Fraction, ...]
    flat: Fraction
    prior_share: Fraction

    @property
    def mean(self) -> Fraction:
        """The mean of the years' shares."""
        return sum(self.by_year, Fraction(0)) / len(self.by_year)

    @property
    def share(self) -> Fraction:
        """The share to plan with: the mean of the years, drawn toward flat."""
        return (1 - self.prior_share) * self.mean + self.prior_share * self.flat

    @property
    def index(self) -> float | None:
        """The seasonal index (季节指数): share over flat, 1 where workdays are all that counts; ``None`` over no workday."""
        return float(self.share / self.flat) if self.flat else None

    @property
    def observed(self) -> Estimate:
        """The mean of the years' shares, with an interval from how much they differ.

        Notes
        -----
        mean ± t s / sqrt(n), with Student's t of n - 1 degrees of freedom and the standard deviation s of the n years'
        shares. It says how well the years tell the season, and leaves out whether the next year will be like them. Where no
        share lies outside 0 and 1 neither does the interval.
        """
        shares = np.array([float(share) for share in self.by_year])
        mean, count = float(self.mean), shares.size
        if count == 1:
            return Estimate(value=mean, n=1, level=_LEVEL, reason=Message("season.one_year"))
        deviation = float(shares.std(ddof=1)) if len(set(self.by_year)) > 1 else 0.0
        if not deviation:
            return Estimate(value=mean, n=count, level=_LEVEL, reason=Message("season.years_alike"))
        margin = student_t_quantile(0.5 + _LEVEL / 2, count - 1) * deviation / math.sqrt(count)
        low, high = mean - margin, mean + margin
        if min(self.by_year) >= 0 and max(self.by_year) <= 1:
            low, high = max(low, 0.0), min(high, 1.0)
        return Estimate(value=mean, low=low, high=high, n=count, level=_LEVEL)


@attrs.frozen(kw_only=True)
class Seasonality(Result):
    """How a year is spread over its parts: made by :func:`seasonal_indices`.

    Attributes
    ----------
    metric : Metric
        Of what.
    grain : str
        ``"half"``, ``"quarter"`` or ``"month"``.
    year : int or None
        The year that it is for; ``None`` for any.
    parts : tuple of SeasonalPart
        In the order of the weights of a profile; their shares sum to 1.
    years : tuple of int
        The years that it was learnt from.
    left_out : FrozenMap of int to Message
        Other years with records, and why they tell nothing.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Amount
    >>> from salesperf.allocation import seasonal_indices
    >>> from salesperf.attainment import tally
    >>> orders = STANDARD_METRICS["orders"]
    >>> sold = {(2024, 1): 60, (2024, 12): 140, (2025, 6): 100, (2025, 12): 100}
    >>> sales = tally(
    ...     Actual(owner="ada", metric=orders, amount=Amount.of(count, COUNT), on=date(year, month, 2 if month == 1 else 30))
    ...     for (year, month), count in sold.items()
    ... )
    >>> season = seasonal_indices(sales, metric=orders, grain="half", prior_years=0)
    >>> season.years, [part.share for part in season.parts]
    ((2024, 2025), [Fraction(2, 5), Fraction(3, 5)])
    """

    metric: Metric
    grain: ProfileGrain
    year: int | None
    parts: tuple[SeasonalPart, ...]
    years: tuple[int, ...]
    left_out: FrozenMap[int, Message]
    _history: tuple[SeasonYear, ...] = attrs.field(repr=False)

    @property
    def prior_share(self) -> Fraction:
        """The weight of the flat year: prior years over prior years and years used."""
        return self.parts[0].prior_share

    @property
    def profile(self) -> Profile:
        """The shares as a profile, by which :func:`split` divides and :func:`salesperf.attainment.attain` measures pace.

        Raises
        ------
        InvalidValueError
            If a share is negative, because more came back than was sold.
        """
        for part in self.parts:
            if part.share < 0:
                path = ("Seasonality", "parts", part.number - 1, "share")
                raise InvalidValueError("season_negative", path=path, value=float(part.share))
        return Profile(grain=self.grain, weights=tuple(part.share for part in self.parts))

    @cached_property
    def breakdown(self) -> Breakdown:
        """The year, 100 percent, as the sum of its parts; each from the mean of the years and the flat year."""
        return Breakdown(
            label=Message("season.whole"),
            value=100,
            rule=Sum(),
            parts=tuple(self._explain(place, part) for place, part in enumerate(self.parts)),
        )

    def _explain(self, place: int, part: SeasonalPart) -> Breakdown:
        return Breakdown(
            label=self._label(part),
            value=100 * part.share,
            rule=Sum(),
            parts=(
                _weighed(Message("season.from_years"), self._explain_mean(place, part), 1 - part.prior_share),
                _weighed(
                    Message("season.from_flat"),
                    Breakdown(label=Message("season.flat"), value=100 * part.flat),
                    part.prior_share,
                ),
            ),
        )

    def _explain_mean(self, place: int, part: SeasonalPart) -> Breakdown:
        years = tuple(_explain_year(place, year) for year in self._history)
        total = Breakdown(
            label=Message("season.years_sum"),
            value=100 * sum(part.by_year, Fraction(0)),
            rule=Sum(),
            parts=years,
        )
        count = Breakdown(label=Message("season.years"), value=len(years))
        return Breakdown(label=Message("season.mean"), value=100 * part.mean, rule=Quotient(), parts=(total, count))

    def _label(self, part: SeasonalPart) -> Message:
        if self.grain == "half":  # Chinese has a word for each of the two
            return Message(f"season.half_{part.number}")
        return Message.of(f"season.{self.grain}", number=part.number)

    def rows(self) -> list[Row]:
        """Return a row for each part: number, share, flat, index, and the mean of the years with its interval."""
        return [
            {
                "grain": self.grain,
                "number": part.number,
                "share": float(part.share),
                "flat": float(part.flat),
                "index": part.index,
                "mean": part.observed.value,
                "low": part.observed.low,
                "high": part.observed.high,
                "years": len(self.years),
            }
            for part in self.parts
        ]


def _weighed(label: Message, explained: Breakdown, weight: Fraction) -> Breakdown:
    factor = Breakdown(label=Message("season.weight"), value=weight)
    return Breakdown(label=label, value=cast("Fraction", explained.value) * weight, rule=Product(), parts=(explained, factor))


def _explain_year(place: int, year: SeasonYear) -> Breakdown:
    pieces = tuple(map(_explain_piece, year.pieces[place]))
    total = Breakdown(label=Message("season.sum"), value=year.sums[place], rule=Sum(), parts=pieces)
    return Breakdown(
        label=Message.of("season.year", year=f"{year.number:04d}"),
        value=100 * year.shares[place],
        rule=Quotient(),
        parts=(
            pieces[0] if len(pieces) == 1 else total,
            Breakdown(label=Message("season.hundredth"), value=year.total / 100),
        ),
    )


def _explain_piece(piece: Piece) -> Breakdown:
    sales = Breakdown(label=piece.label, value=piece.sales.decimal)
    if piece.factor == 1:
        return sales
    return Breakdown(
        label=Message("season.moved"),
        value=Fraction(piece.sales.decimal) * piece.factor,
        rule=Product(),
        parts=(sales, Breakdown(label=Message("season.days"), value=piece.factor)),
    )
