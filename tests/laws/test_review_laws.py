"""Laws of the review and its report: nothing later is known, no order matters, every number explains itself."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, pairwise, permutations
from random import Random
from typing import Any, TypeVar

import attrs
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import Question, questions_of_any, reviewed

from salesperf import (
    GRAINS,
    Action,
    Amount,
    Change,
    CheckIn,
    Contact,
    Customer,
    Finding,
    LeadChange,
    Measurement,
    Message,
    Move,
    Objective,
    Opportunity,
    Org,
    Period,
    PulseSurvey,
    Records,
    Rep,
    Risk,
    RiskAssessment,
    StatusChange,
    Task,
    TaskPlan,
    Touch,
    testing,
)
from salesperf.io.folder import read_sample
from salesperf.messages import LANGUAGES, catalog
from salesperf.model.result import Row
from salesperf.quality import DEFAULT_RULES, audit
from salesperf.report import markdown
from salesperf.review import Review, build, explain

ItemT = TypeVar("ItemT")

SAMPLE = read_sample()
ROOTS = sorted({key.split(".")[0] for key in catalog("en")})
KEY = re.compile(rf"(?<![\w.])(?:{'|'.join(ROOTS)})\.[a-z_]{{3,}}")
"""A message key that no catalog holds, and that renders as itself."""
PHONE = "13800138000"


@st.composite
def questions_of_sample(draw: st.DrawFn) -> Question:
    """Draw what of the sample company to review."""
    owner = draw(st.sampled_from((None, *SAMPLE.org.team_by_id, *SAMPLE.org.rep_by_id)))
    sold = [actual.on for actual in SAMPLE.actuals]
    start = draw(testing.days(min(sold), max(sold)))
    odd = Period(start, start + timedelta(days=draw(st.integers(1, 200))))
    period = draw(st.sampled_from((odd, *(Period.holding(start, grain, SAMPLE.calendar) for grain in GRAINS))))
    return SAMPLE, owner, period, draw(testing.days(period.start, max(sold) + timedelta(days=200)))


questions = st.one_of(questions_of_any(), questions_of_any(), questions_of_any(), questions_of_sample())


def with_later_facts(records: Records, as_of: date, random: Random) -> Records:
    """Add whatever may become known after a day."""
    day = as_of + timedelta(days=random.choice((1, 2, 400)))
    moved = {rep: [move.on for move in records.org.moves if move.rep == rep] for rep in records.org.rep_by_id}
    reps = [
        attrs.evolve(rep, left=max(day, rep.hired or day, *moved[rep.id]) + timedelta(days=1)) if rep.left is None else rep
        for rep in records.org.reps
    ]
    moves = [Move(rep=rep.id, on=day) for rep in reps if rep.service[0] < day < rep.service[1] and day not in moved[rep.id]]
    targets = [
        attrs.evolve(
            target, period=Period(target.period.start, target.period.end + timedelta(days=997)), parent=None, agreed=day
        )
        for target in records.targets[:2]
    ]
    actuals = [attrs.evolve(actual, on=day, ref=None) for actual in records.actuals[:3]]
    deals = [
        attrs.evolve(deal, history=[*deal.history, Change(max(day, deal.last_change or day), owner=deal.owner, reason="later")])
        for deal in records.opportunities
    ]
    begun = [
        attrs.evolve(deal, id=f"{deal.id} again", history=[Change(day, stage=deal.stage)]) for deal in records.opportunities
    ]
    leads = [
        attrs.evolve(
            lead,
            history=[
                *lead.history,
                LeadChange(
                    max(day, lead.last_change or day), status="new" if lead.status == "disqualified" else "disqualified"
                ),
            ],
            touches=[*lead.touches, Touch(day, "visit", outcome="interested")],
        )
        for lead in records.leads
    ]
    leads += [attrs.evolve(lead, id=f"{lead.id} again", history=[LeadChange(day, status="new")]) for lead in records.leads]
    begun_later = Objective(id="begun later", period=Period(day, day + timedelta(days=90)), owner="hired later")
    later = Finding(rule="later", message=Message("seen later"), on=day)
    return attrs.evolve(
        records,
        org=attrs.evolve(records.org, reps=[*reps, Rep(id="hired later", hired=day)], moves=[*records.org.moves, *moves]),
        targets=[*records.targets, *targets],
        actuals=[*records.actuals, *actuals],
        objectives=[*(spoken_of(objective, day) for objective in records.objectives), begun_later],
        opportunities=[*deals, *begun],
        leads=leads,
        costs=[*records.costs, *(attrs.evolve(cost, on=day) for cost in records.costs)],
        customers=[*records.customers, Customer(id="came later", since=day)],
        pulses=[*records.pulses, *(PulseSurvey(on=day, owner=team, counts=[9, 9]) for team in (None, *records.org.team_by_id))],
        findings=[*records.findings, later],
        **said_later(records, day),
    )


def said_later(records: Records, day: date) -> dict[str, Any]:
    """Say, measure, think, learn and agree more of whatever follows from reviews, on a day or after what was said last."""

    def said(what: Action | Task) -> list[StatusChange]:
        on = max([day, what.created, *(change.on for change in what.history)])
        return [*what.history, StatusChange(on, "done")]

    def done(action: Action) -> Action:
        taken = {each.on for each in action.measurements}
        more = [Measurement(day, action.goal_value)] if action.goal_value is not None and day not in taken else []
        return attrs.evolve(action, history=said(action), measurements=[*action.measurements, *more])

    def again(action: Action) -> Action:
        return attrs.evolve(action, id=f"{action.id} later", created=day, due=day, history=(), measurements=())

    def feared(risk: Risk) -> Risk:
        on = max(day, risk.assessments[-1].on)
        thought = RiskAssessment(on=on, likelihood=5, impact=5)
        responses = [done(action) for action in risk.responses]
        return attrs.evolve(risk, assessments=[*risk.assessments, thought], closed=risk.closed or on, responses=responses)

    def planned(plan: TaskPlan) -> TaskPlan:
        tasks = [attrs.evolve(task, history=said(task)) for task in plan.tasks]
        later = [
            attrs.evolve(
                task, id=f"{task.id} later", created=day, start=None, due=max(day, task.due), history=(), depends_on=[task.id]
            )
            for task in plan.tasks
        ]
        return attrs.evolve(plan, tasks=[*tasks, *later])

    return {
        "actions": [*map(done, records.actions), *map(again, records.actions)],
        "plans": list(map(planned, records.plans)),
        "cases": [*records.cases, *(attrs.evolve(case, id=f"{case.id} later", on=day) for case in records.cases)],
        "risks": list(map(feared, records.risks)),
    }


def spoken_of(objective: Objective, day: date) -> Objective:
    """Say of an objective and of all below it on a day, or later where something was said later, that all of it is reached."""
    said = CheckIn(max(day, objective.last_check_in or day), confidence=1, note="later")
    return attrs.evolve(
        objective,
        check_ins=[*objective.check_ins, attrs.evolve(said, score=1)],
        key_results=[attrs.evolve(part, check_ins=[*part.check_ins, said]) for part in objective.key_results],
        children=[spoken_of(child, day) for child in objective.children],
    )


def shuffled(records: Records, random: Random) -> Records:
    def mixed(items: Sequence[ItemT]) -> list[ItemT]:
        return random.sample(list(items), len(items))

    def said_in_any_order(said: CheckIn) -> CheckIn:
        return said if said.reached is None else attrs.evolve(said, reached=mixed(said.reached))

    def reordered(objective: Objective) -> Objective:
        children = [reordered(child) for child in mixed(objective.children)]
        parts = [
            attrs.evolve(part, check_ins=list(map(said_in_any_order, part.check_ins))) for part in mixed(objective.key_results)
        ]
        return attrs.evolve(objective, key_results=parts, children=children)

    def within(noun: Any) -> Any:  # noqa: ANN401 - a noun with people, touches and the like, whose order means nothing
        held = {"contacts", "competitors", "touches", "tags", "measurements", "responses", "absences", "depends_on"}
        names = held.intersection(field.name for field in attrs.fields(type(noun)))
        return attrs.evolve(noun, **{name: mixed(getattr(noun, name)) for name in sorted(names)})

    def all_within(nouns: Sequence[Any]) -> list[Any]:
        return [within(noun) for noun in mixed(nouns)]

    org = records.org
    return Records(
        org=Org(reps=all_within(org.reps), teams=mixed(org.teams), moves=mixed(org.moves)),
        targets=mixed(records.targets),
        actuals=mixed(records.actuals),
        objectives=[reordered(objective) for objective in mixed(records.objectives)],
        opportunities=all_within(records.opportunities),
        leads=all_within(records.leads),
        costs=mixed(records.costs),
        customers=all_within(records.customers),
        processes=mixed(records.processes),
        calendar=records.calendar,
        findings=mixed(records.findings),
        actions=all_within(records.actions),
        plans=[attrs.evolve(plan, tasks=all_within(plan.tasks)) for plan in mixed(records.plans)],
        cases=all_within(records.cases),
        risks=all_within(records.risks),
        pulses=mixed(records.pulses),
    )


def test_the_order_within_a_deal_or_a_customer_does_not_matter() -> None:
    people = [Contact(id=name) for name in ("c1", "c2", "c3")]
    history = [Change(date(2026, 9, 1), stage="proposal")]
    for one, other in pairwise(permutations(people)):
        assert Customer(id="k1", contacts=one) == Customer(id="k1", contacts=other)
        assert Opportunity(id="o1", history=history, contacts=one) == Opportunity(id="o1", history=history, contacts=other)


def assert_same(review: Review, other: Review) -> None:
    assert other == review
    assert other.rows() == review.rows()
    for lang in LANGUAGES:
        assert markdown(other, lang=lang) == markdown(review, lang=lang)


@settings(max_examples=at_most(20))
@given(questions, st.integers(0, 99))
def test_a_review_ignores_whatever_is_later(question: Question, seed: int) -> None:
    records, owner, period, as_of = question
    review = reviewed(question)
    if review is not None:
        later = with_later_facts(records, as_of, Random(seed))  # noqa: S311 - any order will do
        assert_same(review, build(later, owner=owner, period=period, as_of=as_of))


@settings(max_examples=at_most(40))
@given(questions, st.integers(0, 99))
def test_the_review_of_an_ended_period_never_changes_with_what_happens_later(question: Question, seed: int) -> None:
    records, owner, period, as_of = question
    then = reviewed((records, owner, period, period.last))
    if then is None:
        return
    # Targets that are agreed only when the period is over may count for it; that is no event after it.
    known = records.as_of(period.last)
    happened = with_later_facts(known, period.last, Random(seed))  # noqa: S311 - any order will do
    later = build(attrs.evolve(happened, targets=known.targets), owner=owner, period=period, as_of=max(as_of, date(2033, 1, 1)))
    assert without_day(later.rows()) == without_day(then.rows())
    assert (later.deals, later.data, later.recorded, later.notes) == (then.deals, then.data, then.recorded, then.notes)
    assert later.quality == then.quality
    assert (later.customers, later.market) == (then.customers, then.market)
    assert [section.weakened_by for section in later.metrics] == [section.weakened_by for section in then.metrics]
    assert of_the_period(later.findings) == of_the_period(then.findings)
    assert (later.leads, later.channels, later.objectives) == (then.leads, then.channels, then.objectives)
    assert (later.variance, later.outlook) == (then.variance, then.outlook)
    assert (later.team, later.causes, later.contradictions) == (then.team, then.causes, then.contradictions)
    # Deals, leads and objectives, whose history is the state, do not change whatever is recorded of later days.
    whole = reviewed((records, owner, period, max(as_of, period.last)))
    assert whole is None or (whole.deals, whole.leads, whole.channels) == (then.deals, then.leads, then.channels)
    assert whole is None or whole.objectives == then.objectives


@pytest.mark.parametrize("owner", [None, "south"])
def test_where_there_is_everything_a_review_ignores_what_is_later_and_in_which_order_it_came(owner: str | None) -> None:
    assert all(getattr(SAMPLE, field.name) for field in attrs.fields(Records) if field.name != "findings")
    days, as_of = Period.quarter(2026, 3), date(2026, 9, 16)
    review = build(SAMPLE, owner=owner, period=days, as_of=as_of)
    assert all((review.deals, review.leads, review.customers, review.actions, review.risks.lines, review.outlook))
    assert owner is not None or (review.team and review.team.pulses)
    random = Random(7)  # noqa: S311 - any order will do
    later = shuffled(with_later_facts(SAMPLE, as_of, random), random)
    assert_same(review, build(later, owner=owner, period=days, as_of=as_of))


def of_the_period(findings: Iterable[Finding]) -> list[Finding]:
    """Leave out what is told of the day at which one looks: how many records are later, and the pipeline open on it."""
    return [finding for finding in findings if finding.rule not in {"later", "pipeline_untold"}]


def without_day(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Leave out the day at which one looks, which tells two reviews of one period apart."""
    return [{name: value for name, value in row.items() if name != "as_of"} for row in rows]


@settings(max_examples=at_most(40))
@given(questions)
def test_deals_change_hands_within_the_company_alone_and_no_count_is_negative(question: Question) -> None:
    records, owner, period, as_of = question
    reviews = {each: reviewed((records, each, period, as_of)) for each in (owner, None)}
    for whose, section in ((each, section) for each, review in reviews.items() if review for section in review.deals):
        assert min(section.taken_over, section.handed_over, section.known - section.taken_over) >= 0
        if whose is None:
            assert (section.taken_over, section.handed_over) == (0, 0)
        bridge = section.bridge
        assert all(line.count >= 0 for line in (bridge.opening, *bridge.movements.values(), bridge.closing))
        assert bridge.closing.count == section.pipeline.total.count


@settings(max_examples=at_most(40))
@given(questions)
def test_leads_of_teams_and_reps_and_those_of_nobody_are_all_leads_and_channels_count_the_same_ones(question: Question) -> None:
    review = reviewed(question)
    if review is None or review.leads is None:
        return
    section = review.leads
    open_ids = {lead.id for lead in section.open_leads}
    direct = [lead.id for lead in section.leads if lead.owner == review.owner]
    for name, ids in (
        ("open", open_ids),
        ("came", {lead.id for lead in section.leads if lead.created and lead.created in section.period}),
    ):
        members = sum(getattr(member, name) for member in section.members if member.level == 0)
        assert members + len(ids.intersection(direct)) == len(ids)
    assert section.came == len([lead for lead in section.leads if lead.created and lead.created in section.period])
    if review.channels is not None:
        days, report = review.channels.period, review.channels.report
        began = [lead for lead in section.leads if lead.created and lead.created in days]
        assert report.total.leads == sum(line.leads for line in report.lines) == len(began)
        assert days.covers(section.period)


@settings(max_examples=at_most(40))
@given(questions)
def test_what_weakens_the_numbers_of_a_review_is_what_an_audit_of_its_records_finds(question: Question) -> None:
    records, _, period, as_of = question
    review, whole = reviewed(question), reviewed((records, None, period, as_of))
    if review is None or whole is None:
        return
    passed = period.until(as_of) or period
    of_period = [actual for actual in records.actuals if actual.on in passed]
    audited = audit(attrs.evolve(records, actuals=of_period), as_of=passed.last)
    # Whether a rep ever had any entry is asked of all of them.
    faults = {count.rule.key: count for count in whole.quality.report.counts if count.rule.kind != "rep"}
    assert faults == {count.rule.key: count for count in audited.counts if count.rule.kind != "rep"}
    for count in review.quality.report.counts:
        assert count.rule.kind == "rep" or count.found <= faults[count.rule.key].found
    # Each deal stands in one section, and so does each of its faults; what stands beside a number is found of its records.
    beside = Counter[str]()
    for section in review.deals:
        assert section.weakened_by.keys() <= {"pipeline", "win_rate", "cycle_days", "funnel"}
        beside.update({finding.rule: finding.count for finding in section.weakened_by.get("pipeline", ()) if is_found(finding)})
    mine = {count.rule.key: count.found for count in review.quality.faults if count.rule.kind == "opportunity"}
    about = {key for key in mine if "pipeline" in DEFAULT_RULES[key].weakens}
    assert {key: beside[key] for key in about} == {key: mine[key] for key in about}
    for told in (*review.metrics, review.leads, review.channels):
        for finding in () if told is None else chain.from_iterable(told.weakened_by.values()):
            assert not is_found(finding) or finding.rule in {count.rule.key for count in whole.quality.faults}


def is_found(finding: Finding) -> bool:
    """Tell a fault that was found from one that could not be looked for."""
    return "found" in finding.message.arguments


@settings(max_examples=at_most(20))
@given(questions, st.integers(0, 99))
def test_the_order_of_the_records_does_not_matter(question: Question, seed: int) -> None:
    records, owner, period, as_of = question
    review = reviewed(question)
    if review is not None:
        mixed = shuffled(records, Random(seed))  # noqa: S311 - any order will do
        assert_same(review, build(mixed, owner=owner, period=period, as_of=as_of))


@settings(max_examples=at_most(40))
@given(questions)
def test_every_number_of_a_review_explains_itself_and_stands_in_a_plain_row(question: Question) -> None:
    review = reviewed(question)
    if review is None:
        return
    for tree in explain(review).breakdowns:
        testing.assert_breakdowns_hold(tree)
    rows = review.rows()
    assert len({tuple(row) for row in rows}) <= 1
    for row in rows:
        assert all(value is None or type(value) in (str, int, float, Decimal, date) for value in row.values())
    for section in review.metrics:
        if section.owed.basis == "rolled_up":
            direct = [member.owed.target.amount for member in section.members if member.level == 0]
            assert isinstance(section.owed.target.amount, Amount)
            parts = [amount for amount in direct if isinstance(amount, Amount)]
            testing.assert_parts_sum_to_total(parts, section.owed.target.amount)
        direct_lines = [member.attainment for member in section.members if member.level == 0]
        amounts = [each.actual for each in direct_lines if isinstance(each.actual, Amount)]
        whole = section.attainment.actual
        adds_up = section.attainment.is_flow and len(amounts) == len(direct_lines)
        if adds_up and isinstance(whole, Amount) and {amount.unit for amount in amounts} == {whole.unit}:
            rest = [] if section.rest is None else [section.rest.actual]
            testing.assert_parts_sum_to_total([*amounts, *rest], whole)


@settings(max_examples=at_most(40))
@given(questions)
def test_a_report_is_well_formed_in_every_language_and_leaves_no_key(question: Question) -> None:
    review = reviewed(question)
    for lang in LANGUAGES if review is not None else ():
        assert review is not None
        text = markdown(review, lang=lang)
        assert not KEY.findall(text)
        assert not re.findall(r"{[a-z_]{2,}}", text)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        lines = text.split("\n")
        for above, line in pairwise(lines):
            if above.startswith("|") and line.startswith("|"):
                assert cells(above) == cells(line)
        # A heading, a table, an item, one below it, or a sentence: nothing that comes from the data begins a line as its own.
        assert all(not line or line[0] in "|#-\\" or line.startswith("  - ") or line[0].isalnum() for line in lines)


def cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line))


@settings(max_examples=at_most(20))
@given(questions_of_any())
def test_a_report_shows_names_and_nothing_else_that_is_personal(question: Question) -> None:
    records, owner, period, as_of = question
    private = attrs.evolve(
        records,
        targets=[attrs.evolve(target, rationale=f"call {PHONE}") for target in records.targets],
        actuals=[attrs.evolve(actual, ref=f"{PHONE}-{place}") for place, actual in enumerate(records.actuals)],
    )
    review = reviewed((private, owner, period, as_of))
    if review is not None:
        for lang in LANGUAGES:
            assert PHONE not in markdown(review, lang=lang)
        assert PHONE not in str(review.rows())
        assert not [row for row in review.rows() if row["owner"] not in (None, *records.org.rep_by_id, *records.org.team_by_id)]
