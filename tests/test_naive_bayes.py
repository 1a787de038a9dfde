"""Naive Bayes: against scikit-learn and the open-source CRM, what a reader is told, and what is refused."""

import math
import pickle
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pytest

from salesperf import InvalidValueError, UnknownNameError
from salesperf.grading import FEWEST_CASES, Codes, NaiveBayes

Oracle = Callable[[str], Any]


# scikit-learn

CASES = range(2)


@pytest.mark.parametrize("number", CASES)
def test_the_posteriors_are_those_of_scikit_learn(oracle: Oracle, number: int) -> None:
    # naive_bayes.json: CategoricalNB of scikit-learn 1.9.1
    case = oracle("naive_bayes.json")["cases"][number]
    rows = np.array(case["X"])
    columns = {f"f{place}": rows[:, place] for place in range(rows.shape[1])}
    table = NaiveBayes.fit(columns, np.array(case["y"]), smoothing=case["alpha"])
    query = np.array(case["query"])
    asked = {name: query[:, place] for place, name in enumerate(columns)}
    assert table.probability(asked) == pytest.approx(case["posterior_won"], rel=0, abs=1e-12)
    coded = {name: Codes(column, tuple(range(card))) for (name, column), card in zip(asked.items(), case["card"], strict=True)}
    assert table.probability(coded).tolist() == table.probability(asked).tolist()


def test_there_is_no_case_that_is_not_compared(oracle: Oracle) -> None:
    assert len(oracle("naive_bayes.json")["cases"]) == len(CASES)


# The formula of the open-source CRM: odoo_pls.json, odoo/odoo addons/crm/tests/test_crm_pls.py

FIELDS = ("country", "state", "email", "phone", "source")
IDS = ("pls-07-live-lead3-new", "pls-10-tag1", "pls-12-tags-both", "pls-17-stage-only-l8", "pls-18-tooltip")


def stages_of(lead: Mapping[str, Any], order: list[str]) -> tuple[str, ...]:
    """Return the stages that a decided lead counts in: all when it was won, else those up to where it was lost."""
    return tuple(order) if lead["outcome"] == "won" else tuple(order[: order.index(lead["stage"]) + 1])


def counted(leads: list[Mapping[str, Any]], order: list[str], fields: tuple[str, ...]) -> NaiveBayes:
    columns: dict[str, list[object]] = {field: [lead[field] for lead in leads] for field in fields}
    columns["stage"] = [stages_of(lead, order) for lead in leads]
    columns["tags"] = [tuple(lead["tags"]) for lead in leads]
    return NaiveBayes.fit(columns, [lead["outcome"] == "won" for lead in leads], smoothing="odoo")


def read(oracle: Oracle, name: str) -> tuple[Any, Any]:
    document = oracle("odoo_pls.json")
    (case,) = (case for case in document["cases"] if case["id"] == name)
    return document["convention"], case


def facts_of(lead: Mapping[str, Any]) -> dict[str, object]:
    return {**lead, "tags": tuple(lead["tags"])}


def table_of(convention: Any, inputs: Any) -> NaiveBayes:  # noqa: ANN401 - whatever the JSON holds
    closed = [*convention["histories"][inputs["history"]], *inputs.get("extra_closed", [])]
    of_team = [lead for lead in closed if lead["team"] == inputs["lead"]["team"]]
    return counted(of_team, convention["stage_order"], tuple(inputs["fields"]))


@pytest.mark.parametrize("name", IDS)
def test_the_chance_is_that_of_the_open_source_crm(oracle: Oracle, name: str) -> None:
    convention, case = read(oracle, name)
    told = table_of(convention, case["inputs"]).explain(facts_of(case["inputs"]["lead"]))
    assert 100 * told.value == pytest.approx(case["expected"]["probability_pct"], rel=0, abs=case["tolerance"])


def test_the_evidence_is_what_the_crm_shows_beside_a_chance(oracle: Oracle) -> None:
    convention, case = read(oracle, "pls-18-tooltip")
    told = table_of(convention, case["inputs"]).explain(facts_of(case["inputs"]["lead"]))
    scores = {each.fact: 1 / (1 + math.exp(-each.log_odds)) for each in told.evidence if each.fact != "stage"}
    expected = {fact: score for fact, score in case["expected"]["scores"].items() if fact != "stage"}
    assert scores == pytest.approx(expected, rel=0, abs=case["tolerance"])


def test_tags_of_few_cases_are_ignored_and_their_counts_kept(oracle: Oracle) -> None:
    convention, case = read(oracle, "pls-10-tag1")
    table = table_of(convention, case["inputs"])
    assert {tag: [won + 0.1, lost + 0.1] for tag, (won, lost) in table.tables["tags"].items()} == case["expected"]["tag_rows"]
    rare = table + counted([{**dict.fromkeys(FIELDS), "stage": "new", "outcome": "won", "tags": ["rare"]}], ["new"], FIELDS)
    told = rare.explain({"tags": ("rare",)})
    assert (told.left_out, told.evidence) == (("country", "email", "phone", "source", "stage", "state", "tags"), ())


def test_winning_losing_and_taking_it_back_leave_the_counts_of_the_crm(oracle: Oracle) -> None:
    convention, case = read(oracle, "pls-06-live-events")
    order = convention["stage_order"]
    leads = {lead["id"]: lead for lead in convention["pending"]}
    history = convention["histories"][case["inputs"]["history"]]
    teams = {team: counted([lead for lead in history if lead["team"] == team], order, FIELDS) for team in (1, 2)}
    how = {"lose": ("lost", 1), "win": ("won", 1), "restore_lost": ("lost", -1), "move_to_won_stage": ("won", 1)}
    for event, rows in zip(case["inputs"]["events"], case["expected"]["after"], strict=True):
        outcome, sign = {**how, "archive_while_won": (None, 0), "move_back_to": ("won", -1)}[event["op"]]
        lead = leads[event["lead"]]
        if outcome is not None:
            one = counted([{**lead, "outcome": outcome}], order, FIELDS)
            teams[lead["team"]] = teams[lead["team"]] + one if sign > 0 else teams[lead["team"]] - one
        for team, field, value, won, lost in rows:
            counts = teams[team].tables[field].get(value, (0, 0))
            assert [count + 0.1 for count in counts] == pytest.approx([won, lost], rel=0, abs=case["tolerance"])


def test_every_case_of_the_crm_is_compared(oracle: Oracle) -> None:
    assert {case["id"] for case in oracle("odoo_pls.json")["cases"]} == {*IDS, "pls-06-live-events"}


def test_the_formula_of_the_crm_tells_a_chance_from_cases_of_one_kind_and_leaves_unseen_values_out() -> None:
    table = NaiveBayes.fit({"source": ["web", "fair"]}, [True, True], smoothing="odoo")
    # 2.1 / 2.2 before any fact, and by hand
    assert table.probability({"source": ["unseen", None]}).tolist() == pytest.approx([2.1 / 2.2] * 2, rel=1e-12)


# What is told


def table(minimum: int = 4) -> NaiveBayes:
    columns: dict[str, list[object]] = {
        "channel": ["referral", "web", "web", "referral", ""],
        "sized": [True, False, None, True, float("nan")],
    }
    return NaiveBayes.fit(columns, [1, 0, 0, 1, 0], minimum=minimum)


def test_what_is_not_known_has_no_part() -> None:
    columns: dict[str, list[object]] = {"channel": ["web", None], "sized": [True, False]}
    together = table().log_odds(columns)
    assert together[1] == table().log_odds({"sized": [False]})[0]
    assert table().explain({"sized": False, "colour": "red"}).left_out == ("channel",)
    assert table().cases == 5


def test_a_short_history_is_called_insufficient_and_its_arithmetic_still_holds() -> None:
    told = table(minimum=6).explain({"channel": "web"})
    assert told.estimate.value is None
    assert told.estimate.reason is not None
    assert told.text() == "Chance to be won: insufficient history, 5 cases where at least 6 are needed."
    assert told.text("zh") == "赢单概率：历史不足，只有 5 个案例，至少需要 6 个。"
    assert told.breakdown.holds()
    assert told.value == table(minimum=6).probability({"channel": ["web"]})[0]
    assert (table(5).reason, table(FEWEST_CASES).reason is None) == (None, False)


def test_a_reader_sees_what_argues_for_and_against() -> None:
    told = table().explain({"channel": "web", "sized": True})
    assert [each.fact for each in told.reasons_for] == ["sized"]
    assert [each.fact for each in told.reasons_against] == ["channel"]
    assert told.text() == (
        "Chance to be won: 33.3%, from 5 cases. For it: sized yes (2 won, 0 lost). Against it: channel web (0 won, 2 lost)."
    )
    assert told.text("zh") == (
        "赢单概率：33.3%，依据 5 个案例。有利：sized 是（2 个赢单、0 个输单）。不利：channel web（0 个赢单、2 个输单）。"
    )
    assert [row["fact"] for row in told.rows()] == ["channel", "sized"]
    assert told.estimate.n == 5
    assert table().rows()[0] == {"fact": "channel", "value": "referral", "won": 2, "lost": 0}
    assert table().explain({}).text() == "Chance to be won: 40.0%, from 5 cases."


def test_a_value_named_twice_in_a_row_counts_once() -> None:
    assert NaiveBayes.fit({"tags": [("new", "new")]}, [True]).tables["tags"] == {"new": (1, 0)}


def test_codes_of_any_width_count_alike() -> None:
    numbers = np.arange(700) % 3
    labels = ("a", "b", "c")
    expected = NaiveBayes.fit({"f": [labels[number] for number in numbers]}, numbers % 2 == 1)
    for kind in (np.uint8, np.int16, np.uint64):
        column = {"f": Codes(numbers.astype(kind), labels)}
        assert NaiveBayes.fit(column, numbers % 2 == 1) == expected
        assert (
            expected.probability(column).tolist()
            == expected.probability({"f": [labels[number] for number in numbers]}).tolist()
        )


def test_an_array_counts_as_a_sequence_does() -> None:
    won = [True, False, True]
    words, pairs = np.array(["a", "", "b"]), np.array([("a", "b"), None, "a"], dtype=object)
    assert NaiveBayes.fit({"f": words}, won) == NaiveBayes.fit({"f": ["a", None, "b"]}, won)
    assert NaiveBayes.fit({"f": pairs}, won).tables["f"] == {"a": (2, 0), "b": (1, 0)}


def test_many_values_are_counted_in_one_go() -> None:
    numbers = np.arange(40_000)
    many = NaiveBayes.fit({"f": Codes(numbers, tuple(range(40_000)))}, numbers % 2 == 0)
    assert (many.tables["f"][39_998], many.tables["f"][39_999]) == ((1, 0), (0, 1))


def test_a_label_that_no_row_has_is_no_value_and_refused_by_none() -> None:
    column = Codes(np.array([0, 1, 0]), ("a", "b", "never"))
    one = NaiveBayes.fit({"f": column}, [True, False, True])
    assert set(one.tables["f"]) == {"a", "b"}
    assert one.probability({"f": column}).shape == (3,)


def test_a_table_equals_its_copies() -> None:
    one = table()
    assert pickle.loads(pickle.dumps(one)) == one == eval(repr(one), {"NaiveBayes": NaiveBayes, "FrozenMap": dict})  # noqa: S301,S307 - our own
    assert hash(one) == hash(attrs.evolve(one))
    assert one != NaiveBayes.empty(["channel", "sized"], minimum=4)
    assert one.__add__(1) is NotImplemented
    assert one.__sub__(1) is NotImplemented


# Refused


def refusal(call: Callable[[], object]) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises((InvalidValueError, UnknownNameError)) as caught:
        call()
    return caught.value.code, caught.value.path


def test_an_unknown_value_is_refused_with_the_known_ones_or_left_out() -> None:
    with pytest.raises(UnknownNameError, match=r"columns.channel:1: .*'referral', 'web'.*got 'fair'") as caught:
        table().probability({"channel": ["web", "fair"]})
    assert (caught.value.code, caught.value.path) == ("unknown_category", ("columns", "channel", 1))
    left_out = table().probability({"channel": ["fair"]}, unknown="as_missing")
    assert left_out.tolist() == pytest.approx([0.4], rel=1e-12)
    wrong: Any = "ignore"
    assert refusal(lambda: table().probability({"channel": ["web"]}, unknown=wrong)) == ("choice", ("unknown",))


def test_a_name_that_may_be_a_slip_of_a_fact_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="perhaps 'channel', got 'chanel'"):
        table().explain({"chanel": "web", "sized": True})
    assert refusal(lambda: table().explain({"chanel": "web"})) == ("misspelt_counted", ("facts",))
    assert refusal(lambda: table().probability({"chanel": ["web"], "sized": [True]})) == ("misspelt_counted", ("columns",))
    alone = table().explain({"sized": True}).value
    # Whatever else a lead bears is its own affair, and so is what is like a fact that is there.
    assert table().explain({"sized": True, "industry": "food", "size": 3}).value == alone


def test_a_history_of_one_outcome_tells_no_chance() -> None:
    for won in (True, False):
        one = NaiveBayes.fit({"channel": ["web"]}, [won])
        assert refusal(lambda one=one: one.probability({"channel": ["web"]})) == ("one_outcome", ("NaiveBayes",))  # type: ignore[misc] # one of the loop
    nothing = NaiveBayes.empty(["channel"], smoothing="odoo")
    assert refusal(lambda: nothing.explain({})) == ("one_outcome", ("NaiveBayes",))


@pytest.mark.parametrize(
    ("columns", "won", "code", "path"),
    [
        ({"f": ["a", 1.5]}, [True, False], "not_a_label", ("columns", "f", 1)),
        ({"f": [("a", 1.5)]}, [True], "not_a_label", ("columns", "f", 0)),
        ({"f": Codes(np.array([0]), ("a", 0.5))}, [True], "not_a_label", ("columns", "f")),
        ({"f": [["a"]]}, [True], "unhashable", ("columns", "f", 0)),
        ({"f": ["a"]}, [True, False], "length", ("columns", "f")),
        ({"f": np.zeros((1, 1))}, [True], "dimensions", ("columns", "f")),
        ({"f": "a"}, [True], "wrong_type", ("columns", "f")),
        ({"f": 7}, [True], "wrong_type", ("columns", "f")),
        ([], [True], "wrong_type", ("columns",)),
        ({"f": ["a"]}, True, "not_flags", ("won",)),
        ({"f": ["a"]}, "a", "not_flags", ("won",)),
        ({"f": ["a"]}, [[True]], "dimensions", ("won",)),
        ({"f": ["a"]}, [10**400], "not_a_flag", ("won", 0)),
        ({"f": ["a"]}, np.ma.array([True], mask=[True]), "masked", ("won",)),
        ({"f": ["a", "b"]}, [True, Decimal("sNaN")], "not_a_flag", ("won", 1)),
        ({"f": [True, 1]}, [True, False], "flags_beside_numbers", ("columns", "f", 1)),
        ({"f": [Decimal("sNaN")]}, [True], "not_finite", ("columns", "f", 0)),
        ({"f": ["a"]}, [[True], [True, False]], "not_flags", ("won",)),
        ({"f": ["a", "b"]}, [True, 2], "not_a_flag", ("won", 1)),
        ({"f": ["a", "b"]}, [1.0, math.nan], "not_a_flag", ("won", 1)),
        ({"f": ["a", 1]}, [True, False], "unordered_keys", ("FrozenMap",)),
    ],
)
def test_malformed_columns_are_refused(columns: Any, won: object, code: str, path: tuple[object, ...]) -> None:  # noqa: ANN401 - malformed
    assert refusal(lambda: NaiveBayes.fit(columns, won)) == (code, path)


@pytest.mark.parametrize(("smoothing", "code"), [(0, "not_positive"), (-1.0, "not_positive"), (1e7, "out_of_range")])
def test_smoothing_lies_above_zero(smoothing: float, code: str) -> None:
    assert refusal(lambda: NaiveBayes.empty(["f"], smoothing=smoothing)) == (code, ("NaiveBayes", "smoothing"))


def test_names_are_a_sequence_of_names_each_once() -> None:
    assert refusal(lambda: NaiveBayes.empty("channel")) == ("wrong_type", ("by",))
    assert refusal(lambda: NaiveBayes.empty(["f", "f"])) == ("not_unique", ("by", 1))


def test_smoothing_has_one_name() -> None:
    wrong: Any = "laplace"
    assert refusal(lambda: NaiveBayes.empty(["f"], smoothing=wrong)) == ("choice", ("NaiveBayes", "smoothing"))


def test_no_column_that_is_asked_for_is_refused() -> None:
    assert refusal(lambda: table().probability({"colour": ["red"]})) == ("no_columns", ("columns",))


def test_tables_of_other_questions_do_not_merge() -> None:
    one = NaiveBayes.empty(["f"])
    for other, field in (
        (NaiveBayes.empty(["f"], smoothing=2), "smoothing"),
        (NaiveBayes.empty(["f"], minimum=3), "minimum"),
        (NaiveBayes.empty(["g"]), "tables"),
    ):
        assert refusal(lambda other=other: one + other) == ("tally_mismatch", ("NaiveBayes", field))  # type: ignore[misc] # other of the loop


def test_only_what_is_held_can_be_removed() -> None:
    one = NaiveBayes.fit({"f": ["a", "b"]}, [True, False])
    assert refusal(lambda: one - NaiveBayes.fit({"f": ["b"]}, [True])) == ("not_held", ("NaiveBayes", "f"))
    assert refusal(lambda: one - NaiveBayes.fit({"f": [None, None]}, [True, True])) == ("not_held", ("NaiveBayes",))


@pytest.mark.parametrize(("wrong", "path"), [(None, ()), ({"x": 1}, (0,))])
def test_tables_that_are_none_are_refused(wrong: Any, path: tuple[int, ...]) -> None:  # noqa: ANN401 - malformed
    with pytest.raises(InvalidValueError) as caught:
        NaiveBayes(tables=wrong)
    assert (caught.value.code, caught.value.path) == ("wrong_type", ("NaiveBayes", "tables", *path))


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"x": (-5, 1)}, "out_of_range"),
        ({"x": (500, 1)}, "out_of_range"),
        ({"x": (1, 3)}, "out_of_range"),
        ({"x": ("u", "v")}, "wrong_type"),
        ({"x": (0.5, 1)}, "wrong_type"),
        ({"x": (True, 1)}, "wrong_type"),
        ({"x": 5}, "wrong_type"),
        ({"x": (1,)}, "length"),
        ({"x": (1, 1, 0)}, "length"),
        ({"x": (0, 0)}, "not_positive"),
    ],
)
def test_counts_that_cannot_be_are_refused_when_they_are_made(table: Any, code: str) -> None:  # noqa: ANN401 - malformed
    right: dict[str | int, tuple[int, int]] = {"w": (1, 2)}
    assert refusal(lambda: NaiveBayes(won=1, lost=2, tables={"a": right, "b": right | table})) == (
        code,
        ("NaiveBayes", "tables", "b", 1),
    )
    for no_label in (None, 1.5):
        nobody: Any = {"b": {no_label: (1, 1)}}
        assert refusal(lambda nobody=nobody: NaiveBayes(won=1, lost=2, tables=nobody)) == (  # type: ignore[misc] # of the loop
            "not_a_label",
            ("NaiveBayes", "tables", "b", 0),
        )
    assert NaiveBayes(won=1, lost=2, tables={"b": right}).probability({"b": ["w"]}).tolist() == pytest.approx([1 / 3])


@pytest.mark.parametrize(
    ("value", "code"),
    [("fair", "unknown_category"), (1.5, "not_a_label"), (["web"], "unhashable"), (Decimal("sNaN"), "not_finite")],
)
def test_a_fact_that_cannot_be_explained_is_refused_as_a_fact(value: object, code: str) -> None:
    assert refusal(lambda: table().explain({"channel": value})) == (code, ("facts", "channel"))
