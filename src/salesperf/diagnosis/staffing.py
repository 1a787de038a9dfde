"""What may be wrong with people and plan: low morale, a weak ramp, targets that ask too much of some."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from salesperf.allocation import FairnessLine
from salesperf.attainment import Attainment
from salesperf.diagnosis.citing import cited_pace
from salesperf.diagnosis.comparing import count_ratio
from salesperf.diagnosis.evidence import Evidence
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.finding import Finding, Severity
from salesperf.model.message import Message
from salesperf.model.target import Actual
from salesperf.risk import attrition

if TYPE_CHECKING:
    from salesperf.diagnosis.rule import DiagnosisRule

__all__ = [
    "ACTIVITY_METRICS",
    "activities",
    "is_sign",
    "look_for_low_morale",
    "look_for_unfair_plan",
    "look_for_weak_ramp",
    "share_beyond_fair",
]

ACTIVITY_METRICS: Final = frozenset({"visits", "calls", "proposals"})
"""Keys of the metrics that count what people do, whatever comes of it."""

_LOW_ANSWERS: Final = 0.3
_ATTRITION: Final = 0.15
_ACTIVITY: Final = 0.8
"""Morale is doubted from so many low answers, from so many who leave, and below so much of the activity before."""
_OF_ACTIVITY: Final = Message("diagnosis.cited.activity")
_BY_SIGNS: Final[tuple[Severity, ...]] = ("info", "warning", "serious")
_NEW_FOR: Final = timedelta(days=365)
_MOST_CITED: Final = 5


def look_for_low_morale(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice low answers in the last pulse survey, people who leave, and less activity: one sign is a note, three are grave.

    The threshold is how many signs at least.
    """
    signs = {"pulse": _pulse(evidence, rule), "attrition": _attrition(evidence, rule), "activity": _activity(evidence, rule)}
    lacking = tuple(Message(f"diagnosis.sign.{name}") for name, sign in signs.items() if sign is None)
    told = [sign for sign in signs.values() if sign is not None]
    bad = sum(map(is_sign, told))
    lacks = Message.of("diagnosis.lacks.signs", signs=lacking) if lacking else None
    if told and bad >= rule.threshold:
        severity = _BY_SIGNS[min(bad, len(_BY_SIGNS)) - 1]
        yield rule.found(told, severity=severity, lacks=lacks, signs=bad, of=len(told))
    elif lacks is not None:
        yield rule.cannot_tell(lacks)


def is_sign(cited: Citation) -> bool:
    """Tell whether what is cited of morale speaks for a low one: many answer low or leave, or less is done by more than chance.

    Parameters
    ----------
    cited
        A share held against that from which it is a sign.
    """
    value, against = cited.value, cited.against
    if not isinstance(value, float) or not isinstance(against, float):
        return False  # cited by a rule of somebody else
    if cited.label == _OF_ACTIVITY:
        return value < against and cited.high is not None and cited.high < 1
    return value >= against


def _pulse(evidence: Evidence, rule: "DiagnosisRule") -> Citation | None:
    """Return the low answers of the last survey."""
    surveys = [survey for survey in evidence.known_pulses if survey.answers >= rule.fewest]
    if not surveys:
        return None
    last = surveys[-1].on
    # Of several teams asked on one day the lowest is heard: a mean would hide it.
    asked = [survey for survey in surveys if survey.on == last]
    survey = max(asked, key=lambda one: (one.low_share.value or 0.0, one.owner or ""))
    share = survey.low_share
    source = Message.of("diagnosis.source.pulse", on=survey.on, rate=survey.response_rate)
    return Citation.of(Message("diagnosis.cited.low_answers"), share, against=_LOW_ANSWERS, source=source, is_share=True)


def _attrition(evidence: Evidence, rule: "DiagnosisRule") -> Citation | None:
    """Return the share of people who left within a year."""
    left = attrition(evidence.known.org, owner=evidence.owner, as_of=evidence.as_of)
    if left.value is None or left.n < rule.fewest:
        return None
    source = Message.of("diagnosis.source.org", as_of=evidence.as_of)
    return Citation.of(Message("risk.cited.attrition"), left, against=_ATTRITION, source=source, is_share=True)


def _activity(evidence: Evidence, rule: "DiagnosisRule") -> Citation | None:
    """Return activity over that of as many workdays before."""
    if evidence.before is None:
        return None
    counted = [(actual.on, int(actual.amount.decimal)) for actual in activities(evidence)]
    now, before = (sum(number for on, number in counted if on in period) for period in (evidence.passed, evidence.before))
    if now + before < rule.fewest or not before:
        return None
    ratio = count_ratio(now, before)
    source = Message.of("diagnosis.source.activity", period=evidence.passed, before=evidence.before)
    return Citation.of(_OF_ACTIVITY, ratio, against=_ACTIVITY, source=source, is_share=True)


def activities(evidence: Evidence) -> Iterator[Actual]:
    """Yield the entries of what people under the owner did, whatever came of it, on any day.

    Parameters
    ----------
    evidence
        What is known.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Org, Period, Records, Rep
    >>> known = Records(org=Org(reps=[Rep(id="ada")]))
    >>> evidence = Evidence(records=known, owner=None, period=Period.month(2026, 9), as_of=date(2026, 9, 30))
    >>> list(activities(evidence))
    []
    """
    for actual in evidence.known.actuals:
        is_counted = actual.metric.key in ACTIVITY_METRICS and actual.metric.dimension == "count"
        if is_counted and evidence.holds(actual.owner) and actual.amount.minor > 0:
            yield actual


def look_for_weak_ramp(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice reps hired within a year who stay behind what is owed of them, which their ramp has already cut.

    The threshold is the pace below which they do.
    """
    reps = [rep for rep in evidence.known.org.reps if rep.kind == "employee" and evidence.holds(rep.id)]
    if all(rep.hired is None for rep in reps):
        yield rule.cannot_tell(Message("diagnosis.lacks.hired"))
        return
    fresh = {rep.id for rep in reps if rep.hired is not None and evidence.as_of - rep.hired < _NEW_FOR}
    told = [each for each in evidence.member_attainments if each.target.owner in fresh and each.is_flow]
    missing = sorted(fresh - {each.target.owner for each in told})
    if missing:
        yield rule.cannot_tell(Message.of("diagnosis.lacks.attainment_of", names=tuple(map(evidence.label, missing))))
    for owner in sorted(fresh - set(missing)):
        yield from _behind_in_ramp(owner, [each for each in told if each.target.owner == owner], evidence, rule)


def _behind_in_ramp(owner: str, attainments: list[Attainment], evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Find a new rep behind in one metric or more, in one finding."""
    unpaced = [each for each in attainments if each.pace.value is None]
    if len(unpaced) == len(attainments):
        reason = unpaced[0].pace.reason or Message("reason.no_target")
        yield rule.cannot_tell(Message.of("diagnosis.lacks.pace", name=evidence.label(owner), reason=reason))
        return
    behind = [each for each in attainments if each.pace.value is not None and each.pace.value < rule.threshold]
    if not behind:
        return
    behind.sort(key=lambda each: (each.target.metric.key, each.target.key.order))
    gaps = [gap for each in behind if (gap := evidence.gap_of(each)) is not None]
    is_sure = any(each.pace.high is not None and each.pace.high < rule.threshold for each in behind)
    yield rule.found(
        [_cited_pace(each, evidence, rule) for each in behind[:_MOST_CITED]],
        record=owner,
        severity="warning" if is_sure else "info",
        # Metrics of money measure the same sales: their gaps do not add up.
        at_stake=max(gaps, key=lambda gap: gap.decimal, default=None),
        name=evidence.label(owner),
    )


def _cited_pace(attainment: Attainment, evidence: Evidence, rule: "DiagnosisRule") -> Citation:
    rep = evidence.known.org.rep_by_id[attainment.target.owner or ""]
    source = Message.of("diagnosis.source.ramp", hired=rep.hired, months=len(rep.ramp))
    return cited_pace(attainment, evidence, rule.threshold, source)


def look_for_unfair_plan(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice targets that ask of some far more than of others, by potential and by capacity: the two may contradict each other.

    The threshold is the share of owners beyond the tolerance of the audit from which it is unfair.
    """
    if evidence.fairness is None:
        yield rule.cannot_tell(Message("diagnosis.lacks.fairness"))
        return
    audit = evidence.fairness
    for measure in audit.measures:
        lines = [line for line in audit.lines if line.yardstick == measure.yardstick and line.index is not None]
        beyond = [line for line in lines if line.beyond]
        if not beyond or len(beyond) / len(lines) < rule.threshold:
            continue
        yardstick = Message(f"diagnosis.yardstick.{measure.yardstick}")
        source = Message.of("diagnosis.source.fairness", tolerance=audit.tolerance)
        farthest = sorted(beyond, key=lambda line: (-abs((line.index or 0.0) - 1), line.owner or ""))
        cited = [
            Citation(
                label=Message.of("diagnosis.cited.fairness_index", name=evidence.label(line.owner), yardstick=yardstick),
                value=line.index,
                against=1,
                source=source,
            )
            for line in farthest[:_MOST_CITED]
        ]
        beyond_fair = [line.target.times(share) for line in beyond if (share := share_beyond_fair(line)) > 0]
        is_money = bool(beyond_fair) and beyond_fair[0].unit.dimension == "money"
        at_stake = Amount.total(beyond_fair, beyond_fair[0].unit) if is_money else None
        yield rule.found(
            cited,
            record=measure.yardstick,
            at_stake=at_stake,
            count=len(beyond),
            beyond=len(beyond),
            owners=len(lines),
            yardstick=yardstick,
        )


def share_beyond_fair(line: FairnessLine) -> Fraction:
    """Return which share of a target is more than a fair one would be; 0 where it is no more.

    Parameters
    ----------
    line
        An owner's target against a yardstick.

    Examples
    --------
    >>> from salesperf import CNY
    >>> asked, able = Amount.of(900, CNY), Fraction(20)
    >>> line = FairnessLine(
    ...     owner="ada", yardstick="capacity", target=asked, value=able, ratio=45.0, index=1.25, beyond=True
    ... )
    >>> share_beyond_fair(line)
    Fraction(1, 5)
    """
    return 1 - 1 / Fraction(line.index) if line.index is not None and line.index > 1 else Fraction(0)
