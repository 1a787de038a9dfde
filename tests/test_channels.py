"""Channels: worked examples from outside, what is compared with what, which does not pay, the sample, real leads, refusals."""

import csv
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from salesperf import (
    CNY,
    COUNT,
    EUR,
    STANDARD_PROCESSES,
    USD,
    Amount,
    Change,
    ChannelCost,
    Lead,
    LeadChange,
    Opportunity,
    Org,
    Period,
    Rep,
    SalesperfError,
    Team,
    UnitMismatchError,
    channels,
    io,
)
from salesperf.channels import ChannelLine, ChannelTally
from salesperf.kernels.survival import EventTable
from salesperf.kernels.survival.comparable import counted_difference, last_followed, share_by_time

BASIC = STANDARD_PROCESSES["basic"]
BEGAN, AS_OF = date(2026, 1, 1), date(2026, 9, 30)
any_count: Any = channels.count
any_compare: Any = channels.compare


def lead(id_: str, channel: str | None = "web", began: date | None = BEGAN, **others: Any) -> Lead:  # noqa: ANN401 - fields of a lead
    return Lead(id=id_, channel=channel, history=[LeadChange(began, status="new")], **others)


def deal(
    id_: str,
    of: str | None,
    end: str = "closed",
    amount: Amount | None = None,
    days: int = 30,
    began: date | None = BEGAN,
    **others: Any,  # noqa: ANN401 - fields of a deal
) -> Opportunity:
    history = [Change(began, stage="lead", amount=amount)]
    history += [Change(BEGAN + timedelta(days), stage=end)] if end != "lead" else []
    return Opportunity(id=id_, lead=of, history=history, **others)


def spent(channel: str | None, amount: int, unit: Any = USD, on: date = BEGAN, **others: str) -> ChannelCost:  # noqa: ANN401 - a unit
    return ChannelCost(on=on, amount=Amount.of(amount, unit), channel=channel, **others)


def channel_of(
    key: str | None, *, leads: int, won: int = 0, lost: int = 0, value: int | None = 100, days: int = 30, began: date = BEGAN
) -> tuple[list[Lead], list[Opportunity]]:
    """Make leads of a channel, the first of which are won, and then some lost."""
    ids = [f"l-{key}-{number}" for number in range(leads)]
    amount = None if value is None else Amount.of(value, USD)
    ends = ["closed"] * won + ["lost"] * lost
    deals = [deal(f"o-{id_}", id_, end, amount, days) for id_, end in zip(ids, ends, strict=False)]
    return [lead(id_, key, began) for id_ in ids], deals


def counted(*groups: tuple[list[Lead], list[Opportunity]], **others: Any) -> ChannelTally:  # noqa: ANN401 - arguments of count
    leads, deals = ([each for group in groups for each in group[place]] for place in (0, 1))
    return any_count(leads, deals, **{"as_of": AS_OF, "processes": [BASIC]} | others)  # type: ignore[no-any-return] # it is one


def line(tally: ChannelTally, *labels: str | None, **others: Any) -> ChannelLine:  # noqa: ANN401 - arguments of compare
    (found,) = (each for each in any_compare(tally, **others).lines if each.labels == labels)
    return found  # type: ignore[no-any-return] # it is one


# Worked examples from outside


@pytest.mark.parametrize(
    ("cost", "won", "expected"),
    [
        # groew.com, "How to calculate customer acquisition cost": 25,000 dollars for 50 new customers, 500 each;
        # 12,000 of advertisements, 4,000 of management and twice 2,000 for 40 new customers, 500 each.
        ([25_000], 50, 500.0),
        ([12_000, 4_000, 2_000, 2_000], 40, 500.0),
    ],
)
def test_the_acquisition_cost_is_that_of_published_examples(cost: list[int], won: int, expected: float) -> None:
    tally = counted(channel_of("web", leads=100, won=won), costs=[spent("web", amount) for amount in cost])
    found = line(tally, "web")
    assert found.acquisition_cost.value == expected
    assert found.acquisition_breakdown.value == Fraction(500)
    assert found.acquisition_cost.unit == "USD"
    assert found.cost_per_lead == Amount.of(sum(cost) // 100, USD)


@pytest.mark.parametrize(
    ("cost", "value", "expected"),
    [
        # johnisaacson.co.uk, "Free marketing ROI calculator": a campaign of 1,000 that generates 4,000 returns 300%.
        (1_000, 4_000, 3.0),
        # A simple ROI of 900% of sales of 2,000 and a campaign of 200, as search engines quote it.
        (200, 2_000, 9.0),
    ],
)
def test_the_return_on_investment_is_that_of_published_examples(cost: int, value: int, expected: float) -> None:
    tally = counted(channel_of("web", leads=20, won=1, value=value), costs=[spent("web", cost)])
    assert line(tally, "web").return_on_investment.value == expected
    assert line(tally, "web").breakdown.value == expected


def test_the_difference_has_the_interval_that_newcombe_published() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, example (a), method 10: 56/70 - 48/80.
    tally = counted(channel_of("a", leads=70, won=56, lost=14), channel_of("b", leads=80, won=48, lost=32))
    found = line(tally, "a")
    assert found.difference.value == pytest.approx(0.2, abs=1e-12)
    assert (found.difference.low, found.difference.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (found.verdict, line(tally, "b").verdict) == ("higher", "lower")
    assert found.rest_within.value == pytest.approx(0.6, abs=1e-12)
    assert found.difference.n == 150


def test_the_share_by_horizon_is_that_of_aalen_and_johansen_by_hand() -> None:
    # Of 4 leads 1 is won after 10 days, 1 is open after 20, 1 lost after 30, 1 won after 40: 1/4 + 3/4 x 1/2 = 5/8.
    leads = [lead(f"l-{n}", began=AS_OF - timedelta(20) if n == 1 else BEGAN) for n in range(4)]
    deals = [deal("o-0", "l-0", days=10), deal("o-2", "l-2", "lost", days=30), deal("o-3", "l-3", days=40)]
    found = line(counted((leads, deals)), "web", horizon=40, minimum=1)
    assert found.conversion_within.value == pytest.approx(0.625, abs=1e-12)
    assert found.conversion_rate.value == 0.5
    assert found.conversion_rate.reason is not None
    assert found.conversion_rate.reason.text() == "still open, and not won yet: 1"


def test_the_interval_of_a_return_is_that_of_a_sum_over_leads() -> None:
    # By numpy, lead by lead: the standard error of the sum of what 40 leads brought, 12 of them won.
    amounts = [100, 900, 400, 100, 250, 800, 100, 300, 100, 700, 150, 100]
    leads = [lead(f"l-{n}") for n in range(40)]
    deals = [deal(f"o-{n}", f"l-{n}", amount=Amount.of(value, USD)) for n, value in enumerate(amounts)]
    found = line(counted((leads, deals), costs=[spent("web", 1_000)]), "web").return_on_investment
    each = np.array(amounts + [0] * 28, dtype=float)
    factor = np.exp(1.959963984540054 * each.std(ddof=1) * np.sqrt(40) / each.sum())
    assert (found.value, found.n) == (3.0, 12)
    assert (found.low, found.high) == pytest.approx((4 / factor - 1, 4 * factor - 1), rel=1e-12)


# What counts


def test_a_lead_is_won_with_its_first_win_and_brings_what_all_its_won_deals_do() -> None:
    usd = [Amount.of(n, USD) for n in (100, 30, 5)]
    deals = [deal("o-1", "l-1", amount=usd[0], days=50), deal("o-2", "l-1", amount=usd[1], days=20)]
    deals += [deal("o-3", "l-1", "lost", amount=usd[2], days=10), deal("o-4", "l-1", "lead")]
    tally = counted(([lead("l-1")], deals))
    assert tally.outcomes.tolist() == [[1, 0, 0, 0]]
    assert (tally.cells.tolist(), tally.value_of([0])) == ([[0, 20, 1]], Amount.of(130, USD))


def test_a_lead_is_lost_with_the_last_of_its_deals_and_open_while_one_is() -> None:
    lost = [deal("o-1", "l-1", "lost", days=50), deal("o-2", "l-1", "lost", days=20)]
    assert counted(([lead("l-1")], lost)).cells.tolist() == [[0, 50, 2]]
    assert counted(([lead("l-1")], [*lost, deal("o-3", "l-1", "lead")])).cells.tolist() == [[0, 272, 0]]


def test_a_lead_is_given_up_when_it_is_disqualified_or_its_deals_are_and_not_before_they_end() -> None:
    statuses = [LeadChange(BEGAN, status="new"), LeadChange(BEGAN + timedelta(7), status="disqualified")]
    gone = attrs.evolve(lead("l-1"), history=statuses)
    assert counted(([gone], [])).cells.tolist() == [[0, 7, 3]]
    solution = STANDARD_PROCESSES["solution"]
    history = [Change(BEGAN, stage="prospecting"), Change(BEGAN + timedelta(9), stage="cancelled")]
    dropped = Opportunity(id="o-1", lead="l-1", history=history)
    assert counted(([gone], [dropped]), processes=[solution]).cells.tolist() == [[0, 9, 3]]
    assert counted(([gone], [dropped]), processes=[solution], as_of=BEGAN).cells.tolist() == [[0, 0, 0]]


def test_service_after_the_sale_decides_nothing_and_a_deal_that_is_open_again_is_open() -> None:
    solution = STANDARD_PROCESSES["solution"]
    stages = ("prospecting", "won", "after_sales")
    history = [Change(BEGAN + timedelta(10 * n), stage=stage) for n, stage in enumerate(stages)]
    served = Opportunity(id="o-1", lead="l-1", history=history)
    assert counted(([lead("l-1")], [served]), processes=[solution]).cells.tolist() == [[0, 10, 1]]
    again = attrs.evolve(served, history=[*history[:2], Change(BEGAN + timedelta(30), stage="proposal")])
    assert counted(([lead("l-1")], [again]), processes=[solution]).outcomes.tolist() == [[0, 0, 0, 1]]


def test_days_that_nobody_knows_are_no_days_and_a_win_before_the_beginning_is_one_at_once() -> None:
    undated = Opportunity(id="o-1", lead="l-1", history=[Change(None, stage="closed")])
    tally = counted(([lead("l-1")], [undated]))
    assert (tally.outcomes.tolist(), tally.cells.tolist()) == ([[1, 0, 0, 0]], [])
    found = line(tally, "web")
    assert (found.horizon, found.conversion_within.reason.text() if found.conversion_within.reason else "") == (
        None,
        "no leads",
    )
    late = lead("l-1", began=BEGAN + timedelta(90))
    assert counted(([late], [deal("o-1", "l-1")])).cells.tolist() == [[0, 0, 1]]
    nobody = counted(([lead("l-1", began=None)], [deal("o-1", "l-1"), deal("o-2", None, began=None)]))
    assert [(row["channel"], row["undated"], row["leads"]) for row in nobody.rows()] == [(None, 1, 0), ("web", 1, 0)]


def test_only_what_began_within_the_period_counts_and_what_was_spent_in_it() -> None:
    june = Period.month(2026, 6)
    leads = [lead("l-1"), lead("l-2", began=date(2026, 6, 9))]
    costs = [spent("web", 7), spent("web", 5, on=date(2026, 6, 1)), spent("web", 1, on=date(2026, 10, 1))]
    tally = counted((leads, [deal("o-1", None), deal("o-2", "l-2")]), costs=costs, period=june)
    assert (tally.leads.tolist(), tally.won.tolist(), tally.costs) == ([1], [1], (Amount.of(5, USD),))
    assert counted((leads, []), costs=costs).costs == (Amount.of(12, USD),)


def test_deals_without_a_lead_are_counted_apart_by_what_is_known_of_them() -> None:
    org = Org(teams=[Team(id="east")], reps=[Rep(id="yue", team="east", kind="dealer"), Rep(id="ada", team="east")])

    def owned(owner: str) -> list[LeadChange]:
        return [LeadChange(BEGAN, status="new"), LeadChange(BEGAN, owner=owner), LeadChange(BEGAN, owner="ada")]

    leads = [attrs.evolve(lead(f"l-{owner}"), history=owned(owner)) for owner in ("yue", "ada", "east")]
    history = [Change(BEGAN, stage="lead", owner="yue"), Change(BEGAN, stage="closed", amount=Amount.of(9, USD))]
    deals = [Opportunity(id="o-1", history=history), deal("o-2", None, "lost")]
    costs = [spent(None, 4, owner="yue"), spent("web", 3)]
    tally = counted((leads, deals), by="owner_kind", org=org, costs=costs)
    rows = {row["owner_kind"]: row for row in tally.rows()}
    assert {kind: row["leads"] for kind, row in rows.items()} == {None: 0, "dealer": 1, "employee": 1, "team": 1}
    assert {kind: row["won_without_lead"] for kind, row in rows.items()} == {None: 0, "dealer": 1, "employee": 0, "team": 0}
    assert (rows["dealer"]["value_without_lead"], rows["dealer"]["cost"], rows[None]["cost"]) == (9, 4, 3)
    assert rows["dealer"]["value"] == 0
    report = channels.compare(tally)
    assert report.notes[0].text() == "Deals without a lead, counted apart: 2, of which won: 1, worth USD 9.00."
    assert [name.name.text("zh") for name in report.lines] == ["无负责人", "经销商", "员工", "团队"]


def test_leads_of_no_known_channel_are_compared_with_nothing_and_nothing_with_them() -> None:
    groups = channel_of("a", leads=30, won=9), channel_of("b", leads=30, won=9), channel_of(None, leads=30, won=30)
    report = channels.compare(counted(*groups))
    assert [(each.labels[0], each.verdict) for each in report.lines][-1] == (None, "not_compared")
    assert line(counted(*groups), "a").rest_within.value == pytest.approx(0.3, abs=1e-12)
    assert report.notes[0].text() == "Leads of which the channel is not known, compared with nothing: 30."
    assert report.lines[-1].difference.reason is not None
    assert report.lines[-1].difference.reason.text() == "there is nothing to compare it with"


# What is said


def test_a_young_channel_is_not_worse_for_being_young() -> None:
    # Of both a fifth is won after 60 days, and nothing lost; of the young one half has stood for 30 days, half for 70.
    old, young = channel_of("old", leads=200, won=40, days=60), channel_of("young", leads=100, began=AS_OF - timedelta(30))
    more = [lead(f"l-more-{n}", "young", AS_OF - timedelta(70)) for n in range(100)]
    late = [Change(AS_OF - timedelta(70), stage="lead"), Change(AS_OF - timedelta(10), stage="closed")]
    won = [Opportunity(id=f"o-more-{n}", lead=f"l-more-{n}", history=late) for n in range(20)]
    tally = counted(old, young, (more, won))
    found = line(tally, "young")
    assert found.conversion_rate.value == 0.1
    assert found.conversion_within.value == pytest.approx(0.2, abs=1e-12)
    assert (found.horizon, found.verdict) == (70, "within_chance")


def test_many_channels_that_look_unlike_are_allowed_for() -> None:
    one, two = channel_of("a", leads=60, won=18), channel_of("b", leads=60, won=8)
    # By hand: 26 of 120 in all, z = (18 - 8) / 60 / sqrt(0.21667 x 0.78333 x 2 / 60) = 2.2158. Two channels are one comparison.
    alone = line(counted(one, two), "a")
    assert alone.verdict == "higher"
    assert alone.p_value == pytest.approx(0.0267, abs=5e-5)
    others = [channel_of(key, leads=60, won=13) for key in "cdefgh"]
    among = line(counted(one, two, *others), "a")
    assert among.verdict == "within_chance"
    assert among.p_value is not None
    assert among.adjusted_p_value is not None
    assert among.p_value < 0.5 < among.adjusted_p_value
    hochberg = line(counted(one, two, *others), "a", method="benjamini_hochberg").adjusted_p_value
    assert hochberg is not None
    assert among.p_value < hochberg <= among.adjusted_p_value


def test_few_leads_are_not_enough_data() -> None:
    found = line(counted(channel_of("a", leads=9, won=9), channel_of("b", leads=60)), "a")
    assert (found.verdict, found.p_value, found.difference.value) == ("not_enough_data", None, None)
    assert "not enough data, 9 leads followed, and it takes 10" in found.text()
    assert "数据不足，被跟踪的线索 9 条，至少需要 10 条" in found.text("zh")


def test_a_channel_that_does_not_pay_is_named_with_its_evidence() -> None:
    groups = channel_of("referral", leads=60, won=30), channel_of("exhibition", leads=200, won=12)
    report = channels.compare(counted(*groups, costs=[spent("exhibition", 9_000), spent("referral", 500)]))
    (found,) = report.not_paying
    assert found.labels == ("exhibition",)
    assert found.return_on_investment.value == pytest.approx(1_200 / 9_000 - 1)
    # 9,000 over 200 leads are 45 each, of deals of 100: 45% must be won.
    assert found.break_even_rate.value == pytest.approx(0.45)
    assert found.text() == (
        "Exhibition: leads 200, of which won 12, open 188. Within 272 days 6.0% are won, against 50.0% of all others: lower by"
        " more than chance makes (p = 4.6e-16). It does not pay: USD 9,000.00 was spent and"
        " USD 1,200.00 came of it. 6.0% of the leads are won within 272 days (3.0% to 10.5%), and 45.0% must be"
        " (45.0% to 45.0%, both allowing for 2 looked at)."
    )
    assert "：更低，且超出偶然（p = 4.6e-16）。不合算：花费" in found.text("zh")
    assert line(counted(*groups, costs=[spent("referral", 500)]), "referral").return_verdict == "pays"


def test_whether_a_channel_pays_is_left_open_where_chance_decides_or_it_is_too_young() -> None:
    close = channel_of("web", leads=100, won=20)
    assert line(counted(close, costs=[spent("web", 2_000)]), "web").return_verdict == "cannot_tell"
    young = channel_of("fair", leads=100, began=AS_OF - timedelta(20))
    found = line(counted(channel_of("web", leads=100, won=50), young, costs=[spent("fair", 9_000)]), "fair")
    assert found.return_verdict == "too_young"
    assert "followed for 20 days, and nine in ten of all wins took up to 30" in found.text()
    # Its own wins are too few to tell what one brings: that of all channels is taken.
    assert found.break_even_rate.reason is not None
    assert found.break_even_rate.reason.text().startswith("too few are won to tell their value: that of all channels, 50 leads")


def test_the_value_of_other_channels_alone_makes_no_channel_pay() -> None:
    # Nine wins of 100 brought 900 for 200,000; a win of all channels brings 77,000, so that 3% of the leads would be enough.
    large, small = (channel_of("referral", leads=60, won=30, value=100_000), channel_of("fair", leads=100, won=9))
    found = line(counted(large, small, costs=[spent("fair", 200_000)]), "fair")
    assert found.break_even_rate.interval is not None
    assert found.reached.interval is not None
    assert found.reached.interval.low > found.break_even_rate.interval.high
    assert found.return_on_investment.value == pytest.approx(-0.9955)
    assert found.return_verdict == "cannot_tell"
    assert found.text().endswith(
        "By what a lead won of all channels brings, 39 leads won, it would pay; of too few of its own that is known, and they"
        " brought less than the cost."
    )
    assert found.text("zh").endswith("按全部渠道 39 条赢单线索的金额算是合算的；但自身金额已知的赢单太少，带来的也少于花费。")
    # The same without an amount: nobody knows that they brought it.
    silent = channel_of("fair", leads=100, won=9, value=None)
    assert line(counted(large, silent, costs=[spent("fair", 200_000)]), "fair").return_verdict == "cannot_tell"
    # To the last cent, what it brought is what it cost.
    verdicts = [line(counted(large, small, costs=[spent("fair", cost)]), "fair").return_verdict for cost in (900, 901)]
    assert verdicts == ["pays", "cannot_tell"]


def test_where_the_value_of_a_win_is_that_of_all_channels_every_verdict_says_so() -> None:
    def said(won: int, cost: int) -> tuple[str, list[str]]:
        groups = channel_of("web", leads=100, won=50), channel_of("fair", leads=100, won=won)
        found = line(counted(*groups, costs=[spent("fair", cost)]), "fair")
        return found.return_verdict, [reason.key for reason in found.reasons[3:]]

    assert said(9, 100) == ("pays", ["channels.return.by_all"])
    assert said(9, 900) == ("cannot_tell", ["channels.return.by_all"])
    assert said(9, 9_000) == ("does_not_pay", ["channels.return.by_all"])
    # Ten of its own are enough, and nothing is taken from others.
    assert said(10, 100) == ("pays", [])
    assert said(9, 0) == ("no_cost", [])
    few = line(counted(channel_of("web", leads=100, won=50), channel_of("fair", leads=9), costs=[spent("fair", 9)]), "fair")
    assert (few.return_verdict, few.reasons[-1].key) == ("not_enough_data", "channels.return.not_enough_data")
    told = line(
        counted(channel_of("web", leads=100, won=50), channel_of("fair", leads=100, won=9), costs=[spent("fair", 9)]), "fair"
    )
    assert told.reasons[-1].text() == (
        "What a lead won brings is taken from all channels, 59 leads won, since of too few of its own it is known."
    )
    assert told.reasons[-1].text("zh") == "自身金额已知的赢单太少，单条赢单线索的金额按全部渠道的 59 条赢单线索计。"


def test_money_that_is_missing_is_missing_and_nothing_is_divided_by_it() -> None:
    plain = channel_of("web", leads=20, won=12)
    no_cost = line(counted(plain), "web")
    assert (no_cost.cost, no_cost.cost_per_lead, no_cost.return_verdict) == (None, None, "no_cost")
    assert no_cost.text().endswith("No cost is known of.")
    free = line(counted(plain, costs=[spent("web", 0)]), "web")
    assert (free.acquisition_cost.value, free.return_on_investment.value, free.return_verdict) == (0.0, None, "no_cost")
    assert free.return_on_investment.reason is not None
    assert (free.return_on_investment.reason.text(), free.reasons[-1].text()) == ("nothing was spent", "Nothing was spent.")
    vain = line(counted(channel_of("web", leads=20), costs=[spent("web", 100)]), "web")
    assert vain.acquisition_cost.reason is not None
    # Wilson's upper end of 0 of 20 is 0.1611: 100 over 20 leads and that is 31.03.
    assert vain.acquisition_cost.reason.text() == "no lead is won: at least USD 31.03"
    assert (vain.return_on_investment.value, vain.return_verdict) == (-1.0, "not_enough_data")
    assert "not enough data. USD 100.00 was spent and USD 0.00 came of it." in vain.text()
    nobody = line(counted(([], []), costs=[spent("web", 100)], known=["web"]), "web")
    assert (nobody.leads, nobody.cost_per_lead, nobody.acquisition_cost.value) == (0, None, None)
    assert (nobody.break_even_rate.value, nobody.return_verdict) == (None, "not_enough_data")


def test_won_deals_without_an_amount_are_told_and_never_worth_nothing() -> None:
    unknown = counted(channel_of("web", leads=20, won=3, value=None), costs=[spent("web", 100)])
    found = line(unknown, "web")
    assert (found.value, found.unvalued, found.return_on_investment.value) == (None, 3, None)
    assert found.return_on_investment.reason is not None
    assert found.return_on_investment.reason.text() == "of the leads won no amount is known"
    assert found.breakdown.holds()
    some = channel_of("web", leads=30, won=12)
    some[1][0] = deal("o-none", "l-web-0")
    report = channels.compare(counted(some, costs=[spent("web", 100)]))
    assert report.lines[0].return_on_investment.reason is not None
    too_few = channels.compare(counted(some, costs=[spent("web", 100)]), minimum=12).lines[0].return_on_investment
    assert report.lines[0].return_on_investment.reason.text() == "leads won of which an amount is missing: 1"
    assert (too_few.low, too_few.reason.text() if too_few.reason else "") == (
        None,
        "not enough data: 11 leads won have an amount, and it takes 12",
    )
    assert "Leads won of which an amount is missing: 1. They brought more than is told." in report.text()


def test_amounts_below_zero_have_no_interval() -> None:
    leads, deals = channel_of("web", leads=30, won=12)
    deals[0] = deal("o-back", "l-web-0", amount=Amount.of(-100, USD))
    returned = line(counted((leads, deals), costs=[spent("web", 10)]), "web")
    assert (returned.return_on_investment.value, returned.return_on_investment.low) == (99.0, None)
    all_back = channel_of("web", leads=30, won=12, value=-5)
    found = line(counted(all_back, costs=[spent("web", 10)]), "web")
    assert (found.return_on_investment.value, found.break_even_rate.value, found.return_verdict) == (
        -7.0,
        None,
        "not_enough_data",
    )
    wide = [deal(f"o-{n}", f"l-web-{n}", amount=Amount.of(-90 if n else 9_000, USD)) for n in range(12)]
    unsure = line(counted((leads, wide), costs=[spent("web", 10)]), "web").break_even_rate
    assert unsure.high == float("inf")


def test_channels_without_a_cost_are_named_where_others_have_one() -> None:
    groups = channel_of("web", leads=3), channel_of("fair", leads=3, won=1)
    report = channels.compare(counted(*groups, costs=[spent("web", 5)]))
    assert report.notes[-1].text() == "No cost is known of: fair."
    assert report.notes[-1].text("zh") == "费用不详：fair。"
    leads = [lead("l-1", began=None), lead("l-2")]
    plain = channels.compare(counted((leads, [deal("o-1", None, "lost")])))
    assert [note.key for note in plain.notes] == ["channels.note.without_lead", "channels.note.undated"]


def test_a_horizon_beyond_what_was_followed_is_not_known() -> None:
    found = line(counted(channel_of("web", leads=20)), "web", horizon=9_999)
    assert found.conversion_within.reason is not None
    assert found.conversion_within.reason.text() == "no lead was followed for 9,999 days"
    assert found.return_verdict == "no_cost"


def test_a_report_prints_as_a_row_for_each_channel() -> None:
    tally = counted(channel_of("web", leads=20, won=2), channel_of("fair", leads=10), costs=[spent("fair", 7)])
    report = channels.compare(tally)
    assert [row["channel"] for row in report.rows()] == ["web", "fair"]
    assert report.rows()[1]["cost_per_lead"] == Decimal("0.70")
    assert report.total.name.text("zh") == "全部线索"
    assert "All leads" in report.total.text()
    assert len(report.text().splitlines()) == 3
    both = channels.compare(counted(channel_of("web", leads=2), by=("channel", "campaign")))
    assert both.lines[0].name.text() == "web / No campaign"
    assert both.lines[0].name.text("zh") == "web／无活动"
    assert channels.compare(counted()).text() == "No leads as of 2026-09-30."
    assert (tally == "tally", tally.__eq__(1), tally.__add__(1)) == (False, NotImplemented, NotImplemented)


def test_the_share_of_those_won_is_the_referral_rate() -> None:
    found = line(counted(channel_of("referral", leads=50, won=15), channel_of("web", leads=90, won=45)), "referral")
    assert (found.won_share.value, found.won_share.n) == (0.25, 60)
    assert found.name.text("zh") == "转介绍"


# The kernel beneath


def test_what_left_early_is_no_reason_to_look_at_less_time() -> None:
    durations = np.array([1] * 80 + [100] * 20)
    table = EventTable.of(durations, np.array([2] * 80 + [0] * 20), cause_count=3)
    # Of 100 all were followed for 100 days, but at risk are 20.
    assert last_followed(table, 100) == 100.0
    assert last_followed(table, 101) is None
    assert last_followed(EventTable.of(durations, np.array([1] * 100)), 10) is None
    assert last_followed(EventTable.empty(), 1) is None


def test_a_share_that_nobody_was_followed_for_is_of_nobody() -> None:
    table = EventTable.of(np.array([5, 7]), np.array([1, 0]))
    assert share_by_time(table, 1, 8, 0.95).size == 0
    assert share_by_time(table, 1, 2, 0.95)[0] == 0
    assert counted_difference(30, 100, 45, 110, 0.95).p_value == pytest.approx(0.0994, abs=5e-5)


# The sample company, and real leads


def test_the_sample_company_has_channels_that_convert_and_one_that_does_not_pay() -> None:
    records = io.folder.read_sample()
    costs = [
        spent(channel, amount, CNY, date(2026, 4, 1)) for channel, amount in (("exhibition", 3_000_000), ("referral", 20_000))
    ]
    tally = channels.count(
        records.leads, records.opportunities, as_of=date(2026, 9, 16), costs=costs, processes=records.processes
    )
    by_channel = Counter(each.channel for each in records.leads)
    assert {labels: n for labels, n in zip(tally.groups, tally.leads.tolist(), strict=True) if n} == {
        (channel,): n for channel, n in by_channel.items()
    }
    report = channels.compare(tally)
    assert [each.labels[0] for each in report.not_paying] == ["exhibition"]
    assert line(tally, "exhibition").verdict == "lower"
    assert line(tally, "referral").return_verdict == "pays"


def test_real_leads_are_counted_to_the_last_one(data_folder: Callable[[str], Path]) -> None:
    def read(name: str) -> list[dict[str, str]]:
        path = data_folder("olist_funnel") / f"olist_{name}_dataset.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    contacts, signed = read("marketing_qualified_leads"), read("closed_deals")
    leads = [lead(row["mql_id"], row["origin"] or None, date.fromisoformat(row["first_contact_date"])) for row in contacts]
    deals = [
        Opportunity(
            id=f"o-{row['mql_id']}",
            lead=row["mql_id"],
            history=[Change(date.fromisoformat(row["won_date"][:10]), stage="closed")],
        )
        for row in signed
    ]
    tally = channels.count(leads, deals, as_of=date(2018, 11, 14), processes=[BASIC])
    origins = Counter(row["origin"] or None for row in contacts)
    came_by = {row["mql_id"]: row["origin"] or None for row in contacts}
    won = Counter(came_by[row["mql_id"]] for row in signed)
    for (origin,), of_origin, won_of_it in zip(tally.groups, tally.leads.tolist(), tally.won.tolist(), strict=True):
        assert (of_origin, won_of_it) == (origins[origin], won[origin])
    assert (int(tally.leads.sum()), int(tally.won.sum())) == (8_000, 842)


# What is refused


def a_deal(stage: str = "lead", **others: Any) -> Opportunity:  # noqa: ANN401 - fields of a deal
    return Opportunity(id="o-1", history=[Change(BEGAN, stage=stage)], **others)


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        ({"leads": [3]}, "wrong_type", ("leads", 0)),
        ({"leads": 3}, "wrong_type", ("leads",)),
        ({"leads": [lead("l-1"), lead("l-1")]}, "not_unique", ("leads", 1, "id")),
        ({"opportunities": [3]}, "wrong_type", ("opportunities", 0)),
        ({"opportunities": [a_deal(), a_deal()]}, "not_unique", ("opportunities", 1, "id")),
        ({"opportunities": [a_deal(lead="l-9")]}, "unknown_lead", ("opportunities", 0, "o-1", "lead")),
        ({"opportunities": [a_deal("talks")]}, "unknown_stage", ("opportunities", 0, "o-1", "history", 0, "stage")),
        ({"opportunities": [a_deal(process="own")]}, "unknown_process", ("opportunities", 0, "o-1", "process")),
        ({"opportunities": [a_deal()], "processes": []}, "unknown_process", ("opportunities", 0, "o-1", "process")),
        ({"processes": BASIC}, "wrong_type", ("processes",)),
        ({"processes": ["basic"]}, "wrong_type", ("processes", 0)),
        ({"processes": [BASIC, BASIC]}, "not_unique", ("processes", 1, "key")),
        ({"as_of": datetime(2026, 9, 30, tzinfo=UTC)}, "date_is_datetime", ("as_of",)),
        ({"period": "2026"}, "wrong_type", ("period",)),
        ({"by": "region"}, "choice", ("by", 0)),
        ({"by": ["channel", "channel"]}, "not_unique", ("by", 1)),
        ({"by": 3}, "wrong_type", ("by",)),
        ({"by": "owner_kind"}, "wrong_type", ("org",)),
        ({"costs": 3}, "wrong_type", ("costs",)),
        ({"costs": [Amount.of(3, USD)]}, "wrong_type", ("costs", 0)),
        ({"costs": [spent("fair", 3)]}, "unknown_channel", ("costs", 0, "channel")),
        ({"costs": [spent("web", 3, campaign="spring")]}, "unknown_campaign", ("costs", 0, "campaign")),
        ({"costs": [spent("web", 3), spent("web", 3, EUR)]}, "unit_mismatch", ("costs", 1, "amount")),
        ({"known": "fair"}, "wrong_type", ("known",)),
        ({"known": [["fair"]]}, "wrong_type", ("known", 0)),
        ({"by": ["channel", ["campaign"]]}, "choice", ("by", 1)),
    ],
)
def test_what_cannot_be_counted_is_refused(arguments: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    arguments = {"leads": [lead("l-1")], "opportunities": [], "as_of": AS_OF, "processes": [BASIC]} | arguments
    with pytest.raises(SalesperfError) as caught:
        any_count(arguments.pop("leads"), arguments.pop("opportunities"), **arguments)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_names_that_are_known_are_a_list_and_text_is_told_as_what_it_is() -> None:
    with pytest.raises(SalesperfError, match="got 'fair'"):
        any_count([lead("l-1")], [], as_of=AS_OF, known="fair")


def test_an_owner_whom_the_organisation_does_not_have_is_refused() -> None:
    owned = attrs.evolve(lead("l-1"), history=[LeadChange(BEGAN, status="new", owner="ada")])
    with pytest.raises(SalesperfError) as caught:
        counted(([owned], []), by="owner_kind", org=Org())
    assert (caught.value.code, caught.value.path) == ("unknown_owner", ("leads", 0, "l-1", "owner"))


def test_costs_and_values_in_two_units_are_refused_together_and_apart() -> None:
    leads, deals = channel_of("web", leads=3, won=2)
    deals[1] = deal("o-euro", "l-web-1", amount=Amount.of(3, EUR))
    with pytest.raises(UnitMismatchError) as caught:
        counted((leads, deals))
    assert caught.value.path == ("opportunities", 1, "o-euro", "amount")
    with pytest.raises(UnitMismatchError) as caught:
        counted((leads, deals[:1]), costs=[spent("web", 3, EUR)])
    assert caught.value.path == ("costs", 0, "amount")
    with pytest.raises(UnitMismatchError) as caught:
        counted((leads, deals[:1])) + counted((leads, deals[1:]))
    assert caught.value.path == ("ChannelTally", "unit")


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        ({"amount": Amount.of(-3, USD)}, "negative", ("ChannelCost", "amount")),
        ({"amount": Amount.of(3, COUNT)}, "not_money", ("ChannelCost", "amount")),
        ({"amount": 3}, "wrong_type", ("ChannelCost", "amount")),
        ({"channel": None}, "cost_of_nothing", ("ChannelCost",)),
        ({"channel": " web"}, "empty", ("ChannelCost", "channel")),
        ({"on": "2026-01-01"}, "wrong_type", ("ChannelCost", "on")),
    ],
)
def test_a_cost_that_is_none_is_refused(arguments: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    make: Any = ChannelCost
    with pytest.raises(SalesperfError) as caught:
        make(**{"on": BEGAN, "amount": Amount.of(3, USD), "channel": "web"} | arguments)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        ({"tally": 3}, "wrong_type", ("tally",)),
        ({"level": 95}, "between", ("level",)),
        ({"level": 1}, "between", ("level",)),
        ({"level": 1.0}, "between", ("level",)),
        ({"level": Fraction(0)}, "between", ("level",)),
        ({"level": "0.95"}, "wrong_type", ("level",)),
        ({"level": True}, "wrong_type", ("level",)),
        ({"level": float("nan")}, "not_finite", ("level",)),
        ({"method": "none"}, "choice", ("method",)),
        ({"minimum": 0}, "out_of_range", ("minimum",)),
        ({"horizon": -1}, "out_of_range", ("horizon",)),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        any_compare(**{"tally": ChannelTally.empty(as_of=AS_OF)} | arguments)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("level", [Decimal("0.75"), Fraction(3, 4), np.float32(0.75), np.float64(0.75)])
def test_a_level_may_be_a_number_of_any_kind(level: object) -> None:
    tally = counted(channel_of("web", leads=30, won=12), channel_of("fair", leads=30, won=3), costs=[spent("web", 100)])
    assert repr(any_compare(tally, level=level)) == repr(any_compare(tally, level=0.75))


def test_what_brought_its_cost_after_the_horizon_is_not_said_not_to_pay() -> None:
    leads = [Lead(id=f"l-{n}", channel="web", history=[LeadChange(BEGAN, status="new")]) for n in range(30)]
    days = (BEGAN + timedelta(1), BEGAN + timedelta(50))
    deals = [
        Opportunity(
            id=f"o-{n}",
            lead=f"l-{n}",
            history=[
                Change(on, stage=stage, amount=Amount.of(10, CNY)) for on, stage in zip(days, ("lead", "closed"), strict=True)
            ],
        )
        for n in range(10)
    ]
    verdicts = {}
    for spent in (60, 101):
        cost = ChannelCost(on=BEGAN, amount=Amount.of(spent, CNY), channel="web")
        tally = channels.count(leads, deals, as_of=AS_OF, costs=[cost], processes=[BASIC])
        verdicts[spent] = channels.compare(tally, horizon=1).lines[0].return_verdict
    assert verdicts == {60: "cannot_tell", 101: "too_young"}


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"qualified": None}, "not_integers", ("ChannelTally", "qualified")),
        ({"counts": np.zeros(0)}, "not_integers", ("ChannelTally", "counts")),
        ({"outcomes": np.zeros((2, 4), dtype=int)}, "table_shape", ("ChannelTally", "outcomes")),
        ({"values": np.zeros((1, 2), dtype=int)}, "table_shape", ("ChannelTally", "values")),
        ({"groups": (("web", "ada"),)}, "length", ("ChannelTally", "groups", 0)),
        ({"groups": (("web",),)}, "length", ("ChannelTally", "costs")),
        ({"costs": None}, "wrong_type", ("ChannelTally", "costs")),
    ],
)
def test_tables_that_do_not_fit_make_no_tally(changed: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        attrs.evolve(ChannelTally.empty(as_of=date(2026, 9, 30)), **changed)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_leads_that_began_centuries_apart_are_counted_as_any_others() -> None:
    leads = [lead("l-1", began=date(1, 1, 1)), lead("l-2", began=date(1, 1, 1)), lead("l-3"), lead("l-4", "visit")]
    tally = channels.count(leads, as_of=AS_OF)
    old, new = (AS_OF - date(1, 1, 1)).days, (AS_OF - BEGAN).days
    assert tally.cells.tolist() == [[0, new, 0], [1, new, 0], [1, old, 0]]
    assert tally.counts.tolist() == [1, 1, 2]
