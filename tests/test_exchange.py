"""Exchange rates: the one in force on a day, converted by exactly, one way and back."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesperf import (
    CNY,
    COUNT,
    EUR,
    ISO_4217,
    JPY,
    USD,
    Amount,
    ExchangeRate,
    ExchangeRates,
    InvalidValueError,
    SalesperfError,
    Unit,
    UnknownNameError,
)
from salesperf.kernels.numeric import INT64_MAX, ROUNDINGS, Rounding
from salesperf.model.codes import Codes
from salesperf.testing import days, exchange_rates

USD_4 = Unit("USD", 4, "money")
KWD = ISO_4217["KWD"]
NEW_YEAR, JULY = date(2026, 1, 1), date(2026, 7, 1)

money = st.sampled_from((CNY, EUR, JPY, USD, USD_4))
codes = st.sampled_from(("CNY", "EUR", "JPY", "USD"))
minors = st.integers(-(10**12), 10**12)
few_minors = st.integers(-(10**9), 10**9)
"""Which no conversion brings beyond 64 bits."""
roundings = st.sampled_from(list(ROUNDINGS))


def rate(base: str, quote: str, on: date, value: str | int) -> ExchangeRate:
    return ExchangeRate(base=base, quote=quote, on=on, rate=Decimal(value))


def code_and_path(call: Callable[[], object], kind: type[SalesperfError] = InvalidValueError) -> tuple[object, ...]:
    with pytest.raises(kind) as caught:
        call()
    return (caught.value.code, *caught.value.path)


@given(exchange_rates(), codes, codes, days())
def test_the_rate_back_is_the_inverse_and_that_of_a_currency_in_itself_is_1(
    table: ExchangeRates, base: str, quote: str, on: date
) -> None:
    assert table.rate(base, quote, on) * table.rate(quote, base, on) == 1
    assert table.rate(base, base, on) == 1


@given(exchange_rates(), days())
def test_the_rate_in_force_is_the_last_one_stated_on_or_before_the_day(table: ExchangeRates, on: date) -> None:
    for stated in table.rates:
        of_pair = [each for each in table.rates if (each.base, each.quote) == (stated.base, stated.quote)]
        position = bisect_right([each.on for each in of_pair], on)
        assert table.rate(stated.base, stated.quote, on) == Fraction(of_pair[position - 1].rate)


@given(exchange_rates(), codes, codes, days())
def test_a_pair_that_is_not_stated_goes_through_the_pivot(table: ExchangeRates, base: str, quote: str, on: date) -> None:
    if table.pivot is not None:
        through = table.rate(base, table.pivot, on) * table.rate(table.pivot, quote, on)
        assert table.rate(base, quote, on) == through


@given(exchange_rates(), minors, money, money, days(), roundings)
def test_an_amount_is_converted_exactly_and_rounded_once(
    table: ExchangeRates, minor: int, one: Unit, other: Unit, on: date, rounding: Rounding
) -> None:
    amount = Amount(minor=minor, unit=one)
    exact = Fraction(amount.decimal) * table.rate(one.code, other.code, on) * other.scale
    assume(abs(exact) <= INT64_MAX)
    converted = table.convert(amount, other, on, rounding=rounding)
    assert converted.unit == other
    assert abs(converted.minor - exact) < 1
    assert converted == Amount(minor=1, unit=other).times(exact, rounding=rounding)


@given(exchange_rates(), minors, money, money, days())
def test_there_and_back_is_off_by_no_more_than_the_two_roundings(
    table: ExchangeRates, minor: int, one: Unit, other: Unit, on: date
) -> None:
    amount = Amount(minor=minor, unit=one)
    ratio = table.rate(other.code, one.code, on) * one.scale / other.scale
    assume(abs(minor / ratio) <= INT64_MAX)
    back = table.convert(table.convert(amount, other, on), one, on)
    # Half a smallest unit there is worth so much here, and the way back is rounded by half of one.
    assert abs(back.minor - minor) <= ratio / 2 + Fraction(1, 2)


@given(exchange_rates(), minors, money, days())
def test_to_the_same_currency_is_a_change_of_precision(table: ExchangeRates, minor: int, unit: Unit, on: date) -> None:
    amount = Amount(minor=minor, unit=unit)
    assert table.convert(amount, unit, on) == amount
    rescaled = Unit(unit.code, 3, "money")
    assert table.convert(amount, rescaled, on) == amount.rescale(rescaled)


@given(exchange_rates(), money, st.lists(st.tuples(few_minors, money, days()), max_size=8), roundings)
def test_columns_are_converted_like_their_rows(
    table: ExchangeRates, unit: Unit, rows: list[tuple[int, Unit, date]], rounding: Rounding
) -> None:
    minor = np.array([minor for minor, _, _ in rows], dtype=np.int64)
    units = Codes.of([one for _, one, _ in rows])
    on = np.array([on for _, _, on in rows], dtype="datetime64[D]")
    expected = [table.convert(Amount(minor=minor, unit=one), unit, on, rounding=rounding).minor for minor, one, on in rows]
    assert table.convert_columns(minor, units, unit, on, rounding=rounding).tolist() == expected


@given(exchange_rates())
def test_the_order_in_which_rates_are_given_never_matters(table: ExchangeRates) -> None:
    assert ExchangeRates(rates=table.rates[::-1], pivot=table.pivot) == table


# The first euro foreign exchange reference rates of the European Central Bank: 1 EUR = 1.1789 USD = 133.73 JPY.
# https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates
FIRST_RATES = ExchangeRates(
    rates=[rate("EUR", "USD", date(1999, 1, 4), "1.1789"), rate("EUR", "JPY", date(1999, 1, 4), "133.73")], pivot="EUR"
)


def test_a_cross_rate_is_the_quotient_of_two_published_ones() -> None:
    on = date(1999, 1, 4)
    assert FIRST_RATES.rate("USD", "JPY", on) == Fraction("133.73") / Fraction("1.1789")
    assert FIRST_RATES.convert(Amount.of("1000", USD), JPY, on) == Amount.of(113_436, JPY)  # 113436.25...
    assert FIRST_RATES.convert(Amount.of("1000", USD), EUR, on) == Amount.of("848.25", EUR)  # 848.248...


def test_no_pair_goes_through_any_currency_but_the_pivot() -> None:
    on = date(2026, 9, 30)
    rates = [rate("EUR", "USD", NEW_YEAR, "1.1"), rate("USD", "CNY", NEW_YEAR, 7), rate("EUR", "JPY", NEW_YEAR, 160)]
    for pivot in (None, "EUR"):
        table = ExchangeRates(rates=rates, pivot=pivot)
        with pytest.raises(UnknownNameError) as caught:
            table.rate("JPY", "CNY", on)
        assert (caught.value.code, caught.value.path) == ("exchange_rate_missing", ("rates",))
        pair = ("'JPY'", "'CNY'") if pivot is None else ("'EUR'", "'CNY'")
        assert (caught.value.params["base"], caught.value.params["quote"]) == pair
    assert ExchangeRates(rates=rates, pivot="USD").rate("EUR", "CNY", on) == Fraction("7.7")


def test_a_pair_with_rates_of_its_own_goes_by_no_other_even_before_the_first() -> None:
    rates = [rate("EUR", "USD", NEW_YEAR, "1.1"), rate("USD", "CNY", NEW_YEAR, 7), rate("EUR", "CNY", JULY, 8)]
    table = ExchangeRates(rates=rates, pivot="USD")
    assert table.rate("EUR", "CNY", JULY) == 8
    with pytest.raises(UnknownNameError, match="rate of 'EUR' in 'CNY' on or before 2026-06-30, got none"):
        table.rate("EUR", "CNY", JULY - timedelta(days=1))


def test_rates_of_a_plan_hold_for_its_period() -> None:
    plan = ExchangeRates(rates=[rate("EUR", "USD", date(2025, 1, 1), "1.05"), rate("EUR", "USD", NEW_YEAR, "1.10")])
    for on, expected in ((date(2025, 12, 31), "105.00"), (NEW_YEAR, "110.00"), (date(2026, 12, 31), "110.00")):
        assert plan.convert(Amount.of(100, EUR), USD, on) == Amount.of(expected, USD)


def test_a_row_without_a_rate_is_named() -> None:
    table = ExchangeRates(rates=[rate("EUR", "USD", JULY, "1.1")])
    on = np.array(["2026-07-01", "2026-06-30", "2026-01-01"], dtype="datetime64[D]")
    with pytest.raises(UnknownNameError, match=r"on:2: expected a rate of 'EUR' in 'USD' on or before 2026-01-01"):
        table.convert_columns(np.array([1, 1, 1]), Codes(np.array([1, 0, 1]), (USD, EUR)), USD, on)


def test_labels_that_no_row_has_need_no_rate() -> None:
    table = ExchangeRates(rates=[])
    on = np.array(["2026-07-01"], dtype="datetime64[D]")
    assert table.convert_columns(np.array([7]), Codes(np.array([1]), (COUNT, USD)), USD, on).tolist() == [7]


def test_whole_numbers_of_any_width_are_taken_and_no_float() -> None:
    table = ExchangeRates(rates=[rate("USD", "JPY", NEW_YEAR, 150)])
    on, units = np.array(["2026-07-01"] * 2, dtype="datetime64[D]"), Codes.of([USD, USD])
    assert table.convert_columns(np.array([100, 300], dtype=np.int16), units, JPY, on).tolist() == [150, 450]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"base": ""}, ("empty", "ExchangeRate", "base")),
        ({"quote": None}, ("wrong_type", "ExchangeRate", "quote")),
        ({"quote": "EUR"}, ("not_unique", "ExchangeRate", "quote")),
        ({"on": "2026-01-01"}, ("wrong_type", "ExchangeRate", "on")),
        ({"on": datetime(2026, 1, 1, tzinfo=UTC)}, ("date_is_datetime", "ExchangeRate", "on")),
        ({"rate": 1.1}, ("rate_float", "ExchangeRate", "rate")),
        ({"rate": "1.1"}, ("wrong_type", "ExchangeRate", "rate")),
        ({"rate": Fraction(11, 10)}, ("wrong_type", "ExchangeRate", "rate")),
        ({"rate": Decimal("NaN")}, ("not_finite", "ExchangeRate", "rate")),
        ({"rate": Decimal("1E-101")}, ("decimal_scale", "ExchangeRate", "rate")),
        ({"rate": Decimal("1E19")}, ("out_of_range", "ExchangeRate", "rate")),
        ({"rate": 0}, ("not_positive", "ExchangeRate", "rate")),
        ({"rate": Decimal(-1)}, ("not_positive", "ExchangeRate", "rate")),
    ],
)
def test_a_malformed_rate_is_refused(arguments: Mapping[str, Any], found: tuple[str, ...]) -> None:
    good: dict[str, Any] = {"base": "EUR", "quote": "USD", "on": NEW_YEAR, "rate": Decimal("1.1")}
    assert code_and_path(lambda: ExchangeRate(**{**good, **arguments})) == found


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"rates": 5}, ("wrong_type", "ExchangeRates", "rates")),
        ({"rates": [("EUR", "USD")]}, ("wrong_type", "ExchangeRates", "rates", 0)),
        (
            {"rates": [rate("EUR", "USD", JULY, 1), rate("EUR", "USD", NEW_YEAR, 1), rate("EUR", "USD", JULY, 2)]},
            ("not_unique", "ExchangeRates", "rates", 2, "on"),
        ),
        (
            {"rates": [rate("CNY", "USD", JULY, 1), rate("USD", "EUR", NEW_YEAR, 1), rate("EUR", "USD", JULY, 2)]},
            ("exchange_both_ways", "ExchangeRates", "rates", 1),
        ),
        ({"rates": [], "pivot": ""}, ("empty", "ExchangeRates", "pivot")),
        ({"rates": [], "pivot": USD}, ("wrong_type", "ExchangeRates", "pivot")),
    ],
)
def test_a_malformed_table_is_refused(arguments: Mapping[str, Any], found: tuple[str | int, ...]) -> None:
    assert code_and_path(lambda: ExchangeRates(**arguments)) == found


TABLE = ExchangeRates(rates=[rate("EUR", "USD", NEW_YEAR, "1.1"), rate("KWD", "USD", NEW_YEAR, "3.25")])
ONE = Amount.of(1, EUR)
DAY = np.array(["2026-07-01"], dtype="datetime64[D]")
ROW, UNITS = np.array([1]), Codes.of([EUR])


@pytest.mark.parametrize(
    ("call", "arguments", "found"),
    [
        (TABLE.rate, ("EUR", USD, JULY), ("wrong_type", "quote")),
        (TABLE.rate, (None, "USD", JULY), ("wrong_type", "base")),
        (TABLE.rate, ("EUR", "USD", "2026-07-01"), ("wrong_type", "on")),
        (TABLE.convert, (1, USD, JULY), ("wrong_type", "amount")),
        (TABLE.convert, (ONE, "USD", JULY), ("wrong_type", "unit")),
        (TABLE.convert, (ONE, COUNT, JULY), ("not_money", "unit")),
        (TABLE.convert, (Amount.of(1, COUNT), COUNT, JULY), ("not_money", "amount", "unit")),
        (TABLE.convert, (ONE, USD, datetime(2026, 7, 1, tzinfo=UTC)), ("date_is_datetime", "on")),
        (TABLE.convert, (Amount(minor=INT64_MAX, unit=EUR), USD, JULY), ("amount_overflow", "Amount", "minor")),
        (TABLE.convert_columns, (ROW, UNITS, COUNT, DAY), ("not_money", "unit")),
        (TABLE.convert_columns, (ROW, Codes.of([COUNT]), USD, DAY), ("not_money", "units", 0)),
        (TABLE.convert_columns, (np.array([1, 2]), UNITS, USD, DAY), ("length", "units")),
        (TABLE.convert_columns, (ROW, UNITS, USD, DAY[:0]), ("length", "on")),
        (TABLE.convert_columns, (np.array([1.0]), UNITS, USD, DAY), ("wrong_type", "minor")),
        (TABLE.convert_columns, (ROW, UNITS, USD, ROW), ("not_days", "on")),
        (TABLE.convert_columns, (np.array([INT64_MAX]), UNITS, USD, DAY), ("amount_overflow", "minor", 0)),
    ],
)
def test_a_malformed_question_is_refused(
    call: Callable[..., object], arguments: tuple[object, ...], found: tuple[str | int, ...]
) -> None:
    assert code_and_path(lambda: call(*arguments)) == found


def test_a_rounding_that_there_is_not_is_refused() -> None:
    rounding: Any = "up"
    assert code_and_path(lambda: TABLE.convert(ONE, USD, JULY, rounding=rounding)) == ("choice", "rounding")
    assert code_and_path(lambda: TABLE.convert_columns(ROW, UNITS, USD, DAY, rounding=rounding)) == ("choice", "rounding")


def test_currencies_of_three_digits_and_of_none_keep_their_own() -> None:
    assert TABLE.convert(Amount.of("1.234", KWD), USD, JULY) == Amount.of("4.01", USD)  # 4.0105
    assert TABLE.convert(Amount.of("4.01", USD), KWD, JULY) == Amount.of("1.234", KWD)  # 1.23384...
