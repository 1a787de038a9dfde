"""The metrics of a review: what is owed of each and what was done, as a trend and by team and rep."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, cast

from salesperf.attainment import Attainment, Owed
from salesperf.attainment.judging import Question, judge
from salesperf.model.amount import Amount
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import STANDARD_METRICS, Metric
from salesperf.model.people import Rep
from salesperf.model.period import Grain, Period
from salesperf.review.grounds import Grounds
from salesperf.review.sections import Member, MetricSection, Note, RecordedFlow, TrendPart
from salesperf.review.standing import standing_of

__all__ = ["MetricSections", "notes_on_rep"]

_FINER: Final[Mapping[str, Grain]] = {"year": "quarter", "half": "month", "quarter": "month", "month": "week"}


class MetricSections:
    """Makes the sections on metrics of a review."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds

    def sections(self) -> Iterator[MetricSection]:
        """Return a section for each metric that is owed, revenue first."""
        for metric in sorted(self.grounds.book.metrics, key=_metric_order):
            for scope in self.grounds.book.scopes(metric):
                # One who changed team may come twice.
                for owner, owed in dict(self._whole(self.grounds.owner, metric, scope)).items():
                    yield self._metric_section(owner, metric, scope, owed)

    def _whole(self, owner: str | None, metric: Metric, scope: FrozenMap[str, str]) -> Iterator[tuple[str | None, Owed]]:
        """Find whose actuals may be held against what is owed: not those of many against what a few owe.

        A sum over members stands for the owner only if everybody below has a part in it; otherwise each of those who have
        stands alone. Single reps without a target are let pass, and told, where all products are meant.
        """
        owed = self.grounds.book.owed(owner, metric, self.grounds.period, scope)
        if owed is None:
            return
        teams = [
            child.id for child in self.grounds.org.children(owner) if self.grounds.org.members(child.id, self.grounds.period)
        ]
        missing = (
            bool(owed.without_target)
            if scope
            else any(self.grounds.book.owed(team, metric, self.grounds.period, scope) is None for team in teams)
        )
        if owed.basis != "rolled_up" or not missing:
            yield owner, owed
            return
        reps = [member.target.owner for member in self.grounds.book.owed_by_members(owner, metric, self.grounds.period, scope)]
        for below in (*teams, *reps):
            yield from self._whole(below, metric, scope)

    def _metric_section(
        self,
        owner: str | None,
        metric: Metric,
        scope: FrozenMap[str, str],
        owed: Owed,
    ) -> MetricSection:
        attainment = self._judge([owed])[0]
        members = tuple(self._members(owner, metric, scope))
        teams = [member for member in members if member.is_team and member.level == 0]
        reps = [member for member in members if not member.is_team]
        return MetricSection(
            owner=owner,
            metric=metric,
            scope=scope,
            attainment=attainment,
            owed=owed,
            trend=self._trend(owner, metric, scope),
            members=members,
            best_teams=standing_of(teams),
            best_reps=standing_of(reps),
        )

    def _judge(self, owed: list[Owed]) -> tuple[Attainment, ...]:
        return judge(
            [Question.of(each) for each in owed], self.grounds.ledger, as_of=self.grounds.as_of, calendar=self.grounds.calendar
        )

    def _trend(self, owner: str | None, metric: Metric, scope: FrozenMap[str, str]) -> tuple[TrendPart, ...]:
        name = self.grounds.period.name_in(self.grounds.calendar)
        grain = _FINER.get(name.grain) if name else "month"
        if grain is None:
            return ()
        parts = [part for part in self.grounds.period.split(grain, self.grounds.calendar) if part.start <= self.grounds.as_of]
        if parts == [self.grounds.period]:
            return ()
        asked = (self.grounds.book.owed(owner, metric, part, scope) for part in parts)
        owed = [each for each in asked if each is not None]
        pairs = zip(self._judge(owed), owed, strict=True)
        return tuple(TrendPart(attainment=attainment, owed=each) for attainment, each in pairs)

    def _members(self, owner: str | None, metric: Metric, scope: FrozenMap[str, str]) -> Iterator[Member]:
        places = list(self._tree(owner, 0, metric, scope))
        attained = self._judge([owed for _, owed in places])
        for (level, owed), attainment in zip(places, attained, strict=True):
            member = cast("str", owed.target.owner)
            yield Member(
                owner=member,
                is_team=member in self.grounds.org.team_by_id,
                level=level,
                attainment=attainment,
                owed=owed,
                notes=tuple(self._notes(member, owed)),
            )

    def _tree(
        self,
        team: str | None,
        level: int,
        metric: Metric,
        scope: FrozenMap[str, str],
    ) -> Iterator[tuple[int, Owed]]:
        """Go down the tree, each team before what is under it, and find what each owes."""
        if team in self.grounds.org.rep_by_id:
            return
        for child in self.grounds.org.children(team):
            owed = self.grounds.book.owed(child.id, metric, self.grounds.period, scope)
            if owed is not None:
                yield level, owed
            yield from self._tree(child.id, level + 1, metric, scope)
        for owed in self.grounds.book.owed_by_members(team, metric, self.grounds.period, scope):
            yield level, owed

    def _notes(self, member: str, owed: Owed) -> Iterator[Note]:
        rep = self.grounds.org.rep_by_id.get(member)
        if rep is not None:
            yield from notes_on_rep(rep, self.grounds)
        if not all(self.grounds.period.covers(part.target.period) for part in owed.parts):
            yield "prorated"
        if owed.is_partial and (self._owes_part(rep, owed) if rep is not None else self._is_served_beyond(member, owed)):
            yield "partial"

    def _owes_part(self, rep: Rep, owed: Owed) -> bool:
        """Tell whether a rep serves on days of those asked for, for which it owes nothing."""
        held = [part.period for part in owed.parts]
        served = (stint.within(owed.asked) for stint in self.grounds.org.stints(rep.id))
        return any(days.without(held) for days in served if days is not None)

    def _is_served_beyond(self, team: str, owed: Owed) -> bool:
        """Tell whether anybody serves in a team on days of those asked for that no target covers."""
        beyond: list[tuple[str | None, Period]] = [(team, days) for days in owed.asked.without([owed.target.period])]
        beyond += [(gap.owner, gap.period) for gap in owed.gaps]
        return any(self.grounds.org.members(owner, days) for owner, days in beyond)

    def recorded(self, metrics: Iterable[MetricSection]) -> Iterator[RecordedFlow]:
        """Return what was recorded though nobody owes it."""
        owed = {each.metric.key for each in metrics} | {part.key for each in metrics for part in each.metric.recorded}
        everything: FrozenMap[str, str] = FrozenMap()
        known = {actual.metric.key: actual.metric for actual in self.grounds.records.actuals}
        spans = self.grounds.ledger.spans_of(self.grounds.owner, self.grounds.passed)
        for metric in sorted(known.values(), key=_metric_order):
            if metric.key in owed or not metric.is_additive:
                continue
            for unit in self.grounds.ledger.units(metric, everything):
                minor, entries = self.grounds.ledger.sums(metric, unit, everything, spans)
                if entries.any():
                    amount = Amount(minor=int(minor.sum()), unit=unit)
                    yield RecordedFlow(
                        metric=metric.key,
                        title=Message(metric.title),
                        amount=amount,
                        entries=int(entries.sum()),
                    )

    def unmet(self) -> tuple[Attainment, ...]:
        """Return the agreed targets that ended within the period and were missed, the largest gap of each metric first."""
        ended = [
            target
            for target in self.grounds.records.targets
            if target.owner in self.grounds.under
            and self.grounds.period.covers(target.period)
            and target.period.last <= self.grounds.as_of
        ]
        ended.sort(key=lambda target: target.key.order)
        attained = judge(
            [Question(each) for each in ended], self.grounds.ledger, as_of=self.grounds.as_of, calendar=self.grounds.calendar
        )
        missed = (each for each in attained if each.status == "missed")
        return tuple(sorted(missed, key=lambda each: (*_metric_order(each.target.metric), -_size(each.gap))))


def notes_on_rep(rep: Rep, grounds: Grounds) -> Iterator[Note]:
    """Tell what a reader should know of a rep before judging."""
    if rep.hired is not None and rep.hired in grounds.period and rep.hired > grounds.period.start:
        yield "joined"
    if rep.left is not None and rep.left in grounds.period:
        yield "left"
    if len({stint.team for stint in grounds.org.stints(rep.id) if stint.within(grounds.period)}) > 1:
        yield "moved"
    if rep.hired is not None and rep.ramp and _months_between(rep.hired, grounds.passed.start) < len(rep.ramp):
        yield "ramping"
    if any(absence.overlap(grounds.passed) for absence in rep.absences):
        yield "absent"
    if rep.kind != "employee":
        yield rep.kind


def _metric_order(metric: Metric) -> tuple[int, str]:
    """Put the ready-made metrics first, in their own order, so that revenue leads."""
    standard = list(STANDARD_METRICS)
    return (standard.index(metric.key) if metric.key in standard else len(standard), metric.key)


def _size(gap: Amount | Decimal | None) -> Decimal:
    return Decimal(0) if gap is None else (gap.decimal if isinstance(gap, Amount) else gap).copy_abs()


def _months_between(earlier: date, later: date) -> int:
    return max(0, (later.year - earlier.year) * 12 + later.month - earlier.month)
