"""Numbers on objectives pulled apart: scores, what is expected, how sure the owners are, and on how much all that rests."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from explained import THIRD, broken, explained, labels, of_sample, sample, values
from small_records import company, yuan

import salesperf as sp
from salesperf.review import NumberTrees

AS_OF: Final = date(2026, 8, 15)  # the 46th of 92 days
CALENDAR: Final = sp.Calendar(weekend=())
"""Every day is worked, so that half of the quarter is half of it."""


def said(day: int, **what: Any) -> sp.CheckIn:  # noqa: ANN401 - what was said
    """Return a check-in of August."""
    return sp.CheckIn(date(2026, 8, day), **what)


def visits(name: str, *check_ins: sp.CheckIn, **fields: Any) -> sp.KeyResult:  # noqa: ANN401 - fields of a key result
    """Return a key result of a hundred visits."""
    return sp.KeyResult(id=name, start=0, target=100, check_ins=check_ins, **fields)


def objective(name: str, *parts: sp.KeyResult | sp.Objective, **fields: Any) -> sp.Objective:  # noqa: ANN401 - fields of an objective
    """Return an objective of the quarter."""
    key_results = [part for part in parts if isinstance(part, sp.KeyResult)]
    children = [part for part in parts if isinstance(part, sp.Objective)]
    return sp.Objective(id=name, **{"period": THIRD, "key_results": key_results, "children": children, **fields})


def numbers(*objectives: sp.Objective, with_records: bool = True) -> NumberTrees:
    """Return the numbers on objectives, each of which its parts make up."""
    records = sp.Records(org=company("ada"), objectives=objectives, calendar=CALENDAR)
    found = explained(records, as_of=AS_OF, with_records=with_records).below("objectives")
    assert broken(found) == []
    return found


def numbers_at(found: NumberTrees, *addresses: str) -> list[object]:
    """Return the numbers under some addresses."""
    return [found.tree(f"objectives/{address}").value for address in addresses]


def test_every_number_that_the_report_tells_of_the_objectives_of_the_sample_has_a_tree() -> None:
    # As the report of the sample company states them.
    found = of_sample()
    told = {"objectives": 8, "on_track": 4, "at_risk": 1, "off_track": 3, "key_results": 9, "scored": 8}
    assert {name: found.tree(f"objectives/count/{name}").value for name in told} == told
    assert numbers_at(found, "k-1-1-2/stands", "k-1-1-2/target") == [sp.Amount.of(51, sp.COUNT), sp.Amount.of(60, sp.COUNT)]
    assert numbers_at(found, "k-2-1/stands", "k-2-1/target") == [2, 3]
    assert numbers_at(found, "k-2-2/stands", "k-2-2/target/low", "k-2-2/target/high") == [19, 0, 24]
    confidence, coverage = (found.tree(f"objectives/o-1/{name}").value for name in ("confidence", "coverage"))
    assert (f"{confidence:.1%}", f"{coverage:.1%}") == ("65.4%", "90.6%")
    assert numbers_at(found, "o-1/silent_days", "o-1-2-3-1/silent_days", "k-1-2-3-1-2/silent_days") == [5, 54, 77]


def test_the_numbers_are_those_of_the_section() -> None:
    review, found = sample(), of_sample()
    assert review.objectives is not None
    for line in review.objectives.lines:
        score, address = line.score, f"objectives/{line.score.noun.id}"
        assert found.tree(address).value == score.value
        told = {"expected": score.expected, "confidence": score.confidence, "silent_days": line.silent_days}
        for name, value in told.items():
            assert value is None or found.tree(f"{address}/{name}").value == value
        assert broken(found.below(address)) == []


def test_what_is_expected_is_the_share_of_the_days_that_passed() -> None:
    found = numbers(objective("o", visits("k", said(10, value=45))))
    tree = found.tree("objectives/k/expected")
    assert (tree.value, values(tree)) == (0.5, [46, 92])
    assert labels(tree) == [
        "workdays from 2026-07-01 to 2026-08-15",
        "workdays from 2026-07-01 to 2026-09-30",
    ]
    (part,) = found.tree("objectives/o/expected").parts
    assert (part.value, part.parts) == (0.5, tree.parts)


def test_where_no_calendar_is_at_hand_what_is_expected_says_by_which_day() -> None:
    found = numbers(objective("o", visits("k", said(10, value=45))), with_records=False)
    tree = found.tree("objectives/k/expected")
    assert (tree.value, tree.parts) == (0.5, ())
    assert tree.label.text() == "expected by now: k, the share of its days that passed by 2026-08-15"


def test_a_band_is_expected_at_any_time_and_a_yes_on_the_last_day() -> None:
    band = sp.KeyResult(id="band", kind="band", band=sp.Band(0, 24), check_ins=[said(3, value=19)])
    signed = sp.KeyResult(id="signed", kind="yes_no", check_ins=[said(3, is_done=False)])
    found = numbers(objective("o", band, signed))
    assert numbers_at(found, "band/expected", "signed/expected", "o/expected") == [1.0, 0.0, 0.5]
    assert found.tree("objectives/signed/expected").label.text() == "expected on 2026-09-30, not before: signed"
    # A yes or no stands at no number.
    assert "objectives/signed/stands" not in found.addresses
    assert numbers_at(found, "band/stands", "band/target/low", "band/target/high") == [19, 0, 24]


def test_where_something_stands_is_what_was_said_last() -> None:
    steps = [sp.Milestone("plan"), sp.Milestone("pilot", "Pilot with three"), sp.Milestone("roll_out")]
    milestones = sp.KeyResult(
        id="steps",
        kind="milestones",
        milestones=steps,
        check_ins=[said(1, reached=["plan"]), said(7, reached=["plan", "pilot"]), said(9, note="nothing new")],
    )
    scored = sp.KeyResult(id="scored", kind="scored", check_ins=[said(5, score=Decimal("0.3"))])
    money = sp.KeyResult(id="money", start=yuan(0), target=yuan(500), check_ins=[said(5, value=yuan(200))])
    found = numbers(objective("o", milestones, scored, money, visits("unsaid")))
    reached = found.tree("objectives/steps/stands")
    assert reached.label.text() == "steps, said on 2026-08-07"
    assert labels(reached) == ["plan", "Pilot with three"]
    assert numbers_at(found, "steps/target", "scored/stands") == [3, Decimal("0.3")]
    assert numbers_at(found, "money/stands", "money/target") == [yuan(200), yuan(500)]
    assert found.below("objectives/unsaid").addresses == tuple(
        f"objectives/unsaid{name}" for name in ("", "/expected", "/silent_days")
    )
    assert numbers_at(found, "unsaid", "unsaid/silent_days", "steps/silent_days") == [None, 45, 6]


def test_how_sure_the_owner_is_is_the_mean_of_what_was_said_of_the_parts_by_weight() -> None:
    sure = visits("sure", said(2, value=10, confidence=Decimal("0.9")), weight=3)
    unsure = visits("unsure", said(2, value=10, confidence=Decimal("0.5")), said(8, value=20))
    silent = visits("silent", said(2, value=10), weight=6)
    found = numbers(objective("o", sure, unsure, silent))
    tree = found.tree("objectives/o/confidence")
    assert tree.value == pytest.approx(0.8)  # (3 x 0.9 + 1 x 0.5) / 4
    assert [(part.value, part.weight) for part in tree.parts] == [(0.9, 3), (0.5, 1)]
    assert tree.parts[1].label.text() == "confidence: unsure, said on 2026-08-02"
    assert "objectives/silent/confidence" not in found.addresses
    # What was said of it as a whole stands instead.
    whole = numbers(objective("o", sure, check_ins=[said(4, confidence=Decimal("0.2"))])).tree("objectives/o/confidence")
    assert (whole.value, whole.parts) == (0.2, ())


def test_the_coverage_is_the_share_of_the_weight_that_has_a_score() -> None:
    below = objective("below", visits("k-1", said(2, value=50)), visits("k-2"), weight=2)
    found = numbers(objective("o", objective("full", visits("k", said(2, value=50))), below, objective("empty")))
    tree = found.tree("objectives/o/coverage")
    # Of four parts of weight one is all, two are half, one is nothing.
    assert tree.value == 0.5
    assert [(part.value, part.weight) for part in tree.parts] == [(0.5, 2), (0.0, 1), (1.0, 1)]
    assert numbers_at(found, "below/coverage", "empty/coverage") == [0.5, 0.0]
    assert numbers_at(found, "empty") == [None]


def test_a_score_that_was_given_stands_for_all_below_it() -> None:
    given = objective("o", visits("k", said(2, value=50)), visits("unsaid"), check_ins=[said(9, score=Decimal("0.7"))])
    found = numbers(given)
    assert numbers_at(found, "o", "k", "o/coverage", "o/expected") == [0.7, 0.5, 1.0, 0.5]
    assert found.tree("objectives/o/coverage").parts == ()
    # A given score is expected as what is below would be: by the days that passed.
    assert values(found.tree("objectives/o/expected")) == [46, 92]


def test_what_has_not_begun_has_no_days_of_silence_and_expects_nothing_yet() -> None:
    later = sp.Period(date(2026, 9, 1), date(2026, 9, 11))
    found = numbers(objective("o", visits("k", period=later), visits("now", said(2, value=50))))
    tree = found.tree("objectives/k/expected")
    assert values(tree) == [0, 10]
    assert "objectives/k/silent_days" not in found.addresses
    assert found.tree("objectives/now/silent_days").label.text() == "days from 2026-08-02 to 2026-08-15"
    assert numbers_at(found, "count/on_track", "count/not_started") == [1, 0]


def test_of_days_that_nobody_works_nothing_is_expected() -> None:
    weekend = sp.Period(date(2026, 8, 1), date(2026, 8, 3))
    records = sp.Records(org=company("ada"), objectives=[objective("o", visits("k", said(2, value=50), period=weekend))])
    found = explained(records, as_of=AS_OF)
    assert numbers_at(found, "k", "o", "k/stands") == [0.5, 0.5, 50]
    assert not {"objectives/k/expected", "objectives/o/expected"} & set(found.addresses)


def test_what_is_not_of_the_period_has_a_score_and_no_days_of_silence() -> None:
    spring = sp.Period.quarter(2026, 2)
    found = numbers(
        objective("year", objective("spring", visits("k", said(2, value=50)), period=spring), period=sp.Period.year(2026))
    )
    assert numbers_at(found, "spring", "count/objectives", "count/key_results") == [0.5, 1, 0]
    assert "objectives/spring/silent_days" not in found.addresses


def test_a_review_without_objectives_has_no_such_numbers() -> None:
    assert numbers().addresses == ()


def test_ids_that_are_like_words_of_an_address_are_no_danger() -> None:
    found = numbers(objective("count", visits("objectives", said(2, value=50)), title="\x1b[31mcount"))
    assert numbers_at(found, "count", "count/objectives", "objectives", "objectives/stands") == [0.5, 1, 0.5, 50]
    assert all(address.isprintable() for address in found.addresses)
