"""What the deals of a review were expected to bring when its period began, and what they are expected to bring from its end."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Final

import attrs

from salesperf.errors import InvalidValueError
from salesperf.forecast import Forecast, ForecastBridge, NewBusiness, learn_new_business, project
from salesperf.funnel import outcomes
from salesperf.funnel.chances import FEWEST_DEALS
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.pipeline.deals import decision_of
from salesperf.review.deals import DealSection
from salesperf.review.grounds import Grounds

__all__ = ["Forecasts"]

_TOO_LITTLE: Final = frozenset({"history_too_small", "history_too_short"})
_STRATA: Final = 32
"""Half as many as a forecast takes by itself: probabilities within 3 % are enough to look at, in half the time."""

_NO_NEW: Final = frozenset({"nothing_created", "negative_amount", "period_beyond_time"})


class Forecasts:
    """Makes the forecasts of a review.

    Chances are learnt from all deals of the process, whoever had them, so that a deal has the same chance in the reviews of a
    rep, of the team and of the company; a deal that stands longer than enough others did counts like those that stood the
    longest. Where too few deals are known at all, chances that the process states are taken. How many deals come into being is
    learnt from the owner's.
    """

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds

    def of(self, section: DealSection, period: Period) -> Forecast:
        """Tell what the owner's deals may bring in a period, as of the last day of the review's."""
        return self._project(section.deals, section.process, self.grounds.passed.last, period)

    def against_actual(self, section: DealSection) -> ForecastBridge | None:
        """Hold what was expected when the period began against what was won in it.

        ``None`` where the period is not over, nothing was expected, or an export of a later day tells what deals were worth.
        """
        eve, period = self.grounds.eve, self.grounds.period
        if eve is None or self.grounds.passed != period or not section.held_before:
            return None
        then = self._project(section.held_before, section.process, eve, period)
        if then.withheld or then.unit is None or not (then.counted or then.new_deals):
            return None
        # Deals that began since add to what is won or not at all.
        asked = {deal.id for deal in then.deals} | {deal.id for deal in section.closed.of("won")}
        deals = (deal for deal in section.deals if deal.id in asked)
        now = project(_foreseeable(deals, section.process), section.process, as_of=period.last, period=period)
        return self._part(now, section).since(self._part(then, section))

    def _project(self, deals: Sequence[Opportunity], process: SalesProcess, as_of: date, period: Period) -> Forecast:
        history = outcomes(self.grounds.deals_by_process[process.key], process, as_of=as_of)
        new, known = _new_business(deals, process, as_of), _foreseeable(deals, process)
        ask = partial(project, known, process, as_of=as_of, period=period, new_business=new, strata=_STRATA)
        try:
            return ask(history=history, fallback="longest")
        except InvalidValueError as error:
            if error.code not in _TOO_LITTLE:
                raise
        return ask()

    def _part(self, forecast: Forecast, section: DealSection) -> Forecast:
        """Tell a forecast of a part of the company which deals others have, so that none of these seems to be lost or new."""
        if self.grounds.owner is None:
            return forecast
        deals = self.grounds.deals_by_process[section.process.key]
        return attrs.evolve(forecast, whole_ids=frozenset(_alive(deals, section.process, forecast)))


def _foreseeable(deals: Iterable[Opportunity], process: SalesProcess) -> list[Opportunity]:
    """Leave out deals that are lost, which add nothing, and open ones below 0, of which no forecast can make sense."""
    gone = {stage.key for stage in process.stages if stage.kind in ("lost", "cancelled")}
    still_open = {stage.key for stage in process.open_stages}
    return [
        deal
        for deal in deals
        if (stage := deal.stage) not in gone
        and (stage not in still_open or (amount := deal.amount) is None or amount.minor >= 0)
    ]


def _new_business(deals: Sequence[Opportunity], process: SalesProcess, as_of: date) -> NewBusiness | None:
    """Learn how deals come into being, where enough of them were won to tell."""
    try:
        new = learn_new_business(deals, process, as_of=as_of)
    except InvalidValueError as error:
        if error.code not in _NO_NEW:
            raise
        return None
    return new if len(new.amounts) >= FEWEST_DEALS else None


def _alive(deals: Iterable[Opportunity], process: SalesProcess, forecast: Forecast) -> Iterator[str]:
    """Yield the deals that were open on the day of a forecast, or had been won in its period."""
    for deal in deals:
        known = deal.as_of(forecast.as_of)
        if known is None:
            continue
        decision = decision_of(known, process)
        is_won = decision is not None and decision.outcome == "won"
        if decision is None or (is_won and decision.on is not None and decision.on in forecast.period):
            yield deal.id
