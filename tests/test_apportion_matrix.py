"""Worked examples of divided tables, and what is refused; the laws stand in laws/test_apportion_matrix_laws.py."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf.errors import InfeasibleError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.kernels.apportionment import (
    MATRIX_METHODS,
    apportion,
    apportion_matrices,
    apportion_matrix,
    find_clash,
    is_biproportional,
)
from salesperf.kernels.apportionment.two_margins import alike, fit, multipliers, transfers, webster

EVERY_METHOD = pytest.mark.parametrize("method", MATRIX_METHODS)


def margins(parts: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    return parts.sum(axis=1), parts.sum(axis=0)


def has_margins(parts: NDArray[Any], row_totals: Any, column_totals: Any) -> bool:  # noqa: ANN401 - lists or arrays
    return bool((parts.sum(axis=1) == row_totals).all() and (parts.sum(axis=0) == column_totals).all())


def fit_by_scaling(row_totals: NDArray[Any], column_totals: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.float64]:
    fitted = weights.astype(np.float64)
    for _ in range(1_000):
        fitted *= (row_totals / fitted.sum(axis=1))[:, np.newaxis]
        fitted *= column_totals / fitted.sum(axis=0)
    return fitted


def test_every_outside_result_is_reproduced(oracle: Callable[[str], Any]) -> None:
    cases = oracle("allocation_matrix.json")["cases"]
    assert len(cases) == 20
    for case in cases:
        parts = apportion_matrix(case["row_totals"], case["col_totals"], case["votes"])
        assert parts.tolist() == case["seats"]
        assert is_biproportional(case["seats"], case["votes"])


def test_a_table_that_fits_is_kept_by_both_methods() -> None:
    # The fit of a product of margins is whole: 6 of 10 rows' units times 5, 3, 2 of 10 columns' would be 3, 1.8, 1.2.
    weights = [[12, 4], [6, 2]]
    assert apportion_matrix([16, 8], [18, 6], weights).tolist() == weights
    assert apportion_matrix([16, 8], [18, 6], weights, method="controlled").tolist() == weights


def test_weights_of_all_kinds_count_alike() -> None:
    weights = [[5, 3], [2, 7]]
    expected = apportion_matrix([4, 9], [6, 7], weights).tolist()
    for kind in (float, Decimal, Fraction, np.float32, np.int64):
        kinds = [[kind(weight) for weight in row] for row in weights]
        assert apportion_matrix([4, 9], [6, 7], kinds).tolist() == expected
    for dtype in ("int8", "uint64", "float32", "longdouble", object):
        assert apportion_matrix(np.array([4, 9]), (6, 7), np.array(weights, dtype=dtype)).tolist() == expected


def test_digits_beyond_floats_decide() -> None:
    weights = [[10**40 + 1, 10**40], [10**40, 10**40]]
    assert apportion_matrix([1, 1], [1, 1], weights).tolist() == [[1, 0], [0, 1]]
    weights[0][0] -= 2
    assert apportion_matrix([1, 1], [1, 1], weights).tolist() == [[0, 1], [1, 0]]
    assert not is_biproportional([[1, 0], [0, 1]], weights)


def test_the_last_bit_of_a_float_decides_in_a_table_of_many_near_ties() -> None:
    generator = np.random.default_rng(1)
    owners, season = generator.random(60) + 0.5, generator.random(12) + 0.5
    weights = np.outer(owners, season)
    parts = apportion_matrix([100] * 60, apportion(6_000, season), weights)
    assert is_biproportional(parts, weights)
    # One unit moved around a cycle of four cells that are tied but for their last bits.
    fractions = [[Fraction(weight) for weight in row] for row in weights.tolist()]
    assert is_biproportional(parts, fractions)


@EVERY_METHOD
@pytest.mark.parametrize("shape", [(40, 12), (30, 30), (12, 40)])
@pytest.mark.parametrize("total_of_cell", [Fraction(17, 2), Fraction(1, 3), Fraction(1, 4)])
def test_equal_weights_give_parts_that_differ_by_at_most_one(
    method: str, shape: tuple[int, int], total_of_cell: Fraction
) -> None:
    total = int(total_of_cell * shape[0] * shape[1])
    row_totals, column_totals = apportion(total, [1] * shape[0]), apportion(total, [1] * shape[1])
    parts = apportion_matrix(row_totals, column_totals, np.full(shape, 0.1), method=method)
    assert has_margins(parts, row_totals, column_totals)
    assert int(parts.max() - parts.min()) == 1


@EVERY_METHOD
@pytest.mark.parametrize("total_of_cell", [Fraction(1, 3), Fraction(1, 2), Fraction(10, 3)])
def test_rows_of_many_equal_cells_differ_by_at_most_one(method: str, total_of_cell: Fraction) -> None:
    # Of a half each, no cell costs more than another one; of the others, rows need dozens of units at first.
    shape = (60, 60)
    total = int(total_of_cell * shape[0] * shape[1])
    parts = apportion_matrix([total // 60] * 60, [total // 60] * 60, np.full(shape, 0.1), method=method)
    assert has_margins(parts, [total // 60] * 60, [total // 60] * 60)
    assert int(parts.max() - parts.min()) == 1


@pytest.mark.parametrize("is_spoilt", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_units_placed_many_at_once_cost_no_more_than_one_by_one(
    monkeypatch: pytest.MonkeyPatch, seed: int, *, is_spoilt: bool
) -> None:
    generator = np.random.default_rng(seed)
    shape = [(12, 5), (5, 12), (9, 9), (20, 3)][seed % 4]
    weights = generator.integers(1, 4, shape) ** (1 + seed % 3 * 4)
    made = generator.integers(1, 2 + 5 ** (1 + seed % 3), shape)
    one_by_one = apportion_matrix(*margins(made), weights, method="controlled")
    if is_spoilt:
        spoil_the_fit(monkeypatch)
    monkeypatch.setattr(transfers, "_FEW", 0)
    monkeypatch.setattr(multipliers, "_BLOCK", 1)
    parts = apportion_matrix(*margins(made), weights)
    assert has_margins(parts, *margins(made))
    assert is_biproportional(parts, weights)
    rounded = apportion_matrix(*margins(made), weights, method="controlled")
    assert has_margins(rounded, *margins(made))
    if not is_spoilt:
        fitted = fit_by_scaling(*margins(made), weights)
        changes = [np.abs(found - fitted).sum() for found in (rounded, one_by_one)]
        assert changes[0] == pytest.approx(changes[1], abs=1e-6)


def evened(sums: NDArray[Any], kinds: NDArray[Any]) -> NDArray[Any]:
    """Share out the sums of all lines of a kind evenly."""
    totals = np.empty_like(sums)
    for kind in np.unique(kinds):
        totals[kinds == kind] = apportion(int(sums[kinds == kind].sum()), [1] * int((kinds == kind).sum()))
    return totals


def table_of_kinds(seed: int, *, least_weight: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Draw row totals, column totals and weights of three kinds of rows and of columns, in any order."""
    generator = np.random.default_rng(seed)
    of_row, of_column = (generator.integers(0, 3, generator.integers(12, 25)) for _ in range(2))
    weights = generator.integers(least_weight, 5, (3, 3))[np.ix_(of_row, of_column)]
    made = generator.poisson([0.4, 2.5, 20.0][seed % 3], weights.shape) * (weights > 0)
    return evened(made.sum(axis=1), of_row), evened(made.sum(axis=0), of_column), weights


@EVERY_METHOD
@pytest.mark.parametrize("least_weight", [0, 1])
@pytest.mark.parametrize("seed", range(12))
def test_cells_alike_differ_by_at_most_one(method: str, seed: int, least_weight: int) -> None:
    row_totals, column_totals, weights = table_of_kinds(seed, least_weight=least_weight)
    parts = apportion_matrix(row_totals, column_totals, weights, method=method)
    assert has_margins(parts, row_totals, column_totals)
    of_lines = np.broadcast_arrays(row_totals[:, np.newaxis], column_totals, weights)
    # The weights of a line tell its kind.
    names = [np.unique(lines, axis=0, return_inverse=True)[1].reshape(-1) for lines in (weights, weights.T)]
    blocks = np.stack([*of_lines, *np.broadcast_arrays(names[0][:, np.newaxis], names[1])]).reshape(5, -1)
    block = np.unique(blocks, axis=1, return_inverse=True)[1].reshape(-1)
    for which in range(block.max() + 1):
        assert np.ptp(parts.ravel()[block == which]) <= 1


@pytest.mark.parametrize("seed", range(12))
def test_lines_alike_taken_as_one_cost_no_more_than_line_by_line(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    row_totals, column_totals, weights = table_of_kinds(seed, least_weight=1)
    margins_and_weights = row_totals, column_totals, weights
    as_one = apportion_matrix(*margins_and_weights, method="controlled")
    assert is_biproportional(apportion_matrix(*margins_and_weights), weights)
    monkeypatch.setattr(alike, "_WORTH", np.inf)
    line_by_line = apportion_matrix(*margins_and_weights, method="controlled")
    fitted = fit_by_scaling(row_totals, column_totals, weights)
    changes = [np.abs(found - fitted).sum() for found in (as_one, line_by_line)]
    assert changes[0] == pytest.approx(changes[1], abs=1e-6)


@EVERY_METHOD
def test_bounds_of_lines_alike_hold(method: str) -> None:
    # 40 units of each row, of which the first half of the columns may hold 1 a cell: 5 there, and 35 in the other half.
    upper = np.where(np.arange(10) < 5, 1, 99) + np.zeros((20, 1), dtype=np.int64)
    column_totals = [20] * 5 + [140] * 5
    parts = apportion_matrix([40] * 20, column_totals, np.ones((20, 10)), method=method, upper=upper)
    assert parts.tolist() == [[1] * 5 + [7] * 5] * 20
    # With a column more for the rest, cells of the second half differ by at most one, as if there were no first half.
    parts = apportion_matrix([41] * 20, [20] * 5 + [144] * 5, np.ones((20, 10)), method=method, upper=upper)
    assert has_margins(parts, [41] * 20, [20] * 5 + [144] * 5)
    assert (parts[:, :5] == 1).all()
    assert np.ptp(parts[:, 5:]) == 1


@EVERY_METHOD
@pytest.mark.parametrize("seed", range(6))
def test_large_tables_are_exact(method: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    shape = [(300, 12), (12, 300), (60, 60)][seed % 3]
    weights = generator.random(shape) * (generator.random(shape) < (0.3 if seed > 2 else 1.0))
    made = generator.integers(0, 9, shape) * (weights > 0) * 10 ** (seed // 3 * 6)
    parts = apportion_matrix(*margins(made), weights, method=method)
    assert has_margins(parts, *margins(made))
    assert not parts[weights == 0].any()
    if method == "webster":
        assert is_biproportional(parts, weights)


def test_totals_up_to_the_largest_sum_are_exact() -> None:
    half = 2**47
    parts = apportion_matrix([half, half], [half + 1, half - 1], [[0.1, 0.3], [0.7, 0.2]])
    assert has_margins(parts, [half, half], [half + 1, half - 1])
    assert is_biproportional(parts, [[0.1, 0.3], [0.7, 0.2]])


@EVERY_METHOD
def test_a_fit_that_exists_only_as_a_limit_is_found(method: str) -> None:
    # The zero forces the whole first column into the second row, and the whole second column into the first one.
    parts = apportion_matrix([10**9, 10**9], [10**9, 10**9], [[1, 1], [1, 0]], method=method)
    assert parts.tolist() == [[0, 10**9], [10**9, 0]]


@EVERY_METHOD
def test_weights_far_apart_are_scaled_into_one_another(method: str) -> None:
    parts = apportion_matrix([1000, 1000], [1000, 1000], [[1, 1e60], [1e-20, 1.0]], method=method)
    assert has_margins(parts, [1000, 1000], [1000, 1000])
    assert abs(int(parts[0, 0]) - 500) > 490


def test_bounds_hold_and_the_rest_stays_in_proportion() -> None:
    weights = [[1, 1, 1], [1, 1, 1]]
    parts = apportion_matrix([9, 9], [6, 6, 6], weights, lower=[[5, 0, 0], [0, 0, 0]], upper=[[9, 9, 9], [9, 3, 9]])
    assert parts.tolist() == [[5, 3, 1], [1, 3, 5]]
    assert is_biproportional(parts, weights, [[5, 0, 0], [0, 0, 0]], [[9, 9, 9], [9, 3, 9]])


@EVERY_METHOD
def test_a_weight_of_zero_gets_its_lower_bound(method: str) -> None:
    assert apportion_matrix([3, 3], [3, 3], [[0, 1], [1, 1]], method=method, lower=[[1, 0], [0, 0]]).tolist() == [
        [1, 2],
        [2, 1],
    ]


@EVERY_METHOD
def test_nothing_is_divided_into_nothing(method: str) -> None:
    assert apportion_matrix([], [], [], method=method).shape == (0, 0)
    assert apportion_matrix([0, 0], [], [[], []], method=method).shape == (2, 0)
    assert apportion_matrix([0], [0], [[0]], method=method).tolist() == [[0]]
    assert apportion_matrices([], [], [], [], method=method).shape == (0, 0)
    assert apportion_matrices([2], [[1, 1], [0, 0]], [[1, 1]], [0], method=method).tolist() == [[1, 1]]


@EVERY_METHOD
def test_tables_at_once_have_bounds_and_signs_of_their_own(method: str) -> None:
    parts = apportion_matrices(
        [4, -4, 2],
        [[3, 3], [-2, -2]],
        [[1, 1], [1, 1], [1, 1]],
        [0, 1, 0],
        method=method,
        lower=[[3, 0], [-9, -9], [0, 0]],
        upper=[[9, 9], [-1, -1], [9, 9]],
    )
    assert parts.tolist() == [[3, 1], [-2, -2], [0, 2]]


def test_ways_through_many_tables_at_once_are_exact() -> None:
    generator = np.random.default_rng(4)
    groups = np.repeat(np.arange(30), 20)
    weights = generator.integers(1, 4, (600, 12))
    made = generator.integers(0, 5, (600, 12))
    column_totals = np.add.reduceat(made, np.arange(0, 600, 20))
    for method in MATRIX_METHODS:
        parts = apportion_matrices(made.sum(axis=1), column_totals, weights, groups, method=method)
        assert has_margins(parts, made.sum(axis=1), made.sum(axis=0))
        assert (np.add.reduceat(parts, np.arange(0, 600, 20)) == column_totals).all()


def spoil_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "_SCALINGS", 1)
    monkeypatch.setattr(fit, "_NEWTON_STEPS", 0)


def test_controlled_rounding_ends_even_if_the_fit_was_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil_the_fit(monkeypatch)
    made = np.array([[90, 1, 1], [1, 90, 1], [10, 10, 90]])
    found = apportion_matrix(*margins(made), [[1, 2, 90], [80, 1, 1], [1, 70, 1]], method="controlled")
    assert has_margins(found, *margins(made))


def test_webster_parts_are_the_same_from_a_poor_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    weights = generator.random((40, 6)) ** 9
    made = np.rint(200 * generator.random((40, 6)) ** 9).astype(np.int64)
    expected = apportion_matrix(*margins(made), weights)
    spoil_the_fit(monkeypatch)
    assert apportion_matrix(*margins(made), weights).tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(20))
def test_digits_beyond_two_floats_decide(seed: int) -> None:
    generator = np.random.default_rng(seed)
    weights = [[10**60 + int(digit) for digit in row] for row in generator.integers(0, 9, (4, 4))]
    made = generator.integers(0, 3, (4, 4))
    parts = apportion_matrix(*margins(made), weights)
    assert has_margins(parts, *margins(made))
    assert is_biproportional(parts, weights)


def test_what_floats_leave_open_is_widened_until_it_suffices(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(1)
    season = generator.random(12) + 0.5
    weights = np.outer(generator.random(20) + 0.5, season)
    expected = apportion_matrix([100] * 20, apportion(2_000, season), weights).tolist()
    monkeypatch.setattr(webster, "_longest", lambda _: 1e-9)
    assert apportion_matrix([100] * 20, apportion(2_000, season), weights).tolist() == expected


def test_parts_that_break_a_bound_a_zero_or_the_sign_are_not_biproportional() -> None:
    ones = [[1, 1], [1, 1]]
    assert is_biproportional([[1, 0], [0, 1]], ones)
    assert is_biproportional([[-1, 0], [0, -1]], ones)
    assert is_biproportional([], [])
    assert not is_biproportional([[1, -1], [0, 1]], ones)
    assert not is_biproportional([[1, 0], [0, 1]], [[0, 1], [1, 1]])
    assert not is_biproportional([[1, 0], [0, 1]], ones, lower=[[0, 1], [0, 0]])
    assert not is_biproportional([[1, 0], [0, 1]], ones, upper=[[0, 1], [1, 1]])


def test_a_clash_names_rows_and_columns() -> None:
    # Rows 0 and 1 may sell in column 0 only, which has 5 of the 8 units that they need.
    with pytest.raises(InfeasibleError) as caught:
        apportion_matrix([4, 4, 4], [5, 4, 3], [[1, 0, 0], [1, 0, 0], [1, 1, 1]])
    error = caught.value
    assert (error.code, error.path) == ("margins_clash", ("row_totals", 0))
    assert dict(error.params) == {"rows": "0, 1", "columns": "0", "need": "8", "held": "5", "elsewhere": "0", "short": "3"}


def test_a_clash_in_a_wide_table_names_its_rows_too() -> None:
    # Rows 1 and 2 may sell in columns 2 and 3 only, which have 6 of the 9 units that they need.
    with pytest.raises(InfeasibleError) as caught:
        apportion_matrix([5, 5, 4], [4, 4, 3, 3], [[1, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]])
    assert (caught.value.code, caught.value.path) == ("margins_clash", ("row_totals", 1))
    assert [caught.value.params[name] for name in ("rows", "columns", "need", "held")] == ["1, 2", "2, 3", "9", "6"]


@EVERY_METHOD
def test_a_clash_names_all_rows_that_are_alike(method: str) -> None:
    # Rows 1 to 4 may sell in columns 0 and 1 only, which have 14 of the 16 units that they need.
    weights = np.ones((6, 20), dtype=np.int64)
    weights[1:5, 2:] = 0
    with pytest.raises(InfeasibleError) as caught:
        apportion_matrix([4, 4, 4, 4, 4, 12], [7, 7] + [1] * 18, weights, method=method)
    assert (caught.value.code, caught.value.path) == ("margins_clash", ("row_totals", 1))
    assert [caught.value.params[name] for name in ("rows", "columns", "need", "held")] == ["1, 2, 3, 4", "0, 1", "16", "14"]


REFUSALS: list[tuple[dict[str, Any], str, tuple[str | int, ...]]] = [
    ({"row_totals": [3, 4]}, "margins_differ", ("column_totals",)),
    ({"row_totals": [-3, 6]}, "totals_of_both_signs", ("column_totals",)),
    ({"row_totals": 3}, "wrong_type", ("row_totals",)),
    ({"row_totals": "ab"}, "wrong_type", ("row_totals",)),
    ({"row_totals": [1.5, 1.5]}, "wrong_type", ("row_totals", 0)),
    ({"row_totals": [True, 2]}, "wrong_type", ("row_totals", 0)),
    ({"row_totals": [2**63, 0]}, "beyond_int64", ("row_totals", 0)),
    ({"row_totals": np.array([1.5, 1.5])}, "wrong_type", ("row_totals",)),
    ({"row_totals": np.array([2**63, 0], dtype=np.uint64)}, "beyond_int64", ("row_totals", 0)),
    ({"row_totals": np.array([0, -(2**63)])}, "beyond_int64", ("row_totals", 1)),
    ({"row_totals": np.ones((2, 2), dtype=int)}, "table_dimensions", ("row_totals",)),
    ({"row_totals": [2**48, 1]}, "totals_too_large", ("row_totals",)),
    ({"row_totals": [2**48, 0], "column_totals": [2**48, 1]}, "totals_too_large", ("column_totals",)),
    ({"weights": [[1, 1]]}, "length", ("weights",)),
    ({"weights": [[1, 1], [1]]}, "length", ("weights", 1)),
    ({"weights": [[1, 1], "ab"]}, "wrong_type", ("weights", 1)),
    ({"weights": "ab"}, "wrong_type", ("weights",)),
    ({"weights": [[1, 1], [1, "a"]]}, "wrong_type", ("weights", 1, 1)),
    ({"weights": [[1, 1], [1, -1]]}, "weights_invalid", ("weights", 1, 1)),
    ({"weights": [[1, float("nan")], [1, 1]]}, "weights_invalid", ("weights", 0, 1)),
    ({"weights": [[1, float("inf")], [1, 1]]}, "weights_invalid", ("weights", 0, 1)),
    ({"weights": np.array([[1, np.nan], [1, 1]])}, "weights_invalid", ("weights", 0, 1)),
    ({"weights": np.array([[1, 1], [-1, 1]])}, "weights_invalid", ("weights", 1, 0)),
    ({"weights": np.ones((2, 3))}, "table_shape", ("weights",)),
    ({"weights": np.ones(2)}, "table_dimensions", ("weights",)),
    ({"weights": np.ones((2, 2), dtype="m8[s]")}, "wrong_type", ("weights",)),
    ({"weights": [[1, 1], [1, 10**100]]}, "weights_far_apart", ("weights", 0, 0)),
    ({"weights": np.array([[1, 1], [1e-300, 1]])}, "weights_far_apart", ("weights", 1, 0)),
    ({"lower": [[0, 0]]}, "table_shape", ("lower",)),
    ({"lower": [[0, 0], "ab"]}, "wrong_type", ("lower", 1)),
    ({"lower": [[0, 0], [0]]}, "length", ("lower", 1)),
    ({"lower": [[0, 2], [0, 0]], "upper": [[1, 1], [1, 1]]}, "interval_reversed", ("upper", 0, 1)),
    ({"upper": [[1, -1], [1, 1]]}, "bound_sign", ("upper", 0, 1)),
    ({"lower": [[0, 0], [0, 2]]}, "bound_beyond_totals", ("lower", 1, 1)),
    ({"weights": [[0, 0], [1, 1]]}, "total_above_bounds", ("row_totals", 0)),
    ({"weights": [[0, 1], [0, 1]]}, "total_above_bounds", ("column_totals", 0)),
    ({"lower": [[2, 1], [0, 0]], "row_totals": [2, 1], "column_totals": [2, 1]}, "total_below_bounds", ("row_totals", 0)),
    ({"method": "adams"}, "choice", ("method",)),
]


@pytest.mark.parametrize(("changed", "code", "path"), REFUSALS, ids=lambda value: value if isinstance(value, str) else "")
def test_bad_input_is_refused_by_its_place(changed: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    given = {"row_totals": [1, 2], "column_totals": [2, 1], "weights": [[1, 1], [1, 1]], **changed}
    with pytest.raises(SalesperfError) as caught:
        apportion_matrix(**given)
    assert (caught.value.code, caught.value.path) == (code, path)
    assert isinstance(caught.value, InvalidValueError | InfeasibleError | UnknownNameError)


def test_the_mirror_image_of_a_refusal_names_the_bound_that_was_passed() -> None:
    ones = [[1, 1], [1, 1]]
    with pytest.raises(InvalidValueError) as sign:
        apportion_matrix([-1, -2], [-2, -1], ones, lower=[[1, -9], [-9, -9]])
    assert (sign.value.code, sign.value.path) == ("bound_sign", ("lower", 0, 0))
    with pytest.raises(InfeasibleError) as beyond:
        apportion_matrix([-1, -2], [-2, -1], ones, upper=[[0, 0], [0, -2]])
    assert (beyond.value.code, beyond.value.path) == ("bound_beyond_totals", ("upper", 1, 1))
    assert beyond.value.params["total"] == "-1"


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"groups": [0, 2]}, "out_of_range", ("groups", 1)),
        ({"groups": [0]}, "length", ("groups",)),
        ({"column_totals": [[1, 0], [0, 3]]}, "margins_differ", ("column_totals", 1)),
        ({"row_totals": [1, -2]}, "totals_of_both_signs", ("column_totals", 1)),
        ({"weights": [[0, 1], [1, 1]]}, "total_above_bounds", ("column_totals", 0, 0)),
    ],
)
def test_bad_tables_at_once_are_refused_by_their_place(changed: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    given = {"row_totals": [1, 2], "column_totals": [[1, 0], [1, 1]], "weights": [[1, 1], [1, 1]], "groups": [0, 1], **changed}
    with pytest.raises(SalesperfError) as caught:
        apportion_matrices(**given)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_bounds_of_parts_to_judge_have_their_shape() -> None:
    with pytest.raises(InvalidValueError) as caught:
        is_biproportional([[1, 0]], [[1, 1]], upper=[[1]])
    assert (caught.value.code, caught.value.path) == ("table_shape", ("upper",))


def test_a_clash_is_found_exactly_where_there_is_no_table() -> None:
    generator = np.random.default_rng(5)
    clashes = 0
    for _ in range(400):
        rows, width = generator.integers(0, 5, generator.integers(1, 4)).tolist(), int(generator.integers(1, 4))
        columns = np.bincount(generator.integers(0, width, sum(rows)), minlength=width).tolist()
        weights = generator.integers(0, 2, (len(rows), width))
        clash = find_clash(rows, columns, weights)
        if clash is None:
            parts = apportion_matrix(rows, columns, weights)
            assert (parts.sum(axis=1).tolist(), parts.sum(axis=0).tolist()) == (rows, columns)
            continue
        clashes += 1
        with pytest.raises(InfeasibleError):
            apportion_matrix(rows, columns, weights)
        assert clash.need == sum(rows[place] for place in clash.rows)
        assert clash.held == sum(columns[place] for place in clash.columns)
        others = [place for place in range(width) if place not in clash.columns]
        most = sum(min(rows[row], columns[place]) for row in clash.rows for place in others if weights[row, place])
        assert clash.elsewhere == most
        assert clash.short > 0
    assert clashes > 50
