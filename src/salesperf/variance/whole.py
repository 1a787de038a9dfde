"""Effects in whole units: rounded so that they sum to the change, the same whatever their order and whichever way it went."""

from collections.abc import Sequence
from fractions import Fraction

from salesperf.kernels.apportionment import round_to_total

__all__ = ["rounded_to"]


def rounded_to(total: int, values: Sequence[Fraction], names: Sequence[str]) -> list[int]:
    """Round values to whole numbers that sum to a total; what they lack of it, beyond a unit, goes to each by its size.

    Ties end by name, and a change the other way gives the same numbers with the other sign.
    """
    rest = total - sum(values, Fraction(0))
    exact = list(values)
    if abs(rest) >= 1:  # less than a unit is what rounding alone makes up for
        rest /= sum(map(abs, values), Fraction(0))
        exact = [value + rest * abs(value) for value in values]
    order = sorted(range(len(values)), key=lambda place: names[place])
    # To round up is to round a negative value toward 0: so changes both ways are rounded as the one of them.
    leading = total or next((exact[place] for place in order if exact[place]), Fraction(0))
    sign = -1 if leading < 0 else 1
    parts = dict(zip(order, round_to_total([sign * exact[place] for place in order], sign * total).tolist(), strict=True))
    return [sign * parts[place] for place in range(len(values))]
