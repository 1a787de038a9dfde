"""Credit divided among those who sold together, given once more to whoever helped, and taken back from all of them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from salesperf.commission.stepping import check_exact, shown
from salesperf.errors import InvalidValueError
from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.pay_entry import Entry
from salesperf.model.validators import as_tuple, check_whole, is_identifier, repeated, require

__all__ = ["split_credit", "split_refunds"]

Shares: TypeAlias = Mapping[str, int | Decimal | Fraction]

_MOST_WEIGHT: Final = 10**9
_RETURNED: Final = "webster"
"""With it no part shrinks as more is taken back, and all of it is taken back in the very parts in which it was credited."""


def split_credit(entry: Entry, weights: Mapping[str, int], *, overlay: Shares | None = None) -> tuple[Entry, ...]:
    """Divide the credit of an entry by whole weights, and credit others beside.

    Parameters
    ----------
    entry
        What was sold together.
    weights
        Payee to weight: whole numbers of 0 or more, not all 0.
    overlay
        Payee to the share of the entry that is credited once more, in the book ``"overlay"``: it takes nothing from anybody.

    Returns
    -------
    tuple of Entry
        Those of the weights, by payee, whose amounts sum to the entry's exactly; then those of the overlay. Each id is the
        entry's with the payee behind a slash, and an overlay's with ``"/overlay"`` behind that; who gets nothing has none.

    Raises
    ------
    InvalidValueError
        If the entry is an overlay already or takes another back, a weight is no whole number or below 0, all are 0, or a share
        is a float or below 0.

    See Also
    --------
    split_refunds : What is taken back of it.

    Notes
    -----
    By the largest remainder, ties by payee: :func:`salesperf.kernels.apportionment.apportion`.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY
    >>> sale = Entry(id="e-1", payee="ada", on=date(2026, 9, 3), amount=Amount.of(100, CNY))
    >>> for part in split_credit(sale, {"ada": 2, "bo": 1}, overlay={"cy": 1}):
    ...     print(part.id, part.book, part.amount)
    e-1/ada primary 66.67 CNY
    e-1/bo primary 33.33 CNY
    e-1/cy/overlay overlay 100.00 CNY
    """
    _check_entry(entry, "entry")
    parts = _divided(entry, weights)
    unit = entry.amount.unit
    divided = [_part(entry, payee, Amount(minor=minor, unit=unit)) for payee, minor in parts.items()]
    others = [_beside(entry, payee, entry.amount.times(share)) for payee, share in sorted(_overlay(overlay).items())]
    return tuple(part for part in (*divided, *others) if part.amount.minor)


def split_refunds(
    sale: Entry, refunds: Iterable[Entry], weights: Mapping[str, int], *, overlay: Shares | None = None
) -> tuple[Entry, ...]:
    """Divide all that is taken back of an entry as :func:`split_credit` divides the entry itself.

    Parameters
    ----------
    sale
        What was sold together.
    refunds
        Every entry that takes it back so far, in any order, each id once. Those that come later change none of these parts.
    weights, overlay
        As of :func:`split_credit`.

    Returns
    -------
    tuple of Entry
        The parts of each refund, by day and id; they sum to it exactly, and each reverses the part of the sale. Over all of
        them nobody gives back more than he was credited with, and of the whole sale everybody just that.

    Raises
    ------
    InvalidValueError
        If one takes back another entry, is of another kind than the sale or earlier, all exceed the sale, an id comes twice,
        or as :func:`split_credit` does.

    Notes
    -----
    Of all that was taken back so far each has the share A(now), and so of one refund A(now) - A(before): in proportion to the
    parts of the sale by Webster's method, which lets no share shrink as the whole grows. To divide each refund by itself would
    round each by itself, mostly to the same person's account.

    References
    ----------
    M. L. Balinski and H. P. Young, *Fair Representation*, 2nd ed., Brookings 2001, on house monotonicity.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY
    >>> sale = Entry(id="e-1", payee="ada", on=date(2026, 9, 3), amount=Amount.of("0.03", CNY))
    >>> back = [
    ...     Entry(id=f"x-{n}", payee="ada", on=date(2026, 9, 3 + n), amount=Amount.of("-0.01", CNY), reverses="e-1")
    ...     for n in (1, 2, 3)
    ... ]
    >>> [(part.id, part.amount.minor, part.reverses) for part in split_refunds(sale, back, {"ada": 2, "bo": 1})]
    [('x-1/ada', -1, 'e-1/ada'), ('x-2/bo', -1, 'e-1/bo'), ('x-3/ada', -1, 'e-1/ada')]
    """
    _check_entry(sale, "sale")
    credited = _divided(sale, weights)
    shares = _overlay(overlay)
    unit, sign = sale.amount.unit, -1 if sale.amount.minor > 0 else 1
    found: list[Entry] = []
    before = 0
    for refund in _refunds(sale, refunds):
        now = before + abs(refund.amount.minor)
        given = [
            _part(refund, payee, Amount(minor=sign * minor, unit=unit))
            for payee, minor in _between(before, now, credited).items()
        ]
        ends = Amount(minor=sign * before, unit=unit), Amount(minor=sign * now, unit=unit)
        beside = [
            _beside(refund, payee, ends[1].times(share) - ends[0].times(share)) for payee, share in sorted(shares.items())
        ]
        found += [part for part in (*given, *beside) if part.amount.minor]
        before = now
    return tuple(found)


def _between(before: int, now: int, credited: Mapping[str, int]) -> dict[str, int]:
    """Return what each gives back of the smallest units after so many and up to so many."""
    if now == before:
        return dict.fromkeys(credited, 0)
    weights = [abs(minor) for minor in credited.values()]
    ends = (apportion(minor, weights, method=_RETURNED).tolist() for minor in (before, now))
    return {payee: end - start for payee, start, end in zip(credited, *ends, strict=True)}


def _refunds(sale: Entry, refunds: Iterable[Entry]) -> list[Entry]:
    """Return what takes a sale back, in order; refuse anything else."""
    items = as_tuple(refunds)
    require(items, tuple, path=("refunds",))
    for position, item in enumerate(items):
        require(item, Entry, path=("refunds", position))
        is_of_sale = item.reverses == sale.id and _kind(item) == _kind(sale)
        if not is_of_sale or item.amount.minor * sale.amount.minor > 0 or item.on < sale.on:
            raise InvalidValueError("reversal_unlike", path=("refunds", position), value=sale.id)
    for position, again in repeated(item.id for item in items):
        raise InvalidValueError("not_unique", path=("refunds", position, "id"), value=again)
    returned = sum(abs(item.amount.minor) for item in items)
    if returned > abs(sale.amount.minor):
        taken_back = Amount(minor=returned, unit=sale.amount.unit)
        params = {"limit": shown(abs(sale.amount)), "value": shown(taken_back), "entry": sale.id}
        raise InvalidValueError("clawback_above_credit", path=("refunds",), **params)
    return sorted(items, key=lambda item: item.order)


def _kind(entry: Entry) -> tuple[object, ...]:
    return entry.measure, entry.basis, entry.book, entry.amount.unit


def _check_entry(entry: Entry, argument: str) -> None:
    require(entry, Entry, path=(argument,))
    if entry.book != "primary":
        raise InvalidValueError("choice", path=(argument, "book"), choices=("primary",), value=entry.book)
    if entry.reverses is not None:
        raise InvalidValueError("reversal_split", path=(argument, "reverses"), value=entry.reverses)


def _divided(entry: Entry, weights: Mapping[str, int]) -> dict[str, int]:
    """Return the smallest units of each payee, by payee."""
    require(weights, Mapping, path=("weights",))
    for payee, weight in weights.items():
        _check_payee(payee, "weights")
        check_whole(weight, ("weights", str(payee)), 0, _MOST_WEIGHT)
    payees = sorted(weights)
    parts = apportion(entry.amount.minor, [weights[payee] for payee in payees]).tolist()
    return dict(zip(payees, parts, strict=True))


def _overlay(overlay: Shares | None) -> Shares:
    shares: Shares = {} if overlay is None else overlay
    require(shares, Mapping, path=("overlay",))
    for payee, share in shares.items():
        _check_payee(payee, "overlay")
        check_exact(share, ("overlay", str(payee)))
        if share < 0:
            raise InvalidValueError("below_zero", path=("overlay", str(payee)), value=share)
    return shares


def _check_payee(payee: object, argument: str) -> None:
    if not is_identifier(payee):
        raise InvalidValueError("empty", path=(argument,), value=payee)


def _part(entry: Entry, name: str, amount: Amount) -> Entry:
    reverses = None if entry.reverses is None else f"{entry.reverses}/{name}"
    return attrs.evolve(entry, id=f"{entry.id}/{name}", payee=name, amount=amount, reverses=reverses)


def _beside(entry: Entry, payee: str, amount: Amount) -> Entry:
    return attrs.evolve(_part(entry, f"{payee}/overlay", amount), payee=payee, book="overlay")
