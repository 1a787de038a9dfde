"""A forecast: what a period may bring, as a distribution with its reasons."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Final

import attrs

from salesperf.errors import UnknownNameError
from salesperf.forecast import bridging, categories, explaining, noting, parting, supposing
from salesperf.forecast.categories import CategoryLine
from salesperf.forecast.distribution import SHARE, ForecastNumbers
from salesperf.forecast.needing import Need
from salesperf.forecast.outlook import Outlook, SensitivityLine, correlations_to_show
from salesperf.forecast.terms import check_correlation, check_level
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, require

__all__ = ["Forecast", "WhatIf"]

_CORRELATIONS: Final = (0.0, 0.1, 0.3)


@attrs.frozen(kw_only=True)
class Forecast(ForecastNumbers):
    """What a period may bring: made by :func:`project`.

    Attributes
    ----------
    terms : ForecastTerms
        Of what, as of when, and by which rules chances were found.
    owner : str or None
        Whose deals these are; ``None`` for all.
    deals : tuple of ForecastDeal
        The open deals, sorted by id, also those that do not count.
    won : tuple of WonDeal
        The deals won within the period so far, sorted by id.
    unit : Unit or None
        Of all amounts; ``None`` where there is no amount.
    new_business : NewBusiness or None
        How deals come into being that are not there yet; ``None`` where none are reckoned with.
    adjustments : tuple of Override
        What managers set by hand: it changes no other number than the adjusted ones of :attr:`categories`.
    org : Org or None
        Who is in which team.
    undated : int
        How many deals were won on a day that nobody knows, perhaps within the period; they are left out.
    withheld : int
        Of how many deals an export of a later day tells the values, which are withheld.
    whole_ids : frozenset of str or None
        The deals of the forecast that this one is a part of, by which :meth:`since` tells a deal that somebody else has now
        from one that was lost; ``None`` for the company.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period, forecast
    >>> deals = [
    ...     Opportunity(
    ...         id=id,
    ...         history=[
    ...             Change(
    ...                 date(2026, 8, 1), stage=stage, amount=Amount.of(amount, CNY), expected_close=date(2026, 9, 20)
    ...             )
    ...         ],
    ...     )
    ...     for id, stage, amount in (("o-1", "won", 300), ("o-2", "proposal", 200), ("o-3", "contract", 100))
    ... ]
    >>> third = Period.quarter(2026, 3)
    >>> found = forecast.project(deals, STANDARD_PROCESSES["solution"], as_of=date(2026, 8, 31), period=third)
    >>> print(found.expected, found.quantile(0.5))
    490.00 CNY 500.00 CNY
    >>> 0.45 in found.bounds(Amount.of(600, CNY)), round(found.at_least(Amount.of(600, CNY)).value, 9)
    (True, 0.45)
    """

    whole_ids: frozenset[str] | None = attrs.field(default=None, eq=False, repr=False)

    def outlook(self, target: Amount, *, share: float = SHARE, correlations: Sequence[float] = _CORRELATIONS) -> Outlook:
        """Tell how likely a target is to be reached, and what independence of the deals would hide.

        Parameters
        ----------
        target
            What is to be won in the period.
        share
            Of the outcomes, those between the two amounts that are told; within (0, 1).
        correlations
            To be tried beside that of the forecast, each within [0, 1).

        Raises
        ------
        InvalidValueError, UnitMismatchError
            If an argument is malformed, or as of :meth:`bounds` and :meth:`outcomes`.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import COUNT, STANDARD_PROCESSES, Period, forecast
        >>> nothing = forecast.project(
        ...     [], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3), measure="count"
        ... )
        >>> nothing.outlook(Amount.of(1, COUNT)).at_least.value
        0.0
        """
        minor = self._minor(target, "target")
        low, high = self.outcomes(share)
        return Outlook(
            target=target,
            expected=self._outcome(0 if self.expected is None else self.expected.minor),
            at_least=self.at_least(target),
            numerical_width=self._odds.at_least(minor).width,
            without_new_business=None if self.new_deals is None else self.without_new_business.at_least(target),
            low=low,
            high=high,
            share=share,
            sensitivity=self.sensitivity(target, share=share, correlations=correlations),
            notes=self.notes,
        )

    def sensitivity(
        self, target: Amount, *, share: float = SHARE, correlations: Sequence[float] = _CORRELATIONS
    ) -> tuple[SensitivityLine, ...]:
        """Tell what the forecast would say if deals were correlated otherwise: what 0 hides.

        Parameters
        ----------
        target, share, correlations
            As of :meth:`outlook`.

        Raises
        ------
        InvalidValueError, UnitMismatchError
            As of :meth:`outlook`.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import COUNT, STANDARD_PROCESSES, Period, forecast
        >>> nothing = forecast.project(
        ...     [], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3), measure="count"
        ... )
        >>> [line.correlation for line in nothing.sensitivity(Amount.of(1, COUNT))]
        [0.0, 0.1, 0.3]
        """
        tried = as_tuple(correlations)
        require(tried, tuple, path=("correlations",))
        for position, correlation in enumerate(tried):
            check_correlation(correlation, ("correlations", position))
        return tuple(
            self._sensitivity_line(target, share, correlation)
            for correlation in correlations_to_show(self.terms.correlation, tried)
        )

    def _sensitivity_line(self, target: Amount, share: float, correlation: float) -> SensitivityLine:
        forecast = self
        if correlation != self.terms.correlation:
            forecast = attrs.evolve(self, terms=attrs.evolve(self.terms, correlation=correlation))
        bounds = forecast.bounds(target)
        low, high = forecast.outcomes(share)
        return SensitivityLine(correlation=correlation, at_least=(bounds.low + bounds.high) / 2, low=low, high=high)

    @cached_property
    def without_new_business(self) -> "Forecast":
        """The same forecast, of deals that exist."""
        return attrs.evolve(self, new_business=None)

    # Whose

    def of(self, owner: str | None) -> "Forecast":
        """Return the forecast of a rep or of a team with all teams below it.

        Parameters
        ----------
        owner
            Id of a rep or team; ``None`` for the company, which is the forecast itself. Open deals belong to the team in
            which their owner serves on the day, won ones to that on the day they were won. New business belongs to nobody
            yet, and counts in the forecast of the company alone.

        Raises
        ------
        UnknownNameError
            If the organisation knows no such owner, or without one if none of the deals is theirs.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period, forecast
        >>> won = Change(date(2026, 8, 1), stage="closed", amount=Amount.of(300, CNY), owner="ada")
        >>> deals = [Opportunity(id="o-1", history=[won])]
        >>> found = forecast.project(
        ...     deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3)
        ... )
        >>> print(found.of("ada").expected)
        300.00 CNY
        """
        if owner is None:
            return self
        if self.org is not None:
            self.org.require_owner(owner)
        elif owner not in self.by_owner:
            raise UnknownNameError("unknown_owner", path=("owner",), value=owner)
        return parting.part(self, owner)

    @cached_property
    def known_ids(self) -> frozenset[str]:
        """The ids of all deals of the company's forecast, of which this one may be a part."""
        if self.whole_ids is not None:
            return self.whole_ids
        return frozenset(deal.id for deals in (self.deals, self.won) for deal in deals)

    @cached_property
    def by_owner(self) -> Mapping[str | None, "Forecast"]:
        """The forecast of each owner, sorted by id; that of deals which nobody has last, as of ``None``."""
        return parting.parts(self, lambda deal: deal.owner)

    @cached_property
    def by_team(self) -> Mapping[str | None, "Forecast"]:
        """The forecast of the deals directly in each team, sorted by id; that of deals in no team last, as of ``None``."""
        return parting.parts(self, lambda deal: deal.team)

    # What owners and managers say

    @cached_property
    def categories(self) -> tuple[CategoryLine, ...]:
        """How sure the owners are of their deals: a line for each of :data:`FORECAST_CATEGORIES`, in their order.

        Open deals count that are expected to close within the period, whatever their chances were learnt from; those without
        a category as pipeline. An adjustment takes the place of what lies below it; one of a rep shows in the team as the
        difference that it makes.
        """
        due = [deal for deal in self.deals if deal.expected_close is not None and deal.expected_close in self.period]
        lines = categories.lines_of(due, self.won, self.unit)
        return categories.adjusted_lines(self, lines) if self.adjustments else lines

    def holds(self, owner: str | None) -> bool:
        """Tell whether an owner is that of this forecast, or stands below it on its day.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import STANDARD_PROCESSES, Period, forecast
        >>> nothing = forecast.project([], STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3))
        >>> nothing.holds("ada")
        True
        """
        return parting.holds(self, owner)

    # What is still needed

    def needed(self, target: Amount, *, at: float | None = None) -> Estimate:
        """Tell how much more open value is needed to reach a target, of deals like those that are open.

        Parameters
        ----------
        target
            What is to be won in the period.
        at
            The probability with which it is to be reached, within (0, 1); ``None`` for the expected value to reach it.

        Returns
        -------
        Estimate
            Open value beyond what there is, in whole units: 0 where there is enough. For the expected value its interval is
            that of the chances; for a probability it is rounded up to whole deals of average size, and has none. Undefined
            where no open deal tells what one is worth, none would be won, or more than 131,072 more would be needed.

        Raises
        ------
        InvalidValueError, UnitMismatchError
            If ``at`` lies outside (0, 1), or as of :meth:`bounds`.

        Notes
        -----
        For the expected value: max(target - expected, 0) / (weighted open value / open value).

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period, forecast
        >>> change = Change(date(2026, 8, 1), stage="proposal", amount=Amount.of(200, CNY), expected_close=date(2026, 9, 20))
        >>> deals = [Opportunity(id="o-1", history=[change])]
        >>> found = forecast.project(
        ...     deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3)
        ... )
        >>> found.needed(Amount.of(600, CNY)).value
        1000.0
        """
        self._minor(target, "target")
        existing = self.without_new_business._odds  # noqa: SLF001 - one of us
        need = Need(forecast=self, odds=self._odds, existing=existing, target=target)
        if at is None:
            return need.to_expect()
        check_level(at, ("at",))
        return need.to_reach(at)

    # Compared

    def since(self, earlier: "Forecast") -> "bridging.ForecastBridge":
        """Tell how the expected value came about from that of an earlier forecast of the same period.

        Parameters
        ----------
        earlier
            A forecast of the same period, measure, owner and unit, as of the same day or an earlier one. That of the company
            stands for the owner's part of it, so that one may ask about somebody who had no deal then.

        Returns
        -------
        ForecastBridge
            Its lines sum to the difference exactly.

        Raises
        ------
        InvalidValueError
            If it is no forecast, or one of something else, or of a later day.
        UnitMismatchError
            If it is in another unit.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period, forecast
        >>> opened = Change(date(2026, 8, 1), stage="proposal", amount=Amount.of(200, CNY), expected_close=date(2026, 9, 20))
        >>> deals = [Opportunity(id="o-1", history=[opened, Change(date(2026, 9, 9), stage="closed")])]
        >>> then, now = (
        ...     forecast.project(deals, STANDARD_PROCESSES["basic"], as_of=day, period=Period.quarter(2026, 3))
        ...     for day in (date(2026, 8, 31), date(2026, 9, 15))
        ... )
        >>> print(now.since(then).movements["won"].amount)
        100.00 CNY
        """
        require(earlier, Forecast, path=("earlier",))
        if self.owner is not None and earlier.owner is None and earlier.whole_ids is None:
            earlier = parting.part(earlier, self.owner)
        return bridging.bridge(earlier, self)

    def what_if(
        self,
        *,
        win_rate: supposing.Factor = 1,
        deal_size: supposing.Factor = 1,
        cycle: supposing.Factor = 1,
        deals: supposing.Factor = 1,
    ) -> "WhatIf":
        """Ask what the forecast would be if more were won, deals were larger, took less time, or were more.

        Parameters
        ----------
        win_rate
            Times what the chances are; none rises beyond 1.
        deal_size
            Times what open deals, and new ones, are worth.
        cycle
            Times what deals take: below 1 is faster. Learnt chances are those of a longer time; of stated ones, the expected
            close comes earlier.
        deals
            Times how many deals are open, and come into being. Of fewer each is left with as much less chance; of more, each
            stands for itself and for others like it, the last of which with a part of the chance.

        Returns
        -------
        WhatIf
            The forecast as it is and as it would be.

        Raises
        ------
        InvalidValueError
            If a factor is no number above 0 and up to 100.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period, forecast
        >>> change = Change(date(2026, 8, 1), stage="proposal", amount=Amount.of(200, CNY), expected_close=date(2026, 9, 20))
        >>> deals = [Opportunity(id="o-1", history=[change])]
        >>> found = forecast.project(
        ...     deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 8, 31), period=Period.quarter(2026, 3)
        ... )
        >>> supposed = found.what_if(win_rate=1.5)
        >>> print(supposed.before.expected, supposed.after.expected)
        100.00 CNY 150.00 CNY
        """
        given = {"win_rate": win_rate, "deal_size": deal_size, "cycle": cycle, "deals": deals}
        factors = {name: supposing.as_factor(name, value) for name, value in given.items()}
        return WhatIf(before=self, after=supposing.suppose(self, **factors), **factors)

    # For a reader

    @cached_property
    def notes(self) -> tuple[Message, ...]:
        """What to know before one relies on the forecast."""
        return tuple(noting.notes(self))

    @cached_property
    def breakdown(self) -> Breakdown:
        """The expected value as the sum of what was won, of the weighted open deals by stage, and of new business."""
        return explaining.expected_tree(self)

    def rows(self) -> list[Row]:
        """Return a row for what was won, for each open stage, for new business where it is reckoned with, and for all."""
        return explaining.rows_of(self)

    def deal_rows(self) -> list[Row]:
        """Return a row for each open deal, also for those that do not count."""
        return [deal.row() for deal in self.deals]

    def category_rows(self) -> list[Row]:
        """Return a row for each category."""
        return [line.row() for line in self.categories]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write what is expected, between which amounts most outcomes lie, and the notes, a line each."""
        lines = [explaining.first_line(self, SHARE), *self.notes]
        return "\n".join(message.text(lang, catalogs) for message in lines)


@attrs.frozen(kw_only=True)
class WhatIf(Result):
    """A forecast as it is, and as it would be: made by :meth:`Forecast.what_if`.

    Attributes
    ----------
    before, after : Forecast
        The two.
    win_rate, deal_size, cycle, deals : Fraction
        What was supposed: how many times what it was.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY, STANDARD_PROCESSES, Amount, Change, Opportunity, Period, forecast
    >>> change = Change(date(2026, 8, 1), stage="proposal", amount=Amount.of(200, CNY), expected_close=date(2026, 9, 20))
    >>> found = forecast.project(
    ...     [Opportunity(id="o-1", history=[change])],
    ...     STANDARD_PROCESSES["basic"],
    ...     as_of=date(2026, 8, 31),
    ...     period=Period.quarter(2026, 3),
    ... )
    >>> supposed = found.what_if(deal_size=2)
    >>> print(supposed.before.expected, supposed.after.expected)
    100.00 CNY 200.00 CNY
    """

    before: Forecast
    after: Forecast
    win_rate: Fraction
    deal_size: Fraction
    cycle: Fraction
    deals: Fraction

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write both expected values, and what was supposed."""
        factors = {name: float(getattr(self, name)) for name in ("win_rate", "deal_size", "cycle", "deals")}
        each = tuple(
            Message.of(f"forecast.text.what_if_{name}", factor=factor) for name, factor in factors.items() if factor != 1
        )
        wording = "what_if" if each else "what_if_nothing"
        message = Message.of(f"forecast.text.{wording}", before=self.before.expected, after=self.after.expected, each=each)
        return message.text(lang, catalogs)

    def rows(self) -> list[Row]:
        """Return the rows of both forecasts, told apart by ``forecast``."""
        named = {"before": self.before, "after": self.after}
        return [{"forecast": name, **row} for name, forecast in named.items() for row in forecast.rows()]
