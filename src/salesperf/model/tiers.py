"""Tiers of a commission: from where to where which rate holds, and what is wrong with a schedule of them."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, Phrase
from salesperf.model.validators import as_decimal, as_sorted_tuple, check_decimal, optional, place

__all__ = ["TIER_MODES", "Tier", "TierMode", "as_tiers", "rate", "tier_faults"]

TierMode: TypeAlias = Literal["marginal", "retroactive", "overage", "interpolated"]
TIER_MODES: Final[tuple[TierMode, ...]] = ("marginal", "retroactive", "overage", "interpolated")
"""How tiers pay: each slice at its own rate (超额累进); everything at the rate reached (全额累进); what the first tier holds at
its rate and all beyond it at the rate reached; or each tier as far as it is filled."""

_MOST: Final = 10**18


def rate(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a Decimal of 0 or more."""
    check_decimal(value, place(instance, attribute), -_MOST, _MOST)
    if isinstance(value, Decimal) and value < 0:
        raise InvalidValueError("below_zero", path=place(instance, attribute), value=value)


def _as_end(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else as_decimal(value)


@attrs.frozen
class Tier:
    """A tier: from where, up to and without where, and the rate within.

    Parameters
    ----------
    start
        Where it begins, 0 or more, and itself belongs to it: in whole units of the measure (10000 for 10,000.00 CNY), or as a
        share of the quota.
    end
        Where it ends, without belonging to it; ``None`` for no end.
    rate
        Pay per unit within, or a multiple of what the plan states; of an ``interpolated`` schedule what the tier brings when
        it is full, in whole units of money or as a share of target pay. 0 or more.

    Raises
    ------
    InvalidValueError
        If a number is no int or Decimal, or below 0, or the tier does not end after it starts.

    Examples
    --------
    >>> Tier(10_000, 50_000, Decimal("0.02")).rate
    Decimal('0.02')
    """

    start: Decimal = attrs.field(converter=as_decimal, validator=rate)
    end: Decimal | None = attrs.field(converter=_as_end, validator=optional(rate))
    rate: Decimal = attrs.field(converter=as_decimal, validator=rate)

    def __attrs_post_init__(self) -> None:
        """Refuse a tier that holds nothing."""
        if self.end is not None and self.end <= self.start:
            raise InvalidValueError("tier_reversed", path=("Tier", "end"), start=self.start, value=self.end)


def _shown(bound: Decimal | None) -> Phrase:
    """Write a bound for an error in full: the bounds of a plan are nobody's telephone number."""
    return Phrase("amount", amount="∞" if bound is None else f"{bound:,f}")


def as_tiers(value: Iterable[Tier]) -> tuple[Tier, ...]:
    """Take any iterable of tiers as a tuple, lowest first."""
    return as_sorted_tuple(value, Tier, lambda tier: (tier.start, tier.end is None, tier.end or 0))


def tier_faults(tiers: Sequence[Tier], mode: TierMode) -> Iterator[InvalidValueError]:
    """Tell why nobody could be paid by a schedule: gaps and overlaps, and where it ends.

    Examples
    --------
    >>> drafted = [Tier(0, 100, Decimal("0.01")), Tier(120, None, Decimal("0.02"))]
    >>> [(fault.code, fault.path) for fault in tier_faults(drafted, "marginal")]
    [('tiers_gap', ('tiers', 1))]
    """
    if not tiers:
        yield InvalidValueError("tiers_empty", path=("tiers",))
        return
    if tiers[0].start:
        yield InvalidValueError("tiers_gap", path=("tiers", 0), end=_shown(Decimal(0)), start=_shown(tiers[0].start))
    for position, (lower, upper) in enumerate(pairwise(tiers), 1):
        if lower.end is None or upper.start < lower.end:
            yield InvalidValueError("tiers_overlap", path=("tiers", position), end=_shown(lower.end), start=_shown(upper.start))
        elif upper.start > lower.end:
            yield InvalidValueError("tiers_gap", path=("tiers", position), end=_shown(lower.end), start=_shown(upper.start))
    last = len(tiers) - 1
    if (tiers[last].end is None) is (mode == "interpolated"):
        code = "tiers_no_end" if mode == "interpolated" else "tiers_end"
        yield InvalidValueError(code, path=("tiers", last), value=_shown(tiers[last].end))
