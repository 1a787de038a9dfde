"""The numbers on competitors of a review, and on why deals were lost, pulled apart down to the deals."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final

import attrs
import pytest
from examples import at_most
from explained import THIRD, grown, labels, sample, values
from hypothesis import given, settings
from hypothesis import strategies as st
from small_records import company

from salesperf import (
    CNY,
    STANDARD_PROCESSES,
    USD,
    Amount,
    Breakdown,
    Change,
    Opportunity,
    Records,
    Unit,
)
from salesperf.kernels.proportion import newcombe, wilson
from salesperf.report import markdown
from salesperf.review import MarketSection, Review, build
from salesperf.review.explained.market import numbers_of_market

DECIDED: Final = date(2026, 8, 1)


def deal(
    number: int, outcome: str, yuan: int | None, *competitors: str, reason: str | None = None, unit: Unit = CNY
) -> Opportunity:
    """Make a deal that was decided."""
    begun = Change(date(2026, 6, 1), stage="proposal", owner="ada", amount=None if yuan is None else Amount.of(yuan, unit))
    history = [begun, Change(DECIDED, stage=outcome, reason=reason)]
    return Opportunity(id=f"o-{number:02}", history=history, competitors=competitors, process="basic")


DEALS: Final = (
    deal(1, "closed", 400, "Acme"),
    deal(2, "lost", 300, "Acme", reason="price"),
    deal(3, "lost", 200, "Acme", "Bolt", reason="price"),
    deal(4, "lost", 100, "Bolt", reason="feature"),
    deal(5, "closed", 600),
    deal(6, "closed", 300),
    deal(7, "lost", 100),
    deal(8, "cancelled", 900, "Acme", reason="budget"),
)
"""Of the last one nobody is told: it went to nobody."""


def reviewed(deals: Iterable[Opportunity]) -> Review:
    processes = [STANDARD_PROCESSES["basic"], STANDARD_PROCESSES["solution"]]
    records = Records(org=company("ada"), opportunities=list(deals), processes=processes)
    return build(records, owner=None, period=THIRD, as_of=THIRD.last)


def trees_of(deals: Iterable[Opportunity]) -> Mapping[str, Breakdown]:
    return grown(numbers_of_market(reviewed(deals)))


@cache
def traced() -> Mapping[str, Breakdown]:
    """Return the trees of the deals above."""
    return trees_of(DEALS)


def said(tree: Breakdown) -> list[str]:
    """Return what the parts are called, without the day on which all was decided."""
    return [label.removesuffix(f", {DECIDED}") for label in labels(tree)]


# A worked example


def test_what_was_decided_where_a_competitor_is_named_and_where_none_is() -> None:
    found = traced()
    assert said(found["market/decided"]) == [f"o-0{number}" for number in range(1, 8)]
    assert said(found["market/named/decided"]) == ["o-01", "o-02", "o-03", "o-04"]
    assert said(found["market/named/won"]) == ["o-01"]
    assert said(found["market/unnamed/lost"]) == ["o-07"]
    interval = wilson(1, 4)
    ends = [found[f"market/named/win_rate/{end}"].value for end in ("low", "high")]
    assert (found["market/named/win_rate"].value, *ends) == (0.25, interval.low, interval.high)


def test_the_difference_of_the_two_win_rates_and_the_ends_of_its_range() -> None:
    found, interval = traced(), newcombe(1, 4, 2, 3)
    difference = found["market/difference"]
    assert difference.value == pytest.approx(1 / 4 - 2 / 3)
    assert labels(difference) == [
        "win rate where a competitor is named",
        "win rate where none is named",
    ]
    low, high = (found[f"market/difference/{end}"] for end in ("low", "high"))
    assert (low.value, high.value) == (interval.low, interval.high)
    assert values(low) == [1, 4, 2, 3]


def test_each_competitor_and_what_was_lost_to_it() -> None:
    found = traced()
    assert said(found["market/competitor/Bolt/decided"]) == ["o-03", "o-04"]
    assert said(found["market/competitor/Acme/won"]) == ["o-01"]
    value = found["market/competitor/Acme/lost_value"]
    assert (value.value, said(value)) == (Amount.of(500, CNY), ["o-02", "o-03"])
    assert found["market/competitor/Bolt/win_rate/high"].value == wilson(0, 2).high
    assert found["market/unnamed/lost_value"].value == Amount.of(100, CNY)
    assert "market/more_competitors" not in found


def test_the_shares_of_what_was_decided_come_apart_into_deals() -> None:
    found = traced()
    whole = found["market/shares"]
    # Of 2,000: 1,300 won, 300 to Acme alone, 100 to Bolt alone, 200 to one of both and 100 to nobody named.
    assert [(part.label.text(), part.value, said(part)) for part in whole.parts] == [
        ("we", Amount.of(1300, CNY), ["o-01", "o-05", "o-06"]),
        ("Acme", Amount.of(300, CNY), ["o-02"]),
        ("Bolt", Amount.of(100, CNY), ["o-04"]),
        ("others", Amount.of(300, CNY), ["o-03", "o-07"]),
    ]
    names = ("own_share", "share/Acme", "share/Bolt", "others_share")
    assert [found[f"market/{name}"].value for name in names] == [0.65, 0.15, 0.05, 0.15]
    for name, part in zip(names, whole.parts, strict=True):
        assert found[f"market/{name}"].parts == (part, whole)


def test_why_deals_were_lost() -> None:
    found = traced()
    assert (found["market/reason/price"].value, found["market/reason/-"].value) == (0.5, 0.25)
    assert said(found["market/reason/price/lost"]) == ["o-02", "o-03"]
    assert said(found["market/reason/-/lost"]) == ["o-07"]
    assert found["market/reason/price/lost_value"].value == Amount.of(500, CNY)
    assert "market/more_reasons" not in found


# What is not there, or there twice


def test_without_competitors_and_reasons_there_are_no_numbers() -> None:
    assert trees_of([deal(1, "lost", 5)]) == {}


def test_where_a_competitor_is_always_named_there_is_no_difference() -> None:
    found = trees_of([deal(1, "lost", None, "Acme")])
    assert "market/difference" not in found
    rate = found["market/unnamed/win_rate"]
    assert (rate.value, values(rate)) == (None, [0, 0])
    assert {"market/unnamed/win_rate/low", "market/named/lost_value", "market/shares"}.isdisjoint(found)


def test_deals_of_two_processes_are_told_together_and_what_they_were_worth_in_each_unit() -> None:
    other = attrs.evolve(deal(9, "lost", 70, "Acme", unit=USD), process="solution")
    found = trees_of([*DEALS, other])
    assert said(found["market/competitor/Acme/lost"]) == ["o-02", "o-03", "o-09"]
    assert found["market/competitor/Acme/lost_value~CNY"].value == Amount.of(500, CNY)
    assert found["market/competitor/Acme/lost_value~USD"].value == Amount.of(70, USD)
    assert "market/competitor/Acme/lost_value" not in found
    assert found["market/competitor/Bolt/lost_value"].value == Amount.of(300, CNY)
    # What is in another unit has no share.
    assert found["market/shares"].value == Amount.of(2000, CNY)
    assert found["market/reason/-/lost_value~USD"].value == Amount.of(70, USD)


def test_names_that_look_like_something_else_stay_themselves() -> None:
    deals = [deal(1, "lost", 5, "explain.won", reason="-"), deal(2, "lost", 6, "own_share"), deal(3, "closed", 9, "a/lost")]
    found = trees_of(deals)
    assert said(found["market/shares"]) == ["we", "own_share", "explain.won", "others"]
    assert found["market/own_share"].value == 9 / 20
    assert found["market/share/own_share"].value == 6 / 20
    assert found["market/competitor/a/lost/won"].value == 1


def test_of_many_those_that_are_not_listed_are_named_and_have_a_share_together() -> None:
    deals = [deal(number, "lost", 100 - number, f"C{number}", reason=f"r{number}") for number in range(10)]
    review = reviewed(deals)
    found = grown(numbers_of_market(review))
    # Each on one deal: by name the first eight are listed.
    assert said(found["market/more_competitors"]) == ["C8", "C9"]
    assert said(found["market/more_reasons"]) == ["r8", "r9"]
    # 100 down to 91 are 955, and of the ten we got nothing.
    assert (found["market/others_share"].value, found["market/own_share"].value) == ((92 + 91) / 955, 0)
    text = markdown(review)
    assert "And 2 more, each on no more deals than these." in text
    assert "C7 9.7%, others, or several at once 19.2%" in text
    assert said(found["market/others_share"].parts[0]) == ["C8", "C9", "we", "others"]


def test_a_reason_that_nobody_gave_is_named_where_it_is_not_listed() -> None:
    deals = [deal(number, "lost", 5, reason=f"r{number}") for number in range(8)]
    assert said(trees_of([*deals, deal(9, "lost", 5)])["market/more_reasons"]) == ["no reason given"]


# Any deals


def test_the_competitors_of_the_sample_are_those_of_the_section() -> None:
    review = sample()
    found = grown(numbers_of_market(review))
    assert review.market is not None
    holds_what_is_told(found, review.market)
    assert (found["market/decided"].value, found["market/named/decided"].value) == (28, 18)


decided = st.lists(
    st.tuples(
        st.sampled_from(("closed", "lost", "cancelled")),
        st.none() | st.integers(0, 9),
        st.sampled_from(((), ("A",), ("A", "B"), ("B", "C"))),
        st.sampled_from((None, "price", "feature")),
        st.sampled_from((CNY, USD)),
    ),
    max_size=9,
)


@settings(max_examples=at_most(40))
@given(decided)
def test_whatever_was_decided_each_number_is_that_of_the_section(
    outcomes: list[tuple[str, int | None, tuple[str, ...], str | None, Unit]],
) -> None:
    deals = [
        deal(number, outcome, yuan, *against, reason=reason if outcome == "lost" else None, unit=unit)
        for number, (outcome, yuan, against, reason, unit) in enumerate(outcomes)
    ]
    review = reviewed(deals)
    found = grown(numbers_of_market(review))
    if review.market is None:
        assert not found
    else:
        holds_what_is_told(found, review.market)


def holds_what_is_told(found: Mapping[str, Breakdown], market: MarketSection) -> None:
    told: dict[str, object] = {"decided": market.named.decided + market.unnamed.decided}
    lines = {"named": market.named, "unnamed": market.unnamed}
    lines |= {f"competitor/{line.competitor}": line for line in market.competitors}
    for address, line in lines.items():
        told |= {f"{address}/{name}": getattr(line, name) for name in ("won", "lost", "decided")}
        told[f"{address}/win_rate"] = line.win_rate.value
        for amount in line.lost_value:
            told[f"{address}/lost_value" + (f"~{amount.unit}" if len(line.lost_value) > 1 else "")] = amount
    for reason in market.reasons:
        told |= {f"reason/{reason.reason or '-'}": reason.share, f"reason/{reason.reason or '-'}/lost": reason.count}
    if market.difference.value is not None:
        told |= {"difference": market.difference.value, "difference/high": market.difference.high}
    if market.shares is not None:
        told |= {f"share/{line.seller}": float(line.share or 0) for line in market.shares.lines if line.seller is not None}
        told |= {"own_share": float(market.shares.own.share or 0), "others_share": float(market.shares.rest_share or 0)}
    assert {address: found[f"market/{address}"].value for address in told} == told
