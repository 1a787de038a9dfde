"""Dividing a table with both margins exact: beside one pass of numpy over the cells, and beside a package of elections."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf.kernels.apportionment import MATRIX_METHODS, apportion, apportion_matrices, apportion_matrix

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]
Margins = tuple[NDArray[Any], NDArray[Any]]

SHAPES = ((2_000, 12), (200, 200))
RIVAL_SHAPES = ((8, 8), (20, 12), (50, 12))
"""As far as it finishes: it gives up at both of the larger sizes."""


def table_of(shape: tuple[int, int], total: int = 1_000_000) -> tuple[Margins, NDArray[Any]]:
    """Draw weights, and margins that are not theirs."""
    generator = np.random.default_rng(shape)
    weights = generator.integers(1, 10**6, shape)
    made = weights * generator.random(shape)
    whole = np.round(made * (total / made.sum())).astype(np.int64)
    return (whole.sum(axis=1), whole.sum(axis=0)), weights


def one_pass_over(cells: NDArray[Any]) -> Callable[[], float]:
    """Multiply, round down and add cells, without allocating."""
    scratch = np.empty(cells.shape)

    def one_pass() -> float:
        np.multiply(cells, 3.3, out=scratch)
        np.floor(scratch, out=scratch)
        return float(scratch.sum())

    return one_pass


@pytest.mark.benchmark(group="apportion_matrix")
@pytest.mark.parametrize("method", MATRIX_METHODS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_apportion_matrix_beside_one_pass_of_numpy(ratio_in_turn: RatioInTurn, shape: tuple[int, int], method: str) -> None:
    margins, weights = table_of(shape)
    ratio_in_turn("ours / numpy pass", lambda: apportion_matrix(*margins, weights, method=method), one_pass_over(weights), 15)


@pytest.mark.benchmark(group="apportion_matrix, all equal")
@pytest.mark.parametrize("method", MATRIX_METHODS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("of_cell", [Fraction(17, 2), Fraction(1, 3), Fraction(1, 7)], ids=str)
def test_apportion_matrix_of_equal_weights(
    ratio_in_turn: RatioInTurn, of_cell: Fraction, shape: tuple[int, int], method: str
) -> None:
    total = int(shape[0] * shape[1] * of_cell)
    margins = apportion(total, [1] * shape[0]), apportion(total, [1] * shape[1])
    weights = np.full(shape, 0.1)
    ratio_in_turn("ours / numpy pass", lambda: apportion_matrix(*margins, weights, method=method), one_pass_over(weights), 9)


@pytest.mark.benchmark(group="apportion_matrix, all equal, random margins")
@pytest.mark.parametrize("method", MATRIX_METHODS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("of_cell", [Fraction(1, 3), Fraction(1, 7)], ids=str)
def test_apportion_matrix_of_equal_weights_and_random_margins(
    ratio_in_turn: RatioInTurn, of_cell: Fraction, shape: tuple[int, int], method: str
) -> None:
    made = np.random.default_rng(shape).poisson(float(of_cell), shape)
    margins, weights = (made.sum(axis=1), made.sum(axis=0)), np.full(shape, 0.1)
    ratio_in_turn("ours / numpy pass", lambda: apportion_matrix(*margins, weights, method=method), one_pass_over(weights), 5)


@pytest.mark.benchmark(group="apportion_matrices")
@pytest.mark.parametrize("method", MATRIX_METHODS)
def test_a_hundred_tables_at_once_beside_one_after_the_other(ratio_in_turn: RatioInTurn, method: str) -> None:
    (row_totals, _), weights = table_of((2_000, 12))
    made = apportion_matrix(row_totals, table_of((2_000, 12))[0][1], weights)
    groups, firsts = np.repeat(np.arange(100), 20), np.arange(0, 2_000, 20)
    column_totals = np.add.reduceat(made, firsts)
    uneven = weights * np.random.default_rng(7).random(weights.shape)

    def at_once() -> object:
        return apportion_matrices(row_totals, column_totals, uneven, groups, method=method)

    def one_by_one() -> object:
        return [
            apportion_matrix(row_totals[first : first + 20], columns, uneven[first : first + 20], method=method)
            for first, columns in zip(firsts, column_totals, strict=True)
        ]

    ratio_in_turn("at once / one by one", at_once, one_by_one, 5)


@pytest.mark.benchmark(group="apportion_matrix beside a rival")
@pytest.mark.parametrize("shape", RIVAL_SHAPES, ids=str)
def test_apportion_matrix_beside_a_rival(ratio_in_turn: RatioInTurn, shape: tuple[int, int]) -> None:
    biprop = pytest.importorskip("biprop", reason="the rival biprop is not installed (pip install 'salesperf[bench]')")
    margins, weights = table_of(shape, total=shape[0] * shape[1] * 10)

    def theirs() -> NDArray[Any]:
        election = biprop.Election(weights)
        election.party_seats, election.region_seats = margins
        return np.asarray(election.lower_apportionment())

    assert apportion_matrix(*margins, weights).tolist() == theirs().tolist()
    ratio_in_turn("ours / biprop", lambda: apportion_matrix(*margins, weights), theirs, 5)
