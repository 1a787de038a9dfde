"""Reviews where next to nothing is there: one rep alone, no target, no deal, a customer who never bought."""

import re
from datetime import date
from typing import Any, Final

import attrs
import pytest
from shown_numbers import strange_numbers

import salesperf as sp
from salesperf.messages import LANGUAGES, catalog
from salesperf.report import markdown
from salesperf.review import Review, build, explain
from salesperf.testing import assert_breakdowns_hold

REVENUE: Final = sp.STANDARD_METRICS["revenue"]
THIRD: Final = sp.Period.quarter(2026, 3)
EVERYTHING: Final = "targets actuals opportunities customers"
SECTIONS: Final = "|".join(sorted({key.partition(".")[0] for key in catalog("en")}))


def yuan(number: int) -> sp.Amount:
    return sp.Amount.of(number, sp.CNY)


def deal(name: str, *changes: sp.Change, customer: str | None = None) -> sp.Opportunity:
    begun = sp.Change(date(2026, 7, 1), stage="lead", owner="ada", amount=yuan(70))
    return sp.Opportunity(id=name, customer=customer, history=[begun, *changes])


ALONE: Final = sp.Records(
    org=sp.Org(reps=[sp.Rep(id="ada", name="Ada")]),
    targets=[sp.Target(owner="ada", metric=REVENUE, amount=yuan(900), period=THIRD)],
    actuals=[
        sp.Actual(owner="ada", metric=REVENUE, amount=yuan(100 * month), on=date(2026, month, 3), scope={"customer": "k-1"})
        for month in (7, 8, 9)
    ],
    opportunities=[deal("o-1", sp.Change(date(2026, 8, 1), stage="closed"), customer="k-1"), deal("o-2")],
    processes=[sp.STANDARD_PROCESSES["basic"]],
    customers=[sp.Customer(id="k-1", owner="ada"), sp.Customer(id="k-2", owner="ada")],
)
"""A company of one rep, with a customer who bought, and one who did not."""


def reviewed(owner: str | None = None, **changed: Any) -> Review:  # noqa: ANN401 - parts of the records
    return build(attrs.evolve(ALONE, **changed), owner=owner, period=THIRD, as_of=date(2026, 9, 16))


@pytest.mark.parametrize("owner", [None, "ada"])
@pytest.mark.parametrize("missing", ["", "targets", "opportunities", "actuals", "opportunities customers", EVERYTHING])
def test_whatever_is_missing_the_report_is_whole_and_every_number_of_it_explains_itself(
    missing: str, owner: str | None
) -> None:
    review = reviewed(owner, **dict.fromkeys(missing.split(), ()))
    for lang in LANGUAGES:
        text = markdown(review, lang=lang)
        assert not re.findall(rf"(?<![\w.])(?:{SECTIONS})\.[a-z_]{{3,}}|{{[a-z_]+}}|\bnan\b|None", text)
    assert strange_numbers(review) == []
    for tree in explain(review).breakdowns:
        assert_breakdowns_hold(tree)


def test_one_rep_alone_is_the_company_and_is_compared_with_nobody() -> None:
    company, ada = reviewed(), reviewed("ada")
    (section,), (own,) = company.metrics, ada.metrics
    (line,) = section.members
    assert (line.owner, line.attainment.actual) == ("ada", yuan(2400))
    assert section.attainment.actual == own.attainment.actual == yuan(2400)
    assert {section.best_teams, section.best_reps, own.best_teams, own.best_reps} == {None}
    assert company.deals[0].closed == ada.deals[0].closed
    assert "This cannot be told: fewer than two employees have a target for the whole period." in markdown(company)
    assert ada.team is None


def test_without_a_target_what_was_done_is_told_and_nothing_is_met_or_missed() -> None:
    review = reviewed(targets=[])
    assert (review.metrics, review.unmet) == ((), ())
    (flow,) = review.recorded
    assert (flow.metric, flow.amount) == ("revenue", yuan(2400))
    assert review.outlook[0].missing is None
    assert "target" not in markdown(review).partition("## Outlook")[2].partition("## ")[0]


def test_without_a_deal_there_is_neither_pipeline_nor_outlook_nor_competitor() -> None:
    review = reviewed(opportunities=[])
    assert (review.deals, review.outlook, review.market) == ((), (), None)
    headings = [line for line in markdown(review).splitlines() if line.startswith("## ")]
    assert not [heading for heading in headings if "Deals" in heading or "Outlook" in heading or "Competitors" in heading]


def test_a_customer_who_never_bought_is_counted_as_such_and_bought_nothing() -> None:
    customers = reviewed().customers
    assert customers is not None
    assert (customers.lifecycle.counts["prospect"], customers.lifecycle.counts["new"]) == (1, 1)
    assert [line.customer for line in customers.largest] == ["k-1"]
    assert reviewed(actuals=[], opportunities=[]).customers is None
