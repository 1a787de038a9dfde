"""Grading of leads by columns: beside scikit-learn, np.sort and np.bincount."""

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf.grading import STANDARD_TEMPERATURE, Codes, NaiveBayes, abc
from salesperf.kernels.ranking import auc

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (10_000, 100_000, 1_000_000)
CATEGORIES = (4, 12, 30, 6, 2, 50, 8, 20)
KINDS = ("visit", "call", "introduction", "web_form", "wechat", "booth_visit", "comment")
OUTCOMES = (None, "interested", "no_answer", "not_interested")
AS_OF = date(2026, 9, 30)


def generator_of(size: int) -> np.random.Generator:
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    return np.random.default_rng(size)


def rival(name: str) -> Any:  # noqa: ANN401 - a package without types
    return pytest.importorskip(name, reason="the rival scikit-learn is not installed (pip install 'salesperf[bench]')")


def cases(size: int) -> tuple[dict[str, Codes[int]], NDArray[np.int64], NDArray[np.bool_]]:
    """Draw coded columns; the same as the matrix that suits scikit-learn best, column by column; and outcomes."""
    generator = generator_of(size)
    drawn = [generator.integers(0, count, size) for count in CATEGORIES]
    for column, count in zip(drawn, CATEGORIES, strict=True):
        column[:count] = np.arange(count)  # each category has a case
    won = generator.random(size) < 0.2 + 0.1 * (drawn[0] == 1) + 0.2 * (drawn[5] < 10)
    columns = {f"f{place}": Codes(column, tuple(range(CATEGORIES[place]))) for place, column in enumerate(drawn)}
    return columns, np.asfortranarray(np.stack(drawn, axis=1)), won


@pytest.mark.benchmark(group="naive Bayes of 8 columns, fit")
@pytest.mark.parametrize("size", SIZES)
def test_fit_beside_scikit_learn(ratio_in_turn: RatioInTurn, size: int) -> None:
    columns, matrix, won = cases(size)
    model = rival("sklearn.naive_bayes").CategoricalNB()
    ratio_in_turn("ours / scikit-learn", lambda: NaiveBayes.fit(columns, won), lambda: model.fit(matrix, won), 7)


@pytest.mark.benchmark(group="naive Bayes of 8 columns, predict")
@pytest.mark.parametrize("size", SIZES)
def test_predict_beside_scikit_learn(ratio_in_turn: RatioInTurn, size: int) -> None:
    columns, matrix, won = cases(size)
    model, table = rival("sklearn.naive_bayes").CategoricalNB().fit(matrix, won), NaiveBayes.fit(columns, won)
    assert np.abs(table.probability(columns) - model.predict_proba(matrix)[:, 1]).max() < 1e-12
    ratio_in_turn("ours / scikit-learn", lambda: table.probability(columns), lambda: model.predict_proba(matrix), 7)


@pytest.mark.benchmark(group="area under the curve")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["distinct", "tied"])
def test_area_beside_scikit_learn(ratio_in_turn: RatioInTurn, kind: str, size: int) -> None:
    generator = generator_of(size)
    scores = generator.random(size) if kind == "distinct" else generator.integers(0, 100, size) / 100
    won = generator.random(size) < scores
    theirs = rival("sklearn.metrics").roc_auc_score
    assert auc(scores, won) == pytest.approx(theirs(won, scores), rel=1e-12)
    ratio_in_turn("ours / scikit-learn", lambda: auc(scores, won), lambda: theirs(won, scores), 7)


@pytest.mark.benchmark(group="ABC by value")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["uniform", "heavy-tailed", "whole"])
def test_abc_beside_one_sort(ratio_in_turn: RatioInTurn, kind: str, size: int) -> None:
    generator = generator_of(size)
    if kind == "uniform":
        values = generator.random(size)
    elif kind == "heavy-tailed":
        values = generator.pareto(1.2, size)
    else:
        values = generator.integers(0, 1000, size).astype(np.float64)
    ratio_in_turn("ours / np.sort", lambda: abc(values), lambda: np.sort(values), 25)


@pytest.mark.benchmark(group="temperature, ten touches a lead")
@pytest.mark.parametrize("size", SIZES)
def test_temperature_beside_one_bincount(ratio_in_turn: RatioInTurn, size: int) -> None:
    generator = generator_of(size)
    count = size // 10
    lead = Codes(generator.integers(0, count, size), tuple(range(count)))
    kind = Codes(generator.integers(0, len(KINDS), size), KINDS)
    outcome = Codes(generator.integers(0, len(OUTCOMES), size), OUTCOMES)
    on = np.datetime64("2026-01-01") + generator.integers(0, 300, size)

    def ours() -> object:
        return STANDARD_TEMPERATURE.score_columns(lead=lead, kind=kind, outcome=outcome, on=on, as_of=AS_OF)

    ratio_in_turn("ours / bincount", ours, lambda: np.bincount(lead.codes, minlength=count), 25)
