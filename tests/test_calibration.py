"""Chances beside what came of them."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from salesperf import InvalidValueError
from salesperf.grading import calibrate

Oracle = Callable[[str], Any]


@pytest.mark.parametrize("number", range(2))
def test_the_measures_are_those_of_scikit_learn(oracle: Oracle, number: int) -> None:
    # naive_bayes.json: brier_score_loss, log_loss, roc_auc_score, calibration_curve of scikit-learn 1.9.1
    case = oracle("naive_bayes.json")["cases"][number]
    expected = case["metrics_on_train"]
    told = calibrate(expected["scores"], case["y"], bins=5)
    for name in ("brier", "log_loss", "auc"):
        estimate = getattr(told, name)
        assert estimate.value == pytest.approx(expected[name], rel=1e-12)
        assert estimate.low < estimate.value < estimate.high
        assert estimate.n == len(case["y"])
    filled = [each for each in told.reliability if each.mean_probability is not None]
    curve = expected["calibration_5_uniform_bins"]
    assert [each.won_share.value for each in filled] == pytest.approx(curve["frac_pos"], rel=1e-12)
    assert [each.mean_probability for each in filled] == pytest.approx(curve["mean_pred"], rel=1e-12)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    # 200 samples of 300 chances that are right: Brier is E p (1 - p) = 1/6 for chances that are uniform, AUC 5/6, by hand
    generator = np.random.default_rng(3)
    held = {"brier": 0, "auc": 0}
    for _ in range(200):
        chances = generator.random(300)
        told = calibrate(chances, generator.random(300) < chances)
        for name, truth in (("brier", 1 / 6), ("auc", 5 / 6)):
            estimate = getattr(told, name)
            held[name] += estimate.low <= truth <= estimate.high
    assert all(180 <= count <= 198 for count in held.values())


def test_lift_shares_ties_so_that_order_never_matters() -> None:
    told = calibrate([0.5] * 10 + [0.1] * 10, [True] * 4 + [False] * 14 + [True] * 2)
    # Of ten cases with one chance four are won: a fifth of them, 0.4 each; 6 of 20 are won in all
    assert (told.lift[0].n, told.lift[0].won) == (2, 0.8)
    assert told.lift[0].lift == pytest.approx(0.4 / 0.3, rel=1e-15)
    assert (told.lift[-1].n, told.lift[-1].won, told.lift[-1].lift) == (20, 6.0, 1.0)
    assert calibrate([0.5], [False]).lift[0].lift is None


def test_bins_are_half_open_and_the_last_is_closed() -> None:
    # 0.29 x 100 is below 29 in floats, and its bin begins at 0.29 nonetheless
    assert calibrate([0.29], [True], bins=100).reliability[29].n == 1
    told = calibrate([0.0, 0.5, 1.0], [False, False, True], bins=2)
    assert [each.n for each in told.reliability] == [1, 2]
    assert [(row["low"], row["won_share"]) for row in told.rows()] == [(0.0, 0.0), (0.5, 0.5)]


def test_of_too_few_cases_no_more_is_told_than_is_known() -> None:
    nothing = calibrate([], [])
    assert (nothing.n, nothing.brier.value, nothing.auc.value, nothing.lift) == (0, None, None, ())
    one = calibrate([0.3], [True])
    assert one.brier.value == pytest.approx(0.49)
    assert one.brier.low is None
    assert one.auc.value is None
    in_order = calibrate([0.3, 0.6], [False, True])
    assert (in_order.auc.value, in_order.auc.low) == (1.0, None)
    assert calibrate([0.1, 0.2, 0.8, 0.9], [False, False, True, True]).auc.low is None


def test_what_was_told_to_be_impossible_has_no_finite_loss() -> None:
    told = calibrate([0.0, 0.4], [True, False])
    assert told.log_loss.value is None
    assert told.log_loss.reason is not None
    assert told.log_loss.reason.text() == "something happened that was told to be impossible"
    assert told.brier.value == pytest.approx(0.58)


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        (([0.5], [True, False]), "length", ("probability",)),
        (([0.5, 1.5], [True, False]), "out_of_range", ("probability", 1)),
        (([0.5, math.nan], [True, False]), "out_of_range", ("probability", 1)),
        ((["high"], [True]), "not_a_number", ("probability", 0)),
        (("high", [True]), "not_numbers", ("probability",)),
        (([[0.1]], [True]), "dimensions", ("probability",)),
        (([0.1, 0.2], [True]), "length", ("probability",)),
        (([0.5], [3]), "not_a_flag", ("won", 0)),
    ],
)
def test_malformed_columns_are_refused(arguments: Any, code: str, path: tuple[object, ...]) -> None:  # noqa: ANN401 - malformed
    with pytest.raises(InvalidValueError) as caught:
        calibrate(*arguments)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("name", "value", "code"), [("bins", 0, "out_of_range"), ("level", 1.0, "between"), ("level", 0, "between")]
)
def test_malformed_arguments_are_refused(name: str, value: Any, code: str) -> None:  # noqa: ANN401 - malformed
    with pytest.raises(InvalidValueError) as caught:
        calibrate([0.5], [True], **{name: value})
    assert (caught.value.code, caught.value.path) == (code, (name,))


@pytest.mark.parametrize("level", [Decimal("0.75"), Fraction(3, 4), np.float32(0.75)])
def test_a_level_may_be_a_number_of_any_kind(level: Any) -> None:  # noqa: ANN401 - a number
    told = [0.1, 0.4, 0.35, 0.8], [False, False, True, True]
    assert repr(calibrate(*told, level=level)) == repr(calibrate(*told, level=0.75))


def test_rows_of_unlike_lengths_are_refused() -> None:
    wrong: Any = [1, []]
    with pytest.raises(InvalidValueError) as caught:
        calibrate(wrong, [True, False])
    assert (caught.value.code, caught.value.path) == ("not_a_number", ("probability", 1))
