"""Lines: the parts of a plan by owner, in order of time; what was done in those that have ended, what moves between them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple, TypeAlias

import numpy as np

from salesperf.allocation.parts import Plan, amount_of
from salesperf.attainment import ActualTally, Codes, roll_up_columns
from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.kernels.numeric import round_fraction
from salesperf.model.frozen import FrozenMap
from salesperf.model.people import Org
from salesperf.model.replanning import Transfer
from salesperf.model.target import Target, TargetKey

__all__ = ["Line", "Owner", "actual_by_part", "lines_of", "moved_by", "named"]

Owner: TypeAlias = tuple[str | None, FrozenMap[str, str]]
"""Whose parts, of what."""


class Line(NamedTuple):
    """The parts of one owner under one parent, by their positions in the plan, in order of time.

    A rep who changes team within a plan down a tree has a line in each.
    """

    owner: Owner
    parent: Owner | None
    closed: tuple[int, ...]
    open: tuple[int, ...]

    @property
    def siblings(self) -> tuple[Owner | None, bool]:
        """What the lines that share one target have in common; a target over time alone has a line to itself."""
        return (self.parent, self.parent == self.owner)


def named(owner: str | None) -> str:
    """Name an owner for an error."""
    return "company" if owner is None else owner


def lines_of(plan: Plan, as_of: date) -> list[Line]:
    """Put the parts of a plan in lines; those are closed whose last day has passed at the end of a day."""
    found: dict[tuple[Owner, Owner | None], list[int]] = {}
    for position, part in enumerate(plan.targets):
        if amount_of(part).minor < 0:
            raise InvalidValueError("plan_negative", path=("plan", "targets", position), value=amount_of(part).decimal)
        parent = (part.parent.owner, part.parent.scope) if part.parent else None
        found.setdefault(((part.owner, part.scope), parent), []).append(position)
    lines = []
    for (owner, parent), positions in found.items():
        positions.sort(key=lambda position: plan.targets[position].period.start)
        closed = [position for position in positions if plan.targets[position].period.last <= as_of]
        lines.append(Line(owner, parent, tuple(closed), tuple(positions[len(closed) :])))
    return lines


def actual_by_part(parts: Sequence[Target], tally: ActualTally, org: Org | None, as_of: date) -> list[int]:
    """Return what was done toward each part, in its smallest unit."""
    if not parts:
        return []
    done = roll_up_columns(
        tally,
        org,
        owner=Codes.of(part.owner for part in parts),
        metric=Codes.of(part.metric for part in parts),
        unit=Codes.of(amount_of(part).unit for part in parts),
        scope=Codes.of(part.scope for part in parts),
        start=np.array([part.period.start for part in parts], dtype="datetime64[D]"),
        end=np.array([part.period.end for part in parts], dtype="datetime64[D]"),
        minor=np.array([amount_of(part).minor for part in parts], dtype=np.int64),
        as_of=as_of,
    )
    minors: list[int] = done.actual.tolist()
    return minors


def moved_by(
    transfers: Iterable[Transfer], plan: Plan, lines: Sequence[Line], locked: frozenset[int], faults: list[SalesperfError]
) -> Counter[int]:
    """Return by how much each open part changes because business changes hands, in the smallest unit.

    What a team gives away to another leaves its parts too, and those of the teams above it up to the one that both are in.
    Shares are of what was planned before any transfer, rounded half up.
    """
    moved: Counter[int] = Counter()
    position_by_key = {part.key: position for position, part in enumerate(plan.targets)}
    for place, transfer in enumerate(transfers):
        giving, taking = (_open_parts(transfer, place, name, lines, faults) for name in ("giver", "taker"))
        if giving is None or taking is None:
            continue
        giving = [position for position in giving if plan.targets[position].period.start >= transfer.on]
        if not giving:
            faults.append(InvalidValueError("transfer_of_nothing", path=("transfers", place, "on"), value=transfer.on))
        for position in giving:
            minor = round_fraction(amount_of(plan.targets[position]).minor * Fraction(transfer.share))
            other = _at_the_time(plan, position, taking)
            if not minor:
                continue
            if other is None:
                period = str(plan.targets[position].period)
                faults.append(InvalidValueError("transfer_without_part", path=("transfers", place), value=period))
                continue
            faults.extend(
                InvalidValueError("transfer_locked", path=("transfers", place), value=str(plan.targets[each].period))
                for each in (position, other)
                if each in locked
            )
            given, received = (set(_upward(plan, each, position_by_key)) for each in (position, other))
            moved.subtract(dict.fromkeys(given - received, minor))
            moved.update(dict.fromkeys(received - given, minor))
    faults.extend(
        InvalidValueError("transfer_of_more_than_all", path=("transfers",), value=plan.targets[position].owner)
        for position, minor in moved.items()
        if amount_of(plan.targets[position]).minor + minor < 0
    )
    return moved


def _open_parts(
    transfer: Transfer, place: int, name: str, lines: Sequence[Line], faults: list[SalesperfError]
) -> list[int] | None:
    """Return the open parts of a giver or a taker; ``None``, and a fault, where the plan does not have them."""
    owner = (getattr(transfer, name), transfer.scope)
    own = [line for line in lines if line.owner == owner]
    if not own:
        faults.append(UnknownNameError("unknown_in_plan", path=("transfers", place, name), value=owner[0]))
        return None
    return [position for line in own for position in line.open]


def _at_the_time(plan: Plan, position: int, others: Iterable[int]) -> int | None:
    """Return which of other parts has most days in common with a part: who joins or leaves has parts that are cut."""
    period = plan.targets[position].period
    common = [(shared.days, -other) for other in others if (shared := plan.targets[other].period.overlap(period))]
    return -max(common)[1] if common else None


def _upward(plan: Plan, position: int, position_by_key: Mapping[TargetKey, int]) -> Iterator[int]:
    """Yield the position of a part, of the part that it is a part of, and so on as far as the plan has them."""
    found: int | None = position
    while found is not None:
        yield found
        parent = plan.targets[found].parent
        found = position_by_key.get(parent) if parent else None
