"""The diagnosis within a review: what every rule finds in the sections, and which findings speak against each other."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from salesperf.diagnosis import Contradiction, DiagnosisRule, Evidence, contradictions, diagnose
from salesperf.model.finding import Finding
from salesperf.review.grounds import Grounds

if TYPE_CHECKING:
    from salesperf.review.whole import Review

__all__ = ["evidence_of", "find_causes"]

_OF_TEAMS: Final = frozenset({"low_morale", "unfair_plan"})
"""Rules that say nothing of a single rep: who leaves, how a team says that it is, how targets compare."""


def find_causes(
    review: "Review", grounds: Grounds, rules: Iterable[DiagnosisRule]
) -> tuple[tuple[Finding, ...], tuple[Contradiction, ...]]:
    """Ask every rule, and say which of what they find speaks against each other.

    Parameters
    ----------
    review
        All sections that a rule may look at.
    grounds
        What they were computed from.
    rules
        Which rules.
    """
    evidence = evidence_of(review, grounds)
    if evidence is None:
        return (), ()
    asked = [rule for rule in rules if rule.key not in _OF_TEAMS or grounds.owner not in grounds.org.rep_by_id]
    found = diagnose(evidence, rules=asked)
    return found, contradictions(found, evidence, rules=asked)


def evidence_of(review: "Review", grounds: Grounds) -> Evidence | None:
    """Hand the sections of a review over as evidence, at the end of the last day of the period so far.

    Parameters
    ----------
    review
        All sections that a rule may look at.
    grounds
        What they were computed from.

    Returns
    -------
    Evidence or None
        ``None`` where the owner was not known by then.
    """
    owner, org = grounds.owner, grounds.then.org
    if owner is not None and not org.knows(owner):
        return None
    own = [section for section in review.metrics if section.owner == owner]
    attainments = [section.attainment for section in own]
    members = [member.attainment for section in own for member in section.members if not member.is_team]
    return Evidence(
        records=grounds.then,
        owner=owner,
        period=grounds.period,
        as_of=grounds.passed.last,
        attainments=attainments,
        # Of a rep there are no members but the rep.
        member_attainments=attainments if owner in org.rep_by_id else members,
        closed=[section.closed for section in review.deals],
        closed_before=() if review.variance is None else review.variance.closed_before,
        quality=review.quality.report,
        channels=None if review.channels is None else review.channels.report,
        purchases=None if review.customers is None else review.customers.purchases,
        lifecycle=None if review.customers is None else review.customers.lifecycle,
        fairness=None if review.team is None else review.team.fairness,
        variances=() if review.variance is None else review.variance.by_factor,
        # What may not be told may not be cited either.
        pulses=() if review.team is None else (survey for line in review.team.pulses for survey in line.surveys),
    )
