"""The book of targets: what an owner owes for any run of days, by its own targets or by those below it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import NamedTuple, cast

import attrs

from salesperf.attainment.choosing import choose, shortest_tiles
from salesperf.attainment.owed import Gap, Owed, OwedBasis, OwedPart
from salesperf.attainment.spreading import Piece, lay, pieces_of, pieces_of_part
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import Metric
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.target import EVERYTHING, Target
from salesperf.model.validators import as_frozen_map, repeated, require

__all__ = ["TargetBook"]


class _Time(NamedTuple):
    """Days for which a rep counts toward a team."""

    team: str | None
    days: Period


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

    Raises
    ------
    InvalidValueError
        If an argument is of another kind, or two targets have one key.

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
        require(targets, Iterable, path=("targets",))
        require(org, Org, path=("org",))
        require(calendar, Calendar, path=("calendar",))
        targets = tuple(targets)
        for place, target in enumerate(targets):
            require(target, Target, path=("targets", place))
        for place, key in repeated(target.key for target in targets):
            raise InvalidValueError("duplicate_target", path=("targets", place), value=str(key.period))
        self.org = org
        self.calendar = calendar
        self._targets: dict[tuple[str | None, str, FrozenMap[str, str]], list[Target]] = {}
        for target in sorted(targets, key=lambda target: target.key.order):
            self._targets.setdefault((target.owner, target.metric.key, target.scope), []).append(target)
        # Who is ever in a team, since to go through all reps for every team takes long in a large company.
        self._reps: dict[str | None, list[str]] = {}
        for rep in org.reps:
            for team in dict.fromkeys(stint.team for stint in org.stints(rep.id)):
                self._reps.setdefault(team, []).append(rep.id)
        # A team's answer is asked for again by every team above it.
        self._answers: dict[tuple[str | None, Metric, Period, FrozenMap[str, str]], Owed | None] = {}

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that have any target, by key."""
        found = {target.metric.key: target.metric for targets in self._targets.values() for target in targets}
        return tuple(found[key] for key in sorted(found))

    def scopes(self, metric: Metric) -> tuple[FrozenMap[str, str], ...]:
        """Return the scopes to which targets of a metric are narrowed, everything first."""
        found = {scope for _, key, scope in self._targets if key == metric.key}
        return tuple(sorted(found, key=lambda scope: tuple(scope.items())))

    def targets_of(self, owner: str | None, metric: Metric, scope: Mapping[str, str] = EVERYTHING) -> tuple[Target, ...]:
        """Return the targets agreed for just an owner, metric and scope, by period."""
        require(metric, Metric, path=("metric",))
        scope = as_frozen_map(scope)
        return tuple(self._targets.get((owner, metric.key, scope), ()))

    def owed(
        self,
        owner: str | None,
        metric: Metric,
        period: Period,
        scope: Mapping[str, str] = EVERYTHING,
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
        A flow: the owner's own target for just this period; else shorter ones within it, which count whole: those that
        together hold the most days, and of these as few as can be; on days that they leave, the shares by workdays of ones
        that reach beyond (cumulative shares are rounded, so that the pieces of a target sum to it). Where the owner has no
        target of its own for any of the days: the sum over sub-teams and members, as :meth:`owed_by_members` has them. Where
        targets say something of some days only, the period is cut to those from the first to the last of them, and the days
        between for which somebody owes nothing are the gaps; members who owe nothing at all are named, and leave none.

        A ratio is inherited: from a longer period of the owner, then from the team above. A stock or a distinct count is
        taken from a longer period alone.
        """
        require(metric, Metric, path=("metric",))
        require(period, Period, path=("period",))
        self.org.require_owner(owner)
        scope = as_frozen_map(scope)
        question = (owner, metric, period, scope)
        if question not in self._answers:
            self._answers[question] = self._find(owner, metric, period, scope)
        return self._answers[question]

    def _find(self, owner: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Owed | None:
        if not metric.is_additive:
            return self._standing(owner, metric, period, scope)
        own = self._own(owner, metric, period, scope)
        if own is not None or owner in self.org.rep_by_id:
            return own
        return self._rolled_up(owner, metric, period, scope)

    def owed_by_members(
        self,
        team: str | None,
        metric: Metric,
        period: Period,
        scope: Mapping[str, str] = EVERYTHING,
    ) -> tuple[Owed, ...]:
        """Return what each rep directly in a team owes toward it, in order of ids.

        Parameters
        ----------
        team
            A team, or ``None`` for directly under the company.
        metric, period, scope
            As for :meth:`owed`.

        Notes
        -----
        The target of a rep who changed team within the period counts toward each team by the workdays served there, once
        for each time there, and wholly where the rep served in one, so that the sum over all teams is the sum over all reps.
        What counts wholly does so from the days served there, too, so that no sale stands in two lines. What is no flow
        counts in full for each time.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import COUNT, STANDARD_METRICS, Move, Rep, Team
        >>> visits, third = STANDARD_METRICS["visits"], Period.quarter(2026, 3)
        >>> org = Org(
        ...     teams=[Team(id="east"), Team(id="west")],
        ...     reps=[Rep(id="ada", team="east")],
        ...     moves=[Move(rep="ada", on=date(2026, 8, 3), team="west")],
        ... )
        >>> target = Target(owner="ada", metric=visits, amount=Amount.of(66, COUNT), period=third)
        >>> book = TargetBook([target], org, Calendar())
        >>> [book.owed_by_members(team, visits, third)[0].target.amount.minor for team in ("east", "west")]
        [23, 43]
        """
        require(metric, Metric, path=("metric",))
        require(period, Period, path=("period",))
        self.org.require_owner(team, "team")
        scope = as_frozen_map(scope)
        found = (self._owed_toward(team, rep, metric, period, scope) for rep in self._reps.get(team, ()))
        return tuple(owed for each in found for owed in each)

    def finer_total(self, owner: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Amount | None:
        """Return the sum of the owner's shortest targets that tile a period; ``None`` where they are not shorter or no flow."""
        tiles = shortest_tiles(self.targets_of(owner, metric, scope), period) if metric.is_additive else ()
        if len(tiles) <= 1:
            return None
        amounts = [cast("Amount", target.amount) for target in tiles]
        return Amount.total(amounts, amounts[0].unit)

    def below_total(self, owner: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Amount | None:
        """Return what sub-teams and members owe together; ``None`` where no target of theirs says anything."""
        if not metric.is_additive or owner in self.org.rep_by_id:
            return None
        found = self._rolled_up(owner, metric, period, scope)
        return None if found is None else cast("Amount", found.target.amount)

    def _own(self, owner: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Owed | None:
        """Return what an owner owes of a flow by its own targets."""
        own = [target for target in self.targets_of(owner, metric, scope) if target.period.overlap(period)]
        parts = [self._part(*piece) for piece in choose(own, period)]
        if not parts:
            return None
        # What is done on days for which nothing is owed must not count toward what is owed for others.
        covered = Period(parts[0].period.start, parts[-1].period.end)
        if parts[0].target.period == covered:
            basis: OwedBasis = "stated"
        else:
            basis = "prorated" if any(part.is_prorated for part in parts) else "finer"
        pieces = [piece for part in parts for piece in pieces_of_part(part, own)]
        gaps = tuple(Gap(owner, days) for days in covered.without(part.period for part in parts))
        return attrs.evolve(self._as_owed(owner, covered, parts, pieces, basis), asked=period, gaps=gaps)

    def _part(self, target: Target, days: Period) -> OwedPart:
        """Return the share of a target for some of its days: of all its pieces the sum is the whole, however it is cut."""
        amount = cast("Amount", target.amount)
        if days == target.period:
            return OwedPart(target=target, period=days, amount=amount)
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
        pieces: Sequence[Piece],
        basis: OwedBasis,
    ) -> Owed:
        first = parts[0].target
        target = (
            first
            if basis == "stated"
            else attrs.evolve(
                first,
                owner=owner,
                amount=_total(parts),
                period=period,
                floor=None,
                stretch=None,
                parent=None,
                agreed=None,
                rationale="",
            )
        )
        return Owed(
            target=target,
            basis=basis,
            asked=period,
            parts=tuple(parts),
            schedule=lay(pieces, period, self.calendar),
        )

    def _rolled_up(self, team: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Owed | None:
        """Return what sub-teams and members owe together."""
        children = {child.id: self.owed(child.id, metric, period, scope) for child in self.org.children(team)}
        members = {rep: tuple(self._owed_toward(team, rep, metric, period, scope)) for rep in self._reps.get(team, ())}
        below = [*(owed for owed in children.values() if owed is not None), *chain.from_iterable(members.values())]
        if not below:
            return None
        parts = [part for owed in below for part in owed.parts]
        pieces = [piece for owed in below for piece in pieces_of(owed)]
        serving = {rep for rep in self._reps.get(team, ()) if self._serves(rep, team, period)}
        for child, found in children.items():
            serving.update(self.org.members(child, period) if found is None else found.without_target)
        idle = sorted(rep for rep in serving if self.owed(rep, metric, period, scope) is None)
        # Of one who left for another team the target says something of the days there too: they are not cut off here.
        wholes = [*children.values(), *(self.owed(rep, metric, period, scope) for rep, shares in members.items() if shares)]
        held = [owed.target.period for owed in wholes if owed is not None]
        covered = Period(min(days.start for days in held), max(days.end for days in held))
        gaps = [*self._gaps_below(team, metric, period, covered, scope)]
        if team is None:
            gaps += self._gaps_out_of_service(metric, period, covered, scope)
        return attrs.evolve(
            self._as_owed(team, covered, parts, pieces, "rolled_up"),
            asked=period,
            gaps=tuple(gaps),
            without_target=tuple(idle),
        )

    def _gaps_below(
        self, team: str | None, metric: Metric, asked: Period, covered: Period, scope: FrozenMap[str, str]
    ) -> Iterator[Gap]:
        """Find the days covered for which those under a team owe nothing, of each who owes something in the days asked for."""
        for child in self.org.children(team):
            held = self._days_held(child.id, metric, asked, scope)
            if held:
                yield from (Gap(child.id, days) for days in covered.without(held))
            else:
                yield from self._gaps_below(child.id, metric, asked, covered, scope)
        for rep in self._reps.get(team, ()):
            held = self._days_held(rep, metric, asked, scope)
            if held:
                served = (stint.within(covered) for stint in self.org.stints(rep) if stint.team == team)
                yield from (Gap(rep, days) for each in served if each is not None for days in each.without(held))

    def _gaps_out_of_service(self, metric: Metric, asked: Period, covered: Period, scope: FrozenMap[str, str]) -> Iterator[Gap]:
        """Find the same of reps before they joined and after they left, whose sales then count for the company alone."""
        for rep in self.org.rep_by_id:
            held = self._days_held(rep, metric, asked, scope)
            stints = [days for stint in self.org.stints(rep) if (days := stint.within(covered)) is not None]
            if held:
                yield from (Gap(rep, days) for each in covered.without(stints) for days in each.without(held))

    def _days_held(self, owner: str, metric: Metric, asked: Period, scope: FrozenMap[str, str]) -> list[Period]:
        """Return the days of an owner's own targets that overlap those asked for."""
        return [target.period for target in self.targets_of(owner, metric, scope) if target.period.overlap(asked)]

    def _serves(self, rep: str, team: str | None, period: Period) -> bool:
        return any(stint.team == team and stint.within(period) for stint in self.org.stints(rep))

    def _owed_toward(
        self,
        team: str | None,
        rep: str,
        metric: Metric,
        period: Period,
        scope: FrozenMap[str, str],
    ) -> Iterator[Owed]:
        """Return what a rep owes in each of its times in a team."""
        if not metric.is_additive and not self._is_concerned(rep, metric, period, scope):
            return
        times = self._times(rep, period)
        for place, time in enumerate(times):
            if time.team != team:
                continue
            if len(times) > 1 and metric.is_additive:
                found = self._share_of_time(self._own(rep, metric, period, scope), times, place)
            else:
                found = self.owed(rep, metric, time.days, scope)
            if found is not None:
                yield found

    def _is_concerned(self, rep: str, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> bool:
        """Tell whether a rep serves in a period, or has a target of its own for it: whoever does not inherits none."""
        serves = any(stint.within(period) for stint in self.org.stints(rep))
        return serves or any(target.period.overlap(period) for target in self.targets_of(rep, metric, scope))

    def _times(self, rep: str, period: Period) -> list[_Time]:
        """Return a rep's times in teams within a period; the nearest, as if it lasted all the period, where one is all."""
        stints = self.org.stints(rep)
        times = [_Time(stint.team, days) for stint in stints if (days := stint.within(period)) is not None]
        if len(times) > 1:
            return times
        nearest = stints[0] if period.end <= stints[0].start else stints[-1]
        return [_Time(times[0].team if times else nearest.team, period)]

    def _share_of_time(self, owed: Owed | None, times: Sequence[_Time], place: int) -> Owed | None:
        """Return what of a rep's flow counts toward one of several times in teams, by the workdays served in each."""
        found = [self._part_of_time(part, times, place) for part in (() if owed is None else owed.parts)]
        parts = [part for part in found if part is not None]
        if owed is None or not parts:
            return None
        days = times[place].days
        # A target whose workdays all lie in one time may have a weekend in another, and the sales of that are not this team's.
        counted = [days.overlap(part.period) or part.period for part in parts]
        asked = Period(min(days.start, counted[0].start), max(days.end, counted[-1].end))
        hull = Period(max(asked.start, owed.target.period.start), min(asked.end, owed.target.period.end))
        pieces: list[Piece] = []
        for run, weight in pieces_of(owed):
            presence = self._presence(run, times)
            common = run.overlap(hull)
            if common is not None:
                pieces.append((common, weight * Fraction(presence[place], sum(presence))))
        gaps = (Gap(gap.owner, common) for gap in owed.gaps if (common := gap.period.overlap(hull)))
        basis: OwedBasis = "prorated" if any(part.is_prorated for part in parts) else "finer"
        return attrs.evolve(
            self._as_owed(owed.target.owner, hull, parts, pieces, basis),
            asked=asked,
            gaps=tuple(gaps),
        )

    def _part_of_time(self, part: OwedPart, times: Sequence[_Time], place: int) -> OwedPart | None:
        presence = self._presence(part.period, times)
        if not presence[place]:
            return None
        if presence[place] == sum(presence):
            return part
        minor = int(apportion(part.amount.minor, presence)[place])
        days = times[place].days.overlap(part.period) or part.period
        return attrs.evolve(part, period=days, amount=Amount(minor=minor, unit=part.amount.unit))

    def _presence(self, days: Period, times: Sequence[_Time]) -> list[int]:
        """Weigh times in teams by how much of some days they hold: in workdays, or else in days, or else the nearest alone."""
        common = [time.days.overlap(days) for time in times]
        for count in (self.calendar.workdays, _days):
            presence = [count(each) if each is not None else 0 for each in common]
            if any(presence):
                return presence
        nearest = 0 if days.end <= times[0].days.start else len(times) - 1
        return [int(place == nearest) for place in range(len(times))]

    def _standing(self, owner: str | None, metric: Metric, period: Period, scope: FrozenMap[str, str]) -> Owed | None:
        covering = [target for target in self.targets_of(owner, metric, scope) if target.period.covers(period)]
        if covering:
            target = min(covering, key=lambda target: target.period.days)
            exact = target.period == period
            target = target if exact else attrs.evolve(target, period=period, parent=None)
            return Owed(target=target, basis="stated" if exact else "inherited", asked=period, parts=(), schedule=None)
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
        return self._times(owner, period)[-1].team


def _total(parts: Sequence[OwedPart]) -> Amount:
    """Sum parts, and say which target is in another unit than the first."""
    unit = parts[0].amount.unit
    for part in parts:
        if part.amount.unit != unit:
            owner = () if part.target.owner is None else (part.target.owner,)
            path = ("targets", part.target.metric.key, *owner)
            raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(part.amount.unit))
    return Amount.total((part.amount for part in parts), unit)


def _days(period: Period) -> int:
    return period.days
