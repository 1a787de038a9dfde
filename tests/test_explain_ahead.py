"""What risks of the pipeline cite, pulled apart: open deals, what was won or booked, and of how many it is told."""

from datetime import date

import attrs
import pytest
from explained import THIRD, broken, explained, labels, values
from small_records import company, yuan

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    Actual,
    Amount,
    Change,
    Citation,
    Customer,
    Message,
    Opportunity,
    Period,
    Records,
    Risk,
    RiskAssessment,
    Target,
)
from salesperf.report import markdown
from salesperf.review import NumberTrees, build, explain

AUG_31 = date(2026, 8, 31)
REVENUE = STANDARD_METRICS["revenue"]


def deal(key: str, amount: int | None, customer: str | None = None, stage: str | None = None) -> Opportunity:
    worth = None if amount is None else yuan(amount)
    begun = Change(date(2026, 7, 1), stage="lead", owner="ada", amount=worth, expected_close=date(2026, 9, 20))
    later = [] if stage is None else [Change(date(2026, 8, 5), stage=stage)]
    return Opportunity(id=key, process="basic", customer=customer, history=[begun, *later])


DEALS = (
    deal("o-1", 300, "k-1"),
    deal("o-2", 200, "k-1"),
    deal("o-3", 100, "k-2"),
    deal("o-4", 400),
    deal("o-5", None, "k-3"),
    deal("w-1", 150, stage="closed"),
    deal("w-2", None, stage="closed"),
    deal("l-1", 50, stage="lost"),
)


def records(*deals: Opportunity, booked: int = 0) -> Records:
    return Records(
        org=company("ada"),
        customers=[Customer(id=f"k-{number}") for number in (1, 2, 3)],
        opportunities=deals,
        processes=[STANDARD_PROCESSES["basic"]],
        targets=[Target(owner=None, metric=REVENUE, amount=yuan(9000), period=THIRD)],
        actuals=[Actual(owner="ada", metric=REVENUE, amount=yuan(booked), on=date(2026, 7, 7))] if booked else [],
    )


def numbers(known: Records, as_of: date = AUG_31) -> NumberTrees:
    """Explain a review, every number of which holds."""
    found = explained(known, as_of=as_of)
    assert broken(found) == []
    return found


def test_what_is_cited_is_told_of_as_many_as_it_is_of() -> None:
    found = numbers(records(*DEALS))
    # Of one deal: of the four open ones with an amount, since one without any is no part of the whole.
    assert labels(found.tree("risks/pipeline/one_deal/CNY/1/n")) == ["o-1", "o-2", "o-3", "o-4"]
    assert found.tree("risks/pipeline/one_deal/CNY/1").value == 0.4
    # Of one customer: of the two whose deals have an amount, and of what these are worth.
    one = found.tree("risks/pipeline/one_customer_ahead/CNY/1")
    assert values(one) == [yuan(500), yuan(600)]
    assert labels(one) == ["open value with customer k-1", "open value in all"]
    assert labels(found.tree("risks/pipeline/one_deal/CNY/1")) == ["open value of deal o-4", "open value in all"]
    assert labels(found.tree("risks/pipeline/one_customer_ahead/CNY/1/n")) == ["k-1", "k-2"]
    # The win rate by value: of those decided with an amount.
    rate = found.tree("risks/pipeline/thin_pipeline/CNY/3/n")
    assert (rate.value, labels(rate)) == (2, ["l-1, 2026-08-05", "w-1, 2026-08-05"])
    assert rate.label.text() == "Win rate by value: observations, won or lost, with an amount"


def test_what_is_still_to_be_won_is_the_target_less_what_was_won_or_booked() -> None:
    for booked, most in ((0, 150), (100, 150), (300, 300)):
        rest = numbers(records(*DEALS, booked=booked)).tree("risks/pipeline/thin_pipeline/CNY/2")
        assert rest.value == yuan(9000 - most)
        target, done = rest.parts
        assert target.parts
        won, actual = done.parts
        assert (done.value, won.value, actual.value) == (yuan(most), yuan(150), yuan(booked))
        # The deal that was won, the entry that was booked.
        assert labels(won) == ["w-1, 2026-08-05"]
        assert [label for month in actual.parts for label in labels(month)] == (["2026-07-07, ada"] if booked else [])


def test_what_a_thin_pipeline_lacks_is_what_is_to_be_won_less_open_deals_at_the_win_rate() -> None:
    found = numbers(records(*DEALS))
    rest, expected = found.tree("risks/pipeline/thin_pipeline/CNY/at_stake").parts
    held, rate = expected.parts
    assert (rest.value, held.value, values(rate)) == (yuan(8850), yuan(1000), [yuan(150), yuan(200)])
    assert found.tree("risks/pipeline/thin_pipeline/CNY/1").parts[1].value == rest.value


@pytest.mark.parametrize(("booked", "is_told"), [(0, True), (300, True), (301, False), (700, False)])
def test_where_deals_made_up_less_than_half_of_what_was_sold_nothing_tells_whether_the_pipeline_is_thin(
    booked: int, *, is_told: bool
) -> None:
    known = records(*DEALS, booked=booked)
    review = build(known, owner=None, period=THIRD, as_of=AUG_31)
    assert ("pipeline/thin_pipeline/CNY" in {line.risk.id for line in review.risks.lines}) is is_told
    untold = [(place, each) for place, each in enumerate(review.findings, 1) if each.rule == "pipeline_untold"]
    assert (not untold) is is_told
    for place, finding in untold:
        share = f"{150 / booked:.1%}"
        assert finding.text() == (
            "Whether the pipeline is too thin cannot be told: most sales come without deals. From 2026-07-01 to 2026-08-31 won "
            f"deals made up {share} of Revenue; a pipeline is judged from 50% on."
        )
        assert finding.text() in markdown(review).split("\n## Why")[1].split("\n## ")[0]
        tree = numbers(known).tree(f"data/findings/{place}/pipeline_untold/share")
        assert tree.value == pytest.approx(150 / booked, rel=1e-12)
        assert values(tree) == [yuan(150), yuan(booked)]
        assert [labels(part) for part in tree.parts] == [["w-1, 2026-08-05"], ["2026-07-07, ada"]]
        alone = explain(review).tree(f"data/findings/{place}/pipeline_untold/share")
        assert (alone.value, alone.parts) == (tree.value, ())


def test_a_pipeline_that_covers_what_is_owed_is_not_said_to_be_untold() -> None:
    known = attrs.evolve(
        records(*DEALS, booked=700),
        targets=[Target(owner=None, metric=REVENUE, amount=yuan(800), period=THIRD)],
    )
    review = build(known, owner=None, period=THIRD, as_of=AUG_31)
    assert not {"pipeline_untold"} & {finding.rule for finding in review.findings}


def test_of_the_period_after_it_is_the_target_of_that_one() -> None:
    known = records(*DEALS)
    fourth = Target(owner=None, metric=REVENUE, amount=yuan(5000), period=Period.quarter(2026, 4))
    begun = (attrs.evolve(each.history[0], expected_close=date(2026, 12, 1)) for each in DEALS[:4])
    later = [attrs.evolve(each, history=[first]) for each, first in zip(DEALS, begun, strict=False)]
    known = attrs.evolve(known, targets=[*known.targets, fourth], opportunities=later)
    rest = numbers(known, as_of=THIRD.last).tree("risks/pipeline/thin_pipeline/CNY/2")
    target, done = rest.parts
    assert (target.value, done.value) == (yuan(5000), yuan(0))
    assert labels(target) == ["the company, Q4 2026"]


def test_a_risk_of_somebody_s_own_is_not_read_by_its_id() -> None:
    thought = [RiskAssessment(on=date(2026, 8, 1), likelihood=5, impact=5)]
    cited = Citation(label=Message("risk.cited.remaining"), value=yuan(1), source=Message("a guess"))
    kinds = ("thin_pipeline", "one_deal", "stale_pipeline", "one_rep", "one_customer")
    own = [
        Risk(id=f"mine/{kind}/CNY", title=f"risk.automatic.{kind}", assessments=thought, at_stake=stake, citations=[cited])
        for kind, stake in zip(kinds, (yuan(7), None, Amount.of(3, COUNT), yuan(8), yuan(9)), strict=True)
    ]
    found = numbers(attrs.evolve(records(*DEALS), risks=own))
    for risk in own:
        assert found.tree(f"risks/{risk.id}/1").parts == ()
        if risk.at_stake is not None:
            stake = found.tree(f"risks/{risk.id}/at_stake")
            assert (stake.value, stake.parts) == (risk.at_stake, ())
