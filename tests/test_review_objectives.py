"""Objectives in a review: whose they are, how old what is known of them is, what lags, and how it is written."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest

import salesperf as sp
from salesperf import testing
from salesperf.io.folder import read_sample
from salesperf.messages import LANGUAGES
from salesperf.okr import assess
from salesperf.report import markdown
from salesperf.review import ObjectiveSection, Review, build

QUARTER: Final = sp.Period.quarter(2026, 3)
AS_OF: Final = date(2026, 8, 15)  # the 46th of 92 days
SAMPLE: Final = read_sample()
ORG: Final = sp.Org(
    reps=[sp.Rep(id="ada", team="north", name="Ada"), sp.Rep(id="bo", team="south")],
    teams=[sp.Team(id="north"), sp.Team(id="south")],
    moves=[sp.Move(rep="bo", on=date(2026, 8, 1), team="north")],
)
CALENDAR: Final = sp.Calendar(weekend=())
"""Every day is worked, so that half of the quarter is half of it."""


def visits(name: str, value: int | None = None, on: date = AS_OF, **fields: Any) -> sp.KeyResult:  # noqa: ANN401 - fields of a key result
    """Return a key result of a hundred visits, of which something was said once, if at all."""
    said = [] if value is None else [sp.CheckIn(on, value=value)]
    return sp.KeyResult(id=name, start=0, target=100, check_ins=said, **fields)


def objective(name: str, *parts: sp.KeyResult | sp.Objective, **fields: Any) -> sp.Objective:  # noqa: ANN401 - fields of an objective
    """Return an objective of the quarter."""
    key_results = [part for part in parts if isinstance(part, sp.KeyResult)]
    children = [part for part in parts if isinstance(part, sp.Objective)]
    return sp.Objective(id=name, **{"period": QUARTER, "key_results": key_results, "children": children, **fields})


def reviewed(*objectives: sp.Objective, owner: str | None = None, period: sp.Period = QUARTER, as_of: date = AS_OF) -> Review:
    """Review objectives."""
    records = sp.Records(org=ORG, objectives=objectives, calendar=CALENDAR)
    return build(records, owner=owner, period=period, as_of=as_of)


def section_of(*objectives: sp.Objective, **others: Any) -> ObjectiveSection:  # noqa: ANN401 - what is asked for
    """Return the section on objectives."""
    section = reviewed(*objectives, **others).objectives
    assert section is not None
    return section


def ids(section: ObjectiveSection) -> list[str]:
    """Return what the lines are about."""
    return [line.score.noun.id for line in section.lines]


def told(review: Review) -> list[tuple[str, str | None]]:
    """Return the rule and the record of each finding on objectives."""
    return [(each.rule, each.record) for each in review.findings if each.rule.startswith("objective")]


# Whose, and which days


def test_an_objective_is_of_whoever_has_it_or_a_key_result_of_it_and_of_the_teams_above_on_the_last_day() -> None:
    tree = objective(
        "o-1",
        objective("o-2", visits("k-1"), owner="south"),
        objective("o-3", objective("o-4", visits("k-2"), owner="bo"), owner="north"),
        objective("o-5", visits("k-3", owner="ada"), visits("k-4")),
    )
    assert ids(section_of(tree)) == ["o-1", "o-2", "k-1", "o-3", "o-4", "k-2", "o-5", "k-3", "k-4"]
    assert ids(section_of(tree, owner="north")) == ["o-3", "o-4", "k-2", "o-5", "k-3", "k-4"]
    assert ids(section_of(tree, owner="south")) == ["o-2", "k-1"]
    assert ids(section_of(tree, owner="bo")) == ["o-4", "k-2"]
    of_ada = section_of(tree, owner="ada")
    assert [(line.score.noun.id, line.level, line.owner) for line in of_ada.lines] == [
        ("o-5", 0, None),
        ("k-3", 1, "ada"),
        ("k-4", 1, None),
    ]
    assert ids(section_of(tree, owner="bo", as_of=date(2026, 7, 31))) == ["o-4", "k-2"]
    assert ids(section_of(tree, owner="south", as_of=date(2026, 7, 31))) == ["o-2", "k-1", "o-4", "k-2"]


def test_objectives_and_key_results_overlap_with_the_period_and_scores_rest_on_all() -> None:
    july, august = sp.Period.month(2026, 7), sp.Period.month(2026, 8)
    year = objective(
        "o-1",
        objective("o-2", visits("k-1", 40, date(2026, 7, 20)), period=july),
        objective("o-3", visits("k-2", 20), visits("k-3", 60, period=july), period=august),
        period=sp.Period.year(2026),
    )
    section = section_of(year, period=august)
    assert ids(section) == ["o-1", "o-3", "k-2"]
    assert section.scores == (assess(year, as_of=AS_OF, calendar=CALENDAR),)
    assert section.scores[0].value == pytest.approx(0.4)
    assert reviewed(year, period=sp.Period.year(2027), as_of=date(2027, 1, 5)).objectives is None
    past = objective("o-0", objective("o-9", period=august), period=july)
    assert ids(section_of(past, period=august)) == ["o-9"]


def test_what_is_said_after_the_last_day_is_not_known_and_a_later_review_of_the_period_is_the_same() -> None:
    graded = objective(
        "o-1", visits("k-1", 30), check_ins=[sp.CheckIn(date(2026, 9, 30), score=1), sp.CheckIn(date(2026, 10, 1), score=0)]
    )
    assert section_of(graded).scores[0].value == pytest.approx(0.3)
    ended = section_of(graded, as_of=date(2026, 9, 30))
    assert (ended.scores[0].value, ended.scores[0].basis) == (1, "stated")
    assert section_of(graded, as_of=date(2026, 12, 1)) == ended


# How old


def test_silence_counts_from_the_last_check_in_or_the_first_day_to_the_last_day_of_the_period() -> None:
    july = sp.Period.month(2026, 7)
    section = section_of(
        objective("o-1", visits("k-1", 5, date(2026, 7, 16)), visits("k-2", 5, date(2026, 7, 17)), visits("k-3")),
        objective("o-2", visits("k-4", 5, date(2026, 7, 30)), period=july),
        objective("o-3", visits("k-5", 5, date(2026, 8, 14)), period=july),
        objective("o-4", period=sp.Period.month(2026, 9)),
        objective("o-5", visits("k-6", 100, date(2026, 7, 1))),
    )
    days = {line.score.noun.id: line.silent_days for line in section.lines if line.is_leaf}
    assert days == {"k-1": 30, "k-2": 29, "k-3": 45, "k-4": 1, "k-5": 0, "o-4": None, "k-6": 45}
    assert [line.score.noun.id for line in section.silent] == ["k-1", "k-3"]


def test_below_an_objective_whose_given_score_counts_nobody_need_speak() -> None:
    given = objective("o-1", objective("o-2", visits("k-1")), check_ins=[sp.CheckIn(date(2026, 7, 10), score=Decimal("0.5"))])
    section = section_of(given)
    assert [(line.score.noun.id, line.is_leaf) for line in section.lines] == [("o-1", True), ("o-2", False), ("k-1", False)]
    assert [line.score.noun.id for line in section.silent] == ["o-1"]


# What a reader should know


def test_findings_tell_what_is_off_track_silent_unscored_or_rests_on_little() -> None:
    early = date(2026, 7, 3)
    review = reviewed(
        objective("o-1", visits("k-1", 10), visits("k-2"), visits("k-3"), owner="ada", title="Win the north"),
        objective("o-2", visits("k-4", 50), owner="bo", check_ins=[sp.CheckIn(AS_OF, score=1)]),
        objective("o-3", visits("k-5", owner="bo")),
        objective("o-4", visits("k-6", 60, early), owner="ada"),
        objective("o-5", visits("k-7"), period=sp.Period.month(2026, 9)),
    )
    assert told(review) == [
        ("objective_coverage", "o-1"),
        ("objective_off_track", "o-1"),
        ("objective_unscored", "o-3"),
        ("objectives_silent", "ada"),
        ("objectives_silent", "bo"),
        ("objective_disagreeing", "o-2"),
    ]
    assert [each.text() for each in review.findings if each.rule.startswith("objective")] == [
        "Win the north: the score rests on 1 of 3 leaves, 33.3% of the weight.",
        "Win the north (Ada) is off track: 0.10, where 0.50 is expected by now.",
        "o-3 has begun, and nothing says how far it is.",
        "Ada: no check-in for 30 days or more on 3 of 4 key results and objectives; on one of them for 45 days.",
        "bo: no check-in for 30 days or more on 1 of 2 key results and objectives; on one of them for 45 days.",
        "o-2: 1.00 was given as its score, and its parts come to 0.50.",
    ]
    assert {each.rule: each.severity for each in review.findings}["nothing_owed"] == "info"
    assert "no_entries" not in {each.rule for each in review.findings}


def test_coverage_is_told_of_the_topmost_and_of_whoever_has_the_key_results() -> None:
    thin = objective("o-3", visits("k-1", 60), visits("k-2", weight=3), owner="ada")
    tree = objective("o-1", objective("o-2", thin), objective("o-4", visits("k-3")))
    assert [pair for pair in told(reviewed(tree)) if pair[0] == "objective_coverage"] == [
        ("objective_coverage", "o-1"),
        ("objective_coverage", "o-3"),
    ]


def test_one_number_has_one_source_and_explains_itself() -> None:
    review = build(SAMPLE, owner=None, period=QUARTER, as_of=date(2026, 9, 16))
    section = review.objectives
    assert section is not None
    roots = sorted(SAMPLE.objectives, key=lambda root: root.id)
    assert section.scores == tuple(assess(root, as_of=date(2026, 9, 16), calendar=SAMPLE.calendar) for root in roots)
    for score in section.scores:
        testing.assert_breakdowns_hold(score.breakdown)
    assert dict(section.statuses) == {"on_track": 4, "at_risk": 1, "off_track": 3, "not_started": 0, "undefined": 0}


# Written


def cells(text: str, name: str) -> list[str]:
    """Return the cells of the row that names an objective or a key result."""
    (row,) = (line for line in text.splitlines() if line.startswith("| ") and name in line)
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_review_of_the_sample_names_what_lags_and_who_is_silent(lang: str) -> None:
    review = build(SAMPLE, owner=None, period=QUARTER, as_of=date(2026, 9, 16))
    text = markdown(review, lang=lang)
    assert {"en": "## Objectives", "zh": "## OKR 目标"}[lang] in text
    found = [each for each in review.findings if each.rule.startswith("objective")]
    assert {(each.rule, each.record) for each in found} == {
        ("objective_off_track", "o-1-2-3"),
        ("objective_off_track", "o-1-2-3-1"),
        ("objective_off_track", "o-1-2-3-2"),
        ("objective_coverage", "o-1-2-3-1"),
        ("objectives_silent", "r-12"),
    }
    assert all(each.text(lang) in text for each in found)


def test_a_report_tells_where_each_kind_of_key_result_stands() -> None:
    steps = [sp.Milestone("draft"), sp.Milestone("signed")]
    measured = (
        visits("ratio", 40, on=AS_OF),
        visits("nothing"),
        sp.KeyResult(
            id="money",
            start=sp.Amount.of(0, sp.CNY),
            target=sp.Amount.of(9000, sp.CNY),
            check_ins=[sp.CheckIn(AS_OF, value=sp.Amount.of("1234.56", sp.CNY), confidence=Decimal("0.4"))],
        ),
        sp.KeyResult(id="steps", kind="milestones", milestones=steps, check_ins=[sp.CheckIn(AS_OF, reached=["draft"] * 2)]),
        sp.KeyResult(id="band", kind="band", band=sp.Band(Decimal(1), Decimal(3)), check_ins=[sp.CheckIn(AS_OF, value=2)]),
        sp.KeyResult(id="yes", kind="yes_no", check_ins=[sp.CheckIn(AS_OF, is_done=True)]),
        sp.KeyResult(id="no", kind="yes_no", check_ins=[sp.CheckIn(AS_OF, is_done=False)]),
        sp.KeyResult(id="scored", kind="scored", check_ins=[sp.CheckIn(AS_OF, score=Decimal("0.3"))]),
    )
    text = markdown(reviewed(objective("o-1", *measured, owner="ada", title="Win the north")))
    stands = {
        name: cells(text, f"· {name} ")[2] for name in ("ratio", "nothing", "money", "steps", "band", "yes", "no", "scored")
    }
    assert stands == {
        "ratio": "40 of 100",
        "nothing": "–",
        "money": "CNY 1,235 of CNY 9,000",
        "steps": "1 of 2",
        "band": "2; 1 to 3",
        "yes": "done",
        "no": "not done",
        "scored": "0.3",
    }
    assert cells(text, "· money")[3:] == ["0.14", "0.50", "off track", "40.0%", "–", "2026-08-15", "0"]
    assert cells(text, "Win the north")[:2] + cells(text, "Win the north")[7:8] == ["Win the north", "Ada", "87.5%"]
    assert "Objectives: 1 (on track 1). Key results: 8, of which 7 have a score." in text
    assert "## Targets that ended unmet" not in text


def test_of_a_large_tree_a_report_keeps_the_upper_levels_and_counts_the_rest() -> None:
    tree = objective("o-0", *(objective(f"o-{number}", visits(f"k-{number}")) for number in range(10, 50)))
    text = markdown(reviewed(tree))
    assert "| · o-49" in text
    assert "k-10 " not in text
    assert "And 40 more below these." in text
    many = markdown(reviewed(*(objective(f"o-{number}", visits(f"k-{number}")) for number in range(10, 90))))
    assert "And 100 more below these." in many
    assert sum(line.startswith("| o-") for line in many.splitlines()) == 60


def test_without_objectives_there_is_no_section() -> None:
    assert reviewed().objectives is None
    assert "## Objectives" not in markdown(reviewed())
