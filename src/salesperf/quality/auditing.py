"""The audit: of records, which says what is wrong with each, and of columns, which counts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.model.codes import Integers
from salesperf.model.finding import Finding
from salesperf.model.records import Records
from salesperf.model.validators import check_choice, check_date, require
from salesperf.quality.counting import Counting, judge
from salesperf.quality.defaults import DEFAULT_RULES
from salesperf.quality.reading import READERS, Rows
from salesperf.quality.report import QualityReport
from salesperf.quality.rule import QualityRule
from salesperf.quality.table import table_of
from salesperf.quality.tally import QualityTally, as_rules
from salesperf.quality.words import RECORD_KINDS, RecordKind
from salesperf.scorecard import Scorecard

__all__ = ["audit", "audit_columns", "find_rows"]

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

    Neither is a field that no record has, of twenty or more that should: that source does not keep it, and each record is not
    to blame. A rule that looks for what is not entered there counts as not asked. In columns that a caller gives, a column
    that is there is asked.

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
            counting = Counting.of(rows.table, given, as_of, lenient=True)
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
    check_choice(kind, RECORD_KINDS, ("kind",))
    given = as_rules(rules)
    return Counting.of(table_of(columns, kind, _needed(given, kind)), given, as_of).tally()


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
    judged = judge(rule, table, as_of, {})
    if judged is None:
        lacking = tuple(name for name in rule.needs if name not in table.columns)
        raise InvalidValueError("columns_lacking", path=("columns",), missing=lacking)
    return np.flatnonzero(judged.found)


def _needed(rules: Iterable[QualityRule], kind: RecordKind) -> list[str]:
    return sorted({name for rule in rules if rule.kind == kind for name in rule.needs})


def _findings(counting: Counting, rows: Rows) -> Iterator[Finding]:
    for rule in counting.rules:
        judged = counting.judged.get(rule.key)
        if judged is not None:
            message = rule.message
            for row in np.flatnonzero(judged.found).tolist():
                yield Finding(rule=rule.key, message=message, severity=rule.severity, record=rows.names[row], field=rule.field)
