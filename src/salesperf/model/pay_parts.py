"""The parts of a commission plan: what each pays for, and how much."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any, Final, Literal

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.customer import Fact, as_facts, facts
from salesperf.model.frozen import FrozenMap
from salesperf.model.pay_entry import BASES, BOOKS, Basis, Book, Entry
from salesperf.model.period import Period
from salesperf.model.scale import Curve, Steps
from salesperf.model.tiers import TIER_MODES, Tier, TierMode, as_tiers, rate
from salesperf.model.validators import (
    as_decimal,
    as_frozen_map,
    as_tuple,
    decimal,
    each,
    frozen_map,
    identifier,
    of_type,
    one_of,
    optional,
    place,
    whole,
)

__all__ = ["Bonus", "PayRate", "Pool", "RatedPay", "Spiff", "TieredPay", "exact_scale"]

_MOST_WEIGHT: Final = 10**9
_EVERYTHING: Final[FrozenMap[str, Fact]] = FrozenMap()


def _as_rate(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else as_decimal(value)


def exact_scale(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a curve or steps whose knots are exact: money is never made of floats."""
    knots = getattr(value, "knots", ())
    for position, knot in enumerate(knots):
        for number in knot:
            if isinstance(number, float):
                raise InvalidValueError("rate_float", path=(*place(instance, attribute), "knots", position), value=number)
    below = getattr(value, "below", 0)
    if isinstance(below, float):
        raise InvalidValueError("rate_float", path=(*place(instance, attribute), "below"), value=below)


def _optional_scale(kind: type) -> Any:  # noqa: ANN401 - a validator
    def check(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        optional(of_type(kind))(instance, attribute, value)
        exact_scale(instance, attribute, value)

    return check


_share = decimal(0, 1)


@attrs.frozen(kw_only=True, cache_hash=True)
class TieredPay:
    """Commission by tiers of what was reached since the plan began to count.

    Parameters
    ----------
    key
        Unique among the parts of a plan.
    tiers
        Lowest first, in any order given. A draft may have gaps and overlaps: :func:`salesperf.commission.check` tells of
        them, and nobody is paid by it.
    mode
        One of ``marginal``, ``retroactive``, ``overage``, ``interpolated``.
    over
        Whether tiers are amounts of the measure (``"amount"``) or shares of the quota (``"quota"``).
    rate
        What the rates of the tiers are multiples of; ``None`` where they are rates themselves.
    weight
        The share of the plan's target pay that the measure is worth: at a rate of 1 the quota brings all of it.
    measure, basis, book
        Which entries count.

    Raises
    ------
    InvalidValueError
        If a value is malformed, both a rate and a weight are stated, or a weight without tiers over the quota.

    Notes
    -----
    With the credit x since the plan began to count (over the quota q: x = credit / q), tiers from b_0 = 0 to b_1, b_2, ... and
    their rates m_0, m_1, ...; t the tier that holds x:

    ``marginal``
        sum over tiers of m_k x (the part of x within the tier)
    ``retroactive``
        m_t x
    ``overage``
        m_0 min(x, b_1) + m_t max(x - b_1, 0)
    ``interpolated``
        sum over tiers of m_k x (the share of the tier that is filled)

    times ``rate``, or the variable target pay times ``weight``; over the quota without a weight times the quota too, but for
    ``interpolated``, whose tiers bring amounts. Below 0 the first tier goes on.

    Examples
    --------
    >>> from decimal import Decimal
    >>> part = TieredPay(key="sales", tiers=[Tier(0, 10_000, Decimal("0.01")), Tier(10_000, None, Decimal("0.02"))])
    >>> part.mode, part.measure, part.over
    ('marginal', 'revenue', 'amount')
    """

    key: str = attrs.field(validator=identifier)
    tiers: tuple[Tier, ...] = attrs.field(converter=as_tiers, validator=each(of_type(Tier)))
    mode: TierMode = attrs.field(default="marginal", validator=one_of(*TIER_MODES))
    over: Literal["amount", "quota"] = attrs.field(default="amount", validator=one_of("amount", "quota"))
    rate: Decimal | None = attrs.field(default=None, converter=_as_rate, validator=optional(rate))
    weight: Decimal | None = attrs.field(default=None, converter=_as_rate, validator=optional(_share))
    measure: str = attrs.field(default="revenue", validator=identifier)
    basis: Basis = attrs.field(default="booked", validator=one_of(*BASES))
    book: Book = attrs.field(default="primary", validator=one_of(*BOOKS))

    def __attrs_post_init__(self) -> None:
        """Check that it says once what the rates are of."""
        if self.weight is not None and (self.rate is not None or self.over == "amount"):
            raise InvalidValueError("weight_without_quota", path=("TieredPay", "weight"), value=self.weight)

    @property
    def needs_quota(self) -> bool:
        """Whether nobody can be paid by it without a quota."""
        return self.over == "quota"

    def takes(self, entry: Entry) -> bool:
        """Tell whether an entry counts."""
        return _takes(self, entry)


@attrs.frozen(kw_only=True)
class PayRate:
    """A cell of a rate matrix: which entries it is for, and their rate.

    Parameters
    ----------
    when
        Facts that an entry must have: ``{"product": "A", "customer": "new"}``; none for all entries.
    rate
        Pay per unit, 0 or more.

    Examples
    --------
    >>> PayRate(when={"customer": "new"}, rate=Decimal("0.08")).rate
    Decimal('0.08')
    """

    when: FrozenMap[str, Fact] = attrs.field(default=_EVERYTHING, converter=as_facts, validator=facts)
    rate: Decimal = attrs.field(converter=as_decimal, validator=rate)


def _as_rates(value: Iterable[PayRate]) -> tuple[PayRate, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class RatedPay:
    """Commission at rates that depend on what was sold, to whom and at which price.

    Parameters
    ----------
    key
        Unique among the parts of a plan.
    rates
        The matrix: of the cells that fit an entry the one with the most facts holds.
    price_fact
        The name of a fact by which rates are scaled, such as price over floor price; ``None`` for none.
    price_steps
        The factor from each value of that fact on, exact.
    missing
        What becomes of an entry that fits no cell or lacks the fact: ``"refuse"``, or ``"nothing"`` is paid for it.
    measure, basis, book
        Which entries count.

    Raises
    ------
    InvalidValueError
        If a value is malformed, there is no cell, two cells fit one entry equally well, or one of price fact and price steps
        is missing.

    Notes
    -----
    sum over entries of amount x rate x factor

    Examples
    --------
    >>> part = RatedPay(key="new_business", rates=[PayRate(when={"customer": "new"}, rate=Decimal("0.08"))], missing="nothing")
    >>> part.needs_quota
    False
    """

    key: str = attrs.field(validator=identifier)
    rates: tuple[PayRate, ...] = attrs.field(converter=_as_rates, validator=each(of_type(PayRate)))
    price_fact: str | None = attrs.field(default=None, validator=optional(identifier))
    price_steps: Steps | None = attrs.field(default=None, validator=_optional_scale(Steps))
    missing: Literal["refuse", "nothing"] = attrs.field(default="refuse", validator=one_of("refuse", "nothing"))
    measure: str = attrs.field(default="revenue", validator=identifier)
    basis: Basis = attrs.field(default="booked", validator=one_of(*BASES))
    book: Book = attrs.field(default="primary", validator=one_of(*BOOKS))

    def __attrs_post_init__(self) -> None:
        """Check that an entry has one rate."""
        if not self.rates:
            raise InvalidValueError("too_few", path=("RatedPay", "rates"), low=1, value=0)
        if (self.price_fact is None) != (self.price_steps is None):
            raise InvalidValueError("price_half", path=("RatedPay", "price_fact"))
        for (_, one), (position, other) in combinations(enumerate(self.rates), 2):
            if len(one.when) == len(other.when) and all(other.when.get(name, fact) == fact for name, fact in one.when.items()):
                raise InvalidValueError("rates_ambiguous", path=("RatedPay", "rates", position), value=tuple(other.when))

    @property
    def needs_quota(self) -> bool:
        """Whether nobody can be paid by it without a quota."""
        return False

    def takes(self, entry: Entry) -> bool:
        """Tell whether an entry counts."""
        return _takes(self, entry)

    def rate_of(self, entry: Entry) -> Fraction | None:
        """Return the rate of an entry; ``None`` where no cell fits it or it lacks the fact by which rates are scaled."""
        fitting = [cell for cell in self.rates if entry.facts.contains(cell.when)]
        if not fitting:
            return None
        rate = Fraction(max(fitting, key=lambda cell: len(cell.when)).rate)
        if self.price_fact is None or self.price_steps is None:
            return rate
        price = entry.facts.get(self.price_fact)
        if type(price) not in (int, Decimal):
            return None
        passed = [worth for value, worth in self.price_steps.knots if value <= price]  # type: ignore[operator] # a number
        return rate * Fraction(passed[-1] if passed else self.price_steps.below)


@attrs.frozen(kw_only=True, cache_hash=True)
class Bonus:
    """A bonus along a curve or by steps, of what was reached of the quota or of a score.

    Parameters
    ----------
    key
        Unique among the parts of a plan.
    curve, steps
        Which share of the bonus is paid, by the share of the quota or by the score: one of the two, exact.
    score
        The name of a score; ``None`` for the share of the quota that entries reach.
    amount
        The bonus at a share of 1, or
    weight
        the share of the plan's target pay that it is.
    measure, basis, book
        Which entries count.

    Raises
    ------
    InvalidValueError
        If a value is malformed, both or neither of curve and steps, or of amount and weight, are stated.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> bonus = Bonus(key="quality", score="satisfaction", steps=Steps([(80, 1)]), amount=Amount.of(2_000, CNY))
    >>> bonus.needs_quota
    False
    """

    key: str = attrs.field(validator=identifier)
    curve: Curve | None = attrs.field(default=None, validator=_optional_scale(Curve))
    steps: Steps | None = attrs.field(default=None, validator=_optional_scale(Steps))
    score: str | None = attrs.field(default=None, validator=optional(identifier))
    amount: Amount | None = attrs.field(default=None, validator=optional(of_type(Amount)))
    weight: Decimal | None = attrs.field(default=None, converter=_as_rate, validator=optional(_share))
    measure: str = attrs.field(default="revenue", validator=identifier)
    basis: Basis = attrs.field(default="booked", validator=one_of(*BASES))
    book: Book = attrs.field(default="primary", validator=one_of(*BOOKS))

    def __attrs_post_init__(self) -> None:
        """Check that each thing is said once."""
        for one, other in (("curve", "steps"), ("amount", "weight")):
            if (getattr(self, one) is None) == (getattr(self, other) is None):
                raise InvalidValueError("one_of_two", path=("Bonus", one), choices=(one, other))

    @property
    def needs_quota(self) -> bool:
        """Whether nobody can be paid by it without a quota."""
        return self.score is None

    def takes(self, entry: Entry) -> bool:
        """Tell whether an entry counts."""
        return self.score is None and _takes(self, entry)


@attrs.frozen(kw_only=True)
class Spiff:
    """A premium for single sales (专项奖励): so much for each entry that fits, or a rate of it.

    Parameters
    ----------
    key
        Unique among the parts of a plan.
    amount
        What each entry brings, or
    rate
        pay per unit.
    when
        Facts that an entry must have; none for all entries.
    period
        The days on which it is paid; ``None`` for as long as the plan holds.
    measure, basis, book
        Which entries count.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or both or neither of amount and rate are stated.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> Spiff(key="launch", amount=Amount.of(500, CNY), when={"product": "new_line"}).rate is None
    True
    """

    key: str = attrs.field(validator=identifier)
    amount: Amount | None = attrs.field(default=None, validator=optional(of_type(Amount)))
    rate: Decimal | None = attrs.field(default=None, converter=_as_rate, validator=optional(rate))
    when: FrozenMap[str, Fact] = attrs.field(default=_EVERYTHING, converter=as_facts, validator=facts)
    period: Period | None = attrs.field(default=None, validator=optional(of_type(Period)))
    measure: str = attrs.field(default="revenue", validator=identifier)
    basis: Basis = attrs.field(default="booked", validator=one_of(*BASES))
    book: Book = attrs.field(default="primary", validator=one_of(*BOOKS))

    def __attrs_post_init__(self) -> None:
        """Check that it says once how much."""
        if (self.amount is None) == (self.rate is None):
            raise InvalidValueError("one_of_two", path=("Spiff", "amount"), choices=("amount", "rate"))

    @property
    def needs_quota(self) -> bool:
        """Whether nobody can be paid by it without a quota."""
        return False

    def takes(self, entry: Entry) -> bool:
        """Tell whether an entry counts."""
        is_within = self.period is None or entry.on in self.period
        return is_within and entry.facts.contains(self.when) and _takes(self, entry)


def _as_shares(value: Mapping[str, int]) -> FrozenMap[str, int]:
    return as_frozen_map(value)


@attrs.frozen(kw_only=True)
class Pool:
    """A pool that a team earns together and that is divided by whole weights (团队奖金池).

    Parameters
    ----------
    key
        Unique among the parts of a plan.
    team
        Whose entries fill it: the payee that they name.
    rate
        What the pool gets of each unit.
    weights
        Payee to weight, whole numbers of 0 or more, not all 0. Who is not named has no share.
    measure, basis, book
        Which entries count.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or all weights are 0.

    Notes
    -----
    What the pool holds so far is divided by :func:`salesperf.kernels.apportionment.apportion`, method ``webster``: the shares
    sum to the pool, and none shrinks as the pool grows.

    Examples
    --------
    >>> Pool(key="east", team="t-east", rate=Decimal("0.01"), weights={"ada": 2, "bo": 1}).weights["ada"]
    2
    """

    key: str = attrs.field(validator=identifier)
    team: str = attrs.field(validator=identifier)
    rate: Decimal = attrs.field(converter=as_decimal, validator=rate)
    weights: FrozenMap[str, int] = attrs.field(converter=_as_shares, validator=frozen_map(identifier, whole(0, _MOST_WEIGHT)))
    measure: str = attrs.field(default="revenue", validator=identifier)
    basis: Basis = attrs.field(default="booked", validator=one_of(*BASES))
    book: Book = attrs.field(default="primary", validator=one_of(*BOOKS))

    def __attrs_post_init__(self) -> None:
        """Check that somebody has a share."""
        if not any(self.weights.values()):
            raise InvalidValueError("weights_all_zero", path=("Pool", "weights"))

    @property
    def needs_quota(self) -> bool:
        """Whether nobody can be paid by it without a quota."""
        return False

    def takes(self, entry: Entry) -> bool:
        """Tell whether an entry counts."""
        return entry.payee == self.team and _takes(self, entry)


def _takes(part: "TieredPay | RatedPay | Bonus | Spiff | Pool", entry: Entry) -> bool:
    return (entry.measure, entry.basis, entry.book) == (part.measure, part.basis, part.book)
