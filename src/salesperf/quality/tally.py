"""The tally of an audit: for each rule and owner, how many records were looked at and in how many something was found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.model.codes import Integers, read_only, same_content
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, check_date, repeated, require
from salesperf.quality.checks import Repeated
from salesperf.quality.fuzzy import Resembling
from salesperf.quality.rule import QualityRule
from salesperf.quality.words import RECORD_KINDS

__all__ = ["QualityTally", "as_rules", "in_order"]

_OF_RULES: Final = ("checked", "found", "unasked")
_OF_KINDS: Final = ("records", "faulty")


def as_rules(rules: Mapping[str, QualityRule] | Iterable[QualityRule]) -> tuple[QualityRule, ...]:
    """Take rules, or a mapping of them by key, in the order of their keys, so that the order given never matters.

    Raises
    ------
    InvalidValueError
        If one is no rule, or two have one key.
    """
    items = as_tuple(rules.values() if isinstance(rules, Mapping) else rules)
    require(items, tuple, path=("rules",))
    for position, rule in enumerate(items):
        require(rule, QualityRule, path=("rules", position))
    for position, key in repeated(rule.key for rule in items):
        raise InvalidValueError("not_unique", path=("rules", position, "key"), value=key)
    return tuple(sorted(items, key=lambda rule: rule.key))


def in_order(owner: str | None) -> tuple[bool, str]:
    """Return what owners are sorted by: nobody first."""
    return (owner is not None, owner or "")


def _as_counts(value: Integers) -> Integers:
    return read_only(np.asarray(value, dtype=np.int64))


@attrs.frozen(kw_only=True, eq=False)
class QualityTally(Result):
    """What an audit counted: made by :func:`audit_columns`, and part of what :func:`audit` makes.

    Tallies of parts merge with ``+``. Merging is associative and commutative, and :meth:`empty` changes nothing; tallies of
    another day or by other rules are refused. The partition key is :attr:`partition_key`.

    Attributes
    ----------
    as_of : date
        The day of the audit.
    rules : tuple of QualityRule
        By key.
    owners : tuple
        Whose records they are, sorted; ``None`` for nobody's.
    checked : array of int64, shape (rules, owners)
        Records that a rule is about, and of which it could be told whether it holds.
    found : array of int64, shape (rules, owners)
        Those in which it found something.
    unasked : array of int64, shape (rules, owners)
        Records of its kind of which nothing could be told, since a field was not there.
    records : array of int64, shape (kinds, owners)
        Records, by the order of :data:`RECORD_KINDS`.
    faulty : array of int64, shape (kinds, owners)
        Records in which any rule found something.

    Examples
    --------
    >>> nothing = QualityTally.empty(as_of=date(2026, 9, 30), rules=[])
    >>> nothing.owners, nothing.checked.shape
    ((), (0, 0))
    """

    as_of: date
    rules: tuple[QualityRule, ...]
    owners: tuple[str | None, ...]
    checked: Integers = attrs.field(converter=_as_counts)
    found: Integers = attrs.field(converter=_as_counts)
    unasked: Integers = attrs.field(converter=_as_counts)
    records: Integers = attrs.field(converter=_as_counts)
    faulty: Integers = attrs.field(converter=_as_counts)

    @classmethod
    def empty(cls, *, as_of: date, rules: Mapping[str, QualityRule] | Iterable[QualityRule]) -> "QualityTally":
        """Return the tally of no records, for a day and rules.

        Parameters
        ----------
        as_of, rules
            As of :func:`audit`.

        Raises
        ------
        InvalidValueError
            If an argument is malformed.

        Examples
        --------
        >>> from salesperf.quality import DEFAULT_RULES
        >>> int(QualityTally.empty(as_of=date(2026, 9, 30), rules=DEFAULT_RULES).checked.sum())
        0
        """
        check_date(as_of, ("as_of",))
        return cls.of_owners(as_of, as_rules(rules), ())

    @classmethod
    def of_owners(
        cls,
        as_of: date,
        rules: tuple[QualityRule, ...],
        owners: tuple[str | None, ...],
        counts: Mapping[str, Integers] | None = None,
    ) -> "QualityTally":
        """Return a tally of counts by owner, of which those that are not given are 0.

        Parameters
        ----------
        as_of, rules, owners
            As the fields.
        counts
            Name of a field of counts to its array.
        """
        sizes = dict.fromkeys(_OF_RULES, len(rules)) | dict.fromkeys(_OF_KINDS, len(RECORD_KINDS))
        tables: dict[str, Any] = {name: np.zeros((size, len(owners)), dtype=np.int64) for name, size in sizes.items()}
        return cls(as_of=as_of, rules=rules, owners=owners, **(tables | dict(counts or {})))

    @property
    def partition_key(self) -> Mapping[str, tuple[str, ...]]:
        """The fields of each rule that compares records: those alike in them must be in one part; all else merges anyhow."""
        comparing = {rule.key: rule.check for rule in self.rules if isinstance(rule.check, Repeated | Resembling)}
        return {key: check.needs for key, check in comparing.items()}

    def of(self, owners: Iterable[str | None]) -> "QualityTally":
        """Return the tally of the records of some owners.

        Parameters
        ----------
        owners
            Ids of reps and teams, ``None`` for nobody; who has no records is passed over.

        Examples
        --------
        >>> QualityTally.empty(as_of=date(2026, 9, 30), rules=[]).of(["ada"]).owners
        ()
        """
        names = as_tuple(owners)
        require(names, tuple, path=("owners",))
        kept = [place for place, owner in enumerate(self.owners) if owner in set(names)]
        counts = {name: getattr(self, name)[:, kept] for name in (*_OF_RULES, *_OF_KINDS)}
        return self.of_owners(self.as_of, self.rules, tuple(self.owners[place] for place in kept), counts)

    def __add__(self, other: object) -> "QualityTally":
        """Merge with the tally of other records."""
        if not isinstance(other, QualityTally):
            return NotImplemented
        if self.as_of != other.as_of:
            raise _mismatch("as_of", self.as_of, other.as_of)
        if self.rules != other.rules:
            only = {rule.key for rule in {*self.rules} ^ {*other.rules}}
            raise _mismatch("rules", *(sorted(only & {rule.key for rule in each.rules}) for each in (self, other)))
        owners = tuple(sorted({*self.owners, *other.owners}, key=in_order))
        place = {owner: position for position, owner in enumerate(owners)}
        zeros = self.of_owners(self.as_of, self.rules, owners)
        counts = {name: np.array(getattr(zeros, name)) for name in (*_OF_RULES, *_OF_KINDS)}
        for part in (self, other):
            moved = [place[owner] for owner in part.owners]
            for name, total in counts.items():
                total[:, moved] += getattr(part, name)
        return self.of_owners(self.as_of, self.rules, owners, counts)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        return same_content(self, other) if isinstance(other, QualityTally) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # like a list, what holds arrays has none

    @cached_property
    def totals(self) -> Sequence[tuple[int, int, int]]:
        """Records checked, found and not asked of each rule, of all owners."""
        columns = [getattr(self, name).sum(axis=1).tolist() for name in _OF_RULES]
        return tuple(zip(*columns, strict=True))

    def rows(self) -> list[Row]:
        """Return a row for each rule and owner of whom any record was looked at, or could not be."""
        return [
            {
                "rule": rule.key,
                "owner": owner,
                "checked": int(self.checked[row, column]),
                "found": int(self.found[row, column]),
                "unasked": int(self.unasked[row, column]),
            }
            for row, rule in enumerate(self.rules)
            for column, owner in enumerate(self.owners)
            if self.checked[row, column] or self.unasked[row, column]
        ]


def _mismatch(field: str, left: object, right: object) -> InvalidValueError:
    return InvalidValueError("tally_mismatch", path=("QualityTally", field), field=field, left=left, right=right)
