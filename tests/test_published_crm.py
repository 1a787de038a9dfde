"""Every figure of the published reviews of the CRM Sales Opportunities, computed from the rows without the library.

The pages are read as they are committed; ``test_published_reviews.py`` shows that they say what the library says now. The
lines with a figure are written a second time, in their order, so a figure that is new, gone or changed is found.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, zip_longest
from pathlib import Path
from statistics import fmean, median
from typing import Final

import attrs
import pytest
from crm_forecast import open_on
from crm_outcomes import most_outcomes
from crm_reviewed import (
    EVE,
    FIRST,
    LAST,
    LIMIT,
    SEGMENT_ORDER,
    YEAR,
    Buyers,
    Reviewed,
    age,
    listed,
    purchase_days,
    quarter,
    worth,
)
from crm_rows import CrmFiles, Row, read_crm
from page_lines import (
    Part,
    dollars,
    figures,
    lines_with_figures,
    parts_of,
    percent,
    range_of,
    row,
    table_rows,
    whole,
)

from pages import ROOT

BEFORE: Final = date(2017, 7, 1)
"""The first day of the quarter before."""
QUIET: Final = 30
"""Days without a word after which a deal, or a customer, is quiet."""
LISTED: Final = 10
"""Open deals that are told one by one."""
REVIEWED: Final = {"crm-company": "", "crm-region": "Central", "crm-rep": "Darcel Schlecht"}
"""Whose review each page is: the company's, that of an office, that of an agent."""

RANGE_TOLD: Final = "In at least 80% of outcomes it is between "
GIVEN_AWAY: Final = 0.06
"""How much more than they say may lie between the ends of that range: they are numerical bounds."""


@pytest.fixture(scope="module")
def crm(data_folder: Callable[[str], Path]) -> CrmFiles:
    return read_crm(data_folder("crm_sales_opportunities"))


@pytest.fixture(scope="module", params=REVIEWED)
def page(request: pytest.FixtureRequest) -> str:
    """The name of a page."""
    return str(request.param)


@pytest.fixture(scope="module")
def reviewed(page: str, crm: CrmFiles) -> Reviewed:
    """What that page is about."""
    return Reviewed(REVIEWED[page], crm)


def text_of(page: str, lang: str = "en") -> str:
    folder = ROOT / "docs" / ("reviews" if lang == "en" else "zh/reviews")
    return (folder / f"{page}.md").read_text(encoding="utf-8")


# The lines that a page should have, a function for each of its sections


def head(of: Reviewed) -> Iterator[str]:
    workdays = sum((FIRST + timedelta(days)).weekday() < 5 for days in range((LAST - FIRST).days + 1))
    yield f"# Sales review: {of.name or 'the company'}, Q4 2017"
    yield f"As of 2017-12-31. The period is over (workdays: {workdays})."


def agenda(of: Reviewed) -> Iterator[str]:
    """Write the one thing to discuss: the deals that stand still."""
    first, second = (f"{deal.id}, {deal.agent} (stalled): {dollars(deal.price)}" for deal in of.stalled[:2])
    why = f"{first} · {second}; from the stage Engaging"
    count = len(of.engaging) + len(of.undated)
    yield (
        f"1. Business customers: of {count:,} open deals {len(of.stalled):,} stand still or are overdue."
        f" At stake: {dollars(listed(of.stalled))}. Why: {why}. To speak: {of.stalled[0].agent}."
    )


def difference(of: Reviewed) -> Iterator[str]:
    """Write what moved the won value from quarter to quarter, each factor by Shapley's formula for a product of three."""
    sides = [(of.decided(*days), of.won(*days)) for days in ((BEFORE, EVE), (FIRST, LAST))]
    before, after = (worth(won) for _, won in sides)
    yield (
        f"Business customers: deals won for {dollars(after)} in Q4 2017, after {dollars(before)} in Q3 2017:"
        f" {dollars(after - before, signed=True)}. Won value is deals won or lost x win rate x average won deal."
        " What each did to it:"
    )
    names = ("Deals won or lost", "Win rate", "Average won deal")
    old, new = (
        (Fraction(len(decided)), Fraction(len(won), len(decided)), Fraction(worth(won), len(won))) for decided, won in sides
    )
    write: tuple[Callable[[Fraction], str], ...] = (lambda count: f"{int(count):,}", lambda rate: percent(float(rate)), dollars)
    effects = [(shapley_effect(old, new, place), place) for place in range(3)]
    for effect, place in sorted(effects, key=lambda each: -abs(each[0])):
        level = write[place]
        cases = ["–" if place == 0 else f"{len(side[place - 1]):,}" for side in sides]
        levels = (level(old[place]), cases[0], level(new[place]), cases[1])
        yield row(names[place], dollars(effect, signed=True), *levels)


def shapley_effect(old: Sequence[Fraction], new: Sequence[Fraction], place: int) -> Fraction:
    """Return what one of three factors did to their product, over all orders in which they may have changed."""
    (p, q), (r, s) = ((old[other], new[other]) for other in range(3) if other != place)
    return (new[place] - old[place]) * ((p * r + q * s) / 3 + (p * s + q * r) / 6)


def against_forecast(of: Reviewed) -> Iterator[str]:
    """Write what became of what was to be expected when the quarter began."""
    then = of.outlook_then
    weighted = then.weighted
    won = [deal for deal in of.won(FIRST) if deal in weighted]
    revalued = {deal: Fraction(whole(Fraction(then.chances[deal].value) * deal.worth * 100), 100) for deal in won}
    lost = [deal for deal in of.decided(FIRST, LAST) if deal in weighted and not deal.is_won]
    open_still = [deal for deal in weighted if deal.closed is None]
    nothing = Fraction(0)
    effects = {
        "won": worth(of.won(FIRST)) - sum(revalued.values(), nothing),
        "moved into or out of the period": -sum((weighted[deal] for deal in open_still), nothing),
        "deals not yet created": -Fraction(then.new.expected),
        "lost, cancelled or won outside the period": -sum((weighted[deal] for deal in lost), nothing),
        "revalued": sum((revalued[deal] - weighted[deal] for deal in won), nothing),
    }
    brought = worth(of.won(FIRST))
    yield (
        f"Business customers: deals won for {dollars(brought)} in Q4 2017, where {dollars(then.expected)} was to be expected"
        f" when it began: {dollars(brought - then.expected, signed=True)}. What became of the deals:"
    )
    for what, effect in sorted(effects.items(), key=lambda each: -abs(each[1])):
        yield row(what, dollars(effect, signed=True))


def noticed(of: Reviewed) -> Iterator[str]:
    """Write what is noticed besides the rules of the diagnosis."""
    yield (
        f"- Warning: Business customers: {len(of.stalled):,} of {len(of.engaging):,} open deals in Engaging have been there for"
        f" more than {LIMIT} days, half of all for {whole(median(map(age, of.engaging)))} or more."
    )


def ahead(of: Reviewed) -> Iterator[str]:
    """Write the outlook."""
    low, high = most_outcomes(of.outlook)
    open_deals, new = sum(of.outlook.weighted.values()), of.outlook.new.expected
    counted, existing = (f"{count:,}" for count in (len(of.engaging), len(of.engaging) + len(of.undated)))
    yield (
        f"Business customers: in Q1 2018 deals are to be expected to bring {dollars(of.outlook.expected)}, as of 2017-12-31."
        f" {RANGE_TOLD}{dollars(low)} and {dollars(high)}. Open deals with a chance and an amount: {counted} of {existing}."
    )
    yield row("Engaging", counted, dollars(listed(of.engaging)), dollars(open_deals))
    yield row("Deals that do not exist yet", "–", "–", dollars(new))
    yield row("In all", "–", "–", dollars(of.outlook.expected))
    if stale := of.outlook.stale:
        yield (
            "- Open deals whose chance is that of earlier deals at the longest stay in the stage that can be learnt from:"
            f" {len(stale)} ({dollars(listed(stale))}.00). Fewer than 10 earlier deals stayed as long as these, or none of them"
            " was followed for as long as is left."
        )
    yield (
        "- Open deals not counted, since fewer than 10 earlier ones stood where they stand, or none of these was followed for"
        f" as long as is left: {len(of.undated)} ({dollars(listed(of.undated))}.00)."
    )


def deals(of: Reviewed) -> Iterator[str]:
    """Write what was decided, and what is open."""
    won, decided = of.won(FIRST), of.decided(FIRST, LAST)
    cycles = [(deal.closed - deal.engaged).days for deal in won if deal.closed and deal.engaged]
    open_deals = [*of.engaging, *of.undated]
    count = f"{len(open_deals):,}"
    yield f"- Decided: {len(won):,} won for {dollars(worth(won))}, {len(decided) - len(won):,} lost, 0 cancelled"
    yield (
        f"- Win rate: {percent(len(won), len(decided))} of {len(decided):,} won or lost"
        f" (95% range {range_of(len(won), len(decided))})"
    )
    yield (
        f"- A won deal: {dollars(Fraction(worth(won), len(won)))} on average; median cycle {whole(median(cycles))} days"
        f" (deals whose beginning is known: {len(cycles):,})"
    )
    yield f"- Open deals at the end of 2017-12-31: {count}, {dollars(listed(open_deals))} (without an amount: 0)"
    yield (
        f"- Flags of open deals, of which one may have several: stalled {len(of.stalled):,}, contacts unknown {count},"
        f" no expected close {count}, undated {len(of.undated)}"
    )
    yield f"Faults in the data make this less sure (win rate): {found_twice(of)}."
    yield f"Faults in the data make this less sure (sales cycle): {without_beginning(of)}."


def share_of(part: int, of: int) -> str:
    return f"({part:,} of {of:,}, {percent(part, of)})"


def found_twice(of: Reviewed) -> str:
    found, compared = of.repeated
    return f"Deals that may be entered twice {share_of(len(found), compared)}"


def without_beginning(of: Reviewed) -> str:
    return f"Deals without a beginning {share_of(len(of.undated), len(of.rows))}"


def open_by_stage(of: Reviewed) -> Iterator[str]:
    """Write the open deals by stage, then those to look at."""
    ages, undated = sorted(map(age, of.engaging)), len(of.undated)
    yield row("Prospecting", undated, dollars(listed(of.undated)), *"–––––", undated)
    engaging = (f"{len(ages):,}", dollars(listed(of.engaging)), "–", f"{whole(median(ages))}", ages[-1])
    yield row("Engaging", *engaging, LIMIT, f"{len(of.stalled):,}", 0)
    weakened = [f"Open deals without a change for long {share_of(len(of.stalled), len(ages))}"]
    if of.idle:
        weakened.append(f"Reps of whom nothing is recorded {share_of(len(of.idle), len(of.agents))}")
    yield f"Faults in the data make this less sure (pipeline): {'; '.join([*weakened, found_twice(of)])}."
    for deal in of.stalled[:LISTED]:
        stood = f"days in this stage: {age(deal)}; limit: {LIMIT}; over by: {age(deal) - LIMIT}"
        yield f"- {deal.id}, {deal.agent}, Engaging, {dollars(deal.price)}: stalled ({stood})"
    yield f"- And {len(of.stalled) - LISTED:,} more, none worth more than these."
    yield (
        "Listed are deals with any of these flags: stalled, overdue, close date moved, single-threaded, next action overdue;"
        f" in all {len(of.stalled):,}. Not listed are those that only lack data: contacts unknown, no amount,"
        " no expected close, undated, next action undated."
    )


def lost_deals(of: Reviewed) -> Iterator[str]:
    """Write what stands of the largest deals lost: no more than how long nothing happened, as nothing else was kept."""
    lost = sorted((row for row in of.decided(FIRST, LAST) if not row.is_won), key=lambda row: (-row.price, row.id))
    for deal in lost[:5]:
        assert deal.engaged is not None
        assert deal.closed is not None
        head = f"- {deal.id}, {deal.agent}, {dollars(deal.price)}, lost on {deal.closed}"
        silent = (deal.closed - deal.engaged).days
        if silent < QUIET:
            yield f"{head}: the records tell nothing that changed before"
        else:
            yield f"{head}. {deal.engaged}: Nothing was recorded for {silent} days, until the end."
    yield f"- And {len(lost) - 5:,} more, none worth more than these."


def bridge(of: Reviewed) -> Iterator[str]:
    """Write how the open value changed over the quarter."""
    opening, closing = ([*open_on(of.rows, day), *of.undated] for day in (EVE, LAST))
    begun = [deal for deal in of.rows if deal.engaged is not None and deal.engaged >= FIRST]
    won = of.won(FIRST)
    lost = [deal for deal in of.decided(FIRST, LAST) if not deal.is_won]
    revalued = [deal for deal in won if deal.worth != deal.price]
    lines = (
        ("at the end of 2017-09-30", opening, listed(opening)),
        ("created", begun, listed(begun)),
        ("revalued", revalued, worth(revalued) - listed(revalued)),
        ("won", won, -worth(won)),
        ("lost", lost, -listed(lost)),
        ("at the end of 2017-12-31", closing, listed(closing)),
    )
    for what, of_kind, amount in lines:
        yield row(what, f"{len(of_kind):,}", dollars(amount), 0)
    assert sum(amount for *_, amount in lines[:-1]) == lines[-1][-1]


def funnel(of: Reviewed) -> Iterator[str]:
    """Write how far the deals came that were engaged in the quarter."""
    begun = [deal for deal in of.rows if deal.engaged is not None and deal.engaged >= FIRST]
    count, won, still = len(begun), sum(deal.is_won for deal in begun), sum(deal.closed is None for deal in begun)
    days = [(deal.closed - deal.engaged).days for deal in begun if deal.closed and deal.engaged]
    yield "Stage | Entered | Moved on | Conversion rate | 95% range | Lost | Cancelled | Still open | Median days"
    yield row("Prospecting", f"{count:,}", f"{count:,}", percent(1), range_of(count, count), 0, 0, 0, "–")
    rate = (percent(won, count), range_of(won, count))
    yield row("Engaging", f"{count:,}", won, *rate, count - won - still, 0, still, f"{whole(median(days))}")
    yield (
        f"Rates are of the deals that entered a stage, with their 95% ranges. Deals still open ({still}) are not lost: they"
        " count as not yet moved on, so the rates can still rise."
    )
    yield f"Faults in the data make this less sure (funnel): {without_beginning(of)}."


def members(of: Reviewed) -> Iterator[str]:
    """Write who decided, and who has deals open: offices by name, their groups by manager, their agents as in the file."""
    if of.is_rep:
        return
    yield "Who | Won | Won value | Lost | Cancelled | Win rate | 95% range | Open | Open value | Stalled | Overdue"
    for office in sorted({agent.office for agent in of.agents}):
        of_office = [agent for agent in of.agents if agent.office == office]
        above = 0 if of.name else 1
        if above:
            yield member(office, Reviewed(office, of.crm).rows)
        for manager in sorted({agent.manager for agent in of_office}):
            yield member("· " * above + manager, of.crm.of(manager=manager))
            for agent in of_office:
                if agent.manager == manager and agent not in of.idle:
                    yield member("· " * (above + 1) + agent.name, of.crm.of(agent=agent.name))


def member(name: str, rows: Sequence[Row]) -> str:
    decided = [deal for deal in rows if deal.closed is not None and FIRST <= deal.closed <= LAST]
    won = [deal for deal in decided if deal.is_won]
    open_deals = [deal for deal in rows if deal.closed is None]
    stalled = sum(deal.engaged is not None and age(deal) > LIMIT for deal in open_deals)
    rate = (percent(len(won), len(decided)), range_of(len(won), len(decided)))
    lost = len(decided) - len(won)
    return row(name, len(won), dollars(worth(won)), lost, 0, *rate, len(open_deals), dollars(listed(open_deals)), stalled, 0)


# ... of customers


def customers(of: Reviewed) -> Iterator[str]:
    """Write who bought."""
    buyers = Buyers(of)
    sums, total, count = buyers.sums, sum(buyers.sums.values()), len(buyers.sums)
    first = {name: days[0] for name, days in purchase_days(deal for deal in of.crm.rows if deal.is_won).items()}
    fresh = [name for name in sums if first[name] >= FIRST]
    assert total == worth(of.won(FIRST))
    yield f"Counted are won deals, on record since {min(first.values())}: who bought before that looks new."
    yield (
        f"- Customers who bought in the period: {count}, of whom {len(fresh)} for the first time"
        f" ({dollars(sum(sums[name] for name in fresh))}; the others"
        f" {dollars(sum(value for name, value in sums.items() if name not in fresh))})"
    )
    assert LAST - min(first.values()) < YEAR
    yield (
        "- Who stayed cannot be told: sales to customers are on record for less than 365 days, so that nobody can be lost yet"
    )
    year = [sum(day > LAST - YEAR for day in days) for days in buyers.days.values()]
    again, active = sum(times > 1 for times in year), sum(times > 0 for times in year)
    yield (
        f"- Came again: {percent(again, active)} of {active} who bought in the last 365 days did so on two days or more"
        f" (95% range {range_of(again, active)})"
    )
    alike = Fraction(total**2, sum(value**2 for value in sums.values()))
    yield (
        f"- The 5 largest of {count} bought {percent(sum(list(sums.values())[:5]), total)}; it is as if {float(alike):.1f}"
        " customers of one size had bought everything"
    )
    segments = ", ".join(f"{kind} {buyers.segments[kind]}" for kind in SEGMENT_ORDER if buyers.segments[kind])
    yield f"- By how lately and how often they bought, each held against the others (segments of RFM): {segments}"
    yield from states(buyers)
    yield "New: for 90 days after the first purchase. At risk: no purchase for 180 days. Lost: none for 365 days."
    for name in list(sums)[:5]:
        day = buyers.days[name][-1]
        yield row(name, dollars(sums[name]), percent(sums[name], total), buyers.state(name, LAST), day)
    yield (
        f"None of the key accounts ({len(buyers.keys)}, which made up 80% of the 365 days before the period) has gone quiet."
    )
    # Two years to compare are not on record, and nobody is quiet within a month of a purchase: of the others, who bought every
    # few days is in danger.
    silent = {name: (LAST - buyers.days[name][-1]).days for name in buyers.keys}
    quiet = {name: days / usual_gap(buyers.days[name]) for name, days in silent.items() if days >= QUIET}
    assert all(times > 4 for times in quiet.values())
    told = [f"healthy {len(silent) - len(quiet)}", *([f"in danger {len(quiet)}"] if quiet else [])]
    yield f"How well the key accounts stand, by how they buy and whom one knows there: {', '.join(told)}."
    for name, times in sorted(quiet.items()):
        yield f"- {name}: 0 of 100; the last purchase is {times:.1f} times as long ago as usually lies between two"
    yield from who_came_again(buyers)


def usual_gap(days: Sequence[date]) -> float:
    return median((later - day).days for day, later in pairwise(days))


def states(buyers: Buyers) -> Iterator[str]:
    """Write how many stood how before the quarter, and stand so now."""
    before = Counter(buyers.state(name, EVE) for name, days in buyers.days.items() if days[0] <= EVE)
    now = Counter(buyers.state(name, LAST) for name in buyers.days)
    for state in ("new", "active"):
        if before[state] or now[state]:
            yield row(state, before[state], now[state])


def who_came_again(buyers: Buyers) -> Iterator[str]:
    """Write how many bought so many quarters after the one in which they first did, if the records had begun before it."""
    opening = min(deal.closed for deal in buyers.of.crm.rows if deal.is_won and deal.closed)
    followed = [days for days in buyers.days.values() if quarter(days[0]) > quarter(opening)]
    if not followed:
        return
    yield "Quarters after the first | Bought then | 95% range | Customers"
    after = 1
    while known := [days for days in followed if quarter(days[0]) + after <= quarter(LAST)]:
        again = sum(any(quarter(day) == quarter(days[0]) + after for day in days) for days in known)
        yield row(after, percent(again, len(known)), range_of(again, len(known)), len(known))
        after += 1


# The team, and the data


def team(of: Reviewed) -> Iterator[str]:
    """Write how many serve: the files name nobody who came or left."""
    if of.is_rep:
        return
    count = len(of.agents)
    yield f"- Employees: {count} at the end of 2017-12-31, {count} on the day before the period."
    yield (
        f"- Attrition within the year up to 2017-12-31: {percent(0, count)} (95% range {range_of(0, count)};"
        f" people who served: {count})."
    )


def data(of: Reviewed) -> Iterator[str]:
    """Write what the review rests on, and what to bear in mind."""
    managers = {agent.manager for agent in of.agents}
    offices = {agent.office for agent in of.agents}
    teams = 0 if of.is_rep else len(managers) + len(offices)
    yield f"Entries: none; reps and other sellers: {len(of.agents)}; teams: {teams}; targets: 0."
    yield (
        "- Warning: sales_pipeline.csv writes GTXPro where products.csv has GTX Pro:"
        f" {of.crm.mismatches:,} rows, read as GTX Pro."
    )
    yield (
        f"- Note: Business customers: the source kept no history of owner for {len(of.rows):,} deals; their values are those of"
        " 2017-12-31. For earlier days an owner is taken as it was then, and what would give the outcome away is withheld."
    )


@attrs.frozen
class Fault:
    """What a rule of the audit finds: how many, of how many, with whom, and what to do about it."""

    title: str
    holders: list[str]
    checked: int
    mend: str

    @property
    def share(self) -> Fraction:
        return Fraction(len(self.holders), self.checked)

    def line(self) -> str:
        """Write its row; who has most is named where that is one."""
        (name, most), *others = Counter(self.holders).most_common()
        is_alone = not others or others[0][1] < most
        found, checked = f"{len(self.holders):,}", f"{self.checked:,}"
        return row(
            self.title,
            "Warning",
            found,
            checked,
            percent(float(self.share)),
            f"{name} ({most})" if is_alone else "–",
            self.mend,
        )


def faults(of: Reviewed) -> dict[str, Fault]:
    """Count what is wrong with the rows."""
    repeated, compared = of.repeated
    blank = [deal.agent for deal in of.rows if not deal.account]
    return {
        "stale": Fault(
            "Open deals without a change for long",
            [deal.agent for deal in of.stalled],
            len(of.engaging),
            "Ask the customer how it stands; move it on or close it.",
        ),
        "blank": Fault("Deals without a customer", blank, len(of.rows), "Enter for which customer it is."),
        "idle": Fault(
            "Reps of whom nothing is recorded",
            [agent.name for agent in of.idle],
            len(of.agents),
            "Check that the records are complete, and that the id is spelled as there.",
        ),
        "undated": Fault(
            "Deals without a beginning",
            [deal.agent for deal in of.undated],
            len(of.rows),
            "Enter the day on which it began.",
        ),
        "repeated": Fault(
            "Deals that may be entered twice",
            [deal.agent for deal in repeated],
            compared,
            "Keep one of them if they are the same.",
        ),
    }


def quality(of: Reviewed) -> Iterator[str]:
    """Write the score, and the faults from the most frequent.

    A rule weighs 4, 2 or 1 by how grave it is. Of completeness, three of weight 4 find nothing in these files, and two of
    weight 2 do; of conformity, two of weight 2 and one of weight 1 find nothing beside the one of weight 2 that does. A
    dimension weighs what all rules in it do, also those on records that there are none of.
    """
    found = faults(of)
    share = {key: float(fault.share) for key, fault in found.items()}
    points = {
        "completeness": (27, 100 - 100 * (2 * share["blank"] + 2 * share["idle"]) / 16),
        "validity": (6, 100.0),
        "uniqueness": (12, 100 - 100 * share["repeated"]),
        "consistency": (11, 100.0),
        "timeliness": (8, 100 - 100 * share["stale"]),
        "conformity to the process": (9, 100 - 100 * 2 * share["undated"] / 7),
    }
    score = fmean([value for _, value in points.values()], [weight for weight, _ in points.values()])
    told = ", ".join(f"{name} {value:.1f}" for name, (_, value) in points.items())
    yield f"The records that this review rests on score {score:.1f} of 100 ({told})."
    for fault in sorted(found.values(), key=lambda fault: -fault.share):
        if fault.holders:
            yield fault.line()


SECTIONS: Final[tuple[Callable[[Reviewed], Iterator[str]], ...]] = (
    head,
    agenda,
    difference,
    against_forecast,
    noticed,
    ahead,
    deals,
    open_by_stage,
    lost_deals,
    bridge,
    funnel,
    members,
    customers,
    team,
    data,
    quality,
)


# The tests


def range_told(page: str) -> tuple[str, str]:
    """Return between which amounts most outcomes lie, as the page has it."""
    (line,) = (line for line in text_of(page).splitlines() if RANGE_TOLD in line)
    low, high = line.partition(RANGE_TOLD)[2].partition(". ")[0].split(" and ")
    return low, high


def test_every_figure_is_what_the_rows_say(page: str, reviewed: Reviewed) -> None:
    expected = [line for section in SECTIONS for line in section(reviewed)]
    stands = lines_with_figures(text_of(page))
    assert [pair for pair in zip_longest(stands, expected) if pair[0] != pair[1]] == []


def test_four_of_five_outcomes_lie_in_the_range_that_is_told(page: str, reviewed: Reviewed) -> None:
    # By another way than that by which it was found: the sum of so many is all but normal.
    low, high = (float(end.removeprefix("USD ").replace(",", "")) for end in range_told(page))
    assert 0.80 <= reviewed.outlook.share_between(low, high) <= 0.80 + GIVEN_AWAY


def cell_figures(part: Part) -> list[list[Counter[str]]]:
    """Return the figures in each cell of the tables below a heading."""
    return [list(map(figures, cells)) for cells in table_rows(part)]


def test_the_chinese_page_has_the_same_figures(page: str) -> None:
    english, chinese = (parts_of(text_of(page, lang)) for lang in ("en", "zh"))
    assert [part.level for part in english] == [part.level for part in chinese]
    for one, other in zip(english, chinese, strict=True):
        assert figures("\n".join(one.lines)) == figures("\n".join(other.lines)), one.lines[0]
        assert cell_figures(one) == cell_figures(other), one.lines[0]
