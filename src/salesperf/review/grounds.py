"""What every section of a review is computed from: the records as known, whose, of which days; each reckoned once."""

from datetime import date
from functools import cached_property

import attrs

from salesperf.attainment import TargetBook, tally
from salesperf.attainment.ledger import Ledger
from salesperf.model.calendar import Calendar
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.records import Records

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
    def ledger(self) -> Ledger:
        """What was done, by whom and when."""
        return Ledger(tally(self.records.actuals), self.org)

    @cached_property
    def under(self) -> frozenset[str | None]:
        """The owner, and the teams and reps under it in the period; for the company, everybody known and the company itself."""
        if self.owner is None:
            return frozenset({None, *self.org.team_by_id, *self.org.rep_by_id})
        teams = self.org.teams_under(self.owner) if self.owner in self.org.team_by_id else ()
        return frozenset({self.owner, *teams, *self.org.members(self.owner, self.period)})
