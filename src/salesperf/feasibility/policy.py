"""The policy of an assessment: from what demand on a target is called too low, reasonable, a stretch, too high."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.validators import as_decimal, as_int, check_decimal, finite, of_type, whole

__all__ = ["DEFAULT_POLICY", "RANKS", "VERDICTS", "Cuts", "FeasibilityPolicy", "Verdict"]

Verdict: TypeAlias = Literal["too_low", "reasonable", "stretch", "too_high", "not_enough_evidence"]
VERDICTS: Final[tuple[Verdict, ...]] = ("too_low", "reasonable", "stretch", "too_high", "not_enough_evidence")
"""What may be said of a target, by rising demand; last, that nothing can be said."""

RANKS: Final[Mapping[Verdict, int]] = MappingProxyType({verdict: rank for rank, verdict in enumerate(VERDICTS[:-1])})
"""The verdicts that say something, by rising demand."""

_HIGHEST: Final = 10**6
_MOST_GROWTHS: Final = 10**6
_PRECISION: Final = 10**9


@attrs.frozen
class Cuts:
    """Where a demand, a number that rises with the target, passes from one verdict to the next.

    Parameters
    ----------
    low
        Below it the target is too low.
    high
        Up to it, and with it, the target is reasonable.
    highest
        Up to it, and with it, the target is a stretch; beyond it is too high.

    Raises
    ------
    InvalidValueError
        If one is no Decimal from 0 to 1,000,000, or they stand out of order.

    Examples
    --------
    >>> cuts = Cuts(Decimal("0.8"), Decimal(1), Decimal("1.2"))
    >>> [cuts.verdict(Fraction(demand, 10)) for demand in (7, 8, 10, 11, 12, 13)]
    ['too_low', 'reasonable', 'reasonable', 'stretch', 'stretch', 'too_high']
    """

    low: Decimal = attrs.field(converter=as_decimal)
    high: Decimal = attrs.field(converter=as_decimal)
    highest: Decimal = attrs.field(converter=as_decimal)

    def __attrs_post_init__(self) -> None:
        """Check the cuts and their order."""
        for name in ("low", "high", "highest"):
            check_decimal(getattr(self, name), ("Cuts", name), 0, _HIGHEST)
        for before, after in ((self.low, self.high), (self.high, self.highest)):
            if before > after:
                raise InvalidValueError("interval_reversed", path=("Cuts",), low=before, high=after)

    def verdict(self, demand: Fraction | float) -> Verdict:
        """Name a demand.

        A float is rounded to 1e-9, so that none ends just beyond a cut on which it lies.
        """
        exact = demand if isinstance(demand, Fraction) else Fraction(round(demand * _PRECISION), _PRECISION)
        if exact < self.low:
            return "too_low"
        if exact <= self.high:
            return "reasonable"
        return "stretch" if exact <= self.highest else "too_high"


def _as_count(value: int) -> int:
    return as_int(value)


def _cuts(low: str, high: str, highest: str) -> Cuts:
    return Cuts(Decimal(low), Decimal(high), Decimal(highest))


@attrs.frozen(kw_only=True)
class FeasibilityPolicy:
    """By which thresholds a target is judged, for each kind of evidence.

    The defaults are conventions of this library, stated so that they can be argued about: no standard gives any.

    Parameters
    ----------
    history
        Cuts of the percentile of the growth that the target asks for, among what past growth lets expect: by default a
        target is reasonable that is reached with a probability of 50 to 90 %, and a stretch down to 10 %.
    market
        Cuts of the share implied over the share today: by default from 5 % less to 10 % more of the share is reasonable,
        and up to 25 % more a stretch.
    capacity
        Cuts of the productivity required over the productivity shown: by default from 80 to 100 % is reasonable, and up to
        120 % a stretch.
    forecast
        Cuts of the probability of missing the target: by default as for the history.
    level
        The level of the prediction interval of the growth, within (0, 1).
    least_growths
        Fewer past growths than this say too little; at least 2.
    many_growths
        From so many past growths on their ranks are taken as they are, and no distribution is assumed; at least 2.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> DEFAULT_POLICY.history.verdict(0.5), DEFAULT_POLICY.capacity.verdict(Fraction(11, 10))
    ('reasonable', 'stretch')
    """

    history: Cuts = attrs.field(default=_cuts("0.1", "0.5", "0.9"), validator=of_type(Cuts))
    market: Cuts = attrs.field(default=_cuts("0.95", "1.1", "1.25"), validator=of_type(Cuts))
    capacity: Cuts = attrs.field(default=_cuts("0.8", "1", "1.2"), validator=of_type(Cuts))
    forecast: Cuts = attrs.field(default=_cuts("0.1", "0.5", "0.9"), validator=of_type(Cuts))
    level: float = attrs.field(default=0.8, validator=finite)
    least_growths: int = attrs.field(default=3, converter=_as_count, validator=whole(2, _MOST_GROWTHS))
    many_growths: int = attrs.field(default=20, converter=_as_count, validator=whole(2, _MOST_GROWTHS))

    def __attrs_post_init__(self) -> None:
        """Check the level."""
        if not 0 < self.level < 1:
            raise InvalidValueError("between", path=("FeasibilityPolicy", "level"), low=0, high=1, value=self.level)


DEFAULT_POLICY: Final = FeasibilityPolicy()
"""The thresholds by which a target is judged unless others are given."""
