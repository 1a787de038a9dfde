"""Actions, tasks, risks and diagnosis: what is later is not known, order never matters, what is lacking is said."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

import attrs
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesperf import (
    CNY,
    Action,
    Amount,
    Case,
    Citation,
    Measurement,
    Period,
    PulseSurvey,
    Records,
    Risk,
    StatusChange,
    TaskPlan,
)
from salesperf.diagnosis import DEFAULT_RULES, Evidence, diagnose, find_cases, follow_through
from salesperf.model.key_result import number_of
from salesperf.risk import register, track
from salesperf.testing import actions, cases, days, pulse_surveys, records, risks, task_plans

few = settings(max_examples=at_most(20), suppress_health_check=[HealthCheck.too_slow])
LATER = date(2030, 6, 1)


def several_actions() -> st.SearchStrategy[list[Action]]:
    return st.lists(actions(), max_size=3, unique_by=lambda action: action.id)


def several_risks() -> st.SearchStrategy[list[Risk]]:
    return st.lists(risks(), max_size=3, unique_by=lambda risk: risk.id)


@given(actions())
def test_an_effect_is_never_counted_before_its_date(action: Action) -> None:
    assert all(action.began is not None and each.on > action.began for each in action.counted)
    if action.baseline is None or action.began is None:
        assert action.effect is None
        return
    early = [Measurement(action.began, action.baseline)] if action.began not in {one.on for one in action.measurements} else []
    assert attrs.evolve(action, measurements=[*action.measurements, *early]).effect == action.effect


@given(actions())
def test_an_effect_is_exact_and_the_goal_is_met_where_the_share_is_whole(action: Action) -> None:
    assert action.breakdown.holds()
    assert (action.effect is None) is (action.reason is not None) is (action.is_goal_met is None)
    if action.effect is not None:
        measured = number_of(action.counted[-1].value)
        assert number_of(action.effect) == measured - number_of(action.baseline)
        aim = number_of(action.goal_value) - number_of(action.baseline)
        assert action.is_goal_met is (number_of(action.effect) / aim >= 1)


@given(actions(), days(), days())
def test_an_action_forgets_what_is_later(action: Action, a: date, b: date) -> None:
    one, earlier = action.as_of(a), min(a, b)
    assert (None if one is None else one.as_of(b)) == action.as_of(earlier)
    later = attrs.evolve(action, history=[*action.history, StatusChange(LATER, "done")])
    assert later.as_of(a) == one
    assert later.days_late(a) == action.days_late(a)


@given(actions(), days())
def test_what_is_late_is_beyond_its_due_day(action: Action, day: date) -> None:
    assert 0 <= action.days_late(day) <= max(0, (max(day, LATER) - action.due).days)
    assert action.days_late(action.due) == 0 or (action.finished is not None and action.finished > action.due)


@given(task_plans(), days(), days())
def test_a_plan_forgets_what_is_later(plan: TaskPlan, a: date, b: date) -> None:
    assert plan.as_of(a).as_of(b) == plan.as_of(min(a, b))
    later = [attrs.evolve(task, history=[*task.history, StatusChange(LATER, "done")]) for task in plan.tasks]
    assert track(attrs.evolve(plan, tasks=later), as_of=a) == track(plan, as_of=a)


@given(task_plans(), days(), st.randoms())
def test_a_task_ends_no_earlier_than_what_it_waits_for(plan: TaskPlan, day: date, random: Random) -> None:
    found = track(plan, as_of=day)
    ends = {line.task.id: line.expected_end for line in found.lines}
    for line in found.lines:
        for other in line.waits_for:
            end = ends[other]
            assert end is not None
            assert line.expected_end is not None
            assert line.expected_end >= end
    assert [task.id for task in plan.in_order] == [task.id for task in attrs.evolve(plan, tasks=plan.tasks[::-1]).in_order]
    shuffled = random.sample(plan.tasks, len(plan.tasks))
    assert track(attrs.evolve(plan, tasks=shuffled), as_of=day) == found


@few
@given(several_risks(), days(), st.randoms())
def test_a_register_is_the_same_in_any_order_and_knows_nothing_later(
    several: Sequence[Risk], day: date, random: Random
) -> None:
    found = register(several, as_of=day)
    assert register(random.sample(several, len(several)), as_of=day) == found
    assert register([risk.as_of(day) or risk for risk in several], as_of=day) == found
    assert all(tree.holds() for tree in found.breakdowns)
    assert all(line.score.value == line.risk.likelihood * line.risk.impact for line in found.lines)
    assert all(action.days_late(day) > 0 for action in found.overdue)


@given(several_actions(), days(), st.randoms())
def test_following_through_is_the_same_in_any_order_and_knows_nothing_later(
    several: Sequence[Action], day: date, random: Random
) -> None:
    found = follow_through(several, as_of=day)
    assert follow_through(random.sample(several, len(several)), as_of=day) == found
    assert follow_through([one for action in several if (one := action.as_of(day)) is not None], as_of=day) == found


@given(st.lists(cases(), max_size=4, unique_by=lambda case: case.id), days(), st.randoms())
def test_cases_found_share_a_tag_and_are_known(several: Sequence[Case], day: date, random: Random) -> None:
    found = find_cases(several, ["price", "Acme"], as_of=day)
    assert all(case.on <= day and {"price", "Acme"}.intersection(case.tags) for case in found)
    assert find_cases(random.sample(several, len(several)), ["Acme", "price"], as_of=day) == found


def shuffled(known: Records, random: Random) -> Records:
    names = ("targets", "actuals", "opportunities", "leads", "costs", "customers")
    changes: dict[str, Any] = {name: random.sample(getattr(known, name), len(getattr(known, name))) for name in names}
    return attrs.evolve(known, **changes)


@few
@given(records(), st.lists(pulse_surveys(), max_size=2), days(), st.randoms())
def test_a_diagnosis_is_the_same_in_any_order_and_knows_nothing_later(
    known: Records, pulses: Sequence[PulseSurvey], day: date, random: Random
) -> None:
    period = Period.month(day.year, day.month)
    given = {"owner": None, "period": period, "as_of": day}
    found = diagnose(Evidence(records=known, pulses=pulses, **given))  # type: ignore[arg-type] # a dict of several kinds
    rules = random.sample(list(DEFAULT_RULES.values()), len(DEFAULT_RULES))
    other = Evidence(records=shuffled(known, random), pulses=pulses[::-1], **given)  # type: ignore[arg-type] # as above
    assert diagnose(other, rules=rules) == found
    earlier = Evidence(records=known.as_of(day), pulses=[one for one in pulses if one.on <= day], **given)  # type: ignore[arg-type] # as above
    assert diagnose(earlier) == found


def says_how_sure(citation: Citation) -> bool:
    """Tell whether what is counted over so many has an interval, says why it has none, or says that it is no estimate."""
    has_interval = citation.low is not None and citation.high is not None
    return citation.n is None or has_interval or citation.reason is not None or "not an estimate" in citation.text()


@few
@given(records(), days())
def test_a_rule_says_what_it_finds_with_numbers_or_what_it_lacks(known: Records, day: date) -> None:
    evidence = Evidence(records=known, owner=None, period=Period.month(day.year, day.month), as_of=day)
    for finding in diagnose(evidence):
        assert finding.citations or finding.lacks is not None
        assert finding.is_untold or finding.checks
        assert all(map(says_how_sure, finding.citations))
        assert "{" not in finding.rule
        assert "diagnosis." not in finding.full_text() + finding.full_text("zh")
    # Whatever needs a result that is not there says so.
    needing = {"low_conversion", "inaccurate_data", "unfair_plan", "key_account_loss", "missed_for_demand"}
    assert needing <= {finding.rule for finding in diagnose(evidence) if finding.is_untold}


@given(st.integers(1, 99), st.integers(0, 99), st.sampled_from((1, -1)))
def test_the_share_achieved_has_no_direction(aim: int, done: int, sign: int) -> None:
    action = Action(
        id="a",
        title="t",
        owner="ada",
        created=date(2026, 1, 1),
        due=date(2026, 2, 1),
        measure="m",
        baseline=Amount.of(0, CNY),
        goal_value=Amount.of(sign * aim, CNY),
        history=[StatusChange(date(2026, 1, 1), "in_progress")],
        measurements=[Measurement(date(2026, 1, 2), Amount.of(sign * done, CNY))],
    )
    assert action.achieved_share == done / aim
