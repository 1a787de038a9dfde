"""Many small divisions at once: a total each, over parts that stand side by side in one column."""

import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.apportionment.exact import check_column
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.questions import read_integers
from salesperf.kernels.numeric import INT64_MAX

__all__ = ["apportion_many"]


def apportion_many(totals: Parts, weights: Parts, starts: Parts) -> Parts:
    """Divide many whole totals by the method of largest remainders, each over a run of weights.

    Parameters
    ----------
    totals
        Shape (m,), int64: whole units to divide; a negative one gives the mirror image.
    weights
        Shape (n,), int64, not negative: those of the first division, then those of the second, and so on. The product of the
        largest one and the largest sum of a run must fit 64 bits.
    starts
        Shape (m,), int64, increasing from 0: where the weights of each division begin. Every division has some.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): the same parts as :func:`salesperf.kernels.apportionment.apportion` gives for each by itself.

    Raises
    ------
    InvalidValueError
        If a column is not one of whole numbers within -2**63 and 2**63, both excluded, or lengths do not fit; if a weight is
        negative or they are too large, with its position; if all of a run are 0, with the position of the run; if a place
        where weights begin is not between those beside it.

    Notes
    -----
    With the total T = a W + b, where W is the sum of the weights of a run and 0 <= b < W, the exact share T w / W is
    a w + b w / W, so that no product is larger than W w.

    Examples
    --------
    >>> apportion_many(np.array([10, 5]), np.array([6, 6, 2, 1, 1]), np.array([0, 3])).tolist()
    [4, 4, 2, 3, 2]
    """
    totals, weights, starts = (
        read_integers(name, column, 1) for name, column in (("totals", totals), ("weights", weights), ("starts", starts))
    )
    _check_runs(totals, weights, starts)
    check_column("weights", weights, weights >= 0, "weights_invalid")
    if not len(totals):
        return np.zeros(0, dtype=np.int64)
    sizes = np.diff(starts, append=len(weights))
    sums = np.add.reduceat(weights, starts)
    # Floats do not wrap around; a sum beyond half of what int64 holds has a weight above 1 that is too large beside it.
    largest = np.add.reduceat(weights, starts, dtype=np.float64).max()
    if largest > INT64_MAX / 2 or int(weights.max()) * int(sums.max()) > INT64_MAX:
        raise InvalidValueError("beyond_int64", path=("weights", int(weights.argmax())), value=int(weights.max()))
    if not sums.all():
        raise InvalidValueError("weights_all_zero", path=("weights", int(np.argmin(sums))))
    run = np.repeat(np.arange(len(totals)), sizes)
    whole, rest = np.divmod(np.abs(totals), sums)
    parts, remainders = np.divmod(rest[run] * weights, sums[run])
    parts += whole[run] * weights
    missing = np.abs(totals) - np.add.reduceat(parts, starts)
    # Runs stand in order already, so that a stable sort by remainder within each leaves ties to the first.
    order = np.lexsort((-remainders, run))
    rank = np.arange(len(weights)) - np.repeat(starts, sizes)
    parts[order[rank < missing[run]]] += 1
    return np.asarray(parts * np.sign(totals)[run], dtype=np.int64)


def _check_runs(totals: Parts, weights: Parts, starts: Parts) -> None:
    """Refuse weights that are not in as many runs, each with some, as there are totals."""
    if len(starts) != len(totals):
        raise InvalidValueError("length", path=("starts",), expected=len(totals), value=len(starts))
    if not len(totals) and len(weights):
        raise InvalidValueError("length", path=("weights",), expected=0, value=len(weights))
    if len(weights) < len(totals):
        raise InvalidValueError("too_few", path=("weights",), low=len(totals), value=len(weights))
    low = np.concatenate((np.zeros(1, dtype=np.int64), starts + 1))[: len(starts)]
    high = len(weights) - len(starts) + np.arange(len(starts))
    high[:1] = 0
    outside = np.flatnonzero((starts < low) | (starts > high))
    if outside.size:
        place = int(outside[0])
        raise InvalidValueError(
            "out_of_range", path=("starts", place), low=int(low[place]), high=int(high[place]), value=int(starts[place])
        )
