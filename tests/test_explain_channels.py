"""Numbers on channels pulled apart: counts into leads and deals, money into deals and costs, shares into the days of wins."""

import math
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import pytest
from explained import LOOKED, broken, explained, labels, of_sample, sample, values
from small_records import company, yuan

import salesperf as sp
from salesperf.review import NumberTrees

BEGAN: Final = date(2026, 3, 2)
BASIC: Final = sp.STANDARD_PROCESSES["basic"]


def lead(name: str, channel: str | None = "web", began: date | None = BEGAN, *later: sp.LeadChange) -> sp.Lead:
    """Return a lead of Ada."""
    return sp.Lead(id=name, channel=channel, history=[sp.LeadChange(began, status="new", owner="ada"), *later])


def deal(
    name: str,
    of: str | None,
    value: int | None,
    days: int = 30,
    stage: str = "closed",
    **fields: Any,  # noqa: ANN401 - fields of a deal
) -> sp.Opportunity:
    """Return a deal that began with its lead, and came to its stage some days later."""
    amount = None if value is None else yuan(value)
    began = sp.Change(BEGAN, stage="lead", owner="ada", amount=amount)
    return sp.Opportunity(id=name, lead=of, history=[began, sp.Change(BEGAN + timedelta(days=days), stage=stage)], **fields)


def spent(channel: str, amount: int, **fields: Any) -> sp.ChannelCost:  # noqa: ANN401 - fields of a cost
    """Return what was spent on a channel."""
    return sp.ChannelCost(on=BEGAN, amount=yuan(amount), channel=channel, **fields)


def numbers(
    leads: list[sp.Lead],
    deals: list[sp.Opportunity],
    *costs: sp.ChannelCost,
    processes: tuple[sp.SalesProcess, ...] = (BASIC,),
) -> NumberTrees:
    """Return the numbers on channels, each of which its parts make up."""
    records = sp.Records(org=company("ada"), leads=leads, opportunities=deals, costs=costs, processes=processes)
    found = explained(records, as_of=LOOKED, with_records=False).below("channels")
    assert broken(found) == []
    return found


def named(found: NumberTrees, address: str) -> list[str]:
    """Return what the number under an address is made of."""
    return labels(found.tree(f"channels/{address}"))


def value(found: NumberTrees, address: str) -> Any:  # noqa: ANN401 - a number or an amount
    """Return the number under an address."""
    return found.tree(f"channels/{address}").value


@cache
def half_won() -> NumberTrees:
    """Of twenty leads ten are won, on ten days, and bring 80 or 120 in turn; 400 was spent in two sums."""
    deals = [deal(f"o-{n}", f"l-{n}", 80 if n % 2 else 120, days=30 + n) for n in range(10)]
    costs = (spent("web", 300), spent("web", 100, campaign="spring", owner="ada"))
    return numbers([lead(f"l-{n}") for n in range(20)], deals, *costs)


def test_every_number_that_the_report_tells_of_the_channels_of_the_sample_has_a_tree() -> None:
    # As the report of the sample company states them.
    found = of_sample(with_records=False)
    counts = {
        "website": [104, 50, 9, 28],
        "referral": [54, 36, 6, 16],
        "exhibition": [132, 49, 2, 27],
        "live_stream": [47, 19, 0, 34],
        "total": [337, 154, 17, 105],
    }
    names = ("leads", "qualified", "won", "open")
    assert {line: [value(found, f"{line}/{name}") for name in names] for line in counts} == counts
    money = {"value": 310_840, "cost": 3_200_000}
    assert {name: value(found, f"exhibition/{name}") for name in money} == {
        name: yuan(amount) for name, amount in money.items()
    }
    won = "exhibition/acquisition_cost"
    assert [round(value(found, f"{won}{end}")) for end in ("", "/low", "/high")] == [1_600_000, 452_621, 5_820_546]
    gain = "total/return_on_investment"
    assert [f"{value(found, f'{gain}{end}'):.1%}" for end in ("", "/low", "/high")] == ["-20.5%", "-51.4%", "29.9%"]
    for name, told in {"won_within": ["3.0%", "0.4%", "11.2%"], "break_even_rate": ["14.5%", "12.0%", "18.4%"]}.items():
        assert [f"{value(found, f'exhibition/{name}{end}'):.1%}" for end in ("", "/low", "/high")] == told
    assert f"{value(found, 'exhibition/rest_within'):.1%} {value(found, 'exhibition/p_value'):.2g}" == "14.4% 0.029"
    assert [value(found, name) for name in ("compared", "judged", "exhibition/horizon")] == [3, 4, 150]
    apart = ("total/deals_without_lead", "total/won_without_lead", "total/undated")
    assert [value(found, name) for name in apart] == [109, 18, 1]
    assert value(found, "total/value_without_lead") == yuan(2_654_420)


def test_the_numbers_are_those_of_the_section() -> None:
    review, found = sample(), of_sample(with_records=False)
    assert review.channels is not None
    report = review.channels.report
    for line in (*report.lines, report.total):
        (name,) = line.labels or ("total",)
        address = name or "-"
        for count in ("leads", "qualified", "won", "lost", "cancelled", "open", "undated", "unvalued", "value", "cost"):
            assert value(found, f"{address}/{count}") == getattr(line, count)
        for apart in ("deals_without_lead", "won_without_lead", "value_without_lead"):
            assert value(found, f"{address}/{apart}") == getattr(line, apart)
        for estimate in ("acquisition_cost", "return_on_investment"):
            assert value(found, f"{address}/{estimate}") == getattr(line, estimate).value
    assert broken(found.below("channels")) == []


def test_what_a_win_costs_has_the_ends_of_the_share_that_is_won() -> None:
    # Wilson's interval of 10 of 20 is 0.299298 to 0.700702, and a lead costs 20.
    found = half_won()
    assert value(found, "web/acquisition_cost") == 40
    assert value(found, "web/acquisition_cost/low") == pytest.approx(20 / 0.700702, rel=1e-5)
    assert value(found, "web/acquisition_cost/high") == pytest.approx(20 / 0.299298, rel=1e-5)
    low = found.tree("channels/web/acquisition_cost/low")
    per_lead, share = low.parts
    assert per_lead.value == 20
    assert share.value == pytest.approx(0.700702, rel=1e-5)
    assert named(found, "web/cost") == ["2026-03-02, web / spring / ada", "2026-03-02, web"]
    assert values(share) == [10, 20]


def test_the_return_has_the_ends_of_the_sum_of_what_leads_brought() -> None:
    # Of 20 leads five brought 80 and five 120, the others nothing: the variance of the sum is 20 / 19 of the sum of squares,
    # 104,000, less the square of the sum over 20, 50,000.
    found = half_won()
    factor = math.exp(1.959964 * math.sqrt(20 / 19 * (104_000 - 50_000)) / 1000)
    assert value(found, "web/return_on_investment") == 1.5
    assert value(found, "web/return_on_investment/low") == pytest.approx(2.5 / factor - 1, rel=1e-5)
    assert value(found, "web/return_on_investment/high") == pytest.approx(2.5 * factor - 1, rel=1e-5)
    gain, cost = found.tree("channels/web/return_on_investment").parts
    assert gain.value == yuan(600)
    assert (cost.value, len(cost.parts)) == (yuan(400), 2)
    assert named(found, "web/value")[:2] == ["o-0, of lead l-0", "o-1, of lead l-1"]


def test_the_share_that_must_be_won_is_the_cost_of_a_lead_over_what_a_win_brings() -> None:
    # 20 over 100, whose standard error is that of ten values 20 off on either side: 20 / 3.
    found, reach = half_won(), 1.959964 * 20 / 3
    assert value(found, "web/break_even_rate") == pytest.approx(0.2)
    assert value(found, "web/break_even_rate/low") == pytest.approx(20 / (100 + reach), rel=1e-5)
    assert value(found, "web/break_even_rate/high") == pytest.approx(20 / (100 - reach), rel=1e-5)
    assert values(found.tree("channels/web/break_even_rate")) == [20, 100]


def test_the_share_won_within_some_days_is_the_sum_of_those_won_on_each() -> None:
    found = half_won()
    tree = found.tree("channels/web/won_within")
    # All were followed, so each win is one of twenty.
    assert tree.value == pytest.approx(0.5)
    assert values(tree) == pytest.approx([0.05] * 10)
    before, of_followed = tree.parts[3].parts
    assert before.label.text() == "share not decided before day 33, as if all had been followed"
    assert before.value == pytest.approx(0.85)
    assert values(of_followed) == [1, 17]
    assert labels(of_followed.parts[0]) == ["l-3"]
    assert found.tree("channels/web/won_within/low").label.text() == (
        "share won within 198 days, lower end, 95.0% (by Aalen and Johansen, as sure as of 20 leads all followed)"
    )
    # Ten were won, one a day, and nobody was lost: of each day the end tells who was followed and who left.
    low = found.tree("channels/web/won_within/low")
    assert values(low)[:6] == [20, 1, 0, 19, 1, 0]
    assert labels(low)[:3] == ["leads still followed on day 30", "leads won on day 30", "leads lost or given up on day 30"]
    assert labels(low.parts[4]) == ["l-1"]
    assert values(before) == [20, 1, 19, 1, 18, 1]
    assert broken(found.below("channels/web")) == []
    # There is no other channel to hold it against.
    assert not {"channels/web/rest_within", "channels/web/p_value", "channels/web/fewest"} & set(found.addresses)


def test_before_anything_has_happened_the_end_is_that_of_none_of_all_that_are_followed() -> None:
    # Nothing came of those of the web, seen for 198 days; the others, which began 20 days ago, are held against them on day 20.
    recent = [lead(f"r-{n}", "shop", LOOKED - timedelta(days=20)) for n in range(20)]
    found = numbers([*(lead(f"l-{n}") for n in range(20)), *recent], [])
    assert [value(found, f"web/{name}") for name in ("horizon", "won_within", "won_within/low")] == [20, 0, 0]
    # Wilson's of none of 20: 1.959964^2 / (20 + 1.959964^2).
    high = found.tree("channels/web/won_within/high")
    assert high.value == pytest.approx(3.841459 / 23.841459, rel=1e-6)
    assert values(high) == [0, 20]
    assert labels(high) == ["won", "leads still followed on day 20"]


def test_where_too_few_are_won_the_value_is_that_of_all_channels() -> None:
    found = of_sample(with_records=False)
    mean = found.tree("channels/live_stream/break_even_rate").parts[1]
    assert values(mean) == [yuan(2_840_890), 17]
    assert found.tree("channels/live_stream/acquisition_cost").value is None
    assert found.below("channels/live_stream/acquisition_cost").addresses == ("channels/live_stream/acquisition_cost",)


def test_an_end_that_is_unbounded_is_no_number() -> None:
    # Nine wins bring 1 and one brings 10,000: the average may as well be nothing.
    deals = [deal(f"o-{n}", f"l-{n}", 10_000 if n == 0 else 1) for n in range(10)]
    found = numbers([lead(f"l-{n}") for n in range(20)], deals, spent("web", 400))
    assert found.below("channels/web/break_even_rate").addresses == (
        "channels/web/break_even_rate",
        "channels/web/break_even_rate/low",
    )


def test_a_lead_brings_what_its_deals_of_any_process_do() -> None:
    solution = sp.STANDARD_PROCESSES["solution"]
    (first, *_), (won,) = solution.stages, [stage for stage in solution.stages if stage.kind == "won"]
    bought = [
        sp.Change(BEGAN, stage=first.key, owner="ada", amount=yuan(30)),
        sp.Change(date(2026, 5, 4), stage=won.key),
    ]
    deals = [
        deal("o-1", "l-1", 50, process="basic"),
        sp.Opportunity(id="o-2", lead="l-1", process="solution", history=bought),
        deal("o-3", "l-1", 7, stage="lost", process="basic"),
    ]
    found = numbers([lead("l-1"), lead("l-2")], deals, processes=(BASIC, solution))
    assert value(found, "web/value") == yuan(80)
    assert named(found, "web/value") == ["o-1, of lead l-1", "o-2, of lead l-1"]
    assert named(found, "web/won") == ["l-1"]
    # Nobody said what they cost.
    assert (value(found, "web/cost"), value(found, "web/return_on_investment")) == (None, None)
    assert "channels/web/break_even_rate" not in found.addresses


def test_what_is_missing_is_counted_by_name() -> None:
    leads = [lead("l-1"), lead("l-2", began=None), lead("l-3", None), lead("old", began=date(2024, 3, 2))]
    undated = sp.Opportunity(id="o-4", history=[sp.Change(None, stage="lead", owner="ada")])
    long_ago = sp.Opportunity(id="o-5", history=[sp.Change(date(2024, 3, 2), stage="lead", owner="ada")])
    deals = [deal("o-1", "l-1", None), deal("o-2", None, 70), deal("o-3", None, 9, stage="lost"), undated, long_ago]
    found = numbers(leads, deals)
    assert (named(found, "web/unvalued"), value(found, "web/value")) == (["l-1"], None)
    assert named(found, "total/undated") == ["l-2", "o-4"]
    assert named(found, "web/undated") == ["l-2"]
    assert named(found, "total/deals_without_lead") == named(found, "-/deals_without_lead") == ["o-2", "o-3"]
    assert named(found, "total/won_without_lead") == ["o-2"]
    assert named(found, "total/value_without_lead") == ["o-2"]
    assert value(found, "web/deals_without_lead") == 0
    assert named(found, "-/leads") == ["l-3"]


def test_where_no_lead_has_a_day_there_is_no_share() -> None:
    found = numbers([lead("l-1", began=None)], [])
    assert value(found, "web/leads") == 0
    assert not {"channels/web/horizon", "channels/web/won_within"} & set(found.addresses)


def test_channels_that_are_called_like_words_of_an_address_or_tell_a_terminal_something_are_no_danger() -> None:
    leads = [lead("l-1", "total"), lead("l-2", "-"), lead("l-3", None), lead("l-4", "a/b\x1b[31m"), lead("won", "won")]
    found = numbers(leads, [])
    addresses = ("[channel=total]", "[channel=-]", "-", "a/b [31m", "won")
    assert [named(found, f"{name}/leads") for name in addresses] == [["l-1"], ["l-2"], ["l-3"], ["l-4"], ["won"]]
    assert value(found, "total/leads") == 5
    assert all(address.isprintable() for address in found.addresses)


def test_a_review_without_channels_has_no_such_numbers() -> None:
    assert numbers([lead("l-1", None)], []).addresses == ()
