"""The accounts of entries over a period: opened from what was settled, closed with what is earned and released."""

from collections.abc import Iterable, Mapping

import attrs

from salesperf.commission.accounts import EntryAccount, settle
from salesperf.commission.asking import Question
from salesperf.commission.counting import Counted
from salesperf.commission.grounds import HeldGrounds
from salesperf.commission.line import StatementLine
from salesperf.model.amount import Amount, Unit
from salesperf.model.pay import CommissionPlan
from salesperf.model.pay_entry import Entry

__all__ = ["Book"]


class Book:
    """The accounts before a period, and after it.

    Where the plan neither holds nor takes back as paid, nobody asks for them, and none are kept.
    """

    def __init__(self, question: Question, before: dict[str, EntryAccount]) -> None:
        self._question, self._before, self._after = question, before, before
        self._lines: tuple[StatementLine, ...] = ()
        self._others = 0
        self.is_kept = _keeps(question.plan) or bool(before)

    @classmethod
    def open(cls, question: Question, counted: Counted) -> "Book":
        """Open the accounts from the statement before, and from what counted before where there was none.

        Parameters
        ----------
        question
            What is asked.
        counted
            What entries before the period brought, before gates and coefficients.
        """
        plan, previous = question.plan, question.previous
        known: dict[str, EntryAccount] = {}
        if previous is not None:
            kept = previous._opening if question.is_correction else previous.accounts  # noqa: SLF001 - one of us
            known = {account.entry.id: account for account in kept}
        if _keeps(plan):
            brought = [(step.claim.entry, minor) for step, minor in zip(counted.steps, counted.amounts, strict=True)]
            missing = [(entry, Amount(minor=minor, unit=plan.unit)) for entry, minor in brought if entry.id not in known]
            earned = _earning(known, missing)
            settled = settle(earned, plan.release, question.entries, question.period.start) if missing else {}
            known = {**settled, **known}
        return cls(question, known)

    def paid_with(self, lines: Iterable[StatementLine]) -> Mapping[str, EntryAccount]:
        """Return what entries have earned, lines of the period among them, by the id of the entry."""
        return _earning(self._before, _pairs(lines)) if self.is_kept else {}

    def close(self, lines: list[StatementLine]) -> None:
        """Add what the period brought, and release what was paid for."""
        self._others = sum(line.pay.minor for line in lines if line.entry is None)
        self._lines = tuple(line for line in lines if line.entry is not None)
        if self.is_kept:
            question = self._question
            earned = _earning(self._before, _pairs(self._lines))
            self._after = settle(earned, question.plan.release, question.entries, question.period.end)

    @property
    def released(self) -> int:
        """What is paid out of entries in the period, and what no entry brings, in smallest units."""
        return _released(self._after) - _released(self._before) + self._others

    @property
    def grounds(self) -> HeldGrounds:
        """Why that is not what is earned."""
        return HeldGrounds(
            before=self._before,
            after=self._after,
            lines=self._lines,
            entries=self._question.entries,
            release=self._question.plan.release,
            until=self._question.period.end,
            unit=self._question.plan.unit,
        )

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
