"""Effects in whole units: rounded so that they sum to the change, the same whatever their order and whichever way it went."""

from collections.abc import Sequence
from fractions import Fraction

from salesperf.kernels.apportionment import round_to_margins

__all__ = ["rounded_to"]


def rounded_to(
    total: int, table: Sequence[Sequence[Fraction]], names: Sequence[str], segments: Sequence[str] = ("",)
) -> list[list[int]]:
    """Round effects, a row for each and a number for each segment, so that rows, columns and the whole are whole sums.

    What they lack of the total, beyond a unit, goes to each number by its size. Ties end by name, and a change the other way
    gives the same numbers with the other sign.
    """
    rest = total - sum((value for row in table for value in row), Fraction(0))
    exact = table
    if abs(rest) >= 1:  # less than a unit is what rounding alone makes up for
        rate = rest / sum((abs(value) for row in table for value in row), Fraction(0))
        exact = [[value + rate * abs(value) for value in row] for row in table]
    rows = sorted(range(len(names)), key=names.__getitem__)
    columns = sorted(range(len(segments)), key=segments.__getitem__)
    # To round up is to round a negative value toward 0: so changes both ways are rounded as the one of them.
    leading = total or next((exact[row][column] for row in rows for column in columns if exact[row][column]), Fraction(0))
    sign = -1 if leading < 0 else 1
    # By segment: in an exact change of a segment the denominators of its effects fall away.
    by_segment = [[exact[row][column] for row in rows] for column in columns]
    if sign < 0:
        by_segment = [[-value for value in values] for values in by_segment]
    parts = round_to_margins(by_segment, sign * total)
    rounded = [[0] * len(segments) for _ in names]
    for column, of_segment in zip(columns, parts.tolist(), strict=True):
        for row, part in zip(rows, of_segment, strict=True):
            rounded[row][column] = sign * part
    return rounded
