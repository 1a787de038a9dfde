"""Sums of few terms: every outcome listed."""

from typing import Final

import numpy as np

from salesperf.kernels.sums.staircase import ROUND_OFF, Staircase, bounds_of_masses
from salesperf.kernels.sums.terms import Terms

__all__ = ["MOST_TERMS", "enumerated"]

MOST_TERMS: Final = 14
"""2^14 outcomes are listed sooner than any other way begins."""


def enumerated(terms: Terms) -> Staircase:
    """Bound the distribution function by listing what can happen.

    Notes
    -----
    A mass is a product of a factor for each term, of which 1 - p is rounded once and each product once, and a sum of
    positive masses, so that its error is relative.
    """
    sums, masses = np.zeros(1, dtype=np.int64), np.ones(1)
    for step, chance in zip(terms.steps.tolist(), terms.chances.tolist(), strict=True):
        sums = np.concatenate([sums, sums + step])
        masses = np.concatenate([masses * (1 - chance), masses * chance])
    order = np.argsort(sums, kind="stable")
    sums, masses = sums[order], masses[order]
    starts = np.flatnonzero(np.diff(sums, prepend=sums[0] - 1))
    relative_error = 1.01 * (2 * len(terms.steps) + len(sums)) * ROUND_OFF
    low, high = bounds_of_masses(np.add.reduceat(masses, starts), relative_error)
    return Staircase.of(terms.offset + terms.unit * sums[starts], low, high)
