"""The numbers on how well key accounts stand, down to the days and amounts of what they bought."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import pairwise

from salesperf.customers.health import NEVER_QUIET, purchases_of, usual_gap, year_before
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Minimum
from salesperf.model.message import Message
from salesperf.review.customers import CustomerSection
from salesperf.review.explained.growing import Numbered, counted, grown, leaf, median_of, more_of, named, rate_of, summed
from salesperf.review.key_accounts import KeyAccount
from salesperf.review.listed import listed_weakening

__all__ = ["numbers_of_health", "numbers_of_weakening"]


def numbers_of_health(section: CustomerSection) -> Numbered:
    """Yield how many key accounts are graded, and how many are in each band; nothing where none is graded.

    Parameters
    ----------
    section
        The customers of the review.
    """
    graded, ungraded = ([each for each in section.accounts if each.is_graded == wanted] for wanted in (True, False))
    if not graded:
        return
    yield "customers/health/graded", lambda: counted(named("accounts_graded"), map(_named, graded))
    yield "customers/health/ungraded", lambda: counted(named("accounts_ungraded"), map(_named, ungraded))
    for band, accounts in section.health.items():
        yield f"customers/health/{band}", partial(_in_band, band, accounts)
    yield from more_of("customers/health", listed_weakening(section).rest, _named)


def _named(account: KeyAccount) -> Message:
    return named("customer", customer=account.customer)


def _in_band(band: str, accounts: tuple[KeyAccount, ...]) -> Breakdown:
    scored = (named("account_scored", customer=each.customer, score=each.score.value) for each in accounts)
    return counted(Message(f"customers.health_band.{band}"), scored)


def numbers_of_weakening(account: KeyAccount, section: CustomerSection) -> Numbered:
    """Yield the score of a key account, and what it rests on as far as that is known.

    Parameters
    ----------
    account
        One that weakens.
    section
        The customers of the review.
    """
    address = f"customers/{account.customer}"
    yield f"{address}/health", lambda: account.score.breakdown
    if account.quiet_ratio is not None:
        yield f"{address}/quiet_ratio", partial(_quiet_ratio, account, section)
    if account.purchase_trend is not None:
        yield f"{address}/purchase_trend", partial(_trend, account, section)
    if account.known_roles is not None:
        yield f"{address}/known_roles", partial(leaf, Message("customers.health.known_roles"), account.known_roles)


def _quiet_ratio(account: KeyAccount, section: CustomerSection) -> Breakdown:
    history, label = section.history, Message("customers.health.quiet_ratio")
    ordinals, _ = purchases_of(history, account.customer)
    days = [date.fromordinal(day) for day in ordinals.tolist()]
    days_since, gap = (history.as_of - days[-1]).days, usual_gap(ordinals) or 0.0
    since = leaf(named("days_from", first=days[-1], last=history.as_of), days_since)
    gaps = [(named("between", first=first, last=last), (last - first).days) for first, last in pairwise(days)]
    usual = median_of(named("usual_gap"), gap, gaps)
    if days_since >= NEVER_QUIET or days_since <= gap:
        return rate_of(label, account.quiet_ratio, since, usual)
    at_most = leaf(named("never_quiet", days=NEVER_QUIET), 1)
    return grown(label, account.quiet_ratio, Minimum(), (rate_of(label, days_since / gap, since, usual), at_most))


def _trend(account: KeyAccount, section: CustomerSection) -> Breakdown:
    today = section.purchases.as_of.toordinal()
    last = year_before(today)
    spans = {"after": (last, today), "before": (year_before(last), last)}
    parts = (_bought(account, section, when, *span) for when, span in spans.items())
    return rate_of(Message("customers.health.purchase_trend"), account.purchase_trend, *parts)


def _bought(account: KeyAccount, section: CustomerSection, when: str, after: int, until: int) -> Breakdown:
    """Return what an account bought after a day and until another, less what came back."""
    unit, found = section.revenue.unit, [each for each in _entries(account, section) if after < each[0] <= until]
    value = Amount(minor=sum(minor for _, minor in found), unit=unit)
    days = ((named("day", on=date.fromordinal(day)), Amount(minor=minor, unit=unit)) for day, minor in found)
    return summed(named(f"trend_{when}"), value, days)


def _entries(account: KeyAccount, section: CustomerSection) -> Iterator[tuple[int, int]]:
    purchases = section.purchases
    rows = purchases.codes == purchases.customers.index(account.customer)
    yield from zip(purchases.days[rows].tolist(), purchases.minor[rows].tolist(), strict=True)
