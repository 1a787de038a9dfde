"""How a statement is made: every entry in order through the parts of the plan, then caps and factors, then what is paid out."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from salesperf.commission.adjusting import adjust
from salesperf.commission.asking import Question, Quota, Scores, ask, target_of
from salesperf.commission.booking import Book
from salesperf.commission.counting import Counted
from salesperf.commission.layers import Layer, LayerRun, Passed
from salesperf.commission.line import PerUnit, StatementLine
from salesperf.commission.pieces import pieces_of, scale_shape, value_on
from salesperf.commission.reversing import Claims, take_back
from salesperf.commission.serving import ramping_share, served_share
from salesperf.commission.stated import CONVENTIONS, Statement
from salesperf.commission.stepping import PartRun, PieceRun, PoolRun, Step, SumRun
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Difference, Product
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.pay import CommissionPlan, PayPart
from salesperf.model.pay_entry import Entry
from salesperf.model.pay_parts import Bonus, Pool, TieredPay
from salesperf.model.people import Rep
from salesperf.model.period import Period
from salesperf.model.version import VERSION

__all__ = ["statement"]

_WITHOUT_POOLS: Final = FrozenMap({name: choice for name, choice in CONVENTIONS.items() if name != "pools"})
_MOST_NAMED: Final = 5
_MOST_PLACES: Final = 10


def statement(
    plan: CommissionPlan,
    entries: Iterable[Entry],
    *,
    payee: str | Rep,
    period: Period,
    quota: Quota = None,
    scores: Scores = None,
    previous: Statement | None = None,
) -> Statement:
    """Say what somebody is paid for a period, line by line.

    Parameters
    ----------
    plan
        The version that holds throughout the period.
    entries
        All since the plan began to count, in any order, each id once; of others too. Those after the period do not count yet.
    payee
        The id, or the rep: then quota, target pay, floor, guarantee and draw go by the days of service, and the ramp holds.
    period
        The days that are paid for, within one window of the plan.
    quota
        From one reset to the next: an amount, or amounts by measure where the plan pays by several.
    scores
        By name, exact: Decimals, not floats.
    previous
        The statement of the period before; of the same period, if it is to be corrected. It tells what is owed, held and
        settled; without it nothing is.

    Returns
    -------
    Statement
        Lines sum to what is earned, and with the adjustments to the total, exactly.

    Raises
    ------
    InvalidValueError
        If an argument is malformed; the plan counts anew within the period; the period before is another; a quota, a rate, a
        score or the statement before is missing; a quota is 0; more is taken back than was credited; or the statement before
        was made from other entries.
    InvalidInputError
        If tiers have gaps or overlap, or entries lie outside the plan or are in another currency: all of them.
    UnitMismatchError
        If entries of one part differ in unit.
    UnknownNameError
        If the plan is not for the payee, or the entry taken back is not known.

    Notes
    -----
    With C the credit since the window began, in order of (day, id), and F what a part pays for it in all, an entry brings
    round(F(C with it)) - round(F(C without it)): the cumulative is rounded, half up, and nothing else. So lines depend on no
    period: those of the months are those of the year. Sums of them then go through caps, gates and coefficients in the same
    way, from the first line of the period to the last.

    Examples
    --------
    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from salesperf import CNY, Tier
    >>> tiers = [Tier(0, 1, Decimal("0.05")), Tier(1, None, Decimal("0.08"))]
    >>> plan = CommissionPlan(
    ...     key="field", unit=CNY, period=Period.year(2026), tiered=[TieredPay(key="sales", tiers=tiers, over="quota")]
    ... )
    >>> def sale(number, day, yuan):
    ...     return Entry(id=f"e-{number}", payee="ada", on=day, amount=Amount.of(yuan, CNY), ref=f"o-{number}")
    >>> sales = [sale(1, date(2026, 8, 3), 80_000), sale(2, date(2026, 9, 9), 60_000)]
    >>> august, september = (Period.month(2026, month) for month in (8, 9))
    >>> first = statement(plan, sales, payee="ada", period=august, quota=Amount.of(100_000, CNY))
    >>> second = statement(plan, sales, payee="ada", period=september, quota=Amount.of(100_000, CNY), previous=first)
    >>> print(first.total, second.total)
    4,000.00 CNY 4,200.00 CNY
    """
    question = ask(plan, entries, payee=payee, period=period, quota=quota, scores=scores, previous=previous)
    return _state(question)


def _state(question: Question) -> Statement:
    plan, period = question.plan, question.period
    claims = Claims.of(question)
    counted = _under_window_cap(plan, list(_steps(question, claims)))
    before = counted.before(period.start)
    lines = list(_lines(question, counted))
    book = Book.open(question, before)
    lines += take_back(claims, book.paid_with(lines))
    book.close(lines)
    adjusted = adjust(question, lines, book, before)
    return Statement(
        payee=question.payee,
        plan=plan,
        period=period,
        window=question.window,
        quotas=FrozenMap({measure: minor / unit.scale for measure, (minor, unit) in question.quotas.items()}),
        lines=tuple(lines),
        adjustments=adjusted.adjustments,
        draw=adjusted.draw,
        accounts=book.accounts,
        counted=Amount(minor=counted.minor, unit=plan.unit),
        earned=Amount(minor=adjusted.earned, unit=plan.unit),
        due=Amount(minor=adjusted.due, unit=plan.unit),
        total=Amount(minor=adjusted.total, unit=plan.unit),
        is_correction=question.is_correction,
        notes=(*plan.telescoping_faults(), *_notes(question, lines)),
        version=VERSION,
        conventions=CONVENTIONS if plan.pools else _WITHOUT_POOLS,
        opening=book.opening,
        quota_units=FrozenMap({measure: unit for measure, (_, unit) in question.quotas.items()}),
    )


def _steps(question: Question, claims: Claims) -> Iterator[Step]:
    """Yield what each entry of the window brings by each part, in order."""
    runs: dict[str, tuple[PartRun, Unit]] = {}
    parts = question.plan.parts
    for claim in claims.counted:
        for part in parts:
            if not question.takes(part, claim.like):
                continue
            unit = claim.entry.amount.unit
            if part.key not in runs:
                runs[part.key] = _run_of(part, question, unit), unit
            run, expected = runs[part.key]
            if unit != expected:
                path = ("entries", claim.entry.id, "amount")
                raise UnitMismatchError("unit_mismatch", path=path, left=str(expected), right=str(unit))
            yield run.step(claim)


def _run_of(part: PayPart, question: Question, unit: Unit) -> PartRun:
    pay_unit = question.plan.unit
    if isinstance(part, Pool):
        return PoolRun(part, question.payee, pay_unit)
    if not isinstance(part, TieredPay | Bonus):
        return SumRun(part, pay_unit)
    quota, quota_unit = question.quotas[part.measure] if part.needs_quota else (None, unit)
    if quota_unit != unit:
        raise UnitMismatchError("unit_mismatch", path=("quota", part.measure), left=str(unit), right=str(quota_unit))
    target = target_of(part, question)
    return PieceRun(part, pieces_of(part, credit_scale=unit.scale, pay_scale=pay_unit.scale, quota=quota, target=target))


def _under_window_cap(plan: CommissionPlan, steps: list[Step]) -> Counted:
    """Return how each step goes through the cap of the window, if there is one, and what is left of it."""
    if plan.cap is None or plan.cap_of != "window":
        return Counted(steps, [()] * len(steps), [step.minor for step in steps], plan.unit)
    run = LayerRun(_cap(plan.cap, "window_cap"))
    passed = [run.passing(step.minor) for step in steps]
    return Counted(steps, [(each,) for each in passed], [each.minor for each in passed], plan.unit)


def _cap(cap: Amount, key: str) -> Layer:
    return Layer(key=key, cap=cap.minor, reason=Message.of(f"commission.reason.{key}", cap=cap))


def _lines(question: Question, counted: Counted) -> Iterator[StatementLine]:
    """Yield the lines of the period: those of entries, then what no entry brings."""
    plan = question.plan
    factors = [LayerRun(layer) for layer in _factors(question)]
    caps = [LayerRun(_cap(plan.cap, "period_cap"))] if plan.cap is not None and plan.cap_of == "period" else []
    runs = [*factors, *caps]
    for step, before, amount in zip(counted.steps, counted.passed, counted.amounts, strict=True):
        if step.claim.entry.on >= question.period.start:
            through, minor = _through(runs, amount)
            yield StatementLine(
                entry=step.claim.entry,
                part=step.part.key,
                pay=Amount(minor=minor, unit=plan.unit),
                source=step,
                passed=(*before, *through),
            )
    for key, minor, reason, tree in _without_entries(question):
        through, left = _through(factors, minor)
        pay = Amount(minor=left, unit=plan.unit)
        yield StatementLine(entry=None, part=key, pay=pay, passed=through, told=(reason,), source=tree)


def _through(runs: list[LayerRun], minor: int) -> tuple[tuple[Passed, ...], int]:
    passed = []
    for run in runs:
        passed.append(run.passing(minor))
        minor = passed[-1].minor
    return tuple(passed), minor


def _factors(question: Question) -> Iterator[Layer]:
    """Yield the gate, where it is closed, and the coefficient, where it is not 1."""
    gate, coefficient = question.plan.gate, question.plan.coefficient
    if gate is not None:
        score = _score(question, gate.score, is_needed=gate.missing == "refuse")
        if (gate.missing == "closed") if score is None else score < Fraction(gate.least):
            reason = Message.of("commission.reason.gate", score=gate.score, value=_written(score), least=gate.least)
            yield Layer(key="gate", factor=Fraction(0), reason=reason)
    if coefficient is not None:
        score = _score(question, coefficient.score, is_needed=coefficient.missing == "refuse")
        if score is not None:
            factor = value_on(scale_shape(coefficient.curve, coefficient.steps), score)
            told = {"value": _written(score), "factor": _written(factor)}
            reason = Message.of("commission.reason.coefficient", score=coefficient.score, **told)
            yield Layer(key="coefficient", factor=factor, reason=reason)


def _written(number: Fraction | None) -> Decimal | Fraction | None:
    """Return a number as people write it: with a decimal point where its digits end."""
    if number is None:
        return None
    digits = next((power for power in range(_MOST_PLACES) if 10**power % number.denominator == 0), None)
    return number if digits is None else Decimal(int(number * 10**digits)).scaleb(-digits)


def _score(question: Question, name: str, *, is_needed: bool) -> Fraction | None:
    if is_needed and name not in question.scores:
        raise InvalidValueError("score_missing", path=("scores",), value=name)
    return question.scores.get(name)


def _without_entries(question: Question) -> Iterator[tuple[str, int, Message, Breakdown]]:
    """Yield what no entry brings: bonuses by a score, and the target pay of a ramp."""
    plan, rep, window, period = question.plan, question.rep, question.window, question.period
    weighed: tuple[TieredPay | Bonus, ...] = (*plan.tiered, *plan.bonuses)
    for part in weighed:
        pay = plan.variable_pay
        whole = Fraction(0) if part.weight is None or pay is None else Fraction(part.weight) * pay.minor
        if isinstance(part, Bonus) and part.score is not None:
            share = served_share(plan, rep, period) if part.amount else served_share(plan, rep, period, window)
            base = part.amount or Amount(minor=round_fraction(whole), unit=plan.unit)
            score = _score(question, part.score, is_needed=True) or Fraction(0)
            factor = value_on(scale_shape(part.curve, part.steps), score)
            reason = Message.of(
                "commission.reason.score_bonus",
                score=part.score,
                value=_written(score),
                factor=PerUnit(factor, is_share=True),
                amount=base,
                share=PerUnit(share, is_share=True),
            )
            yield part.key, *_product(base, factor * share, reason)
        elif plan.ramp == "full_pay" and rep is not None and whole:
            shares = [ramping_share(plan, rep, window, day) for day in (period.start, period.end)]
            base = Amount(minor=round_fraction(whole), unit=plan.unit)
            share = shares[1] - shares[0]
            reason = Message.of("commission.reason.ramp_pay", amount=base, share=PerUnit(share, is_share=True))
            if share:
                yield part.key, *_difference(base, shares, reason)


def _product(base: Amount, factor: Fraction, reason: Message) -> tuple[int, Message, Breakdown]:
    value = base.times(factor)
    return value.minor, reason, _times(base, factor, value)


def _difference(base: Amount, shares: list[Fraction], reason: Message) -> tuple[int, Message, Breakdown]:
    before, after = (base.times(share) for share in shares)
    parts = (_times(base, shares[1], after), _times(base, shares[0], before))
    tree = Breakdown(label=Message("commission.given"), value=after - before, rule=Difference(), parts=parts)
    return (after - before).minor, reason, tree


def _times(base: Amount, factor: Fraction, value: Amount) -> Breakdown:
    parts = (
        Breakdown(label=Message("commission.base"), value=base),
        Breakdown(label=Message("commission.factor"), value=factor),
    )
    return Breakdown(label=Message("commission.given"), value=value, rule=Product(), parts=parts)


def _notes(question: Question, lines: list[StatementLine]) -> Iterator[Message]:
    """Yield what a reader should know about the entries."""
    release, start = question.plan.release, question.period.start
    releasing = None if release is None else release.basis
    told = {line.entry.id for line in lines if line.entry is not None}
    unpaid = [
        entry.id
        for entry in question.entries
        if entry.id not in told and entry.on >= start and entry.basis != releasing and entry.reverses is None
    ]
    if unpaid:
        yield Message.of("commission.note.unpaid", count=len(unpaid), entries=tuple(unpaid[:_MOST_NAMED]))
