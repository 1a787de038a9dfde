"""Projecting: from open deals and what is known of earlier ones to what a period may bring."""

from collections.abc import Iterable, Mapping
from datetime import date

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.forecast.categories import check_adjustments
from salesperf.forecast.chances import judge
from salesperf.forecast.creation import NewBusiness
from salesperf.forecast.deals import Measure, known_deals
from salesperf.forecast.projected import Forecast
from salesperf.forecast.terms import Fallback, ForecastTerms, LearntBy, Probability
from salesperf.funnel import OutcomeTally
from salesperf.funnel.chances import FEWEST_DEALS
from salesperf.model.amount import COUNT
from salesperf.model.opportunity import Opportunity
from salesperf.model.override import Override
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.validators import require

__all__ = ["project"]


def project(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    as_of: date,
    period: Period,
    history: OutcomeTally | None = None,
    new_business: NewBusiness | None = None,
    correlation: float = 0.0,
    measure: Measure = "amount",
    learnt_by: LearntBy = "stage_and_age",
    minimum: int = FEWEST_DEALS,
    fallback: Fallback = "leave_out",
    probabilities: Mapping[str, Probability] | None = None,
    level: float = 0.95,
    strata: int = 64,
    org: Org | None = None,
    adjustments: Iterable[Override] = (),
) -> Forecast:
    """Tell what a period may bring: what was won in it, and what its open deals, and those to come, may add.

    Parameters
    ----------
    opportunities
        Deals of one process, each id once, in any order. Each is looked at as of the day.
    process
        Their sales process.
    as_of
        The day at whose end one looks.
    period
        The period in which deals are to be won; it may be running, or yet to begin.
    history
        How earlier deals ended, from :func:`salesperf.funnel.outcomes`, up to ``as_of`` at the latest: chances to be won in
        what is left of the period are learnt from it, whatever close is expected. ``None`` takes those that are stated, and
        of deals expected to close within the period.
    new_business
        How deals come into being, from :func:`learn_new_business`; without it deals that do not exist yet are left out,
        which reads low early in a period, and a note says so.
    correlation
        Of the deals with each other, within [0, 1): how much they tend to be won together.
    measure
        What to forecast: ``"amount"``, their money, or ``"count"``, their number.
    learnt_by
        ``"stage_and_age"``: from deals that stood in the same stage as long; ``"stage"``: from all that entered it.
    minimum
        How many earlier deals there must be at least to learn a chance from.
    fallback
        What becomes of a deal where there are fewer: ``"leave_out"`` does not count it, ``"longest"`` takes those that stood in
        its stage for the longest time at which there are enough, ``"stage"`` all that entered its stage, ``"stated"`` the
        probability that is stated. A note tells of how many deals, whichever it is.
    probabilities
        Chances by the key of the stage, instead of those that the process states.
    level
        Of the intervals of what is learnt, within (0, 1).
    strata
        Into how many parts the common factor of correlated or learnt chances is divided: the numerical bounds are at least
        one part of so many wide, and the time grows with them.
    org
        Who is in which team, for forecasts of teams.
    adjustments
        What managers set by hand: each an :class:`Override` whose scope names a ``category``. They show in the categories,
        beside what was computed, and change nothing else.

    Returns
    -------
    Forecast

    Raises
    ------
    InvalidValueError
        If an argument is malformed; a deal is of another process, comes twice, or is open with a negative amount; the
        history is of another process or a later day, or too small or too short to learn from.
    UnknownNameError
        If a deal is in a stage that the process does not have, or a name of an owner or a stage is unknown.
    UnitMismatchError
        If amounts are in two units; the path names the deal.

    Notes
    -----
    The distribution is that of the sum of the amounts, each of which comes whole with its chance or not at all: exact in
    minor units, with numerical bounds (:mod:`salesperf.kernels.sums`). A deal that is left out by its owner (``omitted``), or
    lacks an amount, does not count, and a note tells how many there are. One whose expected close has passed is due at any
    time: it counts in the period that is running.

    A chance is learnt at an age, the days for which a deal has stood in its stage, if at least ``minimum`` earlier deals stood
    there as long and some were followed for as long as is left. With p(a) the chance of :meth:`OutcomeTally.win_chances` at the
    age a, a deal of such an age counts with p(a). Of a deal that stands longer, ``fallback="longest"`` takes p(a*), where
    a* = max {a : p(a) is learnt}: of all that can be learnt from, these resemble it most, while ``"stage"`` takes p(0), that of
    deals that have just entered, which is far too much where those that stand long are seldom won. a* is found by bisection,
    since the older, the fewer stood there; in a history that watched deals only from a later day (``since``) that need not
    hold, and a* is then the end of some run of learnt ages. A deal of which nobody knows how long it stands counts with p(0),
    as with ``"stage"``; where p(0) is not learnt either, deals are left out.

    References
    ----------
    Y. Hong, "On computing the distribution function for the Poisson binomial distribution", *Computational Statistics &
    Data Analysis* 59 (2013) 41-51; O. Vasicek, "The distribution of loan portfolio value", *Risk* 15(12) (2002) 160-162.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Amount, Change
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
    >>> print(project(deals, STANDARD_PROCESSES["solution"], as_of=date(2026, 8, 31), period=third))
    line            count  amount  expected  unit
    won                 1  300.00    300.00  CNY
    prospecting         0    0.00      0.00  CNY
    needs_analysis      0    0.00      0.00  CNY
    proposal            1  200.00    100.00  CNY
    negotiation         0    0.00      0.00  CNY
    contract            1  100.00     90.00  CNY
    total                            490.00  CNY
    """
    terms = ForecastTerms(
        process=process,
        as_of=as_of,
        period=period,
        measure=measure,
        history=history,
        learnt_by=learnt_by,
        minimum=minimum,
        fallback=fallback,
        probabilities=probabilities,
        correlation=correlation,
        level=level,
        strata=strata,
    )
    require(new_business, NewBusiness, type(None), path=("new_business",))
    require(org, Org, type(None), path=("org",))
    known = known_deals(opportunities, process, as_of=as_of, period=period, measure=measure, org=org)
    unit = COUNT if measure == "count" else known.unit
    if new_business is not None:
        if new_business.as_of > as_of:
            raise InvalidValueError("history_later", path=("new_business", "as_of"), as_of=as_of, value=new_business.as_of)
        if measure == "amount":
            unit = unit or new_business.unit
            if new_business.unit not in (None, unit):
                path = ("new_business",)
                raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(new_business.unit))
    owners = {*(deal.owner for deal in known.open), *(deal.owner for deal in known.won)}
    return Forecast(
        terms=terms,
        owner=None,
        deals=judge(known.open, terms),
        won=known.won,
        unit=unit,
        new_business=new_business,
        adjustments=check_adjustments(adjustments, unit, org, owners),
        org=org,
        undated=known.undated,
        withheld=known.withheld,
    )
