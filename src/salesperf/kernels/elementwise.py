"""Functions applied element by element: a number gives a float, a column gives a column, by one path.

A function of this house is written once, for flat columns of floats. :func:`elementwise` lets it take numbers, columns,
or both side by side, checks what it is given, and works in blocks that stay in the cache.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Final, TypeAlias

import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import AnyColumn, Column, Number, as_result

__all__ = ["Check", "elementwise", "refuse_where", "spread"]

Check: TypeAlias = Callable[[str, Column], None]
"""Looks at the values of one argument, given its name, and raises for those outside its domain."""

_BLOCK: Final = 32_768
"""Elements worked on at a time, so that scratch stays in the cache."""


def _floats(name: str, value: object) -> Column:
    if isinstance(value, np.ma.MaskedArray):
        raise InvalidValueError("masked", path=(name,))
    if isinstance(value, np.ndarray):
        accepted = value.dtype.kind in "buif"
    else:
        accepted = isinstance(value, int | float | np.integer | np.floating)
    if not accepted:
        raise InvalidValueError("not_numeric", path=(name,), value=value)
    try:
        return np.asarray(value, dtype=np.float64)
    except OverflowError:
        raise InvalidValueError("not_finite", path=(name,), value=value) from None


def spread(values: Mapping[str, Number | AnyColumn]) -> dict[str, Column]:
    """Turn numbers and columns into floats of one shape: a number beside a column stands for each of its elements.

    Parameters
    ----------
    values
        By name of the argument; a number or a column each, all columns of one shape.

    Returns
    -------
    dict of str to Column
        By the same names; of no dimension where all are numbers. Not to be written to.

    Raises
    ------
    InvalidValueError
        If a value is neither a number nor a column of numbers, or a column has another shape than the first.

    Examples
    --------
    >>> spread({"won": np.array([3, 1]), "closed": 4})["closed"].tolist()
    [4.0, 4.0]
    """
    columns = {name: _floats(name, value) for name, value in values.items()}
    shapes = [column.shape for name, column in columns.items() if isinstance(values[name], np.ndarray)]
    for name, column in columns.items():
        # Numpy would stretch a column of length 1 along any other: more likely a slip than a wish.
        if isinstance(values[name], np.ndarray) and column.shape != shapes[0]:
            raise InvalidValueError("length", path=(name,), expected=shapes[0], value=column.shape)
    return dict(zip(columns, np.broadcast_arrays(*columns.values()), strict=True))


def refuse_where(wrong: AnyColumn, code: str, name: str, values: Column, **params: object) -> None:
    """Raise for the first element that is wrong.

    Parameters
    ----------
    wrong
        True where the value must not stand; of the shape of the values.
    code
        The key of the error's text.
    name
        Name of the argument, which opens the path; the position follows, where it is a column.
    values
        What was given.
    **params
        What else the text names.

    Raises
    ------
    InvalidValueError
        If any element is wrong.

    Examples
    --------
    >>> shares = np.array([0.5, -0.5])
    >>> refuse_where(shares < 0, "out_of_range", "shares", shares, low=0, high=1)
    Traceback (most recent call last):
        ...
    salesperf.errors.InvalidValueError: shares:1: expected a number from 0 to 1, got -0.5
    """
    if np.any(wrong):
        position = tuple(int(step) for step in np.argwhere(wrong)[0])
        raise InvalidValueError(code, path=(name, *position), value=float(values[position]), **params)


def elementwise(**checks: Check) -> Callable[[Callable[..., Column]], Callable[..., float | Column]]:
    """Let a function of flat columns take numbers and columns of any shape.

    Parameters
    ----------
    **checks
        By name of the argument: the check of its domain. Arguments without one take any number.

    Returns
    -------
    Callable
        A decorator. What it decorates gives a ``float`` for numbers and a column where an argument is one, agrees with
        itself to the bit however the elements are grouped, and never warns: ``nan`` and ``inf`` say what happened.

    Notes
    -----
    The decorated function must treat each element alone. It is called with contiguous blocks, so that numpy takes the
    same instructions for an element wherever it stands.

    Examples
    --------
    >>> @elementwise()
    ... def odds(share):
    ...     return share / (1 - share)
    >>> odds(0.75), odds(np.array([0.5, 1.0])).tolist()
    (3.0, [1.0, inf])
    """

    def decorate(function: Callable[..., Column]) -> Callable[..., float | Column]:
        signature = inspect.signature(function)

        @wraps(function)
        def of_numbers_or_columns(*args: Number | AnyColumn, **kwargs: Number | AnyColumn) -> float | Column:
            given = signature.bind(*args, **kwargs).arguments
            columns = spread(given)
            for name, check in checks.items():
                check(name, columns[name])
            return as_result(_in_blocks(function, list(columns.values())), *given.values())

        return of_numbers_or_columns

    return decorate


def _in_blocks(function: Callable[..., Column], columns: list[Column]) -> Column:
    flat = [np.ravel(column) for column in columns]
    result = np.empty(flat[0].size)
    with np.errstate(all="ignore"):
        for start in range(0, result.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            result[block] = function(*(column[block] for column in flat))
    return result.reshape(columns[0].shape)
