"""Two-way additive fits: least squares, component by component."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import InvalidValueError
from salesperf.kernels.two_way import components, fit_two_way

any_fit: Any = fit_two_way

links = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 9)), min_size=1, max_size=30)


def numbered(values: list[int]) -> Any:  # noqa: ANN401 - an array
    return np.unique(values, return_inverse=True)[1].ravel()


@given(links)
def test_it_is_the_least_squares_fit_with_effects_that_sum_to_nothing(drawn: list[tuple[int, int, int]]) -> None:
    rows, columns = (numbered([each[side] for each in drawn]) for side in (0, 1))
    values = np.array([float(each[2]) for each in drawn])
    fit = fit_two_way(rows, columns, values)
    design = np.zeros((values.size, fit.levels.size + fit.effects.size))
    design[np.arange(values.size), rows] = 1
    design[np.arange(values.size), fit.levels.size + columns] = 1
    best = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    assert fit.levels[rows] + fit.effects[columns] == pytest.approx(best, abs=1e-9)
    for component in range(int(fit.row_components.max()) + 1):
        inside = fit.column_components[columns] == component
        assert (fit.row_components[rows] == component).tolist() == inside.tolist()
        assert fit.effects[columns[inside]].sum() == pytest.approx(0, abs=1e-9)
        assert fit.levels[rows[inside]].sum() == pytest.approx(values[inside].sum(), rel=1e-9)


@given(links)
def test_components_are_what_walking_along_links_reaches(drawn: list[tuple[int, int, int]]) -> None:
    rows, columns = (numbered([each[side] for each in drawn]) for side in (0, 1))
    of_rows, of_columns = components(rows, columns)
    label = {("row", row): ("row", row) for row in rows} | {("column", column): ("column", column) for column in columns}
    for row, column in zip(rows, columns, strict=True):
        old, new = label["column", column], label["row", row]
        label = {node: new if name == old else name for node, name in label.items()}
    alike = [[label["row", one] == label["row", other] for one in rows] for other in rows]
    assert [[of_rows[one] == of_rows[other] for one in rows] for other in rows] == alike
    assert of_rows[rows].tolist() == of_columns[columns].tolist()


def test_a_long_chain_is_solved_to_the_last_digits() -> None:
    # Each column links two rows: no row is linked to another but through all between.
    rows, columns = np.repeat(np.arange(400), 2)[1:-1], np.repeat(np.arange(399), 2)
    levels, effects = np.sin(np.arange(400.0)), np.cos(np.arange(399.0))
    fit = fit_two_way(rows, columns, levels[rows] + effects[columns])
    assert np.ptp(fit.levels - levels) < 1e-9
    assert np.ptp(fit.effects - effects) < 1e-9


def test_nothing_has_no_levels() -> None:
    none = np.empty(0, dtype=np.int64)
    assert fit_two_way(none, none, np.empty(0)).levels.size == 0


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        (([0], [0], [1.0]), "not_numeric", ("values",)),
        ((np.array([0.0]), np.array([0]), np.array([1.0])), "wrong_type", ("rows",)),
        ((np.array([0]), np.array([0, 1]), np.array([1.0])), "length", ("columns",)),
        ((np.array([1]), np.array([0]), np.array([1.0])), "not_numbered", ("rows",)),
        ((np.array([0, 1]), np.array([0, -1]), np.array([1.0, 2.0])), "not_numbered", ("columns",)),
        ((np.array([0]), np.array([0]), np.array([np.nan])), "not_finite", ("values", 0)),
    ],
)
def test_what_is_no_table_is_refused(arguments: tuple[Any, ...], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_fit(*arguments)
    assert (caught.value.code, caught.value.path) == (code, path)
