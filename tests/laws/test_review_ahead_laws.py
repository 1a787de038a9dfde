"""Laws of what a review says made the difference, and of what lies ahead: effects sum, and a company is its members."""

from datetime import date, timedelta

from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    Actual,
    Amount,
    Change,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Target,
    Team,
)
from salesperf.review import Review, VarianceLine, build

REVENUE, UNITS = STANDARD_METRICS["revenue"], STANDARD_METRICS["units_sold"]
SECOND = Period.quarter(2026, 2)
FIRST_DAY = date(2026, 1, 1)
ORG = Org(
    teams=[Team(id="east"), Team(id="west")],
    reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east"), Rep(id="cy", team="west"), Rep(id="dee")],
)
BELOW = ("east", "west", "dee")
"""Who stands directly under the company."""

days = st.integers(0, 180).map(lambda number: FIRST_DAY + timedelta(days=number))
amounts = st.integers(1, 10**6).map(lambda minor: Amount(minor=minor, unit=CNY))
reps = st.sampled_from(sorted(ORG.rep_by_id))


@st.composite
def deals(draw: st.DrawFn, number: int) -> Opportunity:
    """Draw a deal that somebody opens, and that may pass to somebody else, or end."""
    begun, later = draw(days), draw(st.integers(0, 90))
    close = draw(st.none() | st.just(begun + timedelta(days=draw(st.integers(1, 200)))))
    amount = draw(st.none() | amounts)
    history = [Change(begun, stage="proposal", owner=draw(reps), amount=amount, expected_close=close)]
    if draw(st.booleans()):
        history.append(Change(begun, owner=draw(reps)))
    if end := draw(st.sampled_from((None, "closed", "lost", "cancelled"))):
        history.append(Change(begun + timedelta(days=later), stage=end))
    return Opportunity(id=f"o-{number}", history=history)


@st.composite
def companies(draw: st.DrawFn) -> tuple[Records, date]:
    """Draw a company that has sold for half a year, and a day of its second quarter or just after."""
    sales = []
    for on, owner, product in draw(st.lists(st.tuples(days, reps, st.sampled_from((None, "a", "b"))), max_size=8)):
        scope = {"product": product} if product else {}
        sales.append(Actual(owner=owner, metric=REVENUE, amount=draw(amounts), on=on, scope=scope))
        count = Amount(minor=draw(st.integers(0, 9)), unit=COUNT)
        sales.append(Actual(owner=owner, metric=UNITS, amount=count, on=on, scope=scope))
    owed = draw(st.lists(st.sampled_from((None, *BELOW)), unique=True))
    records = Records(
        org=ORG,
        processes=[STANDARD_PROCESSES["basic"]],
        opportunities=[draw(deals(number)) for number in range(draw(st.integers(0, 14)))],
        actuals=sales,
        targets=[Target(owner=owner, metric=REVENUE, amount=draw(amounts), period=SECOND) for owner in owed],
    )
    return records, draw(st.sampled_from((SECOND.last, date(2026, 7, 20), date(2026, 5, 12))))


def reviewed(company: tuple[Records, date], owner: str | None = None) -> Review:
    records, as_of = company
    return build(records, owner=owner, period=SECOND, as_of=as_of)


def lines_of(review: Review, kind: str) -> list[VarianceLine]:
    return [] if review.variance is None else [line for line in review.variance.lines if line.kind == kind]


def minor(amount: Amount | None) -> int:
    return 0 if amount is None else amount.minor


@settings(max_examples=at_most(10))
@given(companies())
def test_effects_sum_to_the_change_and_the_gap_of_a_plan_is_that_of_the_attainment(company: tuple[Records, date]) -> None:
    review = reviewed(company)
    for variance in () if review.variance is None else review.variance.variances:
        assert sum(line.value.minor for line in variance.lines) == variance.after.minor - variance.before.minor
        assert variance.breakdown.holds()
        if variance.segments:
            assert variance.segment_effects.sum() == variance.total.minor
    for line in lines_of(review, "plan"):
        (attained,) = (each.attainment for each in review.metrics if each.owner == line.owner)
        assert (line.variance.before, line.variance.after) == (attained.planned, attained.actual)
    for line, before, section in zip(
        lines_of(review, "deals"), () if review.variance is None else review.variance.closed_before, review.deals, strict=False
    ):
        assert minor(line.variance.before) == minor(before.won_value)
        assert minor(line.variance.after) == minor(section.closed.won_value)
    for ahead in review.outlook:
        assert ahead.low <= ahead.high
        assert {deal.id for deal in ahead.forecast.deals} == {deal.id for deal in review.deals[0].pipeline.deals}
        assert ahead.reached.value is None or -1e-9 <= ahead.reached.value <= 1 + 1e-9
        assert ahead.breakdown.holds()


@settings(max_examples=at_most(6))
@given(companies())
def test_what_the_company_won_and_expects_of_its_deals_is_what_its_members_do(company: tuple[Records, date]) -> None:
    whole, parts = reviewed(company), [reviewed(company, owner) for owner in BELOW]
    before = [review.variance.closed_before if review.variance else () for review in (whole, *parts)]
    ids = [sorted(deal.id for closed in each for deal in closed.deals) for each in before]
    assert ids[0] == sorted(deal for each in ids[1:] for deal in each)
    assert len({closed.period for each in before for closed in each}) <= 1
    chances = [
        {deal.id: (deal.standing, deal.probability) for line in review.outlook for deal in line.forecast.deals}
        for review in (whole, *parts)
    ]
    assert all(chances[0][deal] == told for each in chances[1:] for deal, told in each.items())
    expected = [sum(minor(line.forecast.without_new_business.expected) for line in review.outlook) for review in parts]
    # Of a member none of whose deals is open there is no outlook: what it has won this quarter is all that is expected.
    certain = [
        minor(section.closed.won_value)
        for review in parts
        if not review.outlook and review.as_of < SECOND.last
        for section in review.deals
    ]
    if whole.outlook:
        assert minor(whole.outlook[0].forecast.without_new_business.expected) == sum(expected) + sum(certain)


@settings(max_examples=at_most(6))
@given(companies())
def test_what_made_the_difference_and_lies_ahead_is_of_the_last_day_of_the_period(company: tuple[Records, date]) -> None:
    records, as_of = company
    review = reviewed(company)
    known = reviewed((records.as_of(as_of), as_of))
    assert (review.variance, review.outlook) == (known.variance, known.outlook)
    if as_of > SECOND.last:
        then = reviewed((records, SECOND.last))
        assert [line.variance.total for line in lines_of(review, "deals")] == [
            line.variance.total for line in lines_of(then, "deals")
        ]
        assert review.outlook == then.outlook
