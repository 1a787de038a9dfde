"""What may be released: a mean, only if no sums and differences of all that was released tell of fewer raters than the least.

Voices that have always been released together are a *bundle*: each mean that was released is a sum of whole bundles, and
so is whatever is added up from such means, those of earlier releases included. Where every bundle has as many voices as a
group must have, no combination of means tells of fewer.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np

from salesperf.feedback.counting import Voice

__all__ = ["Released", "may_be_released"]

Bundle: TypeAlias = tuple[int, ...]
"""Voices by the numbers of the releases that they were in: those with the same numbers are a bundle."""

_TOLERANCE: Final = 1e-9
"""How far sums may differ by rounding alone, relatively, and absolutely below 1."""


@attrs.frozen
class Released:
    """A sum that readers know, since they know the mean and the count."""

    subject: str
    item: str
    voices: frozenset[Voice] = attrs.field(repr=False)
    total: float = attrs.field(repr=False)
    is_exempt: bool
    """Whether these voices are known to speak for themselves."""


def may_be_released(
    voices: frozenset[Voice], total: float, released: Sequence[Released], minimum: int, *, is_exempt: bool
) -> bool:
    """Tell whether the mean of some voices may be released beside all that was.

    Parameters
    ----------
    voices
        Whose mean it is.
    total
        Their sum.
    released
        Whatever was released of this subject and item.
    minimum
        How few voices no bundle may have.
    is_exempt
        Whether these voices are known to speak for themselves; they may stand alone, and yet not lay bare what is left of a
        bundle that they were in.
    """
    patterns = _patterns(released)
    sizes = Counter(patterns.values())
    inside = Counter(patterns[voice] for voice in voices if voice in patterns)
    for bundle, count in inside.items():
        is_open = any(released[number].is_exempt for number in bundle)
        outside = sizes[bundle] - count
        if outside and min(count, outside) < minimum and not is_open:
            return False
    if is_exempt:
        return True
    new = len(voices) - sum(inside.values())
    if new:
        return new >= minimum
    return _says_nothing_new(voices, total, released, patterns)


def _patterns(released: Iterable[Released]) -> dict[Voice, Bundle]:
    """Return the bundle of each voice."""
    patterns: dict[Voice, Bundle] = {}
    for number, each in enumerate(released):
        for voice in each.voices:
            patterns[voice] = (*patterns.get(voice, ()), number)
    return patterns


def _says_nothing_new(
    voices: frozenset[Voice], total: float, released: Sequence[Released], patterns: Mapping[Voice, Bundle]
) -> bool:
    """Tell whether a sum of voices that all were released is, as far as it follows from earlier sums, what follows.

    Where it is not, somebody has changed what he said without another day, and the difference would tell how.
    """
    bundles = sorted(set(patterns.values()))
    earlier = np.array([[float(number in bundle) for number in range(len(released))] for bundle in bundles])
    asked = {patterns[voice] for voice in voices}
    now = np.array([float(bundle in asked) for bundle in bundles])
    weights = np.linalg.lstsq(earlier, now, rcond=None)[0]
    if not np.allclose(earlier @ weights, now, rtol=0, atol=_TOLERANCE):
        return True  # it follows from none of them
    implied = math.fsum(weights * [each.total for each in released])
    return math.isclose(implied, total, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE * len(voices))
