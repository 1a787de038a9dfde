"""Entry by entry: what each part of a plan pays for the next one, given all before it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from salesperf.commission.pieces import Pieces
from salesperf.errors import InvalidValueError, Phrase
from salesperf.kernels.apportionment import apportion
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay import PayPart
from salesperf.model.pay_entry import Entry
from salesperf.model.pay_parts import Pool, RatedPay, Spiff
from salesperf.model.validators import check_number

__all__ = [
    "POOL_METHOD",
    "Claim",
    "Credit",
    "PartRun",
    "PieceRun",
    "PoolRun",
    "Step",
    "SumRun",
    "as_amount",
    "check_exact",
    "share_of_pool",
    "shown",
]

Credit: TypeAlias = int | Fraction
"""Smallest units of credit: a fraction where a share of an entry is taken back."""

POOL_METHOD: Final = "webster"
"""With it no share of a pool shrinks as the pool grows."""


def share_of_pool(pool: int, weights: Sequence[int], position: int) -> int:
    """Return the share of one in a pool of so many smallest units."""
    return int(apportion(pool, list(weights), method=POOL_METHOD)[position])


def check_exact(value: object, path: tuple[str | int, ...]) -> None:
    """Refuse what is no exact and finite number."""
    if isinstance(value, float):
        raise InvalidValueError("rate_float", path=path, value=value)
    check_number(value, path)


def as_amount(minor: Credit, unit: Unit) -> Amount:
    """Return smallest units as an amount, rounded where only a share of an entry counts."""
    return Amount(minor=minor if isinstance(minor, int) else round_fraction(minor), unit=unit)


def shown(amount: Amount) -> Phrase:
    """Write an amount for an error in full: what is paid for what is nobody's telephone number."""
    return Phrase("amount", amount=str(amount))


@attrs.frozen(kw_only=True)
class Claim:
    """An entry with what counts of it.

    Attributes
    ----------
    entry : Entry
    like : Entry
        By whose facts it counts: of what is taken back those of the sale, where that is known.
    credit : Credit
        How much counts.
    share : Fraction
        Which share of it that is.
    months : int or None
        Whole months since the sale, of what is taken back.
    """

    entry: Entry
    like: Entry
    credit: Credit
    share: Fraction = Fraction(1)
    months: int | None = None


@attrs.frozen(kw_only=True)
class Step:
    """What one entry brought by one part: everything from which its line is told and explained.

    Attributes
    ----------
    claim : Claim
    part : PayPart
    before, after : Credit
        What was reached without it and with it.
    pieces : Pieces or None
        By which a part over what was reached pays.
    exact_before, exact_after : Fraction
        What the part pays in all without it and with it, in smallest units, before it is rounded.
    rate : Fraction or None
        The rate of the entry itself, in smallest units of pay for one of credit; ``None`` where it has none.
    position : int or None
        Which of the weights of a pool is the payee's.
    minor : int
        What it brings: the difference of the two, each rounded.
    """

    claim: Claim
    part: PayPart
    before: Credit
    after: Credit
    minor: int
    pieces: Pieces | None = None
    _sums: tuple[Fraction, Fraction] | None = None
    rate: Fraction | None = None
    position: int | None = None

    @property
    def exact_before(self) -> Fraction:
        """What the part pays in all without the entry."""
        return self._exact(self.before, 0)

    @property
    def exact_after(self) -> Fraction:
        """What the part pays in all with the entry."""
        return self._exact(self.after, 1)

    def _exact(self, reached: Credit, which: int) -> Fraction:
        if self._sums is not None:
            return self._sums[which]
        return Fraction(0) if self.pieces is None else self.pieces.exact(reached)


class PartRun(ABC):
    """A part on its way through entries in order."""

    part: PayPart

    @abstractmethod
    def step(self, claim: Claim) -> Step:
        """Count one more entry."""


class PieceRun(PartRun):
    """Tiers, or a bonus by what was reached: pay is a function of the sum of credit."""

    def __init__(self, part: PayPart, pieces: Pieces) -> None:
        self.part, self._pieces = part, pieces
        self._reached: Credit = 0
        self._paid = pieces.rounded(0)

    def step(self, claim: Claim) -> Step:
        """Count one more entry."""
        before, paid = self._reached, self._paid
        self._reached = before + claim.credit
        self._paid = self._pieces.rounded(self._reached)
        return Step(
            claim=claim,
            part=self.part,
            before=before,
            after=self._reached,
            minor=self._paid - paid,
            pieces=self._pieces,
        )


class SumRun(PartRun):
    """Rates and premiums of single entries: pay is the sum of what each brings."""

    part: RatedPay | Spiff

    def __init__(self, part: RatedPay | Spiff, pay_unit: Unit) -> None:
        self.part, self._pay_unit = part, pay_unit
        self._reached: Credit = 0
        self._paid = Fraction(0)

    def step(self, claim: Claim) -> Step:
        """Count one more entry."""
        before, paid = self._reached, self._paid
        rate = self._rate_of(claim.like)
        self._reached = before + claim.credit
        self._paid = paid + (self._premium_of(claim) if rate is None else rate * claim.credit)
        return Step(
            claim=claim,
            part=self.part,
            before=before,
            after=self._reached,
            minor=round_fraction(self._paid) - round_fraction(paid),
            sums=(paid, self._paid),
            rate=rate,
        )

    def _rate_of(self, entry: Entry) -> Fraction | None:
        """Return the rate of an entry in smallest units for one; ``None`` for a premium."""
        part = self.part
        rate = part.rate_of(entry) if isinstance(part, RatedPay) else part.rate
        if rate is None and isinstance(part, RatedPay):
            if part.missing == "refuse":
                raise InvalidValueError("rate_missing", path=("entries", entry.id), part=part.key)
            return Fraction(0)
        return None if rate is None else Fraction(rate) * self._pay_unit.scale / entry.amount.unit.scale

    def _premium_of(self, claim: Claim) -> Fraction:
        """Return the premium for an entry; as much of it is taken back as of the sale."""
        premium = self.part.amount.minor if isinstance(self.part, Spiff) and self.part.amount else 0
        if claim.entry.reverses is None or not claim.like.amount.minor:
            return Fraction(premium)
        return Fraction(premium) * claim.credit / abs(claim.like.amount.minor)


class PoolRun(PartRun):
    """A share of a pool that a team fills."""

    part: Pool

    def __init__(self, part: Pool, payee: str, pay_unit: Unit) -> None:
        self.part, self._pay_unit = part, pay_unit
        self._place = list(part.weights).index(payee)
        self._weights = list(part.weights.values())
        self._reached: Credit = 0
        self._share = 0

    def step(self, claim: Claim) -> Step:
        """Count one more entry of the team."""
        before, share = self._reached, self._share
        self._reached = before + claim.credit
        rate = Fraction(self.part.rate) * self._pay_unit.scale / claim.entry.amount.unit.scale
        pool = round_fraction(rate * self._reached)
        self._share = share_of_pool(pool, self._weights, self._place)
        return Step(
            claim=claim,
            part=self.part,
            before=before,
            after=self._reached,
            minor=self._share - share,
            sums=(Fraction(share), Fraction(self._share)),
            rate=rate,
            position=self._place,
        )
