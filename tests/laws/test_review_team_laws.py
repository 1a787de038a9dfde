"""Laws of the team in a review: who comes and goes adds up, and no survey speaks for a few, by subtraction or by itself."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from salesperf import GRAINS, Org, Period, PulseSurvey, Team, testing
from salesperf.model.period import Grain
from salesperf.review import Headcount
from salesperf.review.pulses import FEWEST_ANSWERS, pulses_of

TREE = Org(teams=[Team(id="a"), Team(id="b"), *(Team(id=f"{above}{below}", parent=above) for above in "ab" for below in "xyz")])
DAYS = Period.quarter(2026, 3)


@given(testing.orgs(), testing.periods(), st.sampled_from(GRAINS), st.data())
def test_who_comes_and_goes_adds_up_and_what_closes_a_part_opens_the_next(
    org: Org, period: Period, grain: Grain, data: st.DataObject
) -> None:
    owner = data.draw(st.sampled_from((None, *org.team_by_id)))
    parts = [Headcount.of(org, owner, part) for part in period.split(grain)[:24]]
    assert all(part.breakdown.holds() for part in parts)
    assert [len(part.closing) for part in parts[:-1]] == [part.opening for part in parts[1:]]
    tops = [Headcount.of(org, team.id, period) for team in org.children(None)]
    nowhere = {rep.id for rep in org.reps if any(stint.team is None for stint in org.stints(rep.id))}
    in_teams = Counter(rep for top in tops for rep in top.closing)
    assert set(Headcount.of(org, None, period).closing) - nowhere <= in_teams.keys()
    assert set(in_teams.values()) <= {1}


surveys = st.dictionaries(st.sampled_from((None, *TREE.team_by_id)), st.integers(0, 40)).map(
    lambda asked: [PulseSurvey(on=DAYS.start, owner=owner, counts=[0, answers]) for owner, answers in asked.items()]
)


@given(surveys)
def test_no_survey_that_is_told_speaks_for_a_few_alone_or_less_those_below(given_surveys: list[PulseSurvey]) -> None:
    told = [line.survey for line in pulses_of(given_surveys, TREE, None, DAYS).lines]
    assert all(survey.answers >= FEWEST_ANSWERS for survey in told)
    answers = {survey.owner: survey.answers for survey in told}
    for above in told:
        below = [team for team in answers if team in under(above.owner) and nearest(team, answers) == above.owner]
        left = above.answers - sum(answers[team] for team in below)
        assert left <= 0 or left >= FEWEST_ANSWERS
    assert pulses_of(given_surveys[::-1], TREE, None, DAYS).lines == pulses_of(given_surveys, TREE, None, DAYS).lines


def under(owner: str | None) -> set[str]:
    """Return the teams below an owner."""
    return {team for team in TREE.teams_under(owner) if team != owner}


def nearest(team: str | None, asked: dict[str | None, int]) -> str | None:
    """Return the nearest team above that is told, or the company."""
    above = TREE.team_by_id[team].parent if team is not None else None
    while above is not None and above not in asked:
        above = TREE.team_by_id[above].parent
    return above
