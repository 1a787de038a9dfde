"""The numbers on channels of a review."""

from functools import partial

from salesperf.review.explained.growing import Numbered
from salesperf.review.whole import Review

__all__ = ["numbers_of_channels"]


def numbers_of_channels(review: Review) -> Numbered:
    """Yield the numbers on channels.

    Parameters
    ----------
    review
        The review.
    """
    if review.channels is None:
        return
    report = review.channels.report
    yield "channels/value", partial(getattr, report, "breakdown")
    for line in (*report.lines, report.total):
        name = "/".join(label or "-" for label in line.labels) or "total"
        yield f"channels/{name}/return_on_investment", partial(getattr, line, "breakdown")
        yield f"channels/{name}/acquisition_cost", partial(getattr, line, "acquisition_breakdown")
