"""What an owner owes for a period: the amount, the agreed targets that it is made of, and how it is spread over the days."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.profile import Schedule
from salesperf.model.result import Result, Row
from salesperf.model.target import Target

__all__ = ["OWED_BASES", "Gap", "Owed", "OwedBasis", "OwedPart", "gaps_year_before"]

OwedBasis: TypeAlias = Literal["stated", "finer", "prorated", "rolled_up", "inherited"]
OWED_BASES: Final[tuple[OwedBasis, ...]] = ("stated", "finer", "prorated", "rolled_up", "inherited")
"""How an amount owed was found: a target for just these days; the sum of shorter ones, each whole; with shares by workdays of
ones that reach beyond; the sum over the members; for a ratio, the target of the team above or of a longer period."""


class Gap(NamedTuple):
    """Days for which somebody owes nothing, though a part of what is owed is theirs on others.

    Parameters
    ----------
    owner
        A rep, a team, or ``None`` for the company.
    period
        The days; of a rep in a team those served there.

    Examples
    --------
    >>> Gap("ada", Period.month(2026, 8)).owner
    'ada'
    """

    owner: str | None
    period: Period


def gaps_year_before(gaps: Iterable[Gap], period: Period) -> tuple[Gap, ...]:
    """Return the same days of the year before, as far as a calendar reaches.

    Parameters
    ----------
    gaps
        Days for which somebody owes nothing.
    period
        The period of what is owed.

    Examples
    --------
    >>> [gap.period.label for gap in gaps_year_before([Gap("ada", Period.month(2026, 8))], Period.quarter(2026, 3))]
    ['2025-08']
    """
    return tuple(Gap(gap.owner, period.same_days_last_year(gap.period)) for gap in gaps if gap.period.start.year > 1)


@attrs.frozen(kw_only=True)
class OwedPart:
    """A target, and how much of it is owed within the days asked for.

    Parameters
    ----------
    target
        The target as agreed.
    period
        The days of it that count: those asked for, or of them those that a rep served in a team; all where these
        hold all its workdays.
    amount
        Its share; the whole amount where all its days count.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS
    >>> visits, third = STANDARD_METRICS["visits"], Period.quarter(2026, 3)
    >>> quarter = Target(owner="ada", metric=visits, amount=Amount.of(66, COUNT), period=third)
    >>> OwedPart(target=quarter, period=Period.month(2026, 9), amount=Amount.of(22, COUNT)).is_prorated
    True
    """

    target: Target
    period: Period
    amount: Amount

    @property
    def is_prorated(self) -> bool:
        """Whether only a share of the target counts."""
        return self.period != self.target.period


@attrs.frozen(kw_only=True)
class Owed(Result):
    """What an owner owes for a period: made by :meth:`TargetBook.owed`.

    Attributes
    ----------
    target : Target
        The owner's target for just this period; of the same key as the agreed one where there is one. Its period is that from
        the first to the last day for which targets say anything.
    asked : Period
        The period that was asked for, or of a rep who changed team the time served in one; it may reach beyond that of the
        target.
    basis : str
        One of :data:`OWED_BASES`.
    parts : tuple of OwedPart
        The agreed targets that it is made of; empty for what is no flow.
    schedule : Schedule or None
        How it is spread over the period, where shorter targets or days served say so; ``None`` for evenly over workdays.
    gaps : tuple of Gap
        Days within the target's period for which whoever owes a part owes nothing. Like is held against like: what they do
        then does not count toward the target.
    without_target : tuple of str
        The ids of members who serve in the period and owe nothing by their own target or a team's.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Calendar, Org, Rep
    >>> from salesperf.attainment import TargetBook
    >>> visits, third = STANDARD_METRICS["visits"], Period.quarter(2026, 3)
    >>> goals = [
    ...     Target(owner="ada", metric=visits, amount=Amount.of(count, COUNT), period=month)
    ...     for count, month in zip((20, 10, 30), third.split("month"), strict=True)
    ... ]
    >>> owed = TargetBook(goals, Org(reps=[Rep(id="ada")]), Calendar()).owed("ada", visits, third)
    >>> owed.basis, str(owed.target.amount), [weight for _, weight in owed.schedule.parts]
    ('finer', '60', [20, 10, 30])
    """

    target: Target
    asked: Period
    basis: OwedBasis
    parts: tuple[OwedPart, ...]
    schedule: Schedule | None
    gaps: tuple[Gap, ...] = ()
    without_target: tuple[str, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether something is owed for a part of the period only, by all or by some."""
        return self.target.period != self.asked or bool(self.gaps)

    @property
    def is_prorated(self) -> bool:
        """Whether a share of some target counts, because it reaches beyond the period."""
        return any(part.is_prorated for part in self.parts)

    @cached_property
    def breakdown(self) -> Breakdown:
        """The amount as the sum of the parts of targets."""
        if not self.parts:
            return Breakdown(label=Message("breakdown.target"), value=self.target.amount)
        parts = tuple(
            Breakdown(
                label=Message.of(
                    "breakdown.part",
                    owner=part.target.owner or Message("review.company"),
                    period=part.period,
                ),
                value=part.amount,
            )
            for part in self.parts
        )
        return Breakdown(label=Message("breakdown.target"), value=self.target.amount, rule=Sum(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for each part: owner, the target's period, the days that count, amount, unit, prorated or not."""
        return [
            {
                "owner": part.target.owner,
                "metric": part.target.metric.key,
                "target_period": part.target.period.label,
                "period": part.period.label,
                "amount": part.amount.decimal,
                "unit": str(part.amount.unit),
                "prorated": part.is_prorated,
            }
            for part in self.parts
        ]
