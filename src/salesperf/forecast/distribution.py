"""What a period may bring, in numbers: expected value, probabilities, quantiles."""

from datetime import date
from functools import cached_property
from typing import Final

import attrs

from salesperf import formulas
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.forecast.creation import NewBusiness, NewDeals
from salesperf.forecast.deals import ForecastDeal, WonDeal, known_total
from salesperf.forecast.odds import odds_of_deals
from salesperf.forecast.terms import ForecastTerms, check_level, check_probability
from salesperf.kernels.numeric import Bounds
from salesperf.kernels.sums.odds import Odds
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.override import Override
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.result import Result
from salesperf.model.validators import require

__all__ = ["SHARE", "ForecastNumbers"]

SHARE: Final = 0.8
"""Of the outcomes, those between the two amounts that are told where nobody asks for another share."""


@attrs.frozen(kw_only=True)
class ForecastNumbers(Result):
    """The deals of a forecast, and the distribution of what they bring: what :class:`Forecast` answers from."""

    terms: ForecastTerms
    owner: str | None
    deals: tuple[ForecastDeal, ...]
    won: tuple[WonDeal, ...]
    unit: Unit | None
    new_business: NewBusiness | None
    adjustments: tuple[Override, ...]
    org: Org | None = attrs.field(repr=False)
    undated: int
    withheld: int

    @property
    def as_of(self) -> date:
        """The day at whose end one looks."""
        return self.terms.as_of

    @property
    def period(self) -> Period:
        """The period in which deals are to be won."""
        return self.terms.period

    @cached_property
    def counted(self) -> tuple[ForecastDeal, ...]:
        """The open deals that have a chance to be won within the period, and an amount."""
        return tuple(deal for deal in self.deals if deal.is_counted)

    @cached_property
    def new_deals(self) -> NewDeals | None:
        """How many deals that do not exist yet will be won in time; ``None`` where none are reckoned with."""
        return None if self.new_business is None or self.terms.is_over else self.new_business.within(self.terms)

    @cached_property
    def won_value(self) -> Amount | None:
        """What the deals won so far are worth, as far as is known; ``None`` where no amount is."""
        return known_total((deal.amount for deal in self.won), self.unit)

    @cached_property
    def open_value(self) -> Amount | None:
        """What the open deals that count are worth."""
        return known_total((deal.amount for deal in self.counted), self.unit)

    @cached_property
    def expected(self) -> Amount | None:
        """Expected value: won value + the weighted amounts of open deals + what new deals are expected to bring.

        Each product is rounded half up once, so that the expected value of a company is exactly the sum over its owners.
        """
        new = None if self.new_deals is None else self.new_deals.expected
        return known_total([self.won_value, *(deal.weighted for deal in self.counted), new], self.unit)

    @cached_property
    def _odds(self) -> Odds:
        """Amounts and chances as columns: the distribution of what the period brings."""
        odds = odds_of_deals(
            self.counted,
            certain=0 if self.won_value is None else self.won_value.minor,
            level=self.terms.level,
            correlation=float(self.terms.correlation),
            strata=self.terms.strata,
        )
        return odds if self.new_deals is None else odds.with_more(*self.new_deals.slots(), self.new_deals.observed)

    def bounds(self, amount: Amount) -> Bounds[float]:
        """Return numerical bounds of the probability to reach an amount: proven to hold it, given what is known of the chances.

        Parameters
        ----------
        amount
            In the unit of the forecast.

        Raises
        ------
        InvalidValueError, UnitMismatchError
            If it is no amount, or in another unit.

        Examples
        --------
        >>> from salesperf import CNY, STANDARD_PROCESSES, forecast
        >>> nothing = forecast.project([], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3))
        >>> nothing.bounds(Amount.of(1, CNY))
        Bounds(low=0.0, high=0.0)
        """
        return self._odds.at_least(self._minor(amount, "amount"))

    def at_least(self, amount: Amount) -> Estimate:
        """Tell the probability to reach an amount, and its range as far as the win rates are known.

        Parameters
        ----------
        amount
            In the unit of the forecast.

        Returns
        -------
        Estimate
            The middle of :meth:`bounds`, which counts in that the chances may be off. The interval is what the probability
            would be if they were off, all together, as far to either side as the level of the terms allows, and at least the
            bounds; there is none where all are stated. ``n`` is the number of earlier deals behind the chance that rests on
            fewest.

        Raises
        ------
        InvalidValueError, UnitMismatchError
            As of :meth:`bounds`.

        Examples
        --------
        >>> from salesperf import CNY, STANDARD_PROCESSES, forecast
        >>> nothing = forecast.project([], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3))
        >>> nothing.at_least(Amount.of(1, CNY)).value
        0.0
        """
        minor = self._minor(amount, "amount")
        value = self._odds.chance(minor)
        if not self._odds.is_learnt:
            reason = Message("forecast.reason.certain" if self._is_certain else "forecast.reason.stated")
            return Estimate(value=value, n=0, level=self.terms.level, reason=reason)
        low, high = self._odds.at_ends(minor)
        partly = any(deal.source == "stated" for deal in self.counted)
        return Estimate(
            value=value,
            low=low,
            high=high,
            n=self._observed,
            level=self.terms.level,
            reason=Message("forecast.reason.partly_stated") if partly else None,
        )

    @property
    def _is_certain(self) -> bool:
        return not self._odds.amounts.size

    @property
    def _observed(self) -> int:
        """Of how many earlier deals the chance was learnt that was learnt of fewest."""
        observed = [deal.observed for deal in self.counted if deal.source != "stated"]
        observed += [self.new_deals.observed] if self.new_deals is not None else []
        return min(observed, default=0)

    def quantile(self, q: float) -> Amount:
        """Return what is not exceeded with a probability: the median for 0.5.

        Parameters
        ----------
        q
            Within [0, 1].

        Returns
        -------
        Amount
            The upper numerical bound.

        Raises
        ------
        InvalidValueError
            If q is no number or lies outside [0, 1], or there is no amount of which to tell.

        Examples
        --------
        >>> from salesperf import STANDARD_PROCESSES, forecast
        >>> nothing = forecast.project(
        ...     [], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3), measure="count"
        ... )
        >>> nothing.quantile(0.5).minor
        0
        """
        check_probability(q, ("q",))
        (bounds,) = self._odds.quantiles(q)
        return self._outcome(bounds.high)

    def outcomes(self, share: float = SHARE) -> tuple[Amount, Amount]:
        """Return between which amounts a share of the outcomes lies, with as many below as above.

        Parameters
        ----------
        share
            Within (0, 1).

        Returns
        -------
        tuple of Amount
            The outer numerical bounds: at least the share lies between them.

        Raises
        ------
        InvalidValueError
            If the share lies outside (0, 1), or there is no amount of which to tell.

        Examples
        --------
        >>> from salesperf import STANDARD_PROCESSES, forecast
        >>> nothing = forecast.project(
        ...     [], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3), measure="count"
        ... )
        >>> [end.minor for end in nothing.outcomes()]
        [0, 0]
        """
        check_level(share, ("share",))
        below = (1 - share) / 2
        first, last = self._odds.quantiles(below, 1 - below)
        return self._outcome(first.low), self._outcome(last.high)

    def coverage(self, target: Amount) -> Estimate:
        """Pipeline coverage: open value that counts / (target - won value), times.

        Parameters
        ----------
        target
            What is to be won in the period.

        Returns
        -------
        Estimate
            Without an interval, since nothing is inferred; undefined where there is no target or it is met.

        Raises
        ------
        InvalidValueError, UnitMismatchError
            As of :meth:`bounds`.

        Examples
        --------
        >>> from salesperf import COUNT, STANDARD_PROCESSES, forecast
        >>> nothing = forecast.project(
        ...     [], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3), measure="count"
        ... )
        >>> nothing.coverage(Amount.of(1, COUNT)).value
        0.0
        """
        goal = self._minor(target, "target")
        won, held = (0 if value is None else value.minor for value in (self.won_value, self.open_value))
        if goal <= 0:
            return Estimate.undefined(Message("reason.no_target"))
        if goal <= won:
            return Estimate.undefined(Message("pipeline.reason.target_met"))
        return Estimate(value=formulas.pipeline_coverage(held, goal, won), n=len(self.counted))

    def _outcome(self, minor: float) -> Amount:
        if self.unit is None:
            raise InvalidValueError("no_amounts", path=("Forecast", "unit"))
        return Amount(minor=int(minor), unit=self.unit)

    def _minor(self, amount: Amount, name: str) -> int:
        require(amount, Amount, path=(name,))
        if self.unit is not None and amount.unit != self.unit:
            raise UnitMismatchError("unit_mismatch", path=(name,), left=str(self.unit), right=str(amount.unit))
        return amount.minor
