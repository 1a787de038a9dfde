"""The sample company: the same bytes from its generator, sums that hold, and every story that the generator promises."""

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

import salesperf as sp
from pages import ROOT
from salesperf.review import DealSection, Review, build

GENERATOR = ROOT / "tools" / "make_sample.py"
FILES = Path(sp.__file__).parent / "sample"
LAST_DAY = date(2026, 9, 16)
QUARTER = sp.Period.quarter(2026, 3)
JULY, AUGUST, SEPTEMBER = QUARTER.split("month")
REVENUE = sp.STANDARD_METRICS["revenue"]


@pytest.fixture(scope="module")
def company() -> sp.Records:
    """The company, as read from the package."""
    return sp.io.folder.read_sample()


def target(company: sp.Records, owner: str | None, period: sp.Period, metric: str = "revenue", **scope: str) -> sp.Target:
    """Return the one target of a key."""
    (found,) = [each for each in company.targets if each.key == (owner, metric, period, sp.FrozenMap(scope))]
    return found


def owed(company: sp.Records, owner: str | None, period: sp.Period) -> Decimal:
    """Return what an owner is to sell in a period."""
    amount = target(company, owner, period).amount
    assert isinstance(amount, sp.Amount)
    return amount.decimal


def sold(company: sp.Records, owner: str, period: sp.Period, **scope: str) -> Decimal:
    """Return what a rep, or a team's members in their time there, sold in a period."""
    return sum(
        (
            each.amount.decimal
            for each in company.actuals
            if each.metric == REVENUE
            and each.on in period
            and owner in (each.owner, company.org.team_on(each.owner, each.on))
            and each.scope.contains(scope)
        ),
        Decimal(0),
    )


def planned(company: sp.Records, owner: str) -> Decimal:
    """Return what the months of the quarter had planned by the last day."""
    elapsed = company.calendar.elapsed_share(SEPTEMBER, LAST_DAY)
    assert elapsed is not None
    passed = Decimal(elapsed.numerator) / elapsed.denominator
    return owed(company, owner, JULY) + owed(company, owner, AUGUST) + owed(company, owner, SEPTEMBER) * passed


def shares(company: sp.Records, team: str) -> tuple[float, float, float]:
    """Return the share of a team's quarter that is sold, planned by its months, and passed in workdays."""
    whole = owed(company, team, QUARTER)
    passed = company.calendar.elapsed_share(QUARTER, LAST_DAY)
    assert passed is not None
    return float(sold(company, team, QUARTER) / whole), float(planned(company, team) / whole), float(passed)


@pytest.mark.skipif(not GENERATOR.is_file(), reason="the generator is not part of this distribution")
def test_the_generator_makes_the_same_bytes(tmp_path: Path) -> None:
    made = tmp_path / "sample"
    subprocess.run([sys.executable, "-W", "error", str(GENERATOR), str(made)], check=True)  # noqa: S603 - our own program
    assert {path.name: path.read_bytes() for path in made.iterdir()} == {
        path.name: path.read_bytes() for path in FILES.iterdir()
    }


def test_the_files_are_small() -> None:
    assert sum(path.stat().st_size for path in FILES.iterdir()) < 350_000


def test_nothing_is_noticed_by_the_reader(company: sp.Records) -> None:
    assert company.findings == ()


def test_the_last_day_with_data_is_in_the_midst_of_a_quarter(company: sp.Records) -> None:
    assert max(actual.on for actual in company.actuals) == LAST_DAY
    assert QUARTER.start < LAST_DAY < QUARTER.last


# Workdays of each month as the notices of the State Council make them; checked against the package chinesecalendar 1.11.
WORKDAYS = {
    2025: [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23],
    2026: [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23],
}


@pytest.mark.parametrize("year", WORKDAYS)
def test_the_calendar_is_that_of_china(company: sp.Records, year: int) -> None:
    assert [company.calendar.workdays(month) for month in sp.Period.year(year).split("month")] == WORKDAYS[year]


def test_targets_sum_exactly_over_people_and_over_time(company: sp.Records) -> None:
    sums: dict[tuple[sp.TargetKey, bool], int] = {}
    minor: dict[sp.TargetKey, int] = {}
    for each in company.targets:
        if isinstance(each.amount, sp.Amount):
            minor[each.key] = each.amount.minor
            if each.parent is not None:
                below = (each.parent, each.owner == each.parent.owner)
                sums[below] = sums.get(below, 0) + each.amount.minor
    for each in company.targets:
        quarter = sp.Period.holding(each.period.start, "quarter")
        if each.owner in {*company.org.team_by_id} and each.period != quarter and not each.scope:
            below = (each.key._replace(period=quarter), True)
            sums[below] = sums.get(below, 0) + minor[each.key]
    assert {key.metric for key, _ in sums} == {"revenue", "new_customers"}
    assert {key.owner for key, over_time in sums if over_time} == {None, *company.org.team_by_id}
    assert {key.owner for key, over_time in sums if not over_time} == {None, *company.org.team_by_id}
    assert sums == {(key, over_time): minor[key] for key, over_time in sums}


def test_the_year_has_a_season(company: sp.Records) -> None:
    months = [owed(company, None, month) for month in sp.Period.year(2026).split("month")]
    assert months.index(min(months)) == 1
    assert months.index(max(months)) == 8


def test_one_team_is_far_ahead(company: sp.Records) -> None:
    done, by_now, _ = shares(company, "shanghai")
    assert done > 1.15 * by_now


def test_one_team_looks_ahead_and_is_behind_and_one_the_other_way_round(company: sp.Records) -> None:
    done, by_now, passed = shares(company, "guangzhou")
    assert passed < done < 0.95 * by_now
    done, by_now, passed = shares(company, "hangzhou")
    assert 0.95 * by_now < done < passed - 0.05


def test_a_hire_is_ramping(company: sp.Records) -> None:
    hire = company.org.rep_by_id["r-07"]
    assert (hire.hired, hire.ramp) == (date(2026, 7, 1), (Decimal("0.25"), Decimal("0.5"), Decimal("0.75")))
    months = [owed(company, "r-07", month) / owed(company, "hangzhou", month) for month in (JULY, AUGUST, SEPTEMBER)]
    assert months == sorted(months)
    assert not [each for each in company.actuals if each.owner == "r-07" and each.on < QUARTER.start]


def test_a_rep_has_left_with_a_target_unmet_and_the_house_goes_on(company: sp.Records) -> None:
    assert company.org.rep_by_id["r-10"].left == date(2026, 8, 22)
    assert sold(company, "r-10", AUGUST) < owed(company, "r-10", AUGUST)
    assert max(each.on for each in company.actuals if each.owner == "r-10") <= date(2026, 8, 21)
    assert {each.period for each in company.targets if each.owner == "r-10" and each.period.start > LAST_DAY} == set()
    house = [each.on for each in company.actuals if each.owner == "h-01"]
    assert min(house) > date(2026, 8, 21)
    assert owed(company, "h-01", SEPTEMBER) > 0


def test_a_rep_has_moved_with_the_target(company: sp.Records) -> None:
    (move,) = company.org.moves
    assert (move.rep, move.on, move.team) == ("r-13", date(2026, 8, 1), "shenzhen")
    teams = [target(company, "r-13", month).parent for month in (JULY, AUGUST)]
    assert [key.owner for key in teams if key] == ["guangzhou", "shenzhen"]


def test_dealers_agents_and_managers_sell_too(company: sp.Records) -> None:
    kinds = {company.org.rep_by_id[each.owner].kind for each in company.actuals if each.metric == REVENUE}
    assert kinds == {"employee", "dealer", "agent", "house"}
    managers = {team.manager for team in company.org.teams}
    assert len(managers) == 4
    assert all(sold(company, manager, QUARTER) > 0 for manager in managers if manager)


def test_only_the_agent_has_no_target(company: sp.Records) -> None:
    assert company.org.rep_by_id.keys() - {each.owner for each in company.targets} == {"a-01"}


def test_data_are_missing_for_one_and_another_was_away(company: sp.Records) -> None:
    in_august = {each.owner for each in company.actuals if each.on in AUGUST}
    assert {rep.id for rep in company.org.reps} - in_august == {"r-04"}
    assert owed(company, "r-04", AUGUST) > 0
    (absence,) = company.org.rep_by_id["r-12"].absences
    assert absence.label == "2026-03-01..2026-04-30"
    assert not [each for each in company.actuals if each.owner == "r-12" and each.on in absence]


def test_a_target_for_a_product_ended_unmet(company: sp.Records) -> None:
    second = sp.Period.quarter(2026, 2)
    amount = target(company, "shenzhen", second, product="software").amount
    assert isinstance(amount, sp.Amount)
    assert sold(company, "shenzhen", second, product="software") < Decimal("0.9") * amount.decimal


def test_a_ratio_has_targets(company: sp.Records) -> None:
    assert target(company, None, QUARTER, "average_order_value").amount == 105_000


@pytest.fixture(scope="module")
def review(company: sp.Records) -> Review:
    """The review of the company in the third quarter."""
    return build(company, owner=None, period=QUARTER, as_of=LAST_DAY)


@pytest.fixture(scope="module")
def deals(review: Review) -> DealSection:
    """The deals of the company in the third quarter."""
    (section,) = review.deals
    return section


def test_proposals_wait(deals: DealSection) -> None:
    over = {age.stage: (age.over or 0) / max(1, (age.over or 0) + (age.within or 0)) for age in deals.pipeline.ages}
    assert over.pop("proposal") > 0.5
    assert all(share <= 0.25 for share in over.values())
    assert max(deals.pipeline.by_stage, key=lambda group: group.count).key == "proposal"


def test_the_deals_of_one_rep_slip_more_than_all(deals: DealSection, review: Review) -> None:
    (slipping,) = [group for group in deals.slips.by_owner if group.key == "r-12"]
    whole = deals.slips.total.slip_rate.value
    assert whole is not None
    assert slipping.slip_rate.low is not None
    assert slipping.slip_rate.low > whole
    assert [each.record for each in review.findings if each.rule == "slipping"] == ["r-12"]


def test_one_rival_takes_most_of_what_is_lost(deals: DealSection) -> None:
    lost = Counter(name for deal in deals.closed.of("lost") for name in deal.competitors)
    assert lost.most_common(1)[0][0] == "Beihe"


def test_deals_keep_to_their_process(company: sp.Records) -> None:
    (process,) = company.processes
    assert sum(deal.is_undated for deal in company.opportunities) == 1
    for deal in company.opportunities:
        stages = [visit.stage for visit in deal.visits]
        assert stages[0] == "prospecting"
        for number, change in enumerate(deal.history[1:], 1):
            if change.stage is None:
                continue
            before = attrs.evolve(deal, history=deal.history[:number])
            assert change.stage in process.allowed(before)


def test_half_of_the_deals_come_from_a_lead_that_became_one_on_the_day_on_which_they_began(company: sp.Records) -> None:
    deals = {deal.lead: deal for deal in company.opportunities if deal.lead}
    assert 0.4 < len(deals) / len(company.opportunities) < 0.6
    for lead in company.leads:
        assert (lead.status == "converted") == (lead.id in deals)
        if lead.id in deals:
            deal = deals[lead.id]
            assert (lead.last_change, lead.owner) == (deal.created, deal.history[0].owner)
            assert lead.facts["industry"] == company.customers[int((deal.customer or "")[2:]) - 1].facts["industry"]


def converted(company: sp.Records, channel: str) -> float:
    """Return the share of a channel's leads that has become a deal."""
    leads = [lead for lead in company.leads if lead.channel == channel]
    return sum(lead.status == "converted" for lead in leads) / len(leads)


def test_one_channel_converts_worse(company: sp.Records) -> None:
    assert converted(company, "exhibition") < 0.2
    assert min(converted(company, "website"), converted(company, "referral")) > 0.35


def test_one_channel_does_not_pay(company: sp.Records, review: Review) -> None:
    assert review.channels is not None
    (line,) = review.channels.report.not_paying
    assert line.labels == ("exhibition",)
    spent = sum(cost.amount.decimal for cost in company.costs if cost.channel == "exhibition")
    won = {deal.lead: deal.amount for deal in company.opportunities if deal.stage in ("won", "after_sales")}
    brought = [won[lead.id] for lead in company.leads if lead.channel == "exhibition" and lead.id in won]
    assert (len(brought), spent) == (2, 3_200_000)
    assert sum(amount.decimal for amount in brought if amount is not None) < spent / 10
    assert [each.count for each in review.findings if each.rule == "channel_does_not_pay"] == [line.leads]
    paying = {each.labels[0] for each in review.channels.report.lines if each.return_verdict == "pays"}
    assert paying == {"website", "referral"}


def test_leads_that_became_deals_said_more_for_themselves(company: sp.Records) -> None:
    spoken = [lead for lead in company.leads if any(change.status == "working" for change in lead.history)]
    assert {lead.id for lead in company.leads if "need" in lead.facts} == {lead.id for lead in spoken}
    grades: dict[str, list[str | None]] = {"converted": [], "disqualified": []}
    for lead in spoken:
        grades.setdefault(lead.status, []).append(sp.grading.grade(lead, as_of=LAST_DAY).grade)
    best = {status: found.count("A") / len(found) for status, found in grades.items()}
    assert best["converted"] > 2 * best["disqualified"]


def test_one_objective_lags_and_of_one_nobody_speaks(review: Review) -> None:
    assert review.objectives is not None
    lines = {line.score.noun.id: line for line in review.objectives.lines}
    assert {name for name, line in lines.items() if name.startswith("o") and line.score.status == "off_track"} == {
        *("o-1-2-3", "o-1-2-3-1", "o-1-2-3-2"),
    }
    assert [(line.owner, line.silent_days) for line in review.objectives.silent] == [("r-12", 54), ("r-12", 77)]
    owners = {line.owner for line in lines.values()}
    assert owners == {None, "east", "south", "guangzhou", "shenzhen", "r-02", "r-12", "r-14"}


def test_one_channel_is_only_young(company: sp.Records) -> None:
    assert min(lead.created for lead in company.leads if lead.channel == "live_stream" and lead.created) >= date(2026, 7, 20)
    assert converted(company, "live_stream") < converted(company, "website") - 0.05
    # Of its leads that have had the time to become a deal as many have.
    ripe = [lead for lead in company.leads if lead.created and (LAST_DAY - lead.created).days > 40]
    assert converted(attrs.evolve(company, leads=ripe, opportunities=(), cases=()), "live_stream") > converted(
        company, "website"
    )


def test_what_nobody_spoke_to_went_back_to_the_pool_and_half_was_claimed(company: sp.Records) -> None:
    pooled = [lead for lead in company.leads if any(change.released for change in lead.history)]
    claimed = [lead for lead in pooled if any(change.reason == "claimed" for change in lead.history)]
    assert len(pooled) > 20
    assert 0.3 < len(claimed) / len(pooled) < 0.8
    assert {lead.owner for lead in company.leads if lead.status == "working"} <= {None, *company.org.rep_by_id}
    left = [lead for lead in company.leads if lead.owner == "r-10" and lead.status not in ("converted", "disqualified")]
    assert left == []


def test_of_what_was_agreed_one_worked_one_is_late_and_two_have_no_number(company: sp.Records) -> None:
    agreed = {action.id: action for action in company.actions}
    assert {action.created for action in company.actions} == {QUARTER.start + timedelta(days=1)}
    assert [(name, action.is_goal_met, action.days_late(LAST_DAY)) for name, action in agreed.items()] == [
        ("a-1", True, 0),
        ("a-2", False, 16),
        ("a-3", False, 0),
        ("a-4", None, 0),
        ("a-5", None, 0),
    ]
    assert [name for name, action in agreed.items() if action.measure is None] == ["a-4", "a-5"]
    assert [name for name, action in agreed.items() if action.is_open] == ["a-2", "a-3"]


def test_what_was_measured_is_what_the_data_say(company: sp.Records) -> None:
    agreed = {action.id: action for action in company.actions}
    measured = {name: {each.on: each.value for each in action.measurements} for name, action in agreed.items()}
    (answer,) = [part for root in company.objectives for part in root.key_results if part.id == "k-2-2"]
    assert measured["a-1"] == {check_in.on: check_in.value for check_in in answer.check_ins}
    days = [(QUARTER.start - timedelta(days=1), agreed["a-2"].baseline), *measured["a-2"].items()]
    for day, value in days:
        known = company.as_of(day)
        slipped = sp.pipeline.slips(
            known.opportunities, company.processes[0], period=sp.Period.holding(day, "quarter"), as_of=day
        )
        (rate,) = [group.slip_rate.value for group in slipped.by_owner if group.key == "r-12"]
        assert rate is not None
        assert Decimal(rate).quantize(Decimal("0.01")) == value
    months = [(sp.Period.month(2026, 6), agreed["a-3"].baseline), (JULY, None), (AUGUST, None)]
    for month, baseline in months:
        value = baseline or measured["a-3"][month.last]
        assert isinstance(value, sp.Amount)
        assert sold(company, "shenzhen", month, product="software") == value.decimal


def test_a_plan_waits_for_one_man(company: sp.Records) -> None:
    (plan,) = company.plans
    late = {task.id: task.days_late(LAST_DAY) for task in plan.tasks if task.days_late(LAST_DAY)}
    assert late == {"training": 3, "connected": 5}
    assert {task.id for task in plan.tasks if task.is_milestone} == {"trial", "launch"}
    waiting = plan.task_by_id["offer"]
    assert (waiting.status, plan.task_by_id["connected"].owner) == ("blocked", "r-12")
    assert "connected" in waiting.depends_on


def test_cases_are_of_deals_that_were_decided_so(company: sp.Records) -> None:
    deals = {deal.id: deal for deal in company.opportunities}
    for case in company.cases:
        deal = deals[case.opportunity or ""]
        assert (deal.stage, deal.customer, deal.owner) == (case.outcome, case.customer, case.owner)
        assert deal.last_change is not None
        assert deal.last_change <= case.on
        assert {*deal.competitors, deal.facts["product"]} & {*case.tags}
    assert [case.outcome for case in company.cases] == ["won", "lost", "lost", "won"]


def test_one_risk_rose_and_fell_one_rises_and_one_fell(company: sp.Records) -> None:
    thought = {risk.id: [each.likelihood * each.impact for each in risk.assessments] for risk in company.risks}
    assert thought == {"risk-1": [10, 15, 4], "risk-2": [6, 16], "risk-3": [16, 12]}
    overdue = {risk.id: len(risk.overdue_responses(LAST_DAY)) for risk in company.risks}
    assert overdue == {"risk-1": 0, "risk-2": 1, "risk-3": 0}


def test_morale_fell_after_one_had_left(company: sp.Records) -> None:
    before, after = company.pulses
    left = company.org.rep_by_id["r-10"].left
    assert left is not None
    assert before.on < left < after.on
    for survey in (before, after):
        serving = [rep for rep in company.org.reps if rep.kind == "employee" and survey.on in sp.Period(*rep.service)]
        assert survey.invited == len(serving) == 13
    assert (before.low_share.value or 0) < (after.low_share.value or 0)
