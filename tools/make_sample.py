"""Make the sample company: ``python tools/make_sample.py`` writes ``src/salesperf/sample``, the same bytes every time.

A made-up maker of machines with a subscription for its software sells in East and South China. Everybody in it is
invented. The calendar is real: the holidays and the exchanged workdays (调休) that the State Council announced for 2025 and
2026. The last day with data is Wednesday, 16 September 2026, two thirds into the last month of a quarter.

Stories to find
---------------
The season
    Little is sold around Spring Festival and most in September, and the monthly targets say so. At the end of 16 September
    85 % of the quarter's workdays have passed, but only 82 % of its target is planned.
A team far ahead
    Shanghai.
A team that looks ahead only because of its season
    Guangzhou sells for the summer: half its quarter is planned for July. It has sold more than the share of workdays that
    have passed, and yet less than its months had planned by now.
A team that looks behind only because of its season
    Hangzhou, the other way round.
A ramping hire
    Tang Yi (r-07), since 1 July 2026, with a quarter, a half, three quarters of a full target in the first three months.
A leaver
    Feng Yuan (r-10), whose last day was 21 August 2026: the target for August ended unmet. The accounts, and the targets from
    September, went to the house (h-01).
A mover
    Ye Qing (r-13), from Guangzhou to Shenzhen on 1 August 2026, with all targets.
Others who sell
    A dealer (d-01) with targets, an agent (a-01) without any, and four team managers, two of whom lead a region too.
Missing data
    He Chuan (r-04), at work in August 2026 and with a target, has no entry in that month. Fang Zhou (r-12) has none in March
    and April either, but was on leave.
Products
    Shenzhen's target for software in the second quarter of 2026 ended unmet.
A ratio
    Targets for the average order value of the company and its regions, which nobody can divide.

Deals
    In the module ``sample_deals`` beside this one: a stuck stage, a rep whose deals always slip, a strong rival.
Leads
    In the module ``sample_leads``: a channel that converts worse and does not pay, and one that only looks worse, since it
    is young.
Objectives
    In the module ``sample_objectives``: one that lags, and one of which nobody speaks.
Follow-through
    In the module ``sample_follow_through``: what was agreed and what became of it, a plan, cases, risks, morale.

Rep targets of a month sum exactly to the team's, these to the region's and these to the company's; the months of a team, a
region and the company sum exactly to their quarters.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final

import attrs

import salesperf as sp
from salesperf.kernels.apportionment import apportion
from sample_deals import PROCESS, Deals
from sample_follow_through import followed_up
from sample_leads import Leads, costs
from sample_objectives import objectives

__all__ = ["company", "main"]

FOLDER: Final = Path(__file__).resolve().parents[1] / "src" / "salesperf" / "sample"
LAST_DAY: Final = date(2026, 9, 16)
LAST_YEAR: Final = 2026
THOUSAND: Final = 1000
HUNDRED: Final = 100
ONE: Final = sp.Amount.of(1, sp.COUNT)
NEW_SHARE: Final = 0.3
"""So many orders come from a new customer."""
SERVICE_ABOVE: Final = 0.85
"""Dice above this number order service."""

HOLIDAYS: Final = MappingProxyType(
    {
        "元旦 New Year": ("2025-01-01", "2026-01-01..2026-01-03"),
        "春节 Spring Festival": ("2025-01-28..2025-02-04", "2026-02-15..2026-02-23"),
        "清明节 Qingming": ("2025-04-04..2025-04-06", "2026-04-04..2026-04-06"),
        "劳动节 Labour Day": ("2025-05-01..2025-05-05", "2026-05-01..2026-05-05"),
        "端午节 Dragon Boat Festival": ("2025-05-31..2025-06-02", "2026-06-19..2026-06-21"),
        "中秋节 Mid-Autumn Festival": ("2026-09-25..2026-09-27",),
        "国庆节 National Day": ("2025-10-01..2025-10-08", "2026-10-01..2026-10-07"),
    },
)
"""As the General Office of the State Council announced on 12 November 2024 and 4 November 2025."""

EXTRA_WORKDAYS: Final = (
    *("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
    *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
)

TEAMS: Final = (
    sp.Team(id="east", name="华东 East China", manager="r-01"),
    sp.Team(id="south", name="华南 South China", manager="r-08"),
    sp.Team(id="shanghai", name="上海 Shanghai", parent="east", manager="r-01"),
    sp.Team(id="hangzhou", name="杭州 Hangzhou", parent="east", manager="r-05"),
    sp.Team(id="guangzhou", name="广州 Guangzhou", parent="south", manager="r-08"),
    sp.Team(id="shenzhen", name="深圳 Shenzhen", parent="south", manager="r-11"),
)

REPS: Final = (
    sp.Rep(id="r-01", name="林安 Lin An", team="shanghai", hired=date(2018, 4, 2), level="manager"),
    sp.Rep(id="r-02", name="周宁 Zhou Ning", team="shanghai", hired=date(2020, 7, 1), level="senior"),
    sp.Rep(id="r-03", name="沈悦 Shen Yue", team="shanghai", hired=date(2022, 3, 14)),
    sp.Rep(id="r-04", name="何川 He Chuan", team="shanghai", hired=date(2023, 9, 1), fte=Decimal("0.5")),
    sp.Rep(id="r-05", name="许澄 Xu Cheng", team="hangzhou", hired=date(2019, 5, 6), level="manager"),
    sp.Rep(id="r-06", name="吴桐 Wu Tong", team="hangzhou", hired=date(2021, 8, 16)),
    sp.Rep(
        id="r-07",
        name="唐一 Tang Yi",
        team="hangzhou",
        hired=date(2026, 7, 1),
        ramp=(Decimal("0.25"), Decimal("0.5"), Decimal("0.75")),
    ),
    sp.Rep(id="d-01", name="瓯江商贸 Oujiang Trading", team="hangzhou", kind="dealer"),
    sp.Rep(id="r-08", name="黎晴 Li Qing", team="guangzhou", hired=date(2017, 2, 6), level="manager"),
    sp.Rep(id="r-09", name="梁朔 Liang Shuo", team="guangzhou", hired=date(2021, 10, 11), level="senior"),
    sp.Rep(id="r-10", name="冯远 Feng Yuan", team="guangzhou", hired=date(2022, 6, 1), left=date(2026, 8, 22)),
    sp.Rep(id="h-01", name="公司客户 House accounts", team="guangzhou", kind="house"),
    sp.Rep(id="r-11", name="秦岚 Qin Lan", team="shenzhen", hired=date(2019, 11, 4), level="manager"),
    sp.Rep(
        id="r-12",
        name="方舟 Fang Zhou",
        team="shenzhen",
        hired=date(2020, 1, 6),
        absences=(sp.Period.parse("2026-03-01..2026-04-30"),),
    ),
    sp.Rep(id="r-13", name="叶青 Ye Qing", team="guangzhou", hired=date(2023, 2, 13)),
    sp.Rep(id="r-14", name="邵航 Shao Hang", team="shenzhen", hired=date(2024, 4, 8)),
    sp.Rep(id="a-01", name="港联代理 Ganglian Agency", team="shenzhen", kind="agent"),
)
MOVE: Final = sp.Move(rep="r-13", on=date(2026, 8, 1), team="shenzhen")
LEAVER, HOUSE, HIRE, SILENT, AGENT = "r-10", "h-01", "r-07", "r-04", "a-01"
SILENT_MONTH: Final = sp.Period.month(2026, 8)
TAKEN_OVER: Final = date(2026, 8, 21)
"""The day on which the house took over the leaver's targets."""

WEIGHTS: Final = MappingProxyType(
    {
        "r-01": 60,
        "r-02": 130,
        "r-03": 100,
        "r-04": 50,
        "r-05": 60,
        "r-06": 110,
        "r-07": 100,
        "d-01": 140,
        "r-08": 60,
        "r-09": 120,
        "r-10": 100,
        "r-13": 100,
        "r-11": 70,
        "r-12": 110,
        "r-14": 100,
    },
)
"""How much of the plan of the team of December each one bears; whoever is not named bears nothing."""


@attrs.frozen(kw_only=True)
class Business:
    """What the plan of 2026 asks of a team, and how it went.

    Parameters
    ----------
    revenue
        Planned for the year, in thousand yuan.
    new_customers
        Planned for the year.
    season
        Weights of the twelve months.
    order
        The usual size of an order, in yuan.
    pace
        What was sold in the third quarter of 2026 over what was planned by then.
    """

    revenue: int
    new_customers: int
    season: tuple[int, ...]
    order: int
    pace: float


USUAL: Final = (8, 5, 9, 8, 8, 9, 7, 7, 13, 8, 9, 9)
SUMMER: Final = (6, 4, 7, 8, 10, 12, 16, 10, 5, 6, 8, 8)

BUSINESS: Final = MappingProxyType(
    {
        "shanghai": Business(revenue=24_000, new_customers=62, season=USUAL, order=125_000, pace=1.26),
        "hangzhou": Business(revenue=15_000, new_customers=44, season=USUAL, order=95_000, pace=1.00),
        "guangzhou": Business(revenue=16_000, new_customers=42, season=SUMMER, order=90_000, pace=0.94),
        "shenzhen": Business(revenue=13_000, new_customers=40, season=USUAL, order=110_000, pace=1.02),
    },
)
LAST_YEAR_SHARE: Final = 88
"""The plan of 2025, in percent of that of 2026."""

ORDER_VALUES: Final = MappingProxyType({None: 105_000, "east": 112_000, "south": 97_000})
"""Targets for the average order value, in yuan."""

SOFTWARE: Final = (("2026-Q2", 1_500), ("2026-Q3", 1_100))
"""Shenzhen's targets for software, in thousand yuan."""

Plan = Mapping[tuple[str, sp.Period], int]
"""What each rep owes in each month, in thousand yuan or in customers."""


def calendar() -> sp.Calendar:
    """Return the calendar of the People's Republic of China for two years."""
    holidays = {
        day.start: name for name, labels in HOLIDAYS.items() for label in labels for day in sp.Period.parse(label).split("day")
    }
    return sp.Calendar(
        holidays=holidays, extra_workdays=dict.fromkeys(map(date.fromisoformat, EXTRA_WORKDAYS), "调休 exchanged")
    )


CALENDAR: Final = calendar()
ORG: Final = sp.Org(reps=REPS, teams=TEAMS, moves=[MOVE])


def months(year: int) -> tuple[sp.Period, ...]:
    """Return the months of a year."""
    return sp.Period.year(year).split("month")


def workdays(days: sp.Period) -> list[date]:
    """Return the workdays of a period, in order."""
    return [day.start for day in days.split("day") if CALENDAR.is_workday(day.start)]


def make_plan(year: int, totals: Mapping[str, int]) -> Plan:
    """Divide what each team owes in a year over months by season and over the team of December by weight.

    Parameters
    ----------
    year
        The year.
    totals
        What each team owes.
    """
    plan: dict[tuple[str, sp.Period], int] = {}
    for team, total in totals.items():
        members = [rep for rep in REPS if rep.team == team and rep.id in WEIGHTS]
        for month, owed in zip(months(year), apportion(total, BUSINESS[team].season).tolist(), strict=True):
            parts = apportion(owed, [WEIGHTS[rep.id] * productivity(rep, month) for rep in members]).tolist()
            for rep, part in zip(members, parts, strict=True):
                owner = HOUSE if rep.left is not None and rep.left <= month.start else rep.id
                if part:
                    plan[owner, month] = part
    return plan


def productivity(rep: sp.Rep, month: sp.Period) -> Decimal:
    """Return the share of a full target that a rep bears in a month: none before the hire, the ramp, then all."""
    if rep.hired is None or not rep.ramp:
        return Decimal(1)
    served = 12 * (month.start.year - rep.hired.year) + month.start.month - rep.hired.month
    if served < 0:
        return Decimal(0)
    return rep.ramp[served] if served < len(rep.ramp) else Decimal(1)


def owners_above(rep: str, month: sp.Period) -> list[str | None]:
    """Return a rep's team in a month, its region and the company."""
    team = ORG.team_on(rep, month.start)
    region = ORG.team_by_id[team].parent if team else None
    return [team, region, None]


def planned_targets(metric: sp.Metric, plan: Plan, unit: sp.Unit, size: int) -> Iterator[sp.Target]:
    """Yield the targets of a plan: reps by month, teams, regions and the company by month and quarter.

    Parameters
    ----------
    metric
        What is planned.
    plan
        What each rep owes.
    unit
        The unit of the targets.
    size
        How many whole units one unit of the plan is.
    """
    above: dict[str | None, str | None] = {team.id: team.parent for team in TEAMS}
    sums: dict[tuple[str | None, sp.Period], int] = defaultdict(int)

    def target(owner: str | None, period: sp.Period, number: int, parent: tuple[str | None, sp.Period] | None) -> sp.Target:
        amount = sp.Amount.of(number * size, unit)
        return sp.Target(
            owner=owner,
            metric=metric,
            amount=amount,
            period=period,
            parent=sp.TargetKey(parent[0], metric.key, parent[1]) if parent else None,
            floor=None if parent else amount.times(Decimal("0.9"), rounding="floor"),
            stretch=None if parent else amount.times(Decimal("1.1"), rounding="ceiling"),
            agreed=TAKEN_OVER if owner == HOUSE else date(period.start.year - 1, 12, 19),
        )

    for (rep, month), number in plan.items():
        owners = owners_above(rep, month)
        yield target(rep, month, number, (owners[0], month))
        for owner in owners:
            sums[owner, month] += number
            sums[owner, sp.Period.holding(month.start, "quarter")] += number
    for (owner, period), number in sums.items():
        if owner is not None:
            yield target(owner, period, number, (above[owner], period))
        elif sp.Period.holding(period.start, "quarter") == period:
            yield target(owner, period, number, None)
        else:
            yield target(owner, period, number, (None, sp.Period.holding(period.start, "quarter")))


def targets() -> Iterator[sp.Target]:
    """Yield all targets."""
    metrics = sp.STANDARD_METRICS
    for year, plan in revenue_plans().items():
        yield from planned_targets(metrics["revenue"], plan, sp.CNY, THOUSAND)
        if year == LAST_YEAR:
            customers = make_plan(year, {team: business.new_customers for team, business in BUSINESS.items()})
            yield from planned_targets(metrics["new_customers"], customers, sp.COUNT, 1)
    agreed = date(2025, 12, 19)
    for quarter in sp.Period.year(LAST_YEAR).split("quarter"):
        for owner, value in ORDER_VALUES.items():
            yield sp.Target(
                owner=owner, metric=metrics["average_order_value"], amount=Decimal(value), period=quarter, agreed=agreed
            )
    for label, number in SOFTWARE:
        yield sp.Target(
            owner="shenzhen",
            metric=metrics["revenue"],
            amount=sp.Amount.of(number * THOUSAND, sp.CNY),
            period=sp.Period.parse(label),
            scope={"product": "software"},
            agreed=date(2026, 3, 20),
            rationale="新产品上市 launch of the new release",
        )


def revenue_plans() -> Mapping[int, Plan]:
    """Return the plan of each year, in thousand yuan."""
    shares = {LAST_YEAR: 100, LAST_YEAR - 1: LAST_YEAR_SHARE}
    return {
        year: make_plan(year, {team: business.revenue * share // 100 for team, business in BUSINESS.items()})
        for year, share in sorted(shares.items())
    }


class Market:
    """What customers do: dice, of which only ``random()`` is used, since no other method is promised to stay the same."""

    def __init__(self) -> None:
        self.dice = random.Random(LAST_DAY.toordinal())  # noqa: S311 - a made-up company has no secrets

    def between(self, low: float, high: float) -> float:
        """Return a number from low to high."""
        return low + (high - low) * self.dice.random()

    def entries(self) -> Iterator[sp.Actual]:
        """Yield all entries."""
        for year, plan in revenue_plans().items():
            for month in months(year):
                known = month.until(LAST_DAY)
                for team in BUSINESS if known else ():
                    for rep, worth in self.sales_of_month(team, plan, month).items():
                        yield from self.orders(team, rep, month, worth)
        for week in sp.Period.year(LAST_YEAR).split("week"):
            yield from self.visits(week)

    def sales_of_month(self, team: str, plan: Plan, month: sp.Period) -> Mapping[str, int]:
        """Return what each rep of a team sells in a month up to the last day, in hundred yuan."""
        known = month.until(LAST_DAY)
        passed = CALENDAR.workdays(known) / CALENDAR.workdays(month) if known else 0.0
        owed = {rep: owed for (rep, of), owed in plan.items() if of == month and ORG.team_on(rep, month.start) == team}
        is_last_quarter = sp.Period.holding(LAST_DAY, "quarter").covers(month)
        pace = BUSINESS[team].pace if is_last_quarter else self.between(0.96, 1.06)
        shares = {rep: number * self.between(0.8, 1.2) * self.presence(rep, month) for rep, number in owed.items()}
        if TAKEN_OVER in month and LEAVER in shares:
            shares[HOUSE] = owed[LEAVER] * (1 - self.presence(LEAVER, month))
        total = int(sum(owed.values()) * 10 * pace * passed)
        parts = apportion(total, [round(THOUSAND * share) for share in shares.values()]).tolist()
        sold = dict(zip(shares, parts, strict=True))
        if team == ORG.team_on(AGENT, month.start):
            sold[AGENT] = int(self.between(600, 1200) * passed)
        return {rep: worth for rep, worth in sold.items() if worth and (rep, month) != (SILENT, SILENT_MONTH)}

    def presence(self, rep: str, month: sp.Period) -> float:
        """Return the share of a month's workdays on which a rep is at work."""
        return len(self.days_at_work(rep, month)) / CALENDAR.workdays(month)

    def days_at_work(self, rep: str, days: sp.Period) -> list[date]:
        """Return the workdays on which a rep is at work."""
        start, end = ORG.rep_by_id[rep].service
        absences = ORG.rep_by_id[rep].absences
        return [day for day in workdays(days) if start <= day < end and not any(day in absence for absence in absences)]

    def orders(self, team: str, rep: str, month: sp.Period, worth: int) -> Iterator[sp.Actual]:
        """Yield the orders that make up what a rep sells in a month, and the customers who are new with one.

        Parameters
        ----------
        team, rep, month
            Who, and when.
        worth
            The sum of all orders, in hundred yuan.
        """
        metrics = sp.STANDARD_METRICS
        known = month.until(LAST_DAY) or month
        days = [day for day in self.days_at_work(rep, known) if rep != HOUSE or day > TAKEN_OVER]
        count = max(1, round(worth * HUNDRED / BUSINESS[team].order))
        sizes = apportion(worth, [round(self.between(500, 1500)) for _ in range(count)]).tolist()
        for number, size in enumerate(sizes):
            on = days[int((number + self.dice.random()) * len(days) / count)]
            scope = {"product": self.product(team, month)}
            amount = sp.Amount.of(size * HUNDRED, sp.CNY)
            yield sp.Actual(owner=rep, metric=metrics["revenue"], amount=amount, on=on, scope=scope)
            yield sp.Actual(owner=rep, metric=metrics["orders"], amount=ONE, on=on, scope=scope)
            if self.dice.random() < NEW_SHARE:
                yield sp.Actual(owner=rep, metric=metrics["new_customers"], amount=ONE, on=on)

    def product(self, team: str, month: sp.Period) -> str:
        """Return what is ordered; software sold badly in Shenzhen in the second quarter of 2026."""
        is_slow = team == "shenzhen" and sp.Period.quarter(2026, 2).covers(month)
        software = 0.15 if is_slow else 0.35
        die = self.dice.random()
        return "software" if die < software else "service" if die > SERVICE_ABOVE else "machines"

    def visits(self, week: sp.Period) -> Iterator[sp.Actual]:
        """Yield the visits of a week, which each employee notes on its last workday."""
        known = week.until(LAST_DAY)
        for rep in REPS if known else ():
            days = self.days_at_work(rep.id, known) if known else []
            is_silent = rep.id == SILENT and bool(days) and days[-1] in SILENT_MONTH
            if rep.kind == "employee" and days and not is_silent:
                number = sp.Amount.of(round(len(days) * self.between(0.6, 2.0)), sp.COUNT)
                yield sp.Actual(owner=rep.id, metric=sp.STANDARD_METRICS["visits"], amount=number, on=days[-1])


def company() -> sp.Records:
    """Return the company: the same one every time."""
    entries = sorted(Market().entries(), key=lambda entry: (entry.on, entry.owner, entry.metric.key, entry.amount.minor))
    counts: dict[int, int] = defaultdict(int)
    numbered = []
    for entry in entries:
        if entry.metric.key == "revenue":
            counts[entry.on.year] += 1
            numbered.append(attrs.evolve(entry, ref=f"S{entry.on:%y}-{counts[entry.on.year]:04d}"))
        else:
            numbered.append(entry)
    owed = sorted(targets(), key=lambda target: target.key.order)
    deals = Deals(LAST_DAY, Market().days_at_work, usual_order)
    customers = deals.customers()
    employees = tuple(rep.id for rep in REPS if rep.kind == "employee")
    leads, opportunities = Leads(
        last_day=LAST_DAY, reps=employees, days_at_work=Market().days_at_work, customers=customers
    ).linked(deals.opportunities(employees, customers))
    return sp.Records(
        org=ORG,
        targets=owed,
        actuals=numbered,
        objectives=objectives(),
        opportunities=opportunities,
        leads=leads,
        costs=costs(),
        customers=customers,
        processes=[PROCESS],
        calendar=CALENDAR,
        **followed_up(),
    )


def usual_order(rep: str, on: date) -> int:
    """Return the usual size of an order of a rep on a day, in yuan."""
    return BUSINESS[ORG.team_on(rep, on) or ""].order


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the company as CSV files."""
    parser = argparse.ArgumentParser(prog="make_sample.py", description="Make the sample company.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where to write; the package if not given")
    sp.io.folder.write(company(), parser.parse_args(arguments).folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
