"""The numbers on people of a review: those that its audience may see."""

from functools import partial

from salesperf.review.explained.growing import Numbered
from salesperf.review.whole import Review

__all__ = ["numbers_of_people"]


def numbers_of_people(review: Review) -> Numbered:
    """Yield the pay, appraisals and feedback that the audience sees.

    Parameters
    ----------
    review
        The review.
    """
    if review.people is None:
        return
    for total in review.people.pay_totals:
        yield f"pay/{total.due.unit.code}", partial(getattr, total, "breakdown")
    for appraisal in review.people.appraisals:
        yield f"appraisal/{appraisal.rep}", partial(getattr, appraisal, "breakdown")
    for feedback in review.people.feedback:
        yield f"feedback/{feedback.subject}", partial(getattr, feedback, "breakdown")
