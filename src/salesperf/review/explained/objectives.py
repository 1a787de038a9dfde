"""The numbers on objectives of a review, down to what was said of each key result."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Final, NamedTuple

import attrs

from salesperf.model.breakdown import Breakdown, Quotient, WeightedMean
from salesperf.model.calendar import Calendar
from salesperf.model.key_result import CheckIn, KeyResult
from salesperf.model.message import Message, verbatim
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.okr import STATUSES, KeyResultScore, ObjectiveScore
from salesperf.okr.titling import as_titled
from salesperf.review.explained.growing import Numbered, counted, grown, leaf, more_of, named
from salesperf.review.listed import listed_lines
from salesperf.review.objectives import ObjectiveLine, ObjectiveSection
from salesperf.review.whole import Review

__all__ = ["numbers_of_objectives"]

_AT_ONCE: Final = ("band", "yes_no")
"""Kinds of key result of which all is expected at any time, or nothing before the end."""


class _Asked(NamedTuple):
    """What all trees have in common: the day to whose end things are known, and which days are worked, if that is at hand."""

    on: date
    calendar: Calendar | None


def numbers_of_objectives(review: Review, records: Records | None) -> Numbered:
    """Yield the numbers of each objective and key result, and how many there are.

    Parameters
    ----------
    review
        The review.
    records
        What was known; ``None`` where no calendar is at hand.
    """
    section = review.objectives
    if section is None:
        return
    yield from _counts(section)
    yield from more_of("objectives/lines", listed_lines(section.lines).rest, lambda line: _entitled(line.score))
    asked = _Asked(section.period.last, None if records is None else records.calendar)
    lines = {line.score.noun.id: line for line in section.lines}
    for root in section.scores:
        for standing in _walk(_Standing(root, root.objective.period, None)):
            name = standing.score.noun.id
            yield from _numbers(standing, lines.get(name), asked, f"objectives/{name}")


def _counts(section: ObjectiveSection) -> Numbered:
    objectives = [line.score for line in section.lines if isinstance(line.score, ObjectiveScore)]
    key_results = [line.score for line in section.lines if isinstance(line.score, KeyResultScore)]
    yield "objectives/count/objectives", partial(_listed, named("objectives"), objectives)
    for status in STATUSES:
        standing = [score for score in objectives if score.status == status]
        yield (
            f"objectives/count/{status}",
            partial(_listed, named("of_status", status=Message(f"okr.status.{status}")), standing),
        )
    yield "objectives/count/key_results", partial(_listed, named("key_results"), key_results)
    scored = [score for score in key_results if score.value is not None]
    yield "objectives/count/scored", partial(_listed, named("key_results_scored"), scored)


def _listed(label: Message, scores: Iterable[ObjectiveScore | KeyResultScore]) -> Breakdown:
    return counted(label, map(_entitled, scores))


def _entitled(score: ObjectiveScore | KeyResultScore) -> Message:
    return named("entitled", id=score.noun.id, title=score.label)


class _Standing(NamedTuple):
    """An objective or a key result, with the days that it has, and the objective that it is part of."""

    score: ObjectiveScore | KeyResultScore
    period: Period
    above: ObjectiveScore | None


def _parts(score: ObjectiveScore) -> Iterator[_Standing]:
    for part in score.parts:
        noun = part.noun
        own = noun.period
        yield _Standing(part, score.objective.period if own is None else own, score)


def _walk(standing: _Standing) -> Iterator[_Standing]:
    yield standing
    if isinstance(standing.score, ObjectiveScore):
        for part in _parts(standing.score):
            yield from _walk(part)


def _numbers(standing: _Standing, line: ObjectiveLine | None, asked: _Asked, address: str) -> Numbered:
    score = standing.score
    yield address, partial(_scored, standing)
    if score.expected is not None:
        yield f"{address}/expected", partial(_expected, standing, asked)
    if score.confidence is not None:
        yield f"{address}/confidence", partial(_confidence, standing)
    if isinstance(score, ObjectiveScore):
        yield f"{address}/coverage", partial(_coverage, standing)
    elif score.key_result.current is not None:
        yield from _stands(score.key_result, score.key_result.current, address)
    if line is not None and line.silent_days is not None:
        first, last = line.last_check_in or standing.period.start, min(asked.on, standing.period.last)
        yield f"{address}/silent_days", partial(leaf, named("days_from", first=first, last=last), line.silent_days)


def _scored(standing: _Standing) -> Breakdown:
    """Return the tree from the check-ins to a score: that of a key result as it stands within its objective's."""
    score, above = standing.score, standing.above
    if isinstance(score, ObjectiveScore):
        return score.breakdown
    card = None if above is None else above.score
    known = () if card is None else tuple(part for part in card.criteria if part.points is not None)
    parts = () if card is None else zip(known, card.breakdown.parts, strict=True)
    found = (tree for part, tree in parts if part.criterion.key == score.key_result.id)
    tree = next(found, leaf(score.label, None))
    return tree if above is None else as_titled(tree, above.objective)


def _stands(key_result: KeyResult, said: CheckIn, address: str) -> Numbered:
    """Yield what was said last of a key result, and what it is to come to; a yes or no is no number."""
    label = named("said_on", name=verbatim(key_result.label), on=said.on)
    target = named("aimed_at", name=verbatim(key_result.label))
    if key_result.kind == "milestones":
        reached = tuple(verbatim(each.label) for each in key_result.milestones if each.key in (said.reached or ()))
        yield f"{address}/stands", partial(counted, label, reached)
        yield f"{address}/target", partial(counted, target, tuple(verbatim(each.label) for each in key_result.milestones))
    for value in (said.value, said.score):
        if value is not None:
            yield f"{address}/stands", partial(leaf, label, value)
    if key_result.target is not None:
        yield f"{address}/target", partial(leaf, target, key_result.target)
    if key_result.band is not None:
        for end in ("low", "high"):
            yield f"{address}/target/{end}", partial(leaf, target, getattr(key_result.band, end))


def _expected(standing: _Standing, asked: _Asked) -> Breakdown:
    """Return what should be reached by now: the mean of the parts that have a score; else the share of the days that passed."""
    score, period = standing.score, standing.period
    label = named("expected_of", name=score.label)
    if isinstance(score, ObjectiveScore) and score.basis == "computed":
        known = (part for part in _parts(score) if part.score.expected is not None and part.score.weight)
        parts = (attrs.evolve(_expected(part, asked), weight=part.score.weight) for part in known)
        return grown(label, score.expected, WeightedMean(), parts)
    if isinstance(score, KeyResultScore) and score.key_result.kind in _AT_ONCE:
        return leaf(named(f"expected_{score.key_result.kind}", name=score.label, on=period.last), score.expected)
    if asked.calendar is None:
        return leaf(named("expected_by", name=score.label, on=asked.on), score.expected)
    passed = period.until(asked.on)
    days = (0 if passed is None else asked.calendar.workdays(passed), asked.calendar.workdays(period))
    ends = (asked.on, period.last)
    parts = (leaf(named("workdays_from", first=period.start, last=end), each) for each, end in zip(days, ends, strict=True))
    return grown(label, score.expected, Quotient(), parts)


def _confidence(standing: _Standing) -> Breakdown:
    """Return how sure the owner is: as was said last, or as the owners of the parts are."""
    score, noun = standing.score, standing.score.noun
    said = [check_in for check_in in noun.check_ins if check_in.confidence is not None]
    if said or not isinstance(score, ObjectiveScore):
        return leaf(named("confidence_on", name=score.label, on=said[-1].on), score.confidence)
    known = (part for part in _parts(score) if part.score.confidence is not None)
    parts = (attrs.evolve(_confidence(part), weight=part.score.noun.weight) for part in known)
    return grown(named("confidence_of", name=score.label), score.confidence, WeightedMean(), parts)


def _coverage(standing: _Standing) -> Breakdown:
    """Return which share of the weight has a score: all or nothing of what stands for itself."""
    score, share = standing.score, standing.score.coverage.weight_share
    label = named("coverage_of", name=score.label)
    if not isinstance(score, ObjectiveScore) or score.basis == "stated" or not score.parts:
        return leaf(label, share)
    parts = (attrs.evolve(_coverage(part), weight=part.score.noun.weight) for part in _parts(score))
    return grown(label, share, WeightedMean(), parts)
