"""Findings that speak against each other: no rule decides between them, so a reader is told that they do."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.allocation import FairnessAudit
from salesperf.attainment import Attainment
from salesperf.diagnosis.diagnosing import as_rules
from salesperf.diagnosis.evidence import Evidence
from salesperf.diagnosis.registry import DEFAULT_RULES
from salesperf.diagnosis.rule import DiagnosisRule
from salesperf.diagnosis.words import Cause
from salesperf.model.amount import Amount
from salesperf.model.finding import Finding
from salesperf.model.message import Message
from salesperf.model.target import scoped_title
from salesperf.model.validators import as_tuple, require
from salesperf.variance import Effect

__all__ = ["CONTRADICTIONS", "Contradiction", "ContradictionKind", "contradictions", "torn_owners"]

ContradictionKind: TypeAlias = Literal["causes", "met", "effects", "yardsticks"]
CONTRADICTIONS: Final[tuple[ContradictionKind, ...]] = ("causes", "met", "effects", "yardsticks")
"""How findings may speak against each other: too few ask, against too little of it is brought home; targets met, against
something that is wrong with selling; one change taken apart against another; one yardstick of fairness against another."""

_MET: Final = frozenset({"met", "ahead"})
_OF_SELLING: Final[frozenset[Cause]] = frozenset({"demand", "strategy", "ability"})
_RIVALS: Final[tuple[Cause, Cause]] = ("demand", "ability")
_MISSED_FOR: Final = "missed_for_"
_MOST_NAMED: Final = 5


@attrs.frozen(kw_only=True)
class Contradiction:
    """Findings that speak against each other, or against what was reached.

    Attributes
    ----------
    kind : str
        One of :data:`CONTRADICTIONS`.
    message : Message
        What speaks against what.
    rules : tuple of str
        The keys of the rules whose findings it is about, sorted.

    Examples
    --------
    >>> both = Contradiction(kind="causes", message=Message("leads fell, and so did conversion"), rules=("few_leads",))
    >>> both.message.text()
    'leads fell, and so did conversion'
    """

    kind: ContradictionKind
    message: Message
    rules: tuple[str, ...]


def contradictions(
    findings: Iterable[Finding],
    evidence: Evidence,
    *,
    rules: Mapping[str, DiagnosisRule] | Iterable[DiagnosisRule] = DEFAULT_RULES,
) -> tuple[Contradiction, ...]:
    """Say which findings of a diagnosis speak against each other.

    Parameters
    ----------
    findings
        What :func:`diagnose` found in the evidence.
    evidence
        What it was found in.
    rules
        The rules that were asked.

    Returns
    -------
    tuple of Contradiction
        In the order of :data:`CONTRADICTIONS`. None of them says who is right.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    InvalidInputError
        With every key that two rules share.

    Notes
    -----
    Two causes of one miss need not exclude each other; what does is the remedy, since money and time go to the one or to the
    other. That is why demand against ability is told, and strategy beside either is not.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Citation, Org, Period, Records, Rep
    >>> records = Records(org=Org(reps=[Rep(id="ada")]))
    >>> evidence = Evidence(records=records, owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 30))
    >>> cited = Citation(label=Message("leads"), value=3, source=Message("leads.csv"))
    >>> found = [DEFAULT_RULES[key].found([cited]) for key in ("few_leads", "low_conversion")]
    >>> for each in contradictions(found, evidence):
    ...     print(each.message.text())
    Some say that too few ask (Too few leads), others that we do not bring home what there is (Win rate is low).
    """
    given = as_tuple(findings)
    require(given, tuple, path=("findings",))
    for position, finding in enumerate(given):
        require(finding, Finding, path=("findings", position))
    require(evidence, Evidence, path=("evidence",))
    told = {finding.rule for finding in given if not finding.is_untold and finding.severity != "info"}
    asked = [rule for rule in sorted(as_rules(rules), key=lambda rule: rule.key) if rule.key in told]
    return tuple(found for kind in CONTRADICTIONS for found in _FINDERS[kind](asked, evidence))


def _of_causes(asked: list[DiagnosisRule], evidence: Evidence) -> Iterator[Contradiction]:  # noqa: ARG001 - as the others
    by_cause = {cause: [rule for rule in asked if rule.cause == cause] for cause in _RIVALS}
    if all(by_cause.values()):
        demand, ability = (tuple(rule.label for rule in rules) for rules in by_cause.values())
        yield _told("causes", [rule for rules in by_cause.values() for rule in rules], demand=demand, ability=ability)


def _of_met(asked: list[DiagnosisRule], evidence: Evidence) -> Iterator[Contradiction]:
    """Notice targets of money that are met although something is wrong with selling: it may show only later."""
    of_money = [each for each in evidence.attainments if _is_of_money(each)]
    wrong = [rule for rule in asked if rule.cause in _OF_SELLING]
    if wrong and of_money and all(each.status in _MET for each in of_money):
        names = tuple(scoped_title(each.target.metric, each.target.scope) for each in of_money)
        yield _told("met", wrong, met=names, findings=tuple(rule.label for rule in wrong))


def _is_of_money(attainment: Attainment) -> bool:
    amount = attainment.target.amount
    return isinstance(amount, Amount) and amount.unit.dimension == "money"


def _of_effects(asked: list[DiagnosisRule], evidence: Evidence) -> Iterator[Contradiction]:
    """Notice a cause that took something away by one change taken apart, and gave something by another."""
    for rule in asked:
        if not rule.key.startswith(_MISSED_FOR):
            continue
        took: dict[int, list[Effect[Any]]] = {}
        gave: dict[int, list[Effect[Any]]] = {}
        for place, variance in enumerate(evidence.variances):
            for line in variance.lines:
                value = line.value.minor if isinstance(line.value, Amount) else line.value
                if value and evidence.cause_of(line.name) == rule.cause and not line.has_few_cases(rule.fewest):
                    (gave if value > 0 else took).setdefault(place, []).append(line)
        against = [line for place in gave.keys() - took.keys() for line in gave[place]]
        if took and against:
            lost = [line for lines in took.values() for line in lines]
            yield _told("effects", [rule], rule=rule.label, took=_names(lost), gave=_names(against))


def _names(lines: Iterable[Effect[Any]]) -> tuple[Message, ...]:
    return tuple(dict.fromkeys(line.label for line in lines))


def _of_yardsticks(asked: list[DiagnosisRule], evidence: Evidence) -> Iterator[Contradiction]:
    """Notice targets that are unfair by one yardstick and fair by another, or too high by one and too low by another."""
    unfair = [rule for rule in asked if rule.cause == "plan"]
    if evidence.fairness is None or not unfair:
        return
    beyond = {measure.yardstick: measure.beyond for measure in evidence.fairness.measures}
    compared = Counter(line.yardstick for line in evidence.fairness.lines if line.index is not None)
    threshold = min(rule.threshold for rule in unfair)
    by = {name: len(owners) / compared[name] >= threshold for name, owners in beyond.items() if compared[name]}
    names = {is_unfair: tuple(_yardstick(name) for name in by if by[name] == is_unfair) for is_unfair in (True, False)}
    if all(names.values()):
        yield _told("yardsticks", unfair, unfair=names[True], fair=names[False])
    torn = torn_owners(evidence.fairness)
    if torn:
        first = tuple(map(evidence.label, torn[:_MOST_NAMED]))
        yield _told("yardsticks", unfair, wording="owners", count=len(torn), names=first)


def torn_owners(audit: FairnessAudit) -> list[str | None]:
    """Return the owners of whom too much is asked by one yardstick and too little by another.

    Parameters
    ----------
    audit
        Of their targets.
    """
    sides: dict[str | None, set[bool]] = {}
    for line in audit.lines:
        if line.beyond and line.index is not None:
            sides.setdefault(line.owner, set()).add(line.index > 1)
    return sorted((owner for owner, found in sides.items() if len(found) > 1), key=lambda owner: owner or "")


def _yardstick(name: str) -> Message:
    return Message(f"diagnosis.yardstick.{name}")


def _told(
    kind: ContradictionKind, rules: Iterable[DiagnosisRule], *, wording: str | None = None, **arguments: object
) -> Contradiction:
    message = Message.of(f"diagnosis.contradiction.{wording or kind}", **arguments)
    return Contradiction(kind=kind, message=message, rules=tuple(sorted(rule.key for rule in rules)))


_Finder: TypeAlias = Callable[[list[DiagnosisRule], Evidence], Iterator[Contradiction]]
_FINDERS: Final[Mapping[ContradictionKind, _Finder]] = MappingProxyType(
    {"causes": _of_causes, "met": _of_met, "effects": _of_effects, "yardsticks": _of_yardsticks}
)
