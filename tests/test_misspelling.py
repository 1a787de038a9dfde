"""Slips: whose id a word may stand for that nobody bears, and whose it may not."""

import string
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import Org, Rep, Team
from salesperf.errors import UnknownNameError
from salesperf.model.misspelling import blurred, index_of, unknown_id

words = st.text(string.ascii_lowercase, min_size=3, max_size=12)


@given(words, st.data())
def test_a_letter_too_many_too_few_another_or_two_that_changed_places_is_a_slip(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    before, after = word[:place], word[place + 1 :]
    swapped = before + after[0] + word[place] + after[1:]
    for slip in (before + after, before + letter + after, before + letter + word[place:], swapped, word.upper()):
        assert not blurred(slip).isdisjoint(blurred(word))
        expected = "unknown_owner" if slip == word else "misspelt_owner"
        assert unknown_id(slip, index_of([word]), "basis").code == expected


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("285", "284"),  # other digits are another id
        ("r-1", "r-2"),
        ("bo", "cy"),
        ("ab", "ac"),  # one letter of two is no slip
        ("ada", "ada"),  # somebody who is there, but not where the question was
        (7, "ada"),
        (None, "ada"),
        ("a" * 41, "a" * 40),  # too long to be shown
    ],
)
def test_other_ids_are_not_taken_for_one_another(value: object, known: str) -> None:
    found = unknown_id(value, index_of([known]), "locks", 0, code="unknown_in_plan")
    assert isinstance(found, UnknownNameError)
    assert (found.code, found.path) == ("unknown_in_plan", ("locks", 0))


def test_of_several_the_first_by_the_alphabet_is_told_and_none_that_a_message_would_hide() -> None:
    assert unknown_id("bob", index_of(["bobo", "bo", "boby"]), "basis").params["known"] == "'bo'"
    assert unknown_id("1381234567x", index_of(["1381234567"]), "basis").code == "unknown_owner"


def test_an_organisation_knows_the_ids_of_its_reps_and_teams() -> None:
    org = Org(teams=[Team(id="east")], reps=[Rep(id="ada")])
    for slip, known in (("Ada", "'ada'"), ("eats", "'east'")):
        with pytest.raises(UnknownNameError) as caught:
            org.require_owner(slip, "target", "owner")
        assert (caught.value.code, caught.value.params["known"]) == ("misspelt_owner", known)
    assert org.unknown_owner("zed", "basis").code == "unknown_owner"


def test_thousands_of_wrong_names_cost_no_more_than_a_look_each() -> None:
    index = index_of(f"rep-{number}" for number in range(3_000))
    before = process_time()
    codes = [{unknown_id(f"{name}-{number}", index, "basis").code for number in range(3_000)} for name in ("pre", "team")]
    assert codes == [{"misspelt_owner"}, {"unknown_owner"}]
    # Comparing each with each would take a minute.
    assert process_time() - before < 5
