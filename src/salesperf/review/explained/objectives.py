"""The numbers on objectives of a review."""

from functools import partial

from salesperf.review.explained.growing import Numbered
from salesperf.review.whole import Review

__all__ = ["numbers_of_objectives"]


def numbers_of_objectives(review: Review) -> Numbered:
    """Yield the score of each objective and key result.

    Parameters
    ----------
    review
        The review.
    """
    for score in () if review.objectives is None else review.objectives.scores:
        for each in score.walk():
            yield f"objectives/{each.noun.id}", partial(getattr, each, "breakdown")
