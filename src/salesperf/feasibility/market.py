"""Market: the share of the market that a target implies, against today's, ours and others'."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

import attrs

from salesperf.allocation.parts import refuse
from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.feasibility.evidence import Evidence, EvidenceKind
from salesperf.feasibility.policy import FeasibilityPolicy, Verdict
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, Quotient
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.validators import (
    anything,
    as_decimal,
    as_frozen_map,
    check_decimal,
    frozen_map,
    identifier,
    of_type,
)

__all__ = ["Market", "MarketEvidence"]

_MOST_GROWTH = 1000


def _as_shares(value: Mapping[str, Decimal | int]) -> FrozenMap[str, Decimal]:
    shares: Any = as_frozen_map(value)
    return FrozenMap({name: as_decimal(share) for name, share in shares.items()}) if type(shares) is FrozenMap else shares


@attrs.frozen(kw_only=True)
class Market:
    """The market of which a target is a part.

    Parameters
    ----------
    size
        What all sellers together sold in it in the period before the target's, as long and with the same season; above 0.
    growth_rate
        By which fraction it is to grow until the target's period; above -1.
    share
        Our share of it then, a fraction.
    competitors
        The shares of the named others, fractions; all shares sum to at most 1.

    Raises
    ------
    InvalidValueError
        If a value is malformed or out of range, or the shares sum to more than 1.
    InvalidInputError
        With several of these faults at once.

    Examples
    --------
    >>> from salesperf import CNY
    >>> market = Market(
    ...     size=Amount.of(1_000_000, CNY),
    ...     growth_rate=Decimal("0.08"),
    ...     share=Decimal("0.12"),
    ...     competitors={"beihe": Decimal("0.3"), "nanling": Decimal("0.14")},
    ... )
    >>> str(market.later_size)
    '1,080,000.00 CNY'
    """

    size: Amount = attrs.field(validator=of_type(Amount))
    growth_rate: Decimal = attrs.field(converter=as_decimal)
    share: Decimal = attrs.field(converter=as_decimal)
    competitors: FrozenMap[str, Decimal] = attrs.field(
        default=FrozenMap(), converter=_as_shares, validator=frozen_map(identifier, anything)
    )

    def __attrs_post_init__(self) -> None:
        """Check ranges, and that the shares are of one whole."""
        refuse(self._faults())

    def _faults(self) -> list[SalesperfError]:
        faults: list[SalesperfError] = []
        if self.size.minor <= 0:
            faults.append(InvalidValueError("not_positive", path=("Market", "size"), value=self.size.decimal))
        fractions = [(("growth_rate",), self.growth_rate, -1, _MOST_GROWTH), (("share",), self.share, 0, 1)]
        for path, value, low, high in [
            *fractions,
            *((("competitors", name), share, 0, 1) for name, share in self.competitors.items()),
        ]:
            try:
                check_decimal(value, ("Market", *path), low, high)
            except InvalidValueError as error:
                faults.append(error)
        if faults:
            return faults
        if self.later_size.minor < 1:
            faults.append(InvalidValueError("market_vanishes", path=("Market", "growth_rate"), value=self.growth_rate))
        known = sum(map(Fraction, self.competitors.values()), Fraction(self.share))
        if known > 1:
            faults.append(InvalidValueError("market_shares", path=("Market", "share"), value=known))
        return faults

    @property
    def later_size(self) -> Amount:
        """The size in the target's period: size (1 + growth), rounded half up."""
        return self.size.times(1 + Fraction(self.growth_rate))


@attrs.frozen(kw_only=True)
class MarketEvidence(Evidence):
    """The share of the market that a target implies: made by :func:`assess`.

    Attributes
    ----------
    target : Amount
        What is to be reached.
    market : Market
        The market of which it is a part.
    policy : FeasibilityPolicy
        By which cuts of the share implied over the share today the verdict goes.

    Notes
    -----
    share implied = target / (size (1 + growth)). More than all of the market is too high, whatever the share today. Whoever
    overtakes a named competitor, as that one stands today, has at least a stretch to go.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.feasibility import DEFAULT_POLICY
    >>> market = Market(
    ...     size=Amount.of(1_000, CNY),
    ...     growth_rate=Decimal("0.1"),
    ...     share=Decimal("0.12"),
    ...     competitors={"beihe": Decimal("0.3"), "nanling": Decimal("0.125")},
    ... )
    >>> found = MarketEvidence(target=Amount.of(143, CNY), market=market, policy=DEFAULT_POLICY)
    >>> found.implied_share, found.overtaken, found.verdict
    (0.13, ('nanling',), 'stretch')
    >>> print(found.breakdown.text())
    share implied over the share today: 13/12 = quotient of
      share of the market implied: 0.13 = quotient of
        target: CNY 143.00
        market in the target's period: CNY 1,100.00 = product of
          market before: CNY 1,000.00
          one plus its growth: 11/10
      share today: 0.12
    """

    kind: ClassVar[EvidenceKind] = "market"
    target: Amount
    market: Market
    policy: FeasibilityPolicy

    def _share_of(self, amount: Amount) -> Fraction:
        return Fraction(amount.minor, self.market.later_size.minor)

    @property
    def implied_share(self) -> float:
        """The share of the market that the target implies, a fraction."""
        return float(self._share_of(self.target))

    @property
    def demand(self) -> float | None:
        """The share implied over the share today; ``None`` where we have none today."""
        return float(self._share_of(self.target) / Fraction(self.market.share)) if self.market.share else None

    @property
    def overtaken(self) -> tuple[str, ...]:
        """The named competitors who are ahead today, and would not be any more as they stand, in order of their names."""
        return self._overtaken_by(self.target)

    def _overtaken_by(self, amount: Amount) -> tuple[str, ...]:
        implied = self._share_of(amount)
        return tuple(name for name, share in self.market.competitors.items() if self.market.share < share <= implied)

    def judge(self, amount: Amount) -> Verdict:
        """Say what the verdict would be of another amount in the place of the target."""
        implied = self._share_of(amount)
        if implied > 1:
            return "too_high"
        if not self.market.share:
            return "not_enough_evidence"
        verdict = self.policy.market.verdict(implied / Fraction(self.market.share))
        return "stretch" if verdict in ("too_low", "reasonable") and self._overtaken_by(amount) else verdict

    @property
    def reason(self) -> Message:
        """The share implied and the share today, and who would be overtaken."""
        shares = {"implied": self.implied_share, "share": self.market.share}
        if self.implied_share > 1:
            return Message.of("feasibility.reason.beyond_market", size=self.market.later_size, **shares)
        if not self.market.share:
            return Message.of("feasibility.reason.no_share", **shares)
        if self.overtaken:
            return Message.of("feasibility.reason.overtakes", names=self.overtaken, **shares)
        return Message.of("feasibility.reason.share", **shares)

    @property
    def breakdown(self) -> Breakdown:
        """The share implied over the share today, and the market that it is a share of."""
        implied, today = self._share_of(self.target), Fraction(self.market.share)
        size = Breakdown(
            label=Message("feasibility.market_size"),
            value=self.market.later_size,
            rule=Product(),
            parts=(
                Breakdown(label=Message("feasibility.market_before"), value=self.market.size),
                Breakdown(label=Message("feasibility.market_growth"), value=1 + Fraction(self.market.growth_rate)),
            ),
        )
        share = Breakdown(
            label=Message("feasibility.implied_share"),
            value=implied,
            rule=Quotient(),
            parts=(Breakdown(label=Message("breakdown.target"), value=self.target), size),
        )
        return Breakdown(
            label=Message("feasibility.share_ratio"),
            value=implied / today if today else None,
            rule=Quotient(),
            parts=(share, Breakdown(label=Message("feasibility.share_today"), value=self.market.share)),
        )
