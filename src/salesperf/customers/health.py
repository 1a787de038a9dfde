"""How well a key account stands: facts from its purchases and contacts, graded by a scorecard."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from salesperf.customers.purchases import Purchases
from salesperf.errors import UnknownNameError
from salesperf.model.codes import Integers
from salesperf.model.customer import Customer
from salesperf.model.scale import Curve, Steps
from salesperf.model.validators import require
from salesperf.scorecard import Bands, Criterion, Score, Scorecard

__all__ = [
    "KEY_ACCOUNT_BANDS",
    "KEY_ACCOUNT_CARD",
    "NEVER_QUIET",
    "account_facts",
    "account_health",
    "purchase_trend",
    "purchases_of",
    "quiet_ratio",
    "usual_gap",
    "year_before",
]


def _criterion(key: str, scale: Curve | Steps, weight: int) -> Criterion:
    return Criterion(key, scale, weight, missing="leave_out", title=f"customers.health.{key}")


KEY_ACCOUNT_CARD: Final = Scorecard(
    [
        _criterion("quiet_ratio", Curve([(1, 100), (2, 50), (4, 0)]), 3),
        _criterion("purchase_trend", Curve([(0.5, 0), (1, 70), (1.3, 100)]), 3),
        _criterion("known_roles", Steps([(1, 30), (2, 60), (3, 100)]), 2),
        _criterion("satisfaction", Curve([(0, 0), (6, 30), (10, 100)]), 2),
        _criterion("overdue_days", Curve([(0, 100), (60, 0)]), 1),
    ]
)
"""Grades a key account from 0 to 100. What is not known has no part in the score. Make a card of your own where other things
count: the points and weights of this one are rules of thumb."""

KEY_ACCOUNT_BANDS: Final = Bands([("healthy", 70), ("to_watch", 40), ("in_danger", 0)])
"""What a score of :data:`KEY_ACCOUNT_CARD` means: rules of thumb as well."""

NEVER_QUIET: Final = 30
"""Days after a purchase: in fewer nobody is quiet, however often it bought before."""
_FEWEST_GAPS: Final = 2
_FIRST_YEAR: Final = 365
"""The ordinal of the last day of year 1, before which there is no year."""


def account_facts(purchases: Purchases, customer: Customer) -> Mapping[str, object]:
    """Tell what :data:`KEY_ACCOUNT_CARD` asks about an account, as far as purchases and contacts say.

    Parameters
    ----------
    purchases
        Who bought when for how much.
    customer
        The account; its contacts with a role are counted by their roles.

    Returns
    -------
    Mapping of str to object
        ``quiet_ratio``: days since the last purchase over the usual days between two, of three purchases or more; at most 1
        within 30 days.
        ``purchase_trend``: what was bought in the last year over what was bought in the year before, of who has bought for two
        years or longer. ``known_roles``: how many places of the decision chain are known. ``None`` for what is not known.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    UnknownNameError
        If the purchases know no such customer.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> days = np.datetime64("2026-09-30") - np.array([90, 60, 30])
    >>> bought = Purchases.of(Codes.of(["k-1"] * 3), days, np.full(3, 100), unit=CNY, as_of=date(2026, 9, 30))
    >>> account_facts(bought, Customer(id="k-1"))
    {'quiet_ratio': 1.0, 'purchase_trend': None, 'known_roles': None}
    """
    require(purchases, Purchases, path=("purchases",))
    require(customer, Customer, path=("customer",))
    roles = {contact.role for contact in customer.contacts if contact.role is not None}
    return {
        "quiet_ratio": quiet_ratio(purchases, customer.id),
        "purchase_trend": purchase_trend(purchases, customer.id),
        "known_roles": len(roles) or None,
    }


def account_health(
    purchases: Purchases,
    customer: Customer,
    *,
    known: Mapping[str, object] | None = None,
    card: Scorecard = KEY_ACCOUNT_CARD,
) -> Score:
    """Grade how well a key account stands.

    Parameters
    ----------
    purchases, customer
        As of :func:`account_facts`.
    known
        What else is known, such as ``satisfaction``, the last rating from 0 to 10, and ``overdue_days``, by how many days
        payment is late; it goes before what purchases and contacts say.
    card
        The scorecard.

    Returns
    -------
    Score
        With its breakdown; undefined where nothing is known, as of a customer without purchases or contacts.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    InvalidInputError
        With every fact that cannot be graded.
    UnknownNameError
        If the purchases know no such customer.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> days = np.datetime64("2026-09-30") - np.array([150, 120, 90])
    >>> bought = Purchases.of(Codes.of(["k-1"] * 3), days, np.full(3, 100), unit=CNY, as_of=date(2026, 9, 30))
    >>> account_health(bought, Customer(id="k-1"), known={"satisfaction": 8}).value
    41.0
    """
    require(card, Scorecard, path=("card",))
    if known is not None:
        require(known, Mapping, path=("known",))
    return card.score({**account_facts(purchases, customer), **(known or {})})


def _rows_of(purchases: Purchases, customer: object) -> slice:
    """Return the rows of one customer: customers are sorted, and rows by customer, so that nothing is searched through."""
    names = purchases.customers
    place = bisect_left(names, customer) if isinstance(customer, str) else len(names)
    if place == len(names) or names[place] != customer:
        raise UnknownNameError("unknown_customer", path=("customer",), value=customer)
    first, after = np.searchsorted(purchases.codes, (place, place + 1)).tolist()
    return slice(first, after)


def purchases_of(purchases: Purchases, customer: str) -> tuple[Integers, Integers]:
    """Return days and smallest units of the purchases of one customer, in order of days."""
    rows = _rows_of(purchases, customer)
    days, minor = purchases.days[rows], purchases.minor[rows]
    return days[minor > 0], minor[minor > 0]


def usual_gap(days: Integers) -> float | None:
    """Return the median of the days between two purchases; ``None`` of fewer than three."""
    gaps = np.diff(days)
    return float(np.median(gaps)) if gaps.size >= _FEWEST_GAPS else None


def quiet_ratio(purchases: Purchases, customer: str) -> float | None:
    """Return the days since the last purchase over the usual days between two; ``None`` of fewer than three purchases.

    Whoever buys every other day is not quiet after a week: up to a month it is 1 at the most.
    """
    days, _ = purchases_of(purchases, customer)
    gap = usual_gap(days)
    if gap is None:
        return None
    since = purchases.as_of.toordinal() - int(days[-1])
    return since / gap if since >= NEVER_QUIET else min(since / gap, 1.0)


def year_before(day: int) -> int:
    """Return the ordinal of the same day of the year before; of the 29th of February the day before it; 0 of the first year."""
    if day <= _FIRST_YEAR:
        return 0
    on = date.fromordinal(day)
    leap_day = (on.month, on.day) == (2, 29)
    return on.replace(year=on.year - 1, day=28 if leap_day else on.day).toordinal()


def purchase_trend(purchases: Purchases, customer: str) -> float | None:
    """Return what was bought in the year to the day over the year before; ``None`` where there is no full year before."""
    last = year_before(purchases.as_of.toordinal())
    earlier = year_before(last)
    days, _ = purchases_of(purchases, customer)
    if not days.size or int(days[0]) > earlier:
        return None
    # Returns count: what came back was not bought.
    rows = _rows_of(purchases, customer)
    on, minor = purchases.days[rows], purchases.minor[rows]
    before = int(minor[(on > earlier) & (on <= last)].sum())
    return int(minor[on > last].sum()) / before if before > 0 else None
