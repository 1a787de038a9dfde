"""Nouns as JSON documents: what they look like, how faults are told, and what hostile text gets."""

import importlib
import json
import math
import string
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from pages import ROOT
from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Bounds,
    Breakdown,
    BreakdownChange,
    Calendar,
    Change,
    Clip,
    Contact,
    Customer,
    Estimate,
    Flag,
    FrozenMap,
    Given,
    Interval,
    InvalidInputError,
    InvalidValueError,
    Message,
    Metric,
    MissingExtraError,
    Opportunity,
    Org,
    Period,
    Profile,
    Records,
    Rep,
    SalesperfError,
    Schedule,
    Steps,
    Sum,
    Target,
    TargetKey,
    Team,
    Unit,
    Visit,
    io,
)
from salesperf.errors import SHOWN, Phrase, show
from salesperf.followup import STANDARD_FOLLOW_UP, Assignee, FollowUpPolicy
from salesperf.grading import STANDARD_GRADES, STANDARD_TEMPERATURE
from salesperf.io import serialize
from salesperf.io.serialize import (
    KINDS,
    LIMIT_BYTES,
    MOST_DEPTH,
    VERSION,
    document,
    dumps,
    loads,
    schema,
    structure,
    unstructure,
)
from salesperf.io.serialize import text as json_text
from salesperf.io.serialize.phrases import ARGUMENTS
from salesperf.io.serialize.tagged import MOST_FAULTS
from salesperf.model.message import Personal
from salesperf.scorecard import Bands, Criterion, Gate, Scorecard
from salesperf.testing import NOUNS, POLICIES, assert_no_personal_data

DAY = date(2026, 9, 1)
SCHEMAS = ROOT / "docs" / "reference" / "schemas"
PHONE = "138 0013 8000"


def enclosed(data: str, kind: str = "Team") -> str:
    """Return the text of a document around the text of its data."""
    return f'{{"schema": "salesperf/1", "kind": "{kind}", "data": {data}}}'


def faults_of(call: Callable[[], object]) -> list[tuple[tuple[str | int, ...], str]]:
    """Return path and code of each fault of an input."""
    with pytest.raises(InvalidInputError) as caught:
        call()
    return [(fault.path, fault.code) for fault in told(caught.value)]


def told(error: InvalidInputError) -> Iterator[SalesperfError]:
    for fault in error.exceptions:
        assert isinstance(fault, SalesperfError)
        yield fault


def refused(data: Any, kind: type) -> list[tuple[tuple[str | int, ...], str]]:  # noqa: ANN401 - JSON
    """Return path and code of each fault of plain data."""
    return faults_of(lambda: structure(data, kind))


# What it looks like


def test_a_deal_reads_like_what_it_is() -> None:
    deal = Opportunity(
        id="o-1",
        history=[
            Change(None, stage="lead", owner="ada"),
            Change(DAY, amount=Amount.of("12.34", CNY), expected_close=date(2026, 10, 1), evidence=["budget_known"]),
        ],
        facts={"region": "华东", "heads": 7, "key": True, "share": Decimal("0.50"), "next_action_on": DAY},
        contacts=[Contact(id="c-1", role="champion", name="张伟", phone=PHONE)],
        competitors=["Acme"],
        as_exported=["amount"],
        exported=DAY,
    )
    assert unstructure(deal) == {
        "id": "o-1",
        "history": [
            {"on": None, "stage": "lead", "owner": "ada"},
            {
                "on": "2026-09-01",
                "amount": {"minor": 1234, "unit": "CNY:2:money"},
                "expected_close": "2026-10-01",
                "evidence": ["budget_known"],
            },
        ],
        "facts": {
            "heads": 7,
            "key": True,
            "next_action_on": {"date": "2026-09-01"},
            "region": "华东",
            "share": {"Decimal": "0.50"},
        },
        "contacts": [{"id": "c-1", "role": "champion", "name": "张伟", "phone": PHONE}],
        "competitors": ["Acme"],
        "as_exported": ["amount"],
        "exported": "2026-09-01",
    }


OWN = Metric("demos", "count", "flow", "higher", "Product demos")
KEY = TargetKey("east", "revenue", Period.month(2026, 9))


@pytest.mark.parametrize(
    ("noun", "plain"),
    [
        (Unit("USD", 4, "money"), "USD:4:money"),
        (STANDARD_METRICS["win_rate"], "win_rate"),
        (OWN, {"key": "demos", "dimension": "count", "accumulation": "flow", "direction": "higher", "title": "Product demos"}),
        (Profile(grain="half", weights=[Fraction(1, 3), 2.5]), {"grain": "half", "weights": ["1/3", 2.5]}),
        (Profile(grain="half", weights=[2**53, Decimal("1.50")]), {"grain": "half", "weights": [{"int": str(2**53)}, "1.50"]}),
        (Schedule(parts=[(Period.month(2026, 9), 1)]), {"parts": [[{"start": "2026-09-01", "end": "2026-10-01"}, 1]]}),
        (Bounds(float("-inf"), 2.0), {"low": "-Infinity", "high": 2.0}),
        (Interval(float("nan"), 2.0), {"low": "NaN", "high": 2.0}),
        (Visit("lead", DAY, None), {"stage": "lead", "start": "2026-09-01", "end": None}),
        (KEY, {"owner": "east", "metric": "revenue", "period": {"start": "2026-09-01", "end": "2026-10-01"}}),
        (Calendar(holidays={DAY: ""}), {"holidays": {"2026-09-01": ""}}),
        (Clip(low=Fraction(1, 2)), {"low": "1/2"}),
        (Clip(high=Amount(minor=1, unit=CNY)), {"high": {"minor": 1, "unit": "CNY:2:money"}}),
        (Breakdown(label=Message("x"), value=0, rule=Sum()), {"label": {"key": "x"}, "value": 0, "rule": {"Sum": {}}}),
    ],
)
def test_a_value_is_written_so_that_it_tells_what_it_is(noun: object, plain: object) -> None:
    assert unstructure(noun) == plain
    assert structure(plain, type(noun)) == noun


def test_a_range_that_is_open_or_undefined_comes_back() -> None:
    for noun in (Bounds(float("-inf"), float("inf")), Interval(float("nan"), 1.0, 0.5)):
        assert loads(dumps(noun), type(noun)) == noun


def test_a_range_of_columns_comes_back() -> None:
    columns: Bounds[Any] = Bounds(np.array([0.5, float("nan")]), np.array([1.0, float("inf")]))
    assert unstructure(columns) == {"low": [0.5, "NaN"], "high": [1.0, "Infinity"]}
    assert loads(dumps(columns), Bounds) == columns


def test_a_change_of_a_breakdown_comes_back() -> None:
    change = BreakdownChange(path=(Message("Total"), Message("East")), before=Amount.of(1, CNY), after=None)
    assert loads(dumps(change), BreakdownChange) == change


@pytest.mark.parametrize("number", [2**53 - 1, 2**53, -(2**53), 2**63, 10**600, -(10**600)])
def test_a_whole_number_stays_exact_though_readers_take_it_for_a_float(number: int) -> None:
    customer = Customer(id="k-1", facts={"turnover": number})
    again = loads(dumps(customer), Customer)
    assert again == customer
    is_safe = abs(number) < 2**53
    assert isinstance(unstructure(customer)["facts"]["turnover"], int if is_safe else dict)


def test_whole_numbers_that_others_write_plainly_stay_exact() -> None:
    text = enclosed(
        '{"key": "x", "arguments": {"many": 123456789012345678901234567890, "most": 18446744073709551616}}', "Message"
    )
    assert loads(text, Message).arguments == {"many": 123456789012345678901234567890, "most": 2**64}


def test_arguments_of_messages_come_back_whatever_they_are() -> None:
    arguments: dict[str, Any] = {
        "amount": Amount.of("0.50", CNY),
        "day": DAY,
        "half": 0.5,
        "infinite": float("inf"),
        "map": FrozenMap({"a": Decimal("1.50")}),
        "message": Message.of("period.quarter", year="2026", number=3),
        "none": None,
        "numpy": np.float64(0.25),
        "period": Period.month(2026, 9),
        "share": Fraction(1, 3),
        "tuple": (1, "a", (DAY,)),
        "unit": CNY,
        "yes": True,
    }
    message = Message("x", FrozenMap(arguments))
    again = loads(dumps(message), Message)
    assert again == message
    assert {name: type(value) for name, value in again.arguments.items()} == {
        name: float if name == "numpy" else type(value) for name, value in arguments.items()
    }


def test_what_stands_for_a_value_that_is_not_shown_can_still_be_worded_anew() -> None:
    message = Message.of("error.choice", choices=show(("a", "b")), value=show("Ada Lovelace"), name=Personal("Ada"))
    again = loads(dumps(message), Message)
    assert again == message
    assert isinstance(again.arguments["value"], Phrase)
    assert again.text("zh") == message.text("zh") != message.text("en")
    assert again.arguments["name"].text() == "Ada"


def test_the_sample_company_comes_back() -> None:
    records = io.folder.read_sample()
    assert loads(dumps(records), Records) == records


def test_a_document_can_be_read_by_people() -> None:
    text = dumps(Team(id="华东"), indent=2)
    assert text.splitlines()[3:5] == ['  "data": {', '    "id": "华东"']
    assert loads(text, Team) == Team(id="华东")


def test_text_and_bytes_are_read_with_or_without_a_mark_of_byte_order() -> None:
    text = enclosed('{"id": "华东"}')
    for document_ in (text, text.encode(), "\ufeff" + text, b"\xef\xbb\xbf" + text.encode()):
        assert loads(document_, Team) == Team(id="华东")


def test_personal_fields_are_stored() -> None:
    contact = Contact(id="c-1", name="张伟", email="wei@example.com", phone=PHONE)
    again = loads(dumps(contact), Contact)
    assert (again.name, again.email, again.phone) == (contact.name, contact.email, contact.phone)


@pytest.mark.parametrize("number", [2**53 - 1, 2**53 + 1, 2**63 + 1, 10**20 + 1, -(10**20)])
def test_a_whole_number_in_the_place_of_a_float_stays_exact(number: int) -> None:
    estimate = Estimate(value=number, low=number, high=float("inf"), n=1)
    again = loads(dumps(estimate), Estimate)
    assert (again, repr(again)) == (estimate, repr(estimate))
    is_safe = abs(number) < 2**53
    assert unstructure(estimate)["value"] == (number if is_safe else {"int": str(number)})
    # As others write it, and as we did.
    assert loads(enclosed(f'{{"value": {number}, "n": 1}}', "Estimate"), Estimate).value == number


@pytest.mark.parametrize("fte", ["1", "1.00", "1.0", "0.5"])
def test_a_decimal_keeps_its_zeros_though_it_equals_what_is_left_out(fte: str) -> None:
    again = loads(dumps(Rep(id="a", fte=Decimal(fte))), Rep)
    assert str(again.fte) == fte
    assert ("fte" in unstructure(again)) == (fte != "1")


def test_whole_numbers_of_numpy_are_written_as_floats_of_numpy_are() -> None:
    again = structure(unstructure(FrozenMap({"a": np.int64(5), "b": np.uint64(2**63), "c": np.float64(0.5)})), FrozenMap)
    assert repr(again) == "FrozenMap({'a': 5, 'b': 9223372036854775808, 'c': 0.5})"


# What is not written


class Doubled:
    """A rule of a caller's own."""

    key = "rule.doubled"

    def __call__(self, node: Breakdown) -> int:
        """Return nothing of use."""
        del node
        return 2


@pytest.mark.parametrize(
    ("noun", "code"),
    [
        (Breakdown(label=Message("x"), value=2, rule=Doubled()), "wrong_type"),
        (Message.of("x", value=object()), "wrong_type"),
        (Message.of("x", value=datetime(2026, 9, 1)), "wrong_type"),  # noqa: DTZ001 - a naive one is refused too
        (FrozenMap({1: "a"}), "wrong_type"),
        (FrozenMap({"\ud800": 1}), "not_encodable"),
        (Message.of("x", value="\ud800"), "not_encodable"),
        (Message.of("x", value=10**640), "number_too_long"),
        (Message.of("x", value=Fraction(1, 10**640)), "number_too_long"),
        (Message.of("x", value=Decimal("Infinity")), "not_finite"),
        (Message.of("x", value=Decimal("1E+1000")), "decimal_scale"),
        (Message.of("x", value=Decimal("1" * 641)), "decimal_scale"),
        (Message.of("x", value=Decimal("1E+101")), "decimal_scale"),
        (FrozenMap({"a": Decimal("1E-400")}), "decimal_scale"),
        (FrozenMap({"a": Decimal("0E-1000")}), "decimal_scale"),
        (Message.of("x", value=np.datetime64("2026-09-01")), "wrong_type"),
        (Bounds(np.zeros((2, 2)), np.ones((2, 2))), "dimensions"),
        (Unit("x" * 99, 0, "count"), "cell_too_long"),
        (Visit("", None, None), "empty"),
        (TargetKey("east", "", Period.month(2026, 9)), "empty"),
        (TargetKey("east", "x", Period.month(2026, 9), {}), "wrong_type"),  # type: ignore[arg-type] # the fault
        (date(2026, 9, 1), "wrong_type"),
        (Rep, "wrong_type"),
    ],
)
def test_what_no_document_can_hold_is_refused(noun: object, code: str) -> None:
    for write in (unstructure, dumps):
        with pytest.raises(InvalidValueError) as caught:
            write(noun)
        assert caught.value.code == code


def test_text_that_no_file_can_hold_is_refused_wherever_it_stands() -> None:
    # Only a personal name is no id, and only a named tuple takes it unseen.
    with pytest.raises(InvalidValueError) as caught:
        dumps(TargetKey("east", "x", Period.month(2026, 9), FrozenMap({"a": "\ud800"})))
    assert caught.value.code == "not_encodable"


@pytest.mark.parametrize("indent", [-1, 9, True, "2"])
def test_an_indent_that_is_none_is_refused(indent: Any) -> None:  # noqa: ANN401 - the fault
    with pytest.raises(InvalidValueError) as caught:
        dumps(Team(id="a"), indent=indent)
    assert caught.value.path == ("indent",)


def chain(levels: int) -> Breakdown:
    """Return a breakdown of a breakdown of a breakdown."""
    tree = Breakdown(label=Message("x"), value=0)
    for _ in range(levels - 1):
        tree = Breakdown(label=Message("x"), value=0, rule=Sum(), parts=[tree])
    return tree


def test_a_tree_is_written_as_deep_as_it_can_be_read() -> None:
    # The document and each tree are an object; the label, below the last tree, is one too, and between two stands an array.
    most = (MOST_DEPTH - 1) // 2
    assert loads(dumps(chain(most)), Breakdown) == chain(most)
    with pytest.raises(InvalidValueError) as caught:
        dumps(chain(most + 1))
    assert caught.value.code == "nested_too_deeply"
    with pytest.raises(InvalidValueError) as caught:
        unstructure(chain(2000))
    assert caught.value.code == "nested_too_deeply"


@pytest.mark.parametrize("deeper", [False, True])
def test_depth_is_the_same_whatever_the_quick_writer_can(monkeypatch: pytest.MonkeyPatch, *, deeper: bool) -> None:
    monkeypatch.setattr(json_text, "MOST_DEPTH", 3)
    assert json_text._writes_deeper()  # noqa: SLF001 - asked once, at import
    monkeypatch.setattr(json_text, "_WRITES_DEEPER", deeper)
    assert json_text.parse("[[[]]]", 100) == ([[[]]], [])
    if deeper:
        with pytest.raises(InvalidValueError) as caught:
            json_text.parse("[[[[]]]]", 100)
        assert caught.value.code == "nested_too_deeply"


def test_what_json_cannot_hold_is_not_taken_for_depth() -> None:
    with pytest.raises(TypeError):
        json_text.write({"a": [2**64]})


@pytest.mark.parametrize(("noun", "found"), [([1], "list"), (Team, "type"), (None, "NoneType"), (5, "int")])
def test_what_is_no_noun_is_told_by_its_kind_and_the_name_of_the_argument(noun: object, found: str) -> None:
    for write in (unstructure, dumps):
        with pytest.raises(InvalidValueError) as caught:
            write(noun)
        assert (caught.value.path, caught.value.params["value"]) == (("noun",), found)


# Versions

WRITTEN_AS_VERSION_1 = """
{"schema": "salesperf/1", "kind": "Records", "data": {
  "org": {
    "reps": [{"id": "ada", "name": "Ada", "team": "east", "hired": "2026-01-05", "fte": "0.5", "ramp": ["0.25", "0.5"],
              "absences": [{"start": "2026-03-02", "end": "2026-03-09"}]}],
    "teams": [{"id": "east", "manager": "ada"}, {"id": "west"}],
    "moves": [{"rep": "ada", "on": "2026-07-01", "team": "west"}]},
  "targets": [{"owner": "east", "metric": "revenue", "amount": {"minor": 120000000, "unit": "CNY:2:money"},
               "period": {"start": "2026-07-01", "end": "2026-10-01"}, "scope": {"product": "A"}},
              {"owner": null, "metric": "win_rate", "amount": "0.250", "period": {"start": "2026-07-01", "end": "2026-10-01"}}],
  "actuals": [{"owner": "ada", "metric": "revenue", "amount": {"minor": -5000, "unit": "CNY:2:money"}, "on": "2026-09-01"}],
  "opportunities": [{"id": "o-1", "history": [{"on": null, "stage": "lead"}, {"on": "2026-09-01", "stage": "won"}],
                     "facts": {"next_action_on": {"date": "2026-09-09"}, "heads": 7}, "customer": "k-1"}],
  "customers": [{"id": "k-1", "contacts": [{"id": "c-1", "phone": "138 0013 8000"}]}],
  "processes": [{"stages": [{"key": "lead", "probability": "0.1"}, {"key": "won", "kind": "won", "probability": "1"},
                            {"key": "lost", "kind": "lost", "probability": "0"}], "may_skip": false}],
  "calendar": {"fiscal_year_start": 4, "holidays": {"2026-10-01": "National Day"}},
  "findings": [{"rule": "gap", "message": {"key": "x", "arguments": {"share": {"Fraction": "1/3"}}}, "on": "2026-09-01"}]}}
"""
"""Never to be changed: whoever kept a document must be able to read it."""


def test_a_document_of_the_first_version_is_read_for_ever() -> None:
    records = loads(WRITTEN_AS_VERSION_1, Records)
    assert records.org.rep_by_id["ada"].ramp == (Decimal("0.25"), Decimal("0.5"))
    assert records.targets[0].scope == {"product": "A"}
    assert records.targets[1].metric is STANDARD_METRICS["win_rate"]
    assert repr(records.targets[1].amount) == "Decimal('0.250')"
    assert records.actuals[0].amount == Amount.of("-50.00", CNY)
    assert records.opportunities[0].facts["next_action_on"] == date(2026, 9, 9)
    assert records.customers[0].contacts[0].phone == PHONE
    assert not records.processes[0].may_skip
    assert records.calendar.holidays == {date(2026, 10, 1): "National Day"}
    assert records.findings[0].message.arguments["share"] == Fraction(1, 3)


def test_what_is_written_is_of_the_version_that_is_known() -> None:
    assert json.loads(dumps(Team(id="a")))["schema"] == f"salesperf/{VERSION}"


def test_every_older_version_has_a_step_to_the_next() -> None:
    assert sorted(document.MIGRATIONS) == list(range(1, VERSION))


def test_an_older_document_takes_each_step_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    # There is no older version yet, so two are made up: one in which teams had titles, and one in which they had labels.
    steps: dict[int, Callable[[str, Any], Any]] = {
        VERSION: lambda kind, data: {"id": data["id"], "label": f"{kind} {data['title']}"},
        VERSION + 1: lambda _, data: {"id": data["id"], "name": data["label"]},
    }
    monkeypatch.setattr(document, "VERSION", VERSION + 2)
    monkeypatch.setattr(document, "MIGRATIONS", steps)
    assert loads(enclosed('{"id": "a", "title": "East"}'), Team) == Team(id="a", name="Team East")


def test_a_newer_document_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidInputError) as caught:
        loads(enclosed('{"id": "a"}').replace("salesperf/1", "salesperf/2"), Team)
    assert str(caught.value).endswith("got version 2 (hint: install a newer salesperf)")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("null", [((), "not_an_object")]),
        ("[]", [((), "not_an_object")]),
        ('{"schema": "salesperf/1", "kind": "Team", "data": null}', [(("data",), "not_an_object")]),
        ("{}", [(("schema",), "missing_field"), (("kind",), "missing_field"), (("data",), "missing_field")]),
        (
            '{"schema": "salesperf/1", "kinds": "Team", "data": {}}',
            [(("kind",), "missing_field"), (("kinds",), "misspelt_field")],
        ),
        ('{"schema": "salesperf/01", "kind": "Team", "data": {}}', [(("schema",), "schema_unknown")]),
        ('{"schema": 1, "kind": ["Team"], "data": {}}', [(("schema",), "schema_unknown"), (("kind",), "choice")]),
        ('{"schema": "salesperf/9999999", "kind": "Team", "data": {}}', [(("schema",), "schema_unknown")]),
        ('{"schema": "salesperf/2", "kind": "Rep", "data": {}}', [(("schema",), "schema_newer"), (("kind",), "choice")]),
    ],
)
def test_an_envelope_that_is_none_is_refused(text: str, faults: object) -> None:
    assert faults_of(lambda: loads(text, Team)) == faults


def test_an_unknown_kind_is_refused() -> None:
    kinds: tuple[Any, ...] = (int, "Team", type("Team", (), {}), None)
    for kind in kinds:
        with pytest.raises(InvalidValueError) as caught:
            structure({}, kind)
        assert (caught.value.code, caught.value.path) == ("wrong_type", ("kind",))
        with pytest.raises(InvalidValueError) as caught:
            loads("{}", kind)
        assert (caught.value.code, caught.value.path) == ("wrong_type", ("kind",))


# Faults, each with its path


def test_all_faults_of_a_document_are_told_at_once() -> None:
    data = {
        "id": "o-1",
        "history": [
            {"on": "2026-09-01T00:00:00", "stage": 5, "ammount": 1},
            {"on": "2026-09-02"},
            7,
            {"on": "2026-13-01", "amount": {"minor": True, "unit": "RMB", "zzz": 1}, "evidence": "abc"},
            {"stage": "lead", "category": "sure", "amount": {"minor": 2**63, "unit": "CNY"}},
        ],
        "facts": {"a": 1.5, "b": {"date": "2026"}, "c": {"Decimal": 1}},
        "contacts": [{"id": "c-1", "phone": 13800138000}, {"id": "", "role": "boss"}],
        "as_exported": ["stage"],
        "competitors": "Acme",
        "exported": 20260901,
    }
    assert refused(data, Opportunity) == [
        (("history", 0, "ammount"), "misspelt_field"),
        (("history", 0, "on"), "date_is_datetime"),
        (("history", 0, "stage"), "wrong_type"),
        (("history", 1), "change_empty"),
        (("history", 2), "not_an_object"),
        (("history", 3, "on"), "unreadable_date"),
        (("history", 3, "amount", "zzz"), "unknown_field"),
        (("history", 3, "amount", "unit"), "unreadable_unit"),
        (("history", 3, "amount", "minor"), "wrong_type"),
        (("history", 3, "evidence"), "not_an_array"),
        (("history", 4, "on"), "missing_field"),
        (("history", 4, "amount", "minor"), "amount_overflow"),
        (("history", 4, "category"), "choice"),
        (("facts", "a"), "wrong_type"),
        (("facts", "b", "date"), "unreadable_date"),
        (("facts", "c", "Decimal"), "decimal_as_text"),
        (("contacts", 0, "phone"), "wrong_type"),
        (("contacts", 1, "id"), "empty"),
        (("contacts", 1, "role"), "choice"),
        (("competitors",), "not_an_array"),
        (("exported",), "wrong_type"),
        (("as_exported", 0), "choice"),
    ]


def stay(id: str = "o-1", **others: Any) -> dict[str, Any]:  # noqa: A002, ANN401 - JSON
    return {"id": id, "history": [{"on": "2026-09-03", "stage": "lead"}], **others}


BACKWARD = [{"on": "2026-09-03", "stage": "lead"}, {"on": "2026-09-01", "stage": "won"}]


@pytest.mark.parametrize(
    ("data", "kind", "faults"),
    [
        ({"id": "o-1", "history": BACKWARD}, Opportunity, [(("history", 1, "on"), "history_order")]),
        ({"id": "history", "history": BACKWARD}, Opportunity, [(("history", 1, "on"), "history_order")]),
        ({"id": PHONE, "history": BACKWARD}, Opportunity, [(("history", 1, "on"), "history_order")]),
        ({"id": "o-1", "history": []}, Opportunity, [(("history",), "history_empty")]),
        (stay(contacts=[{"id": "c"}, {"id": "c"}]), Opportunity, [(("contacts", 1, "id"), "not_unique")]),
        (stay(competitors=["b", "a", " a"]), Opportunity, [(("competitors", 2), "empty")]),
        (stay(facts={"b": 1, "a": 1.5}), Opportunity, [(("facts", "a"), "wrong_type")]),
        (stay("facts", facts={"a": 1.5}), Opportunity, [(("facts", "a"), "wrong_type")]),
        ({"id": "facts", "contacts": [{"id": "c"}, {"id": "c"}]}, Customer, [(("contacts", 1, "id"), "not_unique")]),
        (
            {"reps": [{"id": "b", "team": "y"}, {"id": "a", "team": "x"}, {"id": "b"}]},
            Org,
            [
                (("reps", 0, "id"), "duplicate_id"),
                (("reps", 2, "id"), "duplicate_id"),
                (("reps", 1, "team"), "unknown_team"),
                (("reps", 0, "team"), "unknown_team"),
            ],
        ),
        (
            {
                "id": "a",
                "absences": [{"start": "2026-03-01", "end": "2026-04-01"}, {"start": "2026-01-01", "end": "2026-03-02"}],
            },
            Rep,
            [(("absences", 0), "period_overlap")],
        ),
        (
            {"holidays": {"2026-10-01": "x"}, "extra_workdays": {"2026-10-01": ""}},
            Calendar,
            [(("holidays", "2026-10-01"), "calendar_conflict")],
        ),
        (
            {"holidays": {"2026-10-01": 5, "1 May": None, "2026-10-02": ""}},
            Calendar,
            [
                (("holidays", "2026-10-01"), "wrong_type"),
                (("holidays", "text of 5 characters"), "unreadable_date"),
                (("holidays", "text of 5 characters"), "wrong_type"),
            ],
        ),
        ({"holidays": {"2026-10-01": 5}}, Calendar, [(("holidays", "2026-10-01"), "wrong_type")]),
        ({"holidays": []}, Calendar, [(("holidays",), "not_an_object")]),
        ({"holidays": {"2026-10-01": "\ud800"}}, Calendar, [(("holidays", "2026-10-01"), "not_encodable")]),
        ({"low": [3, 2], "high": [1, 9]}, Bounds, [((0,), "interval_reversed")]),
        ({"low": [1, None], "high": 2}, Bounds, [(("low",), "wrong_type")]),
        ({"low": [1, 10**400], "high": 2}, Bounds, [(("low",), "not_numeric")]),
        ({"low": 10**400, "high": None}, Bounds, [(("high",), "wrong_type"), (("low",), "not_numeric")]),
        ({"low": True, "high": "1"}, Bounds, [(("low",), "wrong_type"), (("high",), "wrong_type")]),
        ({"grain": "half", "weights": [1, "1/0"]}, Profile, [(("weights", 1), "unreadable_number")]),
        (
            {"grain": "half", "weights": ["1,5", "1/" + "9" * 700]},
            Profile,
            [(("weights", 0), "unreadable_number"), (("weights", 1), "number_too_long")],
        ),
        (
            {"grain": "half", "weights": [{"int": "1.5"}, {"minor": 1, "unit": "CNY"}]},
            Profile,
            [(("weights", 0), "unreadable_number"), (("weights", 1), "wrong_type")],
        ),
        ({"grain": "half", "weights": [1, {"minor": 1, "unit": "CNY"}]}, Profile, [(("weights", 1), "wrong_type")]),
        ({"grain": "half", "weights": [1, -1]}, Profile, [(("weights", 1), "weights_invalid")]),
        (
            {"parts": [[{"start": "2026-01-01", "end": "2026-02-01"}], 5]},
            Schedule,
            [(("parts", 0), "length"), (("parts", 1), "not_an_array")],
        ),
        (
            {"parts": [[{"start": "2026-02-01", "end": "2026-01-01"}, True]]},
            Schedule,
            [(("parts", 0, 0), "period_reversed"), (("parts", 0, 1), "wrong_type")],
        ),
        ({"stage": "", "start": None, "end": "soon"}, Visit, [(("end",), "unreadable_date")]),
        ({"stage": "", "start": None, "end": None}, Visit, [(("stage",), "empty")]),
        (
            {"owner": "a", "metric": "", "period": {"start": "2026-01-01", "end": "2026-02-01"}, "scope": 1},
            TargetKey,
            [(("scope",), "not_an_object")],
        ),
        (
            {"owner": "a", "metric": "", "period": {"start": "2026-01-01", "end": "2026-02-01"}},
            TargetKey,
            [(("metric",), "empty")],
        ),
        ("salary", Metric, [((), "choice")]),
        ({"label": {"key": "x"}, "value": 1, "rule": {"Sum": {"a": 1}}}, Breakdown, [(("rule", "Sum", "a"), "unknown_field")]),
        ({"label": {"key": "x"}, "value": 1, "rule": {"Team": {"id": "a"}}}, Breakdown, [(("rule",), "choice")]),
        ({"label": {"key": "x"}, "value": 1, "rule": {}}, Breakdown, [(("rule",), "length")]),
        ({"label": {"key": "x"}, "value": 1, "rule": "Sum"}, Breakdown, [(("rule",), "not_an_object")]),
        ({"minor": 1, "unit": 5}, Amount, [(("unit",), "wrong_type")]),
        ("RMB", Unit, [((), "unreadable_unit")]),
        ("x" * 101, Unit, [((), "cell_too_long")]),
        (None, Team, [((), "not_an_object")]),
        ({5: 1, "id": "a"}, Team, [(("5",), "unknown_field")]),
    ],
)
def test_a_fault_is_told_where_it_stands_in_the_document(data: object, kind: type, faults: object) -> None:
    assert refused(data, kind) == faults


def test_a_fault_in_records_is_told_without_the_id_and_with_the_position() -> None:
    data = {
        "org": {"reps": [{"id": "ada"}]},
        "opportunities": [stay(), {"id": "o-2", "history": [{"on": "2026-09-03", "stage": "lead", "owner": "bo"}]}],
        "customers": [{"id": "k", "parent": "k"}],
    }
    assert refused(data, Records) == [
        (("customers", 0, "parent"), "customer_cycle"),
        (("opportunities", 0, "process"), "unknown_process"),
        (("opportunities", 1, "history", 0, "owner"), "unknown_owner"),
        (("opportunities", 1, "process"), "unknown_process"),
    ]


@pytest.mark.parametrize(
    ("value", "path", "code"),
    [
        ({"Phrase": {"key": "text", "arguments": {}}}, ("Phrase", "arguments", "count"), "missing_field"),
        ({"Phrase": {"key": "empty", "arguments": {"count": 1}}}, ("Phrase", "arguments", "count"), "unknown_field"),
        ({"Phrase": {"key": "nobody", "arguments": {}}}, ("Phrase", "key"), "choice"),
        ({"Phrase": {"key": 1, "arguments": {}}}, ("Phrase", "key"), "choice"),
        ({"Phrase": {"key": "text"}}, ("Phrase", "arguments"), "missing_field"),
        ({"Phrase": {"key": "text", "arguments": {"count": 1}, "a": 1}}, ("Phrase", "a"), "unknown_field"),
        ({"Phrase": {"key": "text", "arguments": 5}}, ("Phrase", "arguments"), "not_an_object"),
        ({"Phrase": 1}, ("Phrase",), "not_an_object"),
        ({"Rep": {"id": "a"}}, ("Rep",), "choice"),
        ({"decimal": "1.5"}, ("decimal",), "choice"),
        ({"a": 1, "b": 2}, (), "length"),
        ({}, (), "length"),
        ([], (), "array_untagged"),
        ({"tuple": 1}, ("tuple",), "not_an_array"),
        ({"tuple": [1, []]}, ("tuple", 1), "array_untagged"),
        ({"float": "inf"}, ("float",), "wrong_type"),
        ({"int": 1}, ("int",), "wrong_type"),
        ({"Fraction": "1"}, ("Fraction",), "unreadable_number"),
        ({"Fraction": "9" * 2000}, ("Fraction",), "unreadable_number"),
        ({"Decimal": "1E+999"}, ("Decimal",), "decimal_scale"),
        ({"Decimal": "NaN"}, ("Decimal",), "unreadable_number"),
        ({"date": "2026-W01-1"}, ("date",), "unreadable_date"),
        ({"date": "20260901"}, ("date",), "unreadable_date"),
        (10**640, (), "number_too_long"),
    ],
)
def test_a_tagged_value_that_is_none_is_refused(value: object, path: tuple[str | int, ...], code: str) -> None:
    assert refused({"key": "x", "arguments": {"n": value}}, Message) == [(("arguments", "n", *path), code)]
    assert refused({"n": value}, FrozenMap) == [(("n", *path), code)]


def test_a_long_list_of_faults_is_cut() -> None:
    faults = refused({"reps": [{"id": 7}] * (MOST_FAULTS + 50)}, Org)
    assert len(faults) == MOST_FAULTS + 1
    assert faults[-1][1] == "too_many_faults"


def test_a_long_list_of_keys_that_are_unknown_or_come_twice_is_cut() -> None:
    many = range(MOST_FAULTS + 50)
    unknown = refused({"id": "a", **{f"nmae{number}": 1 for number in many}}, Team)
    assert (len(unknown), unknown[0][1], unknown[-1][1]) == (MOST_FAULTS + 1, "misspelt_field", "too_many_faults")
    text = enclosed('{"reps": [' + ",".join('{"id": "a", "id": 1}' for _ in many) + "]}", "Org")
    twice = faults_of(lambda: loads(text, Org))
    assert (len(twice), twice[0], twice[-1][1]) == (MOST_FAULTS + 1, (("reps", 0, "id"), "not_unique"), "too_many_faults")
    text = enclosed("{" + ",".join(f'"k{number}": 1, "k{number}": 2' for number in many) + "}")
    assert len(faults_of(lambda: loads(text, Team))) == MOST_FAULTS + 1
    empty = refused({"id": "o-1", "history": BACKWARD[:1], "competitors": [f" {number}" for number in many]}, Opportunity)
    assert (len(empty), empty[0][1], empty[-1][1]) == (MOST_FAULTS + 1, "empty", "too_many_faults")


def test_a_name_too_long_to_be_a_slip_is_just_unknown() -> None:
    assert refused({"id": "a", "name" * 100: 1}, Team) == [(("text of 400 characters",), "unknown_field")]


def test_no_message_shows_what_is_personal() -> None:
    data = {"id": "c-1", "name": ["Ada Lovelace"], "phone": 13800138000, "emial": "ada@example.com", "Ada Lovelace": 1}
    with pytest.raises(InvalidInputError) as caught:
        structure(data, Contact)
    text = str(caught.value) + repr([(fault.path, dict(fault.params)) for fault in told(caught.value)])
    for personal in ("Ada", "13800138000", "ada@"):
        assert personal not in text


SECRETS = ("Zhang Wei 13800138000", 13800138000, ["Zhang Wei"], None, True, -1)


@pytest.mark.parametrize("key", SHOWN)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_phrase_of_somebody_elses_brings_what_is_personal_into_a_message(key: str, secret: object) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(SHOWN[key]) if name]
    for name in names or ["text"]:
        arguments = {other: 3 if other == "count" else "list" for other in names} | {name: secret}
        fact = {"Phrase": {"key": key, "arguments": arguments}}
        with pytest.raises(InvalidInputError) as caught:
            structure(stay(facts={"a": fact}), Opportunity)
        assert ("facts", "a", "Phrase", "arguments", name) in [fault.path for fault in told(caught.value)]
        assert_no_personal_data(caught.value, ["Zhang Wei", "13800138000"])
        with pytest.raises(InvalidInputError):
            dumps(Message.of("x", a=Phrase(key, **arguments)))


@pytest.mark.parametrize("item", ["Zhang Wei", "'Zhang Wei'", "13800138000", "1,380,013", "张伟", 5])
def test_no_item_of_a_phrase_brings_what_is_personal_into_a_message(item: object) -> None:
    data = {"key": "x", "arguments": {"a": {"Phrase": {"key": "items", "arguments": {"items": {"tuple": ["'a'", item]}}}}}}
    assert refused(data, Message) == [(("arguments", "a", "Phrase", "arguments", "items"), "not_shown")]


@pytest.mark.parametrize("amount", ["1380013 8000", "13800138000", "1 Zhang Wei", "1 13800138000", "Ada", "1 张伟"])
def test_no_amount_of_a_phrase_brings_what_is_personal_into_a_message(amount: str) -> None:
    data = {"key": "x", "arguments": {"a": {"Phrase": {"key": "amount", "arguments": {"amount": amount}}}}}
    assert refused(data, Message) == [(("arguments", "a", "Phrase", "arguments", "amount"), "not_shown")]


def test_every_argument_of_a_phrase_is_held_against_something() -> None:
    assert {name for text in SHOWN.values() for _, name, _, _ in string.Formatter().parse(text) if name} == set(ARGUMENTS)


SHOWN_VALUES: list[Any] = [
    "",
    "Ada Lovelace",
    10**9,
    10**99,
    1.23456789,
    object(),
    np.zeros(2),
    datetime(2026, 9, 1),  # noqa: DTZ001 - as any
    (),
    str,
    ["a", 1, None, True, 0.25, 1e-05, -0.123456789, Decimal("1E+5"), Fraction(1, 3), DAY, float("nan"), float("-inf"), [1]],
    [str, list, "Ada Lovelace", "2026-09-01..2026-09-30", np.float32(0.1), *range(20)],
    {"b", "a"},
    Phrase("amount", amount=str(Amount.of("-1234567.50", CNY))),
    Phrase("amount", amount=str(Amount(minor=1234567, unit=COUNT))),
]


@pytest.mark.parametrize("value", SHOWN_VALUES, ids=range(len(SHOWN_VALUES)))
def test_whatever_is_shown_comes_back(value: object) -> None:
    message = Message.of("error.empty", value=show(value))
    again = loads(dumps(message), Message)
    assert (again, type(again.arguments["value"])) == (message, type(message.arguments["value"]))
    assert again.text("zh") == message.text("zh")


PERIOD = {"start": "2026-01-01", "end": "2026-02-01"}
RATIO = {"owner": "a", "metric": "win_rate", "period": PERIOD}
SCOPED = {"owner": "a", "metric": "visits", "amount": {"minor": 1, "unit": "count"}, "period": PERIOD}


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (
            stay(facts={"a": ["x"]}),
            Opportunity,
            'facts.a: expected a value, got an array (hint: a tuple is written as {"tuple": [1, 2]})',
        ),
        (stay(facts={"a": {"tuple": [1]}}), Opportunity, "facts.a: expected text, int, Decimal, bool, date, got tuple"),
        (stay(facts={"a": None}), Opportunity, "facts.a: expected text, int, Decimal, bool, date, got None"),
        (
            {"id": "a", "fte": 1},
            Rep,
            'fte: expected a decimal number as text, got 1 (hint: put it in quotes, as in "0.8", so that no digit is guessed)',
        ),
        (
            RATIO | {"amount": 0.5},
            Target,
            (
                "amount: expected an amount or a decimal number as text, got 0.5"
                ' (hint: {"minor": 800, "unit": "CNY"}, or "0.25" in quotes)'
            ),
        ),
        (RATIO | {"amount": [5]}, Target, "amount: expected Amount, Decimal, got list"),
        (RATIO | {"amount": "1/3"}, Target, "amount: expected a number such as 0.8, got '1/3'"),
        (
            {"minor": 1, "unit": "cny"},
            Amount,
            (
                "unit: expected the currency 'CNY', in capitals, got 'cny'"
                " (hint: a count of this name is written with its digits, as in pen:0)"
            ),
        ),
    ],
)
def test_a_message_says_what_to_write_instead(data: object, kind: type, text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        structure(data, kind)
    assert str(caught.value) == f"faults in the input: 1\n- {text}"


def test_a_tag_that_is_none_is_told_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInputError) as caught:
        structure(stay(facts={"a": {"decimal": "1.5"}}), Opportunity)
    assert "facts.a.decimal: expected one of 'Decimal', 'Fraction', 'date'," in str(caught.value)


@pytest.mark.parametrize(
    ("data", "kind", "faults"),
    [
        (stay(competitors=["b", "", "a", " a"]), Opportunity, [("competitors", 1), ("competitors", 3)]),
        (stay(facts={"b": 1.5, "a": None, "c": "x"}), Opportunity, [("facts", "b"), ("facts", "a")]),
        (stay(facts={" b": 1, "a": 2, "": 3}), Opportunity, [("facts", "empty text"), ("facts", "text of 2 characters")]),
        (stay(as_exported=["x", "amount", "y"], exported="2026-09-01"), Opportunity, [("as_exported", 0), ("as_exported", 2)]),
        ({"id": "a", "ramp": ["11", "1", "12"]}, Rep, [("ramp", 0), ("ramp", 2)]),
        ({"grain": "half", "weights": [-1, -2]}, Profile, [("weights", 0), ("weights", 1)]),
        ({"grain": "half", "weights": [0, 0]}, Profile, [("weights",)]),
        ({"weekend": [8, 6, 9]}, Calendar, [("weekend", 0), ("weekend", 2)]),
        (SCOPED | {"scope": {"b": 1, "a": 2}}, Target, [("scope", "b"), ("scope", "a")]),
    ],
)
def test_of_a_list_or_a_mapping_every_faulty_part_is_told(data: object, kind: type, faults: object) -> None:
    assert [path for path, _ in refused(data, kind)] == faults


# Hostile text


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("", "json_syntax", (1, 1)),
        ("{", "json_syntax", (1, 2)),
        ('{"a": 1}\n]', "json_syntax", (2, 1)),
        ("{'a': 1}", "json_syntax", (1, 2)),
        ('["a\tb"]', "json_syntax", (1, 4)),
        ("\ud800", "not_encodable", ()),
        (b"{\xff", "document_decoding", ()),
        ("[" * 255 + "]" * 255, "nested_too_deeply", ()),
        ("[" * 100_000, "nested_too_deeply", ()),
        ('{"a":' * 100_000, "nested_too_deeply", ()),
        ('["\\"", ' + "[" * 255, "nested_too_deeply", ()),
        (bytearray(b"{}"), "wrong_type", ("text",)),
    ],
)
def test_text_that_is_no_json_is_refused(text: Any, code: str, path: object) -> None:  # noqa: ANN401 - the fault
    with pytest.raises(InvalidValueError) as caught:
        loads(text, Team)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_text_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidValueError) as caught:
        loads("[" * 1000, Team, limit_bytes=999)
    assert caught.value.code == "document_too_large"
    text = enclosed('{"id": "a"}')
    assert loads(text, Team, limit_bytes=len(text)) == Team(id="a")
    assert LIMIT_BYTES == 2**28


@pytest.mark.parametrize(
    ("limit", "code"), [(None, "wrong_type"), ("x", "wrong_type"), (True, "wrong_type"), (-1, "out_of_range")]
)
def test_a_limit_that_is_none_is_refused(limit: Any, code: str) -> None:  # noqa: ANN401 - the fault
    with pytest.raises(InvalidValueError) as caught:
        loads("{}", Team, limit_bytes=limit)
    assert (caught.value.code, caught.value.path) == (code, ("limit_bytes",))


@pytest.mark.parametrize("name", ['"[[[["', '"{{:::\\""', '"\\\\"', '"\\\\\\"[{:"', '"\\u005b["', '":"'])
def test_brackets_within_text_are_no_depth_and_colons_no_keys(name: str) -> None:
    deep = enclosed(f'{{"id": "a", "name": {name}}}')
    assert loads(deep, Team) == Team(id="a", name=json.loads(name))


def test_keys_that_come_twice_and_numbers_that_are_none_are_told_with_the_other_faults() -> None:
    text = (
        '{"reps": [{"id": "a", "id": "b", "fte": NaN}, {"id": "c", "fte": -Infinity, "kind": "boss"},'
        ' {"id": "d", "level": ' + "9" * 100_000 + '}], "teams": 1e400, "teams": []}'
    )
    faults = faults_of(lambda: loads(enclosed(text, "Org"), Org))
    assert sorted(faults, key=str) == sorted(
        [
            (("teams",), "not_unique"),
            (("reps", 0, "id"), "not_unique"),
            (("reps", 0, "fte"), "not_finite"),
            (("reps", 1, "fte"), "not_finite"),
            (("reps", 1, "kind"), "choice"),
            (("reps", 2, "level"), "number_too_long"),
        ],
        key=str,
    )


@pytest.mark.parametrize("twice", ['"id": "a", "id": "a"', '"id": "a", "\\u0069d": "a"'])
def test_a_key_that_comes_twice_is_refused_though_nothing_else_is_wrong(twice: str) -> None:
    assert faults_of(lambda: loads(enclosed(f"{{{twice}}}"), Team)) == [(("id",), "not_unique")]


def test_of_keys_that_come_twice_each_is_told_once() -> None:
    text = enclosed('{"id": "a", "id": "b", "name": "x", "name": "y", "name": "z", "parent": null}')
    assert faults_of(lambda: loads(text, Team)) == [(("id",), "not_unique"), (("name",), "not_unique")]


def test_a_key_that_comes_twice_in_the_envelope_is_refused() -> None:
    text = enclosed('{"id": "a"}').replace('"kind"', '"kind": "Rep", "kind"')
    assert faults_of(lambda: loads(text, Team)) == [(("kind",), "not_unique")]


def test_half_a_surrogate_pair_is_refused_where_it_stands() -> None:
    assert faults_of(lambda: loads(enclosed('{"id": "\\ud800"}'), Team)) == [(("id",), "not_encodable")]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" * 400 + ".5"])
def test_a_number_that_no_float_holds_is_refused(number: str) -> None:
    text = enclosed(f'{{"value": {number}, "n": 1}}', "Estimate")
    assert faults_of(lambda: loads(text, KINDS["Estimate"])) == [(("value",), "not_finite")]


def test_plain_data_that_contain_themselves_are_refused() -> None:
    data: dict[str, Any] = {"label": {"key": "x"}, "value": 1}
    data["parts"] = [data]
    assert refused(data, Breakdown) == [((), "nested_too_deeply")]


# Schemas


def validator(kind: type) -> Any:  # noqa: ANN401 - jsonschema has no types
    return Draft202012Validator(schema(kind), format_checker=Draft202012Validator.FORMAT_CHECKER)


VETO = Gate("met", Flag(1), least=1)
EXAMPLES = [
    Opportunity(id="o-1", history=[Change(DAY, stage="lead", amount=Amount.of(1, CNY))], facts={"a": DAY, "b": Decimal(1)}),
    Profile(grain="half", weights=[Fraction(1, 3), 2**53]),
    Breakdown(label=Message.of("x", y=(1, show("Ada Lovelace"))), value=0, rule=Sum(), parts=[chain(2)]),
    Target(
        owner=None, metric=OWN, amount=Amount(minor=3, unit=Unit("box", 0, "count")), period=Period.month(2026, 9), parent=KEY
    ),
    Actual(owner="a", metric=STANDARD_METRICS["orders"], amount=Amount(minor=3, unit=Unit("box", 0, "count")), on=DAY),
    Bounds(np.array([0.5, float("inf")]), float("inf")),
    Schedule(parts=[(Period.month(2026, 9), 1)]),
    Calendar(holidays={DAY: "x"}),
    Visit("lead", None, None),
    Estimate(value=2**60, low=float("-inf"), high=10**20, n=1),
    Customer(id="k-1", facts={"a": "x", "b": 2**60, "c": True, "d": DAY, "e": Decimal("1.50"), "f": 3}),
    Given(),
    KEY,
    STANDARD_GRADES,
    STANDARD_FOLLOW_UP,
    attrs.evolve(STANDARD_TEMPERATURE, bands=Bands([("Hot", Decimal("5.5")), ("Cold", -math.inf)]), caps={"attention": 7.5}),
    Assignee("ada", takes={"channel": ["web"]}),
    Scorecard([Criterion("fit", STANDARD_GRADES.card), Criterion("visits", Steps([(1, 5)]))], gates=[VETO]),
]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_schema_that_is_published_is_that_of_the_code(kind: type) -> None:
    page = SCHEMAS / f"{kind.__name__}.json"
    now = json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
    assert page.read_text(encoding="utf-8") == now, "(hint: python tools/make_schemas.py)"
    Draft202012Validator.check_schema(schema(kind))


def test_nothing_else_is_published() -> None:
    assert {page.stem for page in SCHEMAS.iterdir()} == set(KINDS)


@pytest.mark.parametrize("noun", EXAMPLES, ids=lambda noun: type(noun).__name__)
def test_what_is_written_fits_the_schema(noun: object) -> None:
    validator(type(noun)).validate(json.loads(dumps(noun)))


def test_the_sample_company_fits_the_schema() -> None:
    validator(Records).validate(json.loads(dumps(io.folder.read_sample())))


def test_the_first_version_fits_the_schema() -> None:
    validator(Records).validate(json.loads(WRITTEN_AS_VERSION_1))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": 5},
        {"id": "a", "nmae": "x"},
        {"id": "a", "kind": "boss"},
        {"id": "a", "hired": "2026-13-01T00:00"},
        {"id": "a", "fte": 1},
        {"id": "a", "fte": "many"},
        {"id": "a", "ramp": "1"},
        {"id": "a", "absences": [{"start": "2026-09-01"}]},
        [],
    ],
)
def test_what_does_not_fit_the_schema_is_refused_by_the_reader_too(data: object) -> None:
    with pytest.raises(ValidationError):
        validator(Rep).validate({"schema": "salesperf/1", "kind": "Rep", "data": data})
    with pytest.raises(InvalidInputError):
        structure(data, Rep)


@pytest.mark.parametrize(
    ("noun", "field", "values"),
    [
        (
            Customer(id="k-1"),
            "facts",
            [{"a": None}, {"a": 1.5}, {"a": []}, {"a": {"float": "NaN"}}, {"a": {"Fraction": "1/3"}}],
        ),
        (
            Target(owner=None, metric=STANDARD_METRICS["win_rate"], amount=Decimal(1), period=Period.month(2026, 9)),
            "amount",
            [None, 5, 1.5, "1/3", {"int": "5"}, [], True],
        ),
        (Estimate(value=1.0, n=1), "value", ["NaN", "Infinity", "1", {"int": "x"}, []]),
        (Estimate(value=1.0, low=0.5, high=2.0, n=1), "low", ["NaN", "nan", True]),
        (Interval(0.0, 1.0), "level", ["NaN", "Infinity", None]),
        (Profile(grain="half", weights=[1, 2]), "weights", [[1, None], [1, {"minor": 1, "unit": "CNY"}]]),
        (Breakdown(label=Message("x"), value=1), "value", ["NaN", [], True, {"minor": 1}]),
    ],
    ids=lambda value: type(value).__name__ if attrs.has(type(value)) else "",
)
def test_neither_schema_nor_reader_takes_what_a_field_cannot_hold(noun: object, field: str, values: list[object]) -> None:
    fits = validator(type(noun)).is_valid
    enclosing = json.loads(dumps(noun))
    assert fits(enclosing)
    for value in values:
        altered = enclosing["data"] | {field: value}
        assert not fits(enclosing | {"data": altered}), value
        with pytest.raises(InvalidInputError):
            structure(altered, type(noun))


def test_the_schema_of_what_is_no_noun_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        schema(int)
    assert caught.value.path == ("kind",)


# The extra


@pytest.mark.parametrize("package", ["cattrs", "orjson"])
def test_without_its_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        importlib.reload(serialize)
    assert str(caught.value).endswith("(hint: pip install 'salesperf[json]')")
    assert caught.value.params["package"] == package


def test_every_noun_that_is_drawn_has_a_schema() -> None:
    assert {noun.__name__ for noun in {**NOUNS, **POLICIES}} <= {page.stem for page in SCHEMAS.iterdir()}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("[]", "expected an object, got list"),
        (enclosed("[]"), "data: expected an object, got list"),
        (enclosed("null"), "data: expected an object, got None"),
        (enclosed('{"id": ["Ada"]}'), "id: expected text, got 'Ada'"),
    ],
)
def test_what_stands_in_the_place_of_something_else_is_told_by_its_place_and_kind(data: str, text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        loads(data, Team)
    assert str(caught.value).endswith(f"- {text}")


CARD = {"criteria": [{"key": "fit", "scale": {"Scorecard": {"criteria": [{"key": "met", "scale": {"Flag": {"yes": 1}}}]}}}]}


@pytest.mark.parametrize(
    ("kind", "path", "altered", "where", "code"),
    [
        (Scorecard, ("criteria", 0, "scale"), {"Line": {}}, ("criteria", 0, "scale"), "choice"),
        (Scorecard, ("criteria", 0, "scale"), {}, ("criteria", 0, "scale"), "length"),
        (
            Scorecard,
            ("criteria", 0, "scale", "Scorecard", "criteria", 0, "scale"),
            {"Flag": {"yes": "x"}},
            ("criteria", 0, "scale", "Scorecard", "criteria", 0, "scale", "Flag", "yes"),
            "unreadable_number",
        ),
        (Bands, ("cuts", 1), ["B"], ("cuts", 1), "length"),
        (Bands, ("cuts", 1), ["B", None], ("cuts", 1, 1), "wrong_type"),
        (Bands, ("cuts", 1), ["B", 90], ("cuts", 1), "bands_overlap"),
        (Bands, ("cuts", 0), ["A", "-Infinity"], ("cuts", 0), "not_finite"),
        (FollowUpPolicy, ("cadences", "A", 0, "workdays"), 0, ("cadences", "A", 0, "workdays"), "out_of_range"),
        (FollowUpPolicy, ("cadences", "A"), [], ("cadences", "A"), "cadence_empty"),
    ],
)
def test_a_fault_in_a_policy_is_told_where_it_stands(
    kind: type, path: tuple[Any, ...], altered: object, where: tuple[Any, ...], code: str
) -> None:
    plain: Any = {
        Scorecard: CARD,
        Bands: {"cuts": [["A", 80], ["B", 50]]},
        FollowUpPolicy: {"cadences": {"A": [{"workdays": 1, "channel": "call", "action": "hello"}]}},
    }[kind]
    good = json.loads(json.dumps(plain))
    assert isinstance(structure(good, kind), kind)
    at: Any = good
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = altered
    assert refused(good, kind) == [(where, code)]


def test_a_scale_of_a_callers_own_is_not_written() -> None:
    class Bent(Flag):
        """A scale that no reader of a document would know."""

    with pytest.raises(InvalidValueError) as caught:
        dumps(Criterion("met", Bent(1)))
    assert caught.value.code == "wrong_type"
