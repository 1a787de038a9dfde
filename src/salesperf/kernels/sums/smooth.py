"""Sums on a lattice too long to list: between two trigonometric polynomials."""

import math
from typing import Final

import numpy as np

from salesperf.kernels.numeric import Column
from salesperf.kernels.sums.characteristic import RUN, Characteristic, fast
from salesperf.kernels.sums.staircase import ROUND_OFF, Staircase
from salesperf.kernels.sums.terms import Terms
from salesperf.kernels.sums.window import Window

__all__ = ["CELLS_A_FREQUENCY", "TAIL", "frequencies_for", "smooth_bounds"]

TAIL: Final = 1e-7
"""What may lie outside the window, on each side."""
CELLS_A_FREQUENCY: Final = 8
"""Least number of cells of the grid for each frequency: their width adds up to an eighth to that of the bounds."""
_GIVEN_UP: Final = 1e-6
"""Modulus below which frequencies are given up: all of them together then move a probability by a few times as much."""
_GAP: Final = 32
"""Part of the window that the circle leaves free on each side of it."""
_FEWEST, _MOST = 64, 65_536
_NORMAL_DENSITY: Final = 0.48
"""Greatest density of a normal number, and what the width of the cells and the gap add."""


def frequencies_for(window: Window, deviation: float, width: float) -> int:
    """Return how many frequencies make bounds of about a width, were the sum normal."""
    wanted = _NORMAL_DENSITY / width * ((window.high - window.low) / deviation)
    return RUN * math.ceil(min(max(wanted, _FEWEST), _MOST) / RUN)


def smooth_bounds(terms: Terms, window: Window, frequencies: int) -> Staircase:
    """Bound the distribution function by polynomials of a degree one less than a number of frequencies.

    Parameters
    ----------
    terms
        At least one.
    window
        Where the sum lies but for its tails.
    frequencies
        A multiple of 64.

    Notes
    -----
    With psi(x) = x - floor(x) - 1/2 and the sum S on a circle of length L, the probability to lie above a up to x is
    (x - a) / L + E psi((a - S) / L) - E psi((x - S) / L). Vaaler's polynomial psi* of degree N stays within delta of psi,
    delta being 1 / (2 N + 2) times Fejer's kernel, and both need no more of S than its characteristic function at N
    frequencies. No polynomials of the degree come closer on average (Selberg). Near x the bounds are 1 / (N + 1) of the
    circle apart, times the density; near an atom, its mass.

    References
    ----------
    J. D. Vaaler, "Some extremal functions in Fourier analysis", *Bulletin of the American Mathematical Society* 12 (1985)
    183-216, theorem 18. S. W. Graham and G. Kolesnik, *Van der Corput's Method of Exponential Sums*, 1991, theorem A.6.
    """
    cells = 1 << (CELLS_A_FREQUENCY * frequencies - 1).bit_length()
    # The circle begins in a gap, since what lies near its beginning blurs everything; and at a multiple of the step, so
    # that turning the circle is turning the result.
    length = window.high - window.low + 1
    gap = length // _GAP + 1
    step = -(-(length + 2 * gap) // (cells - 1))
    first = (window.low - gap) // step
    characteristic = fast(terms, step * cells, frequencies, _GIVEN_UP)
    sawtooth, slack = (np.roll(column, -first) for column in _expectations(characteristic, cells))
    error = _error(characteristic, cells)
    below = np.arange(cells) / cells + sawtooth[0] - sawtooth
    slack = slack + slack[0] + error
    low, high = below - slack - window.outside, below + slack + window.below
    # Up to the next point F is at most what it is there.
    high = np.append(high[1:], [1.0, 1.0])
    low = np.append(low, 1 - window.outside)
    return Staircase.on_grid(
        terms.offset + terms.unit * first * step, terms.unit * step, low, high, (terms.least, terms.greatest)
    )


def _expectations(characteristic: Characteristic, cells: int) -> tuple[Column, Column]:
    """E psi*((x - S) / L) and E delta((x - S) / L), at each point x of the circle."""
    count = len(characteristic.values)
    number = np.arange(1, count)
    share = number / count
    values = characteristic.values[1:].conj()
    taper = np.pi * share * (1 - share) / np.tan(np.pi * share) + share
    sawtooth = np.zeros(cells // 2 + 1, dtype=np.complex128)
    sawtooth[1:count] = values * taper * (0.5j / np.pi) / number
    kernel = np.zeros(cells // 2 + 1, dtype=np.complex128)
    kernel[0] = 1 / (2 * count)
    kernel[1:count] = values * (1 - share) / (2 * count)
    return cells * np.fft.irfft(sawtooth, cells), cells * np.fft.irfft(kernel, cells)


def _error(characteristic: Characteristic, cells: int) -> float:
    """Bound what the errors of the characteristic function, and round-off, can add to either side."""
    count = len(characteristic.values)
    # A frequency and its mirror: of the sawtooth at most 1 / (pi n) together, of the kernel 1 / (N + 1); at x and at a.
    weights = 2 / (np.pi * np.arange(1, count)) + 2 / count
    moved = float(np.dot(weights, characteristic.errors[1:]))
    # Each of the two results is at most 1/2 in size, so its root-mean-square is too; 8 log2 units as for any transform.
    transform = 4 * (8 * np.log2(cells) + 16) * ROUND_OFF * np.sqrt(cells)
    return 1.01 * (moved + float(transform))
