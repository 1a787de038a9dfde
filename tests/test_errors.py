"""Errors: what they show and hide, where they say it happened, and how they travel."""

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import errors
from salesperf.errors import (
    SHOWN,
    TEMPLATES,
    IllegalTransitionError,
    InfeasibleError,
    InvalidInputError,
    InvalidValueError,
    MissingExtraError,
    NotAdditiveError,
    Phrase,
    SalesperfError,
    UnitMismatchError,
    UnknownNameError,
    show,
)
from salesperf.testing import assert_no_personal_data, bad_values, personal_data

SINGLE = [
    IllegalTransitionError,
    InfeasibleError,
    InvalidValueError,
    MissingExtraError,
    NotAdditiveError,
    UnitMismatchError,
    UnknownNameError,
]


class Region(StrEnum):
    EAST = "east"


@given(personal_data())
def test_personal_data_are_told_by_type_and_length(secret: str) -> None:
    assert show(secret) == f"text of {len(secret)} characters"
    assert_no_personal_data(show([secret, (secret,), {secret: 1}]), [secret])


@given(bad_values())
def test_whatever_is_shown_is_short(value: object) -> None:
    assert 0 < len(show(value)) < 1000


@given(st.integers())
def test_a_whole_number_is_shown_while_it_is_too_short_to_telephone(number: int) -> None:
    assert (show(number) == str(number)) == (abs(number) < 10**6)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (True, "True"),
        ("east", "'east'"),
        ("r-17.b/2:x#1", "'r-17.b/2:x#1'"),
        (Region.EAST, "'east'"),
        (np.str_("east"), "'east'"),
        ("2026-09-30", "'2026-09-30'"),
        ("2026/9/31", "'2026/9/31'"),
        ("2026-09-01..2026-09-30", "'2026-09-01..2026-09-30'"),
        ("1380-01-38", "text of 10 characters"),
        ("123456", "'123456'"),
        ("1234567", "text of 7 characters"),
        ("\uff11\uff12\uff13", "text of 3 characters"),
        ("华东", "text of 2 characters"),
        ("José", "text of 4 characters"),
        ("ada@example.com", "text of 15 characters"),
        ("x" * 40, repr("x" * 40)),
        ("x" * 41, "text of 41 characters"),
        ("", "empty text"),
        (str, "text"),
        ((int, str), "int, text"),
        (-123456, "-123456"),
        (-1234567, "an int of 7 digits"),
        (10**39, "an int of 40 digits"),
        (10**40, "an int of 40 digits or more"),
        (np.int64(7), "7"),
        (0.25, "0.25"),
        (np.float64(0.25), "0.25"),
        (np.float32(0.1), "0.10000000149011612"),
        (-0.123456789, "-0.123456789"),
        (1.23456789, "a float of 7 or more digits"),
        (float("nan"), "nan"),
        (Decimal("12.50"), "12.50"),
        (Decimal("sNaN"), "sNaN"),
        (Decimal(13800138000), "a Decimal of 7 or more digits"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 10**7), "a Fraction of 7 or more digits"),
        (date(2026, 9, 30), "2026-09-30"),
        (datetime(2026, 9, 30, tzinfo=UTC), "a datetime"),
        ((), "nothing"),
        (["a", 1], "'a', 1"),
        ({"b", "a"}, "'a', 'b'"),
        (list(range(13)), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ..."),
        ([["a"], ("b", "c")], "a list of 1 items, a tuple of 2 items"),
        ({"a": 1}, "a value of type dict"),
        (b"east", "a value of type bytes"),
        (np.array([1.0]), "an array of float64"),
        (object(), "a value of type object"),
    ],
)
def test_a_value_is_shown(value: object, shown: str) -> None:
    assert show(value) == shown


def test_a_number_that_python_would_not_write_is_shown_by_its_length() -> None:
    assert show(10**5000) == "an int of 40 digits or more"
    assert show(Fraction(10**5000, 3)) == "a Fraction of 7 or more digits"


def test_a_list_within_itself_is_shown_all_the_same() -> None:
    endless: list[object] = ["a"]
    endless.append(endless)
    assert show(endless) == "'a', a list of 2 items"


def test_a_phrase_is_its_english_text_and_keeps_what_another_language_needs() -> None:
    phrase = show(["Ada Lovelace", 1])
    assert isinstance(phrase, Phrase)
    assert phrase == "text of 12 characters, 1"
    assert (phrase.key, phrase.arguments) == ("items", {"items": ("text of 12 characters", "1")})
    for other in (copy.deepcopy(phrase), pickle.loads(pickle.dumps(phrase))):  # noqa: S301 - our own bytes
        assert isinstance(other, Phrase)
        assert (other, other.key, other.arguments) == (phrase, phrase.key, phrase.arguments)


@given(personal_data())
def test_what_stands_for_a_value_stands_for_itself(secret: str) -> None:
    phrase = show(secret)
    assert show(phrase) is phrase
    assert InvalidValueError("empty", path=(phrase,), value=phrase).params == {"value": phrase}


def test_every_phrase_is_used() -> None:
    values: list[object] = [(), [1], [[1]], "a b", "", str, 10**9, 10**99, 1.23456789, object(), np.zeros(2)]
    values += [datetime(2026, 1, 1, tzinfo=UTC), Phrase("amount", amount="1.00 CNY"), Phrase("type_date")]
    phrases = [phrase for phrase in map(show, values) if isinstance(phrase, Phrase)]
    nested = [item for phrase in phrases for item in phrase.arguments.get("items", ()) if isinstance(item, Phrase)]  # type: ignore[attr-defined] # a tuple
    assert {phrase.key for phrase in [*phrases, *nested]} == set(SHOWN)


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ((), ""),
        (("fte",), "fte: "),
        (("Rep", "ramp", 2), "Rep.ramp:2: "),
        (("reps.csv", 4, "fte"), "reps.csv:4:fte: "),
        ((3, "fte"), "3:fte: "),
        ((np.int64(3), True), "3:1: "),
        (("张伟", "13800138000", None), "text of 2 characters.text of 11 characters.None: "),
    ],
)
def test_a_path_says_where_and_shows_nobody(path: tuple[str | int, ...], where: str) -> None:
    error = InvalidValueError("interval_half", path=path)
    assert error.where == where
    assert str(error) == f"{where}{TEMPLATES['interval_half']}"


@pytest.mark.parametrize("kind", SINGLE)
def test_an_error_is_the_nearest_builtin_too(kind: type[SalesperfError]) -> None:
    builtins: dict[type[SalesperfError], type[Exception]] = {MissingExtraError: ImportError, UnknownNameError: LookupError}
    assert issubclass(kind, SalesperfError)
    assert issubclass(kind, builtins.get(kind, ValueError))


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301 - our own bytes
def test_an_error_survives_being_copied_and_pickled(
    kind: type[SalesperfError], twin: Callable[[SalesperfError], SalesperfError]
) -> None:
    error = kind("out_of_range", path=("Rep", "fte"), low=0, high=10, value="Ada Lovelace")
    other = twin(error)
    assert type(other) is kind
    assert (other.code, other.path, other.params) == (error.code, error.path, error.params)
    assert str(other) == str(error) == "Rep.fte: expected a number from 0 to 10, got text of 12 characters"
    assert other.args == (str(error),)


def test_an_error_is_seen_from_further_out_or_from_elsewhere() -> None:
    error = InvalidValueError("not_finite", path=("fte",), value=Decimal("NaN"))
    assert error.within("reps.csv", 4).path == ("reps.csv", 4, "fte")
    assert error.at("ramp", 2).path == ("ramp", 2)
    assert error.at("ramp", 2).params == error.params
    assert error.path == ("fte",)


def test_an_unknown_code_stands_for_itself() -> None:
    assert str(InvalidValueError("a_code_of_yours")) == "a_code_of_yours"


def test_params_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        InvalidValueError("empty", value="").params["value"] = "13800138000"  # type: ignore[index] # that is the fault


def group() -> InvalidInputError:
    return InvalidInputError(
        [
            InvalidValueError("duplicate_id", path=("reps", 1), value="r1"),
            UnknownNameError("unknown_team", path=("reps", 2), value="t9"),
        ]
    )


def test_many_faults_are_one_error_with_a_line_each() -> None:
    assert str(group()).splitlines() == [
        "faults in the input: 2",
        "- reps:1: expected an id that no other rep or team bears, got 'r1' again",
        "- reps:2: expected the id of a team, got 't9'",
    ]
    assert repr(group()) == "InvalidInputError('faults in the input: 2')"
    assert (group().code, group().path, group().params) == ("invalid_input", (), {"count": "2"})


def test_a_long_list_of_faults_is_cut_and_says_so() -> None:
    fault = InvalidValueError("interval_half")
    lines = str(InvalidInputError([fault] * 53)).splitlines()
    assert len(lines) == 52
    assert lines[-1] == "- and 3 more"


def test_a_group_can_be_handled_kind_by_kind() -> None:
    seen: list[ExceptionGroup[SalesperfError]] = []
    try:
        raise group()
    except* UnknownNameError as unknown:
        seen.append(unknown)
    except* InvalidValueError as invalid:
        seen.append(invalid)
    assert [type(part) for part in seen] == [InvalidInputError, InvalidInputError]
    assert [str(part.exceptions[0]) for part in seen] == [str(fault) for fault in reversed(group().exceptions)]


def test_a_group_is_seen_from_further_out_fault_by_fault() -> None:
    assert [fault.path for fault in group().within("Org").exceptions if isinstance(fault, SalesperfError)] == [
        ("Org", "reps", 1),
        ("Org", "reps", 2),
    ]
    assert [fault.path for fault in group().at("Org").exceptions if isinstance(fault, SalesperfError)] == [("Org",), ("Org",)]


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301 - our own bytes
def test_a_group_survives_being_copied_and_pickled(twin: Callable[[InvalidInputError], InvalidInputError]) -> None:
    other = twin(InvalidInputError([group(), InvalidValueError("interval_half")]))
    assert type(other) is InvalidInputError
    assert str(other) == str(InvalidInputError([group(), InvalidValueError("interval_half")]))


def test_one_except_catches_a_group() -> None:
    with pytest.raises(SalesperfError):
        raise group()


def test_whatever_is_an_error_is_public() -> None:
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, SalesperfError)}
    assert kinds <= set(errors.__all__)
