"""The team of a review: who came and went, who is there, how far apart they are, how they say that they are."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

import attrs
import numpy as np

from salesperf.allocation import FairnessAudit
from salesperf.allocation.availability import measure
from salesperf.attainment import Attainment
from salesperf.kernels.proportion import wilson
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.people import Org, RepKind
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.review.grounds import Grounds
from salesperf.review.metrics import notes_on_rep
from salesperf.review.plan_fairness import PlanFairness, plan_fairness
from salesperf.review.pulses import PulseLine, pulses_of
from salesperf.review.sections import MetricSection
from salesperf.risk import attrition

__all__ = [
    "AttainmentSpread",
    "Headcount",
    "TeamSection",
    "compared",
    "days_of_each",
    "has_reached",
    "others_of",
    "team_section",
]

_FEWEST_FOR_QUARTILES: Final = 4
_FEWEST: Final = 2
_OTHERS: Final[tuple[RepKind, ...]] = ("dealer", "agent")
_REACHED: Final = frozenset({"met", "ahead", "on_track"})
_UNTOLD: Final = frozenset({"not_started", "undefined"})


@attrs.frozen(kw_only=True)
class Headcount:
    """The employees of an owner at both ends of some days, and who came and went between.

    Attributes
    ----------
    opening : int
        How many served under the owner on the day before.
    joined, left : tuple of str
        Who was hired, and whose service ended, on one of the days, while under the owner.
    moved_in, moved_out : tuple of str
        Who came from, and went to, a team elsewhere. Whoever goes back and forth comes more than once.
    closing : tuple of str
        Who serves under the owner at the end of the last day.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Rep
    >>> org = Org(reps=[Rep(id="ada"), Rep(id="bo", left=date(2026, 9, 10)), Rep(id="chen", hired=date(2026, 9, 1))])
    >>> found = Headcount.of(org, None, Period.month(2026, 9))
    >>> found.opening, found.joined, found.left, found.closing
    (2, ('chen',), ('bo',), ('ada', 'chen'))
    """

    opening: int
    joined: tuple[str, ...]
    left: tuple[str, ...]
    moved_in: tuple[str, ...]
    moved_out: tuple[str, ...]
    closing: tuple[str, ...]

    @classmethod
    def of(cls, org: Org, owner: str | None, days: Period) -> "Headcount":
        """Count the employees under an owner.

        Parameters
        ----------
        org
            Who served where and when.
        owner
            A team, or ``None`` for the company.
        days
            Between which ends.

        Examples
        --------
        >>> Headcount.of(Org(), None, Period.month(2026, 9)).closing
        ()
        """
        went: dict[str, list[str]] = {"joined": [], "left": [], "moved_in": [], "moved_out": []}
        opening, closing = 0, []
        for rep, start, end in _runs(org, owner):
            hired, gone = org.rep_by_id[rep].service
            # Whoever has no day of hire was always there.
            came = days.start <= start < days.end and start > date.min
            opening += not came and start < days.end and end >= days.start
            if came:
                went["joined" if start == hired else "moved_in"].append(rep)
            if days.start <= end < days.end:
                went["left" if end == gone else "moved_out"].append(rep)
            elif start < days.end <= end:
                closing.append(rep)
        return cls(opening=opening, closing=tuple(closing), **{name: tuple(reps) for name, reps in went.items()})

    @property
    def breakdown(self) -> Breakdown:
        """How the number at the end comes from that at the beginning."""
        counts = {
            "opening": self.opening,
            "joined": len(self.joined),
            "moved_in": len(self.moved_in),
            "left": -len(self.left),
            "moved_out": -len(self.moved_out),
        }
        parts = tuple(Breakdown(label=Message(f"review.headcount.{name}"), value=count) for name, count in counts.items())
        return Breakdown(label=Message("review.headcount.closing"), value=len(self.closing), rule=Sum(), parts=parts)


def _runs(org: Org, owner: str | None) -> Iterator[tuple[str, date, date]]:
    """Yield each employee's times under an owner, first day and day after; moves within are none."""
    if owner is None:
        yield from ((rep.id, *rep.service) for rep in sorted(org.reps, key=lambda rep: rep.id) if rep.kind == "employee")
        return
    run: tuple[str, date, date] | None = None
    for stint in org.stints_under(owner):
        if stint.start == stint.end or org.rep_by_id[stint.rep].kind != "employee":
            continue
        if run is not None and run[0] == stint.rep and run[2] == stint.start:
            run = (stint.rep, run[1], stint.end)
            continue
        if run is not None:
            yield run
        run = (stint.rep, stint.start, stint.end)
    if run is not None:
        yield run


@attrs.frozen(kw_only=True)
class AttainmentSpread:
    """How far apart the reps under an owner are in one metric: no ranking, nobody is named.

    Attributes
    ----------
    metric : Metric
    number : int
        Of how many targets of reps; a rep who changed team has one in each, the house none.
    median : float or None
        Half of the ratios of actual to target lie at it or below; ``None`` where none is defined.
    lower_quartile, upper_quartile : float or None
        Between them lies the middle half; ``None`` for fewer than four.
    reached : Estimate
        The share of these targets that are met, or on track where their period goes on, with Wilson's interval.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> team = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).team
    >>> spread = team.spreads[0]
    >>> spread.metric.key, spread.number
    ('revenue', 16)
    """

    metric: Metric
    number: int
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    reached: Estimate


@attrs.frozen(kw_only=True)
class TeamSection(Result):
    """The people under the owner, at the end of the last day of the period so far.

    Headcount, absence and attrition are of employees; dealers, agents and the house are nobody's staff.

    Attributes
    ----------
    org : Org
        The people as known at the end of the last of the days.
    period : Period
        The days of the period so far.
    headcount : Headcount
        Who came and went.
    ramping : tuple of str
        Who of those there at the end is ramping.
    others : FrozenMap of str to int
        How many dealers and agents serve at the end.
    served_workdays, absent_workdays : int
        Workdays in service under the owner, and those of them on which people were absent.
    attrition : Estimate
        The share of people who left within the year up to the last day.
    spreads : tuple of AttainmentSpread
        Of each metric that the owner owes as a whole, of two reps or more.
    pulses : tuple of PulseLine
        The last pulse survey of the owner and of each team below, each held against the one before.
    withheld_pulses : int
        How many surveys are not told, for they would speak for persons.
    plan : PlanFairness
        Whether the targets of employees ask of them alike.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> team = build(read_sample(), owner="south", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).team
    >>> team.headcount.opening, team.headcount.left, len(team.headcount.closing), team.ramping
    (7, ('r-10',), 6, ())
    """

    org: Org = attrs.field(repr=False)
    period: Period
    headcount: Headcount
    ramping: tuple[str, ...]
    others: FrozenMap[RepKind, int]
    served_workdays: int
    absent_workdays: int
    attrition: Estimate
    spreads: tuple[AttainmentSpread, ...]
    pulses: tuple[PulseLine, ...]
    withheld_pulses: int
    plan: PlanFairness

    @property
    def absent_share(self) -> float | None:
        """Absent workdays over served ones, a fraction; ``None`` where nobody served on a workday."""
        return self.absent_workdays / self.served_workdays if self.served_workdays else None

    @property
    def fairness(self) -> FairnessAudit | None:
        """The audit of the targets; ``None`` where there is nothing to hold them against."""
        return self.plan.audit

    @property
    def breakdown(self) -> Breakdown:
        """The tree of the headcount."""
        return self.headcount.breakdown

    def rows(self) -> list[Row]:
        """Return a row for each spread: metric, number of targets, median and quartiles, and the share reached."""
        return [
            {
                "metric": spread.metric.key,
                "number": spread.number,
                "median": spread.median,
                "lower_quartile": spread.lower_quartile,
                "upper_quartile": spread.upper_quartile,
                "reached": spread.reached.value,
                "reached_low": spread.reached.low,
                "reached_high": spread.reached.high,
            }
            for spread in self.spreads
        ]


def team_section(grounds: Grounds, metrics: Iterable[MetricSection]) -> TeamSection | None:
    """Look at the people under an owner.

    Parameters
    ----------
    grounds
        Whose, and of which days.
    metrics
        What is owed, of the review.

    Returns
    -------
    TeamSection or None
        ``None`` for a rep, and where nobody served and nobody was asked.

    Examples
    --------
    >>> from salesperf import Records
    >>> grounds = Grounds(records=Records(org=Org()), owner=None, period=Period.month(2026, 9), as_of=date(2026, 9, 15))
    >>> team_section(grounds, []) is None
    True
    """
    owner, passed, org = grounds.owner, grounds.passed, grounds.then.org
    if owner is not None and owner not in org.team_by_id:
        return None
    headcount = Headcount.of(org, owner, passed)
    others = FrozenMap({kind: len(reps) for kind, reps in others_of(org, owner, passed.last).items()})
    pulses = pulses_of(grounds.then.pulses, org, owner, passed)
    if not (headcount.opening or headcount.joined or headcount.moved_in or others or pulses.lines or pulses.withheld):
        return None
    sections = tuple(metrics)
    days = days_of_each(org, owner, passed, grounds.calendar)
    there = (org.rep_by_id[rep] for rep in headcount.closing)
    return TeamSection(
        org=org,
        period=passed,
        headcount=headcount,
        ramping=tuple(rep.id for rep in there if "ramping" in notes_on_rep(rep, grounds)),
        others=others,
        served_workdays=sum(served for served, _ in days.values()),
        absent_workdays=sum(absent for _, absent in days.values()),
        attrition=attrition(org, owner=owner, as_of=passed.last),
        spreads=tuple(_spreads(grounds, sections)),
        pulses=pulses.lines,
        withheld_pulses=pulses.withheld,
        plan=plan_fairness(grounds, sections),
    )


def others_of(org: Org, owner: str | None, on: date) -> Mapping[RepKind, tuple[str, ...]]:
    """Return the dealers and the agents who serve under an owner on a day; of neither kind where there is none."""
    there = org.members(owner, Period.day(on))
    found = {kind: tuple(rep for rep in there if org.rep_by_id[rep].kind == kind) for kind in _OTHERS}
    return {kind: reps for kind, reps in found.items() if reps}


def days_of_each(org: Org, owner: str | None, days: Period, calendar: Calendar) -> Mapping[str, tuple[int, int]]:
    """Return the workdays of each employee under an owner, and those of them on which they were absent."""
    stints = [stint for stint in org.stints_under(owner) if org.rep_by_id[stint.rep].kind == "employee"]
    found = measure(stints, org.rep_by_id, [days], calendar)
    served, worked = (counts.ravel().tolist() for counts in (found.served, found.worked))
    totals: dict[str, tuple[int, int]] = {}
    for stint, here, there in zip(stints, served, worked, strict=True):
        before = totals.get(stint.rep, (0, 0))
        totals[stint.rep] = (before[0] + here, before[1] + here - there)
    return totals


def compared(section: MetricSection) -> tuple[Attainment, ...]:
    """Return what reps attained of whom the spread of a metric tells."""
    return tuple(
        member.attainment
        for member in section.members
        if not member.is_team and "house" not in member.notes and member.attainment.status not in _UNTOLD
    )


def has_reached(attained: Attainment) -> bool:
    """Tell whether a target is met, or on track where its period goes on."""
    return attained.status in _REACHED


def _spreads(grounds: Grounds, sections: Iterable[MetricSection]) -> Iterator[AttainmentSpread]:
    for section in sections:
        if section.owner != grounds.owner or section.scope:
            continue
        told = compared(section)
        if len(told) < _FEWEST:
            continue
        ratios = [attained.ratio for attained in told if attained.ratio is not None]
        lower, median, upper = np.quantile(ratios, (0.25, 0.5, 0.75)).tolist() if ratios else (None, None, None)
        has_quartiles = len(ratios) >= _FEWEST_FOR_QUARTILES
        number = sum(map(has_reached, told))
        interval = wilson(number, len(told))
        yield AttainmentSpread(
            metric=section.metric,
            number=len(told),
            median=median,
            lower_quartile=lower if has_quartiles else None,
            upper_quartile=upper if has_quartiles else None,
            reached=Estimate(value=number / len(told), low=interval.low, high=interval.high, n=len(told)),
        )
