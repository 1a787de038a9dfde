"""Statements in a row: whether each opens where the last one closed, and what they sum to."""

from collections.abc import Iterable

import attrs

from salesperf.commission.stated import Statement
from salesperf.commission.stepping import shown
from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.model.amount import Amount
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, require

__all__ = ["PayLedger", "ledger"]


@attrs.frozen(kw_only=True)
class PayLedger(Result):
    """Statements of one payee in a row: made by :func:`ledger`.

    Attributes
    ----------
    statements : tuple of Statement
        By period, corrections after what they correct.
    total : Amount
        What all of them pay.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CNY, CommissionPlan, PayRate, Period, RatedPay, commission
    >>> part = RatedPay(key="sales", rates=[PayRate(rate=Decimal("0.05"))])
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), rated=[part])
    >>> print(ledger([commission.statement(plan, [], payee="ada", period=Period.month(2026, 9))]).total)
    0.00 CNY
    """

    statements: tuple[Statement, ...]

    @property
    def total(self) -> Amount:
        """What all of them pay."""
        return Amount.total((each.total for each in self.statements), self.statements[0].plan.unit)

    def rows(self) -> list[Row]:
        """Return a row for each statement."""
        return [
            {
                "payee": each.payee,
                "period": str(each.period),
                "is_correction": each.is_correction,
                "earned": each.earned.decimal,
                "total": each.total.decimal,
                "held": each.held.decimal,
                "owed": None if each.draw is None else each.draw.closing.decimal,
                "unit": str(each.plan.unit),
            }
            for each in self.statements
        ]


def ledger(statements: Iterable[Statement]) -> PayLedger:
    """Put statements in a row, and check that nothing is lost between them.

    Parameters
    ----------
    statements
        Of one payee, in the order in which they were made.

    Returns
    -------
    PayLedger

    Raises
    ------
    InvalidInputError
        With every fault: a statement of another payee or currency, one that is neither of the next period nor a correction of
        the last, and one whose opening balance is not the last closing balance.
    InvalidValueError
        If there is none, or something else is among them.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CNY, CommissionPlan, Draw, PayRate, Period, RatedPay, commission
    >>> part = RatedPay(key="sales", rates=[PayRate(rate=Decimal("0.05"))])
    >>> plan = CommissionPlan(
    ...     key="field", unit=CNY, period=Period.year(2026), rated=[part], draw=Draw(amount=Amount.of(3_000, CNY))
    ... )
    >>> first = commission.statement(plan, [], payee="ada", period=Period.month(2026, 8))
    >>> second = commission.statement(plan, [], payee="ada", period=Period.month(2026, 9), previous=first)
    >>> [row["owed"] for row in ledger([first, second]).rows()]
    [Decimal('3000.00'), Decimal('6000.00')]
    """
    items = as_tuple(statements)
    require(items, tuple, path=("statements",))
    for position, item in enumerate(items):
        require(item, Statement, path=("statements", position))
    if not items:
        raise InvalidValueError("too_few", path=("statements",), low=1, value=0)
    faults: list[SalesperfError] = []
    for position in range(1, len(items)):
        fault = _fault(items[position - 1], items[position])
        if fault is not None:
            faults.append(fault.within("statements", position))
    if faults:
        raise InvalidInputError(faults)
    return PayLedger(statements=items)


def _fault(last: Statement, this: Statement) -> SalesperfError | None:
    if last.payee != this.payee or last.plan.unit != this.plan.unit:
        return InvalidValueError("previous_of_another", value=last.payee)
    nothing = Amount.zero(this.plan.unit)
    opening = nothing if this.draw is None else this.draw.opening
    if this.is_correction and this.period == last.period:
        closing = nothing if last.draw is None else last.draw.opening
    elif last.period.end == this.period.start:
        closing = nothing if last.draw is None else last.draw.closing
    else:
        return InvalidValueError(
            "previous_not_adjacent", start=this.period.start, value=str(last.period), period=str(this.period)
        )
    if opening != closing:
        return InvalidValueError("opening_not_closing", path=("draw", "opening"), expected=shown(closing), value=shown(opening))
    return None
