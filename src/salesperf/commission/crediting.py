"""Credit divided among those who sold together, and given once more to whoever helped."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import attrs

from salesperf.commission.stepping import check_exact
from salesperf.errors import InvalidValueError
from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.pay_entry import Entry
from salesperf.model.validators import check_whole, is_identifier, require

__all__ = ["split_credit"]

_MOST_WEIGHT = 10**9


def split_credit(
    entry: Entry, weights: Mapping[str, int], *, overlay: Mapping[str, int | Decimal | Fraction] | None = None
) -> tuple[Entry, ...]:
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
        If the entry is an overlay already, a weight is no whole number or below 0, all are 0, or a share is a float or below 0.

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
    require(entry, Entry, path=("entry",))
    if entry.book != "primary":
        raise InvalidValueError("choice", path=("entry", "book"), choices=("primary",), value=entry.book)
    require(weights, Mapping, path=("weights",))
    for payee, weight in weights.items():
        _check_payee(payee, "weights")
        check_whole(weight, ("weights", str(payee)), 0, _MOST_WEIGHT)
    payees = sorted(weights)
    parts = apportion(entry.amount.minor, [weights[payee] for payee in payees]).tolist()
    unit = entry.amount.unit
    divided = [_part(entry, payee, Amount(minor=minor, unit=unit)) for payee, minor in zip(payees, parts, strict=True)]
    others = [
        attrs.evolve(_part(entry, f"{payee}/overlay", entry.amount.times(share)), payee=payee, book="overlay")
        for payee, share in sorted(_overlay(overlay).items())
    ]
    return tuple(part for part in (*divided, *others) if part.amount.minor)


def _overlay(
    overlay: Mapping[str, int | Decimal | Fraction] | None,
) -> Mapping[str, int | Decimal | Fraction]:
    shares: Mapping[str, int | Decimal | Fraction] = {} if overlay is None else overlay
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
