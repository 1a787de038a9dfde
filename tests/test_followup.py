"""Following up: what is due by workdays, a worklist in order of value, four ways to assign, the public pool, refusals."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pytest

from salesperf import (
    CNY,
    USD,
    Amount,
    Calendar,
    Lead,
    LeadChange,
    Period,
    SalesperfError,
    Touch,
    UnknownNameError,
    followup,
    io,
)
from salesperf.followup import STANDARD_FOLLOW_UP, Assignee, FollowUpPolicy, FollowUpStep, PoolRules

# 1 September 2026 is a Tuesday.
BEGAN, DAY = date(2026, 9, 1), date(2026, 9, 16)
any_schedule: Any = followup.schedule
any_worklist: Any = followup.worklist
any_punctuality: Any = followup.punctuality
any_assign: Any = followup.assign
any_claim: Any = followup.claim
any_reclaim: Any = followup.reclaim


def lead(id_: str, owner: str | None = None, *, on: date | None = BEGAN, **others: Any) -> Lead:  # noqa: ANN401 - fields of a lead
    return Lead(id=id_, history=[LeadChange(on, status="new", owner=owner)], **others)


def touched(*days: int, kind: str = "call") -> list[Touch]:
    return [Touch(date(2026, 9, day), kind) for day in days]


# The schedule


@pytest.mark.parametrize(
    ("grade", "touches", "number", "channel", "workdays", "due"),
    [
        ("A", [], 1, "call", 1, date(2026, 9, 2)),
        ("A", [2], 2, "visit", 3, date(2026, 9, 7)),
        ("A", [2, 7], 3, "call", 5, date(2026, 9, 14)),
        ("A", [2, 7, 14], 4, "call", 5, date(2026, 9, 21)),
        ("B", [], 1, "call", 2, date(2026, 9, 3)),
        ("C", [4], 2, "call", 20, date(2026, 10, 2)),
    ],
)
def test_each_touch_makes_a_step_done_and_the_next_is_due_by_workdays(
    grade: str, touches: list[int], number: int, channel: str, workdays: int, due: date
) -> None:
    item = lead("l-1", touches=touched(*touches))
    (found,) = followup.schedule([item], STANDARD_FOLLOW_UP, as_of=DAY, grades={"l-1": grade})
    assert (found.grade, found.number, found.step.channel, found.step.workdays, found.due) == (
        grade,
        number,
        channel,
        workdays,
        due,
    )
    # numpy counts workdays by itself.
    since = date(2026, 9, touches[-1]) if touches else BEGAN
    assert np.datetime64(due) == np.busday_offset(since, workdays, roll="backward")
    assert found.overdue_workdays == max(int(np.busday_count(due, DAY)), 0)


def test_holidays_and_exchanged_workdays_move_what_is_due() -> None:
    # The National Day of 2026: off from 1 to 7 October, and Saturday the 10th is worked.
    holidays = {date(2026, 10, day): "National Day" for day in range(1, 8)}
    calendar = Calendar(holidays=holidays, extra_workdays=[date(2026, 10, 10)])
    item = lead("l-1", on=date(2026, 9, 30))
    policy = FollowUpPolicy(cadences={"A": [FollowUpStep(3, "call", "hello")]}, default="A")
    (found,) = followup.schedule([item], policy, as_of=date(2026, 9, 30), calendar=calendar)
    assert (found.due, found.status) == (date(2026, 10, 10), "upcoming")


def test_only_touches_of_the_kinds_that_count_make_a_step_done() -> None:
    policy = attrs.evolve(STANDARD_FOLLOW_UP, kinds=["call"])
    item = lead("l-1", touches=[*touched(14, kind="page_view"), *touched(10)])
    (found,) = followup.schedule([item], policy, as_of=DAY, grades={"l-1": "A"})
    assert (found.number, found.since) == (2, date(2026, 9, 10))


def test_leads_that_need_nobody_or_have_no_cadence_are_not_followed_up() -> None:
    history = [LeadChange(BEGAN, status="new"), LeadChange(DAY, status="disqualified")]
    gone = attrs.evolve(lead("l-1"), history=history)
    assert followup.schedule([gone], STANDARD_FOLLOW_UP, as_of=DAY) == ()
    assert len(followup.schedule([gone], STANDARD_FOLLOW_UP, as_of=DAY - timedelta(1))) == 1
    graded = attrs.evolve(STANDARD_FOLLOW_UP, default=None)
    found = followup.schedule([lead("l-1"), lead("l-2"), lead("l-3")], graded, as_of=DAY, grades={"l-1": "A", "l-2": "X"})
    assert [each.lead for each in found] == ["l-1"]
    assert followup.schedule([lead("l-4")], STANDARD_FOLLOW_UP, as_of=BEGAN - timedelta(1)) == ()


def test_a_follow_up_says_what_is_due_and_why_in_both_languages() -> None:
    def said(lang: str, **others: Any) -> str:  # noqa: ANN401 - arguments of lead
        (found,) = followup.schedule([lead("l-1", **others)], STANDARD_FOLLOW_UP, as_of=DAY, grades={"l-1": "A"})
        return found.text(lang)

    assert said("en", on=date(2026, 9, 15)) == "l-1: call, first talk, due today (workdays after 2026-09-15: 1)."
    assert said("en", on=DAY) == "l-1: call, first talk, due 2026-09-17 (workdays after 2026-09-16: 1)."
    assert said("zh") == "l-1：电话，首次沟通，应于2026年9月2日（2026年9月1日之后第 1 个工作日）。已逾期 10 个工作日。"
    assert said("en", on=None) == "l-1: call, first talk, due 2026-09-16, since nobody knows when it began."
    (weekend,) = followup.schedule([lead("l-1", on=None)], STANDARD_FOLLOW_UP, as_of=date(2026, 9, 19))
    assert weekend.due == date(2026, 9, 21)
    assert weekend.rows()[0] | {"lead": "l-1", "due": date(2026, 9, 21), "since": None} == weekend.rows()[0]


@pytest.mark.parametrize("grade", [3, None, ["A"], "a", "", " A"])
def test_a_grade_that_is_no_text_or_is_spelt_otherwise_is_refused_with_those_that_there_are(grade: Any) -> None:  # noqa: ANN401
    for default in ("C", None):
        policy = attrs.evolve(STANDARD_FOLLOW_UP, default=default)
        with pytest.raises(UnknownNameError) as caught:
            followup.schedule([lead("l-1")], policy, as_of=DAY, grades={"l-1": grade})
        assert (caught.value.code, caught.value.path) == ("unknown_grade", ("grades", "l-1"))
        assert caught.value.params["choices"] == "'A', 'B', 'C'"
        with pytest.raises(UnknownNameError) as caught:
            followup.punctuality([lead("l-1")], policy, period=SEPTEMBER, as_of=DAY, grades={"l-1": grade})
        assert (caught.value.code, caught.value.path) == ("unknown_grade", ("grades", "l-1"))


# The worklist


def test_a_day_is_given_to_what_may_bring_most_and_each_item_says_why() -> None:
    leads = [lead(f"l-{n}", "ada") for n in range(4)] + [lead("l-5", "bo"), lead("l-6")]
    due = followup.schedule(leads, STANDARD_FOLLOW_UP, as_of=DAY)
    values = {"l-1": Amount.of(100, CNY), "l-3": Amount.of(900, CNY)}
    chosen = followup.worklist(due, on=DAY, capacity={"ada": 3}, expected_values=values)
    assert [(item.follow_up.lead, item.rank, item.is_taken) for item in chosen.items] == [
        ("l-6", 1, False),
        ("l-3", 1, True),
        ("l-1", 2, True),
        ("l-0", 3, True),
        ("l-2", 4, False),
        ("l-5", 1, False),
    ]
    assert [item.reason.text() for item in chosen.items] == [
        "Nobody has it: it is in the public pool.",
        "Number 1 of those that are due to ada: it may bring CNY 900.00.",
        "Number 2 of those that are due to ada: it may bring CNY 100.00.",
        "Number 3 of those that are due to ada: no value is known.",
        "Number 4 of those that are due to ada, who can do 3.",
        "Number 1 of those that are due to bo, who can do 0.",
    ]
    assert chosen.rows()[1]["expected_value"] == Decimal(900)
    assert chosen.rows()[0]["unit"] is None
    assert chosen.text("zh").splitlines()[0].endswith("无人负责：在公海池中。")
    nothing = followup.worklist(due, on=BEGAN, capacity=3)
    assert (nothing.items, nothing.text()) == ((), "Nothing is due on 2026-09-01.")


def test_an_id_that_may_be_a_slip_of_one_that_is_due_is_refused() -> None:
    due = followup.schedule([lead("l-1", "ada"), lead("l-2", "bo")], STANDARD_FOLLOW_UP, as_of=DAY)
    value = Amount.of(5, CNY)
    for capacity, values, code, path, known in (
        ({"Ada": 3, "bo": 1}, None, "misspelt_owner", ("capacity",), "'ada'"),
        ({"ada": 3, "bo": 1}, {"L1": value}, "misspelt_followed", ("expected_values",), "'l-1'"),
    ):
        with pytest.raises(UnknownNameError) as caught:
            followup.worklist(due, on=DAY, capacity=capacity, expected_values=values)
        assert (caught.value.code, caught.value.path, caught.value.params["known"]) == (code, path, known)
    # Nothing is due to Adam, Ada's room is known, and lead 3 is decided: none of them is a slip.
    others = {"l-1": value, "l-3": value, "l1": value}
    chosen = followup.worklist(due, on=DAY, capacity={"ada": 1, "adam": 1, "cy": 1}, expected_values=others)
    assert [(item.follow_up.lead, item.is_taken) for item in chosen.items] == [("l-1", True), ("l-2", False)]


def test_of_equal_value_what_is_due_longest_comes_first() -> None:
    leads = [lead("l-1", "ada", on=date(2026, 9, 3)), lead("l-2", "ada"), lead("l-3", "ada")]
    due = followup.schedule(leads, STANDARD_FOLLOW_UP, as_of=DAY)
    values = {each.id: Amount.of(5, CNY) for each in leads}
    chosen = followup.worklist(due, on=DAY, capacity=9, expected_values=values)
    assert [item.follow_up.lead for item in chosen.taken] == ["l-2", "l-3", "l-1"]


# Assignment


def moves(method: str, leads: list[Lead], team: list[Assignee], **others: Any) -> list[tuple[str | None, str]]:  # noqa: ANN401 - arguments of assign
    return [(move.after, move.reason.text()) for move in any_assign(leads, team, method=method, on=DAY, **others).moves]


def test_in_turn_goes_on_after_the_last_and_passes_over_who_is_full() -> None:
    team = [Assignee("ada"), Assignee("bo", capacity=1), Assignee("chen")]
    leads = [lead(f"l-{n}") for n in range(3)] + [lead("l-9", "bo")]
    assert moves("round_robin", leads, team, last="ada") == [
        ("chen", "To chen, whose turn it is; passed over since they have as many as they can: 1."),
        ("ada", "To ada, whose turn it is; passed over since they have as many as they can: 1."),
        ("chen", "To chen, whose turn it is; passed over since they have as many as they can: 1."),
    ]
    assert moves("round_robin", leads[:1], team) == [("ada", "To ada, whose turn it is.")]
    assert followup.assign([], team, method="round_robin", on=DAY).text() == "No lead to hand over."


def test_most_room_gets_the_next_one_and_nobody_more_than_they_can_have() -> None:
    team = [Assignee("ada", capacity=3), Assignee("bo", capacity=1)]
    leads = [lead(f"l-{n}") for n in range(4)] + [lead("l-9", "ada")]
    assert moves("capacity", leads, team) == [
        ("ada", "To ada, who has most room: open leads 1, at most 3."),
        ("bo", "To bo, who has most room: open leads 0, at most 1."),
        ("ada", "To ada, who has most room: open leads 2, at most 3."),
        (None, "To nobody: all whom it fits have as many leads as they can."),
    ]
    unlimited = [Assignee("ada"), Assignee("bo")]
    assert [after for after, _ in moves("capacity", leads, unlimited)] == ["bo", "ada", "bo", "ada"]


def test_leads_go_to_whom_they_fit_and_to_nobody_else() -> None:
    team = [Assignee("ada", takes={"industry": ["pharma", "food"]}), Assignee("bo", takes={"channel": ["web"]})]
    leads = [lead("l-1", facts={"industry": "food"}), lead("l-2", channel="web"), lead("l-3", channel="fair")]
    assert moves("match", leads, team) == [
        ("ada", "To ada, whom it fits and who has no limit: open leads 0."),
        ("bo", "To bo, whom it fits and who has no limit: open leads 0."),
        (None, "To nobody: it fits none of them."),
    ]


def test_whoever_takes_leads_by_a_misspelt_fact_is_told() -> None:
    leads = [lead("l-1", facts={"industry": "food"})]
    team = [Assignee("ada"), Assignee("bo", takes={"region": ["north"], "industri": ["food"]})]
    with pytest.raises(SalesperfError, match="perhaps 'industry', got 'industri'") as caught:
        moves("match", leads, team)
    assert (caught.value.code, caught.value.path) == ("misspelt_fact", ("assignees", 1, "takes"))
    assert moves("capacity", leads, team)[0][0] == "ada"  # by which it is not asked what a lead is like


def test_the_oldest_leads_are_given_first_and_only_those_that_nobody_has() -> None:
    leads = [lead("l-1"), lead("l-2", on=date(2026, 8, 1)), lead("l-3", on=None), lead("l-4", "ada")]
    handing = followup.assign(leads, [Assignee("bo", capacity=2, weight=3)], method="weight", on=DAY)
    assert [(move.lead, move.after) for move in handing.moves] == [("l-3", "bo"), ("l-2", "bo"), ("l-1", None)]
    assert [each.owner for each in handing.leads] == [None, "bo", "bo", "ada"]
    assert handing.leads[1].history[-1] == LeadChange(DAY, owner="bo", reason="assigned_weight")
    assert handing.moves[1].reason.text() == "To bo, who was given 1 so far at a weight of 3."


# The public pool


def test_each_claim_is_answered_with_its_reason() -> None:
    back = [LeadChange(BEGAN, status="new", owner="ada"), LeadChange(date(2026, 9, 10), released=True, reason="untouched")]
    closed = [LeadChange(BEGAN, status="new"), LeadChange(DAY, status="converted")]
    leads = [
        lead("l-1"),
        attrs.evolve(lead("l-2"), history=back),
        attrs.evolve(lead("l-3"), history=closed),
        lead("l-4", "bo"),
        lead("l-5"),
    ]
    claims = [("l-1", "ada"), ("l-1", "bo"), ("l-2", "ada"), ("l-2", "chen"), ("l-3", "ada"), ("l-5", "bo"), ("l-5", "bo")]
    handing = followup.claim(leads, claims, PoolRules(claim_limit=2, wait_days=7), on=DAY)
    assert [(move.after, move.is_done, move.reason.text()) for move in handing.moves] == [
        ("ada", True, "To ada, who claimed it and now has 1."),
        ("ada", False, "Not for bo: ada has it."),
        (None, False, "Not for ada, who lost it on 2026-09-10 and may claim it again from 2026-09-17."),
        ("chen", True, "To chen, who claimed it and now has 1."),
        (None, False, "Not for ada: it needs nobody any more (Converted lead)."),
        ("bo", True, "To bo, who claimed it and now has 2."),
        ("bo", False, "Not for bo: bo has it."),
    ]
    assert len(handing.done) == 3
    more = followup.claim([*handing.leads, lead("l-6")], [("l-6", "bo")], PoolRules(claim_limit=2), on=DAY)
    assert more.text() == "l-6: Not for bo, who has 2 open leads, and may claim below 2."
    assert more.text("zh") == "l-6：bo 不可认领：已有 2 条，须少于 2 条。"


def test_the_wait_counts_from_the_last_time_that_the_same_one_lost_it() -> None:
    history = [
        LeadChange(None, status="new", owner="ada"),
        LeadChange(date(2026, 9, 2), released=True),
        LeadChange(date(2026, 9, 3), owner="bo", status="working"),
        LeadChange(date(2026, 9, 4), owner="chen"),
        LeadChange(date(2026, 9, 9), reason="call_back"),
        LeadChange(date(2026, 9, 14), released=True),
        LeadChange(date(2026, 9, 15), released=True),
    ]
    lost = attrs.evolve(lead("l-1"), history=history)
    for owner, may in (("ada", True), ("bo", True), ("chen", False)):
        assert bool(followup.claim([lost], [("l-1", owner)], PoolRules(wait_days=7), on=DAY).done) is may
    far = followup.claim([lost], [("l-1", "chen")], PoolRules(wait_days=36_600), on=DAY).moves[0]
    assert far.reason.arguments["until"] == date(2026, 9, 14) + timedelta(36_600)


def test_what_nobody_touched_goes_back_and_says_since_when() -> None:
    leads = [
        lead("l-1", "ada"),
        lead("l-2", "ada", touches=touched(2)),
        lead("l-3", "ada", on=None),
        lead("l-4"),
        attrs.evolve(lead("l-5"), history=[LeadChange(BEGAN, status="new"), LeadChange(date(2026, 9, 3), owner="bo")]),
    ]
    handing = followup.reclaim(leads, PoolRules(untouched_days=14), on=DAY)
    assert handing.text().splitlines() == [
        "l-1: Back to the pool from ada: untouched since 2026-09-01, for days: 15, and it takes 14.",
        "l-2: Back to the pool from ada: untouched since 2026-09-02, for days: 14, and it takes 14.",
        "l-3: Stays with ada: nobody knows since when it is untouched.",
    ]
    assert [each.owner for each in handing.leads] == [None, None, "ada", None, "bo"]
    assert handing.rows()[0]["reason"] == "followup.reason.untouched"
    assert followup.reclaim(leads, PoolRules(), on=DAY).moves == ()


def test_the_sample_company_has_a_day_of_work_and_a_pool() -> None:
    records = io.folder.read_sample()
    due = followup.schedule(records.leads, STANDARD_FOLLOW_UP, as_of=DAY, calendar=records.calendar)
    still_open = [each for each in records.leads if each.status not in ("converted", "disqualified")]
    assert len(due) == len(still_open)
    chosen = followup.worklist(due, on=DAY, capacity=2)
    assert 0 < len(chosen.taken) < len(chosen.items)
    handing = followup.reclaim(records.leads, PoolRules(untouched_days=30), on=DAY)
    assert {each.id for each in handing.leads} == {each.id for each in records.leads}
    assert handing.done


# What is refused


STEP = FollowUpStep(1, "call", "hello")
POLICY = FollowUpPolicy(cadences={"A": [STEP]}, default="A")
LATER = lead("l-1", on=DAY + timedelta(1))
(DUE,) = followup.schedule([lead("l-1", "ada")], POLICY, as_of=DAY)


def check(call: Any, arguments: Mapping[str, Any], code: str, path: tuple[str | int, ...]) -> None:  # noqa: ANN401 - whatever refuses
    with pytest.raises(SalesperfError) as caught:
        call(**arguments)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("call", "arguments", "code", "path"),
    [
        (FollowUpStep, {"workdays": 0}, "out_of_range", ("FollowUpStep", "workdays")),
        (FollowUpStep, {"channel": ""}, "empty", ("FollowUpStep", "channel")),
        (FollowUpPolicy, {"cadences": {"A": []}}, "cadence_empty", ("FollowUpPolicy", "cadences", "A")),
        (FollowUpPolicy, {"cadences": {"A": [3]}}, "wrong_type", ("FollowUpPolicy", "cadences", "A", 0)),
        (FollowUpPolicy, {"cadences": 3}, "wrong_type", ("FollowUpPolicy", "cadences")),
        (FollowUpPolicy, {"default": "B"}, "unknown_grade", ("FollowUpPolicy", "default")),
        (FollowUpPolicy, {"kinds": [""]}, "empty", ("FollowUpPolicy", "kinds", 0)),
        (Assignee, {"owner": ""}, "empty", ("Assignee", "owner")),
        (Assignee, {"capacity": -1}, "out_of_range", ("Assignee", "capacity")),
        (Assignee, {"weight": 0}, "out_of_range", ("Assignee", "weight")),
        (Assignee, {"takes": {"industry": [3]}}, "wrong_type", ("Assignee", "takes", "industry", 0)),
        (Assignee, {"takes": 3}, "wrong_type", ("Assignee", "takes")),
        (PoolRules, {"claim_limit": -1}, "out_of_range", ("PoolRules", "claim_limit")),
        (PoolRules, {"wait_days": 1.5}, "wrong_type", ("PoolRules", "wait_days")),
        (PoolRules, {"untouched_days": 0}, "out_of_range", ("PoolRules", "untouched_days")),
    ],
)
def test_what_makes_no_rule_is_refused(
    call: Any,  # noqa: ANN401 - a class
    arguments: dict[str, Any],
    code: str,
    path: tuple[str | int, ...],
) -> None:
    good: dict[Any, dict[str, Any]] = {
        FollowUpStep: {"workdays": 1, "channel": "call", "action": "hello"},
        FollowUpPolicy: {"cadences": {"A": [STEP]}},
        Assignee: {"owner": "ada"},
    }
    check(call, good.get(call, {}) | arguments, code, path)


@pytest.mark.parametrize(
    ("call", "arguments", "code", "path"),
    [
        (any_schedule, {"leads": [3]}, "wrong_type", ("leads", 0)),
        (any_schedule, {"leads": 3}, "wrong_type", ("leads",)),
        (any_schedule, {"leads": [lead("l-1"), lead("l-1")]}, "not_unique", ("leads", 1, "id")),
        (any_schedule, {"policy": 3}, "wrong_type", ("policy",)),
        (any_schedule, {"as_of": datetime(2026, 9, 1, tzinfo=UTC)}, "date_is_datetime", ("as_of",)),
        (any_schedule, {"calendar": 3}, "wrong_type", ("calendar",)),
        (any_schedule, {"grades": ["l-1"]}, "wrong_type", ("grades",)),
        (any_schedule, {"grades": {"l-9": "A"}}, "unknown_lead", ("grades",)),
        (any_worklist, {"follow_ups": [3]}, "wrong_type", ("follow_ups", 0)),
        (any_worklist, {"follow_ups": [DUE, DUE]}, "not_unique", ("follow_ups", 1, "lead")),
        (any_worklist, {"on": "2026-09-16"}, "wrong_type", ("on",)),
        (any_worklist, {"capacity": -1}, "out_of_range", ("capacity",)),
        (any_worklist, {"capacity": {"ada": 1.5}}, "wrong_type", ("capacity", "ada")),
        (any_worklist, {"expected_values": 3}, "wrong_type", ("expected_values",)),
        (any_worklist, {"expected_values": {"l-1": 3}}, "wrong_type", ("expected_values", "l-1")),
        (
            any_worklist,
            {"expected_values": {"l-1": Amount.of(3, CNY), "l-2": Amount.of(3, USD)}},
            "unit_mismatch",
            ("expected_values", "l-2"),
        ),
        (any_assign, {"assignees": ["ada"]}, "wrong_type", ("assignees", 0)),
        (any_assign, {"assignees": [Assignee("ada"), Assignee("ada")]}, "not_unique", ("assignees", 1, "owner")),
        (any_assign, {"method": "lottery"}, "choice", ("method",)),
        (any_assign, {"on": 3}, "wrong_type", ("on",)),
        (any_assign, {"last": "bo"}, "choice", ("last",)),
        (any_assign, {"leads": [LATER]}, "history_later", ("leads", 0, "l-1")),
        (any_claim, {"rules": 3}, "wrong_type", ("rules",)),
        (any_claim, {"claims": 3}, "wrong_type", ("claims",)),
        (any_claim, {"claims": ["l-1"]}, "wrong_type", ("claims", 0)),
        (any_claim, {"claims": [("l-1",)]}, "not_a_claim", ("claims", 0)),
        (any_claim, {"claims": [("l-1", 3)]}, "not_a_claim", ("claims", 0)),
        (any_claim, {"claims": [("l-9", "ada")]}, "unknown_lead", ("claims", 0, 0)),
        (any_claim, {"on": 3}, "wrong_type", ("on",)),
        (any_claim, {"leads": [LATER], "claims": []}, "history_later", ("leads", 0, "l-1")),
        (any_reclaim, {"rules": 3}, "wrong_type", ("rules",)),
        (any_reclaim, {"on": 3}, "wrong_type", ("on",)),
        (any_reclaim, {"leads": [LATER]}, "history_later", ("leads", 0, "l-1")),
    ],
)
def test_what_cannot_be_followed_up_is_refused(
    call: Any,  # noqa: ANN401 - a function
    arguments: dict[str, Any],
    code: str,
    path: tuple[str | int, ...],
) -> None:
    leads = [lead("l-1")]
    good: dict[Any, dict[str, Any]] = {
        any_schedule: {"leads": leads, "policy": POLICY, "as_of": DAY},
        any_worklist: {"follow_ups": [DUE], "on": DAY, "capacity": 3},
        any_assign: {"leads": leads, "assignees": [Assignee("ada")], "method": "match", "on": DAY},
        any_claim: {"leads": leads, "claims": [("l-1", "ada")], "rules": PoolRules(), "on": DAY},
        any_reclaim: {"leads": leads, "rules": PoolRules(untouched_days=3), "on": DAY},
    }
    check(call, good[call] | arguments, code, path)


# What was kept

SEPTEMBER = Period.month(2026, 9)


def kept(*leads: Lead, as_of: date = SEPTEMBER.last, period: Period = SEPTEMBER, **others: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - arguments
    graded = {"grades": {each.id: "A" for each in leads}} | others
    found = followup.punctuality(leads, STANDARD_FOLLOW_UP, period=period, as_of=as_of, **graded)
    return [(item.owner, item.due.day, item.status) for item in found.items]


def test_each_touch_is_on_time_or_late_and_what_is_never_touched_counts_once() -> None:
    # A: a call after 1 workday, a visit after 3 more, then a call each 5. 12 September is a Saturday.
    assert kept(lead("l-1", "ada", touches=touched(2, 9, 12))) == [
        ("ada", 2, "on_time"),
        ("ada", 7, "late"),
        ("ada", 16, "on_time"),
        ("ada", 18, "not_done"),
    ]
    assert kept(lead("l-1", "ada")) == [("ada", 2, "not_done")]
    # The day itself is over, and what is due later is no fault yet.
    assert kept(lead("l-1", "ada"), as_of=date(2026, 9, 2)) == [("ada", 2, "not_done")]
    assert kept(lead("l-1", "ada"), as_of=BEGAN) == []
    assert kept(lead("l-1", "ada", touches=touched(2)), period=Period.month(2026, 10), as_of=date(2026, 10, 1)) == []
    assert kept(lead("l-1", "ada", on=None)) == []
    assert kept(lead("l-1", "ada", on=None, touches=touched(1))) == [("ada", 4, "not_done")]
    assert kept(lead("l-1", "ada", on=date(2026, 10, 1))) == []
    by_hand = attrs.evolve(STANDARD_FOLLOW_UP, kinds=["visit"])
    found = followup.punctuality([lead("l-1", "ada", touches=touched(2))], by_hand, period=SEPTEMBER, as_of=DAY)
    assert [(item.due, item.done) for item in found.items] == [(date(2026, 9, 8), None)]
    assert kept(lead("l-1", "ada"), grades={}) == [("ada", 8, "not_done")]
    nobody_follows = attrs.evolve(STANDARD_FOLLOW_UP, default=None)
    assert followup.punctuality([lead("l-1", "ada")], nobody_follows, period=SEPTEMBER, as_of=DAY).items == ()


def changed(*changes: LeadChange, touches: list[Touch]) -> Lead:
    return Lead(id="l-1", history=[LeadChange(BEGAN, status="new", owner="ada"), *changes], touches=touches)


def test_whoever_has_a_lead_when_it_is_due_answers_for_it() -> None:
    on = [date(2026, 9, day) for day in range(1, 31)].__getitem__
    handed = changed(LeadChange(on(4), owner="bo"), touches=touched(2))  # the 5th: due on the 7th
    assert kept(handed) == [("ada", 2, "on_time"), ("bo", 7, "not_done")]
    assert kept(changed(LeadChange(on(4), released=True), touches=touched(2))) == [("ada", 2, "on_time")]
    assert kept(changed(LeadChange(on(6), owner="bo"), touches=touched(2, 9)))[1:] == [
        ("bo", 7, "late"),
        ("bo", 16, "not_done"),
    ]
    # A lead is given back, or decided, on the day of the touch: it was his when the day began.
    assert kept(changed(LeadChange(on(1), released=True), touches=touched(2))) == [("ada", 2, "on_time")]
    decided = changed(LeadChange(on(1), status="converted"), touches=touched(2, 4))
    assert kept(decided) == [("ada", 2, "on_time")]
    assert kept(changed(LeadChange(on(1), status="disqualified"), touches=[])) == []
    early = Lead(id="l-1", history=[LeadChange(date.min, status="new", owner="ada")], touches=[Touch(date.min, "call")])
    first = Period(date.min, date(1, 1, 3))
    assert kept(early, period=first, as_of=first.last) == [("ada", 2, "on_time")]


def test_punctuality_is_told_of_each_and_of_all() -> None:
    leads = [lead("l-1", "ada", touches=touched(2, 9)), lead("l-2", "bo")]
    found = followup.punctuality(leads, STANDARD_FOLLOW_UP, period=SEPTEMBER, as_of=DAY, grades={"l-1": "A", "l-2": "A"})
    assert found.text() == (
        "ada: 1 of 3 follow-ups on time (33.3%); late: 1, not done: 1.\n"
        "bo: 0 of 1 follow-ups on time (0.0%); late: 0, not done: 1.\n"
        "In all: 1 of 4 follow-ups on time (25.0%); late: 1, not done: 2."
    )
    assert found.text("zh").splitlines()[0] == "ada：到期跟进 3 次，及时 1 次（33.3%），逾期完成 1 次，尚未跟进 1 次。"
    assert found.of("ada").rate.value == pytest.approx(1 / 3)
    nobody = found.of("chen").rate
    assert (nobody.value, nobody.reason and nobody.reason.text("zh")) == (None, "没有到期的跟进")
    nothing = followup.punctuality([], STANDARD_FOLLOW_UP, period=SEPTEMBER, as_of=DAY)
    assert nothing.text() == "No follow-up fell due."
    check(any_punctuality, {"leads": leads, "policy": POLICY, "period": 9, "as_of": DAY}, "wrong_type", ("period",))
    check(found.of, {"owner": ""}, "empty", ("owner",))


def test_what_was_due_before_a_weekend_is_overdue_by_no_workday() -> None:
    # 4 September 2026 is a Friday.
    (friday,) = followup.schedule(
        [lead("l-1", on=date(2026, 9, 3))], STANDARD_FOLLOW_UP, as_of=date(2026, 9, 5), grades={"l-1": "A"}
    )
    assert (friday.due, friday.status, friday.overdue_workdays) == (date(2026, 9, 4), "overdue", 0)
    assert friday.text().endswith("Overdue, though no workday has passed since.")
    assert friday.text("zh").endswith("已逾期，但其后尚无工作日。")


def test_a_lead_or_a_last_one_that_is_none_is_refused() -> None:
    wrong: Any = []
    with pytest.raises(SalesperfError) as caught:
        Assignee("ada").fits(wrong)
    assert (caught.value.code, caught.value.path) == ("wrong_type", ("lead",))
    with pytest.raises(SalesperfError) as caught:
        followup.assign([], [Assignee("ada")], method="round_robin", on=DAY, last=wrong)
    assert (caught.value.code, caught.value.path) == ("wrong_type", ("last",))


@pytest.mark.parametrize(
    ("method", "english", "chinese"),
    [
        ("capacity", "who has no limit: open leads 0", "不设上限，已有 0 条"),
        ("match", "whom it fits and who has no limit: open leads 0", "与之匹配且不设上限，已有 0 条"),
    ],
)
def test_whoever_has_no_limit_is_told_as_such(method: Any, english: str, chinese: str) -> None:  # noqa: ANN401 - a name
    handing = followup.assign([lead("l-1")], [Assignee("ada")], method=method, on=DAY)
    assert handing.text() == f"l-1: To ada, {english}."
    assert handing.text("zh") == f"l-1：分给 ada：{chinese}。"


def test_where_nobody_is_there_to_be_given_a_lead_it_is_said() -> None:
    handing = followup.assign([lead("l-1")], [], method="match", on=DAY)
    assert handing.text() == "l-1: To nobody: nobody is there to be given a lead."
    assert handing.text("zh") == "l-1：未分配：没有可接收线索的人。"


def test_what_would_be_due_beyond_the_calendar_is_refused_as_such() -> None:
    check(
        any_schedule,
        {"leads": [lead("l-1", on=date.max)], "policy": POLICY, "as_of": date.max},
        "date_too_late",
        ("leads", "l-1"),
    )
