"""The accounts of entries over a period: opened from what was settled, closed with what is earned and released."""

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from salesperf.commission.accounts import EntryAccount, settle
from salesperf.commission.asking import Question
from salesperf.commission.line import StatementLine
from salesperf.commission.stepping import Step
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay import CommissionPlan
from salesperf.model.pay_entry import Entry

__all__ = ["Book"]


class Book:
    """The accounts before a period, and after it.

    Where the plan neither holds nor takes back as paid, nobody asks for them, and none are kept.
    """

    def __init__(self, plan: CommissionPlan, payments: list[Entry], until: date, before: dict[str, EntryAccount]) -> None:
        self._plan, self._payments, self._until = plan, payments, until
        self._before, self._after = before, before
        self._others = 0
        self.is_kept = _keeps(plan) or bool(before)

    @classmethod
    def open(cls, question: Question, counted: Iterable[tuple[Step, int]]) -> "Book":
        """Open the accounts from the statement before, and from what counted before where there was none.

        Parameters
        ----------
        question
            What is asked.
        counted
            What entries before the period brought, before gates and coefficients.
        """
        plan, previous = question.plan, question.previous
        payments = [entry for entry in question.entries if _releases(question, entry)]
        known: dict[str, EntryAccount] = {}
        if previous is not None:
            kept = previous._opening if question.is_correction else previous.accounts  # noqa: SLF001 - one of us
            known = {account.entry.id: account for account in kept}
        if _keeps(plan):
            brought = [(step.claim.entry, Amount(minor=minor, unit=plan.unit)) for step, minor in counted]
            missing = [pair for pair in brought if pair[0].id not in known]
            settled = settle(_earning(known, missing), plan.release, payments, question.period.start) if missing else {}
            known = {**settled, **known}
        return cls(plan, payments, question.period.end, known)

    def paid_with(self, lines: Iterable[StatementLine]) -> Mapping[str, EntryAccount]:
        """Return what entries have earned, lines of the period among them, by the id of the entry."""
        return _earning(self._before, _pairs(lines)) if self.is_kept else {}

    def close(self, lines: list[StatementLine]) -> None:
        """Add what the period brought, and release what was paid for."""
        self._others = sum(line.pay.minor for line in lines if line.entry is None)
        if self.is_kept:
            self._after = settle(_earning(self._before, _pairs(lines)), self._plan.release, self._payments, self._until)

    @property
    def released(self) -> int:
        """What is paid out of entries in the period, and what no entry brings, in smallest units."""
        return _released(self._after) - _released(self._before) + self._others

    @property
    def opening(self) -> tuple[EntryAccount, ...]:
        """The accounts before the period."""
        return tuple(self._before[key] for key in sorted(self._before))

    @property
    def accounts(self) -> tuple[EntryAccount, ...]:
        """The accounts after it."""
        return tuple(self._after[key] for key in sorted(self._after))


def _keeps(plan: CommissionPlan) -> bool:
    return plan.release is not None or (plan.clawback is not None and plan.clawback.method == "as_paid")


def _releases(question: Question, entry: Entry) -> bool:
    release = question.plan.release
    return release is not None and entry.basis == release.basis


def _pairs(lines: Iterable[StatementLine]) -> list[tuple[Entry, Amount]]:
    return [(line.entry, line.pay) for line in lines if line.entry is not None]


def _earning(before: Mapping[str, EntryAccount], pairs: Iterable[tuple[Entry, Amount]]) -> dict[str, EntryAccount]:
    """Add what entries bring to their accounts."""
    accounts = dict(before)
    for entry, pay in pairs:
        account = accounts.get(entry.id)
        if account is None:
            nothing = _nothing(pay.unit)
            accounts[entry.id] = EntryAccount(entry=entry, earned=pay, released=nothing, forfeited=nothing)
        else:
            accounts[entry.id] = attrs.evolve(account, earned=account.earned + pay)
    return accounts


def _nothing(unit: Unit) -> Amount:
    return Amount(minor=0, unit=unit)


def _released(accounts: Mapping[str, EntryAccount]) -> int:
    return sum(account.released.minor for account in accounts.values())
