"""The sections of a review: each a frozen value that a report can write."""

from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias, cast

import attrs

from salesperf.attainment import Attainment, Owed
from salesperf.model.amount import Amount
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.target import scoped_title
from salesperf.quality import Number

__all__ = [
    "NOTES",
    "DataSection",
    "Member",
    "MetricSection",
    "Note",
    "RecordedFlow",
    "Rest",
    "Standing",
    "TrendPart",
    "Weaknesses",
]

Weaknesses: TypeAlias = FrozenMap[Number, tuple[Finding, ...]]
"""What weakens each number of a section: a finding for each rule of data quality that found something in the records that the
number rests on, with how many of how many, gravest first. A number that nothing weakens is not among them."""

Note: TypeAlias = Literal["joined", "left", "moved", "ramping", "absent", "dealer", "agent", "house", "prorated", "partial"]
NOTES: Final[tuple[Note, ...]] = (
    "joined",
    "left",
    "moved",
    "ramping",
    "absent",
    "dealer",
    "agent",
    "house",
    "prorated",
    "partial",
)
"""What a reader should know of a member before comparing it with others."""


@attrs.frozen(kw_only=True)
class DataSection:
    """What the review rests on.

    Attributes
    ----------
    reps, teams : int
        How many serve under the owner in the period.
    targets : int
        How many agreed targets of the owner and below overlap the period.
    entries : int
        How many actuals count, of all metrics.
    first_day, last_day : date or None
        Of the actuals that count; ``None`` where there are none.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> review.data.reps, review.data.last_day
    (5, datetime.date(2026, 9, 16))
    """

    reps: int
    teams: int
    targets: int
    entries: int
    first_day: date | None
    last_day: date | None


@attrs.frozen(kw_only=True)
class Member:
    """A team or rep directly under the owner, or a rep further down, held against what it owes.

    Attributes
    ----------
    owner : str
        The id.
    is_team : bool
        Whether it is a team.
    level : int
        How many teams stand between it and the owner.
    attainment : Attainment
        Against what it owes.
    owed : Owed
        How that was found.
    notes : tuple of str
        Of :data:`NOTES`.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> [(member.owner, member.notes) for member in review.metrics[0].members if member.notes]
    [('h-01', ('house', 'partial')), ('r-10', ('left',)), ('r-13', ('moved',))]
    """

    owner: str
    is_team: bool
    level: int
    attainment: Attainment
    owed: Owed
    notes: tuple[Note, ...]


@attrs.frozen(kw_only=True)
class TrendPart:
    """A part of the period, held against what was owed for it.

    Attributes
    ----------
    attainment : Attainment
        Of the owner for the part.
    owed : Owed
        How its target was found.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> [(part.attainment.target.period.label, part.attainment.status) for part in review.metrics[0].trend]
    [('2026-07', 'missed'), ('2026-08', 'missed'), ('2026-09', 'behind')]
    """

    attainment: Attainment
    owed: Owed


@attrs.frozen(kw_only=True)
class Standing:
    """The best and the weakest of several, by pace, and whether the difference is more than chance.

    Attributes
    ----------
    best, weakest : Attainment
        By the estimate of pace; ties by id.
    is_clear : bool or None
        Whether the difference is more than the variation between days would make among so many; ``None`` where one of the
        two has no interval.
    ranked : tuple of str
        Among whom, the best first.
    few_entries : tuple of str
        Who was left out for having fewer than three entries: one large sale is no pace.
    unlike : tuple of str
        Who was left out because the plan of the others is not theirs: joined, left, moved, ramping, absent, the house, or
        with targets for a part of the days.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> standing = review.metrics[0].best_reps
    >>> standing.compared, standing.is_clear
    (2, False)
    """

    best: Attainment
    weakest: Attainment
    is_clear: bool | None
    ranked: tuple[str | None, ...]
    few_entries: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()

    @property
    def compared(self) -> int:
        """Among how many."""
        return len(self.ranked)


@attrs.frozen(kw_only=True)
class MetricSection:
    """One metric, within one scope.

    Attributes
    ----------
    owner : str or None
        Whose: the review's owner, or somebody below where only some owe anything of the scope.
    metric : Metric
    scope : FrozenMap
        Empty for everything.
    attainment : Attainment
        Of the owner for the period.
    owed : Owed
        How the target was found.
    trend : tuple of TrendPart
        The owner for each month of a quarter, each quarter of a year, ...; those begun, where something is owed.
    members : tuple of Member
        Teams and reps under the owner that owe something, each team before its members.
    best_teams, best_reps : Standing or None
        Among teams directly under the owner, and among all reps under it, those alike; ``None`` for fewer than two.
    weakened_by : FrozenMap
        What weakens ``"attainment"``, among the entries that it sums: see :data:`Weaknesses`.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> [(section.title.text(), section.attainment.status) for section in review.metrics]
    [('Revenue', 'behind'), ('New customers', 'met'), ('Average order value', 'on_track')]
    """

    owner: str | None
    metric: Metric
    scope: FrozenMap[str, str]
    attainment: Attainment
    owed: Owed
    trend: tuple[TrendPart, ...]
    members: tuple[Member, ...]
    best_teams: Standing | None
    best_reps: Standing | None
    weakened_by: Weaknesses = attrs.field(default=FrozenMap())

    @property
    def title(self) -> Message:
        """The metric's title, with the scope where it is narrowed."""
        return scoped_title(self.metric, self.scope)

    @property
    def rest(self) -> "Rest | None":
        """What stands in the line of nobody directly below, of a flow; ``None`` where there is none, or nobody is below."""
        direct = [member.attainment for member in self.members if member.level == 0]
        whole, actual = self.attainment.target.amount, self.attainment.actual
        if not direct or not self.attainment.is_flow or not isinstance(whole, Amount) or not isinstance(actual, Amount):
            return None
        lines = [(each.target.amount, each.actual) for each in direct]
        known = [pair for pair in lines if all(isinstance(each, Amount) and each.unit == whole.unit for each in pair)]
        if known != lines:  # of other units, no sum can be told
            return None
        owed, done = (Amount.total((cast("Amount", pair[place]) for pair in lines), whole.unit) for place in (0, 1))
        rest = Rest(whole - owed, actual - done)
        return rest if rest.target.minor or rest.actual.minor else None


class Rest(NamedTuple):
    """What is owed, and what was done, in the line of nobody directly below: of a house account, or of a team itself.

    Attributes
    ----------
    target : Amount
        The target of the whole less those directly below.
    actual : Amount
        What came of the whole less what came in their lines.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> str(review.metrics[0].rest.gap)
    '107,000.00 CNY'
    """

    target: Amount
    actual: Amount

    @property
    def gap(self) -> Amount:
        """Actual less target."""
        return self.actual - self.target


@attrs.frozen(kw_only=True)
class RecordedFlow:
    """A flow that was recorded in the period though nobody owes it.

    Attributes
    ----------
    metric : str
        The key.
    title : Message
        What a reader sees.
    amount : Amount
        The sum in the period so far.
    entries : int
        How many actuals it sums.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> review = build(read_sample(), owner="guangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> [(each.metric, each.amount.minor, each.entries) for each in review.recorded]
    [('visits', 247, 37)]
    """

    metric: str
    title: Message
    amount: Amount
    entries: int
