"""The numbers on the quality of the data."""

from functools import partial

from salesperf.review.explained.growing import Numbered
from salesperf.review.whole import Review

__all__ = ["numbers_of_quality"]


def numbers_of_quality(review: Review) -> Numbered:
    """Yield the score.

    Parameters
    ----------
    review
        The review.
    """
    yield "quality/score", partial(getattr, review.quality.report, "breakdown")
