"""Diagnosis: why things are as they are, by rules that say what they rest on; and what became of what was decided."""

from salesperf.diagnosis.contradicting import CONTRADICTIONS, Contradiction, ContradictionKind, contradictions
from salesperf.diagnosis.diagnosing import diagnose
from salesperf.diagnosis.evidence import Evidence
from salesperf.diagnosis.following import ActionLine, FollowThrough, find_cases, follow_through
from salesperf.diagnosis.registry import DEFAULT_RULES
from salesperf.diagnosis.rule import DiagnosisRule, Look
from salesperf.diagnosis.words import CAUSES, FACTOR_CAUSES, Cause

__all__ = [
    "CAUSES",
    "CONTRADICTIONS",
    "DEFAULT_RULES",
    "FACTOR_CAUSES",
    "ActionLine",
    "Cause",
    "Contradiction",
    "ContradictionKind",
    "DiagnosisRule",
    "Evidence",
    "FollowThrough",
    "Look",
    "contradictions",
    "diagnose",
    "find_cases",
    "follow_through",
]
