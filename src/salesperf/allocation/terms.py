"""Terms: what is agreed on the parts of a division beside their weights, and the whole units that keep to it.

Floors and caps bound a part; an amount that is kept or set by hand holds, and the other parts share what it leaves; a step
makes them multiples of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

from salesperf.allocation.parts import Weight, check_weights, refuse
from salesperf.errors import InfeasibleError, InvalidValueError, Phrase, SalesperfError
from salesperf.kernels.apportionment import apportion
from salesperf.kernels.apportionment.filling import fill_integers
from salesperf.kernels.apportionment.limits import read_limits
from salesperf.kernels.apportionment.two_margins.questions import LARGEST_SUM
from salesperf.model.amount import Amount
from salesperf.model.override import Override

__all__ = ["NO_TERMS", "Division", "Limit", "Terms", "amount_shown", "divide_by_terms", "held_at_bounds", "told_of_target"]

Limit: TypeAlias = Literal["floor", "cap"]
Bound: TypeAlias = int | None


@attrs.frozen(kw_only=True)
class Terms:
    """What is agreed on one part of a division beside its weight.

    Attributes
    ----------
    floor, cap : Amount or None
        The least and the largest amount that the part may have.
    kept : Amount or None
        The amount that was given from below, and holds.
    override : Override or None
        The amount that somebody set by hand, and holds.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> Terms(kept=Amount.of(7, COUNT)).held.minor
    7
    """

    floor: Amount | None = None
    cap: Amount | None = None
    kept: Amount | None = None
    override: Override | None = None

    @property
    def held(self) -> Amount | None:
        """The amount that holds, whatever the weight; ``None`` where none does."""
        return self.kept if self.override is None else self.override.amount


NO_TERMS: Final = Terms()


@attrs.frozen(kw_only=True)
class Division:
    """What is to be divided, by which weights, under which terms.

    Attributes
    ----------
    total : Amount
        The whole.
    names : sequence of str
        Whose or which part each is, for an error.
    weights : sequence
        The weight of each part.
    terms : sequence of Terms
        The terms of each part.
    method : str
        A name in :data:`salesperf.kernels.apportionment.METHODS`.
    step : Amount or None
        What the parts that are not fixed are multiples of.
    """

    total: Amount
    names: Sequence[str]
    weights: Sequence[Weight]
    terms: Sequence[Terms]
    method: str
    step: Amount | None

    @property
    def open(self) -> list[int]:
        """The positions of the parts that no amount fixes."""
        return [place for place, terms in enumerate(self.terms) if terms.held is None]

    @property
    def left(self) -> Amount:
        """What the fixed amounts leave to the other parts."""
        fixed = [terms.held for terms in self.terms if terms.held is not None]
        return self.total - Amount.total(fixed, self.total.unit)

    def bounds(self, place: int) -> tuple[Bound, Bound]:
        """Return floor and cap of a part in steps, the one rounded up to a whole one and the other down."""
        floor, cap = self.terms[place].floor, self.terms[place].cap
        return (None if floor is None else -(-floor.minor // self.unit), None if cap is None else cap.minor // self.unit)

    @property
    def unit(self) -> int:
        """The smallest units in a step; 1 without one."""
        return self.step.minor if self.step else 1


class _Share(NamedTuple):
    """What the parts that nothing fixes share: whole steps, and what there is beyond them."""

    places: list[int]
    steps: int
    beyond: int
    weights: list[Weight]
    lower: list[Bound] | None
    upper: list[Bound] | None

    @classmethod
    def of(cls, division: Division) -> "_Share":
        """Count in steps; a negative total has negative steps, and a negative rest."""
        places, left = division.open, division.left.minor
        steps, beyond = divmod(abs(left), division.unit)
        weights = [division.weights[place] for place in places]
        if left == 0 and not any(weights):
            weights = [1] * len(weights)  # nobody has a claim, and there is nothing to claim
        bounds = [division.bounds(place) for place in places]
        lower, upper = ([pair[side] for pair in bounds] for side in (0, 1))
        sign = -1 if left < 0 else 1
        return cls(places, sign * steps, sign * beyond, weights, _if_any(lower), _if_any(upper))


def _if_any(bounds: list[Bound]) -> list[Bound] | None:
    return bounds if any(bound is not None for bound in bounds) else None


def amount_shown(amount: Amount) -> Phrase:
    """Write an amount for an error in full: the amounts of a plan are nobody's telephone number.

    Examples
    --------
    >>> from salesperf import CNY
    >>> print(amount_shown(Amount.of(1_200_000, CNY)))
    1,200,000.00 CNY
    """
    return Phrase("amount", amount=str(amount))


def told_of_target(error: SalesperfError, amount: Amount) -> SalesperfError:
    """Tell totals that are too large for a table by the target's amount, and with the limit as an amount.

    Parameters
    ----------
    error
        What the kernel of tables raised; another fault stays as it is.
    amount
        The amount that was to be divided.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.errors import InvalidValueError
    >>> error = InvalidValueError("totals_too_large", path=("row_totals",), value=10**15)
    >>> print(told_of_target(error, Amount(minor=10**15, unit=CNY)))
    target.amount: expected an amount of at most 2,814,749,767,106.56 CNY, got 10,000,000,000,000.00 CNY (hint: divide in a coarser unit, or first over fewer and larger parts)
    """  # noqa: E501 - one message
    if error.code != "totals_too_large":
        return error
    limit = Amount(minor=LARGEST_SUM, unit=amount.unit)
    return InvalidValueError(
        "target_too_large", path=("target", "amount"), limit=amount_shown(limit), value=amount_shown(amount)
    )


def divide_by_terms(division: Division) -> list[int]:
    """Divide a total under terms, in whole smallest units.

    Returns
    -------
    list of int
        The parts, in order; they sum to the total.

    Raises
    ------
    InvalidValueError
        If weights are malformed.
    InfeasibleError
        If no parts keep to the terms: by how much, and whose terms.
    """
    fixed = {place: terms.held.minor for place, terms in enumerate(division.terms) if terms.held is not None}
    if fixed:
        check_weights(division.weights)  # those of fixed parts too, which count for nothing
        _check_left(division, fixed)
    shared = _divide_left(division)
    return [fixed[place] if place in fixed else shared[place] for place in range(len(division.terms))]


def held_at_bounds(division: Division, minors: Sequence[int]) -> Mapping[int, Limit]:
    """Tell which parts stand at their floor or cap because their share lies beyond it.

    Parameters
    ----------
    division
        What was divided.
    minors
        The parts, in smallest units.

    Returns
    -------
    Mapping of int to str
        Position of each such part to ``"floor"`` or ``"cap"``.
    """
    share = _Share.of(division)
    whole = _as_integers(share.weights)
    limits = read_limits(share.steps, whole, share.lower, share.upper, None)
    if limits is None:
        return {}
    between = set(fill_integers(abs(share.steps), whole, limits).between.tolist())
    held: dict[int, Limit] = {}
    for position, place in enumerate(share.places):
        floor, cap = (None if bound is None else bound * division.unit for bound in division.bounds(place))
        if position not in between and minors[place] in {floor, cap} - {None}:
            held[place] = "floor" if minors[place] == floor else "cap"
    return held


def _as_integers(weights: Sequence[Weight]) -> list[int]:
    exact = [Fraction(weight) for weight in weights]
    denominator = lcm(*(weight.denominator for weight in exact))
    return [int(weight * denominator) for weight in exact]


def _check_left(division: Division, fixed: Mapping[int, int]) -> None:
    """Refuse amounts that hold and leave less than nothing to the others, or something and nobody to take it."""
    total, left = division.total, division.left
    if left.minor == 0:
        return
    if division.open and left.minor * total.minor > 0:
        if not any(division.weights[place] for place in division.open):
            raise InfeasibleError("nobody_to_take", path=("basis",), value=amount_shown(left))
        return
    raise InfeasibleError(
        "held_above_total" if left.minor * total.minor <= 0 else "held_below_total",
        path=("target", "amount"),
        total=amount_shown(total),
        value=amount_shown(total - left),
        excess=amount_shown(abs(left)),
        owners=[division.names[place] for place, minor in fixed.items() if minor],
    )


def _divide_left(division: Division) -> dict[int, int]:
    """Divide what is left among the parts that nothing fixes."""
    share = _Share.of(division)
    refuse(_faults_of_steps(division, share))
    _check_reach(division, share)
    try:
        parts = apportion(share.steps, share.weights, method=division.method, lower=share.lower, upper=share.upper)
    except SalesperfError as error:
        raise _told(error, division, share) from None
    shared = {place: part * division.unit for place, part in zip(share.places, parts.tolist(), strict=True)}
    if share.beyond:
        shared[_taker(division, share, shared)] += share.beyond
    return shared


def _faults_of_steps(division: Division, share: _Share) -> Iterator[SalesperfError]:
    """Find parts between whose floor and cap there is no whole number of steps."""
    for place in share.places:
        floor, cap = division.bounds(place)
        if floor is not None and cap is not None and floor > cap:
            terms = division.terms[place]
            yield InfeasibleError(
                "no_step_between",
                path=("step", division.names[place]),
                step=_shown(division, division.unit),
                low=_shown(division, terms.floor.minor if terms.floor else 0),
                high=_shown(division, terms.cap.minor if terms.cap else 0),
            )


def _check_reach(division: Division, share: _Share) -> None:
    """Refuse floors that sum to more than there is, and caps that sum to less.

    The bounds of a negative total change places and signs; see :func:`salesperf.kernels.apportionment.apportion`.
    """
    sign, steps = (-1 if share.steps < 0 else 1), abs(share.steps)
    none: list[Bound] = [None] * len(share.places)
    least, most = (share.lower or none, share.upper or none)[::sign]
    lower = [max(0, sign * bound) if bound is not None else 0 for bound in least]
    upper = [
        floor if not weight else steps if bound is None else min(steps, sign * bound)
        for weight, floor, bound in zip(share.weights, lower, most, strict=True)
    ]
    names = ("floors", "caps")[::sign]
    refuse(
        InfeasibleError("bound_sign", path=(names[1], division.names[place]), value=_shown(division, bound * division.unit))
        for place, bound in zip(share.places, most, strict=True)
        if bound is not None and sign * bound < 0
    )
    if sum(lower) > steps:
        raise _beyond(division, share, names[0], sign * sum(lower), [bool(bound) for bound in lower])
    if share.places and sum(upper) < steps and any(bound is not None for bound in most):
        raise _beyond(division, share, names[1], sign * sum(upper), [bound is not None for bound in most])


_BEYOND_TOTAL: Final = MappingProxyType(
    {
        "floors": ("floors_above_total", "floors_above_total_in_steps"),
        "caps": ("caps_below_total", "caps_below_total_in_steps"),
    }
)
"""Argument to the codes of its fault: in smallest units, and in steps."""


def _beyond(division: Division, share: _Share, name: str, steps: int, whose: Sequence[bool]) -> InfeasibleError:
    wanted, reached = share.steps * division.unit, steps * division.unit
    params: dict[str, object] = {"step": _shown(division, division.unit)} if division.step else {}
    return InfeasibleError(
        _BEYOND_TOTAL[name][division.step is not None],
        path=(name,),
        total=_shown(division, wanted),
        value=_shown(division, reached),
        excess=_shown(division, abs(wanted - reached)),
        owners=[division.names[place] for place, counts in zip(share.places, whose, strict=True) if counts],
        **params,
    )


def _taker(division: Division, share: _Share, shared: Mapping[int, int]) -> int:
    """Return who takes what the total has beyond whole steps: the largest part that may."""
    takers = [
        place
        for place, weight in zip(share.places, share.weights, strict=True)
        if weight and _may_have(division.terms[place], shared[place] + share.beyond)
    ]
    if not takers:
        raise InfeasibleError(
            "step_leaves_rest",
            path=("step",),
            step=_shown(division, division.unit),
            value=_shown(division, share.beyond),
        )
    return max(takers, key=lambda place: abs(shared[place]))


def _may_have(terms: Terms, minor: int) -> bool:
    return (terms.floor is None or minor >= terms.floor.minor) and (terms.cap is None or minor <= terms.cap.minor)


def _shown(division: Division, minor: int) -> Phrase:
    return amount_shown(Amount(minor=minor, unit=division.total.unit))


def _told(error: SalesperfError, division: Division, share: _Share) -> SalesperfError:
    """Tell a fault that the kernel found by the places of the parts, and by our names of the bounds."""
    if error.code == "total_below_one_each" and division.step:
        return InfeasibleError("step_too_coarse", path=("step",), step=_shown(division, division.unit), method=division.method)
    argument, *places = error.path
    ours = {"lower": "floors", "upper": "caps"}
    return error.at(ours.get(str(argument), argument), *(share.places[int(place)] for place in places))
