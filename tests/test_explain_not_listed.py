"""What the lists of a report leave out: how many, counted where the report counts them, and who and what these are."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

import attrs
import pytest
from explained import LOOKED, THIRD, labels, values
from hypothesis import given
from hypothesis import strategies as st
from said import NOT_TOLD, Said, list_at_most, unexplained, written
from small_records import company

import salesperf as sp
from salesperf.appraisal import STANDARD_SCHEMES, appraise
from salesperf.commission import statement
from salesperf.feedback import summarize
from salesperf.io.folder import read_sample
from salesperf.report import markdown
from salesperf.review import PEOPLE_KINDS, Audience, PeopleResults, Review, build, explain
from salesperf.review.cutting import Cut, few_of_each, first, topmost

OF_PEOPLE = frozenset({"people.more count", "people.more_items count"})


# Cutting


@st.composite
def trees(draw: st.DrawFn) -> list[SimpleNamespace]:
    """Draw lines, each at most one level below the one before."""
    levels = [0]
    for deeper in draw(st.lists(st.integers(-3, 1), max_size=12)):
        levels.append(max(0, levels[-1] + deeper))
    return [SimpleNamespace(level=level) for level in levels]


def is_whole(cut: Cut[object], items: Sequence[object]) -> bool:
    """Tell whether every item is in one of the two parts, as many times as in the list."""
    return sorted(map(id, (*cut.shown, *cut.rest))) == sorted(map(id, items))


@given(trees(), st.integers(1, 8))
def test_a_tree_is_cut_level_by_level_and_nothing_is_lost(lines: list[SimpleNamespace], most: int) -> None:
    cut = topmost(lines, most)
    assert is_whole(cut, lines)
    assert len(cut.shown) <= most
    deepest = max(line.level for line in cut.shown)
    assert deepest == 0 or all(line.level > deepest for line in cut.rest)
    places = [place for place, line in enumerate(lines) if any(line is each for each in cut.shown)]
    assert [lines[place] for place in places] == list(cut.shown)  # in their order
    assert is_whole(topmost(lines, most, asked=lambda line: line.level == 1), lines)


@given(st.lists(st.sampled_from("abc")), st.integers(1, 4), st.integers(1, 6))
def test_no_kind_crowds_out_the_others(kinds: list[str], most_of_kind: int, most: int) -> None:
    items = [SimpleNamespace(kind=kind) for kind in kinds]
    for cut in (few_of_each(items, lambda item: item.kind, most_of_kind, most), first(items, most)):
        assert is_whole(cut, items)
        assert len(cut.shown) <= most
    every = few_of_each(items, lambda item: item.kind, most_of_kind)
    counts = [sum(item.kind == kind for item in every.shown) for kind in "abc"]
    assert counts == [min(most_of_kind, kinds.count(kind)) for kind in "abc"]


# Whatever a list leaves out


@cache
def long_review() -> Review:
    """Review the sample beside an earlier review of it, with more of whatever it has but one of."""
    before = build(read_sample(), owner=None, period=THIRD, as_of=date(2026, 8, 14))
    review = build(read_sample(), owner=None, period=THIRD, as_of=LOOKED, previous=before)
    assert review.team is not None
    assert review.customers is not None
    reps = tuple(attrs.evolve(member, level=0) for member in review.metrics[0].members if not member.is_team)
    plan = attrs.evolve(review.plans[0], plan=attrs.evolve(review.plans[0].plan, id="again"))
    weak = [attrs.evolve(each, quiet_ratio=4.0, purchase_trend=None) for each in review.customers.accounts]
    joined = attrs.evolve(review.team.headcount, joined=("r-07", "r-01", "r-02"))
    return attrs.evolve(
        review,
        metrics=(attrs.evolve(review.metrics[0], members=reps), *review.metrics[1:]),
        recorded=review.recorded * 2,
        plans=(*review.plans, plan),
        team=attrs.evolve(review.team, headcount=joined, pulses=review.team.pulses * 2),
        customers=attrs.evolve(review.customers, quiet=review.customers.largest[:3], accounts=tuple(weak)),
    )


def not_told(review: Review, records: sp.Records) -> tuple[list[Said], Mapping[str, sp.Breakdown]]:
    """Return what a report counts of what its lists leave out, and the trees of these counts."""
    numbers = explain(review, records=records)
    ours = [address for address in numbers.addresses if "/more" in address or address == "agenda/later"]
    _, said = written(review)
    return [each for each in said if each.place in NOT_TOLD], {name: numbers.tree(name) for name in ours}


def test_what_no_list_tells_is_counted_at_an_address_with_a_name_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    list_at_most(1, monkeypatch)
    said, found = not_told(long_review(), read_sample())
    # No risk of the review before is gone; where several are, test_review_follow_up.py counts them.
    assert {each.place for each in said} == NOT_TOLD - OF_PEOPLE - {"previous.risks_more count"}
    assert unexplained(said, found) == []
    for address, tree in found.items():
        assert tree.holds(), address
        assert tree.value == len(tree.parts) or address.endswith("/value"), address
    # Of three who joined two are not named, and neither is the other plan.
    assert labels(found["team/joined/more"]) == ["r-01", "r-02"]
    assert values(found["plans/more/late"]) == [1]


def test_what_has_room_is_told_and_has_no_such_number(monkeypatch: pytest.MonkeyPatch) -> None:
    list_at_most(1_000, monkeypatch)
    said, found = not_told(long_review(), read_sample())
    # But for single reps below teams, who are told of the first metric alone, and for remarks that came and went.
    assert {each.place for each in said} == {"reps_left_out count", "previous.gone_more count", "previous.new_more count"}
    never = ("/members/", "previous/findings/")
    assert [name for name, tree in found.items() if tree.value and not any(part in name for part in never)] == []


def test_as_many_as_are_meant_to_be_are_told_of_the_sample() -> None:
    said, found = not_told(long_review(), read_sample())
    assert unexplained(said, found) == []
    # 27 targets were missed, of which 20 are told; and 17 follow-ups are overdue, of which 10 are.
    assert (found["unmet/more"].value, found["leads/overdue/more"].value) == (7, 7)
    assert Said("more_unmet count", 7) in said
    # Were one not at its address, or another number there, it would be seen.
    wrong = [{**found, "unmet/more": found["deals/solution/actionable/more"]}, {**found}]
    del wrong[1]["unmet/more"]
    assert [unexplained(said, trees) for trees in wrong] == [[Said("more_unmet count", 7)]] * 2


def test_effects_that_are_not_told_are_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    list_at_most(2, monkeypatch)
    _, found = not_told(long_review(), read_sample())
    variance = long_review().variance
    assert variance is not None
    rows = (line for line in markdown(long_review()).splitlines() if "together" in line)
    for place, line in enumerate(variance.lines, 1):
        together = found.get(f"variance/{place}/effects/more/value")
        assert (together is None) == (len(line.moved) <= 2)
        if together is not None:
            assert isinstance(together.value, sp.Amount)
            assert together.value == sp.Amount.total([effect.value for effect in line.moved[2:]], line.variance.before.unit)
            row = next(row for row in rows if f" {len(line.moved) - 2} more, together " in row)
            assert f" {'+' * (together.value.minor > 0)}{together.value.rounded_text(0)} " in row


# People


def test_of_people_as_many_are_counted_as_their_audience_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    list_at_most(1, monkeypatch)
    names = ("nan", "ada", "bo")
    org = sp.Org(teams=[sp.Team(id="north", manager="nan")], reps=[sp.Rep(id=rep, team="north") for rep in names])
    plan = sp.CommissionPlan(
        key="field",
        unit=sp.CNY,
        period=sp.Period.year(2026),
        rated=[sp.RatedPay(key="sales", rates=[sp.PayRate(rate=Decimal("0.05"))])],
    )
    entries = [
        sp.Entry(id=f"e-{day}", payee="nan", on=date(2026, 8, day), amount=sp.Amount.of(100, sp.CNY)) for day in (3, 4, 5)
    ]
    parts = {"attainment": 1.0, "initiative": 4}
    ratings = [
        sp.Rating(subject=subject, rater=f"peer-{number}", relation="peer", item="calm", points=4)
        for subject in ("nan", "ada")
        for number in range(5)
    ]
    people = PeopleResults(
        statements=[statement(plan, entries, payee=payee, period=sp.Period.month(2026, 8)) for payee in names],
        appraisals=[appraise(rep, parts, STANDARD_SCHEMES["rep"], period=THIRD) for rep in names],
        feedback={date(2026, 9, 1): summarize(ratings, weights={"peer": 1}, scale=(1, 5))},
    )
    audience = Audience(reader="nan", may_see=PEOPLE_KINDS)
    records = sp.Records(org=org)
    review = build(records, owner=None, period=THIRD, as_of=date(2026, 10, 12), audience=audience, people=people)
    said, found = not_told(review, records)
    assert {each.place for each in said} - {"agenda.more count"} == OF_PEOPLE
    assert unexplained(said, found) == []
    counts = {name.removeprefix("people/").removesuffix("/more"): found[name].value for name in found if "people/" in name}
    assert counts == {"pay": 2, "items": 2, "appraisals": 2, "feedback": 1}
    assert labels(found["people/items/more"]) == [
        "2026-08-04, e-4, sales",
        "2026-08-05, e-5, sales",
    ]


# Actions that ended before


def test_actions_that_ended_earlier_are_counted_and_named_where_they_are_at_hand() -> None:
    done = [sp.StatusChange(date(2026, 5, 4), "done")]
    actions = [
        sp.Action(id=f"a-{number}", title=title, owner="ada", created=date(2026, 4, 1), due=date(2026, 9, 1), history=history)
        for number, (title, history) in enumerate((("Train", done), ("Call", []), ("Visit", done)))
    ]
    records = sp.Records(org=company("ada"), actions=actions)
    review = build(records, owner=None, period=THIRD, as_of=THIRD.last)
    for known, names in ((records, ["Train", "Visit"]), (None, [])):
        tree = explain(review, records=known).tree("actions/left_out")
        assert tree.value == 2
        assert labels(tree) == names
