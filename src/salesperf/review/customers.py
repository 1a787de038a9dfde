"""The customers of a review: who bought, who stayed, on how few it hangs, and who has gone quiet or is lost."""

from datetime import date
from functools import cached_property
from typing import Final

import attrs

from salesperf.customers import (
    KEY_ACCOUNT_BANDS,
    KEY_ACCOUNT_CARD,
    CohortTally,
    Lifecycle,
    PostMortem,
    Purchases,
    Segment,
    State,
)
from salesperf.customers.worth import rate_of_referrals
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.pipeline import Concentration
from salesperf.review.customer_sales import SalesBasis
from salesperf.review.key_accounts import KeyAccount, NamedCustomer

__all__ = ["YEAR", "CustomerLine", "CustomerSection", "LostCustomer"]

YEAR: Final = 365
"""The days of a year, as it is reckoned here, wherever it begins."""

QUIET_STATES: Final[tuple[State, ...]] = ("at_risk", "lost")
"""Where a key account stands that has gone quiet."""


@attrs.frozen(kw_only=True)
class CustomerLine(NamedCustomer):
    """A customer in a review.

    Attributes
    ----------
    customer : str
        The id.
    name : str
        How the customer is called, which may be a person; empty where nobody says.
    amount : Amount
        What the customer bought from the owner, less what came back, within the days that the list is about.
    share : float
        Of what all customers bought then who bought more than came back.
    state : str
        Where the customer stands at the end: one of :data:`salesperf.customers.STATES`.
    last : date or None
        The last purchase, from whomever in the company; ``None`` where there is none.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> section = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).customers
    >>> [(line.customer, str(line.amount), round(line.share, 3), line.state) for line in section.largest[:2]]
    [('k-30', '220,410.00 CNY', 0.17, 'active'), ('k-29', '212,800.00 CNY', 0.164, 'active')]
    """

    amount: Amount
    share: float
    state: State
    last: date | None


@attrs.frozen(kw_only=True)
class LostCustomer:
    """A customer who was lost within the period, and what changed before.

    Attributes
    ----------
    line : CustomerLine
        Its amount is that of the year up to the last purchase, its share that of all whom the owner lost within the period.
    post_mortem : PostMortem
        What the records say.

    Examples
    --------
    >>> from salesperf import CNY
    >>> told = PostMortem(subject="k-1", is_deal=False, on=date(2026, 9, 1), evidence=(), unknown=())
    >>> year = {"amount": Amount.of(900, CNY), "share": 1.0, "last": date(2025, 9, 1)}
    >>> LostCustomer(line=CustomerLine(customer="k-1", name="Huaxing", state="lost", **year), post_mortem=told).line.label
    'Huaxing'
    """

    line: CustomerLine
    post_mortem: PostMortem


@attrs.frozen(kw_only=True)
class CustomerSection:
    """The customers of the owner, at the end of the last day of the period so far.

    A sale is the owner's who made it, as for attainment and deals. A customer is the owner's whom the owner ever sold
    something, or now looks after. Where such a customer stands is told by what the customer bought from anybody in the company,
    and in any currency, since the owner's first sale to it: whoever was handed over to a colleague and buys there is not lost.

    Attributes
    ----------
    basis : str
        What tells who bought: one of :data:`salesperf.review.SALES_BASES`, the same for everybody in the company.
    period : Period
        The days of the period so far.
    begins : date
        The first sale of the company to any customer on record. Who bought before looks new.
    purchases : Purchases
        What the owner sold to customers, in the unit of most purchases; all customers of the owner are known to it.
    others : tuple of Purchases
        The same in other units, which make no sum with these.
    history : Purchases
        On which days these customers bought, from anybody in the company and in any unit, since the owner's first sale to
        each: what tells where they stand. It has no amounts, and each purchase counts as 1.
    own_history : Purchases
        The same of what they bought from the owner.
    lifecycle : Lifecycle
        Where these customers stand, and stood before the period.
    retention, retention_before : Estimate
        The share of the customers from before the period who are not lost now, and the same of as many days just before;
        undefined where the records are so young that nobody can be lost yet.
    repurchase : Estimate
        Of the customers who bought in the last 365 days, the share that bought on two days of these or more.
    buyers, new_customers : int
        How many customers bought from the owner in the period; how many of them had never bought from the company before.
    newcomers : tuple of str
        All customers whose first purchase from the company was in the period; sorted.
    came_by : FrozenMap of str to str or None
        The new customers who bought from the owner in the period, each with the channel of the lead of its first won deal;
        ``None`` where nobody knows it.
    revenue : Amount
        What the owner sold in the period, in the unit, to whomever.
    new_revenue, existing_revenue, unnamed_revenue : Amount
        Its parts: sold to customers whose first purchase from the company was in the period, to others, and to nobody named.
    unnamed : int
        How many entries or won deals of the period name no customer.
    without_amount : int
        How many won deals of the period have no amount: they count as purchases, and toward no sum.
    undated : int
        Won deals that were won on a day that nobody knows; they are left out.
    concentration : Concentration
        Of what was sold in the period among customers; those of whom more came back than they bought are left out.
    largest : tuple of CustomerLine
        The five who bought most in the period.
    key_names : tuple of str
        The customers who made up 80 % of what the owner sold in the 365 days before the period, the largest first.
    accounts : tuple of KeyAccount
        The same, with what tells how well each stands.
    quiet : tuple of CustomerLine
        Those of them who are at risk or lost now, with what they bought in those days; the largest first.
    segments : FrozenMap of str to int, or None
        How many customers are in each segment of RFM, by what they bought from the owner; ``None`` of fewer than 25 buyers.
    cohorts : CohortTally or None
        Customers by the quarter of their first purchase, of the last eight quarters, without that in which the records begin;
        ``None`` for a period shorter than a quarter, or without such customers.
    lost_in_period : int
        How many customers of the owner were lost within the period.
    lost : tuple of LostCustomer
        The three of them who had last bought from the owner, and most in the year up to then.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> section = build(read_sample(), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16)).customers
    >>> section.basis, section.buyers, section.new_customers
    ('deals', 9, 6)
    >>> print(section.breakdown.text())
    sold in the period: CNY 1,293,910.00 = sum of
      to new customers: CNY 761,720.00
      to existing customers: CNY 532,190.00
      to customers not named: CNY 0.00
    """

    basis: SalesBasis
    period: Period
    begins: date
    purchases: Purchases = attrs.field(repr=False)
    others: tuple[Purchases, ...] = attrs.field(repr=False)
    history: Purchases = attrs.field(repr=False)
    own_history: Purchases = attrs.field(repr=False)
    lifecycle: Lifecycle = attrs.field(repr=False)
    retention: Estimate
    retention_before: Estimate
    repurchase: Estimate
    buyers: int
    new_customers: int
    newcomers: tuple[str, ...] = attrs.field(repr=False)
    came_by: FrozenMap[str, str | None] = attrs.field(repr=False)
    revenue: Amount
    new_revenue: Amount
    existing_revenue: Amount
    unnamed_revenue: Amount
    unnamed: int
    without_amount: int
    undated: int
    concentration: Concentration
    largest: tuple[CustomerLine, ...]
    key_names: tuple[str, ...] = attrs.field(repr=False)
    accounts: tuple[KeyAccount, ...] = attrs.field(repr=False)
    quiet: tuple[CustomerLine, ...]
    segments: FrozenMap[Segment, int] | None
    cohorts: CohortTally | None = attrs.field(repr=False)
    lost_in_period: int
    lost: tuple[LostCustomer, ...]

    @cached_property
    def came_again(self) -> tuple[Estimate, ...]:
        """Which share of the customers bought again in the first quarter after that of the first purchase, the second, ..."""
        return () if self.cohorts is None else tuple(map(self.cohorts.pooled, range(1, self.cohorts.sizes.size)))

    @cached_property
    def referral(self) -> Estimate:
        """Which share of the new customers whose channel is known others sent."""
        return rate_of_referrals(self.came_by.values())

    @cached_property
    def health(self) -> FrozenMap[str, tuple[KeyAccount, ...]]:
        """Key accounts by how well they stand, each band the weakest first; without those whose purchases do not tell it."""
        graded = [account for account in self.accounts if account.is_graded]
        scores = KEY_ACCOUNT_CARD.score_all(account.facts for account in graded)
        bands = KEY_ACCOUNT_BANDS.band_columns(scores).tolist()
        ranked = sorted(zip(scores.tolist(), bands, graded, strict=True), key=lambda each: (each[0], each[2].customer))
        found: dict[str, list[KeyAccount]] = {label: [] for label in KEY_ACCOUNT_BANDS.labels}
        for _, band, account in ranked:
            found[band].append(account)
        return FrozenMap({band: tuple(accounts) for band, accounts in found.items()})

    @property
    def weakening(self) -> tuple[KeyAccount, ...]:
        """The key accounts that are not healthy and have not gone quiet yet, the weakest first."""
        quiet = {line.customer for line in self.quiet}
        weak = (account for band in KEY_ACCOUNT_BANDS.labels[:0:-1] for account in self.health[band])
        return tuple(account for account in weak if account.customer not in quiet)

    @property
    def key_accounts(self) -> int:
        """How many key accounts there were before the period."""
        return len(self.key_names)

    @property
    def largest_share(self) -> float:
        """The share of the largest customers together."""
        return sum(line.share for line in self.largest)

    @cached_property
    def breakdown(self) -> Breakdown:
        """What was sold in the period as the sum of new, existing and unnamed customers."""
        parts = {"new": self.new_revenue, "existing": self.existing_revenue, "unnamed": self.unnamed_revenue}
        nodes = [Breakdown(label=Message(f"review.customers.{key}"), value=amount) for key, amount in parts.items()]
        return Breakdown(label=Message("review.customers.revenue"), value=self.revenue, rule=Sum(), parts=nodes)

    @property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """The trees of what was sold, and of where customers stand."""
        return (self.breakdown, self.lifecycle.breakdown)
