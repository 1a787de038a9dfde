"""BG/NBD and gamma-gamma: published fits on CDNOW, published values, simulated customers, and what is refused."""

import csv
import importlib
import importlib.util
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from salesperf import CNY
from salesperf.customers import Purchases, clv
from salesperf.errors import InvalidValueError, MissingExtraError
from salesperf.kernels.numeric import Column
from salesperf.model.codes import Codes

Oracle = Callable[[str], Any]

PUBLISHED = clv.BgNbd(repeat_shape=0.243, rate=4.414, dropout_a=0.793, dropout_b=2.426)
SUMMARY = clv.repeat_summary(Purchases.empty(as_of=date(2026, 1, 1)))
SPENDING = clv.GammaGamma(value_shape=6.25, mean_shape=3.74, mean_rate=15.44)


@pytest.fixture(scope="module")
def cdnow() -> dict[str, Column]:
    """Read the sample of 2,357 customers of CDNOW, which the package lifetimes carries, without importing it."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package lifetimes, which carries the CDNOW sample, is not installed (pip install 'salesperf[bench]')")
    folder = Path(next(iter(found.submodule_search_locations))) / "datasets"
    with (folder / "cdnow_customers_summary_with_transactions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")}
    assert columns["x"].size == 2357
    return columns


def test_the_fit_of_how_often_is_the_published_one(cdnow: dict[str, Column], oracle: Oracle) -> None:
    model, fitted = clv.fit_bg_nbd(cdnow["x"], cdnow["t_x"], cdnow["T"])
    # Fader, Hardie and Lee, Marketing Science 24(2) (2005), table 1: to the digits printed.
    assert [round(value, 3) for value in (model.repeat_shape, model.rate, model.dropout_a, model.dropout_b)] == [
        0.243,
        4.414,
        0.793,
        2.426,
    ]
    assert round(fitted.log_likelihood, 1) == -9582.4
    polished = oracle("bgnbd.json")["bgnbd_params_scipy_polished"]
    for name, other in zip(("r", "alpha", "a", "b"), fitted.parameters.values(), strict=True):
        assert other.value == pytest.approx(polished[name], rel=1e-5)
    # The standard errors that lifetimes 0.11 prints for this fit.
    assert list(fitted.standard_errors.values()) == pytest.approx([0.0126, 0.378, 0.186, 0.705], rel=5e-3)


def test_the_fit_of_how_much_is_the_published_one(cdnow: dict[str, Column], oracle: Oracle) -> None:
    again = cdnow["x"] > 0
    model, fitted = clv.fit_gamma_gamma(cdnow["x"][again], cdnow["zbar"][again])
    published = oracle("bgnbd.json")["gamma_gamma_published"]
    assert fitted.n == 946
    assert fitted.log_likelihood == pytest.approx(model.log_likelihood(cdnow["x"][again], cdnow["zbar"][again]), rel=1e-12)
    assert round(model.value_shape, 2) == published["p"]
    assert round(model.mean_shape, 2) == published["q"]
    assert model.mean_rate == pytest.approx(published["v"], abs=0.01)


def test_published_values_come_out(oracle: Oracle) -> None:
    for case in oracle("clv.json")["cases"]:
        given, expected = case["inputs"], case["expected"]
        if given["model"] == "bgnbd":
            model = clv.BgNbd(repeat_shape=given["r"], rate=given["alpha"], dropout_a=given["a"], dropout_b=given["b"])
            if "n" in given:
                assert model.count_probability(given["n"], given["t"]) == pytest.approx(expected["p"], rel=2e-3)
            elif "x" in given:
                assert model.expected_purchases(given["t"], given["x"], given["tx"], given["T"]) == pytest.approx(
                    expected["expected"], abs=case["tolerance"]
                )
            else:
                assert model.expected_purchases(given["t"]) == pytest.approx(expected["at_these_rounded_parameters"], rel=1e-6)
        elif given["model"] == "gammagamma":
            value = clv.GammaGamma(value_shape=given["p"], mean_shape=given["q"], mean_rate=given["v"])
            assert value.expected_value(given["x"], given["zbar"]) == pytest.approx(expected["expected"], abs=case["tolerance"])


def test_probabilities_of_counts_sum_to_1_and_their_mean_is_what_is_expected() -> None:
    chances = [PUBLISHED.count_probability(count, 39.0) for count in range(160)]
    assert sum(chances) == pytest.approx(1, abs=1e-6)
    assert sum(count * chance for count, chance in enumerate(chances)) == pytest.approx(
        PUBLISHED.expected_purchases(39.0), abs=1e-4
    )


def test_a_longer_horizon_expects_more_and_silence_makes_a_customer_less_alive() -> None:
    ahead = np.asarray(PUBLISHED.expected_purchases(np.array([0.0, 1.0, 10.0, 50.0]), 2, 10.0, 20.0))
    assert ahead[0] == pytest.approx(0, abs=1e-12)
    assert (np.diff(ahead) > 0).all()
    alive = np.asarray(PUBLISHED.alive_probability(np.full(3, 4), np.array([30.0, 20.0, 5.0]), np.full(3, 30.0)))
    assert (np.diff(alive) < 0).all()
    assert PUBLISHED.alive_probability(0, 0.0, 30.0) == 1.0


def test_a_dropout_of_1_is_as_one_beside_it() -> None:
    there, near = (clv.BgNbd(repeat_shape=0.3, rate=4.0, dropout_a=a, dropout_b=2.0) for a in (1.0, 1.0001))
    assert there.expected_purchases(20.0, 1, 5.0, 9.0) == pytest.approx(near.expected_purchases(20.0, 1, 5.0, 9.0), rel=1e-3)


def test_what_many_simulated_customers_do_leads_back_to_the_parameters() -> None:
    truth = clv.BgNbd(repeat_shape=0.8, rate=6.0, dropout_a=1.0, dropout_b=3.0)
    generator = np.random.default_rng(11)
    rates = generator.gamma(truth.repeat_shape, 1 / truth.rate, 3000)
    leaving = generator.beta(truth.dropout_a, truth.dropout_b, 3000)
    frequency, recency = np.zeros(3000), np.zeros(3000)
    for customer, (rate, leaves) in enumerate(zip(rates, leaving, strict=True)):
        time = 0.0
        while (time := time + generator.exponential(1 / rate)) < 60:
            frequency[customer] += 1
            recency[customer] = time
            if generator.random() < leaves:
                break
    _, fitted = clv.fit_bg_nbd(frequency, recency, np.full(3000, 60.0))
    for told, value in zip(fitted.parameters.values(), (0.8, 6.0, 1.0, 3.0), strict=True):
        assert told.interval is not None
        spread = told.interval.high / told.interval.low
        assert told.interval.low / spread < value < told.interval.high * spread


def test_the_mean_of_all_counts_for_less_the_more_a_customer_bought() -> None:
    mean_of_all = SPENDING.expected_value(0, 0.0)
    assert mean_of_all == pytest.approx(6.25 * 15.44 / 2.74)
    told = np.asarray(SPENDING.expected_value(np.array([1, 10, 1000]), np.full(3, 100.0)))
    assert (np.diff(told) > 0).all()
    assert told[-1] == pytest.approx(100, rel=0.01)
    flat = clv.GammaGamma(value_shape=6.25, mean_shape=0.9, mean_rate=15.44)
    assert np.isnan(flat.expected_value(0, 0.0))


def test_a_summary_counts_what_came_after_the_first_purchase() -> None:
    codes = Codes.of(["a", "a", "a", "b", "never"])
    on = np.array(["2026-07-01", "2026-07-15", "2026-09-30", "2026-09-23"], dtype="datetime64[D]")
    bought = Purchases.of(
        Codes(codes.codes[:4], codes.labels), on, np.array([1000, 300, 500, 800]), unit=CNY, as_of=date(2026, 9, 30)
    )
    told = clv.repeat_summary(bought)
    assert told.customers == ("a", "b")
    assert told.never_bought == ("never",)
    assert told.frequency.tolist() == [2, 0]
    assert told.recency.tolist() == [told.age.tolist()[0], 0.0]
    assert told.mean_value[0] == 4.0
    worth = clv.customer_values(told, PUBLISHED, SPENDING, periods=10, discount_rate=0.0)
    expected = np.asarray(PUBLISHED.expected_purchases(np.full(2, 10.0), told.frequency, told.recency, told.age))
    assert worth == pytest.approx(expected * np.asarray(SPENDING.expected_value(told.frequency, told.mean_value)))
    half = clv.customer_values(told, PUBLISHED, SPENDING, periods=10, discount_rate=0.1, margin_share=0.5)
    assert (half < worth / 2).all()
    assert (half > 0).all()


def test_a_fit_is_a_table_of_its_parameters() -> None:
    sizes = [60, 20, 9, 6, 4, 2]
    x, last = (np.repeat(column, sizes) for column in ([0, 1, 2, 3, 7, 12], [0.0, 8, 12, 25, 30, 38]))
    now = np.full(x.size, 39.0)
    rows = clv.fit_bg_nbd(x, last, now)[1].rows()
    assert [row["parameter"] for row in rows] == ["repeat_shape", "rate", "dropout_a", "dropout_b"]


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: PUBLISHED.alive_probability(-1, 0.0, 5.0), "not_a_count", ("frequency",)),
        (lambda: PUBLISHED.alive_probability(np.array([1, 1.5]), np.zeros(2), np.ones(2)), "not_a_count", ("frequency", 1)),
        (lambda: PUBLISHED.alive_probability(2, 9.0, 5.0), "recency_beyond_age", ("recency",)),
        (lambda: PUBLISHED.alive_probability(0, 3.0, 5.0), "recency_without_repeat", ("recency",)),
        (lambda: PUBLISHED.alive_probability(1, -3.0, 5.0), "negative", ("recency",)),
        (lambda: PUBLISHED.alive_probability(1, 3.0, np.inf), "not_finite", ("age",)),
        (lambda: PUBLISHED.expected_purchases(-1.0), "negative", ("horizon",)),
        (lambda: PUBLISHED.expected_purchases(np.nan), "not_finite", ("horizon",)),
        (lambda: PUBLISHED.count_probability(-1, 3.0), "out_of_range", ("count",)),
        (lambda: PUBLISHED.count_probability(1, 0.0), "not_positive", ("time",)),
        (lambda: SPENDING.expected_value(-1, 3.0), "not_a_count", ("frequency",)),
        (lambda: SPENDING.expected_value(1, 0.0), "not_positive", ("mean_value",)),
        (lambda: SPENDING.log_likelihood(0, 3.0), "not_a_repeat", ("frequency",)),
        (lambda: SPENDING.log_likelihood(1, -3.0), "not_positive", ("mean_value",)),
        (lambda: clv.BgNbd(repeat_shape=0, rate=1, dropout_a=1, dropout_b=1), "not_positive", ("BgNbd", "repeat_shape")),
        (lambda: clv.fit_bg_nbd(np.zeros(4), np.zeros(4), np.ones(4)), "nobody_came_again", ("frequency",)),
        (lambda: clv.fit_bg_nbd(np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 2))), "dimensions", ("frequency",)),
        (lambda: clv.fit_bg_nbd(np.ones(1), np.ones(1), np.ones(1)), "likelihood_without_peak", ("frequency",)),
        (lambda: clv.fit_bg_nbd(np.array([0, 1]), np.zeros(2), np.full(2, 9.0)), "likelihood_without_peak", ("frequency",)),
        (lambda: clv.fit_gamma_gamma(np.ones(3), np.full(3, 7.0)), "likelihood_without_peak", ("frequency",)),
        (lambda: clv.repeat_summary(Purchases.empty(as_of=date(2026, 1, 1)), days=0), "out_of_range", ("days",)),
        (
            lambda: clv.customer_values(SUMMARY, PUBLISHED, SPENDING, periods=0, discount_rate=0.1),
            "out_of_range",
            ("periods",),
        ),
        (
            lambda: clv.customer_values(SUMMARY, PUBLISHED, SPENDING, periods=1, discount_rate=-1),
            "negative",
            ("discount_rate",),
        ),
        (
            lambda: clv.customer_values(SUMMARY, PUBLISHED, SPENDING, periods=1, discount_rate=0, margin_share=0),
            "out_of_range",
            ("margin_share",),
        ),
    ],
)
def test_what_no_customer_can_have_done_is_refused(ask: Callable[[], object], code: str, path: tuple[object, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ask()
    assert (caught.value.code, caught.value.path) == (code, path)


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "scipy" or name.startswith("salesperf.customers.clv")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError) as caught:
        importlib.import_module("salesperf.customers.clv")
    assert "pip install 'salesperf[clv]'" in str(caught.value)
