"""What follows from reviews in folders of CSV files: what is written reads back, and every fault is told where it stands."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from folders import Fault, Writer, places, words, writer
from hypothesis import given
from hypothesis import strategies as st

import salesperf as sp
from salesperf import testing
from salesperf.errors import InvalidInputError
from salesperf.io import folder
from salesperf.io.folder import histories

REPS = "id,team\nada,east\nbo,\n"
TEAMS = "id\neast\n"
ACTIONS = "id,title,owner,created,due\n"
CALL = f"{ACTIONS}a-1,Call,ada,2026-09-01,2026-09-30\n"
MEASURED = "id,title,owner,created,due,measure,baseline,goal_value,unit\n"
RATE = f"{MEASURED}a-1,Call,ada,2026-09-01,2026-09-30,win rate,0.20,0.30,\n"
SAID = "action,on,status,note\n"
NUMBERS = "action,on,value\n"
PLANS = "id,title\np-1,Winter\n"
TASKS = "plan,id,owner,created,due,start,milestone,depends_on\n"
TASK = f"{TASKS}p-1,t-1,ada,2026-09-01,2026-09-30,,,\n"
TASK_SAID = "plan,task,on,status\n"
TAKES = "plan,task,name,amount,unit\n"
CASES = "id,outcome,on,opportunity,customer,owner\n"
RISKS = "id,title,owner,kind,response,closed,at_stake,unit\n"
RISK = f"{RISKS}r-1,A dealer leaves,,,,,,\n"
THOUGHT = "risk,on,likelihood,impact\n"
ONCE = f"{THOUGHT}r-1,2026-09-01,2,5\n"
PULSES = "on,owner,counts,invited\n"
EARLY, LATE = date(2026, 9, 1), date(2026, 9, 8)


@pytest.fixture
def write_files(tmp_path: Path) -> Writer:
    """Write files by name, beside two reps and a team unless the test has its own."""
    return writer(tmp_path, reps=REPS, teams=TEAMS)


# What is written reads back

free_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(('"', "=1+1", ' "a;b" '))


@st.composite
def wordings(draw: st.DrawFn) -> sp.Records:
    """Records whose actions, plans, cases and risks are worded as oddly as text may be."""
    names = draw(st.lists(words, min_size=2, max_size=2, unique=True))
    said = [sp.StatusChange(EARLY, "blocked", note=draw(free_text))]
    number = testing.amounts() | st.decimals(-(10**18), 10**18, allow_nan=False)
    action = sp.Action(
        id=names[0],
        title=draw(words),
        goal=draw(free_text),
        owner="ada",
        created=EARLY,
        due=LATE,
        finding=draw(words),
        history=said,
    )
    low = draw(number)
    unit = low.unit if isinstance(low, sp.Amount) else None
    high = Decimal(10**17 + 1) if unit is None else sp.Amount(minor=10**17 + 1, unit=unit)
    answer = sp.Action(
        id=names[1],
        title=draw(words),
        owner="east",
        created=EARLY,
        due=LATE,
        measure=draw(words),
        baseline=low,
        goal_value=high,
        measurements=[sp.Measurement(EARLY, high), sp.Measurement(LATE, low)],
    )
    tasks = [
        sp.Task(
            id=name,
            title=draw(free_text),
            owner="ada",
            created=EARLY,
            due=LATE,
            depends_on=[before],
            resources=draw(
                st.dictionaries(words, st.integers(0, 10**9) | testing.amounts().filter(lambda one: one.minor >= 0))
            ),
            history=said,
        )
        for name, before in zip(names, [*names[1:], "the last"], strict=True)
    ]
    tasks.append(sp.Task(id="the last", owner="bo", created=EARLY, due=LATE))
    case = sp.Case(
        id=draw(words),
        title=draw(free_text),
        outcome="lost",
        on=EARLY,
        note=draw(free_text),
        lessons=draw(st.lists(words, max_size=3)),
        tags=draw(st.lists(words, max_size=3)),
    )
    risk = sp.Risk(
        id=draw(words),
        title=draw(words),
        assessments=[sp.RiskAssessment(on=EARLY, likelihood=1, impact=5, note=draw(free_text))],
        responses=[answer],
        at_stake=draw(testing.amounts()),
    )
    return sp.Records(
        org=sp.Org(reps=[sp.Rep(id="ada"), sp.Rep(id="bo")], teams=[sp.Team(id="east")]),
        actions=[action],
        plans=[sp.TaskPlan(id=draw(words), title=draw(free_text), tasks=tasks)],
        cases=[case],
        risks=[risk],
        pulses=[sp.PulseSurvey(on=EARLY, owner="east", counts=[0, 10**9], invited=None)],
    )


@given(wordings())
def test_any_text_of_an_action_a_plan_a_case_or_a_risk_reads_back(records: sp.Records) -> None:
    with TemporaryDirectory() as parent:
        folder.write(records, Path(parent, "company"))
        assert folder.read(Path(parent, "company")) == records


def test_a_folder_says_what_was_agreed_done_measured_and_thought(write_files: Writer) -> None:
    place = write_files(
        customers="id\nk-1\n",
        actions="id,title,owner,created,due,measure,baseline,goal_value,unit,risk\n"
        "a-2,Visit,east,2026-09-01,2026-09-30,deals won,10.00,20,CNY,r-1\na-1,Call,ada,2026/9/1,2026-09-30,,,,,\n",
        action_changes=f"{SAID}a-2,2026-09-01,in_progress,\na-1,2026-09-02,planned, soon \na-2,2026-09-08,done,\n",
        measurements=f"{NUMBERS}a-2,2026-09-08,12.50\na-2,2026-09-07,9\n",
        plans=f"{PLANS}p-2,\n",
        tasks=f"{TASKS}p-1,t-2,ada,2026-09-01,2026-09-30,2026-09-16,no,t-1; t-1\np-1,t-1,bo,2026-09-01,2026-09-15,,yes,\n"
        "p-2,t-1,bo,2026-09-01,2026-09-15,,,\n",
        task_changes=f"{TASK_SAID}p-2,t-1,2026-09-02,done\np-1,t-1,2026-09-03,dropped\n",
        resources=f"{TAKES}p-1,t-2,days,2.5,\np-1,t-2,money,80,CNY\n",
        cases="id,outcome,on,customer,lessons,tags\nc-1,won,2026-09-08,k-1,Ask early.; Ask again.,price;Acme\n",
        risks=f"{RISKS}r-1,A dealer leaves,ada,customer,reduce,2026-09-30,5000,CNY\nr-2,Prices,,,,,,\n",
        assessments=f"{ONCE}r-2,2026-09-01,1,1\nr-1,2026-09-08,4,5\n",
        pulses=f"{PULSES}2026-09-08,east,1;2;3,9\n2026-09-08,,4; 5,\n",
    )
    records = folder.read(place)
    call, visit = records.actions[0], records.risks[0].responses[0]
    assert len(records.actions) == len(records.risks[0].responses) == 1
    assert (call.id, call.measure, call.history) == (
        "a-1",
        None,
        (sp.StatusChange(LATE.replace(day=2), "planned", note=" soon "),),
    )
    assert (visit.status, visit.effect, visit.began) == ("done", sp.Amount.of("2.50", sp.CNY), EARLY)
    first, second = records.plans
    assert [task.id for task in first.in_order] == ["t-1", "t-2"]
    assert first.task_by_id["t-2"].resources == {"days": Decimal("2.5"), "money": sp.Amount.of(80, sp.CNY)}
    assert (first.task_by_id["t-1"].is_milestone, first.task_by_id["t-1"].status) == (True, "dropped")
    assert [(task.status, task.start) for task in second.tasks] == [("done", None)]
    assert records.cases[0].lessons == ("Ask early.", "Ask again.")
    assert records.cases[0].tags == ("Acme", "price")
    assert [(risk.kind, risk.response, risk.likelihood) for risk in records.risks] == [
        ("customer", "reduce", 4),
        ("other", None, 1),
    ]
    assert [(survey.owner, survey.answers, survey.invited) for survey in records.pulses] == [("east", 6, 9), (None, 9, None)]
    folder.write(records, place)
    assert folder.read(place) == records


# Faults

FAULTS: dict[str, tuple[dict[str, str], list[Fault]]] = {
    "an action needs a title, a known owner and two days": (
        {"actions": f"{ACTIONS}a-1,,cy,soon,\n"},
        [
            ("empty", ("actions.csv", 2, "title")),
            ("unknown_owner", ("actions.csv", 2, "owner")),
            ("unreadable_date", ("actions.csv", 2, "created")),
            ("unreadable_date", ("actions.csv", 2, "due")),
        ],
    ),
    "an action is due after it was created, comes once, and answers a known risk": (
        {
            "actions": "id,title,owner,created,due,risk\na-1,Call,ada,2026-09-08,2026-09-01,\n"
            "a-1,Call,ada,2026-09-01,2026-09-01,\na-2,Call,ada,2026-09-01,2026-09-01,r-1\n",
            "risks": "id,title\n",
        },
        [
            ("due_before_created", ("actions.csv", 2, "due")),
            ("not_unique", ("actions.csv", 3, "id")),
            ("unknown_risk", ("actions.csv", 4, "risk")),
        ],
    ),
    "a goal is stated whole, a change, and in one unit": (
        {
            "actions": f"{MEASURED}a-1,Call,ada,2026-09-01,2026-09-30,win rate,,0.3,\n"
            "a-2,Call,ada,2026-09-01,2026-09-30,win rate,0.3,0.30,\na-3,Call,ada,2026-09-01,2026-09-30,won,1.001,2,CNY\n"
        },
        [
            ("goal_half_stated", ("actions.csv", 2)),
            ("goal_no_change", ("actions.csv", 3, "goal_value")),
            ("amount_digits", ("actions.csv", 4, "baseline")),
        ],
    ),
    "what is said is of a known action, on a day in order, and one of the words": (
        {
            "actions": CALL,
            "action_changes": f"{SAID}a-9,2026-09-02,done,\na-1,2026-09-02,finished,\n",
        },
        [("unknown_action", ("action_changes.csv", 2, "action")), ("choice", ("action_changes.csv", 3, "status"))],
    ),
    "changes of an action that run backwards": (
        {"actions": CALL, "action_changes": f"{SAID}a-1,2026-09-09,in_progress,\na-1,2026-09-08,done,\n"},
        [("history_order", ("action_changes.csv", 3, "on"))],
    ),
    "all that is wrong with an action is told": (
        {
            "actions": f"{ACTIONS}a-1,Call,ada,2026-09-08,2026-09-01\n",
            "action_changes": f"{SAID}a-1,2026-09-01,planned,\na-1,2026-09-09,done,\na-1,2026-09-08,done,\n",
        },
        [
            ("due_before_created", ("actions.csv", 2, "due")),
            ("history_order", ("action_changes.csv", 2, "on")),
            ("history_order", ("action_changes.csv", 4, "on")),
        ],
    ),
    "a measurement is of a known action that has a measure, once a day, in its unit": (
        {
            "actions": f"{MEASURED}a-1,Call,ada,2026-09-01,2026-09-30,won,1,2,CNY\na-2,Call,ada,2026-09-01,2026-09-30,,,,\n",
            "measurements": f"{NUMBERS}a-1,2026-09-01,1.001\na-1,2026-09-02,1\na-1,2026-09-02,1.5\na-2,2026-09-02,1\n"
            "a-9,2026-09-02,1\na-1,2026-09-03,many\n",
        },
        [
            ("amount_digits", ("measurements.csv", 2, "value")),
            ("not_unique", ("measurements.csv", 4, "on")),
            ("goal_half_stated", ("measurements.csv", 5, "action")),
            ("unknown_action", ("measurements.csv", 6, "action")),
            ("unreadable_amount", ("measurements.csv", 7, "value")),
        ],
    ),
    "a plan comes once, and a task is of a known one": (
        {"plans": "id\np-1\np-1\n", "tasks": f"{TASK}p-2,t-1,ada,2026-09-01,2026-09-30,,,\n"},
        [("not_unique", ("plans.csv", 3, "id")), ("unknown_plan", ("tasks.csv", 3, "plan"))],
    ),
    "a task comes once in its plan, and a milestone has no start": (
        {
            "plans": PLANS,
            "tasks": f"{TASK}p-1,t-1,ada,2026-09-01,2026-09-30,,,\np-1,t-2,ada,2026-09-01,2026-09-30,2026-09-02,yes,\n",
        },
        [("not_unique", ("tasks.csv", 3, "id")), ("milestone_with_start", ("tasks.csv", 4, "start"))],
    ),
    "tasks of a plan that wait for each other, for themselves or for none of theirs": (
        {
            "plans": f"{PLANS}p-2,\np-3,\n",
            "tasks": f"{TASKS}p-1,t-1,ada,2026-09-01,2026-09-30,,,t-2\np-1,t-2,ada,2026-09-01,2026-09-30,,,t-1; t-3\n"
            "p-2,t-3,ada,2026-09-01,2026-09-30,,,t-3\np-2,t-4,ada,2026-09-01,2026-09-30,,,t-9\n"
            "p-3,t-5,ada,2026-09-01,2026-09-30,,,t-1\n",
        },
        [
            ("task_cycle", ("tasks.csv", 2, "depends_on")),
            ("unknown_task", ("tasks.csv", 3, "depends_on")),
            ("task_cycle", ("tasks.csv", 3, "depends_on")),
            ("task_cycle", ("tasks.csv", 4, "depends_on")),
            ("unknown_task", ("tasks.csv", 6, "depends_on")),
        ],
    ),
    "what is said and taken is of a task of that plan": (
        {
            "plans": f"{PLANS}p-2,\n",
            "tasks": f"{TASK}p-1,t-2,ada,2026-09-01,2026-09-30,,,\n",
            "task_changes": f"{TASK_SAID}p-2,t-1,2026-09-02,done\np-9,t-1,2026-09-02,done\np-1,t-2,2026-08-02,done\n",
            "resources": f"{TAKES}p-2,t-1,days,1,\np-1,t-1,days,-1,\np-1,t-1,money,-1,CNY\n"
            "p-1,t-1,rooms,1,\np-1,t-1,rooms,1,\np-1,t-1,,1,\n",
        },
        [
            ("unknown_task", ("task_changes.csv", 2, "task")),
            ("unknown_plan", ("task_changes.csv", 3, "plan")),
            ("history_order", ("task_changes.csv", 4, "on")),
            ("unknown_task", ("resources.csv", 2, "task")),
            ("out_of_range", ("resources.csv", 3, "amount")),
            ("negative", ("resources.csv", 4, "amount")),
            ("not_unique", ("resources.csv", 6, "name")),
            ("empty", ("resources.csv", 7, "name")),
        ],
    ),
    "a case is won or lost, comes once, and of what is known": (
        {
            "cases": f"{CASES}c-1,drawn,2026-09-01,,,\nc-2,won,2026-09-01,o-1,k-1,cy\n",
            **dict.fromkeys(("opportunities", "customers"), "id\n"),
        },
        [
            ("choice", ("cases.csv", 2, "outcome")),
            ("unknown_opportunity", ("cases.csv", 3, "opportunity")),
            ("unknown_customer", ("cases.csv", 3, "customer")),
            ("unknown_owner", ("cases.csv", 3, "owner")),
        ],
    ),
    "a case comes once": (
        {"cases": f"{CASES}c-1,won,2026-09-01,,,\nc-1,won,2026-09-01,,,\n"},
        [("not_unique", ("cases.csv", 3, "id"))],
    ),
    "a risk was thought of, in order, and comes once": (
        {
            "risks": f"{RISK}r-1,Again,,,,,,\nr-2,Prices,,,,,,\nr-3,Weather,,,,2026-08-01,,\n",
            "assessments": f"{ONCE}r-1,2026-08-01,2,5\nr-3,2026-09-01,6,5\n",
        },
        [
            ("not_unique", ("risks.csv", 3, "id")),
            ("assessments_missing", ("risks.csv", 4, "id")),
            ("history_order", ("assessments.csv", 3, "on")),
            ("out_of_range", ("assessments.csv", 4, "likelihood")),
        ],
    ),
    "a risk may be the one of whose thought nobody knows whose it is": (
        {"risks": f"{RISK}r-2,Prices,,,,,,\n", "assessments": f"{ONCE}r-9,2026-09-01,1,1\n"},
        [("unknown_risk", ("assessments.csv", 3, "risk"))],
    ),
    "a risk is closed after it was thought of, and its money has a currency": (
        {
            "risks": f"{RISKS}r-1,Prices,cy,weather,ignore,2026-08-01,5,\nr-2,Prices,,,,2026-08-01,,\n"
            "r-3,Prices,,weather,,,,\nr-4,Prices,,,,,5,\n",
            "assessments": f"{THOUGHT}r-1,2026-09-01,1,1\nr-2,2026-09-01,1,1\nr-3,2026-09-01,1,1\nr-4,2026-09-01,1,1\n",
        },
        [
            ("unknown_owner", ("risks.csv", 2, "owner")),
            ("history_order", ("risks.csv", 3, "closed")),
            ("choice", ("risks.csv", 4, "kind")),
            ("unreadable_unit", ("risks.csv", 5, "unit")),
        ],
    ),
    "a survey is of a team or the company, counts answers, and comes once a day": (
        {"pulses": f"{PULSES}2026-09-01,ada,1;2,\n2026-09-01,,1;two,\n2026-09-01,,5,\n2026-09-01,,1;2,2\n"},
        [
            ("unknown_team", ("pulses.csv", 2, "owner")),
            ("unreadable_integer", ("pulses.csv", 3, "counts")),
            ("too_few", ("pulses.csv", 4, "counts")),
            ("out_of_range", ("pulses.csv", 5, "invited")),
        ],
    ),
    "a survey comes once a day": (
        {"pulses": f"{PULSES}2026-09-01,east,1;2,\n2026-09-01,,1;2,\n2026-09-01,east,1;2,\n"},
        [("not_unique", ("pulses.csv", 4, "on"))],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_of_what_follows_is_told_with_file_line_and_column(case: str, write_files: Writer) -> None:
    files, expected = FAULTS[case]
    assert places(write_files(**files)) == expected


CONSEQUENCES: dict[str, tuple[dict[str, str], list[Fault]]] = {
    "what is said of a faulty action, and what answers a faulty risk, is not faulty": (
        {
            "actions": "id,title,owner,created,due,risk\na-1,,ada,2026-09-01,2026-09-30,r-1\n",
            "action_changes": f"{SAID}a-1,2026-09-02,done,\n",
            "measurements": f"{NUMBERS}a-1,2026-09-02,1\n",
            "risks": f"{RISKS}r-1,,,,,,,\n",
            "assessments": ONCE,
        },
        [("empty", ("actions.csv", 2, "title")), ("empty", ("risks.csv", 2, "title"))],
    ),
    "what waits for a faulty task is not faulty, nor what it takes": (
        {
            "plans": PLANS,
            "tasks": f"{TASKS}p-1,t-1,cy,2026-09-01,2026-09-30,,,\np-1,t-2,ada,2026-09-01,2026-09-30,,,t-1\n",
            "task_changes": f"{TASK_SAID}p-1,t-1,2026-09-02,done\n",
            "resources": f"{TAKES}p-1,t-1,days,1,\n",
        },
        [("unknown_owner", ("tasks.csv", 2, "owner"))],
    ),
    "what waits for a task of which something faulty is said is not faulty": (
        {
            "plans": PLANS,
            "tasks": f"{TASK}p-1,t-2,ada,2026-09-01,2026-09-30,,,t-1\n",
            "task_changes": f"{TASK_SAID}p-1,t-1,soon,done\n",
        },
        [("unreadable_date", ("task_changes.csv", 2, "on"))],
    ),
    "a case of a faulty deal is not faulty": (
        {
            "stages": "key,kind\nlead,\nwon,won\nlost,lost\n",
            "opportunities": "id\no-1\n",
            "changes": "opportunity,on,stage\no-1,soon,lead\n",
            "cases": f"{CASES}c-1,won,2026-09-01,o-1,,\n",
        },
        [("unreadable_date", ("changes.csv", 2, "on"))],
    ),
    "nothing is unknown where there is nothing to know": (
        {
            "actions": "id;title\n",
            "action_changes": f"{SAID}a-1,2026-09-02,done,\n",
            "plans": "",
            "tasks": TASK,
            "risks": "",
            "assessments": ONCE,
            "teams": "",
            "reps": "id\nada\n",
            "pulses": f"{PULSES}2026-09-01,east,1;2,\n",
        },
        [
            ("file_empty", ("teams.csv",)),
            ("file_delimiter", ("actions.csv", 1)),
            ("file_empty", ("plans.csv",)),
            ("file_empty", ("risks.csv",)),
        ],
    ),
    "no task is unknown where there are none, nor is a risk without thought": (
        {
            "plans": PLANS,
            "tasks": "",
            "task_changes": f"{TASK_SAID}p-1,t-1,2026-09-02,done\n",
            "risks": RISK,
            "assessments": "",
        },
        [("file_empty", ("tasks.csv",)), ("file_empty", ("assessments.csv",))],
    ),
}


@pytest.mark.parametrize("case", CONSEQUENCES)
def test_what_only_follows_from_a_fault_of_what_follows_is_no_other_fault(case: str, write_files: Writer) -> None:
    files, expected = CONSEQUENCES[case]
    assert places(write_files(**files)) == expected


def test_of_one_history_only_so_many_faults_are_told(write_files: Writer) -> None:
    early = "".join(f"a-1,2026-08-{day:02d},planned,\n" for day in range(1, 29))
    told = places(write_files(actions=CALL, action_changes=f"{SAID}{early}"))
    assert len(told) == histories.MOST_OF_ONE
    assert {code for code, _ in told} == {"history_order"}


@pytest.mark.parametrize("secret", ["13800138000", "ada@lovelace.example", "王小明", "Ada King"])
def test_no_message_about_what_follows_shows_what_may_be_personal(secret: str, write_files: Writer) -> None:
    place = write_files(
        actions=f"{ACTIONS}a-1,{secret},{secret},{secret},{secret}\na-2,x,ada,2026-09-02,2026-09-01\n",
        action_changes=f"{SAID}a-2,2026-09-01,{secret},{secret}\n",
        cases=f"{CASES}c-1,{secret},{secret},,,{secret}\n",
        risks=f"{RISKS}r-1,{secret},{secret},{secret},,,,\n",
        assessments=f"{THOUGHT}r-1,{secret},{secret},{secret}\n",
        pulses=f"{PULSES}2026-09-01,{secret},{secret},\n",
    )
    with pytest.raises(InvalidInputError) as caught:
        folder.read(place)
    testing.assert_no_personal_data(caught.value, [secret])
