"""What a statement is asked with: entries, quota and scores, checked and brought into the form in which they count."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import attrs

from salesperf.commission.serving import ramp_share, ramping_share, served_share
from salesperf.commission.stated import Statement
from salesperf.commission.stepping import check_exact, shown
from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnitMismatchError, UnknownNameError
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay import CommissionPlan, PayPart
from salesperf.model.pay_entry import Entry
from salesperf.model.pay_parts import Bonus, Pool, TieredPay
from salesperf.model.people import Rep
from salesperf.model.period import Period
from salesperf.model.validators import as_tuple, is_identifier, repeated, require

__all__ = ["Question", "Quota", "Scores", "ask", "target_of"]

Quota: TypeAlias = Amount | Mapping[str, Amount] | None
Scores: TypeAlias = Mapping[str, Decimal | int | Fraction] | None


@attrs.frozen(kw_only=True)
class Question:
    """What is asked, in the form in which it counts."""

    plan: CommissionPlan
    payee: str
    rep: Rep | None
    period: Period
    window: Period
    entries: tuple[Entry, ...]
    """Of the payee and the pools, by day and id, until the end of the period."""
    quotas: dict[str, tuple[Fraction, Unit]]
    """By measure, in smallest units of a unit."""
    scores: dict[str, Fraction]
    previous: Statement | None

    @property
    def is_correction(self) -> bool:
        """Whether there was a statement of the same period."""
        return self.previous is not None and self.previous.period == self.period

    def takes(self, part: PayPart, entry: Entry) -> bool:
        """Tell whether an entry counts for a part of this payee."""
        if isinstance(part, Pool):
            return part.takes(entry) and bool(part.weights.get(self.payee))
        return entry.payee == self.payee and part.takes(entry)


def ask(
    plan: CommissionPlan,
    entries: Iterable[Entry],
    *,
    payee: str | Rep,
    period: Period,
    quota: Quota,
    scores: Scores,
    previous: Statement | None,
) -> Question:
    """Check what a statement is asked with."""
    require(plan, CommissionPlan, path=("plan",))
    plan.require_sound()
    rep = payee if isinstance(payee, Rep) else None
    name = payee.id if isinstance(payee, Rep) else payee
    if not is_identifier(name):
        require(name, str, path=("payee",))
        raise InvalidValueError("empty", path=("payee",), value=name)
    if plan.payees and name not in plan.payees:
        raise UnknownNameError("payee_not_in_plan", path=("payee",), plan=plan.key, value=name)
    require(period, Period, path=("period",))
    window = plan.window_of(period)
    _check_previous(previous, plan, name, period)
    return Question(
        plan=plan,
        payee=name,
        rep=rep,
        period=period,
        window=window,
        entries=_entries(plan, entries, name, period),
        quotas=_quotas(plan, quota, rep, window),
        scores=_scores(scores),
        previous=previous,
    )


def _check_previous(previous: Statement | None, plan: CommissionPlan, payee: str, period: Period) -> None:
    if previous is None:
        return
    require(previous, Statement, path=("previous",))
    if previous.payee != payee or previous.plan.unit != plan.unit:
        raise InvalidValueError("previous_of_another", path=("previous",), value=previous.payee)
    if not plan.goes_on_from(previous.plan):
        raise InvalidValueError("previous_of_another_plan", path=("previous",), expected=plan.key, value=previous.plan.key)
    if previous.period != period and previous.period.end != period.start:
        raise InvalidValueError(
            "previous_not_adjacent", path=("previous",), start=period.start, value=str(previous.period), period=str(period)
        )


def _entries(plan: CommissionPlan, entries: Iterable[Entry], payee: str, period: Period) -> tuple[Entry, ...]:
    items = as_tuple(entries)
    require(items, tuple, path=("entries",))
    for position, item in enumerate(items):
        require(item, Entry, path=("entries", position))
    for position, again in repeated(entry.id for entry in items):
        raise InvalidValueError("not_unique", path=("entries", position, "id"), value=again)
    teams = {pool.team for pool in plan.pools if pool.weights.get(payee)}
    paid_for = {(part.measure, part.basis, part.book) for part in plan.parts}
    faults: list[SalesperfError] = []
    own: list[Entry] = []
    for position, entry in enumerate(items):
        if entry.payee == payee or entry.payee in teams:
            if (entry.measure, entry.basis, entry.book) in paid_for:
                faults += _faults_of_entry(plan, entry, position)
            if entry.on < period.end:
                own.append(entry)
    if faults:
        raise InvalidInputError(faults)
    return tuple(sorted(own, key=lambda entry: (entry.on, entry.id)))


def _faults_of_entry(plan: CommissionPlan, entry: Entry, position: int) -> Iterator[SalesperfError]:
    """Refuse what a part would pay for on a day of another version, or in another currency."""
    if not plan.period.start <= entry.on < plan.period.end:
        yield InvalidValueError("entry_outside_plan", path=("entries", position, "on"), value=entry.on, period=str(plan.period))
    unit = entry.amount.unit
    if unit.dimension == "money" and unit.code != plan.unit.code:
        yield UnitMismatchError("unit_mismatch", path=("entries", position, "amount"), left=str(plan.unit), right=str(unit))


def _quotas(plan: CommissionPlan, quota: Quota, rep: Rep | None, window: Period) -> dict[str, tuple[Fraction, Unit]]:
    """Return the quota of each measure that the plan pays by, for the time that is served and by the ramp."""
    measures = tuple(dict.fromkeys(part.measure for part in plan.parts if part.needs_quota))
    stated = _stated(quota, measures)
    share = _share_of_quota(plan, rep, window)
    quotas = {}
    for measure in measures:
        if measure not in stated:
            raise InvalidValueError("quota_missing", path=("quota",), measure=measure)
        amount = stated[measure]
        require(amount, Amount, path=("quota", measure))
        if amount.minor <= 0:
            raise InvalidValueError("quota_not_positive", path=("quota", measure), value=shown(amount))
        if not share:
            raise InvalidValueError("payee_not_serving", path=("payee",), period=str(window))
        quotas[measure] = amount.minor * share, amount.unit
    return quotas


def _stated(quota: Quota, measures: tuple[str, ...]) -> Mapping[str, Amount]:
    if quota is None:
        return {}
    if not isinstance(quota, Amount):
        require(quota, Amount, Mapping, path=("quota",))
        return quota
    if len(measures) > 1:
        raise InvalidValueError("quota_of_several", path=("quota",), choices=measures)
    return dict.fromkeys(measures, quota)


def _share_of_quota(plan: CommissionPlan, rep: Rep | None, window: Period) -> Fraction:
    if rep is None or plan.ramp == "full_pay":
        return Fraction(1)
    return ramp_share(plan, rep, window) if plan.ramp == "quota" else served_share(plan, rep, window)


def _scores(scores: Scores) -> dict[str, Fraction]:
    given: Mapping[str, Decimal | int | Fraction] = {} if scores is None else scores
    require(given, Mapping, path=("scores",))
    for name, score in given.items():
        require(name, str, path=("scores",))
        check_exact(score, ("scores", name))
    return {name: Fraction(score) for name, score in given.items()}


def target_of(part: TieredPay | Bonus, question: Question) -> Fraction | None:
    """Return what a share of 1 brings by a part, in smallest units, for the time that is served; ``None`` for rates."""
    plan = question.plan
    share = served_share(plan, question.rep, question.window)
    whole: Fraction
    if isinstance(part, Bonus) and part.amount is not None:
        whole = Fraction(part.amount.minor)
    elif part.weight is not None and plan.variable_pay is not None:
        whole = Fraction(part.weight) * plan.variable_pay.minor
    else:
        return None
    if plan.ramp == "full_pay" and question.rep is not None:
        share -= ramping_share(plan, question.rep, question.window, question.window.end)
    return whole * share
