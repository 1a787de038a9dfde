"""What every section of a review is computed from: the records as known, whose, of which days; each reckoned once."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.attainment import ActualTally, TargetBook, tally
from salesperf.attainment.entries import is_within
from salesperf.attainment.ledger import Ledger
from salesperf.model.calendar import Calendar
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.model.target import Actual, Target
from salesperf.review.places import Places

__all__ = ["Grounds"]


@attrs.frozen(kw_only=True, eq=False)
class Grounds:
    """What a review looks at.

    Attributes
    ----------
    records : Records
        What was known at the end of the day.
    owner : str or None
        Whose sales; ``None`` for the company.
    period : Period
        Of which days.
    as_of : date
        The day, within or after the period.
    """

    records: Records = attrs.field(repr=False)
    owner: str | None
    period: Period
    as_of: date

    @property
    def org(self) -> Org:
        """The people as known then."""
        return self.records.org

    @property
    def calendar(self) -> Calendar:
        """Fiscal year and workdays."""
        return self.records.calendar

    @cached_property
    def passed(self) -> Period:
        """The days of the period so far."""
        return self.period.until(self.as_of) or self.period

    @cached_property
    def then(self) -> Records:
        """What was known at the end of the last of those days.

        What became of deals, leads and objectives after the period is no part of its review.
        """
        return self.records if self.passed.last == self.as_of else self.records.as_of(self.passed.last)

    @cached_property
    def book(self) -> TargetBook:
        """Who owes what."""
        return TargetBook(self.records.targets, self.org, self.calendar)

    @cached_property
    def book_then(self) -> TargetBook:
        """Who owed what, as known at the end of the last of those days."""
        return self.book if self.then is self.records else TargetBook(self.then.targets, self.then.org, self.calendar)

    @cached_property
    def tally(self) -> ActualTally:
        """What was done, counted by all that is known of it."""
        return tally(self.records.actuals)

    @cached_property
    def ledger(self) -> Ledger:
        """What was done, by whom and when, and of scopes what targets name: a customer that none names is looked at no more."""
        metrics = [metric for target in self.records.targets for metric in target.metric.recorded]
        stocks = {metric.key for metric in metrics if metric.accumulation == "stock"}
        named = {dimension for target in self.records.targets for dimension in target.scope}
        return Ledger(self.tally.narrowed(named, but=stocks), self.org)

    def cells_within(self, days: Period) -> NDArray[np.bool_]:
        """Tell which cells of the tally count toward the owner on some days."""
        counted, spans = self.tally, self.ledger.spans_of(self.owner, days)
        filled = spans.end > spans.start
        # Owner and day in one number. The spans of an owner do not overlap: only the last that begins by a day can hold it.
        stride = date.max.toordinal() + 2
        openings, ends = (spans.owner[filled] * stride + edge[filled] for edge in (spans.start, spans.end))
        order = np.argsort(openings)
        cells = counted.owner * stride + counted.day
        return np.asarray(cells < np.append(0, ends[order])[np.searchsorted(openings[order], cells, side="right")])

    def entries_of(self, owner: str | None, *days: Period) -> tuple[Actual, ...]:
        """Return the entries that count toward an owner on some days, in the order of days."""
        runs = self.ledger.days_by_owner(self.ledger.spans_of(owner, *days))
        found = (actual for actual in self.records.actuals if is_within(actual.on, runs.get(actual.owner, ())))
        return tuple(sorted(found, key=lambda entry: (entry.on, repr(entry))))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The agreed targets of the owner and below that overlap the period."""
        targets = (target for target in self.records.targets if target.owner in self.under)
        return tuple(target for target in targets if target.period.overlap(self.period) is not None)

    @cached_property
    def under(self) -> frozenset[str | None]:
        """The owner, and the teams and reps under it in the period; for the company, everybody known and the company itself."""
        if self.owner is None:
            return frozenset({None, *self.org.team_by_id, *self.org.rep_by_id})
        teams = self.org.teams_under(self.owner) if self.owner in self.org.team_by_id else ()
        return frozenset({self.owner, *teams, *self.org.members(self.owner, self.period)})

    @cached_property
    def deals_by_process(self) -> Mapping[str, tuple[Opportunity, ...]]:
        """All deals known at the end of the last of those days, by the key of their process; sorted by id."""
        found: dict[str, list[Opportunity]] = {process.key: [] for process in self.then.processes}
        for deal in sorted(self.then.opportunities, key=lambda deal: deal.id):
            found[self.then.process_of(deal).key].append(deal)
        return {key: tuple(deals) for key, deals in found.items()}

    @cached_property
    def places(self) -> Places:
        """Who is under whom on which day."""
        return Places(self.org)

    def holds(self, owner: str | None) -> bool:
        """Tell whether what somebody has on the day belongs to the owner: of the company, also what nobody has.

        Whoever has changed team counts for that of the day, so that nothing stands in the reviews of two teams.
        """
        return self.owner is None or self.owner in self.places.above(owner, self.as_of)

    @cached_property
    def eve(self) -> date | None:
        """The day before the period; ``None`` at the beginning of time."""
        return self.period.start - timedelta(days=1) if self.period.start > date.min else None
