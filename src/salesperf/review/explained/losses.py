"""The numbers on a customer who was lost, and on what changed before."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import pairwise

from salesperf.customers.health import purchases_of, usual_gap, year_before
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Rounded
from salesperf.review.customers import CustomerSection, LostCustomer
from salesperf.review.explained.growing import Numbered, counted, grown, median_of, named, summed

__all__ = ["numbers_of_loss"]


def numbers_of_loss(lost: LostCustomer, section: CustomerSection) -> Numbered:
    """Yield how long the customer usually stayed away, and what was bought in the last year and in the one before.

    Parameters
    ----------
    lost
        Who was lost.
    section
        The customers of the review.
    """
    address = f"customers/{lost.line.customer}"
    for evidence in lost.post_mortem.evidence:
        told = evidence.message.arguments
        if evidence.kind == "went_quiet" and "gap" in told:
            yield f"{address}/usual_gap", partial(_usual_gap, section, lost, told["gap"])
        elif evidence.kind == "bought_less_often":
            for when in ("before", "after"):
                yield f"{address}/purchases_{when}", partial(_purchases, section, lost, when)
        elif evidence.kind == "bought_less":
            for when in ("before", "after"):
                yield f"{address}/value_{when}", partial(_value, section, lost, when, told[when])


def _usual_gap(section: CustomerSection, lost: LostCustomer, gap: int) -> Breakdown:
    """Return the middle one of the days between two purchases, rounded."""
    days, _ = purchases_of(section.purchases, lost.line.customer)
    pairs = pairwise(date.fromordinal(day) for day in days.tolist())
    gaps = [(named("between", first=first, last=last), (last - first).days) for first, last in pairs]
    middle = median_of(named("usual_gap"), usual_gap(days), gaps)
    return grown(named("usual_gap_rounded"), gap, Rounded("half_even"), (middle,))


def _purchases(section: CustomerSection, lost: LostCustomer, when: str) -> Breakdown:
    days = (named("day", on=date.fromordinal(day)) for day, _ in _bought(section, lost, when))
    return counted(named(f"purchases_{when}"), days)


def _value(section: CustomerSection, lost: LostCustomer, when: str, value: Amount) -> Breakdown:
    bought = (
        (named("day", on=date.fromordinal(day)), Amount(minor=minor, unit=value.unit))
        for day, minor in _bought(section, lost, when)
    )
    return summed(named(f"value_{when}"), value, bought)


def _bought(section: CustomerSection, lost: LostCustomer, when: str) -> Iterator[tuple[int, int]]:
    """Yield days and smallest units of the purchases of the year up to the last one, or of the year before that."""
    days, minor = (column.tolist() for column in purchases_of(section.purchases, lost.line.customer))
    last = year_before(days[-1])
    first, until = (last, days[-1]) if when == "after" else (year_before(last), last)
    yield from ((day, each) for day, each in zip(days, minor, strict=True) if first < day <= until)
