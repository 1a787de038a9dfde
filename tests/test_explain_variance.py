"""What made the difference, pulled apart: before and after, each effect, and each factor down to its deals and leads."""

from datetime import date
from fractions import Fraction

import attrs
import pytest
from explained import THIRD, broken, explained, labels, of_sample, sample, values
from small_records import company, yuan

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Breakdown,
    Change,
    Lead,
    LeadChange,
    Metric,
    Move,
    Opportunity,
    Org,
    Records,
    Rep,
    Target,
    Team,
)
from salesperf.review import NumberTrees, build, explain

REVENUE, UNITS = STANDARD_METRICS["revenue"], STANDARD_METRICS["units_sold"]
BASIC = STANDARD_PROCESSES["basic"]


def decided(number: int, day: date, stage: str, amount: int | str | None, lead: str | None = None) -> Opportunity:
    worth = None if amount is None else yuan(amount)
    begun = Change(date(2026, 1, 5), stage="lead", owner="ada", amount=worth)
    return Opportunity(id=f"o-{number}", lead=lead, history=[begun, Change(day, stage=stage)])


def lead(number: int, came: date, converted: date | None = None) -> Lead:
    steps = [LeadChange(came, status="new", owner="ada")]
    steps += [] if converted is None else [LeadChange(converted, status="converted")]
    return Lead(id=f"l-{number}", history=steps, channel="fair")


def found(owner: str | None = None, **known: object) -> NumberTrees:
    given = {"org": company("ada", "bo"), "processes": [BASIC]}
    records = Records(**(given | known))  # type: ignore[arg-type] # fields of records
    return explained(records, owner)


SECOND_DAY, THIRD_DAY = date(2026, 5, 4), date(2026, 8, 4)


def test_factors_of_what_was_won_come_apart_into_deals() -> None:
    # Before 2 of 4 deals were won, for 100 and 300; now 1 of 2, for 500.
    before = [decided(1, SECOND_DAY, "closed", 100), decided(2, SECOND_DAY, "closed", 300)]
    before += [decided(number, SECOND_DAY, "lost", 50) for number in (3, 4)]
    now = [decided(5, THIRD_DAY, "closed", 500), decided(6, THIRD_DAY, "lost", 50)]
    trees = found(opportunities=[*before, *now])
    assert (values(trees.tree("variance/1/before")), values(trees.tree("variance/1/after"))) == (
        [yuan(100), yuan(300)],
        [yuan(500)],
    )
    counted = trees.tree("variance/1/opportunities/before")
    assert (len(counted.parts), counted.value, type(counted.value)) == (4, 4, int)
    assert values(trees.tree("variance/1/win_rate/after")) == [1, 2]
    size = trees.tree("variance/1/deal_size/before")
    assert (size.value, values(size)) == (yuan(200), [yuan(400), Fraction(1, 2)])
    assert labels(size.parts[1].parts[1]) == ["o-1, 2026-05-04", "o-2, 2026-05-04"]
    # Of the three factors one kept its value: deals halved, and a won deal is worth two and a half times as much.
    effects = [trees.tree(f"variance/1/{name}/effect").value for name in ("opportunities", "win_rate", "deal_size")]
    assert effects == [yuan(-350), yuan(0), yuan(450)]
    assert trees.tree("variance/1/deals").value == yuan(100)
    over = {name: [trees.tree(f"variance/1/{name}/cases/{side}") for side in ("before", "after")] for name in RATES}
    assert {name: values_of(sides) for name, sides in over.items()} == {"win_rate": [4, 2], "deal_size": [2, 1]}
    assert labels(over["deal_size"][0]) == ["o-1, 2026-05-04", "o-2, 2026-05-04"]
    assert "variance/1/opportunities/cases/before" not in trees.addresses
    effect, factors = exact(trees.tree("variance/1/opportunities/effect"))
    assert (effect, factors) == (-350, [4, Fraction(1, 2), 200, 2, Fraction(1, 2), 500])
    assert broken(trees.below("variance")) == []


RATES = ("win_rate", "deal_size")


def values_of(trees: list[Breakdown]) -> list[object]:
    return [tree.value for tree in trees]


def exact(effect: Breakdown) -> tuple[object, list[object]]:
    """Return an effect before it was rounded, and all factors before and after."""
    down, _ = effect.parts
    _, unrounded = down.parts
    return unrounded.value, values(unrounded)


def test_effects_are_rounded_so_that_they_sum_to_the_change() -> None:
    now = [decided(number, THIRD_DAY, "closed", amount) for number, amount in ((2, "1.11"), (3, "2.22"))]
    trees = found(opportunities=[decided(1, SECOND_DAY, "closed", 1), *now])
    # One deal more brings (1 + 1.665) / 2 = 1.3325, and 0.665 more for each of them 1.5 x 0.665 = 0.9975: 2.33 in all.
    more, larger = (trees.tree(f"variance/1/{name}/effect") for name in ("opportunities", "deal_size"))
    assert (exact(more)[0], exact(larger)[0]) == (Fraction("1.3325"), Fraction("0.9975"))
    assert [str(value) for value in values(more)] == ["1.33 CNY", "0.00 CNY"]
    assert [str(value) for value in values(larger)] == ["0.99 CNY", "0.01 CNY"]
    assert (more.holds(), larger.holds()) == (True, True)
    assert larger.parts[1].label.text() == "smallest unit more, so that all effects sum to the change"


def test_factors_that_are_counted_with_another_are_multiplied_with_it() -> None:
    deals = [decided(1, SECOND_DAY, "closed", 100), decided(2, SECOND_DAY, "lost", 50)]
    trees = found(opportunities=[*deals, decided(3, THIRD_DAY, "lost", 50)])
    effect = trees.tree("variance/1/win_rate/effect")
    # Half of the deals times 100 each were won before; of nothing won nobody knows how large it is.
    assert exact(effect) == (-75, [2, 50, 1, 0])
    together, none = effect.parts[0].parts[1].parts[1::2]
    assert (values(together), together.label.text()) == ([Fraction(1, 2), 100], "Win rate with Average won deal, before")
    assert (values(none), effect.holds()) == ([0, 1], True)
    # Before one deal was won, of two; now none was, of one.
    cases = [trees.tree(f"variance/1/win_rate/cases/{side}") for side in ("before", "after")]
    assert values_of(cases) == [1, 1]
    assert [labels(side) for side in cases] == [["o-1, 2026-05-04"], ["o-3, 2026-08-04"]]


def test_effects_on_sums_of_more_digits_than_a_float_has_are_told_alone() -> None:
    most = 10**16
    deals = [decided(number, SECOND_DAY, "closed", amount) for number, amount in ((1, most + 1), (2, most + 7), (3, 9))]
    effect = found(opportunities=[*deals, decided(4, THIRD_DAY, "closed", 3 * most + 5)]).tree(
        "variance/1/opportunities/effect"
    )
    assert effect.parts == ()
    assert effect.label.text().endswith("the mean over all orders of the factors; of sums with more digits than a float has")


def test_deals_without_an_amount_are_a_factor_of_their_own() -> None:
    before = [decided(1, SECOND_DAY, "closed", 100), decided(2, SECOND_DAY, "closed", None)]
    trees = found(opportunities=[*before, decided(3, THIRD_DAY, "closed", 100)])
    known = trees.tree("variance/1/amounts_known/before")
    assert values(known) == [1, 2]
    assert trees.tree("variance/1/amounts_known/after").value == 1


def test_the_average_of_won_deals_is_an_amount_rounded_once() -> None:
    before = [decided(number, SECOND_DAY, "closed", amount) for number, amount in ((1, 100), (2, 100), (3, 101))]
    trees = found(opportunities=[*before, decided(4, THIRD_DAY, "closed", 100)])
    size = trees.tree("variance/1/deal_size/before")
    # 301 / 3 = 100.333...
    assert size.value == Amount.of("100.33", CNY)
    assert size.holds()


def test_deals_from_leads_come_apart_into_the_leads_that_came() -> None:
    leads = [lead(1, SECOND_DAY, date(2026, 5, 20)), lead(2, SECOND_DAY), lead(3, THIRD_DAY, date(2026, 8, 20))]
    deals = [decided(1, date(2026, 6, 4), "closed", 100, "l-1"), decided(2, date(2026, 9, 4), "closed", 300, "l-3")]
    trees = found(opportunities=deals, leads=leads)
    assert len(trees.tree("variance/1/leads/before").parts) == 2
    assert values(trees.tree("variance/1/conversion_rate/before")) == [1, 2]
    assert values(trees.tree("variance/1/deals_per_lead/after")) == [1, 1]
    assert labels(trees.tree("variance/1/leads/after")) == ["l-3"]
    assert broken(trees.below("variance")) == []


def test_a_time_in_which_nothing_was_won_merges_factors_and_has_no_level_of_them() -> None:
    deals = [decided(1, SECOND_DAY, "closed", 100), decided(2, THIRD_DAY, "lost", 50)]
    trees = found(opportunities=deals)
    assert "variance/1/deal_size/before" not in trees.addresses
    assert trees.tree("variance/1/win_rate/after").value == 0
    assert trees.tree("variance/1/after").value == yuan(0)


# Against plan


def entries(actual: Breakdown) -> list[str]:
    """Return the entries below the months of what was done."""
    return [entry.label.text() for month in actual.parts for entry in month.parts]


def sold(owner: str, amount: int, on: date = THIRD_DAY, **scope: str) -> Actual:
    return Actual(owner=owner, metric=REVENUE, amount=yuan(amount), on=on, scope=scope)


def owed(owner: str | None, amount: int) -> Target:
    return Target(owner=owner, metric=REVENUE, amount=yuan(amount), period=THIRD)


def test_a_gap_comes_apart_into_what_each_below_did_and_was_to_do() -> None:
    trees = found(targets=[owed(None, 100), owed("ada", 60), owed("bo", 30)], actuals=[sold("ada", 70), sold("bo", 20)])
    ada = trees.tree("variance/1/ada/effect")
    assert (ada.value, values(ada)) == (yuan(10), [yuan(70), yuan(60)])
    assert entries(ada.parts[0]) == ["2026-08-04, ada"]
    # The target of the company is 10 more than those of the two.
    rest = trees.tree("variance/1/rest/effect")
    assert (rest.value, values(rest)) == (yuan(-10), [yuan(0), yuan(10)])
    assert (trees.tree("variance/1/before").value, trees.tree("variance/1/after").value) == (yuan(100), yuan(90))
    assert broken(trees.below("variance")) == []


def test_whoever_left_a_team_and_came_back_is_taken_together() -> None:
    teams = [Team(id="east"), Team(id="west")]
    ada = Rep(id="ada", team="east")
    moves = [Move(rep="ada", on=date(2026, 7, 11), team="west"), Move(rep="ada", on=date(2026, 8, 1), team="east")]
    org = Org(teams=teams, reps=[ada, Rep(id="bo", team="east")], moves=moves)
    targets = [owed("ada", 90), owed("bo", 30)]
    actuals = [sold("ada", 20, date(2026, 7, 4)), sold("ada", 50), sold("bo", 20)]
    records = Records(org=org, targets=targets, actuals=actuals)
    trees = explained(records, "east")
    effect = trees.tree("variance/1/ada/effect")
    assert [len(part.parts) for part in effect.parts] == [2, 2]
    # What was done each time comes apart into its entries.
    done = [entries(part) for part in effect.parts[0].parts]
    assert done == [["2026-07-04, ada"], ["2026-08-04, ada"]]
    assert effect.holds()


def test_what_was_done_by_whoever_changed_team_comes_apart_into_the_entries_of_its_time_there() -> None:
    teams = [Team(id="east"), Team(id="north", parent="east")]
    moves = [Move(rep="ada", on=date(2026, 7, 11), team="north")]
    org = Org(teams=teams, reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east")], moves=moves)
    actuals = [sold("ada", 20, date(2026, 7, 4)), sold("ada", 50), sold("bo", 20)]
    records = Records(org=org, targets=[owed("ada", 90), owed("bo", 30)], actuals=actuals)
    trees = explained(records, "east")
    assert "attainment/revenue/ada@north/actual" in trees.addresses
    done = trees.tree("variance/1/ada/effect").parts[0]
    assert entries(done) == ["2026-07-04, ada"]


def test_of_two_metrics_that_are_called_alike_each_gap_is_of_its_own() -> None:
    goods, services = (Metric(key, "money", "flow", "higher", "Sales") for key in ("goods", "services"))
    targets = [
        Target(owner=owner, metric=metric, amount=yuan(amount), period=THIRD)
        for metric, amount in ((goods, 100), (services, 60))
        for owner in (None, "ada")
    ]
    actuals = [
        Actual(owner="ada", metric=metric, amount=yuan(amount), on=THIRD_DAY)
        for metric, amount in ((goods, 70), (services, 90))
    ]
    trees = found(targets=targets, actuals=actuals)
    ends = [values(trees.tree(f"variance/{place}/ada/effect")) for place in (1, 2)]
    assert ends == [[yuan(70), yuan(100)], [yuan(90), yuan(60)]]


def test_a_gap_of_a_metric_that_has_no_section_stands_alone() -> None:
    records = Records(org=company("ada"), targets=[owed(None, 100), owed("ada", 60)], actuals=[sold("ada", 70)])
    review = build(records, owner=None, period=THIRD, as_of=THIRD.last)
    trees = explain(attrs.evolve(review, metrics=())).below("variance/1")
    alone = [trees.tree(f"variance/1/{name}") for name in ("before", "after", "ada/effect")]
    assert [(tree.value, tree.parts) for tree in alone] == [(yuan(100), ()), (yuan(70), ()), (yuan(10), ())]


# By product


def units(number: int, on: date, product: str) -> Actual:
    return Actual(owner="ada", metric=UNITS, amount=Amount.of(number, COUNT), on=on, scope={"product": product})


def test_revenue_by_product_comes_apart_into_entries() -> None:
    last = date(2025, 7, 3)
    actuals = [sold("ada", 100, last, product="A"), units(10, last, "A"), sold("bo", 5, product="A")]
    actuals += [sold("ada", 150, product="A"), units(10, THIRD_DAY, "A"), sold("ada", 7)]
    trees = found(targets=[owed(None, 200)], actuals=actuals)
    place = next(address.split("/")[1] for address in trees.addresses if address.endswith("/products"))
    (before,) = trees.tree(f"variance/{place}/before").parts
    (after,) = trees.tree(f"variance/{place}/after").parts
    assert (values(before), values(after)) == ([yuan(100)], [yuan(150), yuan(5)])
    assert trees.tree(f"variance/{place}/price/effect").parts[0].value == yuan(55)
    # 7 of the revenue names no product.
    assert trees.tree(f"variance/{place}/note/1/after").value == yuan(7)
    # That nobody owes anything makes no difference; without the entries the sum of each product is all that is told.
    assert found(actuals=actuals).tree("variance/1/after").parts == (after,)
    records = Records(org=company("ada", "bo"), actuals=actuals)
    (after,) = explained(records, with_records=False).tree("variance/1/after").parts
    assert (after.value, after.parts) == (yuan(155), ())


def test_mix_and_prices_come_apart_into_quantities_and_prices_of_each_product() -> None:
    last = date(2025, 7, 3)
    actuals = [sold("ada", amount, last, product=name) for name, amount in (("A", 100), ("B", 150), ("gone", 9))]
    actuals += [units(number, last, name) for name, number in (("A", 10), ("B", 30), ("gone", 1))]
    actuals += [sold("ada", amount, product=name) for name, amount in (("A", 240), ("B", 100), ("new", 7), ("back", -4))]
    actuals += [units(number, THIRD_DAY, name) for name, number in (("A", 15), ("A", 5), ("B", 20), ("new", 1), ("back", -1))]
    trees = found(actuals=actuals)
    # Of 40 pieces A is a quarter and then half, for 10 and then 12 each; B is the rest, for 5 each.
    mix = trees.tree("variance/1/mix/effect")
    assert values(mix) == [yuan(110), yuan(-50)]
    assert [exact(product) for product in mix.parts] == [
        (110, [40, Fraction(1, 4), 10, 40, Fraction(1, 2), 12]),
        (-50, [40, Fraction(3, 4), 5, 40, Fraction(1, 2), 5]),
    ]
    share = mix.parts[0].parts[0].parts[1].parts[4]
    assert values(share.parts[0]) == [5, 15]
    assert labels(share.parts[0]) == ["2026-08-04, ada", "2026-08-04, ada"]
    price = trees.tree("variance/1/price/effect")
    assert (values(price), exact(price.parts[0])[0]) == ([yuan(30)], 30)
    assert trees.tree("variance/1/volume/effect").parts == ()
    # All pieces of what was sold both times; what is new or gone is no part of them.
    assert [values(trees.tree(f"variance/1/quantity/{side}")) for side in ("before", "after")] == [[10, 30], [20, 20]]
    ends = [values(trees.tree(f"variance/1/{name}/effect").parts[0]) for name in ("new", "discontinued", "other")]
    assert ends == [[yuan(7), yuan(0)], [yuan(0), yuan(9)], [yuan(-4), yuan(0)]]
    assert broken(trees.below("variance")) == []


def test_entries_in_another_money_are_none_of_a_product() -> None:
    last = date(2025, 7, 3)
    actuals = [sold("ada", 100, last, product="A"), units(10, last, "A")]
    actuals += [sold("ada", 150, product="A"), units(10, THIRD_DAY, "A")]
    in_dollars = Actual(owner="ada", metric=REVENUE, amount=Amount.of(9, USD), on=THIRD_DAY, scope={"product": "A"})
    trees = found(actuals=[*actuals, in_dollars])
    assert trees.tree("variance/1/after").value == yuan(150)


# Against the forecast


def test_what_became_of_a_forecast_comes_apart_into_deals() -> None:
    review = sample(None, "2026-08")
    assert review.variance is not None
    place = next(place for place, line in enumerate(review.variance.lines, 1) if line.kind == "forecast")
    trees = of_sample(None, "2026-08", with_records=False).below(f"variance/{place}")
    line = review.variance.lines[place - 1]
    before, after = (trees.tree(f"variance/{place}/{side}") for side in ("before", "after"))
    assert (before.value, after.value) == (line.variance.before, line.variance.after)
    assert after.parts[0].value == before.value
    # What was expected is what deals were worth times their chances.
    assert {node.label.text() for node in before.walk()} >= {"amount", "chance to be won in the period"}
    effects = [trees.tree(f"variance/{place}/{effect.name}/effect") for effect in line.variance.lines]
    deals = [part for tree in effects for part in tree.parts]
    assert deals
    assert all([side.label.text() for side in deal.parts] == ["after", "before"] for deal in deals)
    assert broken(trees) == []


# The sample


@pytest.mark.parametrize(
    ("address", "count"),
    # By the files 21 were won and 26 lost in the 78 days up to 30 June, as many as have passed, and 9 and 19 in these.
    [("opportunities/before", 47), ("opportunities/after", 28)],
)
def test_deals_of_the_sample_are_named(address: str, count: int) -> None:
    assert len(of_sample().tree(f"variance/3/{address}").parts) == count


def test_amounts_of_the_sample_are_those_of_the_report() -> None:
    trees = of_sample()
    # By the files the 21 deals were won for so much, and so much revenue was entered up to 16 September of the year before.
    assert str(trees.tree("variance/3/before").value) == "3,610,780.00 CNY"
    assert str(trees.tree("variance/5/before").value) == "14,109,200.00 CNY"
    # In those days 89 leads came, and 31 were converted, some of which had come before.
    assert trees.tree("variance/4/conversion_rate/before").value == 31 / 89
    assert trees.tree("variance/1/east/effect").parts[0].parts
    # The change against plan comes apart as its effects do.
    assert trees.tree("variance/1/plan").parts[0].parts == trees.tree("variance/1/east/effect").parts


def test_a_review_without_differences_has_none() -> None:
    assert found().below("variance").addresses == ()
