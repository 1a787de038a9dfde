"""The SMART check: five letters, each with a verdict and a reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast

import attrs

from salesperf.allocation.parts import refuse
from salesperf.attainment import ActualTally
from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError
from salesperf.feasibility.assessing import Assessment
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.replanning import Checkpoint
from salesperf.model.result import Result, Row
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, is_identifier, repeated, require

__all__ = ["LETTERS", "Letter", "SmartCheck", "SmartLetter", "SmartVerdict", "smart"]

Letter: TypeAlias = Literal["specific", "measurable", "achievable", "relevant", "time_bound"]
SmartVerdict: TypeAlias = Literal["yes", "no", "unknown"]
LETTERS: Final[tuple[Letter, ...]] = ("specific", "measurable", "achievable", "relevant", "time_bound")
"""What the five letters stand for, in their order."""

_ACHIEVABLE: Final[Mapping[str, SmartVerdict]] = MappingProxyType(
    {"too_low": "yes", "reasonable": "yes", "stretch": "yes", "too_high": "no", "not_enough_evidence": "unknown"}
)


@attrs.frozen(kw_only=True)
class SmartLetter:
    """One letter of a SMART check.

    Attributes
    ----------
    letter : str
        One of :data:`LETTERS`.
    verdict : str
        ``"yes"``, ``"no"``, or ``"unknown"`` where nothing given says.
    reason : Message
        Why.

    Examples
    --------
    >>> SmartLetter(letter="relevant", verdict="unknown", reason=Message("feasibility.smart.no_purpose")).reason.text()
    'neither a target that it is part of nor a rationale is given'
    """

    letter: Letter
    verdict: SmartVerdict
    reason: Message


@attrs.frozen(kw_only=True)
class SmartCheck(Result):
    """A target held against the SMART principle (SMART 原则): made by :func:`smart`.

    Attributes
    ----------
    target : Target
        What is checked.
    letters : tuple of SmartLetter
        The five, in order.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS, Period
    >>> goal = Target(owner="ada", metric=STANDARD_METRICS["revenue"], amount=Amount.of(90, CNY), period=Period.year(2026))
    >>> checked = smart(goal, source="ERP, invoices")
    >>> checked.is_smart, [each.verdict for each in checked.letters]
    (False, ['yes', 'yes', 'unknown', 'unknown', 'yes'])
    """

    target: Target
    letters: tuple[SmartLetter, ...]

    @property
    def is_smart(self) -> bool:
        """Whether all five verdicts are yes."""
        return all(each.verdict == "yes" for each in self.letters)

    def rows(self) -> list[Row]:
        """Return a row for each letter: what it stands for, the verdict, and the reason."""
        return [{"letter": each.letter, "verdict": each.verdict, "reason": each.reason.text()} for each in self.letters]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the check for a reader, a line a letter."""
        lines = (
            Message.of(
                "feasibility.line",
                evidence=Message(f"feasibility.letter.{each.letter}"),
                verdict=Message(f"feasibility.smart_verdict.{each.verdict}"),
                reason=each.reason,
            )
            for each in self.letters
        )
        return "\n".join(line.text(lang, catalogs) for line in lines)


def smart(
    target: Target,
    assessment: Assessment | None = None,
    *,
    milestones: Iterable[Target] | Iterable[Checkpoint] = (),
    source: str | ActualTally | None = None,
) -> SmartCheck:
    """Hold a target against the SMART principle (SMART 原则).

    Parameters
    ----------
    target
        What is to be checked, of any metric.
    assessment
        Whether it is reasonable: of the same target.
    milestones
        Of a flow, either parts of the target (targets of the same owner, metric and scope for days within its own that do
        not overlap) or checkpoints, which are counted from its beginning; in any order.
    source
        Where its actuals come from: a name, or the actuals.

    Returns
    -------
    SmartCheck
        Specific: somebody is named who owes it. Measurable: a source of data is named, or holds actuals of its metric in its
        unit. Achievable: the assessment does not call it too high. Relevant: it is part of another target, or its rationale
        is given. Time-bound: its period ends, and milestones, if any, lead to it.

    Raises
    ------
    InvalidValueError
        If a value is malformed; the assessment is of another target; milestones lie outside the period, overlap, or ask for
        less than one before; both kinds of them are given.
    NotAdditiveError
        If there are milestones and the metric is no flow.
    UnitMismatchError
        If milestones are in another unit.
    InvalidInputError
        With several of these faults at once.

    Notes
    -----
    Nothing here can tell whether a target *ought* to be pursued: relevant says only that somebody has said why.

    References
    ----------
    G. T. Doran, "There's a S.M.A.R.T. way to write management's goals and objectives", *Management Review* 70 (1981) 35-36;
    his letters A and R, assignable and realistic, are told here under specific and achievable.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS, Period, allocation
    >>> goal = Target(
    ...     owner="ada",
    ...     metric=STANDARD_METRICS["revenue"],
    ...     amount=Amount.of(90, CNY),
    ...     period=Period.quarter(2026, 3),
    ...     rationale="half of what the new line is to bring",
    ... )
    >>> print(smart(goal, milestones=allocation.split(goal, "month").targets[:2], source="ERP").text())
    Specific: yes; ada owes Revenue
    Measurable: yes; Revenue in CNY, from ERP
    Achievable: cannot tell; nobody has assessed it
    Relevant: yes; half of what the new line is to bring
    Time-bound: no; Q3 2026; milestones, which lead to CNY 60.00 instead of CNY 90.00: 2
    """
    require(target, Target, path=("target",))
    require(assessment, Assessment, type(None), path=("assessment",))
    steps = cast("Milestones", as_tuple(milestones))
    require(steps, tuple, path=("milestones",))
    refuse(_faults(target, assessment, steps, source))
    found = (
        _specific(target),
        _measurable(target, source),
        _achievable(assessment),
        _relevant(target),
        _time_bound(target, steps),
    )
    letters = (
        SmartLetter(letter=letter, verdict=verdict, reason=reason)
        for letter, (verdict, reason) in zip(LETTERS, found, strict=True)
    )
    return SmartCheck(target=target, letters=tuple(letters))


Milestones: TypeAlias = tuple[Target | Checkpoint, ...]
Finding: TypeAlias = tuple[SmartVerdict, Message]


def _reason(key: str, /, **arguments: object) -> Message:
    return Message.of(f"feasibility.smart.{key}", **arguments)


# What is refused


def _faults(target: Target, assessment: Assessment | None, milestones: Milestones, source: object) -> Iterator[SalesperfError]:
    if assessment is not None and assessment.target != target:
        yield InvalidValueError("assessment_of_another", path=("assessment",))
    if source is not None and not isinstance(source, ActualTally) and not is_identifier(source):
        yield InvalidValueError("wrong_type", path=("source",), expected=(str, ActualTally), value=source)
    kind = type(milestones[0]) if milestones and isinstance(milestones[0], Target) else Checkpoint
    strange = [position for position, each in enumerate(milestones) if not isinstance(each, kind)]
    for position in strange:
        yield InvalidValueError("wrong_type", path=("milestones", position), expected=kind, value=milestones[position])
    if strange or not milestones:
        return
    if not target.metric.is_additive:
        try:
            target.metric.require_additive("target", "metric")
        except SalesperfError as error:
            yield error
        return
    unlike = list(_faults_of_milestones(target, milestones))
    yield from unlike
    if not unlike:
        yield from _faults_of_order(milestones)


def _faults_of_milestones(target: Target, milestones: Milestones) -> Iterator[SalesperfError]:
    goal = cast("Amount", target.amount)
    for position, each in enumerate(milestones):
        path = ("milestones", position)
        same = (each.owner, each.scope) == (target.owner, target.scope)
        if not same or (isinstance(each, Target) and each.metric != target.metric):
            yield InvalidValueError("milestone_of_another", path=path)
            continue
        unit = cast("Amount", each.amount).unit
        if unit != goal.unit:
            yield UnitMismatchError("unit_mismatch", path=(*path, "amount"), left=str(goal.unit), right=str(unit))
        inside = target.period.covers(each.period) if isinstance(each, Target) else each.by in target.period
        if not inside:
            value = each.period.label if isinstance(each, Target) else each.by
            yield InvalidValueError("milestone_outside", path=path, expected=target.period.label, value=value)


def _faults_of_order(milestones: Milestones) -> Iterator[SalesperfError]:
    """Go through the milestones by day, and tell by their position what overlaps or asks for less than before."""
    order = sorted(range(len(milestones)), key=lambda position: _day_of(milestones[position]))
    for position, on in repeated(each.by for each in milestones if isinstance(each, Checkpoint)):
        yield InvalidValueError("not_unique", path=("milestones", position, "by"), value=on)
    for earlier, later in pairwise(order):
        before, after = milestones[earlier], milestones[later]
        if isinstance(before, Target) and isinstance(after, Target):
            if after.period.start < before.period.end:
                yield InvalidValueError("period_overlap", path=("milestones", later), value=after.period.label)
        elif cast("Amount", after.amount) < cast("Amount", before.amount):
            amount = cast("Amount", after.amount)
            yield InvalidValueError("checkpoint_order", path=("milestones", later, "amount"), value=amount.decimal)


def _day_of(milestone: Target | Checkpoint) -> date:
    return milestone.period.start if isinstance(milestone, Target) else milestone.by


# The letters


def _specific(target: Target) -> Finding:
    title = Message(target.metric.title)
    if target.owner is None:
        return "unknown", _reason("nobody_named", metric=title)
    if target.scope:
        return "yes", _reason("specific_scope", owner=target.owner, metric=title, scope=_scope_of(target.scope))
    return "yes", _reason("specific", owner=target.owner, metric=title)


def _scope_of(scope: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(scope.values())


def _measurable(target: Target, source: str | ActualTally | None) -> Finding:
    amount, parts = target.amount, target.metric.recorded
    unit = str(amount.unit) if isinstance(amount, Amount) else None
    titles = tuple(Message(metric.title) for metric in parts)
    if source is None:
        return "unknown", _reason("no_source", metrics=titles)
    if isinstance(source, str):
        key = "measurable_ratio" if unit is None else "measurable"
        return "yes", _reason(key, unit=unit, metrics=titles, source=source)
    missing = tuple(Message(metric.title) for metric in parts if metric.key not in source.metrics)
    if missing:
        return "no", _reason("not_recorded", metrics=missing)
    if isinstance(amount, Amount) and not _is_recorded_in(source, target.metric.key, amount):
        return "no", _reason("other_unit", metrics=titles, unit=unit)
    return "yes", _reason("recorded", metrics=titles)


def _is_recorded_in(tally: ActualTally, metric: str, amount: Amount) -> bool:
    if amount.unit not in tally.units:
        return False
    cells = (tally.metric == tally.metrics.index(metric)) & (tally.unit == tally.units.index(amount.unit))
    return bool(cells.any())


def _achievable(assessment: Assessment | None) -> Finding:
    if assessment is None:
        return "unknown", _reason("not_assessed")
    verdict = assessment.verdict
    return _ACHIEVABLE[verdict], _reason("assessed", verdict=Message(f"feasibility.verdict.{verdict}"))


def _relevant(target: Target) -> Finding:
    if target.rationale.strip():
        return "yes", _reason("rationale", rationale=target.rationale)
    if target.parent is not None:
        owner = target.parent.owner or Message("review.company")
        return "yes", _reason("part_of", owner=owner, metric=target.parent.metric, period=target.parent.period)
    return "unknown", _reason("no_purpose")


def _time_bound(target: Target, milestones: Milestones) -> Finding:
    if not milestones:
        return "yes", _reason("period", period=target.period)
    goal = cast("Amount", target.amount)
    led_to = _led_to(milestones)
    found = {"period": target.period, "count": len(milestones), "reached": led_to, "target": goal}
    # A checkpoint before the end may ask for less than the whole; parts, and one on the last day, have to make it.
    last = max(each.by if isinstance(each, Checkpoint) else target.period.last for each in milestones)
    fits = led_to == goal if last == target.period.last else led_to <= goal
    return ("yes", _reason("milestones", **found)) if fits else ("no", _reason("milestones_differ", **found))


def _led_to(milestones: Sequence[Target | Checkpoint]) -> Amount:
    """Return what parts sum to, or what the last checkpoint asks for."""
    amounts = [cast("Amount", each.amount) for each in milestones]
    if isinstance(milestones[0], Target):
        return Amount.total(amounts, amounts[0].unit)
    return max(amounts)
