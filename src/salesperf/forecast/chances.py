"""The chances of open deals to be won within a period: stated for their stages, or learnt from how earlier deals ended."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.forecast.deals import ChanceSource, ForecastDeal, Standing
from salesperf.forecast.terms import ForecastTerms, Probability
from salesperf.funnel import OutcomeTally
from salesperf.kernels.numeric import Column
from salesperf.model.codes import Integers

__all__ = ["judge", "longest_ages"]


def judge(deals: Sequence[ForecastDeal], terms: ForecastTerms) -> tuple[ForecastDeal, ...]:
    """Say of each open deal whether it counts, and what its chance is.

    Raises
    ------
    InvalidValueError
        If the history is too small to learn from: no stage was entered by as many deals as the terms ask for; or too short,
        so that none of them was followed for as many days as the period is away.
    """
    if terms.is_over:
        return tuple(_left_out(deal, "outside") for deal in deals)
    standings = [_standing_without_chance(deal) for deal in deals]
    if terms.history is None:
        return tuple(
            _stated(deal, terms) if standing is None else _left_out(deal, standing)
            for deal, standing in zip(deals, standings, strict=True)
        )
    asked = [deal for deal, standing in zip(deals, standings, strict=True) if standing is None]
    learnt = iter(_learnt(asked, terms, terms.history))
    return tuple(
        next(learnt) if standing is None else _left_out(deal, standing) for deal, standing in zip(deals, standings, strict=True)
    )


def _standing_without_chance(deal: ForecastDeal) -> Standing | None:
    """Return why a deal does not count, whatever its chance; ``None`` where it may."""
    if deal.category == "omitted":
        return "omitted"
    return "no_amount" if deal.amount is None else None


def _left_out(deal: ForecastDeal, standing: Standing) -> ForecastDeal:
    return attrs.evolve(deal, standing=standing, probability=None, low=None, high=None, observed=0, source=None)


def _stated(deal: ForecastDeal, terms: ForecastTerms) -> ForecastDeal:
    """Take the probability that is stated for the stage, if the deal is expected to close within the period."""
    if deal.expected_close is None:
        return _left_out(deal, "no_expected_close")
    if not _is_expected(deal.expected_close, terms):
        return _left_out(deal, "outside")
    probability = terms.stated(deal.stage)
    if probability is None:
        return _left_out(deal, "no_probability")
    chance = _supposed(probability, deal, terms)
    return attrs.evolve(deal, standing="counted", probability=chance, low=None, high=None, observed=0, source="stated")


def _supposed(probability: Probability, deal: ForecastDeal, terms: ForecastTerms) -> Probability:
    """Return a chance as a what-if supposes it; as it is where nothing is supposed."""
    if deal.presence == 1 and terms.win_rate_factor == 1:
        return probability
    return float(min(Fraction(probability) * terms.win_rate_factor, Fraction(1)) * deal.presence)


def _is_expected(close: date, terms: ForecastTerms) -> bool:
    """Tell whether a day lies within what is left of the period.

    One that has passed says nothing of when: such a deal counts in the period that is running, and in none that follows.
    """
    ahead = (close - terms.as_of).days
    first, last = terms.days_left
    return first == 1 if ahead < 1 else first <= round(ahead * terms.cycle_factor) <= last


def _learnt(deals: Sequence[ForecastDeal], terms: ForecastTerms, history: OutcomeTally) -> list[ForecastDeal]:
    """Learn the chances of deals, and follow the terms where too few earlier ones stood as they do."""
    place = {stage.key: position for position, stage in enumerate(terms.process.open_stages)}
    stages = np.array([place[deal.stage] for deal in deals], dtype=np.int64)
    by_stage = _Learnt.of(history, terms, np.arange(len(place)), np.zeros(len(place), dtype=np.int64))
    if terms.fallback != "stated" and by_stage.largest < terms.minimum:
        if int(by_stage.stood.max(initial=0)) >= terms.minimum:
            raise InvalidValueError("history_too_short", path=("history",), value=terms.days_asked[1])
        raise InvalidValueError("history_too_small", path=("history",), minimum=terms.minimum, value=by_stage.largest)
    ways: list[tuple[ChanceSource, _Learnt]] = []
    if terms.learnt_by == "stage_and_age":
        ages = np.array([-1 if deal.stage_days is None else deal.stage_days for deal in deals], dtype=np.int64)
        as_long = _Learnt.of(history, terms, stages, np.maximum(ages, 0)).without(ages < 0)
        ways.append(("learnt", as_long))
        if terms.fallback == "longest":
            asks = (ages > 0) & (as_long.n < terms.minimum) & (by_stage.n[stages] >= terms.minimum)
            at_longest = _Learnt.of(history, terms, stages, longest_ages(stages, ages, asks, terms, history))
            ways.append(("learnt_at_longest", at_longest.without(~asks)))
    # Of deals with a known age those at the longest have been found by now wherever any that entered would do.
    if terms.learnt_by == "stage" or terms.fallback in ("longest", "stage"):
        ways.append(("learnt_by_stage", by_stage.take(stages)))
    return [_judged(deal, position, ways, terms) for position, deal in enumerate(deals)]


def _judged(
    deal: ForecastDeal, position: int, ways: Sequence[tuple[ChanceSource, "_Learnt"]], terms: ForecastTerms
) -> ForecastDeal:
    """Let a deal count with the first of the chances that was learnt of enough deals; without any, as the terms say."""
    for source, learnt in ways:
        if learnt.suffices(position, terms.minimum):
            return learnt.give(deal, position, source, terms)
    return _stated(deal, terms) if terms.fallback == "stated" else _left_out(deal, "insufficient_history")


def longest_ages(
    stages: Integers, ages: Integers, asks: NDArray[np.bool_], terms: ForecastTerms, history: OutcomeTally
) -> Integers:
    """Find the longest that enough earlier deals stood in the stages of deals that stand there for longer; 0 for all others.

    The age is found by bisection, for all stages at once: the older, the fewer stood there, and the shorter they were followed
    from then on. The ages below are known to do, from 0 on; those beyond not, from the youngest deal that asks.

    Parameters
    ----------
    stages, ages
        Of each deal: the position of its stage, and the days for which it stands there; shape (deals,).
    asks
        Which stand there for longer than enough others did.
    terms, history
        Of the forecast.
    """
    asked, place = np.unique(stages[asks], return_inverse=True)
    longest, beyond = np.zeros_like(asked), np.full_like(asked, ages.max(initial=0))
    np.minimum.at(beyond, place, ages[asks])
    while (beyond - longest > 1).any():
        middle = (longest + beyond) // 2
        is_enough = _Learnt.of(history, terms, asked, middle).n >= terms.minimum
        longest, beyond = np.where(is_enough, middle, longest), np.where(is_enough, beyond, middle)
    found = np.zeros_like(ages)
    found[asks] = longest[place]
    return found


@attrs.frozen(eq=False, kw_only=True)
class _Learnt:
    """Chances learnt from earlier deals, a column each: the chance, its range, and of how many deals.

    Of ``n`` the chance is known, 0 where it is not; ``stood`` counts all that stood there as long, followed so far or not.
    """

    value: Column
    low: Column
    high: Column
    n: Integers
    stood: Integers

    @classmethod
    def of(cls, history: OutcomeTally, terms: ForecastTerms, stages: Integers, ages: Integers) -> "_Learnt":
        """Ask the history for the chances of deals that stand in stages for so many days."""
        found = history.win_chances(stages, ages, *terms.days_asked, level=terms.level)
        known = ~np.isnan(found.value)
        return cls(value=found.value, low=found.low, high=found.high, n=np.where(known, found.n, 0), stood=found.n)

    @property
    def largest(self) -> int:
        """Of how many earlier deals the best known of the chances was learnt."""
        return int(self.n.max(initial=0))

    def take(self, places: Integers) -> "_Learnt":
        """Return the chances at some places."""
        columns = {field.name: getattr(self, field.name)[places] for field in attrs.fields(_Learnt)}
        return _Learnt(**columns)

    def without(self, unknown: NDArray[np.bool_]) -> "_Learnt":
        """Return the chances as though nothing were known of some."""
        return attrs.evolve(self, n=np.where(unknown, 0, self.n))

    def suffices(self, position: int, minimum: int) -> bool:
        """Tell whether a chance was learnt of enough deals."""
        return bool(self.n[position] >= minimum)

    def give(self, deal: ForecastDeal, position: int, source: ChanceSource, terms: ForecastTerms) -> ForecastDeal:
        """Let a deal count, with the chance at a place."""
        value, low, high = (
            float(_supposed(float(column[position]), deal, terms)) for column in (self.value, self.low, self.high)
        )
        return attrs.evolve(
            deal,
            standing="counted",
            probability=value,
            low=min(low, value),
            high=max(high, value),
            observed=int(self.n[position]),
            source=source,
        )
