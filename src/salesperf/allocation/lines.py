"""Lines: the parts of a plan by owner, in order of time, and what was done in those that have ended."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

import numpy as np

from salesperf.allocation.parts import amount_of
from salesperf.attainment import ActualTally, Codes, roll_up_columns
from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.model.frozen import FrozenMap
from salesperf.model.misspelling import index_of, unknown_id
from salesperf.model.people import Org
from salesperf.model.target import Target

__all__ = ["Line", "Owner", "actual_by_part", "lines_of", "named", "unknown_in"]

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


def unknown_in(lines: Iterable[Line], owner: str | None, *path: str | int) -> UnknownNameError:
    """Return the error for somebody, or some scope, of which the plan has no part; it tells whose id may be meant."""
    index = index_of({line.owner[0] for line in lines if line.owner[0] is not None})
    return unknown_id(named(owner), index, *path, code="unknown_in_plan")


def lines_of(parts: Sequence[Target], as_of: date) -> list[Line]:
    """Put the parts of a plan in lines; those are closed whose last day has passed at the end of a day."""
    found: dict[tuple[Owner, Owner | None], list[int]] = {}
    for position, part in enumerate(parts):
        if amount_of(part).minor < 0:
            raise InvalidValueError("plan_negative", path=("plan", "targets", position), value=amount_of(part).decimal)
        parent = (part.parent.owner, part.parent.scope) if part.parent else None
        found.setdefault(((part.owner, part.scope), parent), []).append(position)
    lines = []
    for (owner, parent), positions in found.items():
        positions.sort(key=lambda position: parts[position].period.start)
        closed = [position for position in positions if parts[position].period.last <= as_of]
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
