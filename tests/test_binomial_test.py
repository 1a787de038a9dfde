"""The exact test of a proportion against a stated rate: laws, results of scipy, and refusals."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesperf import InvalidValueError
from salesperf.kernels.proportion import binomial_test


@given(st.integers(1, 60), st.just(0.0) | st.floats(1e-12, 1), st.floats(0.001, 1))
def test_under_the_stated_rate_a_p_value_is_at_most_a_as_rarely_as_it_says(n: int, rate: float, limit: float) -> None:
    # Below 1e-12 the peer overflows.
    outcomes = np.arange(n + 1)
    p_values = binomial_test(outcomes, np.full(n + 1, n), np.full(n + 1, rate))
    assert np.all((p_values >= 0) & (p_values <= 1))
    assert stats.binom.pmf(outcomes, n, rate)[p_values <= limit].sum() <= limit + 1e-9


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.001, 0.999))
def test_successes_and_failures_change_places(k: int, more: int, rate: float) -> None:
    n = k + more
    assert binomial_test(k, n, rate) == pytest.approx(binomial_test(more, n, 1 - rate), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("k", "n", "rate"), [(3, 15, 0.5), (7, 50, 0.1), (100, 1000, 0.12), (0, 4, 0.3), (4, 4, 0.3), (480, 1_000_000, 0.0005)]
)
def test_it_is_twice_the_smaller_tail_that_scipy_finds(k: int, n: int, rate: float) -> None:
    tail = min(stats.binom.cdf(k, n, rate), stats.binom.sf(k - 1, n, rate))
    assert binomial_test(k, n, rate) == pytest.approx(min(1, 2 * tail), rel=1e-8)


def test_at_a_rate_of_none_or_all_only_that_can_be() -> None:
    outcomes, twos = np.arange(3), np.full(3, 2)
    assert binomial_test(outcomes, twos, np.zeros(3)).tolist() == [1, 0, 0]
    assert binomial_test(outcomes, twos, np.ones(3)).tolist() == [0, 0, 1]
    assert math.isnan(binomial_test(0, 0, 0.5))


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: binomial_test(1, 2, math.nan), "out_of_range", ("rate",)),
        (lambda: binomial_test(1, 2, np.array([0.1, 1.5])), "out_of_range", ("rate", 1)),  # type: ignore[call-overload] # a column among numbers
        (lambda: binomial_test(3, 2, 0.5), "more_than_all", ("k",)),
        (lambda: binomial_test(-1, 2, 0.5), "not_a_count", ("k",)),
    ],
)
def test_what_is_no_count_or_no_rate_is_refused(ask: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ask()
    assert (caught.value.code, caught.value.path) == (code, path)
