"""The entries behind the numbers of a review: how each is called, and those of one found without looking at all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from salesperf.attainment import Attainment
from salesperf.model.breakdown import Breakdown
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.model.target import Actual
from salesperf.review.explained.growing import Tree, named

__all__ = ["Entries", "entry_named", "in_order", "place_of"]


def entry_named(entry: Actual) -> Message:
    """Return how an entry is called: by its day, whose it is, and its reference."""
    return named("entry" if entry.ref is None else "entry_ref", on=entry.on, owner=entry.owner, ref=entry.ref)


def in_order(entries: Iterable[Actual]) -> list[Actual]:
    """Return entries in an order that tells nothing of that in which they were given."""
    return sorted(entries, key=place_of)


def place_of(entry: Actual) -> tuple[date, str, str, str, str, int]:
    """Return by what an entry is put in order: its day, then whatever tells it from others of that day."""
    scope = "; ".join(f"{key}={value}" for key, value in entry.scope.items())
    return (entry.on, entry.owner, entry.metric.key, entry.ref or "", scope, entry.amount.minor)


class Entries:
    """The entries that were known, by metric and owner.

    Parameters
    ----------
    records
        What was known.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._last: tuple[Attainment, Breakdown] | None = None

    @cached_property
    def _by_owner(self) -> Mapping[tuple[str, str], Sequence[Actual]]:
        held: dict[tuple[str, str], list[Actual]] = defaultdict(list)
        for entry in self._records.actuals:
            held[entry.metric.key, entry.owner].append(entry)
        return held

    def near(self, attained: Attainment) -> list[Actual]:
        """Return those among which all are that a number sums."""
        keys = [metric.key for metric in attained.target.metric.recorded]
        owners = sorted(attained.recorded_owners)
        return [entry for key in keys for owner in owners for entry in self._by_owner.get((key, owner), ())]

    def within(self, days: Period, owner: str | None, metric: Metric) -> list[Actual]:
        """Return what somebody recorded of a metric on some days."""
        return [entry for entry in self._by_owner.get((metric.key, owner or ""), ()) if entry.on in days]

    def kept(self, attained: Attainment, grow: Tree) -> Breakdown:
        """Return what was done toward a target, grown anew only where another was asked for in between.

        Whoever goes through all numbers asks for those of one target one after the other, and most of them rest on it.
        """
        if self._last is None or self._last[0] is not attained:
            self._last = (attained, grow())
        return self._last[1]
