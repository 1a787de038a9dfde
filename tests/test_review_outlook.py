"""The outlook of a review: what open deals may bring, how likely that reaches the target, and what is not in it."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

import attrs
import pytest

from salesperf import (
    CNY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Metric,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Target,
)
from salesperf.errors import InvalidValueError
from salesperf.report import markdown
from salesperf.review import OutlookLine, Review, build, explain

BASIC, SOLUTION = STANDARD_PROCESSES["basic"], STANDARD_PROCESSES["solution"]
REVENUE, CONTRACTS = STANDARD_METRICS["revenue"], STANDARD_METRICS["total_contract_value"]
THIRD, FOURTH = Period.quarter(2026, 3), Period.quarter(2026, 4)
AUGUST = date(2026, 8, 31)


def yuan(amount: int | str) -> Amount:
    return Amount.of(amount, CNY)


def deal(
    id: str,  # noqa: A002 - the name of the field
    *steps: tuple[str, date],
    amount: Amount | None = None,
    close: date | None = None,
    owner: str | None = "ada",
    process: str = "basic",
) -> Opportunity:
    (stage, on), *later = steps
    first = Change(on, stage=stage, owner=owner, amount=amount, expected_close=close)
    return Opportunity(id=id, history=[first, *(Change(day, stage=key) for key, day in later)], process=process)


WON = deal("won", ("lead", date(2026, 7, 2)), ("closed", date(2026, 8, 3)), amount=yuan(300))
OPEN = deal("open", ("proposal", date(2026, 8, 1)), amount=yuan(200), close=date(2026, 9, 20))
DEALS = (WON, OPEN)


def owed(amount: int, period: Period = THIRD, metric: Metric = REVENUE, **rest: Any) -> Target:  # noqa: ANN401 - of Target
    return Target(owner=None, metric=metric, amount=yuan(amount), period=period, **rest)


def made(amount: int) -> Actual:
    return Actual(owner="ada", metric=REVENUE, amount=yuan(amount), on=date(2026, 8, 3))


def review_of(
    *deals: Opportunity,
    owner: str | None = None,
    period: Period = THIRD,
    as_of: date = AUGUST,
    **known: Any,  # noqa: ANN401 - of Records
) -> Review:
    given: dict[str, Any] = {
        "org": Org(reps=[Rep(id="ada"), Rep(id="bo")]),
        "processes": [BASIC, SOLUTION],
        "opportunities": deals,
    }
    return build(Records(**(given | known)), owner=owner, period=period, as_of=as_of)


def only(review: Review) -> OutlookLine:
    (line,) = review.outlook
    return line


# The period that is running


def test_what_is_missing_to_the_target_has_to_come_from_deals() -> None:
    # One deal of 200 is as likely won as not; 300 is won, all that was recorded.
    line = only(review_of(*DEALS, targets=[owed(500)], actuals=[made(300)]))
    assert (line.is_next, line.forecast.period, line.forecast.as_of) == (False, THIRD, AUGUST)
    assert (line.won, line.expected, line.low, line.high) == (yuan(300), yuan(400), yuan(300), yuan(500))
    assert (line.metric, line.target, line.otherwise, line.missing) == (REVENUE, yuan(500), yuan(0), yuan(200))
    assert line.reached.value == pytest.approx(0.5, abs=1e-9)
    assert line.reached.low is None
    assert line.breakdown.holds()
    assert line.rows()[0]["expected"] == yuan(400).decimal


@pytest.mark.parametrize(
    ("target", "recorded", "otherwise", "missing", "reached"),
    [
        (530, 330, 30, 200, 0.5),  # 30 came otherwise
        (531, 330, 30, 201, 0.0),
        (380, 380, 80, 0, 1.0),
        (400, 100, 0, 100, 0.5),  # what was won and is not yet recorded is won all the same
        (250, 0, 0, 0, 1.0),
    ],
)
def test_what_came_otherwise_counts_where_deals_bring_nearly_all_or_the_target_is_met(
    target: int, recorded: int, otherwise: int, missing: int, reached: float
) -> None:
    line = only(review_of(*DEALS, targets=[owed(target)], actuals=[made(recorded)]))
    assert (line.otherwise, line.missing) == (yuan(otherwise), yuan(missing))
    assert line.reached.value == pytest.approx(reached, abs=1e-9)
    # Of what came toward the target the deals brought the 300 for which one was won.
    assert line.deal_share == 300 / (300 + otherwise)


def test_where_much_comes_otherwise_deals_do_not_tell_how_likely_a_target_is_reached() -> None:
    # 300 of 334 is less than nine tenths: who says that all else stops tomorrow says nothing of the target.
    review = review_of(*DEALS, targets=[owed(580)], actuals=[made(334)])
    line = only(review)
    assert (line.otherwise, line.missing, line.reached.value) == (yuan(34), yuan(246), None)
    assert line.deal_share == 300 / 334
    words = markdown(review)
    assert "CNY 34 came otherwise than by these deals, which made up 89.8% so far, and deals have yet to bring CNY 246" in words
    why = "much comes otherwise, and that is not forecast."
    assert f", unless more comes otherwise; how likely the target is reached cannot be told of deals: {why}" in words
    assert "达成目标的可能性无法由商机判断：其他来源占比不小，而无从预测。" in markdown(review, lang="zh")


def test_a_target_for_contracts_is_nearer_than_one_for_revenue_and_a_share_of_a_target_is_none() -> None:
    both = [owed(900), owed(500, metric=CONTRACTS)]
    assert only(review_of(*DEALS, targets=both)).metric == CONTRACTS
    for targets in ([], [owed(500, Period.month(2026, 7))], [owed(500, scope={"product": "A"})]):
        line = only(review_of(*DEALS, targets=targets))
        assert (line.metric, line.target, line.missing, line.reached.value) == (None, None, None, None)
    share = Metric("revenue", "ratio", "ratio", "higher", "Share", CONTRACTS, REVENUE)
    odd = Target(owner=None, metric=share, amount=Decimal("0.5"), period=THIRD)
    assert only(review_of(*DEALS, targets=[odd])).target is None
    dollars = only(review_of(*DEALS, targets=[attrs.evolve(owed(5), amount=Amount.of(5, USD))]))
    assert dollars.target is None


def test_of_several_processes_each_is_forecast_by_itself_and_none_alone_held_against_the_target() -> None:
    other = deal("s", ("proposal", date(2026, 8, 1)), amount=yuan(50), close=date(2026, 9, 20), process="solution")
    dollars = deal("d", ("proposal", date(2026, 8, 1)), amount=Amount.of(7, USD), close=date(2026, 9, 20))
    review = review_of(*DEALS, other, dollars, targets=[owed(500)], actuals=[made(300)])
    told = [(line.process.key, line.unit, line.target is None, line.reached.value) for line in review.outlook]
    assert told == [("basic", CNY, False, None), ("basic", USD, True, None), ("solution", CNY, False, None)]
    text = markdown(review)
    assert "several sales processes bring it" in text
    assert "若无" not in text


def test_deals_that_do_not_count_are_counted_and_said_to_be_left_out() -> None:
    blank = deal("blank", ("proposal", date(2026, 8, 1)), close=date(2026, 9, 20))
    late = deal("late", ("proposal", date(2026, 8, 1)), amount=yuan(1), close=date(2026, 10, 2))
    undated = deal("undated", ("proposal", date(2026, 8, 1)), amount=yuan(1))
    negative = deal("negative", ("proposal", date(2026, 8, 1)), amount=yuan(-1), close=date(2026, 9, 20))
    review = review_of(*DEALS, blank, late, undated, negative)
    line = only(review)
    assert dict(line.left_out) == {"outside": 1, "no_amount": 1, "no_expected_close": 1}
    assert [each.id for each in line.forecast.deals if each.is_counted] == ["open"]
    assert "Open deals with a chance and an amount: 1 of 4." in markdown(review)
    assert line.expected == yuan(400)


def test_deals_of_which_nobody_can_tell_the_chance_are_not_called_hopeless() -> None:
    blank = deal("blank", ("proposal", date(2026, 8, 1)), close=date(2026, 9, 20))
    line = only(review_of(WON, blank, targets=[owed(500)], actuals=[made(300)]))
    assert (line.missing, line.reached.value) == (yuan(200), None)
    text = markdown(review_of(WON, blank, targets=[owed(500)], actuals=[made(300)]))
    reason = "no open deal counts, so nothing tells what one brings."
    assert f"deals have yet to bring CNY 200; how likely the target is reached cannot be told of deals: {reason}" in text
    assert "0.0% likely" not in text
    # What is won already needs no chance, and a deal that closes later cannot help.
    assert only(review_of(WON, blank, targets=[owed(300)], actuals=[made(300)])).reached.value == 1
    later = deal("later", ("proposal", date(2026, 8, 1)), amount=yuan(9), close=date(2026, 12, 1))
    assert only(review_of(WON, later, targets=[owed(500)], actuals=[made(300)])).reached.value == 0


def test_of_stated_chances_it_is_not_said_that_their_error_is_counted_in() -> None:
    text = markdown(review_of(*DEALS))
    assert "nobody has measured how sure they are" in text
    assert "How far win rates may be off is counted in" not in text
    assert "as when the market turns, is not counted in" in text


def test_there_is_no_outlook_without_an_open_deal_or_any_amount() -> None:
    assert review_of(WON).outlook == ()
    assert review_of(deal("o", ("proposal", date(2026, 8, 1)))).outlook == ()
    assert "## Outlook" not in markdown(review_of(WON))
    # An open deal without an amount beside a won one that has one: nothing is expected of it, and that is said.
    certain = review_of(WON, deal("o", ("proposal", date(2026, 8, 1)), close=date(2026, 9, 20)))
    line = only(certain)
    assert (line.low, line.expected, line.high) == (yuan(300), yuan(300), yuan(300))
    assert "How far win rates may be off" not in markdown(certain)
    # Nor is there a table where there is nothing to put into it.
    later = review_of(deal("o", ("proposal", date(2026, 8, 1)), amount=yuan(7), close=date(2026, 10, 2)))
    assert "| In all" not in markdown(later)
    lost = deal("l", ("lead", date(2026, 7, 1)), ("lost", date(2026, 7, 2)), amount=yuan(7))
    assert review_of(lost, deal("o", ("proposal", date(2026, 8, 1)), close=date(2026, 9, 20))).outlook == ()


# The next period


def test_when_the_period_is_over_the_outlook_is_of_the_next_one() -> None:
    ahead = deal("ahead", ("proposal", date(2026, 9, 1)), amount=yuan(200), close=date(2026, 11, 2))
    targets = [owed(300), owed(150, FOURTH)]
    for as_of in (THIRD.last, date(2026, 10, 5)):
        line = only(review_of(WON, ahead, targets=targets, actuals=[made(300)], as_of=as_of))
        assert (line.is_next, line.forecast.period, line.forecast.as_of) == (True, FOURTH, THIRD.last)
        assert (line.target, line.otherwise, line.missing, line.expected) == (yuan(150), yuan(0), yuan(150), yuan(100))
        assert line.reached.value == pytest.approx(0.5, abs=1e-9)
    # Where most of the revenue came otherwise, deals are not held against all of the next target.
    review = review_of(WON, ahead, targets=targets, actuals=[made(3000)], as_of=THIRD.last)
    assert (only(review).target, only(review).otherwise, only(review).reached.value) == (yuan(150), None, None)
    assert "in the days of this review these deals made up 10.0% of it" in markdown(review)
    tree = explain(review).tree("outlook/basic/CNY/reached/share")
    assert (tree.value, [part.value for part in tree.parts]) == (0.1, [yuan(300), yuan(3000)])
    nothing = review_of(WON, ahead, targets=targets, as_of=THIRD.last)
    assert only(nothing).reached.value is not None
    unowed = review_of(WON, ahead, targets=targets[1:], actuals=[made(3000)], as_of=THIRD.last)
    assert "how much of it came from these deals in the days of this review is not known" in markdown(unowed)
    # Nor where nobody owed anything yet, so that nobody knows where it comes from.
    new = only(review_of(WON, ahead, targets=targets[1:], as_of=THIRD.last))
    assert (new.metric, new.reached.value) == (REVENUE, None)
    other = attrs.evolve(owed(1, FOURTH), amount=Amount.of(1, USD))
    assert only(review_of(WON, ahead, targets=[targets[0], other], as_of=THIRD.last)).target is None


@pytest.mark.parametrize(
    ("period", "following"),
    [
        (Period.month(2026, 9), "2026-10"),
        (Period.week(2026, 40), "2026-W41"),
        (Period.day(date(2026, 9, 30)), "2026-10-01"),
        (Period.parse("2026-09-21..2026-09-30"), "2026-10-01..2026-10-10"),
        (Period.year(2026), "2027"),
    ],
)
def test_the_next_period_is_of_the_same_kind(period: Period, following: str) -> None:
    begun = deal("o", ("proposal", date(2026, 1, 1)), amount=yuan(200), close=date(2026, 12, 31))
    assert only(review_of(begun, period=period, as_of=period.last)).forecast.period == Period.parse(following)


@pytest.mark.parametrize("period", [Period.year(9998), Period(date(9999, 6, 1), date(9999, 12, 31))])
def test_at_the_end_of_the_calendar_there_is_no_next_period(period: Period) -> None:
    begun = deal("o", ("proposal", date(2026, 1, 1)), amount=yuan(200))
    assert review_of(begun, period=period, as_of=period.last).outlook == ()


# What chances are learnt from


def history_of(count: int, start: date = date(2026, 1, 5), owner: str = "bo") -> list[Opportunity]:
    """Make deals that are decided after ten days, every other one won for 100."""
    days = [start + timedelta(days=at) for at in range(count)]
    return [
        deal(f"h{at:02}", ("proposal", day), (end, day + timedelta(days=10)), amount=yuan(100), owner=owner)
        for at, (day, end) in enumerate(zip(days, cycle(("closed", "lost")), strict=False))
    ]


def test_chances_are_learnt_from_all_deals_of_the_process_whoever_had_them() -> None:
    young = deal("young", ("proposal", date(2026, 8, 29)), amount=yuan(200))
    deals = [*history_of(24), young]
    company, ada, bo = (review_of(*deals, owner=owner, targets=[owed(200)]) for owner in (None, "ada", "bo"))
    chances = [{each.id: each.probability for each in only(review).forecast.deals} for review in (company, ada)]
    # Half of those that stood there for two days were won, all within the month that is left.
    assert chances == [{"young": pytest.approx(0.5)}] * 2
    assert bo.outlook == ()
    # How many deals come into being is told of who brought them: the company had 12 wins to learn from, and ada none.
    new = [only(review).forecast.new_business for review in (company, ada)]
    assert (None if new[0] is None else new[0].won, new[1]) == (12, None)
    assert only(company).reached.low is not None
    assert "as far as win rates are known" in markdown(company)
    assert "就目前对赢单率的了解" in markdown(company, lang="zh")


def test_a_deal_that_stands_longer_than_any_did_has_no_chance_of_a_fresh_one() -> None:
    """Those that were won had stood for five days, and whoever stood for longer was lost after ten, or is the deal itself."""
    won, lost = history_of(24)[::2], history_of(24)[1::2]
    early = [
        attrs.evolve(each, history=[each.history[0], attrs.evolve(each.history[1], on=each.history[1].on - timedelta(days=5))])
        for each in won
        if each.history[1].on is not None
    ]
    fresh, stale = (
        deal(name, ("proposal", date(2026, 8, 31) - timedelta(days=days)), amount=yuan(200))
        for name, days in (("fresh", 0), ("stale", 200))
    )
    found = only(review_of(*early, *lost, fresh, stale)).forecast
    assert {each.id: (each.probability, each.source) for each in found.deals} == {
        "fresh": (pytest.approx(12 / 25), "learnt"),
        "stale": (0.0, "learnt_at_longest"),
    }


def test_deals_too_old_to_tell_how_many_come_into_being_do_not_tell_it() -> None:
    old = deal("old", ("proposal", date(2024, 1, 1)), amount=yuan(200), close=date(2026, 9, 20))
    assert only(review_of(old)).forecast.new_business is None


@pytest.mark.parametrize("verb", ["project", "learn_new_business"])
def test_a_fault_that_is_no_lack_of_history_is_not_hidden(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InvalidValueError("not_positive", path=(), value=0)

    monkeypatch.setattr(f"salesperf.review.forecasts.{verb}", refuse)
    with pytest.raises(InvalidValueError) as caught:
        review_of(*DEALS)
    assert caught.value.code == "not_positive"


def test_a_stage_may_be_called_as_a_line_of_the_table() -> None:
    stages = [attrs.evolve(stage, key="total") if stage.key == "proposal" else stage for stage in BASIC.stages]
    process = attrs.evolve(BASIC, stages=stages)
    named = [attrs.evolve(OPEN, history=[attrs.evolve(OPEN.history[0], stage="total")])]
    section = markdown(review_of(*named, processes=[process])).split("## Outlook")[1].split("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")]
    assert rows[2:] == ["Proposal", "In all"]


def test_a_range_without_width_says_on_what_it_hangs() -> None:
    # Fifteen earlier deals were all lost: of the open one nothing is to be expected, and that is not sure.
    spring = [date(2026, 3, 1) + timedelta(days=place) for place in range(15)]
    lost = [
        deal(f"lost-{on}", ("proposal", on), ("lost", on + timedelta(days=40)), amount=yuan(200), owner="bo") for on in spring
    ]
    still = deal("still", ("proposal", date(2026, 8, 1)), amount=yuan(200))
    line = only(review_of(WON, still, *lost, targets=[owed(500)], actuals=[made(300)]))
    assert (line.low, line.high, line.expected) == (yuan(300), yuan(300), yuan(300))
    text = markdown(review_of(WON, still, *lost, targets=[owed(500)], actuals=[made(300)]))
    assert "In at least 80% of outcomes it is CNY 300, if chances are what they are taken for: one of 0, learnt" in text
    # Of what is stated, or where there is a width, both ends are told.
    assert "it is between" in markdown(review_of(*DEALS, targets=[owed(500)], actuals=[made(300)]))


def test_a_target_that_is_met_is_told_so() -> None:
    text = markdown(review_of(*DEALS, targets=[owed(380)], actuals=[made(380)]))
    assert "Revenue, target CNY 380: met by what came so far, with or without these deals." in text
