"""How findings cite what was attained: the share of the target, and the pace with its range."""

from salesperf.attainment import Attainment
from salesperf.diagnosis.evidence import Evidence
from salesperf.model.citation import Citation
from salesperf.model.message import Message
from salesperf.model.rule import BreakdownValue
from salesperf.model.target import scoped_title

__all__ = ["cited_attainment", "cited_pace"]


def cited_attainment(attainment: Attainment, evidence: Evidence) -> tuple[Citation, ...]:
    """Cite which share of a target was attained, which is known, and the pace, whose range tells how sure it is.

    Parameters
    ----------
    attainment
        Of the target.
    evidence
        What the diagnosis looks at.
    """
    target = attainment.target
    title = scoped_title(target.metric, target.scope)
    source = Message.of("diagnosis.source.attainment", period=target.period)
    ratio = Citation(label=title, value=attainment.ratio, against=1, is_share=True, source=source)
    return (ratio,) if attainment.pace.value is None else (ratio, cited_pace(attainment, evidence, 1, source))


def cited_pace(attainment: Attainment, evidence: Evidence, against: BreakdownValue, source: Message) -> Citation:
    """Cite the pace of an owner.

    Parameters
    ----------
    attainment
        Of a target of that owner; its pace is known.
    evidence
        What the diagnosis looks at.
    against
        What it is held against.
    source
        Where it came from.
    """
    target = attainment.target
    label = Message.of(
        "diagnosis.cited.pace", name=evidence.label(target.owner), metric=scoped_title(target.metric, target.scope)
    )
    return Citation.of(label, attainment.pace, against=against, source=source, is_share=True)
