"""The chance of an open deal pulled apart: the earlier deals that stood as it does, and on which day which of them was won."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from explained import THIRD, broken, explained, labels, of_sample, sample, values
from small_records import company, yuan

from salesperf import STANDARD_PROCESSES, Breakdown, Change, Opportunity, Period, Records
from salesperf.review import NumberTrees, build, explain

BASIC = STANDARD_PROCESSES["basic"]
AUGUST = date(2026, 8, 31)
HERE = "outlook/basic/CNY/deal"
BEGAN = date(2026, 1, 12)


def stood(name: str, entered: date, days: int = 0, end: str | None = None) -> Opportunity:
    """Make a deal that came to the proposal on a day, and from there to an end after some days, or to none."""
    began = Change(entered - timedelta(days=3), stage="lead", owner="ada", amount=yuan(100), expected_close=THIRD.last)
    history = [began, Change(entered, stage="proposal")]
    return Opportunity(id=name, history=history if end is None else [*history, Change(entered + timedelta(days), stage=end)])


def ended(*ends: tuple[int, str], each: int = 4) -> list[Opportunity]:
    return [stood(f"{end}-{days}-{number}", BEGAN, days, end) for days, end in ends for number in range(each)]


def looked(*deals: Opportunity, period: Period = THIRD, with_records: bool = True) -> NumberTrees:
    records = Records(org=company("ada"), opportunities=deals, processes=[BASIC])
    return explained(records, None, period, AUGUST, with_records=with_records)


def chance(found: NumberTrees, name: str) -> Breakdown:
    tree = found.tree(f"{HERE}/{name}")
    assert tree.holds()
    amount, told = tree.parts
    assert amount.value == yuan(100)
    return told


def test_a_chance_adds_up_the_days_on_which_deals_were_won_that_stood_as_long() -> None:
    # 12 deals stood for more than 10 days. 4 were won on day 20, ten days on; of the 4 that the losses of day 30 left, all on
    # day 35: 1/3 + 1/3 x 1. What was decided by day 10 says nothing of a deal that stands for so long.
    earlier = ended((20, "closed"), (30, "lost"), (35, "closed"), (10, "lost"), (3, "closed"))
    told = chance(looked(*earlier, stood("o-1", AUGUST - timedelta(days=10))), "o-1")
    assert told.value == pytest.approx(2 / 3)
    first, second = told.parts
    assert [part.value for part in (*first.parts, *second.parts)] == pytest.approx([1, 1 / 3, 1 / 3, 1])
    won, followed = first.parts[1].parts
    assert labels(won) == [f"closed-20-{number}" for number in range(4)]
    assert labels(second.parts[1].parts[0]) == [f"closed-35-{number}" for number in range(4)]
    # Before day 25 four had been won, of 12, and four were lost of the 8 that were left.
    undecided = second.parts[0]
    assert values(undecided) == [12, 4, 8, 4]
    assert labels(undecided)[2:] == ["earlier deals still followed on day 20", "earlier deals that ended on day 20"]
    # The deal itself has not stood for more than its own days.
    assert followed.value == 12
    text = "earlier deals that stood in Proposal for more than 10 days, still followed on day 10 from then"
    assert followed.label.text() == text


def test_where_none_was_won_in_time_it_is_none_of_those_that_stood_as_long() -> None:
    told = chance(looked(*ended((90, "closed"), (95, "lost"), (12, "lost")), stood("o-1", AUGUST - timedelta(days=10))), "o-1")
    assert (told.value, values(told)) == (0, [0, 12])
    assert len(told.parts[1].parts) == 12


def test_a_deal_that_stands_too_long_has_the_chance_of_those_that_stood_the_longest() -> None:
    earlier = [stood(f"e-{days}", BEGAN, days, "closed" if days % 2 else "lost") for days in range(20, 47)]
    told = chance(looked(*earlier, stood("o-1", AUGUST - timedelta(days=100))), "o-1")
    # Ten stood for more than 37 days: the deal itself, and those that ended on days 38 to 46. The first win came on day 39.
    undecided, rate = told.parts[0].parts
    assert undecided.value == pytest.approx(0.9)
    assert values(rate) == [1, 9]
    assert "for more than 37 days" in rate.parts[1].label.text()
    assert told.value == pytest.approx(0.4)


def test_chances_that_are_stated_or_of_which_no_records_are_at_hand_stand_by_themselves() -> None:
    few = chance(looked(stood("o-1", AUGUST)), "o-1")
    assert (few.value, few.parts) == (Decimal("0.5"), ())
    earlier = ended((20, "closed"), (30, "lost"), (35, "closed"))
    known = chance(looked(*earlier, stood("o-1", AUGUST), with_records=False), "o-1")
    assert known.value == pytest.approx(1 / 3)
    assert known.parts == ()


def test_a_chance_to_be_won_in_the_next_period_leaves_out_wins_before_it() -> None:
    # On the last of June a deal stands for 10 days; the third quarter is days 1 to 92 from then, the fourth 93 to 184.
    ends = [(20, "closed"), (110, "closed"), (300, "lost")]
    records = Records(org=company("ada"), opportunities=_of_last_year(ends), processes=[BASIC])
    review = build(records, owner=None, period=THIRD, as_of=THIRD.last)
    found = explain(review, records=records)
    told = found.tree(f"{HERE}/o-1").parts[1]
    # The next period is days 1 to 92 from the end of the third quarter: of the 12 that stood for 10 days 4 were won by then.
    assert told.value == pytest.approx(1 / 3)
    assert labels(told.parts[0].parts[1].parts[0]) == [f"closed-20-{number}" for number in range(4)]


def _of_last_year(ends: list[tuple[int, str]]) -> list[Opportunity]:
    began = date(2025, 1, 6)
    earlier = [stood(f"{end}-{days}-{number}", began, days, end) for days, end in ends for number in range(4)]
    return [*earlier, stood("o-1", THIRD.last - timedelta(days=10))]


def test_every_learnt_chance_of_the_sample_comes_apart_and_holds() -> None:
    found, (line,) = of_sample(), sample().outlook
    deals = {f"outlook/solution/CNY/deal/{deal.id}": deal for deal in line.forecast.counted}
    assert {deal.source for deal in deals.values()} == {"learnt", "learnt_at_longest", "learnt_by_stage"}
    bare = [address for address in deals if not found.tree(address).parts[1].parts]
    assert bare == []
    assert broken(found.below("outlook/solution/CNY/deal")) == []
    # Each is the chance that the forecast counts with.
    assert all(found.tree(address).value == deal.weighted for address, deal in deals.items())
