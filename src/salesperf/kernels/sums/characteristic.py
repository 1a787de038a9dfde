"""Characteristic functions of sums: the precise way, which counts each rounding, and the fast one.

Of n terms, the value at a frequency is the product of n factors 1 - p + p exp(i angle). No factor is larger than 1, so a
frequency whose product has become small enough is given up, and what it was then bounds what it would have become.
"""

from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.numeric import Column
from salesperf.kernels.sums.staircase import ROUND_OFF
from salesperf.kernels.sums.terms import Integers, Terms

__all__ = ["RUN", "Characteristic", "fast", "precise"]

Complex = NDArray[np.complex128]

_ELEMENTS: Final = 65_536
"""Worked on at a time, so that scratch stays in the cache."""
_CHUNK: Final = 1_024
"""Frequencies that are begun together, in the precise way."""
_FEWEST_TERMS: Final = 16
_MOST_TERMS: Final = 512
"""Terms that are multiplied out together: the more, the fewer roundings at the end and the more on the way."""
_MOST_TOGETHER: Final = 256
"""The same in the fast way: the more, the longer frequencies are kept that are to be given up."""
RUN: Final = 64
"""Neighbouring frequencies that share their factors but for one turn, in the fast way."""
_LEAF_ERROR: Final = 22
"""Roundings of a factor less 1: sine and cosine within 4 units in the last place each, two products, the angle."""
_PRODUCT_ERROR: Final = 2.24
"""Roundings of a complex product: the square root of 5 (Brent, Percival and Zimmermann, 2007)."""
_SECOND_ORDER: Final = 1.01
"""Covers products of errors, and the round-off of the errors themselves."""


@attrs.frozen(eq=False)
class Characteristic:
    """Values of a characteristic function, and how far each can be off.

    Attributes
    ----------
    values : array of complex128
        0 where a frequency was given up.
    errors : Column
        Bounds of the absolute errors.
    """

    values: Complex
    errors: Column


def precise(terms: Terms, turns: Column, threshold: float) -> Characteristic:
    """Find E exp(2 pi i turns S), with errors that stay small however many the terms.

    Parameters
    ----------
    terms
        S is the sum of their steps.
    turns
        Shape (m,), up to 1/2; their products with the steps must be exact in floats.
    threshold
        What falls below it is given up.

    Notes
    -----
    What is kept of a product of factors is the product less 1: (1 + x) (1 + y) - 1 = x + y + x y. The factors are close to
    1 where it matters, so roundings are relative to something small. With s the sum of the abs(x) over a block of terms,
    which bounds every partial product less 1, the block is off by at most (2 levels + c) s + 2.24 min(s^2 / 2, levels s)
    units of round-off: two additions a level, and the products of pairs, each pair once. Blocks are joined by v + v x,
    with one rounding relative to v.
    """
    ceiling = _ceiling(terms, turns)
    result = Characteristic(np.zeros(len(turns), dtype=np.complex128), ceiling)
    begun = np.flatnonzero(ceiling >= threshold)
    for start in range(0, len(begun), _CHUNK):
        _multiply_out(terms, turns, begun[start : start + _CHUNK], threshold, result)
    return result


def _ceiling(terms: Terms, turns: Column) -> Column:
    """Bound the moduli beforehand, of a count: with s = sin(pi turns), log(1 - 4 p q s^2) / 2 <= -2 p q s^2."""
    if not terms.is_count:
        return np.ones(len(turns))
    # Where it matters the exponent is about 40, and its round-off far less than what a factor of 1.01 leaves.
    return _SECOND_ORDER * np.exp(-2 * float(terms.variances.sum()) * np.sin(np.pi * turns) ** 2)


def _wrapped(turns: Column) -> Column:
    """Leave out whole turns, without rounding."""
    return turns - np.rint(turns)


def _multiply_out(terms: Terms, turns: Column, begun: NDArray[np.intp], threshold: float, result: Characteristic) -> None:
    """Multiply the factors of all terms at some frequencies, with the count of errors; put them into the result."""
    alive, value, error = begun, np.ones(len(begun), dtype=np.complex128), np.zeros(len(begun))
    begin = 0
    while begin < len(terms.steps) and len(alive):
        count = min(max(_ELEMENTS // len(alive), _FEWEST_TERMS), _MOST_TERMS)
        block = _Block(terms.steps[begin : begin + count], terms.chances[begin : begin + count], terms.is_count)
        begin += count
        factor_less_one = block.product_less_one(turns[alive])
        slip, modulus = block.errors(turns[alive]), np.abs(value)
        error = error * (np.abs(1 + factor_less_one) + slip) + modulus * slip
        error += _PRODUCT_ERROR * ROUND_OFF * modulus * np.abs(factor_less_one)
        value = value + value * factor_less_one
        modulus = np.abs(value)
        error += ROUND_OFF * modulus
        ceiling = modulus + _SECOND_ORDER * error
        kept = ceiling >= threshold
        if not kept.all():
            result.errors[alive[~kept]] = ceiling[~kept]
            alive, value, error = alive[kept], value[kept], error[kept]
    result.values[alive], result.errors[alive] = value, _SECOND_ORDER * error


@attrs.frozen(eq=False)
class _Block:
    """Some of the terms, multiplied out together."""

    steps: Integers
    chances: Column
    is_count: bool

    def product_less_one(self, turns: Column) -> Complex:
        """Return the product of the factors, less 1, at each frequency."""
        levels = _levels(len(self.steps))
        partial = np.zeros((2**levels, len(turns)), dtype=np.complex128)
        self._write_factors_less_one(turns, partial[: len(self.steps)])
        while len(partial) > 1:
            half = len(partial) // 2
            left, right = partial[:half], partial[half:]
            partial = left * right
            partial += right
            partial += left
        product: Complex = partial[0]
        return product

    def _write_factors_less_one(self, turns: Column, factors: Complex) -> None:
        """Take p (exp(2 i a) - 1) for 2 p sin(a) (-sin(a) + i cos(a)), which loses no digits where the angle is small."""
        if not self.is_count:
            turns = _wrapped(np.multiply.outer(np.abs(self.steps).astype(np.float64), turns))
        half_angles = np.pi * turns
        sines = np.sin(half_angles)
        twice = 2 * self.chances[:, np.newaxis]
        np.multiply(-twice, sines * sines, out=factors.real)
        np.multiply(np.copysign(twice, self.steps[:, np.newaxis]), sines * np.cos(half_angles), out=factors.imag)

    def errors(self, turns: Column) -> Column:
        """Bound the errors of the product less 1."""
        levels = _levels(len(self.steps))
        magnitude = float(np.dot(np.abs(self.steps).astype(np.float64), self.chances))
        size = np.minimum(2 * float(self.chances.sum()), 2 * np.pi * magnitude * turns)
        pairs = np.minimum(size * size / 2, levels * size)
        errors: Column = ROUND_OFF * ((2 * levels + _LEAF_ERROR) * size + _PRODUCT_ERROR * pairs)
        return errors


def _levels(count: int) -> int:
    return (count - 1).bit_length()


def fast(terms: Terms, period: int, count: int, threshold: float) -> Characteristic:
    """Find E exp(2 pi i j S / period) for j from 0 up, fast and with larger errors.

    Parameters
    ----------
    terms
        S is the sum of their steps.
    period
        Above 0.
    count
        How many frequencies: a multiple of 64.
    threshold
        Runs of 64 neighbours of which all fall below it are given up, and the ends of runs of which all do.

    Notes
    -----
    The angle of the frequency 64 k + l is that of 64 k and that of l, so that sines are taken of the few of both, and the
    rest is products. Each factor is off by at most p (28 + 26 j abs(a) / period) + 2 units of round-off: two numbers whose
    sines and cosines are within 4 units in the last place each, their product with each other and with p, turns of four
    roundings, 1 - p and the sum; and each product of factors by 2.24. Terms that are alike are squared together: 2^k equal
    factors are multiplied by k products, which are off by no more than 2^k - 1 of them would be, since no factor is larger
    than 1 and a square doubles what was off and adds 2.24.
    """
    values = np.ones((count // RUN, RUN), dtype=np.complex128)
    magnitude = float(np.dot(np.abs(terms.steps).astype(np.float64), terms.chances)) / period
    fixed = (2 + _PRODUCT_ERROR) * len(terms.steps) + 28 * float(terms.chances.sum())
    errors = _SECOND_ORDER * ROUND_OFF * (fixed + 26 * magnitude * np.arange(count, dtype=np.float64)).reshape(values.shape)
    runs = _Runs(values=values, errors=errors, alive=np.arange(len(values)), width=RUN)
    steps, chances, counts = terms.alike
    # What is there most often comes first: it decides soonest which frequencies are given up.
    for squarings in reversed(range(int(counts.max(initial=0)).bit_length())):
        chosen = (counts >> squarings) & 1 == 1
        runs = _multiply_all(runs, steps[chosen], chances[chosen], squarings, period, threshold)
    return Characteristic(values.ravel(), errors.ravel())


@attrs.frozen(eq=False, kw_only=True)
class _Runs:
    """Runs of neighbouring frequencies, and which are not given up.

    Attributes
    ----------
    values, errors : arrays of shape (runs, 64)
        Worked on in place.
    alive : array of int64
        Positions of the runs that are not given up.
    width : int
        How many frequencies of each of those, from its first, are not given up.
    """

    values: Complex
    errors: Column
    alive: NDArray[np.intp]
    width: int

    def without_small(self, threshold: float) -> "_Runs":
        """Give up the runs, and the ends of all runs, that have fallen below a threshold."""
        ceiling = np.abs(self.values[self.alive, : self.width]) + self.errors[self.alive, : self.width]
        large = ceiling >= threshold
        kept = large.any(axis=1)
        columns = np.flatnonzero(large.any(axis=0))
        width = int(columns[-1]) + 1 if columns.size else 0
        for rows, begin in ((~kept, 0), (kept, width)):
            given_up = self.alive[rows]
            self.values[given_up, begin : self.width] = 0
            self.errors[given_up, begin : self.width] = ceiling[rows, begin:]
        return attrs.evolve(self, alive=self.alive[kept], width=width)


def _multiply_all(runs: _Runs, steps: Integers, chances: Column, squarings: int, period: int, threshold: float) -> _Runs:
    """Multiply powers of the factors of terms into the runs, and give up what becomes small on the way."""
    begin = 0
    while begin < len(steps) and len(runs.alive):
        end = begin + min(max(_ELEMENTS // (runs.width * len(runs.alive)), _FEWEST_TERMS // 2), _MOST_TOGETHER)
        _multiply_runs(runs, steps[begin:end], chances[begin:end], squarings, period)
        runs, begin = runs.without_small(threshold), end
    return runs


def _multiply_runs(runs: _Runs, steps: Integers, chances: Column, squarings: int, period: int) -> None:
    """Multiply powers of the factors of some terms into the runs that are alive, not too many at once."""
    # Few deals differ in size where all are multiples of a list price, and sines are dearer than all the rest.
    sizes, place = np.unique(steps, return_inverse=True)
    turns = sizes / period
    within = _on_circle(np.multiply.outer(turns, np.arange(runs.width)))[place, np.newaxis, :]
    at_once = max(1, _ELEMENTS // (runs.width * len(steps)))
    for start in range(0, len(runs.alive), at_once):
        rows = runs.alive[start : start + at_once]
        begins = chances[:, np.newaxis] * _on_circle(np.multiply.outer(turns, RUN * rows))[place]
        factors = begins[:, :, np.newaxis] * within
        factors += (1 - chances)[:, np.newaxis, np.newaxis]
        for _ in range(squarings):
            factors *= factors
        runs.values[rows, : runs.width] *= np.multiply.reduce(factors, axis=0)


def _on_circle(turns: Column) -> Complex:
    angles = 2 * np.pi * _wrapped(turns)
    points = np.empty(turns.shape, dtype=np.complex128)
    np.cos(angles, out=points.real)
    np.sin(angles, out=points.imag)
    return points
