"""What is behind the numbers that a review cites: its other sections, and with the records what it was drawn from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Literal, TypeAlias

from salesperf.attainment import Attainment
from salesperf.diagnosis import DEFAULT_RULES, Evidence
from salesperf.diagnosis.results import KeyAccounts, key_accounts
from salesperf.diagnosis.selling import WonDealPriced, cuts
from salesperf.kernels.proportion import wilson
from salesperf.model.action import Action
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, NewcombeEnd, Quotient, Sum, WilsonEnd
from salesperf.model.citation import Citation
from salesperf.model.message import Message, Personal
from salesperf.model.records import Records
from salesperf.pipeline import ClosedDeals
from salesperf.review.causes import evidence_of
from salesperf.review.explained.addresses import member_addresses, metric_address
from salesperf.review.explained.elsewhere import Elsewhere, computed, is_same
from salesperf.review.explained.growing import leaf, named
from salesperf.review.grounds import Grounds
from salesperf.review.risks import Ahead, coverages, sold_by_rep
from salesperf.review.whole import Review
from salesperf.risk.among_customers import bought_before_quiet

__all__ = [
    "Behind",
    "Find",
    "Parts",
    "Sources",
    "difference_of",
    "fitting",
    "rate",
    "ratio_of_counts",
    "share_of",
    "together",
    "total",
]

Parts = Mapping[str, Breakdown | None]
"""The trees of a number that is cited, its ends, what it is held against, and of how many observations it is."""

Find: TypeAlias = "Callable[[Behind, Citation], Parts]"
"""Finds what is behind a number that is cited."""

_ENDS: Final[tuple[Literal["low", "high"], ...]] = ("low", "high")
_LEVEL: Final = wilson(0, 1).level
"""Causes and risks cite intervals of the level that these have where no other is asked for."""


class Sources:
    """What a review was drawn from, each found when it is asked for, and once."""

    def __init__(self, review: Review, records: Records | None) -> None:
        self.review, self.records = review, records

    @cached_property
    def grounds(self) -> Grounds | None:
        """What the review looked at; ``None`` where no records are at hand."""
        if self.records is None:
            return None
        review = self.review
        return Grounds(records=self.records, owner=review.owner, period=review.period, as_of=review.as_of)

    @cached_property
    def evidence(self) -> Evidence | None:
        """What the diagnosis looked at."""
        return None if self.grounds is None else evidence_of(self.review, self.grounds)

    @cached_property
    def ahead(self) -> tuple[Ahead, ...]:
        """The pipeline against what is still to be won, of each money."""
        return () if self.grounds is None else tuple(coverages(self.grounds, self.review))

    @cached_property
    def cuts(self) -> tuple[WonDealPriced, ...]:
        """What won deals were worth at the most, and in the end."""
        return () if self.evidence is None else tuple(cuts(self.evidence))

    @cached_property
    def sold_by_rep(self) -> Mapping[str, Amount]:
        """What each person sold in the last 365 days."""
        return {} if self.grounds is None else sold_by_rep(self.grounds, self.review)

    @cached_property
    def key_accounts(self) -> KeyAccounts | None:
        """The customers who bought most in the year before the period, and those of them who have gone quiet."""
        customers, start = self.review.customers, self.review.period.start
        if customers is None or start == date.min:
            return None
        eve = min(start - timedelta(days=1), customers.purchases.as_of)
        return key_accounts(customers.purchases.until(eve), customers.lifecycle, DEFAULT_RULES["key_account_loss"].threshold)

    @cached_property
    def bought_before_quiet(self) -> Mapping[str, Amount]:
        """What customers bought in the year before the first day on which one at risk now may have bought last."""
        customers = self.review.customers
        return {} if customers is None else bought_before_quiet(customers.purchases, customers.lifecycle) or {}

    @cached_property
    def gone_quiet(self) -> tuple[str, ...]:
        """Who of these is at risk now."""
        states = {} if self.review.customers is None else self.review.customers.lifecycle.state_by_customer
        return tuple(name for name in self.bought_before_quiet if states.get(name) == "at_risk")

    @cached_property
    def late_actions(self) -> tuple[Action, ...]:
        """The actions that are late, also of those about risks."""
        section = self.review.actions
        late = () if section is None else tuple(line.action for line in section.follow_through.late)
        return (*late, *self.review.risks.overdue)


class Behind:
    """What is behind the numbers that a review cites."""

    def __init__(self, sources: Sources, elsewhere: Elsewhere, told: Mapping[str, object] | None = None) -> None:
        self.sources, self.elsewhere, self.told = sources, elsewhere, told or {}
        self.review = sources.review

    def about(self, **told: object) -> "Behind":
        """Return the same, asked about what tells this: a metric of somebody, or a money."""
        return Behind(self.sources, self.elsewhere, told)

    @property
    def ahead(self) -> Iterator[Ahead]:
        """The pipeline against what is still to be won, of the money asked about."""
        return (each for each in self.sources.ahead if each.target.unit == self.told.get("unit"))

    def called(self, owner: str | None) -> Message | Personal | str:
        """Return what a reader sees of an owner."""
        return self.review.org.called(owner)

    def at(self, address: str) -> Parts:
        """Return a number of another section, with its ends."""
        return {"value": self.elsewhere(address), **{end: self.elsewhere(f"{address}/{end}") for end in _ENDS}}

    def attained(self) -> Iterator[tuple[Attainment, str]]:
        """Yield what was attained of the metric asked about, by whom is asked about, with its address."""
        for section in self.review.metrics:
            if section.title != self.told.get("metric"):
                continue
            if self.called(section.owner) == self.told.get("owner"):
                yield section.attainment, metric_address(section, self.review.owner)
            for member, address in member_addresses(section, self.review.owner):
                if self.called(member.owner) == self.told.get("owner"):
                    yield member.attainment, address

    def decided(self) -> tuple[tuple[ClosedDeals, ...], tuple[ClosedDeals, ...]]:
        """Return the deals decided now, and those of the time before."""
        variance = self.review.variance
        return tuple(each.closed for each in self.review.deals), () if variance is None else variance.closed_before


# Trees of counts


def rate(part: Breakdown, whole: Breakdown) -> Parts:
    """Return a part over a whole, with the ends of its interval and how many there are."""
    ends: dict[str, Breakdown] = {
        end: computed(named(end, level=_LEVEL), WilsonEnd(end, _LEVEL), (part, whole)) for end in _ENDS
    }
    return {"value": computed(named("rate"), Quotient(), (part, whole)), **ends, "n": whole}


def difference_of(now: tuple[Breakdown, Breakdown], before: tuple[Breakdown, Breakdown]) -> Parts:
    """Return one rate less another, each of a part and a whole, with the ends of its interval."""
    rates = [computed(named("rate"), Quotient(), pair) for pair in (now, before)]
    ends: dict[str, Breakdown] = {
        end: computed(named(end, level=_LEVEL), NewcombeEnd(end, _LEVEL), (*now, *before)) for end in _ENDS
    }
    return {"value": computed(named("change"), Difference(), rates), **ends, "n": together(now[1], before[1])}


def ratio_of_counts(now: Breakdown, before: Breakdown) -> Parts:
    """Return one count over another, with the ends of its interval: those of the share of now in both, as odds."""
    both, one = together(now, before), leaf(named("one"), 1)
    ends: dict[str, Breakdown] = {}
    for end in _ENDS:
        share = computed(named(end, level=_LEVEL), WilsonEnd(end, _LEVEL), (now, both))
        rest = computed(named("rest_of_one"), Difference(), (one, share))
        ends[end] = computed(named(end, level=_LEVEL), Quotient(), (share, rest))
    return {"value": computed(named("rate"), Quotient(), (now, before)), **ends, "n": both}


def share_of(part: Breakdown | None, whole: Breakdown | None, **others: Breakdown) -> Parts:
    """Return a sum over another, with what else is told of it; nothing where either cannot be told.

    Parameters
    ----------
    part, whole
        The sums.
    **others
        What else is told.
    """
    if part is None or whole is None:
        return {}
    return {"value": computed(named("rate"), Quotient(), (part, whole)), **others}


def fitting(found: Iterable[Parts], citation: Citation) -> Parts:
    """Return the first that comes to what is cited; nothing where none does.

    Parameters
    ----------
    found
        What may be behind it.
    citation
        The number.
    """
    told = ((parts, parts.get("value")) for parts in found)
    return next((parts for parts, tree in told if tree is not None and is_same(tree.value, citation.value)), {})


def together(*counts: Breakdown) -> Breakdown:
    """Return some counts together."""
    return computed(named("together"), Sum(), counts)


def total(label: Message, items: Iterable[tuple[Message, Amount | None]]) -> Breakdown | None:
    """Return the sum of the amounts that are known; ``None`` where none is, or they are in several units."""
    known = [leaf(item, amount) for item, amount in items if amount is not None]
    units = {part.value.unit for part in known if isinstance(part.value, Amount)}
    return computed(label, Sum(), known) if len(units) == 1 else None
