"""Asking every rule, and putting what they say side by side."""

from collections.abc import Iterable, Mapping

from salesperf.diagnosis.evidence import Evidence
from salesperf.diagnosis.registry import DEFAULT_RULES
from salesperf.diagnosis.rule import DiagnosisRule
from salesperf.errors import InvalidInputError, InvalidValueError
from salesperf.model.finding import Finding
from salesperf.model.validators import as_tuple, repeated, require

__all__ = ["diagnose"]


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
    Cannot tell about "Conversion is low": it lacks decided deals of the period.
    """
    require(evidence, Evidence, path=("evidence",))
    chosen = as_tuple(rules.values() if isinstance(rules, Mapping) else rules)
    require(chosen, tuple, path=("rules",))
    for position, rule in enumerate(chosen):
        require(rule, DiagnosisRule, path=("rules", position))
    again = list(repeated(rule.key for rule in chosen))
    if again:
        raise InvalidInputError(
            [InvalidValueError("not_unique", path=("rules", position, "key"), value=key) for position, key in again]
        )
    found = []
    for rule in chosen:
        for finding in rule.look(evidence, rule):
            require(finding, Finding, path=("rules", rule.key))
            found.append(finding)
    return tuple(sorted(found, key=lambda finding: (finding.is_untold, *finding.rank, -_money(finding), repr(finding.message))))


def _money(finding: Finding) -> int:
    return 0 if finding.at_stake is None else finding.at_stake.minor
