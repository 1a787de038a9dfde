"""The deals of the sample company: the larger projects, each with all that changed about it.

Stories to find
---------------
A stuck stage
    Since June 2026 proposals wait: whoever writes them is on another project. Most open deals stand in the proposal stage,
    longer than its limit.
A rep whose deals always slip
    Fang Zhou (r-12) moves the expected close of every deal two months on, whenever it comes near.
A strong rival
    Beihe wants more deals than anybody else, and takes most of those that are lost.
A deal nobody dated
    One deal of Zhou Ning (r-02) came with the handover of an old list.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import attrs

import salesperf as sp

__all__ = ["DEALS_FROM", "PROCESS", "Deals"]

DEALS_FROM: Final = date(2026, 1, 5)
STUCK_SINCE: Final = date(2026, 6, 1)
SLIPPING: Final = "r-12"
UNDATED_OWNER: Final = "r-02"
RIVALS: Final = ("Beihe", "Beihe", "Beihe", "Nanling", "Dongsheng")
INDUSTRIES: Final = ("electronics", "food", "machinery", "pharma", "textiles")
ROLES: Final = ("economic_buyer", "technical_buyer", "user_buyer", "champion")
SURNAMES: Final = ("王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周")
LIMITS: Final = MappingProxyType(
    {"prospecting": 30, "needs_analysis": 30, "proposal": 21, "negotiation": 21, "contract": 14},
)
"""How many days a deal should stay in a stage at most."""
CRITERIA: Final = MappingProxyType({"needs_analysis": "budget_confirmed", "negotiation": "terms_agreed"})
"""What must be met before a deal leaves a stage."""
USUAL_DAYS: Final = MappingProxyType(
    {"prospecting": 16, "needs_analysis": 18, "proposal": 14, "negotiation": 12, "contract": 7},
)
LOST, CANCELLED = 0.13, 0.05
"""Of the deals that leave a stage so many are lost, and so many closed without a decision."""
HOPED, EXPECTED = (35, 60), (80, 130)
"""How many days after its beginning a deal is expected to close, by the rep whose deals always slip and by the others."""
CONTESTED, LEFT_OVERDUE, NOTHING_NOTED = 0.6, 0.6, 0.3
"""So many deals somebody else wants too; of those due nobody gives a new day; of those open nobody notes what is next."""
CUSTOMERS: Final = 60
MONTH: Final = 30

PROCESS: Final = attrs.evolve(
    sp.STANDARD_PROCESSES["solution"],
    stages=[
        attrs.evolve(
            stage, max_days=LIMITS.get(stage.key), exit_criteria=[CRITERIA[stage.key]] if stage.key in CRITERIA else []
        )
        for stage in sp.STANDARD_PROCESSES["solution"].stages
    ],
)


@attrs.frozen
class Deals:
    """What becomes of deals: dice, of which only ``random()`` is used, since no other method is promised to stay the same.

    Parameters
    ----------
    last_day
        The last day with data.
    days_at_work
        The workdays on which a rep is at work within a period.
    usual_order
        The usual size of an order of a rep on a day, in yuan.
    """

    last_day: date
    days_at_work: Callable[[str, sp.Period], list[date]]
    usual_order: Callable[[str, date], int]
    dice: random.Random = attrs.field(factory=lambda: random.Random(20260916))  # noqa: S311 - a made-up company has no secrets

    def between(self, low: float, high: float) -> float:
        """Return a number from low to high."""
        return low + (high - low) * self.dice.random()

    def one_of(self, choices: tuple[str, ...]) -> str:
        """Return one of several words."""
        return choices[int(self.dice.random() * len(choices))]

    def customers(self) -> list[sp.Customer]:
        """Return the customers, some with people who decide."""
        return [
            sp.Customer(
                id=f"k-{number:02}",
                name=f"{number}号客户 Customer {number}",
                facts={"industry": self.one_of(INDUSTRIES)},
                contacts=[
                    sp.Contact(id=f"k-{number:02}-{place}", role=ROLES[place], name=f"{self.one_of(SURNAMES)}先生")
                    for place in range(int(self.between(0, len(ROLES))))
                ],
            )
            for number in range(1, CUSTOMERS + 1)
        ]

    def opportunities(self, reps: tuple[str, ...], customers: list[sp.Customer]) -> Iterator[sp.Opportunity]:
        """Yield the deals of some reps."""
        numbers = iter(range(1, 10_000))
        for month in sp.Period(DEALS_FROM, self.last_day).split("month"):
            for rep in reps:
                days = self.days_at_work(rep, month)
                # Whoever never closes anything on the day hopes for many.
                most = 6.4 if rep == SLIPPING else 3.4
                for _ in range(int(self.between(most / 3, most)) if days else 0):
                    created = days[int(self.dice.random() * len(days))]
                    yield self.deal(f"o-{next(numbers):03}", rep, created, customers)
        old = sp.Change(None, stage="prospecting", amount=sp.Amount.of(80_000, sp.CNY), owner=UNDATED_OWNER)
        yield sp.Opportunity(id=f"o-{next(numbers):03}", history=[old], process=PROCESS.key)

    def deal(self, key: str, rep: str, created: date, customers: list[sp.Customer]) -> sp.Opportunity:
        """Return a deal with all that changed about it up to the last day."""
        customer = customers[int(self.dice.random() * len(customers))]
        thousands = round(self.usual_order(rep, created) * self.between(0.8, 2.4) / 1000)
        first = sp.Change(
            created,
            stage="prospecting",
            amount=sp.Amount.of(thousands * 1000, sp.CNY),
            expected_close=created + timedelta(days=round(self.between(*(HOPED if rep == SLIPPING else EXPECTED)))),
            owner=rep,
        )
        deal = sp.Opportunity(
            id=key,
            history=[first],
            facts={"product": self.one_of(("machines", "machines", "software", "service"))},
            contacts=customer.contacts,
            competitors=sorted({self.one_of(RIVALS)} if self.dice.random() < CONTESTED else ()),
            customer=customer.id,
            process=PROCESS.key,
        )
        for stage in PROCESS.open_stages:
            left = self.day_of_leaving(deal, stage.key)
            deal = self.put_off(deal, min(left, self.last_day))
            if left > self.last_day:
                return self.with_next_action(deal)
            deal = self.leave(deal, stage.key, left)
            if not PROCESS.stage_of(deal).is_open:
                return deal
        return deal

    def day_of_leaving(self, deal: sp.Opportunity, stage: str) -> date:
        """Return the day on which a deal leaves its stage; proposals wait since June."""
        entered = deal.visits[-1].start or self.last_day
        days = USUAL_DAYS[stage] * self.between(0.4, 1.9)
        if deal.owner == SLIPPING:
            days *= 3
        if stage == "proposal" and entered >= STUCK_SINCE:
            days *= 4
        return entered + timedelta(days=max(1, round(days)))

    def put_off(self, deal: sp.Opportunity, until: date) -> sp.Opportunity:
        """Move the expected close of a deal on when it comes near; only one rep does so every time."""
        due = deal.expected_close
        while due is not None and due - timedelta(days=7) <= until:
            on = max(due - timedelta(days=7), deal.last_change or due)
            due += timedelta(days=2 * MONTH if deal.owner == SLIPPING else MONTH)
            if deal.owner != SLIPPING and self.dice.random() < LEFT_OVERDUE:
                break
            deal = attrs.evolve(deal, history=[*deal.history, sp.Change(on, expected_close=due, reason="decision_delayed")])
        return deal

    def leave(self, deal: sp.Opportunity, stage: str, on: date) -> sp.Opportunity:
        """Let a deal leave its stage: lost, given up, or on to the next."""
        die = self.dice.random()
        lost = LOST * (1.6 if "Beihe" in deal.competitors else 0.7)
        if die < lost:
            return PROCESS.lose(deal, on=on, reason="competitor" if deal.competitors else "price")
        if die < lost + CANCELLED:
            return PROCESS.cancel(deal, on=on, reason="no_budget")
        evidence = [CRITERIA[stage]] if stage in CRITERIA else []
        place = PROCESS.position[stage] + 1
        if PROCESS.stages[place].kind == "won":
            rate = Decimal(round(self.between(90, 101))) / 100
            return PROCESS.win(deal, on=on, amount=deal.amount.times(rate) if deal.amount else None)
        return PROCESS.advance(deal, PROCESS.stages[place].key, on=on, evidence=evidence)

    def with_next_action(self, deal: sp.Opportunity) -> sp.Opportunity:
        """Note what is to be done next, of most deals."""
        if self.dice.random() < NOTHING_NOTED:
            return deal
        on = self.last_day + timedelta(days=round(self.between(-8, 20)))
        action = self.one_of(("call", "visit", "demo", "send_offer"))
        return attrs.evolve(deal, facts=deal.facts | {"next_action": action, "next_action_on": on})
