"""Numbers on leads pulled apart: each count into its leads, and what is overdue into its workdays."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import pytest
from explained import LOOKED, broken, explained, labels, of_sample, sample

import salesperf as sp
from salesperf.review import NumberTrees

ORG: Final = sp.Org(
    reps=[sp.Rep(id="ada", team="north"), sp.Rep(id="bo", team="north"), sp.Rep(id="cy", team="south")],
    teams=[sp.Team(id="north"), sp.Team(id="south")],
)


def change(month: int, day: int, **said: Any) -> sp.LeadChange:  # noqa: ANN401 - what a change says
    """Return a change of 2026."""
    return sp.LeadChange(date(2026, month, day), **said)


def lead(name: str, *later: sp.LeadChange, owner: str = "ada", **fields: Any) -> sp.Lead:  # noqa: ANN401 - fields of a lead
    """Return a lead that began on 1 September, a Tuesday."""
    return sp.Lead(id=name, history=[change(9, 1, status="new", owner=owner), *later], **fields)


def numbers(*leads: sp.Lead, owner: str | None = None, **others: Any) -> NumberTrees:  # noqa: ANN401 - other records
    """Return the numbers on leads."""
    records = sp.Records(org=ORG, leads=leads, **others)
    return explained(records, owner, as_of=LOOKED).below("leads")


def named(found: NumberTrees, address: str) -> list[str]:
    """Return what the number under an address is made of."""
    return labels(found.tree(f"leads/{address}"))


def test_every_number_that_the_report_tells_of_the_leads_of_the_sample_has_a_tree() -> None:
    # As the report of the sample company states them.
    told = {"lead/l-296/overdue_workdays": 13, "released": 10, "claimed": 7, "pool": 3}
    told |= {"came": 131, "converted": 40, "disqualified": 72, "open": 56, "overdue": 17, "untouched": 5}
    told |= {"grade/A": 5, "grade/B": 26, "grade/C": 16, "ungraded": 9, "hot": 1, "warm": 6, "cold": 49}
    found = of_sample()
    assert {name: found.tree(f"leads/{name}").value for name in told} == told
    assert all(len(found.tree(f"leads/{name}").parts) == count for name, count in told.items())


def test_the_table_of_members_comes_apart_too_and_what_is_none_is_told_as_none() -> None:
    review, found = sample(), of_sample().below("leads")
    assert review.leads is not None
    members = review.leads.members
    holders = [member.owner for member in members]
    for member in members:
        if holders.count(member.owner) == 1:
            for name in ("came", "converted", "disqualified", "open", "overdue", "untouched"):
                assert found.tree(f"leads/{member.owner}/{name}").value == getattr(member, name)
            assert found.tree(f"leads/{member.owner}/hot").value == member.hot
            assert found.tree(f"leads/{member.owner}/warm").value == member.warm
    twice = sorted({address.split("/")[1] for address in found.addresses if "@" in address})
    assert [name.split("@")[0] for name in twice] == ["r-13", "r-13"]


def test_what_is_overdue_is_so_for_the_workdays_since() -> None:
    # A lead without a grade is due within five workdays of 1 September: on Tuesday the 8th. Six workdays passed since, or
    # five, where the Monday is a holiday.
    found = numbers(lead("l-1"))
    assert named(found, "lead/l-1/overdue_workdays") == [f"2026-09-{day:02}" for day in (9, 10, 11, 14, 15, 16)]
    rested = numbers(lead("l-1"), calendar=sp.Calendar(holidays=[date(2026, 9, 14)]))
    assert rested.tree("leads/lead/l-1/overdue_workdays").value == 5
    without = explained(sp.Records(org=ORG, leads=[lead("l-1")]), as_of=LOOKED, with_records=False)
    tree = without.tree("leads/lead/l-1/overdue_workdays")
    assert (tree.value, tree.parts) == (6, ())
    assert tree.label.text() == "workdays after 2026-09-08 up to 2026-09-16"


def test_leads_that_went_to_the_pool_and_came_back_are_named_with_the_day() -> None:
    back = [change(9, 4, released=True), change(9, 7, owner="cy"), change(9, 9, released=True), change(9, 10, owner="ada")]
    given = lead("l-2", change(9, 3, owner="bo"))  # from one to the other is neither
    company = numbers(lead("l-1", *back), given)
    assert named(company, "released") == ["l-1, 2026-09-04", "l-1, 2026-09-09"]
    assert named(company, "claimed") == ["l-1, 2026-09-07", "l-1, 2026-09-10"]
    # Whoever lost it lost it, though it is another's by now.
    south = numbers(lead("l-1", *back), lead("l-3", owner="cy"), owner="south")
    assert named(south, "released") == ["l-1, 2026-09-09"]
    assert named(south, "claimed") == ["l-1, 2026-09-07"]


def test_leads_that_nothing_is_known_of_are_counted_as_such_and_warmth_that_is_not_told_has_no_number() -> None:
    undated = sp.Lead(id="l-2", history=[sp.LeadChange(None, status="new", owner="bo")])
    found = numbers(lead("l-1"), undated)
    assert named(found, "ungraded") == ["l-1", "l-2"]
    assert named(found, "undated") == ["l-2"]
    assert found.tree("leads/grade/A").value == 0
    assert [address for address in found.addresses if address.endswith(("/hot", "/warm", "/cold"))] == []
    assert found.tree("leads/bo/came").value == 0


@pytest.mark.parametrize("leads", [(), (lead("l-1", owner="cy"),)])
def test_who_has_no_leads_has_no_numbers(leads: Iterable[sp.Lead]) -> None:
    assert numbers(*leads, owner="north").addresses == ()


def test_names_that_are_like_words_of_an_address_or_tell_a_terminal_something_are_no_danger() -> None:
    org = sp.Org(reps=[sp.Rep(id="open", team="grade"), sp.Rep(id="lead", team="grade")], teams=[sp.Team(id="grade")])
    leads = [lead("a/b\x1b[31m", owner="open"), lead("open", owner="lead")]
    found = explained(sp.Records(org=org, leads=leads), as_of=LOOKED)
    told = {name: found.tree(f"leads/{name}").value for name in ("open", "open/open", "grade/open", "lead/open")}
    assert told == {"open": 2, "open/open": 1, "grade/open": 2, "lead/open": 1}
    assert found.tree("leads/lead/a/b [31m/overdue_workdays").value == 6
    assert broken(found.below("leads")) == []
