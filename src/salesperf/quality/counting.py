"""The counting of an audit: the rules asked of all rows of a table at once, and counted by owner, of all of them or of some."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.model.codes import Codes, Integers
from salesperf.quality.checks import Check, Judged, NotEntered
from salesperf.quality.rule import QualityRule
from salesperf.quality.table import Mask, Table
from salesperf.quality.tally import QualityTally, in_order
from salesperf.quality.words import RECORD_KINDS, RecordKind

__all__ = ["Counting", "judge"]

_BLOCK: Final = 32_768
"""Rows counted at a time, so that scratch stays in the cache."""
_STATES: Final = 3
"""Not asked; asked, and nothing found; found."""
_ENOUGH: Final = 20
"""Where none of so many records has a field, it is the source that does not keep it: a limit of ours, that no source gives."""


@attrs.frozen(eq=False)
class Counting:
    """What the rules say of each row of a table, to be counted.

    Attributes
    ----------
    kind
        Which records the rows are.
    as_of
        The day of the audit.
    rules
        All rules, of any kind.
    owners
        Whose each row is.
    judged
        What each rule about this kind says of the rows, by key; ``None`` where it could not be asked.
    unknowable
        Of some rules, the rows whose value the day could not know, by key.
    """

    kind: RecordKind
    as_of: date
    rules: tuple[QualityRule, ...]
    owners: Codes[str | None]
    judged: Mapping[str, Judged | None]
    unknowable: Mapping[str, Mask]

    @classmethod
    def of(cls, table: Table, rules: tuple[QualityRule, ...], as_of: date, *, lenient: bool = False) -> "Counting":
        """Ask the rules of a table.

        Parameters
        ----------
        table, rules, as_of
            As the fields.
        lenient
            Whether a rule that finds nothing entered in any of many records counts as not asked: the source does not keep it.
        """
        known: dict[Check, Mask] = {}
        about = [rule for rule in rules if rule.kind == table.kind and table.size]
        judged = {rule.key: judge(rule, table, as_of, known) for rule in about}
        if lenient:
            judged = {rule.key: None if _is_never_entered(rule, judged[rule.key]) else judged[rule.key] for rule in about}
        masks = ((rule.key, table.knowable(rule.needs)) for rule in about)
        unknowable = {key: ~mask for key, mask in masks if mask is not None}
        return cls(table.kind, as_of, rules, table.owners(), judged, unknowable)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.owners.codes)

    def among(self, rows: Mask | Integers) -> "Counting":
        """Return what the rules say of some rows; to them the others are still there, as the twin of a row is."""
        codes = self.owners.codes[rows]
        # Of the owners only those who have any, or the rows of one would take as long as those of all.
        present = np.flatnonzero(np.bincount(codes, minlength=len(self.owners.labels)))
        return attrs.evolve(
            self,
            owners=Codes(np.searchsorted(present, codes), tuple(self.owners.labels[code] for code in present.tolist())),
            judged={key: None if judged is None else _among(judged, rows) for key, judged in self.judged.items()},
            unknowable={key: mask[rows] for key, mask in self.unknowable.items()},
        )

    def behind(self, rule: QualityRule, rows: Mask | Integers) -> tuple[Integers, Integers]:
        """Return where those of some rows stand of which a rule could tell, and those in which it found something."""
        judged = self.judged.get(rule.key)
        if judged is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        chosen = np.arange(self.size)[rows]
        return chosen if judged.asked is None else chosen[judged.asked[chosen]], chosen[judged.found[chosen]]

    def tally(self) -> QualityTally:
        """Count by owner."""
        owners, cells = self._cells()

        def count(asked: Mask | None, found: Mask) -> tuple[Integers, Integers]:
            return _by_owner(cells, len(owners), asked, found)

        kind = RECORD_KINDS.index(self.kind)
        empty = QualityTally.of_owners(self.as_of, self.rules, owners)
        counts = {name: np.array(getattr(empty, name)) for name in ("checked", "found", "unasked", "records", "faulty")}
        nothing = np.zeros(self.size, dtype=np.bool_)
        everybody, _ = count(None, nothing)
        counts["records"][kind] = everybody
        is_faulty = np.zeros(self.size, dtype=np.bool_)
        for place, rule in enumerate(self.rules):
            if rule.key not in self.judged:
                continue
            judged = self.judged[rule.key]
            if judged is None:
                counts["unasked"][place] = everybody
                continue
            counts["checked"][place], counts["found"][place] = count(*judged)
            is_faulty |= judged.found
            if rule.key in self.unknowable:
                counts["unasked"][place] = count(self.unknowable[rule.key], nothing)[0]
        counts["faulty"][kind] = count(is_faulty, nothing)[0]
        return QualityTally.of_owners(self.as_of, self.rules, owners, counts)

    def _cells(self) -> tuple[tuple[str | None, ...], NDArray[np.int64]]:
        """Return the owners that have any row, sorted, and for each row the first of the cells of its owner."""
        # Some labels may be of no row, or be empty text for nobody.
        labels = [label or None for label in self.owners.labels]
        present = np.bincount(self.owners.codes, minlength=len(labels)) > 0
        owners = tuple(sorted({label for label, is_there in zip(labels, present, strict=True) if is_there}, key=in_order))
        place = {owner: position for position, owner in enumerate(owners)}
        moved = np.array([place.get(label, 0) for label in labels], dtype=np.int64)
        is_as_it_is = moved.tolist() == list(range(len(labels)))
        codes = self.owners.codes if is_as_it_is else moved[self.owners.codes]
        return owners, codes * _STATES


def _by_owner(cells: Integers, owners: int, asked: Mask | None, found: Mask) -> tuple[Integers, Integers]:
    """Count by owner the rows that were asked, and those of them in which something was found, in one pass over both."""
    totals = np.zeros(owners * _STATES, dtype=np.int64)
    for start in range(0, len(cells), _BLOCK):
        rows = slice(start, start + _BLOCK)
        state = found[rows].view(np.int8) + (1 if asked is None else asked[rows].view(np.int8))
        totals += np.bincount(cells[rows] + state, minlength=totals.size)
    by_state = totals.reshape(-1, _STATES)
    return by_state[:, 1] + by_state[:, 2], by_state[:, 2]


def _is_never_entered(rule: QualityRule, judged: Judged | None) -> bool:
    """Tell whether a rule that looks for what is not entered finds it in all of many records."""
    if judged is None or not isinstance(rule.check, NotEntered):
        return False
    asked = len(judged.found) if judged.asked is None else int(np.count_nonzero(judged.asked))
    return asked >= _ENOUGH and int(np.count_nonzero(judged.found)) == asked


def _among(judged: Judged, rows: Mask | Integers) -> Judged:
    return Judged(None if judged.asked is None else judged.asked[rows], judged.found[rows])


def judge(rule: QualityRule, table: Table, as_of: date, known: dict[Check, Mask]) -> Judged | None:
    """Ask a rule of every row: where it was asked, and where it found something; ``None`` where a field is not there.

    Conditions that several rules share are looked up once, in those that are known.
    """
    if not table.has(rule.needs):
        return None
    asked = table.knowable(rule.needs)
    for condition in rule.where:
        if condition not in known:
            known[condition] = _of_condition(_called(condition, rule, table, as_of))
        asked = _both(asked, known[condition])
    mine, found = _called(rule.check, rule, table, as_of)
    asked = _both(asked, mine)
    return Judged(asked, found if asked is None else found & asked)


def _called(check: Check, rule: QualityRule, table: Table, as_of: date) -> Judged:
    """Call a check of a rule; an error says which rule it was."""
    judged: object = None
    try:
        judged = check(table, as_of)
    except SalesperfError as error:
        raise error.within("rules", rule.key) from None
    if (
        not isinstance(judged, Judged)
        or not _is_mask(judged.found, table)
        or not (judged.asked is None or _is_mask(judged.asked, table))
    ):
        raise InvalidValueError("check_answer", path=("rules", rule.key), expected=table.size, value=judged)
    return judged


def _is_mask(value: object, table: Table) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.bool_ and value.shape == (table.size,)


def _of_condition(judged: Judged) -> Mask:
    return judged.found if judged.asked is None else judged.found & judged.asked


def _both(left: Mask | None, right: Mask | None) -> Mask | None:
    if left is None or right is None:
        return right if left is None else left
    return left & right
