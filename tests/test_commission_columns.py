"""Columns of pay: as exact as statements, also where 64 bits end."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from salesperf import CNY, JPY, USD, Amount, Bonus, Curve, InvalidInputError, SalesperfError, Tier, TieredPay
from salesperf.commission import pay_columns

D = Decimal
TIERS = [Tier(0, 10_000, D("0.05")), Tier(10_000, None, D("0.08"))]
OF_QUOTA = TieredPay(key="s", tiers=[Tier(0, 1, D("0.05")), Tier(1, None, D("0.08"))], over="quota")


def column(*values: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def test_halves_go_up_and_away_from_zero() -> None:
    part = TieredPay(key="s", tiers=[Tier(0, None, D("0.5"))])
    assert pay_columns(part, column(1, -1, 3, -3, 0), unit=CNY).tolist() == [1, -1, 2, -2, 0]
    assert pay_columns(part, column(), unit=CNY).tolist() == []
    assert pay_columns(TieredPay(key="s", tiers=[Tier(0, None, 1)]), column(7, -7), unit=CNY).tolist() == [7, -7]


def test_beyond_what_64_bits_multiply_it_stays_exact() -> None:
    part = TieredPay(key="s", tiers=[Tier(0, None, D("0.123456789012"))])
    value = 9 * 10**18
    assert pay_columns(part, column(value), unit=CNY).tolist() == [1111111101108000000]
    finer = TieredPay(key="s", tiers=[Tier(0, None, D("0.12345678901234567891"))])  # over a denominator of 20 digits
    assert pay_columns(finer, column(0, 10**10), unit=CNY).tolist() == [0, 1234567890]
    stepped = TieredPay(key="s", tiers=TIERS)
    assert pay_columns(stepped, column(100, 2**40), unit=CNY).tolist() == [5, 50_000 + (2**40 - 10**6) * 8 // 100]
    twice = TieredPay(key="s", tiers=[Tier(0, None, 2)])
    with pytest.raises(SalesperfError) as caught:
        pay_columns(twice, column(1, value), unit=CNY)
    assert (caught.value.code, caught.value.path) == ("amount_overflow", ("credit", 1))


def test_more_tiers_than_a_byte_counts_are_searched() -> None:
    bounds = range(300)
    tiers = [Tier(start, None if start == 299 else start + 1, D(start % 7)) for start in bounds]
    part = TieredPay(key="s", tiers=tiers, mode="retroactive")
    assert pay_columns(part, column(0, 29_899, 29_950), unit=CNY).tolist() == [0, 298 % 7 * 29_899, 299 % 7 * 29_950]


@pytest.mark.parametrize("count", [250, 251, 500, 777])
def test_more_tiers_over_a_quota_of_each_row_than_a_byte_counts_are_counted_in_parts(count: int) -> None:
    tiers = [Tier(start, None if start == count - 1 else start + 1, D(start % 7)) for start in range(count)]
    part = TieredPay(key="s", tiers=tiers, mode="retroactive", over="quota")
    whole = [0, 249, 250, 251, 255, 256, 499, 500, 501, 776, 900]
    credit = [7 * each for each in whole]
    paid = pay_columns(part, column(*credit), unit=CNY, quota=column(*([7] * len(whole)))).tolist()
    assert paid == [min(each, count - 1) % 7 * worth for each, worth in zip(whole, credit, strict=True)]


def test_each_row_may_have_its_own_quota_and_another_currency_of_pay() -> None:
    quotas = column(100_000, 200_000)
    assert pay_columns(OF_QUOTA, column(150_000, 150_000), unit=CNY, quota=quotas).tolist() == [9_000, 7_500]
    assert pay_columns(OF_QUOTA, column(), unit=CNY, quota=column()).tolist() == []
    part = TieredPay(key="s", tiers=[Tier(0, None, 1)], over="quota", weight=D("0.5"))
    assert pay_columns(part, column(), unit=CNY, quota=column(), target=Amount.of(100, CNY)).tolist() == []
    paid = pay_columns(part, column(50_000, 50_000), unit=CNY, quota=quotas, target=Amount.of(100, CNY))
    assert paid.tolist() == [2_500, 1_250]
    huge = pay_columns(OF_QUOTA, column(10**18), unit=CNY, quota=column(10**18))
    assert huge.tolist() == [5 * 10**16]
    bonus = Bonus(key="b", curve=Curve([(0, 0), (1, 1)]), amount=Amount.of(1000, JPY))
    assert pay_columns(bonus, column(50), unit=CNY, pay_unit=JPY, quota=Amount.of(1, CNY)).tolist() == [500]


@pytest.mark.parametrize("mode", ["marginal", "retroactive", "overage"])
@pytest.mark.parametrize("scale", [1, 10**7, 10**14])
def test_rows_with_quotas_of_their_own_are_paid_as_by_fractions(mode: Any, scale: int) -> None:  # noqa: ANN401 - a word
    # Small enough for lessers, for a look-up, and for neither.
    edges, rates = (Fraction(3, 4), Fraction(1)), (Fraction(1, 20), Fraction(13, 200), Fraction(2, 25))
    tiers = [Tier(0, D("0.75"), D("0.05")), Tier(D("0.75"), 1, D("0.065")), Tier(1, None, D("0.08"))]
    part = TieredPay(key="s", tiers=tiers, mode=mode, over="quota")
    credit, quota = (column(*(each * scale for each in numbers)) for numbers in ((-9, 0, 74, 75, 99, 100, 555), (100,) * 7))
    paid = []
    for x, q in zip(map(Fraction, credit.tolist()), quota.tolist(), strict=True):
        bounds = [Fraction(0), *(edge * q for edge in edges)]
        rate = rates[sum(x >= bound for bound in bounds[1:])]
        if mode == "marginal":
            ends = [*bounds[1:], None]
            slices = [max((x if end is None else min(x, end)) - start, 0) for start, end in zip(bounds, ends, strict=True)]
            exact = sum((each * part for each, part in zip(rates, slices, strict=True)), min(x, Fraction(0)) * rates[0])
        else:
            base = min(x, bounds[1]) if mode == "overage" else Fraction(0)
            exact = base * rates[0] + (x - base) * rate
        paid.append(int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1))
    assert pay_columns(part, credit, unit=CNY, quota=quota).tolist() == paid


def test_a_row_beyond_64_bits_is_named_whichever_block_and_quota_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesperf.commission.columns._BLOCK", 2)
    monkeypatch.setattr("salesperf.commission.columns._SHARED_BLOCK", 2)
    steep = Bonus(key="b", curve=Curve([(0, 0), (9, 9)]), amount=Amount(minor=2**62, unit=CNY))
    credit, quotas = column(1, 1, 1, 3, 1, 7), column(9, 8, 7, 1, 8, 1)  # rows 3 and 5 are paid 3 and 7 times 2**62
    for workers in (1, 3):
        with pytest.raises(SalesperfError) as caught:
            pay_columns(steep, credit, unit=CNY, quota=quotas, workers=workers)
        assert (caught.value.code, caught.value.path) == ("amount_overflow", ("credit", 3))
        with pytest.raises(SalesperfError) as caught:
            pay_columns(OF_QUOTA, credit, unit=CNY, quota=column(9, 8, 7, 0, 8, -1), workers=workers)
        assert (caught.value.code, caught.value.path) == ("quota_not_positive", ("quota", 3))
        with pytest.raises(SalesperfError) as caught:
            pay_columns(OF_QUOTA, column(0, 0, 0, -(2**63), 0, 0), unit=CNY, quota=quotas, workers=workers)
        assert (caught.value.code, caught.value.path) == ("beyond_int64", ("credit",))


def test_threads_tell_the_fault_that_one_thread_meets_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesperf.commission.columns._BLOCK", 2)
    monkeypatch.setattr("salesperf.commission.columns._SHARED_BLOCK", 4)  # in which a quota of 0 is met before any overflow
    steep = TieredPay(key="s", tiers=[Tier(0, None, 10**18)], over="quota")
    for workers in (1, 2):
        with pytest.raises(SalesperfError) as caught:
            pay_columns(steep, column(1, 10, 1, 1, 1, 1, 1, 1), unit=CNY, quota=column(5, 5, 5, 0, 5, 5, 5, 5), workers=workers)
        assert (caught.value.code, caught.value.path) == ("amount_overflow", ("credit", 1))


@pytest.mark.parametrize("mode", ["marginal", "retroactive"])
def test_no_credit_brings_nothing_however_fine_the_tiers(mode: Any) -> None:  # noqa: ANN401 - a word
    edge = D("1e-22")
    tiers = [Tier(0, edge, 1), Tier(edge, None, 2)]
    part = TieredPay(key="s", tiers=tiers, mode=mode, over="quota")
    assert pay_columns(part, column(0, 0), unit=CNY, quota=column(5, 7)).tolist() == [0, 0]
    assert pay_columns(part, column(3, 0), unit=CNY, quota=column(5, 7)).tolist() == [6, 0]


def test_pay_that_falls_below_nothing_is_rounded_away_from_it() -> None:
    # A curve that costs the rep: 100 at nothing, -100.5 from 200.00 on.
    curve = Curve([(0, 1), (1, D("-1.005"))])
    bonus = Bonus(key="b", curve=curve, amount=Amount.of(100, CNY))
    paid = pay_columns(bonus, column(0, 10_000, 20_000, 30_000), unit=CNY, quota=Amount.of(200, CNY))
    assert paid.tolist() == [10_000, -25, -10_050, -10_050]


@pytest.mark.parametrize("quota", [None, Amount.of(90, CNY), "each"], ids=["no quota", "one quota", "a quota each"])
def test_however_many_share_the_rows_each_is_paid_the_same(quota: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    for name in ("_BLOCK", "_SHARED_BLOCK"):
        monkeypatch.setattr(f"salesperf.commission.columns.{name}", 7)
    credit = np.random.default_rng(0).integers(-500, 20_000, 100)
    given: dict[str, Any] = {"quota": np.random.default_rng(1).integers(1, 20_000, 100) if quota == "each" else quota}
    part = TieredPay(key="s", tiers=TIERS) if quota is None else OF_QUOTA
    alone, *others = (pay_columns(part, credit, unit=CNY, workers=workers, **given).tolist() for workers in (1, 2, 3, 50))
    assert others == [alone] * 3


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"credit": np.array([1.5])}, "not_whole_column"),
    ({"credit": np.zeros((2, 2), dtype=np.int64)}, "dimensions"),
    ({"credit": np.array([2**63], dtype=np.uint64)}, "beyond_int64"),
    ({"credit": [1]}, "wrong_type"),
    ({"workers": 0}, "out_of_range"),
    ({"workers": 2.0}, "wrong_type"),
    ({"part": OF_QUOTA}, "quota_missing"),
    ({"part": OF_QUOTA, "quota": 5}, "wrong_type"),
    ({"part": OF_QUOTA, "quota": Amount.of(0, CNY)}, "quota_not_positive"),
    ({"part": OF_QUOTA, "quota": Amount.of(1, USD)}, "unit_mismatch"),
    ({"part": OF_QUOTA, "quota": column(1, 2)}, "length"),
    ({"part": OF_QUOTA, "quota": column(0)}, "quota_not_positive"),
    (
        {"part": TieredPay(key="s", tiers=[Tier(0, None, 1)], over="quota", weight=1), "quota": Amount.of(1, CNY)},
        "target_pay_missing",
    ),
]


@pytest.mark.parametrize(("changed", "code"), REFUSED, ids=str)
def test_what_is_no_column_of_credit_is_refused(changed: dict[str, Any], code: str) -> None:
    given: dict[str, Any] = {"part": TieredPay(key="s", tiers=TIERS), "credit": column(1), "unit": CNY} | changed
    with pytest.raises(SalesperfError) as caught:
        pay_columns(given.pop("part"), given.pop("credit"), **given)
    assert caught.value.code == code


def test_a_draft_pays_no_column() -> None:
    with pytest.raises(InvalidInputError) as caught:
        pay_columns(TieredPay(key="s", tiers=[Tier(5, None, 1)]), column(1), unit=CNY)
    assert caught.value.exceptions[0].path == ("part", "tiers", 0)  # type: ignore[union-attr] # ours
