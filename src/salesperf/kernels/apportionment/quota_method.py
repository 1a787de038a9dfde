"""The quota method of Balinski and Young: house-monotone, and each part within its quota."""

import heapq
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.apportionment.exact import whole_proportions
from salesperf.kernels.apportionment.limits import Limits
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.numeric import AnyColumn

MOST_STEPS: Final = 10_000_000
"""The longest division that is begun: about a second."""
_CHUNK: Final = 2**21
_LARGEST_PRODUCT: Final = 2**62
_NEAR: Final = 2.0**-20


def quota(total: int, weights: AnyColumn | list[int], _limits: Limits | None = None) -> Parts:
    """Divide a total >= 0 by checked weights, the units one after the other, but for those that need no simulation.

    Notes
    -----
    Of a house of h units, part i may not exceed h w_i / W rounded up; among those who may have another, the unit goes to
    the largest w_i / (parts_i + 1). In the words of scheduling, unit j of part i is released when h passes (j - 1) W / w_i,
    and is due when h reaches j W / w_i; each h serves one unit, the one due first. Three facts spare most of the work:

    - At every multiple of W / gcd(weights) each part is exactly its share, and all begins again.
    - Each unit is served by the time it is due. So a part is its share rounded down, and one more if the unit under way
      when the total is reached has been served already.
    - No unit waits longer than W / min(weights), and those due by the total go before those due later. So only the last
      W / min(weights) steps matter, and of these only the ones that no unit due by the total makes use of.

    References
    ----------
    M. L. Balinski and H. P. Young, "The quota method of apportionment", *American Mathematical Monthly* 82(7), 1975.
    """
    integers = whole_proportions(weights)
    places = [place for place, weight in enumerate(integers) if weight]
    divisor = math.gcd(*integers)
    positive = [integers[place] // divisor for place in places]
    periods, rest = divmod(total, sum(positive))
    parts = np.zeros(len(integers), dtype=np.int64)
    parts[places] = [periods * weight + served for weight, served in zip(positive, _within_period(rest, positive), strict=True)]
    return parts


def _within_period(total: int, weights: list[int]) -> list[int]:
    whole = sum(weights)
    steps = min(total, -(-whole // min(weights)))
    if steps > MOST_STEPS:
        raise InvalidValueError("quota_too_long", path=("total",), value=-(-steps // MOST_STEPS))
    parts = [total * weight // whole for weight in weights]
    if sum(parts) < total:
        for place in _served_early(total, steps, weights, parts):
            parts[place] += 1
    return parts


def _served_early(total: int, steps: int, weights: list[int], floors: list[int]) -> list[int]:
    """Tell whose unit under way has been served when the total is reached."""
    whole = sum(weights)
    start = total - steps
    before = [-(-start * weight // whole) for weight in weights]
    free = _free_steps(steps, sum(before) - start, _releases(start, steps, weights, before, floors))
    under_way = [place for place, weight in enumerate(weights) if total * weight % whole]
    released = {place: floors[place] * whole // weights[place] + 1 - start for place in under_way}
    # Fractions j / w differ by more than the square of the largest weight tells apart.
    precision = 2 * max(weights).bit_length() + 1
    due = {place: (floors[place] + 1 << precision) // weights[place] for place in under_way}
    waiting = sorted(under_way, key=released.__getitem__, reverse=True)
    queue: list[tuple[int, int]] = []
    served = []
    for step in free:
        while waiting and released[waiting[-1]] <= step:
            place = waiting.pop()
            heapq.heappush(queue, (due[place], place))
        served.append(heapq.heappop(queue)[1])
    return served


def _free_steps(steps: int, backlog: int, releases: NDArray[np.int64]) -> list[int]:
    """Tell the steps, counted from 1, at which no unit is there: backlog at first, and what each step releases."""
    ahead = np.arange(1 - backlog, steps + 1 - backlog)
    np.subtract(ahead, np.cumsum(releases), out=ahead)
    # How often none was there is the most that steps have ever been ahead of all that had arrived.
    most_ahead = np.maximum.accumulate(ahead)
    first = [1] if ahead[0] > 0 else []
    later: list[int] = (np.flatnonzero((most_ahead[1:] > most_ahead[:-1]) & (most_ahead[1:] > 0)) + 2).tolist()
    return first + later


def _releases(start: int, steps: int, weights: list[int], before: list[int], floors: list[int]) -> NDArray[np.int64]:
    """Count the units that each step after the start releases, of those due by the last step."""
    whole = sum(weights)
    # Unit k of a part, from 0, is released in the step (offset + k whole) / weight, rounded down, counted from 0.
    active = [place for place, floor in enumerate(floors) if floor > before[place]]
    paces = [weights[place] for place in active]
    offsets = [before[place] * whole - start * weights[place] for place in active]
    counts = np.array([floors[place] - before[place] for place in active], dtype=np.int64)
    releases = np.zeros(steps, dtype=np.int64)
    # Many parts at a time, so that small ones cost little, but no more than keep scratch small.
    for group in np.split(np.arange(len(active)), np.flatnonzero(np.diff(np.cumsum(counts) // _CHUNK)) + 1):
        owners = np.repeat(group, counts[group])
        units = np.arange(len(owners)) - np.repeat(np.cumsum(counts[group]) - counts[group], counts[group])
        releases += np.bincount(_release_steps(steps, whole, paces, offsets, owners, units), minlength=steps)
    return releases


def _release_steps(
    steps: int, whole: int, weights: list[int], offsets: list[int], owners: NDArray[np.int64], units: NDArray[np.int64]
) -> NDArray[np.int64]:
    if whole < _LARGEST_PRODUCT and steps * max(weights, default=0) < _LARGEST_PRODUCT:
        numerators = np.array(offsets, dtype=np.int64)[owners] + units * whole
        quotients: NDArray[np.int64] = numerators // np.array(weights, dtype=np.int64)[owners]
        return quotients
    begin = np.array([offset / weight for offset, weight in zip(offsets, weights, strict=True)])
    pace = np.array([whole / weight for weight in weights])
    released = begin[owners] + units * pace[owners]
    rounded: NDArray[np.int64] = np.floor(released).astype(np.int64)
    # Steps are below 2**24, so floats are off by far less than this; the few so near a whole number are divided exactly.
    for place in np.flatnonzero(np.abs(released - np.rint(released)) < _NEAR).tolist():
        owner = int(owners[place])
        rounded[place] = (offsets[owner] + int(units[place]) * whole) // weights[owner]
    return rounded
