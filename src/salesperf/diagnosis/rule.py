"""A rule of a diagnosis: what it looks for, from which number on, how grave it is, and what to check."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import attrs

from salesperf.diagnosis.evidence import Evidence
from salesperf.diagnosis.words import CAUSES, Cause
from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.finding import SEVERITIES, Finding, Severity
from salesperf.model.message import Message
from salesperf.model.validators import as_python, as_tuple, each, finite, identifier, one_of, optional, place, whole

__all__ = ["DiagnosisRule", "Look"]

Look: TypeAlias = Callable[[Evidence, "DiagnosisRule"], Iterable[Finding]]
"""Looks at the evidence: it yields :meth:`DiagnosisRule.found` for what it finds, and :meth:`DiagnosisRule.cannot_tell` for
what it lacks."""

_MOST: Final = 10**9


def _look(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, type) or not callable(value):
        raise InvalidValueError("wrong_type", path=place(instance, attribute), expected=Callable, value=value)


def _as_threshold(value: float) -> float:
    return as_python(value)


def _as_names(value: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class DiagnosisRule:
    """What to look for in the evidence.

    Parameters
    ----------
    key
        A short name, unique among the rules of a diagnosis.
    cause
        Where the cause lies, one of :data:`CAUSES`.
    look
        What looks: see :data:`Look`.
    threshold
        From which number on it finds something; what is measured, the rule itself says.
    fewest
        How many observations it needs; with fewer it cannot tell.
    severity
        How grave it is where the rule does not say so itself.
    checks
        What to look at next, to tell whether it is so: message keys or plain text.
    title
        What it is called: a message key or plain text; the key where it is not named.
    wording
        What a finding says: a message key or plain text, with the arguments that the rule gives; the title where it is not
        named.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> def look(evidence, rule):
    ...     visits = sum(actual.metric.key == "visits" for actual in evidence.known.actuals)
    ...     if visits < rule.threshold:
    ...         cited = Citation(label=Message("visits"), value=visits, against=rule.threshold, source=Message("actuals"))
    ...         yield rule.found([cited])
    >>> few_visits = DiagnosisRule(key="few_visits", cause="ability", look=look, threshold=5, title="Few visits were made.")
    >>> few_visits.label.text()
    'Few visits were made.'
    """

    key: str = attrs.field(validator=identifier)
    cause: Cause = attrs.field(validator=one_of(*CAUSES))
    look: Look = attrs.field(validator=_look)
    threshold: float = attrs.field(default=0.0, converter=_as_threshold, validator=finite)
    fewest: int = attrs.field(default=1, validator=whole(1, _MOST))
    severity: Severity = attrs.field(default="warning", validator=one_of(*SEVERITIES))
    checks: tuple[str, ...] = attrs.field(default=(), converter=_as_names, validator=each(identifier))
    title: str | None = attrs.field(default=None, validator=optional(identifier))
    wording: str | None = attrs.field(default=None, validator=optional(identifier))

    @property
    def label(self) -> Message:
        """What a reader calls it."""
        return Message(self.title or self.key)

    def found(
        self,
        citations: Iterable[Citation],
        *,
        record: str | None = None,
        severity: Severity | None = None,
        at_stake: Amount | None = None,
        lacks: Message | None = None,
        count: int = 1,
        **arguments: object,
    ) -> Finding:
        """Return a finding of the rule.

        Parameters
        ----------
        citations
            The numbers that it rests on, at least one.
        record
            Whom or what it is about.
        severity
            How grave it is; ``None`` for the rule's.
        at_stake
            How much money hangs on it.
        lacks
            What is missing to tell more.
        count
            How many records it stands for.
        **arguments
            What the wording names.

        Raises
        ------
        InvalidValueError
            If nothing is cited, or a value is malformed.

        Examples
        --------
        >>> rule = DiagnosisRule(key="few_visits", cause="ability", look=lambda evidence, rule: ())
        >>> cited = Citation(label=Message("visits"), value=3, source=Message("actuals"))
        >>> rule.found([cited]).severity
        'warning'
        """
        cited = tuple(citations)
        if not cited:
            raise InvalidValueError("too_few", path=("citations",), low=1, value=0)
        message = Message.of(self.wording, **arguments) if self.wording else self.label
        return Finding(
            rule=self.key,
            message=message,
            severity=severity or self.severity,
            record=record,
            citations=cited,
            checks=tuple(map(Message, self.checks)),
            at_stake=at_stake,
            lacks=lacks,
            count=count,
        )

    def cannot_tell(self, lacks: Message) -> Finding:
        """Return the finding that the rule cannot tell, since something is lacking.

        Examples
        --------
        >>> rule = DiagnosisRule(key="few_visits", cause="ability", look=lambda evidence, rule: (), title="Few visits")
        >>> rule.cannot_tell(Message("visits on record")).text()
        'Cannot tell about "Few visits": visits on record.'
        """
        message = Message.of("diagnosis.cannot_tell", rule=self.label, lacks=lacks)
        return Finding(rule=self.key, message=message, severity="info", lacks=lacks)
