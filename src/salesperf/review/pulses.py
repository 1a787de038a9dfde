"""Pulse surveys of a review: how people say that they are, and how they said so before, where nobody can be singled out."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from salesperf.kernels.proportion import newcombe
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.pulse import PulseSurvey

__all__ = ["FEWEST_ANSWERS", "PulseLine", "Pulses", "pulses_of"]

FEWEST_ANSWERS: Final = 5
"""Of fewer answers nothing is told, nor of as few that are left when others are taken away: they would speak for persons."""


@attrs.frozen(kw_only=True)
class PulseLine:
    """The last pulse survey of a team in the days of a review, held against the one before.

    Attributes
    ----------
    survey : PulseSurvey
    before : PulseSurvey or None
        The survey of the same team before it; ``None`` where there was none, or it may not be told.
    change : Estimate
        The share of low answers less that of before, a difference of fractions with Newcombe's interval; undefined without a
        survey before.

    Examples
    --------
    >>> from datetime import date
    >>> first = PulseSurvey(on=date(2026, 6, 20), counts=[1, 1, 4, 8, 6])
    >>> line = PulseLine.of(PulseSurvey(on=date(2026, 9, 20), counts=[3, 4, 5, 6, 2]), first)
    >>> round(line.change.value, 2), line.change.n
    (0.25, 40)
    """

    survey: PulseSurvey
    before: PulseSurvey | None
    change: Estimate

    @property
    def surveys(self) -> tuple[PulseSurvey, ...]:
        """The survey, and the one before where that may be told."""
        return (self.survey,) if self.before is None else (self.survey, self.before)

    @classmethod
    def of(cls, survey: PulseSurvey, before: PulseSurvey | None) -> "PulseLine":
        """Hold a survey against the one before.

        Parameters
        ----------
        survey
            With at least one answer.
        before
            With at least one answer, if any.

        Examples
        --------
        >>> from datetime import date
        >>> PulseLine.of(PulseSurvey(on=date(2026, 9, 20), counts=[3, 4, 5, 6, 2]), None).change.value is None
        True
        """
        if before is None:
            return cls(survey=survey, before=None, change=Estimate.undefined(Message("review.reason.no_survey_before")))
        counts = (survey.low_answers, survey.answers, before.low_answers, before.answers)
        interval = newcombe(*counts)
        value = survey.low_answers / survey.answers - before.low_answers / before.answers
        # At the ends of the range rounding may leave the difference a hair outside.
        low, high = min(interval.low, value), max(interval.high, value)
        change = Estimate(value=value, low=low, high=high, n=survey.answers + before.answers)
        return cls(survey=survey, before=before, change=change)


@attrs.frozen(kw_only=True)
class Pulses:
    """The pulse surveys that a review may tell.

    Attributes
    ----------
    lines : tuple of PulseLine
        Of the owner first, then of the teams below, each team before those under it.
    withheld : int
        How many surveys of the days are not told, for they would speak for persons.

    Examples
    --------
    >>> from datetime import date
    >>> few = PulseSurvey(on=date(2026, 9, 20), counts=[1, 2])
    >>> pulses_of([few], Org(), None, Period.quarter(2026, 3)).withheld
    1
    """

    lines: tuple[PulseLine, ...]
    withheld: int


def pulses_of(surveys: Iterable[PulseSurvey], org: Org, owner: str | None, passed: Period) -> Pulses:
    """Take the last survey of the owner and of each team below, and the one before each.

    Parameters
    ----------
    surveys
        What was known at the end of the last of the days, in any order.
    org
        Which team is under which.
    owner
        A team, or ``None`` for the company.
    passed
        The days of the period so far.

    Notes
    -----
    A team is told where it has at least 5 answers, and where the answers of the team above it, less those of the teams under
    that one that are told, are none or at least 5: else the smallest of these is withheld too. Nothing is told of the teams
    under one that is not told.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Team
    >>> org = Org(teams=[Team(id="east"), Team(id="west")])
    >>> on = date(2026, 9, 20)
    >>> asked = {None: [2, 4, 6], "east": [1, 3, 5], "west": [1, 1, 1]}
    >>> surveys = [PulseSurvey(on=on, owner=owner, counts=counts) for owner, counts in asked.items()]
    >>> told = pulses_of(surveys, org, None, Period.quarter(2026, 3))
    >>> [line.survey.owner for line in told.lines], told.withheld
    ([None], 2)
    """
    under = {owner, *org.teams_under(owner)}
    by_day = sorted((survey for survey in surveys if survey.owner in under), key=lambda survey: survey.on)
    last = {survey.owner: survey for survey in by_day if survey.on in passed}
    before = {survey.owner: survey for survey in by_day if survey.owner in last and survey.on < last[survey.owner].on}
    told_before = dict(_told(before, org, owner))
    lines = tuple(PulseLine.of(survey, told_before.get(asked)) for asked, survey in _told(last, org, owner))
    return Pulses(lines=lines, withheld=len(last) - len(lines))


def _told(surveys: Mapping[str | None, PulseSurvey], org: Org, owner: str | None) -> Iterator[tuple[str | None, PulseSurvey]]:
    """Yield the surveys of a round that may be told, from the owner down."""
    own = surveys.get(owner)
    if own is not None and own.answers < FEWEST_ANSWERS:
        return
    if own is not None:
        yield owner, own
    below = [survey for team in _next_asked(surveys, org, owner) if (survey := surveys[team]).answers >= FEWEST_ANSWERS]
    below.sort(key=lambda survey: (survey.answers, survey.owner or ""))
    while own is not None and below and 0 < own.answers - sum(survey.answers for survey in below) < FEWEST_ANSWERS:
        below.pop(0)
    for survey in sorted(below, key=lambda survey: survey.owner or ""):
        yield from _told(surveys, org, survey.owner)


def _next_asked(surveys: Mapping[str | None, PulseSurvey], org: Org, owner: str | None) -> Iterator[str]:
    """Yield the nearest teams below that were asked."""
    for team in org.children(owner):
        if team.id in surveys:
            yield team.id
        else:
            yield from _next_asked(surveys, org, team.id)
