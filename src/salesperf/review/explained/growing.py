"""Growing trees: numbers of a review as trees whose leaves are the records behind them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Literal, TypeAlias, TypeVar

from salesperf.attainment import Attainment
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Median, NewcombeEnd, Quotient, Rule, Sum, WilsonEnd
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.rule import BreakdownValue
from salesperf.review.places import Place

__all__ = [
    "Numbered",
    "Tree",
    "addressed",
    "bracketed",
    "counted",
    "counted_days",
    "ends_of",
    "grown",
    "in_unit",
    "leaf",
    "median_of",
    "more_of",
    "named",
    "planned_workdays",
    "rate_of",
    "rate_with_ends",
    "rep_named",
    "summed",
]

ItemT = TypeVar("ItemT")

Tree: TypeAlias = Callable[[], Breakdown]
"""Grows a tree when it is asked for: a review has thousands, and a reader asks for one."""

Numbered: TypeAlias = Iterator[tuple[str, Tree]]
"""Addresses with their trees."""


def named(key: str, **arguments: object) -> Message:
    """Return what a reader sees of a number.

    Examples
    --------
    >>> named("won").text()
    'won'
    """
    return Message.of(f"explain.{key}", **arguments)


def in_unit(label: Message, unit: Unit) -> Message:
    """Return what a reader sees of a number that is no exact amount, with the currency where it has one.

    Examples
    --------
    >>> from salesperf import CNY, COUNT
    >>> in_unit(named("projection"), CNY).text(), in_unit(named("projection"), COUNT).text()
    ('where it ends at this pace, CNY', 'where it ends at this pace')
    """
    return named("in_unit", label=label, unit=unit.code) if unit.dimension == "money" else label


def leaf(label: Message, value: BreakdownValue) -> Breakdown:
    """Return a value that stands by itself."""
    return Breakdown(label=label, value=value)


def grown(label: Message, value: BreakdownValue, rule: Rule, parts: Iterable[Breakdown]) -> Breakdown:
    """Return a value with the parts that it follows from."""
    return Breakdown(label=label, value=value, rule=rule, parts=tuple(parts))


def counted(label: Message, items: Iterable[Message]) -> Breakdown:
    """Return how many there are, each of them a leaf."""
    parts = tuple(leaf(item, 1) for item in items)
    return grown(label, len(parts), Sum(), parts)


def counted_days(label: Message, days: Iterable[date]) -> Breakdown:
    """Return how many days there are, each of them a leaf.

    Examples
    --------
    >>> counted_days(named("workdays"), [date(2026, 9, 1), date(2026, 9, 2)]).value
    2
    """
    return counted(label, (named("day", on=day) for day in days))


def planned_workdays(label: Message, attained: Attainment) -> Breakdown:
    """Return the workdays passed for which something was planned, on which a pace rests, each of them a leaf."""
    return counted_days(label, (day.on for day in attained.workdays_measured))


def summed(label: Message, value: Amount | None, items: Iterable[tuple[Message, Amount | None]]) -> Breakdown:
    """Return a sum of amounts, each of them a leaf; what has none is left out, as it is from the sum."""
    if value is None:
        return leaf(label, value)
    return grown(label, value, Sum(), (leaf(item, amount) for item, amount in items if amount is not None))


def rate_of(label: Message, value: float | None, part: Breakdown, whole: Breakdown) -> Breakdown:
    """Return a part over a whole."""
    return grown(label, value, Quotient(), (part, whole))


def ends_of(address: str, estimate: Estimate, counts: Callable[[], Iterable[Breakdown]]) -> Numbered:
    """Yield the two ends of the interval of a rate, or of a difference between two rates, below its address; or nothing.

    Parameters
    ----------
    address
        Of the estimate.
    estimate
        A rate with the interval of Wilson, or a difference with that of Newcombe.
    counts
        Grows the two counts behind the rate, or the four behind the difference.
    """
    if estimate.interval is not None:
        yield f"{address}/low", partial(_end, "low", estimate, counts)
        yield f"{address}/high", partial(_end, "high", estimate, counts)


def _end(end: Literal["low", "high"], estimate: Estimate, counts: Callable[[], Iterable[Breakdown]]) -> Breakdown:
    parts = tuple(counts())
    rule = (WilsonEnd if len(parts) == WilsonEnd.count else NewcombeEnd)(end, estimate.level)
    value = estimate.low if end == "low" else estimate.high
    return grown(named(end, level=estimate.level), value, rule, parts)


def rate_with_ends(address: str, label: Message, estimate: Estimate, part: Tree, whole: Tree) -> Numbered:
    """Yield a rate, a part over a whole, and the ends of its interval.

    Parameters
    ----------
    address
        Of the rate.
    label
        What it is.
    estimate
        The rate with the interval of Wilson.
    part, whole
        Grow the two counts.
    """
    yield address, lambda: rate_of(label, estimate.value, part(), whole())
    yield from ends_of(address, estimate, lambda: (part(), whole()))


def more_of(address: str, rest: Sequence[ItemT], name: Callable[[ItemT], Message]) -> Numbered:
    """Yield how many of a list are only counted, below its address and each by its name; nothing where all are told.

    Examples
    --------
    >>> [(address, grow().value) for address, grow in more_of("team/joined", ["r-9"], rep_named)]
    [('team/joined/more', 1)]
    """
    if rest:
        yield f"{address}/more", lambda: counted(named("not_listed"), map(name, rest))


def rep_named(rep: str | None) -> Message:
    """Return how somebody who sells, or a team, is called.

    Examples
    --------
    >>> rep_named("r-9").text()
    'r-9'
    """
    return named("rep", rep=rep)


def median_of(label: Message, value: float | None, items: Iterable[tuple[Message, int]]) -> Breakdown:
    """Return the middle of some numbers, each of them a leaf."""
    return grown(label, value, Median(), (leaf(item, number) for item, number in items))


def bracketed(scope: Mapping[str, str]) -> str:
    """Return what of an address tells the scope; nothing for everything.

    Examples
    --------
    >>> bracketed({"product": "A"})
    '[product=A]'
    """
    return "".join(f"[{key}={value}]" for key, value in scope.items())


def addressed(places: Sequence[Place]) -> Iterator[tuple[Place, str]]:
    """Yield each place with a name: whoever has several, having changed team, is named with the team of each.

    Examples
    --------
    >>> [name for _, name in addressed([("ada", "east"), ("bo", "east"), ("bo", "west")])]
    ['ada', 'bo@east', 'bo@west']
    """
    times = Counter(owner for owner, _ in places)
    yield from ((place, place[0] if times[place[0]] == 1 else f"{place[0]}@{place[1]}") for place in places)
