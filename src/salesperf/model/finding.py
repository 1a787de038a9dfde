"""A finding: something noticed in data or results, with where, how grave, and what it means."""

from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.model.validators import day, identifier, of_type, one_of, optional, whole

__all__ = ["SEVERITIES", "Finding", "Severity"]

Severity: TypeAlias = Literal["serious", "warning", "info"]
SEVERITIES: Final[tuple[Severity, ...]] = ("serious", "warning", "info")
"""Gravest first: a serious finding makes a number wrong, a warning weakens it, an info explains it."""


@attrs.frozen(kw_only=True)
class Finding:
    """Something noticed.

    Parameters
    ----------
    rule
        The short name of the rule that found it.
    message
        What it says, in any language.
    severity
        One of :data:`SEVERITIES`.
    record
        Where: a file and line, or the reference or owner that it is about.
    field
        Which field of the record.
    on
        The day from which it could be known; ``None`` for always.
    count
        How many records it stands for.

    Examples
    --------
    >>> finding = Finding(rule="unknown_column", message=Message("ignored"), severity="info", record="reps.csv")
    >>> finding.count
    1
    """

    rule: str = attrs.field(validator=identifier)
    message: Message = attrs.field(validator=of_type(Message))
    severity: Severity = attrs.field(default="warning", validator=one_of(*SEVERITIES))
    record: str | None = attrs.field(default=None, validator=optional(identifier))
    field: str | None = attrs.field(default=None, validator=optional(identifier))
    on: date | None = attrs.field(default=None, validator=optional(day))
    count: int = attrs.field(default=1, validator=whole(1, INT64_MAX))

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the finding for a reader."""
        return self.message.text(lang, catalogs)

    @property
    def rank(self) -> tuple[int, str, str, str]:
        """The order in which findings are shown: gravest first, then by rule, record and field."""
        return (SEVERITIES.index(self.severity), self.rule, self.record or "", self.field or "")
