"""The report of an audit: scores, what is wrong most, what cannot be told, and which numbers it weakens."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Final

import attrs
import numpy as np

from salesperf.kernels.numeric import Column, ratio
from salesperf.messages import Catalogs
from salesperf.model.breakdown import Breakdown
from salesperf.model.estimate import Estimate
from salesperf.model.finding import SEVERITIES, Finding
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.scale import Curve
from salesperf.model.validators import as_tuple, check_choice, require
from salesperf.quality.rule import QualityRule
from salesperf.quality.tally import QualityTally, as_rules
from salesperf.quality.words import DIMENSIONS, NUMBERS, RECORD_KINDS, Dimension, Number
from salesperf.scorecard import Criterion, Score, Scorecard

__all__ = ["QualityReport", "RuleCount", "quality_card"]

_SHARE: Final = Curve([(0, 100), (1, 0)])
"""Points for the share of records in which a rule finds something."""


def quality_card(rules: Mapping[str, QualityRule] | Iterable[QualityRule]) -> Scorecard | None:
    """Make the scorecard of some rules: a card for each dimension, and in it a criterion for each rule.

    Parameters
    ----------
    rules
        As of :func:`audit`.

    Returns
    -------
    Scorecard or None
        Its facts are the shares of records in which each rule finds something, by the key of the rule; ``None`` without rules.
        A rule that could not be asked is left out, and so is a dimension without any. A dimension weighs what its rules do.

    Raises
    ------
    InvalidValueError
        If one is no rule, or two have one key.

    Examples
    --------
    >>> from salesperf.quality import DEFAULT_RULES
    >>> [criterion.key for criterion in quality_card(DEFAULT_RULES).criteria][:2]
    ['completeness', 'validity']
    """
    given = as_rules(rules)
    criteria = []
    for dimension in DIMENSIONS:
        within = [rule for rule in given if rule.dimension == dimension]
        if within:
            parts = [Criterion(rule.key, _SHARE, rule.worth, missing="leave_out", title=rule.title) for rule in within]
            weight = sum(rule.worth for rule in within)
            title = f"quality.dimension.{dimension}"
            criteria.append(Criterion(dimension, Scorecard(parts), weight, missing="leave_out", title=title))
    return Scorecard(criteria) if criteria else None


@attrs.frozen(kw_only=True)
class RuleCount:
    """What a rule found.

    Attributes
    ----------
    rule
        The rule.
    checked
        Records that it is about, and of which it could be told whether it holds.
    found
        Those in which it found something.
    unasked
        Records of its kind of which nothing could be told.

    Examples
    --------
    >>> from salesperf.quality import DEFAULT_RULES
    >>> count = RuleCount(rule=DEFAULT_RULES["deal_without_owner"], checked=8, found=2, unasked=0)
    >>> count.found_share
    Fraction(1, 4)
    >>> print(count.message.text())
    Deals without an owner: 2 of 8 (25.0%). Enter who works on it.
    """

    rule: QualityRule
    checked: int
    found: int
    unasked: int

    @property
    def found_share(self) -> Fraction | None:
        """The share of records in which it found something; ``None`` where none was looked at."""
        return Fraction(self.found, self.checked) if self.checked else None

    @property
    def message(self) -> Message:
        """How much it found, and what to do about it; or that it could not be asked."""
        if not self.checked:
            return Message.of("quality.text.not_asked", title=self.rule.label, fields=self.rule.needs)
        return Message.of(
            "quality.text.found",
            title=self.rule.label,
            found=self.found,
            checked=self.checked,
            share=self.found_share,
            mend=self.rule.mend_message,
        )

    @property
    def rank(self) -> tuple[int, float, str]:
        """The order in which they are shown: gravest first, then by the share in which something was found."""
        return (SEVERITIES.index(self.rule.severity), -float(self.found_share or 0), self.rule.key)


@attrs.frozen(kw_only=True, eq=False, slots=False)
class QualityReport(Result):
    """What an audit says: made by :func:`audit`, or of a tally.

    Attributes
    ----------
    tally
        The counts.
    card
        How the rules make a score; ``None`` where there is no rule.
    findings
        One for each record and rule, gravest first; none where only columns were counted.

    Examples
    --------
    >>> from salesperf.quality import DEFAULT_RULES, audit_columns
    >>> columns = {"owner": np.array(["ada", "bo", "bo", None]), "customer": np.array(["k-1", None, "", "k-2"])}
    >>> rules = [DEFAULT_RULES["deal_without_owner"], DEFAULT_RULES["deal_without_customer"]]
    >>> tally = audit_columns(columns, kind="opportunity", as_of=date(2026, 9, 30), rules=rules)
    >>> report = QualityReport.of_tally(tally)
    >>> print(report.text())
    Data quality as of 2026-09-30: 66.67 of 100.
    Deals: 4, of which 3 with at least one fault (75.0%).
    Serious – Deals without an owner: 1 of 4 (25.0%). Enter who works on it. Weakens: pipeline, forecast, win rate.
    Warning – Deals without a customer: 2 of 4 (50.0%). Enter for which customer it is. Weakens: customers.
    >>> [finding.rule for finding in report.weakening("customers")]
    ['deal_without_customer']
    >>> report.scores_by_owner["ada"]
    100.0
    """

    tally: QualityTally
    card: Scorecard | None
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of_tally(cls, tally: QualityTally, card: Scorecard | None = None, findings: Iterable[Finding] = ()) -> "QualityReport":
        """Make the report of a tally.

        Parameters
        ----------
        tally
            The counts, of one part or merged.
        card
            How the rules make a score; ``None`` for that of :func:`quality_card`.
        findings
            Those of single records.

        Raises
        ------
        InvalidValueError
            If an argument is malformed.

        Examples
        --------
        >>> QualityReport.of_tally(QualityTally.empty(as_of=date(2026, 9, 30), rules=[])).score is None
        True
        """
        require(tally, QualityTally, path=("tally",))
        require(card, Scorecard, type(None), path=("card",))
        items = as_tuple(findings)
        require(items, tuple, path=("findings",))
        for position, finding in enumerate(items):
            require(finding, Finding, path=("findings", position))
        given = quality_card(tally.rules) if card is None else card
        return cls(tally=tally, card=given, findings=tuple(sorted(items, key=lambda finding: finding.rank)))

    @property
    def as_of(self) -> date:
        """The day of the audit."""
        return self.tally.as_of

    @cached_property
    def counts(self) -> tuple[RuleCount, ...]:
        """What each rule found, gravest first."""
        triples = zip(self.tally.rules, self.tally.totals, strict=True)
        counts = [RuleCount(rule=rule, checked=each[0], found=each[1], unasked=each[2]) for rule, each in triples]
        return tuple(sorted(counts, key=lambda count: count.rank))

    @cached_property
    def score(self) -> Score | None:
        """The score of all records, with what it is made of; ``None`` where there is no card."""
        facts = {count.rule.key: count.found_share for count in self.counts}
        return None if self.card is None else self.card.score(facts)

    @property
    def breakdown(self) -> Breakdown:
        """The tree from the shares of records with a fault to the score."""
        return Breakdown(label=Message("scorecard.score"), value=None) if self.score is None else self.score.breakdown

    @cached_property
    def scores_by_owner(self) -> Mapping[str | None, float | None]:
        """The score of the records of each owner; ``None`` where nothing could be told, and as the owner of nobody's."""
        if self.card is None or not self.tally.owners:
            return MappingProxyType(dict.fromkeys(self.tally.owners))
        shares: Column = ratio(self.tally.found.astype(np.float64), self.tally.checked.astype(np.float64))
        scores = self.card.score_columns({rule.key: row for rule, row in zip(self.tally.rules, shares, strict=True)})
        known = [None if np.isnan(score) else score for score in scores.tolist()]
        return MappingProxyType(dict(zip(self.tally.owners, known, strict=True)))

    def of(self, owners: Iterable[str | None]) -> "QualityReport":
        """Return the report of the records of some owners: of the members of a team, say. Its findings are not among them.

        Parameters
        ----------
        owners
            As of :meth:`QualityTally.of`.

        Examples
        --------
        >>> QualityReport.of_tally(QualityTally.empty(as_of=date(2026, 9, 30), rules=[])).of(["ada"]).counts
        ()
        """
        return attrs.evolve(self, tally=self.tally.of(owners), findings=())

    def dimension_share(self, dimension: Dimension) -> Estimate:
        """Return how far records are as a dimension asks, from 0 to 1: its points in the score over 100.

        Of the report of one owner, what an appraisal asks for: ``report.of(["ada"]).dimension_share("completeness")``.

        Parameters
        ----------
        dimension
            One of :data:`DIMENSIONS`.

        Returns
        -------
        Estimate
            Without an interval, since all records were looked at; ``n`` is how many answers its rules gave. Undefined where
            none of its rules could be asked, or the card knows no such dimension.

        Raises
        ------
        InvalidValueError
            If there is no such dimension.

        Examples
        --------
        >>> from salesperf.quality import DEFAULT_RULES, audit_columns
        >>> columns = {"owner": np.array(["ada", "bo", "bo"]), "customer": np.array(["k-1", None, "k-2"])}
        >>> rules = [DEFAULT_RULES["deal_without_customer"]]
        >>> tally = audit_columns(columns, kind="opportunity", as_of=date(2026, 9, 30), rules=rules)
        >>> print(QualityReport.of_tally(tally).of(["bo"]).dimension_share("completeness"))
        0.5, n = 2
        """
        check_choice(dimension, DIMENSIONS, ("dimension",))
        checked = sum(count.checked for count in self.counts if count.rule.dimension == dimension)
        parts = () if self.score is None else self.score.criteria
        points = {part.criterion.key: part.points for part in parts}.get(dimension)
        if points is None:
            return Estimate.undefined(
                Message.of("quality.not_told", dimension=Message(f"quality.dimension.{dimension}")), n=checked
            )
        return Estimate(value=points / 100, n=checked)

    def weakening(self, number: Number) -> tuple[Finding, ...]:
        """Return what weakens a number: a finding for each rule that found something, with how much, gravest first.

        Parameters
        ----------
        number
            One of :data:`NUMBERS`.

        Raises
        ------
        InvalidValueError
            If there is no such number.

        Examples
        --------
        >>> QualityReport.of_tally(QualityTally.empty(as_of=date(2026, 9, 30), rules=[])).weakening("forecast")
        ()
        """
        check_choice(number, NUMBERS, ("number",))
        return tuple(
            Finding(
                rule=count.rule.key,
                message=count.message,
                severity=count.rule.severity,
                field=count.rule.field,
                count=count.found,
            )
            for count in self.counts
            if count.found and number in count.rule.weakens
        )

    @property
    def messages(self) -> tuple[Message, ...]:
        """The score, the records, what was found, and what could not be told, a sentence each."""
        return tuple(self._messages())

    def _messages(self) -> Iterator[Message]:
        value = None if self.score is None else self.score.value
        yield Message.of("quality.text.score" if value is not None else "quality.text.no_score", as_of=self.as_of, score=value)
        for place, kind in enumerate(RECORD_KINDS):
            records, faulty = (int(getattr(self.tally, name)[place].sum()) for name in ("records", "faulty"))
            if records:
                share, name = Fraction(faulty, records), Message(f"quality.kind.{kind}")
                yield Message.of("quality.text.records", kind=name, records=records, faulty=faulty, share=share)
        for count in self.counts:
            if count.found:
                weakened = tuple(Message(f"quality.number.{number}") for number in count.rule.weakens)
                key = "quality.text.rule" if weakened else "quality.text.rule_alone"
                severity = Message(f"severity.{count.rule.severity}")
                yield Message.of(key, severity=severity, found=count.message, numbers=weakened)
        untold = tuple(count.rule.label for count in self.counts if count.unasked and not count.checked)
        if untold:
            yield Message.of("quality.text.untold", titles=untold)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the report in a language, a line for each rule that found something."""
        return "\n".join(message.text(lang, catalogs) for message in self.messages)

    def rows(self) -> list[Row]:
        """Return a row for each rule, gravest first."""
        return [
            {
                "rule": count.rule.key,
                "kind": count.rule.kind,
                "dimension": count.rule.dimension,
                "field": count.rule.field,
                "severity": count.rule.severity,
                "checked": count.checked,
                "found": count.found,
                "unasked": count.unasked,
                "found_share": None if count.found_share is None else float(count.found_share),
            }
            for count in self.counts
        ]

    def finding_rows(self, lang: str = "en", catalogs: Catalogs | None = None) -> list[Row]:
        """Return a row for each finding: which record and field, how grave, the fault, and how to mend it.

        Parameters
        ----------
        lang, catalogs
            As of :meth:`text`.

        Examples
        --------
        >>> QualityReport.of_tally(QualityTally.empty(as_of=date(2026, 9, 30), rules=[])).finding_rows()
        []
        """
        worded = {
            rule.key: (rule.fault_message.text(lang, catalogs), rule.mend_message.text(lang, catalogs))
            for rule in self.tally.rules
        }
        return [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "record": finding.record,
                "field": finding.field,
                "fault": fault,
                "mend": mend,
            }
            for finding in self.findings
            # A finding of the caller's own, by no rule of the audit, says all in its message.
            for fault, mend in [worded.get(finding.rule, (finding.text(lang, catalogs), ""))]
        ]

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        if not isinstance(other, QualityReport):
            return NotImplemented
        return (self.tally, self.card, self.findings) == (other.tally, other.card, other.findings)

    __hash__ = None  # type: ignore[assignment] # as of the tally
