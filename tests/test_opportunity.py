"""Opportunities: the dated history is the state. What looking back may find is in ``laws/test_opportunity_laws.py``."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from inspect import Parameter, signature
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
from examples import at_most
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salesperf import (
    CNY,
    FORECAST_CATEGORIES,
    USD,
    Amount,
    Change,
    Contact,
    FrozenMap,
    InvalidValueError,
    Opportunity,
    SalesperfError,
    UnitMismatchError,
    Visit,
)
from salesperf.model.change import CHANGING_FIELDS, TELLTALE_FIELDS
from salesperf.testing import assert_deal_forgets, assert_no_personal_data, changes, opportunities

SEPTEMBER_1, SEPTEMBER_5, SEPTEMBER_9 = (date(2026, 9, day) for day in (1, 5, 9))
LEAD = Change(SEPTEMBER_1, stage="lead")
ONE_DAY = timedelta(days=1)

some = settings(max_examples=at_most(50))


def yuan(number: int) -> Amount:
    return Amount.of(number, CNY)


def deal(*history: Change, **others: Any) -> Opportunity:  # noqa: ANN401 - the fields of the class
    return Opportunity(id="o-1", history=history or (LEAD,), **others)


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(SalesperfError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


def outcome(make: Callable[[], object]) -> object:
    try:
        return make()
    except SalesperfError as error:
        return type(error), error.code, error.path, str(error)


def the_long_way(kind: type, **fields: Any) -> object:  # noqa: ANN401 - the fields of the class
    """Make a noun as attrs does, which calls the validator of each field."""
    noun: Any = object.__new__(kind)
    noun.__attrs_init__(**fields)
    return noun


class Name(str):
    """Text, and yet not plain text."""

    __slots__ = ()


# What is right at a glance is what attrs finds right

TEXTS = st.sampled_from([None, "lead", "谈判", "a b", "", " lead", "\ud800", Name("lead"), b"lead", 7])
DAYS = st.sampled_from([None, SEPTEMBER_1, SEPTEMBER_9, datetime(2026, 9, 1, tzinfo=UTC), "2026-09-01"])
SEVERAL: st.SearchStrategy[Any] = st.sampled_from([(), [], ("a",), ["b", "a"], "a", None, (7,), {}])


@settings(max_examples=at_most(300))
@given(
    st.fixed_dictionaries(
        {"on": DAYS},
        optional={
            "stage": TEXTS,
            "amount": st.sampled_from([None, Amount.of(1, CNY), 1]),
            "expected_close": DAYS,
            "owner": TEXTS,
            "category": st.sampled_from([None, "commit", Name("commit"), "sure", ["commit"]]),
            "grade": TEXTS,
            "reason": TEXTS,
            "evidence": SEVERAL,
        },
    )
)
def test_a_change_is_made_or_refused_as_by_the_validators_of_its_fields(fields: dict[str, Any]) -> None:
    assert outcome(lambda: Change(**fields)) == outcome(lambda: the_long_way(Change, **fields))


FACTS = st.sampled_from(
    [
        {},
        {"product": "A", "next_action_on": SEPTEMBER_1, "seats": 7, "is_new": True},
        FrozenMap({"product": "甲", "rate": Decimal("0.5")}),
        {" product": "A"},
        {"product": "\ud800"},
        {"rate": 0.5},
        {"rate": Decimal("nan")},
        {"products": ["A"]},
        {1: "A", "b": "B"},
        [("product", "A")],
        None,
    ]
)
LATER = Change(SEPTEMBER_5, stage="proposal", amount=Amount.of(1, CNY))


@settings(max_examples=at_most(300))
@given(
    st.fixed_dictionaries(
        {
            "id": TEXTS,
            "history": st.sampled_from(
                [[LEAD], (LEAD, LATER), (LATER, LEAD), (LEAD, LEAD), (), [None], None, (LEAD, "x"), {LEAD}]
            ),
        },
        optional={
            "facts": FACTS,
            "contacts": st.sampled_from([(), [], [Contact(id="c")], [Contact(id="c")] * 2, None]),
            "competitors": SEVERAL,
            "customer": TEXTS,
            "lead": TEXTS,
            "process": TEXTS,
            "as_exported": st.sampled_from([(), [], ["owner"], ["stage"], None]),
            "exported": DAYS,
        },
    )
)
def test_a_deal_is_made_or_refused_as_by_the_validators_of_its_fields(fields: dict[str, Any]) -> None:
    assert outcome(lambda: Opportunity(**fields)) == outcome(lambda: the_long_way(Opportunity, **fields))


@pytest.mark.parametrize("kind", [Change, Opportunity])
def test_the_arguments_are_the_fields_with_their_defaults(kind: type) -> None:
    arguments = list(signature(kind).parameters.values())
    fields = attrs.fields(kind)
    assert [(each.name, each.kind is each.KEYWORD_ONLY) for each in arguments] == [(each.name, each.kw_only) for each in fields]
    assert [each.default for each in arguments] == [
        Parameter.empty if each.default is attrs.NOTHING else each.default for each in fields
    ]


def test_what_can_be_gone_through_but_once_is_gone_through_once() -> None:
    def failing() -> Iterator[tuple[str, str]]:
        yield ("product", "A")
        raise TypeError  # of the caller

    assert deal(facts=iter({"product": "A"}.items())).facts == {"product": "A"}
    assert Opportunity(id="o-1", history=iter([LEAD])).history == (LEAD,)
    with pytest.raises(TypeError):  # rather than to go on with what is left
        deal(facts=failing())


# The history is the state


@given(opportunities())
def test_what_is_current_is_what_was_said_last(drawn: Opportunity) -> None:
    for name in ("stage", *CHANGING_FIELDS):
        said = [getattr(change, name) for change in drawn.history if getattr(change, name) is not None]
        assert getattr(drawn, name) == (said[-1] if said else None)
    assert drawn.evidence == {key for change in drawn.history for key in change.evidence}


@given(opportunities())
def test_visits_lie_end_to_end_from_the_first_change_to_the_stage_of_today(drawn: Opportunity) -> None:
    visits = drawn.visits
    assert (visits[0].start, visits[-1].stage, visits[-1].end) == (drawn.created, drawn.stage, None)
    assert all(one.end == other.start and one.stage != other.stage for one, other in pairwise(visits))
    assert len(visits) == sum(change.stage is not None for change in drawn.history)


@given(opportunities(), st.data())
def test_a_history_in_another_order_of_days_is_refused(drawn: Opportunity, data: st.DataObject) -> None:
    dated = [change for change in drawn.history if change.on is not None]
    order = data.draw(st.permutations(dated))
    on = [change.on for change in order if change.on is not None]
    assume(on != sorted(on))
    moved = [attrs.evolve(change, stage=f"s{number}") for number, change in enumerate(order)]
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(drawn, history=moved)
    assert caught.value.code == "history_order"


@given(opportunities(), st.randoms(use_true_random=False))
def test_the_order_of_names_never_matters_nor_does_repeating_them(drawn: Opportunity, random: Any) -> None:  # noqa: ANN401 - has no public type
    twice = {name: 2 * getattr(drawn, name) for name in ("competitors", "as_exported")}
    assert attrs.evolve(drawn, **{name: random.sample(names, len(names)) for name, names in twice.items()}) == drawn


# Looking back


@given(opportunities())
def test_at_the_end_of_time_everything_is_known(drawn: Opportunity) -> None:
    assert drawn.as_of(date.max) is drawn


def test_the_last_day_still_counts() -> None:
    known = deal(LEAD, Change(SEPTEMBER_5, stage="proposal"))
    assert known.as_of(SEPTEMBER_1 - ONE_DAY) is None
    assert known.as_of(SEPTEMBER_5 - ONE_DAY) == deal()
    assert known.as_of(SEPTEMBER_5) == known


def test_a_deal_without_a_day_is_held_and_counts_as_undated() -> None:
    undated = deal(Change(None, stage="lead", amount=yuan(5)), Change(SEPTEMBER_5, stage="proposal"))
    assert (undated.is_undated, undated.created, undated.last_change) == (True, None, SEPTEMBER_5)
    assert undated.as_of(date.min) == deal(Change(None, stage="lead", amount=yuan(5)))
    assert undated.visits == (Visit("lead", None, SEPTEMBER_5), Visit("proposal", SEPTEMBER_5, None))
    dated = deal()
    assert (dated.is_undated, dated.created, dated.last_change) == (False, SEPTEMBER_1, SEPTEMBER_1)


EXPORTED = deal(
    Change(SEPTEMBER_1, stage="lead", amount=yuan(0), expected_close=SEPTEMBER_9, owner="ada"),
    Change(SEPTEMBER_5, grade="A"),
    Change(SEPTEMBER_9, stage="lost", reason="price"),
    as_exported=["owner", "amount", "grade", "amount"],
    exported=date(2026, 9, 30),
)
"""A lost deal whose source keeps the last owner, amount and grade only: an amount of 0 would give the loss away."""


def test_what_would_give_the_outcome_away_is_withheld_and_the_owner_is_marked() -> None:
    before = EXPORTED.as_of(SEPTEMBER_5)
    assert before == deal(
        Change(SEPTEMBER_1, stage="lead", expected_close=SEPTEMBER_9, owner="ada"),
        as_exported=("amount", "grade", "owner"),
        exported=date(2026, 9, 30),
    )
    assert (before.amount, before.grade, before.owner) == (None, None, "ada")


def test_on_the_day_of_the_export_its_values_are_known() -> None:
    assert EXPORTED.as_of(date(2026, 9, 30)) is EXPORTED
    day_before = EXPORTED.as_of(date(2026, 9, 29))
    assert day_before is not None
    assert (day_before.stage, day_before.reason, day_before.amount) == ("lost", "price", None)


def test_a_field_that_changes_is_either_telltale_or_stays_marked() -> None:
    assert set(CHANGING_FIELDS) - TELLTALE_FIELDS == {"owner"}


# Exports that repeat the stage


@some
@given(opportunities())
def test_collapsing_repeated_stages_changes_no_visit_and_no_current_value(drawn: Opportunity) -> None:
    stage = None
    repeating = []
    for change in drawn.history:
        stage = change.stage or stage
        repeating.append(attrs.evolve(change, stage=stage))
    collapsed = Opportunity.of(**{**fields_of(drawn), "history": repeating}, repeats="collapse")
    assert collapsed == drawn


@given(opportunities())
def test_collapsing_what_does_not_repeat_changes_nothing(drawn: Opportunity) -> None:
    assert Opportunity.of(**fields_of(drawn), repeats="collapse") == Opportunity.of(**fields_of(drawn)) == drawn


def fields_of(drawn: Opportunity) -> dict[str, Any]:
    return {field.name: getattr(drawn, field.name) for field in attrs.fields(Opportunity)}


def test_a_row_that_only_repeats_the_stage_is_left_out_and_what_else_it_says_is_kept() -> None:
    rows = [LEAD, Change(SEPTEMBER_5, stage="lead"), Change(SEPTEMBER_9, stage="lead", evidence=["met"])]
    collapsed = Opportunity.of(id="o-1", history=iter(rows), repeats="collapse")
    assert collapsed.history == (LEAD, Change(SEPTEMBER_9, evidence=("met",)))
    assert code_and_path(lambda: Opportunity.of(id="o-1", history=rows)) == (
        "history_repeats",
        "Opportunity",
        "o-1",
        "history",
        1,
        "stage",
    )


def test_whatever_is_no_change_is_refused_after_collapsing_too() -> None:
    wrong: Any = [LEAD, "lead"]
    assert code_and_path(lambda: Opportunity.of(id="o-1", history=wrong, repeats="collapse")) == (
        "wrong_type",
        "Opportunity",
        "history",
        1,
    )
    assert code_and_path(lambda: Opportunity.of(id="o-1", history=7, repeats="collapse")) == (  # type: ignore[arg-type] # wrong on purpose
        "wrong_type",
        "Opportunity",
        "history",
    )
    assert code_and_path(lambda: Opportunity.of(id="o-1", history=[LEAD], repeats="keep")) == ("choice", "repeats")  # type: ignore[arg-type] # wrong on purpose


def salesforce_rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def salesforce_change(row: Mapping[str, str], column: str) -> Change:
    return Change(
        date.fromisoformat(row[column][:10]),
        stage=row["stage_name"],
        amount=Amount.of(row["amount"], USD) if row["amount"] else None,
        expected_close=date.fromisoformat(row["close_date"][:10]),
        owner=row["owner_id"],
    )


def test_salesforce_rows_for_every_edit_repeat_the_stage(data_folder: Callable[[str], Path]) -> None:
    # Source: the Salesforce seeds of fivetran's dbt package, Apache-2.0: a row of the history table is the whole record as
    # of an edit, so it repeats the stage of the row before; here that is the current table's, taken as of creation.
    folder = data_folder("crm_exports")
    current = {row["id"]: row for row in salesforce_rows(folder, "sf_opportunity_data.csv")}
    edits = {row["id"]: row for row in salesforce_rows(folder, "sf_opportunity_history_data.csv")}
    assert len(edits) == 10
    for id_, edit in edits.items():
        history = [salesforce_change(current[id_], "created_date"), salesforce_change(edit, "_fivetran_start")]
        with pytest.raises(InvalidValueError) as caught:
            Opportunity(id=id_, history=history)
        assert (caught.value.code, caught.value.path[2:]) == ("history_repeats", ("history", 1, "stage"))
        known = Opportunity.of(id=id_, history=history, repeats="collapse")
        assert [visit.start for visit in known.visits] == [history[0].on]
        assert known.history[1] == attrs.evolve(history[1], stage=None)
    # One of them, "Chewbaca", is expected to close twelve days before it was created: real, and no fault of a history.
    chewbaca = salesforce_change(edits["006q000000HddueAAB"], "created_date")
    assert (chewbaca.on, chewbaca.expected_close) == (date(2018, 12, 19), date(2018, 12, 7))


# What is a change


@given(changes())
def test_a_change_says_something(drawn: Change) -> None:
    assert drawn.stage or drawn.evidence or any(getattr(drawn, name) is not None for name in CHANGING_FIELDS)


def test_an_amount_of_zero_is_a_change() -> None:
    assert Change(SEPTEMBER_1, amount=yuan(0)).amount == yuan(0)


@pytest.mark.parametrize("category", FORECAST_CATEGORIES)
def test_a_change_may_be_of_the_forecast_category_alone(category: Any) -> None:  # noqa: ANN401 - one of the words
    assert deal(LEAD, Change(SEPTEMBER_5, category=category)).category == category


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({}, ("change_empty", "Change")),
        ({"evidence": ()}, ("change_empty", "Change")),
        ({"on": "2026-09-01"}, ("wrong_type", "Change", "on")),
        ({"on": datetime(2026, 9, 1, tzinfo=UTC)}, ("date_is_datetime", "Change", "on")),
        ({"stage": ""}, ("empty", "Change", "stage")),
        ({"stage": 7}, ("wrong_type", "Change", "stage")),
        ({"amount": 100}, ("wrong_type", "Change", "amount")),
        ({"expected_close": "soon"}, ("wrong_type", "Change", "expected_close")),
        ({"owner": " ada"}, ("empty", "Change", "owner")),
        ({"category": "sure"}, ("choice", "Change", "category")),
        ({"category": ["commit"]}, ("choice", "Change", "category")),
        ({"grade": 1}, ("wrong_type", "Change", "grade")),
        ({"reason": ""}, ("empty", "Change", "reason")),
        ({"evidence": "met"}, ("wrong_type", "Change", "evidence")),
        ({"evidence": ["met", ""]}, ("empty", "Change", "evidence", 1)),
    ],
)
def test_a_malformed_change_is_refused(arguments: dict[str, Any], found: tuple[object, ...]) -> None:
    assert code_and_path(lambda: Change(**{"on": SEPTEMBER_1, **arguments})) == found


# What is an opportunity


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"id": ""}, ("empty", "Opportunity", "id")),
        ({"history": ()}, ("history_empty", "Opportunity", "o-1", "history")),
        ({"history": LEAD}, ("wrong_type", "Opportunity", "history")),
        ({"history": [LEAD, None]}, ("wrong_type", "Opportunity", "history", 1)),
        ({"history": [Change(SEPTEMBER_1, grade="A")]}, ("history_begins", "Opportunity", "o-1", "history", 0, "stage")),
        (
            {"history": [LEAD, Change(None, stage="proposal")]},
            ("history_undated", "Opportunity", "o-1", "history", 1, "on"),
        ),
        (
            {"history": [Change(None, stage="lead"), Change(None, grade="A")]},
            ("history_undated", "Opportunity", "o-1", "history", 1, "on"),
        ),
        (
            {"history": [Change(SEPTEMBER_5, stage="lead"), Change(SEPTEMBER_1, grade="A")]},
            ("history_order", "Opportunity", "o-1", "history", 1, "on"),
        ),
        (
            {"history": [LEAD, Change(SEPTEMBER_5, grade="A"), Change(SEPTEMBER_9, stage="lead")]},
            ("history_repeats", "Opportunity", "o-1", "history", 2, "stage"),
        ),
        ({"facts": {"product": 0.5}}, ("wrong_type", "Opportunity", "facts", 0)),
        ({"facts": 7}, ("wrong_type", "Opportunity", "facts")),
        ({"contacts": [Contact(id="c-1"), "c-2"]}, ("wrong_type", "Opportunity", "contacts", 1)),
        ({"contacts": [Contact(id="c-1")] * 2}, ("not_unique", "Opportunity", "o-1", "contacts", 1, "id")),
        ({"competitors": "Acme"}, ("wrong_type", "Opportunity", "competitors")),
        ({"competitors": ["Acme", 7]}, ("wrong_type", "Opportunity", "competitors", 1)),
        ({"competitors": ["Acme", " Zeta "]}, ("empty", "Opportunity", "competitors", 0)),
        ({"customer": 7}, ("wrong_type", "Opportunity", "customer")),
        ({"lead": ""}, ("empty", "Opportunity", "lead")),
        ({"process": ""}, ("empty", "Opportunity", "process")),
        ({"as_exported": ["stage"], "exported": SEPTEMBER_9}, ("choice", "Opportunity", "as_exported", 0)),
        ({"as_exported": ["amount"]}, ("exported_missing", "Opportunity", "o-1", "exported")),
        ({"exported": "2026-09-30"}, ("wrong_type", "Opportunity", "exported")),
    ],
)
def test_a_malformed_opportunity_is_refused(arguments: dict[str, Any], found: tuple[object, ...]) -> None:
    assert code_and_path(lambda: Opportunity(**{"id": "o-1", "history": [LEAD], **arguments})) == found


def test_amounts_in_two_currencies_are_refused() -> None:
    with pytest.raises(UnitMismatchError) as caught:
        deal(
            Change(SEPTEMBER_1, stage="lead", amount=yuan(5)),
            Change(SEPTEMBER_5, grade="A"),
            Change(SEPTEMBER_9, amount=Amount.of(5, USD)),
        )
    assert (caught.value.code, caught.value.path) == ("unit_mismatch", ("Opportunity", "o-1", "history", 2, "amount"))


def test_amounts_in_equal_units_need_not_share_one_object() -> None:
    copied = Amount(minor=600, unit=attrs.evolve(CNY))
    assert copied.unit is not CNY
    assert deal(Change(SEPTEMBER_1, stage="lead", amount=yuan(5)), Change(SEPTEMBER_5, amount=copied)).amount == yuan(6)


def test_changes_of_one_day_are_kept_in_the_order_given() -> None:
    busy = deal(LEAD, Change(SEPTEMBER_1, stage="proposal"), Change(SEPTEMBER_1, stage="lead"))
    assert [visit.stage for visit in busy.visits] == ["lead", "proposal", "lead"]
    assert busy.as_of(SEPTEMBER_1) == busy


def test_facts_may_be_any_mapping_and_competitors_any_names() -> None:
    given = deal(facts={"product": "A", "next_action_on": SEPTEMBER_9}, competitors=iter(["Zeta", "Acme", "Zeta"]))
    assert given.facts == FrozenMap({"next_action_on": SEPTEMBER_9, "product": "A"})
    assert given.competitors == ("Acme", "Zeta")


@pytest.mark.parametrize(("day", "code"), [(datetime(2026, 9, 1, tzinfo=UTC), "date_is_datetime"), ("2026", "wrong_type")])
def test_a_day_to_look_back_from_is_a_date(day: Any, code: str) -> None:  # noqa: ANN401 - wrong on purpose
    assert code_and_path(lambda: deal().as_of(day)) == (code, "day")


def test_the_people_who_decide_are_hidden_from_the_repr() -> None:
    decided_by = Contact(id="c-1", role="economic_buyer", name="Zhang Wei", email="zhang@example.com", phone="13800138000")
    assert_no_personal_data(deal(contacts=[decided_by]), ["Zhang Wei", "zhang@example.com", "13800138000"])


# The law for embedders says what is wrong


class Keeping(Opportunity):
    """A deal that forgets nothing."""

    def as_of(self, day: date) -> Opportunity:  # noqa: ARG002 - that it does not matter is the fault
        return self


class Muddled(Opportunity):
    """A deal that remembers the day on which it was last asked to forget."""

    def as_of(self, day: date) -> Opportunity:
        return Opportunity(id=str(day), history=[Change(date.min, stage="lead")])


def test_a_deal_that_forgets_nothing_or_too_much_is_found() -> None:
    keeping = Keeping(id="o-1", history=[LEAD], as_exported=["grade", "owner"], exported=SEPTEMBER_9)
    with pytest.raises(AssertionError, match="known as of 2026-08-31 is a change of 2026-09-01"):
        assert_deal_forgets(keeping, SEPTEMBER_1 - ONE_DAY, SEPTEMBER_1)
    assert_deal_forgets(keeping, SEPTEMBER_1, SEPTEMBER_1)
    telling = attrs.evolve(keeping, history=[attrs.evolve(LEAD, grade="A", owner="ada")])
    with pytest.raises(AssertionError, match="known as of 2026-09-05 is what was exported on 2026-09-09: grade"):
        assert_deal_forgets(telling, SEPTEMBER_5, SEPTEMBER_9)
    with pytest.raises(AssertionError, match="as of 2026-09-09 and then of 2026-09-05 differs from as of 2026-09-05"):
        assert_deal_forgets(Muddled(id="o-1", history=[LEAD]), SEPTEMBER_9, SEPTEMBER_5)
