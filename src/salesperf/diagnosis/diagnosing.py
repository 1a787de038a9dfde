"""Asking every rule, and putting what they say side by side."""

from collections.abc import Iterable, Mapping

from salesperf.diagnosis.evidence import Evidence
from salesperf.diagnosis.registry import DEFAULT_RULES
from salesperf.diagnosis.rule import DiagnosisRule
from salesperf.errors import InvalidInputError, InvalidValueError, show
from salesperf.model.finding import Finding
from salesperf.model.validators import as_tuple, repeated, require

__all__ = ["as_rules", "diagnose"]


def diagnose(
    evidence: Evidence, *, rules: Mapping[str, DiagnosisRule] | Iterable[DiagnosisRule] = DEFAULT_RULES
) -> tuple[Finding, ...]:
    """Ask every rule for what it finds.

    Parameters
    ----------
    evidence
        The records and the results so far.
    rules
        Which rules: ``{**DEFAULT_RULES, "few_visits": rule}`` adds one, and a rule with the key of another takes its place.

    Returns
    -------
    tuple of Finding
        Each with the numbers that it rests on, checks to make and money at stake; the gravest first, and those last that
        cannot be told. Findings that contradict each other stand side by side: nobody but a reader can decide between them.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or a rule yields what is no finding.
    InvalidInputError
        With every key that two rules share.

    Notes
    -----
    Pure: the same evidence gives the same findings, whatever the order of records, results and rules.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Org, Period, Records, Rep
    >>> records = Records(org=Org(reps=[Rep(id="ada")]))
    >>> evidence = Evidence(records=records, owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 30))
    >>> untold = diagnose(evidence)
    >>> all(finding.is_untold for finding in untold)
    True
    >>> print(next(finding.text() for finding in untold if finding.rule == "low_conversion"))
    Cannot tell about "Win rate is low": it lacks deals won or lost in the period.
    """
    require(evidence, Evidence, path=("evidence",))
    found = [finding for rule in as_rules(rules) for finding in _found_by(rule, evidence)]
    return tuple(sorted(found, key=lambda finding: (finding.is_untold, *finding.rank, -_money(finding), repr(finding.message))))


def as_rules(rules: Mapping[str, DiagnosisRule] | Iterable[DiagnosisRule]) -> tuple[DiagnosisRule, ...]:
    """Take rules as :func:`diagnose` is given them, and refuse what are none.

    Raises
    ------
    InvalidValueError
        If something is no rule; the path tells its position.
    InvalidInputError
        With every key that two rules share.

    Examples
    --------
    >>> len(as_rules(DEFAULT_RULES)) == len(DEFAULT_RULES)
    True
    """
    chosen = as_tuple(rules.values() if isinstance(rules, Mapping) else rules)
    require(chosen, tuple, path=("rules",))
    for position, rule in enumerate(chosen):
        require(rule, DiagnosisRule, path=("rules", position))
    again = list(repeated(rule.key for rule in chosen))
    if again:
        raise InvalidInputError(
            [InvalidValueError("not_unique", path=("rules", position, "key"), value=key) for position, key in again]
        )
    return chosen


def _found_by(rule: DiagnosisRule, evidence: Evidence) -> list[Finding]:
    """Ask one rule; whatever it raises tells which rule that was."""
    try:
        looked = rule.look(evidence, rule)
        require(looked, Iterable, path=("rules", rule.key))  # a function without a return gives None
        found = list(looked)
    except Exception as error:
        error.add_note(f"in the rule {show(rule.key)} of the diagnosis")
        raise
    for finding in found:
        require(finding, Finding, path=("rules", rule.key))
    return found


def _money(finding: Finding) -> int:
    return 0 if finding.at_stake is None else finding.at_stake.minor
