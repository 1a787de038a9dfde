"""Laws of grading: cases come and go without a trace, order never matters, no day knows the next, and reasons sum to scores."""

from datetime import date, timedelta
from typing import Any, Final

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesperf import Lead, LeadChange, Touch, testing
from salesperf.grading import (
    STANDARD_GRADES,
    Codes,
    NaiveBayes,
    TemperaturePolicy,
    TouchRule,
    backtest_leads,
    grade,
    learn,
    temperature,
)
from salesperf.model.lead import LeadStatus

FIRST = date(2026, 1, 1)
ENDS: Final[tuple[LeadStatus | None, ...]] = ("converted", "disqualified", None)
FACTS = ("channel", "size", "tags")

values = st.none() | st.sampled_from(("a", "b", "c"))
rows = st.fixed_dictionaries(
    {
        "channel": values,
        "size": st.none() | st.integers(0, 2),
        "tags": st.lists(values, max_size=3).map(tuple),
        "won": st.booleans(),
    }
)
smoothings = st.sampled_from((1.0, 0.25, "odoo"))


def table(cases: list[dict[str, Any]], smoothing: Any = 1.0) -> NaiveBayes:  # noqa: ANN401 - a number or a name
    columns = {name: [case[name] for case in cases] for name in FACTS}
    return NaiveBayes.fit(columns, np.array([case["won"] for case in cases], np.bool_), smoothing=smoothing)


@given(st.lists(rows, max_size=8), rows)
def test_a_case_that_was_added_and_removed_leaves_the_table_identical(cases: list[dict[str, Any]], one: dict[str, Any]) -> None:
    before = table(cases)
    after = before + table([one])
    assert after == table([*cases, one])
    assert after - table([one]) == before
    assert repr(after - table([one])) == repr(before)


@given(st.lists(rows, max_size=4), st.lists(rows, max_size=4), st.lists(rows, max_size=4))
def test_tables_merge_in_any_order_and_the_empty_one_changes_nothing(
    a: list[dict[str, Any]], b: list[dict[str, Any]], c: list[dict[str, Any]]
) -> None:
    testing.assert_monoid(table(a), table(b), table(c), NaiveBayes.empty(FACTS))
    assert table(a) + table(b) == table([*b, *a])


@given(st.lists(rows, min_size=1, max_size=12), rows, smoothings)
def test_the_explanation_sums_to_the_score_and_one_case_agrees_with_a_column(
    cases: list[dict[str, Any]], asked: dict[str, Any], smoothing: object
) -> None:
    counted = table(cases, smoothing)
    assume(smoothing == "odoo" or (counted.won and counted.lost))
    told = counted.explain(asked, unknown="as_missing")
    assert told.breakdown.holds()
    assert told.base + sum(each.log_odds for each in told.evidence) == pytest.approx(told.log_odds, rel=0, abs=1e-12)
    columns = {name: [asked[name], None] for name in FACTS}
    assert counted.log_odds(columns, unknown="as_missing")[0] == told.log_odds
    assert counted.probability(columns, unknown="as_missing")[0] == told.value
    assert 0 < told.value < 1


@st.composite
def leads(draw: st.DrawFn) -> Lead:
    begin = FIRST + timedelta(draw(st.integers(0, 40)))
    history = [LeadChange(begin, status="new")]
    end: LeadStatus | None = draw(st.sampled_from(ENDS))
    if end is not None:
        history.append(LeadChange(begin + timedelta(draw(st.integers(0, 40))), status=end))
    return Lead(id=f"l-{draw(st.integers(0, 10**6))}", channel=draw(values), history=history)


@given(st.lists(leads(), max_size=12, unique_by=lambda lead: lead.id), st.integers(0, 60), st.randoms(use_true_random=False))
def test_what_was_learnt_on_a_day_knows_nothing_of_what_came_later(drawn: list[Lead], days: int, random: Any) -> None:  # noqa: ANN401 - random.Random
    day = FIRST + timedelta(days)
    learnt = learn(drawn, ["channel"], as_of=day, maturity_days=10)
    known = [lead for lead in (each.as_of(day) for each in drawn) if lead is not None]
    random.shuffle(known)
    assert learn(known, ["channel"], as_of=day, maturity_days=10) == learnt
    turned = [attrs.evolve(lead, history=[*lead.history, LeadChange(day + timedelta(99), status="working")]) for lead in drawn]
    assert learn(turned, ["channel"], as_of=day, maturity_days=10) == learnt


def turned_after(day: date, change: LeadChange) -> LeadChange:
    """Turn an end after the day into the other one."""
    assert change.on is not None
    if change.on <= day or change.status == "new":
        return change
    return attrs.evolve(change, status="converted" if change.status == "disqualified" else "disqualified")


@given(st.lists(leads(), min_size=8, max_size=16, unique_by=lambda lead: lead.id), st.integers(10, 35))
def test_a_backtest_tells_each_chance_from_its_day_alone(drawn: list[Lead], days: int) -> None:
    day, until = FIRST + timedelta(days), FIRST + timedelta(100)
    learnt = learn(drawn, ["channel"], as_of=day, maturity_days=5, smoothing="odoo")
    assume(learnt.table.cases)
    told = backtest_leads(drawn, ["channel"], [day], until=until, maturity_days=5, smoothing="odoo")
    assert told.days[0].learnt == learnt
    assert told.days[0].judged == told.calibration.n
    # Whatever they came to, the same chances were told: only the outcomes are turned round.
    turned = [attrs.evolve(lead, history=[turned_after(day, change) for change in lead.history]) for lead in drawn]
    other = backtest_leads(turned, ["channel"], [day], until=until, maturity_days=5, smoothing="odoo")
    assert [each.mean_probability for each in other.calibration.reliability] == [
        each.mean_probability for each in told.calibration.reliability
    ]
    assert other.calibration.won == told.calibration.n - told.calibration.won


KINDS = ("call", "visit", "comment")
OUTCOMES = (None, "interested", "no_answer")

touches = st.builds(
    Touch,
    on=st.dates(FIRST, FIRST + timedelta(60)),
    kind=st.sampled_from(KINDS),
    outcome=st.sampled_from(OUTCOMES),
)
rules = st.builds(
    TouchRule,
    points=st.integers(-40, 40) | st.floats(-40, 40),
    kind=st.none() | st.sampled_from(KINDS),
    outcome=st.sampled_from(OUTCOMES),
    family=st.none() | st.sampled_from(("web", "talk")),
)


@st.composite
def policies(draw: st.DrawFn) -> TemperaturePolicy:
    drawn = draw(st.lists(rules, max_size=5))
    families = sorted({rule.family for rule in drawn if rule.family is not None})
    caps = {family: draw(st.integers(0, 30)) for family in families if draw(st.booleans())}
    return TemperaturePolicy(drawn, half_life_days=draw(st.sampled_from((1, 7, 14, 30.5))), caps=caps)


def touched(some: list[Touch]) -> Lead:
    return Lead(id="l-1", history=[LeadChange(FIRST, status="new")], touches=some)


@given(policies(), st.lists(touches, max_size=10), st.integers(0, 70), st.randoms(use_true_random=False))
def test_shuffling_touches_changes_no_temperature_and_later_ones_are_ignored(
    policy: TemperaturePolicy,
    drawn: list[Touch],
    days: int,
    random: Any,  # noqa: ANN401 - random.Random
) -> None:
    day = FIRST + timedelta(days)
    told = temperature(touched(drawn), as_of=day, policy=policy)
    shuffled = random.sample(drawn, len(drawn))
    assert policy.score(shuffled, as_of=day).value == told.score
    assert temperature(touched(shuffled), as_of=day, policy=policy) == told
    earlier = [touch for touch in drawn if touch.on <= day]
    assert temperature(touched(earlier), as_of=day, policy=policy) == told


@given(policies(), st.lists(touches, max_size=10), st.integers(0, 70))
def test_the_entries_and_caps_of_a_temperature_sum_to_it(policy: TemperaturePolicy, drawn: list[Touch], days: int) -> None:
    told = policy.score(drawn, as_of=FIRST + timedelta(days))
    assert told.breakdown.holds()
    parts = [*(entry.value for entry in told.entries), *told.caps.values()]
    assert sum(round(part * 1e9) for part in parts) == round(told.value * 1e9)
    for family, cap in policy.caps.items():
        held = sum(entry.value for entry in told.entries if entry.rule.family == family) + told.caps.get(family, 0.0)
        assert held <= float(cap) + 1e-9


@given(st.floats(-1000, 1000), st.sampled_from((1, 7, 14, 30)), st.integers(0, 3))
def test_two_half_lives_make_a_quarter(points: float, half_life: int, halvings: int) -> None:
    policy = TemperaturePolicy([TouchRule(points=points)], half_life_days=half_life)
    day = FIRST + timedelta(half_life * halvings)
    # An entry is rounded to nine digits after the point.
    expected = pytest.approx(points / 2**halvings, rel=1e-15, abs=0.5000001e-9)
    assert policy.score([Touch(FIRST, "call")], as_of=day).value == expected


@given(policies(), st.lists(st.tuples(st.integers(0, 3), touches), max_size=20), st.integers(0, 70))
def test_the_temperature_of_one_lead_and_of_a_column_agree_to_the_bit(
    policy: TemperaturePolicy, drawn: list[tuple[int, Touch]], days: int
) -> None:
    day = FIRST + timedelta(days)
    columns: dict[str, Any] = {
        "lead": Codes(np.array([number for number, _ in drawn], np.int64), tuple(range(4))),
        "kind": Codes.of([touch.kind for _, touch in drawn]),
        "outcome": Codes.of([touch.outcome for _, touch in drawn]),
        "on": np.array([touch.on for _, touch in drawn], "datetime64[D]"),
    }
    scores = policy.score_columns(**columns, as_of=day)
    expected = [
        temperature(touched([touch for who, touch in drawn if who == lead]), as_of=day, policy=policy) for lead in range(4)
    ]
    assert scores.tolist() == [told.score for told in expected]
    assert policy.bands.band_columns(scores).tolist() == [told.grade for told in expected]


needs = st.none() | st.sampled_from(("urgent", "clear", "vague", "none"))
levels = st.none() | st.sampled_from(("high", "medium", "low"))
known = st.fixed_dictionaries({"need": needs, "purchasing_power": levels, "willingness": levels})


@given(st.lists(known, max_size=6))
def test_the_grade_of_one_lead_and_of_a_column_agree_and_the_breakdown_holds(drawn: list[dict[str, str | None]]) -> None:
    columns = {name: np.array([facts[name] for facts in drawn], object) for name in ("need", "purchasing_power", "willingness")}
    graded = [
        grade(
            Lead(
                id="l-1",
                history=[LeadChange(FIRST, status="new")],
                facts={name: value for name, value in facts.items() if value is not None},
            ),
            as_of=FIRST,
        )
        for facts in drawn
    ]
    assert STANDARD_GRADES.grade_columns(columns).tolist() == [told.grade for told in graded]
    assert all(told.breakdown.holds() for told in graded)
