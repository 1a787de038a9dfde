"""What made the difference, in a review: by whom, by which factor, by which product, and against what was expected."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest

from salesperf import (
    CNY,
    COUNT,
    JPY,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Calendar,
    Change,
    Lead,
    LeadChange,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Target,
    Team,
    Unit,
)
from salesperf.diagnosis import CAUSES, FACTOR_CAUSES
from salesperf.io.folder import read_sample
from salesperf.model.message import Message
from salesperf.report import markdown
from salesperf.review import VARIANCE_KINDS, Review, VarianceLine, VarianceSection, build
from salesperf.review.earlier import earlier_days

BASIC = STANDARD_PROCESSES["basic"]
REVENUE, UNITS, ORDERS = (STANDARD_METRICS[key] for key in ("revenue", "units_sold", "orders"))
THIRD = Period.quarter(2026, 3)
ORG = Org(
    teams=[Team(id="east", name="East"), Team(id="west")],
    reps=[Rep(id="ada", name="Ada", team="east"), Rep(id="bo", team="west"), Rep(id="cy")],
)


def yuan(amount: int | str) -> Amount:
    return Amount.of(amount, CNY)


def deal(
    id: str,  # noqa: A002 - the name of the field
    *steps: tuple[str, date],
    owner: str | None = "ada",
    amount: Amount | None = None,
    close: date | None = None,
    **rest: Any,  # noqa: ANN401 - fields of Opportunity
) -> Opportunity:
    (stage, on), *later = steps
    first = Change(on, stage=stage, owner=owner, amount=amount, expected_close=close)
    return Opportunity(id=id, history=[first, *(Change(day, stage=key) for key, day in later)], **rest)


def decided(
    name: str,
    day: date,
    amounts: Iterable[int | None],
    lost: int = 0,
    **rest: Any,  # noqa: ANN401 - of a deal
) -> list[Opportunity]:
    """Make deals that were won for some amounts, and others that were lost, all on one day."""
    worth = [None if amount is None else yuan(amount) for amount in amounts]
    won = [deal(f"{name}-w{at}", ("lead", day), ("closed", day), amount=each, **rest) for at, each in enumerate(worth)]
    return won + [deal(f"{name}-l{at}", ("lead", day), ("lost", day), amount=yuan(1), **rest) for at in range(lost)]


def sold(metric: Any, amount: Amount, on: date, product: str | None, owner: str = "ada") -> Actual:  # noqa: ANN401
    return Actual(owner=owner, metric=metric, amount=amount, on=on, scope={"product": product} if product else {})


def review_of(
    owner: str | None = None,
    period: Period = THIRD,
    as_of: date = THIRD.last,
    org: Org = ORG,
    **known: Any,  # noqa: ANN401 - of Records
) -> Review:
    given: dict[str, Any] = {"org": org, "processes": [BASIC]} | known
    return build(Records(**given), owner=owner, period=period, as_of=as_of)


def section_of(review: Review) -> VarianceSection:
    assert review.variance is not None
    return review.variance


def only(review: Review, kind: str) -> VarianceLine:
    (line,) = (line for line in section_of(review).lines if line.kind == kind)
    return line


def kinds(review: Review) -> list[str]:
    return [line.kind for line in section_of(review).lines]


def effects(line: VarianceLine) -> dict[str, str]:
    return {effect.name: str(effect.value.decimal) for effect in line.variance.lines}


# Against plan


def plans(**owed: int) -> list[Target]:
    return [
        Target(owner=None if owner == "company" else owner, metric=REVENUE, amount=yuan(amount), period=THIRD)
        for owner, amount in owed.items()
    ]


DONE = [
    sold(REVENUE, yuan(500), date(2026, 7, 9), None),
    sold(REVENUE, yuan(350), date(2026, 8, 9), None, "bo"),
    sold(REVENUE, yuan(40), date(2026, 9, 9), None, "cy"),
]


def test_a_gap_is_shared_out_over_those_directly_below_and_what_is_in_no_line_of_theirs() -> None:
    review = review_of(targets=plans(company=1000, east=600, west=300), actuals=DONE)
    line = only(review, "plan")
    # 500 - 600, 350 - 300; and 40 that somebody without a target sold, less 100 that the parts lack of the whole.
    assert effects(line) == {"east": "-100.00", "west": "50.00", "rest": "-60.00"}
    assert (line.variance.before, line.variance.after) == (yuan(1000), yuan(890))
    assert line.variance.total == review.metrics[0].attainment.gap
    assert [effect.label.text() for effect in line.variance.lines] == ["East", "west", "in none of these lines"]
    assert "CNY 890 by 2026-09-30, where CNY 1,000 was planned by then: CNY -110." in markdown(review)


def test_while_a_period_runs_the_plan_is_what_was_planned_by_then() -> None:
    targets = plans(east=660, west=330)
    review = review_of(targets=targets, actuals=DONE[:2], as_of=date(2026, 7, 31))
    attained = review.metrics[0].attainment
    assert only(review, "plan").variance.before == attained.planned == yuan("345.00")  # 23 of 66 workdays
    assert effects(only(review, "plan")) == {"east": "270.00", "west": "-115.00"}


def test_nobody_takes_the_name_of_what_is_in_no_line() -> None:
    org = attrs.evolve(ORG, reps=[*ORG.reps, Rep(id="rest", team="west"), Rep(id="rest_")])
    line = only(review_of(org=org, targets=plans(company=1000, east=600, west=300), actuals=DONE), "plan")
    assert list(line.variance.effects) == ["east", "west", "rest__"]


def test_what_has_no_parts_and_what_is_no_money_is_not_shared_out() -> None:
    review = review_of("ada", targets=plans(ada=600), actuals=DONE)
    assert review.metrics
    assert review.variance is None
    visits = Target(owner="ada", metric=STANDARD_METRICS["visits"], amount=Amount.of(3, COUNT), period=THIRD)
    assert review_of(targets=[visits]).variance is None


def test_a_member_whose_stock_nobody_knows_is_in_no_line() -> None:
    recurring = STANDARD_METRICS["annual_recurring_revenue"]
    targets = [attrs.evolve(target, metric=recurring) for target in plans(company=1000, east=600, west=300)]
    stock = Actual(owner="ada", metric=recurring, amount=yuan(500), on=date(2026, 7, 9))
    assert effects(only(review_of(targets=targets, actuals=[stock]), "plan")) == {"east": "-100.00", "rest": "-400.00"}
    nobody = [attrs.evolve(target, owner="bo") for target in targets[2:]]
    assert review_of("west", targets=[*targets, *nobody], actuals=[stock]).variance is None


def test_of_a_metric_that_only_some_owe_the_line_says_whose_it_is() -> None:
    review = review_of(targets=plans(ada=600), actuals=DONE)
    assert [section.owner for section in review.metrics] == ["east"]
    line = only(review, "plan")
    assert (line.owner, effects(line)) == ("east", {"ada": "-100.00"})
    assert "East: Revenue: CNY 500" in markdown(review)
    assert "Ada" not in repr(line)


def test_of_many_effects_the_largest_are_listed_and_the_rest_summed() -> None:
    reps = [Rep(id=f"r{number:02}") for number in range(12)]
    review = review_of(org=Org(reps=reps), targets=plans(**{rep.id: 100 + at for at, rep in enumerate(reps)}))
    table = markdown(review).split("## What made the difference")[1].split("\n## ")[0]
    assert table.count("| r") == 8
    assert "| r11" in table
    assert "| 4 more, together |" in table
    assert "CNY -406" in table  # 100 + 101 + 102 + 103


# By factor

SECOND_DAY, THIRD_DAY = date(2026, 5, 4), date(2026, 8, 3)
BEGINNING = deal("first", ("lead", date(2026, 4, 2)), owner=None)


def test_the_won_value_is_taken_apart_by_number_win_rate_and_size() -> None:
    deals = [BEGINNING, *decided("q2", SECOND_DAY, (100, 300), 2), *decided("q3", THIRD_DAY, (300, 500), 3)]
    review = review_of(opportunities=deals)
    line = only(review, "deals")
    variance = line.variance
    assert line.before == Period.quarter(2026, 2)
    assert [(effect.name, effect.before, effect.after) for effect in variance.lines] == [
        ("opportunities", 4, 5),
        ("win_rate", 0.5, 0.4),
        ("deal_size", 200, 400),
    ]
    # By hand: change of one factor x (mean of the others over all orders), such as
    # 1 x (0.5 x 200 / 3 + (0.5 x 400 + 0.4 x 200) / 6 + 0.4 x 400 / 3) for the number.
    by_hand = {"opportunities": Fraction(400, 3), "win_rate": Fraction(-410, 3), "deal_size": Fraction(1210, 3)}
    assert sum(by_hand.values()) == 400
    for name, exact in by_hand.items():
        assert abs(variance.effects[name].minor - 100 * exact) < 1
    assert (variance.before, variance.after, variance.total) == (yuan(400), yuan(800), yuan(400))
    (closed,) = section_of(review).closed_before
    assert (closed.won, closed.lost, closed.won_value, closed.period) == (2, 2, yuan(400), Period.quarter(2026, 2))
    assert [effect.cases for effect in variance.lines] == [None, (4, 5), (2, 2)]
    text = " ".join(markdown(review).split())
    assert "| What | Effect | Before | Cases before | After | Cases after |" in text
    assert "| Deals won or lost | +CNY 133 | 4 | – | 5 | – |" in text
    assert "| Win rate (few cases) | CNY -137 | 50.0% | 4 | 40.0% | 5 |" in text
    assert (
        "Few cases: before or after, a rate or an average is over too few to tell from chance; no rule calls it a cause."
        in text
    )
    chinese = " ".join(markdown(review, lang="zh").split())
    assert "| 赢单率（样本少） | -137 元 | 50.0% | 4 | 40.0% | 5 |" in chinese
    assert "样本少：" in chinese


def test_rates_over_enough_cases_are_not_marked() -> None:
    deals = [BEGINNING, *decided("q2", SECOND_DAY, (100,) * 5, 2), *decided("q3", THIRD_DAY, (300,) * 6, 1)]
    text = markdown(review_of(opportunities=deals))
    assert "few cases" not in text.lower()
    assert "| Average won deal" in text


def test_a_factor_of_few_cases_is_no_cause() -> None:
    few = [BEGINNING, *decided("q2", SECOND_DAY, (100, 300)), *decided("q3", THIRD_DAY, (100, 200), 3)]
    many = [
        *(BEGINNING, *decided("q2", SECOND_DAY, (100,) * 9, 1)),
        *decided("q3", THIRD_DAY, (100,) * 5, 5),
    ]
    told = {}
    for name, deals in (("few", few), ("many", many)):
        review = review_of(opportunities=deals, targets=plans(company=1000), actuals=DONE[:1])
        (told[name],) = (cause for cause in review.causes if cause.rule == "missed_for_ability")
    assert told["few"].lacks == Message.of("diagnosis.lacks.more_cases", n=2, fewest=5, factors=(Message("metric.win_rate"),))
    assert told["few"].message.text() == (
        'Cannot tell about "Target missed by ability": it lacks cases behind Win rate, 2 where at least 5 are needed.'
    )
    assert [citation.label.key for citation in told["many"].citations[:1]] == ["metric.win_rate"]


def test_where_the_year_before_is_on_record_it_is_compared_with_that() -> None:
    old = deal("old", ("lead", date(2025, 7, 3)), owner=None)
    deals = [*decided("ly", date(2025, 8, 4), (100,)), *decided("q2", SECOND_DAY, (100,)), *decided("q3", THIRD_DAY, (300,))]
    review = review_of(opportunities=[old, *deals], as_of=date(2026, 8, 31))
    assert only(review, "deals").before == Period.parse("2025-07-01..2025-08-31")
    assert only(review, "deals").before == review.period.until(date(2026, 8, 31)).year_before()  # type: ignore[union-attr]
    # Of a team, too, though it had no deal then.
    west = review_of("west", opportunities=[old, *deals, *decided("b", THIRD_DAY, (70,), owner="bo")])
    assert (only(west, "deals").before, only(west, "deals").variance.before) == (THIRD.year_before(), yuan(0))


@pytest.mark.parametrize(
    ("passed", "began", "recorded", "found"),
    [
        (THIRD, date(2025, 7, 8), date(2025, 9, 1), "2025-Q3"),
        (THIRD, date(2025, 7, 9), date(2025, 9, 1), None),  # records begin more than a week into it
        (THIRD, date(2025, 7, 1), date(2026, 5, 1), "2026-Q2"),
        (Period.week(2026, 30), date(2020, 1, 1), date(2026, 7, 15), "2026-07-13..2026-07-19"),
        (Period.day(date(2026, 3, 1)), date(2020, 1, 1), date(2026, 2, 28), "2026-02-28"),
        (Period.parse("2026-07-01..2026-07-10"), date(2020, 1, 1), date(2026, 6, 30), "2026-06-21..2026-06-30"),
        (Period.year(1), date.min, date.min, None),
        (THIRD, None, date(2026, 5, 1), None),
    ],
)
def test_the_time_before_is_the_year_before_or_the_days_just_before_as_far_as_there_are_records(
    passed: Period, began: date | None, recorded: date, found: str | None
) -> None:
    days = np.array([recorded.toordinal()])
    assert earlier_days(passed, passed, days, began, Calendar()) == (None if found is None else Period.parse(found))


def test_nothing_won_in_either_time_is_nothing_to_take_apart() -> None:
    deals = [BEGINNING, *decided("q2", SECOND_DAY, (), 2), *decided("q3", THIRD_DAY, (), 3)]
    section = section_of(review_of(opportunities=deals))
    assert (section.lines, len(section.closed_before)) == ((), 1)
    assert "What made the difference" not in markdown(review_of(opportunities=deals))


def test_what_did_not_move_has_no_effect() -> None:
    deals = [BEGINNING, *decided("q2", SECOND_DAY, (100, 300), 2), *decided("q3", THIRD_DAY, (300, 100), 2)]
    review = review_of(opportunities=deals)
    assert set(effects(only(review, "deals")).values()) == {"0.00"}
    section = markdown(review).split("## What made the difference")[1].split("\n## ")[0]
    assert "CNY 400 in Q3 2026, after CNY 400 in Q2 2026: CNY 0." in section
    assert "|" not in section


def test_a_rate_over_nothing_is_counted_with_what_it_is_a_rate_of() -> None:
    deals = [BEGINNING, *decided("q2", SECOND_DAY, (100,), 1), *decided("q3", THIRD_DAY, (), 1)]
    line = only(review_of(opportunities=deals), "deals")
    assert list(line.variance.effects) == ["opportunities", "win_rate"]
    assert line.variance.total == yuan(-100)
    assert "Win rate with Average won deal" in markdown(review_of(opportunities=deals))


def test_amounts_that_nobody_wrote_down_are_a_factor_and_no_zero() -> None:
    deals = [BEGINNING, *decided("q2", SECOND_DAY, (100, 300)), *decided("q3", THIRD_DAY, (200, None))]
    line = only(review_of(opportunities=deals), "deals")
    # Two deals of 200 on average either time; of one of the later ones nobody knows the amount.
    assert effects(line) == {
        "opportunities": "0.00",
        "win_rate": "0.00",
        "amounts_known": "-200.00",
        "deal_size": "0.00",
    }
    blank = [BEGINNING, *decided("q2", SECOND_DAY, (100,)), *decided("q3", THIRD_DAY, (None,))]
    assert section_of(review_of(opportunities=blank)).lines == ()
    # Where no amount is known at all there is no unit to tell a value in.
    unknown = [BEGINNING, *decided("q2", SECOND_DAY, (None,)), *decided("q3", THIRD_DAY, (None,))]
    assert section_of(review_of(opportunities=unknown)).lines == ()


def test_deals_in_several_currencies_are_taken_apart_each_by_itself() -> None:
    dollars = [deal(f"usd-{day}", ("lead", day), ("closed", day), amount=Amount.of(9, USD)) for day in (SECOND_DAY, THIRD_DAY)]
    deals = [BEGINNING, *decided("q2", SECOND_DAY, (100,)), *decided("q3", THIRD_DAY, (300,)), *dollars]
    lines = [line for line in section_of(review_of(opportunities=deals)).lines if line.kind == "deals"]
    assert [(line.title.text(), str(line.variance.total)) for line in lines] == [
        ("Basic sale (CNY)", "200.00 CNY"),
        ("Basic sale (USD)", "0.00 USD"),
    ]


# From leads


def led(name: str, day: date, *, leads: int, converted: int) -> list[Lead]:
    """Make leads that came on a day, the first of them converted on it."""
    return [
        Lead(
            id=f"{name}-{at}",
            history=[LeadChange(day, status="new", owner="ada"), *[LeadChange(day, status="converted")] * (at < converted)],
        )
        for at in range(leads)
    ]


def test_where_all_deals_come_from_leads_the_change_is_traced_back_to_these() -> None:
    deals = [
        *(attrs.evolve(each, lead="a-0") for each in decided("q2", SECOND_DAY, (100, 300), 2)),
        *(attrs.evolve(each, lead="b-0") for each in decided("q3", THIRD_DAY, (300, 500), 3)),
    ]
    leads = [*led("a", date(2026, 4, 2), leads=8, converted=4), *led("b", date(2026, 7, 2), leads=10, converted=5)]
    deals.append(attrs.evolve(BEGINNING, lead="a-0"))
    review = review_of(opportunities=deals, leads=leads)
    assert [line.kind for line in section_of(review).lines if line.kind in ("deals", "leads")] == ["leads"]
    line = only(review, "leads")
    assert [(effect.name, effect.before, effect.after) for effect in line.variance.lines] == [
        ("leads", 8, 10),
        ("conversion_rate", 0.5, 0.5),
        ("deals_per_lead", 1, 1),
        ("win_rate", 0.5, 0.4),
        ("deal_size", 200, 400),
    ]
    assert effects(line)["leads"] in ("133.33", "133.34")
    assert line.variance.total == yuan(400)
    # As soon as one did not, the whole is told beside the part; and where nobody was converted, the whole alone.
    unled = [*deals, *decided("n", THIRD_DAY, (7,))]
    unpriced = [attrs.evolve(each, history=[attrs.evolve(row, amount=None) for row in each.history]) for each in deals]
    assert kinds(review_of(opportunities=unpriced, leads=leads)) == []
    unconverted = [attrs.evolve(lead, history=lead.history[:1]) for lead in leads]
    lost = [each for each in deals if each.stage != "closed"]
    assert kinds(review_of(opportunities=unled, leads=leads)) == ["deals", "leads"]
    assert kinds(review_of(opportunities=deals, leads=unconverted)) == ["deals"]
    assert kinds(review_of(opportunities=lost, leads=leads)) == []


# By product

NOW, LAST_YEAR = date(2026, 8, 3), date(2025, 8, 4)


def of_product(product: str | None, on: date, count: int | None, amount: int, quantity: Any = UNITS) -> list[Actual]:  # noqa: ANN401
    entries = [sold(REVENUE, yuan(amount), on, product)]
    return entries + ([] if count is None else [sold(quantity, Amount.of(count, COUNT), on, product)])


SALES = [
    *of_product("basic", LAST_YEAR, 100, 1000),
    *of_product("old", date(2025, 7, 1), 5, 80),
    *of_product("basic", NOW, 150, 1650),
    *of_product("extra", NOW, 10, 400),
]


def test_revenue_is_taken_apart_by_price_volume_and_mix_with_what_is_new_and_gone() -> None:
    review = review_of(actuals=[*SALES, *of_product(None, NOW, None, 70)])
    line = only(review, "products")
    # 50 more at a price of 10.50 on average of both times; 1 more for 125 on average.
    assert effects(line) == {
        "volume": "525.00",
        "mix": "0.00",
        "price": "125.00",
        "new": "400.00",
        "discontinued": "-80.00",
        "other": "0.00",
    }
    assert line.before == THIRD.year_before()
    assert dict(line.variance.of_segment("basic"))["price"] == yuan(125)
    assert [note.text() for note in line.notes] == [
        "Not compared, since no product with a known number (Units sold) stands beside it: CNY 0.00 before, CNY 70.00 after."
    ]
    assert line.notes[0].text() in markdown(review)
    rows = section_of(review).rows()
    assert {row["kind"] for row in rows} == {"products"}
    assert sum(Decimal(str(row["value"])) for row in rows[1:-1]) == Decimal(970)


def test_where_orders_alone_are_counted_the_price_is_the_value_of_an_order() -> None:
    actuals = [attrs.evolve(each, metric=ORDERS) if each.metric == UNITS else each for each in SALES]
    line = only(review_of(actuals=actuals), "products")
    assert [effect.label.text() for effect in line.variance.lines][:3] == ["volume", "mix", "order value by product"]
    assert effects(line)["order_value"] == "125.00"


def test_products_of_which_no_number_is_known_are_not_taken_apart() -> None:
    without = [each for each in SALES if each.metric == REVENUE]
    assert review_of(actuals=without).variance is None
    of_last_year = [each for each in SALES if each.metric == REVENUE or each.on == LAST_YEAR]
    assert review_of(actuals=of_last_year).variance is None
    # Nor where nothing of the kind is on record of a time before, or the owner had nothing then.
    assert review_of(actuals=[each for each in SALES if each.on == NOW]).variance is None
    assert review_of("bo", actuals=SALES).variance is None
    other = Actual(owner="ada", metric=UNITS, amount=Amount.of(1, COUNT), on=NOW, scope={"region": "south"})
    assert review_of(actuals=[other, *without]).variance is None


def test_products_counted_in_unlike_units_are_taken_apart_apart() -> None:
    kilograms = Unit("kg", 0, "count")
    weighed = [
        entry
        for day, count, amount in ((LAST_YEAR, 2, 30), (NOW, 3, 45))
        for entry in (
            sold(REVENUE, yuan(amount), day, "sand"),
            Actual(owner="ada", metric=UNITS, amount=Amount.of(count, kilograms), on=day, scope={"product": "sand"}),
        )
    ]
    # What is counted in both is compared with nothing, and told to be left out.
    both = sold(UNITS, Amount.of(1, kilograms), NOW, "extra")
    assert "extra" not in section_of(review_of(actuals=[*SALES, *weighed, both])).variances[0].segments
    of_sand = [sold(REVENUE, yuan(1), date(2025, 7, 1), None), *weighed[:2], *of_product("sand", NOW, 1, 9)]
    assert review_of(actuals=[*of_sand, weighed[-1]]).variance is None
    lines = [line for line in section_of(review_of(actuals=[*SALES, *weighed])).lines if line.kind == "products"]
    totals = {line.variance.segments: line.variance.total for line in lines}
    assert totals == {("basic", "old", "extra"): yuan(970), ("sand",): yuan(15)}


# Against the forecast

EVE = date(2026, 6, 29)


def test_what_was_won_is_held_against_what_was_expected_when_the_period_began() -> None:
    revalued = Change(date(2026, 8, 3), stage="closed", amount=yuan(220))
    first = deal("o-1", ("proposal", EVE), amount=yuan(200), close=date(2026, 8, 1))
    deals = [
        attrs.evolve(first, history=[*first.history, revalued]),
        deal("o-2", ("proposal", EVE), ("lost", date(2026, 9, 1)), amount=yuan(300), close=date(2026, 8, 1)),
        deal("o-3", ("lead", date(2026, 7, 7)), ("closed", date(2026, 7, 9)), amount=yuan(50)),
    ]
    review = review_of(opportunities=deals)
    line = only(review, "forecast")
    # Half of 200 and of 300 was expected; 220 and 50 came: half of 20 more, the other half of 220, and 50, less half of 300.
    assert (line.variance.before, line.variance.after) == (yuan(250), yuan(270))
    assert effects(line) == {"revalued": "10.00", "won": "160.00", "lost": "-150.00"}
    labels = [effect.label.text() for effect in line.variance.lines]
    assert labels == ["revalued", "won", "lost, cancelled or won outside the period"]
    assert "where CNY 250 was to be expected when it began: +CNY 20." in markdown(review)
    # As long as the period runs, nothing has come yet that could be held against it.
    running = review_of(opportunities=deals, as_of=date(2026, 9, 29)).variance
    assert running is None or "forecast" not in [each.kind for each in running.lines]


def test_a_deal_that_changed_hands_is_neither_lost_to_the_one_nor_won_by_the_other() -> None:
    moved = deal("o-1", ("proposal", EVE), amount=yuan(200), close=date(2026, 8, 1), owner="ada")
    later = [Change(date(2026, 7, 20), owner="bo"), Change(THIRD_DAY, stage="closed")]
    moved = attrs.evolve(moved, history=[*moved.history, *later])
    kept = [
        deal(f"k-{rep}", ("proposal", EVE), ("lost", THIRD_DAY), amount=yuan(10), close=date(2026, 8, 1), owner=rep)
        for rep in ("ada", "bo")
    ]
    future = deal("later", ("lead", date(2026, 7, 1)), owner="cy")
    deals = [moved, *kept, future]
    found = {owner: effects(only(review_of(owner, opportunities=deals), "forecast")) for owner in ("ada", "bo", None)}
    assert found == {
        "ada": {"transferred": "-100.00", "lost": "-5.00"},
        "bo": {"transferred": "200.00", "lost": "-5.00"},
        None: {"won": "100.00", "lost": "-10.00"},
    }


def test_nothing_is_held_against_what_nobody_could_expect() -> None:
    begun = deal("o-1", ("proposal", date(2026, 7, 2)), ("closed", THIRD_DAY), amount=yuan(200))
    assert review_of(opportunities=[begun]).variance is None
    without_close = deal("o-1", ("proposal", EVE), ("closed", THIRD_DAY), amount=yuan(200))
    assert review_of(opportunities=[without_close]).variance is None
    # What an export of a later day says a deal was worth was not known when the period began.
    exported = attrs.evolve(
        deal("o-1", ("proposal", EVE), ("closed", THIRD_DAY), amount=yuan(200), close=date(2026, 8, 1)),
        as_exported=("amount",),
        exported=date(2026, 9, 30),
    )
    assert review_of(opportunities=[exported]).variance is None
    assert review_of(opportunities=[deal("o-1", ("proposal", EVE), close=date(2026, 8, 1))]).variance is None
    first = Period(date.min, date(1, 2, 1))
    assert review_of(opportunities=[deal("o-1", ("lead", date.min))], period=first, as_of=first.last).variance is None


def test_a_negative_amount_of_an_open_deal_is_in_no_forecast() -> None:
    deals = [
        deal("o-1", ("proposal", EVE), amount=yuan(-50), close=date(2026, 8, 1)),
        deal("o-2", ("proposal", EVE), ("closed", THIRD_DAY), amount=yuan(200), close=date(2026, 8, 1)),
    ]
    assert only(review_of(opportunities=deals), "forecast").variance.before == yuan(100)


def test_a_review_tells_every_kind_and_each_factor_speaks_for_a_cause() -> None:
    review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 2), as_of=date(2026, 9, 16))
    section = section_of(review)
    # Customers are told of where no deals and no products tell of a time before.
    assert [line.kind for line in section.lines] == [kind for kind in VARIANCE_KINDS if kind != "customers"]
    assert section.by_factor == section.variances[1:-1]
    names = {effect.name for variance in section.by_factor for effect in variance.lines} - {"other"}
    assert {FACTOR_CAUSES[name] for name in (*names, "amounts_known")} <= set(CAUSES)
    assert all(tree.holds() for tree in section.breakdowns)
    assert "## 差异分析" in markdown(review, lang="zh")


def test_an_average_deal_is_rounded_half_up_here_as_it_is_among_the_deals() -> None:
    # 2.5 and 4.5 yen on average; what is known goes back beyond both.
    worth = [(date(2026, 1, 5), 1), (SECOND_DAY, 2), (SECOND_DAY, 3), (THIRD_DAY, 4), (THIRD_DAY, 5)]
    deals = [deal(f"d{at}", ("lead", day), ("closed", day), amount=Amount.of(yen, JPY)) for at, (day, yen) in enumerate(worth)]
    text = markdown(review_of(opportunities=deals))
    (row,) = (line for line in text.split("\n") if line.startswith("| Average won deal"))
    assert [cell.strip() for cell in row.split("|")[3:7]] == ["JPY 3", "2", "JPY 5", "2"]
    assert "A won deal: JPY 5 on average" in text
