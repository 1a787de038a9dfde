"""Bases: by what a target is divided over owners."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import NoneType
from typing import Any, cast

import numpy as np

from salesperf.allocation.availability import measure
from salesperf.allocation.parts import Weight, check_weights, exact_shares, refuse
from salesperf.attainment.counting import ActualTally, Codes
from salesperf.attainment.ledger import Ledger
from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError, UnknownNameError
from salesperf.model.amount import Amount, Unit
from salesperf.model.calendar import Calendar
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import Metric
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.target import EVERYTHING
from salesperf.model.validators import as_frozen_map, as_tuple, is_identifier, repeated, require

__all__ = ["blend", "capacity", "checked", "equal", "faults_of_weights", "history", "only_unit", "read_owners", "weights_of"]


def equal(owners: Iterable[str]) -> FrozenMap[str, int]:
    """Give each owner the same weight.

    Parameters
    ----------
    owners
        Ids, each once.

    Raises
    ------
    InvalidValueError
        If an id is malformed or comes twice, or text stands in the place of ids: each of its letters would be an owner.
    InvalidInputError
        With several of these faults at once.

    Examples
    --------
    >>> equal(["bo", "ada"])
    FrozenMap({'ada': 1, 'bo': 1})
    """
    return FrozenMap((owner, 1) for owner in read_owners(owners, None))


def history(
    tally: ActualTally,
    owners: Iterable[str],
    *,
    metric: Metric,
    period: Period,
    scope: Mapping[str, str] = EVERYTHING,
    org: Org | None = None,
) -> FrozenMap[str, Amount]:
    """Weigh owners by what they did.

    Parameters
    ----------
    tally
        The actuals, counted.
    owners
        Ids of reps or teams, each once.
    metric
        What counts; a flow.
    period
        The days that count.
    scope
        What it is narrowed to.
    org
        Who is under whom: a team did what its members did on the days that they served there. ``None`` where each did only
        what is recorded under its own id.

    Returns
    -------
    FrozenMap of str to Amount
        What each did; 0 where nothing is recorded.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidValueError
        If owners are malformed, there are no such actuals at all, or those of an owner sum to less than 0, as they do
        where more came back than was sold; the path names the owner.
    UnknownNameError
        If the org does not know an owner.
    UnitMismatchError
        If the actuals are in several units.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import COUNT, STANDARD_METRICS, Actual
    >>> from salesperf.attainment import tally
    >>> orders = STANDARD_METRICS["orders"]
    >>> done = tally([Actual(owner="ada", metric=orders, amount=Amount.of(7, COUNT), on=date(2025, 3, 2))])
    >>> {owner: amount.minor for owner, amount in history(done, ["bo", "ada"], metric=orders, period=Period.year(2025)).items()}
    {'ada': 7, 'bo': 0}
    """
    require(tally, ActualTally, path=("tally",))
    require(metric, Metric, path=("metric",))
    require(period, Period, path=("period",))
    metric.require_additive("metric")
    ids = read_owners(owners, org)
    narrowed = as_frozen_map(scope)
    require(narrowed, FrozenMap, path=("scope",))
    ledger = Ledger(tally, org)
    spans = ledger.spans(
        Codes(np.arange(len(ids)), ids),
        np.full(len(ids), period.start.toordinal()),
        np.full(len(ids), period.end.toordinal()),
    )
    sums = {unit: ledger.sums(metric, unit, narrowed, spans) for unit in ledger.units(metric, narrowed)}
    unit = only_unit({unit: int(entries.sum()) for unit, (_, entries) in sums.items()}, metric)
    done = [Amount(minor=minor, unit=unit) for minor in sums[unit][0].tolist()]
    refuse(
        InvalidValueError("history_negative", path=("owners", owner), value=amount.decimal)
        for owner, amount in zip(ids, done, strict=True)
        if amount.minor < 0
    )
    return FrozenMap(zip(ids, done, strict=True))


def only_unit(entries: Mapping[Unit, int], metric: Metric) -> Unit:
    """Return the one unit with entries, and refuse that there are none or several."""
    used = sorted((unit for unit, count in entries.items() if count), key=str)
    if not used:
        raise InvalidValueError("no_history", path=("tally",), metric=metric.key)
    if len(used) > 1:
        raise UnitMismatchError("unit_mismatch", path=("tally",), left=str(used[0]), right=str(used[1]))
    return used[0]


def capacity(org: Org, owners: Iterable[str], period: Period, *, calendar: Calendar | None = None) -> FrozenMap[str, Fraction]:
    """Weigh owners by how much they can work.

    Parameters
    ----------
    org
        The reps, with their full-time equivalents, days of service, absences and ramps.
    owners
        Ids of reps or teams, each once.
    period
        The days that count.
    calendar
        Sets workdays; ``None`` means Monday to Friday.

    Returns
    -------
    FrozenMap of str to Fraction
        Workdays at full productivity of a full-time seat; 0 for whoever cannot work in the period.

    Raises
    ------
    InvalidValueError
        If owners are malformed.
    UnknownNameError
        If the org does not know an owner.

    Notes
    -----
    fte x sum over workdays in service and not absent of the ramp's share for the month of service. The first month begins
    on the day of hire, each later one on the same day of the month, or on its last where there is no such day. A team has
    the sum of its members, each for the days served there.

    Examples
    --------
    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from salesperf import Rep
    >>> org = Org(reps=[Rep(id="ada"), Rep(id="bo", hired=date(2026, 9, 1), ramp=(Decimal("0.5"),), fte=Decimal("0.8"))])
    >>> capacity(org, ["ada", "bo"], Period.month(2026, 9))
    FrozenMap({'ada': Fraction(22, 1), 'bo': Fraction(44, 5)})
    """
    require(org, Org, path=("org",))
    require(period, Period, path=("period",))
    require(calendar, Calendar, NoneType, path=("calendar",))
    ids = read_owners(owners, org)
    stints = [(owner, stint) for owner in ids for stint in org.stints_under(owner)]
    found = measure([stint for _, stint in stints], org.rep_by_id, [period], calendar)
    weights = dict.fromkeys(ids, Fraction(0))
    for (owner, stint), days in zip(stints, found.ramped[:, 0].tolist(), strict=True):
        weights[owner] += Fraction(org.rep_by_id[stint.rep].fte) * Fraction(days, found.denominator)
    return FrozenMap(weights)


def blend(*parts: tuple[Mapping[str, Weight | Amount], Weight]) -> FrozenMap[str, Fraction]:
    """Mix bases by shares.

    Parameters
    ----------
    *parts
        Pairs of a basis and its share, such as ``(last_year, 70), (potential, 30)``; shares are weights of any scale.

    Returns
    -------
    FrozenMap of str to Fraction
        The share of each owner in all; they sum to 1.

    Raises
    ------
    InvalidValueError
        If a basis is malformed or all its weights are 0, there is no basis, or shares are malformed.
    UnknownNameError
        If a basis lacks an owner that another one names; several at once in one :class:`salesperf.InvalidInputError`.
    UnitMismatchError
        If the amounts of a basis are in two units.

    Notes
    -----
    w_i = sum over k of (s_k / sum(s)) (w_ik / sum over j of w_jk): each basis counts by the shares of its own total, so
    that its unit does not matter.

    Examples
    --------
    >>> blend(({"ada": 300, "bo": 100}, 1), ({"ada": 1, "bo": 1}, 1))
    FrozenMap({'ada': Fraction(5, 8), 'bo': Fraction(3, 8)})
    """
    if not parts:
        raise InvalidValueError("too_few", path=("parts",), low=1, value=0)
    pairs = [_read_part(position, part) for position, part in enumerate(parts)]
    owners = sorted({owner for basis, _ in pairs for owner in basis})
    refuse(
        UnknownNameError("basis_lacks", path=("parts", position), value=owner)
        for position, (basis, _) in enumerate(pairs)
        for owner in owners
        if owner not in basis
    )
    shares = exact_shares(checked([share for _, share in pairs], ("parts",), ()))
    columns = [
        exact_shares(
            checked(weights_of([(owner, basis[owner]) for owner in owners], "parts", position), ("parts", position), owners)
        )
        for position, (basis, _) in enumerate(pairs)
    ]
    return FrozenMap(
        (owner, sum((share * column[place] for share, column in zip(shares, columns, strict=True)), Fraction(0)))
        for place, owner in enumerate(owners)
    )


def _read_part(position: int, part: object) -> tuple[Mapping[str, Weight | Amount], Weight]:
    path = ("parts", position)
    require(part, tuple, path=path)
    pair = cast("tuple[Any, ...]", part)
    if len(pair) != 2:  # noqa: PLR2004 - a basis and its share
        raise InvalidValueError("length", path=path, expected=2, value=len(pair))
    basis, share = pair
    if not isinstance(basis, Mapping):
        raise InvalidValueError("basis_no_mapping", path=path, value=basis)
    for owner in basis:
        require(owner, str, path=path)
    return basis, share


def weights_of(basis: Sequence[tuple[str, Weight | Amount]], *path: str | int) -> tuple[Weight, ...]:
    """Take amounts of one unit, such as last year's sales, and scalars of numpy's as the numbers that they are."""
    refuse(_faults_of_units(basis, path))
    return tuple(map(_number, basis))


def faults_of_weights(basis: Sequence[tuple[str, Weight | Amount]], *path: str | int) -> Iterator[SalesperfError]:
    """Find every value that is no weight, or an amount in another unit than the first; the path ends with the name.

    That all weights are 0 is no fault of one of them.
    """
    mixed = list(_faults_of_units(basis, path))
    yield from mixed
    if not mixed:
        numbers = list(map(_number, basis))
        yield from _faults_of_numbers(numbers, path, [name for name, _ in basis])


def _number(named: tuple[str, Weight | Amount]) -> Weight:
    _, value = named
    if isinstance(value, Amount):
        return value.minor
    return value.item() if isinstance(value, np.generic) else value


def _faults_of_units(basis: Sequence[tuple[str, Weight | Amount]], path: tuple[str | int, ...]) -> Iterator[SalesperfError]:
    units = [value.unit for _, value in basis if isinstance(value, Amount)]
    for owner, value in basis if units else ():
        if not isinstance(value, Amount):
            yield InvalidValueError("wrong_type", path=(*path, owner), expected=Amount, value=value)
        elif value.unit != units[0]:
            yield UnitMismatchError("unit_mismatch", path=(*path, owner), left=str(units[0]), right=str(value.unit))


def checked(weights: Sequence[Weight], path: tuple[str | int, ...], names: Sequence[str]) -> Sequence[Weight]:
    """Refuse what is no weight, by the path and the name of each that is at fault; and weights that are all 0."""
    refuse(_faults_of_numbers(weights, path, names))
    try:
        check_weights(weights)
    except SalesperfError as error:
        raise error.at(*path) from None
    return weights


def _faults_of_numbers(
    weights: Sequence[Weight], path: tuple[str | int, ...], names: Sequence[str]
) -> Iterator[SalesperfError]:
    # A 1 stands beside them: weights that are all 0 are no fault here. Each is looked at by itself only where one is at fault.
    if _fault([*weights, 1]) is None:
        return
    for place, weight in enumerate(weights):
        fault = _fault([weight, 1])
        if fault is not None:
            yield fault.at(*path, names[place] if names else place)


def _fault(weights: Sequence[Weight]) -> SalesperfError | None:
    try:
        check_weights(weights)
    except SalesperfError as error:
        return error
    return None


def read_owners(owners: Iterable[str], org: Org | None) -> tuple[str, ...]:
    """Return ids in order, each once, and refuse at once all that the org does not know."""
    ids = as_tuple(owners)
    require(ids, tuple, path=("owners",))
    refuse(_faults_of_owners(ids, org))
    return tuple(sorted(ids))


def _faults_of_owners(ids: Sequence[str], org: Org | None) -> Iterator[SalesperfError]:
    for position, owner in enumerate(ids):
        if not is_identifier(owner):
            yield InvalidValueError("wrong_type", path=("owners", position), expected=str, value=owner)
        elif org is not None and not org.knows(owner):
            yield org.unknown_owner(owner, "owners", position)
    for position, owner in repeated(filter(is_identifier, ids)):
        yield InvalidValueError("not_unique", path=("owners", position), value=owner)
