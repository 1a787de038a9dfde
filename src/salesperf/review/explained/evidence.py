"""The numbers on which causes and risks of a review rest, each with where it came from."""

from functools import partial

from salesperf.model.breakdown import Breakdown
from salesperf.model.citation import Citation
from salesperf.review.explained.growing import Numbered, leaf, named
from salesperf.review.whole import Review

__all__ = ["numbers_of_evidence"]


def numbers_of_evidence(review: Review) -> Numbered:
    """Yield the numbers behind causes and risks, and the score of each risk.

    Parameters
    ----------
    review
        The review.
    """
    for place, cause in enumerate(review.causes, 1):
        for number, citation in enumerate(cause.citations, 1):
            yield f"causes/{place}/{cause.rule}/{number}", partial(_leaf_of, citation)
    for line in review.risks.lines:
        yield f"risks/{line.risk.id}", partial(getattr, line.score, "breakdown")
        for number, citation in enumerate(line.risk.citations, 1):
            yield f"risks/{line.risk.id}/{number}", partial(_leaf_of, citation)


def _leaf_of(citation: Citation) -> Breakdown:
    return leaf(named("cited", label=citation.label, source=citation.source), citation.value)
