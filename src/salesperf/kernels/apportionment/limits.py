"""Bounds of parts: read, brought to the sign of the total, and tested for whether any parts can meet them."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InfeasibleError, InvalidInputError, InvalidValueError, SalesperfError
from salesperf.kernels.apportionment.exact import sum_of_integers
from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.numeric import INT64_MAX, AnyColumn

PartBounds: TypeAlias = int | np.integer[Any] | NDArray[Any] | Sequence[int | np.integer[Any] | None] | None
"""One whole number for all parts or one for each; ``None``, for all or for one of a sequence, stands for no bound."""

_MOST_FAULTS: Final = 1_000
"""More than anybody reads; two bounds of a million parts in the wrong order would take a minute to report."""
_MOST_POSITIONS: Final = 13
"""One more than a message shows, so that it tells that there are others."""


@attrs.frozen
class Limits:
    """What the parts of a total >= 0 must keep to, and can.

    Attributes
    ----------
    lower : NDArray[np.int64]
        Shape (n,): the least parts, 0 or more.
    upper : NDArray[np.int64] or None
        Shape (n,): the largest parts, at most the total, and the lower ones for weights of 0; ``None`` where nothing but
        the total limits them.
    """

    lower: Parts
    upper: Parts | None


def read_limits(
    total: int,
    weights: AnyColumn | list[int],
    lower: PartBounds,
    upper: PartBounds,
    one_each: str | None,
) -> Limits | None:
    """Check bounds and mirror them where the total is negative: the limits on the parts of abs(total), if there are any.

    ``one_each`` is the name of a method that gives each weight above 0 a unit where its upper bound allows, else ``None``.
    """
    least, most = read_bounds("lower", lower, len(weights)), read_bounds("upper", upper, len(weights))
    if least is not None and most is not None:
        _refuse(
            InvalidValueError("interval_reversed", path=("upper", place), low=int(least[place]), high=int(most[place]))
            for place in np.flatnonzero(least > most).tolist()
        )
    if least is None and most is None and (one_each is None or total == 0):
        return None
    if total < 0:
        least, most = (None if bounds is None else -bounds for bounds in (most, least))
    has_weight = (
        np.fromiter((weight > 0 for weight in weights), np.bool_, len(weights)) if isinstance(weights, list) else weights > 0
    )
    return _limits(total, has_weight, least, most, one_each if total else None)


def _limits(total: int, has_weight: NDArray[np.bool_], least: Parts | None, most: Parts | None, one_each: str | None) -> Limits:
    """Resolve bounds that have the sign of abs(total) already."""
    units = abs(total)
    sign = -1 if total < 0 else 1
    lower_name, upper_name = ("lower", "upper")[::sign]
    lower = np.zeros(len(has_weight), dtype=np.int64) if least is None else np.maximum(least, 0)
    sum_of_lower = sum_of_integers(lower)
    if sum_of_lower > units:
        raise _beyond_bounds(lower_name, lower > 0, total, sign * sum_of_lower)
    upper = None
    if most is not None:
        _refuse(
            InfeasibleError("bound_sign", path=(upper_name, place), value=sign * int(most[place]))
            for place in np.flatnonzero(most < 0).tolist()
        )
        upper = np.where(has_weight, np.minimum(most, units), lower)
        sum_of_upper = sum_of_integers(upper)
        if sum_of_upper < units:
            raise _beyond_bounds(upper_name, upper < units, total, sign * sum_of_upper)
    if one_each is not None:
        lower = np.maximum(lower, has_weight if upper is None else np.minimum(upper, has_weight))
        least_sum = sum_of_integers(lower)
        if least_sum > units:
            params = {"method": one_each, "total": total, "value": sign * least_sum, "excess": least_sum - units}
            raise InfeasibleError("total_below_one_each", path=("total",), **params)
    return Limits(lower, upper)


def _beyond_bounds(name: str, whose: NDArray[np.bool_], total: int, reached: int) -> InfeasibleError:
    code = "lower_above_total" if name == "lower" else "upper_below_total"
    positions = np.flatnonzero(whose)[:_MOST_POSITIONS].tolist()
    return InfeasibleError(code, path=(name,), total=total, value=reached, excess=abs(total - reached), positions=positions)


def _refuse(faults: Iterable[SalesperfError]) -> None:
    """Raise one fault as it is, and several together."""
    found = list(islice(faults, _MOST_FAULTS))
    if len(found) == 1:
        raise found[0]
    if found:
        raise InvalidInputError(found)


def read_bounds(name: str, bounds: object, count: int) -> Parts | None:
    """Give bounds as a column of int64, in which the largest number of its sign stands for none."""
    if bounds is None:
        return None
    if isinstance(bounds, np.ndarray):
        if bounds.ndim != 1:
            raise InvalidValueError("dimensions", path=(name,), value=bounds.ndim)
        if bounds.dtype.kind not in "iuO":
            raise InvalidValueError("wrong_type", path=(name,), expected=int, value=bounds.dtype.type)
        if bounds.dtype.kind in "iu" and len(bounds) == count:
            return _int64_of_array(name, bounds)
    elif not isinstance(bounds, Sequence) or isinstance(bounds, str | bytes | bytearray):
        return np.full(count, _int64_of_items(name, [bounds], [(name,)]), dtype=np.int64)
    if len(bounds) != count:
        raise InvalidValueError("length", path=(name,), expected=count, value=len(bounds))
    return _int64_of_items(name, list(bounds), [(name, place) for place in range(count)])


def _int64_of_array(name: str, bounds: NDArray[Any]) -> Parts:
    if len(bounds) and (int(bounds.max()) > INT64_MAX or int(bounds.min()) < -INT64_MAX):
        return _int64_of_items(name, bounds.tolist(), [(name, place) for place in range(len(bounds))])
    return bounds.astype(np.int64, copy=False)


def _int64_of_items(name: str, items: list[Any], paths: list[tuple[str | int, ...]]) -> Parts:
    no_bound = -INT64_MAX if name == "lower" else INT64_MAX
    whole = [no_bound if item is None else item for item in items]
    _refuse(filter(None, map(_fault_of_item, whole, paths)))
    return np.array(whole, dtype=np.int64)


def _fault_of_item(item: object, path: tuple[str | int, ...]) -> InvalidValueError | None:
    if isinstance(item, bool | np.timedelta64) or not isinstance(item, int | np.integer):
        return InvalidValueError("wrong_type", path=path, expected=int, value=item)
    if abs(int(item)) > INT64_MAX:
        return InvalidValueError("beyond_int64", path=path, value=int(item))
    return None
