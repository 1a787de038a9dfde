"""What stands between what is earned and what is paid: what is held, topped up, advanced and recovered."""

from collections.abc import Iterator
from fractions import Fraction

import attrs

from salesperf.commission.asking import Question
from salesperf.commission.serving import served_share
from salesperf.commission.stated import Adjustment, AdjustmentKind, DrawAccount
from salesperf.commission.stepping import shown
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.period import Period

__all__ = ["Adjusted", "adjust"]


@attrs.frozen(kw_only=True)
class Adjusted:
    """What a period comes to, and what of it is paid now, in smallest units."""

    adjustments: tuple[Adjustment, ...]
    draw: DrawAccount | None
    due: int
    total: int


def adjust(question: Question, earned: int, held: int, counted_before: int) -> Adjusted:
    """Go from what is earned to what is paid.

    Parameters
    ----------
    question
        What is asked.
    earned
        The sum of the lines.
    held
        What is released less what is earned: negative where more is held than released.
    counted_before
        What entries before the period brought, as it is reckoned now.
    """
    run = _Run(question, earned)
    run.add("held", held)
    run.add("terms_changed", _terms_changed(question, counted_before))
    for kind, least in _least(question):
        run.add(kind, max(least - run.due, 0), least=_amount(question, least))
    draw = _draw(question, run)
    due = run.due
    if question.is_correction and question.previous is not None:
        run.add("already_settled", -question.previous.due.minor)
    return Adjusted(adjustments=tuple(run.adjustments), draw=draw, due=due, total=run.due)


class _Run:
    """A sum on its way through adjustments."""

    def __init__(self, question: Question, earned: int) -> None:
        self._question, self.due = question, earned
        self.adjustments: list[Adjustment] = []

    def add(self, kind: AdjustmentKind, minor: int, **told: object) -> None:
        """Add one, unless it is nothing."""
        if not minor:
            return
        self.due += minor
        wording = "released" if kind == "held" and minor > 0 else kind
        reason = Message.of(f"commission.adjusted.{wording}", **told)
        self.adjustments.append(Adjustment(kind=kind, amount=_amount(self._question, minor), reason=reason))


def _amount(question: Question, minor: int) -> Amount:
    return Amount(minor=minor, unit=question.plan.unit)


def _terms_changed(question: Question, counted_before: int) -> int:
    """Return what a new quota or version makes of what was counted before; nothing else may change it."""
    previous = question.previous
    if previous is None or question.is_correction or previous.window != question.window:
        return 0
    changed = counted_before - previous.counted.minor
    quotas = {measure: minor / unit.scale for measure, (minor, unit) in question.quotas.items()}
    if changed and previous.plan == question.plan and previous.quotas == quotas:
        raise InvalidValueError(
            "previous_stale",
            path=("previous",),
            expected=shown(_amount(question, counted_before)),
            value=shown(previous.counted),
            period=str(previous.period),
        )
    return changed


def _least(question: Question) -> Iterator[tuple[AdjustmentKind, int]]:
    """Yield what is paid at least, for the share of the period that it holds for and that is served."""
    plan, period = question.plan, question.period
    if plan.guarantee is not None:
        yield "guarantee", _for_service(question, plan.guarantee.amount, plan.guarantee.period.overlap(period))
    if plan.floor is not None:
        yield "floor", _for_service(question, plan.floor, period)


def _for_service(question: Question, amount: Amount, within: Period | None) -> int:
    if within is None:
        return 0
    return round_fraction(Fraction(amount.minor) * served_share(question.plan, question.rep, within, question.period))


def _draw(question: Question, run: _Run) -> DrawAccount | None:
    """Advance up to the draw, or recover what is owed from what goes beyond it."""
    terms, previous, period = question.plan.draw, question.previous, question.period
    last = None if previous is None else previous.draw
    opening = 0 if last is None else (last.opening if question.is_correction else last.closing).minor
    if terms is None and not opening:
        return None
    least = 0 if terms is None else _for_service(question, terms.amount, period)
    advanced = max(least - run.due, 0) if terms is not None else 0
    recovered = min(max(run.due - least, 0), opening)
    if terms is not None and terms.is_recoverable and terms.limit is not None:
        advanced = min(advanced, max(terms.limit.minor - opening, 0))
    forgiven = advanced if terms is not None and not terms.is_recoverable else 0
    if terms is not None and terms.forgiven_on is not None and terms.forgiven_on in period:
        forgiven = opening + advanced - recovered
    run.add("draw_advanced", advanced, least=_amount(question, least))
    run.add("draw_recovered", -recovered, opening=_amount(question, opening))
    minors = {"opening": opening, "advanced": advanced, "recovered": recovered, "forgiven": forgiven}
    closing = opening + advanced - recovered - forgiven
    return DrawAccount(**{name: _amount(question, minor) for name, minor in minors.items()}, closing=_amount(question, closing))
