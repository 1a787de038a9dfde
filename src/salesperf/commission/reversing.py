"""Sales that are reversed: which share of them is taken back, of the credit or of what was paid."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

import attrs

from salesperf.commission.accounts import EntryAccount
from salesperf.commission.asking import Question
from salesperf.commission.line import PerUnit, StatementLine
from salesperf.commission.pieces import step_pieces, value_on
from salesperf.commission.stepping import Claim, shown
from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Product
from salesperf.model.message import Message
from salesperf.model.pay_entry import Entry

__all__ = ["Claims", "take_back"]

_PART = "clawback"


@attrs.frozen
class Reversal:
    """A sale that is reversed, as paid: which share of it was taken back before, and with this entry."""

    entry: Entry
    sale: Entry
    before: Fraction
    after: Fraction
    months: int
    share: Fraction


@attrs.frozen
class Claims:
    """What counts of the entries of a window, and what is taken back as it was paid in the period."""

    counted: tuple[Claim, ...]
    as_paid: tuple[Reversal, ...]

    @classmethod
    def of(cls, question: Question) -> "Claims":
        """Look at each entry of the window, in order."""
        start = question.window.start
        if all(entry.reverses is None for entry in question.entries):  # as of most: nothing to look up
            plain = (entry for entry in question.entries if entry.on >= start)
            return cls(tuple(Claim(entry=entry, like=entry, credit=entry.amount.minor) for entry in plain), ())
        clawback = question.plan.clawback
        is_as_paid = clawback is not None and clawback.method == "as_paid"
        counted, as_paid = [], []
        for reversal in _reversals(question):
            if isinstance(reversal, Entry):
                if reversal.on >= start:
                    counted.append(Claim(entry=reversal, like=reversal, credit=reversal.amount.minor))
            elif is_as_paid:
                if reversal.entry.on in question.period:
                    as_paid.append(reversal)
            elif reversal.entry.on >= start:
                counted.append(_claim(reversal))
        return cls(tuple(counted), tuple(as_paid))


def _claim(reversal: Reversal) -> Claim:
    exact = reversal.share * reversal.entry.amount.minor
    credit = int(exact) if exact.denominator == 1 else exact
    return Claim(entry=reversal.entry, like=reversal.sale, credit=credit, share=reversal.share, months=reversal.months)


def _reversals(question: Question) -> Iterator[Entry | Reversal]:
    """Yield plain entries as they are, and the others with what they take back of which sale."""
    sales = {account.entry.id: account.entry for account in (question.previous.accounts if question.previous else ())}
    sales |= {entry.id: entry for entry in question.entries}
    minor: dict[str, int] = defaultdict(int)
    taken: dict[str, Fraction] = defaultdict(Fraction)
    for entry in question.entries:
        if entry.reverses is None:
            yield entry
            continue
        sale = sales.get(entry.reverses)
        path = ("entries", entry.id, "reverses")
        if sale is None:
            raise UnknownNameError("reversal_unknown", path=path, value=entry.reverses)
        if _kind(entry) != _kind(sale) or entry.amount.minor * sale.amount.minor > 0 or entry.on < sale.on:
            raise InvalidValueError("reversal_unlike", path=path, value=entry.reverses)
        minor[sale.id] += entry.amount.minor
        if abs(minor[sale.id]) > abs(sale.amount.minor):
            taken_back = Amount(minor=abs(minor[sale.id]), unit=sale.amount.unit)
            params = {"limit": shown(abs(sale.amount)), "value": shown(taken_back), "entry": sale.id}
            raise InvalidValueError("clawback_above_credit", path=("entries", entry.id, "amount"), **params)
        months = _whole_months(sale.on, entry.on)
        share = _share(question, months)
        before = taken[sale.id]
        taken[sale.id] += share * abs(Fraction(entry.amount.minor, sale.amount.minor or 1))
        yield Reversal(entry, sale, before, taken[sale.id], months, share)


def _kind(entry: Entry) -> tuple[object, ...]:
    return entry.payee, entry.measure, entry.basis, entry.book, entry.amount.unit


def _share(question: Question, months: int) -> Fraction:
    clawback = question.plan.clawback
    return Fraction(1) if clawback is None else value_on(step_pieces(clawback.share_by_month), Fraction(months))


def _whole_months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def take_back(claims: Claims, paid: Mapping[str, EntryAccount]) -> Iterator[StatementLine]:
    """Yield the lines that take back what was paid for sales.

    Parameters
    ----------
    claims
        With the reversals of the period.
    paid
        What entries have earned, by id.
    """
    for reversal in claims.as_paid:
        account = paid.get(reversal.sale.id)
        if account is None:
            path = ("entries", reversal.entry.id, "reverses")
            raise InvalidValueError("clawback_without_statement", path=path, value=reversal.sale.id)
        parts = tuple(_times(account.earned, share) for share in (reversal.before, reversal.after))
        pay = account.earned.times(reversal.before) - account.earned.times(reversal.after)
        reason = Message.of(
            "commission.reason.as_paid",
            entry=reversal.sale.id,
            months=reversal.months,
            share=PerUnit(reversal.share, is_share=True),
            paid=account.earned,
        )
        tree = Breakdown(label=Message("commission.given"), value=pay, rule=Difference(), parts=parts)
        yield StatementLine(entry=reversal.entry, part=_PART, pay=pay, told=(reason,), source=tree)


def _times(paid: Amount, share: Fraction) -> Breakdown:
    parts = (
        Breakdown(label=Message("commission.base"), value=paid),
        Breakdown(label=Message("commission.factor"), value=share),
    )
    return Breakdown(label=Message("commission.given"), value=paid.times(share), rule=Product(), parts=parts)
