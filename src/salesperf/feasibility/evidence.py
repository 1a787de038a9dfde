"""Evidence: what one thing that is known says of a target, and of any other amount in its place."""

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.feasibility.policy import RANKS, Verdict
from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import of_type

__all__ = ["EVIDENCE", "AmountRange", "Evidence", "EvidenceKind", "spanning"]

EvidenceKind: TypeAlias = Literal["history", "market", "capacity", "forecast"]
EVIDENCE: Final[tuple[EvidenceKind, ...]] = ("history", "market", "capacity", "forecast")
"""The kinds of evidence, in the order in which they are shown."""


@attrs.frozen(kw_only=True)
class AmountRange:
    """A range of amounts, both ends within it.

    Parameters
    ----------
    low, high
        The ends, in one unit.

    Raises
    ------
    InvalidValueError
        If an end is no amount, or they stand in the wrong order.
    UnitMismatchError
        If they are in two units.

    Examples
    --------
    >>> from salesperf import CNY
    >>> fair = AmountRange(low=Amount.of(90, CNY), high=Amount.of(110, CNY))
    >>> Amount.of(100, CNY) in fair, fair.text()
    (True, 'CNY 90.00 to CNY 110.00')
    """

    low: Amount = attrs.field(validator=of_type(Amount))
    high: Amount = attrs.field(validator=of_type(Amount))

    def __attrs_post_init__(self) -> None:
        """Check the order."""
        if self.low > self.high:
            raise InvalidValueError("interval_reversed", path=("AmountRange",), low=self.low.decimal, high=self.high.decimal)

    def __contains__(self, amount: Amount) -> bool:
        """Tell whether an amount lies within."""
        return self.low <= amount <= self.high

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the range for a reader."""
        return Message.of("feasibility.range", low=self.low, high=self.high).text(lang, catalogs)


class Evidence(Result):
    """What one kind of evidence says of a target: made by :func:`assess`.

    Attributes
    ----------
    kind : str
        One of :data:`EVIDENCE`.
    target : Amount
        What is to be reached.

    Examples
    --------
    >>> from salesperf.feasibility import MarketEvidence
    >>> issubclass(MarketEvidence, Evidence), MarketEvidence.kind
    (True, 'market')
    """

    __slots__ = ()

    kind: ClassVar[EvidenceKind]
    target: Amount

    @abstractmethod
    def judge(self, amount: Amount) -> Verdict:
        """Say what the verdict would be of another amount in the place of the target.

        It never falls as the amount rises, unless there is not enough evidence.
        """

    @property
    @abstractmethod
    def demand(self) -> float | None:
        """What the target asks for, as a number that rises with it; ``None`` where :attr:`reason` says why."""

    @property
    @abstractmethod
    def reason(self) -> Message:
        """Why the verdict is what it is."""

    @property
    @abstractmethod
    def breakdown(self) -> Breakdown:
        """The demand and what it is made of."""

    @property
    def verdict(self) -> Verdict:
        """What the evidence says of the target."""
        return self.judge(self.target)

    @property
    def reasonable(self) -> AmountRange | None:
        """The amounts that this evidence calls reasonable, to the smallest unit; ``None`` where there is none."""
        span = self.span()
        return None if span is None else spanning(*span, like=self.target)

    def span(self) -> tuple[int, int] | None:
        """Return the smallest amount that is not too low, and the largest that is no stretch, in smallest units.

        The second lies below the first where the verdict passes from too low to a stretch at once; ``None`` where there is
        not enough evidence.
        """
        if self.verdict not in RANKS:
            return None
        start = self.target.minor

        def asks(rank: int) -> Callable[[int], bool]:
            return lambda minor: RANKS.get(self.judge(Amount(minor=minor, unit=self.target.unit)), 0) >= rank

        return _first(asks(RANKS["reasonable"]), start), _first(asks(RANKS["stretch"]), start) - 1

    def rows(self) -> list[Row]:
        """Return one row: the kind, the verdict, the demand, the reasonable range in whole units, and the reason."""
        fair = self.reasonable
        return [
            {
                "evidence": self.kind,
                "verdict": self.verdict,
                "demand": self.demand,
                "low": None if fair is None else fair.low.decimal,
                "high": None if fair is None else fair.high.decimal,
                "reason": self.reason.text(),
            }
        ]


def spanning(low: int, high: int, *, like: Amount) -> AmountRange | None:
    """Return the amounts from low to high, in smallest units of another amount; ``None`` where there are none."""
    if low > high:
        return None
    return AmountRange(low=Amount(minor=low, unit=like.unit), high=Amount(minor=high, unit=like.unit))


def _first(holds: Callable[[int], bool], start: int) -> int:
    """Return the smallest number from 1 on for which something holds that keeps holding; one beyond all amounts if none.

    The search doubles its steps away from a number that is likely near, since each look may be dear.
    """
    below, above, step = 0, INT64_MAX + 1, 1
    if holds(start):
        above = start
        while above - step > 0 and holds(above - step):
            above, step = above - step, 2 * step
        below = max(above - step, 0)
    else:
        below = start
        while below + step <= INT64_MAX and not holds(below + step):
            below, step = below + step, 2 * step
        above = min(below + step, INT64_MAX + 1)
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
