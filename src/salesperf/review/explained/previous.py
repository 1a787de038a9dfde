"""What changed since the review before, down to both numbers."""

from functools import partial

from salesperf.attainment import Attainment
from salesperf.model.breakdown import Breakdown, Difference
from salesperf.model.message import Message
from salesperf.review.explained.growing import Numbered, bracketed, grown, leaf, named
from salesperf.review.whole import Review

__all__ = ["numbers_of_changes"]


def numbers_of_changes(review: Review) -> Numbered:
    """Yield what changed since the review before: now less then.

    Parameters
    ----------
    review
        The review.
    """
    comparison, owner = review.previous, review.owner
    if comparison is None:
        return
    for change in comparison.metrics:
        whose = "" if change.owner == owner else f"/{change.owner}"
        address = f"previous/{change.metric.key}{bracketed(change.scope)}{whose}"
        for name in ("ratio", "pace"):
            ends = [_of(name, attained) for attained in (change.now, change.then)]
            yield f"{address}/{name}", partial(_less, named(name), *ends)
    for deals in comparison.deals:
        address = f"previous/{deals.process.key}/{'-' if deals.unit is None else deals.unit.code}"
        yield f"{address}/win_rate", partial(_less, named("win_rate"), deals.win_rate_now.value, deals.win_rate_then.value)
        yield f"{address}/open", partial(_less, named("open"), deals.open_now.count, deals.open_then.count)
    yield "previous/quality", partial(_less, named("quality"), comparison.quality_now, comparison.quality_then)
    yield "previous/unmet", partial(_less, named("unmet"), comparison.unmet_now, comparison.unmet_then)


def _of(name: str, attained: Attainment | None) -> float | None:
    if attained is None:
        return None
    return attained.ratio if name == "ratio" else attained.pace.value


def _less(label: Message, now: float | None, then: float | None) -> Breakdown:
    """Return a change; undefined where either number is."""
    parts = (leaf(named("now"), now), leaf(named("then"), then))
    return grown(label, None if now is None or then is None else now - then, Difference(), parts)
