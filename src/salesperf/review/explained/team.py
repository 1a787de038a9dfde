"""The numbers on the team of a review, down to its people."""

from functools import partial

from salesperf.model.breakdown import Breakdown
from salesperf.review.explained.growing import Numbered, counted, leaf, named, rate_of
from salesperf.review.team import TeamSection
from salesperf.review.whole import Review
from salesperf.risk.people import served_and_gone

__all__ = ["numbers_of_team"]


def numbers_of_team(review: Review) -> Numbered:
    """Yield the numbers on the team.

    Parameters
    ----------
    review
        The review.
    """
    team = review.team
    if team is None:
        return
    yield "team/headcount", partial(getattr, team, "breakdown")
    yield "team/attrition", partial(_attrition, review, team)
    absent, served = (leaf(named(name), getattr(team, name)) for name in ("absent_workdays", "served_workdays"))
    yield "team/absent_share", partial(rate_of, named("absent_share"), team.absent_share, absent, served)


def _attrition(review: Review, team: TeamSection) -> Breakdown:
    served, gone = served_and_gone(review.org, owner=review.owner, as_of=team.period.last)
    parts = (counted(named(key), (named("rep", rep=rep) for rep in reps)) for key, reps in (("gone", gone), ("served", served)))
    return rate_of(named("attrition"), team.attrition.value, *parts)
