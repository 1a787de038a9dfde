"""A kit for tests: hypothesis strategies for every noun, and laws that nouns and results obey.

The strategies make what is valid by construction, and shrink to cases that can be read: the rep ``r1``, the year 2024. The
laws are callables that raise an ``AssertionError`` which says what went wrong. It needs the extra ``testing``.

Examples
--------
>>> from hypothesis import given, settings
>>> from salesperf import Period
>>> @settings(max_examples=10, deadline=None)
... @given(orgs())
... def test_whoever_serves_in_a_team_serves_in_the_company(org):
...     everybody = org.members(None, Period.year(2026))
...     for team in org.teams:
...         assert set(org.members(team.id, Period.year(2026))) <= set(everybody)
>>> test_whoever_serves_in_a_team_serves_in_the_company()
"""

from salesperf.errors import MissingExtraError

try:
    import hypothesis as _hypothesis
except ImportError:
    raise MissingExtraError("missing_extra", package="hypothesis", extra="testing") from None

from salesperf.testing.breakdowns import breakdowns
from salesperf.testing.dates import calendars, days, periods, profiles, schedules
from salesperf.testing.deals import changes, contacts, customers, opportunities, processes, stages
from salesperf.testing.every_noun import NOUNS
from salesperf.testing.exchange import exchange_rates
from salesperf.testing.faults import bad_values, personal_data
from salesperf.testing.follow_through import (
    actions,
    cases,
    citations,
    measurements,
    pulse_surveys,
    risk_assessments,
    risks,
    status_changes,
    task_plans,
    tasks,
)
from salesperf.testing.laws import (
    assert_as_of_forgets,
    assert_breakdowns_hold,
    assert_deal_forgets,
    assert_lead_forgets,
    assert_monoid,
    assert_moves_are_allowed,
    assert_no_personal_data,
    assert_parts_sum_to_total,
    assert_tiles,
    assert_value,
)
from salesperf.testing.leads import channel_costs, lead_changes, leads, touches
from salesperf.testing.nouns import actuals, findings, moves, orgs, records, reps, targets, teams
from salesperf.testing.objectives import check_ins, key_results, milestones, objectives
from salesperf.testing.pay import (
    bonuses,
    clawbacks,
    coefficients,
    commission_plans,
    draws,
    entries,
    guarantees,
    pay_gates,
    pay_rates,
    plan_books,
    pools,
    rated_pays,
    releases,
    spiffs,
    tiered_pays,
    tiers,
)
from salesperf.testing.policies import POLICIES
from salesperf.testing.ratings import drawn_feedback, feedback_rounds, ratings
from salesperf.testing.replanning import checkpoints, locks, overrides, transfers
from salesperf.testing.scales import categories, curves, flags, scales, steps
from salesperf.testing.values import (
    amounts,
    bands,
    bounds,
    estimates,
    frozen_maps,
    ids,
    intervals,
    messages,
    metrics,
    rates,
    scopes,
    texts,
    units,
    weights,
)

__all__ = [
    "NOUNS",
    "POLICIES",
    "actions",
    "actuals",
    "amounts",
    "assert_as_of_forgets",
    "assert_breakdowns_hold",
    "assert_deal_forgets",
    "assert_lead_forgets",
    "assert_monoid",
    "assert_moves_are_allowed",
    "assert_no_personal_data",
    "assert_parts_sum_to_total",
    "assert_tiles",
    "assert_value",
    "bad_values",
    "bands",
    "bonuses",
    "bounds",
    "breakdowns",
    "calendars",
    "cases",
    "categories",
    "changes",
    "channel_costs",
    "check_ins",
    "checkpoints",
    "citations",
    "clawbacks",
    "coefficients",
    "commission_plans",
    "contacts",
    "curves",
    "customers",
    "days",
    "drawn_feedback",
    "draws",
    "entries",
    "estimates",
    "exchange_rates",
    "feedback_rounds",
    "findings",
    "flags",
    "frozen_maps",
    "guarantees",
    "ids",
    "intervals",
    "key_results",
    "lead_changes",
    "leads",
    "locks",
    "measurements",
    "messages",
    "metrics",
    "milestones",
    "moves",
    "objectives",
    "opportunities",
    "orgs",
    "overrides",
    "pay_gates",
    "pay_rates",
    "periods",
    "personal_data",
    "plan_books",
    "pools",
    "processes",
    "profiles",
    "pulse_surveys",
    "rated_pays",
    "rates",
    "ratings",
    "records",
    "releases",
    "reps",
    "risk_assessments",
    "risks",
    "scales",
    "schedules",
    "scopes",
    "spiffs",
    "stages",
    "status_changes",
    "steps",
    "targets",
    "task_plans",
    "tasks",
    "teams",
    "texts",
    "tiered_pays",
    "tiers",
    "touches",
    "transfers",
    "units",
    "weights",
]

del _hypothesis
