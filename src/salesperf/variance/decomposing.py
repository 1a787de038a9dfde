"""Products of factors: what each factor did to a change, over one product or a sum of them."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import INT64_MAX, AnyColumn, Column, Number, is_column
from salesperf.kernels.shapley import product_effects, substitution_effects
from salesperf.model.message import Message
from salesperf.model.validators import as_tuple, check_choice, check_whole, is_identifier, repeated, require
from salesperf.variance.told import COMPARISONS, Comparison, Effect, Method, Variance, titled

__all__ = ["decompose"]

_OF_FACTORS: Final[tuple[Method, ...]] = ("shapley", "chain")
_SIDES: Final = ("before", "after")


def decompose(
    before: Mapping[str, Number | AnyColumn],
    after: Mapping[str, Number | AnyColumn],
    *,
    method: Method = "shapley",
    comparison: Comparison = "period_to_period",
    segments: Iterable[str] | None = None,
    cases: Mapping[str, tuple[int, int]] | None = None,
) -> Variance[float]:
    """Share out the change of a product, or of a sum of products, over its factors.

    Parameters
    ----------
    before, after
        Each factor by name, the same names in both: a number, or a column with a row for each segment. The product of the
        factors, summed over segments, is the result: leads x win rate x average value. ``nan`` is a rate over nothing.
    method
        ``"shapley"``, for which the order of the factors makes no difference, or ``"chain"``, which substitutes them in the
        order of ``before`` (连环替代法).
    comparison
        What the two are, one of :data:`COMPARISONS`: it makes no difference but to the wording.
    segments
        The name of each segment, each once; by default they are numbered from 1.
    cases
        Over how many cases factors were that are rates or averages, before and after, by name.

    Returns
    -------
    Variance
        Its effects sum to the change.

    Raises
    ------
    InvalidValueError
        If there is no factor, the two do not have the same, a factor is no number or infinite, columns are of unlike lengths,
        a factor is undefined though the one before it is not 0, or a product is beyond the floats; if cases are of no factor,
        or no two counts.

    Notes
    -----
    The effect of a factor is the mean, over all orders in which the factors could have changed, of what its change does to
    the result. Effects sum to the change; a factor that did not move has none; the order and the names of the factors make no
    difference; before and after swapped, every effect has the other sign; and effects of segments add.

    A factor that is undefined before or after, such as the win rate of no leads, has no effect of its own: it is counted with
    the factor before it, which must then be 0, and the result says so. In columns that is so for each segment by itself. Where
    both are over cases, the effect rests on the fewer of them.

    References
    ----------
    L. S. Shapley, "A value for n-person games", in *Contributions to the Theory of Games II*, 1953, 307-317. J. Albrecht,
    D. François and K. Schoors, "A Shapley decomposition of carbon emissions without residuals", *Energy Policy* 30 (2002)
    727-736.

    Examples
    --------
    >>> last, now = {"orders": 100, "average_value": 50.0}, {"orders": 90, "average_value": 60.0}
    >>> dict(decompose(last, now).effects)
    {'orders': -550.0, 'average_value': 950.0}
    >>> dict(decompose(last, now, method="chain").effects)
    {'orders': -500.0, 'average_value': 900.0}
    """
    check_choice(method, _OF_FACTORS, ("method",))
    check_choice(comparison, COMPARISONS, ("comparison",))
    names = _names(before, after)
    counts = _counts(names, cases)
    first, second, is_one = _columns(names, before, after)
    merged_first, merged_second, gone = _merged(names, first, second)
    with np.errstate(all="ignore"):
        # In the order of their names, so that not even the last bit tells in which order they were given: of effects that are
        # as good as equal it would decide which gets the odd unit.
        order = np.array(sorted(range(len(names)), key=names.__getitem__))
        ends = [np.prod(side[order], axis=0) for side in (merged_first, merged_second)]
        if method == "shapley":
            effects = np.empty_like(merged_first)
            effects[order] = product_effects(merged_first[order], merged_second[order])
        else:
            effects = np.stack(substitution_effects(list(merged_first), list(merged_second)))
    if not all(np.isfinite(sums).all() for sums in (*ends, effects, effects.sum(axis=1))):
        raise InvalidValueError("product_beyond_floats", path=("after",))
    kept = [place for place in range(len(names)) if not gone[place].all() or not gone.size]
    return Variance(
        comparison=comparison,
        method=method,
        before=math.fsum(ends[0].tolist()),
        after=math.fsum(ends[1].tolist()),
        lines=tuple(_lines(names, kept, effects, (first, second) if is_one else None, counts)),
        segments=_segments(segments, 0 if is_one else first.shape[1]),
        segment_effects=effects[kept][:, :0] if is_one else effects[kept],
        notes=tuple(_notes(names, gone)),
    )


def _names(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    for argument, factors in (("before", before), ("after", after)):
        require(factors, Mapping, path=(argument,))
        for name in factors:
            if not is_identifier(name):
                raise InvalidValueError("wrong_type", path=(argument,), expected=str, value=name)
    if not before:
        raise InvalidValueError("too_few", path=("before",), low=1, value=0)
    for name in (*before, *after):
        if (name in before) != (name in after):
            side = "after" if name in before else "before"
            raise InvalidValueError("factor_missing", path=(side,), value=name)
    return tuple(before)


def _counts(names: Sequence[str], cases: Mapping[str, tuple[int, int]] | None) -> Mapping[str, tuple[int, int]]:
    given = {} if cases is None else cases
    require(given, Mapping, path=("cases",))
    counts: dict[str, tuple[int, int]] = {}
    for name, pair in given.items():
        check_choice(name, names, ("cases",))
        both = as_tuple(pair)
        require(both, tuple, path=("cases", name))
        if len(both) != len(_SIDES):
            raise InvalidValueError("length", path=("cases", name), expected=len(_SIDES), value=len(both))
        for side, count in zip(_SIDES, both, strict=True):
            check_whole(count, ("cases", name, side), 0, INT64_MAX)
        counts[name] = (both[0], both[1])
    return counts


def _columns(
    names: Sequence[str], before: Mapping[str, Number | AnyColumn], after: Mapping[str, Number | AnyColumn]
) -> tuple[Column, Column, bool]:
    """Return the factors as two tables, a row each, and whether they are one product."""
    sides = {"before": before, "after": after}
    given = [(side, name, factors[name]) for side, factors in sides.items() for name in names]
    try:
        columns = list(spread({str(place): value for place, (_, _, value) in enumerate(given)}).values())
    except InvalidValueError as error:
        side, name, _ = given[int(error.path[0])]
        raise error.at(side, name, *error.path[1:]) from None
    if columns[0].ndim > 1:
        raise InvalidValueError("dimensions", path=("before", names[0]), value=columns[0].ndim)
    is_one = not is_column(*(value for _, _, value in given))
    tables = []
    for side, rows in zip(sides, (columns[: len(names)], columns[len(names) :]), strict=True):
        table = np.array(rows).reshape(len(names), -1)
        for name, row in zip(names, table, strict=True):
            wrong = np.flatnonzero(np.isinf(row))
            if wrong.size:
                place = () if is_one else (int(wrong[0]),)
                raise InvalidValueError("not_finite", path=(side, name, *place), value=float(row[wrong[0]]))
        tables.append(table)
    return tables[0], tables[1], is_one


def _merged(names: Sequence[str], before: Column, after: Column) -> tuple[Column, Column, NDArray[np.bool_]]:
    """Count each undefined factor with the one before it, and tell which those were."""
    first, second = before.copy(), after.copy()
    gone = np.zeros(first.shape, dtype=bool)
    for place in range(len(names) - 1, 0, -1):
        gone[place] = np.isnan(first[place]) | np.isnan(second[place])
        if gone[place].any():
            for side, table in (("before", first), ("after", second)):
                table[place - 1, gone[place]] = _product_of_two(names, side, table, place, gone[place])
                table[place, gone[place]] = 1.0
    for side, table in (("before", first), ("after", second)):
        refuse_where(np.isnan(table[0]), "factor_undefined_first", side, table[0])
    return first, second, gone


def _product_of_two(names: Sequence[str], side: str, table: Column, place: int, gone: NDArray[np.bool_]) -> Column:
    """Multiply an undefined factor with the one before it: of nothing a rate over it is nothing."""
    left, right = table[place - 1, gone], table[place, gone]
    wrong = np.flatnonzero(np.isnan(right) & ~np.isnan(left) & (left != 0))
    if wrong.size:
        row = int(np.flatnonzero(gone)[wrong[0]])
        path = (side, names[place], *((row,) if table.shape[1] > 1 else ()))
        raise InvalidValueError("factor_undefined", path=path, previous=names[place - 1], value=float(left[wrong[0]]))
    return np.where(np.isnan(right), np.where(np.isnan(left), np.nan, 0.0), left * right)


def _segments(segments: Iterable[str] | None, count: int) -> tuple[str, ...]:
    if segments is None:
        return tuple(str(number) for number in range(1, count + 1))
    names = as_tuple(segments)
    require(names, tuple, path=("segments",))
    for position, name in enumerate(names):
        if not is_identifier(name):
            raise InvalidValueError("wrong_type", path=("segments", position), expected=str, value=name)
    if len(names) != count:
        raise InvalidValueError("length", path=("segments",), expected=count, value=len(names))
    for position, again in repeated(names):
        raise InvalidValueError("not_unique", path=("segments", position), value=again)
    return names


def _lines(
    names: Sequence[str],
    kept: Sequence[int],
    effects: Column,
    ends: tuple[Column, Column] | None,
    counts: Mapping[str, tuple[int, int]],
) -> Iterator[Effect[float]]:
    for place, following in zip(kept, [*kept[1:], len(names)], strict=True):
        levels = [None, None] if ends is None else [_defined(float(table[place, 0])) for table in ends]
        yield Effect(
            name=names[place],
            value=math.fsum(effects[place].tolist()),
            before=levels[0],
            after=levels[1],
            merged=tuple(names[place + 1 : following]),
            title=titled(names[place]),
            cases=_fewest_cases(names[place:following], counts),
        )


def _fewest_cases(names: Sequence[str], counts: Mapping[str, tuple[int, int]]) -> tuple[int, int] | None:
    """Return on how many cases a factor rests with those counted with it; on a side those that are undefined rest on none.

    What is itself a count rests on no cases, whatever is counted with it.
    """
    if names[0] not in counts:
        return None
    sides = zip(*(counts[name] for name in names if name in counts), strict=True)
    before, after = (min((count for count in side if count), default=0) for side in sides)
    return before, after


def _defined(value: float) -> float | None:
    return None if math.isnan(value) else value


def _notes(names: Sequence[str], gone: NDArray[np.bool_]) -> Iterator[Message]:
    for place, name in enumerate(names):
        count = int(gone[place].sum())
        if not count:
            continue
        told = {"name": titled(name), "previous": titled(names[place - 1])}
        if gone.shape[1] == count:
            yield Message.of("variance.note.merged", **told)
        else:
            yield Message.of("variance.note.merged_in_some", **told, count=count, segments=gone.shape[1])
