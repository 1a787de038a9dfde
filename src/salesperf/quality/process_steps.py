"""How a deal went through its process: what it passed over, where it went against it, what it left unmet."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import attrs

from salesperf.model.opportunity import Opportunity
from salesperf.model.process import SalesProcess
from salesperf.model.stage import Stage

__all__ = ["ProcessSteps", "steps_of", "steps_of_all"]


class ProcessSteps(NamedTuple):
    """What the moves of a deal have in common with its process.

    Parameters
    ----------
    skipped
        Open stages that it passed over on its way forward.
    disallowed
        Moves that the process does not allow.
    unmet
        Exit criteria of stages that it left forward without evidence.
    """

    skipped: int
    disallowed: int
    unmet: int


def steps_of_all(deals: Iterable[Opportunity], processes: Iterable[SalesProcess]) -> list[ProcessSteps]:
    """Go through the moves of many deals, each of its process: once for all that went the same way, since ways are few."""
    known: dict[tuple[object, ...], ProcessSteps] = {}
    found = []
    for deal, process in zip(deals, processes, strict=True):
        way = (process.key, *[(change.stage, change.evidence) for change in deal.history])
        steps = known.get(way)
        if steps is None:
            steps = known[way] = steps_of(deal, process)
        found.append(steps)
    return found


def steps_of(deal: Opportunity, process: SalesProcess) -> ProcessSteps:
    """Go through the moves of a deal."""
    skipped = disallowed = unmet = 0
    now: Stage | None = None
    been: set[str] = set()
    met: set[str] = set()
    for place, change in enumerate(deal.history):
        met.update(change.evidence)
        if change.stage is None:
            continue
        to = process.stage_by_key[change.stage]
        if now is not None:
            skipped += _skipped(now, to, process)
            disallowed += not (_is_plain_step(now, to, process, been) or _is_allowed(deal, place, process))
            unmet += _unmet(now, to, process, met)
        been.add(to.key)
        now = to
    return ProcessSteps(skipped, disallowed, unmet)


def _is_forward(now: Stage, to: Stage, process: SalesProcess) -> bool:
    return now.is_open and to.kind in ("open", "won") and process.position[to.key] > process.position[now.key]


def _skipped(now: Stage, to: Stage, process: SalesProcess) -> int:
    """Count the stages between; those before the won stage are all open."""
    return process.position[to.key] - process.position[now.key] - 1 if _is_forward(now, to, process) else 0


def _unmet(now: Stage, to: Stage, process: SalesProcess, met: Collection[str]) -> int:
    return sum(key not in met for key in now.exit_criteria) if _is_forward(now, to, process) else 0


def _is_plain_step(now: Stage, to: Stage, process: SalesProcess, been: Collection[str]) -> bool:
    """Tell at a glance of the usual step that it is allowed: to the next stage for the first time, or out."""
    if not now.is_open:
        return False
    is_next = process.position[to.key] == process.position[now.key] + 1 and to.key not in been
    return to.kind in ("lost", "cancelled") or (is_next and to.kind in ("open", "won"))


def _is_allowed(deal: Opportunity, place: int, process: SalesProcess) -> bool:
    before = attrs.evolve(deal, history=deal.history[:place])
    return deal.history[place].stage in process.allowed(before)
