"""Variances: textbook examples, undefined factors, what readers see, and what is refused."""

import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest

from salesperf import CNY, STANDARD_METRICS, USD, Actual, Amount, Period, Target, attainment
from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError
from salesperf.model.message import Message
from salesperf.variance import COMPARISONS, FEWEST_COMPARED, Effect, Sold, Variance, by_part, decompose, price_volume_mix

NAN = float("nan")


def yuan(value: int | str) -> Amount:
    return Amount.of(value, CNY)


def sold(quantity: int, value: int | str) -> Sold:
    return Sold(quantity, yuan(value))


# The example with which Chinese textbooks of financial management teach the method (因素分析法): cost of material is output x
# use a piece x price; plan 100 x 8 x 5 = 4,000, actual 110 x 7 x 6 = 4,620.
PLAN = {"output": 100, "use": 8, "price": 5}
ACTUAL = {"output": 110, "use": 7, "price": 6}


def test_the_chain_is_that_of_the_textbook() -> None:
    change = decompose(PLAN, ACTUAL, method="chain", comparison="plan_to_actual")
    assert dict(change.effects) == {"output": 400.0, "use": -550.0, "price": 770.0}
    assert (change.before, change.after, change.total) == (4000.0, 4620.0, 620.0)


def test_the_shapley_effects_of_the_textbook_are_the_means_over_its_six_orders() -> None:
    # (a - b) x (2 b b' + b a' + a b' + 2 a a') / 6 for each factor and the two others.
    effects = decompose(PLAN, ACTUAL).effects
    assert effects["output"] == pytest.approx(10 * (2 * 40 + 8 * 6 + 7 * 5 + 2 * 42) / 6, rel=1e-14)
    assert effects["use"] == pytest.approx(-1 * (2 * 500 + 100 * 6 + 110 * 5 + 2 * 660) / 6, rel=1e-14)
    assert effects["price"] == pytest.approx(1 * (2 * 800 + 100 * 7 + 110 * 8 + 2 * 770) / 6, rel=1e-14)


def test_by_the_chain_price_volume_and_mix_are_the_textbook_formulas() -> None:
    before = {"a": sold(100, 1000), "b": sold(50, 1500)}
    after = {"a": sold(150, 1650), "b": sold(50, 1400)}
    effects = price_volume_mix(before, after, method="chain").effects
    mean = Fraction(2500, 150)
    assert effects["volume"] == yuan("833.33") == Amount.of(round(50 * mean * 100), CNY).times(Fraction(1, 100))
    assert effects["mix"] == yuan("-333.33")  # 150 x 10 + 50 x 30 - 200 x mean
    assert effects["price"] == yuan(50)  # (11 - 10) x 150 + (28 - 30) x 50


def test_new_and_discontinued_items_and_what_has_no_price_stand_apart() -> None:
    before = {"old": sold(4, 100), "both": sold(2, 50), "fee": sold(0, 30)}
    after = {"both": sold(2, 50), "new": sold(1, 70), "fee": sold(0, 45), "back": sold(-1, -20)}
    change = price_volume_mix(before, after)
    assert {name: effect.decimal for name, effect in change.effects.items() if effect.minor} == {
        "new": 70,
        "discontinued": -100,
        "other": -5,
    }
    assert [note.text() for note in change.notes] == [
        "Without a quantity above 0, and so without a price, and counted as other: fee, back."
    ]
    assert change.segments == ("old", "both", "fee", "new", "back")


def test_an_undefined_factor_is_counted_with_the_one_before_it_and_says_so() -> None:
    before = {"leads": 100, "win_rate": 0.2, "deal_value": 500}
    change = decompose(before, {"leads": 0, "win_rate": NAN, "deal_value": NAN})
    assert dict(change.effects) == {"leads": -10_000.0}
    (line,) = change.lines
    assert line.merged == ("win_rate", "deal_value")
    assert line.label.text() == "Leads with Win rate, deal_value"
    assert change.text() == (
        "The result is 0.00, after 10,000.00 before: -10,000.00.\n"
        "Leads with Win rate, deal_value from 100 to 0: -10,000.00.\n"
        "Win rate is undefined before or after, a rate over nothing: what it did is counted with Leads.\n"
        "deal_value is undefined before or after, a rate over nothing: what it did is counted with Win rate."
    )


def test_a_factor_between_keeps_its_own_effect() -> None:
    change = decompose({"leads": 100, "win_rate": 0.2, "deal_value": 500}, {"leads": 120, "win_rate": 0.0, "deal_value": NAN})
    assert dict(change.effects) == pytest.approx({"leads": 1000.0, "win_rate": -11_000.0})
    assert change.lines[1].after == 0.0


def test_in_columns_a_factor_is_counted_with_another_only_where_it_is_undefined() -> None:
    before = {"leads": np.array([100.0, 50.0]), "win_rate": np.array([0.2, 0.1])}
    after = {"leads": np.array([0.0, 50.0]), "win_rate": np.array([NAN, 0.2])}
    change = decompose(before, after, segments=["east", "west"])
    assert dict(change.of_segment("east")) == {"leads": -20.0, "win_rate": 0.0}
    assert change.of_segment("west")["win_rate"] == 5.0
    assert change.notes[0].text("zh").startswith("2 个分段中有 1 个，赢单率")
    assert change.segment_rows()[1] == {"segment": "west", "leads": 0.0, "win_rate": 5.0, "total": 5.0}


def test_a_number_beside_a_column_stands_for_each_segment() -> None:
    change = decompose({"orders": np.array([1.0, 2.0]), "value": 10}, {"orders": np.array([2.0, 2.0]), "value": 10})
    assert change.segments == ("1", "2")
    assert dict(change.effects) == {"orders": 10.0, "value": 0.0}


def test_of_no_segments_the_change_is_0() -> None:
    nothing = np.zeros(0)
    change = decompose({"orders": nothing, "value": nothing}, {"orders": nothing, "value": nothing})
    assert (change.total, change.segments, change.breakdown.holds()) == (0.0, (), True)


def test_attainments_of_members_are_the_parts_of_their_teams_gap() -> None:
    quarter = Period.quarter(2026, 3)
    revenue = STANDARD_METRICS["revenue"]
    targets = [Target(owner=owner, metric=revenue, amount=yuan(300), period=quarter) for owner in ("ada", "bo")]
    sales = [Actual(owner="ada", metric=revenue, amount=yuan(350), on=quarter.start)]
    attained = [attainment.attain(target, attainment.tally(sales), as_of=quarter.last) for target in targets]
    plan, actual = {}, {}
    for one in attained:
        assert isinstance(one.target.amount, Amount)
        assert isinstance(one.actual, Amount)
        assert one.target.owner is not None
        plan[one.target.owner], actual[one.target.owner] = one.target.amount, one.actual
    assert dict(by_part(plan, actual).effects) == {"ada": yuan(50), "bo": yuan(-300)}


def test_parts_of_a_sum_that_came_and_went_are_told() -> None:
    change = by_part({"east": yuan(10), "south": yuan(5)}, {"east": yuan(10), "west": yuan(7)})
    assert change.text() == (
        "The actual result is CNY 17.00 against CNY 15.00 planned: +CNY 2.00.\n"
        "west: +CNY 7.00.\n"
        "south: CNY -5.00.\n"
        "No effect: east.\n"
        "Only after: west.\n"
        "Only before: south."
    )


def test_the_wording_tells_what_is_compared() -> None:
    said = {
        word: [decompose({"a": 2}, {"a": 3500}, comparison=word).text(lang).splitlines() for lang in ("en", "zh")]
        for word in COMPARISONS
    }
    assert said["period_to_period"] == [
        ["The result is 3,500.00, after 2.00 before: +3,498.00.", "a from 2 to 3,500: +3,498.00."],
        ["结果由 2.00 变为 3,500.00，变化 +3,498.00。", "a由 2 变为 3,500，影响 +3,498.00。"],
    ]
    assert said["plan_to_actual"][1][0] == "实际 3,500.00，计划 2.00，差额 +3,498.00。"
    assert said["forecast_to_actual"][0][0] == "The actual result is 3,500.00 against 2.00 forecast: +3,498.00."


def test_rows_lead_from_what_was_before_to_what_came_after() -> None:
    rows = decompose(PLAN, ACTUAL, method="chain").as_amounts(yuan(4000), yuan(4620)).rows()
    assert [(row["line"], str(row["value"]), row["unit"], row["factor_after"]) for row in rows] == [
        ("before", "4000.00", "CNY", None),
        ("output", "400.00", "CNY", 110.0),
        ("use", "-550.00", "CNY", 7.0),
        ("price", "770.00", "CNY", 6.0),
        ("after", "4620.00", "CNY", None),
    ]


def test_amounts_of_segments_sum_to_those_of_the_effects() -> None:
    before = {"orders": np.array([3.0, 7.0, 1.0]), "value": np.array([3.3333, 1.1111, 9.99])}
    after = {"orders": np.array([4.0, 6.0, 2.0]), "value": np.array([3.1, 1.7, 8.88])}
    change = decompose(before, after)
    total = Amount(minor=round(change.total * 100), unit=CNY)
    exact = change.as_amounts(yuan(20), yuan(20) + total)
    assert exact.segment_effects.sum(axis=1).tolist() == [effect.minor for effect in exact.effects.values()]
    assert exact.breakdown.holds()


def test_what_rounded_factors_leave_goes_to_the_effects_by_their_size() -> None:
    change = decompose({"deals": 8000, "value": 123.46}, {"deals": 9000, "value": 123.46})
    assert dict(change.in_units(yuan("123457.9"))) == {"deals": 12_345_790, "value": 0}


def test_variances_compare_by_content_and_pickle() -> None:
    change = decompose({"a": np.array([1.0, 2.0])}, {"a": np.array([2.0, 2.0])})
    assert pickle.loads(pickle.dumps(change)) == change  # noqa: S301 - our own
    assert change != decompose({"a": np.array([1.0, 2.0])}, {"a": np.array([2.0, 2.5])})
    assert change != "a variance"
    with pytest.raises(ValueError, match="read-only"):
        change.segment_effects[0, 0] = 9


def one(**factors: Any) -> Callable[[], object]:  # noqa: ANN401 - wrong on purpose
    return lambda: decompose({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 2.0} | factors)


CHANGE = decompose({"a": 1}, {"a": 3})


def test_effects_of_each_item_sum_to_its_own_change() -> None:
    # Rounded effect by effect, c was told as 22.27.
    before = {"a": (7, 1234), "b": (11, 2077), "c": (3, 966), "d": (13, 4999), "e": (29, 17)}
    after = {"a": (7, 1235), "b": (17, 1301), "c": (19, 3194), "d": (2, 4001), "e": (23, 4444)}
    sides = [
        {name: Sold(quantity, Amount(minor=minor, unit=CNY)) for name, (quantity, minor) in side.items()}
        for side in (before, after)
    ]
    change = price_volume_mix(*sides)
    own = {row["segment"]: row["total"] for row in change.segment_rows()}
    assert own["c"] == Decimal("22.28")
    assert own == {name: Decimal(after[name][1] - before[name][1]) / 100 for name in before}
    assert {line.name: line.value.minor for line in change.lines} == dict(
        zip(change.effects, change.segment_effects.sum(axis=1).tolist(), strict=True)
    )


def test_sums_that_clash_by_themselves_are_told_as_those_of_a_table() -> None:
    half = 0.005
    before = {name: np.zeros(2) for name in "abcd"}
    # Each segment changes by a hundredth, in halves: the one by a and b, the other by c and d.
    change = attrs.evolve(
        decompose(before, before, segments=["east", "west"]),
        after=0.02,
        lines=tuple(Effect(name=name, value=half, title=Message(name)) for name in "abcd"),
        segment_effects=np.array([[half, 0], [half, 0], [0, half], [0, half]]),
    )
    exact = change.as_amounts(yuan(0), yuan("0.02"))
    assert exact.segment_effects.sum(axis=0).tolist() == [1, 1]
    assert dict(change.in_units(yuan("0.02"))) == {name: value.minor for name, value in exact.effects.items()}


def test_a_rate_tells_over_how_many_cases_it_was() -> None:
    sides = {"deals": 30, "rate": 0.5, "size": 9.0}, {"deals": 20, "rate": 0.4, "size": 8.0}
    change = decompose(*sides, cases={"rate": (30, 20), "size": (15, 4)}).as_amounts(yuan(135), yuan(64))
    assert [line.cases for line in change.lines] == [None, (30, 20), (15, 4)]
    assert [line.has_few_cases() for line in change.lines] == [False, False, True]
    assert change.lines[2].has_few_cases(4) is False
    assert FEWEST_COMPARED == 5


def test_what_is_counted_with_a_rate_over_fewer_cases_rests_on_those() -> None:
    cases = {"rate": (30, 20), "size": (2, 0)}
    lost = decompose({"deals": 30, "rate": 1 / 15, "size": 9.0}, {"deals": 20, "rate": 0, "size": NAN}, cases=cases)
    assert [(line.name, line.merged, line.cases) for line in lost.lines] == [("deals", (), None), ("rate", ("size",), (2, 20))]
    begun = decompose({"deals": 0, "rate": NAN}, {"deals": 20, "rate": 0.5}, cases={"rate": (0, 20)})
    # That there were none is counted, and no chance.
    assert [(line.merged, line.cases) for line in begun.lines] == [(("rate",), None)]


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (one(b="two"), "not_numeric", ("after", "b")),
        (one(b=np.zeros((2, 2)), a=np.zeros((2, 2))), "dimensions", ("before", "a")),
        (one(b=np.zeros(2), a=np.zeros(3)), "length", ("after", "b")),
        (one(b=float("inf")), "not_finite", ("after", "b")),
        (one(b=np.array([1.0, -np.inf])), "not_finite", ("after", "b", 1)),
        (one(b=NAN), "factor_undefined", ("after", "b")),
        (one(b=np.array([1.0, NAN])), "factor_undefined", ("after", "b", 1)),
        (one(a=NAN), "factor_undefined_first", ("after", 0)),
        (one(c=1), "factor_missing", ("before",)),
        (one(a=1e300, b=1e300), "product_beyond_floats", ("after",)),
        (lambda: decompose({}, {}), "too_few", ("before",)),
        (lambda: decompose([1], {}), "wrong_type", ("before",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: decompose({1: 2}, {}), "wrong_type", ("before",)),  # type: ignore[dict-item] # wrong on purpose
        (lambda: decompose({"a": 1}, {"a": 1}, method="difference"), "choice", ("method",)),
        (lambda: decompose({"a": 1}, {"a": 1}, comparison="odd"), "choice", ("comparison",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: decompose({"a": 2}, {"a": 1}, segments=["x"]), "length", ("segments",)),
        (lambda: decompose({"a": np.ones(2)}, {"a": 1}, segments=["x"]), "length", ("segments",)),
        (lambda: decompose({"a": np.ones(2)}, {"a": 1}, segments=["x", "x"]), "not_unique", ("segments", 1)),
        (lambda: decompose({"a": np.ones(2)}, {"a": 1}, segments=["x", 1]), "wrong_type", ("segments", 1)),  # type: ignore[list-item] # wrong on purpose
        (lambda: decompose({"a": 2}, {"a": 1}, cases={"b": (1, 2)}), "choice", ("cases",)),
        (lambda: decompose({"a": 2}, {"a": 1}, cases={"a": (1,)}), "length", ("cases", "a")),  # type: ignore[dict-item] # wrong on purpose
        (lambda: decompose({"a": 2}, {"a": 1}, cases={"a": 3}), "wrong_type", ("cases", "a")),  # type: ignore[dict-item] # wrong on purpose
        (lambda: decompose({"a": 2}, {"a": 1}, cases={"a": (1, -1)}), "out_of_range", ("cases", "a", "after")),
        (lambda: decompose({"a": 2}, {"a": 1}, cases=[1]), "wrong_type", ("cases",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: CHANGE.in_units(yuan(5)), "change_mismatch", ("amount",)),
        (lambda: CHANGE.in_units(2), "wrong_type", ("amount",)),  # type: ignore[arg-type] # wrong on purpose
        (lambda: CHANGE.as_amounts(yuan(1), Amount.of(3, USD)), "unit_mismatch", ("after",)),
        (lambda: CHANGE.of_segment("east"), "choice", ("segment",)),
        (lambda: by_part({}, {}), "too_few", ("before",)),
        (lambda: by_part({"a": 1}, {}), "wrong_type", ("before", "a")),  # type: ignore[dict-item] # wrong on purpose
        (lambda: by_part({" ": yuan(1)}, {}), "wrong_type", ("before",)),
        (lambda: by_part({"a": yuan(1)}, {"a": Amount.of(1, USD)}), "unit_mismatch", ("after", "a")),
        (lambda: price_volume_mix({"a": yuan(1)}, {}), "wrong_type", ("before", 0)),  # type: ignore[dict-item] # wrong on purpose
        (lambda: price_volume_mix({}, {}), "too_few", ("before",)),
        (lambda: Sold(1.5, yuan(1)), "rate_float", ("Sold", "quantity")),  # type: ignore[arg-type] # wrong on purpose
        (lambda: Sold("1", yuan(1)), "wrong_type", ("Sold", "quantity")),  # type: ignore[arg-type] # wrong on purpose
        (lambda: Sold(1, 5), "wrong_type", ("Sold", "amount")),  # type: ignore[arg-type] # wrong on purpose
    ],
)
def test_what_is_malformed_is_refused_where_it_stands(ask: Callable[[], object], code: str, path: tuple[object, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        ask()
    assert (caught.value.code, caught.value.path) == (code, path)
    assert isinstance(caught.value, InvalidValueError | UnitMismatchError)


def test_a_variance_is_a_table_and_has_no_hash() -> None:
    assert "<td>output</td>" in decompose(PLAN, ACTUAL)._repr_html_()
    with pytest.raises(TypeError, match="unhashable"):
        hash(CHANGE)
    assert isinstance(CHANGE, Variance)
