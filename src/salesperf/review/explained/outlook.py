"""What is to be expected, in the trees of the forecasts."""

from functools import partial

from salesperf.review.explained.growing import Numbered
from salesperf.review.whole import Review

__all__ = ["numbers_of_outlook"]


def numbers_of_outlook(review: Review) -> Numbered:
    """Yield the numbers of what is to come.

    Parameters
    ----------
    review
        The review.
    """
    for expected in review.outlook:
        yield f"outlook/{expected.process.key}/{expected.unit.code}", partial(getattr, expected, "breakdown")
