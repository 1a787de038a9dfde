"""What is measured, by the plain CSV layout: metrics of the company's own, targets and actuals."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeAlias

from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.io.folder.cells import amount_in, amount_of, date_in, id_in, number_in, optional, unit_in, write_cell
from salesperf.io.folder.files import ACTUALS, METRICS, TARGETS
from salesperf.io.folder.layout import Faults, Items
from salesperf.io.folder.table import Progress, Rows, Table
from salesperf.model.amount import Amount, Unit
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import STANDARD_METRICS, Band, Direction, Metric
from salesperf.model.period import Period
from salesperf.model.target import Actual, Target, TargetKey

__all__ = [
    "Metrics",
    "metric_in",
    "read_actuals",
    "read_metrics",
    "read_targets",
    "rows_of_actuals",
    "rows_of_metrics",
    "rows_of_targets",
]

Metrics: TypeAlias = Mapping[str, Metric | None]
"""The metrics by key; ``None`` for one whose definition is faulty, so that what refers to it is not faulty too."""

_QUANTITIES: Final = ("amount", "floor", "stretch")
_PARTS: Final = ("numerator", "denominator")


def read_metrics(table: Table) -> tuple[Metrics, Faults]:
    r"""Read the company's own metrics, which stand beside the ready-made ones.

    Parameters
    ----------
    table
        The table of metrics, in any order: a ratio may come before its parts.

    Examples
    --------
    >>> text = "key,dimension,accumulation,direction,title\ndemos,count,flow,higher,Product demos\n"
    >>> metrics, _ = read_metrics(Table.parse(text, METRICS))
    >>> metrics["demos"].title, "revenue" in metrics
    ('Product demos', True)
    """
    words = dict.fromkeys(METRICS.required, id_in)
    optional_words = dict.fromkeys(("title", *_PARTS), optional(id_in))
    drafts = table.read({**words, **optional_words, "low": optional(number_in), "high": optional(number_in)}, dict[str, Any])
    faults = list(drafts.faults)
    metrics: dict[str, Metric | None] = {**dict.fromkeys(table.places("key")), **STANDARD_METRICS}
    ratios = {draft["key"] for draft in drafts.items if draft["accumulation"] == "ratio"}
    taken = set(STANDARD_METRICS)
    for position in sorted(range(len(drafts.items)), key=lambda position: drafts.items[position]["key"] in ratios):
        draft = drafts.items[position]
        try:
            if draft["key"] in taken:
                raise InvalidValueError("metric_conflict", path=("key",), metric=draft["key"])
            taken.add(draft["key"])
            metrics[draft["key"]] = _metric(draft, metrics, ratios)
        except SalesperfError as error:
            faults.append(drafts.fault(error, position))
    return metrics, tuple(faults)


def read_targets(table: Table, *, metrics: Metrics, owner_in: Callable[[str], str], calendar: Calendar) -> Items[Target]:
    r"""Read targets.

    Parameters
    ----------
    table
        The table of targets.
    metrics
        What :func:`read_metrics` returned.
    owner_in
        Reads the id of a rep or a team.
    calendar
        Whose fiscal year a fiscal label means.

    Examples
    --------
    >>> table = Table.parse("owner,metric,unit,amount,period\neast,revenue,CNY,1200000,2026-Q3\n", TARGETS)
    >>> print(read_targets(table, metrics=STANDARD_METRICS, owner_in=str, calendar=Calendar()).items[0].amount)
    1,200,000.00 CNY
    """
    period_in = cache(lambda cell: Period.parse(cell.strip(), calendar=calendar))
    readers: dict[str, Callable[[str], object]] = {
        "owner": optional(owner_in),
        "metric": metric_in(metrics),
        "unit": cache(optional(unit_in)),
        "amount": amount_in,
        "period": period_in,
        "floor": optional(amount_in),
        "stretch": optional(amount_in),
        "agreed": cache(optional(date_in)),
        "rationale": str,
        "parent.owner": optional(id_in),
        "parent.metric": optional(id_in),
        "parent.period": optional(period_in),
    }
    return table.read(readers, _target)


def read_actuals(
    table: Table, *, metrics: Metrics, owner_in: Callable[[str], str], progress: Progress | None = None
) -> Items[Actual]:
    r"""Read actuals.

    Parameters
    ----------
    table
        The table of actuals.
    metrics, owner_in
        As for :func:`read_targets`.
    progress
        Told of the rows done.

    Examples
    --------
    >>> table = Table.parse("owner,metric,unit,amount,on,scope.product\nada,revenue,CNY,880.00,2026-09-01,A\n", ACTUALS)
    >>> read_actuals(table, metrics=STANDARD_METRICS, owner_in=str).items[0].scope
    FrozenMap({'product': 'A'})
    """
    readers: dict[str, Callable[[str], object]] = {
        "owner": cache(owner_in),
        "metric": metric_in(metrics),
        "unit": cache(optional(unit_in)),
        "amount": amount_in,
        "on": cache(date_in),
        "ref": optional(id_in),
    }
    return table.read(readers, _actual, progress=progress)


def rows_of_metrics(used: Iterable[Metric]) -> Rows:
    """Yield the rows of those metrics that are not ready-made, and of what they are made of.

    Raises
    ------
    InvalidValueError
        If two metrics bear one key, or one bears that of a ready-made metric: no file could tell them apart.

    Examples
    --------
    >>> list(rows_of_metrics([STANDARD_METRICS["revenue"], Metric("demos", "count", "flow", "higher", "Demos")]))
    [('demos', 'count', 'flow', 'higher', '', '', 'Demos', '', '')]
    """
    known = dict(STANDARD_METRICS)
    for metric in used:
        for part in (*metric.recorded, metric):
            if known.setdefault(part.key, part) != part:
                raise InvalidValueError("metric_conflict", path=(METRICS.file, "key"), metric=part.key)
    for key in sorted(known.keys() - STANDARD_METRICS.keys()):
        yield _row_of_metric(known[key])


def rows_of_targets(targets: Iterable[Target], calendar: Calendar) -> tuple[tuple[str, ...], Rows]:
    """Return the columns, and the rows that :func:`read_targets` reads back.

    Examples
    --------
    >>> from salesperf.model.amount import COUNT, Amount
    >>> orders = STANDARD_METRICS["orders"]
    >>> target = Target(owner=None, metric=orders, amount=Amount.of(90, COUNT), period=Period.year(2026))
    >>> columns, rows = rows_of_targets([target], Calendar())
    >>> [dict(zip(columns, row, strict=True))["period"] for row in rows]
    ['2026']
    """
    targets = tuple(targets)
    period_cell = cache(lambda period: period.label_in(calendar))
    unit_cell = cache(write_cell)
    scopes = _ends(target.scope for target in targets)
    above = _ends(target.parent.scope for target in targets if target.parent)

    def row_of(target: Target) -> Iterator[str]:
        yield target.owner or ""
        yield target.metric.key
        yield unit_cell(target.amount.unit) if isinstance(target.amount, Amount) else ""
        yield write_cell(target.amount)
        yield period_cell(target.period)
        yield from map(write_cell, (target.floor, target.stretch, target.agreed, target.rationale))
        parent = target.parent
        if parent is None:
            yield from ("", "", "")
        else:
            metric = "" if parent.metric == target.metric.key else parent.metric
            yield from (parent.owner or "", metric, period_cell(parent.period))
        yield from (target.scope.get(end, "") for end in scopes)
        yield from (parent.scope.get(end, "") if parent else "" for end in above)

    columns = (*TARGETS.columns, *(f"scope.{end}" for end in scopes), *(f"parent.scope.{end}" for end in above))
    return columns, (tuple(row_of(target)) for target in targets)


def rows_of_actuals(actuals: Iterable[Actual]) -> tuple[tuple[str, ...], Rows]:
    """Return the columns, and the rows that :func:`read_actuals` reads back.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf.model.amount import COUNT, Amount
    >>> actual = Actual(owner="ada", metric=STANDARD_METRICS["orders"], amount=Amount.of(2, COUNT), on=date(2026, 9, 1))
    >>> columns, rows = rows_of_actuals([actual])
    >>> list(rows)
    [('ada', 'orders', 'count', '2', '2026-09-01', '')]
    """
    actuals = tuple(actuals)
    seldom_new = cache(write_cell)
    scopes = _ends(actual.scope for actual in actuals)

    def row_of(actual: Actual) -> tuple[str, ...]:
        unit, number, on = seldom_new(actual.amount.unit), write_cell(actual.amount), seldom_new(actual.on)
        ends = (actual.scope.get(end, "") for end in scopes)
        return (actual.owner, actual.metric.key, unit, number, on, actual.ref or "", *ends)

    return (*ACTUALS.columns, *(f"scope.{end}" for end in scopes)), map(row_of, actuals)


def _metric(draft: Mapping[str, Any], metrics: Metrics, ratios: Collection[str]) -> Metric | None:
    parts: list[Metric | None] = []
    for name in _PARTS:
        key = draft[name]
        if draft["accumulation"] != "ratio":
            if key is not None:
                raise InvalidValueError("choice", path=("accumulation",), choices=("ratio",), value=draft["accumulation"])
        elif key in ratios:
            raise InvalidValueError("not_recorded_part", path=(name,), metric=key)
        elif key not in metrics:
            raise UnknownNameError("unknown_metric", path=(name,), choices=tuple(STANDARD_METRICS), value=key or "")
        elif metrics[key] is None:
            return None
        else:
            parts.append(metrics[key])
    title = draft["title"] or draft["key"]
    return Metric(draft["key"], draft["dimension"], draft["accumulation"], _direction(draft), title, *parts)


def _direction(draft: Mapping[str, Any]) -> Direction:
    limits = {name: draft[name] for name in ("low", "high")}
    if draft["direction"] == "band":
        for name, limit in limits.items():
            if limit is None:
                raise InvalidValueError("unreadable_number", path=(name,), value="")
        return Band(**limits)
    if any(limit is not None for limit in limits.values()):
        raise InvalidValueError("choice", path=("direction",), choices=("band",), value=draft["direction"])
    direction: Direction = draft["direction"]
    return direction


def metric_in(metrics: Metrics) -> Callable[[str], Metric | None]:
    """Return a reader of the keys of metrics; it returns ``None`` for one whose definition is faulty.

    Examples
    --------
    >>> metric_in(STANDARD_METRICS)("visits ").dimension
    'count'
    """

    @cache
    def read(cell: str) -> Metric | None:
        key = cell.strip()
        if key not in metrics:
            raise UnknownNameError("unknown_metric", choices=tuple(STANDARD_METRICS), value=key)
        return metrics[key]

    return read


def _target(metric: Metric | None, **row: Any) -> Target | None:  # noqa: ANN401 - a cell of each column
    if metric is None:
        return None
    quantities = {name: _quantity(metric, row[name], row["unit"], name) for name in _QUANTITIES if row[name] is not None}
    return Target(
        owner=row["owner"],
        metric=metric,
        period=row["period"],
        scope=row["scope"],
        parent=_parent(metric, row),
        agreed=row["agreed"],
        rationale=row["rationale"],
        **quantities,
    )


def _quantity(metric: Metric, number: str, unit: Unit | None, column: str) -> Amount | Decimal:
    if metric.accumulation == "ratio":
        if unit is not None:
            raise InvalidValueError("unit_of_ratio", path=("unit",), metric=metric.key, value=str(unit))
        return Decimal(number)
    try:
        return amount_of(metric, number, unit)
    except InvalidValueError as error:
        raise error.at(column if error.path == ("amount",) else "unit") from None


def _parent(metric: Metric, row: Mapping[str, Any]) -> TargetKey | None:
    period = row["parent.period"]
    if period is not None:
        return TargetKey(row["parent.owner"], row["parent.metric"] or metric.key, period, row["parent.scope"])
    if row["parent.owner"] or row["parent.metric"] or row["parent.scope"]:
        raise InvalidValueError("period_label", path=("parent.period",), value="")
    return None


def _actual(
    *,
    owner: str,
    metric: Metric | None,
    unit: Unit | None,
    amount: str,
    on: date,
    ref: str | None,
    scope: FrozenMap[str, str],
) -> Actual | None:
    if metric is None:
        return None
    return Actual(owner=owner, metric=metric, amount=amount_of(metric, amount, unit), on=on, scope=scope, ref=ref)


def _ends(scopes: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({name for scope in scopes for name in scope}))


def _row_of_metric(metric: Metric) -> tuple[str, ...]:
    direction = metric.direction
    band = (
        ("band", write_cell(direction.low), write_cell(direction.high)) if isinstance(direction, Band) else (direction, "", "")
    )
    parts = (part.key if part else "" for part in (metric.numerator, metric.denominator))
    return (metric.key, metric.dimension, metric.accumulation, *band, metric.title, *parts)
