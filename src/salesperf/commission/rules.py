"""The rules of a statement's breakdown: what a part pays for what was reached."""

from fractions import Fraction
from typing import ClassVar

import attrs

from salesperf.commission.pieces import Pieces
from salesperf.commission.stepping import Credit, Step, share_of_pool
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Product, Sum
from salesperf.model.message import Message
from salesperf.model.pay_parts import Pool
from salesperf.model.rule import BreakdownValue

__all__ = ["OnPieces", "RoundedTo", "ShareOfPool", "paid_in_all"]


@attrs.frozen
class OnPieces:
    """What tiers or a curve pay for the one part, a number of smallest units of credit.

    Parameters
    ----------
    pieces
        The straight pieces.
    """

    key: ClassVar[str] = "rule.on_tiers"
    pieces: Pieces

    def __call__(self, node: Breakdown) -> BreakdownValue:
        """Look up."""
        (part,) = node.parts
        return self.pieces.exact(Fraction(part.value)) if isinstance(part.value, int | Fraction) else None


@attrs.frozen
class RoundedTo:
    """The one part, a number of smallest units, rounded half up to an amount.

    Parameters
    ----------
    unit
        Of the amount.
    """

    key: ClassVar[str] = "rule.rounded"
    unit: Unit

    def __call__(self, node: Breakdown) -> BreakdownValue:
        """Round."""
        (part,) = node.parts
        if not isinstance(part.value, int | Fraction):
            return None
        return Amount(minor=round_fraction(Fraction(part.value)), unit=self.unit)


@attrs.frozen
class ShareOfPool:
    """The share of one in the one part, an amount, by weights.

    Parameters
    ----------
    weights
        Of everybody who shares.
    position
        Which of them is the one's.
    """

    key: ClassVar[str] = "rule.share_of_pool"
    weights: tuple[int, ...]
    position: int

    def __call__(self, node: Breakdown) -> BreakdownValue:
        """Divide."""
        (part,) = node.parts
        if not isinstance(part.value, Amount):
            return None
        return Amount(minor=share_of_pool(part.value.minor, self.weights, self.position), unit=part.value.unit)


def paid_in_all(step: Step, unit: Unit) -> tuple[Breakdown, Breakdown]:
    """Return the trees of what a part pays in all with an entry, and without it."""
    return _in_all(step, unit, step.after, step.exact_after, "with"), _in_all(
        step, unit, step.before, step.exact_before, "without"
    )


def _in_all(step: Step, unit: Unit, reached: Credit, exact: Fraction, which: str) -> Breakdown:
    if isinstance(step.part, Pool) and step.position is not None:
        shared = ShareOfPool(tuple(step.part.weights.values()), step.position)
        return _of_pool(step, shared, Amount(minor=int(exact), unit=unit), reached, which)
    if step.pieces is not None:
        credit = Breakdown(label=Message(f"commission.reached_{which}"), value=reached)
        inner = Breakdown(label=Message("commission.before_rounding"), value=exact, rule=OnPieces(step.pieces), parts=(credit,))
    elif which == "without" or step.rate is None:
        inner = Breakdown(label=Message("commission.before_rounding"), value=exact)
    else:
        inner = _with_entry(step, exact)
    value = Amount(minor=round_fraction(exact), unit=unit)
    return Breakdown(label=Message(f"commission.paid_{which}"), value=value, rule=RoundedTo(unit), parts=(inner,))


def _of_pool(step: Step, shared: ShareOfPool, share: Amount, reached: Credit, which: str) -> Breakdown:
    """Return the tree of a share of the pool that so much credit fills."""
    filled = Fraction(reached) * (step.rate or 0)
    factors = (
        Breakdown(label=Message(f"commission.reached_{which}"), value=reached),
        Breakdown(label=Message("commission.rate"), value=step.rate),
    )
    exact = Breakdown(label=Message("commission.before_rounding"), value=filled, rule=Product(), parts=factors)
    rounded = Amount(minor=round_fraction(filled), unit=share.unit)
    pool = Breakdown(label=Message("commission.pool"), value=rounded, rule=RoundedTo(share.unit), parts=(exact,))
    return Breakdown(label=Message(f"commission.paid_{which}"), value=share, rule=shared, parts=(pool,))


def _with_entry(step: Step, exact: Fraction) -> Breakdown:
    """Return the tree of a sum with one more entry at its own rate."""
    before = Breakdown(label=Message("commission.before_rounding"), value=step.exact_before)
    factors = (
        Breakdown(label=Message("commission.credit"), value=step.claim.credit),
        Breakdown(label=Message("commission.rate"), value=step.rate),
    )
    product = Breakdown(label=Message("commission.brings"), value=exact - step.exact_before, rule=Product(), parts=factors)
    return Breakdown(label=Message("commission.before_rounding"), value=exact, rule=Sum(), parts=(before, product))
