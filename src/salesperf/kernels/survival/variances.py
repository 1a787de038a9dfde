"""Standard errors of curves in one sweep over the times, a block of them after the other.

Whatever is summed on the way is a sum of positive terms, so that no digits are lost to a difference.
"""

import numpy as np

from salesperf.kernels.events.counts import Integers
from salesperf.kernels.numeric import Column
from salesperf.kernels.survival.buffers import Blocks, Running

__all__ = ["greenwood_steps", "incidence_error", "survival_error"]


def greenwood_steps(events: Integers, at_risk: Integers) -> Column:
    """Return d / (n (n - d)); where nobody is left, as if one were, since what follows has no share in anything then."""
    present = np.maximum(at_risk, 1).astype(np.float64)
    return events / (present * np.maximum(present - events, 1.0))


def survival_error(survival: Column, events: Integers, at_risk: Integers) -> Column:
    """Return the standard error of the share that is still there after each time, by Greenwood's formula."""
    standard_error = np.empty(events.size)
    blocks, sums = Blocks(events.size), Running(np.add, 0.0)
    for block in blocks:
        present, ended = blocks.present(at_risk[block]), blocks.floats("ended", events[block])
        left = np.subtract(present, ended, out=blocks["left"])
        present *= np.maximum(left, 1.0, out=left)
        np.divide(ended, present, out=sums.steps(left.size))
        _, variance = sums.run(left.size)
        np.multiply(survival[block], np.sqrt(variance, out=left), out=standard_error[block])
    return standard_error


def incidence_error(survival: Column, causes: Integers, at_risk: Integers, cause: int) -> Column:
    """Return the standard error of the share that has left by the cause at a place among the causes."""
    standard_error = np.empty(survival.size)
    blocks, sums = Blocks(survival.size), _PairSums()
    share = 1.0
    for block in blocks:
        present, own = blocks.present(at_risk[block]), blocks.floats("own", causes[cause][block])
        other = blocks["other"]
        other[:] = 0.0
        for place, events in enumerate(causes):
            if place != cause:
                other += blocks.floats("events", events[block])
        staying = np.subtract(present, own, out=blocks["staying"])
        left = np.subtract(staying, other, out=blocks["left"])
        each = blocks["each"]
        each[0], each[1:] = share, survival[block][:-1]
        each /= present
        share = survival[block][-1]
        # As in greenwood_steps, with the others after the events of the same time.
        present *= np.maximum(staying, 1.0, out=staying)
        staying *= np.maximum(left, 1.0, out=left)
        sums.weigh(own, present, other, staying)
        own *= each
        other *= each
        np.sqrt(sums.go_on(own, other, survival[block], blocks), out=standard_error[block])
    return standard_error


class _PairSums:
    """The sums of the variance of an incidence, for events of its own cause and for others at once.

    With a weight for each event: the sum of the weights, of the weights times the distance gone since, and times the square
    of that distance. Since an event of its own, the distance is what has left by the others, and the other way round.

    Each addition waits for the one before it: two of them at once, as the parts of complex numbers, take no longer than one.
    """

    def __init__(self) -> None:
        self._weights, self._distances, self._squares = Running(np.add, 0j), Running(np.add, 0j), Running(np.add, 0.0)

    def weigh(self, own: Column, own_over: Column, other: Column, other_over: Column) -> None:
        """Begin a block: give its events, and those of others, their weights, each a quotient."""
        steps = self._weights.steps(own.size)
        np.divide(own, own_over, out=steps.real)
        np.divide(other, other_over, out=steps.imag)

    def go_on(self, gains: Column, losses: Column, survival: Column, blocks: Blocks) -> Column:
        """Return the variance after each time of the block."""
        size = gains.size
        weights_before, weights = self._weights.run(size)
        # As if of one time the own events came first: the losses of that time count since them, its gains not since losses.
        steps = self._distances.steps(size)
        np.multiply(losses, weights.real, out=steps.real)
        np.multiply(gains, weights_before.imag, out=steps.imag)
        distances_before, distances = self._distances.run(size)
        # The square of a sum rises by the step times what it was before and is after.
        rises = np.add(distances_before.real, distances.real, out=blocks["rises"])
        losses *= rises
        np.add(distances_before.imag, distances.imag, out=rises)
        gains *= rises
        np.add(losses, gains, out=self._squares.steps(size))
        _, squares = self._squares.run(size)
        # Of those whom an own event took, the others would have taken what they took since, and the rest would be left.
        variance: Column = np.multiply(survival, weights.real, out=rises)
        variance += distances.real
        variance += distances.real
        variance *= survival
        variance += squares
        return variance
