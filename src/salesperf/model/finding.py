"""A finding: something noticed in data or results, with where, how grave, what it rests on, and what it means."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.message import Message
from salesperf.model.validators import as_tuple, day, each, identifier, of_type, one_of, optional, whole

__all__ = ["SEVERITIES", "Finding", "Severity"]

Severity: TypeAlias = Literal["serious", "warning", "info"]
SEVERITIES: Final[tuple[Severity, ...]] = ("serious", "warning", "info")
"""Gravest first: a serious finding makes a number wrong, a warning weakens it, an info explains it."""


def _as_citations(value: Iterable[Citation]) -> tuple[Citation, ...]:
    return as_tuple(value)


def _as_checks(value: Iterable[Message]) -> tuple[Message, ...]:
    return as_tuple(value)


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
    citations
        The numbers that it rests on, each with where it came from.
    checks
        What to look at next, to tell whether it is so.
    at_stake
        How much money hangs on it, where that can be told.
    lacks
        What is missing to tell more; with no citation, the rule cannot tell at all.

    Examples
    --------
    >>> finding = Finding(rule="unknown_column", message=Message("ignored"), severity="info", record="reps.csv")
    >>> finding.count
    1
    >>> Finding(rule="low_morale", message=Message("cannot tell"), lacks=Message("a pulse survey")).is_untold
    True
    """

    rule: str = attrs.field(validator=identifier)
    message: Message = attrs.field(validator=of_type(Message))
    severity: Severity = attrs.field(default="warning", validator=one_of(*SEVERITIES))
    record: str | None = attrs.field(default=None, validator=optional(identifier))
    field: str | None = attrs.field(default=None, validator=optional(identifier))
    on: date | None = attrs.field(default=None, validator=optional(day))
    count: int = attrs.field(default=1, validator=whole(1, INT64_MAX))
    citations: tuple[Citation, ...] = attrs.field(default=(), converter=_as_citations, validator=each(of_type(Citation)))
    checks: tuple[Message, ...] = attrs.field(default=(), converter=_as_checks, validator=each(of_type(Message)))
    at_stake: Amount | None = attrs.field(default=None, validator=optional(of_type(Amount)))
    lacks: Message | None = attrs.field(default=None, validator=optional(of_type(Message)))

    @property
    def is_untold(self) -> bool:
        """Whether it says no more than that nothing can be told."""
        return self.lacks is not None and not self.citations

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the finding for a reader."""
        return self.message.text(lang, catalogs)

    def full_text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the finding with all that it rests on, a line each: numbers, money at stake, what is lacking, what to check.

        Examples
        --------
        >>> orders = Citation(label=Message("metric.orders"), value=3, against=9, source=Message("orders.csv"))
        >>> seen = Finding(
        ...     rule="few_orders", message=Message("There are few orders."), citations=[orders], checks=[Message("ask Ada")]
        ... )
        >>> print(seen.full_text())
        There are few orders.
        - Orders: 3, against 9; from orders.csv
        - To check: ask Ada
        """
        lines = [self.text(lang, catalogs), *(f"- {line.text(lang, catalogs)}" for line in self._lines())]
        return "\n".join(lines)

    def _lines(self) -> Iterator[Citation | Message]:
        yield from self.citations
        if self.at_stake is not None:
            yield Message.of("finding.at_stake", amount=self.at_stake)
        if self.lacks is not None and self.citations:
            yield Message.of("finding.lacks", lacks=self.lacks)
        for check in self.checks:
            yield Message.of("finding.check", check=check)

    @property
    def rank(self) -> tuple[int, str, str, str]:
        """The order in which findings are shown: gravest first, then by rule, record and field."""
        return (SEVERITIES.index(self.severity), self.rule, self.record or "", self.field or "")
