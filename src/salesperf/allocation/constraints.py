"""What a new plan has to respect, found in its lines: which parts hold, and how much is to be reached by which."""

from collections import Counter
from collections.abc import Sequence

from salesperf.allocation.lines import Line, Owner, unknown_in
from salesperf.allocation.parts import Place, Plan
from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError, UnknownNameError
from salesperf.model.amount import Unit
from salesperf.model.replanning import Checkpoint, Lock
from salesperf.model.target import Target

__all__ = ["checkpoints_of", "locked_by", "set_by_hand"]


def locked_by(
    locks: Sequence[Lock], targets: Sequence[Target], lines: Sequence[Line], faults: list[SalesperfError]
) -> frozenset[int]:
    """Return the positions of the parts that are locked."""
    locked: set[int] = set()
    for place, lock in enumerate(locks):
        parts = [
            position for line in lines if line.owner == (lock.owner, lock.scope) for position in (*line.closed, *line.open)
        ]
        if not parts:
            faults.append(unknown_in(lines, lock.owner, "locks", place, "owner"))
            continue
        chosen = [position for position in parts if lock.period in (None, targets[position].period)]
        if not chosen:
            faults.append(UnknownNameError("unknown_in_plan", path=("locks", place, "period"), value=str(lock.period)))
        locked.update(chosen)
    return frozenset(locked)


def set_by_hand(plan: Plan) -> frozenset[int]:
    """Return the positions of the parts that somebody kept or set when the plan was made."""
    fixed = plan.fixed
    return frozenset(position for position, part in enumerate(plan.targets) if Place.of(part) in fixed)


def checkpoints_of(
    checkpoints: Sequence[Checkpoint], unit: Unit, lines: Sequence[Line], faults: list[SalesperfError]
) -> dict[Owner, list[tuple[int, Checkpoint]]]:
    """Return the checkpoints of each owner in order of time, with the places where they were given."""
    found: dict[Owner, list[tuple[int, Checkpoint]]] = {}
    counts = Counter(line.owner for line in lines)
    for place, checkpoint in sorted(enumerate(checkpoints), key=lambda item: (item[1].by, item[0])):
        owner = (checkpoint.owner, checkpoint.scope)
        if not counts[owner]:
            faults.append(unknown_in(lines, checkpoint.owner, "checkpoints", place, "owner"))
        elif counts[owner] > 1:
            faults.append(InvalidValueError("checkpoint_divided", path=("checkpoints", place, "owner"), value=owner[0]))
        elif checkpoint.amount.unit != unit:
            path = ("checkpoints", place, "amount")
            faults.append(UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(checkpoint.amount.unit)))
        else:
            before = found.setdefault(owner, [])
            if before and checkpoint.amount < before[-1][1].amount:
                faults.append(
                    InvalidValueError("checkpoint_order", path=("checkpoints", place), value=checkpoint.amount.decimal)
                )
            before.append((place, checkpoint))
    return found
