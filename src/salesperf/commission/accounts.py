"""What is earned and not yet paid out, entry by entry, and what customers' payments release of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

import attrs

from salesperf.commission.pieces import step_pieces
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay_entry import Entry
from salesperf.model.pay_terms import Release

__all__ = ["EntryAccount", "settle"]


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


def settle(
    accounts: Mapping[str, EntryAccount], release: Release | None, payments: Iterable[Entry], until: date
) -> dict[str, EntryAccount]:
    """Return the accounts as they stand before a day, with what payments released until then.

    Parameters
    ----------
    accounts
        By the id of the entry.
    release
        By which rules; ``None`` where all that is earned is paid out at once.
    payments
        Entries that release.
    until
        The first day that does not count.
    """
    if release is None:
        return {key: attrs.evolve(account, released=account.earned) for key, account in accounts.items()}
    # What a payment itself earns waits for nothing.
    settled = {
        key: attrs.evolve(account, released=account.earned)
        for key, account in accounts.items()
        if account.entry.basis == release.basis
    }
    deals: dict[tuple[str, str | None], list[EntryAccount]] = defaultdict(list)
    for key, account in accounts.items():
        if account.entry.ref is None and key not in settled:
            raise InvalidValueError("ref_missing", path=("entries", key, "ref"), basis=release.basis)
        if key not in settled:
            deals[account.entry.payee, account.entry.ref].append(account)
    paid: dict[tuple[str, str | None], list[Entry]] = defaultdict(list)
    for payment in payments:
        if payment.on < until:
            paid[payment.payee, payment.ref].append(payment)
    for deal, group in deals.items():
        came = sorted(paid[deal], key=lambda each: each.order)
        settled |= {account.entry.id: account for account in _released(group, release, came, until)}
    return settled


def _released(group: list[EntryAccount], release: Release, payments: list[Entry], until: date) -> Iterable[EntryAccount]:
    """Release the accounts of one deal by the share of it that is paid for."""
    sold = _sold(group, payments)
    began = min(account.entry.on for account in group)
    came, counted, completed = _paid(release, payments, sold, began)
    if completed is None or completed + timedelta(days=release.holdback_days) >= until:
        counted_now = counted * (1 - Fraction(release.holdback_share))
    else:
        counted_now = counted
    for account in group:
        released = round_fraction(account.earned.minor * counted_now)
        # What is lost is the rest of what the payments would have released on time.
        forfeited = round_fraction(account.earned.minor * came) - round_fraction(account.earned.minor * counted)
        unit = account.earned.unit
        yield attrs.evolve(account, released=Amount(minor=released, unit=unit), forfeited=Amount(minor=forfeited, unit=unit))


def _sold(group: list[EntryAccount], payments: list[Entry]) -> int:
    """Return what the customer owes for a deal: the most that one measure and basis of it sums to.

    A deal may be credited by its order and by its margin, in money and in units: to add these up would ask the customer to
    pay for it more than once.
    """
    sums: dict[tuple[str, str, Unit], int] = defaultdict(int)
    for account in group:
        entry = account.entry
        sums[entry.measure, entry.basis, entry.amount.unit] += entry.amount.minor
    if not payments or max(sums.values()) <= 0:
        return max(sums.values())
    owed = {unit: minor for (_, _, unit), minor in sorted(sums.items(), key=lambda item: item[1])}
    unit = payments[0].amount.unit if payments[0].amount.unit in owed else group[0].entry.amount.unit
    for payment in payments:
        if payment.amount.unit != unit:
            path = ("entries", payment.id, "amount")
            raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(payment.amount.unit))
    return owed[unit]


def _paid(release: Release, payments: list[Entry], sold: int, began: date) -> tuple[Fraction, Fraction, date | None]:
    """Return which share of a deal is paid for, which share that releases, and the day on which all was paid."""
    if sold <= 0:  # wholly taken back: nothing is waited for any more
        return Fraction(1), Fraction(1), began
    came = counted = Fraction(0)
    completed = None
    for payment in payments:
        share = min(Fraction(payment.amount.minor, sold), 1 - came)
        came += share
        counted += share * _share_by_age(release, (payment.on - began).days)
        completed = payment.on if came == 1 else None
    return came, counted, completed


def _share_by_age(release: Release, days: int) -> Fraction:
    if release.ageing is None:
        return Fraction(1)
    edges, pieces = step_pieces(release.ageing)
    return pieces[sum(edge <= days for edge in edges)][0]
