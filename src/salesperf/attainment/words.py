"""Words: an amount and the number of its entries in one integer, so that what adds and looks up words does both at once."""

from typing import Final, Self

import attrs
import numpy as np

from salesperf.model.codes import Integers

__all__ = ["Words"]

_WORD: Final = 63
"""Bits of a word beside its sign."""


@attrs.frozen
class Words:
    """How words are laid out: the entries in the lower bits, the amount, with its sign, above them.

    Sums and differences of words hold the sums and differences of both, as long as each of them fits its part.

    Parameters
    ----------
    bits
        How many of the lower bits hold entries.

    Examples
    --------
    >>> layout = Words.fitting(bound=10_000, entries=3)
    >>> both = layout.joined(np.array([100, -40]), np.array([2, 1]))
    >>> [part.tolist() for part in layout.parted(both[:1] + both[1:])]
    [[60], [3]]
    """

    bits: int

    @classmethod
    def fitting(cls, *, bound: int, entries: int) -> Self | None:
        """Lay out words for amounts of which no sum is further from 0 than a bound, and so many entries in all.

        Returns
        -------
        Words or None
            ``None`` where both do not fit a word.
        """
        bits = entries.bit_length()
        return cls(bits) if bound >> max(_WORD - bits, 0) == 0 else None

    def joined(self, minor: Integers, entries: Integers | int, out: Integers | None = None) -> Integers:
        """Write amounts and entries as words."""
        words = np.left_shift(minor, self.bits, out=out)
        words += entries
        return words

    def parted(self, words: Integers) -> tuple[Integers, Integers]:
        """Return the amounts and the entries of words; the amounts stand where the words stood."""
        entries = words & ((1 << self.bits) - 1)
        return np.right_shift(words, self.bits, out=words), entries
