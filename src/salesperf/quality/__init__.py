"""Data quality: what is left out, wrong, entered twice, contradictory, out of date or against the process; what it weakens."""

from salesperf.quality.auditing import audit, audit_columns, find_rows
from salesperf.quality.checks import (
    Above,
    Among,
    Before,
    Check,
    Judged,
    Malformed,
    NotAbove,
    NotAmong,
    NotEntered,
    OlderThan,
    Repeated,
    Untrue,
)
from salesperf.quality.defaults import DEFAULT_RULES
from salesperf.quality.fuzzy import MOST_COMPARED, Resembling
from salesperf.quality.report import QualityReport, RuleCount, quality_card
from salesperf.quality.rule import SEVERITY_WEIGHTS, QualityRule
from salesperf.quality.table import Table
from salesperf.quality.tally import QualityTally
from salesperf.quality.words import DIMENSIONS, NUMBERS, RECORD_KINDS, Dimension, Number, RecordKind

__all__ = [
    "DEFAULT_RULES",
    "DIMENSIONS",
    "MOST_COMPARED",
    "NUMBERS",
    "RECORD_KINDS",
    "SEVERITY_WEIGHTS",
    "Above",
    "Among",
    "Before",
    "Check",
    "Dimension",
    "Judged",
    "Malformed",
    "NotAbove",
    "NotAmong",
    "NotEntered",
    "Number",
    "OlderThan",
    "QualityReport",
    "QualityRule",
    "QualityTally",
    "RecordKind",
    "Repeated",
    "Resembling",
    "RuleCount",
    "Table",
    "Untrue",
    "audit",
    "audit_columns",
    "find_rows",
    "quality_card",
]
