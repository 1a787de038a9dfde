"""The closed sets of words of an audit: what data can lack, which records there are, which numbers a fault weakens."""

from typing import Final, Literal, TypeAlias

__all__ = ["DIMENSIONS", "NUMBERS", "RECORD_KINDS", "Dimension", "Number", "RecordKind"]

Dimension: TypeAlias = Literal["completeness", "validity", "uniqueness", "consistency", "timeliness", "conformity"]
DIMENSIONS: Final[tuple[Dimension, ...]] = (
    "completeness",
    "validity",
    "uniqueness",
    "consistency",
    "timeliness",
    "conformity",
)
"""What can be wrong with data: left out (漏录), entered wrongly (错录), entered twice, contradicting each other, out of date,
or against the sales process."""

RecordKind: TypeAlias = Literal["opportunity", "lead", "customer", "contact", "actual", "rep"]
RECORD_KINDS: Final[tuple[RecordKind, ...]] = ("opportunity", "lead", "customer", "contact", "actual", "rep")
"""What is audited: each kind is a table with a row for each record."""

Number: TypeAlias = Literal[
    "attainment", "pipeline", "forecast", "win_rate", "cycle_days", "funnel", "channels", "follow_up", "customers"
]
NUMBERS: Final[tuple[Number, ...]] = (
    "attainment",
    "pipeline",
    "forecast",
    "win_rate",
    "cycle_days",
    "funnel",
    "channels",
    "follow_up",
    "customers",
)
"""What a fault can weaken: a group of numbers of a review."""
