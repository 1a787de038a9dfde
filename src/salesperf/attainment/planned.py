"""What is owed: which targets make up what an owner owes for any run of days, and how that is spread over them."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

import attrs

from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.people import Org, Stint
from salesperf.model.period import Period
from salesperf.model.profile import Schedule
from salesperf.model.result import Result, Row
from salesperf.model.target import EVERYTHING, Target

if TYPE_CHECKING:
    from datetime import date

__all__ = ["OWED_BASES", "Owed", "OwedBasis", "OwedPart", "TargetBook"]

OwedBasis: TypeAlias = Literal["stated", "finer", "prorated", "rolled_up", "inherited"]
OWED_BASES: Final[tuple[OwedBasis, ...]] = ("stated", "finer", "prorated", "rolled_up", "inherited")
"""How an amount owed was found: a target for just this period; the sum of shorter ones that tile it; shares by workdays of
ones that straddle its ends; the sum over the members; for a ratio, the target of the team above or of a longer period."""


@attrs.frozen(kw_only=True)
class OwedPart:
    """A target, and how much of it is owed within the days asked for.

    Parameters
    ----------
    target
        The target as agreed.
    period
        The days of it that count.
    amount
        Its share; the whole amount where all its days count.
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
        The owner's target for just this period; of the same key as the agreed one where there is one.
    basis : str
        One of :data:`OWED_BASES`.
    parts : tuple of OwedPart
        The agreed targets that it is made of; empty for what is no flow.
    schedule : Schedule or None
        How it is spread over the period, where shorter targets say so; ``None`` for evenly over workdays.
    without_target : tuple of str
        The ids of members who serve in the period and owe nothing by their own target or a team's.
    """

    target: Target
    basis: OwedBasis
    parts: tuple[OwedPart, ...]
    schedule: Schedule | None
    without_target: tuple[str, ...] = ()

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


class TargetBook:
    """All targets, to be asked what an owner owes for any period.

    Parameters
    ----------
    targets
        In any order.
    org
        Who is under whom, and when.
    calendar
        Workdays, by which targets are prorated.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Rep
    >>> visits = STANDARD_METRICS["visits"]
    >>> summer = Period.parse("2026-06-01..2026-08-31")
    >>> straddling = Target(owner="ada", metric=visits, amount=Amount.of(66, COUNT), period=summer)
    >>> book = TargetBook([straddling], Org(reps=[Rep(id="ada")]), Calendar())
    >>> found = book.owed("ada", visits, Period.quarter(2026, 3))
    >>> found.basis, found.target.amount.minor, found.parts[0].period.label
    ('prorated', 44, '2026-07-01..2026-08-31')
    """

    def __init__(self, targets: Iterable[Target], org: Org, calendar: Calendar) -> None:
        self.org = org
        self.calendar = calendar
        self._targets: dict[tuple[str | None, str, FrozenMap[str, str]], list[Target]] = {}
        for target in sorted(targets, key=lambda target: target.key.order):
            self._targets.setdefault((target.owner, target.metric.key, target.scope), []).append(target)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that have any target, by key."""
        found = {target.metric.key: target.metric for targets in self._targets.values() for target in targets}
        return tuple(found[key] for key in sorted(found))

    def scopes(self, metric: Metric) -> tuple[FrozenMap[str, str], ...]:
        """Return the scopes to which targets of a metric are narrowed, everything first."""
        found = {scope for _, key, scope in self._targets if key == metric.key}
        return tuple(sorted(found, key=lambda scope: tuple(scope.items())))

    def owed(
        self,
        owner: str | None,
        metric: Metric,
        period: Period,
        scope: FrozenMap[str, str] = EVERYTHING,
    ) -> Owed | None:
        """Return what an owner owes, or ``None`` where no target says anything.

        Parameters
        ----------
        owner
            A rep, a team, or ``None`` for the company.
        metric
            What is owed.
        period
            For which days.
        scope
            Of what.

        Notes
        -----
        A flow: the owner's own target for just this period; else shorter ones that tile it; else the shares by workdays of
        ones that reach beyond it (cumulative shares are rounded, so that the pieces of a target sum to it); else the sum over
        sub-teams and members. The target of a rep who changed team counts toward each team by the workdays served there, and
        wholly where the rep served in one, so that the sum over all teams is the sum over all reps.

        A ratio is inherited: from a longer period of the owner, then from the team above. A stock or a distinct count is
        taken from a longer period alone.
        """
        self.org.require_owner(owner)
        if not metric.is_additive:
            return self._standing(owner, metric, period, scope)
        parts = self._own_parts(owner, metric, period, scope)
        if parts:
            own = self._of(owner, metric, scope)
            return self._as_owed(owner, period, parts, own, self._basis(parts, period), ())
        if owner in self.org.rep_by_id:
            return None
        return self._rolled_up(owner, metric, period, scope)

    def finer_total(self, owner: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Amount | None:
        """Return the sum of the owner's shortest targets that tile a period; ``None`` where they are not shorter or no flow."""
        tiles = _tile(self._of(owner, metric, scope), period, finest=True) if metric.is_additive else None
        if tiles is None or len(tiles) == 1:
            return None
        amounts = [cast("Amount", target.amount) for target, _ in tiles]
        return Amount.total(amounts, amounts[0].unit)

    def below_total(self, owner: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Amount | None:
        """Return what sub-teams and members owe together; ``None`` where no target of theirs says anything."""
        if not metric.is_additive or owner in self.org.rep_by_id:
            return None
        found = self._rolled_up(owner, metric, period, scope)
        return None if found is None else cast("Amount", found.target.amount)

    def _of(self, owner: str | None, metric: Metric, scope: FrozenMap[str, str]) -> list[Target]:
        return self._targets.get((owner, metric.key, scope), [])

    @staticmethod
    def _basis(parts: Sequence[OwedPart], period: Period) -> OwedBasis:
        if len(parts) == 1 and parts[0].target.period == period:
            return "stated"
        tiled = not any(part.is_prorated for part in parts) and sum(part.period.days for part in parts) == period.days
        return "finer" if tiled else "prorated"

    def _own_parts(
        self,
        owner: str | None,
        metric: Metric,
        period: Period,
        scope: FrozenMap[str, str],
    ) -> list[OwedPart]:
        own = [target for target in self._of(owner, metric, scope) if target.period.overlap(period)]
        tiles = _tile(own, period)
        return [self._part(target, days) for target, days in (tiles if tiles is not None else _cover(own, period))]

    def _part(self, target: Target, days: Period) -> OwedPart:
        amount = cast("Amount", target.amount)
        before = amount.times(self._share(target.period, days.start.toordinal()))
        until = amount.times(self._share(target.period, days.end.toordinal()))
        return OwedPart(target=target, period=days, amount=until - before)

    def _share(self, period: Period, until: int) -> Fraction:
        """Return the share of a period's workdays before a day; of its days where it has no workday."""
        start, end = period.start.toordinal(), period.end.toordinal()
        count = self.calendar.workdays_before
        whole = count(end) - count(start)
        return Fraction(count(until) - count(start), whole) if whole else Fraction(until - start, end - start)

    def _as_owed(
        self,
        owner: str | None,
        period: Period,
        parts: Sequence[OwedPart],
        spread_by: Iterable[Target],
        basis: OwedBasis,
        without_target: tuple[str, ...],
    ) -> Owed:
        first = parts[0].target
        unit = cast("Amount", first.amount).unit
        amount = Amount.total((part.amount for part in parts), unit)
        stated = basis == "stated"
        target = (
            first
            if stated
            else attrs.evolve(
                first,
                owner=owner,
                amount=amount,
                period=period,
                floor=None,
                stretch=None,
                parent=None,
                agreed=None,
                rationale="",
            )
        )
        finest = _tile([each for each in spread_by if each.period.overlap(period)], period, finest=True)
        spread = [self._part(*tile) for tile in finest] if finest is not None else list(parts)
        return Owed(
            target=target,
            basis=basis,
            parts=tuple(parts),
            schedule=self._schedule(spread, period),
            without_target=without_target,
        )

    def _schedule(self, parts: Sequence[OwedPart], period: Period) -> Schedule | None:
        """Lay parts over each other: the weight of each run of days between any two of their ends."""
        if any(part.amount.minor < 0 for part in parts) or not any(part.amount.minor for part in parts):
            return None
        edges = sorted({edge for part in parts for edge in (part.period.start, part.period.end)} | {period.start, period.end})
        runs = [Period(*pair) for pair in pairwise(edges)]
        if len(runs) == 1:
            return None
        weighted = []
        for run in runs:
            weight = sum(
                (part.amount.minor * self._overlap_share(part.period, run) for part in parts),
                Fraction(0),
            )
            weighted.append((run, weight))
        return Schedule(parts=tuple(weighted))

    def _overlap_share(self, period: Period, run: Period) -> Fraction:
        common = period.overlap(run)
        if common is None:
            return Fraction(0)
        return self._share(period, common.end.toordinal()) - self._share(period, common.start.toordinal())

    def _rolled_up(self, team: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Owed | None:
        below = [self.owed(child.id, metric, period, scope) for child in self.org.children(team)]
        parts = [part for each in below if each is not None for part in each.parts]
        direct = list(self._direct_parts(team, metric, period, scope))
        parts += direct
        if not parts:
            return None
        served = {part.target.owner for part in direct}
        idle = [rep for rep in self._direct_members(team, period) if rep not in served]
        idle += [rep for each in below if each is not None for rep in each.without_target]
        for child, found in zip(self.org.children(team), below, strict=True):
            idle += [] if found is not None else self.org.members(child.id, period)
        return self._as_owed(team, period, parts, (), "rolled_up", tuple(sorted(set(idle))))

    def _direct_members(self, team: str | None, period: Period) -> list[str]:
        stints = (stint for rep in self.org.reps for stint in self.org.stints(rep.id))
        return [stint.rep for stint in stints if stint.team == team and stint.within(period)]

    def _direct_parts(
        self,
        team: str | None,
        metric: Metric,
        period: Period,
        scope: FrozenMap[str, str],
    ) -> Iterator[OwedPart]:
        for rep in self.org.reps:
            stints = self.org.stints(rep.id)
            if all(stint.team != team for stint in stints):
                continue
            for part in self._own_parts(rep.id, metric, period, scope):
                amount = self._served_amount(part, stints, team)
                if amount is not None:
                    yield attrs.evolve(part, amount=amount)

    def _served_amount(self, part: OwedPart, stints: Sequence[Stint], team: str | None) -> Amount | None:
        """Return the share of a rep's part that counts toward one team, by the workdays served there."""
        within = [stint.within(part.period) for stint in stints]
        workdays = [self.calendar.workdays(days) if days else 0 for days in within]
        if not any(workdays):
            workdays = [days.days if days else 0 for days in within]
        if not any(workdays):
            nearest = 0 if part.period.end <= stints[0].start else len(stints) - 1
            workdays = [int(place == nearest) for place in range(len(stints))]
        if not any(days for stint, days in zip(stints, workdays, strict=True) if stint.team == team):
            return None
        shares = apportion(part.amount.minor, workdays).tolist()
        minor = sum(share for stint, share in zip(stints, shares, strict=True) if stint.team == team)
        return Amount(minor=minor, unit=part.amount.unit)

    def _standing(self, owner: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Owed | None:
        covering = [target for target in self._of(owner, metric, scope) if target.period.covers(period)]
        if covering:
            target = min(covering, key=lambda target: target.period.days)
            exact = target.period == period
            target = target if exact else attrs.evolve(target, period=period, parent=None)
            return Owed(target=target, basis="stated" if exact else "inherited", parts=(), schedule=None)
        if metric.accumulation != "ratio" or owner is None:
            return None
        found = self._standing(self._above(owner, period), metric, period, scope)
        if found is None:
            return None
        target = attrs.evolve(found.target, owner=owner, parent=None)
        return attrs.evolve(found, target=target, basis="inherited")

    def _above(self, owner: str, period: Period) -> str | None:
        if owner in self.org.team_by_id:
            return self.org.team_by_id[owner].parent
        return self.org.team_on(owner, period.last)


def _tile(targets: Sequence[Target], period: Period, *, finest: bool = False) -> list[tuple[Target, Period]] | None:
    """Choose targets that tile the period, on each day the longest that leads to its end, or the shortest; or ``None``."""
    within = sorted(
        (target for target in targets if period.covers(target.period)),
        key=lambda target: (-target.period.start.toordinal(), target.period.days if finest else -target.period.days),
    )
    leads_on: dict[date, Target] = {}
    for target in within:
        if target.period.end == period.end or target.period.end in leads_on:
            leads_on.setdefault(target.period.start, target)
    tiles: list[tuple[Target, Period]] = []
    day = period.start
    while day in leads_on:
        tiles.append((leads_on[day], leads_on[day].period))
        day = leads_on[day].period.end
    return tiles or None


def _cover(targets: Sequence[Target], period: Period) -> list[tuple[Target, Period]]:
    """Choose targets that cover as much of the period as there is, each day by the shortest that holds it."""
    pieces: list[tuple[Target, Period]] = []
    day = period.start
    while day < period.end:
        holding = [target for target in targets if day in target.period]
        later = [target.period.start for target in targets if target.period.start > day]
        if holding:
            shortest = min(holding, key=lambda target: target.period.days)
            end = min(shortest.period.end, period.end)
            pieces.append((shortest, Period(day, end)))
            day = end
        elif later and min(later) < period.end:
            day = min(later)
        else:
            break
    return pieces
