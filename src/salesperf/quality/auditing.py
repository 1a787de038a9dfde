"""The audit: of records, which says what is wrong with each, and of columns, which counts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.model.codes import Integers
from salesperf.model.finding import Finding
from salesperf.model.records import Records
from salesperf.model.validators import check_date, require
from salesperf.quality.checks import Check, Judged
from salesperf.quality.defaults import DEFAULT_RULES
from salesperf.quality.reading import READERS, Rows
from salesperf.quality.report import QualityReport
from salesperf.quality.rule import QualityRule
from salesperf.quality.table import Mask, Table, table_of
from salesperf.quality.tally import QualityTally, as_rules, in_order
from salesperf.quality.words import RECORD_KINDS, RecordKind
from salesperf.scorecard import Scorecard

__all__ = ["audit", "audit_columns", "find_rows"]

_BLOCK: Final = 32_768
"""Rows counted at a time, so that scratch stays in the cache."""
_STATES: Final = 3
"""Not asked; asked, and nothing found; found."""

Rules = Mapping[str, QualityRule] | Iterable[QualityRule]


def audit(records: Records, *, as_of: date, rules: Rules = DEFAULT_RULES, card: Scorecard | None = None) -> QualityReport:
    """Audit records as they were known on a day, and say of each fault where it is and what to do about it.

    Parameters
    ----------
    records
        Everything known; what is later than the day is not looked at.
    as_of
        The day of the audit.
    rules
        What to look for: a mapping by key such as :data:`DEFAULT_RULES`, or rules.
    card
        How the rules make a score; ``None`` for that of :func:`quality_card`.

    Returns
    -------
    QualityReport
        With a finding for each record and rule, gravest first.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or two rules have one key.

    Notes
    -----
    A value that the day could not know, since the source kept the last one only, is no fault: of it nothing is said.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change, Opportunity, Org, Rep
    >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 5, 4), stage="proposal", owner="ada")])
    >>> records = Records(org=Org(reps=[Rep(id="ada")]), opportunities=[deal], processes=[STANDARD_PROCESSES["solution"]])
    >>> report = audit(records, as_of=date(2026, 9, 30))
    >>> for finding in report.findings:
    ...     print(finding.severity, finding.record, finding.field)
    serious o-1 amount
    warning o-1 last_change
    warning o-1 expected_close
    warning o-1 customer
    >>> report.findings[0].text()
    'The deal has no amount. Enter what it is expected to bring.'
    """
    require(records, Records, path=("records",))
    check_date(as_of, ("as_of",))
    given = as_rules(rules)
    known = records.as_of(as_of)
    tally = QualityTally.empty(as_of=as_of, rules=given)
    findings: list[Finding] = []
    for kind in RECORD_KINDS:
        if any(rule.kind == kind for rule in given):
            rows = READERS[kind](known, as_of)
            counting = _Counting(rows.table, given, as_of)
            tally += counting.tally()
            findings += _findings(counting, rows)
    return QualityReport.of_tally(tally, card, findings)


def audit_columns(columns: Mapping[str, Any], *, kind: RecordKind, as_of: date, rules: Rules = DEFAULT_RULES) -> QualityTally:
    """Audit many records of one kind, given by columns.

    Parameters
    ----------
    columns
        Name of each field to its column, shape (n,): text as :class:`Codes`, or as an array with ``None`` or ``""`` for what
        is not entered; days as ``datetime64[D]`` with ``NaT``; numbers with ``nan``; yes and no as truths. The column
        ``owner`` says whose each record is. What a rule needs that is not there is counted as not asked.
    kind
        Which records they are; rules for other kinds count nothing.
    as_of, rules
        As of :func:`audit`. Rows that began later are for the caller to leave out.

    Returns
    -------
    QualityTally
        Which :meth:`QualityReport.of_tally` makes a report of.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or a column of another kind than a rule looks at.
    InvalidInputError
        With every column that is no column, or too long or too short.

    Examples
    --------
    >>> columns = {"owner": np.array(["ada", "bo", "bo"]), "customer": np.array(["k-1", None, ""])}
    >>> rule = DEFAULT_RULES["deal_without_customer"]
    >>> print(audit_columns(columns, kind="opportunity", as_of=date(2026, 9, 30), rules=[rule]))
    rule                   owner  checked  found  unasked
    deal_without_customer  ada          1      0        0
    deal_without_customer  bo           2      2        0
    """
    check_date(as_of, ("as_of",))
    given = as_rules(rules)
    return _Counting(table_of(columns, kind, _needed(given, kind)), given, as_of).tally()


def find_rows(columns: Mapping[str, Any], rule: QualityRule, *, as_of: date) -> Integers:
    """Return the rows in which a rule finds something.

    Parameters
    ----------
    columns
        As of :func:`audit_columns`, with all that the rule needs.
    rule
        The rule.
    as_of
        The day of the audit.

    Returns
    -------
    array of int64
        Their positions, rising.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or a column that the rule needs is not there.

    Examples
    --------
    >>> columns = {"customer": np.array(["k-1", None, ""])}
    >>> find_rows(columns, DEFAULT_RULES["deal_without_customer"], as_of=date(2026, 9, 30)).tolist()
    [1, 2]
    """
    require(rule, QualityRule, path=("rule",))
    check_date(as_of, ("as_of",))
    table = table_of(columns, rule.kind, rule.needs)
    judged = _judged(rule, table, as_of, {})
    if judged is None:
        lacking = tuple(name for name in rule.needs if name not in table.columns)
        raise InvalidValueError("columns_lacking", path=("columns",), missing=lacking)
    return np.flatnonzero(judged.found)


def _needed(rules: Iterable[QualityRule], kind: RecordKind) -> list[str]:
    return sorted({name for rule in rules if rule.kind == kind for name in rule.needs})


def _judged(rule: QualityRule, table: Table, as_of: date, known: dict[Check, Mask]) -> Judged | None:
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


class _Counting:
    """Asks the rules of a table, and counts by owner."""

    def __init__(self, table: Table, rules: tuple[QualityRule, ...], as_of: date) -> None:
        self.table, self.rules, self.as_of = table, rules, as_of
        known: dict[Check, Mask] = {}
        about = [rule for rule in rules if rule.kind == table.kind and table.size]
        self.judged = {rule.key: _judged(rule, table, as_of, known) for rule in about}
        owners = table.owners()
        # Some labels may be of no row, or be empty text for nobody.
        labels = [label or None for label in owners.labels]
        present = np.bincount(owners.codes, minlength=len(labels)) > 0
        self.owners = tuple(sorted({label for label, is_there in zip(labels, present, strict=True) if is_there}, key=in_order))
        place = {owner: position for position, owner in enumerate(self.owners)}
        moved = np.array([place.get(label, 0) for label in labels], dtype=np.int64)
        is_as_it_is = moved.tolist() == list(range(len(labels)))
        self.codes = owners.codes if is_as_it_is else moved[owners.codes]

        self.cells = self.codes * _STATES

    def _by_owner(self, asked: Mask | None, found: Mask) -> tuple[Integers, Integers]:
        """Count by owner the rows that were asked, and those of them in which something was found, in one pass over both."""
        totals = np.zeros(len(self.owners) * _STATES, dtype=np.int64)
        for start in range(0, self.table.size, _BLOCK):
            rows = slice(start, start + _BLOCK)
            state = found[rows].view(np.int8) + (1 if asked is None else asked[rows].view(np.int8))
            totals += np.bincount(self.cells[rows] + state, minlength=totals.size)
        by_state = totals.reshape(-1, _STATES)
        return by_state[:, 1] + by_state[:, 2], by_state[:, 2]

    def tally(self) -> QualityTally:
        kind = RECORD_KINDS.index(self.table.kind)
        empty = QualityTally.of_owners(self.as_of, self.rules, self.owners)
        counts = {name: np.array(getattr(empty, name)) for name in ("checked", "found", "unasked", "records", "faulty")}
        nothing = np.zeros(self.table.size, dtype=np.bool_)
        everybody, _ = self._by_owner(None, nothing)
        counts["records"][kind] = everybody
        is_faulty = np.zeros(self.table.size, dtype=np.bool_)
        for place, rule in enumerate(self.rules):
            if rule.key not in self.judged:
                continue
            judged = self.judged[rule.key]
            if judged is None:
                counts["unasked"][place] = everybody
                continue
            counts["checked"][place], counts["found"][place] = self._by_owner(judged.asked, judged.found)
            is_faulty |= judged.found
            knowable = self.table.knowable(rule.needs)
            if knowable is not None:
                counts["unasked"][place] = self._by_owner(~knowable, nothing)[0]
        counts["faulty"][kind] = self._by_owner(is_faulty, nothing)[0]
        return QualityTally.of_owners(self.as_of, self.rules, self.owners, counts)


def _findings(counting: _Counting, rows: Rows) -> Iterator[Finding]:
    for rule in counting.rules:
        judged = counting.judged.get(rule.key)
        if judged is not None:
            message = rule.message
            for row in np.flatnonzero(judged.found).tolist():
                yield Finding(rule=rule.key, message=message, severity=rule.severity, record=rows.names[row], field=rule.field)
