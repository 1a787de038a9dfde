"""The area under the ROC curve."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import InvalidValueError
from salesperf.kernels.ranking import auc, auc_and_error

cases = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), max_size=12)


@given(cases)
def test_it_is_the_share_of_pairs_in_which_the_positive_stands_higher(drawn: list[tuple[int, bool]]) -> None:
    scores, truth = np.array([score for score, _ in drawn], np.float64), np.array([is_so for _, is_so in drawn], np.bool_)
    pairs = [(high > low) + (high == low) / 2 for high in scores[truth] for low in scores[~truth]]
    expected = math.fsum(pairs) / len(pairs) if pairs else math.nan
    assert auc(scores, truth) == pytest.approx(expected, rel=1e-15, nan_ok=True)
    assert auc_and_error(scores, truth).area == pytest.approx(expected, rel=1e-15, nan_ok=True)


@given(cases, st.randoms(use_true_random=False))
def test_order_never_matters_and_a_mirror_image_is_the_rest(drawn: list[tuple[int, bool]], random: Any) -> None:  # noqa: ANN401 - random.Random
    scores, truth = np.array([score for score, _ in drawn], np.float64), np.array([is_so for _, is_so in drawn], np.bool_)
    order = list(range(len(drawn)))
    random.shuffle(order)
    area = auc(scores, truth)
    assert auc(scores[order], truth[order]) == pytest.approx(area, rel=0, abs=0, nan_ok=True)
    assert auc(-scores, truth) == pytest.approx(1 - area, rel=0, abs=1e-15, nan_ok=True)
    assert auc_and_error(-scores, truth).standard_error == pytest.approx(
        auc_and_error(scores, truth).standard_error, rel=1e-12, nan_ok=True
    )


def test_the_error_is_that_of_a_large_sample() -> None:
    # DeLong's variance against that of 400 samples drawn anew
    generator = np.random.default_rng(7)
    truth = np.arange(300) % 3 == 0
    found = [auc_and_error(generator.normal(size=300) + truth, truth) for _ in range(400)]
    assert np.mean([each.standard_error for each in found]) == pytest.approx(np.std([each.area for each in found]), rel=0.1)


@pytest.mark.parametrize(
    ("scores", "truth", "code", "path"),
    [
        (np.array([1.0, np.nan]), np.array([True, False]), "not_finite", ("scores", 1)),
        (np.array([1.0]), np.array([True, False]), "length", ("is_positive",)),
        (np.array([1.0]), np.array([1]), "wrong_type", ("is_positive",)),
        (np.array([1.0]), [True], "wrong_type", ("is_positive",)),
        (np.zeros((1, 1)), np.array([[True]]), "dimensions", ("scores",)),
    ],
)
def test_malformed_columns_are_refused(scores: Any, truth: Any, code: str, path: tuple[object, ...]) -> None:  # noqa: ANN401 - malformed
    with pytest.raises(InvalidValueError) as caught:
        auc(scores, truth)
    assert (caught.value.code, caught.value.path) == (code, path)
