"""What is told of each lead, in columns, and the counting of these by group."""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.channels.tally import CAUSES, OUTCOMES, Labels, Outcome, grouped
from salesperf.model.codes import Integers

__all__ = ["LeadColumns", "LeadRows", "by_outcome", "outcome_codes"]

_CODES: Final[Mapping[Outcome, int]] = {outcome: code for code, outcome in enumerate(OUTCOMES)}
_CAUSE_OF: Final = np.array([CAUSES.get(outcome, 0) for outcome in OUTCOMES])
_UNKNOWN: Final = -1
_WIDE: Final = 65_536
"""So many cells, or a few for each row, are counted in a table; if there are more, they are sorted."""


class LeadRows:
    """What is told of each lead that is counted, one lead after the other."""

    def __init__(self) -> None:
        self.labels: list[Labels] = []
        self._outcome: list[int] = []
        self._is_qualified: list[bool] = []
        self._days: list[int] = []
        self._is_unvalued: list[bool] = []
        self._valued: list[tuple[Labels, int]] = []

    def add(self, labels: Labels, outcome: Outcome, days: int | None, *, is_qualified: bool) -> None:
        """Write down a lead: its group, how it stands, since how many days, and whether it was ever qualified."""
        self.labels.append(labels)
        self._outcome.append(_CODES[outcome])
        self._days.append(_UNKNOWN if days is None else days)
        self._is_qualified.append(is_qualified)
        self._is_unvalued.append(False)

    def add_value(self, minor: int | None, *, is_unvalued: bool) -> None:
        """Write down what the last of them brought, in smallest units, and whether an amount is missing."""
        self._is_unvalued[-1] = is_unvalued
        if minor is not None:
            self._valued.append((self.labels[-1], minor))

    def columns(self, place: Mapping[Labels, int]) -> "LeadColumns":
        """Return all of them as columns, given where each group stands."""
        valued = [(place[labels], minor) for labels, minor in self._valued]
        return LeadColumns(
            groups=len(place),
            group=np.array([place[labels] for labels in self.labels], dtype=np.int64),
            outcome=np.array(self._outcome, dtype=np.int64),
            days=np.array(self._days, dtype=np.int64),
            is_qualified=np.array(self._is_qualified, dtype=np.bool_),
            is_unvalued=np.array(self._is_unvalued, dtype=np.bool_),
            valued=np.array(valued, dtype=np.int64).reshape(-1, 2),
        )


@attrs.frozen(kw_only=True, eq=False)
class LeadColumns:
    """What is told of leads.

    Attributes
    ----------
    groups
        How many groups there are.
    group
        Shape (n,), the group of each.
    outcome
        Shape (n,), how each stands, in the order of the outcomes.
    days
        Shape (n,), from its beginning to its end or to the day; below 0 where nobody knows.
    is_qualified, is_unvalued
        Shape (n,).
    valued
        Shape (valued, 2), the group and what a lead brought, of those that brought something.
    """

    groups: int
    group: Integers
    outcome: Integers
    days: Integers
    is_qualified: NDArray[np.bool_]
    is_unvalued: NDArray[np.bool_]
    valued: Integers

    def counted(self) -> dict[str, Integers]:
        """Count them: the fields of a tally that are about leads, by name."""
        cells, counts = self._cells()
        values, value_counts = grouped(self.valued, np.ones(len(self.valued), dtype=np.int64))
        return {
            "qualified": np.bincount(self.group[self.is_qualified], minlength=self.groups),
            "unvalued": np.bincount(self.group[self.is_unvalued], minlength=self.groups),
            "outcomes": by_outcome(self.group, self.outcome, self.groups),
            "cells": cells,
            "counts": counts,
            "values": values,
            "value_counts": value_counts,
        }

    def _cells(self) -> tuple[Integers, Integers]:
        """Count by group, days and cause, each of the three in one number."""
        is_known = self.days >= 0
        group, days, cause = self.group[is_known], self.days[is_known], _CAUSE_OF[self.outcome[is_known]]
        causes, span = len(OUTCOMES), int(days.max(initial=0)) + 1
        code = (group * span + days) * causes + cause
        if self.groups * span * causes <= max(_WIDE, causes * code.size):
            table = np.bincount(code)
            found = np.flatnonzero(table)
            counts = table[found]
        else:
            found, counts = np.unique(code, return_counts=True)
        rest, causes_found = np.divmod(found, causes)
        return np.column_stack((*np.divmod(rest, span), causes_found)), counts


def by_outcome(group: Integers, outcome: Integers, groups: int) -> Integers:
    """Count by group and outcome: shape (groups, outcomes)."""
    width = len(OUTCOMES)
    return np.bincount(group * width + outcome, minlength=groups * width).reshape(groups, width)


def outcome_codes(outcomes: Sequence[Outcome]) -> Integers:
    """Return outcomes as codes."""
    return np.array([_CODES[outcome] for outcome in outcomes], dtype=np.int64)
