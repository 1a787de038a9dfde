"""The numbers on what customers answered, down to the entries that count it."""

from functools import cached_property, partial

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Sum
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS, Metric
from salesperf.model.records import Records
from salesperf.model.target import Actual
from salesperf.review.explained.elsewhere import computed
from salesperf.review.explained.entries import entry_named
from salesperf.review.explained.growing import Numbered, grown, leaf, named, rate_of, rate_with_ends
from salesperf.review.grounds import Grounds
from salesperf.review.surveys import SurveyLine
from salesperf.review.whole import Review

__all__ = ["numbers_of_surveys"]


def numbers_of_surveys(review: Review, records: Records | None) -> Numbered:
    """Yield what customers answered: the score or the share, and the counts that it is made of.

    Parameters
    ----------
    review
        The review.
    records
        What was known; ``None`` where no entries are at hand.
    """
    behind = None
    if records is not None:
        behind = _Behind(Grounds(records=records, owner=review.owner, period=review.period, as_of=review.as_of))
    metrics = [line.metric for line in review.surveys]
    for line in review.surveys:
        unit = f"~{line.counted.unit.code}" if metrics.count(line.metric) > 1 else ""
        address = f"customers/surveys/{line.metric}{unit}"
        parts = zip(STANDARD_METRICS[line.metric].recorded, (line.counted, line.answers), strict=True)
        counted, answers = (partial(_count, metric, amount, behind) for metric, amount in parts)
        yield f"{address}/counted", counted
        yield f"{address}/answers", answers
        if line.estimate.value is not None:
            label = Message(STANDARD_METRICS[line.metric].title)
            if line.metric == "net_promoter_score":
                yield address, partial(_net, label, line, counted, answers)
            else:
                yield from rate_with_ends(address, label, line.estimate, counted, answers)


class _Behind:
    """The entries behind the answers: looked for once, when the first is asked for."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds

    @cached_property
    def entries(self) -> tuple[Actual, ...]:
        """The entries of the period so far, by day."""
        return self.grounds.entries_of(self.grounds.owner, self.grounds.passed)


def _count(metric: Metric, amount: Amount, behind: _Behind | None) -> Breakdown:
    """Return how many of a metric were counted, entry by entry where these are at hand."""
    label = Message(metric.title)
    if behind is None:
        return leaf(label, amount.minor)
    found = (each for each in behind.entries if (each.metric.key, each.amount.unit) == (metric.key, amount.unit))
    return grown(label, amount.minor, Sum(), (leaf(entry_named(each), each.amount.minor) for each in found))


def _net(label: Message, line: SurveyLine, counted: partial[Breakdown], answers: partial[Breakdown]) -> Breakdown:
    """Return promoters less detractors of a hundred answers."""
    points = computed(named("net_promoters_in_points"), Product(), (leaf(named("points"), 100), counted()))
    return rate_of(label, line.estimate.value, points, answers())
