"""The numbers on customers of a review, down to whom they count and what these bought."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Final, NamedTuple, TypeAlias

from salesperf.customers import SEGMENTS, STATES, CohortTally, Purchases, RfmCustomer, Segment, State, lifecycle, rfm
from salesperf.customers.worth import REFERRED
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Quotient, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.review.customers import YEAR, CustomerLine, CustomerSection
from salesperf.review.explained.growing import Numbered, counted, grown, leaf, named, rate_of, rate_with_ends
from salesperf.review.explained.key_accounts import numbers_of_health, numbers_of_weakening
from salesperf.review.explained.losses import numbers_of_loss
from salesperf.review.explained.sales import Sales
from salesperf.review.explained.surveys import numbers_of_surveys
from salesperf.review.listed import listed_quiet
from salesperf.review.whole import Review

__all__ = ["numbers_of_customers"]

_HERE: Final = tuple(state for state in STATES if state not in ("prospect", "lost"))
"""Where somebody stands who is a customer: who bought, and is not lost."""

_Days: TypeAlias = Mapping[str, Sequence[int]]
"""Days as ordinals, by customer."""


def numbers_of_customers(review: Review, records: Records | None = None) -> Numbered:
    """Yield the numbers on customers.

    Parameters
    ----------
    review
        The review.
    records
        What was known; where entries tell who bought, and none are at hand, what was bought comes apart into days.
    """
    yield from numbers_of_surveys(review, records)
    section = review.customers
    if section is None:
        return
    told = _Customers(section, Sales(review, section, records))
    # Each customer last: none whose id looks like another address takes its place.
    yield from told.sold()
    yield from told.came()
    yield from told.kept()
    yield from told.concentrated()
    yield from told.standing()
    yield from told.gone()
    yield from numbers_of_health(section)
    if section.cohorts is not None:
        yield from told.followed(section.cohorts, section.came_again)
    yield from told.each()


class _Standing(NamedTuple):
    """Where customers stand at the end of a day, and the ordinal of the last purchase of each until then; 0 for none."""

    states: Mapping[str, State]
    last: Mapping[str, int]

    def counted(self, label: Message, customers: Iterable[str]) -> Breakdown:
        """Return how many customers there are, each with the day of the last purchase."""
        return _counted(label, {name: [self.last[name]] if self.last[name] else [] for name in customers})


class _Customers:
    """The customers of a section, and what they bought; each thing looked up once."""

    def __init__(self, section: CustomerSection, sales: Sales) -> None:
        self.section, self.sales = section, sales
        start, end = section.period.start.toordinal(), section.period.last.toordinal() + 1
        self.period, self.before, self.year = range(start, end), range(start - YEAR, start), range(end - YEAR, end)
        self._stood: dict[date, _Standing] = {}
        self._all: dict[range, Breakdown] = {}

    # What was sold, and to how many

    def sold(self) -> Numbered:
        """Yield what was sold to new, existing and unnamed customers, how many these are, and what is left out."""
        section = self.section
        yield "customers/sold", self._sold
        yield "customers/sold/new", self._to_new
        yield "customers/sold/existing", self._to_existing
        yield "customers/sold/unnamed", self._to_unnamed
        yield "customers/buyers", lambda: _counted(named("buyers"), self._buyers)
        yield "customers/buyers/new", self._new_buyers
        if section.unnamed:
            yield "customers/unnamed", lambda: self.sales.unnamed(named("unnamed_sales"), self.period)
        if section.without_amount:
            yield "customers/without_amount", lambda: self.sales.without_amount(named("won_without_amount"), self.period)
        if section.undated:
            yield "customers/undated", lambda: self.sales.undated(named("won_undated"))
        for other in section.others:
            yield f"customers/other/{other.unit}", partial(self._ever_bought, other)

    def _sold(self) -> Breakdown:
        whole = self.section.breakdown
        return grown(whole.label, whole.value, whole.rule, (self._to_new(), self._to_existing(), self._to_unnamed()))

    def _to_new(self) -> Breakdown:
        customers = (name for name in self._sums if name in self._newcomers)
        return self.sales.of_all(Message("review.customers.new"), self.section.new_revenue, customers, self.period)

    def _to_existing(self) -> Breakdown:
        customers = (name for name in self._sums if name not in self._newcomers)
        return self.sales.of_all(Message("review.customers.existing"), self.section.existing_revenue, customers, self.period)

    def _to_unnamed(self) -> Breakdown:
        return self.sales.of(Message("review.customers.unnamed"), self.section.unnamed_revenue, None, self.period)

    @cached_property
    def _newcomers(self) -> frozenset[str]:
        return frozenset(self.section.newcomers)

    @cached_property
    def _sums(self) -> dict[str, int]:
        """What each customer bought in the period, less what came back, in smallest units."""
        return self.sales.minor_by_customer(self.period)

    @cached_property
    def _buyers(self) -> _Days:
        return _bought_within(self.section.own_history, self.period)

    def _new_buyers(self) -> Breakdown:
        return _counted(named("new_buyers"), {name: days for name, days in self._buyers.items() if name in self._newcomers})

    def _ever_bought(self, purchases: Purchases) -> Breakdown:
        return _counted(named("ever_bought"), _bought_within(purchases, range(self.period.stop)))

    # By which channels new customers came

    def came(self) -> Numbered:
        """Yield which share of the new customers others sent, and of how many nobody knows the channel."""
        channels = self.section.came_by
        if not channels:
            return
        sent, known = partial(self._sent, "referred", REFERRED), partial(self._sent, "channel_known", None)
        unknown = [name for name, channel in channels.items() if channel is None]
        yield "customers/referral/referred", sent
        yield "customers/referral/of", known
        yield "customers/referral/unknown", lambda: _named(named("channel_unknown"), unknown)
        if self.section.referral.value is not None:
            yield from rate_with_ends("customers/referral", named("referral"), self.section.referral, sent, known)

    def _sent(self, key: str, wanted: Sequence[str] | None) -> Breakdown:
        """Return the new customers who came by some channels, or by any that is known."""
        came = ((name, channel) for name, channel in self.section.came_by.items() if channel is not None)
        chosen = (each for each in came if wanted is None or each[1] in wanted)
        return counted(named(key), (named("customer_by", customer=name, channel=channel) for name, channel in chosen))

    # Who stayed, and who came again

    def kept(self) -> Numbered:
        """Yield who stayed over the period, and over as many days before; and who came again within a year."""
        section = self.section
        yield from self._retained("retention", section.retention, section.lifecycle.as_of)
        yield from self._retained("retention_before", section.retention_before, section.lifecycle.since)
        again, once = partial(self._came_again, "came_again", 2), partial(self._came_again, "bought_within_year", 1)
        yield "customers/repurchase/came_again", again
        yield "customers/repurchase/of", once
        yield from rate_with_ends("customers/repurchase", named("repurchase"), section.repurchase, again, once)

    def _retained(self, key: str, rate: Estimate, until: date | None) -> Numbered:
        if rate.value is None or until is None:
            yield f"customers/{key}", lambda: leaf(named("untold", label=named(key), reason=rate.reason), None)
            return
        since = until - timedelta(days=self.section.period.days)
        stayed, before = partial(self._stayed, since, until), partial(self._were_customers, since)
        yield f"customers/{key}/stayed", stayed
        yield f"customers/{key}/of", before
        yield from rate_with_ends(f"customers/{key}", named(key), rate, stayed, before)

    def _were_customers(self, day: date) -> Breakdown:
        then = self._stood_on(day)
        return then.counted(named("customers_on", on=day), (name for name, state in then.states.items() if state in _HERE))

    def _stayed(self, since: date, until: date) -> Breakdown:
        then, now = self._stood_on(since), self._stood_on(until)
        both = (name for name, state in now.states.items() if state in _HERE and then.states[name] in _HERE)
        return now.counted(named("stayed"), both)

    def _came_again(self, key: str, fewest: int) -> Breakdown:
        found = _bought_within(self.section.history, self.year)
        return _counted(named(key), {name: days for name, days in found.items() if len(days) >= fewest})

    def _stood_on(self, day: date) -> _Standing:
        if day not in self._stood:
            known = self.section.history.until(day)
            states = lifecycle(known, policy=self.section.lifecycle.policy).state_by_customer
            self._stood[day] = _Standing(states, dict(zip(known.customers, known.last.tolist(), strict=True)))
        return self._stood[day]

    # On how few it hangs, and of which kinds they are

    def concentrated(self) -> Numbered:
        """Yield what the largest bought of all, and as if there were how many; and how many are of which kind."""
        section = self.section
        if section.concentration.effective_number is not None:
            largest = [line.customer for line in section.largest]
            yield "customers/largest", lambda: _named(named("largest"), largest)
            yield "customers/net_buyers", lambda: _named(named("net_buyers"), _positive(self._sums))
            yield "customers/largest_share", lambda: self._largest_share(largest)
            yield "customers/effective_number", self._effective_number
        if section.segments is not None:
            for segment in SEGMENTS:
                if section.segments[segment]:
                    yield f"customers/segment/{segment}", partial(self._of_segment, segment)

    def _amount(self, minor: int) -> Amount:
        return Amount(minor=minor, unit=self.section.revenue.unit)

    def _largest_share(self, largest: Sequence[str]) -> Breakdown:
        value = self._amount(sum(self._sums[name] for name in largest))
        part = self.sales.of_all(named("bought_by_largest"), value, largest, self.period)
        return rate_of(named("largest_share"), self.section.largest_share, part, self._bought_by_all(self.period))

    def _bought_by_all(self, days: range) -> Breakdown:
        """Return what all those bought who bought more than came back: grown once, since each of many has a share of it."""
        if days not in self._all:
            sums = self._sums if days == self.period else self.sales.minor_by_customer(days)
            customers = _positive(sums)
            value = self._amount(sum(sums[name] for name in customers))
            self._all[days] = self.sales.of_all(named("bought_by_all"), value, customers, days)
        return self._all[days]

    def _effective_number(self) -> Breakdown:
        """Return one over the sum of the squared shares."""
        found, customers = self.section.concentration, _positive(self._sums)
        whole = sum(self._sums[name] for name in customers)
        squares = grown(named("squared_shares"), found.herfindahl, Sum(), (self._squared(name, whole) for name in customers))
        return grown(named("effective_number"), found.effective_number, Quotient(), (leaf(named("one"), 1), squares))

    def _squared(self, customer: str, whole: int) -> Breakdown:
        share = self._sums[customer] / whole
        bought = self.sales.of_one(customer, self.period), leaf(named("bought_by_all"), self._amount(whole))
        root = grown(named("share_of_bought"), share, Quotient(), bought)
        return grown(named("squared_share", customer=customer), share**2, Product(), (root, leaf(root.label, share)))

    def _of_segment(self, segment: Segment) -> Breakdown:
        scored = (each for each in self._scored if each.segment == segment)
        words = ((each.customer, each.recency_score, each.frequency_score) for each in scored)
        labels = (named("scored", customer=name, recency=lately, frequency=often) for name, lately, often in words)
        return counted(Message(f"customers.segment.{segment}"), labels)

    @cached_property
    def _scored(self) -> tuple[RfmCustomer, ...]:
        return rfm(self.section.purchases).customers

    # Where they stand

    def standing(self) -> Numbered:
        """Yield how many stand where, and stood there before the period; and by which days that is told."""
        found = self.section.lifecycle
        yield "customers/standing", self._all_states
        for state in STATES:
            yield f"customers/state/{state}", partial(self._in_state, state, found.as_of)
            if found.since is not None:
                yield f"customers/state/{state}/before", partial(self._in_state, state, found.since)
        for name in ("new_for", "at_risk_after", "lost_after"):
            yield f"customers/policy/{name}", partial(leaf, named(name), getattr(found.policy, name))

    def _all_states(self) -> Breakdown:
        whole, on = self.section.lifecycle.breakdown, self.section.lifecycle.as_of
        return grown(whole.label, whole.value, whole.rule, (self._in_state(state, on) for state in STATES))

    def _in_state(self, state: State, day: date) -> Breakdown:
        found = self._stood_on(day)
        return found.counted(
            Message(f"customers.state.{state}"), (name for name, each in found.states.items() if each == state)
        )

    # Who has gone

    def gone(self) -> Numbered:
        """Yield who was a key account before the period, which of these have gone quiet, and who was lost in it."""
        section, quiet = self.section, [line.customer for line in self.section.quiet]
        yield "customers/key_accounts", lambda: _named(named("key_accounts"), section.key_names)
        yield "customers/quiet", lambda: _named(named("quiet"), quiet)
        rest = [line.customer for line in listed_quiet(section).rest]
        if rest:
            yield "customers/quiet/more", lambda: _named(named("quiet_more"), rest)
        yield "customers/lost", self._lost

    def _lost(self) -> Breakdown:
        """Return who was lost in the period, each with the day on which that was so."""
        last, lost_after = self._stood_on(self.section.lifecycle.as_of).last, self.section.lifecycle.policy.lost_after
        lost_on = {name: day + lost_after for name, day in last.items() if day}
        return _counted(named("lost_customers"), {name: [day] for name, day in lost_on.items() if day in self.period})

    # Who came again after how long

    def followed(self, cohorts: CohortTally, came_again: Iterable[Estimate]) -> Numbered:
        """Yield which share bought again so many quarters after the first purchase."""
        for age, share in enumerate(came_again, 1):
            if share.value is not None:
                places = [place for place in range(cohorts.sizes.size - age) if cohorts.is_observed(place, age)]
                pairs = [(cohorts.periods[place], cohorts.periods[place + age]) for place in places]
                again, whole = partial(self._bought_later, age, pairs), partial(self._first_bought, pairs)
                yield f"customers/cohort/{age}/came_again", again
                yield f"customers/cohort/{age}/of", whole
                yield from rate_with_ends(f"customers/cohort/{age}", named("came_again_after", age=age), share, again, whole)

    def _first_bought(self, pairs: Iterable[tuple[Period, Period]]) -> Breakdown:
        parts = [_counted(Message(first.label), self._cohort(first)) for first, _ in pairs]
        return _all_of(named("followed"), parts)

    def _bought_later(self, age: int, pairs: Iterable[tuple[Period, Period]]) -> Breakdown:
        parts = []
        for first, later in pairs:
            cohort, bought = self._cohort(first), _bought_within(self.section.history, _range(later))
            parts.append(_counted(Message(first.label), {name: days for name, days in bought.items() if name in cohort}))
        return _all_of(named("bought_after", age=age), parts)

    def _cohort(self, period: Period) -> _Days:
        """Return who bought for the first time in a period, and when."""
        first = zip(self.section.history.customers, self.section.history.first.tolist(), strict=True)
        return {name: [day] for name, day in first if day in _range(period)}

    # Each by itself

    def each(self) -> Numbered:
        """Yield what each of the largest bought, each key account gone quiet or weakening, and each told of that was lost."""
        for line in self.section.largest:
            yield from self._line(line, "bought", "share", self.period)
        for line in self.section.quiet:
            yield from self._line(line, "bought_before", "share_before", self.before)
        for account in self.section.weakening:
            yield from numbers_of_weakening(account, self.section)
        for lost in self.section.lost:
            yield f"customers/{lost.line.customer}/bought_last_year", partial(self._bought_last_year, lost.line)
            yield from numbers_of_loss(lost, self.section)

    def _line(self, line: CustomerLine, amount: str, share: str, days: range) -> Numbered:
        yield f"customers/{line.customer}/{amount}", lambda: self.sales.of(named(amount), line.amount, line.customer, days)
        yield f"customers/{line.customer}/{share}", lambda: self._share(line, named(amount), days)

    def _share(self, line: CustomerLine, label: Message, days: range) -> Breakdown:
        part = self.sales.of(label, line.amount, line.customer, days)
        return rate_of(named("share_of_bought"), line.share, part, self._bought_by_all(days))

    def _bought_last_year(self, line: CustomerLine) -> Breakdown:
        """Return what a lost customer bought from the year before the last purchase on."""
        purchases = self.section.purchases
        last = int(purchases.last[purchases.customers.index(line.customer)])
        return self.sales.of(named("bought_last_year"), line.amount, line.customer, range(last - YEAR + 1, self.period.stop))


def _range(period: Period) -> range:
    return range(period.start.toordinal(), period.end.toordinal())


def _positive(sums: Mapping[str, int]) -> list[str]:
    """Return who bought more than came back."""
    return [name for name, minor in sums.items() if minor > 0]


def _bought_within(purchases: Purchases, days: range) -> _Days:
    """Return on which of some days who bought."""
    codes, ordinals = purchases.bought
    rows = (ordinals >= days.start) & (ordinals < days.stop)
    found: dict[str, list[int]] = {}
    for code, day in zip(codes[rows].tolist(), ordinals[rows].tolist(), strict=True):
        found.setdefault(purchases.customers[code], []).append(day)
    return found


def _named(label: Message, customers: Iterable[str]) -> Breakdown:
    return counted(label, (named("customer", customer=name) for name in customers))


def _counted(label: Message, days_by_customer: _Days) -> Breakdown:
    """Return how many customers there are, each with the days that make it one of them."""
    return counted(label, (_on_days(name, days) for name, days in days_by_customer.items()))


def _on_days(customer: str, days: Sequence[int]) -> Message:
    if not days:
        return named("customer", customer=customer)
    return named("customer_on", customer=customer, days=tuple(date.fromordinal(day) for day in days))


def _all_of(label: Message, parts: Sequence[Breakdown]) -> Breakdown:
    return grown(label, sum(len(part.parts) for part in parts), Sum(), parts)
