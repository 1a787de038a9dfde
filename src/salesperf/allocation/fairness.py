"""Fairness: whether targets ask of everybody alike, against the potential of their business and their own capacity."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.allocation.bases import weights_of
from salesperf.allocation.cascaded import Cascade
from salesperf.allocation.parts import Plan, Weight, amount_of, check_weights, of_argument, refuse
from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.kernels.concentration import gini
from salesperf.kernels.numeric import ratio
from salesperf.model.amount import Amount
from salesperf.model.result import Result, Row
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, check_decimal, require

__all__ = ["FairnessAudit", "FairnessLine", "FairnessMeasure", "Yardstick", "audit"]

Yardstick: TypeAlias = Literal["potential", "capacity", "history"]
"""What a target is compared with: what its business could bring, how much its owner can work, or what was done before."""

Measures: TypeAlias = Mapping[str, Weight | Amount] | Mapping[None, Weight | Amount] | Mapping[str | None, Weight | Amount]
"""Owner to what a target is compared with; ``None`` for the company."""

_WIDEST: Final = 10**6
"""A tolerance beyond which nobody could lie."""
_COMPANY: Final = "company"
"""What a fault of the company's number is told by, in the place of an id."""


@attrs.frozen(kw_only=True)
class FairnessLine:
    """One owner's target against one yardstick.

    Attributes
    ----------
    owner : str or None
        Whose; ``None`` for the company.
    yardstick : str
        ``"potential"``, ``"capacity"`` or ``"history"``.
    target : Amount
        All that the owner is to reach.
    value : Fraction
        The owner's potential, capacity or history, in its own unit.
    ratio : float or None
        Target over value, in whole units of both.
    index : float or None
        The ratio over the same of all owners together: 1 is fair, 1.2 asks a fifth more than of the whole; ``None``
        where there is nothing to compare with.
    beyond : bool
        Whether the index lies further from 1 than the tolerance.
    reason : str or None
        Why there is no index: ``"no_potential"``, ``"no_capacity"``, ``"no_history"``, or ``"no_target"`` where nothing is
        asked of anybody.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> line = FairnessLine(
    ...     owner="ada",
    ...     yardstick="capacity",
    ...     target=Amount.of(9, COUNT),
    ...     value=Fraction(20),
    ...     ratio=0.45,
    ...     index=1.2,
    ...     beyond=True,
    ... )
    >>> line.beyond
    True
    """

    owner: str | None
    yardstick: Yardstick
    target: Amount
    value: Fraction
    ratio: float | None
    index: float | None
    beyond: bool
    reason: str | None = None


@attrs.frozen(kw_only=True)
class FairnessMeasure:
    """How far apart all owners lie by one yardstick.

    Attributes
    ----------
    yardstick : str
        ``"potential"``, ``"capacity"`` or ``"history"``.
    spread : float or None
        The largest index over the smallest; 1 where all are alike. ``None`` where the smallest is 0 or there is none.
    variation : float or None
        The coefficient of variation of the indexes: their standard deviation over their mean.
    gini : float or None
        The Gini coefficient of the indexes: 0 where all are alike.
    beyond : tuple of str or None
        The owners whose index lies further from 1 than the tolerance, the farthest first.

    Examples
    --------
    >>> FairnessMeasure(yardstick="capacity", spread=1.0, variation=0.0, gini=0.0, beyond=()).spread
    1.0
    """

    yardstick: Yardstick
    spread: float | None
    variation: float | None
    gini: float | None
    beyond: tuple[str | None, ...]


@attrs.frozen(kw_only=True)
class FairnessAudit(Result):
    """Whether targets ask of everybody alike: made by :func:`audit`.

    Attributes
    ----------
    lines : tuple of FairnessLine
        A line for each yardstick and owner, sorted.
    tolerance : Decimal
        How far from 1 an index may lie.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> from salesperf.allocation import allocate
    >>> visits = Target(
    ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(100, COUNT), period=Period.year(2026)
    ... )
    >>> print(audit(allocate(visits, {"ada": 1, "bo": 1}), capacity={"ada": 200, "bo": 120}))
    owner  yardstick  target  unit   value     ratio    index  beyond  reason
    ada    capacity       50  count    200      0.25      0.8  True
    bo     capacity       50  count    120  0.416667  1.33333  True
    """

    lines: tuple[FairnessLine, ...]
    tolerance: Decimal

    @cached_property
    def measures(self) -> tuple[FairnessMeasure, ...]:
        """How far apart all owners lie, by each yardstick."""
        return tuple(_measure(yardstick, lines) for yardstick, lines in _by_yardstick(self.lines).items())

    def rows(self) -> list[Row]:
        """Return a row for each line: owner, yardstick, target, unit, value, ratio, index, beyond and reason."""
        return [
            {
                "owner": line.owner,
                "yardstick": line.yardstick,
                "target": line.target.decimal,
                "unit": str(line.target.unit),
                "value": float(line.value),
                "ratio": line.ratio,
                "index": line.index,
                "beyond": line.beyond,
                "reason": line.reason,
            }
            for line in self.lines
        ]


def audit(
    plan_or_targets: Plan | Iterable[Target],
    *,
    potential: Measures | None = None,
    capacity: Measures | None = None,
    history: Measures | None = None,
    tolerance: Decimal = Decimal("0.1"),
) -> FairnessAudit:
    """Compare what is asked of each owner with the potential of the business, the owner's capacity, and what was done before.

    Parameters
    ----------
    plan_or_targets
        A plan, or targets, of one metric in one unit. A target that others are parts of does not count beside them, and the
        targets of one owner are taken together. Of a cascade, a team without members that owes nothing does not count either.
    potential
        Owner to what the business could bring, in any common unit: numbers, or amounts in one.
    capacity
        Owner to how much the owner can work, in any common unit: such as :func:`capacity` gives.
    history
        Owner to what the owner did before, such as in the same days of the year before, in any common unit: whoever lies above
        1 is asked to grow more than the whole. It rewards whoever did little: hold it against another yardstick.
    tolerance
        How far from 1 an index may lie and still be called fair.

    Returns
    -------
    FairnessAudit
        A line for each yardstick and owner, and how far apart they lie.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidValueError
        If targets are of two metrics or in two units, there is nothing to compare them with, or numbers are malformed.
    UnknownNameError
        If potential, capacity or history lack an owner of the plan, ``None`` for a target of the company; several at once in
        one :class:`salesperf.InvalidInputError`.

    Notes
    -----
    index_i = (t_i / v_i) / (sum(t) / sum(v)), over the owners whose value v is above 0.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> from salesperf.allocation import allocate
    >>> visits = Target(
    ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(100, COUNT), period=Period.year(2026)
    ... )
    >>> found = audit(allocate(visits, {"ada": 1, "bo": 1}), potential={"ada": 3000, "bo": 2400})
    >>> [measure.beyond for measure in found.measures]
    [('bo',)]
    """
    check_decimal(tolerance, ("tolerance",), 0, _WIDEST)
    targets = _leaves(plan_or_targets)
    asked = _asked(targets)
    given: dict[Yardstick, Measures | None] = {"potential": potential, "capacity": capacity, "history": history}
    yardsticks = {name: values for name, values in given.items() if values is not None}
    if not yardsticks:
        raise InvalidValueError("audit_without_measure", path=("potential",))
    refuse(fault for name, values in yardsticks.items() for fault in _missing(name, values, list(asked)))
    lines = [line for name, values in yardsticks.items() for line in _lines(name, values, asked, tolerance)]
    return FairnessAudit(lines=tuple(lines), tolerance=tolerance)


def _leaves(plan_or_targets: Plan | Iterable[Target]) -> list[Target]:
    """Return the targets that have no others as parts, all of one metric in one unit."""
    given = plan_or_targets.targets if isinstance(plan_or_targets, Plan) else as_tuple(plan_or_targets)
    require(given, tuple, path=("plan_or_targets",))
    for position, target in enumerate(given):
        require(target, Target, path=("plan_or_targets", position))
        target.metric.require_additive("plan_or_targets", position)
    kinds = list(dict.fromkeys((target.metric.key, str(amount_of(target).unit)) for target in given))
    if len(kinds) > 1:
        left, right = ("/".join(kind) for kind in kinds[:2])
        raise InvalidValueError("audit_mixed", path=("plan_or_targets",), left=left, right=right)
    parents = {target.parent for target in given}
    idle = _idle(plan_or_targets) if isinstance(plan_or_targets, Cascade) else frozenset()
    return [target for target in given if target.key not in parents and target.owner not in idle]


def _idle(plan: Cascade) -> frozenset[str | None]:
    """Return the teams without members that owe nothing: there is nobody to ask how much they can bring."""
    return frozenset(
        node.owner
        for node, place in zip(plan.nodes, plan.tree.nodes, strict=True)
        if node.children is None and place.stint is None and not node.owed.minor
    )


def _asked(targets: Sequence[Target]) -> dict[str | None, Amount]:
    """Return what is asked of each owner in all."""
    asked: dict[str | None, Amount] = {}
    for target in sorted(targets, key=lambda target: target.owner or ""):
        amount = amount_of(target)
        asked[target.owner] = asked[target.owner] + amount if target.owner in asked else amount
    return asked


def _missing(name: str, values: object, owners: Sequence[str | None]) -> Iterator[SalesperfError]:
    if not isinstance(values, Mapping):
        yield InvalidValueError("basis_no_mapping", path=(name,), value=values)
        return
    for owner in owners:
        if owner not in values:
            yield UnknownNameError("audit_lacks", path=(name,), value=owner)


def _lines(
    name: Yardstick,
    values: Measures,
    asked: Mapping[str | None, Amount],
    tolerance: Decimal,
) -> Iterator[FairnessLine]:
    known = dict(zip(asked, _values(name, values, list(asked)), strict=True))
    counted = [owner for owner in asked if known[owner]]
    whole = sum((Fraction(asked[owner].decimal) for owner in counted), Fraction(0))
    base = whole / (sum(known.values()) or 1)
    for owner, target in asked.items():
        own = Fraction(target.decimal) / known[owner] if known[owner] else None
        index = own / base if own is not None and base else None
        yield FairnessLine(
            owner=owner,
            yardstick=name,
            target=target,
            value=known[owner],
            ratio=None if own is None else float(own),
            index=None if index is None else float(index),
            beyond=index is not None and abs(index - 1) > tolerance,
            reason=f"no_{name}" if own is None else None if base else "no_target",
        )


def _values(name: str, values: Measures, owners: Sequence[str | None]) -> list[Fraction]:
    """Return the numbers of owners exactly, amounts in whole units."""
    # Every owner is known to stand in the mapping, whichever of its kinds of keys that has.
    given: Mapping[Any, Weight | Amount] = values
    names = [owner or _COMPANY for owner in owners]
    weights = weights_of([(label, given[owner]) for label, owner in zip(names, owners, strict=True)], name)
    try:
        # All 0 is a fair question with an undefined answer, so a 1 stands beside them.
        check_weights([*weights, 1])
    except SalesperfError as error:
        raise of_argument(error, name, names) from None
    scale = next((value.unit.scale for owner in owners if isinstance(value := given[owner], Amount)), 1)
    return [Fraction(weight) / scale for weight in weights]


def _by_yardstick(lines: Iterable[FairnessLine]) -> dict[Yardstick, list[FairnessLine]]:
    found: dict[Yardstick, list[FairnessLine]] = {}
    for line in lines:
        found.setdefault(line.yardstick, []).append(line)
    return found


def _measure(yardstick: Yardstick, lines: Sequence[FairnessLine]) -> FairnessMeasure:
    known = [line.index for line in lines if line.index is not None]
    indexes = np.array(known, dtype=np.float64)
    # Targets below 0 beside others above it lie apart in a way for which there is no measure of concentration.
    is_measured = len(known) > 0 and min(known) >= 0
    mean = float(np.mean(indexes)) if is_measured else 0.0
    farthest = sorted((line for line in lines if line.beyond), key=lambda line: (-abs((line.index or 0) - 1), line.owner or ""))
    return FairnessMeasure(
        yardstick=yardstick,
        spread=_defined(ratio(max(known), min(known))) if is_measured else None,
        variation=_defined(ratio(float(np.std(indexes)), mean)) if is_measured else None,
        gini=_defined(gini(indexes)) if is_measured else None,
        beyond=tuple(line.owner for line in farthest),
    )


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else value
