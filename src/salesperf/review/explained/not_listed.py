"""How many of a list are not told one by one: of metrics, members, missed targets, effects and cases, each by its name."""

from collections.abc import Sequence
from functools import partial

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount
from salesperf.model.case import Case
from salesperf.model.message import Message
from salesperf.review.explained.addresses import metric_address
from salesperf.review.explained.elsewhere import verbatim
from salesperf.review.explained.growing import Numbered, more_of, named, rep_named, summed
from salesperf.review.explained.recorded import target_named
from salesperf.review.listed import (
    listed_alike,
    listed_cases,
    listed_effects,
    listed_members,
    listed_metrics,
    listed_not_compared,
    listed_unmet,
)
from salesperf.review.sections import Member, MetricSection, Standing
from salesperf.review.whole import Review
from salesperf.variance import Effect

__all__ = ["numbers_not_listed"]


def numbers_not_listed(review: Review) -> Numbered:
    """Yield how many there are that no list names, and what the effects among them come to together.

    Parameters
    ----------
    review
        The review.
    """
    yield from more_of("attainment", listed_metrics(review).rest, _metric)
    for section in review.metrics:
        address = metric_address(section, review.owner)
        yield from more_of(f"{address}/members", listed_members(section, review).rest, _member)
        for key, standing in (("teams", section.best_teams), ("reps", section.best_reps)):
            if standing is not None:
                yield from _not_compared(standing, f"{address}/compared_{key}")
    yield from more_of("unmet", listed_unmet(review).rest, _target)
    for place, line in enumerate(() if review.variance is None else review.variance.lines, 1):
        yield from _effects(listed_effects(line).rest, f"variance/{place}/effects")
    if review.cases is not None:
        yield from more_of("cases/written", listed_cases(review.cases).rest, _case)
        yield from more_of("cases/alike", listed_alike(review.cases).rest, _case)


def _metric(section: MetricSection) -> Message:
    return target_named(section.attainment.target)


def _member(member: Member) -> Message:
    return rep_named(member.owner)


def _not_compared(standing: Standing, address: str) -> Numbered:
    yield from more_of(f"{address}/few_entries", listed_not_compared(standing.few_entries).rest, rep_named)
    yield from more_of(f"{address}/unlike", listed_not_compared(standing.unlike).rest, rep_named)


def _target(attained: Attainment) -> Message:
    return target_named(attained.target)


def _effects(effects: Sequence[Effect[Amount]], address: str) -> Numbered:
    yield from more_of(address, effects, _effect)
    if effects:
        together = Amount.total([effect.value for effect in effects], effects[0].value.unit)
        amounts = [(_effect(effect), effect.value) for effect in effects]
        yield f"{address}/more/value", partial(summed, named("not_listed"), together, amounts)


def _effect(effect: Effect[Amount]) -> Message:
    return effect.label


def _case(case: Case) -> Message:
    return verbatim(case.label)
