"""A plan that names steps toward money: a gap taken apart by them, and by customers where nothing else tells of a change."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, permutations
from math import prod

import attrs
import pytest
from explained import broken
from small_records import yuan

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Citation,
    Finding,
    FrozenMap,
    Message,
    Metric,
    Org,
    Period,
    Records,
    Rep,
    Target,
)
from salesperf.diagnosis import DEFAULT_RULES, DiagnosisRule, Evidence
from salesperf.io.folder import read_sample
from salesperf.report import markdown
from salesperf.review import Review, VarianceLine, build, explain
from salesperf.review.steps import steps_toward

THIRD, SEP_30 = Period.quarter(2026, 3), date(2026, 9, 30)
REVENUE = STANDARD_METRICS["revenue"]


def amount_of(metric: Metric, number: int) -> Amount:
    return Amount.of(number, CNY if metric.dimension == "money" else COUNT)


def known(planned: Mapping[str, int], came: Mapping[str, int], *, customer: str | None = None) -> Records:
    """Return a company of one rep, who owes so much of some metrics by the end of a quarter, and entered so much."""
    metrics = {key: STANDARD_METRICS[key] for key in {**planned, **came}}
    scope = {} if customer is None else {"customer": customer}
    return Records(
        org=Org(reps=[Rep(id="ada")]),
        targets=[
            Target(owner="ada", metric=metrics[key], amount=amount_of(metrics[key], number), period=THIRD)
            for key, number in planned.items()
        ],
        actuals=[
            Actual(owner="ada", metric=metrics[key], amount=amount_of(metrics[key], number), on=date(2026, 8, 3), scope=scope)
            for key, number in came.items()
        ],
    )


def review_of(records: Records, *, owner: str | None = "ada", as_of: date = SEP_30) -> Review:
    return build(records, owner=owner, period=THIRD, as_of=as_of)


def lines_of(review: Review, kind: str) -> list[VarianceLine]:
    return [line for line in (() if review.variance is None else review.variance.lines) if line.kind == kind]


def shapley(before: list[Fraction], after: list[Fraction]) -> Iterator[Fraction]:
    """Yield what each factor of a product did, the mean over all orders in which they may have changed."""
    orders = list(permutations(range(len(before))))
    for place in range(len(before)):
        total = Fraction(0)
        for order in orders:
            changed = set(order[: order.index(place)])
            others = prod((after if each in changed else before)[each] for each in range(len(before)) if each != place)
            total += (after[place] - before[place]) * others
        yield total / len(orders)


def rates(numbers: list[int]) -> list[Fraction]:
    return [Fraction(numbers[0]), *(Fraction(number, base) for base, number in pairwise(numbers))]


PLANNED = {"leads": 100, "converted_leads": 40, "visits": 120, "proposals": 60, "orders": 20, "revenue": 100_000}
CAME = {"leads": 130, "converted_leads": 40, "visits": 90, "proposals": 50, "orders": 10, "revenue": 70_000}


def test_a_gap_is_shared_out_over_the_steps_that_are_owed() -> None:
    review = review_of(known(PLANNED, CAME))
    (line,) = lines_of(review, "steps")
    names = ["leads", "conversion_rate", "visits_per_converted_lead", "proposals_per_visit", "orders_per_proposal"]
    assert [effect.name for effect in line.variance.lines] == [*names, "average_order_value"]
    exact = list(shapley(rates(list(PLANNED.values())), rates(list(CAME.values()))))
    assert all(
        abs(Fraction(effect.value.minor, 100) - value) < Fraction(1, 100)
        for effect, value in zip(line.variance.lines, exact, strict=True)
    )
    assert line.variance.total == yuan(-30_000)
    assert (line.variance.comparison, line.variance.lines[1].cases) == ("plan_to_actual", (100, 130))
    text = markdown(review)
    assert "It is Leads × Conversion rate × Visits for each converted lead × Proposals for each visit ×" in text
    assert "每份方案的订单数" in markdown(review, lang="zh")
    row = next(row for row in text.splitlines() if row.startswith("| Conversion rate"))
    assert [cell.strip() for cell in row.split("|")[3:5]] == ["40.0%", "30.8%"]
    # More leads came than were planned: what took most was how few proposals became orders.
    causes = {cause.rule: cause for cause in review.causes if cause.rule.startswith("missed_for") and not cause.is_untold}
    assert causes["missed_for_ability"].record == "plan_to_actual/1"
    assert "missed_for_demand" not in causes


def test_each_step_comes_apart_into_what_was_planned_and_entered() -> None:
    records = known(PLANNED, CAME)
    found = explain(review_of(records), records=records)
    (whole,) = (each for each in found.addresses if each.endswith("/steps"))
    at = whole.removesuffix("/steps")
    assert found.tree(f"{at}/leads/before").value == 100
    assert [part.value for part in found.tree(f"{at}/orders_per_proposal/after").parts] == [10, 50]
    assert found.tree(f"{at}/average_order_value/before").value == 5000
    assert [str(found.tree(f"{at}/{side}").value) for side in ("before", "after")] == ["100,000.00 CNY", "70,000.00 CNY"]
    assert broken(found) == []
    # A plan has no cases, and what came stands in the table itself.
    assert [each for each in found.addresses if each.startswith(f"{at}/") and "/cases/" in each] == []


@pytest.mark.parametrize(
    ("planned", "came", "names"),
    [
        ({"won_deals": 10, "revenue": 1000}, {"won_deals": 5, "revenue": 900}, ["won_deals", "average_value"]),
        ({"orders": 10, "won_deals": 8, "revenue": 1000}, {"orders": 5, "won_deals": 4, "revenue": 900}, ["orders"]),
        ({"visits": 10, "revenue": 1000}, {"visits": 5, "revenue": 900}, ["visits", "average_value"]),
        # Of nothing nothing comes: orders came of no leads, and no product tells that.
        ({"leads": 10, "orders": 5, "revenue": 1000}, {"leads": 0, "orders": 5, "revenue": 900}, []),
        ({"orders": 10, "revenue": 1000}, {"orders": 0, "revenue": 900}, []),
        # Nothing was entered of a step that is owed: then nobody knows it.
        ({"orders": 0, "revenue": 0}, {"orders": 0, "revenue": 0}, []),
        ({"revenue": 1000}, {"revenue": 900}, []),
        ({"orders": 10}, {"orders": 9}, []),
    ],
)
def test_which_steps_there_are(planned: dict[str, int], came: dict[str, int], names: list[str]) -> None:
    found = [effect.name for line in lines_of(review_of(known(planned, came)), "steps") for effect in line.variance.lines]
    assert found[: len(names)] == names
    assert bool(found) == bool(names)


def test_an_average_that_is_owed_tells_how_many_are_owed_of_what_it_is_over() -> None:
    review = build(read_sample(), owner=None, period=THIRD, as_of=date(2026, 9, 16))
    (line,) = lines_of(review, "steps")
    planned, came = Fraction("15563636.36"), Fraction(16_656_900)
    orders, average = line.variance.lines
    assert (orders.name, average.name) == ("orders", "average_order_value")
    assert orders.before == pytest.approx(float(planned / 105_000), rel=1e-15)
    # By the sample's files 158 orders were entered in the quarter up to 16 September.
    assert (orders.after, average.before) == (158.0, 105_000.0)
    exact = list(shapley([planned / 105_000, Fraction(105_000)], [Fraction(158), came / 158]))
    assert [Fraction(effect.value.minor, 100) for effect in line.variance.lines] == [
        Fraction(round(value * 100), 100) for value in exact
    ]
    assert orders.value + average.value == line.variance.total


def test_an_average_over_something_else_stands_alone_and_steps_of_a_part_are_its_own() -> None:
    baskets = Metric(key="baskets", dimension="count", accumulation="flow", direction="higher", title="baskets")
    per_basket = attrs.evolve(
        STANDARD_METRICS["average_order_value"], key="basket_value", title="basket value", denominator=baskets
    )
    records = known({"leads": 10, "revenue": 1000}, {"leads": 5, "revenue": 900})
    owed = Target(owner="ada", metric=per_basket, amount=Decimal(50), period=THIRD)
    entered = Actual(owner="ada", metric=baskets, amount=Amount.of(20, COUNT), on=date(2026, 8, 3))
    both = attrs.evolve(records, targets=[*records.targets, owed], actuals=[*records.actuals, entered])
    (line,) = lines_of(review_of(both), "steps")
    assert [(effect.name, effect.before, effect.after) for effect in line.variance.lines] == [
        ("baskets", 20.0, 20.0),
        ("basket_value", 50.0, 45.0),
    ]
    assert broken(explain(review_of(both), records=both)) == []
    # Nobody knows how many baskets an average of nothing is over.
    none = attrs.evolve(both, targets=[*records.targets, attrs.evolve(owed, amount=Decimal(0))])
    assert lines_of(review_of(none), "steps") == []
    unknown = attrs.evolve(both, actuals=records.actuals)
    assert lines_of(review_of(unknown), "steps") == []
    # What is owed of a part has no steps that are owed of the whole.
    part = FrozenMap({"product": "basic"})
    of_part = attrs.evolve(records.targets[1], scope=part)
    mixed = attrs.evolve(records, targets=[records.targets[0], of_part])
    assert lines_of(review_of(mixed), "steps") == []


def test_the_steps_of_a_period_that_has_ended_are_those_of_its_last_day() -> None:
    records = known(PLANNED, CAME)
    then, later = review_of(records), review_of(records, as_of=date(2027, 3, 1))
    assert lines_of(then, "steps")
    assert then.variance == later.variance


def test_a_count_or_a_stock_of_money_has_no_steps() -> None:
    review = review_of(known(PLANNED, CAME))
    (leads,) = (section for section in review.metrics if section.metric.key == "leads")
    assert steps_toward(leads, review.metrics) is None


# By customers


def test_what_took_of_the_gap_though_more_came_comes_apart_into_both() -> None:
    records = bought(*BEFORE, ("k-1", JULY, 300), ("k-2", JULY, 400), ("k-3", AUGUST, 200))
    owed = Target(owner="ada", metric=REVENUE, amount=yuan(1500), period=THIRD)
    few = Target(owner="ada", metric=STANDARD_METRICS["visits"], amount=amount_of(STANDARD_METRICS["visits"], 9), period=THIRD)
    known_too = attrs.evolve(records, targets=[owed, few])
    review = review_of(known_too)
    (line,) = lines_of(review, "customers")
    took = line.variance.effects["purchases_per_customer"]
    rules = {"missed_for_demand": attrs.evolve(DEFAULT_RULES["missed_for_demand"], fewest=1)}
    asked = build(known_too, owner="ada", period=THIRD, as_of=SEP_30, rules=rules)
    (place, cause) = next((place, each) for place, each in enumerate(asked.causes, 1) if not each.is_untold)
    assert cause.message.arguments["share"] == took.minor / -60_000
    tree = explain(asked, records=known_too).tree(f"causes/{place}/missed_for_demand/share")
    assert tree.value == cause.message.arguments["share"]
    taken, gap = tree.parts
    assert (taken.value, gap.value, [part.value for part in gap.parts]) == (took, yuan(-600), [yuan(900), yuan(1500)])
    assert broken(explain(asked, records=known_too)) == []

    def look(_: Evidence, rule: DiagnosisRule) -> Iterator[Finding]:
        effect = line.variance.lines[1]
        cited = Citation(label=effect.label, value=effect.value, source=Message("here"))
        yield rule.found([cited], record=cause.record, share=0.25, loss="what was lost", factors=(effect.label,))

    # A rule of somebody else under our name may cite no target: then nothing is behind its share.
    rules["missed_for_demand"] = attrs.evolve(rules["missed_for_demand"], look=look)
    theirs = build(known_too, owner="ada", period=THIRD, as_of=SEP_30, rules=rules)
    tree = explain(theirs, records=known_too).tree("causes/1/missed_for_demand/share")
    assert (tree.value, tree.parts) == (0.25, ())


def bought(*sales: tuple[str | None, date, int]) -> Records:
    """Return what customers bought, and a rep who owes nothing."""
    scopes = [{} if customer is None else {"customer": customer} for customer, _, _ in sales]
    return Records(
        org=Org(reps=[Rep(id="ada")]),
        actuals=[
            Actual(owner="ada", metric=REVENUE, amount=yuan(number), on=on, scope=scope)
            for (_, on, number), scope in zip(sales, scopes, strict=True)
        ],
    )


MAY, JUNE, JULY, AUGUST = date(2026, 5, 4), date(2026, 6, 4), date(2026, 7, 6), date(2026, 8, 3)
BEFORE = (("k-1", date(2026, 4, 1), 100), ("k-1", MAY, 300), ("k-2", JUNE, 200))


def test_where_neither_deals_nor_products_tell_a_change_is_taken_apart_by_customers() -> None:
    records = bought(*BEFORE, ("k-1", JULY, 300), ("k-2", JULY, 400), ("k-3", AUGUST, 200), (None, AUGUST, 5000))
    review = review_of(records)
    (line,) = lines_of(review, "customers")
    # Before 2 customers bought 3 times for 600, now 3 customers 3 times for 900.
    assert [(effect.name, effect.before, effect.after, effect.cases) for effect in line.variance.lines] == [
        ("customers", 2.0, 3.0, None),
        ("purchases_per_customer", 1.5, 1.0, (2, 3)),
        ("average_purchase", 200.0, 300.0, (3, 3)),
    ]
    exact = shapley([Fraction(2), Fraction(3, 2), Fraction(200)], [Fraction(3), Fraction(1), Fraction(300)])
    assert sum(effect.value.minor for effect in line.variance.lines) == 30_000
    assert all(
        abs(Fraction(effect.value.minor, 100) - value) < Fraction(1, 100)
        for effect, value in zip(line.variance.lines, exact, strict=True)
    )
    assert str(line.before) == "2026-Q2"
    text = markdown(review)
    assert "Revenue from customers known by name: CNY 900 in Q3 2026, after CNY 600 in Q2 2026: +CNY 300." in text
    assert "等于购买客户数×每个客户的购买次数×每次购买的平均金额" in markdown(review, lang="zh")
    found = explain(review, records=records)
    at = next(each for each in found.addresses if each.endswith("/customers") and each.startswith("variance/"))
    at = at.removesuffix("/customers")
    assert found.tree(f"{at}/customers/after").value == 3
    assert [part.value for part in found.tree(f"{at}/average_purchase/before").parts] == [yuan(600), 3]
    assert found.tree(f"{at}/purchases_per_customer/cases/before").value == 2
    assert [part.value for part in found.tree(f"{at}/after").parts] == [yuan(300), yuan(400), yuan(200)]
    assert broken(found) == []


def test_what_came_back_takes_from_the_average_and_nothing_is_told_of_returns_alone() -> None:
    returned = review_of(bought(*BEFORE, ("k-1", JULY, 300), ("k-1", AUGUST, -100)))
    (line,) = lines_of(returned, "customers")
    assert [effect.after for effect in line.variance.lines] == [1.0, 1.0, 200.0]
    assert lines_of(review_of(bought(*BEFORE, ("k-1", AUGUST, -100))), "customers") == []


def test_where_deals_or_products_tell_or_no_time_before_is_known_customers_do_not() -> None:
    assert lines_of(review_of(bought(("k-1", JULY, 300), ("k-2", AUGUST, 100))), "customers") == []
    sample = build(read_sample(), owner=None, period=THIRD, as_of=date(2026, 9, 16))
    assert lines_of(sample, "customers") == []
    assert lines_of(sample, "deals")
