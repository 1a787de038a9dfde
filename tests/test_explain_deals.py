"""Numbers on deals, pulled apart: rates with their ends, stages, movements, hands, and what is amiss with open ones."""

from datetime import date
from functools import cache

import attrs
import pytest
from explained import broken, explained, labels, values
from small_records import company, yuan

from salesperf import STANDARD_PROCESSES, Amount, Breakdown, Change, Opportunity, Period, Records
from salesperf.review import NumberTrees

AUGUST = Period.month(2026, 8)


def deal(key: str, first: Change, *later: Change, owner: str | None = "ada") -> Opportunity:
    return Opportunity(id=key, process="solution", history=[attrs.evolve(first, owner=owner), *later])


def records() -> Records:
    began = date(2026, 8, 3)
    return Records(
        org=company("ada", "bo"),
        processes=[STANDARD_PROCESSES["solution"]],
        opportunities=[
            deal("o-1", Change(began, stage="prospecting", amount=yuan(90)), Change(date(2026, 8, 10), stage="won")),
            deal("o-2", Change(began, stage="prospecting", amount=yuan(50)), Change(date(2026, 8, 12), stage="lost")),
            deal("o-3", Change(began, stage="prospecting"), Change(date(2026, 8, 14), stage="lost")),
            deal("o-4", Change(date(2026, 7, 1), stage="prospecting", amount=yuan(70), expected_close=date(2026, 8, 20))),
            deal("o-5", Change(date(2026, 8, 20), stage="proposal", amount=yuan(40)), owner=None),
            deal("o-6", Change(date(2026, 7, 6), stage="proposal"), Change(date(2026, 8, 5), owner="ada"), owner="bo"),
            deal("o-7", Change(date(2026, 7, 6), stage="proposal"), Change(date(2026, 8, 6), owner="bo")),
        ],
    )


@cache
def numbers(owner: str | None = None) -> NumberTrees:
    return explained(records(), owner, AUGUST)


def tree(address: str, owner: str | None = None) -> Breakdown:
    return numbers(owner).tree(f"deals/solution/{address}")


def named(address: str, owner: str | None = None) -> list[str]:
    return labels(tree(address, owner))


@pytest.mark.parametrize("owner", [None, "ada"])
def test_every_tree_makes_its_number_up(owner: str | None) -> None:
    assert broken(numbers(owner)) == []


def test_what_was_open_at_both_ends_of_the_month_is_named() -> None:
    assert named("bridge/opening/deals") == ["o-4", "o-6", "o-7"]
    assert named("bridge/opening/without_amount") == ["o-6", "o-7"]
    assert named("bridge/closing/deals") == ["o-4", "o-5", "o-6", "o-7"]
    opening, closing = (tree(f"bridge/{end}/value") for end in ("opening", "closing"))
    assert (opening.value, closing.value) == (yuan(70), yuan(110))
    behind = [
        [leaf.label.text() for leaf in end.walk() if isinstance(leaf.value, Amount) and not leaf.parts]
        for end in (opening, closing)
    ]
    assert behind == [["o-4"], ["o-4", "o-5"]]


def test_the_ends_of_a_rate_rest_on_its_deals() -> None:
    low, high = tree("win_rate/low"), tree("win_rate/high")
    # Wilson's interval of 1 in 3 at 95%: z = 1.959964.
    z = 1.959964
    middle, spread = (1 + z * z / 2) / (3 + z * z), z * ((1 * 2 / 3 + z * z / 4) ** 0.5) / (3 + z * z)
    assert low.value == pytest.approx(middle - spread, rel=1e-6)
    assert high.value == pytest.approx(middle + spread, rel=1e-6)
    assert values(low) == [1, 3]
    assert labels(low.parts[1]) == ["o-1, 2026-08-10", "o-2, 2026-08-12", "o-3, 2026-08-14"]
    assert named("with_cycle") == ["o-1, 2026-08-10"]
    assert tree("median_cycle_days").value == 7


def test_open_deals_that_lack_something_are_named() -> None:
    assert named("without_amount") == ["o-6", "o-7"]
    assert named("of_nobody") == ["o-5"]
    assert named("flag/overdue") == ["o-4"]
    assert (tree("flag/action_overdue").value, named("without_probability")) == (0, [])
    assert named("actionable")[0] == "o-4"
    assert tree("deal/o-4/overdue/days").value == 11
    assert tree("deal/o-4/value").value == yuan(70)
    assert "deals/solution/deal/o-5/value" not in numbers().addresses


def test_a_stage_tells_of_the_longest_there_and_of_its_weighted_value() -> None:
    assert named("proposal/longest_days") == ["o-5", "o-6", "o-7"]
    assert tree("proposal/longest_days").value == 56  # since 6 July
    assert tree("proposal/weighted_value").value == yuan(20)
    assert (tree("proposal/limit").value, tree("proposal/undated").value, tree("contract/longest_days").value) == (
        None,
        0,
        None,
    )


def test_movements_come_apart_into_the_changes_behind_them() -> None:
    assert (tree("bridge/opening/deals").value, tree("bridge/closing/deals").value) == (3, 4)
    assert (tree("bridge/opening/value").value, tree("bridge/closing/value").value) == (yuan(70), yuan(110))
    assert named("bridge/created/deals") == ["o-1, 2026-08-03", "o-2, 2026-08-03", "o-3, 2026-08-03", "o-5, 2026-08-20"]
    assert tree("bridge/created/value").value == yuan(180)
    assert named("bridge/created/without_amount") == ["o-3, 2026-08-03"]
    assert (tree("bridge/opening/without_amount").value, tree("bridge/withheld").value) == (2, 0)


def test_deals_that_changed_hands_are_named() -> None:
    assert (named("taken_over", "ada"), named("handed_over", "ada")) == (["o-6"], ["o-7"])
    assert "deals/solution/taken_over" not in numbers().addresses


def test_the_funnel_names_the_visits_whose_middle_it_tells() -> None:
    days = tree("funnel/prospecting/median_days")
    assert {part.label.text(): part.value for part in days.parts} == {"o-1": 7, "o-2": 9, "o-3": 11}
    assert days.value == 9
    assert named("funnel/open") == ["o-5"]
    assert "deals/solution/funnel/contract/median_days" not in numbers().addresses


def test_what_was_due_is_decided_slipped_or_still_due() -> None:
    assert (named("due"), named("still_due"), named("due_and_decided")) == (["o-4"], ["o-4"], [])
    assert tree("slip_rate").value == 0
    assert [tree(f"slip_rate/{end}").value for end in ("low", "high")] == [0, pytest.approx(0.793451, abs=1e-6)]
