"""Cohorts: of the customers who first bought in a period, who bought again in which later one, and by when."""

from datetime import date
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.customers.purchases import Purchases
from salesperf.customers.stages_of_life import rate_of
from salesperf.errors import InvalidValueError
from salesperf.messages import Catalogs
from salesperf.model.codes import Integers, read_only, same_content
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_choice, check_whole, require

__all__ = ["COHORT_GRAINS", "CohortGrain", "CohortTally", "cohorts", "repurchase"]

CohortGrain: TypeAlias = Literal["year", "quarter", "month", "week"]
COHORT_GRAINS: Final[tuple[CohortGrain, ...]] = ("year", "quarter", "month", "week")
"""Periods of the calendar in which customers first bought; weeks begin on Monday."""

_MONTHS: Final = {"year": 12, "quarter": 3, "month": 1}
_WEEK: Final = 7


def _as_counts(value: Integers) -> Integers:
    return read_only(np.asarray(value, dtype=np.int64))


@attrs.frozen(kw_only=True, eq=False)
class CohortTally(Result):
    """Customers by the period of their first purchase: made by :func:`cohorts`.

    Tallies of parts merge with ``+``; the partition key is the customer, whose purchases must all be in one part. Merging is
    associative and commutative, and :meth:`empty` changes nothing; tallies of another day or grain are refused.

    Attributes
    ----------
    as_of : date
        The day to whose end purchases are known.
    grain : str
        One of :data:`COHORT_GRAINS`.
    first : int
        The number of the first period: counted from year 1, weeks from the first Monday.
    sizes : array of int64, shape (periods,)
        How many customers bought for the first time in each, from the first period to that of ``as_of``.
    active : array of int64, shape (periods, periods)
        How many of each cohort bought in the period that many later; in the period itself all did.
    repeated : array of int64, shape (periods, periods)
        How many of each cohort had bought twice or more by the end of the period that many later.

    Examples
    --------
    >>> CohortTally.empty(as_of=date(2026, 9, 30)).rows()
    []
    """

    as_of: date
    grain: CohortGrain
    first: int
    sizes: Integers = attrs.field(converter=_as_counts)
    active: Integers = attrs.field(converter=_as_counts)
    repeated: Integers = attrs.field(converter=_as_counts)

    @classmethod
    def empty(cls, *, as_of: date, grain: CohortGrain = "month") -> "CohortTally":
        """Return a tally of nobody, to which others may be added."""
        return cohorts(Purchases.empty(as_of=as_of), grain=grain)

    def __add__(self, other: "CohortTally") -> "CohortTally":
        """Merge with the tally of other customers.

        Raises
        ------
        InvalidValueError
            If the two are as of unlike days or by unlike grains.
        """
        if not isinstance(other, CohortTally):
            return NotImplemented
        for field in ("as_of", "grain"):
            left, right = getattr(self, field), getattr(other, field)
            if left != right:
                raise InvalidValueError("tally_mismatch", path=("CohortTally",), field=field, left=left, right=right)
        if not (self.sizes.size and other.sizes.size):
            return self if self.sizes.size else other
        first = min(self.first, other.first)
        wide, more = (_widened(tally, first) for tally in (self, other))
        sums = {name: wide[name] + more[name] for name in wide}
        return CohortTally(as_of=self.as_of, grain=self.grain, first=first, **sums)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        return same_content(self, other) if isinstance(other, CohortTally) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # like a list, it holds columns

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The periods of the cohorts."""
        return tuple(_period(self.grain, self.first + place) for place in range(self.sizes.size))

    @cached_property
    def _ended(self) -> int:
        """How many of the periods have ended: all but the last one, or all."""
        return sum(period.last <= self.as_of for period in self.periods)

    def is_observed(self, cohort: int, age: int) -> bool:
        """Tell whether the period so many after that of a cohort has ended by the day to which purchases are known.

        Parameters
        ----------
        cohort
            The position of the cohort.
        age
            Periods after its first.

        Examples
        --------
        >>> CohortTally.empty(as_of=date(2026, 9, 30)).is_observed(0, 0)
        False
        """
        check_whole(cohort, ("cohort",), 0, np.iinfo(np.int64).max)
        check_whole(age, ("age",), 0, np.iinfo(np.int64).max)
        return cohort + age < self._ended

    def retention(self, cohort: int, age: int, *, level: float = 0.95) -> Estimate:
        """Tell the share of a cohort that bought in the period so many after its own.

        Parameters
        ----------
        cohort
            The position of the cohort.
        age
            Periods after its first.
        level
            That of the interval, within (0, 1).

        Returns
        -------
        Estimate
            Undefined, with the reason, where that period has not ended yet or the cohort is empty: not yet observed is not 0.

        Examples
        --------
        >>> print(CohortTally.empty(as_of=date(2026, 9, 30)).retention(0, 1).reason.text())
        that period has not ended yet
        """
        return self._share(self.active, cohort, age, level)

    def repurchase(self, cohort: int, age: int, *, level: float = 0.95) -> Estimate:
        """Tell the share of a cohort that had bought again by the end of the period so many after its own.

        Parameters
        ----------
        cohort, age, level
            As of :meth:`retention`.

        Examples
        --------
        >>> CohortTally.empty(as_of=date(2026, 9, 30)).repurchase(0, 1).value is None
        True
        """
        return self._share(self.repeated, cohort, age, level)

    def _shares(self, table: Integers, cohort: int) -> list[float | None]:
        """Return the shares of a cohort after 0, 1, 2 and more periods; ``None`` where not observed."""
        size = int(self.sizes[cohort])
        seen = max(self._ended - cohort, 0) if size else 0
        return [count / size if age < seen else None for age, count in enumerate(table[cohort].tolist())]

    def _share(self, table: Integers, cohort: int, age: int, level: float) -> Estimate:
        if not self.is_observed(cohort, age):
            return Estimate.undefined(Message("customers.reason.not_observed"))
        return rate_of(int(table[cohort, age]), int(self.sizes[cohort]), Message("customers.reason.no_customers"), level)

    def pooled(self, age: int, *, level: float = 0.95) -> Estimate:
        """Tell the retention of all cohorts together that can have reached an age.

        Parameters
        ----------
        age
            Periods after the first of each cohort.
        level
            That of the interval, within (0, 1).

        Examples
        --------
        >>> CohortTally.empty(as_of=date(2026, 9, 30)).pooled(1).value is None
        True
        """
        seen = [place for place in range(self.sizes.size) if self.is_observed(place, age)]
        if not seen:
            return Estimate.undefined(Message("customers.reason.not_observed"))
        counted = int(self.active[seen, age].sum())
        return rate_of(counted, int(self.sizes[seen].sum()), Message("customers.reason.no_customers"), level)

    def rows(self) -> list[Row]:
        """Return a row for each cohort: its size, and the share that bought in each period after, as far as observed."""
        rows: list[Row] = []
        for place, period in enumerate(self.periods):
            row: Row = {"cohort": period.label, "customers": int(self.sizes[place])}
            shares = self._shares(self.active, place)
            row |= {f"after_{age}": share for age, share in enumerate(shares) if age}
            rows.append(row)
        return rows

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write how many of all cohorts bought again after each number of periods, and which are not yet observed."""
        said = []
        for age in range(1, self.sizes.size):
            share = self.pooled(age)
            told: dict[str, Any] = {"age": age, "grain": Message(f"customers.grain.{self.grain}")}
            if share.value is not None:
                shown = {"rate": share.value, "low": share.low, "high": share.high, "n": share.n}
                said.append(Message.of("customers.text.cohort", **told, **shown))
        unseen = int(self.sizes[-1]) if self.sizes.size and not self.is_observed(self.sizes.size - 1, 0) else 0
        if unseen:
            period = self.periods[-1]
            said.append(Message.of("customers.text.open_cohort", period=period, count=unseen))
        return "\n".join(message.text(lang, catalogs) for message in said)


def cohorts(purchases: Purchases, *, grain: CohortGrain = "month") -> CohortTally:
    """Follow customers from the period of their first purchase.

    Parameters
    ----------
    purchases
        Who bought when: all purchases of each customer, from the first on.
    grain
        One of :data:`COHORT_GRAINS`.

    Returns
    -------
    CohortTally
        Customers without purchases are in no cohort.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.

    Notes
    -----
    A customer is of the first cohort on record in which there is a purchase: who bought before the records begin looks newer
    than is true, so leave the first periods out where records begin in the middle of things.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> days = np.array(["2026-07-03", "2026-08-09", "2026-07-20", "2026-08-02", "2026-09-30"], dtype="datetime64[D]")
    >>> bought = Purchases.of(Codes.of(list("aabcc")), days, np.full(5, 100), unit=CNY, as_of=date(2026, 9, 30))
    >>> print(cohorts(bought))
    cohort   customers  after_1  after_2
    2026-07          2      0.5        0
    2026-08          1        1
    2026-09          0
    """
    require(purchases, Purchases, path=("purchases",))
    check_choice(grain, COHORT_GRAINS, ("grain",))
    codes, days = purchases.bought
    numbers = _numbers(days, grain)
    if not numbers.size:
        return CohortTally(as_of=purchases.as_of, grain=grain, first=0, sizes=_NONE, active=_TABLE, repeated=_TABLE)
    begins = np.concatenate(([True], np.diff(codes) > 0))
    first = int(numbers[begins].min())
    last = int(_numbers(np.array([purchases.as_of.toordinal()]), grain)[0])
    size = last - first + 1
    own = numbers[begins][np.cumsum(begins) - 1] - first
    # Within a customer purchases are in order, so a period begins where the number differs from the one before.
    is_new = begins | np.concatenate(([True], np.diff(numbers) != 0))
    ages = numbers - first - own
    active = np.bincount((own * size + ages)[is_new], minlength=size * size).reshape(size, size)
    second = np.concatenate(([False], begins[:-1])) & ~begins
    repeated = np.bincount((own * size + ages)[second], minlength=size * size).reshape(size, size)
    return CohortTally(
        as_of=purchases.as_of,
        grain=grain,
        first=first,
        sizes=np.bincount(own[begins], minlength=size),
        active=active,
        # What lies beyond the last period is of no cohort, whatever the tally is merged with.
        repeated=np.where(np.add.outer(np.arange(size), np.arange(size)) < size, np.cumsum(repeated, axis=1), 0),
    )


_NONE: Final = np.zeros(0, dtype=np.int64)
_TABLE: Final = np.zeros((0, 0), dtype=np.int64)


def _widened(tally: CohortTally, first: int) -> dict[str, Integers]:
    """Return the counts of a tally with the periods before its own, of which nobody is."""
    more = tally.first - first
    return {
        "sizes": np.concatenate((np.zeros(more, np.int64), tally.sizes)),
        "active": np.pad(tally.active, ((more, 0), (0, more))),
        "repeated": np.pad(tally.repeated, ((more, 0), (0, more))),
    }


def _numbers(days: Integers, grain: CohortGrain) -> Integers:
    """Return the number of the period of each day, given as an ordinal."""
    if grain == "week":
        return (days - 1) // _WEEK
    months = (days - date(1970, 1, 1).toordinal()).view("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return (months + 1970 * 12) // _MONTHS[grain]


def _period(grain: CohortGrain, number: int) -> Period:
    if grain == "week":
        start = date.fromordinal(number * _WEEK + 1)
        year, week, _ = start.isocalendar()
        return Period.week(year, week)
    year, part = divmod(number, 12 // _MONTHS[grain])
    if grain == "year":
        return Period.year(year)
    return Period.quarter(year, part + 1) if grain == "quarter" else Period.month(year, part + 1)


def repurchase(purchases: Purchases, period: Period, *, level: float = 0.95) -> Estimate:
    """Tell the repurchase rate (复购率): of the customers who bought in a period, who bought twice or more in it.

    Parameters
    ----------
    purchases
        Who bought when.
    period
        The window.
    level
        That of the interval, within (0, 1).

    Returns
    -------
    Estimate
        Undefined where nobody bought in the period, or it has not begun; where it is not over, that is its reason.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.

    Notes
    -----
    customers with two or more purchases / customers with one or more, both within the period, as
    :func:`salesperf.formulas.repurchase_rate`. Who came late in the window had little time to come again: cohorts give all
    the same.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> days = np.array(["2026-07-03", "2026-08-09", "2026-07-20"], dtype="datetime64[D]")
    >>> bought = Purchases.of(Codes.of(list("aab")), days, np.full(3, 100), unit=CNY, as_of=date(2026, 9, 30))
    >>> print(repurchase(bought, Period.quarter(2026, 3)))
    0.5 [0.0945312, 0.905469], n = 2
    """
    require(purchases, Purchases, path=("purchases",))
    require(period, Period, path=("period",))
    codes, days = purchases.bought
    inside = (days >= period.start.toordinal()) & (days < period.end.toordinal())
    counts = np.bincount(codes[inside], minlength=len(purchases.customers))
    told = rate_of(int((counts > 1).sum()), int((counts > 0).sum()), Message("customers.reason.nobody_bought"), level)
    if told.value is not None and period.last > purchases.as_of:
        return attrs.evolve(told, reason=Message.of("customers.reason.not_over", as_of=purchases.as_of))
    return told
