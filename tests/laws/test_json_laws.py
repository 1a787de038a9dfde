"""JSON loses nothing and lets nothing pass: every noun comes back as it was, and whatever is altered is refused or stays."""

import json
import math
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from typing import Any, TypeAlias

import pytest
from examples import at_most
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from salesperf import Estimate, InvalidInputError, InvalidValueError, Message, Opportunity, Records, SalesperfError, Unit
from salesperf.io.serialize import KINDS, dumps, loads, structure, unstructure
from salesperf.io.serialize.converter import EXAMINER
from salesperf.testing import NOUNS, POLICIES, opportunities

Path: TypeAlias = tuple[str | int, ...]

few = settings(max_examples=at_most(20), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def by_name(noun: type) -> str:
    return noun.__name__


DRAWN: Mapping[type, st.SearchStrategy[Any]] = {**NOUNS, **POLICIES}
every_noun = pytest.mark.parametrize("noun", DRAWN, ids=by_name)


def assert_same(one: object, other: object) -> None:
    assert type(one) is type(other)
    assert (one, hash(one), repr(one)) == (other, hash(other), repr(other))


@every_noun
@few
@given(data=st.data())
def test_a_noun_comes_back_from_its_document_as_it_was(noun: type[Any], data: DataObject) -> None:
    drawn = data.draw(DRAWN[noun])
    assert_same(loads(dumps(drawn), noun), drawn)


@every_noun
@few
@given(data=st.data())
def test_a_noun_comes_back_from_plain_data_as_it_was_quickly_and_slowly(noun: type[Any], data: DataObject) -> None:
    drawn = data.draw(DRAWN[noun])
    plain = unstructure(drawn)
    assert_same(structure(plain, noun), drawn)
    assert_same(EXAMINER.structure(plain, noun), drawn)


@every_noun
@few
@given(data=st.data())
def test_equal_nouns_give_the_same_document_however_it_is_written(noun: type[Any], data: DataObject) -> None:
    drawn = data.draw(DRAWN[noun])
    text = dumps(drawn)
    assert dumps(structure(unstructure(drawn), noun)) == text
    assert json.dumps(json.loads(text)) == json.dumps({**json.loads(text), "data": unstructure(drawn)})
    assert json.loads(dumps(drawn, indent=2)) == json.loads(text)


any_decimals = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent, Context(prec=700)), st.integers(), st.integers(-500, 500)
)
any_values = st.one_of(
    st.integers(), st.integers(0, 700).map(lambda power: 10**power), any_decimals, st.fractions(), st.floats()
)


@given(value=any_values)
def test_whatever_number_is_written_is_read_as_it_was(value: object) -> None:
    drawn = Message.of("x", value=value)
    try:
        text = dumps(drawn)
    except InvalidValueError:  # so large that no reader would have it
        return
    assert repr(loads(text, Message)) == repr(drawn)


@given(value=st.floats() | st.integers(-(2**1000), 2**1000))
def test_whatever_estimate_there_is_comes_back_as_it_was(value: float) -> None:
    try:
        drawn = Estimate(value=value, low=value, high=math.inf, n=1)
    except InvalidValueError:
        return
    assert_same(loads(dumps(drawn), Estimate), drawn)


def test_every_noun_can_be_written() -> None:
    assert set(DRAWN) <= set(KINDS.values())


def places(plain: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - JSON
    """Yield the path to every value in plain data."""
    for step, item in plain.items() if isinstance(plain, dict) else enumerate(plain):
        yield (*path, step)
        if isinstance(item, dict | list):
            yield from places(item, (*path, step))


def at(plain: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the value at a path; what stands in no such place is nothing in particular."""
    for step in path:
        try:
            plain = plain[step]
        except (IndexError, KeyError, TypeError):
            return ...
    return plain


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from((2**53 - 1, 10**700, 0.5, 1.0, "", " ", "a", "1", "1/0", "1/2", "0.5", "2026-09-30", "2026-02-30", "CNY")),
)
json_values = st.one_of(
    scalars, st.lists(scalars, max_size=2), st.dictionaries(st.sampled_from(("a", "int", "date", "id")), scalars, max_size=2)
)


def kind_of_json(plain: Any) -> type:  # noqa: ANN401 - JSON
    """Return the kind of a value, of which JSON has one for all numbers."""
    return float if type(plain) is int else type(plain)


@pytest.mark.parametrize("noun", [noun for noun in DRAWN if noun not in (Records, Unit)], ids=by_name)
@few
@given(data=st.data())
def test_a_value_in_the_wrong_place_is_refused_or_read_as_what_it_is(noun: type[Any], data: DataObject) -> None:
    plain = json.loads(json.dumps(unstructure(data.draw(DRAWN[noun]))))
    assume(isinstance(plain, dict) and plain)
    *above, step = data.draw(st.sampled_from([*places(plain)]))
    altered = data.draw(json_values)
    at(plain, tuple(above))[step] = altered
    try:
        read = structure(plain, noun)
    except InvalidInputError:
        with pytest.raises(SalesperfError):
            EXAMINER.structure(plain, noun)
        return
    kept = unstructure(read)
    assert structure(kept, noun) == read
    # No text was made of a number, no number of a yes: what was given and still stands there is of its kind.
    stands = at(kept, (*above, step))
    # A number or a day that says its kind, as they do where any kind may stand, is what it says.
    is_tagged = isinstance(altered, dict) and altered.keys() in ({"int"}, {"date"})
    assert ... is stands or altered is None or is_tagged or kind_of_json(stands) is kind_of_json(altered)


@few
@given(deal=opportunities(), data=st.data())
def test_a_document_that_is_cut_off_is_refused(deal: Opportunity, data: DataObject) -> None:
    text = dumps(deal)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    with pytest.raises(InvalidValueError) as caught:
        loads(cut, Opportunity)
    assert caught.value.code == "json_syntax"


@settings(max_examples=at_most(200))
@given(text=st.one_of(st.text('{}[]",:\\ 1eE.-+ntfu0', max_size=40), st.binary(max_size=40)))
def test_whatever_else_is_no_json_is_refused_by_an_error_of_ours(text: str | bytes) -> None:
    with pytest.raises((InvalidInputError, InvalidValueError)):
        loads(text, Opportunity)
