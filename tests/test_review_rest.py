"""What stands in the line of nobody below has a line of its own, so that tables sum to what is told of all."""

import re

import attrs
import pytest
from explained import broken, of_sample, sample, values
from small_records import yuan

from salesperf import USD, Amount
from salesperf.report import markdown
from salesperf.review.places import nobody

REST = {"en": "| in none of these lines ", "zh": "| 未列入以上各行 "}


def cells(text: str, begin: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith(begin)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_leads_that_nobody_has_stand_below_the_teams(lang: str) -> None:
    review = sample()
    assert review.leads is not None
    rest = review.leads.rest
    assert rest is not None
    # By the sample's files 131 leads came, 3 of which nobody has.
    assert (review.leads.came, rest.came, rest.open) == (131, 3, 3)
    assert [row[1:5] for row in cells(markdown(review, lang=lang), REST[lang])] == [["3", "0", "1", "3"]]
    assert len(of_sample().tree("leads/rest/came").parts) == 3


def test_what_a_house_account_sold_stands_below_those_who_owe_something() -> None:
    review, found = sample("guangzhou"), of_sample("guangzhou")
    (revenue, customers, average) = review.metrics
    assert revenue.rest is not None
    assert (revenue.rest.target, revenue.rest.actual, revenue.rest.gap) == (yuan(0), yuan(107_000), yuan(107_000))
    assert customers.rest is not None
    assert average.rest is None  # averages do not add up
    rows = cells(markdown(review), REST["en"])
    assert rows[0][:5] == ["in none of these lines", "CNY 0", "CNY 107,000", "–", "CNY 107,000"]
    whole, together = found.tree("attainment/revenue/rest/actual").parts
    assert whole.value == found.tree("attainment/revenue/actual").value
    assert len(together.parts) == len([member for member in revenue.members if member.level == 0])
    assert values(found.tree("attainment/revenue/rest/gap")) == [yuan(107_000), yuan(0)]
    assert [each for each in broken(found) if "/rest/" in each] == []


def test_where_all_is_in_the_lines_of_members_there_is_no_other() -> None:
    assert not re.search(re.escape(REST["en"]), markdown(sample("south")))
    assert sample("r-05").metrics[0].rest is None


def test_of_members_in_another_unit_no_rest_is_told() -> None:
    (revenue, *_) = sample("guangzhou").metrics
    first, *others = revenue.members
    dollars = Amount.of(5, USD)
    goal = attrs.evolve(first.attainment.target, amount=dollars)
    other = attrs.evolve(first, attainment=attrs.evolve(first.attainment, target=goal, actual=dollars))
    assert attrs.evolve(revenue, members=(other, *others)).rest is None


def test_the_name_of_nobody_is_nobodys() -> None:
    assert nobody(sample().org) == "rest"
