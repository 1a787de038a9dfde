"""Sums on a lattice of bearable length: every point of it, up to round-off."""

from typing import Final

import numpy as np

from salesperf.kernels.numeric import Column
from salesperf.kernels.sums.characteristic import precise
from salesperf.kernels.sums.staircase import (
    ROUND_OFF,
    Staircase,
    bounds_of_masses,
    running_total,
    running_total_error,
)
from salesperf.kernels.sums.terms import Terms
from salesperf.kernels.sums.window import Window

__all__ = ["TAIL", "by_convolution", "by_fourier", "lattice_bounds"]

TAIL: Final = 1e-13
"""What may lie outside the window, on each side."""
_GIVEN_UP: Final = 1e-15
"""Modulus below which a frequency is given up: all of them together then move no probability by 1e-14."""
_DECIDED: Final = 30.0
"""With so large a sum of variances before it, a factor of the characteristic function hardly ever matters."""
_MOST_CONVOLUTIONS: Final = 16_384
"""Beyond, the round-off of so many steps would be too large."""
_CONVOLUTION_NS: Final = (6_000.0, 2.5)
"""Rough cost of one step of a convolution: of the call, and of each point."""
_FREQUENCY_NS: Final = 30.0
"""Rough cost of one factor at one frequency."""
_LASTING_FREQUENCIES: Final = 40
"""Rough number of frequencies that need all factors."""


def lattice_bounds(terms: Terms, window: Window) -> Staircase:
    """Bound the distribution function at every point of a window, by whichever way is likely to be the faster."""
    points, count = window.high - window.low + 1, len(terms.steps)
    deciding = min(count, int(np.searchsorted(np.cumsum(terms.variances), _DECIDED)) + 1)
    convolution = count * (_CONVOLUTION_NS[0] + _CONVOLUTION_NS[1] * points)
    # Of a count, the frequencies that matter are known beforehand.
    factors = _LASTING_FREQUENCIES * count + (0 if terms.is_count else points * deciding)
    if count > _MOST_CONVOLUTIONS or factors * _FREQUENCY_NS < convolution:
        return by_fourier(terms, window)
    return by_convolution(terms, window)


def by_convolution(terms: Terms, window: Window) -> Staircase:
    """Bound the distribution function by adding one term after the other, on a circle as long as the window.

    Notes
    -----
    All masses are positive, and a step rounds each three times: 1 - p, a product, a sum. What lies outside the window is
    counted within, and so belongs to the bounds.
    """
    masses = np.zeros(window.high - window.low + 1)
    masses[-window.low % len(masses)] = 1
    moved = np.empty_like(masses)
    for step, chance in zip((terms.steps % len(masses)).tolist(), terms.chances.tolist(), strict=True):
        np.multiply(masses, chance, out=moved)
        masses *= 1 - chance
        masses[step:] += moved[: len(masses) - step]
        masses[:step] += moved[len(masses) - step :]
    low, high = bounds_of_masses(masses, 3 * len(terms.steps) * ROUND_OFF)
    return _staircase(terms, window, low, high)


def by_fourier(terms: Terms, window: Window) -> Staircase:
    """Bound the distribution function by the inverse transform of the characteristic function.

    Notes
    -----
    On a circle of M points, mass k is the mean of phi_j exp(-2 pi i j k / M). An error of phi_j moves a cumulative sum of
    masses by at most abs(error) / (M sin(pi j / M)), the mirror frequency as much again. The transform is off, in
    root-mean-square, by at most 8 log2(M) units of round-off relative to its result.

    References
    ----------
    N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, SIAM, 2002, theorem 24.2.
    """
    # A power of 2, so that frequency / M times a step is exact.
    size = 1 << max(1, (window.high - window.low).bit_length())
    turns = np.arange(1, size // 2 + 1) / size
    characteristic = precise(terms, turns, _GIVEN_UP)
    coefficients = np.concatenate([[1.0], characteristic.values.conj()])
    masses = np.roll(np.fft.irfft(coefficients, size), -window.low)
    weights = 2 / np.sin(np.pi * turns)
    weights[-1] /= 2  # half the circle: a frequency that is its own mirror
    moved = float(np.dot(weights, characteristic.errors)) / size
    root_mean_square = float(np.linalg.norm(coefficients)) * np.sqrt(2) / np.sqrt(size)
    transform = 8 * np.log2(size) * ROUND_OFF * root_mean_square * np.sqrt(size)
    error = 1.01 * (moved + transform + running_total_error(size) * float(np.abs(masses).sum()))
    below = running_total(masses)[: window.high - window.low + 1]
    return _staircase(terms, window, below - error, below + error)


def _staircase(terms: Terms, window: Window, low: Column, high: Column) -> Staircase:
    """Add what may lie outside the window: it was counted somewhere within, or lies below."""
    low, high = np.append(low - window.outside, 1 - window.outside), np.append(high + window.below, 1.0)
    start = terms.offset + terms.unit * window.low
    return Staircase.on_grid(start, terms.unit, low, high, (terms.least, terms.greatest))
