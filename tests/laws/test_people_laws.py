"""Laws of people in a review: whatever the audience may not see changes nothing that it reads, and stands nowhere."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from random import Random
from typing import Final, NamedTuple, TypeAlias

import attrs
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

import salesperf as sp
from salesperf import testing
from salesperf.appraisal import Appraisal, AppraisalScheme, appraise
from salesperf.commission import Statement, statement
from salesperf.feedback import FeedbackReport, summarize
from salesperf.messages import LANGUAGES
from salesperf.model.rating import Relation
from salesperf.report import markdown
from salesperf.review import PEOPLE_KINDS, Audience, PeopleKind, PeopleResults, PeopleSection, Review, build, explain
from salesperf.scorecard import Bands, Criterion, Scorecard

WHO: Final = ("r1", "r2", "r3", "r4", "r5")
TEAMS: Final = {"company team": None, "east": "company team", "west": "company team"}
MONTHS: Final = (7, 8, 9)
RELEASES: Final = (date(2026, 8, 20), date(2026, 9, 20))
MOVED: Final = date(2026, 8, 15)
PLAN: Final = sp.CommissionPlan(
    key="field", unit=sp.CNY, period=sp.Period.year(2026), rated=[sp.RatedPay(key="sales", rates=[sp.PayRate(rate=Decimal(1))])]
)
SCHEME: Final = AppraisalScheme(
    key="plain",
    card=Scorecard([Criterion("results", sp.Curve([(0, 0), (100, 100)]))]),
    bands=Bands([("A", 50), ("B", 0)]),
)
RATERS: Final[tuple[tuple[str, Relation], ...]] = (
    *(("boss", "manager"), ("p1", "peer"), ("p2", "peer"), ("p3", "peer")),
    ("s1", "report"),
)
EVERYTHING: Final[tuple[tuple[PeopleKind, str, date], ...]] = (
    *(("pay", who, sp.Period.month(2026, month).last) for who in WHO for month in MONTHS),
    *(("appraisal", who, sp.Period.month(2026, month).last) for who in WHO for month in MONTHS),
    *(("feedback", who, on) for who in WHO for on in RELEASES),
)
"""What there is: of which kind, whose, and for which day it counts."""
Version: TypeAlias = Callable[[PeopleKind, str, date], int]
"""Which version of a result to take."""


class Mark(NamedTuple):
    """Of which kind, whose, of which month, and which of two versions: every number and word of a result tells these."""

    kind: PeopleKind
    who: str
    month: int
    version: int

    @property
    def number(self) -> int:
        return ((PEOPLE_KINDS.index(self.kind) * 10 + WHO.index(self.who)) * 10 + self.month) * 2 + self.version

    @property
    def yuan(self) -> int:
        return 7_000_000 + self.number

    @property
    def points(self) -> float:
        return 30 + self.number / 100 + 0.0007

    @property
    def words(self) -> str:
        return f"said {self.number}."

    @property
    def traces(self) -> tuple[str, ...]:
        """What would tell of it."""
        return (str(self.yuan), f"{self.yuan:,}", f"{self.points:.2f}")


@cache
def pay_of(mark: Mark) -> Statement:
    month = sp.Period.month(2026, mark.month)
    sale = sp.Entry(id=f"e-{mark.yuan}", payee=mark.who, on=month.start, amount=sp.Amount.of(mark.yuan, sp.CNY))
    return statement(PLAN, [sale], payee=mark.who, period=month)


@cache
def appraisal_of(mark: Mark) -> Appraisal:
    told = appraise(mark.who, {"results": mark.points}, SCHEME, period=sp.Period.month(2026, mark.month))
    return told.calibrated("A", reason=mark.words, on=date(2026, mark.month, 28))


@cache
def report_of(marks: tuple[Mark, ...]) -> FeedbackReport:
    said = [
        sp.Rating(subject=mark.who, rater=rater, relation=relation, item="calm", points=mark.points, comment=mark.words)
        for mark in marks
        for rater, relation in RATERS
    ]
    return summarize(said, weights={"manager": 1, "peer": 1, "report": 1}, scale=(0, 100))


def results(version: Version) -> PeopleResults:
    """Make all results, each in one of two versions."""

    def marks(kind: PeopleKind) -> list[Mark]:
        days = [(who, sp.Period.month(2026, month).last) for who in WHO for month in MONTHS]
        return [Mark(kind, who, on.month, version(kind, who, on)) for who, on in days]

    return PeopleResults(
        statements=map(pay_of, marks("pay")),
        appraisals=map(appraisal_of, marks("appraisal")),
        feedback={
            on: report_of(tuple(Mark("feedback", who, on.month, version("feedback", who, on)) for who in WHO))
            for on in RELEASES
        },
    )


class Question(NamedTuple):
    """What is reviewed, and for whom."""

    records: sp.Records
    owner: str | None
    period: sp.Period
    as_of: date
    audience: Audience | None

    def build(self, people: PeopleResults) -> Review:
        return build(
            self.records, owner=self.owner, period=self.period, as_of=self.as_of, audience=self.audience, people=people
        )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    teams = st.sampled_from([None, *TEAMS])
    seats = {who: draw(teams) for who in WHO}
    moves = [sp.Move(rep=who, on=MOVED, team=draw(teams)) for who in WHO[2:]]
    left = draw(st.sampled_from((None, date(2026, 9, 10))))
    reps = [sp.Rep(id=who, team=team, left=left if who == "r2" else None) for who, team in seats.items()]
    managers = st.sampled_from([None, *WHO[:3]])
    led = [sp.Team(id=team, parent=above, manager=draw(managers)) for team, above in TEAMS.items()]
    org = sp.Org(reps=reps, teams=led, moves=moves)
    # Mostly somebody who leads, and may see something of those below: there is most to go wrong.
    leads = [team.manager for team in led if team.manager is not None]
    reader = draw(st.sampled_from(leads * 3 + [None, *WHO]))
    may_see = draw(st.sampled_from([PEOPLE_KINDS, PEOPLE_KINDS, ("pay",), ("appraisal", "feedback"), ()]))
    return Question(
        records=sp.Records(org=org),
        owner=draw(st.sampled_from((None, None, *TEAMS, *WHO))),
        period=draw(st.sampled_from((sp.Period.quarter(2026, 3), sp.Period.month(2026, 8)))),
        as_of=draw(st.sampled_from((date(2026, 8, 31), date(2026, 9, 15), date(2026, 10, 5)))),
        audience=draw(st.sampled_from((Audience(reader=reader, may_see=may_see),) * 5 + (None,))),
    )


def may_see(question: Question, kind: PeopleKind, who: str, on: date) -> bool:
    """Say once more, in another way, what an audience may see: itself, and of those below it what it is given."""
    audience, org = question.audience, question.records.org
    if audience is None or who == audience.reader:
        return audience is not None
    if kind not in audience.may_see:
        return False
    if audience.reader is None:
        return True
    if org.rep_by_id[audience.reader].service[1] <= question.as_of:
        return False
    stints = org.stints(who)
    team = next((stint.team for stint in stints if stint.start <= on < stint.end), stints[-1].team)
    chain = []
    while team is not None:
        chain.append(org.team_by_id[team])
        team = chain[-1].parent
    leads = [each.manager for each in chain]
    return any(lead == audience.reader and who not in leads[place:] for place, lead in enumerate(leads))


def told(review: Review) -> tuple[str, ...]:
    """Write a review in every way."""
    return (repr(review), str(review.rows()), *(markdown(review, lang=lang) for lang in LANGUAGES), *trees(review.people))


def trees(section: PeopleSection | None) -> Iterator[str]:
    for tree in () if section is None else section.breakdowns:
        yield tree.text()


def first(kind: PeopleKind, who: str, on: date) -> int:
    """Take the first version of everything."""
    del kind, who, on
    return 0


@settings(max_examples=at_most(20))
@given(questions())
def test_nothing_that_the_audience_may_not_see_stands_anywhere_and_words_of_nobody(question: Question) -> None:
    written = told(question.build(results(first)))
    for kind, who, on in EVERYTHING:
        mark = Mark(kind, who, on.month, 0)
        assert not any(mark.words in text for text in written)
        if not may_see(question, kind, who, on):
            assert not any(trace in text for trace in mark.traces for text in written)


@settings(max_examples=at_most(20))
@given(questions())
def test_what_the_audience_may_not_see_or_is_later_changes_nothing(question: Question) -> None:
    def other_where_hidden(kind: PeopleKind, who: str, on: date) -> int:
        return int(on > question.as_of or on not in question.period or not may_see(question, kind, who, on))

    review, other = (question.build(results(version)) for version in (first, other_where_hidden))
    assert other == review
    assert told(other) == told(review)


@settings(max_examples=at_most(20))
@given(questions())
def test_who_leads_nobody_sees_nothing_of_colleagues_and_the_review_of_a_rep_tells_of_no_other(question: Question) -> None:
    audience = question.audience
    if audience is None:
        return
    section = question._replace(audience=attrs.evolve(audience, may_see=PEOPLE_KINDS)).build(results(first)).people
    if section is None:
        return
    about = {line.payee for line in section.pay} | {line.rep for line in section.appraisals}
    about |= {line.subject for line in section.feedback}
    if audience.reader is not None and all(team.manager != audience.reader for team in question.records.org.teams):
        assert about <= {audience.reader}
    if question.owner in WHO:
        assert about <= {question.owner}


@settings(max_examples=at_most(20))
@given(questions(), st.randoms())
def test_the_order_of_results_never_matters_and_what_is_shown_explains_itself(question: Question, random: Random) -> None:
    people = results(first)
    mixed = PeopleResults(
        statements=random.sample(people.statements, len(people.statements)),
        appraisals=random.sample(people.appraisals, len(people.appraisals)),
        feedback=dict(reversed(list(people.feedback.items()))),
    )
    review, other = question.build(people), question.build(mixed)
    assert other == review
    assert told(other) == told(review)
    for tree in explain(review).breakdowns:
        testing.assert_breakdowns_hold(tree)


@settings(max_examples=at_most(20))
@given(questions())
def test_whatever_is_of_the_company_is_shown_or_counted_as_withheld(question: Question) -> None:
    passed = question.period.until(question.as_of) or question.period
    section = question._replace(owner=None).build(results(first)).people
    assert section is not None
    there = {kind: sum(on in passed for which, _, on in EVERYTHING if which == kind) for kind in ("pay", "appraisal")}
    assert sum(line.statements for line in section.pay) + section.withheld["pay"] == there["pay"]
    assert len(section.appraisals) + section.withheld["appraisal"] == there["appraisal"]
    assert len(section.feedback) + section.withheld["feedback"] == len(WHO)
    if question.audience is None:
        assert (section.pay, section.appraisals, section.feedback) == ((), (), ())
