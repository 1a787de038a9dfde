"""Laws of what binds one review to the next: effects never before their date, nothing lost between reviews, nothing twice."""

from datetime import timedelta

from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import Question, questions_of_any, reviewed

from salesperf import Records, UnitMismatchError
from salesperf.messages import LANGUAGES
from salesperf.report import markdown
from salesperf.review import AGENDA_KINDS, AGENDA_LENGTH, Review, build, explain


def followed_on(question: Question, previous: Review, days: int, records: Records | None = None) -> Review | None:
    """Build the review of the same period some days later, beside the one before."""
    known, owner, period, _ = question
    as_of = previous.as_of + timedelta(days=days)
    try:
        return build(records or known, owner=owner, period=period, as_of=as_of, previous=previous)
    except UnitMismatchError:
        return None


def ids(review: Review) -> list[str]:
    return [] if review.actions is None else [line.action.id for line in review.actions.follow_through.lines]


@settings(max_examples=at_most(30))
@given(questions_of_any())
def test_no_effect_in_a_review_is_counted_before_its_date(question: Question) -> None:
    review = reviewed(question)
    if review is None or review.actions is None:
        return
    for line in review.actions.follow_through.lines:
        counted = line.action.counted
        assert (line.action.effect is None) == (not counted)
        assert all(line.action.began is not None and line.action.began < each.on <= review.as_of for each in counted)
        assert line.action.created <= review.as_of


@settings(max_examples=at_most(30))
@given(questions_of_any(), st.integers(1, 100))
def test_the_open_actions_of_a_review_are_those_with_which_the_next_begins(question: Question, days: int) -> None:
    then = reviewed(question)
    now = None if then is None else followed_on(question, then, days)
    if then is None or now is None or now.previous is None:
        return
    open_then = [] if then.actions is None else [action.id for action in then.actions.follow_through.open]
    assert [change.then.id for change in now.previous.actions] == open_then
    assert all(change.now is not None for change in now.previous.actions)
    # Nothing falls between two reviews: what was open is told, and as new what is.
    if question[1] is None:
        assert set(open_then) <= set(ids(now))
    if now.actions is not None:
        assert now.actions.since == then.as_of
        assert all(line.action.id not in ids(then) for line in now.actions.agreed)


@settings(max_examples=at_most(20))
@given(questions_of_any())
def test_where_nothing_has_happened_the_next_review_shows_no_change_but_the_time(question: Question) -> None:
    records, owner, period, as_of = question
    known = records.as_of(as_of)
    then = reviewed((known, owner, period, as_of))
    now = None if then is None else followed_on(question, then, 1, known)
    if then is None or now is None or now.previous is None:
        return
    assert now.previous.terms == "same_period"
    for change in now.previous.metrics:
        assert change.then is not None
        assert change.now is not None
        assert change.now.actual == change.then.actual
        assert (change.amount_change is None) or change.amount_change.minor == 0
    assert all(change.now == change.then for change in now.previous.actions)
    if now.actions is not None:
        assert (now.actions.agreed, now.actions.done, now.actions.dropped, now.actions.measured) == ((), (), (), ())
        assert all(line.action.due == as_of for line in now.actions.became_late)
    written = {risk.id for risk in known.risks}
    assert all(line.trend in ("steady", "closed") for line in now.risks.lines if line.risk.id in written)
    assert all(change.open_then.count == change.open_now.count for change in now.previous.deals)


@settings(max_examples=at_most(7))
@given(questions_of_any())
def test_an_action_and_a_task_stand_in_the_company_and_in_one_team_or_none(question: Question) -> None:
    records, _, period, as_of = question
    org = records.as_of(as_of).org
    reviews = {owner: reviewed((records, owner, period, as_of)) for owner in (None, *(team.id for team in org.children(None)))}
    whole = reviews.pop(None)
    if whole is None or None in reviews.values():
        return
    teams = [review for review in reviews.values() if review is not None]

    def tasks(review: Review) -> list[tuple[str, str]]:
        return [(progress.plan.id, line.task.id) for progress in review.plans for line in progress.lines]

    for of_teams, of_company in (
        ([ids(review) for review in teams], ids(whole)),
        ([written(review, records) for review in teams], written(whole, records)),
    ):
        found = [name for names in of_teams for name in names]
        assert len(found) == len(set(found))
        assert set(found) <= set(of_company)
    held = [task for review in teams for task in tasks(review)]
    assert len(held) == len(set(held))
    assert set(held) <= set(tasks(whole))


def written(review: Review, records: Records) -> list[str]:
    """Return the ids of the risks that people wrote down."""
    known = {risk.id for risk in records.risks}
    return [line.risk.id for line in review.risks.lines if line.risk.id in known]


@settings(max_examples=at_most(7))
@given(questions_of_any(), st.integers(1, 100))
def test_an_agenda_is_in_its_order_and_all_that_follows_from_a_review_is_well_told(question: Question, days: int) -> None:
    then = reviewed(question)
    now = None if then is None else followed_on(question, then, days)
    if then is None or now is None:
        return
    kinds = [AGENDA_KINDS.index(item.kind) for item in now.agenda[:AGENDA_LENGTH]]
    assert kinds == sorted(kinds)
    late = now.actions is not None and bool(now.actions.follow_through.late)
    assert any(item.kind == "action" for item in now.agenda) == (late or bool(now.risks.overdue))
    assert len({line.risk.id for line in now.risks.lines}) == len(now.risks.lines)
    assert all(tree.holds() for tree in explain(now).breakdowns)
    if now.cases is not None:
        assert all(case.on <= now.as_of for case in (*now.cases.written, *now.cases.alike))
    for lang in LANGUAGES:
        assert "report." not in markdown(now, lang=lang)
    assert followed_on(question, then, days) == now
