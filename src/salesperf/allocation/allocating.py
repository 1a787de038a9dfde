"""Allocations: a target over owners or scopes, by weights, under floors, caps, amounts that hold, and steps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeAlias, cast

import attrs

from salesperf.allocation.bases import faults_of_weights, weights_of
from salesperf.allocation.dividing import Allocation, allocation_of, divide
from salesperf.allocation.parts import Place, Weight, amount_of, of_argument, refuse, scope_text
from salesperf.allocation.terms import NO_TERMS, Division, Terms, amount_shown, divide_by_terms
from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError, UnknownNameError
from salesperf.model.amount import Amount, Unit
from salesperf.model.frozen import FrozenMap
from salesperf.model.misspelling import index_of, unknown_id
from salesperf.model.override import Override
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, require

__all__ = ["Basis", "BasisKey", "allocate", "read_basis"]

BasisKey: TypeAlias = str | FrozenMap[str, str]
"""Whose or which part: an owner's id, or a scope that narrows the target's."""
# Keys are all ids or all scopes. A Mapping is invariant in its keys, and under a union of two kinds of Mapping a type checker
# infers no common type for the weights 1 and Decimal(1) of a literal: what the keys are is checked when they are read.
Basis: TypeAlias = Mapping[Any, Weight | Amount]
Amounts: TypeAlias = Mapping[Any, Amount]
SomeAmounts: TypeAlias = Mapping[Any, Amount | None]


def allocate(
    target: Target,
    basis: Basis,
    *,
    method: str = "largest_remainder",
    floors: Amounts | None = None,
    caps: Amounts | None = None,
    keep: SomeAmounts | None = None,
    step: Amount | None = None,
    overrides: Iterable[Override] = (),
) -> Allocation:
    """Divide a target over owners, or over scopes, in proportion to weights, exactly.

    Parameters
    ----------
    target
        The total; its metric must be a flow.
    basis
        Owner to weight: numbers, or amounts in one unit such as last year's sales; not negative, finite, at least one above 0.
        Whoever has no weight gets nothing. :func:`equal` makes equal ones. Instead of owners the keys may be scopes, such as
        ``FrozenMap({"product": "A"})``, which narrow the target's own; the owner of the parts is then the target's.
    method
        A name in :data:`salesperf.kernels.apportionment.METHODS`.
    floors, caps
        Some of the keys to the least and the largest amount that the part may have.
    keep
        Some of the keys to an amount that was given from below and holds; the others share what it leaves. ``None`` means
        not given; an amount of 0 holds at 0.
    step
        What the parts are to be multiples of. What the total has beyond whole steps goes to the largest part that may take
        it; floors are rounded up to whole steps, and caps down. An amount that holds is not rounded.
    overrides
        Amounts that somebody set by hand: they hold, and the allocation keeps what was computed without them, the reason
        and the author.

    Returns
    -------
    Allocation
        A part for each key, sorted; the target is the parent of each.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow: a ratio target is inherited, not divided.
    InvalidValueError
        If the target's own owner is among those of the basis, a key is no id or a scope beside the target's, weights are
        malformed, a floor lies above its cap or an amount that holds outside them, or one part is to be kept and set by hand;
        the path names the part.
    UnknownNameError
        If the basis lacks a key of floors, caps or keep, or the part that an override sets.
    UnitMismatchError
        If an amount is in another unit than the target's.
    InvalidInputError
        With several of these faults at once.
    InfeasibleError
        If no parts keep to all this, with or without the overrides: by how much, and whose; or if there is no owner for a
        total other than 0.

    Notes
    -----
    Parts with an equal claim to a last unit are served in the order of the keys, so the order of the mapping never matters.
    A part whose share lies beyond its floor or cap stands there, and the others share what is left in proportion to their
    weights.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> year = Target(
    ...     owner=None, metric=STANDARD_METRICS["new_customers"], amount=Amount.of(100, COUNT), period=Period.year(2026)
    ... )
    >>> weights = {"west": 2, "north": 6, "east": 6}
    >>> [(part.owner, part.amount.minor) for part in allocate(year, weights).targets]
    [('east', 43), ('north', 43), ('west', 14)]
    >>> held = allocate(year, weights, floors={"west": Amount.of(20, COUNT)}, keep={"east": Amount.of(30, COUNT)})
    >>> [(row["owner"], int(row["amount"]), row["held"]) for row in held.rows()]
    [('east', 30, 'kept'), ('north', 50, None), ('west', 20, 'floor')]
    """
    require(target, Target, path=("target",))
    target.metric.require_additive("target", "metric")
    places = read_basis(target, basis)
    names = list(map(_name, places))
    named = [(_name(key), basis[key]) for key in places]
    terms = _read_terms(target, places, floors, caps, keep, overrides, list(faults_of_weights(named, "basis")))
    weights = weights_of(named, "basis")
    unit_step = _read_step(step, amount_of(target).unit)
    division = Division(total=amount_of(target), names=names, weights=weights, terms=terms, method=method, step=unit_step)
    try:
        if not any(each != NO_TERMS for each in terms) and unit_step is None:
            return divide(target, list(places.values()), weights, method)
        return _divide_on_terms(target, list(places.values()), division)
    except SalesperfError as error:
        raise of_argument(error, "basis", names) from None


def _divide_on_terms(target: Target, places: Sequence[Place], division: Division) -> Allocation:
    minors = divide_by_terms(division)
    computed = minors
    if any(terms.override for terms in division.terms):
        alone = attrs.evolve(division, terms=[attrs.evolve(terms, override=None) for terms in division.terms])
        computed = divide_by_terms(alone)
    return allocation_of(
        target,
        places,
        minors,
        weights=division.weights,
        method=division.method,
        terms=division.terms if any(terms != NO_TERMS for terms in division.terms) else (),
        step=division.step,
        computed=tuple(Amount(minor=minor, unit=division.total.unit) for minor in computed),
    )


def read_basis(target: Target, basis: object) -> dict[BasisKey, Place]:
    """Return the keys of a basis in order, each with the place of its part.

    Parameters
    ----------
    target
        What is to be divided.
    basis
        A mapping of owners or of scopes.

    Raises
    ------
    InvalidValueError
        If it is no mapping, a key is neither an id nor a scope, or there are some of both, an owner is the target's own,
        or a scope lies beside that of the target, adds nothing to it, comes twice, or has sales in common with another.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> visits = Target(owner="ada", metric=STANDARD_METRICS["visits"], amount=Amount.of(9, COUNT), period=Period.year(2026))
    >>> [place.owner for place in read_basis(visits, {FrozenMap({"product": "A"}): 1}).values()]
    ['ada']
    """
    if not isinstance(basis, Mapping):
        raise InvalidValueError("basis_no_mapping", path=("basis",), value=basis)
    if target.owner in basis:
        raise InvalidValueError("allocated_to_itself", path=("basis",), value=target.owner)
    kind = FrozenMap if any(type(key) is FrozenMap for key in basis) else str
    for position, key in enumerate(basis):
        if type(key) is not kind:
            raise InvalidValueError("wrong_type", path=("basis", position), expected=kind, value=key)
    if kind is str:
        return {owner: Place(owner, target.scope, target.period) for owner in sorted(basis)}
    refuse(_faults_of_scopes(target, list(basis)))
    places = {key: Place(target.owner, target.scope | key, target.period) for key in basis}
    return dict(sorted(places.items(), key=lambda item: tuple(item[1].scope.items())))


def _faults_of_scopes(target: Target, scopes: Sequence[FrozenMap[str, str]]) -> Iterator[SalesperfError]:
    seen: dict[FrozenMap[str, str], str] = {target.scope: ""}
    for scope in scopes:
        path = ("basis", _name(scope))
        for name, value in scope.items():
            if target.scope.get(name, value) != value:
                yield InvalidValueError("scope_beside_target", path=path, name=name, value=value)
        merged = target.scope | scope
        if merged in seen:
            yield InvalidValueError("scope_again", path=path)
        seen[merged] = _name(scope)
    del seen[target.scope]
    yield from _overlaps(seen)


def _overlaps(scopes: Mapping[FrozenMap[str, str], str]) -> Iterator[SalesperfError]:
    """Find scopes that have sales in common: these would count toward both parts."""
    if len({tuple(scope) for scope in scopes}) < 2:  # noqa: PLR2004 - narrowed by the same names, each lies apart from the others
        return
    for (one, name), (other, other_name) in combinations(scopes.items(), 2):
        if all(other.get(key, value) == value for key, value in one.items()):
            yield InvalidValueError("scope_overlap", path=("basis", other_name), value=name)


def _name(key: BasisKey) -> str:
    return key if isinstance(key, str) else scope_text(key)


def _read_step(step: Amount | None, unit: Unit) -> Amount | None:
    if step is None:
        return None
    refuse(_faults_of_amount(step, unit, ("step",)))
    if step.minor <= 0:
        raise InvalidValueError("not_positive", path=("step",), value=step.decimal)
    return step


def _read_terms(
    target: Target,
    places: Mapping[BasisKey, Place],
    floors: Amounts | None,
    caps: Amounts | None,
    keep: SomeAmounts | None,
    overrides: Iterable[Override],
    faults: Sequence[SalesperfError],
) -> tuple[Terms, ...]:
    """Gather what is agreed on each part, and refuse all that is wrong with it, and with the weights, at once."""
    unit = amount_of(target).unit
    given = {"floors": _read_amounts(floors, "floors"), "caps": _read_amounts(caps, "caps")}
    given["keep"] = {key: amount for key, amount in _read_amounts(keep, "keep").items() if amount is not None}
    chosen = as_tuple(overrides)
    require(chosen, tuple, path=("overrides",))
    for position, override in enumerate(chosen):
        require(override, Override, path=("overrides", position))
    amiss = [
        *(fault for name, amounts in given.items() for fault in _faults_of_amounts(amounts, name, places, unit)),
        *_faults_of_overrides(target, chosen, places, unit),
    ]
    if amiss:
        refuse([*faults, *amiss])
    by_place = {_place_of(target, override): override for override in chosen}
    terms = {
        key: Terms(
            floor=given["floors"].get(key),
            cap=given["caps"].get(key),
            kept=given["keep"].get(key),
            override=by_place.get(place),
        )
        for key, place in places.items()
    }
    refuse([*faults, *(fault for key, each in terms.items() for fault in _contradictions(_name(key), each))])
    return tuple(terms.values())


def _read_amounts(amounts: object, name: str) -> dict[Any, Any]:
    if amounts is None:
        return {}
    require(amounts, Mapping, path=(name,))
    return dict(cast("Mapping[Any, Any]", amounts))


def _faults_of_amounts(
    amounts: Mapping[Any, Any], name: str, places: Mapping[BasisKey, Place], unit: Unit
) -> Iterator[SalesperfError]:
    for position, (key, amount) in enumerate(amounts.items()):
        if key not in places:
            yield _unknown(scope_text(key) if isinstance(key, FrozenMap) else key, places, name, position)
        else:
            yield from _faults_of_amount(amount, unit, (name, _name(key)))


def _unknown(whose: object, places: Mapping[BasisKey, Place], *path: str | int) -> UnknownNameError:
    """Return the error for what the basis lacks; scopes that are alike are two scopes, and no slip of each other."""
    return unknown_id(whose, index_of(key for key in places if isinstance(key, str)), *path, code="unknown_part")


def _faults_of_amount(amount: object, unit: Unit, path: tuple[str | int, ...]) -> Iterator[SalesperfError]:
    if not isinstance(amount, Amount):
        yield InvalidValueError("wrong_type", path=path, expected=Amount, value=amount)
    elif amount.unit != unit:
        yield UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(amount.unit))


def _place_of(target: Target, override: Override) -> Place:
    return Place(override.owner, target.scope | override.scope, target.period)


def _faults_of_overrides(
    target: Target, overrides: Sequence[Override], places: Mapping[BasisKey, Place], unit: Unit
) -> Iterator[SalesperfError]:
    known, seen = set(places.values()), set()
    for position, override in enumerate(overrides):
        place = _place_of(target, override)
        whose = scope_text(override.scope) if override.owner == target.owner else override.owner
        if place not in known:
            yield _unknown(whose, places, "overrides", position)
        elif place in seen:
            yield InvalidValueError("not_unique", path=("overrides", position), value=whose)
        else:
            yield from _faults_of_amount(override.amount, unit, ("overrides", position, "amount"))
        seen.add(place)


def _contradictions(name: str, terms: Terms) -> Iterator[SalesperfError]:
    """Find what cannot hold at once for one part."""
    floor, cap = terms.floor, terms.cap
    if floor is not None and cap is not None and floor > cap:
        yield InvalidValueError("floor_above_cap", path=("floors", name), low=amount_shown(floor), high=amount_shown(cap))
    if terms.kept is not None and terms.override is not None:
        yield InvalidValueError("kept_and_overridden", path=("keep", name))
    set_by_hand = None if terms.override is None else terms.override.amount
    for argument, fixed in (("keep", terms.kept), ("overrides", set_by_hand)):
        if fixed is not None and floor is not None and fixed < floor:
            yield InvalidValueError("below_floor", path=(argument, name), low=amount_shown(floor), value=amount_shown(fixed))
        if fixed is not None and cap is not None and fixed > cap:
            yield InvalidValueError("above_cap", path=(argument, name), high=amount_shown(cap), value=amount_shown(fixed))
