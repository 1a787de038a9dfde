"""Feasibility: worked examples of each evidence, what an assessment and a SMART check say, and what is refused."""

import math
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Calendar,
    Change,
    Checkpoint,
    Estimate,
    InvalidInputError,
    InvalidValueError,
    Message,
    NotAdditiveError,
    Opportunity,
    Org,
    Period,
    Rep,
    SalesperfError,
    Target,
    Team,
    UnitMismatchError,
    UnknownNameError,
    feasibility,
    forecast,
)
from salesperf.attainment import ActualTally, tally
from salesperf.feasibility import (
    DEFAULT_POLICY,
    EVIDENCE,
    VERDICTS,
    AmountRange,
    Assessment,
    Capacity,
    Cuts,
    FeasibilityPolicy,
    GrowthEvidence,
    History,
    Market,
    SmartCheck,
    TellsChances,
    assess,
    smart,
)
from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import LANGUAGES, catalog
from salesperf.testing import assert_value

REVENUE: Final = STANDARD_METRICS["revenue"]
YEAR: Final = Period.year(2026)
PAST: Final = (100, 108, 119, 125, 139)


def cny(yuan: int | str) -> Amount:
    return Amount.of(yuan, CNY)


def goal(yuan: int | str = 150, **other: Any) -> Target:  # noqa: ANN401 - fields of a target
    fields: dict[str, Any] = {"owner": "east", "metric": REVENUE, "amount": cny(yuan), "period": YEAR}
    return Target(**fields | other)


def history(*yuan: int) -> History:
    return History(amounts=[cny(each) for each in yuan])


def growth_of(*yuan: int, target: int = 150, policy: FeasibilityPolicy = DEFAULT_POLICY) -> GrowthEvidence:
    return GrowthEvidence(target=cny(target), history=history(*yuan), policy=policy)


@attrs.frozen
class Chances:
    """A forecast that gives one answer to every question."""

    answer: Estimate

    def at_least(self, amount: Amount) -> Estimate:
        del amount
        return self.answer


# History


def test_the_prediction_interval_is_that_of_a_textbook() -> None:
    # G. J. Hahn and W. Q. Meeker, Statistical Intervals (1991), the output voltages of five circuit packs: mean 50.10, standard
    # deviation 1.31, and with 95 % the next one lies within 50.10 +- 3.04 x 1.31, or 46.1 to 54.1. Here they are log growths
    # in hundredths.
    voltages = (50.3, 48.3, 49.6, 50.4, 51.9)
    minors = [10**12]
    for each in voltages:
        minors.append(round(minors[-1] * math.exp(each / 100)))
    policy = attrs.evolve(DEFAULT_POLICY, level=0.95)
    past = History(amounts=[Amount(minor=minor, unit=CNY) for minor in minors])
    expected = GrowthEvidence(target=past.amounts[-1], history=past, policy=policy).expected
    assert expected.value is not None
    assert expected.low is not None
    assert expected.high is not None
    ends = [100 * math.log1p(growth) for growth in (expected.low, expected.value, expected.high)]
    assert [round(end, 1) for end in ends] == [46.1, 50.1, 54.1]
    assert expected.n == 5


def test_the_percentile_is_that_of_student_t() -> None:
    stats = pytest.importorskip("scipy.stats")
    logs = [math.log(after / before) for before, after in pairwise(PAST)]
    mean = math.fsum(logs) / 4
    spread = math.sqrt(math.fsum((log - mean) ** 2 for log in logs) / 3 * 1.25)
    found = growth_of(*PAST, target=160)
    assert found.method == "student_t"
    assert found.percentile == pytest.approx(stats.t.cdf((math.log(160 / 139) - mean) / spread, 3), rel=1e-9)
    assert found.growth_rate == pytest.approx(160 / 139 - 1)
    assert found.demand == found.percentile


def test_many_growths_are_taken_by_their_ranks() -> None:
    # A two-sided interval from X(h) to X(n + 1 - h) holds the next of n with probability (n + 1 - 2h) / (n + 1); for a
    # sample of 100 and 90 %, h = 5 (an exercise on order statistics, quesba.com 626880).
    logs = [place / 1000 for place in range(1, 101)]
    minors = [10**12]
    for log in logs:
        minors.append(round(minors[-1] * math.exp(log)))
    past = History(amounts=[Amount(minor=minor, unit=CNY) for minor in minors])
    found = GrowthEvidence(target=past.amounts[-1], history=past, policy=attrs.evolve(DEFAULT_POLICY, level=0.9))
    assert found.method == "ranks"
    expected = found.expected
    assert expected.low == pytest.approx(math.expm1(logs[4]), rel=1e-6)
    assert expected.high == pytest.approx(math.expm1(logs[95]), rel=1e-6)
    assert expected.value == pytest.approx(math.expm1(0.0505), rel=1e-6)
    assert found.percentile == pytest.approx(0.5 / 101)
    assert found.judge(past.amounts[-1].times(Fraction(21, 20))) == "reasonable"


def test_ranks_count_an_equal_growth_half() -> None:
    alternating = [100 if place % 2 else 200 for place in range(22)]
    found = growth_of(*alternating, target=200)
    assert found.percentile == pytest.approx((11 + 10 / 2 + 0.5) / 22)  # eleven halvings, ten doublings


def test_too_few_ranks_for_a_level_leave_the_interval_open() -> None:
    policy = attrs.evolve(DEFAULT_POLICY, many_growths=3, level=0.95)
    expected = growth_of(*PAST, policy=policy).expected
    assert (expected.low, expected.high) == (-1.0, math.inf)
    # The middle two of 8, 10.2, 5 and 11.2 % are 8 and 10.2 %.
    assert expected.value == pytest.approx(math.sqrt(108 / 100 * 119 / 108) - 1)


@pytest.mark.parametrize(
    ("past", "reason"),
    [
        ((), "past growths: 0; at least 3 are needed"),
        ((100,), "past growths: 0; at least 3 are needed"),
        ((100, 110, 121), "past growths: 2; at least 3 are needed"),
        ((100, 0, 121, 130), "an amount of the past is not above zero, and nothing grows from there"),
        ((100, 110, 121, 0), "an amount of the past is not above zero, and nothing grows from there"),
        ((1000, 1100, 1210, 1331), "all past growths are alike, so nothing tells how far they vary"),
    ],
)
def test_a_past_that_says_too_little_says_why(past: tuple[int, ...], reason: str) -> None:
    found = growth_of(*past)
    assert found.verdict == "not_enough_evidence"
    assert found.reason.text() == reason
    assert (found.percentile, found.reasonable, found.expected.value) == (None, None, None)
    assert found.rows()[0]["demand"] is None
    assert found.breakdown.holds()
    assert (found.growth_rate is None) == (not past or past[-1] == 0)


def test_growth_from_nothing_is_undefined() -> None:
    assert history(100, 0, 50).growth_rates == pytest.approx((-1.0, math.nan), nan_ok=True)


def test_nothing_is_asked_of_a_history_by_an_amount_of_nothing() -> None:
    assert growth_of(*PAST).judge(cny(0)) == "too_low"


def sale(yuan: int, on: date, owner: str = "ada", **other: Any) -> Actual:  # noqa: ANN401 - fields of an actual
    fields: dict[str, Any] = {"owner": owner, "metric": REVENUE, "amount": cny(yuan), "on": on}
    return Actual(**fields | other)


SALES: Final = (
    sale(90, date(2022, 1, 6)),
    sale(100, date(2022, 8, 1)),
    sale(108, date(2023, 7, 1)),
    sale(120, date(2024, 9, 30)),
    sale(50, date(2025, 7, 1), scope={"product": "machines"}),
    sale(76, date(2025, 7, 2)),
    sale(7, date(2025, 9, 28), owner="bo"),
)


def third(**other: Any) -> Target:  # noqa: ANN401 - fields of a target
    return goal(130, owner="ada", period=Period.quarter(2026, 3), **other)


def test_a_history_is_read_from_the_same_days_of_earlier_years() -> None:
    found = History.of(third(), tally(SALES))
    assert [str(amount.decimal) for amount in found.amounts] == ["100.00", "108.00", "120.00", "126.00"]
    assert assess(third(), history=tally(SALES)) == assess(third(), history=found)
    assert [amount.minor for amount in History.of(third(scope={"product": "machines"}), tally(SALES)).amounts][-1] == 5000


def test_a_team_did_what_its_members_did_there() -> None:
    org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east")])
    found = History.of(attrs.evolve(third(), owner="east"), tally(SALES), org=org)
    assert found.amounts[-1] == cny(133)
    assert History.of(attrs.evolve(third(), owner=None), tally(SALES)).amounts[-1] == cny(133)


@pytest.mark.parametrize(
    ("sales", "reason"),
    [
        ((), "Revenue: nothing recorded"),
        (SALES[4:], "the records begin on 2025-07-01"),
        ((*SALES[:4], sale(9, date(2025, 9, 20))), "the records end on 2025-09-20"),
    ],
)
def test_records_that_do_not_reach_far_enough_give_no_history(sales: tuple[Actual, ...], reason: str) -> None:
    target = third() if len(sales) != 3 else attrs.evolve(third(), period=Period.year(2026))
    found = History.of(target, tally(sales))
    assert found.amounts == ()
    assert found.reason is not None
    assert found.reason.text() == reason
    why = assess(target, history=tally(sales)).evidence[0].reason.text()
    assert why == f"past growths: 0; at least 3 are needed, and {reason}"


def test_actuals_of_those_days_in_another_unit_are_refused() -> None:
    dollars = attrs.evolve(SALES[3], amount=Amount.of(9, USD))
    with pytest.raises(UnitMismatchError) as caught:
        History.of(third(), tally([*SALES, dollars]))
    assert (caught.value.code, caught.value.path) == ("unit_mismatch", ("tally",))
    elsewhere = attrs.evolve(dollars, on=date(2024, 1, 2))
    assert History.of(third(), tally([*SALES, elsewhere])).amounts == History.of(third(), tally(SALES)).amounts


# Market


def market(**other: Any) -> Market:  # noqa: ANN401 - fields of a market
    fields: dict[str, Any] = {"size": cny(1000), "growth_rate": Decimal("0.08"), "share": Decimal("0.12")}
    return Market(**fields | other)


def test_the_implied_share_is_that_of_a_worked_example() -> None:
    # Streetlight Consulting, "How to set realistic goals for your sales team using market share": of 200 homes last year 10 %
    # were ours; the market slows by 20 % to 160; a share of 12 % makes 19 to 20 homes.
    homes = STANDARD_METRICS["units_sold"]
    town = Market(size=Amount.of(200, COUNT), growth_rate=Decimal("-0.2"), share=Decimal("0.1"))
    judged = {
        number: assess(Target(owner=None, metric=homes, amount=Amount.of(number, COUNT), period=YEAR), market=town)
        for number in (16, 19, 20, 21)
    }
    assert str(town.later_size) == "160"
    for number, found in judged.items():
        assert found.market is not None
        assert found.market.implied_share == number / 160
    # 12 % is a fifth more than the share today: a stretch, which a history of 10 to 15 % would bear.
    assert [found.verdict for found in judged.values()] == ["reasonable", "stretch", "stretch", "too_high"]


def test_more_than_the_whole_market_is_too_high_whatever_the_share_today() -> None:
    found = assess(goal(1081), market=market(share=0))
    assert found.verdict == "too_high"
    assert found.evidence[0].reason.text() == (
        "share of the market implied: 100.1%; today: 0.0%; that is more than all there is, CNY 1,080.00"
    )
    below = assess(goal(1080), market=market(share=0)).evidence[0]
    assert (below.verdict, below.demand, below.reasonable) == ("not_enough_evidence", None, None)
    assert below.reason.text() == "share of the market implied: 100.0%; with none today there is nothing to compare with"
    assert below.breakdown.holds()


def test_overtaking_a_named_competitor_is_at_least_a_stretch() -> None:
    rivals = {"nanling": Decimal("0.125"), "beihe": Decimal("0.3"), "small": Decimal("0.12")}
    found = assess(goal(135), market=market(competitors=rivals))
    assert found.market is not None
    assert (found.verdict, found.market.overtaken) == ("stretch", ("nanling",))
    assert found.market.reason.text() == "share of the market implied: 12.5%; today: 12.0%; that overtakes nanling"
    assert assess(goal("134.99"), market=market(competitors=rivals)).verdict == "reasonable"
    assert found.reasonable == AmountRange(low=cny("123.12"), high=cny("134.99"))


# Capacity


def test_the_capacity_is_that_of_a_worked_example() -> None:
    # MetricKit, "Sales capacity planning": 7 ramped reps x 150k x 85 % and 3 ramping reps x 150k x 40 % make 1.0725M.
    heads = 7 * Decimal("0.85") + 3 * Decimal("0.4")
    team = Capacity(head_days=heads, shown=Amount.of(150_000, USD), shown_head_days=1)
    assert team.affordable == Amount.of(1_072_500, USD)
    judged = [
        assess(Target(owner=None, metric=REVENUE, amount=Amount.of(dollars, USD), period=YEAR), capacity=team).verdict
        for dollars in (857_999, 858_000, 1_072_500, 1_072_501, 1_287_000, 1_287_001)
    ]
    assert judged == ["too_low", "reasonable", "reasonable", "stretch", "stretch", "too_high"]


def test_capacity_is_measured_by_days_there_and_ramp() -> None:
    org = Org(
        teams=[Team(id="east")],
        reps=[
            Rep(id="ada", team="east"),
            Rep(id="bo", team="east", fte=Decimal("0.5")),
            Rep(id="cy", team="east", hired=date(2026, 7, 1), ramp=(Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))),
        ],
    )
    target = goal(400, owner="east", period=Period.quarter(2026, 3))
    found = Capacity.of(target, org, tally(SALES), past=Period.quarter(2025, 3))
    assert (found.shown, found.shown_head_days) == (cny(133), 66 + 33)
    assert found.head_days == 66 + 33 + Fraction(23, 4) + Fraction(21, 2) + Fraction(22 * 3, 4)
    holidays = Calendar(holidays=[date(2026, 7, 1)])
    fewer = Capacity.of(target, org, tally(SALES), past=Period.quarter(2025, 3), calendar=holidays)
    assert Fraction(found.head_days) - Fraction(fewer.head_days) == 1 + Fraction(1, 2) + Fraction(1, 4)
    assert Capacity.of(attrs.evolve(target, owner=None), org, tally(SALES), past=Period.quarter(2025, 3)) == found


@pytest.mark.parametrize(
    ("team", "verdict", "reason"),
    [
        (Capacity(head_days=0, shown=cny(1), shown_head_days=1), "too_high", "nobody works in the target's period"),
        (
            Capacity(head_days=1, shown=cny(1), shown_head_days=0),
            "not_enough_evidence",
            "nobody worked in the time that is to show what people bring",
        ),
        (
            Capacity(head_days=1, shown=cny(0), shown_head_days=1),
            "not_enough_evidence",
            "nothing was reached in the time that is to show what people bring",
        ),
    ],
)
def test_capacity_without_people_or_sales_says_what_it_can(team: Capacity, verdict: str, reason: str) -> None:
    found = assess(goal(), capacity=team).evidence[0]
    assert (found.verdict, found.demand, found.reason.text()) == (verdict, None, reason)
    assert found.breakdown.holds()
    assert found.breakdown.value is None
    assert found.reasonable is None


def test_without_people_no_amount_is_reasonable() -> None:
    nobody = Capacity(head_days=0, shown=cny(1), shown_head_days=1)
    found = assess(goal(), capacity=nobody)
    assert (found.verdict, found.reasonable, found.common) == ("too_high", None, None)


# Forecast


@pytest.mark.parametrize(
    ("chance", "verdict", "reason"),
    [
        (Estimate(value=0.95, n=9), "too_low", "95.0% likely to be reached"),
        (
            Estimate(value=0.63, low=0.55, high=0.7, n=40, level=0.9),
            "reasonable",
            "63.0% likely to be reached (90% range 55.0% to 70.0%)",
        ),
        (Estimate(value=0.1, n=9), "stretch", "10.0% likely to be reached"),
        (Estimate(value=0.05, n=9), "too_high", "5.0% likely to be reached"),
        (
            Estimate(value=0.5, low=0.02, high=0.97, n=3),
            "not_enough_evidence",
            "50.0% likely to be reached, but the 95% range of 2.0% to 97.0% leaves everything open",
        ),
        (Estimate.undefined(Message("funnel.reason.no_deals")), "not_enough_evidence", "no deals"),
    ],
)
def test_a_forecast_is_judged_by_its_chance(chance: Estimate, verdict: str, reason: str) -> None:
    found = assess(goal(), forecast=Chances(chance)).evidence[0]
    assert (found.verdict, found.reason.text()) == (verdict, reason)
    assert found.breakdown.holds()
    assert (found.demand is None) == (chance.value is None)


def test_a_forecast_that_says_the_same_of_all_amounts_has_a_range_without_end() -> None:
    found = assess(goal(), forecast=Chances(Estimate(value=0.6, n=1))).reasonable
    assert found is not None
    assert (found.low.minor, found.high.minor) == (1, INT64_MAX)
    assert assess(goal(), forecast=Chances(Estimate(value=0.99, n=1))).reasonable is None
    assert assess(goal(), forecast=Chances(Estimate(value=0.01, n=1))).reasonable is None
    unknown = Chances(Estimate.undefined(Message("funnel.reason.no_deals")))
    found_unknown = assess(goal(), forecast=unknown).forecast
    assert found_unknown is not None
    assert found_unknown.judge(cny(1)) == "not_enough_evidence"


THIRD: Final = Period.quarter(2026, 3)
DEALS: Final = [
    Opportunity(
        id=f"o-{number}",
        history=[Change(date(2026, 8, 1), stage="proposal", amount=cny(100), expected_close=date(2026, 9, 20))],
    )
    for number in range(4)
]


def projected() -> forecast.Forecast:
    return forecast.project(DEALS, STANDARD_PROCESSES["solution"], as_of=date(2026, 8, 31), period=THIRD)


def test_a_forecast_of_ours_is_asked_for_its_chance() -> None:
    # Four deals of 100 with a chance of a half each: at least 200 with 11 / 16.
    ours = projected()
    assert isinstance(ours, TellsChances)
    found = assess(goal(200, period=THIRD), forecast=ours)
    assert found.forecast is not None
    assert found.forecast.chance.value == pytest.approx(11 / 16, abs=1e-9)
    assert found.verdict == "reasonable"
    assert found.reasonable == AmountRange(low=cny("100.01"), high=cny(200))


def test_a_forecast_of_more_than_the_owners_deals_says_so() -> None:
    ours = projected()
    west = forecast.project(
        [attrs.evolve(deal, history=[attrs.evolve(deal.history[0], owner="west")]) for deal in DEALS],
        STANDARD_PROCESSES["solution"],
        as_of=date(2026, 8, 31),
        period=THIRD,
    )
    wider = "; the forecast is of more than the deals of this owner"
    for owner, given, is_wider in (
        (None, ours, False),
        ("west", ours, True),
        ("west", west, False),
        ("west", west.of("west"), False),
        ("east", west, True),
    ):
        found = assess(goal(200, period=THIRD, owner=owner), forecast=given).forecast
        assert found is not None
        assert found.is_wider is is_wider
        assert found.reason.text().endswith(wider) is is_wider
        assert ("不只包含此对象的商机" in found.reason.text("zh")) is is_wider


def test_a_forecast_of_something_else_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        assess(goal(), forecast=projected())
    assert (caught.value.code, caught.value.path) == ("other_forecast", ("forecast",))
    with pytest.raises(InvalidValueError) as caught:
        assess(goal(period=THIRD), forecast=attrs.evolve(projected(), owner="west"))
    assert (caught.value.code, caught.value.path) == ("other_forecast", ("forecast",))
    with pytest.raises(UnitMismatchError) as other_unit:
        assess(goal(period=THIRD, amount=Amount.of(1, USD)), forecast=projected())
    assert (other_unit.value.code, other_unit.value.path) == ("unit_mismatch", ("forecast",))


# All together


def everything() -> Assessment:
    return assess(
        goal(150),
        history=history(*PAST),
        market=market(size=cny(1200), competitors={"beihe": Decimal("0.3")}),
        capacity=Capacity(head_days=500, shown=cny(139), shown_head_days=600),
        forecast=Chances(Estimate(value=0.95, low=0.93, high=0.97, n=80)),
    )


def test_contradicting_evidence_is_shown_and_never_averaged() -> None:
    found = everything()
    assert [each.verdict for each in found.evidence] == ["reasonable", "reasonable", "too_high", "too_low"]
    assert found.verdict == "too_high"
    assert [(left.kind, right.kind) for left, right in found.contradictions] == [
        ("history", "capacity"),
        ("market", "capacity"),
        ("capacity", "forecast"),
    ]
    assert found.common is None
    assert found.reasonable is not None
    assert found.reasonable.high == cny("115.83")


def test_a_report_has_a_line_for_each_evidence_in_either_language() -> None:
    found = assess(goal(150), history=history(*PAST), market=market(size=cny(1200)))
    assert found.text() == (
        "east, Revenue, 2026: CNY 150.00, reasonable\n"
        "History: reasonable; growth asked for 7.9%, percentile 42.1%; past growth lets expect 8.6%"
        " (80% range 3.7% to 13.7% by Student's t; growths: 4)\n"
        "Market: reasonable; share of the market implied: 11.6%; today: 12.0%\n"
        "Reasonable by all limits together: CNY 144.12 to CNY 150.92\n"
        "Reasonable by each evidence alone: CNY 147.75 to CNY 150.92"
    )
    assert found.text("zh") == (
        "east，销售额，2026年：150.00 元，合理\n"
        "历史增长：合理；要求增长 7.9%，百分位 42.1%；按以往增长预计 8.6%（80% 区间 3.7% 至 13.7%，t 分布，4 次增长）\n"
        "市场份额：合理；隐含市场份额 11.6%，当前 12.0%\n"
        "同时满足各项限制的合理区间：144.12 元 至 150.92 元\n"
        "各项依据都认为合理的区间：147.75 元 至 150.92 元"
    )
    assert "相互矛盾" in everything().text("zh")
    assert [row["evidence"] for row in found.rows()] == ["history", "market", None]
    assert str(found).splitlines()[0].split() == ["evidence", "verdict", "demand", "low", "high", "reason"]


def test_nothing_is_said_of_a_target_without_evidence() -> None:
    found = assess(goal(owner=None))
    assert (found.verdict, found.reasonable, found.common, found.evidence) == ("not_enough_evidence", None, None, ())
    assert found.text() == "the company, Revenue, 2026: CNY 150.00, not enough evidence"
    assert len(found.rows()) == 1


def test_thresholds_are_of_the_policy() -> None:
    strict = FeasibilityPolicy(history=Cuts(Decimal(0), Decimal("0.2"), Decimal("0.3")), least_growths=2)
    assert assess(goal(150), history=history(*PAST)).verdict == "reasonable"
    assert assess(goal(150), history=history(*PAST), policy=strict).verdict == "too_high"
    assert Cuts(0, 1, 1).verdict(1 + 1e-12) == "reasonable"


def test_every_word_has_its_text_in_either_language() -> None:
    for lang in LANGUAGES:
        keys = catalog(lang)
        assert all(f"feasibility.verdict.{verdict}" in keys for verdict in VERDICTS)
        assert all(f"feasibility.evidence.{kind}" in keys for kind in EVIDENCE)
        assert all(f"feasibility.letter.{letter}" in keys for letter in feasibility.LETTERS)
    room = Path(feasibility.__file__).parent
    used = {name for path in room.glob("*.py") for name in re.findall(r'"(feasibility\.[a-z_.]+)"', path.read_text("utf-8"))}
    assert used - set(catalog("en")) == set()


NAMES: Final = {name: getattr(feasibility, name) for name in feasibility.__all__}


@pytest.mark.parametrize(
    "noun",
    [
        DEFAULT_POLICY,
        AmountRange(low=cny(1), high=cny(2)),
        history(*PAST),
        market(competitors={"beihe": Decimal("0.3")}),
        Capacity(head_days=Fraction(7, 2), shown=cny(1), shown_head_days=Decimal("0.5")),
        assess(goal(), history=history(*PAST), market=market()),
        smart(goal(rationale="growth"), source="ERP"),
        feasibility.required(goal(), {"offer": Fraction(1, 3)}, average_won_value=cny(7)),
    ],
    ids=lambda noun: type(noun).__name__,
)
def test_nouns_and_results_are_values(noun: object) -> None:
    assert_value(noun, names=NAMES)


# What is refused


def refused(make: Callable[[], object]) -> dict[tuple[str | int, ...], str]:
    """Return the code of each fault by its path."""
    with pytest.raises(SalesperfError) as caught:
        make()
    faults = caught.value.exceptions if isinstance(caught.value, InvalidInputError) else [caught.value]
    return {fault.path: fault.code for fault in faults if isinstance(fault, SalesperfError)}


def test_all_faults_of_an_assessment_are_told_together() -> None:
    dollars = Amount.of(1, USD)
    assert refused(
        lambda: assess(
            goal(),
            history=[cny(1), dollars],
            market=market(size=dollars),
            capacity=Capacity(head_days=1, shown=dollars, shown_head_days=1),
            forecast="bright",  # type: ignore[arg-type] # that is the fault
            policy=None,  # type: ignore[arg-type] # that is the fault
        )
    ) == {
        ("history", 1): "unit_mismatch",
        ("market", "size"): "unit_mismatch",
        ("capacity", "shown"): "unit_mismatch",
        ("forecast",): "wrong_type",
        ("policy",): "wrong_type",
    }
    assert refused(lambda: assess(goal(), history=[dollars])) == {("history", 0): "unit_mismatch"}
    assert refused(lambda: assess(goal(), history=History(amounts=[dollars]))) == {("history", 0): "unit_mismatch"}
    assert refused(lambda: assess(goal(), history=["1"])) == {("history", 0): "wrong_type"}  # type: ignore[list-item] # the fault
    assert refused(lambda: assess(goal(), history="1", market="2")) == {  # type: ignore[arg-type] # that is the fault
        ("history",): "wrong_type",
        ("market",): "wrong_type",
    }


@pytest.mark.parametrize(
    ("target", "code", "path"),
    [
        (goal(metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3")), "not_additive", ("target", "metric")),
        (goal(metric=STANDARD_METRICS["acquisition_spend"]), "direction_not_higher", ("target", "metric")),
        (goal(0), "not_positive", ("target", "amount")),
        (goal(-1), "not_positive", ("target", "amount")),
    ],
)
def test_a_target_that_cannot_be_judged_is_refused(target: Target, code: str, path: tuple[str, ...]) -> None:
    assert refused(lambda: assess(target)) == {path: code}
    given = {"history": tally(SALES), "market": market(), "forecast": Chances(Estimate(value=0.5, n=1))}
    assert refused(lambda: assess(target, **given)) == {path: code}  # type: ignore[arg-type] # the target is the fault
    assert refused(lambda: History.of(target, tally(SALES))) == {path: code}
    if code == "not_additive":
        with pytest.raises(NotAdditiveError):
            assess(target)


def test_a_malformed_market_is_refused() -> None:
    assert refused(lambda: market(size=cny(-5), growth_rate=Decimal(-2), share=Decimal(12), competitors={"b": -1})) == {
        ("Market", "size"): "not_positive",
        ("Market", "growth_rate"): "out_of_range",
        ("Market", "share"): "out_of_range",
        ("Market", "competitors", "b"): "out_of_range",
    }
    assert refused(lambda: market(growth_rate=-1)) == {("Market", "growth_rate"): "market_vanishes"}
    assert refused(lambda: market(competitors={"b": Decimal("0.9")})) == {("Market", "share"): "market_shares"}
    assert refused(lambda: market(share=0.5)) == {("Market", "share"): "rate_float"}
    assert refused(lambda: market(competitors=3)) == {("Market", "competitors"): "wrong_type"}


def test_a_malformed_capacity_is_refused() -> None:
    assert refused(lambda: Capacity(head_days=-1, shown=cny(1), shown_head_days=0.5)) == {  # type: ignore[arg-type] # the fault
        ("Capacity", "head_days"): "negative",
        ("Capacity", "shown_head_days"): "rate_float",
    }
    assert refused(lambda: Capacity(head_days=1, shown=cny(1), shown_head_days=Decimal("nan"))) == {
        ("Capacity", "shown_head_days"): "not_finite"
    }
    with pytest.raises(UnknownNameError):
        Capacity.of(goal(), Org(), tally(SALES), past=THIRD)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Cuts(Decimal(2), Decimal(1), Decimal(3)), "interval_reversed"),
        (lambda: Cuts(Decimal(0), Decimal(2), Decimal(1)), "interval_reversed"),
        (lambda: Cuts(Decimal(-1), Decimal(2), Decimal(3)), "out_of_range"),
        (lambda: FeasibilityPolicy(level=1.0), "between"),
        (lambda: FeasibilityPolicy(least_growths=1), "out_of_range"),
        (lambda: AmountRange(low=cny(2), high=cny(1)), "interval_reversed"),
    ],
)
def test_thresholds_out_of_order_or_range_are_refused(make: Callable[[], object], code: str) -> None:
    assert set(refused(make).values()) == {code}


# SMART


def letters(found: SmartCheck) -> list[str]:
    return [each.verdict for each in found.letters]


def test_a_target_with_everything_is_smart() -> None:
    target = goal(rationale="the new line", scope={"product": "machines"})
    found = smart(
        target,
        assess(target, history=history(*PAST)),
        milestones=[Checkpoint(owner="east", by=date(2026, 6, 30), amount=cny(60), scope={"product": "machines"})],
        source="ERP",
    )
    assert found.is_smart
    assert found.text() == (
        "Specific: yes; east owes Revenue of machines\n"
        "Measurable: yes; Revenue in CNY, from ERP\n"
        "Achievable: yes; assessed as reasonable\n"
        "Relevant: yes; the new line\n"
        "Time-bound: yes; 2026; milestones, which lead to CNY 60.00: 1"
    )
    assert found.text("zh").splitlines()[2] == "可实现：符合；评估结论：合理"
    assert found.rows()[0] == {"letter": "specific", "verdict": "yes", "reason": "east owes Revenue of machines"}


def test_a_letter_that_nothing_speaks_for_is_unknown() -> None:
    found = smart(goal(owner=None))
    assert letters(found) == ["unknown", "unknown", "unknown", "unknown", "yes"]
    assert not found.is_smart
    assert found.letters[4].reason.text() == "2026, without milestones"


def test_actuals_show_whether_a_metric_can_be_measured() -> None:
    done = tally(SALES)
    assert letters(smart(goal(), source=done))[1] == "yes"
    assert smart(goal(amount=Amount.of(1, USD)), source=done).letters[1].reason.text() == "the actuals hold no Revenue in USD"
    visits = Actual(owner="ada", metric=STANDARD_METRICS["visits"], amount=Amount.of(1, COUNT), on=date(2026, 1, 1))
    counted = goal(metric=STANDARD_METRICS["orders"], amount=Amount.of(1, COUNT))
    assert smart(counted, source=done).letters[1].reason.text() == "the actuals hold nothing of Orders"
    mixed = done + tally([visits, attrs.evolve(visits, metric=STANDARD_METRICS["orders"], amount=Amount.of(2, COUNT))])
    assert letters(smart(counted, source=mixed))[1] == "yes"
    assert letters(smart(goal(amount=cny(1)), source=mixed))[1] == "yes"
    assert letters(smart(goal(), source=ActualTally.empty()))[1] == "no"
    in_other_rows = tally(
        [attrs.evolve(SALES[0], amount=Amount.of(1, USD)), sale(1, date(2026, 1, 1), metric=STANDARD_METRICS["cash_collected"])]
    )
    assert letters(smart(goal(), source=in_other_rows))[1] == "no"


def test_a_ratio_is_measured_by_its_parts() -> None:
    rate = goal(metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"))
    assert smart(rate, source="CRM").letters[1].reason.text() == "Won deals, Closed deals, from CRM"
    won = Actual(owner="ada", metric=STANDARD_METRICS["won_deals"], amount=Amount.of(1, COUNT), on=date(2026, 1, 1))
    assert smart(rate, source=tally([won])).letters[1].reason.text() == "the actuals hold nothing of Closed deals"
    both = tally([won, attrs.evolve(won, metric=STANDARD_METRICS["closed_deals"])])
    assert letters(smart(rate, source=both))[1] == "yes"


@pytest.mark.parametrize(("yuan", "verdict"), [(120, "yes"), (150, "yes"), (155, "yes"), (200, "no")])
def test_what_is_too_high_is_not_achievable_and_a_stretch_is(yuan: int, verdict: str) -> None:
    found = smart(goal(yuan), assess(goal(yuan), history=history(*PAST)))
    assert letters(found)[2] == verdict
    assert letters(smart(goal(), assess(goal())))[2] == "unknown"


def test_a_part_of_another_target_is_relevant() -> None:
    part = goal(parent=goal(owner=None).key)
    assert smart(part).letters[3].reason.text() == "part of the target of the company for revenue, 2026"
    assert letters(smart(goal(parent=goal(owner="asia").key)))[3] == "yes"


def test_milestones_have_to_lead_to_the_target() -> None:
    half, whole = (
        Checkpoint(owner="east", by=by, amount=cny(yuan)) for by, yuan in ((date(2026, 6, 30), 70), (YEAR.last, 150))
    )
    assert letters(smart(goal(), milestones=[whole, half]))[4] == "yes"
    short = smart(goal(), milestones=[half, attrs.evolve(whole, amount=cny(140))])
    assert short.letters[4].reason.text() == "2026; milestones, which lead to CNY 140.00 instead of CNY 150.00: 2"
    assert letters(smart(goal(), milestones=[attrs.evolve(half, amount=cny(151))]))[4] == "no"


def test_milestones_that_are_none_are_refused() -> None:
    step = Checkpoint(owner="east", by=date(2026, 6, 30), amount=cny(70))
    later = attrs.evolve(step, by=date(2026, 9, 30), amount=cny(60))
    outside = attrs.evolve(step, by=date(2027, 1, 1))
    part = goal(40, period=Period.quarter(2026, 1))

    def faults(*milestones: object, target: Target | None = None) -> dict[tuple[str | int, ...], str]:
        return refused(lambda: smart(target or goal(), milestones=milestones))  # type: ignore[arg-type] # that is the fault

    assert faults(later, step) == {("milestones", 0, "amount"): "checkpoint_order"}
    assert faults(step, step) == {("milestones", 1, "by"): "not_unique"}
    assert faults(outside, attrs.evolve(step, owner="west"), attrs.evolve(step, amount=Amount.of(1, USD))) == {
        ("milestones", 0): "milestone_outside",
        ("milestones", 1): "milestone_of_another",
        ("milestones", 2, "amount"): "unit_mismatch",
    }
    assert faults(part, attrs.evolve(part, period=Period.month(2026, 3))) == {("milestones", 1): "period_overlap"}
    assert faults(attrs.evolve(part, period=Period.year(2025))) == {("milestones", 0): "milestone_outside"}
    assert faults(attrs.evolve(part, metric=STANDARD_METRICS["gross_margin"])) == {("milestones", 0): "milestone_of_another"}
    assert faults(part, step) == {("milestones", 1): "wrong_type"}
    assert faults(step, part, "x") == {("milestones", 1): "wrong_type", ("milestones", 2): "wrong_type"}
    rate = goal(metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"))
    assert faults(step, target=rate) == {("target", "metric"): "not_additive"}


def test_other_wrong_arguments_of_a_check_are_refused_together() -> None:
    other = assess(goal(99))
    assert refused(lambda: smart(goal(), other, source="")) == {
        ("assessment",): "assessment_of_another",
        ("source",): "wrong_type",
    }
    assert refused(lambda: smart(goal(), milestones=3)) == {("milestones",): "wrong_type"}  # type: ignore[arg-type] # the fault
    assert refused(lambda: smart("x")) == {("target",): "wrong_type"}  # type: ignore[arg-type] # that is the fault


def test_a_week_of_grace_is_given_to_records() -> None:
    first = [sale(100, date(2023, 7, 8)), *SALES[3:]]
    assert len(History.of(third(), tally(first)).amounts) == 3
    late = [attrs.evolve(first[0], on=first[0].on + timedelta(days=1)), *SALES[3:]]
    assert len(History.of(third(), tally(late)).amounts) == 2
