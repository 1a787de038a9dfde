"""The sales process: the stages of a deal, and which steps are allowed between them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import attrs

from salesperf.errors import IllegalTransitionError, InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.model.amount import Amount
from salesperf.model.change import Change
from salesperf.model.opportunity import Opportunity
from salesperf.model.stage import STAGE_KINDS, Stage, StageKind, check_title
from salesperf.model.validators import (
    as_tuple,
    check_date,
    each,
    identifier,
    of_type,
    repeated,
    require,
)

__all__ = ["STANDARD_PROCESSES", "SalesProcess"]


def _as_stages(value: Iterable[Stage]) -> tuple[Stage, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class SalesProcess:
    """The stages of a deal in order, and the steps that are allowed.

    Parameters
    ----------
    stages
        At least one open stage, in order; then exactly one won stage, any number of stages after it, exactly one lost
        stage, and at most one for deals in which the customer decided nothing.
    key
        Unique among the processes of a company.
    title
        What a reader sees: a message key or plain text; the key where it is empty.
    may_skip
        Whether a deal may pass over open stages.
    may_go_back
        Whether a deal may return to an earlier open stage.
    may_reenter
        Whether an open deal may enter an open stage in which it was before; one that is opened again always may.
    may_reopen
        Whether a deal that was decided may be opened again.

    Raises
    ------
    InvalidInputError
        With every fault at once: a key used twice, a kind missing or used too often, kinds out of order.

    Examples
    --------
    >>> process = STANDARD_PROCESSES["solution"]
    >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="prospecting")])
    >>> moved = process.advance(deal, "needs_analysis", on=date(2026, 9, 8))
    >>> moved.stage, process.lose(moved, on=date(2026, 9, 20), reason="price").stage
    ('needs_analysis', 'lost')
    """

    stages: tuple[Stage, ...] = attrs.field(converter=_as_stages, validator=each(of_type(Stage)))
    key: str = attrs.field(default="sales", validator=identifier)
    title: str = attrs.field(default="", validator=check_title)
    may_skip: bool = attrs.field(default=True, validator=of_type(bool))
    may_go_back: bool = attrs.field(default=True, validator=of_type(bool))
    may_reenter: bool = attrs.field(default=True, validator=of_type(bool))
    may_reopen: bool = attrs.field(default=True, validator=of_type(bool))

    def __attrs_post_init__(self) -> None:
        """Check that the stages make a process."""
        faults = [*self._faults_of_keys(), *self._faults_of_kinds()]
        if faults:
            raise InvalidInputError(faults)

    def _faults_of_keys(self) -> Iterator[SalesperfError]:
        for position, key in repeated(stage.key for stage in self.stages):
            yield InvalidValueError("not_unique", path=("SalesProcess", "stages", position, "key"), value=key)

    def _faults_of_kinds(self) -> Iterator[SalesperfError]:
        path = ("SalesProcess", "stages")
        kinds = [stage.kind for stage in self.stages]
        limits = {"open": (1, len(kinds)), "won": (1, 1), "lost": (1, 1), "cancelled": (0, 1)}
        for kind, (least, most) in limits.items():
            found = sum(each_kind == kind for each_kind in kinds)
            if not least <= found <= most:
                yield InvalidValueError("process_kind", path=path, kind=kind, low=least, high=max(least, most), value=found)
        places = [STAGE_KINDS.index(kind) for kind in kinds]
        if places != sorted(places):
            position = next(place for place in range(1, len(places)) if places[place] < places[place - 1])
            yield InvalidValueError("process_order", path=(*path, position, "kind"), choices=STAGE_KINDS, value=kinds[position])

    @property
    def label(self) -> str:
        """What a reader sees: the title, or the key where there is none."""
        return self.title or self.key

    @cached_property
    def stage_by_key(self) -> Mapping[str, Stage]:
        """The stages by key."""
        return MappingProxyType({stage.key: stage for stage in self.stages})

    @cached_property
    def open_stages(self) -> tuple[Stage, ...]:
        """The stages in which a deal is still to be decided, in order."""
        return tuple(stage for stage in self.stages if stage.is_open)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each stage stands among all, by key."""
        return MappingProxyType({stage.key: place for place, stage in enumerate(self.stages)})

    def _only(self, kind: StageKind) -> Stage:
        return next(stage for stage in self.stages if stage.kind == kind)

    def _named(self, to: object) -> Stage:
        if not isinstance(to, str) or to not in self.stage_by_key:
            raise UnknownNameError("unknown_stage", path=("to",), choices=tuple(self.stage_by_key), value=to)
        return self.stage_by_key[to]

    def stage_of(self, opportunity: Opportunity) -> Stage:
        """Return the stage in which a deal is.

        Raises
        ------
        UnknownNameError
            If the process has no such stage.
        InvalidValueError
            If the deal is of another process.

        Examples
        --------
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="prospecting")])
        >>> STANDARD_PROCESSES["solution"].stage_of(deal).kind
        'open'
        """
        self.require(opportunity)
        return self.stage_by_key[opportunity.stage]

    def require(self, opportunity: Opportunity, *path: str | int) -> None:
        """Refuse a deal of another process, or one with a stage that this one does not have.

        Raises
        ------
        UnknownNameError, InvalidValueError
            With the path where the deal stood and its id.
        """
        require(opportunity, Opportunity, path=path or ("opportunity",))
        where = (*path, opportunity.id)
        if opportunity.process not in (None, self.key):
            raise InvalidValueError("process_mismatch", path=(*where, "process"), expected=self.key, value=opportunity.process)
        stages = self.stage_by_key
        for position, change in enumerate(opportunity.history):
            if change.stage is not None and change.stage not in stages:
                raise UnknownNameError(
                    "unknown_stage",
                    path=(*where, "history", position, "stage"),
                    choices=tuple(stages),
                    value=change.stage,
                )

    def allowed(self, opportunity: Opportunity) -> tuple[str, ...]:
        """Return the keys of the stages to which a deal may go from where it is, whether or not exit criteria are met.

        Examples
        --------
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="won")])
        >>> STANDARD_PROCESSES["solution"].allowed(deal)[-1]
        'after_sales'
        """
        now = self.stage_of(opportunity)
        return tuple(stage.key for stage in self.stages if stage != now and self._may(opportunity, now, stage))

    def _may(self, opportunity: Opportunity, now: Stage, to: Stage) -> bool:
        if not now.is_open:
            if to.is_open:
                return self.may_reopen and self._was_as_far(opportunity, to)
            return to.kind == "post_won" and now.kind in ("won", "post_won")
        if to.kind in ("lost", "cancelled"):
            return True
        if to.kind == "post_won":
            return False
        step = self.position[to.key] - self.position[now.key]
        if to.is_open and not self.may_reenter and any(visit.stage == to.key for visit in opportunity.visits):
            return False
        return self.may_go_back if step < 0 else step == 1 or self.may_skip

    def _was_as_far(self, opportunity: Opportunity, to: Stage) -> bool:
        """Tell whether a deal came as far as a stage: to open it again is no way to pass over exit criteria or stages."""
        been = [self.stage_by_key[visit.stage] for visit in opportunity.visits]
        if any(stage.kind in ("won", "post_won") for stage in been):
            return True
        return self.position[to.key] <= max((self.position[stage.key] for stage in been if stage.is_open), default=0)

    def _move(self, opportunity: Opportunity, to: Stage, choices: Sequence[str], on: date, **what: Any) -> Opportunity:  # noqa: ANN401 - fields of Change, checked by it
        """Append a change that enters a stage, if that is one of those to which the deal may go."""
        if to.key not in choices:
            raise _illegal(opportunity, to.key, choices)
        last = opportunity.last_change
        if last is not None and on < last:
            raise IllegalTransitionError("transition_earlier", path=(opportunity.id, "on"), last=last, value=on)
        change = Change(on, stage=to.key, **what)
        self._require_evidence(opportunity, to, change.evidence)
        return attrs.evolve(opportunity, history=(*opportunity.history, change))

    def _require_evidence(self, opportunity: Opportunity, to: Stage, evidence: Collection[str]) -> None:
        """Refuse a step forward while an exit criterion of the stage left is not met."""
        now = self.stage_by_key[opportunity.stage]
        if not now.is_open or to.kind not in ("open", "won") or self.position[to.key] < self.position[now.key]:
            return
        met = opportunity.evidence.union(evidence)
        missing = tuple(key for key in now.exit_criteria if key not in met)
        if missing:
            path = (opportunity.id, "evidence")
            raise IllegalTransitionError("exit_criteria", path=path, stage=now.key, missing=missing)

    def advance(self, opportunity: Opportunity, to: str, *, on: date, evidence: Iterable[str] = ()) -> Opportunity:
        """Move an open deal to another open stage, forward or back, or one that is won to after-sales service.

        Parameters
        ----------
        opportunity
            The deal, which stays as it is.
        to
            The key of the stage to enter.
        on
            The day.
        evidence
            Keys of the exit criteria that are met by now.

        Returns
        -------
        Opportunity
            With the change at the end of its history.

        Raises
        ------
        IllegalTransitionError
            If the step is not allowed (the message says which are), an exit criterion of the stage left is not met, or the
            day is before the last change.
        UnknownNameError
            If the process has no such stage.

        Examples
        --------
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="prospecting")])
        >>> STANDARD_PROCESSES["solution"].advance(deal, "proposal", on=date(2026, 9, 8)).as_of(date(2026, 9, 7)) == deal
        True
        """
        check_date(on, ("on",))
        stage, now = self._named(to), self.stage_of(opportunity)
        # To win, to lose, to cancel and to open again are decisions, and have verbs of their own.
        kinds = ("open", "post_won") if now.is_open else ("post_won",)
        choices = [key for key in self.allowed(opportunity) if self.stage_by_key[key].kind in kinds]
        return self._move(opportunity, stage, choices, on, evidence=evidence)

    def win(
        self, opportunity: Opportunity, *, on: date, amount: Amount | None = None, evidence: Iterable[str] = ()
    ) -> Opportunity:
        """Win a deal.

        Parameters
        ----------
        opportunity
            The deal, which stays as it is.
        on
            The day.
        amount
            What it was won for, where that differs from what was expected.
        evidence
            Keys of the exit criteria that are met by now.

        Raises
        ------
        IllegalTransitionError
            As of :meth:`advance`.

        Examples
        --------
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="contract")])
        >>> STANDARD_PROCESSES["solution"].win(deal, on=date(2026, 9, 8)).stage
        'won'
        """
        check_date(on, ("on",))
        choices, stage = self.allowed(opportunity), self._only("won")
        return self._move(opportunity, stage, choices, on, amount=amount, evidence=evidence)

    def lose(self, opportunity: Opportunity, *, on: date, reason: str) -> Opportunity:
        """Lose a deal to somebody else.

        Parameters
        ----------
        opportunity
            The deal, which stays as it is.
        on
            The day.
        reason
            The key of why.

        Raises
        ------
        InvalidValueError
            If no reason is given.
        IllegalTransitionError
            If the deal was decided before, or the day is before the last change.

        Examples
        --------
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="contract")])
        >>> STANDARD_PROCESSES["solution"].lose(deal, on=date(2026, 9, 8), reason="price").reason
        'price'
        """
        check_date(on, ("on",))
        require(reason, str, path=("reason",))
        choices, stage = self.allowed(opportunity), self._only("lost")
        return self._move(opportunity, stage, choices, on, reason=reason)

    def cancel(self, opportunity: Opportunity, *, on: date, reason: str | None = None) -> Opportunity:
        """Close a deal in which the customer decided nothing.

        Parameters
        ----------
        opportunity
            The deal, which stays as it is.
        on
            The day.
        reason
            The key of why.

        Raises
        ------
        IllegalTransitionError
            If the process has no such stage, the deal was decided before, or the day is before the last change.

        Examples
        --------
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="contract")])
        >>> STANDARD_PROCESSES["solution"].cancel(deal, on=date(2026, 9, 8)).stage
        'cancelled'
        """
        check_date(on, ("on",))
        choices, stage = self.allowed(opportunity), self.stages[-1]
        if stage.kind != "cancelled":
            raise _illegal(opportunity, "cancelled", choices)
        return self._move(opportunity, stage, choices, on, reason=reason)

    def reopen(self, opportunity: Opportunity, *, on: date, to: str | None = None, reason: str | None = None) -> Opportunity:
        """Open again a deal that was decided.

        Parameters
        ----------
        opportunity
            The deal, which stays as it is.
        on
            The day.
        to
            The key of the open stage to enter, no further than the deal came; ``None`` for the last in which it was, or the
            first of the process where it was in none.
        reason
            The key of why.

        Raises
        ------
        IllegalTransitionError
            If the deal is open, the process does not allow it, or the day is before the last change.
        UnknownNameError
            If the process has no such stage.

        Examples
        --------
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="contract")])
        >>> process = STANDARD_PROCESSES["solution"]
        >>> lost = process.lose(deal, on=date(2026, 9, 8), reason="price")
        >>> process.reopen(lost, on=date(2026, 10, 1)).stage
        'contract'
        """
        check_date(on, ("on",))
        choices, now = self.allowed(opportunity), self.stage_of(opportunity)
        stage = self._last_open(opportunity) if to is None else self._named(to)
        if now.is_open or not stage.is_open:
            open_keys = tuple(each_stage.key for each_stage in self.open_stages)
            raise IllegalTransitionError("transition_reopen", path=(opportunity.id,), choices=open_keys, stage=now.key)
        return self._move(opportunity, stage, choices, on, reason=reason)

    def _last_open(self, opportunity: Opportunity) -> Stage:
        """Find the open stage in which a deal was last, or the first of the process where it was in none."""
        visited = (self.stage_by_key[visit.stage] for visit in reversed(opportunity.visits))
        return next((stage for stage in visited if stage.is_open), self.open_stages[0])


def _illegal(opportunity: Opportunity, to: str, choices: Sequence[str]) -> IllegalTransitionError:
    return IllegalTransitionError(
        "transition_illegal", path=(opportunity.id, "to"), stage=opportunity.stage, choices=tuple(choices), value=to
    )


def _standard(key: str, stages: Mapping[str, str], *after_sales: str, won: str = "won") -> SalesProcess:
    """Make a process of open stages and their probabilities, with the usual ends."""
    open_stages = [
        Stage(key=name, title=f"stage.{name}", probability=Decimal(probability)) for name, probability in stages.items()
    ]
    ends: list[tuple[str, StageKind]] = [(won, "won"), *((name, "post_won") for name in after_sales)]
    ends += [("lost", "lost"), ("cancelled", "cancelled")]
    closing = [Stage(key=name, title=f"stage.{name}", kind=kind) for name, kind in ends]
    return SalesProcess(key=key, title=f"process.{key}", stages=[*open_stages, *closing])


STANDARD_PROCESSES: Final[Mapping[str, SalesProcess]] = MappingProxyType(
    {
        process.key: process
        for process in (
            _standard(
                "solution",
                {"prospecting": "0.1", "needs_analysis": "0.25", "proposal": "0.5", "negotiation": "0.75", "contract": "0.9"},
                "after_sales",
            ),
            _standard(
                "consultative",
                {"discovery": "0.1", "qualification": "0.25", "proposal_demo": "0.5", "negotiation": "0.75", "closing": "0.9"},
            ),
            _standard("basic", {"lead": "0.1", "opportunity": "0.25", "proposal": "0.5", "negotiation": "0.75"}, won="closed"),
        )
    }
)
"""Three ready-made processes. Their probabilities are customary starting values, to be replaced by what your own deals show;
none has exit criteria or a limit of days, which no source gives."""
