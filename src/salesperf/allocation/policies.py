"""Policies of re-planning: what those who share a target make of what they missed together."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from salesperf.kernels.apportionment import apportion

__all__ = ["POLICIES", "Outcome", "Policy", "Totals"]

Policy: TypeAlias = Literal["carry_forward", "keep_remaining", "redistribute"]


class Totals(NamedTuple):
    """What the policies work with, of a line: planned and still open, of that held, missed so far, and what locks hold."""

    open: int
    held: int
    missed: int
    is_locked: bool

    @property
    def free(self) -> int:
        """What is planned for parts that may change."""
        return self.open - self.held


class Outcome(NamedTuple):
    """What a policy gives to the parts of a line that may change, what it carries over and what it writes off."""

    free: int
    carried: int
    surplus: int = 0
    written_off: int = 0


def _carry_forward(lines: Sequence[Totals], _: int | None) -> list[Outcome]:
    """Let each make up for what it missed itself."""
    return [_carried(line) for line in lines]


def _carried(line: Totals) -> Outcome:
    if line.missed > 0 and not line.free and not line.is_locked:
        return Outcome(0, 0, written_off=line.missed)
    left = line.free + line.missed
    return Outcome(max(left, 0), line.missed, surplus=max(-left, 0))


def _keep_remaining(lines: Sequence[Totals], _: int | None) -> list[Outcome]:
    """Leave what is open as it is."""
    return [Outcome(line.free, 0, written_off=line.missed) for line in lines]


def _redistribute(lines: Sequence[Totals], together: int | None) -> list[Outcome]:
    """Let all make up together for what they missed together, in proportion to what is planned for each.

    What those above them have to do anew comes down to them, with the cushion that was planned.
    """
    free = [line.free for line in lines]
    missed = sum(line.missed for line in lines)
    left = sum(free) + missed if together is None else max(together - sum(line.held for line in lines), 0)
    if left > 0 and not any(free) and not any(line.is_locked for line in lines):
        return [Outcome(0, 0, written_off=line.missed) for line in lines]
    if left >= 0:
        parts = apportion(left, free).tolist() if any(free) else [left, *[0] * (len(lines) - 1)]
        return [Outcome(part, part - line.free) for part, line in zip(parts, lines, strict=True)]
    # Together they did more than was left to do: the surplus stands with those who did.
    beyond = apportion(-left, [max(-line.missed, 0) for line in lines]).tolist()
    return [Outcome(0, -line.free - surplus, surplus=surplus) for line, surplus in zip(lines, beyond, strict=True)]


POLICIES: Final[Mapping[Policy, Callable[[Sequence[Totals], int | None], list[Outcome]]]] = MappingProxyType(
    {"carry_forward": _carry_forward, "keep_remaining": _keep_remaining, "redistribute": _redistribute},
)
"""Name of each policy to what it makes of the lines that share one target, and of what these have to do together from above."""
