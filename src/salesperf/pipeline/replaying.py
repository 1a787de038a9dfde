"""A deal replayed change by change: what each does to the value of the open pipeline."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs

from salesperf.model.amount import Amount
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.stage import Stage

__all__ = ["ENTERING", "LEAVING", "MOVEMENTS", "OF_DATES", "OF_STAGES", "BridgeStep", "Movement", "Replay", "View", "Worth"]

Movement: TypeAlias = Literal[
    "created",
    "reopened",
    "moved_in",
    "revalued",
    "advanced",
    "moved_back",
    "slipped",
    "moved_out",
    "won",
    "lost",
    "cancelled",
]
MOVEMENTS: Final[tuple[Movement, ...]] = (
    "created",
    "reopened",
    "moved_in",
    "revalued",
    "advanced",
    "moved_back",
    "slipped",
    "moved_out",
    "won",
    "lost",
    "cancelled",
)
"""What may become of a deal, in the order in which it is told: it is created, opened again, or its expected close moves into
the period; its amount changes; it moves to a later or an earlier stage, which changes a weighted value only; its expected
close moves past the end of the period, or to before it; it is won, lost or cancelled."""

ENTERING: Final = frozenset({"created", "reopened", "moved_in"})
LEAVING: Final = frozenset({"slipped", "moved_out", "won", "lost", "cancelled"})
OF_STAGES: Final = frozenset({"advanced", "moved_back"})
OF_DATES: Final = frozenset({"moved_in", "slipped", "moved_out"})
_EXITS: Final[Mapping[str, Movement]] = MappingProxyType(
    {"won": "won", "post_won": "won", "lost": "lost", "cancelled": "cancelled"}
)
"""The movement that leads to a stage which is not open, by the kind of that."""


class BridgeStep(NamedTuple):
    """A single change of the open value: a part of a :class:`Bridge`.

    Parameters
    ----------
    id
        Of the deal.
    on
        The day of the change.
    movement
        One of :data:`MOVEMENTS`.
    amount
        By how much the open value rises, or falls; ``None`` where the value of the deal is not known.
    deals
        By how many deals the pipeline grows: 1, 0 or -1.

    Examples
    --------
    >>> BridgeStep("o-1", date(2026, 9, 1), "created", None, 1).movement
    'created'
    """

    id: str
    on: date
    movement: Movement
    amount: Amount | None
    deals: int


class _Event(NamedTuple):
    """What one change says about the value of a deal."""

    stage: str | None
    amount: Amount | None
    expected_close: date | None


class _State(NamedTuple):
    """What counts of a deal at one moment; without a stage it does not exist yet."""

    stage: Stage | None
    amount: Amount | None
    expected_close: date | None


class _Moment(NamedTuple):
    """A change of a single field, or all that makes a deal on its first day."""

    on: date
    movement: Movement
    before: _State
    after: _State


class Worth(NamedTuple):
    """What a deal adds to the pipeline: itself or nothing, and its value where that is known."""

    deals: int
    value: Amount | None


class Replay(NamedTuple):
    """What became of one deal."""

    is_known: bool
    opening: Worth
    closing: Worth
    steps: list[BridgeStep]


_UNBORN: Final = _State(None, None, None)
_NOTHING: Final = _Event(None, None, None)


@attrs.frozen(kw_only=True)
class View:
    """What is asked about: the open value, or the weighted one, of all deals or of those expected within a period."""

    process: SalesProcess
    is_weighted: bool
    period: Period | None

    def replay(self, opportunity: Opportunity, start: date, end: date) -> Replay:
        """Follow a deal change by change."""
        if _is_still(opportunity, start):
            return self._still(opportunity)
        state = at_start = _UNBORN
        moments: list[_Moment] = []
        is_birth = True
        for on, event in _events(opportunity, end):
            if on is None or on <= start:
                state = at_start = self._after(state, event)
                continue
            for movement, after in self._parts(state, event, is_birth=is_birth and on == opportunity.created):
                is_birth = movement == "created"
                if is_birth and moments:
                    moments[-1] = moments[-1]._replace(after=after)
                else:
                    moments.append(_Moment(on, movement, state, after))
                state = after
        steps = [step for moment in moments if (step := self._step(opportunity.id, moment)) is not None]
        return Replay(state.stage is not None, self._worth(at_start), self._worth(state), steps)

    def _still(self, opportunity: Opportunity) -> Replay:
        """Return what became of a deal to which nothing happened."""
        stage = self.process.stage_by_key[opportunity.stage]
        worth = self._worth(_State(stage, opportunity.amount, opportunity.expected_close))
        return Replay(is_known=True, opening=worth, closing=worth, steps=[])

    def _after(self, state: _State, event: _Event) -> _State:
        stage = state.stage if event.stage is None else self.process.stage_by_key[event.stage]
        return _State(stage, event.amount or state.amount, event.expected_close or state.expected_close)

    def _parts(self, state: _State, event: _Event, *, is_birth: bool) -> Iterator[tuple[Movement, _State]]:
        """Tell the fields of one change apart: the amount, then the expected close, then the stage."""
        whole = self._after(state, event)
        if state.stage is None or whole.stage is None or (is_birth and whole.stage.is_open):
            yield "created", whole
            return
        if event.amount is not None:
            state = state._replace(amount=event.amount)
            yield "created" if is_birth else "revalued", state
        if event.expected_close is not None:
            state = state._replace(expected_close=event.expected_close)
            yield "created" if is_birth else self._redated(event.expected_close), state
        if event.stage is not None and state.stage is not None:
            yield self._moved(state.stage, whole.stage), whole

    def _redated(self, expected_close: date) -> Movement:
        if self.period is None or expected_close in self.period:
            return "moved_in"
        return "slipped" if expected_close >= self.period.end else "moved_out"

    def _moved(self, before: Stage, after: Stage) -> Movement:
        if not after.is_open:
            return _EXITS[after.kind]
        if not before.is_open:
            return "reopened"
        return "advanced" if self.process.position[after.key] > self.process.position[before.key] else "moved_back"

    def _worth(self, state: _State) -> Worth:
        if state.stage is None or not state.stage.is_open:
            return Worth(0, None)
        if self.period is not None and (state.expected_close is None or state.expected_close not in self.period):
            return Worth(0, None)
        if not self.is_weighted or state.amount is None:
            return Worth(1, state.amount)
        return Worth(1, None if state.stage.probability is None else state.amount.times(state.stage.probability))

    def _step(self, id: str, moment: _Moment) -> BridgeStep | None:  # noqa: A002 - the name of the field
        """Return what a change does to the pipeline; ``None`` where it does nothing."""
        before, after = self._worth(moment.before), self._worth(moment.after)
        is_outside = not before.deals and not after.deals
        is_noted = self.is_weighted and moment.movement in OF_STAGES
        if is_outside or (before == after and not is_noted):
            return None
        return BridgeStep(id, moment.on, moment.movement, _difference(before.value, after.value), after.deals - before.deals)


def _is_still(opportunity: Opportunity, start: date) -> bool:
    """Tell at a glance that nothing happened to a deal after a day, as to most that ever were: they were decided before."""
    last = opportunity.last_change
    return not opportunity.as_exported and (last is None or last <= start)


def _events(opportunity: Opportunity, end: date) -> Iterator[tuple[date | None, _Event]]:
    """Yield what each change up to the end of a day says, as it could be known then.

    What only an export tells becomes known on its day: until then it is left out, and then it is said at once.
    """
    exported = opportunity.exported if {"amount", "expected_close"} & set(opportunity.as_exported) else None
    withheld = _NOTHING
    for change in opportunity.history:
        if change.on is not None and change.on > end:
            break
        event = _Event(change.stage, change.amount, change.expected_close)
        if exported is not None and (change.on is None or change.on < exported):
            shown, hidden = _parted(event, opportunity.as_exported)
            withheld = _Event(None, hidden.amount or withheld.amount, hidden.expected_close or withheld.expected_close)
            yield change.on, shown
            continue
        if withheld != _NOTHING:
            yield exported, withheld
            withheld = _NOTHING
        yield change.on, event
    if withheld != _NOTHING and exported is not None and exported <= end:
        yield exported, withheld


def _parted(event: _Event, as_exported: Iterable[str]) -> tuple[_Event, _Event]:
    """Part what a change says into what has a history and what has none."""
    hidden = event._replace(
        stage=None,
        amount=event.amount if "amount" in as_exported else None,
        expected_close=event.expected_close if "expected_close" in as_exported else None,
    )
    shown = event._replace(
        amount=None if hidden.amount else event.amount,
        expected_close=None if hidden.expected_close else event.expected_close,
    )
    return shown, hidden


def _difference(before: Amount | None, after: Amount | None) -> Amount | None:
    """Return by how much a value rises; one that is not known adds nothing."""
    if before is None or after is None:
        return -before if before is not None else after
    return after - before
