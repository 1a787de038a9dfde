"""What a target takes: worked examples, rates of funnels with their ranges, what is undefined, and what is refused."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Amount,
    Calendar,
    Change,
    Estimate,
    FrozenMap,
    InvalidInputError,
    Message,
    Opportunity,
    Period,
    SalesperfError,
    SalesProcess,
    Stage,
    Target,
    funnel,
)
from salesperf.feasibility import Requirement, required
from salesperf.funnel import FunnelTally
from salesperf.kernels.proportion import wilson
from salesperf.pipeline import closed as decided

REVENUE: Final = STANDARD_METRICS["revenue"]
AS_OF: Final = date(2026, 9, 30)
MONTH: Final = Period.month(2026, 9)
PROCESS: Final = SalesProcess(
    stages=[Stage(key="lead"), Stage(key="offer", title="Offer"), Stage(key="won", kind="won"), Stage(key="lost", kind="lost")]
)


def cny(yuan: int) -> Amount:
    return Amount.of(yuan, CNY)


def goal(yuan: int = 1000, **other: Any) -> Target:  # noqa: ANN401 - fields of a target
    fields: dict[str, Any] = {"owner": "east", "metric": REVENUE, "amount": cny(yuan), "period": MONTH}
    return Target(**fields | other)


def deals(*ends: tuple[Sequence[str], int], grade: str = "a") -> list[Opportunity]:
    """Make deals that pass through stages, a day each, so many of each kind."""
    made: list[Opportunity] = []
    for stages, count in ends:
        for _ in range(count):
            history = [
                Change(date(2026, 9, 1) + timedelta(days=day), stage=stage, **({"grade": grade} if day == 0 else {}))  # type: ignore[arg-type] # a name of a field
                for day, stage in enumerate(stages)
            ]
            made.append(Opportunity(id=f"{grade}-{len(made)}-{'-'.join(stages)}", history=history))
    return made


DEALS: Final = deals(
    (("lead", "offer", "won"), 6),
    (("lead", "offer", "lost"), 14),
    (("lead", "offer"), 5),
    (("lead", "lost"), 15),
    (("lead",), 10),
)


def counted(found: Sequence[Opportunity] = DEALS, **other: Any) -> FunnelTally:  # noqa: ANN401 - arguments of count
    given: dict[str, Any] = {"as_of": AS_OF}
    return funnel.count(found, PROCESS, **given | other)


def counts(found: Requirement) -> list[int | None]:
    return [each.count for each in found.steps]


# Worked examples


def test_a_year_of_a_seller_is_worked_back_as_published() -> None:
    # Jeff C. West, "Goal setting with just a spoon full of sugar": for commissions of 100,000 at 500 a sale it takes 5,775
    # leads, 4,620 qualified and contacted, 660 appointments, 600 presentations, 200 sales; 18.5 contacts on each of 5 days in
    # 50 weeks.
    start = date(2026, 1, 5)
    fifty_weeks = Period(start, start + timedelta(weeks=50))
    rates = {
        "contacted": Fraction(660, 4620),
        "appointment": Fraction(600, 660),
        "presentation": Fraction(200, 600),
    }
    found = required(
        goal(amount=Amount.of(100_000, USD), period=fifty_weeks),
        rates,
        average_won_value=Amount.of(500, USD),
        lead_conversion_rate=Fraction(4620, 5775),
        visits_per_opportunity=1,
        visits_per_head=20,
    )
    assert counts(found) == [200, 600, 660, 4620, 5775, 4620, 19, 1]
    assert (found.deals, found.opportunities, found.leads, found.visits) == (200, 4620, 5775, 4620)
    assert (found.visits_per_day, found.heads, found.workdays) == (19, 1, 250)  # 18.48 a day, the 18.5 of the source
    assert found.breakdown.holds()


def test_each_step_is_rounded_up_since_a_part_of_a_deal_is_no_deal() -> None:
    found = required(
        goal(1000),
        {"lead": Decimal("0.3"), "offer": Decimal("0.7")},
        average_won_value=cny(300),
        visits_per_opportunity=Decimal("1.5"),
        visits_per_head=2,
    )
    # 3.33 -> 4 deals, 5.71 -> 6 offers, 20 leads, 30 visits, 1.36 -> 2 a day, 1 head.
    assert counts(found) == [4, 6, 20, 30, 2, 1]
    assert (found.level, found.notes, found.leads) == (None, (), None)


def test_what_is_there_already_is_subtracted_and_never_makes_less_than_nothing() -> None:
    found = required(goal(1000), {"lead": Fraction(1, 2)}, average_won_value=cny(100), closed=cny(300), pipeline=cny(150))
    assert (found.remaining, counts(found)) == (cny(550), [6, 12])
    assert "closed and expected: CNY 450.00 = sum of" in found.breakdown.text()
    met = required(
        goal(1000),
        {"lead": 0, "offer": Estimate.undefined(Message("funnel.reason.no_deals"))},
        average_won_value=cny(100),
        closed=cny(1000),
        pipeline=cny(1),
        visits_per_opportunity=3,
        visits_per_head=4,
    )
    assert (met.remaining, counts(met)) == (cny(0), [0, 0, 0, 0, 0, 0])
    assert met.breakdown.holds()
    without_average = required(goal(1000), {"lead": 1}, average_won_value=None, closed=cny(1000))
    assert counts(without_average) == [0, 0]
    assert without_average.breakdown.holds()


def test_days_that_have_passed_are_no_days_for_visits() -> None:
    plan: dict[str, Any] = {"average_won_value": cny(100), "visits_per_opportunity": 11}
    whole = required(goal(1000), {"lead": 1}, **plan)
    assert (whole.workdays, whole.visits, whole.visits_per_day) == (22, 110, 5)
    half = required(goal(1000), {"lead": 1}, **plan, as_of=date(2026, 9, 15))
    assert (half.workdays, half.visits_per_day) == (11, 10)
    before = required(goal(1000), {"lead": 1}, **plan, as_of=date(2026, 8, 15))
    assert before == whole
    holiday = Calendar(holidays=[date(2026, 9, 30)])
    assert required(goal(1000), {"lead": 1}, **plan, calendar=holiday).workdays == 21
    over = required(goal(1000), {"lead": 1}, **plan, visits_per_head=3, as_of=AS_OF)
    assert counts(over)[-2:] == [None, None]
    assert [each.reason.text() for each in over.steps if each.reason] == [
        "no workday is left",
        "it follows from what cannot be told, visits a workday",
    ]
    assert over.breakdown.holds()


def test_visits_to_leads_and_to_opportunities_add_up() -> None:
    found = required(
        goal(1000),
        {"lead": Fraction(1, 2)},
        average_won_value=cny(100),
        lead_conversion_rate=Fraction(1, 4),
        visits_per_opportunity=3,
        visits_per_lead=Decimal("0.5"),
    )
    assert (found.opportunities, found.leads, found.visits) == (20, 80, 20 * 3 + 40)
    only_leads = required(
        goal(1000), {"lead": Fraction(1, 2)}, average_won_value=cny(100), lead_conversion_rate=1, visits_per_lead=2
    )
    assert only_leads.visits == 40


# Funnels


def test_open_deals_are_neither_lost_nor_through() -> None:
    # Of 40 that left the first stage 25 moved on; of 20 that left the second 6 were won. 15 are open.
    found = required(goal(1200), counted(), average_won_value=cny(100))
    assert found.open_deals == 15
    offer, lead = found.steps[1:]
    assert (offer.stage, lead.stage) == ("offer", "lead")
    assert (lead.rate, offer.rate) == (_estimate(25, 40), _estimate(6, 20))
    assert counts(found) == [12, 40, 64]
    assert [note.text() for note in found.notes] == [
        "Each range is of its step by itself, and of the rates alone: averages, visits and stated rates are taken as given.",
        "Deals that stand in a stage: 15. They have neither moved on nor failed, and have no part in its rate.",
    ]


def _estimate(k: int, n: int) -> Estimate:
    interval = wilson(k, n)
    return Estimate(value=k / n, low=interval.low, high=interval.high, n=n)


def test_the_range_is_that_of_the_product_of_rates() -> None:
    average = Amount(minor=1, unit=CNY)  # so many deals that rounding up counts for little
    found = required(goal(12_000), funnel.analyze(counted(), level=0.95), average_won_value=average)
    first, second = wilson(25, 40), wilson(6, 20)
    down = math.hypot(math.log(0.625 / first.low), math.log(0.3 / second.low))
    up = math.hypot(math.log(first.high / 0.625), math.log(second.high / 0.3))
    product, deals_won = 0.625 * 0.3, 1_200_000
    assert found.deals == deals_won
    assert found.steps[2].low == pytest.approx(deals_won / (product * math.exp(up)), abs=8)
    assert found.steps[2].high == pytest.approx(deals_won / (product * math.exp(-down)), abs=8)
    # Of one rate alone it is its own interval.
    assert (found.steps[1].low, found.steps[1].high) == (
        math.ceil(deals_won / second.high),
        math.ceil(deals_won / second.low),
    )
    assert found.level == 0.95
    # Both rates at their worst at once would be less likely than the level allows.
    assert (found.steps[2].high or 0) < deals_won / (first.low * second.low)


def test_the_ends_of_a_range_are_rounded_up_at_each_step_as_the_count_is() -> None:
    rates = {f"s{place}": Estimate(value=0.9, low=0.8999, high=0.9001, n=10**6) for place in range(6)}
    found = required(goal(300), rates, average_won_value=cny(100))
    assert counts(found) == [3, 4, 5, 6, 7, 8, 9]
    assert [(each.low, each.high) for each in found.steps[1:]] == [(4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 9)]


def test_a_report_of_another_level_gives_ranges_of_that_level() -> None:
    wide, narrow = (
        required(goal(1200), funnel.analyze(counted(), level=level), average_won_value=cny(100)) for level in (0.99, 0.5)
    )
    assert (wide.level, narrow.level) == (0.99, 0.5)
    assert (wide.steps[2].high or 0) > (narrow.steps[2].high or 0) > (narrow.steps[2].low or 0) > (wide.steps[2].low or 0)


def test_a_report_is_told_in_either_language() -> None:
    found = required(goal(1200), counted(), average_won_value=cny(100), visits_per_opportunity=3, visits_per_head=4)
    assert found.text() == (
        "Revenue still to be won: CNY 1,200.00\n"
        "deals to be won: 12\n"
        "to enter Offer: 40 (95% range 24 to 83; rate 30.0% of 20)\n"
        "to enter lead: 64 (95% range 37 to 141; rate 62.5% of 40)\n"
        "visits: 192 (95% range 111 to 423)\n"
        "visits a workday: 9 (95% range 6 to 20)\n"
        "people: 3 (95% range 2 to 5)\n" + "\n".join(note.text() for note in found.notes)
    )
    assert found.text("zh").splitlines()[2] == "需进入Offer的数量：40（95% 区间 24 至 83；转化率 30.0%，基于 20 个）"
    assert found.rows()[1] | {"rate_low": None, "rate_high": None} == {
        "step": "stage",
        "stage": "offer",
        "count": 40,
        "low": 24,
        "high": 83,
        "rate": 0.3,
        "rate_low": None,
        "rate_high": None,
        "n": 20,
        "reason": None,
    }
    assert len(str(found).splitlines()) == 1 + len(found.steps)


def test_one_segment_of_several_is_named() -> None:
    both = [*DEALS, *deals((("lead", "offer", "won"), 3), (("lead", "lost"), 3), grade="b")]
    tally = counted(both, by=("grade",))
    assert required(goal(1200), tally, average_won_value=cny(100), segment=("a",)).opportunities == 64
    assert required(goal(1200), tally, average_won_value=cny(100), segment=["b"]).opportunities == 24
    only = counted(DEALS, by=("grade",))
    assert required(goal(1200), only, average_won_value=cny(100)).opportunities == 64


def test_an_average_of_deals_decided_is_one_to_go_by() -> None:
    won = Opportunity(
        id="o-1", history=[Change(date(2026, 9, 1), stage="lead", amount=cny(250)), Change(date(2026, 9, 2), stage="won")]
    )
    average = decided([won], PROCESS, as_of=AS_OF, period=MONTH).average_won_value
    assert required(goal(1000), {"lead": 1}, average_won_value=average).deals == 4


def test_a_target_of_deals_takes_one_each() -> None:
    target = goal(metric=STANDARD_METRICS["won_deals"], amount=Amount.of(7, COUNT))
    assert counts(required(target, {"lead": Fraction(1, 3)}, average_won_value=Amount.of(1, COUNT))) == [7, 21]


# Undefined


@pytest.mark.parametrize(
    ("ends", "reasons"),
    [
        (
            [(("lead", "offer", "lost"), 4)],
            [
                "nobody has moved on from Offer, so no number would be enough",
                "it follows from what cannot be told, to enter Offer",
                "it follows from what cannot be told, to enter lead",
            ],
        ),
        (
            [(("lead", "offer"), 4)],
            [
                "not enough data: no deal has left Offer yet",
                "it follows from what cannot be told, to enter Offer",
                "it follows from what cannot be told, to enter lead",
            ],
        ),
    ],
)
def test_a_rate_of_nothing_leaves_the_rest_undefined(ends: list[tuple[Sequence[str], int]], reasons: list[str]) -> None:
    found = required(goal(1200), counted(deals(*ends)), average_won_value=cny(100), visits_per_opportunity=1)
    assert counts(found)[1:] == [None] * 4
    assert [each.reason.text() for each in found.steps if each.reason][:3] == reasons
    assert found.breakdown.holds()
    assert found.text().splitlines()[2] == f"to enter Offer: cannot be told, {reasons[0]}"


def test_without_an_average_nothing_can_be_told() -> None:
    found = required(goal(), {"lead": 1}, average_won_value=None, visits_per_opportunity=1)
    assert counts(found) == [None] * 4
    assert found.steps[0].reason == Message("pipeline.reason.no_won_value")
    assert found.breakdown.holds()


def test_a_rate_without_an_interval_leaves_no_range_from_there_on() -> None:
    rates = {"lead": Estimate(value=0.5, n=10), "offer": Estimate(value=0.25, low=0.2, high=0.3, n=40)}
    found = required(goal(1000), rates, average_won_value=cny(100), visits_per_opportunity=2)
    assert [(each.count, each.low, each.high) for each in found.steps[:4]] == [
        (10, 10, 10),
        (40, 34, 50),
        (80, None, None),
        (160, None, None),
    ]
    assert found.text().splitlines()[3] == "to enter lead: 80 (rate 50.0% of 10)"


def test_an_interval_down_to_nothing_has_no_high_end() -> None:
    rates = {"lead": Estimate(value=0.25, low=0.0, high=0.5, n=40)}
    found = required(goal(1000), rates, average_won_value=cny(100), visits_per_opportunity=1)
    assert [(each.count, each.low, each.high) for each in found.steps[1:3]] == [(40, 20, None), (40, 20, None)]
    assert found.text().splitlines()[2] == "to enter lead: 40 (95% range 20 to –; rate 25.0% of 40)"


def test_the_float_of_an_estimate_is_the_share_that_was_counted() -> None:
    # Taken as binary fractions, a third would take 4 and three tenths 11.
    for k, n, wins, needed in ((1, 3, 1, 3), (3, 10, 3, 10), (7, 1000, 7, 1000)):
        found = required(goal(wins), {"lead": Estimate(value=k / n, n=n)}, average_won_value=cny(1))
        assert found.opportunities == needed


# What is refused


def refused(target: Target, rates: object, **other: Any) -> dict[tuple[str | int, ...], str]:  # noqa: ANN401 - arguments
    """Return the code of each fault by its path."""
    given: dict[str, Any] = {"average_won_value": cny(100)}
    with pytest.raises(SalesperfError) as caught:
        required(target, rates, **given | other)  # type: ignore[arg-type] # often the fault
    faults = caught.value.exceptions if isinstance(caught.value, InvalidInputError) else [caught.value]
    return {fault.path: fault.code for fault in faults if isinstance(fault, SalesperfError)}


def test_all_faults_are_told_together() -> None:
    assert refused(
        goal(0),
        {"lead": 0.5, "offer": Fraction(3, 2), "": 1, "talks": "x"},
        average_won_value=cny(0),
        closed=Amount.of(1, USD),
        pipeline=cny(-1),
        lead_conversion_rate=Estimate(value=1.5, n=2),
        visits_per_opportunity=0.5,
        visits_per_lead=-1,
        visits_per_head="many",
        calendar="ours",
        as_of="today",
    ) == {
        ("target", "amount"): "not_positive",
        ("funnel", "lead"): "rate_float",
        ("funnel", "offer"): "out_of_range",
        ("funnel", 2): "wrong_type",
        ("funnel", "talks"): "wrong_type",
        ("average_won_value",): "not_positive",
        ("closed",): "unit_mismatch",
        ("pipeline",): "negative",
        ("lead_conversion_rate",): "out_of_range",
        ("visits_per_opportunity",): "rate_float",
        ("visits_per_lead",): "not_positive",
        ("visits_per_head",): "wrong_type",
        ("calendar",): "wrong_type",
        ("as_of",): "wrong_type",
    }


@pytest.mark.parametrize(
    ("other", "faults"),
    [
        ({"visits_per_head": 3}, {("visits_per_opportunity",): "missing_field"}),
        ({"visits_per_lead": 3}, {("lead_conversion_rate",): "missing_field"}),
        ({"average_won_value": 12}, {("average_won_value",): "wrong_type"}),
        ({"segment": ("a",)}, {("segment",): "unknown_segment"}),
    ],
)
def test_an_argument_that_lacks_another_is_refused(other: Mapping[str, Any], faults: dict[tuple[str], str]) -> None:
    assert refused(goal(), {"lead": 1}, **other) == faults


def test_a_ratio_cannot_be_worked_back() -> None:
    rate = goal(metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"))
    assert refused(rate, {"lead": 1}) == {("target", "metric"): "not_additive"}


def test_a_funnel_that_says_no_rates_is_refused() -> None:
    assert refused(goal(), "funnel") == {("funnel",): "wrong_type"}
    assert refused(goal(), {}) == {("funnel",): "too_few"}
    assert refused(goal(), FrozenMap({"lead": 1, "a": 1})) == {("funnel",): "wrong_type"}
    assert refused(goal(), counted(rule="snapshot")) == {("funnel", "rule"): "choice"}
    tally = counted([*DEALS, *deals((("lead",), 1), grade="b")], by=("grade",))
    assert refused(goal(), tally) == {("segment",): "segment_unnamed"}
    assert refused(goal(), tally, segment=("c",)) == {("segment",): "unknown_segment"}
    for wrong in ("a", [["a"]], 3):
        assert refused(goal(), tally, segment=wrong) == {("segment",): "unknown_segment"}


def test_intervals_of_unlike_levels_are_refused() -> None:
    rates = {"lead": Estimate(value=0.5, low=0.4, high=0.6, n=90, level=0.9), "offer": _estimate(1, 2)}
    assert refused(goal(), rates) == {("funnel",): "level_mixed"}
