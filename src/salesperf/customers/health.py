"""How well a key account stands: facts from its purchases and contacts, graded by a scorecard."""

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
from salesperf.scorecard import Criterion, Score, Scorecard

__all__ = ["KEY_ACCOUNT_CARD", "account_facts", "account_health", "purchases_of", "usual_gap", "year_before"]


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

_FEWEST_GAPS: Final = 2


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
        ``quiet_ratio``: days since the last purchase over the usual days between two, of three purchases or more.
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
    days, _ = purchases_of(purchases, customer.id)
    today = purchases.as_of.toordinal()
    gap = usual_gap(days)
    roles = {contact.role for contact in customer.contacts if contact.role is not None}
    return {
        "quiet_ratio": None if gap is None else (today - int(days[-1])) / gap,
        "purchase_trend": _trend(purchases, customer.id),
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


def purchases_of(purchases: Purchases, customer: str) -> tuple[Integers, Integers]:
    """Return days and smallest units of the purchases of one customer, in order of days."""
    if customer not in purchases.customers:
        raise UnknownNameError("unknown_customer", path=("customer",), value=customer)
    rows = (purchases.codes == purchases.customers.index(customer)) & (purchases.minor > 0)
    return purchases.days[rows], purchases.minor[rows]


def usual_gap(days: Integers) -> float | None:
    """Return the median of the days between two purchases; ``None`` of fewer than three."""
    gaps = np.diff(days)
    return float(np.median(gaps)) if gaps.size >= _FEWEST_GAPS else None


def year_before(day: int) -> int:
    """Return the ordinal of the same day of the year before; of the 29th of February the day before it."""
    on = date.fromordinal(day)
    leap_day = (on.month, on.day) == (2, 29)
    return on.replace(year=on.year - 1, day=28 if leap_day else on.day).toordinal()


def _trend(purchases: Purchases, customer: str) -> float | None:
    """Return what was bought in the year to the day over the year before; ``None`` where there is no full year before."""
    today = purchases.as_of.toordinal()
    last, earlier = year_before(today), year_before(year_before(today))
    days, _ = purchases_of(purchases, customer)
    if not days.size or int(days[0]) > earlier:
        return None
    # Returns count: what came back was not bought.
    rows = purchases.codes == purchases.customers.index(customer)
    on, minor = purchases.days[rows], purchases.minor[rows]
    before = int(minor[(on > earlier) & (on <= last)].sum())
    return int(minor[on > last].sum()) / before if before > 0 else None
