"""What made the difference, in the trees of its effects."""

from functools import partial

from salesperf.review.explained.growing import Numbered
from salesperf.review.whole import Review

__all__ = ["numbers_of_variance"]


def numbers_of_variance(review: Review) -> Numbered:
    """Yield each variance of a review.

    Parameters
    ----------
    review
        The review.
    """
    for place, line in enumerate(() if review.variance is None else review.variance.lines, 1):
        yield f"variance/{place}/{line.kind}", partial(getattr, line.variance, "breakdown")
