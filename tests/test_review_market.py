"""Competitors and reasons in a review: against whom deals were decided, why they were lost, and how it is written."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any, Final

import pytest

from salesperf import (
    CNY,
    STANDARD_PROCESSES,
    USD,
    Amount,
    Change,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Unit,
)
from salesperf.kernels.proportion import newcombe, wilson
from salesperf.messages import catalog
from salesperf.model.change import LOSS_REASONS, reason_title
from salesperf.report import markdown
from salesperf.review import MarketSection, Review, build

BASIC: Final = STANDARD_PROCESSES["basic"]
THIRD: Final = Period.quarter(2026, 3)
AS_OF: Final = THIRD.last
DECIDED: Final = date(2026, 8, 1)


def deal(
    number: int,
    outcome: str,
    yuan: int | None,
    *competitors: str,
    reason: str | None = None,
    owner: str = "ada",
    unit: Unit = CNY,
    on: date = DECIDED,
) -> Opportunity:
    """Make a deal that was decided."""
    amount = None if yuan is None else Amount.of(yuan, unit)
    history = [Change(date(2026, 6, 1), stage="proposal", owner=owner, amount=amount), Change(on, stage=outcome, reason=reason)]
    return Opportunity(id=f"o-{number:02}", history=history, competitors=competitors)


DEALS: Final = [
    deal(1, "closed", 400, "Acme"),
    deal(2, "lost", 300, "Acme", reason="price"),
    deal(3, "lost", 200, "Acme", "Bolt", reason="price"),
    deal(4, "lost", 100, "Bolt", reason="feature"),
    deal(5, "closed", 600),
    deal(6, "closed", 300),
    deal(7, "lost", 100),
    deal(8, "lost", 900, "Acme", reason="timing", on=date(2026, 6, 20)),
    deal(9, "cancelled", 900, "Acme", reason="budget"),
]
"""Of the quarter are the first seven: the eighth was lost before it, and the ninth cancelled."""


def reviewed(deals: Iterable[Opportunity], owner: str | None = None, **rest: Any) -> Review:  # noqa: ANN401 - what is asked for
    org = Org(reps=[Rep(id="ada"), Rep(id="bo")])
    records = Records(org=org, opportunities=list(deals), processes=[BASIC])
    return build(records, owner=owner, **{"period": THIRD, "as_of": AS_OF, **rest})


def section_of(deals: Iterable[Opportunity], **rest: Any) -> MarketSection:  # noqa: ANN401 - what is asked for
    section = reviewed(deals, **rest).market
    assert section is not None
    return section


def test_each_competitor_has_the_deals_on_which_it_is_named() -> None:
    section = section_of(DEALS)
    assert [(line.competitor, line.won, line.lost) for line in section.competitors] == [("Acme", 1, 2), ("Bolt", 0, 2)]
    acme, bolt = section.competitors
    assert [list(map(str, line.lost_value)) for line in (acme, bolt)] == [["500.00 CNY"], ["300.00 CNY"]]
    interval = wilson(1, 3)
    assert (acme.win_rate.value, acme.win_rate.low, acme.win_rate.high) == (1 / 3, interval.low, interval.high)
    assert (section.named.won, section.named.lost, section.unnamed.won, section.unnamed.lost) == (1, 3, 2, 1)
    assert section.difference.value == pytest.approx(1 / 4 - 2 / 3)
    told = newcombe(1, 4, 2, 3)
    assert (section.difference.low, section.difference.high, section.difference.n) == (told.low, told.high, 7)


def test_reasons_are_shares_of_the_deals_lost_with_those_not_given_last() -> None:
    section = section_of(DEALS)
    assert [(line.reason, line.count, line.share, *map(str, line.lost_value)) for line in section.reasons] == [
        ("price", 2, 0.5, "500.00 CNY"),
        ("feature", 1, 0.25, "100.00 CNY"),
        (None, 1, 0.25, "100.00 CNY"),
    ]


def test_what_one_competitor_alone_took_is_its_share_of_what_was_decided() -> None:
    shares = section_of(DEALS).shares
    assert shares is not None
    # Of 2,000: 1,300 won, 300 to Acme alone, 100 to Bolt alone, 200 to one of both and 100 to nobody named.
    assert [(line.seller, line.share) for line in shares.lines] == [
        (None, Fraction(13, 20)),
        ("Acme", Fraction(3, 20)),
        ("Bolt", Fraction(1, 20)),
    ]
    assert str(shares.rest) == "300.00 CNY"


@pytest.mark.parametrize(
    "spoiling", [deal(20, "lost", None, "Acme"), deal(20, "lost", 0), deal(20, "closed", -9), deal(20, "lost", -9, "Acme")]
)
def test_there_are_no_shares_where_the_value_of_lost_deals_is_not_known_or_a_value_is_below_nothing(
    spoiling: Opportunity,
) -> None:
    section = section_of([*DEALS, spoiling])
    assert section.shares is None
    assert section.competitors[0].without_amount == (spoiling.amount is None)


def test_there_are_no_shares_of_nothing() -> None:
    assert section_of([deal(1, "closed", 0, "Acme")]).shares is None
    assert section_of([deal(1, "closed", None, "Acme")]).shares is None
    assert section_of([deal(1, "lost", 9, reason="price")]).shares is None


def test_unlike_units_make_no_sum() -> None:
    section = section_of([*DEALS, deal(20, "lost", 70, "Acme", reason="price", unit=USD), deal(21, "closed", 5, unit=USD)])
    assert list(map(str, section.competitors[0].lost_value)) == ["500.00 CNY", "70.00 USD"]
    assert list(map(str, section.reasons[0].lost_value)) == ["500.00 CNY", "70.00 USD"]
    assert section.shares == section_of(DEALS).shares


def test_there_is_no_section_where_nobody_is_named_and_no_reason_given() -> None:
    assert reviewed([]).market is None
    assert reviewed(DEALS[4:7]).market is None
    assert reviewed(DEALS[7:]).market is None
    assert "## Competitors" not in markdown(reviewed(DEALS[4:7]))


def test_nobody_named_or_everybody_makes_no_difference_to_tell() -> None:
    only_reasons = section_of([deal(1, "lost", 9, reason="price")])
    assert (only_reasons.competitors, only_reasons.named.win_rate.value, only_reasons.difference.value) == ((), None, None)
    only_named = section_of(DEALS[:4])
    assert (only_named.reasons[0].reason, only_named.difference.value) == ("price", None)
    without_reasons = section_of(DEALS[:1])
    assert without_reasons.reasons == ()
    for deals in ([deal(1, "lost", 9, reason="price")], DEALS[:4], DEALS[:1]):
        for lang in ("en", "zh"):
            assert markdown(reviewed(deals), lang=lang)


def test_deals_are_of_who_had_them_when_they_were_decided_and_as_known_then() -> None:
    deals = [*DEALS, deal(20, "lost", 50, "Bolt", owner="bo")]
    lines = {
        owner: {each.competitor: each.lost for each in section_of(deals, owner=owner).competitors} for owner in ("ada", "bo")
    }
    assert lines == {"ada": {"Acme": 2, "Bolt": 2}, "bo": {"Bolt": 1}}
    assert reviewed(DEALS, as_of=date(2026, 7, 31)).market is None
    assert section_of(DEALS, as_of=date(2027, 1, 1)) == section_of(DEALS)


def test_a_report_tells_it_in_both_languages_with_names_escaped() -> None:
    hostile = deal(20, "lost", 50, "<b>|*Evil*", reason="= cmd | x")
    english, chinese = (markdown(reviewed([*DEALS, hostile]), lang=lang) for lang in ("en", "zh"))
    for line in (
        "- Won or lost in the period: 8; a competitor is named on 5",
        "- Win rate where none is named: 66.7% of 3 (95% range 20.8% – 93.9%)",
        "may be no more than chance",
        "- Of CNY 2,050 won or lost: we 63.4%, Acme 14.6%, Bolt 4.9%, \\<b\\>\\|\\*Evil\\* 2.4%, others",
        "| \\<b\\>\\|\\*Evil\\* |",
        "| = cmd \\| x ",
        "| no reason given ",
    ):
        assert line in english
    for line in ("- 本期赢单与输单共 8 个，其中 5 个注明了竞争对手", "### 输单原因", "未登记原因"):
        assert line in chinese


def test_a_clear_difference_is_told_and_long_lists_are_cut() -> None:
    lost = [deal(number, "lost", 10, f"C{number:02}", reason=f"R{number:02}") for number in range(12)]
    text = markdown(reviewed([*lost, *(deal(20 + number, "closed", 10) for number in range(8))]))
    assert "is more than chance would make" in text
    assert "And 4 more, each on no more deals than these." in text
    assert "And 4 more reasons, none given more often." in text
    assert "C11" not in text.split("### Why deals were lost", maxsplit=1)[0]
    assert "others, or several at once 25.0%" in text


@pytest.mark.parametrize(("lang", "titles"), [("en", ("price", "no budget")), ("zh", ("价格", "没有预算"))])
def test_reasons_of_ours_are_told_in_the_language_of_the_reader_and_one_s_own_as_they_are(
    lang: str, titles: tuple[str, str]
) -> None:
    lost = [deal(at, "lost", 9, reason=reason) for at, reason in enumerate(("price", "no_budget", "feature"))]
    told = section_of(lost)
    assert {line.reason for line in told.reasons} == {"price", "no_budget", "feature"}
    assert tuple(reason_title(reason).text(lang) for reason in ("price", "no_budget")) == titles
    assert reason_title("feature").text(lang) == "feature"
    assert {key.removeprefix("loss_reason.") for key in catalog(lang) if key.startswith("loss_reason.")} == {*LOSS_REASONS}
