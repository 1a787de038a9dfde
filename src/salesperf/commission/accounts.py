"""What is earned and not yet paid out, entry by entry, and what customers' payments release of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

import attrs

from salesperf.commission.pieces import step_pieces
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay_entry import Basis, Entry
from salesperf.model.pay_terms import Release

__all__ = ["EntryAccount", "Releasing", "releasing", "settle"]

_MARGIN: Final[Basis] = "margin"
_OWED: Final[tuple[Basis, ...]] = ("booked", "invoiced")
"""By what an entry tells what a customer owes."""


@attrs.frozen(kw_only=True)
class EntryAccount:
    """What an entry has earned since it was made, and how much of it was paid out.

    Attributes
    ----------
    entry : Entry
        The entry.
    earned : Amount
        In all.
    released : Amount
        What was paid out of it.
    forfeited : Amount
        What is lost because the customer paid late.

    Examples
    --------
    >>> from salesperf import CNY
    >>> entry = Entry(id="e-1", payee="ada", on=date(2026, 9, 3), amount=Amount.of(12_000, CNY))
    >>> nothing = Amount.zero(CNY)
    >>> print(EntryAccount(entry=entry, earned=Amount.of(600, CNY), released=nothing, forfeited=nothing).held)
    600.00 CNY
    """

    entry: Entry
    earned: Amount
    released: Amount
    forfeited: Amount

    @property
    def held(self) -> Amount:
        """What is earned and waits for the customer."""
        return self.earned - self.released - self.forfeited


@attrs.frozen
class Instalment:
    """A payment of a customer: which share of the deal it pays for, and how much of that counts at its age."""

    payment: Entry
    share: Fraction
    rest: Fraction
    """Which share of the deal was not paid for before: more than that it cannot pay for."""
    by_age: Fraction


@attrs.frozen(kw_only=True)
class Releasing:
    """How much of a deal is paid for before a day, and which share of what it earned that releases.

    Attributes
    ----------
    sold
        What the customer owes.
    instalments
        What was paid of it, in order.
    came
        Which share of the deal that is.
    counted
        Which share it releases at its age.
    kept
        Which share of that is not held back.
    """

    sold: Amount
    instalments: tuple[Instalment, ...]
    came: Fraction
    counted: Fraction
    kept: Fraction

    @classmethod
    def of(cls, release: Release, orders: list[Entry], payments: list[Entry], began: date, until: date) -> "Releasing":
        """Follow the payments of a deal in order."""
        sold = _sold(orders, payments)
        if sold.minor <= 0:  # wholly taken back: nothing is waited for any more
            kept = _kept(release, began, until)
            return cls(sold=sold, instalments=(), came=Fraction(1), counted=Fraction(1), kept=kept)
        came = counted = Fraction(0)
        completed = None
        instalments = []
        for payment in payments:
            rest = 1 - came
            share = min(Fraction(payment.amount.minor, sold.minor), rest)
            by_age = _share_by_age(release, (payment.on - began).days)
            instalments.append(Instalment(payment, share, rest, by_age))
            came += share
            counted += share * by_age
            completed = payment.on if came == 1 else None
        kept = _kept(release, completed, until)
        return cls(sold=sold, instalments=tuple(instalments), came=came, counted=counted, kept=kept)

    @property
    def share(self) -> Fraction:
        """Which share of what was earned is paid out."""
        return self.counted * self.kept

    def settled(self, account: EntryAccount) -> EntryAccount:
        """Return an account with what is paid out of it, and what is lost."""
        minor, unit = account.earned.minor, account.earned.unit
        released = round_fraction(minor * self.share)
        # What is lost is the rest of what the payments would have released on time.
        forfeited = round_fraction(minor * self.came) - round_fraction(minor * self.counted)
        return attrs.evolve(account, released=Amount(minor=released, unit=unit), forfeited=Amount(minor=forfeited, unit=unit))


def settle(
    accounts: Mapping[str, EntryAccount], release: Release | None, entries: Iterable[Entry], until: date
) -> dict[str, EntryAccount]:
    """Return the accounts as they stand before a day, with what payments released until then.

    Parameters
    ----------
    accounts
        By the id of the entry.
    release
        By which rules; ``None`` where all that is earned is paid out at once.
    entries
        Among which are the payments that release; and where a deal is paid for by its margin alone, what it was sold for.
    until
        The first day that does not count.

    Raises
    ------
    InvalidValueError
        If an entry names no deal, or of a deal nothing tells what the customer owes.
    UnitMismatchError
        If a payment is in another unit than what the customer owes.
    """
    found: dict[str, Releasing] = {} if release is None else releasing(accounts, release, entries, until)
    return {
        key: found[key].settled(account) if key in found else attrs.evolve(account, released=account.earned)
        for key, account in accounts.items()
    }


def releasing(
    accounts: Mapping[str, EntryAccount], release: Release, entries: Iterable[Entry], until: date
) -> dict[str, Releasing]:
    """Return by the id of an entry what releases its pay; those that wait for nothing are left out.

    Parameters
    ----------
    accounts, release, entries, until
        As of :func:`settle`.
    """
    deals: dict[tuple[str, str | None], list[Entry]] = defaultdict(list)
    for key, account in accounts.items():
        if account.entry.basis == release.basis:  # what a payment itself earns waits for nothing
            continue
        if account.entry.ref is None:
            raise InvalidValueError("ref_missing", path=("entries", key, "ref"), basis=release.basis)
        deals[account.entry.payee, account.entry.ref].append(account.entry)
    known: dict[tuple[str, str | None], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.on < until:
            known[entry.payee, entry.ref].append(entry)
    found: dict[str, Releasing] = {}
    for deal, earning in deals.items():
        payments = sorted((each for each in known[deal] if each.basis == release.basis), key=lambda each: each.order)
        began = min(entry.on for entry in earning)
        how = Releasing.of(release, _orders(earning, known[deal]), payments, began, until)
        found |= dict.fromkeys((entry.id for entry in earning), how)
    return found


def _orders(earning: list[Entry], known: list[Entry]) -> list[Entry]:
    """Return the entries of a deal that tell what the customer owes for it.

    Those that are paid for, so that invoices release what was earned by invoices; margin is nothing that anybody owes, and
    where it alone is paid for, it is the orders and invoices beside it.
    """
    orders = [entry for entry in earning if entry.basis != _MARGIN] or [entry for entry in known if entry.basis in _OWED]
    if not orders:
        raise InvalidValueError("release_without_price", path=("entries", earning[0].id, "basis"), value=earning[0].ref)
    return orders


def _sold(orders: list[Entry], payments: list[Entry]) -> Amount:
    """Return what the customer owes for a deal: the most that one measure and basis of it sums to.

    A deal may be credited by its order and by its margin, in money and in units: to add these up would ask the customer to
    pay for it more than once.
    """
    sums: dict[tuple[str, str, Unit], int] = defaultdict(int)
    for entry in orders:
        sums[entry.measure, entry.basis, entry.amount.unit] += entry.amount.minor
    (_, _, unit), minor = max(sums.items(), key=lambda item: item[1])
    if not payments or minor <= 0:
        return Amount(minor=minor, unit=unit)
    owed = {unit: minor for (_, _, unit), minor in sorted(sums.items(), key=lambda item: item[1])}
    unit = payments[0].amount.unit if payments[0].amount.unit in owed else orders[0].amount.unit
    for payment in payments:
        if payment.amount.unit != unit:
            path = ("entries", payment.id, "amount")
            raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(payment.amount.unit))
    return Amount(minor=owed[unit], unit=unit)


def _kept(release: Release, completed: date | None, until: date) -> Fraction:
    """Return which share is not held back before a day, where all was paid on another, or not yet."""
    if completed is not None and completed + timedelta(days=release.holdback_days) < until:
        return Fraction(1)
    return 1 - Fraction(release.holdback_share)


def _share_by_age(release: Release, days: int) -> Fraction:
    if release.ageing is None:
        return Fraction(1)
    edges, pieces = step_pieces(release.ageing)
    return pieces[sum(edge <= days for edge in edges)][0]
