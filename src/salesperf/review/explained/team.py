"""The numbers on the team of a review, down to its people."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Final

import attrs

from salesperf.attainment import Attainment
from salesperf.model.breakdown import Breakdown, Median, Quotient, Sum, WeightedMean
from salesperf.model.message import Message
from salesperf.model.people import RepKind
from salesperf.model.period import Period
from salesperf.model.target import EVERYTHING
from salesperf.review.explained.entries import Entries
from salesperf.review.explained.fairness import numbers_of_fairness
from salesperf.review.explained.growing import (
    Numbered,
    counted,
    grown,
    leaf,
    more_of,
    named,
    rate_of,
    rate_with_ends,
    rep_named,
)
from salesperf.review.explained.pulses import numbers_of_pulses
from salesperf.review.listed import listed_names, listed_spreads
from salesperf.review.team import AttainmentSpread, Headcount, TeamSection, compared, days_of_each, has_reached, others_of
from salesperf.review.whole import Review
from salesperf.risk.people import served_and_gone

__all__ = ["numbers_of_team"]

_WENT: Final = ("joined", "moved_in", "left", "moved_out")


def numbers_of_team(review: Review, entries: Entries | None) -> Numbered:
    """Yield the numbers on the team.

    Parameters
    ----------
    review
        The review.
    entries
        ``None`` where none are at hand.
    """
    team = review.team
    if team is None:
        return
    yield from _people(review, team)
    yield from _workdays(review, team)
    gone, served = partial(_gone, review, team), partial(_served, review, team)
    yield "team/attrition/gone", gone
    yield "team/attrition/of", served
    yield from rate_with_ends("team/attrition", named("attrition"), team.attrition, gone, served)
    yield from more_of("team/spread", listed_spreads(team).rest, lambda spread: Message(spread.metric.title))
    for spread in team.spreads:
        yield from _spread(spread, review, f"team/spread/{spread.metric.key}")
    yield from numbers_of_pulses(team, review.owner)
    yield from numbers_of_fairness(team.plan, review.period, entries)


def _counted(label: Message, reps: Iterable[str]) -> Breakdown:
    return counted(label, (named("rep", rep=rep) for rep in reps))


# Who is there


def _people(review: Review, team: TeamSection) -> Numbered:
    yield "team/headcount", partial(getattr, team, "breakdown")
    yield "team/opening", partial(_opening, review, team)
    for name in _WENT:
        people = getattr(team.headcount, name)
        yield f"team/{name}", partial(_counted, Message(f"review.headcount.{name}"), people)
        yield from more_of(f"team/{name}", listed_names(people).rest, rep_named)
    yield "team/closing", partial(_counted, Message("review.headcount.closing"), team.headcount.closing)
    yield "team/ramping", partial(_counted, named("ramping"), team.ramping)
    yield from more_of("team/ramping", listed_names(team.ramping).rest, rep_named)
    for kind, number in team.others.items():
        yield f"team/{kind}s", partial(_others, review, team, kind, number)


def _opening(review: Review, team: TeamSection) -> Breakdown:
    """Return who served at the end of the day before: as many as the section counted."""
    label, number, first = Message("review.headcount.opening"), team.headcount.opening, team.period.start
    if first == date.min:
        return leaf(label, number)
    before = Headcount.of(team.org, review.owner, Period.day(first - timedelta(days=1))).closing
    return grown(label, number, Sum(), _counted(label, before).parts)


def _others(review: Review, team: TeamSection, kind: RepKind, number: int) -> Breakdown:
    label, reps = Message(f"owner_kind.{kind}"), others_of(team.org, review.owner, team.period.last)[kind]
    return grown(label, number, Sum(), _counted(label, reps).parts)


def _workdays(review: Review, team: TeamSection) -> Numbered:
    # For how long each of them was away is told to nobody.
    absent = leaf(named("absent_workdays"), team.absent_workdays)
    served = partial(_served_workdays, review, team)
    yield "team/served_workdays", served
    yield "team/absent_workdays", lambda: absent
    yield "team/absent_share", lambda: rate_of(named("absent_share"), team.absent_share, absent, served())


def _served_workdays(review: Review, team: TeamSection) -> Breakdown:
    days = days_of_each(team.org, review.owner, team.period, review.calendar)
    parts = (leaf(named("rep", rep=rep), served) for rep, (served, _) in sorted(days.items()) if served)
    return grown(named("served_workdays"), team.served_workdays, Sum(), parts)


def _served(review: Review, team: TeamSection) -> Breakdown:
    return _counted(named("served"), served_and_gone(team.org, owner=review.owner, as_of=team.period.last)[0])


def _gone(review: Review, team: TeamSection) -> Breakdown:
    return _counted(named("gone"), served_and_gone(team.org, owner=review.owner, as_of=team.period.last)[1])


# How far apart they are


def _spread(spread: AttainmentSpread, review: Review, address: str) -> Numbered:
    label = Message(spread.metric.title)
    told = [
        attained
        for section in review.metrics
        if (section.owner, section.metric, section.scope) == (review.owner, spread.metric, EVERYTHING)
        for attained in compared(section)
    ]
    targets = partial(_counted_targets, named("targets_of_reps"), told)
    yield f"{address}/targets", targets
    known = sorted((attained for attained in told if attained.ratio is not None), key=lambda attained: attained.ratio or 0)
    if spread.median is not None:
        parts = partial(map, _ratio, known)
        yield f"{address}/median", lambda: grown(named("median_ratio", metric=label), spread.median, Median(), parts())
    for name, value, share in (
        ("lower_quartile", spread.lower_quartile, Fraction(1, 4)),
        ("upper_quartile", spread.upper_quartile, Fraction(3, 4)),
    ):
        if value is not None:
            yield f"{address}/{name}", partial(_quantile, named(name, metric=label), value, known, share)
    reached = partial(_counted_targets, named("reached_targets"), [attained for attained in told if has_reached(attained)])
    yield from rate_with_ends(f"{address}/reached", named("reached_share", metric=label), spread.reached, reached, targets)


def _counted_targets(label: Message, told: Iterable[Attainment]) -> Breakdown:
    return _counted(label, (attained.target.owner or "" for attained in told))


def _ratio(attained: Attainment) -> Breakdown:
    return grown(named("rep", rep=attained.target.owner), attained.ratio, Quotient(), attained.breakdown.parts)


def _quantile(label: Message, value: float, known: Sequence[Attainment], share: Fraction) -> Breakdown:
    """Return a quantile between the two ratios beside it, which weigh the more the nearer they lie."""
    place = share * (len(known) - 1)
    below = math.floor(place)
    weights = {below: 1 - (place - below), below + 1: place - below}
    parts = (_weighted(place, known, weight) for place, weight in weights.items() if weight)
    return grown(label, value, WeightedMean(), parts)


def _weighted(place: int, known: Sequence[Attainment], weight: Fraction) -> Breakdown:
    attained = known[place]
    ranked = named("rep_ranked", rep=attained.target.owner, place=place + 1, count=len(known))
    return attrs.evolve(_ratio(attained), label=ranked, weight=weight)
