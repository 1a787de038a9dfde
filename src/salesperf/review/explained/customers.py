"""The numbers on customers of a review, down to their days of purchase."""

from datetime import date
from functools import partial

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.review.customers import CustomerLine, CustomerSection
from salesperf.review.explained.growing import Numbered, named, summed
from salesperf.review.whole import Review

__all__ = ["numbers_of_customers"]


def numbers_of_customers(review: Review) -> Numbered:
    """Yield the numbers on customers.

    Parameters
    ----------
    review
        The review.
    """
    section = review.customers
    if section is None:
        return
    yield "customers/sold", partial(getattr, section, "breakdown")
    yield "customers/standing", partial(getattr, section.lifecycle, "breakdown")
    for line in section.largest:
        yield f"customers/{line.customer}/bought", partial(_bought, section, line)


def _bought(section: CustomerSection, line: CustomerLine) -> Breakdown:
    """Return what a customer bought in the period as the sum of its days."""
    purchases, unit = section.purchases, line.amount.unit
    chosen = purchases.codes == purchases.customers.index(line.customer)
    days = map(date.fromordinal, purchases.days[chosen].tolist())
    days_and_sums = zip(days, purchases.minor[chosen].tolist(), strict=True)
    bought = [(named("day", on=on), Amount(minor=minor, unit=unit)) for on, minor in days_and_sums if on in section.period]
    return summed(named("bought"), line.amount, bought)
