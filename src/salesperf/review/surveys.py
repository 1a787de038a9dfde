"""What customers answered when they were asked, as far as it was recorded in entries: promoters, and who is satisfied."""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

import attrs

from salesperf import formulas
from salesperf.customers.stages_of_life import rate_of
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS
from salesperf.review.grounds import Grounds

__all__ = ["SURVEY_METRICS", "SurveyLine", "SurveyMetric", "survey_lines"]

SurveyMetric: TypeAlias = Literal["net_promoter_score", "customer_satisfaction"]
SURVEY_METRICS: Final[tuple[SurveyMetric, ...]] = ("net_promoter_score", "customer_satisfaction")
"""The ready-made metrics of what customers answer: each a part of the answers."""


@attrs.frozen(kw_only=True)
class SurveyLine:
    """What customers answered within the period so far, whether or not anybody owes it.

    Attributes
    ----------
    metric : str
        One of :data:`SURVEY_METRICS`.
    counted : Amount
        Promoters less detractors, or the satisfied answers.
    answers : Amount
        All answers.
    estimate : Estimate
        Points from -100 to 100 without an interval, since from promoters less detractors none follows; or the share of
        satisfied answers with Wilson's interval. Undefined where nobody answered, or more is counted than answers are.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> counts = {"counted": Amount.of(12, COUNT), "answers": Amount.of(40, COUNT)}
    >>> print(SurveyLine(metric="net_promoter_score", **counts, estimate=Estimate(value=30, n=40, unit="points")).estimate)
    30 points, n = 40
    """

    metric: SurveyMetric
    counted: Amount
    answers: Amount
    estimate: Estimate


def survey_lines(grounds: Grounds) -> Iterator[SurveyLine]:
    """Yield what customers answered, of each metric of which any entry counts toward the owner in the period so far.

    Parameters
    ----------
    grounds
        What the review looks at.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, Actual, Org, Period, Records, Rep
    >>> counts = {"survey_responses": 50, "satisfied_responses": 41}
    >>> entries = [
    ...     Actual(owner="ada", metric=STANDARD_METRICS[key], amount=Amount.of(count, COUNT), on=date(2026, 8, 3))
    ...     for key, count in counts.items()
    ... ]
    >>> records = Records(org=Org(reps=[Rep(id="ada")]), actuals=entries)
    >>> grounds = Grounds(records=records, owner=None, period=Period.month(2026, 8), as_of=date(2026, 8, 31))
    >>> [(line.metric, str(line.estimate)) for line in survey_lines(grounds)]
    [('customer_satisfaction', '0.82 [0.692039, 0.902298], n = 50')]
    """
    spans = grounds.ledger.spans_of(grounds.owner, grounds.passed)
    everything: FrozenMap[str, str] = FrozenMap()
    for metric in SURVEY_METRICS:
        counted, answers = STANDARD_METRICS[metric].recorded
        # What is counted in one unit is no part of what is counted in another.
        for unit in grounds.ledger.units(counted, everything):
            part, entries = grounds.ledger.sums(counted, unit, everything, spans)
            if entries.any():
                whole, _ = grounds.ledger.sums(answers, unit, everything, spans)
                yield SurveyLine(
                    metric=metric,
                    counted=Amount(minor=int(part.sum()), unit=unit),
                    answers=Amount(minor=int(whole.sum()), unit=unit),
                    estimate=_estimate(metric, int(part.sum()), int(whole.sum())),
                )


def _estimate(metric: SurveyMetric, counted: int, answers: int) -> Estimate:
    """Return what a part of the answers tells, if it can be one."""
    is_net = metric == "net_promoter_score"
    if not (-answers if is_net else 0) <= counted <= answers:
        return Estimate.undefined(Message("customers.reason.more_than_answers"))
    if not answers or not is_net:
        return rate_of(counted, answers, Message("customers.reason.no_answers"))
    value = formulas.net_promoter_score(counted, 0, answers)
    return Estimate(value=value, n=answers, unit="points", reason=Message("customers.reason.net_alone"))
