"""Between which amounts most outcomes of an outlook lie: the method that the documentation states, written a second time.

Chances that were learnt are off together, by one common factor (Hohenbichler and Rackwitz, 1983). It is divided into 32 parts
of one probability. Given its value amounts come independently, and their distribution function lies between two trigonometric
polynomials (Vaaler, 1985), on a circle around a window that Chernoff's bound gives. The range is from where the mean of the
upper bounds reaches a tenth to where that of the lower ones reaches nine tenths.
"""

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, groupby
from statistics import NormalDist
from typing import Final, NamedTuple, TypeAlias

import attrs
import numpy as np
from crm_forecast import NewDeals, Outlook
from numpy.typing import NDArray
from page_lines import TWO_SIDED

__all__ = ["most_outcomes"]

Numbers: TypeAlias = NDArray[np.float64]

NORMAL: Final = NormalDist()
STRATA: Final = 32
SHARE: Final = 0.8
STEPS: Final = 400
"""Roots of correlations are told apart to one part in so many."""
WORTHS: Final = 64
"""Different amounts of new deals that are told apart."""
TAIL: Final = 1e-7
"""What may lie beyond a window, on each side."""
RUN: Final = 64
"""Frequencies come in runs of so many."""
CELLS: Final = 8
"""Cells of a circle for each frequency, at least."""
UNSEEN: Final = 1e-9
"""Size of a value of the characteristic function that is as good as none."""


@attrs.frozen
class Slot:
    """Deals that come or do not, all of one worth in cents and with one chance; and of how many deals that was learnt."""

    cents: int
    chance: float
    low: float
    high: float
    observed: int
    count: int = 1

    @property
    def width(self) -> float:
        return self.cents * (self.high - self.low)

    @cached_property
    def spread(self) -> float:
        """The standard deviation of the error of the chance, on the normal scale."""
        low, middle, high = (NORMAL.inv_cdf(min(max(chance, 1e-9), 1 - 1e-9)) for chance in (self.low, self.chance, self.high))
        if self.low <= 0:
            return 2 * (high - middle) / (2 * TWO_SIDED)
        return (2 * (middle - low) if self.high >= 1 else high - low) / (2 * TWO_SIDED)


def slots_of_new(new: NewDeals) -> list[Slot]:
    """Let so many deals stand for those to come that each comes with a chance of 2% at most: powers of 2 of every worth."""
    most = max(new.high, new.count)
    wanted = max(min(most / 0.02, 2**14), most / 0.1)
    slots = []
    for cents, share in worths([100 * each for each in new.worth]):
        count = 2 ** math.ceil(math.log2(max(wanted * share, 1)))
        low, middle, high = (each * share / count for each in (new.low, new.count, new.high))
        slots.append(Slot(cents, middle, low, high, len(new.worth), count))
    return slots


def worths(cents: Sequence[int]) -> list[tuple[int, float]]:
    """Return what deals may be worth, and each one's share; too many are taken together, with as much of the squares each."""
    amounts = Counter(cents)
    order = sorted(amounts)
    squares = list(accumulate(float(amount) ** 2 * amounts[amount] for amount in order))
    if len(order) > WORTHS:
        groups = [math.ceil(WORTHS * square / squares[-1]) for square in squares]
    else:
        groups = list(range(len(order)))
    together = [[amount for amount, _ in pairs] for _, pairs in groupby(zip(order, groups, strict=True), lambda pair: pair[1])]
    sizes = [sum(amounts[amount] for amount in part) for part in together]
    sums = [sum(amount * amounts[amount] for amount in part) for part in together]
    return [(round(Fraction(total, size)), size / len(cents)) for total, size in zip(sums, sizes, strict=True)]


def loadings(slots: Sequence[Slot]) -> dict[int, float]:
    """Return how an error of what was learnt of so many deals goes with that of the whole: their correlation."""
    widths: Counter[int] = Counter()
    for slot in slots:
        widths[slot.observed] += slot.count * slot.width  # type: ignore[assignment] # a sum of floats
    together = {
        mine: sum(width * math.sqrt(min(mine, theirs) / max(mine, theirs)) for theirs, width in widths.items())
        for mine in widths
    }
    scale = math.sqrt(sum(widths[mine] * together[mine] for mine in widths))
    return {mine: min(max(together[mine] / scale, 0.0), 1.0) for mine in widths}


def correlation(slot: Slot, loading: float) -> float:
    square = (loading * slot.spread) ** 2
    return min((round(math.sqrt(square / (1 + square)) * STEPS) / STEPS) ** 2, 0.99)


class Terms(NamedTuple):
    """Amounts in cents that come or do not, turned around where they more likely come; each so many times."""

    certain: int
    steps: Numbers
    chances: Numbers
    counts: Numbers

    @property
    def deviation(self) -> float:
        return math.sqrt(float(np.sum(self.counts * self.steps**2 * self.chances * (1 - self.chances))))

    @classmethod
    def given(cls, slots: Sequence[Slot], correlations: Sequence[float], factor: float) -> "Terms":
        """Tell the terms for a value of the common factor."""
        certain, counts = 0, Counter[tuple[int, float]]()
        for slot, correlated in zip(slots, correlations, strict=True):
            chance = slot.chance
            if correlated and 0 < chance < 1:
                away = (NORMAL.inv_cdf(chance) + math.sqrt(correlated) * factor) / math.sqrt(1 - correlated)
                chance = 0.5 * math.erfc(-away / math.sqrt(2))
            if chance > 0.5:
                certain += slot.cents * slot.count
                counts[-slot.cents, 1 - chance] += slot.count
            else:
                counts[slot.cents, chance] += slot.count
        uncertain = [(step, chance, count) for (step, chance), count in counts.items() if step and chance]
        steps, chances, numbers = np.array(uncertain, dtype=np.float64).reshape(-1, 3).T
        return cls(certain, steps, chances, numbers)

    def furthest(self, side: int) -> int:
        """Return what the sum of steps exceeds on one side with the probability of the tail at most."""
        steps = side * self.steps
        end = int(np.sum((steps * self.counts)[steps > 0]))
        exponent = -math.log(TAIL) * (1 + 1e-6)
        reach, tilt = float(end), math.sqrt(2 * exponent) / self.deviation
        for _ in range(24):
            with np.errstate(over="ignore"):
                cumulant = float(np.sum(self.counts * np.log1p(self.chances * np.expm1(tilt * steps))))
            further = (cumulant + exponent) / tilt
            if further > reach and reach < end:
                break
            reach, tilt = min(reach, further), tilt * 0.75
        return end if reach >= end else math.floor(reach)

    def characteristic(self, period: int, frequencies: int) -> NDArray[np.complex128]:
        """Return E exp(2 pi i j S / period) for j = 0, 1, ..., those left out that are next to nothing."""
        values = np.ones(frequencies, dtype=np.complex128)
        order = np.argsort(-self.counts * self.steps**2 * self.chances)
        for part in np.array_split(order, max(1, len(order) // 16)):
            left = np.flatnonzero(np.abs(values) > UNSEEN)
            # With the steps in whole cents nothing is lost of an angle.
            turns = np.multiply.outer(self.steps[part].astype(np.int64), left) % period / period
            factors = 1 + self.chances[part, np.newaxis] * np.expm1(2j * np.pi * turns)
            values[left] *= np.prod(factors ** self.counts[part, np.newaxis], axis=0)
        values[np.abs(values) <= UNSEEN] = 0
        return values


class Stair(NamedTuple):
    """Bounds of a distribution function: from each point of a grid up to the next."""

    first: int
    step: int
    low: Numbers
    high: Numbers

    def at(self, cents: int, bound: Numbers) -> float:
        place = (cents - self.first) // self.step
        return 0.0 if place < 0 else float(bound[min(place, len(bound) - 1)])


def stair(terms: Terms) -> Stair:
    """Bound the distribution function by Vaaler's polynomials; round-off is too small to show."""
    if not terms.steps.size:
        certain = np.ones(1)
        return Stair(terms.certain, 1, certain, certain)
    unit = math.gcd(*terms.steps.astype(np.int64).tolist())
    terms = terms._replace(steps=terms.steps / unit)
    low, high = -terms.furthest(-1), terms.furthest(1)
    wanted = 0.48 / (0.25 / STRATA) * ((high - low) / terms.deviation)
    frequencies = RUN * math.ceil(min(max(wanted, 64), 65_536) / RUN)
    cells = 1 << (CELLS * frequencies - 1).bit_length()
    length = high - low + 1
    gap = length // 32 + 1
    step = -(-(length + 2 * gap) // (cells - 1))
    first = (low - gap) // step
    number = np.arange(1, frequencies)
    share = number / frequencies
    values = terms.characteristic(step * cells, frequencies)[1:].conj()
    sawtooth, kernel = np.zeros((2, cells // 2 + 1), dtype=np.complex128)
    taper = np.pi * share * (1 - share) / np.tan(np.pi * share) + share
    sawtooth[1:frequencies] = values * taper * 0.5j / (np.pi * number)
    kernel[0] = 1 / (2 * frequencies)
    kernel[1:frequencies] = values * (1 - share) / (2 * frequencies)
    wave, blur = (np.roll(cells * np.fft.irfft(column, cells), -first) for column in (sawtooth, kernel))
    below = np.arange(cells) / cells + wave[0] - wave
    slack = blur + blur[0]
    lower = np.maximum.accumulate(np.clip(below - slack - 2 * TAIL, 0, 1))
    upper = np.minimum.accumulate(np.clip(np.append((below + slack + TAIL)[1:], 1.0), 0, 1)[::-1])[::-1]
    return Stair(terms.certain + unit * first * step, unit * step, lower, upper)


def most_outcomes(outlook: Outlook) -> tuple[float, float]:
    """Tell between which amounts four of five outcomes lie at least, as many being below as above."""
    open_deals = outlook.chances.items()
    slots = [Slot(100 * row.price, chance.value, chance.low, chance.high, chance.observed) for row, chance in open_deals]
    slots += slots_of_new(outlook.new)
    loading = loadings(slots)
    correlations = [correlation(slot, loading[slot.observed]) for slot in slots]
    edges = [NORMAL.inv_cdf(place / STRATA) for place in range(1, STRATA)]
    stairs = [stair(Terms.given(slots, correlations, factor)) for factor in (-math.inf, *edges, math.inf)]
    # The larger the factor, the larger the sum, and the lower its distribution function.
    least, greatest = 0, sum(slot.cents * slot.count for slot in slots)
    low = first_reaching((1 - SHARE) / 2, [(each, each.high) for each in stairs[:-1]], least, greatest)
    high = first_reaching((1 + SHARE) / 2, [(each, each.low) for each in stairs[1:]], least, greatest)
    return low / 100, high / 100


def first_reaching(level: float, bounds: Sequence[tuple[Stair, Numbers]], least: int, greatest: int) -> int:
    """Find by halving how many cents the mean of some bounds reaches a probability at."""
    while least < greatest:
        middle = (least + greatest) // 2
        mean = sum(each.at(middle, bound) for each, bound in bounds) / len(bounds)
        least, greatest = (least, middle) if mean >= level else (middle + 1, greatest)
    return least
