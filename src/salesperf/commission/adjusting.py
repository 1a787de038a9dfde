"""What stands between what is earned and what is paid: what is held, topped up, advanced and recovered."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from salesperf.commission.asking import Question
from salesperf.commission.booking import Book
from salesperf.commission.counting import Counted
from salesperf.commission.grounds import NewTermsGrounds, SettledGrounds
from salesperf.commission.line import StatementLine
from salesperf.commission.serving import served_share
from salesperf.commission.stated import Adjustment, AdjustmentKind, DrawAccount, Grounds
from salesperf.commission.stepping import shown
from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Clip, Difference, Minimum, Product, Sum
from salesperf.model.message import Message
from salesperf.model.period import Period

__all__ = ["Adjusted", "adjust"]


@attrs.frozen(kw_only=True)
class Adjusted:
    """What a period earns and comes to, and what of it is paid now, in smallest units."""

    adjustments: tuple[Adjustment, ...]
    draw: DrawAccount | None
    earned: int
    due: int
    total: int


def adjust(question: Question, lines: Sequence[StatementLine], book: Book, counted: Counted) -> Adjusted:
    """Go from what is earned to what is paid.

    Parameters
    ----------
    question
        What is asked.
    lines
        What is earned.
    book
        What is released, with the period.
    counted
        What entries before the period brought, as it is reckoned now.
    """
    earned = sum(line.pay.minor for line in lines)
    run = _Run(question, earned)
    if book.is_kept and book.released != earned:
        run.add("held", book.released - earned, book.grounds)
    run.add("terms_changed", *_terms_changed(question, counted))
    for kind, promise in _least(question):
        short = max(promise.minor - run.due, 0)
        run.add(kind, short, (promise.tree(question), run.so_far), least=_amount(question, promise.minor))
    draw = _draw(question, run)
    due = run.due
    if question.is_correction and question.previous is not None:
        run.add("already_settled", -question.previous.due.minor, SettledGrounds(question.previous))
    return Adjusted(adjustments=tuple(run.adjustments), draw=draw, earned=earned, due=due, total=run.due)


class _Run:
    """A sum on its way through adjustments."""

    def __init__(self, question: Question, earned: int) -> None:
        self._question, self._earned, self.due = question, earned, earned
        self.adjustments: list[Adjustment] = []

    @property
    def so_far(self) -> Breakdown:
        """The tree of the sum."""
        earned = Breakdown(label=Message("commission.earned"), value=_amount(self._question, self._earned))
        before = (each.leaf for each in self.adjustments)
        value = _amount(self._question, self.due)
        return Breakdown(label=Message("commission.so_far"), value=value, rule=Sum(), parts=(earned, *before))

    def add(self, kind: AdjustmentKind, minor: int, grounds: Grounds = (), **told: object) -> None:
        """Add one, unless it is nothing."""
        if not minor:
            return
        wording = "released" if kind == "held" and minor > 0 else kind
        reason = Message.of(f"commission.adjusted.{wording}", **told)
        self.adjustments.append(Adjustment(kind=kind, amount=_amount(self._question, minor), reason=reason, grounds=grounds))
        self.due += minor


def _amount(question: Question, minor: int) -> Amount:
    return Amount(minor=minor, unit=question.plan.unit)


def _terms_changed(question: Question, counted: Counted) -> tuple[int, Grounds]:
    """Return what a new quota or version makes of what was counted before; nothing else may change it."""
    previous = question.previous
    if previous is None or question.is_correction or previous.window != question.window:
        return 0, ()
    changed = counted.minor - previous.counted.minor
    quotas = {measure: minor / unit.scale for measure, (minor, unit) in question.quotas.items()}
    if changed and previous.plan == question.plan and previous.quotas == quotas:
        raise InvalidValueError(
            "previous_stale",
            path=("previous",),
            expected=shown(_amount(question, counted.minor)),
            value=shown(previous.counted),
            period=str(previous.period),
        )
    return changed, NewTermsGrounds(lines=counted.lines(), counted=previous.counted) if changed else ()


@attrs.frozen
class _Promise:
    """What is paid at least, for the share of the time that is served."""

    amount: Amount
    share: Fraction

    @property
    def minor(self) -> int:
        return round_fraction(self.amount.minor * self.share)

    def tree(self, question: Question) -> Breakdown:
        """Return how much it is."""
        agreed = Breakdown(label=Message("commission.agreed"), value=self.amount)
        served = Breakdown(label=Message("commission.served"), value=self.share)
        value = _amount(question, self.minor)
        return Breakdown(label=Message("commission.least"), value=value, rule=Product(), parts=(agreed, served))


def _least(question: Question) -> Iterator[tuple[AdjustmentKind, _Promise]]:
    """Yield what is paid at least, for the share of the period that it holds for and that is served."""
    plan, period = question.plan, question.period
    if plan.guarantee is not None:
        yield "guarantee", _for_service(question, plan.guarantee.amount, plan.guarantee.period.overlap(period))
    if plan.floor is not None:
        yield "floor", _for_service(question, plan.floor, period)


def _for_service(question: Question, amount: Amount, within: Period | None) -> _Promise:
    if within is None:
        return _Promise(amount, Fraction(0))
    return _Promise(amount, served_share(question.plan, question.rep, within, question.period))


def _advance(parts: tuple[Breakdown, Breakdown], limit: Amount | None, opening: Amount) -> tuple[Breakdown, ...]:
    """Return the tree of what is advanced: what is short of the draw, as far as the limit leaves room."""
    if limit is None:
        return parts
    short = _less("short", *parts)
    ends = Breakdown(label=Message("commission.limit"), value=limit), _owed(opening)
    room = _less("room", *ends)
    value = min(amount for amount in (short.value, room.value) if isinstance(amount, Amount))
    return (Breakdown(label=Message("commission.advanced"), value=value, rule=Minimum(), parts=(short, room)),)


def _recovery(parts: tuple[Breakdown, Breakdown], opening: Amount) -> tuple[Breakdown, Breakdown]:
    """Return the tree of what is recovered, which is taken: what is owed after it, less what was owed before."""
    least, due = parts
    left = _less("owed_less_surplus", _owed(opening), _less("surplus", due, least))
    nothing = Amount.zero(opening.unit)
    value = max(left.value, nothing) if isinstance(left.value, Amount) else nothing
    after = Breakdown(label=Message("commission.owed_after"), value=value, rule=Clip(low=nothing), parts=(left,))
    return after, _owed(opening)


def _less(key: str, left: Breakdown, right: Breakdown) -> Breakdown:
    """Return the tree of a difference."""
    tree = Breakdown(label=Message(f"commission.{key}"), value=None, rule=Difference(), parts=(left, right))
    return attrs.evolve(tree, value=tree.rule(tree))


def _owed(opening: Amount) -> Breakdown:
    return Breakdown(label=Message("commission.owed_before"), value=opening)


def _draw(question: Question, run: _Run) -> DrawAccount | None:
    """Advance up to the draw, or recover what is owed from what goes beyond it."""
    terms, previous, period = question.plan.draw, question.previous, question.period
    last = None if previous is None else previous.draw
    opening = 0 if last is None else (last.opening if question.is_correction else last.closing).minor
    if terms is None and not opening:
        return None
    nothing = Amount.zero(question.plan.unit)
    promise = _Promise(nothing, Fraction(1)) if terms is None else _for_service(question, terms.amount, period)
    least = promise.minor
    advanced = max(least - run.due, 0) if terms is not None else 0
    recovered = min(max(run.due - least, 0), opening)
    if terms is not None and terms.is_recoverable and terms.limit is not None:
        advanced = min(advanced, max(terms.limit.minor - opening, 0))
    forgiven = advanced if terms is not None and not terms.is_recoverable else 0
    if terms is not None and terms.forgiven_on is not None and terms.forgiven_on in period:
        forgiven = opening + advanced - recovered
    parts = (promise.tree(question), run.so_far)
    limit = None if terms is None or not terms.is_recoverable else terms.limit
    run.add("draw_advanced", advanced, _advance(parts, limit, _amount(question, opening)), least=_amount(question, least))
    run.add("draw_recovered", -recovered, _recovery(parts, _amount(question, opening)), opening=_amount(question, opening))
    minors = {"opening": opening, "advanced": advanced, "recovered": recovered, "forgiven": forgiven}
    closing = opening + advanced - recovered - forgiven
    return DrawAccount(**{name: _amount(question, minor) for name, minor in minors.items()}, closing=_amount(question, closing))
