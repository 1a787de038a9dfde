"""Learning which leads become deals: from what was known on a day, and judged by what came after it."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, TypedDict

import attrs
import numpy as np

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.grading.calibration import Calibration, calibrate
from salesperf.grading.evidence import Truths, names_of
from salesperf.grading.naive_bayes import FEWEST_CASES, NaiveBayes, Smoothing
from salesperf.kernels.numeric import INT64_MAX, Column
from salesperf.model.lead import Lead
from salesperf.model.misspelling import alike, index_of
from salesperf.model.result import Result, Row
from salesperf.model.validators import AnyLevel, as_tuple, check_choice, check_date, check_whole, is_tuple_of, repeated, require

__all__ = ["MATURITY_DAYS", "BacktestDay", "LeadBacktest", "Learnt", "backtest_leads", "learn"]

UndecidedAs: TypeAlias = Literal["leave_out", "lost"]
_UNDECIDED_AS: Final[tuple[UndecidedAs, ...]] = ("leave_out", "lost")

MATURITY_DAYS: Final = 90
"""Days that a lead has to be old before it counts, and after which what becomes of it counts no more."""
_FIELDS: Final = ("channel", "campaign")
"""Where a lead came from, which stands beside its facts."""
_DECIDED: Final = MappingProxyType({"converted": True, "disqualified": False})


class _Terms(TypedDict):
    maturity_days: int
    undecided_as: UndecidedAs


@attrs.frozen(kw_only=True)
class Learnt(Result):
    """A table learnt from leads, and which leads it was not learnt from: made by :func:`learn`.

    Attributes
    ----------
    table
        Converted and disqualified leads by their facts.
    by
        The facts.
    as_of
        The day to whose end everything was known.
    maturity_days
        Days that a lead had to be old, and within which it had to be decided.
    immature
        Leads that are younger, whatever became of them.
    undecided
        Leads that are old enough and were neither converted nor disqualified within so many days.
    undecided_as
        Whether the table leaves them out, or counts them as lost.
    undated
        Leads of which nobody knows when they began.

    Examples
    --------
    >>> learn([], ["channel"], as_of=date(2026, 9, 30)).table.cases
    0
    """

    table: NaiveBayes
    by: tuple[str, ...]
    as_of: date
    maturity_days: int
    immature: int
    undecided: int
    undecided_as: UndecidedAs
    undated: int

    def rows(self) -> list[Row]:
        """Return one row: how many leads were learnt from, and how many were not, by why."""
        return [
            {
                "as_of": self.as_of,
                "won": self.table.won,
                "lost": self.table.lost,
                "immature": self.immature,
                "undecided": self.undecided,
                "undated": self.undated,
            }
        ]


def learn(
    leads: Iterable[Lead],
    by: Sequence[str],
    *,
    as_of: date,
    maturity_days: int = MATURITY_DAYS,
    undecided_as: UndecidedAs = "leave_out",
    smoothing: Smoothing = 1.0,
    minimum: int = FEWEST_CASES,
) -> Learnt:
    """Learn from leads that are old enough which facts go with being converted.

    Parameters
    ----------
    leads
        In any order, each once; those that began after the day are not looked at.
    by
        What to learn from: ``"channel"``, ``"campaign"``, or names of facts.
    as_of
        The day to whose end everything was known.
    maturity_days
        Days that a lead has to be old by then, from 0, and within which it has to be decided: what became of it later does not
        count. Take as many as most deals need.
    undecided_as
        What to do with leads that were still open after so many days: ``"leave_out"``, or count as ``"lost"``, where nobody
        takes the trouble to disqualify leads that come to nothing.
    smoothing, minimum
        As of :class:`NaiveBayes`.

    Returns
    -------
    Learnt

    Raises
    ------
    InvalidValueError
        If an argument is malformed, a lead comes twice, or a fact is neither text, a whole number, nor yes or no.
    UnknownNameError
        If no lead bears a fact, and some bear one of which its name may be a slip.

    Notes
    -----
    Of young leads only the fast ones are decided, and those that fit badly are turned away fastest: they would make every
    fact look worse than it is. So the age of the lead decides whether it counts. And of two old leads the older had more time
    to be won: so that all had the same, each counts as it stood when it was so many days old, and the chance is that of being
    won within them. Leads that were still open then are left out too by default, and counted: where they are many, the chance
    is that among leads decided by then alone.

    A lead counts as won when its status is converted, and as lost when it is disqualified. Facts have no history: one that
    was learnt after the day is known too early, and one that follows from the outcome gives it away.

    Examples
    --------
    >>> from salesperf import LeadChange
    >>> def lead(number):
    ...     end = LeadChange(date(2026, 2, 1), status="converted" if number % 3 else "disqualified")
    ...     channel = "referral" if number % 2 else "web"
    ...     return Lead(id=f"l-{number}", channel=channel, history=[LeadChange(date(2026, 1, 1), status="new"), end])
    >>> print(learn(map(lead, range(9)), ["channel"], as_of=date(2026, 9, 30)).table)
    fact     value     won  lost
    channel  referral    3     1
    channel  web         3     2
    """
    by = names_of(by)
    check_date(as_of, ("as_of",))
    check_whole(maturity_days, ("maturity_days",), 0, INT64_MAX)
    check_choice(undecided_as, _UNDECIDED_AS, ("undecided_as",))
    given = _checked_leads(leads)
    _check_borne(by, given)
    known = _known(as_of, given)
    dated = [lead for lead in known if lead.created is not None]
    cases = _cases(dated, as_of, maturity_days, undecided_as)
    return Learnt(
        table=NaiveBayes.fit(cases.columns(by), cases.won, smoothing=smoothing, minimum=minimum),
        by=by,
        as_of=as_of,
        maturity_days=maturity_days,
        immature=cases.immature,
        undecided=cases.undecided,
        undecided_as=undecided_as,
        undated=len(known) - len(dated),
    )


@attrs.frozen(eq=False)
class _Cases:
    """Leads whose outcome counts, and what came of each; how many were too young, and how many stayed open for too long."""

    leads: list[Lead]
    won: Truths
    immature: int
    undecided: int

    def columns(self, by: Sequence[str]) -> dict[str, list[object]]:
        """Return what is known of the leads by the names of the facts."""
        known = [lead.known_facts for lead in self.leads]
        return {name: [facts.get(name) for facts in known] for name in by}


def _cases(leads: Sequence[Lead], day: date, maturity_days: int, undecided_as: UndecidedAs) -> _Cases:
    mature = [lead for lead in leads if (day - _began(lead)).days >= maturity_days]
    outcomes = [_outcome(lead, maturity_days) for lead in mature]
    counted = [
        (lead, bool(outcome))
        for lead, outcome in zip(mature, outcomes, strict=True)
        if outcome is not None or undecided_as == "lost"
    ]
    return _Cases(
        leads=[lead for lead, _ in counted],
        won=np.array([is_won for _, is_won in counted], dtype=np.bool_),
        immature=len(leads) - len(mature),
        undecided=outcomes.count(None),
    )


def _outcome(lead: Lead, maturity_days: int) -> bool | None:
    """Tell whether a lead was won when it was so many days old; ``None`` where it was still open."""
    known = lead.as_of(_began(lead) + timedelta(maturity_days))
    assert known is not None  # noqa: S101 - it began by then
    return _DECIDED.get(known.status)


def _checked_leads(leads: Iterable[Lead]) -> tuple[Lead, ...]:
    given = as_tuple(leads)
    if not is_tuple_of(given, Lead):
        raise InvalidValueError("wrong_type", path=("leads",), expected=Lead, value=leads)
    for position, again in repeated(lead.id for lead in given):
        raise InvalidValueError("not_unique", path=("leads", position), value=again)
    return given


def _check_borne(by: Sequence[str], leads: Sequence[Lead]) -> None:
    """Refuse a name that no lead bears, if it may be a slip of one that some do: nothing would be learnt, and nobody told.

    One that is like no other is let through, since a part of the records may have no lead with a fact.
    """
    for position, name in enumerate(by):
        if name in _FIELDS or any(name in lead.facts for lead in leads):
            continue
        borne = {fact for lead in leads for fact in lead.facts}
        known = alike(name, index_of([*_FIELDS, *borne]))
        if known is not None:
            raise UnknownNameError("misspelt_fact", path=("by", position), known=known, value=name)


def _known(day: date, leads: Iterable[Lead]) -> list[Lead]:
    return [lead for lead in (each.as_of(day) for each in leads) if lead is not None]


def _began(lead: Lead) -> date:
    assert lead.created is not None  # noqa: S101 - asked of dated leads alone
    return lead.created


@attrs.frozen(kw_only=True)
class BacktestDay:
    """Chances told on a day, and what they were told of.

    Attributes
    ----------
    learnt
        What was learnt by then.
    judged
        Leads that began after it, and not after the next of the days, whose chances were judged.
    immature
        Such leads that are too young to be judged, whatever became of them.
    undecided
        Such leads that are old enough and were not decided in time: left out, or judged as lost, as they were learnt from.

    Examples
    --------
    >>> learnt = learn([], ["channel"], as_of=date(2026, 9, 30))
    >>> BacktestDay(learnt=learnt, judged=0, immature=0, undecided=0).learnt.as_of
    datetime.date(2026, 9, 30)
    """

    learnt: Learnt
    judged: int
    immature: int
    undecided: int


@attrs.frozen(kw_only=True)
class LeadBacktest(Result):
    """Chances told on past days beside what came of them: made by :func:`backtest_leads`.

    Attributes
    ----------
    until
        The last day of which the leads tell.
    days
        By day.
    calibration
        Of all chances together; each lead is judged once.

    Examples
    --------
    >>> from salesperf.grading import calibrate
    >>> LeadBacktest(until=date(2026, 9, 30), days=(), calibration=calibrate([0.5], [True])).calibration.n
    1
    """

    until: date
    days: tuple[BacktestDay, ...]
    calibration: Calibration

    def rows(self) -> list[Row]:
        """Return a row for each day: what was learnt from, and what was judged."""
        return [
            {
                **each.learnt.rows()[0],
                "judged": each.judged,
                "judged_immature": each.immature,
                "judged_undecided": each.undecided,
            }
            for each in self.days
        ]


def backtest_leads(
    leads: Iterable[Lead],
    by: Sequence[str],
    dates: Iterable[date],
    *,
    until: date,
    maturity_days: int = MATURITY_DAYS,
    undecided_as: UndecidedAs = "leave_out",
    smoothing: Smoothing = 1.0,
    minimum: int = FEWEST_CASES,
    bins: int = 10,
    level: AnyLevel = 0.95,
) -> LeadBacktest:
    """Learn as on past days, tell the chances of the leads that began after each, and judge them by what came of these.

    Parameters
    ----------
    leads, by, maturity_days, undecided_as, smoothing, minimum
        As of :func:`learn`.
    dates
        The days, in any order, each once, with time for a lead to begin after it and to mature until ``until``.
    until
        The last day of which the leads tell.
    bins, level
        As of :func:`calibrate`.

    Returns
    -------
    LeadBacktest

    Raises
    ------
    InvalidValueError
        If an argument is malformed, a day comes twice or is too late to be judged, or no won or no lost lead was known on one.

    Notes
    -----
    On each day :meth:`Lead.as_of` forgets what came later, so nothing that happens after it can change what was learnt. A lead
    is judged by what was learnt on the last of the days before it began: the chances are those of leads at their beginning,
    and one that has been open for long has less. Leads have to be as old to be judged as to be learnt from, and count as they
    stood at that age, as those did: else leads judged long after the day would have had more time to be won than those learnt
    from by then, and every chance would look too low. A value that no lead had by then is left out of the chance. Facts have no
    history; see :func:`learn`.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from salesperf import LeadChange
    >>> def lead(number):
    ...     begin = date(2026, 1, 1) + timedelta(number)
    ...     end = LeadChange(begin + timedelta(30), status="converted" if number % 3 else "disqualified")
    ...     return Lead(id=f"l-{number}", channel="web", history=[LeadChange(begin, status="new"), end])
    >>> told = backtest_leads(map(lead, range(90)), ["channel"], [date(2026, 3, 1)], until=date(2026, 9, 30), maturity_days=30)
    >>> told.calibration.n, told.calibration.won
    (30, 20)
    """
    by, known = names_of(by), _checked_leads(leads)
    check_date(until, ("until",))
    check_whole(maturity_days, ("maturity_days",), 0, INT64_MAX)
    check_choice(undecided_as, _UNDECIDED_AS, ("undecided_as",))
    days = as_tuple(dates)
    require(days, tuple, path=("dates",))
    for position, day in enumerate(days):
        check_date(day, ("dates", position))
        if (until - day).days <= maturity_days:
            raise InvalidValueError("too_late_to_judge", path=("dates", position), days=maturity_days, until=until, value=day)
    for position, again in repeated(days):
        raise InvalidValueError("not_unique", path=("dates", position), value=again)
    dated = [lead for lead in _known(until, known) if lead.created is not None]
    terms: _Terms = {"maturity_days": maturity_days, "undecided_as": undecided_as}
    told, chances, outcomes = [], [np.empty(0)], [np.empty(0, dtype=np.bool_)]
    for day, following in pairwise([*sorted(days), until]):
        learnt = learn(known, by, as_of=day, smoothing=smoothing, minimum=minimum, **terms)
        fresh = [lead for lead in dated if lead.created is not None and day < lead.created <= following]
        cases = _cases(fresh, until, **terms)
        told.append(BacktestDay(learnt=learnt, judged=len(cases.leads), immature=cases.immature, undecided=cases.undecided))
        chances.append(_chances(learnt, cases, days.index(day)))
        outcomes.append(cases.won)
    calibration = calibrate(np.concatenate(chances), np.concatenate(outcomes), bins=bins, level=level)
    return LeadBacktest(until=until, days=tuple(told), calibration=calibration)


def _chances(learnt: Learnt, cases: _Cases, position: int) -> Column:
    try:
        return learnt.table.probability(cases.columns(learnt.by), unknown="as_missing")
    except InvalidValueError as error:
        raise error.at("dates", position) from None
