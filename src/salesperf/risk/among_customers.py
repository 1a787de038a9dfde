"""Risks that results show by themselves among customers: much hangs on one of them, or on those who have gone quiet."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np

from salesperf.attainment.judging import DAYS_OF_GRACE
from salesperf.customers import Lifecycle, Purchases
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.risk_entry import Risk
from salesperf.model.scale import Steps
from salesperf.model.validators import require
from salesperf.pipeline import Concentration
from salesperf.risk.making import FEWEST, RiskMaker, maker_of, number, sure_share

__all__ = ["bought_before_quiet", "customer_risks", "value_by_customer"]

_YEAR: Final = 365


def value_by_customer(purchases: Purchases, *, days: int = _YEAR) -> Mapping[str, Amount]:
    """Return what each customer bought in the last days up to that to which purchases are known, of who bought anything.

    Parameters
    ----------
    purchases
        Who bought when for how much.
    days
        How many days to look back, the last one included.

    Examples
    --------
    >>> dict(value_by_customer(Purchases.empty(as_of=date(2026, 9, 30))))
    {}
    """
    if purchases.unit is None:
        return MappingProxyType({})
    first = purchases.as_of.toordinal() - days
    chosen = purchases.days > first
    sums = np.zeros(len(purchases.customers), dtype=np.int64)
    np.add.at(sums, purchases.codes[chosen], purchases.minor[chosen])
    named = zip(purchases.customers, sums.tolist(), strict=True)
    return MappingProxyType({name: Amount(minor=minor, unit=purchases.unit) for name, minor in named if minor > 0})


def customer_risks(
    purchases: Purchases,
    *,
    lifecycle: Lifecycle | None = None,
    sold: Amount | None = None,
    owner: str | None = None,
    scales: Mapping[str, Steps] | None = None,
) -> tuple[Risk, ...]:
    """Find the risks among customers: much hangs on one of them, or much on those who have gone quiet.

    Parameters
    ----------
    purchases
        Who bought when for how much.
    lifecycle
        Where customers stand.
    sold
        What was sold in the last 365 days, also without a customer's name, where that is known; in the unit of the purchases.
    owner, scales
        As for :func:`salesperf.risk.pipeline_risks`.

    Notes
    -----
    The share of one customer is of what was sold in the last 365 days, or of what customers bought then where that is more or
    all that is known: where few sales name their customer, one of these is not most of the business. The share of who has gone
    quiet is of what was bought in the 365 days before the first day on which a customer who is at risk now may have bought
    last; it is not told where purchases are on record for less than these. How likely that is, the lower end of Wilson's
    interval tells, as if each of them had bought as much.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the lifecycle is of a later day than the purchases.
    UnitMismatchError
        If what was sold is in another unit than the purchases.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.model.codes import Codes
    >>> days = np.array(["2026-03-01", "2026-05-01", "2026-09-09"], dtype="datetime64[D]")
    >>> who, paid = Codes.of(["k-1", "k-2", "k-1"]), np.array([50000, 20000, 30000])
    >>> bought = Purchases.of(who, days, paid, unit=CNY, as_of=date(2026, 9, 30))
    >>> [(risk.id, risk.likelihood, str(risk.at_stake)) for risk in customer_risks(bought)]
    [('customer/one_customer', 5, '800.00 CNY')]
    """
    require(purchases, Purchases, path=("purchases",))
    require(lifecycle, Lifecycle, type(None), path=("lifecycle",))
    require(sold, Amount, type(None), path=("sold",))
    if sold is not None and purchases.unit not in (None, sold.unit):
        raise UnitMismatchError("unit_mismatch", path=("sold",), left=str(purchases.unit), right=str(sold.unit))
    maker = maker_of("customer", owner, purchases.as_of, scales)
    if lifecycle is not None and lifecycle.as_of > purchases.as_of:
        raise InvalidValueError("evidence_later", path=("lifecycle",), last=purchases.as_of, value=lifecycle.as_of)
    return (*_one_customer(purchases, sold, maker), *_gone_quiet(purchases, lifecycle, maker))


def _one_customer(purchases: Purchases, sold: Amount | None, maker: RiskMaker) -> Iterator[Risk]:
    bought = value_by_customer(purchases)
    found = Concentration.of(bought, left_out=0)
    if found.n < FEWEST or found.largest is None or purchases.unit is None:
        return
    by_customers = Amount.total(bought.values(), purchases.unit)
    whole = by_customers if sold is None else max(sold, by_customers)
    at_stake = bought[found.largest]
    share = at_stake.minor / whole.minor
    cited = Citation(
        label=Message.of("risk.cited.one_customer", name=found.largest),
        value=share,
        n=found.n,
        is_share=True,
        source=Message("risk.source.purchases"),
    )
    part = number("share", share)
    yield from maker.risk("one_customer", part, part, cited, at_stake=at_stake)


def _gone_quiet(purchases: Purchases, lifecycle: Lifecycle | None, maker: RiskMaker) -> Iterator[Risk]:
    before = None if lifecycle is None else bought_before_quiet(purchases, lifecycle)
    if not before or lifecycle is None or purchases.unit is None:
        return
    whole = Amount.total(before.values(), purchases.unit)
    quiet = {name: amount for name, amount in before.items() if lifecycle.state_by_customer.get(name) == "at_risk"}
    at_stake = Amount.total(quiet.values(), purchases.unit)
    share, n = at_stake.minor / whole.minor, len(before)
    source = Message.of("risk.source.lifecycle", days=lifecycle.policy.at_risk_after)
    label = Message.of("risk.cited.accounts_at_risk", count=len(quiet))
    cited = [
        Citation(label=label, value=share, n=n, is_share=True, source=source),
        Citation.of(Message("risk.cited.quiet_customers"), Estimate.of_counts(len(quiet), n), is_share=True, source=source),
    ]
    sure, part = sure_share(at_stake.minor, whole.minor, n), number("share", share)
    yield from maker.risk("accounts_at_risk", part, part, *cited, at_stake=at_stake, sure=sure)


def bought_before_quiet(purchases: Purchases, lifecycle: Lifecycle) -> Mapping[str, Amount] | None:
    """Return what each customer bought in the 365 days before the first on which one at risk now may have bought last.

    Parameters
    ----------
    purchases
        Who bought when for how much.
    lifecycle
        Where customers stand.

    Returns
    -------
    Mapping of str to Amount or None
        ``None`` where there were no days so early, or purchases are on record for less than all of these days: of a few of
        them nobody can say how much of the business has gone.

    Examples
    --------
    >>> from salesperf.customers import lifecycle
    >>> nothing = Purchases.empty(as_of=date(2026, 9, 30))
    >>> bought_before_quiet(nothing, lifecycle(nothing)) is None
    True
    """
    quiet_since = purchases.as_of.toordinal() - lifecycle.policy.at_risk_after
    begun = int(purchases.days.min(initial=purchases.as_of.toordinal()))
    if quiet_since < 1 or begun > quiet_since - _YEAR + DAYS_OF_GRACE:
        return None
    return value_by_customer(purchases.until(date.fromordinal(quiet_since)))
