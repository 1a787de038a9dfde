"""Transfers: business that changes hands within a plan, to somebody who has parts in it or is new."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from salesperf.allocation.lines import Line, unknown_in
from salesperf.allocation.parts import amount_of
from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount
from salesperf.model.people import Org, Stint
from salesperf.model.replanning import Transfer
from salesperf.model.target import Target, TargetKey

__all__ = ["moved_by", "parts_of_newcomers"]


def parts_of_newcomers(
    transfers: Iterable[Transfer], parts: Sequence[Target], org: Org | None, as_of: date
) -> tuple[Target, ...]:
    """Make a part of 0 for each open part that is given to a rep who has none in the plan yet, cut to the days of service."""
    made: dict[TargetKey, Target] = {}
    known, keys = {part.owner for part in parts}, {part.key for part in parts}
    for transfer in transfers:
        if org is not None and transfer.taker in org.rep_by_id and transfer.taker not in known:
            for part in parts:
                if (part.owner, part.scope) == (transfer.giver, transfer.scope) and part.period.last > as_of:
                    made.update((new.key, new) for new in _parts_beside(part, transfer, org.stints(transfer.taker), keys))
    return tuple(made.values())


def _parts_beside(part: Target, transfer: Transfer, stints: Iterable[Stint], keys: Collection[TargetKey]) -> Iterator[Target]:
    if part.period.start < transfer.on:
        return
    for stint in stints:
        days = stint.within(part.period)
        if days is not None:
            nothing = Amount.zero(amount_of(part).unit)
            yield Target(
                owner=transfer.taker,
                metric=part.metric,
                amount=nothing,
                period=days,
                scope=part.scope,
                parent=_parent_of(part, stint.team, keys),
                agreed=part.agreed,
            )


def _parent_of(part: Target, team: str | None, keys: Collection[TargetKey]) -> TargetKey | None:
    """Return of what the part of a newcomer is one: of the team's, where the plan has that, else of what the giver's is."""
    if part.parent is None or part.parent.owner == part.owner:
        return None  # the giver's own target over time is nobody else's
    above = part.parent._replace(owner=team)
    return above if above in keys else part.parent


def moved_by(
    transfers: Iterable[Transfer],
    parts: Sequence[Target],
    lines: Sequence[Line],
    locked: frozenset[int],
    faults: list[SalesperfError],
) -> Counter[int]:
    """Return by how much each open part changes because business changes hands, in the smallest unit.

    What a team gives away to another leaves its parts too, and those of the teams above it up to the one that both are in.
    Shares are of what was planned before any transfer, rounded half up.
    """
    moved: Counter[int] = Counter()
    position_by_key = {part.key: position for position, part in enumerate(parts)}
    for place, transfer in enumerate(transfers):
        giving, taking = (_open_parts(transfer, place, name, lines, faults) for name in ("giver", "taker"))
        if giving is None or taking is None:
            continue
        giving = [position for position in giving if parts[position].period.start >= transfer.on]
        if not giving:
            faults.append(InvalidValueError("transfer_of_nothing", path=("transfers", place, "on"), value=transfer.on))
        for position in giving:
            minor = round_fraction(amount_of(parts[position]).minor * Fraction(transfer.share))
            other = _at_the_time(parts, position, taking)
            if not minor:
                continue
            if other is None:
                period = str(parts[position].period)
                faults.append(InvalidValueError("transfer_without_part", path=("transfers", place), value=period))
                continue
            faults.extend(
                InvalidValueError("transfer_locked", path=("transfers", place), value=str(parts[each].period))
                for each in (position, other)
                if each in locked
            )
            given, received = (set(_upward(parts, each, position_by_key)) for each in (position, other))
            moved.subtract(dict.fromkeys(given - received, minor))
            moved.update(dict.fromkeys(received - given, minor))
    beyond = [position for position, minor in moved.items() if amount_of(parts[position]).minor + minor < 0]
    faults.extend(
        InvalidValueError("transfer_of_more_than_all", path=("transfers",), value=owner)
        for owner in dict.fromkeys(parts[position].owner for position in beyond)
    )
    return moved


def _open_parts(
    transfer: Transfer, place: int, name: str, lines: Sequence[Line], faults: list[SalesperfError]
) -> list[int] | None:
    """Return the open parts of a giver or a taker; ``None``, and a fault, where the plan does not have them."""
    owner = (getattr(transfer, name), transfer.scope)
    own = [line for line in lines if line.owner == owner]
    if not own:
        faults.append(unknown_in(lines, owner[0], "transfers", place, name))
        return None
    return [position for line in own for position in line.open]


def _at_the_time(parts: Sequence[Target], position: int, others: Iterable[int]) -> int | None:
    """Return which of other parts has most days in common with a part: who joins or leaves has parts that are cut."""
    period = parts[position].period
    common = [(shared.days, -other) for other in others if (shared := parts[other].period.overlap(period))]
    return -max(common)[1] if common else None


def _upward(parts: Sequence[Target], position: int, position_by_key: Mapping[TargetKey, int]) -> Iterator[int]:
    """Yield the position of a part, of the part that it is a part of, and so on as far as the plan has them."""
    found: int | None = position
    while found is not None:
        yield found
        parent = parts[found].parent
        found = position_by_key.get(parent) if parent else None
