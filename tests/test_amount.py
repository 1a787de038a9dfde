"""Amounts: exact, in one unit, within 64 bits."""

import operator
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import CNY, COUNT, EUR, ISO_4217, JPY, USD, Amount, InvalidValueError, SalesperfError, Unit, UnitMismatchError
from salesperf.kernels.numeric import INT64_MAX, ROUNDINGS, Rounding
from salesperf.model.amount import Rate
from salesperf.testing import amounts, assert_monoid, rates, units

KWD = ISO_4217["KWD"]
USD_4 = Unit("USD", 4, "money")
BOX = Unit("box", 0, "count")


def code_and_path(call: Callable[[], object], kind: type[SalesperfError] = InvalidValueError) -> tuple[object, ...]:
    with pytest.raises(kind) as caught:
        call()
    return (caught.value.code, *caught.value.path)


@given(units())
def test_a_unit_is_read_back_from_its_text(unit: Unit) -> None:
    assert Unit.parse(str(unit)) == unit


@given(st.text(st.sampled_from("AbXY"), min_size=1, max_size=4) | st.sampled_from(("usd", "Cny", "pen")), st.integers(0, 18))
def test_a_currency_of_ones_own_is_read_back_from_its_text(code: str, digits: int) -> None:
    for unit in (Unit(code, digits, "money"), Unit(code, 0, "count")):
        assert Unit.parse(str(unit)) == unit


@given(amounts(CNY), amounts(CNY), amounts(CNY))
def test_amounts_add_in_any_order_and_grouping(a: Amount, b: Amount, c: Amount) -> None:
    assert_monoid(a, b, c, Amount.zero(CNY))
    assert a - b == a + -b
    assert Amount.total([a, b, c], CNY) == a + b + c


@given(amounts(CNY), amounts(CNY))
def test_amounts_are_ordered_like_their_numbers(a: Amount, b: Amount) -> None:
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq):
        assert compare(a, b) == compare(a.minor, b.minor)
    assert abs(a) == max(a, -a)


@given(amounts())
def test_an_amount_is_made_again_from_its_decimal_and_from_its_digits(amount: Amount) -> None:
    assert Amount.of(amount.decimal, amount.unit) == amount
    assert Amount.of(f"{amount.decimal:f}", amount.unit) == amount
    assert amount.decimal * amount.unit.scale == amount.minor


@given(amounts(), rates(), st.sampled_from(sorted(ROUNDINGS)))
def test_times_is_the_exact_product_rounded_once(amount: Amount, rate: Rate, rounding: Rounding) -> None:
    exact = amount.minor * Fraction(rate)
    product = amount.times(rate, rounding=rounding)
    assert abs(product.minor - exact) <= (Fraction(1, 2) if rounding.startswith("half") else Fraction(999999, 1000000))
    assert product.unit == amount.unit


@given(amounts(USD), st.integers(2, 6))
def test_more_digits_and_back_lose_nothing(amount: Amount, digits: int) -> None:
    finer = amount.rescale(Unit("USD", digits, "money"))
    assert finer.decimal == amount.decimal
    assert finer.rescale(USD) == amount


def test_the_callers_decimal_context_changes_nothing() -> None:
    with localcontext(prec=3):
        assert Amount.of("12345.67", CNY).minor == 1234567
        assert Amount.of("12345.67", CNY).decimal == Decimal("12345.67")
        assert str(Amount.of("12345.67", CNY)) == "12,345.67 CNY"


@pytest.mark.parametrize(
    ("value", "unit", "minor"),
    [
        (12, CNY, 1200),
        (np.int64(12), CNY, 1200),
        (np.uint8(255), COUNT, 255),
        (np.int64(INT64_MAX // 100), CNY, INT64_MAX // 100 * 100),
        ("12.34", CNY, 1234),
        ("+.5", CNY, 50),
        ("-5.", CNY, -500),
        ("1.50000", CNY, 150),
        ("007", JPY, 7),
        (Decimal("1E+2"), COUNT, 100),
        (Decimal("0E+999999"), CNY, 0),
        (Decimal("0E-999999"), CNY, 0),
        (Decimal("-0.00"), CNY, 0),
        ("92233720368547758.07", CNY, INT64_MAX),
        ("-9223372036854775807", COUNT, -INT64_MAX),
        ("1." + "0" * 100_000, CNY, 100),
        ("9.223372036854775807", Unit("XBT", 18, "money"), INT64_MAX),
    ],
)
def test_an_amount_is_made_from_a_number(value: int | str | Decimal, unit: Unit, minor: int) -> None:
    assert Amount.of(value, unit) == Amount(minor=minor, unit=unit)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (12.34, "amount_float"),
        (np.float64(12.34), "amount_float"),
        ("12.345", "amount_digits"),
        (Decimal("1E-999999999"), "amount_digits"),
        ("1." + "0" * 100_000 + "1", "amount_digits"),
        ("1,234.50", "amount_not_a_number"),
        ("¥12", "amount_not_a_number"),
        ("1e3", "amount_not_a_number"),
        ("１２", "amount_not_a_number"),
        ("", "amount_not_a_number"),
        (".", "amount_not_a_number"),
        ("12\n", "amount_not_a_number"),
        (Decimal("NaN"), "not_finite"),
        (Decimal("sNaN"), "not_finite"),
        (Decimal("Infinity"), "not_finite"),
        (Decimal("1E+19"), "amount_overflow"),
        (Decimal("1E+999999999"), "amount_overflow"),
        ("9" * 5000, "amount_overflow"),
        (Fraction(1, 2), "wrong_type"),
        (True, "wrong_type"),
        (None, "wrong_type"),
        (np.timedelta64(3), "wrong_type"),
        (np.bool_(1), "wrong_type"),
        (np.float32(3), "wrong_type"),
    ],
)
def test_what_makes_no_amount_is_refused(value: str, code: str) -> None:
    assert code_and_path(lambda: Amount.of(value, CNY)) == (code, "Amount", "of")


@pytest.mark.parametrize("value", [10**17, -(10**17), "92233720368547758.08", Decimal(10**17)])
def test_an_amount_beyond_64_bits_is_refused_and_never_wraps(value: int | str | Decimal) -> None:
    assert code_and_path(lambda: Amount.of(value, CNY)) == ("amount_overflow", "Amount", "minor")


def test_no_arithmetic_wraps() -> None:
    most, least = Amount(minor=INT64_MAX, unit=COUNT), Amount(minor=-INT64_MAX, unit=COUNT)
    assert -most == least
    assert abs(least) == most
    beyond: list[Callable[[], Amount]] = [
        lambda: most + Amount.of(1, COUNT),
        lambda: least - Amount.of(1, COUNT),
        lambda: most.times(2),
        lambda: Amount(minor=INT64_MAX, unit=USD).rescale(USD_4),
        lambda: Amount.total([most, most], COUNT),
    ]
    for call in beyond:
        assert code_and_path(call) == ("amount_overflow", "Amount", "minor")
    assert Amount.total([most, most, least], COUNT) == most


def test_a_unit_of_another_kind_than_its_code_tells_names_its_kind() -> None:
    assert [str(Unit("box", 0, "money")), str(Unit("box", 0, "count"))] == ["box:0:money", "box"]


def test_unlike_units_are_unequal_and_never_mix() -> None:
    left, right = Amount.of(1, USD), Amount.of(1, USD_4)
    assert left != right
    assert left != Amount.of(1, EUR)
    for combine in (operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge):
        assert code_and_path(lambda combine=combine: combine(left, right), UnitMismatchError) == ("unit_mismatch", "Amount")  # type: ignore[misc] # mypy infers no type for a default
    assert code_and_path(lambda: Amount.total([left, right], USD), UnitMismatchError) == ("unit_mismatch", "amounts", 1)
    assert code_and_path(lambda: left.rescale(EUR), UnitMismatchError) == ("unit_mismatch", "unit")
    with pytest.raises(UnitMismatchError) as caught:
        left + right
    assert caught.value.params == {"left": "'USD'", "right": "'USD:4'"}


def test_an_amount_and_a_number_never_mix_either() -> None:
    price = Amount.of(1, CNY)
    assert price != 100  # type: ignore[comparison-overlap] # the law says so
    for combine in (operator.add, operator.sub, operator.lt, operator.ge):
        assert code_and_path(lambda combine=combine: combine(price, 100)) == ("wrong_type", "Amount")  # type: ignore[misc] # as above
    with pytest.raises(TypeError):
        sum([price])  # type: ignore[list-item] # it begins with 0: Amount.total is the way
    assert code_and_path(lambda: Amount.total([price, 1], CNY)) == ("wrong_type", "amounts", 1)  # type: ignore[list-item] # the fault
    assert code_and_path(lambda: Amount.total(7, CNY)) == ("wrong_type", "amounts")  # type: ignore[arg-type] # the fault


@pytest.mark.parametrize(
    ("rate", "rounding", "minor"),
    [
        (Decimal("0.075"), "half_up", 150),
        (Decimal("0.075"), "floor", 149),
        (Fraction(1, 1999), "half_up", 1),
        (Fraction(1, 3998), "half_up", 1),
        (Fraction(1, 3998), "half_even", 0),
        (Fraction(-1, 3998), "half_up", -1),
        (Fraction(-1, 3998), "ceiling", 0),
        (0, "ceiling", 0),
    ],
)
def test_a_product_is_rounded_as_named(rate: Rate, rounding: Rounding, minor: int) -> None:
    assert Amount.of("19.99", USD).times(rate, rounding=rounding).minor == minor


def test_a_published_commission_comes_out(oracle: Callable[[str], Any]) -> None:
    # ERPNext, test_sales_invoice.py.
    (case,) = (case for case in oracle("targets_and_contribution.json")["cases"] if case["id"] == "commission-100")
    rate = Fraction(case["inputs"]["rate_pct"], 100)
    assert Amount.of(case["inputs"]["eligible"], USD).times(rate) == Amount.of(case["expected"]["commission"], USD)


@pytest.mark.parametrize(
    ("rate", "code"),
    [
        (0.5, "rate_float"),
        (np.float64(0.5), "rate_float"),
        (True, "wrong_type"),
        ("0.5", "wrong_type"),
        (Decimal("NaN"), "not_finite"),
        (Decimal("sNaN"), "not_finite"),
        (Decimal("1E-999999999"), "decimal_scale"),
        (Decimal("1E+300"), "decimal_scale"),
    ],
)
def test_what_is_no_exact_rate_is_refused(rate: Rate, code: str) -> None:
    assert code_and_path(lambda: Amount.of(1, CNY).times(rate)) == (code, "rate")


def test_an_unknown_rounding_is_refused() -> None:
    assert code_and_path(lambda: Amount.of(1, CNY).times(1, rounding="up")) == ("choice", "rounding")  # type: ignore[arg-type] # the fault


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("CNY", CNY),
        ("USD:4", USD_4),
        ("box", BOX),
        ("count", COUNT),
        ("XBT:8:money", Unit("XBT", 8, "money")),
        ("CNY:0:count", Unit("CNY", 0, "count")),
        ("PCS:0", Unit("PCS", 0, "count")),
        ("pen:0", Unit("pen", 0, "count")),
        ("pcs", Unit("pcs", 0, "count")),
        ("big box", Unit("big box", 0, "count")),
        ("箱", Unit("箱", 0, "count")),
    ],
)
def test_a_unit_is_read(text: str, unit: Unit) -> None:
    assert Unit.parse(text) == unit


@pytest.mark.parametrize(
    "text",
    ["", " ", "CNY ", " CNY", "USD:", "USD::money", "USD:4:", "USD:4:gold", "USD:100", ":2", "a:b:c", "RMB", "PCS", None, 5],
)
def test_what_names_no_unit_is_refused(text: str) -> None:
    assert code_and_path(lambda: Unit.parse(text)) == ("unreadable_unit", "Unit", "parse")


@pytest.mark.parametrize("text", ["cny", "Usd", "jpY", "pen"])
def test_a_currency_that_is_not_in_capitals_is_not_taken_for_a_count(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Unit.parse(text)
    assert (caught.value.code, caught.value.path) == ("currency_case", ("Unit", "parse"))
    assert caught.value.params["known"] == repr(text.upper())


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (("", 2, "money"), "empty", "code"),
        ((7, 2, "money"), "wrong_type", "code"),
        (("a:b", 0, "count"), "unreadable_unit", "code"),
        (("CNY", 19, "money"), "out_of_range", "digits"),
        (("CNY", -1, "money"), "out_of_range", "digits"),
        (("CNY", 2.0, "money"), "wrong_type", "digits"),
        (("CNY", True, "money"), "wrong_type", "digits"),
        (("box", 1, "count"), "out_of_range", "digits"),
        (("CNY", 2, "weight"), "choice", "dimension"),
    ],
)
def test_a_malformed_unit_is_refused(arguments: tuple[str, int, str], code: str, field: str) -> None:
    assert code_and_path(lambda: Unit(*arguments)) == (code, "Unit", field)  # type: ignore[arg-type] # the fault


@pytest.mark.parametrize("minor", [1.0, True, "1", None, np.int64(1), Decimal(1)])
def test_smallest_units_are_an_int(minor: int) -> None:
    assert code_and_path(lambda: Amount(minor=minor, unit=CNY)) == ("wrong_type", "Amount", "minor")


def test_a_scalar_of_numpy_s_is_refused_by_its_type_not_by_the_number_that_it_looks_like() -> None:
    with pytest.raises(InvalidValueError, match=r"Amount\.minor: expected int, got int64\Z"):
        Amount(minor=np.int64(1), unit=CNY)  # type: ignore[arg-type] # the fault
    with pytest.raises(InvalidValueError, match=r"Unit\.digits: expected int, got int64\Z"):
        Unit("CNY", np.int64(2), "money")  # type: ignore[arg-type] # the fault


@pytest.mark.parametrize("make", [Amount.zero, lambda unit: Amount.of(1, unit), lambda unit: Amount.of(1, CNY).rescale(unit)])
def test_what_is_no_unit_is_refused(make: Callable[[object], object]) -> None:
    assert code_and_path(lambda: make("CNY"))[0] == "wrong_type"


def test_money_has_the_digits_of_iso_4217() -> None:
    # ISO 4217 list one, "minor unit": https://www.six-group.com/en/products-services/financial-information/data-standards.html
    digits = {"JPY": 0, "KRW": 0, "CNY": 2, "USD": 2, "EUR": 2, "KWD": 3, "TND": 3, "CLF": 4}
    assert {code: ISO_4217[code].digits for code in digits} == digits
    assert all(unit.code == code and unit.dimension == "money" for code, unit in ISO_4217.items())
    assert Unit("USD", 4, "money") != USD


def test_a_dollar_of_four_digits_is_rescaled_with_half_up() -> None:
    assert Amount.of("1.2350", USD_4).rescale(USD) == Amount.of("1.24", USD)
    assert Amount.of("-1.2350", USD_4).rescale(USD) == Amount.of("-1.24", USD)
    assert Amount.of("1.2350", USD_4).rescale(USD, rounding="floor") == Amount.of("1.23", USD)


def test_an_amount_is_written_for_programs_and_for_readers() -> None:
    assert str(Amount.of("-1234567.5", CNY)) == "-1,234,567.50 CNY"
    assert str(Amount.of(1234567, COUNT)) == "1,234,567"
    assert Amount.of("1234.5", KWD).text() == "KWD 1,234.500"
    assert Amount.of("1234.5", KWD).text("zh") == "1,234.500 KWD"
    assert Amount.of(12, BOX).text("zh") == "12"
    assert Amount.of("0.05", CNY).rounded_text(1) == "CNY 0.1"
    assert Amount.of("1234.5", CNY).rounded_text(0, "zh") == "1,235 元"
    assert Amount.of("1.5", CNY).rounded_text(9) == "CNY 1.50"
    own = {"en": {"unit.box": "{number} boxes"}}
    assert Amount.of(12, BOX).text("en", own) == "12 boxes"


@pytest.mark.parametrize("digits", [-1, 19, 1.0, None])
def test_digits_to_show_are_a_small_whole_number(digits: int) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Amount.of(1, CNY).rounded_text(digits)
    assert caught.value.path == ("digits",)
