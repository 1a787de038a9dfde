"""What a reader should know of the objectives of a review: what lags, what is silent, and which score rests on little."""

from collections.abc import Iterator
from typing import Final

from salesperf.model.finding import Finding, Severity
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.okr import ObjectiveScore
from salesperf.review.objectives import SILENT_DAYS, ObjectiveLine, ObjectiveSection

__all__ = ["find_in_objectives"]

_LEAST_COVERAGE: Final = 0.5
"""A score on less than this share of the weight may come to anything when the rest is known."""


def find_in_objectives(section: ObjectiveSection, org: Org) -> Iterator[Finding]:
    """Go through what lags behind, what is silent, and what weakens the scores.

    Parameters
    ----------
    section
        The numbers.
    org
        Who is who.
    """
    for line in section.lines:
        if isinstance(line.score, ObjectiveScore):
            yield from _find_in_score(line.score, org.called(line.owner))
            # Of what stands between, the objectives below it tell.
            if line.level == 0 or line.score.objective.key_results:
                yield from _resting_on_little(line.score)
    yield from _silent(section, org)


def _find_in_score(score: ObjectiveScore, owner: object) -> Iterator[Finding]:
    if score.status == "off_track":
        yield _about(score, "objective_off_track", owner=owner, score=score.value, expected=score.expected)
    if score.is_disagreeing:
        yield _about(score, "objective_disagreeing", severity="info", stated=score.stated, computed=score.computed)


def _silent(section: ObjectiveSection, org: Org) -> Iterator[Finding]:
    """Notice owners who have not said for long how far something is."""
    held: dict[str | None, list[ObjectiveLine]] = {}
    for line in section.silent:
        held.setdefault(line.owner, []).append(line)
    for owner, lines in sorted(held.items(), key=lambda pair: pair[0] or ""):
        message = Message.of(
            "finding.objectives_silent",
            owner=org.called(owner),
            number=len(lines),
            of=sum(line.is_leaf and line.owner == owner for line in section.lines),
            days=SILENT_DAYS,
            longest=max(line.silent_days or 0 for line in lines),
        )
        yield Finding(rule="objectives_silent", message=message, record=owner, count=len(lines))


def _resting_on_little(score: ObjectiveScore) -> Iterator[Finding]:
    coverage = score.coverage
    if not score.has_begun or coverage.weight_share >= _LEAST_COVERAGE:
        return
    if score.value is None:
        yield _about(score, "objective_unscored")
    else:
        share = coverage.weight_share
        yield _about(score, "objective_coverage", scored=coverage.scored, leaves=coverage.leaves, share=share)


def _about(about: ObjectiveScore, rule: str, *, severity: Severity = "warning", **arguments: object) -> Finding:
    message = Message.of(f"finding.{rule}", title=about.label, **arguments)
    return Finding(rule=rule, severity=severity, message=message, record=about.objective.id)
