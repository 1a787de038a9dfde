"""The numbers on actions of a review, before and after."""

from functools import partial

from salesperf.review.explained.growing import Numbered
from salesperf.review.whole import Review

__all__ = ["numbers_of_actions"]


def numbers_of_actions(review: Review) -> Numbered:
    """Yield what each action did.

    Parameters
    ----------
    review
        The review.
    """
    for line in () if review.actions is None else review.actions.follow_through.lines:
        yield f"actions/{line.action.id}", partial(getattr, line.action, "breakdown")
