"""Curves and their variances in one sweep over the times, a block of them after the other.

Whatever is summed on the way is a sum of positive terms, so that no digits are lost to a difference.
"""

import numpy as np

from salesperf.kernels.events.counts import Integers
from salesperf.kernels.numeric import AnyColumn, Column
from salesperf.kernels.survival.buffers import Buffers, blocks

__all__ = ["greenwood_steps", "swept_incidence", "swept_survival"]


def greenwood_steps(events: Integers, at_risk: Integers) -> Column:
    """Return d / (n (n - d)); 0 where nobody is left, since of what follows there is then no doubt."""
    present = np.maximum(at_risk, 1).astype(np.float64)
    return _steps(events.astype(np.float64), present, present - events, np.empty(events.size))


def swept_survival(events: Integers, at_risk: Integers) -> tuple[Column, Column]:
    """Return the share that is still there after each time, and its standard error."""
    survival, standard_error = np.empty(events.size), np.empty(events.size)
    buffers = Buffers()
    share, variance = 1.0, 0.0
    for block in blocks(events.size):
        present = np.maximum(buffers.floats("present", at_risk[block]), 1.0, out=buffers["present"])
        ended = buffers.floats("ended", events[block])
        left = np.subtract(present, ended, out=buffers["left"])
        staying = np.divide(left, present, out=buffers["staying"])
        staying[0] *= share
        shares = np.cumprod(staying, out=survival[block])
        steps = _steps(ended, present, left, buffers["steps"])
        steps[0] += variance
        sums = np.cumsum(steps, out=buffers["sums"])
        share, variance = shares[-1], sums[-1]
        np.multiply(shares, np.sqrt(sums, out=sums), out=standard_error[block])
    return survival, standard_error


def swept_incidence(events: Integers, others: Integers, at_risk: Integers) -> tuple[Column, Column, Column]:
    """Return survival, and the share that left by the events rather than by the others, with its standard error."""
    survival, incidence, standard_error = (np.empty(events.size) for _ in range(3))
    buffers, sums = Buffers(), _PairSums()
    share, reached = 1.0, 0.0
    for block in blocks(events.size):
        present = np.maximum(buffers.floats("present", at_risk[block]), 1.0, out=buffers["present"])
        own, other = buffers.floats("own", events[block]), buffers.floats("other", others[block])
        staying = np.subtract(present, own, out=buffers["staying"])
        left = np.subtract(staying, other, out=buffers["left"])
        factors = np.divide(left, present, out=buffers["factors"])
        factors[0] *= share
        shares = np.cumprod(factors, out=survival[block])
        each = _before_each(shares, share, buffers["each"])
        each /= present
        gains, losses = np.multiply(each, own, out=buffers["gains"]), np.multiply(each, other, out=buffers["losses"])
        own_weights = _steps(own, present, staying, buffers["own weights"])
        other_weights = _steps(other, staying, left, buffers["other weights"])
        variance = sums.variance(own_weights, other_weights, losses, gains, shares, buffers)
        np.sqrt(variance, out=standard_error[block])
        gains[0] += reached
        rising = np.cumsum(gains, out=incidence[block])
        share, reached = shares[-1], rising[-1]
        np.minimum(rising, 1.0, out=rising)
    return survival, incidence, standard_error


class _PairSums:
    """The sums of the variance of an incidence, for events of its own cause and for others at once.

    With a weight for each event: the sum of the weights, of the weights times the distance gone since, and times the square
    of that distance. Since an event of its own, the distance is what has left by the others, and the other way round.

    Each addition waits for the one before it: two of them at once, as the parts of complex numbers, take no longer than one.
    """

    def __init__(self) -> None:
        self._weight = self._distance = self._square = 0j

    def variance(
        self,
        own_weights: Column,
        other_weights: Column,
        losses: Column,
        gains: Column,
        survival: Column,
        buffers: Buffers,
    ) -> Column:
        """Go on over a block of times, and return the variance after each."""
        weights = buffers.pairs("weights")
        weights.real, weights.imag = own_weights, other_weights
        weight = self._weight
        self._weight = _run_on(weights, weight)
        # As if of one time the own events came first: the losses of that time count since them, its gains not since losses.
        distances, since = buffers.pairs("distances"), buffers["since"]
        np.multiply(losses, weights.real, out=distances.real)
        np.multiply(gains, _before_each(weights.imag, weight.imag, since), out=distances.imag)
        distance = self._distance
        self._distance = _run_on(distances, distance)
        # The square of a sum rises by the step times what it was before and is after.
        squares = buffers.pairs("squares")
        np.multiply(
            losses, np.add(_before_each(distances.real, distance.real, since), distances.real, out=since), out=squares.real
        )
        np.multiply(
            gains, np.add(_before_each(distances.imag, distance.imag, since), distances.imag, out=since), out=squares.imag
        )
        self._square = _run_on(squares, self._square)
        # Of those whom an own event took, the others would have taken what they took since, and the rest would be left.
        variance = np.multiply(survival, weights.real, out=buffers["variance"])
        variance += np.multiply(distances.real, 2.0, out=since)
        variance *= survival
        variance += squares.real
        variance += squares.imag
        return variance


def _run_on(pairs: AnyColumn, before: complex) -> complex:
    """Sum from what was before, in place, and return what it has come to."""
    pairs[0] += before
    np.cumsum(pairs, out=pairs)
    return complex(pairs[-1])


def _before_each(column: Column, first: float, out: Column) -> Column:
    """Return the value before each."""
    out[0], out[1:] = first, column[:-1]
    return out


def _steps(events: Column, present: Column, left: Column, out: Column) -> Column:
    """Return d / (n (n - d)), 0 where nobody is left."""
    np.multiply(present, left, out=out)
    np.copyto(out, np.inf, where=left == 0)
    return np.divide(events, out, out=out)
