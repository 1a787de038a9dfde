"""Deals as the questions of the pipeline read them: checked, in a fixed order, and what was decided about each."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias, cast

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount, Unit
from salesperf.model.change import TELLTALE_FIELDS
from salesperf.model.opportunity import Opportunity
from salesperf.model.process import SalesProcess
from salesperf.model.stage import Stage
from salesperf.model.validators import as_tuple, repeated, require

__all__ = [
    "OUTCOMES",
    "Decision",
    "Outcome",
    "Placed",
    "common_unit",
    "decision_of",
    "holder",
    "in_order",
    "known_total",
    "last_named",
    "withheld_fields",
]

Outcome: TypeAlias = Literal["won", "lost", "cancelled"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("won", "lost", "cancelled")
"""How a deal may end: won; lost to somebody else; cancelled, where the customer decided nothing."""


class Placed(NamedTuple):
    """A deal, and where it stood among those given, so that an error can say which it was."""

    position: int
    opportunity: Opportunity


class Decision(NamedTuple):
    """How a deal ended, and which change of its history ended it."""

    outcome: Outcome
    position: int
    on: date | None


def in_order(opportunities: Iterable[Opportunity], process: SalesProcess) -> list[Placed]:
    """Check deals and their process, and sort them by id, so that the order given never matters.

    Raises
    ------
    InvalidValueError, UnknownNameError
        If an argument is of another kind, a deal is of another process or comes twice, or names a stage that the process does
        not have.
    """
    require(process, SalesProcess, path=("process",))
    given = as_tuple(opportunities)
    if not isinstance(given, tuple):
        raise InvalidValueError("wrong_type", path=("opportunities",), expected=tuple, value=given)
    for position, opportunity in enumerate(given):
        process.require(opportunity, "opportunities", position)
    for position, again in repeated(opportunity.id for opportunity in given):
        raise InvalidValueError("not_unique", path=("opportunities", position, "id"), value=again)
    return sorted(map(Placed._make, enumerate(given)), key=lambda placed: placed.opportunity.id)


def withheld_fields(opportunity: Opportunity, as_of: date) -> tuple[str, ...]:
    """Return the fields whose values :meth:`Opportunity.as_of` holds back on a day, because only their last ones are known."""
    exported = opportunity.exported
    if exported is None or as_of >= exported:
        return ()
    return tuple(field for field in opportunity.as_exported if field in TELLTALE_FIELDS)


def common_unit(amounts: Iterable[tuple[Placed, Amount | None]]) -> Unit | None:
    """Return the one unit of the amounts of some deals; ``None`` where there is no amount.

    Raises
    ------
    UnitMismatchError
        If there are two; the path names the deal.
    """
    unit: Unit | None = None
    for placed, amount in amounts:
        if amount is None or amount.unit is unit:
            continue
        unit = unit or amount.unit
        if amount.unit != unit:
            path = ("opportunities", placed.position, placed.opportunity.id, "amount")
            raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(amount.unit))
    return unit


def known_total(amounts: Sequence[Amount | None], unit: Unit | None) -> Amount | None:
    """Sum the amounts that are known; ``None`` where there are deals and no amount of any, or no unit to count in."""
    known = [amount for amount in amounts if amount is not None]
    if unit is None or (amounts and not known):
        return None
    return Amount.total(known, unit)


def decision_of(opportunity: Opportunity, process: SalesProcess) -> Decision | None:
    """Return how a deal ended, as far as its history goes; ``None`` where it is open, or open again.

    What follows the end without opening the deal, such as the after-sales service of a won one, decides nothing anew.
    """
    stages, history = process.stage_by_key, opportunity.history
    now = stages[opportunity.stage]
    if now.is_open:
        return None
    outcome = _outcome_in(now)
    deciding = 0
    for position in range(len(history) - 1, -1, -1):
        key = history[position].stage
        if key is None:
            continue
        if stages[key].is_open or _outcome_in(stages[key]) != outcome:
            break
        deciding = position
    return Decision(outcome, deciding, history[deciding].on)


def holder(opportunity: Opportunity, decision: Decision | None) -> str | None:
    """Return who had a deal when it was decided, or has it while it is open; ``None`` for nobody."""
    if decision is None:
        return opportunity.owner
    for position in range(decision.position, -1, -1):
        owner = opportunity.history[position].owner
        if owner is not None:
            return owner
    return None


def last_named(values: Iterable[str | None]) -> str | None:
    """Return the last value that is one; ``None`` where there is none."""
    named = [value for value in values if value is not None]
    return named[-1] if named else None


def _outcome_in(stage: Stage) -> Outcome:
    """Return how a deal ended that is in a stage which is not open."""
    return "won" if stage.kind == "post_won" else cast("Outcome", stage.kind)
