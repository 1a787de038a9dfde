"""Where the methods of divisors round up: the signposts between a whole number and the next."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from salesperf.kernels.numeric import AnyColumn, Column


@attrs.frozen(kw_only=True)
class Signposts:
    """The signposts of a method: a part whose quotient, weight / divisor, passes signpost k has at least k + 1 units.

    The unit that makes k units k + 1 has the claim weight / signpost(k): units go to the largest claims. Claims that are
    to be compared exactly are compared as weight**power / scaled(k), in whole numbers. Signpost k lies from k to k + 1.

    Attributes
    ----------
    power : int
        The least power at which signposts are rational.
    scale : int
        What makes them whole then.
    scaled : callable
        k to (scale * signpost(k))**power; k is an int or a column of whole numbers, and the result is of its kind.
    in_floats : callable
        A column of whole numbers, as floats, to their signposts, each off by at most 2**-51 of itself.
    round_floats : callable
        A column of quotients and scratch of its shape: rounds in place. The result is right unless the quotient is within
        2**-50 of itself of a signpost, or has a square that underflows.
    """

    power: int
    scale: int
    scaled: Callable[[Any], Any]
    in_floats: Callable[[Column], Column]
    round_floats: Callable[[Column, Column], None]

    @property
    def starts_at_one(self) -> bool:
        """Whether signpost 0 is 0, so that every weight above 0 gets a unit before any gets its second."""
        return bool(self.scaled(0) == 0)

    def round_up(self, numerator: int, denominator: int) -> int:
        """Round a quotient >= 0 exactly; one on a signpost goes up."""
        floor = numerator // denominator
        return floor + int((self.scale * numerator) ** self.power >= self.scaled(floor) * denominator**self.power)


def _round_half(quotients: Column, _: Column) -> None:
    np.add(quotients, 0.5, out=quotients)
    np.floor(quotients, out=quotients)


def _round_down(quotients: Column, _: Column) -> None:
    np.floor(quotients, out=quotients)


def _round_up(quotients: Column, _: Column) -> None:
    np.ceil(quotients, out=quotients)


def _round_geometric(quotients: Column, scratch: Column) -> None:
    np.floor(quotients, out=scratch)
    np.multiply(quotients, quotients, out=quotients)
    # Above the product of the whole numbers around it, the quotient's square is above the square of their geometric mean.
    passed = quotients > scratch * (scratch + 1)
    np.add(scratch, passed, out=quotients)


def _geometric(k: AnyColumn) -> Column:
    mean: Column = np.sqrt(k * (k + 1))
    return mean


SIGNPOSTS: Final[Mapping[str, Signposts]] = MappingProxyType(
    {
        "webster": Signposts(
            power=1, scale=2, scaled=lambda k: 2 * k + 1, in_floats=lambda k: k + 0.5, round_floats=_round_half
        ),
        "hill": Signposts(power=2, scale=1, scaled=lambda k: k * (k + 1), in_floats=_geometric, round_floats=_round_geometric),
        "jefferson": Signposts(power=1, scale=1, scaled=lambda k: k + 1, in_floats=lambda k: k + 1.0, round_floats=_round_down),
        "adams": Signposts(power=1, scale=1, scaled=lambda k: k, in_floats=lambda k: k, round_floats=_round_up),
    },
)
"""Name of each method of divisors to its signposts: the half, the geometric mean, the upper and the lower whole number."""
