"""Nouns whose state is their history, by the plain CSV layout: what stays the same in one file, what changes in another."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.io.folder.layout import Items, faults_in
from salesperf.io.folder.table import MOST_FAULTS

__all__ = ["MOST_OF_ONE", "Histories", "Maker"]

ChangeT = TypeVar("ChangeT")
NounT = TypeVar("NounT")

MOST_OF_ONE: Final = 20
"""After so many faults the rest of one history is not looked at."""
_BEGINS: Final = frozenset({"history_begins", "lead_begins"})
"""Faults of a first row that another row, of which nobody knows whose it is, may be missing before."""
_LEADING: Final = _BEGINS | {"history_order"}
"""Faults of one row that make others look wrong."""
_COLUMNS: Final = {"amount": "unit", "is_done": "done"}
"""The column at fault, where it has not the name of the field: all that is refused of an amount in a history is its unit."""


@attrs.frozen(kw_only=True)
class Histories(Generic[ChangeT]):
    """What was read of the changes of deals or of leads, or of the check-ins of objectives.

    Parameters
    ----------
    rows
        By what the noun is known, its id where nothing else is said, and the change, for each row that changes anything.
    is_whole
        Tells of that whether all rows of the noun have been read.
    of
        The column that says whose change a row is.

    Examples
    --------
    >>> from salesperf import Change
    >>> from salesperf.io.folder.files import CHANGES
    >>> rows = Items(layout=CHANGES, items=(("o-1", Change(None, stage="lead")),), lines=(2,), faults=())
    >>> Histories(rows=rows, is_whole=lambda deal: True, of="opportunity").of_each["o-1"]
    [0]
    """

    rows: Items[tuple[Any, ChangeT]]
    is_whole: Callable[[Any], bool]
    of: str

    @property
    def of_each(self) -> dict[Any, list[int]]:
        """The positions of the rows of each noun."""
        positions: dict[Any, list[int]] = {}
        for position, (whose, _) in enumerate(self.rows.items):
            positions.setdefault(whose, []).append(position)
        return positions

    @property
    def are_all_placed(self) -> bool:
        """Whether every row says whose it is: a noun may lack the one that does not."""
        return not any(self.of in fault.path for fault in self.rows.faults)


@attrs.define(kw_only=True)
class Maker(Generic[ChangeT, NounT]):
    """Makes nouns of what stays the same and what changes, and notes what is wrong with either.

    Parameters
    ----------
    drafts
        What stays the same: the arguments of each noun but for its history.
    histories
        What changes.
    make
        The class of the noun.
    missing
        The code of the fault that a noun has no change; ``None`` where it need have none.
    field
        The field of the noun that holds what changes.
    key
        Returns by what the changes know a noun, given what stays the same.

    Examples
    --------
    >>> from salesperf import Lead, LeadChange
    >>> from salesperf.io.folder.files import LEAD_CHANGES, LEADS
    >>> drafts = Items(layout=LEADS, items=({"id": "l-1"},), lines=(2,), faults=())
    >>> rows = Items(layout=LEAD_CHANGES, items=(("l-1", LeadChange(None, status="new")),), lines=(2,), faults=())
    >>> histories = Histories(rows=rows, is_whole=lambda lead: True, of="lead")
    >>> made = Maker(drafts=drafts, histories=histories, make=Lead, missing="lead_changes_missing").items()
    >>> made.items[0].status
    'new'
    """

    drafts: Items[dict[str, Any]]
    histories: Histories[ChangeT]
    make: Callable[..., NounT]
    missing: str | None = None
    field: str = "history"
    key: Callable[[Mapping[str, Any]], Any] = itemgetter("id")
    faults: list[SalesperfError] = attrs.field(factory=list)

    def items(self) -> Items[NounT]:
        """Make each noun whose rows are all sound."""
        rows, seen = self.histories.of_each, set()
        made: dict[int, NounT] = {}
        for place, draft in enumerate(self.drafts.items):
            key = self.key(draft)
            if len(self.faults) >= MOST_FAULTS:
                self.faults.append(InvalidValueError("too_many_faults", path=self.drafts.path(place), limit=MOST_FAULTS))
                break
            if key in seen:
                self.faults.append(InvalidValueError("not_unique", path=self.drafts.path(place, "id"), value=draft["id"]))
            elif self.histories.is_whole(key):
                noun = self.noun(place, draft, rows.get(key, []))
                if noun is not None:
                    made[place] = noun
            seen.add(key)
        lines = tuple(self.drafts.lines[place] for place in made)
        faults = (*self.drafts.faults, *self.faults)
        return Items(layout=self.drafts.layout, items=tuple(made.values()), lines=lines, faults=faults)

    def noun(self, place: int, draft: Mapping[str, Any], rows: Sequence[int]) -> NounT | None:
        """Make the noun of a row, given the positions of its changes, or note what is wrong."""
        if not rows and self.missing is not None:
            if self.histories.are_all_placed:
                path = self.drafts.path(place, "id")
                self.faults.append(InvalidValueError(self.missing, path=path, value=draft["id"]))
            return None
        found: list[SalesperfError] = []
        noun = self.judged(place, draft, rows, found)
        self.faults.extend(found)
        return None if found else noun

    def judged(self, place: int, draft: Mapping[str, Any], rows: Sequence[int], found: list[SalesperfError]) -> NounT | None:
        """Make a noun, or note the row at fault, leave it out and look again, so that every row at fault is told."""
        changes, left = self.histories.rows, list(rows)
        for _ in range(min(max(len(left), 1), MOST_OF_ONE)):
            try:
                return self.make(**{self.field: [changes.items[row][1] for row in left]}, **draft)
            except InvalidInputError as error:
                # The noun has told all that is wrong with it.
                found.extend(self._placed(fault, place, left) for fault in faults_in(error)[:MOST_OF_ONE])
                break
            except SalesperfError as error:
                # The noun, its id, the field; of what stands in the field its position, and what is wrong with it.
                field, where = error.path[2:3], error.path[3:]
                if field != (self.field,):
                    found.append(self.drafts.fault(error, place))
                    break
                position, column = where[:2]
                row = left.pop(int(position))
                if error.code not in _BEGINS or self.histories.are_all_placed:
                    found.append(error.at(*changes.path(row, _COLUMNS.get(str(column), str(column)))))
                if error.code in _LEADING:
                    break
        return None

    def _placed(self, fault: SalesperfError, place: int, rows: Sequence[int]) -> SalesperfError:
        """Return a fault at the row of the change that it is of, or at that of the noun."""
        if fault.path[2:3] != (self.field,):
            return self.drafts.fault(fault, place)
        position, *column = fault.path[3:]
        return fault.at(*self.histories.rows.path(rows[int(position)], *map(str, column)))
