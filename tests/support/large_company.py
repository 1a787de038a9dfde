"""A company of any size, made up: the same each time, with everything in it that a review looks at."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Final

import attrs

import salesperf as sp

__all__ = ["FIRST_DAY", "LAST_DAY", "QUARTER", "REVIEWED_ON", "LargeCompany"]

FIRST_DAY: Final = date(2025, 1, 1)
LAST_DAY: Final = date(2026, 12, 31)
"""What is recorded: two years, of which the last quarter is later than the review."""
QUARTER: Final = sp.Period.quarter(2026, 3)
REVIEWED_ON: Final = QUARTER.last

_DAYS: Final = (LAST_DAY - FIRST_DAY).days + 1
_REPS_A_TEAM: Final = 10
_TEAMS_A_DIVISION: Final = 10
_TASKS_A_PLAN: Final = 10
_CHANNELS: Final = ("exhibition", "referral", "website", "cold_call", "partner")
_PRODUCTS: Final = ("machines", "software", "service")
_TOUCHES: Final = ("call", "visit", "wechat", "web_form", "comment")
_NEEDS, _POWERS, _WISHES = ("urgent", "clear", "vague"), ("high", "medium", "low"), ("high", "medium", "low")
_REASONS: Final = ("price", "timing", "feature", "relation")
_MAX_DAYS: Final = (30, 30, 21, 21, 14)
_SHARE_THAT_MOVES, _SHARE_THAT_LEFT, _SHARE_HIRED_LATE = 0.02, 0.04, 0.06


@attrs.frozen
class LargeCompany:
    """How large a company is; the rest follows.

    Parameters
    ----------
    deals
        Opportunities, of two years. There are as many leads, ten entries for each, a customer for every five, and a case for
        every hundred.
    people
        Reps; ``None`` for one for every fifty deals. They are in teams of ten, these in regions, those in divisions. Each has
        an action to do, each team a plan of ten tasks, a risk and a survey.
    """

    deals: int
    people: int | None = None

    @property
    def reps(self) -> int:
        """How many people sell."""
        return max(1, self.deals // 50) if self.people is None else self.people

    @property
    def team(self) -> str:
        """A team at the top, which has all the others below it while the company is small."""
        return "division-0"

    @property
    def rep(self) -> str:
        """One who sells."""
        return "r-3"

    def records(self) -> sp.Records:
        """Make up everything that is known of the company, on whatever day."""
        random = Random(self.deals)  # noqa: S311 - the same company each time is what is wanted
        solution = sp.STANDARD_PROCESSES["solution"]
        limits = dict(zip((stage.key for stage in solution.open_stages), _MAX_DAYS, strict=True))
        process = attrs.evolve(solution, stages=[attrs.evolve(each, max_days=limits.get(each.key)) for each in solution.stages])
        leads = [self._lead(number, random) for number in range(self.deals)]
        return sp.Records(
            org=self._org(random),
            targets=tuple(self._targets()),
            actuals=[self._entry(number, random) for number in range(10 * self.deals)],
            objectives=tuple(self._objectives(random)),
            opportunities=[self._deal(number, process, leads[number], random) for number in range(self.deals)],
            leads=leads,
            costs=tuple(_costs()),
            customers=[self._customer(number, random) for number in range(self._customers)],
            processes=[process],
            actions=[self._action(number) for number in range(self.reps)],
            plans=[self._plan(number) for number in range(self._teams_at_the_bottom)],
            cases=[self._case(number) for number in range(self.deals // 100)],
            risks=[self._risk(number) for number in range(self._teams_at_the_bottom)],
            pulses=[
                sp.PulseSurvey(on=date(2026, 6, 20), owner=f"t-{number}", counts=[1, 1, 2, 3, 1], invited=10)
                for number in range(self._teams_at_the_bottom)
            ],
        )

    # People

    @property
    def _teams_at_the_bottom(self) -> int:
        return -(-self.reps // _REPS_A_TEAM)

    def _org(self, random: Random) -> sp.Org:
        teams = list(self._teams())
        low = [team.id for team in teams if team.id.startswith("t-")]
        reps, moves = [], []
        for number in range(self.reps):
            home, chance = low[number // _REPS_A_TEAM], random.random()
            is_new, has_left = chance < _SHARE_HIRED_LATE, chance > 1 - _SHARE_THAT_LEFT
            reps.append(
                sp.Rep(
                    id=f"r-{number}",
                    name=f"Rep {number}",
                    team=home,
                    hired=date(2026, 8, 3) if is_new else FIRST_DAY,
                    left=date(2026, 9, 1) if has_left else None,
                    ramp=[Decimal("0.5"), Decimal("0.8")] if is_new else [],
                )
            )
            if len(low) > 1 and random.random() < _SHARE_THAT_MOVES:
                other = low[(number // _REPS_A_TEAM + 1) % len(low)]
                moves.append(sp.Move(rep=f"r-{number}", on=date(2026, 8, 17), team=other))
        return sp.Org(reps=reps, teams=teams, moves=moves)

    def _teams(self) -> Iterator[sp.Team]:
        """Yield three levels: divisions, regions, teams."""
        teams = self._teams_at_the_bottom
        regions = -(-teams // _TEAMS_A_DIVISION)
        divisions = -(-regions // _TEAMS_A_DIVISION)
        yield from (sp.Team(id=f"division-{number}") for number in range(divisions))
        yield from (sp.Team(id=f"region-{each}", parent=f"division-{each // _TEAMS_A_DIVISION}") for each in range(regions))
        for number in range(teams):
            lead = f"r-{number * _REPS_A_TEAM}"
            yield sp.Team(id=f"t-{number}", parent=f"region-{number // _TEAMS_A_DIVISION}", manager=lead)

    def _whoever(self, random: Random) -> str:
        return f"r-{random.randrange(self.reps)}"

    # What is owed, and what was done

    def _targets(self) -> Iterator[sp.Target]:
        revenue, visits = sp.STANDARD_METRICS["revenue"], sp.STANDARD_METRICS["visits"]
        for month in sp.Period.year(2026).split("month"):
            for number in range(self.reps):
                amount = sp.Amount.of(12_000 + 500 * (number % 7), sp.CNY)
                yield sp.Target(owner=f"r-{number}", metric=revenue, amount=amount, period=month, agreed=date(2025, 12, 15))
            everybody = sp.Amount.of(4 * self.reps, sp.COUNT)
            yield sp.Target(owner=None, metric=visits, amount=everybody, period=month, agreed=date(2025, 12, 15))

    def _entry(self, number: int, random: Random) -> sp.Actual:
        metric = sp.STANDARD_METRICS[("revenue", "visits", "orders")[number % 3]]
        money, one = sp.Amount.of(random.randrange(200, 9_000), sp.CNY), sp.Amount.of(1, sp.COUNT)
        return sp.Actual(
            owner=self._whoever(random),
            metric=metric,
            amount=money if metric.dimension == "money" else one,
            on=_day(random.randrange(_DAYS)),
            scope={"product": _PRODUCTS[random.randrange(3)]},
            ref=f"e-{number}",
        )

    def _objectives(self, random: Random) -> Iterator[sp.Objective]:
        for number in range(self._teams_at_the_bottom):
            said = (QUARTER.start + timedelta(days=days) for days in sorted(random.sample(range(92), 4)))
            values = accumulate(random.randrange(1, 30) for _ in range(4))
            key_result = sp.KeyResult(
                id=f"k-{number}",
                start=0,
                target=80,
                check_ins=[sp.CheckIn(on, value=value) for on, value in zip(said, values, strict=True)],
            )
            yield sp.Objective(id=f"o-{number}", period=QUARTER, owner=f"t-{number}", key_results=[key_result])

    # Who buys, and who might

    @property
    def _customers(self) -> int:
        return max(1, self.deals // 5)

    def _customer(self, number: int, random: Random) -> sp.Customer:
        buyer = sp.Contact(id=f"p-{number}", role="economic_buyer", name=f"Person {number}", email=f"p{number}@example.com")
        return sp.Customer(id=f"c-{number}", name=f"Customer {number}", owner=self._whoever(random), contacts=[buyer])

    def _lead(self, number: int, random: Random) -> sp.Lead:
        began = random.randrange(_DAYS)
        days = sorted(min(_DAYS - 1, began + random.randrange(60)) for _ in range(3))
        channel = _CHANNELS[random.randrange(len(_CHANNELS))]
        history = [
            sp.LeadChange(_day(began), status="new", owner=self._whoever(random)),
            sp.LeadChange(_day(days[0]), status="working"),
        ]
        chance = random.random()
        if chance < 0.3:  # three in ten become deals
            history.append(sp.LeadChange(_day(days[1]), status="converted"))
        elif chance < 0.8:  # half come to nothing
            history.append(sp.LeadChange(_day(days[1]), status="disqualified", reason="no_need"))
        elif chance < 0.9:  # one in ten nobody has for a while
            history.append(sp.LeadChange(_day(days[1]), released=True, reason="no_touch"))
            history.append(sp.LeadChange(_day(days[2]), owner=self._whoever(random)))
        touches = [
            sp.Touch(_day(day), _TOUCHES[random.randrange(len(_TOUCHES))]) for day in days[: random.randrange(len(days) + 1)]
        ]
        facts = {
            "need": _NEEDS[random.randrange(3)],
            "purchasing_power": _POWERS[random.randrange(3)],
            "willingness": _WISHES[random.randrange(3)],
        }
        return sp.Lead(id=f"l-{number}", history=history, channel=channel, facts=facts, touches=touches)

    def _deal(self, number: int, process: sp.SalesProcess, lead: sp.Lead, random: Random) -> sp.Opportunity:
        began = random.randrange(_DAYS)
        open_stages = [stage.key for stage in process.open_stages]
        reached = 1 + random.randrange(len(open_stages))
        days = list(accumulate((random.randrange(30) for _ in range(reached)), initial=began))
        amount = sp.Amount.of(random.randrange(1_000, 90_000), sp.CNY)
        due = _day(began + 30 + random.randrange(120))
        changes = [sp.Change(_day(began), stage=open_stages[0], amount=amount, expected_close=due, owner=self._whoever(random))]
        changes += [sp.Change(_day(day), stage=stage) for stage, day in zip(open_stages[1:reached], days[1:], strict=False)]
        if random.random() < 0.3:  # three in ten are put off
            later = due + timedelta(days=random.randrange(1, 60))
            changes.append(sp.Change(_day(days[-2]), expected_close=later, reason="budget"))
        ending = random.choice(("won", "lost", "lost", "cancelled", None))
        if ending is not None:
            reason = _REASONS[random.randrange(len(_REASONS))] if ending == "lost" else None
            changes.append(sp.Change(_day(days[-1]), stage=ending, reason=reason))
        known = [change for change in changes if change.on is not None and change.on <= LAST_DAY]
        is_converted = lead.status == "converted"
        return sp.Opportunity(
            id=f"d-{number}",
            history=sorted(known, key=lambda change: change.on or date.min),
            customer=f"c-{random.randrange(self._customers)}",
            lead=lead.id if is_converted else None,
            process=process.key,
            competitors=("Beihe",) if random.random() < 0.2 else (),  # in one of five somebody else bids
            facts={"product": _PRODUCTS[random.randrange(3)]},
        )

    # What follows from a review

    def _action(self, number: int) -> sp.Action:
        due = QUARTER.start + timedelta(days=number % 120)
        return sp.Action(id=f"a-{number}", title=f"Action {number}", owner=f"r-{number}", created=date(2026, 6, 30), due=due)

    def _plan(self, number: int) -> sp.TaskPlan:
        tasks = [
            sp.Task(
                id=f"t-{number}-{place}",
                owner=f"r-{number * _REPS_A_TEAM}",
                created=date(2026, 6, 30),
                due=QUARTER.start + timedelta(days=12 * place),
                depends_on=[f"t-{number}-{place - 1}"] if place else [],
            )
            for place in range(_TASKS_A_PLAN)
        ]
        return sp.TaskPlan(id=f"p-{number}", title=f"Plan {number}", tasks=tasks)

    def _case(self, number: int) -> sp.Case:
        on, tag = _day(number % _DAYS), _REASONS[number % len(_REASONS)]
        return sp.Case(
            id=f"case-{number}", outcome="lost", on=on, owner=self._one(number), lessons=[f"Lesson {number}"], tags=[tag]
        )

    def _risk(self, number: int) -> sp.Risk:
        assessed = sp.RiskAssessment(on=date(2026, 6, 30), likelihood=1 + number % 5, impact=1 + number % 4)
        return sp.Risk(id=f"risk-{number}", title=f"Risk {number}", owner=f"t-{number}", assessments=[assessed])

    def _one(self, number: int) -> str:
        return f"r-{number % self.reps}"


def _costs() -> Sequence[sp.ChannelCost]:
    months = sp.Period.year(2026).split("month")
    return [
        sp.ChannelCost(on=month.start, amount=sp.Amount.of(50_000, sp.CNY), channel=channel)
        for month in months
        for channel in _CHANNELS
    ]


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)
