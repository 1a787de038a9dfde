"""What the special functions take, and refuse."""

import math
from typing import Final

import numpy as np

from salesperf.kernels.elementwise import refuse_where
from salesperf.kernels.numeric import Column

__all__ = [
    "require_count",
    "require_few_degrees",
    "require_fraction",
    "require_not_negative",
    "require_positive",
    "require_shape",
]

_SHAPES: Final = (1e-4, 1e12)
"""Smaller, all is at the ends, beyond the smallest float; larger, x is too coarse to tell probabilities apart."""


def require_fraction(name: str, values: Column) -> None:
    """Refuse what lies outside [0, 1]."""
    refuse_where((values < 0) | (values > 1), "out_of_range", name, values, low=0, high=1)


def require_positive(name: str, values: Column) -> None:
    """Refuse what is no finite number above 0."""
    refuse_where((values <= 0) | np.isinf(values), "not_positive", name, values)


def require_shape(name: str, values: Column) -> None:
    """Refuse shapes that are too small or too large."""
    refuse_where((values < _SHAPES[0]) | (values > _SHAPES[1]), "not_a_shape", name, values)


def require_count(name: str, values: Column) -> None:
    """Refuse what is no count."""
    refuse_where(
        (values < 0) | (values != np.floor(values)) & ~np.isnan(values) | np.isinf(values), "not_a_count", name, values
    )


def require_not_negative(name: str, values: Column) -> None:
    """Refuse what is negative."""
    refuse_where(values < 0, "out_of_range", name, values, low=0, high=math.inf)


_MOST_DEGREES: Final = 10_000


def require_few_degrees(name: str, values: Column) -> None:
    """Refuse what is no whole number of degrees, or too large."""
    wrong = (values < 1) | (values > _MOST_DEGREES) | (values != np.floor(values)) & ~np.isnan(values)
    refuse_where(wrong, "not_degrees", name, values, high=_MOST_DEGREES)
