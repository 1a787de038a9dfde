"""Rankings that admit what they do not know: shrunken estimates, groups that cannot be told apart, chances of the true top."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.appraisal.funnel_limits import FunnelLimits, binomial_limit
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import AnyColumn, Column, Interval, ratio
from salesperf.kernels.proportion import shrink
from salesperf.kernels.shrunken_means import shrink_means
from salesperf.kernels.special import two_sided_quantile
from salesperf.kernels.top_k import top_k_of_betas, top_k_of_draws, top_k_of_normals
from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_int, as_tuple, check_number, check_whole, is_identifier, repeated, require

__all__ = ["RANKED", "Ranked", "Ranking", "rank_means", "rank_rates"]

Ranked: TypeAlias = Literal["rates", "means"]
RANKED: Final[tuple[Ranked, ...]] = ("rates", "means")
"""What is ranked: successes of trials, or means with their standard errors."""

_DRAWS: Final = 2000
_MOST_DRAWS: Final = 1_000_000
_CELLS: Final = 4_000_000
"""Numbers drawn at a time, so that scratch stays small."""
_SHAPES: Final = (1e-4, 1e12)
"""What the incomplete beta function takes."""
_FUNNEL_LEVEL: Final = 0.998
"""Three standard errors to either side: beyond it hardly anybody lies by chance."""


@attrs.frozen(kw_only=True, eq=False)
class Ranking(Result):
    """Many side by side, with how far their order can be relied upon: made by :func:`rank_rates` and :func:`rank_means`.

    Attributes
    ----------
    ranked
        Whether rates or means are ranked.
    names
        The id of each, in the order given.
    observed : Column, shape (n,)
        What was seen of each alone; nan for whoever has no trial.
    observed_rank : shape (n,)
        The naive place, from 1; equal values share the better one; who has none comes last.
    value, deviation : Column, shape (n,)
        The estimate, shrunk toward what all have in common, and its posterior standard deviation.
    interval : Interval of Column
        Its credible interval.
    rank : shape (n,)
        The place by the estimate, from 1; equal ones share the better place.
    group : shape (n,)
        The group of those none of whom can be told apart from another, from 1; members of two groups may be alike too.
    top
        How many places were asked about; ``None`` for none.
    top_probability : Column or None, shape (n,)
        The probability to be truly among so many best; its sum is the smaller of ``top`` and n.

    Examples
    --------
    >>> ranking = rank_rates(np.array([3, 30, 60]), np.array([4, 100, 100]), top=1, names=["ada", "bo", "yue"])
    >>> ranking.observed_rank.tolist(), ranking.rank.tolist(), ranking.groups
    ([1, 3, 2], [2, 3, 1], (('yue', 'ada'), ('bo',)))
    >>> round(float(ranking.top_probability.sum()), 9)
    1.0
    """

    ranked: Ranked
    names: tuple[str, ...]
    observed: Column
    observed_rank: NDArray[np.int64]
    value: Column
    deviation: Column
    interval: Interval[Column]
    rank: NDArray[np.int64]
    group: NDArray[np.int64]
    top: int | None
    top_probability: Column | None
    _sizes: Column
    """Trials, or standard errors."""
    _centre: float

    @cached_property
    def _order(self) -> list[int]:
        return [int(position) for position in _best_first(self.value, self.deviation)]

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The ids of each group, best first, as :func:`distribute` takes them."""
        groups: list[list[str]] = [[] for _ in range(int(self.group.max(initial=0)))]
        for position in self._order:
            groups[int(self.group[position]) - 1].append(self.names[position])
        return tuple(map(tuple, groups))

    def can_be_told_apart(self, one: str, other: str) -> bool:
        """Tell whether two differ by more than chance makes, at the level of the intervals.

        Examples
        --------
        >>> ranking = rank_means(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 1.0]), names=["ada", "bo", "yue"])
        >>> ranking.can_be_told_apart("ada", "bo"), ranking.can_be_told_apart("ada", "yue")
        (False, True)
        """
        places = []
        for argument, name in (("one", one), ("other", other)):
            if name not in self.names:
                raise InvalidValueError("choice", path=(argument,), choices=self.names[:10], value=name)
            places.append(self.names.index(name))
        left, right = places
        apart = abs(float(self.value[left] - self.value[right]))
        reach = two_sided_quantile(self.interval.level) * float(np.hypot(self.deviation[left], self.deviation[right]))
        return apart > reach

    def funnel(self, level: float = _FUNNEL_LEVEL) -> FunnelLimits:
        """Return the limits of a funnel plot: between what values chance leaves one who is as all the others.

        Parameters
        ----------
        level
            How many of those that are as all the others lie within, in (0, 1).

        Returns
        -------
        FunnelLimits

        Notes
        -----
        Of rates by the binomial distribution, interpolated between counts as Spiegelhalter does; of means the centre plus and
        minus so many standard errors. The centre of rates is all successes over all trials, that of means their average by
        precision.

        References
        ----------
        D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", *Statistics in Medicine* 24 (2005)
        1185-1202.

        Examples
        --------
        >>> ranking = rank_means(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 1.0]))
        >>> ranking.funnel().side.tolist(), ranking.funnel().centre
        ([0, 0, 1], 4.0)
        """
        z = two_sided_quantile(level)
        if self.ranked == "means":
            low, high = self._centre - z * self._sizes, self._centre + z * self._sizes
        else:
            sizes, place = np.unique(self._sizes, return_inverse=True)
            low, high = (binomial_limit(sizes, self._centre, p)[place.ravel()] for p in ((1 - level) / 2, (1 + level) / 2))
        side = (self.observed > high).astype(np.int64) - (self.observed < low)
        return FunnelLimits(centre=self._centre, limits=Interval(low, high, level), side=side)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write who cannot be told apart, best first, and how likely each of them is truly among the top, a line a group."""
        return "\n".join(message.text(lang, catalogs) for message in self._sentences())

    def _sentences(self) -> Iterator[Message]:
        told = {name: self._told(position) for position, name in enumerate(self.names)}
        for number, group in enumerate(self.groups, start=1):
            key = "alone" if len(group) == 1 else "group"
            yield Message.of(f"appraisal.ranking.{key}", number=number, names=tuple(told[name] for name in group))
        if self.top is not None:
            yield Message.of("appraisal.ranking.top", top=self.top)

    def _told(self, position: int) -> Message:
        style = "rate" if self.ranked == "rates" else "mean"
        chance = "" if self.top_probability is None else "_top"
        return Message.of(
            f"appraisal.ranking.{style}{chance}",
            name=self.names[position],
            value=float(self.value[position]),
            low=float(self.interval.low[position]),
            high=float(self.interval.high[position]),
            chance=None if self.top_probability is None else float(self.top_probability[position]),
        )

    def rows(self) -> list[Row]:
        """Return a row for each, best first."""
        tops = None if self.top_probability is None else self.top_probability.tolist()
        observed = [None if np.isnan(each) else float(each) for each in self.observed]
        return [
            {
                "name": self.names[position],
                "observed": observed[position],
                "observed_rank": int(self.observed_rank[position]),
                "value": float(self.value[position]),
                "low": float(self.interval.low[position]),
                "high": float(self.interval.high[position]),
                "rank": int(self.rank[position]),
                "group": int(self.group[position]),
                "top_probability": None if tops is None else tops[position],
            }
            for position in self._order
        ]


def rank_rates(
    successes: AnyColumn | Sequence[int],
    trials: AnyColumn | Sequence[int],
    *,
    top: int | None = None,
    rng: np.random.Generator | None = None,
    names: Sequence[str] | None = None,
    draws: int = _DRAWS,
    level: float = 0.95,
) -> Ranking:
    """Rank rates, such as won of decided deals, without taking luck for skill.

    Parameters
    ----------
    successes, trials
        Shape (n,), whole numbers, successes from 0 to trials. Who has no trial gets what the others tell of him.
    top
        Ask how likely each is truly among so many best; ``None`` to leave it out.
    rng
        Find the chances by draws instead of by quadrature.
    names
        The id of each; ``None`` for their positions from 0.
    draws
        How many draws.
    level
        Of the credible intervals, and of telling two apart, within (0, 1).

    Returns
    -------
    Ranking

    Raises
    ------
    InvalidValueError
        If the columns are of unlike lengths or empty, a number is no count, successes exceed trials, nobody has a trial, names
        are too few, too many or not unique, or an argument is malformed.

    Notes
    -----
    The estimates are those of :func:`salesperf.kernels.proportion.shrink`; each true rate is taken as beta-distributed with the
    estimate and the deviation. A group begins with the best who is in none, and takes in whoever follows until one is further
    from a member than the quantile of the level times the root of the sum of both squared deviations. The chances are those of
    :func:`salesperf.kernels.top_k.top_k_of_betas`, or shares of draws, in which who ties for the last place shares it.

    References
    ----------
    H. Goldstein and D. J. Spiegelhalter, "League tables and their limitations: statistical issues in comparisons of
    institutional performance", *Journal of the Royal Statistical Society A* 159 (1996) 385-443.

    Examples
    --------
    >>> ranking = rank_rates([2, 30, 55], [2, 100, 100], top=1, names=["ada", "bo", "yue"])
    >>> print(ranking.text())
    1. Cannot be told apart: ada 62.0% (19.9% to 94.8%; top 64.6%), yue 54.7% (44.9% to 64.3%; top 35.4%).
    2. bo 31.2% (22.4% to 40.7%; top 0.0%).
    Top: how likely each is truly among the best 1.
    """
    k, n = _column("successes", successes), _column("trials", trials)
    try:
        shrunk = shrink(k, n, level=level)
    except InvalidValueError as error:
        named = {"k": "successes", "n": "trials"}
        raise error.at(*(named.get(str(step), step) for step in error.path)) from None
    if not n.any():
        raise InvalidValueError("no_trials", path=("trials",))
    # A share and how sure one is of it make a beta distribution.
    size = shrunk.value * (1 - shrunk.value) / shrunk.deviation**2 - 1
    a, b = (np.clip(share * size, *_SHAPES) for share in (shrunk.value, 1 - shrunk.value))
    return _ranking(
        _Estimates("rates", ratio(k, n), shrunk.value, shrunk.deviation, shrunk.interval, n, float(k.sum() / n.sum())),
        names,
        _chances(top, k.size, rng, draws, lambda count: top_k_of_betas(a, b, count), lambda rng, shape: rng.beta(a, b, shape)),
        top,
    )


def rank_means(
    values: AnyColumn | Sequence[float],
    errors: AnyColumn | Sequence[float],
    *,
    top: int | None = None,
    rng: np.random.Generator | None = None,
    names: Sequence[str] | None = None,
    draws: int = _DRAWS,
    level: float = 0.95,
) -> Ranking:
    """Rank means, such as the average size of won deals, by their standard errors.

    Parameters
    ----------
    values
        Shape (n,), the mean of each, in any unit.
    errors
        Shape (n,), the standard error of each, 0 or more.
    top, rng, names, draws, level
        As of :func:`rank_rates`.

    Returns
    -------
    Ranking

    Raises
    ------
    InvalidValueError
        If the columns are of unlike lengths or empty, a number is not finite, an error is negative, names are too few, too many
        or not unique, or an argument is malformed.

    Notes
    -----
    The estimates are those of :func:`salesperf.kernels.shrunken_means.shrink_means`, and each true mean is taken as normal; all
    else is as of :func:`rank_rates`. The order is by higher values: for what is better when lower, give the negatives.

    Examples
    --------
    >>> ranking = rank_means([10.0, 12.0, 30.0], [1.0, 1.0, 1.0], top=1, names=["ada", "bo", "yue"])
    >>> ranking.groups, ranking.top_probability.round(3).tolist()
    ((('yue',), ('bo', 'ada')), [0.0, 0.0, 1.0])
    """
    means, deviations = _column("values", values), _column("errors", errors)
    shrunk = shrink_means(means, deviations, level=level)  # its arguments bear the same names
    known = deviations == 0
    # In shares of the least error, and of all weights, so that no square and no sum is beyond what floats hold.
    weights = known.astype(np.float64) if known.any() else (deviations.min() / deviations) ** 2
    weights /= weights.sum()
    return _ranking(
        _Estimates(
            "means",
            means,
            shrunk.value,
            shrunk.deviation,
            shrunk.interval,
            deviations,
            float(np.dot(weights, means)),
        ),
        names,
        _chances(
            top,
            means.size,
            rng,
            draws,
            lambda count: top_k_of_normals(shrunk.value, shrunk.deviation, count),
            lambda rng, shape: shrunk.value + shrunk.deviation * rng.standard_normal(shape),
        ),
        top,
    )


class _Estimates(NamedTuple):
    """What a ranking rests on."""

    ranked: Ranked
    observed: Column
    value: Column
    deviation: Column
    interval: Interval[Column]
    sizes: Column
    centre: float


def _column(name: str, values: AnyColumn | Sequence[float]) -> Column:
    """Take numbers in an array, a list or a tuple as a column of floats."""
    if not isinstance(values, np.ndarray):
        require(values, list, tuple, path=(name,))
        for position, value in enumerate(values):
            check_number(as_int(value), (name, position))
    column = np.array(values)
    if column.dtype.kind not in "iuf":
        raise InvalidValueError("not_numeric", path=(name,), value=str(column.dtype))
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=(name,), value=column.ndim)
    return column.astype(np.float64)


def _chances(
    top: int | None,
    count: int,
    rng: np.random.Generator | None,
    draws: int,
    by_quadrature: Callable[[int], Column],
    drawn: Callable[[np.random.Generator, tuple[int, int]], Column],
) -> Column | None:
    """Find how likely each is among the top, where it is asked."""
    check_whole(draws, ("draws",), 1, _MOST_DRAWS)
    if rng is not None:
        require(rng, np.random.Generator, path=("rng",))
    if top is None:
        return None
    check_whole(top, ("top",), 1, max(count, 1))
    if rng is None:
        return by_quadrature(top)
    total, left = np.zeros(count), draws
    while left:
        some = min(left, max(_CELLS // count, 1))
        total += some * top_k_of_draws(drawn(rng, (some, count)), top)
        left -= some
    return total / draws


def _ranking(found: _Estimates, names: Sequence[str] | None, chances: Column | None, top: int | None) -> Ranking:
    count = found.value.size
    ids = _names(names, count)
    is_observed = ~np.isnan(found.observed)
    return Ranking(
        ranked=found.ranked,
        names=ids,
        observed=_locked(found.observed),
        observed_rank=_locked(_ranks(np.where(is_observed, found.observed, -np.inf))),
        value=_locked(found.value),
        deviation=_locked(found.deviation),
        interval=found.interval,
        rank=_locked(_ranks(found.value)),
        group=_locked(_grouped(found.value, found.deviation, two_sided_quantile(found.interval.level))),
        top=top,
        top_probability=None if chances is None else _locked(chances),
        sizes=found.sizes,
        centre=found.centre,
    )


def _names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return tuple(map(str, range(count)))
    listed = as_tuple(names)
    require(listed, tuple, path=("names",))
    if len(listed) != count:
        raise InvalidValueError("length", path=("names",), expected=count, value=len(listed))
    for position, name in enumerate(listed):
        if not is_identifier(name):
            raise InvalidValueError("empty", path=("names", position), value=name)
    for position, name in repeated(listed):
        raise InvalidValueError("not_unique", path=("names", position), value=name)
    return listed


def _locked(column: NDArray[Any]) -> NDArray[Any]:
    """Return a view that nobody can write to."""
    view = np.asarray(column).view()
    view.flags.writeable = False
    return view


def _ranks(values: Column) -> NDArray[np.int64]:
    """Return the place of each, from 1 for the greatest; equal ones share the better place."""
    ordered = np.sort(-values)
    return ordered.searchsorted(-values, "left").astype(np.int64) + 1


def _best_first(value: Column, deviation: Column) -> NDArray[np.int64]:
    """Return the positions by value, of equal ones the less certain first, then by position."""
    return np.lexsort((np.arange(value.size), -deviation, -value))


def _grouped(value: Column, deviation: Column, z: float) -> NDArray[np.int64]:
    numbers = np.empty(value.size, dtype=np.int64)
    number = 0
    surest: list[tuple[float, float]] = []
    for position in _best_first(value, deviation).tolist():
        level, error = float(value[position]), float(deviation[position])
        if not number or any(better - level > z * math.hypot(other, error) for better, other in surest):
            number, surest = number + 1, []
        numbers[position] = number
        # One who is both lower and less certain than a member tells nobody apart whom that member does not.
        if not surest or error < surest[-1][1]:
            surest.append((level, error))
    return numbers
