"""Exchange rates: dated, exact, and the one way from an amount in one currency to an amount in another."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.kernels.numeric import Rounding, round_fraction
from salesperf.kernels.scaling import scale_integers
from salesperf.model.amount import Amount, Unit
from salesperf.model.codes import EPOCH, Codes, Integers, days_of
from salesperf.model.validators import (
    as_decimal,
    as_sorted_tuple,
    check_date,
    check_decimal,
    day,
    each,
    identifier,
    of_type,
    optional,
    place,
    require,
)

__all__ = ["ExchangeRate", "ExchangeRates"]

Pair: TypeAlias = tuple[str, str]

_MOST: Final = 10**18


def _rate(instance: object, attribute: "attrs.Attribute[Decimal]", value: Decimal) -> None:
    check_decimal(value, place(instance, attribute), -_MOST, _MOST)
    if value <= 0:
        raise InvalidValueError("not_positive", path=place(instance, attribute), value=value)


@attrs.frozen(kw_only=True)
class ExchangeRate:
    """What one unit of a currency is worth in another, from a day on.

    Parameters
    ----------
    base
        The currency of which one unit is priced: a code such as ``"EUR"``.
    quote
        The currency that the price is in.
    on
        The first day on which it is in force; it stays so until the next one that is stated.
    rate
        Units of ``quote`` for one of ``base``, above 0: a Decimal or an int.

    Raises
    ------
    InvalidValueError
        If a code is empty, both are the same, the day is no date, or the rate is a float or not above 0.

    Examples
    --------
    >>> print(ExchangeRate(base="EUR", quote="USD", on=date(2026, 1, 1), rate=Decimal("1.0842")).rate)
    1.0842
    """

    base: str = attrs.field(validator=identifier)
    quote: str = attrs.field(validator=identifier)
    on: date = attrs.field(validator=day)
    rate: Decimal = attrs.field(converter=as_decimal, validator=_rate)

    def __attrs_post_init__(self) -> None:
        """Refuse a price of a currency in itself."""
        if self.base == self.quote:
            raise InvalidValueError("not_unique", path=("ExchangeRate", "quote"), value=self.quote)


def _order(rate: ExchangeRate) -> tuple[str, str, date]:
    return rate.base, rate.quote, rate.on


def _as_rates(value: Iterable[ExchangeRate]) -> tuple[ExchangeRate, ...]:
    return as_sorted_tuple(value, ExchangeRate, _order)


@attrs.frozen(kw_only=True)
class ExchangeRates:
    """A table of dated rates, by which amounts are converted from one currency to another.

    On each day the last rate stated on or before it is in force. A pair that is stated one way serves the other way as its
    exact inverse. A pair that is not stated at all is converted through the pivot, if the table has one, and else refused:
    never through any other currency.

    Plan rates are such a table too, in which each pair has one rate for each planning period, dated to its first day.

    Parameters
    ----------
    rates
        In any order.
    pivot
        The code of the currency through which pairs are converted that are not stated (三角套算); ``None`` for none.

    Raises
    ------
    InvalidValueError
        If a pair has two rates on one day, or is stated both ways.

    Examples
    --------
    >>> from salesperf import CNY, JPY, USD
    >>> table = ExchangeRates(
    ...     rates=[
    ...         ExchangeRate(base="USD", quote="CNY", on=date(2026, 1, 1), rate=Decimal("7.10")),
    ...         ExchangeRate(base="USD", quote="CNY", on=date(2026, 7, 1), rate=Decimal("7.00")),
    ...         ExchangeRate(base="USD", quote="JPY", on=date(2026, 1, 1), rate=Decimal("150")),
    ...     ],
    ...     pivot="USD",
    ... )
    >>> print(table.convert(Amount.of("100", USD), CNY, date(2026, 6, 30)))
    710.00 CNY
    >>> table.rate("CNY", "JPY", date(2026, 8, 1))
    Fraction(150, 7)
    """

    rates: tuple[ExchangeRate, ...] = attrs.field(converter=_as_rates, validator=each(of_type(ExchangeRate)))
    pivot: str | None = attrs.field(default=None, validator=optional(identifier))

    def __attrs_post_init__(self) -> None:
        """Check that each pair has one rate a day, one way."""
        for position, (earlier, later) in enumerate(pairwise(self.rates), 1):
            if _order(earlier) == _order(later):
                raise InvalidValueError("not_unique", path=("ExchangeRates", "rates", position, "on"), value=later.on)
        pairs = {(rate.base, rate.quote) for rate in self.rates}
        for position, rate in enumerate(self.rates):
            if (rate.quote, rate.base) in pairs:
                path = ("ExchangeRates", "rates", position)
                raise InvalidValueError("exchange_both_ways", path=path, base=rate.base, quote=rate.quote)

    @cached_property
    def _stated(self) -> Mapping[Pair, tuple[list[int], list[Fraction]]]:
        """For each pair, both ways, the days on which a rate comes into force, and the rates."""
        stated: dict[Pair, tuple[list[int], list[Fraction]]] = {}
        for each_rate in self.rates:
            exact = Fraction(each_rate.rate)
            ways = (((each_rate.base, each_rate.quote), exact), ((each_rate.quote, each_rate.base), 1 / exact))
            for pair, value in ways:
                days, values = stated.setdefault(pair, ([], []))
                days.append(each_rate.on.toordinal())
                values.append(value)
        return stated

    def _legs(self, base: str, quote: str) -> tuple[Pair, ...]:
        """Return the pairs whose rates multiply to that of a pair: itself, or two by way of the pivot."""
        if base == quote:
            return ()
        if (base, quote) in self._stated or self.pivot is None or self.pivot in (base, quote):
            return ((base, quote),)
        return ((base, self.pivot), (self.pivot, quote))

    def _in_force(self, pair: Pair, ordinal: int) -> Fraction:
        days, values = self._stated.get(pair, ((), ()))
        position = bisect_right(days, ordinal)
        if not position:
            on = date.fromordinal(ordinal)
            raise UnknownNameError("exchange_rate_missing", path=("rates",), base=pair[0], quote=pair[1], value=on)
        return values[position - 1]

    def rate(self, base: str, quote: str, on: date) -> Fraction:
        """Return what one unit of a currency is worth in another on a day, exactly.

        Parameters
        ----------
        base, quote
            The codes of the currency that is priced, and of the one that the price is in; 1 where they are the same.
        on
            The day.

        Raises
        ------
        UnknownNameError
            If no rate was stated on or before the day, naming the pair that is missing.

        Examples
        --------
        >>> table = ExchangeRates(rates=[ExchangeRate(base="USD", quote="CNY", on=date(2026, 1, 1), rate=7)])
        >>> table.rate("CNY", "USD", date(2026, 9, 30))
        Fraction(1, 7)
        """
        for name, code in (("base", base), ("quote", quote)):
            require(code, str, path=(name,))
        check_date(on, ("on",))
        return self._product(self._legs(base, quote), on.toordinal())

    def _product(self, legs: Iterable[Pair], ordinal: int) -> Fraction:
        product = Fraction(1)
        for pair in legs:
            product *= self._in_force(pair, ordinal)
        return product

    def convert(self, amount: Amount, unit: Unit, on: date, *, rounding: Rounding = "half_up") -> Amount:
        """Convert an amount of money at the rate of a day, rounded once.

        Parameters
        ----------
        amount
            An amount of money.
        unit
            The currency to convert into, at its precision.
        on
            The day whose rate holds.
        rounding
            A name in :data:`salesperf.kernels.numeric.ROUNDINGS`.

        Raises
        ------
        InvalidValueError
            If it is a count, or the result is beyond 64 bits.
        UnknownNameError
            If no rate was stated on or before the day.

        Examples
        --------
        >>> from salesperf import EUR, USD
        >>> table = ExchangeRates(
        ...     rates=[ExchangeRate(base="EUR", quote="USD", on=date(2026, 1, 1), rate=Decimal("1.0842"))]
        ... )
        >>> print(table.convert(Amount.of("19.99", EUR), USD, date(2026, 9, 30)))
        21.67 USD
        """
        require(amount, Amount, path=("amount",))
        _check_money(amount.unit, ("amount", "unit"))
        _check_money(unit, ("unit",))
        ratio = self.rate(amount.unit.code, unit.code, on) * Fraction(unit.scale, amount.unit.scale)
        return Amount(minor=round_fraction(amount.minor * ratio, rounding), unit=unit)

    def convert_columns(
        self,
        minor: Integers,
        units: Codes[Unit],
        unit: Unit,
        on: NDArray[np.datetime64],
        *,
        rounding: Rounding = "half_up",
    ) -> Integers:
        """Convert a column of amounts of money, each at the rate of its own day and rounded once.

        Parameters
        ----------
        minor
            Shape (n,), whole numbers of the smallest unit.
        units
            The unit of each: a dictionary-encoded column of n rows.
        unit
            The currency to convert into, at its precision.
        on
            Shape (n,), days as ``datetime64[D]``.
        rounding
            A name in :data:`salesperf.kernels.numeric.ROUNDINGS`.

        Returns
        -------
        array of int64, shape (n,)
            The same as :meth:`convert` gives for each row; no float is used on the way.

        Raises
        ------
        InvalidValueError
            If columns differ in length or hold no whole numbers or days, a unit is a count, or a result is beyond 64 bits.
        UnknownNameError
            If no rate was stated on or before a day; the path names the row.

        Examples
        --------
        >>> from salesperf import EUR, USD
        >>> table = ExchangeRates(
        ...     rates=[ExchangeRate(base="EUR", quote="USD", on=date(2026, 1, 1), rate=Decimal("1.0842"))]
        ... )
        >>> days = np.array(["2026-09-30", "2026-09-30"], dtype="datetime64[D]")
        >>> table.convert_columns(np.array([1999, 500]), Codes.of([EUR, USD]), USD, days).tolist()
        [2167, 500]
        """
        _check_money(unit, ("unit",))
        for name, column in (("units", units.codes), ("on", on)):
            if column.shape != minor.shape:
                raise InvalidValueError("length", path=(name,), expected=minor.size, value=column.size)
        if minor.dtype.kind != "i" or minor.ndim != 1:
            raise InvalidValueError("wrong_type", path=("minor",), expected=np.int64, value=minor)
        ratios, place_of_row = self._ratios(units, unit, days_of(on, "on") + EPOCH)
        return scale_integers(minor.astype(np.int64, copy=False), ratios, place_of_row, rounding)

    def _ratios(self, units: Codes[Unit], unit: Unit, ordinals: Integers) -> tuple[list[Fraction], Integers]:
        """Return the distinct ratios of smallest units, and for each row the position of its own."""
        ratios: list[Fraction] = []
        place_of_row = np.zeros(ordinals.size, dtype=np.int64)
        for code, known in enumerate(units.labels):
            rows = np.flatnonzero(units.codes == code)
            if not rows.size:
                continue
            _check_money(known, ("units", int(rows[0])))
            legs = self._legs(known.code, unit.code)
            changes = sorted({on for leg in legs for on in self._stated.get(leg, ((), ()))[0]})
            # A ratio holds from one day of a change to the next; only those that some row asks for are looked up.
            run = np.searchsorted(np.array(changes, dtype=np.int64), ordinals[rows], side="right")
            first_row, place_of_run = np.full((2, len(changes) + 1), -1, dtype=np.int64)
            first_row[run[::-1]] = rows[::-1]
            for number in np.flatnonzero(first_row >= 0).tolist():
                place_of_run[number] = len(ratios)
                row = int(first_row[number])
                try:
                    rate = self._product(legs, int(ordinals[row]))
                except UnknownNameError as error:
                    raise error.at("on", row) from None
                ratios.append(rate * Fraction(unit.scale, known.scale))
            place_of_row[rows] = place_of_run[run]
        return ratios, place_of_row


def _check_money(unit: object, path: tuple[str | int, ...]) -> None:
    if not isinstance(unit, Unit):
        raise InvalidValueError("wrong_type", path=path, expected=Unit, value=unit)
    if unit.dimension != "money":
        raise InvalidValueError("not_money", path=path, value=str(unit))
