"""Money and counts: exact whole numbers of the smallest unit, which never mix."""

import re
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, Self, TypeAlias, cast

import attrs

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.kernels.numeric import INT64_MAX, Rounding, round_fraction
from salesperf.messages import Catalogs, render
from salesperf.model.validators import (
    AnyInt,
    as_int,
    as_tuple,
    check_number,
    check_whole,
    identifier,
    named,
    of_type,
    one_of,
    place,
    whole,
)

__all__ = ["CNY", "COUNT", "EUR", "ISO_4217", "JPY", "USD", "Amount", "Rate", "Unit", "UnitDimension"]

UnitDimension: TypeAlias = Literal["money", "count"]
Rate: TypeAlias = int | Decimal | Fraction
"""An exact number to multiply an amount by."""

_keep: Final = object.__setattr__
_MOST_DIGITS: Final = 18
_MOST_FIGURES: Final = 40
"""Figures of a number of at most 19 before the point, and 18 after it, with room."""
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)
_UNIT: Final = re.compile(r"(?=\S)([^:]*[^:\s])(?::([0-9]{1,2})(?::(money|count))?)?\Z")


def _code(instance: object, attribute: "attrs.Attribute[str]", value: str) -> None:
    identifier(instance, attribute, value)
    if ":" in value:
        raise InvalidValueError("unreadable_unit", path=place(instance, attribute), value=value)


@attrs.frozen(cache_hash=True)
class Unit:
    """What an amount counts: a currency at a precision, or things.

    Parameters
    ----------
    code
        ISO 4217 code of a currency, or a word for what is counted; without a colon.
    digits
        Digits after the decimal point, 0 to 18; the smallest unit is 10^-digits. Things are counted whole: 0.
    dimension
        ``"money"`` or ``"count"``.

    Raises
    ------
    InvalidValueError
        If the code is empty, the digits are out of range, or things have digits.

    Notes
    -----
    The digits of ISO 4217 are defaults, in :data:`ISO_4217`: ``Unit("USD", 4, "money")`` is legal and another unit than
    ``USD``.

    Examples
    --------
    >>> ISO_4217["KWD"]
    Unit(code='KWD', digits=3, dimension='money')
    """

    code: str = attrs.field(validator=_code)
    digits: int = attrs.field(validator=whole(0, _MOST_DIGITS))
    dimension: UnitDimension = attrs.field(validator=one_of("money", "count"))

    def __attrs_post_init__(self) -> None:
        """Refuse fractions of things."""
        if self.dimension == "count" and self.digits:
            raise InvalidValueError("out_of_range", path=("Unit", "digits"), low=0, high=0, value=self.digits)

    @property
    def scale(self) -> int:
        """How many of the smallest unit make one of the code: 10^digits."""
        return int(10**self.digits)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a unit from its text: a code, or code and digits, or code, digits and dimension, with colons.

        Parameters
        ----------
        text
            ``"CNY"`` (currencies of ISO 4217 have its digits), ``"USD:4"``, ``"box"`` (a count), ``"XBT:8:money"``.

        Raises
        ------
        InvalidValueError
            If the text is none of these; or if, standing alone, it is more likely a slip than a count: three capitals that are
            no currency, such as RMB, or a currency that is not in capitals, such as usd.

        Examples
        --------
        >>> Unit.parse("USD:4"), Unit.parse("box")
        (Unit(code='USD', digits=4, dimension='money'), Unit(code='box', digits=0, dimension='count'))
        """
        match = _UNIT.match(text) if isinstance(text, str) else None
        if match is None:
            raise InvalidValueError("unreadable_unit", path=("Unit", "parse"), value=text)
        code, digits, dimension = match.groups()
        if digits is None and _is_currency_like(code):
            if code.upper() in ISO_4217:
                raise InvalidValueError("currency_case", path=("Unit", "parse"), known=code.upper(), value=text)
            raise InvalidValueError("unreadable_unit", path=("Unit", "parse"), value=text)
        known = ISO_4217.get(code) or cls(code, 0, "count")
        return cls(code, int(digits) if digits else known.digits, cast("UnitDimension", dimension or known.dimension))

    def __str__(self) -> str:
        """Return the shortest text that :meth:`parse` reads back."""
        known = ISO_4217.get(self.code)
        if self.dimension != (known.dimension if known else "count"):
            return f"{self.code}:{self.digits}:{self.dimension}"
        is_short = self.digits == (known.digits if known else 0) and not _is_currency_like(self.code)
        return self.code if is_short else f"{self.code}:{self.digits}"


def _is_currency_like(code: str) -> bool:
    """Tell whether a code reads as that of a currency and is none."""
    has_its_form = len(code) == 3 and code.isascii() and code.isalpha()  # noqa: PLR2004 - as those of ISO 4217
    return has_its_form and code not in ISO_4217 and (code.isupper() or code.upper() in ISO_4217)


_BY_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP"
    " CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS"
    " KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD"
    " PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP"
    " TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

ISO_4217: Final[Mapping[str, Unit]] = MappingProxyType(
    {code: Unit(code, digits, "money") for digits, codes in _BY_DIGITS.items() for code in codes.split()},
)
"""The currencies of ISO 4217 by code, each with its own digits."""

CNY: Final = ISO_4217["CNY"]
EUR: Final = ISO_4217["EUR"]
JPY: Final = ISO_4217["JPY"]
USD: Final = ISO_4217["USD"]
COUNT: Final = Unit("count", 0, "count")
"""The unit of plain counts: orders, customers, visits."""


def _in_range(instance: object, attribute: "attrs.Attribute[int]", value: object) -> None:
    del instance
    if type(value) is not int:
        raise InvalidValueError("wrong_type", path=("Amount", attribute.name), expected=int, value=named(value))
    if not -INT64_MAX <= value <= INT64_MAX:
        raise InvalidValueError("amount_overflow", path=("Amount", attribute.name), value=value)


def _exact(rate: object) -> Fraction:
    if isinstance(rate, float):
        raise InvalidValueError("rate_float", path=("rate",), value=rate)
    if not isinstance(rate, int | Decimal | Fraction) or isinstance(rate, bool):
        raise InvalidValueError("wrong_type", path=("rate",), expected=(int, Decimal, Fraction), value=rate)
    check_number(rate, ("rate",))
    return Fraction(rate)


def _check_unit(unit: object, path: tuple[str | int, ...]) -> None:
    if type(unit) is not Unit:
        raise InvalidValueError("wrong_type", path=path, expected=Unit, value=unit)


def _minor(value: Decimal, digits: int) -> int | None:
    """Return value x 10^digits, or ``None`` where that is not whole; quick for any exponent, unlike a Fraction."""
    exact = Context(prec=_MOST_FIGURES, traps=[Inexact])
    try:
        return int(exact.quantize(value, Decimal(f"1E-{digits}")).scaleb(digits, exact))
    except Inexact:
        return None


@attrs.frozen(kw_only=True, order=False, init=False)
class Amount:
    """An exact amount: a whole number of the smallest unit.

    Amounts of one unit are added with ``+``, and many at once with :meth:`total`: the ``sum`` of Python begins with the
    number 0, which has no unit.

    Parameters
    ----------
    minor
        The number of smallest units (cents, fen, pieces), within 64 bits.
    unit
        What is counted.

    Raises
    ------
    InvalidValueError
        If ``minor`` is no int, or beyond 2^63 - 1 either way.

    Examples
    --------
    >>> price = Amount.of("19.99", USD)
    >>> price
    Amount(minor=1999, unit=Unit(code='USD', digits=2, dimension='money'))
    >>> print(price + Amount.of(1, USD), price.times(Decimal("0.075")))
    20.99 USD 1.50 USD
    """

    minor: int = attrs.field(validator=_in_range)
    unit: Unit = attrs.field(validator=of_type(Unit))

    def __init__(self, *, minor: int, unit: Unit) -> None:
        # What is right at a glance is kept, as most of many are; attrs tells what is wrong with the rest.
        if type(minor) is int and -INT64_MAX <= minor <= INT64_MAX and type(unit) is Unit:
            _keep(self, "minor", minor)
            _keep(self, "unit", unit)
        else:
            self.__attrs_init__(minor=minor, unit=unit)

    @classmethod
    def of(cls, value: AnyInt | str | Decimal, unit: Unit) -> Self:
        """Make an amount from a number of whole units.

        Parameters
        ----------
        value
            ``12``, ``"12.34"`` or ``Decimal("12.34")``, in units, not in smallest units; an integer of numpy's too.
        unit
            The unit.

        Raises
        ------
        InvalidValueError
            For a float (write text instead), for text that is no plain decimal number, for more digits than the unit has.

        Examples
        --------
        >>> Amount.of("12.34", CNY).minor, Amount.of(5, JPY).minor
        (1234, 5)
        """
        _check_unit(unit, ("Amount", "of", "unit"))
        value = as_int(value)
        if isinstance(value, float):
            raise InvalidValueError("amount_float", path=("Amount", "of"), value=value)
        if type(value) is int:
            return cls(minor=value * unit.scale, unit=unit)
        if isinstance(value, str):
            if not _NUMBER.match(value):
                raise InvalidValueError("amount_not_a_number", path=("Amount", "of"), value=value)
            value = Decimal(value)
        if not isinstance(value, Decimal):
            raise InvalidValueError("wrong_type", path=("Amount", "of"), expected=(int, str, Decimal), value=named(value))
        if not value.is_finite():
            raise InvalidValueError("not_finite", path=("Amount", "of"), value=value)
        if value and value.adjusted() > _MOST_DIGITS:
            raise InvalidValueError("amount_overflow", path=("Amount", "of"), value=value)
        minor = _minor(value, unit.digits)
        if minor is None:
            raise InvalidValueError("amount_digits", path=("Amount", "of"), digits=unit.digits, unit=unit.code, value=value)
        return cls(minor=minor, unit=unit)

    @classmethod
    def zero(cls, unit: Unit) -> Self:
        """Return no amount at all, in a unit."""
        return cls(minor=0, unit=unit)

    @classmethod
    def total(cls, amounts: Iterable["Amount"], unit: Unit) -> Self:
        """Sum amounts of one unit; nothing sums to zero of the unit.

        Raises
        ------
        UnitMismatchError
            If one is in another unit; the path tells which.
        InvalidValueError
            If the sum is beyond 64 bits.

        Examples
        --------
        >>> print(Amount.total([Amount.of(1, CNY), Amount.of("2.50", CNY)], CNY))
        3.50 CNY
        """
        zero, items = cls(minor=0, unit=unit), as_tuple(amounts)
        if not isinstance(items, tuple):
            raise InvalidValueError("wrong_type", path=("amounts",), expected=tuple, value=items)
        return cls(minor=sum(zero._same_unit(amount, "amounts", at) for at, amount in enumerate(items)), unit=unit)

    @property
    def decimal(self) -> Decimal:
        """The amount in whole units, exactly."""
        # From text, since arithmetic would round to the precision of the caller's decimal context.
        return Decimal(f"{self.minor}E-{self.unit.digits}")

    def _same_unit(self, other: object, *path: str | int) -> int:
        """Return the smallest units of another amount, of which ours says the unit."""
        if not isinstance(other, Amount):
            raise InvalidValueError("wrong_type", path=path or ("Amount",), expected=Amount, value=other)
        if other.unit is not self.unit and other.unit != self.unit:
            raise UnitMismatchError("unit_mismatch", path=path or ("Amount",), left=str(self.unit), right=str(other.unit))
        return other.minor

    def __add__(self, other: "Amount") -> "Amount":
        """Add an amount of the same unit."""
        return Amount(minor=self.minor + self._same_unit(other), unit=self.unit)

    def __sub__(self, other: "Amount") -> "Amount":
        """Subtract an amount of the same unit."""
        return Amount(minor=self.minor - self._same_unit(other), unit=self.unit)

    def __neg__(self) -> "Amount":
        """Return the amount with the other sign."""
        return Amount(minor=-self.minor, unit=self.unit)

    def __abs__(self) -> "Amount":
        """Return the amount without its sign."""
        return Amount(minor=abs(self.minor), unit=self.unit)

    def __lt__(self, other: "Amount") -> bool:
        """Compare with an amount of the same unit."""
        return self.minor < self._same_unit(other)

    def __le__(self, other: "Amount") -> bool:
        """Compare with an amount of the same unit."""
        return self.minor <= self._same_unit(other)

    def __gt__(self, other: "Amount") -> bool:
        """Compare with an amount of the same unit."""
        return self.minor > self._same_unit(other)

    def __ge__(self, other: "Amount") -> bool:
        """Compare with an amount of the same unit."""
        return self.minor >= self._same_unit(other)

    def times(self, rate: Rate, *, rounding: Rounding = "half_up") -> "Amount":
        """Multiply by an exact rate and round once.

        Parameters
        ----------
        rate
            An int, a Decimal or a Fraction.
        rounding
            A name in :data:`salesperf.kernels.numeric.ROUNDINGS`.

        Raises
        ------
        InvalidValueError
            For a float, a rate that is not finite, or a product beyond 64 bits.

        Examples
        --------
        >>> print(Amount.of("0.05", CNY).times(Fraction(1, 2)), Amount.of("0.05", CNY).times(Fraction(1, 2), rounding="floor"))
        0.03 CNY 0.02 CNY
        """
        return Amount(minor=round_fraction(self.minor * _exact(rate), rounding), unit=self.unit)

    def rescale(self, unit: Unit, *, rounding: Rounding = "half_up") -> "Amount":
        """Write the amount in the same currency at another precision.

        Parameters
        ----------
        unit
            A unit of the same code and dimension.
        rounding
            How to round where the new unit has fewer digits.

        Raises
        ------
        UnitMismatchError
            If the unit is of another code: that is a conversion, and needs a rate.

        Examples
        --------
        >>> Amount.of("1.2345", Unit("USD", 4, "money")).rescale(USD).minor
        123
        """
        _check_unit(unit, ("unit",))
        if (unit.code, unit.dimension) != (self.unit.code, self.unit.dimension):
            raise UnitMismatchError("unit_mismatch", path=("unit",), left=str(self.unit), right=str(unit))
        return Amount(minor=round_fraction(Fraction(self.minor * unit.scale, self.unit.scale), rounding), unit=unit)

    def __str__(self) -> str:
        """Return the number with all its digits, and the code."""
        return f"{self.decimal:,f} {self.unit.code}" if self.unit.dimension == "money" else f"{self.minor:,}"

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the amount for a reader, with all its digits.

        Examples
        --------
        >>> Amount.of("1234.5", CNY).text(), Amount.of("1234.5", CNY).text("zh")
        ('CNY 1,234.50', '1,234.50 元')
        """
        return self.rounded_text(self.unit.digits, lang, catalogs)

    def rounded_text(self, digits: int, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the amount rounded half up for a table whose readers need no more digits.

        Parameters
        ----------
        digits
            How many digits after the point to show, at most those of the unit.
        lang, catalogs
            As for :func:`salesperf.messages.render`.

        Examples
        --------
        >>> Amount.of("1234.50", CNY).rounded_text(0)
        'CNY 1,235'
        """
        check_whole(digits, ("digits",), 0, _MOST_DIGITS)
        shown = self.rescale(attrs.evolve(self.unit, digits=min(digits, self.unit.digits)))
        arguments = {"number": f"{shown.decimal:,f}", "code": self.unit.code}
        key = f"unit.{self.unit.code}"
        template = key if render(key, lang=lang, catalogs=catalogs) != key else f"unit.any_{self.unit.dimension}"
        return render(template, arguments, lang=lang, catalogs=catalogs)
