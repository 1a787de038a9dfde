"""Every figure of the published review of AdventureWorks is traced to the rows of the files.

Each section of the page has a trace: it computes, in plain Python and without the library, every line of that section that
holds a digit. A figure that changes, goes or comes on the page fails here, and nothing on the page is left untraced. In a trace
``…`` stands for words that hold no digit.
"""

import math
import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import pytest
from adventureworks import AFTER, LAST, START, Attained, Range, Rows, gini, t_quantile, total, wilson, workdays

import published
from salesperf import report

EVE = START - timedelta(days=1)
LAST_YEAR = date(2012, 1, 1)
YEAR = timedelta(days=365)
TOLERANCE = Fraction(1, 5)
STEPS = {"unfair": (0.1, 0.25, 0.4, 0.6), "quiet": (0.05, 0.1, 0.2, 0.35), "impact": (0.05, 0.1, 0.2, 0.35)}
"""From which shares on a risk is as likely, or as grave, as 2, 3, 4 and 5."""
LEAST = {"one rep": 0.3, "one customer": 0.2}
"""From which share on it is a risk that all hangs on one."""
QUIET = [(Fraction(1), 100), (Fraction(2), 50), (Fraction(4), 0)]
TREND = [(Fraction(1, 2), 0), (Fraction(1), 70), (Fraction(13, 10), 100)]
"""Points for having been quiet for so many times as long as usual, and for having bought so many times as much."""
Pages = dict[str, dict[str, list[str]]]
"""The lines of each section of the page, by language."""
SEGMENTS = {
    "Champions": "54 55",
    "Loyal customers": "34 35 44 45",
    "Potential loyalists": "42 43 52 53",
    "New customers": "51",
    "Promising": "41",
    "Need attention": "33",
    "About to sleep": "31 32",
    "Cannot lose them": "15 25",
    "At risk": "13 14 23 24",
    "Hibernating": "11 12 21 22",
}
"""Scores of recency and of frequency, from 1 to 5, that make a segment."""


# How the page writes


def money(amount: Fraction) -> str:
    """Write whole dollars, rounded half up."""
    return f"USD {math.floor(amount + Fraction(1, 2)):,}"


def percent(share: Fraction | float) -> str:
    return f"{float(share):.1%}"


def between(low: float, high: float) -> str:
    return f"{percent(low)} – {percent(high)}"


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def has_digit(line: str) -> bool:
    return any(map(str.isdigit, line))


# The page, by section


def sections(markdown: str) -> dict[str, list[str]]:
    """Return the lines of each section, its heading first, with the spaces that align tables taken out."""
    parts = markdown.split("\n## ")
    return {part.partition("\n")[0]: [" ".join(line.split()) for line in part.splitlines()] for part in parts}


@pytest.fixture(scope="module")
def rows(data_folder: Callable[[str], Path]) -> Rows:
    return Rows(data_folder("adventureworks"))


@pytest.fixture(scope="module")
def page(data_folder: Callable[[str], Path]) -> Pages:
    """The page in each language, made of the same files."""
    data_folder("adventureworks")
    (year,) = (each for each in published.PUBLISHED if each.name == "adventureworks-year")
    made = published.built(year)
    assert made is not None
    return {lang: sections(report.markdown(made, lang=lang)) for lang in ("en", "zh")}


# Targets


SPEAKER = "To speak: whoever gives this review."


def heading(_: Rows) -> Iterator[str]:
    yield "# Sales review: the company, 2013"
    yield f"As of 2013-12-31. The period is over (workdays: {len(workdays(START, AFTER))})."


def in_short(rows: Rows) -> Iterator[str]:
    whole = rows.attained(None)
    words = f"{money(whole.sold)} of {money(whole.target)} ({percent(whole.ratio)}), {status(whole)}"
    yield f"- Revenue: {words}; {growth(rows, None)} on the same days of last year."


def status(attained: Attained) -> str:
    return "met" if attained.sold >= attained.target else "missed"


def growth(rows: Rows, owner: str | None, start: date = START, end: date = AFTER) -> str:
    before = rows.attained(owner, start.replace(year=start.year - 1), end.replace(year=end.year - 1))
    return f"{float(rows.attained(owner, start, end).sold / before.sold - 1):+.1%}"


def of_target(attained: Attained) -> tuple[str, ...]:
    return money(attained.target), money(attained.sold), percent(attained.ratio), money(attained.gap)


def attainment(rows: Rows) -> Iterator[str]:
    whole, before = rows.attained(None), rows.attained(None, LAST_YEAR, START)
    by_now = money(whole.target), percent(whole.ratio), money(before.sold)
    yield row("Revenue", *of_target(whole), *by_now, status(whole))
    rounded = "before that is rounded; 100% is on plan."
    yield f"Amounts are shown in whole units. Pace is actual over what was planned by now, {rounded}"


def over_time(rows: Rows) -> Iterator[str]:
    starts = [date(2013, month, 1) for month in (1, 4, 7, 10)]
    for number, (start, end) in enumerate(pairwise([*starts, AFTER]), 1):
        part = rows.attained(None, start, end)
        quotas = (quota for quota in rows.quotas if quota.start < end and start < quota.end)
        note = "prorated" if any(quota.start < start or end < quota.end for quota in quotas) else ""
        told = percent(part.ratio), growth(rows, None, start, end), status(part), note
        yield row(f"Q{number} 2013", *of_target(part), *told)


class Member(NamedTuple):
    level: int
    owner: str
    attained: Attained
    pace: Range
    notes: tuple[str, ...]


def members(rows: Rows) -> Iterator[Member]:
    for level, owner in rows.tree:
        yield Member(level, owner, rows.attained(owner), rows.pace_range(owner), tuple(notes(rows, owner)))


def notes(rows: Rows, owner: str) -> Iterator[str]:
    came = rows.hired.get(owner, START)
    if came > START:
        yield "joined in the period"
    if any(quota.straddles and owner in rows.owners_of(quota.rep, LAST) for quota in rows.quotas):
        yield "prorated"
    served = min(max(rows.hired[rep], START) for rep in rows.hired if owner in rows.owners_of(rep, LAST))
    if min(day for day in rows.plan[owner] if day >= START) > workdays(served, AFTER)[0]:
        yield "targets cover a part only"


def who_contributed(rows: Rows) -> Iterator[str]:
    yield row("Who", "Target", "Actual", "Attained", "Gap", "Pace", "90% range", "Entries", "Status", "Notes")
    everybody = list(members(rows))
    for level, owner, attained, pace, noted in everybody:
        told = percent(attained.ratio), between(pace.low, pace.high), f"{attained.entries:,}", status(attained)
        yield row("· " * level + owner, *of_target(attained), *told, ", ".join(noted))
    yield from standing("the teams directly below", [member for member in everybody if member.level == 0])
    yield from standing("all reps below", [member for member in everybody if member.owner in rows.hired])


def standing(whom: str, all_of_them: list[Member]) -> Iterator[str]:
    is_alike = {
        member.owner: not {"joined in the period", "targets cover a part only"}.intersection(member.notes)
        for member in all_of_them
    }
    alike = [member for member in all_of_them if is_alike[member.owner]]
    assert min(member.attained.entries for member in alike) >= 3
    alike.sort(key=lambda member: -member.attained.ratio)
    best, weakest = alike[0], alike[-1]
    for word, (_, owner, attained, pace, _) in (("Best", best), ("Weakest", weakest)):
        ends = f"90% range {between(pace.low, pace.high)}; {pace.days} workdays, {attained.entries:,} entries"
        yield f"- {word} of {whom}, by pace: {owner}, {percent(attained.ratio)} of plan to date ({ends})."
    # Of all pairs the two farthest apart were picked: Bonferroni.
    chance = 1 - 0.1 / (2 * math.comb(len(alike), 2))
    reach = t_quantile(chance, best.pace.days - 1) * math.hypot(best.pace.error, weakest.pace.error)
    assert float(best.attained.ratio - weakest.attained.ratio) <= reach
    yield f"- Among {len(alike)} compared, a difference of this size may be no more than the variation from day to day."
    unlike = ", ".join(owner for owner, alike_too in is_alike.items() if not alike_too)
    what = "joined, left, changed team, ramping, absent, house account, or targets for a part only"
    yield f"- Not compared, since something sets them apart for all or part of the period ({what}): {unlike}."


def difference(rows: Rows) -> Iterator[str]:
    whole = rows.attained(None)
    told = f"{money(whole.sold)} by 2013-12-31, where {money(whole.target)} was planned by then: {money(whole.gap)}"
    yield f"Revenue: {told}. By team and rep:"
    gaps = {group: rows.attained(group).gap for group in rows.manager_of}
    assert total(gaps.values()) == whole.gap
    yield from (row(group, money(gap)) for group, gap in sorted(gaps.items(), key=lambda pair: pair[1]))
    before, after = bought_in(rows, 2012), bought_in(rows, 2013)
    change = f"{money(after.worth)} in 2013, after {money(before.worth)} in 2012: {rise(after.worth - before.worth)}"
    yield (
        f"Revenue from customers known by name: {change}. It is customers who bought x purchases of each x average purchase."
        " What each did to it:"
    )
    levels = (
        lambda side: f"{side.customers:,}",
        lambda side: f"{float(side.factors[1]):.3g}",
        lambda side: money(side.factors[2]),
    )
    names = ("Customers", "Purchases of each customer", "Average purchase")
    effects = [(shapley_effect(before.factors, after.factors, place), place) for place in range(3)]
    for effect, place in sorted(effects, key=lambda each: -abs(each[0])):
        cells = (
            cell
            for side in (before, after)
            for cell in (levels[place](side), ("–", f"{side.customers:,}", f"{side.purchases:,}")[place])
        )
        yield row(names[place], rise(effect), *cells)


class Bought(NamedTuple):
    """How many customers bought in a year, on how many days all together, and for how much."""

    customers: int
    purchases: int
    worth: Fraction

    @property
    def factors(self) -> tuple[Fraction, Fraction, Fraction]:
        return Fraction(self.customers), Fraction(self.purchases, self.customers), self.worth / self.purchases


def bought_in(rows: Rows, year: int) -> Bought:
    days = [[amount for day, amount in own.items() if day.year == year] for own in rows.bought.values()]
    bought = [amount for own in days for amount in own if amount > 0]
    buyers = sum(any(amount > 0 for amount in own) for own in days)
    return Bought(buyers, len(bought), total(amount for own in days for amount in own))


def shapley_effect(old: Sequence[Fraction], new: Sequence[Fraction], place: int) -> Fraction:
    """Return what one of three factors did to their product, over all orders in which they may have changed."""
    (p, q), (r, s) = ((old[other], new[other]) for other in range(3) if other != place)
    return (new[place] - old[place]) * ((p * r + q * s) / 3 + (p * s + q * r) / 6)


def rise(amount: Fraction) -> str:
    return f"+{money(amount)}" if amount > 0 else money(amount)


def taken(rows: Rows) -> tuple[str, list[str], Fraction]:
    """Return what smaller purchases took of the gap to the plan, what tells it, and how much."""
    before, after = bought_in(rows, 2012), bought_in(rows, 2013)
    effect = shapley_effect(before.factors, after.factors, 2)
    whole = rows.attained(None)
    loss = f"the gap to the plan, though {money(before.worth)} rose to {money(after.worth)}"
    found = f"Strategy (price, mix, deal size) took {percent(effect / whole.gap)} of {loss}: Average purchase."
    pace = f"Pace of the company, Revenue: {percent(whole.ratio)} ({of_days(rows.pace_range(None))})"
    told = [
        f"Average purchase: {money(effect)}; from the change from period to period, taken apart",
        *(f"{each}, against 100.0%; from the attainment of 2013" for each in (f"Revenue: {percent(whole.ratio)}", pace)),
    ]
    return found, told, -effect


def of_days(pace: Range) -> str:
    return f"90% range {percent(pace.low)} to {percent(pace.high)}, n = {pace.days}"


def unmet(rows: Rows) -> Iterator[str]:
    missed = []
    for quota in rows.quotas:
        attained = rows.attained(quota.rep, quota.start, quota.end)
        if quota.start >= START and quota.end <= AFTER and attained.gap < 0:
            missed.append((attained, quota))
    missed.sort(key=lambda pair: pair[0].gap)
    for attained, quota in missed[:20]:
        assert attained.target == quota.amount
        days = f"{quota.start} to {quota.end - timedelta(days=1)}"
        yield row(quota.rep, "Revenue", days, *of_target(attained))
    yield f"And {len(missed) - 20} more, with smaller gaps."


# What the rules find


class KeyAccounts(NamedTuple):
    names: list[str]
    quiet: dict[str, Fraction]
    bought: Fraction
    """By all customers."""

    @property
    def number(self) -> int:
        return len(self.names)

    @property
    def at_stake(self) -> Fraction:
        return total(self.quiet.values())


@cache
def key_accounts(rows: Rows) -> KeyAccounts:
    before = rows.bought_within(365, EVE)
    whole, reached, keys = total(before.values()), Fraction(0), []
    for customer, amount in before.items():
        if reached < whole * 4 / 5:
            keys.append(customer)
            reached += amount
    quiet = {customer: before[customer] for customer in keys if rows.state(customer, LAST) in {"at risk", "lost"}}
    return KeyAccounts(keys, quiet, whole)


def indexes(targets: dict[str, Fraction], yardstick: dict[str, Fraction]) -> dict[str, Fraction]:
    """Return what is asked of each over the yardstick, over the same of all, the farthest from 1 first."""
    base = total(targets[rep] for rep in yardstick) / total(yardstick.values())
    found = {rep: targets[rep] / value / base for rep, value in yardstick.items()}
    return dict(sorted(found.items(), key=lambda pair: -abs(pair[1] - 1)))


def left_out(rows: Rows) -> list[str]:
    """Return those whose targets are for a part of the days on which they served."""
    return [rep for rep in rows.hired if "targets cover a part only" in notes(rows, rep)]


@cache
def fairness(rows: Rows) -> dict[str, dict[str, Fraction]]:
    """Return indexes by capacity, workdays served, and by last year's results, of those who served on all days of it."""
    targets = {rep: rows.attained(rep).target for rep in rows.hired if rep not in left_out(rows)}
    capacity = {rep: Fraction(len(workdays(max(rows.hired[rep], START), AFTER))) for rep in targets}
    done = {rep: rows.attained(rep, LAST_YEAR, START).sold for rep in targets if rows.hired[rep] <= LAST_YEAR}
    return {"capacity": indexes(targets, capacity), "last year's results": indexes(targets, done)}


def beyond(found: dict[str, Fraction]) -> list[str]:
    return [rep for rep, index in found.items() if abs(index - 1) > TOLERANCE]


def asked_too_much(rows: Rows, found: dict[str, Fraction]) -> Fraction:
    """Return what targets beyond the tolerance ask more than is fair."""
    return total(rows.attained(rep).target * (1 - 1 / found[rep]) for rep in beyond(found) if found[rep] > 1)


OF_PURCHASES = "from purchases of the year up to 2012-12-31, and who still bought by 2013-12-31"


def quiet_told(rows: Rows) -> list[str]:
    found = key_accounts(rows)
    share = percent(found.at_stake / found.bought)
    several = f"(a sum over n = {found.number}, not an estimate)"
    told = [
        f"Share of the year's purchases by key accounts that are lost or at risk: {share} {several}; {OF_PURCHASES}",
        f"Key accounts that are lost or at risk: {counted(len(found.quiet), found.number)}; {OF_PURCHASES}",
    ]
    # Of the numbers below a finding the first six are told.
    for customer, amount in list(found.quiet.items())[:4]:
        told.append(f"{customer}, {rows.state(customer, LAST)}: {money(amount)}; {OF_PURCHASES}")
    return told


def unfair_told(yardstick: str, found: dict[str, Fraction]) -> list[str]:
    source = "from the fairness audit, with a tolerance of 0.2"
    return [f"{rep}, target by {yardstick}: {float(found[rep]):.2f}, against 1; {source}" for rep in beyond(found)[:5]]


def quiet_found(rows: Rows) -> str:
    found = key_accounts(rows)
    return f"Of {found.number} key accounts of the year before, {len(found.quiet)} are lost or at risk."


def unfair_found(yardstick: str, found: dict[str, Fraction]) -> str:
    who = f"{len(beyond(found))} of {len(found)} owners"
    return f"Targets may be unfair: by {yardstick}, {who} are asked for far more or far less than the average."


def causes(rows: Rows) -> Iterator[str]:
    yield f"- Serious: {quiet_found(rows)}"
    yield from (f"- {told}" for told in quiet_told(rows))
    yield f"- At stake: {money(key_accounts(rows).at_stake)}"
    smaller, cited, at_stake = taken(rows)
    yield f"- Serious: {smaller}"
    yield from (f"- {each}" for each in cited)
    yield f"- At stake: {money(at_stake)}"
    for yardstick, found in fairness(rows).items():
        yield f"- Warning: {unfair_found(yardstick, found)}"
        yield from (f"- {told}" for told in unfair_told(yardstick, found))
        yield f"- At stake: {money(asked_too_much(rows, found))}"
    # No row is a deal, so that none was won.
    yield "Not judged, for lack of data: …: 0 where at least 3 are needed…"


def of_one_source(told: list[str]) -> str:
    """Write what an agenda cites: the source of several in a row stands behind the last of them."""
    (source,) = {each.split("; ")[1] for each in told}
    return f"{' · '.join(each.split('; ')[0] for each in told)}; {source}"


def agenda(rows: Rows) -> Iterator[str]:
    why = of_one_source(quiet_told(rows)[:2])
    yield f"1. {quiet_found(rows)} At stake: {money(key_accounts(rows).at_stake)}. Why: {why}. {SPEAKER}"
    smaller, told, at_stake = taken(rows)
    yield f"2. {smaller} At stake: {money(at_stake)}. Why: {' · '.join(told[:2])}. {SPEAKER}"
    whole, pace = rows.attained(None), rows.pace_range(None)
    ends = of_days(pace)
    cited = (f"Attained: {percent(whole.ratio)}", f"Pace: {percent(whole.ratio)} ({ends})")
    why = of_one_source([f"{each}, against 100.0%; from targets and entries of 2013" for each in cited])
    yield f"3. Target missed: Revenue of the company. At stake: {money(-whole.gap)}. Why: {why}. {SPEAKER}"
    audit = fairness(rows)
    many, found = len(audit) - 1, audit["capacity"]
    why = of_one_source(unfair_told("capacity", found)[:2])
    words = f"{unfair_found('capacity', found)} And {many} more of the kind. At stake: {money(asked_too_much(rows, found))}"
    yield f"4. {words}. Why: {why}. {SPEAKER}"


def risks(rows: Rows) -> Iterator[str]:
    yield f"Open risks as of 2013-12-31: {2 + hanging_on_one(rows)}; closed: 0."
    tables, reasons = zip(unfair_risk(rows), quiet_risk(rows), strict=True)
    yield from (*tables, *reasons)
    yield "Trends are since 2012-12-31. The score is likelihood × impact, each from 1 to 5. What has no response …."


def hanging_on_one(rows: Rows) -> int:
    """Count the risks that are none this year: that all hangs on one rep, or on one customer."""
    sold, bought = [rows.attained(rep).sold for rep in rows.hired], rows.bought_within(365, LAST).values()
    shares = {"one rep": max(sold) / total(sold), "one customer": max(bought) / total(bought)}
    return sum(shares[name] >= least for name, least in LEAST.items())


def counted(part: int, whole: int) -> str:
    """Tell a share of things that are counted, with its interval."""
    low, high = wilson(part, whole)
    return f"{percent(part / whole)} (95% range {percent(low)} to {percent(high)}, n = {whole})"


def score(name: str, share: Fraction, impact: Fraction, number: int) -> str:
    """Multiply how likely a share of so many is, at the lower end of its interval, by how grave it is."""
    low, _ = wilson(int(share * number), number)
    likely, grave = 1 + bisect(STEPS[name], low), 1 + bisect(STEPS["impact"], impact)
    return f"{likely * grave} = {likely} × {grave}"


def unfair_risk(rows: Rows) -> tuple[str, str]:
    audit = fairness(rows)
    owners = {rep for found in audit.values() for rep in found}
    far = {rep for found in audit.values() for rep in beyond(found)}
    share = Fraction(len(far), len(owners))
    farthest = max((index for found in audit.values() for index in found.values()), key=lambda index: abs(index - 1))
    title, source = "Targets ask of some far more than of others", "from the fairness audit of the targets"
    told = f"Owners whose target lies beyond the tolerance: {counted(len(far), len(owners))}; {source}"
    return (
        row(
            title,
            "Critical",
            score("unfair", share, abs(farthest - 1), len(owners)),
            "trend not known",
            "–",
            "the company",
            "–",
        ),
        f"- {title}: {told} · Index of the owner farthest from fair: {float(farthest):.2f}, against 1; {source}",
    )


def quiet_risk(rows: Rows) -> tuple[str, str]:
    before = rows.bought_within(365, LAST - timedelta(days=180))
    quiet = [amount for customer, amount in before.items() if rows.state(customer, LAST) == "at risk"]
    at_stake = total(quiet)
    share = at_stake / total(before.values())
    title, source = "Customers have gone quiet", "from purchases of the year before the last 180 days"
    what = f"Share of the year's purchases by customers who have gone quiet since ({len(quiet)})"
    told = f"{what}: {percent(share)} (a sum over n = {len(before)}, not an estimate); {source}"
    told += f" · Customers of that year who have gone quiet since: {counted(len(quiet), len(before))}; {source}"
    return (
        row(title, "Medium", score("quiet", share, share, len(before)), "trend not known", money(at_stake), "the company", "–"),
        f"- {title}: {told}",
    )


# Customers


def customers(rows: Rows) -> Iterator[str]:
    yield from in_the_period(rows)
    yield from who_stayed(rows)
    yield from of_what_kind(rows)
    yield from where_they_stand(rows)
    yield from who_bought_most(rows)
    yield from gone_quiet(rows)
    yield from health(rows)
    yield from lost(rows)
    yield from came_again(rows)


def in_the_period(rows: Rows) -> Iterator[str]:
    bought = rows.bought_within(365, LAST)
    new = [amount for customer, amount in bought.items() if min(rows.bought[customer]) >= START]
    others = total(bought.values()) - total(new)
    begins = min(order.on for order in rows.orders)
    yield f"Counted are entries of revenue …, on record since {begins}: who bought before that looks new."
    told = f"of whom {len(new)} for the first time ({money(total(new))}; the others {money(others)})"
    yield f"- Customers who bought in the period: {len(bought)}, {told}"


def who_stayed(rows: Rows) -> Iterator[str]:
    kept, whole = stayed(rows, EVE, LAST)
    kept_before, whole_before = stayed(rows, EVE - YEAR, EVE)
    told = f"{percent(kept / whole)} of {whole} who were customers before the period"
    before = f"in as many days before it {percent(kept_before / whole_before)}"
    yield f"- Stayed: {told} (95% range {between(*wilson(kept, whole))}); {before}"
    counts = [sum(day >= START for day in days) for days in rows.bought.values()]
    again, whole = sum(count >= 2 for count in counts), sum(count >= 1 for count in counts)
    told = f"{percent(again / whole)} of {whole} who bought in the last 365 days did so on two days or more"
    yield f"- Came again: {told} (95% range {between(*wilson(again, whole))})"


def stayed(rows: Rows, since: date, until: date) -> tuple[int, int]:
    """Count who of the customers of one day is not lost on another, and the customers."""
    here = [customer for customer in rows.bought if rows.state(customer, since) not in {"never bought", "lost"}]
    return sum(rows.state(customer, until) != "lost" for customer in here), len(here)


def of_what_kind(rows: Rows) -> Iterator[str]:
    bought = list(rows.bought_within(365, LAST).values())
    whole = total(bought)
    equal = whole**2 / total(amount**2 for amount in bought)
    told = f"it is as if {float(equal):.1f} customers of one size had bought everything"
    yield f"- The 5 largest of {len(bought)} bought {percent(total(bought[:5]) / whole)}; {told}"
    lately = fifths([max(days).toordinal() for days in rows.bought.values()])
    often = fifths([len(days) for days in rows.bought.values()])
    counts = Counter(f"{one}{other}" for one, other in zip(lately, often, strict=True))
    of_segments = {segment: sum(counts[scores] for scores in of.split()) for segment, of in SEGMENTS.items()}
    told = ", ".join(f"{segment} {count}" for segment, count in of_segments.items() if count)
    yield f"- By how lately and how often they bought, each held against the others (segments of RFM): {told}"


def fifths(values: list[int]) -> list[int]:
    """Score from 1 to 5: by the share of others who have less."""
    ascending = sorted(values)
    return [1 + 5 * ascending.index(value) // len(values) for value in values]


def where_they_stand(rows: Rows) -> Iterator[str]:
    before, now = (Counter(rows.state(customer, on) for customer in rows.bought) for on in (EVE, LAST))
    for state in ("never bought", "new", "active", "won back", "at risk", "lost"):
        yield row(state, before[state], now[state])
    yield "New: for 90 days after the first purchase. At risk: no purchase for 180 days. Lost: none for 365 days."


def customer_row(rows: Rows, customer: str, amount: Fraction, whole: Fraction) -> str:
    told = rows.state(customer, LAST), max(rows.bought[customer])
    return row(customer, money(amount), percent(amount / whole), *told)


def who_bought_most(rows: Rows) -> Iterator[str]:
    bought = rows.bought_within(365, LAST)
    whole = total(bought.values())
    yield from (customer_row(rows, customer, amount, whole) for customer, amount in list(bought.items())[:5])


def gone_quiet(rows: Rows) -> Iterator[str]:
    found = key_accounts(rows)
    yield from (customer_row(rows, customer, amount, found.bought) for customer, amount in list(found.quiet.items())[:5])
    yield f"And {len(found.quiet) - 5} more, none of which bought more."
    yield f"Key accounts ({found.number}) are those that made up 80% of the 365 days before the period; …."


def health(rows: Rows) -> Iterator[str]:
    """Grade the key accounts by how long they have been quiet, and by what they bought: there are no contacts."""
    facts = {customer: (quiet_ratio(rows, customer), trend(rows, customer)) for customer in key_accounts(rows).names}
    scores = {customer: score_of(*known) for customer, known in facts.items() if known != (None, None)}
    bands = Counter(band(score) for score in scores.values())
    told = ", ".join(f"{name} {bands[name]}" for name in ("healthy", "to watch", "in danger"))
    assert len(scores) == len(facts)
    yield f"How well the key accounts stand, by how they buy and whom one knows there: {told}."
    weak = [
        customer for customer in sorted(scores, key=lambda name: (scores[name], name)) if band(scores[customer]) != "healthy"
    ]
    weak = [customer for customer in weak if customer not in key_accounts(rows).quiet]
    for customer in weak[:5]:
        quiet, change = facts[customer]
        reasons = []
        if quiet is not None:
            text = f"the last purchase is {float(quiet):.1f} times as long ago as usually lies between two"
            reasons.append((-lacking(quiet, QUIET), 0, text))
        if change is not None:
            text = f"bought in the last year {percent(change)} of what it bought in the year before"
            reasons.append((-lacking(change, TREND), 1, text))
        yield f"- {customer}: {float(scores[customer]):.0f} of 100; {min(reasons)[2]}"
    if weak[5:]:
        yield f"- And {len(weak[5:])} more, none of which stands worse."


def quiet_ratio(rows: Rows, customer: str) -> Fraction | None:
    days = sorted(rows.bought[customer])
    gaps = [(later - day).days for day, later in pairwise(days)]
    if len(gaps) < 2 or (days[-1] - days[0]).days < 90:
        return None
    return (LAST - days[-1]).days / Fraction(median(gaps))


def trend(rows: Rows, customer: str) -> Fraction | None:
    ends = [LAST.replace(year=LAST.year - years) for years in (2, 1, 0)]
    if min(rows.bought[customer]) > ends[0]:
        return None
    before, after = (
        total(amount for day, amount in rows.bought[customer].items() if first < day <= last) for first, last in pairwise(ends)
    )
    return after / before if before else None


def score_of(quiet: Fraction | None, change: Fraction | None) -> Fraction:
    """Return the mean of the points of what is known: both weigh the same."""
    points = [100 - lacking(fact, curve) for fact, curve in ((quiet, QUIET), (change, TREND)) if fact is not None]
    return total(points) / len(points)


def lacking(fact: Fraction, curve: list[tuple[Fraction, int]]) -> Fraction:
    """Return the points that a fact lacks of 100 on a curve of straight lines."""
    first, last = curve[0], curve[-1]
    if not first[0] <= fact <= last[0]:
        return Fraction(100 - (first if fact < first[0] else last)[1])
    (low, points), (high, more) = next(pair for pair in pairwise(curve) if fact <= pair[1][0])
    return 100 - (points + (more - points) * (fact - low) / (high - low))


def band(score: Fraction) -> str:
    return "healthy" if score >= 70 else "to watch" if score >= 40 else "in danger"


def lost(rows: Rows) -> Iterator[str]:
    last_of = {customer: max(days) for customer, days in rows.bought.items()}
    gone = {customer: last for customer, last in last_of.items() if START <= last + YEAR <= LAST}
    yield f"### Lost in the period: {len(gone)}"
    amounts = {
        customer: total(amount for day, amount in rows.bought[customer].items() if day > last - YEAR)
        for customer, last in gone.items()
    }
    for customer, amount in sorted(amounts.items(), key=lambda pair: -pair[1])[:3]:
        last, gaps = gone[customer], [(later - day).days for day, later in pairwise(rows.bought[customer])]
        told = f"who bought for {money(amount)} in the last year up to the last purchase; lost on {last + YEAR}"
        usual = f"{last}: The last purchase; usually there were {round(median(gaps))} days between two."
        yield f"- Customer {customer}, {told}. {usual}"


def came_again(rows: Rows) -> Iterator[str]:
    yield row("Quarters after the first", "Bought then", "95% range", "Customers")
    active = [{quarter(day) for day in days} for days in rows.bought.values() if min(days) >= LAST_YEAR]
    for age in (1, 2, 3, 4):
        seen = [quarters for quarters in active if min(quarters) + age <= quarter(LAST)]
        again = sum(min(quarters) + age in quarters for quarters in seen)
        yield row(age, percent(again / len(seen)), between(*wilson(again, len(seen))), len(seen))


def quarter(day: date) -> int:
    return 4 * day.year + (day.month - 1) // 3


# People


def team(rows: Rows) -> Iterator[str]:
    before = [rep for rep, hired in rows.hired.items() if hired <= EVE]
    joined = [rep for rep, hired in rows.hired.items() if START <= hired <= LAST]
    there = len(before) + len(joined)
    yield f"- Employees: {there} at the end of 2013-12-31, {len(before)} on the day before the period."
    yield f"- Joined: {len(joined)} ({', '.join(joined)})."
    # No row says that anybody left.
    told = f"0.0% (95% range {between(*wilson(0, there))}; people who served: {there})"
    yield f"- Attrition within the year up to 2013-12-31: {told}."
    yield from how_far_apart(rows)
    yield from whether_fair(rows)


def how_far_apart(rows: Rows) -> Iterator[str]:
    yield row("Metric", "Targets", "Median attained", "Middle half", "Reached", "95% range")
    attained = [rows.attained(rep) for rep in rows.hired]
    ratios = [float(each.ratio) for each in attained]
    low, middle, high = quantiles(ratios, n=4, method="inclusive")
    reached = sum(each.sold >= each.target for each in attained)
    told = percent(reached / len(attained)), between(*wilson(reached, len(attained)))
    yield row("Revenue", len(attained), percent(middle), between(low, high), *told)


def whether_fair(rows: Rows) -> Iterator[str]:
    for yardstick, found in fairness(rows).items():
        values = [float(index) for index in found.values()]
        apart = f"{max(values) / min(values):.2f}", f"{gini(values):.2f}"
        yield row(yardstick, len(found), *apart, len(beyond(found)))
    yield "Targets for Revenue of employees. Index: …; 1 is fair, and beyond is further from it than 0.2. …."
    reps = left_out(rows)
    yield f"Not compared, with targets for a part of the period or in another unit: {len(reps)} ({', '.join(reps)})."


# What it rests on


def data(rows: Rows) -> Iterator[str]:
    days = [order.on for order in rows.sold(None)]
    quotas = [quota for quota in rows.quotas if quota.start < AFTER and quota.end > START]
    teams = len(rows.group_of) + len(rows.manager_of)
    told = f"reps and other sellers: {len(rows.hired)}; teams: {teams}; targets: {len(quotas)}"
    yield f"Entries: {len(days):,}, from {min(days)} to {max(days)}; {told}."
    yield from without_entries(rows)
    yield from covered_in_part(rows)
    count = len(workdays(START, AFTER))
    words = "Ranges take days as independent of each other, so they say little here."
    yield f"- Note: Revenue: entries on {len(set(days))} days, of a time with {count} workdays. {words}"
    number = sum(quota.straddles for quota in quotas)
    yield f"- Note: Revenue: targets that reach beyond the period and count by their share of workdays: {number}."


def without_entries(rows: Rows) -> Iterator[str]:
    for rep in sorted(rows.hired):
        sold = {order.on.month for order in rows.sold(rep)}
        # A whole month from the day on which a quota begins.
        begun = max(rows.hired[rep], min(quota.start for quota in rows.quotas if quota.rep == rep))
        served = (month for month in range(1, 13) if begun <= date(2013, month, 1))
        months = ", ".join(f"2013-{month:02}" for month in served if month not in sold)
        if months:
            yield f"- Warning: {rep}: no entry of Revenue in {months}. Nothing sold, or nothing entered?"


def covered_in_part(rows: Rows) -> Iterator[str]:
    """Tell of teams in which somebody served before the first day of a target."""
    for owner in (owner for _, owner in rows.tree if owner not in rows.hired):
        begins = min(day for day in rows.plan[owner] if day >= START)
        came = min(hired for rep, hired in rows.hired.items() if owner in rows.owners_of(rep, LAST))
        if max(came, workdays(START, AFTER)[0]) < begins:
            words = "what was done on other days of the period is left out of this line, and of every sum of such targets"
            yield f"- Warning: {owner}: targets for Revenue cover {begins} to 2013-12-31 only; {words}."


TRACES: dict[str, Callable[[Rows], Iterable[str]]] = {
    "# Sales review: the company, 2013": heading,
    "In short": in_short,
    "What to discuss first": agenda,
    "Attainment": attainment,
    "Revenue over time": over_time,
    "Revenue: who contributed": who_contributed,
    "What made the difference": difference,
    "Why: what the rules of the diagnosis find": causes,
    "Customers": customers,
    "Team": team,
    "Risks": risks,
    "Targets that ended unmet": unmet,
    "Data, and what is missing": data,
}


def matches(line: str, expected: str) -> bool:
    return re.fullmatch(r"\D*".join(map(re.escape, expected.split("…"))), line) is not None


def test_every_section_with_a_figure_is_traced(page: Pages) -> None:
    assert [title for title, lines in page["en"].items() if any(map(has_digit, lines))] == list(TRACES)


@pytest.mark.parametrize("title", TRACES)
def test_every_line_with_a_figure_is_that_of_the_files(title: str, rows: Rows, page: Pages) -> None:
    found = [line for line in page["en"][title] if has_digit(line)]
    expected = [line for line in TRACES[title](rows) if has_digit(line)]
    # What matches is shown as it stands, so that a failure shows no more than the lines that differ.
    shown = [line if matches(line, told) else told for line, told in zip(found, expected, strict=False)]
    assert found == [*shown, *expected[len(shown) :]]


def western(line: str) -> str:
    """Write the dates of a Chinese line as an English one has them."""
    line = re.sub(r"(\d{4})年第(\d)季度", r"Q\2 \1", line)
    line = re.sub(r"(\d{4})年(\d+)月(\d+)日", lambda day: f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}", line)
    return re.sub(r"(\d{4})年(\d+)月", lambda month: f"{month[1]}-{int(month[2]):02}", line)


def numbers(text: str) -> list[str]:
    """Return the dates and the other numbers of a text, with their signs."""
    return re.findall(r"\d{4}-\d\d(?:-\d\d)?|(?:(?<![\d–])[-+])?\d[\d,.]*(?<=\d)%?", western(text))


def figures(line: str) -> list[list[str]]:
    """Return the numbers of each cell of a row, and of prose all of them in any order.

    What rose has its sign before the name of the currency in the one language, and before the number in the other.
    """
    is_row, line = line.startswith("|"), line.replace("+", "")
    return [numbers(cell) for cell in line.split("|")] if is_row else [sorted(numbers(line))]


def test_the_chinese_page_has_the_figures_of_the_english_one(page: Pages) -> None:
    english, chinese = (list(page[lang].values()) for lang in ("en", "zh"))
    assert [list(map(figures, lines)) for lines in chinese] == [list(map(figures, lines)) for lines in english]
    assert sum(len(numbers(line)) for lines in english for line in lines) > 700
