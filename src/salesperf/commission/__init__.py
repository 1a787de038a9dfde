"""Commission: statements exact to the last unit that explain themselves, plans checked before anyone is paid by them.

A plan pays for entries of credit by its parts. What each part pays in all is a function of what was reached since the plan
began to count; an entry brings the difference that it makes. So lines sum to the total to the smallest unit, and months to
their year.
"""

from salesperf.commission.accounts import EntryAccount
from salesperf.commission.chaining import PayLedger, ledger
from salesperf.commission.checking import check
from salesperf.commission.columns import pay_columns
from salesperf.commission.crediting import split_credit, split_refunds
from salesperf.commission.line import StatementLine
from salesperf.commission.simulating import PlanCost, simulate
from salesperf.commission.stated import ADJUSTMENTS, CONVENTIONS, Adjustment, AdjustmentKind, DrawAccount, Statement
from salesperf.commission.stating import statement
from salesperf.commission.supposing import NextDeal, next_deal

__all__ = [
    "ADJUSTMENTS",
    "CONVENTIONS",
    "Adjustment",
    "AdjustmentKind",
    "DrawAccount",
    "EntryAccount",
    "NextDeal",
    "PayLedger",
    "PlanCost",
    "Statement",
    "StatementLine",
    "check",
    "ledger",
    "next_deal",
    "pay_columns",
    "simulate",
    "split_credit",
    "split_refunds",
    "statement",
]
