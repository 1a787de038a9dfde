"""The numbers on pulse surveys of a review, no further than to how many said what: nobody who answered stands apart."""

from functools import partial

from salesperf.model.breakdown import Breakdown, Difference, Sum
from salesperf.model.message import Message
from salesperf.model.pulse import PulseSurvey
from salesperf.review.explained.growing import Numbered, ends_of, grown, leaf, more_of, named, rate_of, rate_with_ends
from salesperf.review.listed import listed_pulses
from salesperf.review.pulses import PulseLine
from salesperf.review.team import TeamSection

__all__ = ["numbers_of_pulses"]


def numbers_of_pulses(team: TeamSection, owner: str | None) -> Numbered:
    """Yield the numbers of each survey that may be told, and how many may not.

    Parameters
    ----------
    team
        The section.
    owner
        Of the review: its own survey stands first, and those of the teams below under their names.
    """
    yield from more_of("team/pulses", listed_pulses(team).rest, _survey)
    for line in team.pulses:
        below = "" if line.survey.owner == owner else f"/{line.survey.owner}"
        yield from _line(line, f"team/pulses{below}/{line.survey.on}")
    if team.withheld_pulses:
        yield "team/pulses/withheld", lambda: leaf(named("withheld_pulses"), team.withheld_pulses)


def _survey(line: PulseLine) -> Message:
    return named("rep_on", rep=line.survey.owner, on=line.survey.on)


def _line(line: PulseLine, address: str) -> Numbered:
    survey = line.survey
    yield f"{address}/answers", partial(_answers, survey)
    if survey.response_rate is not None:
        yield f"{address}/response", partial(_response, survey)
    low, answers = partial(_low, survey), partial(_answers, survey)
    yield from rate_with_ends(f"{address}/low_share", named("low_share", on=survey.on), survey.low_share, low, answers)
    if line.before is not None:
        yield from _change(line, line.before, f"{address}/change")


def _change(line: PulseLine, before: PulseSurvey, address: str) -> Numbered:
    surveys = (line.survey, before)
    yield address, lambda: grown(named("low_change"), line.change.value, Difference(), map(_low_share, surveys))
    yield from ends_of(address, line.change, lambda: [count(survey) for survey in surveys for count in (_low, _answers)])


def _low(survey: PulseSurvey) -> Breakdown:
    return leaf(named("low_answers", on=survey.on), survey.low_answers)


def _answers(survey: PulseSurvey) -> Breakdown:
    others = leaf(named("other_answers", on=survey.on), survey.answers - survey.low_answers)
    return grown(named("answers", on=survey.on), survey.answers, Sum(), (_low(survey), others))


def _low_share(survey: PulseSurvey) -> Breakdown:
    return rate_of(named("low_share", on=survey.on), survey.low_share.value, _low(survey), _answers(survey))


def _response(survey: PulseSurvey) -> Breakdown:
    invited = leaf(named("invited", on=survey.on), survey.invited)
    return rate_of(named("response_rate", on=survey.on), survey.response_rate, _answers(survey), invited)
