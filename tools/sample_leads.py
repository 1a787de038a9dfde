"""The leads of the sample company: where half of its deals came from, those that came to nothing or are open, what they cost.

Stories to find
---------------
A channel that converts worse
    Whoever leaves a card at an exhibition seldom becomes a deal: about one in seven. Of those whom a customer refers it is
    one in two.
A channel that does not pay
    The two fairs of 2026 cost 3.2 million yuan for stands, transport of the machines and travel. Two of their leads were won
    by the middle of September, for less than a tenth of that.
A channel that is only young
    Live streams began on 20 July 2026. Few of their leads have become a deal, since few have had the time: they convert as
    those of the website do, and are no worse.
The public pool
    A lead that nobody has spoken to in two weeks goes back to the pool, from which half of them were claimed. So did what
    Feng Yuan (r-10) had not decided on his last day.
What was heard
    Whoever speaks to a lead notes how much it needs the machines, can pay and wants to decide: more of it with those that
    became a deal.
Deals without a lead
    The other half of the deals is business with customers who were known before.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import attrs

import salesperf as sp
from salesperf.model.customer import Fact
from sample_deals import DEALS_FROM, INDUSTRIES

__all__ = ["Leads", "costs"]

DEALS_A_DAY: Final = 0.83
TO_CONVERT: Final = (8, 40)
TO_GIVE_UP: Final = (10, 60)
"""Days from the beginning of a lead to its deal, or to the day on which it is given up."""
LEAVER, LAST_DAY_OF_LEAVER = "r-10", date(2026, 8, 21)
WORKED, QUALIFIED, CLAIMED = 0.85, 0.3, 0.5
"""Of the leads that come to nothing so many are worked at once, and so many of these found to fit; of the others so many are
claimed by somebody else."""
PATIENCE: Final = timedelta(days=14)
"""After so many days without a word a lead goes back to the pool."""
ANSWERED: Final = 0.6
MOST_TOUCHES: Final = 3
KINDS: Final = ("call", "wechat", "visit")
HEARD: Final = MappingProxyType(
    {
        "need": ("none", "vague", "clear", "urgent"),
        "purchasing_power": ("low", "medium", "high"),
        "willingness": ("low", "medium", "high"),
    },
)
"""What a lead says of itself, from the least to the most."""
REASONS: Final = ("no_budget", "no_need", "no_answer", "too_small")


@attrs.frozen(kw_only=True)
class Channel:
    """Where leads come from.

    Parameters
    ----------
    key
        The key of the channel.
    since
        Its first day.
    a_day
        How many leads it brings a day, on average.
    conversion
        The share of them that becomes a deal, given time.
    first
        The kind of the first touch.
    campaigns
        The first day of each campaign, and its key.
    """

    key: str
    since: date
    a_day: float
    conversion: float
    first: str
    campaigns: Mapping[date, str] = MappingProxyType({})

    def campaign(self, on: date) -> str | None:
        """Return the campaign of a day."""
        begun = [key for since, key in self.campaigns.items() if since <= on]
        return begun[-1] if begun else None

    def deals_a_day(self, on: date) -> float:
        """Return how many deals come of its leads on a day: fewer as long as it is young."""
        quickest, slowest = TO_CONVERT
        ripe = ((on - self.since).days - quickest) / (slowest - quickest)
        return self.a_day * self.conversion * min(1, max(0, ripe))


CHANNELS: Final = (
    Channel(key="website", since=date(2024, 1, 1), a_day=0.42, conversion=0.4, first="web_form"),
    Channel(key="referral", since=date(2024, 1, 1), a_day=0.24, conversion=0.5, first="introduction"),
    Channel(
        key="exhibition",
        since=date(2024, 1, 1),
        a_day=0.55,
        conversion=0.14,
        first="booth_visit",
        campaigns={date(2026, 1, 1): "spring_fair", date(2026, 6, 1): "summer_fair"},
    ),
    Channel(
        key="live_stream",
        since=date(2026, 7, 20),
        a_day=0.75,
        conversion=0.4,
        first="comment",
        campaigns={date(2026, 7, 20): "factory_tour"},
    ),
)


SPENT: Final = MappingProxyType(
    {
        ("website", None): {date(2025, 12, 1): 18_000, **{date(2026, month, 1): 18_000 for month in range(1, 10)}},
        ("referral", None): {date(2026, month, 1): 15_000 for month in (1, 4, 7)},
        ("exhibition", "spring_fair"): {date(2026, 1, 12): 1_680_000},
        ("exhibition", "summer_fair"): {date(2026, 6, 8): 1_520_000},
        ("live_stream", "factory_tour"): {date(2026, 7, 20): 90_000, date(2026, 8, 1): 30_000, date(2026, 9, 1): 30_000},
    },
)
"""What was spent in yuan by channel, campaign and day: advertisements, thanks to customers, stands, a studio."""


def costs() -> list[sp.ChannelCost]:
    """Return what was spent on channels, by day."""
    found = [
        sp.ChannelCost(on=on, amount=sp.Amount.of(number, sp.CNY), channel=channel, campaign=campaign)
        for (channel, campaign), days in SPENT.items()
        for on, number in days.items()
    ]
    return sorted(found, key=lambda cost: cost.on)


@attrs.frozen(kw_only=True)
class Leads:
    """Where deals come from: dice of their own, so that the deals stay what they are.

    Parameters
    ----------
    last_day
        The last day with data.
    reps
        The ids of those who may have leads.
    days_at_work
        The workdays on which a rep is at work within a period.
    customers
        The customers, of whom those with a lead have their industry.
    """

    last_day: date
    reps: Sequence[str]
    days_at_work: Callable[[str, sp.Period], list[date]]
    customers: Iterable[sp.Customer]
    dice: random.Random = attrs.field(factory=lambda: random.Random(20260728))  # noqa: S311 - a made-up company has no secrets
    ears: random.Random = attrs.field(factory=lambda: random.Random(20260916))  # noqa: S311 - neither here

    def days(self, between: tuple[int, int]) -> timedelta:
        """Return a number of days between two."""
        low, high = between
        return timedelta(days=low + int((high - low) * self.dice.random()))

    def one_of(self, choices: Sequence[str]) -> str:
        """Return one of several words."""
        return choices[int(self.dice.random() * len(choices))]

    def linked(self, deals: Iterable[sp.Opportunity]) -> tuple[list[sp.Lead], list[sp.Opportunity]]:
        """Return all leads by the day on which they began, and the deals, some with the lead that they came from."""
        industries = {customer.id: customer.facts["industry"] for customer in self.customers}
        begun: list[tuple[sp.Lead, sp.Opportunity | None]] = [(lead, None) for lead in self.without_deal()]
        deals = list(deals)
        for deal in deals:
            channel = self.channel_of(deal)
            if channel is not None:
                begun.append((self.of_deal(deal, channel, industries[deal.customer or ""]), deal))
        # The sort keeps what began on one day in the order in which it was drawn, and needs no ids.
        begun.sort(key=lambda pair: pair[0].created or self.last_day)
        begun = [(self.heard(lead), deal) for lead, deal in begun]
        names = {deal.id: f"l-{number:03}" for number, (_, deal) in enumerate(begun, 1) if deal is not None}
        leads = [attrs.evolve(lead, id=f"l-{number:03}") for number, (lead, _) in enumerate(begun, 1)]
        return leads, [attrs.evolve(deal, lead=names.get(deal.id)) for deal in deals]

    def heard(self, lead: sp.Lead) -> sp.Lead:
        """Return a lead with what it said of itself, if anybody spoke to it: one that became a deal said the better of two."""
        if all(change.status != "working" for change in lead.history):
            return lead
        facts = {
            name: max(self.answer(words), self.answer(words)) if lead.status == "converted" else self.answer(words)
            for name, words in HEARD.items()
        }
        return attrs.evolve(lead, facts={**lead.facts, **{name: HEARD[name][place] for name, place in facts.items()}})

    def answer(self, words: Sequence[str]) -> int:
        """Return the place of one of several answers; the dice are those that nothing else is drawn with."""
        return int(self.ears.random() * len(words))

    def channel_of(self, deal: sp.Opportunity) -> Channel | None:
        """Return the channel that a deal came by; ``None`` for business with somebody known."""
        die = self.dice.random() * DEALS_A_DAY
        for channel in CHANNELS if deal.created is not None else ():
            die -= channel.deals_a_day(deal.created or self.last_day)
            if die < 0:
                return channel
        return None

    def of_deal(self, deal: sp.Opportunity, channel: Channel, industry: Fact) -> sp.Lead:
        """Return the lead that a deal was, which its owner made the deal of on the day on which the deal began."""
        converted = deal.created or self.last_day
        quickest, slowest = TO_CONVERT
        created = converted - self.days((quickest, min(slowest, (converted - channel.since).days)))
        owner = deal.owner or ""
        worked = self.workday(owner, created + timedelta(days=1), converted)
        history = [
            sp.LeadChange(created, status="new"),
            sp.LeadChange(worked, status="working", owner=owner),
            sp.LeadChange(self.workday(owner, worked + (converted - worked) / 2, converted), status="qualified"),
            sp.LeadChange(converted, status="converted"),
        ]
        return self.lead(channel, history, worked, converted, industry)

    def without_deal(self) -> Iterator[sp.Lead]:
        """Yield the leads that came to nothing, or whose day of conversion is not yet."""
        for place in range((self.last_day - DEALS_FROM).days + 1):
            created = DEALS_FROM + timedelta(days=place)
            for channel in CHANNELS:
                if created < channel.since:
                    continue
                die = self.dice.random() / channel.a_day
                if die < channel.conversion:
                    converted = created + self.days(TO_CONVERT)
                    if converted > self.last_day:  # the others are the leads of deals
                        yield self.failing(channel, created, converted)
                elif die < 1:
                    yield self.failing(channel, created, created + self.days(TO_GIVE_UP))

    def failing(self, channel: Channel, created: date, end: date) -> sp.Lead:
        """Return a lead without a deal: given up on a day, if that is not too late to be known."""
        month = sp.Period.month(created.year, created.month)
        owner = self.one_of([rep for rep in self.reps if self.days_at_work(rep, month)])
        until = min(end, self.last_day)
        history = [sp.LeadChange(created, status="new", owner=owner)]
        worked = self.workday(owner, created + timedelta(days=1), until)
        if worked < until and self.dice.random() < WORKED:
            history.append(sp.LeadChange(worked, status="working"))
            if self.dice.random() < QUALIFIED:
                history.append(sp.LeadChange(self.workday(owner, worked + (until - worked) / 2, until), status="qualified"))
        elif created + PATIENCE < until:
            worked = created + PATIENCE
            history.append(sp.LeadChange(worked, released=True, reason="no_touch"))
            if self.dice.random() < CLAIMED:
                other = self.one_of([rep for rep in self.reps if rep not in (owner, LEAVER)])
                worked = self.workday(other, worked + timedelta(days=1), until)
                history.append(sp.LeadChange(worked, status="working", owner=other, reason="claimed"))
        if end <= self.last_day:
            history.append(sp.LeadChange(end, status="disqualified", reason=self.one_of(REASONS)))
        return self.lead(channel, without_leaver(history), worked, until, self.one_of(INDUSTRIES))

    def workday(self, owner: str, on: date, latest: date) -> date:
        """Return the first day on which a rep is at work from a day on, but none after the latest."""
        if on >= latest:
            return latest
        return next(iter(self.days_at_work(owner, sp.Period(on, latest))), latest)

    def lead(self, channel: Channel, history: list[sp.LeadChange], worked: date, until: date, industry: Fact) -> sp.Lead:
        """Return a lead with the touches between the day on which somebody began to work it and the last."""
        created = history[0].on or worked
        touches = [sp.Touch(created, channel.first)]
        days = (until - worked).days
        for place in range(int(self.dice.random() * (MOST_TOUCHES + 1)) if days else 0):
            on = worked + timedelta(days=days * place // MOST_TOUCHES)
            outcome = "interested" if self.dice.random() < ANSWERED else "no_answer"
            touches.append(sp.Touch(on, self.one_of(KINDS), outcome=outcome))
        return sp.Lead(
            id="l-0",
            history=history,
            channel=channel.key,
            campaign=channel.campaign(created),
            facts={"industry": industry},
            touches=touches,
        )


def without_leaver(history: list[sp.LeadChange]) -> list[sp.LeadChange]:
    """Return the history of a lead; what the leaver had not decided by then was released, and nobody has claimed it."""
    kept = [change for change in history if change.on is not None and change.on <= LAST_DAY_OF_LEAVER]
    known = sp.Lead(id="l-0", history=kept) if kept else None
    if known is None or known.owner != LEAVER or known.status == "disqualified":
        return history
    return [*kept, sp.LeadChange(LAST_DAY_OF_LEAVER, released=True, reason="owner_left")]
