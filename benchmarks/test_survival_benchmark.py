"""Survival curves and proportions: beside np.bincount and np.sort, lifelines and statsmodels."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf.kernels.numeric import AnyColumn
from salesperf.kernels.proportion import wilson
from salesperf.kernels.survival import EventTable, IncidenceCurve, SurvivalCurve, aalen_johansen, kaplan_meier

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (10_000, 100_000, 1_000_000)
DAYS = 730


def drawn(size: int, *, days: bool, causes: int) -> tuple[AnyColumn, NDArray[np.int64]]:
    """Draw durations, in whole days or all distinct, each censored or of one of the causes."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    durations = generator.integers(0, DAYS, size) if days else generator.exponential(100, size)
    return durations, generator.integers(0, causes + 1, size)


def survival_with_ends(durations: AnyColumn, causes: NDArray[np.int64]) -> SurvivalCurve:
    """Estimate the curve, and its standard errors and intervals too, which are else made when asked for."""
    curve = kaplan_meier(EventTable.of(durations, causes))
    assert curve.low.size == curve.high.size
    return curve


def incidence_with_ends(durations: AnyColumn, causes: NDArray[np.int64]) -> IncidenceCurve:
    """Do the same for a cause."""
    curve = aalen_johansen(EventTable.of(durations, causes), 1)
    assert curve.low.size == curve.high.size
    return curve


def module(name: str) -> Any:  # noqa: ANN401 - a package without types
    """Import a rival, or leave it out."""
    return pytest.importorskip(name, reason=f"the rival {name} is not installed (pip install 'salesperf[bench]')")


CURVES = pytest.mark.parametrize(
    ("estimate", "causes"),
    [
        pytest.param(lambda *of: kaplan_meier(EventTable.of(*of)), 1, id="kaplan-meier"),
        pytest.param(survival_with_ends, 1, id="kaplan-meier with intervals"),
        pytest.param(lambda *of: aalen_johansen(EventTable.of(*of), 1), 2, id="aalen-johansen"),
        pytest.param(incidence_with_ends, 2, id="aalen-johansen with intervals"),
    ],
)


@pytest.mark.benchmark(group="survival: whole days")
@pytest.mark.parametrize("size", SIZES)
@CURVES
def test_whole_days_beside_one_bincount(
    ratio_in_turn: RatioInTurn, estimate: Callable[..., object], causes: int, size: int
) -> None:
    of = drawn(size, days=True, causes=causes)
    ratio_in_turn("ours / bincount", lambda: estimate(*of), lambda: np.bincount(of[0]), 25)


@pytest.mark.benchmark(group="survival: distinct times")
@pytest.mark.parametrize("size", SIZES)
@CURVES
def test_distinct_times_beside_one_sort(
    ratio_in_turn: RatioInTurn, estimate: Callable[..., object], causes: int, size: int
) -> None:
    of = drawn(size, days=False, causes=causes)
    ratio_in_turn("ours / sort", lambda: estimate(*of), lambda: np.sort(of[0]), 25)


@pytest.mark.benchmark(group="survival: Kaplan-Meier beside a rival")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("days", [True, False], ids=["whole days", "distinct times"])
@pytest.mark.parametrize("rival", ["statsmodels", "lifelines"])
def test_kaplan_meier_beside_a_rival(ratio_in_turn: RatioInTurn, rival: str, size: int, *, days: bool) -> None:
    durations, causes = drawn(size, days=days, causes=1)
    curve = survival_with_ends(durations, causes)
    if rival == "statsmodels":
        survival: Any = module("statsmodels.duration.survfunc")

        def theirs() -> object:
            return survival.SurvfuncRight(durations, causes)

        result: Any = theirs()
        # Where nobody is left, its standard error is no number.
        held = np.isfinite(result.surv_prob_se)
        rows = np.searchsorted(curve.times, result.surv_times[held])
        assert np.allclose(curve.survival[rows], result.surv_prob[held], rtol=1e-9, atol=0)
        assert np.allclose(curve.standard_error[rows], result.surv_prob_se[held], rtol=1e-7, atol=1e-15)
    else:
        fitter: Any = module("lifelines").KaplanMeierFitter

        def theirs() -> object:
            return fitter().fit(durations, causes)

        result = theirs()
        table = result.survival_function_
        assert np.allclose(curve.at(np.asarray(table.index, dtype=float)), table.to_numpy()[:, 0], rtol=1e-7, atol=1e-15)
    ratio_in_turn(f"ours / {rival}", lambda: survival_with_ends(durations, causes), theirs, 3)


@pytest.mark.filterwarnings("ignore:Tied event times were detected")
@pytest.mark.filterwarnings("ignore:(divide by zero|invalid value) encountered")
@pytest.mark.benchmark(group="survival: Aalen-Johansen beside a rival")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("days", [True, False], ids=["whole days", "distinct times"])
@pytest.mark.parametrize("rival", ["statsmodels", "lifelines"])
def test_aalen_johansen_beside_a_rival(ratio_in_turn: RatioInTurn, rival: str, size: int, *, days: bool) -> None:
    if size > 10_000 and rival == "lifelines":
        pytest.skip("the rival would take minutes")
    durations, causes = drawn(size, days=days, causes=2)
    if rival == "statsmodels":
        survival: Any = module("statsmodels.duration.survfunc")

        def theirs() -> object:
            return survival.CumIncidenceRight(durations, causes)

        result: Any = theirs()
        curve = incidence_with_ends(durations, causes)
        held = np.isfinite(result.cinc_se[0])
        assert np.array_equal(curve.times, result.times)
        assert np.allclose(curve.incidence, result.cinc[0], rtol=1e-9, atol=1e-15)
        assert np.allclose(curve.standard_error[held], result.cinc_se[0][held], rtol=1e-9, atol=1e-12)
    else:
        # It moves ties apart at random, so that there is nothing to compare but the time.
        fitter: Any = module("lifelines").AalenJohansenFitter

        def theirs() -> object:
            return fitter(calculate_variance=True, seed=1).fit(durations, causes, event_of_interest=1)

    ratio_in_turn(f"ours / {rival}", lambda: incidence_with_ends(durations, causes), theirs, 3)


@pytest.mark.benchmark(group="proportions: Wilson's interval")
@pytest.mark.parametrize("size", SIZES)
def test_wilson_beside_statsmodels(ratio_in_turn: RatioInTurn, size: int) -> None:
    proportion = module("statsmodels.stats.proportion")
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    n = generator.integers(1, 1000, size)
    k = generator.integers(0, n + 1)
    low, high = proportion.proportion_confint(k, n, method="wilson")
    interval = wilson(k, n)
    assert np.allclose(interval.low, low, rtol=0, atol=1e-12)
    assert np.allclose(interval.high, high, rtol=0, atol=1e-12)
    ratio_in_turn("ours / statsmodels", lambda: wilson(k, n), lambda: proportion.proportion_confint(k, n, method="wilson"), 15)
