"""The data quality of a review: worked by hand, which records it is about, where it stands, and how it is written."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Actual,
    Amount,
    Change,
    Customer,
    Lead,
    LeadChange,
    Move,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    SalesProcess,
    Stage,
    Target,
    Team,
)
from salesperf.io.folder import read_sample
from salesperf.messages import LANGUAGES
from salesperf.report import markdown
from salesperf.review import Review, Weaknesses, build

REVENUE, CALLS = STANDARD_METRICS["revenue"], STANDARD_METRICS["leads"]
THIRD = Period.quarter(2026, 3)
AS_OF = date(2026, 9, 15)
STAGES = [Stage(key="lead"), Stage(key="won", kind="won"), Stage(key="lost", kind="lost")]
PROCESS, OTHER = (SalesProcess(stages=STAGES, key=key, title=key.title()) for key in ("direct", "other"))
TEAMS = [Team(id="east"), Team(id="west")]
ADA, BO = Rep(id="ada", name="Ada", team="east"), Rep(id="bo", name="Bo", team="west", left=date(2026, 9, 1))


def deal(
    name: str,
    owner: str,
    *,
    due: date | None = None,
    began: date | None = date(2026, 8, 3),
    dollars: int | None = None,
    **rest: Any,  # noqa: ANN401 - fields of a deal
) -> Opportunity:
    """Make an open deal; those of unlike names are of unlike amounts, unless one is given."""
    amount = Amount.of(int(name[2:]) if dollars is None else dollars, USD)
    first = Change(began, stage="lead", owner=owner, amount=amount, expected_close=due)
    return Opportunity(id=name, **({"process": "direct", "history": [first], "customer": "k-1"} | rest))


def review_of(owner: str | None = None, as_of: date = AS_OF, **rest: Any) -> Review:  # noqa: ANN401 - fields of the records
    known: dict[str, Any] = {
        "org": Org(teams=TEAMS, reps=[ADA, BO]),
        "processes": [PROCESS, OTHER],
        "customers": [Customer(id="k-1", name="Huaxing", owner="ada")],
    }
    return build(Records(**(known | rest)), owner=owner, period=THIRD, as_of=as_of)


def told(weakened_by: Weaknesses) -> Mapping[str, list[str]]:
    """Return what weakens each number, in English, without what to do about it."""
    return {number: [finding.text().split(". ")[0] for finding in findings] for number, findings in weakened_by.items()}


DUE = date(2026, 9, 30)
DEALS = [
    deal("o-1", "ada", due=date(2026, 9, 14)),
    deal("o-2", "ada", due=DUE, began=None),
    deal("o-3", "bo", due=DUE),
    deal("o-4", "bo", due=DUE, customer=None),
    deal("o-5", "ada", due=date(2026, 9, 1), process="other"),
]


def test_each_section_of_deals_says_what_weakens_its_own_numbers() -> None:
    direct, other = review_of(opportunities=DEALS).deals
    # Of the four deals of one process one is past its close and two are of Bo, who left; of the other process there is one.
    assert told(direct.weakened_by) == {
        "pipeline": ["Open deals past their expected close: 1 of 4 (25.0%)", "Open deals of somebody who left: 2 of 4 (50.0%)"],
        "cycle_days": ["Deals without a beginning: 1 of 4 (25.0%)"],
        "funnel": ["Deals without a beginning: 1 of 4 (25.0%)"],
    }
    assert told(other.weakened_by) == {"pipeline": ["Open deals past their expected close: 1 of 1 (100.0%)"]}


def test_the_review_of_a_team_or_rep_counts_its_records_alone() -> None:
    def counts(owner: str | None) -> dict[str, tuple[int, int]]:
        return {count.rule.key: (count.found, count.checked) for count in review_of(owner, opportunities=DEALS).quality.faults}

    assert counts(None) == {
        "deal_overdue": (2, 5),
        "deal_of_departed": (2, 5),
        "deal_undated": (1, 5),
        "deal_without_customer": (1, 5),
    }
    assert counts("east") == counts("ada") == {"deal_overdue": (2, 3), "deal_undated": (1, 3)}
    assert counts("west") == {"deal_of_departed": (2, 2), "deal_without_customer": (1, 2)}


def test_the_score_is_that_of_the_card_of_an_audit() -> None:
    quality = review_of("west", opportunities=DEALS).quality
    # Consistency of two deals: the departed one of weight 2 finds all; expected close before the beginning, of the same
    # weight, finds nothing. Completeness: owner and amount weigh 4 each, close and customer 2, customers' name and owner 1.
    by_dimension = quality.score_by_dimension
    assert by_dimension["consistency"] == 50
    assert by_dimension["completeness"] == pytest.approx(100 * (1 - 2 * 0.5 / (4 + 4 + 2 + 2 + 1 + 1)), rel=1e-12)
    assert by_dimension["timeliness"] == by_dimension["conformity"] == 100
    assert quality.report.scores_by_owner["bo"] is not None
    assert quality.score == quality.report.score.value if quality.report.score else False


def test_who_has_most_of_a_fault_is_named_unless_several_have_as_many() -> None:
    review = review_of(opportunities=[*DEALS, deal("o-6", "bo", due=DUE, began=None)])
    quality = review.quality
    most = {count.rule.key: quality.most(count) for count in quality.faults}
    assert most == {
        "deal_overdue": ("ada", 2),
        "deal_of_departed": ("bo", 3),
        "deal_undated": None,
        "deal_without_customer": ("bo", 1),
    }
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in markdown(review).splitlines() if line.startswith("|")]
    by_fault = {row[0]: row[1:6] for row in rows if len(row) == 7}
    assert by_fault["Open deals of somebody who left"] == ["Warning", "3", "6", "50.0%", "Bo (3)"]
    assert by_fault["Deals without a beginning"] == ["Warning", "2", "6", "33.3%", "–"]


def done(owner: str, on: date, ref: str | None = None, number: int = 1, **scope: str) -> Actual:
    return Actual(owner=owner, metric=REVENUE, amount=Amount.of(number, CNY), on=on, ref=ref, scope=scope)


def goal(owner: str | None, **rest: Any) -> Target:  # noqa: ANN401 - fields of a target
    return Target(owner=owner, metric=REVENUE, amount=Amount.of(9, CNY), period=THIRD, **rest)


def test_an_attainment_is_weakened_by_the_entries_that_it_sums() -> None:
    twice = date(2026, 7, 6)
    actuals = [
        *[done("ada", twice)] * 2,
        done("ada", date(2026, 7, 7), "a-1", product="A"),
        done("bo", date(2026, 9, 2), "a-2"),
        # Of other days, another metric, or later: in no number of this review.
        *[done("ada", date(2026, 6, 30))] * 2,
        *[Actual(owner="ada", metric=CALLS, amount=Amount.of(1, COUNT), on=twice)] * 2,
        *[done("ada", date(2026, 9, 16))] * 2,
    ]
    review = review_of(targets=[goal(None), goal("east"), goal("west"), goal(None, scope={"product": "A"})], actuals=actuals)
    whole, product = review.metrics
    assert told(whole.weakened_by) == {
        "attainment": [
            "Entries that may be made twice: 2 of 2 (100.0%)",
            "Entries of days outside service: 1 of 4 (25.0%)",
            "Entries without a reference: 2 of 4 (50.0%)",
        ]
    }
    assert product.weakened_by == {}
    (west,) = review_of("west", targets=[goal("west")], actuals=actuals).metrics
    assert told(west.weakened_by) == {"attainment": ["Entries of days outside service: 1 of 1 (100.0%)"]}


def test_an_entry_counts_for_the_team_in_which_its_owner_served_that_day() -> None:
    org = Org(teams=TEAMS, reps=[ADA], moves=[Move(rep="ada", on=date(2026, 8, 3), team="west")])
    actuals = [*[done("ada", date(2026, 7, 6))] * 2, done("ada", date(2026, 8, 4), "a-1")]
    for team, found in (("east", ["actual_repeated", "actual_without_ref"]), ("west", [])):
        review = review_of(team, org=org, actuals=actuals, customers=())
        assert [count.rule.key for count in review.quality.faults] == found


def test_leads_and_channels_are_weakened_by_leads() -> None:
    def lead(number: int, owner: str, channel: str | None, on: date | None) -> Lead:
        return Lead(id=f"l-{number}", channel=channel, history=[LeadChange(on, status="new", owner=owner)])

    leads = [
        lead(1, "ada", "web", date(2026, 7, 6)),
        lead(2, "ada", None, date(2026, 9, 14)),
        lead(3, "bo", "web", None),
    ]
    review = review_of(leads=leads)
    assert review.leads is not None
    assert review.channels is not None
    assert told(review.leads.weakened_by) == {"follow_up": ["Leads not touched for long: 1 of 2 (50.0%)"]}
    assert told(review.channels.weakened_by) == {
        "channels": ["Leads without a beginning: 1 of 3 (33.3%)", "Leads without a channel: 1 of 3 (33.3%)"]
    }
    of_west = review_of("west", leads=leads)
    assert of_west.leads is not None
    assert told(of_west.leads.weakened_by) == {}


def test_what_no_deal_has_is_told_as_such_beside_its_number() -> None:
    nothing = [Change(date(2026, 8, 3), stage="lead", owner="ada")]
    deals = [deal(f"o-{n}", "ada", history=nothing) for n in range(20)]
    review = review_of(opportunities=deals)
    (section,) = review.deals
    assert [(each.rule, each.count) for each in section.weakened_by["pipeline"]] == [("deal_without_amount", 20)]
    assert {count.rule.key for count in review.quality.untold} == {"deal_without_amount", "deal_without_close"}
    text = markdown(review)
    assert "Faults in the data make this less sure (pipeline): Deals without an amount (nowhere entered).\n" in text
    asked = "Not judged, since the field is nowhere entered, or was not yet known: "
    assert f"{asked}Deals without an amount; Open deals without an expected close.\n" in text
    assert "以下数据问题使在手商机不够可靠：没有金额的商机（全无记录）。\n" in markdown(review, lang="zh")
    # A team does not excuse itself: others have it.
    others = [*deals, deal("o-20", "bo", due=DUE)]
    (east,) = review_of("east", opportunities=others).deals
    assert told(east.weakened_by)["pipeline"] == ["Deals without an amount: 20 of 20 (100.0%)"]


def test_a_report_tells_the_three_gravest_beside_a_number_and_counts_the_rest() -> None:
    deals = [
        deal("o-1", "bo", due=date(2026, 9, 14), began=date(2026, 3, 2), dollars=9),
        deal("o-2", "bo", due=date(2026, 9, 14), began=date(2026, 3, 2), dollars=9),
    ]
    text = markdown(review_of(opportunities=deals))
    assert (
        "Faults in the data make this less sure (pipeline): Open deals past their expected close (2 of 2, 100.0%); "
        "Open deals of somebody who left (2 of 2, 100.0%); Deals that may be entered twice (2 of 2, 100.0%); 2 more.\n" in text
    )


def test_a_report_lists_eight_kinds_of_faults_with_what_to_do_and_counts_the_rest() -> None:
    bare = [Change(None, stage="lead"), Change(date(2026, 3, 2), expected_close=date(2026, 9, 1))]
    deals = [
        *[deal(f"o-{n}", "bo", due=date(2026, 2, 2), began=date(2026, 3, 2), dollars=9) for n in (1, 2)],
        deal("o-3", "bo", history=bare, customer=None),
        deal("o-4", "ada", history=[Change(None, stage="won", owner="ada", amount=Amount.zero(USD))]),
        deal("o-5", "ada"),
    ]
    actuals = [done("ada", date(2026, 7, 6))] * 2
    review = review_of(opportunities=deals, actuals=actuals)
    assert len(review.quality.faults) > 8
    for lang, heading, rest, nobody in (
        ("en", "### Data quality", "And 6 more kinds of fault, less grave.", "no owner (1)"),
        ("zh", "### 数据质量", "另有 6 类较轻的问题。", "无负责人（1 条）"),
    ):
        _, _, told = markdown(review, lang=lang).partition(heading)
        rows = [line for line in told.splitlines() if line.startswith("|")]
        assert len(rows) == 2 + 8
        assert rest in told
        assert nobody in told


def test_a_report_of_records_without_a_fault_says_nothing_of_quality() -> None:
    plain = [done("ada", date(2026, 7, 6), "a-1")]
    review = review_of("ada", targets=[goal("ada")], actuals=plain)
    assert review.quality.score == 100
    assert review.quality.faults == ()
    assert "Data quality" not in markdown(review)
    # Neither does that of a team without any record.
    nobody = review_of("east", org=Org(teams=TEAMS), customers=())
    assert nobody.quality.score is None
    assert nobody.quality.score_by_dimension.get("completeness") is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_review_of_the_sample_tells_who_left_deals_behind_and_what_nobody_enters(lang: str) -> None:
    review = build(read_sample(), owner=None, period=THIRD, as_of=date(2026, 9, 16))
    faults = {count.rule.key: count for count in review.quality.faults}
    assert (faults["deal_of_departed"].found, review.quality.most(faults["deal_of_departed"])) == (7, ("r-10", 7))
    # The sample has no e-mail address or telephone number at all, and nobody looks after its customers.
    assert {count.rule.key for count in review.quality.untold} == {"contact_unreachable", "customer_without_owner"}
    assert not {"contact_unreachable", "customer_without_owner"} & faults.keys()
    text = markdown(review, lang=lang)
    beside = "Faults in the data make this less sure (pipeline): " if lang == "en" else "以下数据问题使在手商机不够可靠："
    assert text.count(beside) == 1
