"""Sums of parts: which parts made a change, and which are new or gone."""

from collections.abc import Mapping

import numpy as np

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount, Unit
from salesperf.model.message import Message
from salesperf.model.validators import check_choice, is_identifier, require
from salesperf.variance.told import COMPARISONS, Comparison, Effect, Variance, titled

__all__ = ["by_part", "common_unit"]


def by_part(
    before: Mapping[str, Amount], after: Mapping[str, Amount], *, comparison: Comparison = "plan_to_actual"
) -> Variance[Amount]:
    """Share out the change of a sum over its parts, each by what it changed itself.

    Parameters
    ----------
    before, after
        The amount of each part by its name, all in one unit: what each team was to sell and did sell, what each product
        brought last year and this. A part that is in one of the two alone is 0 in the other.
    comparison
        What the two are, one of :data:`COMPARISONS`.

    Returns
    -------
    Variance
        With an effect for each part.

    Raises
    ------
    InvalidValueError
        If there is no part, a name is no text, a value is no amount, or a sum is beyond 64 bits.
    UnitMismatchError
        If the amounts are not all in one unit.

    Notes
    -----
    Of attainments the plan is ``target.amount`` and what was done is ``actual``, by ``target.owner``; what each deal
    changed between two forecasts is :meth:`salesperf.forecast.Forecast.since`.

    Examples
    --------
    >>> from salesperf import CNY
    >>> plan = {"east": Amount.of(300, CNY), "west": Amount.of(200, CNY)}
    >>> done = {"east": Amount.of(330, CNY), "west": Amount.of(120, CNY)}
    >>> print(by_part(plan, done).text())
    The actual result is CNY 450.00 against CNY 500.00 planned: CNY -50.00.
    west: CNY -80.00.
    east: +CNY 30.00.
    """
    check_choice(comparison, COMPARISONS, ("comparison",))
    unit = common_unit({"before": before, "after": after})
    zero = Amount.zero(unit)
    names = list(dict.fromkeys((*before, *after)))
    lines = [Effect(name=name, value=after.get(name, zero) - before.get(name, zero), title=titled(name)) for name in names]
    came, went = (tuple(titled(name) for name in names if name not in side) for side in (before, after))
    notes = [Message.of(f"variance.note.{key}", names=some) for key, some in (("came", came), ("went", went)) if some]
    return Variance(
        comparison=comparison,
        method="difference",
        before=Amount.total(before.values(), unit),
        after=Amount.total(after.values(), unit),
        lines=tuple(lines),
        segments=(),
        segment_effects=np.empty((len(lines), 0), dtype=np.int64),
        notes=tuple(notes),
    )


def common_unit(sides: Mapping[str, Mapping[str, object]]) -> Unit:
    """Return the unit of all amounts, which there must be."""
    unit: Unit | None = None
    for side, parts in sides.items():
        require(parts, Mapping, path=(side,))
        for name, amount in parts.items():
            if not is_identifier(name):
                raise InvalidValueError("wrong_type", path=(side,), expected=str, value=name)
            if type(amount) is not Amount:
                raise InvalidValueError("wrong_type", path=(side, name), expected=Amount, value=amount)
            unit = unit or amount.unit
            if amount.unit != unit:
                raise UnitMismatchError("unit_mismatch", path=(side, name), left=str(unit), right=str(amount.unit))
    if unit is None:
        raise InvalidValueError("too_few", path=tuple(sides)[:1], low=1, value=0)
    return unit
