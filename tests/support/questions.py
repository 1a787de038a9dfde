"""Questions for reviews: records, whose sales, of which days, and when one looks back."""

from datetime import date

from hypothesis import strategies as st

from salesperf import Period, Records, UnitMismatchError, testing
from salesperf.review import Review, build

__all__ = ["Question", "questions_of_any", "reviewed"]

Question = tuple[Records, str | None, Period, date]


@st.composite
def questions_of_any(draw: st.DrawFn) -> Question:
    """Draw records, and what of them to review: whose, which days, and when."""
    records = draw(testing.records())
    owner = draw(st.sampled_from((None, *records.org.team_by_id, *records.org.rep_by_id)))
    owed = [target.period for target in records.targets]
    period = draw(st.sampled_from(owed) | testing.periods() if owed else testing.periods())
    return records, owner, period, draw(testing.days(period.start, period.last) | testing.days(period.start, date(2033, 1, 1)))


def reviewed(question: Question) -> Review | None:
    """Build a review, unless it is of somebody not yet hired, or would have to add boxes to pieces."""
    records, owner, period, as_of = question
    if owner is not None and not records.as_of(as_of).org.knows(owner):
        return None
    try:
        return build(records, owner=owner, period=period, as_of=as_of)
    except UnitMismatchError:
        return None
