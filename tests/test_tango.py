"""The interval of the difference between two shares of one sample: what others published, and what it promises."""

import numpy as np
import pytest

from salesperf.errors import InvalidValueError
from salesperf.kernels.proportion import tango


def test_it_is_the_one_that_was_published() -> None:
    # Airway reactivity before and after a transplantation (Bentur et al. 2009): 1 and 7 discordant pairs of 21. M. W.
    # Fagerland, S. Lydersen and P. Laake, Statistics in Medicine 33 (2014) 2850-2875: -0.517 to -0.026.
    interval = tango(1, 7, 21)
    assert (round(interval.low, 3), round(interval.high, 3)) == (-0.517, -0.026)


@pytest.mark.parametrize(("k1", "k2", "n"), [(60, 10, 100), (3, 0, 5), (1, 7, 21), (40, 20, 160)])
def test_the_ends_are_where_the_score_is_the_quantile(k1: int, k2: int, n: int) -> None:
    interval = tango(k1, k2, n)
    for end in (interval.low, interval.high):
        if abs(end) < 1:
            linear = (2 * n - k1 + k2) * end - k1 - k2
            share = (np.sqrt(linear**2 + 8 * n * k2 * end * (1 - end)) - linear) / (4 * n)
            score = abs(k1 - k2 - n * end) / np.sqrt(n * (2 * share + end * (1 - end)))
            assert score == pytest.approx(1.959963984540054, rel=1e-9)


def test_of_none_nothing_is_known_and_columns_are_as_numbers() -> None:
    assert (tango(0, 0, 0).low, tango(0, 0, 0).high) == (-1.0, 1.0)
    both = tango(np.array([60, 0]), np.array([10, 0]), np.array([100, 0]))
    assert both.low.tolist() == [tango(60, 10, 100).low, -1.0]


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.3), (0.9, 0.02, 0.08), (0.1, 0.1, 0.8)])
def test_it_holds_the_truth_as_often_as_it_says(shares: tuple[float, float, float]) -> None:
    drawn = np.random.default_rng(5).multinomial(40, shares, 4000)
    interval = tango(drawn[:, 0], drawn[:, 1], np.full(4000, 40))
    truth = shares[0] - shares[1]
    assert 0.935 <= np.mean((interval.low <= truth) & (truth <= interval.high)) <= 0.975


def test_more_of_both_than_there_were_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="k2") as caught:
        tango(6, 5, 10)
    assert caught.value.path == ("k2",)
    with pytest.raises(InvalidValueError, match="k1: expected") as caught:
        tango(11, 0, 10)
    assert caught.value.code == "more_than_all"
