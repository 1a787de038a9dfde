"""Curves in one sweep over the times, a block of them after the other."""

import numpy as np

from salesperf.kernels.events.counts import Integers
from salesperf.kernels.numeric import Column
from salesperf.kernels.survival.buffers import Blocks, Running

__all__ = ["swept_incidence", "swept_survival"]


def swept_survival(causes: Integers, at_risk: Integers) -> Column:
    """Return the share that is still there after each time; of each cause, how many left at each."""
    survival = np.empty(at_risk.size)
    blocks, shares = Blocks(at_risk.size), Running(np.multiply, 1.0)
    for block in blocks:
        present = blocks.present(at_risk[block])
        _, survival[block] = _stay(present, causes[:, block], shares, blocks)
    return survival


def swept_incidence(causes: Integers, at_risk: Integers, cause: int) -> tuple[Column, Column]:
    """Return the same, and the share that has left by the cause at a place among the causes."""
    survival, incidence = np.empty((2, at_risk.size))
    blocks, shares, left = Blocks(at_risk.size), Running(np.multiply, 1.0), Running(np.add, 0.0)
    for block in blocks:
        present = blocks.present(at_risk[block])
        before, survival[block] = _stay(present, causes[:, block], shares, blocks)
        each = np.divide(before, present, out=present)
        np.multiply(each, blocks.floats("own", causes[cause][block]), out=left.steps(each.size))
        _, reached = left.run(each.size)
        np.minimum(reached, 1.0, out=incidence[block])
    return survival, incidence


def _stay(present: Column, causes: Integers, shares: Running, blocks: Blocks) -> tuple[Column, Column]:
    """Go on with the share that is still there: return it as it was before each time, and after."""
    staying = shares.steps(present.size)
    staying[:] = present
    for events in causes:
        staying -= blocks.floats("events", events)
    staying /= present
    return shares.run(present.size)
