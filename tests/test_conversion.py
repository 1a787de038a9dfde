"""Conversion: a tally of several currencies restated in one, cell by cell, and growth in constant currency."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import (
    CNY,
    COUNT,
    EUR,
    JPY,
    STANDARD_METRICS,
    USD,
    Actual,
    Amount,
    ExchangeRate,
    ExchangeRates,
    InvalidValueError,
    Period,
    SalesperfError,
    Target,
    Unit,
    UnitMismatchError,
    UnknownNameError,
)
from salesperf.attainment import ActualTally, attain, convert, tally
from salesperf.formulas import growth_rate
from salesperf.testing import days, exchange_rates

REVENUE, ORDERS, ORDER_VALUE = (STANDARD_METRICS[key] for key in ("revenue", "orders", "average_order_value"))
NEW_YEAR, SEPTEMBER = date(2026, 1, 1), date(2026, 9, 1)

units = st.sampled_from((CNY, EUR, JPY, USD))
optional_day = st.none() | days()


def sale(owner: str, amount: str | int, unit: Unit, on: date) -> Actual:
    return Actual(owner=owner, metric=ORDERS if unit == COUNT else REVENUE, amount=Amount.of(amount, unit), on=on)


def rate(base: str, quote: str, on: date, value: str) -> ExchangeRate:
    return ExchangeRate(base=base, quote=quote, on=on, rate=Decimal(value))


sales = st.lists(
    st.builds(sale, st.sampled_from(("ada", "bo")), st.integers(-(10**6), 10**6), units | st.just(COUNT), days()), max_size=8
)


def total(counted: ActualTally, unit: Unit) -> int:
    return sum(
        minor
        for minor, place in zip(counted.minor.tolist(), counted.unit.tolist(), strict=True)
        if counted.units[place] == unit
    )


@given(sales, exchange_rates(), units, optional_day)
def test_each_cell_is_converted_and_rounded_once_and_totals_are_sums_of_cells(
    done: Sequence[Actual], rates: ExchangeRates, unit: Unit, on: date | None
) -> None:
    counted = tally(done)
    restated = convert(counted, rates, unit, on=on)
    by_cell = [
        rates.convert(Amount(minor=minor, unit=counted.units[place]), unit, on or date.fromordinal(day)).minor
        for minor, place, day in zip(counted.minor.tolist(), counted.unit.tolist(), counted.day.tolist(), strict=True)
        if counted.units[place] != COUNT
    ]
    assert total(restated, unit) == sum(by_cell)
    assert set(restated.units) <= {unit, COUNT}


@given(sales, exchange_rates(), units, optional_day)
def test_a_total_is_off_by_no_more_than_half_the_smallest_unit_a_cell(
    done: Sequence[Actual], rates: ExchangeRates, unit: Unit, on: date | None
) -> None:
    money = [actual for actual in done if actual.amount.unit != COUNT]
    exact = sum(
        (
            Fraction(actual.amount.decimal) * rates.rate(actual.amount.unit.code, unit.code, on or actual.on) * unit.scale
            for actual in money
        ),
        Fraction(0),
    )
    counted = tally(done)
    assert abs(total(convert(counted, rates, unit, on=on), unit) - exact) <= Fraction(len(counted), 2)


@given(sales, exchange_rates(), units, optional_day)
def test_counts_and_entries_stay_and_what_is_in_the_unit_already_stays(
    done: Sequence[Actual], rates: ExchangeRates, unit: Unit, on: date | None
) -> None:
    counted = tally(done)
    restated = convert(counted, rates, unit, on=on)
    assert total(restated, COUNT) == total(counted, COUNT)
    assert restated.entries.sum() == counted.entries.sum()
    assert convert(restated, rates, unit, on=on) == restated
    only = tally([actual for actual in done if actual.amount.unit in (unit, COUNT)])
    assert convert(only, rates, unit, on=on) == only


@given(sales, sales, exchange_rates(), units, optional_day)
def test_tallies_that_share_no_cell_are_converted_before_or_after_they_are_merged(
    some: Sequence[Actual], others: Sequence[Actual], rates: ExchangeRates, unit: Unit, on: date | None
) -> None:
    west, east = tally(some), tally([attrs.evolve(actual, owner="cy") for actual in others])
    merged = convert(west + east, rates, unit, on=on)
    assert merged == convert(west, rates, unit, on=on) + convert(east, rates, unit, on=on)


def test_growth_as_reported_and_in_constant_currency() -> None:
    # Investopedia, "Constant currencies": an Australian company earns 500,000 USD at 0.8 USD to the AUD, and a year later
    # 600,000 at 1.1: 625,000 and 545,455 AUD. Without the currencies its revenue has grown by 20 %.
    # http://www.investopedia.com/terms/c/constantcurrencies.asp
    aud = Unit.parse("AUD")
    first, second = date(2025, 12, 31), date(2026, 12, 31)
    rates = ExchangeRates(rates=[rate("AUD", "USD", first, "0.8"), rate("AUD", "USD", second, "1.1")])
    earned = tally([sale("ada", "500000", USD, first), sale("ada", "600000", USD, second)])
    as_reported = convert(earned, rates, aud).minor.tolist()
    assert as_reported == [625_000_00, 545_454_55]
    assert growth_rate(as_reported[1], as_reported[0]) == pytest.approx(-0.1273, abs=1e-4)
    constant = convert(earned, rates, aud, on=first).minor.tolist()
    assert constant == [625_000_00, 750_000_00]
    assert growth_rate(constant[1], constant[0]) == 0.2


def test_attainment_at_the_rates_of_the_plan_leaves_out_what_the_currencies_did() -> None:
    plan = ExchangeRates(rates=[rate("EUR", "USD", NEW_YEAR, "1.10")])
    actual = ExchangeRates(rates=[rate("EUR", "USD", NEW_YEAR, "1.10"), rate("EUR", "USD", SEPTEMBER, "1.00")])
    done = tally([sale("ada", 500, EUR, SEPTEMBER), sale("ada", 450, USD, SEPTEMBER), sale("ada", 4, COUNT, SEPTEMBER)])
    target = Target(owner="ada", metric=REVENUE, amount=Amount.of(1000, USD), period=Period.month(2026, 9))
    as_of = date(2026, 9, 30)
    with pytest.raises(UnitMismatchError):
        attain(target, done, as_of=as_of)
    assert attain(target, convert(done, actual, USD), as_of=as_of).ratio == 0.95
    assert attain(target, convert(done, plan, USD), as_of=as_of).ratio == 1.0
    assert attain(target, convert(done, actual, USD, on=NEW_YEAR), as_of=as_of).ratio == 1.0
    # A ratio follows from its parts: the money is converted, and the number of orders stays.
    each = Target(owner="ada", metric=ORDER_VALUE, amount=Decimal(200), period=target.period)
    assert attain(each, convert(done, plan, USD), as_of=as_of).actual == 250


def test_what_falls_together_in_one_currency_is_added_after_rounding() -> None:
    rates = ExchangeRates(rates=[rate("USD", "JPY", NEW_YEAR, "150"), rate("EUR", "JPY", NEW_YEAR, "160")])
    done = tally([sale("ada", "0.01", USD, SEPTEMBER), sale("ada", "0.01", EUR, SEPTEMBER)])
    assert convert(done, rates, JPY).minor.tolist() == [2 + 2]  # 1.5 and 1.6
    assert convert(done, rates, JPY, rounding="floor").minor.tolist() == [1 + 1]
    assert convert(done, rates, JPY).entries.tolist() == [2]


def test_nothing_is_converted_to_nothing() -> None:
    table = ExchangeRates(rates=[])
    assert convert(ActualTally.empty(), table, USD) == ActualTally.empty()
    visits = tally([sale("ada", 3, COUNT, SEPTEMBER)])
    assert convert(visits, table, USD) == visits


DONE = tally([sale("ada", 1, EUR, SEPTEMBER)])
TABLE = ExchangeRates(rates=[rate("EUR", "USD", SEPTEMBER, "1.1")])


@pytest.mark.parametrize(
    ("arguments", "kind", "found"),
    [
        ({"tally": [DONE]}, InvalidValueError, ("wrong_type", "tally")),
        ({"rates": TABLE.rates}, InvalidValueError, ("wrong_type", "rates")),
        ({"unit": "USD"}, InvalidValueError, ("wrong_type", "unit")),
        ({"unit": COUNT}, InvalidValueError, ("not_money", "unit")),
        ({"on": datetime(2026, 9, 1, tzinfo=UTC)}, InvalidValueError, ("date_is_datetime", "on")),
        ({"rounding": "up"}, InvalidValueError, ("choice", "rounding")),
        ({"unit": JPY}, UnknownNameError, ("exchange_rate_missing", "rates")),
        ({"on": date(2026, 8, 31)}, UnknownNameError, ("exchange_rate_missing", "rates")),
    ],
)
def test_a_malformed_question_is_refused(
    arguments: Mapping[str, Any], kind: type[SalesperfError], found: tuple[str, ...]
) -> None:
    ask: Callable[..., object] = convert
    with pytest.raises(kind) as caught:
        ask(**{"tally": DONE, "rates": TABLE, "unit": USD, **arguments})
    assert (caught.value.code, *caught.value.path) == found


def test_a_missing_rate_is_told_with_its_pair_and_day() -> None:
    with pytest.raises(UnknownNameError, match=r"rates: expected a rate of 'EUR' in 'USD' on or before 2026-08-31, got none"):
        convert(DONE, TABLE, USD, on=date(2026, 8, 31))
