"""Where customers stand: new, active, won back, at risk, lost, by how long ago they bought; and how many stayed."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.customers.purchases import Purchases
from salesperf.errors import InvalidValueError
from salesperf.kernels.proportion import wilson
from salesperf.messages import Catalogs
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.codes import Integers, read_only, same_content
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_choice, require, whole

__all__ = ["STATES", "Lifecycle", "LifecyclePolicy", "State", "lifecycle", "rate_of"]

State: TypeAlias = Literal["prospect", "new", "active", "won_back", "at_risk", "lost"]
STATES: Final[tuple[State, ...]] = ("prospect", "new", "active", "won_back", "at_risk", "lost")
"""Where a customer stands: never bought; bought for the first time not long ago; buys; buys again not long since, after having
been lost; has not bought for a while; has not bought for so long that nobody expects it any more."""

_HERE: Final = tuple(STATES.index(state) for state in ("new", "active", "won_back", "at_risk"))
"""Who is a customer at a time: everybody who bought and is not lost."""
_MOST_DAYS: Final = 36_500


@attrs.frozen(kw_only=True)
class LifecyclePolicy:
    """By which days a customer is told to be new, at risk, or lost.

    Parameters
    ----------
    new_for
        For so many days after the first purchase a customer is new, and after the first one since being lost won back.
    at_risk_after
        Who has not bought for so many days is at risk.
    lost_after
        Who has not bought for so many days is lost.

    Raises
    ------
    InvalidValueError
        If a number of days is no whole number above 0, or one is lost before being at risk.

    Examples
    --------
    >>> LifecyclePolicy(at_risk_after=45, lost_after=120).new_for
    90
    """

    new_for: int = attrs.field(default=90, validator=whole(1, _MOST_DAYS))
    at_risk_after: int = attrs.field(default=180, validator=whole(1, _MOST_DAYS))
    lost_after: int = attrs.field(default=365, validator=whole(1, _MOST_DAYS))

    def __attrs_post_init__(self) -> None:
        """Refuse to lose customers before they are at risk."""
        if self.lost_after <= self.at_risk_after:
            path = ("LifecyclePolicy", "lost_after")
            raise InvalidValueError(
                "out_of_range", path=path, low=self.at_risk_after + 1, high=_MOST_DAYS, value=self.lost_after
            )


DEFAULT_POLICY: Final = LifecyclePolicy()


def _as_numbers(value: Integers) -> Integers:
    return read_only(value)


@attrs.frozen(kw_only=True, eq=False)
class Lifecycle(Result):
    """Where customers stand on a day, and where they stood on an earlier one: made by :func:`lifecycle`.

    Attributes
    ----------
    as_of : date
        The day.
    since : date or None
        The earlier one.
    policy : LifecyclePolicy
        What tells the states apart.
    customers : tuple of str
        All customers, sorted.
    moves : array of int64, shape (states, states)
        How many customers stood as the row says on the earlier day and stand as the column says now, in the order of
        :data:`STATES`; all in the first row where there is no earlier day.

    Examples
    --------
    >>> nobody = lifecycle(Purchases.empty(as_of=date(2026, 9, 30)))
    >>> print(nobody.breakdown.text())
    customers: 0 = sum of
      never bought: 0
      new: 0
      active: 0
      won back: 0
      at risk: 0
      lost: 0
    """

    as_of: date
    since: date | None
    policy: LifecyclePolicy
    customers: tuple[str, ...]
    _states: Integers = attrs.field(converter=_as_numbers)
    moves: Integers = attrs.field(converter=_as_numbers)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        return same_content(self, other) if isinstance(other, Lifecycle) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # like a list, it holds columns

    @property
    def counts(self) -> Mapping[State, int]:
        """How many customers stand so."""
        return MappingProxyType(dict(zip(STATES, self.moves.sum(axis=0).tolist(), strict=True)))

    @cached_property
    def state_by_customer(self) -> Mapping[str, State]:
        """Where each customer stands."""
        return MappingProxyType(
            {name: STATES[state] for name, state in zip(self.customers, self._states.tolist(), strict=True)}
        )

    def moved(self, before: State, after: State) -> int:
        """Tell how many customers stood so before and stand so now.

        Raises
        ------
        InvalidValueError
            If a word is no state.

        Examples
        --------
        >>> lifecycle(Purchases.empty(as_of=date(2026, 9, 30))).moved("active", "lost")
        0
        """
        for name, state in (("before", before), ("after", after)):
            check_choice(state, STATES, (name,))
        return int(self.moves[STATES.index(before), STATES.index(after)])

    @property
    def retention(self) -> Estimate:
        """The share of the customers of the earlier day, those who had bought and were not lost, who are not lost now."""
        if self.since is None:
            return Estimate.undefined(Message("customers.reason.no_earlier_day"))
        opening = self.moves[list(_HERE)]
        return rate_of(int(opening[:, list(_HERE)].sum()), int(opening.sum()), Message("customers.reason.no_customers"))

    @property
    def breakdown(self) -> Breakdown:
        """All customers as the sum of the states."""
        parts = [Breakdown(label=Message(f"customers.state.{state}"), value=count) for state, count in self.counts.items()]
        return Breakdown(label=Message("customers.all"), value=len(self.customers), rule=Sum(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for each state: how many customers, which share of all, and how many there were on the earlier day."""
        opening = self.moves.sum(axis=1).tolist()
        size = len(self.customers)
        return [
            {
                "state": state,
                "customers": count,
                "share": count / size if size else None,
                "before": None if self.since is None else before,
            }
            for (state, count), before in zip(self.counts.items(), opening, strict=True)
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write how many stand where, and how many of the earlier customers stayed."""
        said = [
            Message.of(
                "customers.text.lifecycle",
                as_of=self.as_of,
                count=len(self.customers),
                **{str(state): count for state, count in self.counts.items()},
            )
        ]
        if self.since is not None:
            told: dict[str, Any] = {"since": self.since, "lost": int(self.moves[list(_HERE), STATES.index("lost")].sum())}
            kept = self.retention
            key = "customers.text.retention" if kept.value is not None else "customers.text.no_retention"
            said.append(Message.of(key, **told, rate=kept.value, low=kept.low, high=kept.high, n=kept.n))
        return "\n".join(message.text(lang, catalogs) for message in said)


def lifecycle(purchases: Purchases, *, since: date | None = None, policy: LifecyclePolicy = DEFAULT_POLICY) -> Lifecycle:
    """Tell where each customer stands at the end of the day to which purchases are known.

    Parameters
    ----------
    purchases
        Who bought when; :meth:`Purchases.until` asks about an earlier day.
    since
        An earlier day to compare with.
    policy
        The days that tell the states apart.

    Returns
    -------
    Lifecycle
        One state for each customer.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the earlier day is not earlier.

    Notes
    -----
    By the days d since the last purchase: lost from ``lost_after`` on, at risk from ``at_risk_after`` on. Who bought later
    than that is won back for ``new_for`` days after the first purchase that came ``lost_after`` or more days after the one
    before; new for as many days after the first purchase of all; and else active. Who never bought is a prospect: no
    customer yet, and neither lost nor kept.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> today = np.datetime64("2026-09-30")
    >>> who = Codes.of(["fresh", "steady", "steady", "quiet", "gone", "back", "back"])
    >>> ago = np.array([5, 400, 20, 200, 500, 800, 10])
    >>> bought = Purchases.of(who, today - ago, np.full(7, 100), unit=CNY, as_of=date(2026, 9, 30))
    >>> dict(lifecycle(bought).state_by_customer)
    {'back': 'won_back', 'fresh': 'new', 'gone': 'lost', 'quiet': 'at_risk', 'steady': 'won_back'}
    """
    require(purchases, Purchases, path=("purchases",))
    require(policy, LifecyclePolicy, path=("policy",))
    now = _states(purchases, policy)
    if since is None:
        then = np.zeros_like(now)
    else:
        earlier = purchases.until(since)
        if since == purchases.as_of:
            raise InvalidValueError("days_reversed", path=("since",), first=since, last=purchases.as_of)
        then = _states(earlier, policy)
    size = len(STATES)
    moves = np.bincount(then * size + now, minlength=size * size).reshape(size, size)
    return Lifecycle(as_of=purchases.as_of, since=since, policy=policy, customers=purchases.customers, states=now, moves=moves)


def _states(purchases: Purchases, policy: LifecyclePolicy) -> Integers:
    today = purchases.as_of.toordinal()
    quiet, age = today - purchases.last, today - purchases.first
    codes, days = purchases.bought
    returned = np.zeros(len(purchases.customers), dtype=np.int64)
    gaps = np.flatnonzero((np.diff(codes) == 0) & (np.diff(days) >= policy.lost_after)) + 1
    returned[codes[gaps]] = days[gaps]  # in order of days, so that the last return of each stays
    # The first that holds decides.
    cases: list[tuple[Any, State]] = [
        (purchases.counts == 0, "prospect"),
        (quiet >= policy.lost_after, "lost"),
        (quiet >= policy.at_risk_after, "at_risk"),
        ((returned > 0) & (today - returned < policy.new_for), "won_back"),
        (age < policy.new_for, "new"),
    ]
    numbers = [STATES.index(state) for _, state in cases]
    return np.select([case for case, _ in cases], numbers, STATES.index("active")).astype(np.int64)


def rate_of(part: int, whole_count: int, nothing: Message, level: float = 0.95) -> Estimate:
    """Tell a share with Wilson's interval; ``nothing`` says why there is none."""
    if not whole_count:
        return Estimate.undefined(nothing)
    interval = wilson(part, whole_count, level=level)
    return Estimate(value=part / whole_count, low=interval.low, high=interval.high, n=whole_count, level=level)
