"""Slips: deals that were due in a period when it opened, and have moved past its end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Final, Literal, TypeAlias

import attrs

from salesperf import formulas
from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, require
from salesperf.pipeline.deals import Decision, common_unit, decision_of, in_order, known_total, withheld_fields
from salesperf.pipeline.rates import rate_by_count, rate_by_value

__all__ = ["STANDINGS", "DueDeal", "SlipGroup", "SlipReport", "Standing", "slips"]

Standing: TypeAlias = Literal["open", "won", "lost", "cancelled"]
STANDINGS: Final[tuple[Standing, ...]] = ("open", "won", "lost", "cancelled")
"""How a deal stands that was due: still open, or how it ended, within the period or later."""


@attrs.frozen(kw_only=True)
class DueDeal:
    """A deal that was due in a period when it opened: made by :func:`slips`.

    Attributes
    ----------
    id : str
        Of the deal.
    owner, customer : str or None
        Who had it at the opening; the id of its customer.
    amount : Amount or None
        What it was worth at the opening.
    expected_close : date
        When it was then expected to close.
    standing : str
        What has become of it, as is known at ``as_of``: one of :data:`STANDINGS`.
    decided_on : date or None
        When it was decided.
    moved_to : date or None
        If it has slipped: the day past the end on which it is expected now, or was decided.
    moved_days : int or None
        If it has slipped: by how many calendar days.
    reason : str or None
        If it has slipped: the key of why, where the change that moved it gives one.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> history = [
    ...     Change(date(2026, 6, 1), stage="proposal", expected_close=date(2026, 9, 15)),
    ...     Change(date(2026, 9, 10), expected_close=date(2026, 11, 1), reason="budget"),
    ... ]
    >>> deals, third = [Opportunity(id="o-1", history=history)], Period.quarter(2026, 3)
    >>> deal = slips(deals, STANDARD_PROCESSES["solution"], period=third, as_of=date(2026, 9, 30)).slipped_deals[0]
    >>> deal.standing, deal.moved_days, deal.reason
    ('open', 47, 'budget')
    """

    id: str
    owner: str | None
    customer: str | None
    amount: Amount | None
    expected_close: date
    standing: Standing
    decided_on: date | None
    moved_to: date | None
    moved_days: int | None
    reason: str | None

    @property
    def has_slipped(self) -> bool:
        """Whether it moved past the end of the period."""
        return self.moved_to is not None


@attrs.frozen(kw_only=True)
class SlipGroup:
    """Deals that were due together, and how many of them slipped: made by :func:`slips`.

    Attributes
    ----------
    key : str or None
        The owner at the opening; ``None`` for deals of nobody, and for all deals together.
    due, slipped : int
        How many were due, and how many of them slipped.
    decided : int
        How many were decided within the period.
    pending : int
        How many are open and still expected within the period: overdue, where it has ended.
    due_value, slipped_value : Amount or None
        What those with an amount were worth at the opening; ``None`` where there are deals and none had one.
    without_amount : int
        How many of those due had none.
    slip_rate, slip_rate_by_value : Estimate
        Slipped / due, by number with Wilson's interval, and by value.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES
    >>> found = slips([], STANDARD_PROCESSES["solution"], period=Period.quarter(2026, 3), as_of=date(2026, 9, 30))
    >>> found.total.due, found.total.slip_rate.reason.text()
    (0, 'no deal was due')
    """

    key: str | None
    due: int
    slipped: int
    decided: int
    pending: int
    due_value: Amount | None
    slipped_value: Amount | None
    without_amount: int
    slip_rate: Estimate
    slip_rate_by_value: Estimate


@attrs.frozen(kw_only=True)
class SlipReport(Result):
    """The deals that were due in a period when it opened, and what has become of them: made by :func:`slips`.

    Attributes
    ----------
    period : Period
        The period.
    as_of : date
        The day at whose end one looks.
    deals : tuple of DueDeal
        All that were due, sorted by id.
    unit : Unit or None
        Of all amounts; ``None`` where there is no amount.
    withheld : int
        How many deals were open at the opening whose values only an export of a later day tells: whether they were due is not
        known.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> first = Change(date(2026, 6, 1), stage="proposal", expected_close=date(2026, 9, 15))
    >>> later = Change(date(2026, 9, 10), expected_close=date(2026, 11, 1))
    >>> deals = [Opportunity(id="o-1", history=[first, later]), Opportunity(id="o-2", history=[first])]
    >>> found = slips(deals, STANDARD_PROCESSES["solution"], period=Period.quarter(2026, 3), as_of=date(2026, 9, 30))
    >>> print(found.total.slip_rate)
    0.5 [0.0945312, 0.905469], n = 2
    """

    period: Period
    as_of: date
    deals: tuple[DueDeal, ...]
    unit: Unit | None
    withheld: int

    @property
    def slipped_deals(self) -> tuple[DueDeal, ...]:
        """Those that slipped."""
        return tuple(deal for deal in self.deals if deal.has_slipped)

    @cached_property
    def total(self) -> SlipGroup:
        """All deals that were due."""
        return self._group(None, self.deals)

    @cached_property
    def by_owner(self) -> tuple[SlipGroup, ...]:
        """The deals by who had them at the opening, sorted by id; those of nobody last."""
        held: dict[str | None, list[DueDeal]] = defaultdict(list)
        for deal in self.deals:
            held[deal.owner].append(deal)
        return tuple(self._group(owner, held[owner]) for owner in sorted(held, key=lambda name: (name is None, name or "")))

    def _group(self, key: str | None, deals: Sequence[DueDeal]) -> SlipGroup:
        slipped = [deal for deal in deals if deal.has_slipped]
        pending = sum(deal.standing == "open" and not deal.has_slipped for deal in deals)
        amounts = [deal.amount for deal in deals]
        rate = formulas.slip_rate(len(slipped), len(deals))
        return SlipGroup(
            key=key,
            due=len(deals),
            slipped=len(slipped),
            decided=len(deals) - len(slipped) - pending,
            pending=pending,
            due_value=known_total(amounts, self.unit),
            slipped_value=known_total([deal.amount for deal in slipped], self.unit),
            without_amount=amounts.count(None),
            slip_rate=rate_by_count(rate, len(slipped), len(deals), nothing=Message("pipeline.reason.nothing_due")),
            slip_rate_by_value=_rate_by_value(deals),
        )

    def rows(self) -> list[Row]:
        """Return a row for each owner: how many deals, and how much, were due and slipped."""
        return [
            {
                "owner": group.key,
                "due": group.due,
                "slipped": group.slipped,
                "decided": group.decided,
                "pending": group.pending,
                "slip_rate": group.slip_rate.value,
                "slip_rate_low": group.slip_rate.low,
                "slip_rate_high": group.slip_rate.high,
                "due_value": None if group.due_value is None else group.due_value.decimal,
                "slipped_value": None if group.slipped_value is None else group.slipped_value.decimal,
                "without_amount": group.without_amount,
                "slip_rate_by_value": group.slip_rate_by_value.value,
                "unit": None if self.unit is None else str(self.unit),
            }
            for group in self.by_owner
        ]

    def deal_rows(self) -> list[Row]:
        """Return a row for each deal that was due."""
        return [
            {
                "id": deal.id,
                "owner": deal.owner,
                "customer": deal.customer,
                "amount": None if deal.amount is None else deal.amount.decimal,
                "unit": None if deal.amount is None else str(deal.amount.unit),
                "expected_close": deal.expected_close,
                "standing": deal.standing,
                "decided_on": deal.decided_on,
                "moved_to": deal.moved_to,
                "moved_days": deal.moved_days,
                "reason": deal.reason,
            }
            for deal in self.deals
        ]


def slips(opportunities: Iterable[Opportunity], process: SalesProcess, *, period: Period, as_of: date) -> SlipReport:
    """Find which of the deals due in a period have moved past its end.

    Parameters
    ----------
    opportunities
        Deals of one process, each id once, in any order.
    process
        Their sales process.
    period
        The period. At its opening, the end of the day before it, a deal is due that is open and expected to close within it.
    as_of
        The day at whose end one looks, within the period or after it.

    Returns
    -------
    SlipReport
        Each due deal is one of three: decided within the period; slipped, if it is now expected, or was decided, past its
        end; pending, if it is open and still expected within.

    Raises
    ------
    InvalidValueError
        If the period has not begun, or as of :func:`snapshot`.
    UnknownNameError, UnitMismatchError
        As of :func:`snapshot`.

    Notes
    -----
    Slip rate: slipped / due, by number, and by value at the opening. A deal that was decided after the end has slipped even
    if nobody moved its date; one that moved past the end and came back has not.

    References
    ----------
    Sightfull, *Metrics library*, "Slipped pipeline".

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> history = [
    ...     Change(date(2026, 6, 1), stage="contract", expected_close=date(2026, 9, 25)),
    ...     Change(date(2026, 10, 5), stage="won"),
    ... ]
    >>> deals, third = [Opportunity(id="o-1", history=history)], Period.quarter(2026, 3)
    >>> process = STANDARD_PROCESSES["solution"]
    >>> found = [slips(deals, process, period=third, as_of=day).total for day in (date(2026, 9, 30), date(2026, 10, 31))]
    >>> [(group.due, group.slipped, group.pending) for group in found]
    [(1, 0, 1), (1, 1, 0)]
    """
    check_date(as_of, ("as_of",))
    placed_deals = in_order(opportunities, process)
    require(period, Period, path=("period",))
    if as_of < period.start:
        raise InvalidValueError("review_not_begun", path=("as_of",), start=period.start, value=as_of)
    # No day comes before the first that a calendar has.
    opening = date.fromordinal(max(period.start.toordinal() - 1, 1))
    found, withheld = [], 0
    for placed in placed_deals:
        then = placed.opportunity.as_of(opening)
        if then is None or not process.stage_by_key[then.stage].is_open:
            continue
        withheld += bool(withheld_fields(then, opening))
        now = placed.opportunity.as_of(as_of)
        if now is not None and then.expected_close is not None and then.expected_close in period:
            found.append((placed, _due_deal(then, then.expected_close, now, decision_of(now, process), period)))
    return SlipReport(
        period=period,
        as_of=as_of,
        deals=tuple(deal for _, deal in found),
        unit=common_unit((placed, deal.amount) for placed, deal in found),
        withheld=withheld,
    )


def _due_deal(then: Opportunity, due: date, now: Opportunity, decision: Decision | None, period: Period) -> DueDeal:
    decided_on = None if decision is None else decision.on
    moved_to = _moved_to(now.expected_close, decided_on, period)
    return DueDeal(
        id=then.id,
        owner=then.owner,
        customer=then.customer,
        amount=then.amount,
        expected_close=due,
        standing="open" if decision is None else decision.outcome,
        decided_on=decided_on,
        moved_to=moved_to,
        moved_days=None if moved_to is None else (moved_to - due).days,
        reason=None if moved_to is None else _reason_to_move(now, period),
    )


def _moved_to(expected: date | None, decided_on: date | None, period: Period) -> date | None:
    """Return the day past the end to which a deal moved: that of its decision, or the one expected now."""
    day = decided_on or expected
    return day if day is not None and day >= period.end else None


def _reason_to_move(now: Opportunity, period: Period) -> str | None:
    """Return the reason that came with the last move past the end since the period opened."""
    reasons = [
        change.reason
        for change in now.history
        if change.on is not None
        and change.on >= period.start
        and change.expected_close is not None
        and change.expected_close >= period.end
    ]
    return reasons[-1] if reasons else None


def _rate_by_value(deals: Sequence[DueDeal]) -> Estimate:
    if not deals:
        return Estimate.undefined(Message("pipeline.reason.nothing_due"))
    due = sum(deal.amount.minor for deal in deals if deal.amount is not None)
    slipped = sum(deal.amount.minor for deal in deals if deal.amount is not None and deal.has_slipped)
    return rate_by_value(formulas.slip_rate_by_value(slipped, due), [deal.amount for deal in deals])
