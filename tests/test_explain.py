"""Numbers of a review pulled apart: those of the sample company, down to its deals, leads and entries."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import attrs
import pytest
from explained import LOOKED, THIRD, broken, explained, labels, of_sample, sample, values
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
    InvalidValueError,
    Message,
    Opportunity,
    Period,
    Records,
    Target,
    UnknownNameError,
)
from salesperf.io.folder import read_sample
from salesperf.review import NumberTrees, build, explain

REVENUE = STANDARD_METRICS["revenue"]


def value(address: str) -> object:
    return of_sample().tree(address).value


@pytest.mark.parametrize("owner", [None, "r-12"])
def test_every_number_of_the_sample_comes_apart_and_makes_it_up_again(owner: str | None) -> None:
    assert broken(of_sample(owner)) == []


def test_the_numbers_are_those_of_the_sections() -> None:
    review = sample()
    (deals,) = review.deals
    leads, market, team = review.leads, review.market, review.team
    assert leads is not None
    assert market is not None
    assert team is not None
    assert value("deals/solution/won") == deals.closed.won
    assert value("deals/solution/won_value") == deals.closed.won_value
    assert value("deals/solution/average_won_value") == deals.closed.average_won_value
    assert float(str(value("deals/solution/win_rate"))) == pytest.approx(deals.closed.win_rate.value)
    assert value("deals/solution/median_cycle_days") == deals.closed.median_cycle_days
    assert value("deals/solution/open_value") == deals.pipeline.total.amount
    assert value("deals/solution/flag/stalled") == deals.pipeline.flag_counts["stalled"]
    assert value("deals/solution/due") == deals.slips.total.due
    for group, age in zip(deals.pipeline.by_stage, deals.pipeline.ages, strict=True):
        assert value(f"deals/solution/{group.key}/deals") == group.count
        assert value(f"deals/solution/{group.key}/open_value") == group.amount
        assert value(f"deals/solution/{group.key}/median_days") == age.median_days
        assert value(f"deals/solution/{group.key}/over_limit") == age.over
    for stage in deals.funnel.segments[0].stages:
        for name in ("entered", "moved_on", "lost", "cancelled", "open"):
            assert value(f"deals/solution/funnel/{stage.stage.key}/{name}") == getattr(stage, name)
    named = [member.owner for member in deals.members]
    for member in deals.members:
        if named.count(member.owner) > 1:
            continue
        assert value(f"deals/solution/{member.owner}/won") == member.won
        assert value(f"deals/solution/{member.owner}/won_value") == member.won_value
        assert value(f"deals/solution/{member.owner}/open") == member.open_deals
    assert (value("leads/came"), value("leads/open"), value("leads/pool")) == (
        leads.came,
        len(leads.open_leads),
        len(leads.pool),
    )
    holders = [told.owner for told in leads.members]
    for told in leads.members:
        address = f"leads/{told.owner}/open"
        assert value(address) == told.open if holders.count(told.owner) == 1 else address not in of_sample().addresses
    for grade, count in leads.grades.items():
        assert not count or value(f"leads/grade/{grade}") == count
    for line in market.competitors:
        assert value(f"market/competitor/{line.competitor}/lost") == line.lost
    assert value("team/headcount") == team.headcount.breakdown.value
    assert value("quality/score") == review.quality.report.breakdown.value


def test_a_rate_comes_apart_into_the_deals_behind_it() -> None:
    tree = of_sample("r-12").tree("deals/solution/win_rate")
    won, decided = tree.parts
    assert tree.label.text("zh") == "赢单率"
    assert {part.label for part in won.parts} <= {part.label for part in decided.parts}
    assert won.value == len(won.parts)


def test_what_was_done_comes_apart_into_its_entries_where_the_records_are_at_hand() -> None:
    tree = of_sample("r-12").tree("attainment/revenue/actual")
    done = [each for each in read_sample().actuals if each.owner == "r-12" and each.metric == REVENUE]
    within = [each for each in done if each.on in THIRD and each.on <= LOOKED]
    assert [month.label.text() for month in tree.parts] == [
        *("within 2026-07", "within 2026-08", "within 2026-09-01 to 2026-09-16")
    ]
    assert [part.value for month in tree.parts for part in month.parts] == [
        each.amount for each in sorted(within, key=lambda each: (each.on, repr(each)))
    ]
    assert "attainment/revenue/actual" not in of_sample("r-12", with_records=False).addresses
    ratio = of_sample("r-12").tree("attainment/average_order_value/actual")
    assert labels(ratio) == ["Revenue", "Orders"]


def test_numbers_below_a_path_are_those_of_a_section_or_a_member() -> None:
    east = of_sample().below("leads/east/")
    assert east.addresses
    assert all(address.startswith("leads/east/") for address in east.addresses)
    rows = east.rows()
    assert [row["address"] for row in rows] == list(east.addresses)
    assert {"address", "number", "value"} == set(rows[0])
    assert len(east.text("zh").splitlines()) == len(rows)
    assert of_sample().below("leads/ea").addresses == ()


def test_of_what_is_counted_on_a_day_as_much_is_planned_as_is_owed() -> None:
    target = Target(owner="ada", metric=STANDARD_METRICS["headcount"], amount=Amount.of(4, COUNT), period=THIRD)
    records = Records(org=company("ada"), targets=[target])
    planned = explained(records, "ada", as_of=LOOKED, with_records=False).tree("attainment/headcount/planned")
    assert (planned.value, planned.parts[0].value) == (Amount.of(4, COUNT), Amount.of(4, COUNT))


def test_a_number_is_found_by_words_of_its_address_and_no_tree_is_grown_for_it() -> None:
    def grow() -> Breakdown:
        pytest.fail("nobody asked for it")

    rep = "deals/basic/r-1/win_rate"
    names = ("deals/basic/won", rep, f"{rep}/low", "deals/basic/r-11/win_rate", "a/rate")
    found = NumberTrees(dict.fromkeys(names, grow))
    assert found.find("win rate").addresses == names[1:4]
    assert found.find("R-11 rate").addresses == ("deals/basic/r-11/win_rate",)
    assert found.find("deals WIN").addresses == names[1:4]  # a word may be begun, and in any order
    assert found.find("rate low deals").addresses == (f"{rep}/low",)
    assert found.find("/").addresses == ()


def test_where_no_address_has_the_words_what_the_numbers_are_is_searched_in_the_language_of_the_reader() -> None:
    def called(key: str) -> Callable[[], Breakdown]:
        return lambda: Breakdown(label=Message(key), value=1)

    found = NumberTrees({"a": called("explain.win_rate"), "b": called("(Lost) by price"), "c": called("explain.won")})
    assert found.find("赢单率", "zh").addresses == ("a",)
    assert found.find("单率", "zh").addresses == ("a",)  # no space stands between the words
    assert found.find("赢单率").addresses == ()
    assert found.find("price LOST").addresses == ("b",)
    assert found.find("ost").addresses == found.find("price of").addresses == ()


def test_an_address_that_is_not_there_is_told() -> None:
    with pytest.raises(UnknownNameError) as slip:
        of_sample().tree("attainment/revenue/gpa")
    assert (slip.value.code, slip.value.path) == ("misspelt_number", ("address",))
    with pytest.raises(UnknownNameError) as unlike:
        of_sample().tree("nothing like it")
    assert unlike.value.code == "unknown_number"
    for ask in (of_sample().tree, of_sample().below, of_sample().find):
        with pytest.raises(InvalidValueError) as wrong:
            ask(7)  # type: ignore[arg-type] # wrong on purpose
        assert wrong.value.code == "wrong_type"
    with pytest.raises(InvalidValueError) as no_review:
        explain("review")  # type: ignore[arg-type] # wrong on purpose
    assert no_review.value.path == ("review",)
    with pytest.raises(InvalidValueError) as no_records:
        explain(sample(), records=())  # type: ignore[arg-type] # wrong on purpose
    assert no_records.value.path == ("records",)


def deal(number: int, owner: str, amount: Amount | None, end: str = "closed") -> Opportunity:
    begun = Change(date(2026, 7, 1), stage="lead", owner=owner, amount=amount)
    return Opportunity(id=f"o-{number}", history=[begun, Change(date(2026, 8, number), stage=end)])


def test_deals_in_several_currencies_have_addresses_of_their_own_and_names_tell_a_terminal_nothing() -> None:
    ada = "ada\x1b[31m"
    deals = [deal(1, ada, yuan(300)), deal(2, ada, yuan(100)), deal(3, ada, Amount.of(5, USD))]
    records = Records(org=company(ada), opportunities=deals, processes=[STANDARD_PROCESSES["basic"]])
    found = explained(records, as_of=LOOKED, with_records=False)
    assert found.tree("deals/basic~CNY/average_won_value").value == yuan(200)
    assert found.tree("deals/basic~USD/won").value == 1
    assert found.tree("deals/basic~USD/ada [31m/won").value == 1
    assert all(address.isprintable() for address in found.addresses)


def test_a_period_in_which_no_deal_began_has_no_funnel() -> None:
    old = Opportunity(id="o-1", history=[Change(date(2026, 1, 5), stage="lead", owner="ada")])
    records = Records(org=company("ada"), opportunities=[old], processes=[STANDARD_PROCESSES["basic"]])
    found = explained(records, as_of=LOOKED, with_records=False)
    assert found.tree("deals/basic/open").value == 1
    assert found.below("deals/basic/funnel").addresses == ()


def test_what_nobody_knows_has_a_tree_without_a_value() -> None:
    records = Records(org=company("ada"), opportunities=[deal(1, "ada", None)], processes=[STANDARD_PROCESSES["basic"]])
    found = explained(records, as_of=LOOKED, with_records=False)
    for name in ("won_value", "average_won_value"):
        tree = found.tree(f"deals/basic/{name}")
        assert (tree.value, tree.parts) == (None, ())


def test_who_changed_team_has_an_address_for_each() -> None:
    twice = [
        address for address in of_sample().addresses if address.startswith("deals/solution/r-13@") and address.endswith("/won")
    ]
    assert [address.split("/")[2] for address in twice] == ["r-13@guangzhou", "r-13@shenzhen"]


def test_where_nobody_knows_what_lost_deals_were_worth_there_are_no_shares_of_the_market() -> None:
    lost = attrs.evolve(deal(1, "ada", None, "lost"), competitors=["Beihe"])
    records = Records(org=company("ada"), opportunities=[lost], processes=[STANDARD_PROCESSES["basic"]])
    found = explained(records, as_of=LOOKED, with_records=False)
    assert found.tree("market/competitor/Beihe/lost").value == 1
    assert "market/shares" not in found.addresses


def test_a_metric_owed_by_somebody_below_and_a_ratio_of_nothing_have_addresses() -> None:
    value_of_orders = STANDARD_METRICS["average_order_value"]
    records = Records(
        org=company("ada", "bo"),
        targets=[
            Target(owner="ada", metric=REVENUE, amount=yuan(10), period=THIRD, scope={"product": "A"}),
            Target(owner=None, metric=value_of_orders, amount=Decimal(5), period=THIRD),
        ],
        actuals=[Actual(owner="bo", metric=STANDARD_METRICS["visits"], amount=Amount.of(1, COUNT), on=LOOKED)],
    )
    found = explained(records, as_of=LOOKED)
    assert found.tree("attainment/revenue[product=A]/ada/actual").value == Amount.zero(CNY)
    assert found.tree("attainment/average_order_value/actual").value is None


def test_what_changed_since_the_review_before_is_now_less_then() -> None:
    before = sample("south", "2026-Q2")
    review = build(read_sample(), owner="south", period=THIRD, as_of=LOOKED, previous=before)
    found = explain(review).below("previous")
    assert broken(found) == []
    assert review.previous is not None
    change = review.previous.metrics[0]
    assert change.now is not None
    assert change.then is not None
    assert values(found.tree("previous/revenue/ratio")) == [change.now.ratio, change.then.ratio]
    assert found.tree("previous/revenue/pace").value == change.pace_change
    assert found.tree("previous/unmet").value == review.previous.unmet_now - review.previous.unmet_then
    below = {each.owner for each in review.previous.metrics} - {"south"}
    assert {f"previous/revenue[product=software]/{owner}/ratio" for owner in below} <= set(found.addresses)


def test_a_metric_that_was_not_owed_then_has_no_change() -> None:
    july, august = Period.month(2026, 7), Period.month(2026, 8)
    goal = Target(owner=None, metric=REVENUE, amount=yuan(10), period=august)
    records = Records(org=company("ada"), targets=[goal])
    before = build(records, owner=None, period=july, as_of=july.last)
    found = explained(records, period=august, previous=before, with_records=False)
    tree = found.tree("previous/revenue/ratio")
    assert (tree.value, values(tree)) == (None, [0.0, None])


def test_people_and_customers_behind_a_number_are_named_by_id() -> None:
    gone, served = of_sample().tree("team/attrition").parts
    assert labels(gone) == ["r-10"]
    assert served.value == 14
    customers = sample().customers
    assert customers is not None
    for line in customers.largest:
        assert value(f"customers/{line.customer}/bought") == line.amount


def test_the_numbers_that_causes_and_risks_rest_on_say_where_they_came_from() -> None:
    cause = next(each for each in sample().causes if each.citations)
    place = sample().causes.index(cause) + 1
    tree = of_sample().tree(f"causes/{place}/{cause.rule}/1")
    assert tree.value == cause.citations[0].value
    assert tree.label.text() == f"{cause.citations[0].label.text()}; from {cause.citations[0].source.text()}"
    assert any(address.startswith("risks/") and address.endswith("/1") for address in of_sample().addresses)


def test_no_number_is_lost_to_an_id_that_reads_like_a_name_of_ours() -> None:
    july = Period.month(2026, 7)
    reps = ("2026-07", "bo")
    targets = [Target(owner=rep, metric=REVENUE, amount=yuan(100), period=THIRD) for rep in reps]
    done = [Actual(owner=rep, metric=REVENUE, amount=yuan(sold), on=july.start) for rep, sold in zip(reps, (7, 9), strict=True)]
    records = Records(org=company(*reps), targets=targets, actuals=done)
    found = explained(records, as_of=LOOKED)
    # The month of both, and the rep.
    assert found.tree("attainment/revenue/2026-07/actual").value == yuan(16)
    assert found.tree("attainment/revenue/2026-07/actual~2").value == yuan(7)
    assert found.tree("attainment/revenue/bo/actual").value == yuan(9)
