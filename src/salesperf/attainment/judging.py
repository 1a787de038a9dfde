"""Judging: what was done held against what was owed, for one target or for many at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, cast

import numpy as np

from salesperf.attainment.attained import DEFAULT_THRESHOLDS, Attainment, Thresholds
from salesperf.attainment.counting import ActualTally
from salesperf.attainment.ledger import Ledger
from salesperf.errors import UnitMismatchError
from salesperf.model.amount import Amount, Unit
from salesperf.model.calendar import Calendar
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.profile import Profile, Schedule
from salesperf.model.target import Target
from salesperf.model.validators import check_date

__all__ = ["attain", "judge", "roll_up"]


def attain(
    target: Target,
    tally: ActualTally,
    *,
    as_of: date,
    org: Org | None = None,
    calendar: Calendar | None = None,
    profile: Profile | Schedule | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Attainment:
    """Hold what was done against a target.

    Parameters
    ----------
    target
        What was owed.
    tally
        The actuals, counted by :func:`salesperf.attainment.tally`. Those of its metric count whose scope contains the
        target's, within its period and up to the end of ``as_of``.
    as_of
        The last day that counts.
    org
        Who is under the target's owner, and when: a team's actuals are its members' of the days served there. Without it
        an owner means only itself; ``None`` is the company, to which all actuals count, in service or not.
    calendar
        Workdays and fiscal year; ``None`` means Monday to Friday.
    profile
        How the target is spread over its period; ``None`` for evenly over workdays.
    thresholds
        What pace is called ahead, on track or behind.

    Raises
    ------
    UnitMismatchError
        If actuals that would count are in another unit than the target.
    UnknownNameError
        If the org does not know the owner.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS, Actual
    >>> from salesperf.attainment import tally
    >>> revenue, september = STANDARD_METRICS["revenue"], Period.month(2026, 9)
    >>> sale = Actual(owner="ada", metric=revenue, amount=Amount.of(600, CNY), on=date(2026, 9, 8))
    >>> goal = Target(owner="ada", metric=revenue, amount=Amount.of(1000, CNY), period=september)
    >>> result = attain(goal, tally([sale]), as_of=date(2026, 9, 15))
    >>> result.ratio, round(result.pace.value, 2), result.status, str(result.gap)
    (0.6, 1.2, 'ahead', '-400.00 CNY')
    """
    ledger, calendar = Ledger(tally, org), calendar or Calendar()
    return judge([target], ledger, as_of=as_of, calendar=calendar, profiles=[profile], thresholds=thresholds)[0]


def roll_up(
    targets: Iterable[Target],
    tally: ActualTally,
    org: Org,
    *,
    as_of: date,
    calendar: Calendar | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> tuple[Attainment, ...]:
    """Hold what was done against many targets: one sort of the tally, then a search for each.

    Parameters
    ----------
    targets
        Of reps, teams and the company, in any order.
    tally, org, as_of, calendar, thresholds
        As for :func:`attain`.

    Returns
    -------
    tuple of Attainment
        One for each target, sorted by metric, scope, period and owner, the company first.

    Raises
    ------
    UnitMismatchError
        If actuals that would count are in another unit than a target; the path names its place in that order.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual, Rep, Team
    >>> from salesperf.attainment import tally
    >>> visits, day = STANDARD_METRICS["visits"], date(2026, 9, 8)
    >>> org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east")])
    >>> done = [Actual(owner=rep, metric=visits, amount=Amount.of(5, COUNT), on=day) for rep in ("ada", "bo")]
    >>> goals = [
    ...     Target(owner=owner, metric=visits, amount=Amount.of(10, COUNT), period=Period.month(2026, 9))
    ...     for owner in ("ada", "east", None)
    ... ]
    >>> [(each.target.owner, each.actual.minor) for each in roll_up(goals, tally(done), org, as_of=day)]
    [(None, 10), ('ada', 5), ('east', 10)]
    """
    ordered = sorted(targets, key=lambda target: target.key.order)
    profiles = [None] * len(ordered)
    ledger, calendar = Ledger(tally, org), calendar or Calendar()
    return judge(ordered, ledger, as_of=as_of, calendar=calendar, profiles=profiles, thresholds=thresholds)


def judge(
    targets: Sequence[Target],
    ledger: Ledger,
    *,
    as_of: date,
    calendar: Calendar,
    profiles: Sequence[Profile | Schedule | None],
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> tuple[Attainment, ...]:
    """Hold what was done against many targets, each with its own spread over time, by one ledger."""
    check_date(as_of, ("as_of",))
    groups: dict[object, list[int]] = {}
    for place, target in enumerate(targets):
        if ledger.org is not None:
            ledger.org.require_owner(target.owner, "targets", place, "owner")
        unit = target.amount.unit if isinstance(target.amount, Amount) else None
        groups.setdefault((target.metric, unit, target.scope), []).append(place)
    answers: list[_Answer] = [_Answer()] * len(targets)
    for places in groups.values():
        answer = _answer_flows if targets[places[0]].metric.is_additive else _answer_others
        for place, found in zip(places, answer([targets[place] for place in places], ledger, as_of, places), strict=True):
            answers[place] = found
    return tuple(
        Attainment(
            target=target,
            as_of=as_of,
            actual=answer.actual,
            entries=answer.entries,
            last_year=answer.last_year,
            reason=answer.reason,
            calendar=calendar,
            profile=profile,
            thresholds=thresholds,
            ledger=ledger,
        )
        for target, answer, profile in zip(targets, answers, profiles, strict=True)
    )


class _Answer(NamedTuple):
    """What was done toward one target."""

    actual: Amount | Decimal | None = None
    entries: int = 0
    last_year: Amount | None = None
    reason: Message | None = None


def _answer_flows(targets: Sequence[Target], ledger: Ledger, as_of: date, places: Sequence[int]) -> Iterator[_Answer]:
    """Sum the entries of flows of one metric, unit and scope, in the period so far and in the same days of last year."""
    metric, unit, scope = targets[0].metric, cast("Amount", targets[0].amount).unit, targets[0].scope
    passed = [target.period.until(as_of) for target in targets]
    now = [ledger.spans(target.owner, days) if days else [] for target, days in zip(targets, passed, strict=True)]
    before = [
        ledger.spans(target.owner, days.year_before()) if days and days.start.year > 1 else []
        for target, days in zip(targets, passed, strict=True)
    ]
    for other in ledger.units(metric, scope):
        mixed = np.flatnonzero(ledger.sums_each(metric, other, scope, now)[1])
        if other != unit and mixed.size:
            path = ("targets", places[int(mixed[0])], "amount")
            raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(other))
    sums = (*ledger.sums_each(metric, unit, scope, now), *ledger.sums_each(metric, unit, scope, before))
    for minor, entries, last_minor, last_entries in zip(*(column.tolist() for column in sums), strict=True):
        last_year = Amount(minor=last_minor, unit=unit) if last_entries else None
        yield _Answer(Amount(minor=minor, unit=unit), entries, last_year)


def _answer_others(targets: Sequence[Target], ledger: Ledger, as_of: date, places: Sequence[int]) -> Iterator[_Answer]:
    """Find what stands of stocks, distinct counts and ratios."""
    for target, place in zip(targets, places, strict=True):
        passed = target.period.until(as_of)
        if passed is None:
            yield _Answer(reason=Message("reason.not_started"))
        elif target.metric.accumulation != "ratio":
            unit = cast("Amount", target.amount).unit
            yield _recorded(target.metric, target, passed, ledger, unit, place)
        else:
            yield _ratio(target, passed, ledger, place)


def _ratio(target: Target, passed: Period, ledger: Ledger, place: int) -> _Answer:
    numerator, denominator = target.metric.recorded
    parts = []
    for metric in (numerator, denominator):
        units = ledger.units(metric, target.scope)
        if not units:
            return _Answer(reason=Message.of("reason.not_recorded", metric=Message(metric.title)))
        parts.append(_recorded(metric, target, passed, ledger, units[0], place))
    above, below = parts
    entries = above.entries + below.entries
    if above.reason is not None or below.reason is not None:
        return _Answer(entries=entries, reason=above.reason or below.reason)
    top, bottom = cast("Amount", above.actual).decimal, cast("Amount", below.actual).decimal
    if not bottom:
        return _Answer(entries=entries, reason=Message.of("reason.over_nothing", metric=Message(denominator.title)))
    return _Answer(top / bottom, entries)


def _recorded(metric: Metric, target: Target, passed: Period, ledger: Ledger, unit: Unit, place: int) -> _Answer:
    """Return what was recorded of one metric toward a target in the days passed, as its way of adding up allows."""
    spans = ledger.spans(target.owner, passed)
    for other in ledger.units(metric, target.scope):
        if other != unit and ledger.sums(metric, other, target.scope, spans)[1].any():
            raise UnitMismatchError("unit_mismatch", path=("targets", place), left=str(unit), right=str(other))
    if metric.accumulation == "stock":
        minor, entries = ledger.last_values(metric, unit, target.scope, spans, passed.end.toordinal())
    else:
        sums = ledger.sums(metric, unit, target.scope, spans)
        minor, entries = int(sums[0].sum()), int(sums[1].sum())
    if metric.accumulation != "flow" and not entries:
        return _Answer(reason=Message.of("reason.not_recorded", metric=Message(metric.title)))
    if metric.accumulation == "distinct" and entries > 1:
        return _Answer(entries=entries, reason=Message.of("reason.distinct", metric=Message(metric.title)))
    return _Answer(Amount(minor=minor, unit=unit), entries)
