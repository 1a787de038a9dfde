"""Judging: what was done held against what was owed, for one target or for many at once."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Context, Decimal
from types import NoneType
from typing import Any, Final, NamedTuple, Self, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.attainment.attained import Attainment
from salesperf.attainment.counting import EPOCH, ActualTally, Codes, days_of
from salesperf.attainment.ledger import Ledger, Spans, position
from salesperf.attainment.owed import Gap, Owed, gaps_year_before
from salesperf.attainment.statuses import DEFAULT_THRESHOLDS, Thresholds
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.formulas import attainment_ratio
from salesperf.kernels.numeric import Column
from salesperf.model.amount import Amount, Unit
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.profile import Profile, Schedule
from salesperf.model.target import EVERYTHING, Target
from salesperf.model.validators import check_date, require

__all__ = ["AttainmentColumns", "Question", "attain", "judge", "roll_up", "roll_up_columns"]

Integers = NDArray[np.int64]

_DIVISION: Final = Context(prec=28)
"""Digits of a ratio, whatever the context of the caller."""
DAYS_OF_GRACE: Final = 7
"""Records that begin more than this after last year's days do are not held against this year's: half a year is no base."""


def attain(
    target: Target | Owed,
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
        What was owed: a target, or what :meth:`TargetBook.owed` found, with its spread over time.
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
        How the target is spread over its period; ``None`` for evenly over workdays, or as what is owed says.
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
    _check_kinds(tally, org, calendar, thresholds)
    require(profile, Profile, Schedule, NoneType, path=("profile",))
    ledger, calendar = Ledger(tally, org), calendar or Calendar()
    return judge([Question.of(target, profile)], ledger, as_of=as_of, calendar=calendar, thresholds=thresholds)[0]


def roll_up(
    targets: Iterable[Target | Owed],
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
        Of reps, teams and the company, or what they owe, in any order.
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
    _check_kinds(tally, org, calendar, thresholds)
    ordered = sorted(map(Question.of, targets), key=lambda question: question.target.key.order)
    ledger, calendar = Ledger(tally, org), calendar or Calendar()
    return judge(ordered, ledger, as_of=as_of, calendar=calendar, thresholds=thresholds)


@attrs.frozen(kw_only=True, eq=False)
class AttainmentColumns:
    """What was done toward many targets, in columns: made by :func:`roll_up_columns`.

    Attributes
    ----------
    actual : array of int64, shape (targets,)
        In the smallest unit of the target's unit.
    entries : array of int64, shape (targets,)
        How many actuals it sums.
    ratio : array of float64, shape (targets,)
        Actual over target; ``nan`` where the target is not above 0.

    Examples
    --------
    >>> columns = AttainmentColumns(actual=np.array([5]), entries=np.array([1]), ratio=np.array([0.5]))
    >>> columns.ratio.tolist()
    [0.5]
    """

    actual: Integers
    entries: Integers
    ratio: Column


def roll_up_columns(
    tally: ActualTally,
    org: Org | None,
    *,
    owner: Codes[Any],
    metric: Codes[Metric],
    unit: Codes[Unit],
    start: NDArray[np.datetime64],
    end: NDArray[np.datetime64],
    minor: Integers,
    as_of: date,
    scope: Codes[FrozenMap[str, str]] | None = None,
) -> AttainmentColumns:
    """Hold what was done against targets that stand in columns, without making an object of each.

    Parameters
    ----------
    tally, org, as_of
        As for :func:`attain`.
    owner, metric, unit, scope
        Dictionary-encoded columns of n targets: ids of reps and teams or ``None`` for the company, flows, units, scopes
        (everything, where left out).
    start, end
        Shape (n,), the first day of each target and the first day after it, as ``datetime64[D]``.
    minor
        Shape (n,), whole numbers of the smallest unit.

    Raises
    ------
    NotAdditiveError
        If a metric is not a flow.
    InvalidValueError
        If columns differ in length.
    UnitMismatchError
        If actuals that would count are in another unit than a target.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual
    >>> from salesperf.attainment import Codes, tally
    >>> visits = STANDARD_METRICS["visits"]
    >>> done = [Actual(owner="ada", metric=visits, amount=Amount.of(5, COUNT), on=date(2026, 9, 8))]
    >>> result = roll_up_columns(
    ...     tally(done),
    ...     None,
    ...     owner=Codes.of(["ada", None]),
    ...     metric=Codes.of([visits, visits]),
    ...     unit=Codes.of([COUNT, COUNT]),
    ...     start=np.array(["2026-09-01", "2026-07-01"], dtype="datetime64[D]"),
    ...     end=np.array(["2026-10-01", "2026-10-01"], dtype="datetime64[D]"),
    ...     minor=np.array([10, 50]),
    ...     as_of=date(2026, 9, 30),
    ... )
    >>> result.actual.tolist(), result.ratio.tolist()
    ([5, 5], [0.5, 0.1])
    """
    check_date(as_of, ("as_of",))
    count = owner.codes.size
    scope = scope or Codes(np.zeros(count, dtype=np.int64), (EVERYTHING,))
    columns = {"metric": metric.codes, "unit": unit.codes, "scope": scope.codes, "start": start, "end": end, "minor": minor}
    for name, column in columns.items():
        if column.shape != (count,):
            raise InvalidValueError("length", path=(name,), expected=count, value=column.size)
    for place, flow in enumerate(metric.labels):
        flow.require_additive("metric", "labels", place)
    if org is not None:
        for place, label in enumerate(owner.labels):
            org.require_owner(label, "owner", "labels", place)
    ledger = Ledger(tally, org)
    first, last = (days_of(column, name) + EPOCH for column, name in ((start, "start"), (end, "end")))
    spans = ledger.spans(owner, first, np.minimum(last, as_of.toordinal() + 1))
    metrics, units = _places(metric, tally.metrics, "key"), _places(unit, tally.units, None)
    actual, entries = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for code, narrowed in enumerate(scope.labels):
        asked = spans.only(scope.codes == code)
        _check_units(ledger, metrics, unit, narrowed, asked)
        minors, counts = ledger.sums_at(metrics, units, narrowed, asked)
        actual += minors
        entries += counts
    ratio = attainment_ratio(actual, minor)
    return AttainmentColumns(actual=actual, entries=entries, ratio=ratio)


def _places(column: Codes[Any], labels: tuple[Any, ...], attribute: str | None) -> Integers:
    """Return where the label of each row stands in a tally; -1 where it does not."""
    names = [getattr(label, attribute) if attribute else label for label in column.labels]
    places = np.array([position(labels, name) for name in names], dtype=np.int64)
    return places[column.codes] if column.codes.size else column.codes


def _check_units(ledger: Ledger, metrics: Integers, unit: Codes[Unit], scope: FrozenMap[str, str], spans: Spans) -> None:
    """Refuse actuals in another unit than the target's, among the days asked for."""
    for place, other in enumerate(ledger.tally.units):
        differs = np.array([label != other for label in unit.labels], dtype=bool)[unit.codes]
        if not differs.any():
            continue
        mixed = np.flatnonzero(differs & (ledger.sums_at(metrics, np.full(metrics.size, place), scope, spans)[1] > 0))
        if mixed.size:
            path = ("targets", int(mixed[0]), "amount")
            wanted = unit.labels[int(unit.codes[mixed[0]])]
            raise UnitMismatchError("unit_mismatch", path=path, left=str(wanted), right=str(other))


class Question(NamedTuple):
    """A target to be held against what was done, how it is spread over time, and which days it leaves out."""

    target: Target
    profile: Profile | Schedule | None = None
    gaps: tuple[Gap, ...] = ()

    @classmethod
    def of(cls, owed: Target | Owed, profile: Profile | Schedule | None = None) -> Self:
        """Ask about a target or what is owed; a profile given wins."""
        require(owed, Target, Owed, path=("target",))
        if isinstance(owed, Target):
            return cls(owed, profile)
        return cls(owed.target, profile or owed.schedule, owed.gaps)


def judge(
    questions: Sequence[Question],
    ledger: Ledger,
    *,
    as_of: date,
    calendar: Calendar,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> tuple[Attainment, ...]:
    """Hold what was done against many targets by one ledger."""
    check_date(as_of, ("as_of",))
    groups: dict[object, list[int]] = {}
    for place, (target, _, _) in enumerate(questions):
        if ledger.org is not None:
            ledger.org.require_owner(target.owner, "targets", place, "owner")
        unit = target.amount.unit if isinstance(target.amount, Amount) else None
        groups.setdefault((target.metric, unit, target.scope), []).append(place)
    answers: list[_Answer] = [_NOTHING] * len(questions)
    for places in groups.values():
        answer = _answer_flows if questions[places[0]].target.metric.is_additive else _answer_others
        for place, found in zip(places, answer([questions[place] for place in places], ledger, as_of, places), strict=True):
            answers[place] = found
    return tuple(
        Attainment(
            target=target,
            as_of=as_of,
            actual=answer.actual,
            entries=answer.entries,
            ratio=answer.ratio,
            last_year=answer.last_year,
            last_year_reason=answer.last_year_reason,
            reason=answer.reason,
            calendar=calendar,
            profile=profile,
            thresholds=thresholds,
            gaps=gaps,
            ledger=ledger,
        )
        for (target, profile, gaps), answer in zip(questions, answers, strict=True)
    )


def _check_kinds(tally: object, org: object, calendar: object, thresholds: object) -> None:
    require(tally, ActualTally, path=("tally",))
    require(org, Org, NoneType, path=("org",))
    require(calendar, Calendar, NoneType, path=("calendar",))
    require(thresholds, Thresholds, path=("thresholds",))


class _Answer(NamedTuple):
    """What was done toward one target."""

    actual: Amount | Decimal | None
    entries: int = 0
    ratio: float | None = None
    last_year: Amount | None = None
    last_year_reason: Message | None = None
    reason: Message | None = None


_NOTHING: Final = _Answer(None)


def _answer_flows(questions: Sequence[Question], ledger: Ledger, as_of: date, places: Sequence[int]) -> Iterator[_Answer]:
    """Sum the entries of flows of one metric, unit and scope, in the period so far and in the same days of last year."""
    targets = [question.target for question in questions]
    first = targets[0]
    metric, unit, scope = first.metric, cast("Amount", first.amount).unit, first.scope
    days = {period: _days_until(period, as_of) for period in {target.period for target in targets}}
    edges = np.array([days[target.period] for target in targets], dtype=np.int64)
    owed = np.array([cast("Amount", target.amount).minor for target in targets], dtype=np.int64)
    owners = Codes.of([target.owner for target in targets])
    now = ledger.spans(owners, edges[:, 0], edges[:, 1], [question.gaps for question in questions])
    for other, mixed in _in_other_units(first, ledger, now):
        if mixed:
            path = ("targets", places[mixed[0]], "amount")
            raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(other))
    minor, entries = ledger.sums(metric, unit, scope, now)
    ratios = attainment_ratio(minor, owed)
    gaps_before = [gaps_year_before(question.gaps, question.target.period) for question in questions]
    earlier = ledger.spans(owners, edges[:, 2], edges[:, 3], gaps_before)
    before = ledger.sums(metric, unit, scope, earlier)
    began = ledger.first_day(metric) or date.max
    # The past cannot be mended, so what it holds in another unit is no fault; it only leaves nothing to compare with.
    why = {
        place: Message.of("reason.last_year_begins", began=began)
        for place in np.flatnonzero((before[1] > 0) & (edges[:, 2] + DAYS_OF_GRACE < began.toordinal())).tolist()
    }
    for other, mixed in _in_other_units(first, ledger, earlier):
        why |= dict.fromkeys(mixed, Message.of("reason.last_year_unit", unit=str(other)))
    rows = zip(*(column.tolist() for column in (minor, entries, ratios, *before)), strict=True)
    for place, (done, count, ratio, done_before, count_before) in enumerate(rows):
        yield _Answer(
            Amount(minor=done, unit=unit),
            count,
            None if math.isnan(ratio) else ratio,
            Amount(minor=done_before, unit=unit) if count_before and place not in why else None,
            why.get(place),
        )


def _in_other_units(target: Target, ledger: Ledger, spans: Spans) -> Iterator[tuple[Unit, list[int]]]:
    """Find the questions toward which something was recorded in another unit than that of their targets."""
    for other in ledger.units(target.metric, target.scope):
        if other != cast("Amount", target.amount).unit:
            yield other, np.flatnonzero(ledger.sums(target.metric, other, target.scope, spans)[1]).tolist()


def _days_until(period: Period, as_of: date) -> tuple[int, int, int, int]:
    """Return the first day and the day after of a period so far, and of the same days of the year before, as ordinals."""
    passed = period.until(as_of)
    if passed is None:
        return (0, 0, 0, 0)
    before = period.same_days_last_year(passed) if passed.start.year > 1 else None
    last_year = (before.start.toordinal(), before.end.toordinal()) if before else (0, 0)
    return (passed.start.toordinal(), passed.end.toordinal(), *last_year)


def _answer_others(questions: Sequence[Question], ledger: Ledger, as_of: date, places: Sequence[int]) -> Iterator[_Answer]:
    """Find what stands of stocks, distinct counts and ratios."""
    for (target, _, _), place in zip(questions, places, strict=True):
        passed = target.period.until(as_of)
        if passed is None:
            yield _Answer(None, reason=Message("reason.not_started"))
        elif target.metric.accumulation != "ratio":
            unit = cast("Amount", target.amount).unit
            yield _with_ratio(target, _recorded(target.metric, target, passed, ledger, unit, place))
        else:
            yield _with_ratio(target, _ratio(target, passed, ledger, place))


def _with_ratio(target: Target, answer: _Answer) -> _Answer:
    if answer.actual is None:
        return answer
    actual, owed = (value.decimal if isinstance(value, Amount) else value for value in (answer.actual, target.amount))
    ratio = attainment_ratio(float(actual), float(owed))
    return answer._replace(ratio=None if math.isnan(ratio) else ratio)


def _ratio(target: Target, passed: Period, ledger: Ledger, place: int) -> _Answer:
    numerator, denominator = target.metric.recorded
    above, below = (_recorded(metric, target, passed, ledger, None, place) for metric in (numerator, denominator))
    # An order that is entered with its revenue and as one order is one observation, not two.
    entries = max(above.entries, below.entries)
    if above.actual is None or below.actual is None:
        return _Answer(None, entries, reason=above.reason or below.reason)
    top, bottom = (each.decimal if isinstance(each, Amount) else each for each in (above.actual, below.actual))
    if not bottom:
        return _Answer(None, entries, reason=Message.of("reason.over_nothing", metric=Message(denominator.title)))
    return _Answer(_DIVISION.divide(top, bottom), entries)


def _recorded(metric: Metric, target: Target, passed: Period, ledger: Ledger, unit: Unit | None, place: int) -> _Answer:
    """Return what was recorded of one metric toward a target in the days passed, as its way of adding up allows.

    Without a unit whichever was recorded will do; what was recorded in another one is refused.
    """
    spans = ledger.spans_of(target.owner, passed)
    found = _Answer(Decimal(0) if unit is None else Amount.zero(unit))
    for recorded in ledger.units(metric, target.scope):
        if metric.accumulation == "stock":
            minor, entries = ledger.last_values(metric, recorded, target.scope, spans, passed.end.toordinal())
        else:
            minor, entries = (int(column[0]) for column in ledger.sums(metric, recorded, target.scope, spans))
        if not entries:
            continue
        unit = unit or recorded
        if recorded != unit:
            raise UnitMismatchError("unit_mismatch", path=("targets", place), left=str(unit), right=str(recorded))
        found = _Answer(Amount(minor=minor, unit=unit), entries)
    if metric.accumulation != "flow" and not found.entries:
        return _Answer(None, reason=Message.of("reason.not_recorded", metric=Message(metric.title)))
    if metric.accumulation == "distinct" and found.entries > 1:
        return _Answer(None, found.entries, reason=Message.of("reason.distinct", metric=Message(metric.title)))
    return found
