"""Hot, warm or cold: the temperature of a lead from its touches."""

from datetime import date
from types import MappingProxyType
from typing import Final

from salesperf.errors import InvalidValueError
from salesperf.grading.graded import GradedLead
from salesperf.grading.warmth import STANDARD_TEMPERATURE, TemperaturePolicy, Warmth
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.validators import check_date, require

__all__ = ["grade_word", "temperature"]

_MOST_REASONS: Final = 3
_SHOWN_DIGITS: Final = 2
"""What fades to 0.00 in print is no reason any more."""
_WORDS: Final = MappingProxyType(
    {"Hot": "grading.temperature.hot", "Warm": "grading.temperature.warm", "Cold": "grading.temperature.cold"}
)
"""What a reader sees of the labels of the standard bands; labels of the user's own are shown as they are."""


def temperature(
    lead: Lead, *, as_of: date, policy: TemperaturePolicy = STANDARD_TEMPERATURE, previous: str | None = None
) -> GradedLead:
    """Tell how warm a lead is: what its touches are worth by now.

    Parameters
    ----------
    lead
        The lead. Touches after the day are not looked at.
    as_of
        The day, to its end.
    policy
        What touches are worth, and how fast that fades.
    previous
        The label before, for bands with a margin; ``None`` for none.

    Returns
    -------
    GradedLead
        With the label of the band, ``"Hot"``, ``"Warm"`` or ``"Cold"`` by the standard policy.

    Raises
    ------
    InvalidValueError
        If an argument is of another kind, or the lead began after the day.
    UnknownNameError
        If there is no band of the name of the previous one.

    Notes
    -----
    See :class:`TemperaturePolicy`.

    Examples
    --------
    >>> from salesperf import LeadChange, Touch
    >>> began = LeadChange(date(2026, 9, 1), status="new")
    >>> touches = [Touch(date(2026, 9, 1), "web_form"), Touch(date(2026, 9, 3), "visit", outcome="interested")]
    >>> lead = Lead(id="l-1", history=[began], touches=touches)
    >>> [temperature(lead, as_of=date(2026, 9, day)).grade for day in (2, 3, 9, 24)]
    ['Cold', 'Warm', 'Warm', 'Cold']
    """
    require(lead, Lead, path=("lead",))
    require(policy, TemperaturePolicy, path=("policy",))
    check_date(as_of, ("as_of",))
    if lead.as_of(as_of) is None:
        raise InvalidValueError("lead_begins_later", path=("as_of",), began=lead.created, value=as_of)
    warmth = policy.score(lead.touches, as_of=as_of)
    grade = policy.bands.band(warmth.value, previous)
    assert grade is not None  # noqa: S101 - the policy has a band for every sum
    messages = (Message.of("scorecard.text.banded", score=warmth.value, band=grade_word(grade)), *_reasons(warmth))
    return GradedLead(lead=lead.id, as_of=as_of, grade=grade, basis=warmth, messages=messages)


def grade_word(label: str) -> Message:
    """Return what a reader sees of a label."""
    return Message(_WORDS.get(label, label))


def _reasons(warmth: Warmth) -> list[Message]:
    """Tell the strongest entries for and against."""
    told = []
    for key, sign in (("reasons_for", 1), ("reasons_against", -1)):
        entries = [entry for entry in warmth.entries if sign * round(entry.value, _SHOWN_DIGITS) > 0]
        strongest = sorted(entries, key=lambda entry: -abs(entry.value))[:_MOST_REASONS]
        reasons = tuple(Message.of("grading.warmth.reason", entry=entry.message, value=entry.value) for entry in strongest)
        if reasons:
            told.append(Message.of(f"scorecard.text.{key}", reasons=reasons))
    return told
