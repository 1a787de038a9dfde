"""Strategies for values: amounts, metrics, maps, messages, ranges, estimates, weights."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar, cast, overload

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import (
    CNY,
    COUNT,
    ISO_4217,
    STANDARD_METRICS,
    USD,
    Amount,
    Band,
    Bounds,
    Estimate,
    FrozenMap,
    Interval,
    Message,
    Metric,
    Period,
    Unit,
)
from salesperf.kernels.numeric import Rounding
from salesperf.model.metric import Accumulation, Dimension, Direction

__all__ = [
    "amounts",
    "bands",
    "bounds",
    "estimates",
    "frozen_maps",
    "ids",
    "intervals",
    "messages",
    "metrics",
    "rates",
    "scopes",
    "texts",
    "units",
    "weights",
]

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT", bound=Hashable)
DrawnT = TypeVar("DrawnT")
AskedP = ParamSpec("AskedP")
Rate: TypeAlias = int | Decimal | Fraction
Weight: TypeAlias = int | float | Decimal | Fraction

AWKWARD: Final = ("华东", "Éva 1", "O'Neil", 'the "best"', "a,b;c", "=1+1", "null", "0", "{x}", "<b>", "a|b", "r\t1")
"""Legal as an id, and a trap for files, templates and pages."""

_ROUNDINGS: Final[tuple[Rounding, ...]] = ("half_up", "half_even", "floor", "ceiling")
_SCOPES: Final = ("product", "region", "channel", "customer_group")


def built_once(
    build: Callable[AskedP, SearchStrategy[DrawnT]],
) -> Callable[AskedP, SearchStrategy[DrawnT]]:
    """Let a function build its strategy once for each way of asking.

    Hypothesis looks through every new strategy before it draws from it, which takes longer than the drawing.
    """
    return cast("Callable[AskedP, SearchStrategy[DrawnT]]", lru_cache(build))


@built_once
def or_none(strategy: SearchStrategy[DrawnT]) -> SearchStrategy[DrawnT | None]:
    """Draw from a strategy that is itself built once, or draw nothing."""
    return st.none() | strategy


@built_once
def ids(prefix: str = "r") -> SearchStrategy[str]:
    """Draw ids: ``r1``, ``r2``, ..., and some that are legal but awkward for files, templates or pages.

    Parameters
    ----------
    prefix
        What the readable ones begin with.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(ids("team-"), lambda id: True)
    'team-1'
    """
    return st.one_of(
        st.integers(1, 999).map(lambda number: f"{prefix}{number}"),
        st.sampled_from(AWKWARD),
        st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8),
    )


@built_once
def texts() -> SearchStrategy[str]:
    """Draw free text for names and reasons, with line breaks and many scripts; it may be empty.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(texts(), lambda text: len(text) > 1)
    '00'
    """
    return st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.sampled_from(AWKWARD))


@built_once
def units(dimension: str | None = None) -> SearchStrategy[Unit]:
    """Draw units: currencies with 0 to 4 digits, and counts.

    Parameters
    ----------
    dimension
        ``"money"`` or ``"count"``; ``None`` for either.

    Examples
    --------
    >>> from hypothesis import find
    >>> str(find(units(), lambda unit: True)), str(find(units("count"), lambda unit: True))
    ('CNY', 'count')
    """
    choices = (CNY, COUNT, USD, ISO_4217["JPY"], ISO_4217["KWD"], Unit("USD", 4, "money"), Unit("box", 0, "count"))
    return st.sampled_from([unit for unit in choices if dimension in (None, unit.dimension)])


@built_once
def amounts(unit: Unit | None = None, *, min_minor: int = -(10**12), max_minor: int = 10**12) -> SearchStrategy[Amount]:
    """Draw amounts; within the default limits a million of them can be summed.

    Parameters
    ----------
    unit
        The unit of all; ``None`` for any.
    min_minor, max_minor
        The limits, in smallest units.

    Examples
    --------
    >>> from hypothesis import find
    >>> print(find(amounts(CNY), lambda amount: amount.minor > 99))
    1.00 CNY
    """
    minor = st.integers(min_minor, max_minor)
    return st.builds(Amount, minor=minor, unit=units() if unit is None else st.just(unit))


@built_once
def rates() -> SearchStrategy[Rate]:
    """Draw exact rates from -4 to 4: ints, Decimals and Fractions.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(rates(), lambda rate: 0 < rate < 1 and isinstance(rate, Fraction))
    Fraction(1, 2)
    """
    return st.one_of(st.integers(-4, 4), st.decimals(-4, 4, places=4), st.fractions(-4, 4, max_denominator=60))


@built_once
@st.composite
def weights(draw: DrawFn, min_size: int = 1, max_size: int = 8) -> list[Weight]:
    """Draw weights to divide a total by: not negative, finite, at least one above 0.

    Parameters
    ----------
    min_size, max_size
        How many; at least one.

    Examples
    --------
    >>> from hypothesis import find
    >>> len(find(weights(3), lambda weights: True))
    3
    """
    drawn = draw(_numbers_to_weigh_by(min_size, max_size))
    if not any(drawn):
        drawn[draw(st.integers(0, len(drawn) - 1))] = draw(st.integers(1, 100))
    return drawn


@built_once
def _numbers_to_weigh_by(min_size: int, max_size: int) -> SearchStrategy[list[Weight]]:
    zero_or_more = st.one_of(
        st.integers(0, 100),
        st.integers(0, 10**30),
        st.just(0.0) | st.floats(1e-100, 1e12),
        st.decimals(0, 1000, places=3),
        st.fractions(0, 1000, max_denominator=97),
    )
    return st.lists(zero_or_more, min_size=min_size, max_size=max_size)


@built_once
def bands() -> SearchStrategy[Band]:
    """Draw bands to stay within.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(bands(), lambda band: True)
    Band(low=Decimal('0.00'), high=Decimal('0.00'))
    """
    ends = st.decimals(0, 100, places=2)
    return st.tuples(ends, ends).map(lambda pair: Band(*sorted(pair)))


@built_once
def metrics(accumulation: Accumulation | None = None, dimension: Dimension | None = None) -> SearchStrategy[Metric]:
    """Draw metrics: the ready-made ones, and a company's own.

    Parameters
    ----------
    accumulation
        How they add up; ``None`` for any way.
    dimension
        What their values are; ``None`` for anything. A recorded metric is ``"money"`` or ``"count"``.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(metrics("ratio"), lambda metric: True).key
    'average_order_value'
    """
    if dimension == "ratio":
        accumulation = "ratio"
    fitting = [
        metric
        for metric in STANDARD_METRICS.values()
        if accumulation in (None, metric.accumulation) and dimension in (None, metric.dimension)
    ]
    return st.one_of(st.sampled_from(fitting), _own_metrics(accumulation, dimension))


@built_once
@st.composite
def _own_metrics(draw: DrawFn, accumulation: Accumulation | None, dimension: Dimension | None) -> Metric:
    ways: tuple[Accumulation, ...] = ("flow", "stock", "distinct", "ratio") if accumulation is None else (accumulation,)
    way = draw(st.sampled_from(ways))
    kinds: tuple[Dimension, ...] = ("count", "money", "ratio") if way == "ratio" else ("count", "money")
    parts = draw(_pairs_of_recorded()) if way == "ratio" else (None, None)
    return Metric(
        f"own.{draw(ids('m'))}",
        draw(st.sampled_from(kinds)) if dimension is None else dimension,
        way,
        draw(_directions()),
        draw(ids("Metric ")),
        *parts,
    )


@built_once
def _directions() -> SearchStrategy[Direction]:
    return st.one_of(st.sampled_from(("higher", "lower")), bands())


@built_once
def _pairs_of_recorded() -> SearchStrategy[Sequence[Metric]]:
    recorded = [metric for metric in STANDARD_METRICS.values() if metric.accumulation != "ratio"]
    return st.permutations(recorded).map(lambda metrics: metrics[:2])


@built_once
def _scalars() -> SearchStrategy[Any]:
    """Draw what a message may name."""
    return st.one_of(
        st.integers(-9999, 9999),
        ids(),
        readable_floats(),
        rates(),
        amounts(),
        st.dates(date(2024, 1, 1), date(2029, 12, 31)),
        st.integers(1, 12).map(lambda month: Period.month(2024, month)),
        st.none(),
    )


@built_once
def readable_floats() -> SearchStrategy[float]:
    return st.integers(-(10**6), 10**6).map(lambda number: number / 100)


@overload
def frozen_maps() -> SearchStrategy[FrozenMap[str, Any]]: ...
@overload
def frozen_maps(keys: SearchStrategy[KeyT]) -> SearchStrategy[FrozenMap[KeyT, Any]]: ...
@overload
def frozen_maps(*, values: SearchStrategy[ValueT]) -> SearchStrategy[FrozenMap[str, ValueT]]: ...
@overload
def frozen_maps(keys: SearchStrategy[KeyT], values: SearchStrategy[ValueT]) -> SearchStrategy[FrozenMap[KeyT, ValueT]]: ...
def frozen_maps(
    keys: SearchStrategy[Any] | None = None, values: SearchStrategy[Any] | None = None
) -> SearchStrategy[FrozenMap[Any, Any]]:
    """Draw mappings that cannot change.

    Parameters
    ----------
    keys
        Strategy for keys that can be ordered; ``None`` for ids.
    values
        Strategy for values that cannot change; ``None`` for text, numbers, dates, amounts and periods.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(frozen_maps(values=st.integers()), lambda mapping: len(mapping) > 0)
    FrozenMap({'r1': 0})
    """
    pairs = st.dictionaries(ids() if keys is None else keys, _scalars() if values is None else values, max_size=4)
    return pairs.map(FrozenMap)


@built_once
def scopes() -> SearchStrategy[FrozenMap[str, str]]:
    """Draw what targets and actuals are narrowed to.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(scopes(), lambda scope: len(scope) == 2)
    FrozenMap({'product': 'A', 'region': 'A'})
    """
    words = st.sampled_from(("A", "B", "East", "华东", "web"))
    return st.dictionaries(st.sampled_from(_SCOPES), words, max_size=2).map(FrozenMap)


@built_once
def messages() -> SearchStrategy[Message]:
    """Draw messages: keys of the catalogs with their arguments, and plain text.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(messages(), lambda message: True).text()
    'Revenue'
    """
    return st.one_of(
        st.sampled_from(tuple(STANDARD_METRICS)).map(lambda key: Message(f"metric.{key}")),
        st.integers(1, 4).map(lambda number: Message.of("period.quarter", year="2024", number=number)),
        st.builds(Message, ids("Note "), frozen_maps(keys=st.sampled_from(("owner", "count", "period")))),
    )


@built_once
def _ranges() -> SearchStrategy[tuple[float, float]]:
    ends = st.one_of(readable_floats(), st.sampled_from((float("-inf"), float("inf"))))
    return st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair)))


@built_once
def _levels() -> SearchStrategy[float]:
    return st.sampled_from((0.95, 0.9, 0.5, 0.999))


@built_once
def intervals() -> SearchStrategy[Interval[float]]:
    """Draw intervals of numbers, some of them open to a side.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(intervals(), lambda interval: interval.low < interval.high)
    Interval(low=0.0, high=0.01, level=0.95)
    """
    return st.builds(lambda ends, level: Interval(ends[0], ends[1], level), _ranges(), _levels())


@built_once
def bounds() -> SearchStrategy[Bounds[float]]:
    """Draw bounds of numbers.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(bounds(), lambda bounds: True)
    Bounds(low=0.0, high=0.0)
    """
    return _ranges().map(lambda ends: Bounds(*ends))


@built_once
@st.composite
def estimates(draw: DrawFn) -> Estimate:
    """Draw estimates: with an interval, without one, and undefined.

    Examples
    --------
    >>> from hypothesis import find
    >>> print(find(estimates(), lambda estimate: True))
    0, n = 0
    """
    count = draw(st.integers(0, 10**6))
    unit = draw(st.sampled_from(("", "days", "CNY")))
    kind = draw(st.sampled_from(("value", "interval", "undefined")))
    if kind == "undefined":
        return Estimate.undefined(draw(messages()), n=count, unit=unit)
    value = draw(readable_floats())
    if kind == "value":
        return Estimate(value=value, n=count, unit=unit, reason=draw(or_none(messages())))
    below, above = (draw(_distances()) for _ in range(2))
    return Estimate(value=value, low=value - below, high=value + above, n=count, level=draw(_levels()), unit=unit)


@built_once
def _distances() -> SearchStrategy[float]:
    return st.one_of(st.integers(0, 100), st.just(float("inf")))
