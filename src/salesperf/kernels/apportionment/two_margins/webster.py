"""Biproportional apportionment by the Webster method: each part is its weight times two multipliers, rounded."""

from typing import Final

import numpy as np

from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.alike import begin_division
from salesperf.kernels.apportionment.two_margins.fit import fit
from salesperf.kernels.apportionment.two_margins.multipliers import Multipliers, Place, first_misplaced, through_ties
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Positions, Tables
from salesperf.kernels.apportionment.two_margins.transfers import Division
from salesperf.kernels.numeric import Column

_ACCURACY: Final = 2.0**-44
"""A fit to about a unit is enough, and to more than floats bear out impossible."""
_LEAST_TOTAL: Final = 0.25
"""What a row or column of total 0 is fitted to, so that its factor stays a number; rounding then gives it nothing."""


_WIDENING: Final = 64.0


class _FloatPrices:
    """The logarithm of a half-way point over the fitted value: at which common multiplier a unit would be due."""

    def __init__(self, fitted: Matrix) -> None:
        self._fitted = fitted

    def __call__(self, columns: Positions, rows: Positions, units: Parts) -> Column:
        prices: Column = np.log((units - 0.5) / self._fitted[columns, rows])
        return prices


class _ExactPrices:
    """The same from exact multipliers, rounded once: tells apart what floats see as tied."""

    def __init__(self, tables: Tables, multipliers: Multipliers) -> None:
        self._tables, self._multipliers = tables, multipliers

    def __call__(self, columns: Positions, rows: Positions, units: Parts) -> Column:
        numerators, denominators = self._multipliers.products(self._tables, columns, rows)
        products = 2 * numerators
        excesses = ((2 * units - 1).astype(object) * denominators - products) / products
        prices: Column = np.log1p(excesses.astype(np.float64))
        return prices


def divide_by_webster(tables: Tables) -> tuple[Parts, Multipliers]:
    """Divide tables, and give the multipliers that prove it.

    Notes
    -----
    Floats place all units but those whose prices they cannot tell apart. Those are priced anew, from exact multipliers
    to as many digits again as a float has, until ties are exact and the proof holds.
    """
    row_factors, column_factors = fit(
        tables,
        np.maximum(tables.row_totals, _LEAST_TOTAL),
        np.maximum(tables.column_totals, _LEAST_TOTAL),
        np.maximum(1.0, _ACCURACY * tables.column_totals.sum(axis=0)),
    )
    fitted = tables.fitted(row_factors, column_factors)
    start = np.clip(np.floor(fitted + 0.5), tables.lower, tables.upper).astype(np.int64)
    rough = begin_division(tables, _FloatPrices, fitted, start, tables.lower, tables.upper)
    rough.solve()
    near = Multipliers(row_factors * np.exp(rough.row_prices), column_factors * np.exp(rough.column_prices), {}, {})
    proof = _prove(tables, rough, near)
    width = _longest(tables) ** 2 * rough.tolerance
    fitted *= np.exp(rough.row_prices + tables.spread(rough.column_prices))
    while not isinstance(proof, Multipliers):
        # Each number of units that a multiplier might call for, were it off by the width.
        lower = np.clip(np.ceil(fitted * (1 - width) - 0.5), tables.lower, rough.parts).astype(np.int64)
        upper = np.clip(np.floor(fitted * (1 + width) + 0.5), rough.parts, tables.upper).astype(np.int64)
        parts, proof = _refine(tables, near, lower, upper)
        if isinstance(proof, Multipliers):
            return parts, proof
        width *= _WIDENING
    return rough.parts, proof


def _refine(tables: Tables, near: Multipliers, lower: Parts, upper: Parts) -> tuple[Parts, Multipliers | Place]:
    """Divide again within narrow bounds, by prices that are exact to more digits each time."""
    while True:
        division = Division(tables, _ExactPrices(tables, near), lower, lower, upper)
        division.solve()
        near = near.times(division.row_prices, division.column_prices)
        proof = _prove(tables, division, near)
        if isinstance(proof, Multipliers) or lower[proof] == upper[proof]:
            return division.parts, proof
        lowering, raising = division.slack()
        tolerance = _longest(tables) ** 2 * division.tolerance
        lower = division.parts - (lowering <= tolerance)
        upper = division.parts + (raising <= tolerance)


def _longest(tables: Tables) -> int:
    """Count the cells of the longest way through a table that meets no row and no column twice."""
    return 2 * min(len(tables.column_totals), len(tables.row_totals))


def _prove(tables: Tables, division: Division, near: Multipliers) -> Multipliers | Place:
    """Find multipliers that call for the parts, or a cell that the nearest ones would fill otherwise."""
    tolerance = _longest(tables) * division.tolerance
    lowering, raising = division.slack()
    half_above = np.where(raising <= tolerance, 2 * division.parts + 1, 0)
    signposts = np.where(lowering <= tolerance, 2 * division.parts - 1, half_above)
    multipliers = through_ties(tables, near, signposts) if signposts.any() else near
    return first_misplaced(tables, division.parts, multipliers) or multipliers
