"""What customers did, as the models ask about it: how often they came again, when last, and for how much."""

from typing import Any, Final

import attrs
import numpy as np

from salesperf.customers.purchases import Purchases
from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.model.codes import Integers
from salesperf.model.validators import check_number, check_whole, place, require

__all__ = ["RepeatSummary", "histories", "positive", "repeat_summary"]

_WEEK: Final = 7


def positive(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a finite number above 0."""
    path = place(instance, attribute)
    check_number(value, path)
    if not float(value) > 0:  # type: ignore[arg-type] # a number, by now
        raise InvalidValueError("not_positive", path=path, value=value)


@attrs.frozen(kw_only=True, eq=False)
class RepeatSummary:
    """What the models ask about each customer who bought: made by :func:`repeat_summary`.

    Attributes
    ----------
    customers : tuple of str
        Those who bought.
    frequency : array of int64, shape (n,)
        Days with a purchase after the first.
    recency, age : Column
        Time from the first purchase to the last, and to today.
    mean_value : Column
        Mean value of the repeat purchases, in the currency; ``nan`` where there are none.
    never_bought : tuple of str
        Customers without purchases, of whom the models say nothing.

    Examples
    --------
    >>> from datetime import date
    >>> repeat_summary(Purchases.empty(as_of=date(2026, 9, 30))).customers
    ()
    """

    customers: tuple[str, ...]
    frequency: Integers
    recency: Column
    age: Column
    mean_value: Column
    never_bought: tuple[str, ...]


def repeat_summary(purchases: Purchases, *, days: int = _WEEK) -> RepeatSummary:
    """Count repeat purchases for the models.

    Parameters
    ----------
    purchases
        Who bought when for how much: all purchases of each customer, from the first on.
    days
        How many days make a unit of time.

    Returns
    -------
    RepeatSummary
        Customers without purchases stand apart: of them nothing is known, which is not a frequency of 0.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> on = np.datetime64("2026-09-30") - np.array([70, 35, 0, 7])
    >>> bought = Purchases.of(Codes.of(["a", "a", "a", "b"]), on, np.full(4, 900), unit=CNY, as_of=date(2026, 9, 30))
    >>> told = repeat_summary(bought)
    >>> told.frequency.tolist(), told.recency.tolist(), told.age.tolist(), told.mean_value.tolist()
    ([2, 0], [10.0, 0.0], [10.0, 1.0], [9.0, nan])
    """
    require(purchases, Purchases, path=("purchases",))
    check_whole(days, ("days",), 1, 36_500)
    has = purchases.counts > 0
    frequency = purchases.counts[has] - 1
    codes, on = purchases.bought
    values = purchases.minor[purchases.minor > 0] / (1 if purchases.unit is None else purchases.unit.scale)
    is_repeat = on > purchases.first[codes]
    sums = np.bincount(codes[is_repeat], weights=values[is_repeat], minlength=has.size)[has]
    names = [(name, bought) for name, bought in zip(purchases.customers, has.tolist(), strict=True)]
    return RepeatSummary(
        customers=tuple(name for name, bought in names if bought),
        frequency=frequency,
        recency=(purchases.last[has] - purchases.first[has]) / days,
        age=(purchases.as_of.toordinal() - purchases.first[has]) / days,
        mean_value=np.divide(sums, frequency, out=np.full(frequency.size, np.nan), where=frequency > 0),
        never_bought=tuple(name for name, bought in names if not bought),
    )


def histories(
    frequency: Number | AnyColumn, recency: Number | AnyColumn, age: Number | AnyColumn
) -> tuple[Column, Column, Column]:
    """Check what customers did: whole numbers of purchases, the last of them before today."""
    columns = spread({"frequency": frequency, "recency": recency, "age": age})
    x, last, now = columns["frequency"], columns["recency"], columns["age"]
    refuse_where(~(x >= 0) | (x != np.floor(x)) | np.isinf(x), "not_a_count", "frequency", x)
    for name in ("recency", "age"):
        refuse_where(~np.isfinite(columns[name]), "not_finite", name, columns[name])
        refuse_where(columns[name] < 0, "negative", name, columns[name])
    refuse_where(last > now, "recency_beyond_age", "recency", last)
    refuse_where((x == 0) & (last > 0), "recency_without_repeat", "recency", last)
    return x, last, now
