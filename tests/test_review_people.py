"""People in a review: whose pay, appraisals and feedback a reader sees, in which detail, and how it is written."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest

import salesperf as sp
from salesperf import testing
from salesperf.appraisal import STANDARD_SCHEMES, Appraisal, appraise
from salesperf.commission import Statement, statement
from salesperf.errors import InvalidInputError, InvalidValueError, UnknownNameError
from salesperf.feedback import FeedbackReport, summarize
from salesperf.messages import LANGUAGES
from salesperf.model.rating import Relation
from salesperf.report import markdown
from salesperf.review import PEOPLE_KINDS, Audience, PeopleResults, PeopleSection, Review, build, explain
from salesperf.review.listed import MOST_LINES

QUARTER: Final = sp.Period.quarter(2026, 3)
JULY, AUGUST, SEPTEMBER = (sp.Period.month(2026, month) for month in (7, 8, 9))
AS_OF: Final = date(2026, 10, 12)
ORG: Final = sp.Org(
    teams=[
        sp.Team(id="china", manager="mei"),
        sp.Team(id="north", parent="china", manager="nan"),
        sp.Team(id="south", parent="china", manager="shu"),
    ],
    reps=[
        sp.Rep(id="mei", team="north"),  # leads china, and sells in a team below
        sp.Rep(id="nan"),  # leads north from outside
        sp.Rep(id="shu", team="south"),
        sp.Rep(id="ada", team="north", name="Ada"),
        sp.Rep(id="bo", team="south"),
        sp.Rep(id="late", team="north", hired=date(2026, 11, 1)),
    ],
    moves=[sp.Move(rep="bo", on=date(2026, 8, 10), team="north")],
)
EVERYTHING: Final = {"may_see": PEOPLE_KINDS}
FLAT: Final = sp.RatedPay(key="sales", rates=[sp.PayRate(rate=Decimal("0.05"))])


def plan(unit: sp.Unit = sp.CNY, **fields: Any) -> sp.CommissionPlan:  # noqa: ANN401 - fields of a plan
    """Return a plan that pays 5 % unless it has parts of its own."""
    return sp.CommissionPlan(**{"key": "field", "unit": unit, "period": sp.Period.year(2026), "rated": [FLAT], **fields})


def sale(number: int, payee: str, on: date, yuan: int, **fields: Any) -> sp.Entry:  # noqa: ANN401 - fields of an entry
    """Return an entry of a deal."""
    unit = fields.pop("unit", sp.CNY)
    return sp.Entry(id=f"e-{number}", payee=payee, on=on, amount=sp.Amount.of(yuan, unit), ref=f"o-{number}", **fields)


def paid(payee: str, month: sp.Period = AUGUST, yuan: int = 1_000, **fields: Any) -> Statement:  # noqa: ANN401 - fields of a plan
    """Return a statement with one sale on the third of the month."""
    terms = plan(**fields)
    entry = sale(month.start.month, payee, month.start.replace(day=3), yuan, unit=terms.unit)
    return statement(terms, [entry], payee=payee, period=month)


def appraised(rep: str, attainment: float = 1.0, period: sp.Period = QUARTER, decided: date | None = None) -> Appraisal:
    """Return an appraisal by the ready-made scheme."""
    parts = {"attainment": attainment, "initiative": 4}
    return appraise(rep, parts, STANDARD_SCHEMES["rep"], period=period, decided=decided)


def said(subject: str, relation: Relation, *points: int, item: str = "calm") -> list[sp.Rating]:
    """Return ratings, one by each of so many raters."""
    raters = [subject] if relation == "self" else [f"{relation}-{number}" for number in range(len(points))]
    return [
        sp.Rating(subject=subject, rater=rater, relation=relation, item=item, points=each, comment="SECRET")
        for rater, each in zip(raters, points, strict=True)
    ]


def summarized(*ratings: Sequence[sp.Rating]) -> FeedbackReport:
    """Return the report on ratings of all relations."""
    weights: dict[Relation, int] = {"manager": 1, "peer": 1, "report": 1, "customer": 1, "self": 0}
    return summarize([each for several in ratings for each in several], weights=weights, scale=(1, 5))


def reviewed(
    people: PeopleResults | None,
    audience: Audience | None,
    owner: str | None = None,
    period: sp.Period = QUARTER,
    as_of: date = AS_OF,
) -> Review:
    """Review results about people, and nothing else."""
    return build(sp.Records(org=ORG), owner=owner, period=period, as_of=as_of, audience=audience, people=people)


def section_of(people: PeopleResults, audience: Audience | None, **others: Any) -> PeopleSection:  # noqa: ANN401 - what is asked for
    """Return the section on people."""
    section = reviewed(people, audience, **others).people
    assert section is not None
    return section


def payees(people: PeopleResults, reader: str | None, owner: str | None = None) -> tuple[list[str | None], int]:
    """Return whose pay a reader sees who may see everything, and how many statements are withheld."""
    section = section_of(people, Audience(reader=reader, may_see=PEOPLE_KINDS), owner=owner)
    return [line.payee for line in section.pay], section.withheld["pay"]


ALL_PAID: Final = PeopleResults(statements=[paid(who) for who in ("mei", "nan", "shu", "ada", "bo")])


# Who sees whom


def test_a_rep_sees_himself_alone_a_lead_the_members_and_the_head_everybody() -> None:
    assert payees(ALL_PAID, "ada") == (["ada"], 4)
    assert payees(ALL_PAID, None) == (["ada", "bo", "mei", "nan", "shu"], 0)
    # On the last day of August bo is in the north; nan, from outside, is nobody's member.
    assert payees(ALL_PAID, "shu") == (["shu"], 4)
    assert payees(ALL_PAID, "mei") == (["ada", "bo", "mei", "shu"], 1)


def test_a_lead_sees_nothing_of_whoever_leads_a_team_above() -> None:
    assert payees(ALL_PAID, "nan") == (["ada", "bo", "nan"], 2)


def test_a_lead_sees_those_who_were_members_when_the_statement_ended() -> None:
    people = PeopleResults(statements=[paid("bo", JULY), paid("bo", AUGUST)])
    for reader, month in (("shu", JULY), ("nan", AUGUST)):
        section = section_of(people, Audience(reader=reader, may_see=["pay"]))
        assert section.pay[0].earned == sp.Amount.of(50, sp.CNY)
        assert (section.pay[0].statements, section.withheld["pay"]) == (1, 1)
        parts = section.pay[0].breakdown.parts
        assert parts[0].label.text() == f"earned in {month}"


def test_what_is_not_named_is_not_seen_of_others_and_always_of_oneself() -> None:
    people = PeopleResults(
        statements=[paid("ada"), paid("nan")],
        appraisals=[appraised("ada"), appraised("nan")],
        feedback={date(2026, 9, 1): summarized(said("ada", "manager", 4), said("nan", "manager", 3))},
    )
    for kind in PEOPLE_KINDS:
        section = section_of(people, Audience(reader="nan", may_see=[kind]))
        shown = {"pay": section.pay, "appraisal": section.appraisals, "feedback": section.feedback}
        assert {name: len(lines) for name, lines in shown.items()} == {name: 1 + (name == kind) for name in shown}
        assert dict(section.withheld) == {name: int(name != kind) for name in PEOPLE_KINDS}


def test_the_review_of_a_team_or_rep_tells_of_its_members_and_leads_alone() -> None:
    assert payees(ALL_PAID, None, owner="north") == (["ada", "bo", "mei", "nan"], 0)
    assert payees(ALL_PAID, None, owner="south") == (["shu"], 0)
    assert payees(ALL_PAID, None, owner="bo") == (["bo"], 0)
    assert payees(ALL_PAID, "ada", owner="bo") == ([], 1)


def test_whoever_has_left_or_is_not_there_yet_leads_nobody() -> None:
    gone = attrs.evolve(
        ORG, reps=[attrs.evolve(rep, left=date(2026, 10, 1)) if rep.id == "nan" else rep for rep in ORG.reps], moves=[]
    )
    asked = {"owner": None, "period": QUARTER, "people": ALL_PAID, "audience": Audience(reader="nan", may_see=["pay"])}
    shown = {
        as_of: build(sp.Records(org=gone), as_of=as_of, **asked).people  # type: ignore[arg-type] # arguments of build
        for as_of in (date(2026, 9, 30), date(2026, 10, 1))
    }
    assert [[line.payee for line in each.pay] for each in shown.values() if each] == [["ada", "nan"], ["nan"]]
    assert payees(ALL_PAID, "late") == ([], 5)
    hired_later = PeopleResults(statements=[paid("late")])
    assert reviewed(hired_later, Audience(reader="late")).people is None


def test_without_an_audience_nothing_is_shown_and_all_is_counted_and_without_results_nothing_is_said() -> None:
    section = section_of(ALL_PAID, None)
    assert (section.pay, section.breakdowns, dict(section.withheld)) == ((), (), {"pay": 5, "appraisal": 0, "feedback": 0})
    assert reviewed(None, None).people is None
    assert reviewed(None, Audience(reader="ada")) == reviewed(None, None)
    assert reviewed(PeopleResults(), Audience(reader="ada")) == reviewed(None, None)
    assert "Pay" not in markdown(reviewed(None, None))


# Which days


def test_a_statement_belongs_to_the_review_in_whose_period_it_ends_and_later_ones_are_not_known() -> None:
    people = PeopleResults(statements=[paid("ada", month) for month in (JULY, AUGUST, SEPTEMBER)])
    reader = Audience(reader="ada")
    assert section_of(people, reader).pay[0].statements == 3
    assert section_of(people, reader, as_of=date(2026, 9, 29)).pay[0].statements == 2
    assert section_of(people, reader, period=SEPTEMBER).pay[0].statements == 1
    quarterly = PeopleResults(statements=[paid("ada", QUARTER)])
    assert section_of(quarterly, reader, period=SEPTEMBER).pay[0].statements == 1
    assert reviewed(quarterly, reader, period=AUGUST).people is None
    assert reviewed(quarterly, reader, as_of=date(2026, 9, 29)).people is None


def test_an_appraisal_is_known_when_it_is_decided_and_as_it_was_calibrated_then() -> None:
    first = appraised("ada", 1.1, decided=date(2026, 10, 9))
    twice = first.calibrated("C", reason="SECRET", on=date(2026, 10, 10)).calibrated("A", reason="again", on=date(2026, 10, 12))
    people, reader = PeopleResults(appraisals=[twice]), Audience(reader="ada")
    assert reviewed(people, reader, as_of=date(2026, 10, 8)).people is None
    told = {}
    for day in (9, 11, 12):
        (line,) = section_of(people, reader, as_of=date(2026, 10, day)).appraisals
        told[day] = (line.scored_band, line.band, line.is_calibrated, [(each.kind, each.due) for each in line.rewards])
    assert told == {
        9: ("B", "B", False, []),
        11: ("B", "C", True, []),
        12: ("B", "A", True, [("reward", date(2026, 10, 23))]),
    }
    assert "SECRET" not in repr(reviewed(people, reader))


def test_feedback_is_that_of_the_last_release_within_the_period() -> None:
    days = (date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 1), date(2026, 10, 1))
    reports = {on: summarized(said("ada", "manager", points)) for points, on in enumerate(days, 1)}
    section = section_of(PeopleResults(feedback=reports), Audience(reader="ada"))
    assert [(line.on, line.score) for line in section.feedback] == [(date(2026, 9, 1), 3.0)]
    early = section_of(PeopleResults(feedback=reports), Audience(reader="ada"), as_of=date(2026, 8, 31))
    assert [(line.on, line.score) for line in early.feedback] == [(date(2026, 7, 1), 2.0)]


def test_of_people_there_are_the_trees_of_what_the_audience_sees_and_of_nothing_else() -> None:
    people = PeopleResults(
        statements=[paid("ada"), paid("bo")],
        appraisals=[appraised("ada"), appraised("bo")],
        feedback={date(2026, 9, 1): summarized(said("ada", "manager", 4), said("bo", "manager", 2))},
    )

    def addresses(audience: Audience | None) -> list[str]:
        numbers = explain(reviewed(people, audience))
        assert all(numbers.tree(address).holds() for address in numbers.addresses)
        return [address for address in numbers.addresses if address.startswith(("pay/", "appraisal/", "feedback/"))]

    seen = addresses(Audience(reader="ada"))
    assert {"pay/CNY", "pay/ada/CNY/due", "appraisal/ada", "feedback/ada"} <= set(seen)
    assert not [address for address in seen if "bo" in address]
    assert addresses(None) == []


# Pay


def test_lines_are_the_reader_s_own_and_of_others_there_are_sums_alone() -> None:
    people = PeopleResults(statements=[paid("ada", yuan=1_000), paid("bo", yuan=7_000)])
    section = section_of(people, Audience(reader="nan", may_see=["pay"]))
    assert [(line.payee, str(line.earned), line.items) for line in section.pay] == [
        ("ada", "50.00 CNY", ()),
        ("bo", "350.00 CNY", ()),
    ]
    assert "e-8" not in repr(section)
    (own,) = section_of(people, Audience(reader="ada", may_see=["pay"])).pay
    (item,) = own.items
    assert (item.on, item.entry, item.ref, item.part, str(item.pay)) == (date(2026, 8, 3), "e-8", "o-8", "sales", "50.00 CNY")
    assert [reason.text() for reason in item.reasons] == ["CNY 1,000.00 at 5%."]


def test_of_a_pool_there_is_a_sum_alone_since_its_entries_tell_what_colleagues_get() -> None:
    pool = sp.Pool(key="together", team="north", rate=Decimal("0.1"), weights={"ada": 3, "bo": 7})
    terms = plan(rated=[FLAT], pools=[pool])
    entries = [
        sale(1, "ada", date(2026, 8, 3), 1_000),
        sale(2, "north", date(2026, 8, 4), 20_000),
        sale(77, "north", date(2026, 8, 5), 30_000),
    ]
    people = PeopleResults(statements=[statement(terms, entries, payee="ada", period=AUGUST)])
    review = reviewed(people, Audience(reader="ada"))
    assert review.people is not None
    (line,) = review.people.pay
    assert [(item.entry, item.part, str(item.pay)) for item in line.items] == [
        ("e-1", "sales", "50.00 CNY"),
        (None, "together", "1,500.00 CNY"),
    ]
    assert line.items[-1].reasons[0].text("zh") == "团队奖金池中本人的份额。"
    written = [repr(review.people), line.breakdown.text(), *(markdown(review, lang=lang) for lang in LANGUAGES)]
    assert not [text for text in written for trace in ("e-77", "o-77", "'bo'", "30,000", "3000000") if trace in text]
    testing.assert_breakdowns_hold(line.breakdown)


def test_what_is_held_of_a_pool_is_a_sum_too_since_its_parts_are_entries_of_colleagues() -> None:
    pool = sp.Pool(key="together", team="north", rate=Decimal("0.1"), weights={"ada": 3, "bo": 7})
    terms = plan(rated=[FLAT], pools=[pool], release=sp.Release())
    entries = [sale(1, "ada", date(2026, 8, 3), 1_000), sale(77, "north", date(2026, 8, 4), 20_000)]
    july = statement(terms, entries, payee="ada", period=JULY)
    august = statement(terms, entries, payee="ada", period=AUGUST, previous=july)
    # In September the pool is gone, and what it earned is released at once: the account is a colleague's all the same.
    september = statement(plan(rated=[FLAT]), entries, payee="ada", period=SEPTEMBER, previous=august)
    for made, amount in ((august, "-650.00 CNY"), (september, "650.00 CNY")):
        assert "e-77" in made.breakdown.text()
        (line,) = section_of(PeopleResults(statements=[made]), Audience(reader="ada")).pay
        assert "e-77" not in line.breakdown.text()
        assert (str(line.breakdown.parts[1].value), line.breakdown.parts[1].parts) == (amount, ())


def test_released_is_earned_without_what_is_held_and_held_is_that_of_the_last_statement() -> None:
    terms = plan(release=sp.Release(basis="collected"), floor=sp.Amount.of(100, sp.CNY))
    entries = [
        sale(1, "ada", date(2026, 7, 3), 1_000),
        sp.Entry(id="p-1", payee="ada", on=date(2026, 8, 20), amount=sp.Amount.of(400, sp.CNY), ref="o-1", basis="collected"),
    ]
    july = statement(terms, entries, payee="ada", period=JULY)
    august = statement(terms, entries, payee="ada", period=AUGUST, previous=july)
    people = PeopleResults(statements=[august, july])
    section = section_of(people, Audience(reader="ada"))
    (line,) = section.pay
    amounts = {name: str(getattr(line, name)) for name in ("earned", "released", "due", "held")}
    # July: earns 50, holds 50, floor 100. August: 40 % of the 50 are released, floor 80 on top.
    assert amounts == {"earned": "50.00 CNY", "released": "20.00 CNY", "due": "200.00 CNY", "held": "30.00 CNY"}
    testing.assert_breakdowns_hold(line.breakdown)
    # One's own adjustments reach down to payments and to what is agreed; those of others are sums.
    assert "payment: CNY 400.00" in line.breakdown.text()
    assert "as agreed: CNY 100.00" in line.breakdown.text()
    (seen,) = section_of(people, Audience(reader="nan", may_see=["pay"])).pay
    assert not any(part.parts for part in seen.breakdown.parts)
    assert (seen.due, seen.held) == (line.due, line.held)
    testing.assert_breakdowns_hold(seen.breakdown)


def test_of_a_correction_all_that_its_period_comes_to_is_due() -> None:
    first = paid("ada", yuan=1_000)
    entries = [sale(8, "ada", date(2026, 8, 3), 1_000), sale(9, "ada", date(2026, 8, 9), 500)]
    second = statement(plan(), entries, payee="ada", period=AUGUST, previous=first)
    assert (str(second.total), second.is_correction) == ("25.00 CNY", True)
    (line,) = section_of(PeopleResults(statements=[second]), Audience(reader="ada")).pay
    assert (str(line.earned), str(line.due)) == ("75.00 CNY", "75.00 CNY")
    testing.assert_breakdowns_hold(line.breakdown)


def test_units_stand_apart_and_totals_are_those_of_what_is_shown() -> None:
    statements = [paid("ada"), paid("ada", SEPTEMBER, unit=sp.USD), paid("bo", yuan=3_000), paid("shu")]
    section = section_of(PeopleResults(statements=statements), Audience(reader="nan", may_see=["pay"]))
    assert [(line.payee, str(line.due)) for line in section.pay] == [
        ("ada", "50.00 CNY"),
        ("ada", "50.00 USD"),
        ("bo", "150.00 CNY"),
    ]
    totals = section.pay_totals
    assert [(line.payee, line.statements, str(line.due)) for line in totals] == [
        (None, 2, "200.00 CNY"),
        (None, 1, "50.00 USD"),
    ]
    assert section.breakdowns == tuple(line.breakdown for line in totals)
    testing.assert_breakdowns_hold(section.breakdowns[0])


# Appraisals and feedback


def test_the_parts_of_a_score_are_for_the_one_who_is_appraised() -> None:
    people = PeopleResults(appraisals=[appraised("ada", 0.9)])
    (own,) = section_of(people, Audience(reader="ada")).appraisals
    (seen,) = section_of(people, Audience(reader="nan", may_see=["appraisal"])).appraisals
    assert own.breakdown.parts
    assert seen.breakdown.parts == ()
    assert attrs.evolve(own, breakdown=seen.breakdown) == seen
    assert explain(reviewed(people, Audience(reader="ada"))).tree("appraisal/ada") == own.breakdown


def test_feedback_is_what_was_released_and_says_what_is_not_shown() -> None:
    report = summarized(
        said("ada", "self", 5),
        said("ada", "manager", 4),
        said("ada", "peer", 3, 4, 5),
        said("ada", "peer", 2, 2, item="fair"),
        said("ada", "report", 1, 2),
        said("ada", "customer", 5),
    )
    (line,) = section_of(PeopleResults(feedback={date(2026, 9, 1): report}), Audience(reader="ada")).feedback
    told = {group.name.text(): (group.mean, group.n, group.shown, group.items, group.statuses) for group in line.groups}
    assert told == {
        "Manager": (4.0, 1, 1, 1, ()),
        "Self": (5.0, 1, 1, 1, ()),
        "Peers": (4.0, 3, 1, 2, ("too_few",)),
        "Direct reports": (None, None, 0, 1, ("pooled",)),
        "Customers": (None, None, 0, 1, ("pooled",)),
        "(Direct reports, Customers) together": (pytest.approx(8 / 3), 3, 1, 1, ()),
    }
    score = report.of("ada").score
    assert score is not None
    assert (line.score, line.breakdown, line.gap) == (score.value, report.of("ada").breakdown, report.of("ada").gap)
    silent = summarized(said("ada", "peer", 1, 2))
    (nothing,) = section_of(PeopleResults(feedback={date(2026, 9, 1): silent}), Audience(reader="ada")).feedback
    assert (nothing.score, nothing.gap.value, nothing.breakdown.value) == (None, None, None)


# Written


def cells(text: str, *names: str) -> list[list[str]]:
    """Return the cells of the rows of tables that begin with one of some names."""
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in text.splitlines() if row.startswith("|")]
    return [row for row in rows if row[0] in names]


def everything() -> PeopleResults:
    """Return something of each kind."""
    calibrated = appraised("ada", 1.2, decided=date(2026, 10, 9)).calibrated("A", reason="SECRET", on=date(2026, 10, 10))
    report = summarized(
        said("ada", "self", 5), said("ada", "manager", 4), said("ada", "peer", 3, 4, 5), said("ada", "report", 1, 2)
    )
    return PeopleResults(
        statements=[paid("ada"), paid("bo"), paid("shu")],
        appraisals=[calibrated, appraised("bo"), appraised("nan", 1.2).calibrated("B", reason="fine", on=date(2026, 10, 1))],
        feedback={date(2026, 9, 1): report},
    )


def test_the_report_tells_what_is_shown_and_how_much_is_withheld_in_english() -> None:
    text = markdown(reviewed(everything(), Audience(reader="nan", **EVERYTHING)))
    assert "## Pay, appraisals and feedback" in text
    assert "Reader: nan." in text
    assert "Withheld: pay statements (1)." in text
    assert cells(text, "Ada", "bo", "nan", "All shown") == [
        ["Ada", "1", "CNY 50.00", "CNY 50.00", "CNY 50.00", "CNY 0.00"],
        ["bo", "1", "CNY 50.00", "CNY 50.00", "CNY 50.00", "CNY 0.00"],
        ["All shown", "2", "CNY 100.00", "CNY 100.00", "CNY 100.00", "CNY 0.00"],
        ["Ada", "Sales rep", "Q3 2026", "91.80", "A", "calibrated, confirmed", "Recognition, due by 2026-10-23"],
        ["bo", "Sales rep", "Q3 2026", "79.00", "B", "not calibrated", ""],
        ["nan", "Sales rep", "Q3 2026", "91.80", "B", "calibrated, was A", ""],
        ["Ada", "All that is shown", "4.00", "", "released on 2026-09-01, self +1.00 from others"],
    ]
    assert ["", "Direct reports", "–", "–", "not shown where fewer than 3 rate"] in cells(text, "")
    assert "SECRET" not in text
    assert "The lines of the reader's own statements" not in text


def test_the_report_tells_the_reader_s_own_lines_in_chinese() -> None:
    text = markdown(reviewed(everything(), Audience(reader="ada", **EVERYTHING)), lang="zh")
    assert "## 薪酬、考核与反馈" in text
    assert "读者：Ada。" in text
    assert "未向读者显示：提成结算单 2 份、考核 2 份。" in text
    assert cells(text, "2026年8月3日") == [["2026年8月3日", "o-8", "sales", "50.00 元", "1,000.00 元，按 5%。"]]
    assert cells(text, "合计") == []
    row = ["Ada", "销售代表", "2026年第3季度", "91.80", "A", "经校准：维持", "表彰（2026年10月23日前兑现）"]
    assert row in cells(text, "Ada")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_says_for_whom_it_is_and_counts_what_nobody_sees(lang: str) -> None:
    nobody = markdown(reviewed(everything(), None), lang=lang)
    head = markdown(reviewed(everything(), Audience(reader=None)), lang=lang)
    for text, told in (
        (nobody, {"en": "nobody in particular", "zh": "未指定读者"}),
        (head, {"en": "the head", "zh": "公司负责人"}),
    ):
        assert told[lang] in text
        assert not cells(text, "Ada", "bo")
    assert "late" in markdown(reviewed(everything(), Audience(reader="late")), lang=lang)


def test_the_first_forty_lines_are_listed() -> None:
    entries = [sale(number, "ada", date(2026, 8, 1 + number % 30), 100) for number in range(43)]
    people = PeopleResults(statements=[statement(plan(), entries, payee="ada", period=AUGUST)])
    text = markdown(reviewed(people, Audience(reader="ada")))
    assert sum(line.lstrip("| ").startswith("2026-08") for line in text.splitlines()) == 40
    assert "Lines that are not listed: 3;" in text


def test_of_many_people_the_first_are_listed_and_the_totals_are_those_of_all() -> None:
    review = reviewed(everything(), Audience(reader="nan", **EVERYTHING))
    assert review.people is not None
    section = review.people
    names = ("pay", "appraisals", "feedback")
    many = {name: getattr(section, name)[:1] * (MOST_LINES + number) for number, name in enumerate(names, 2)}
    text = markdown(attrs.evolve(review, people=attrs.evolve(section, **many)))
    for number in (2, 3, 4):
        assert text.count(f"Lines that are not listed: {number}.") == 1
    assert text.count("All shown") == len(section.pay_totals)


def test_a_band_from_none_and_a_group_shown_on_some_items_are_worded() -> None:
    unknown = appraise("ada", {}, STANDARD_SCHEMES["rep"], period=QUARTER).calibrated("C", reason="x", on=date(2026, 10, 1))
    report = summarized(said("ada", "peer", 1, 2, 3), said("ada", "peer", 4, 4, item="fair"))
    people = PeopleResults(appraisals=[unknown], feedback={date(2026, 9, 1): report})
    text = markdown(reviewed(people, Audience(reader="ada")))
    assert cells(text, "Ada")[0][3:6] == ["–", "C", "calibrated, was none"]
    assert cells(text, "")[-1][-1] == "shown on 1 of 2 items, not shown where fewer than 3 rate"


# Refused


def refused(make: Any) -> list[tuple[str, tuple[object, ...]]]:  # noqa: ANN401 - whatever is tried
    """Return code and path of each fault."""
    with pytest.raises((InvalidInputError, InvalidValueError, UnknownNameError)) as caught:
        make()
    error = caught.value
    faults: Iterable[Any] = error.exceptions if isinstance(error, InvalidInputError) else [error]
    return [(fault.code, fault.path) for fault in faults]


def test_an_audience_that_is_none_is_refused() -> None:
    assert refused(lambda: Audience(reader="")) == [("empty", ("Audience", "reader"))]
    assert refused(lambda: Audience(reader=None, may_see=["pay", "wages"])) == [("choice", ("Audience", "may_see", 1))]  # type: ignore[list-item] # what is tried
    assert refused(lambda: Audience(reader=None, may_see="pay")) == [("wrong_type", ("Audience", "may_see"))]  # type: ignore[arg-type] # what is tried
    assert Audience(reader="ada", may_see=["pay", "feedback", "pay"]) == Audience(reader="ada", may_see=["feedback", "pay"])
    assert refused(lambda: reviewed(ALL_PAID, "ada")) == [("wrong_type", ("audience",))]  # type: ignore[arg-type] # what is tried
    assert refused(lambda: reviewed([paid("ada")], None)) == [("wrong_type", ("people",))]  # type: ignore[arg-type] # what is tried


def test_a_reader_who_is_unknown_or_a_team_is_refused() -> None:
    for reader in ("somebody", "north"):
        assert refused(lambda reader=reader: reviewed(None, Audience(reader=reader))) == [
            ("unknown_rep", ("audience", "reader"))
        ]


def test_results_of_people_who_are_unknown_are_refused_all_at_once() -> None:
    people = PeopleResults(
        statements=[paid("ada"), paid("zoe")],
        appraisals=[appraised("ada"), appraised("zoe")],
        feedback={date(2026, 9, 1): summarized(said("zoe", "manager", 3))},
    )
    assert refused(lambda: reviewed(people, None)) == [
        ("unknown_rep", ("people", "statements", 1, "payee")),
        ("unknown_rep", ("people", "appraisals", 1, "rep")),
        ("unknown_rep", ("people", "feedback", "2026-09-01", "subjects", 0)),
    ]


def test_two_statements_for_a_day_and_appraisals_twice_or_without_period_are_refused_all_at_once() -> None:
    without = attrs.evolve(appraised("ada"), period=None)
    given = {
        "statements": [paid("ada"), paid("ada", QUARTER), paid("bo")],
        "appraisals": [appraised("ada", 0.5), appraised("ada"), without, without, appraised("ada", period=AUGUST)],
    }
    assert refused(lambda: PeopleResults(**given)) == [  # type: ignore[arg-type] # fields of the results
        ("statements_overlap", ("PeopleResults", "statements", 1)),
        ("appraisal_without_period", ("PeopleResults", "appraisals", 0)),
        ("appraisal_without_period", ("PeopleResults", "appraisals", 1)),
        ("not_unique", ("PeopleResults", "appraisals", 3)),
    ]


def test_what_is_no_result_is_refused_and_no_result_stands_in_a_repr() -> None:
    assert refused(lambda: PeopleResults(statements=[1])) == [("wrong_type", ("PeopleResults", "statements", 0))]  # type: ignore[list-item] # what is tried
    assert refused(lambda: PeopleResults(appraisals=3)) == [("wrong_type", ("PeopleResults", "appraisals"))]  # type: ignore[arg-type] # what is tried
    assert refused(lambda: PeopleResults(feedback={"May": summarized()}))[0][1][:2] == ("PeopleResults", "feedback")  # type: ignore[dict-item] # what is tried
    assert repr(everything()) == "PeopleResults()"
