"""After-sale visits (回访): what is due for each customer who bought, and when, by workdays."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.followup.policy import STANDARD_AFTER_SALE, FollowUpPolicy
from salesperf.followup.scheduling import (
    Deadlines,
    Followed,
    FollowUp,
    checked,
    checked_calendar,
    checked_grades,
    in_order,
    next_follow_up,
)
from salesperf.model.calendar import Calendar
from salesperf.model.customer import Customer
from salesperf.model.lead import Touch
from salesperf.model.opportunity import Opportunity
from salesperf.model.process import SalesProcess
from salesperf.model.stage import StageKind
from salesperf.model.validators import check_date, repeated, require

__all__ = ["schedule_after_sale"]

_SOLD: Final[frozenset[StageKind]] = frozenset({"won", "post_won"})


def schedule_after_sale(
    customers: Iterable[Customer],
    opportunities: Iterable[Opportunity],
    policy: FollowUpPolicy = STANDARD_AFTER_SALE,
    *,
    processes: Iterable[SalesProcess],
    as_of: date,
    touches: Mapping[str, Iterable[Touch]] | None = None,
    calendar: Calendar | None = None,
    grades: Mapping[str, str] | None = None,
) -> tuple[FollowUp, ...]:
    """Tell the next touch of every customer who bought.

    Parameters
    ----------
    customers
        Each id once, in any order.
    opportunities
        Deals that name their customer; those of others, or of nobody, are not looked at.
    policy
        The cadence of each grade.
    processes
        Those of the deals, each key once; a deal that names none is of the only one there is.
    as_of
        The day: sales and touches that are later are not known.
    touches
        By the id of a customer, what was done with them.
    calendar
        Which days are worked; ``None`` for Monday to Friday.
    grades
        The grade of a customer by its id, or where it is in its life, spelt as that of the cadence; ``None`` where none is
        graded.

    Returns
    -------
    tuple of FollowUp
        By day, then by customer. Who has not bought, or has no cadence, has none. :func:`worklist` takes them together with
        the follow-ups of leads.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or an id comes twice.
    UnknownNameError
        If a grade or a touch is of a customer that is not given, or a deal of a process that is not; or a grade is no text, or
        spelt as one of the policy but for its case.

    Notes
    -----
    The cadence begins anew with each sale: what counts are touches later than the day on which the last deal was won that
    stayed so. A sale that was undone is none. Who looks after a customer is the customer's owner, or else that of the deal.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> sold = [Change(date(2026, 9, 1), stage="lead", owner="ada"), Change(date(2026, 9, 8), stage="closed")]
    >>> (next_one,) = schedule_after_sale(
    ...     [Customer(id="acme", name="Acme")],
    ...     [Opportunity(id="o-1", customer="acme", history=sold)],
    ...     processes=[STANDARD_PROCESSES["basic"]],
    ...     as_of=date(2026, 9, 15),
    ...     grades={"acme": "A"},
    ... )
    >>> next_one.text()
    'acme: call, ask about the delivery, due 2026-09-11 (workdays after 2026-09-08: 3). Overdue by workdays: 2.'
    """
    require(policy, FollowUpPolicy, path=("policy",))
    check_date(as_of, ("as_of",))
    deadlines = Deadlines(as_of, checked_calendar(calendar))
    given = checked(customers, Customer, "customers")
    for position, again in repeated(customer.id for customer in given):
        raise InvalidValueError("not_unique", path=("customers", position, "id"), value=again)
    known = {customer.id for customer in given}
    graded = checked_grades(grades, policy, known, "unknown_customer")
    touched = _checked_touches(touches, known)
    sales = _last_sales(checked(opportunities, Opportunity, "opportunities"), _by_key(processes), as_of)
    return in_order(
        next_follow_up(
            _followed(customer, sales[customer.id], touched.get(customer.id, ()), as_of),
            policy,
            graded.get(customer.id),
            deadlines,
        )
        for customer in given
        if customer.id in sales
    )


def _checked_touches(touches: Mapping[str, Iterable[Touch]] | None, known: set[str]) -> Mapping[str, tuple[Touch, ...]]:
    given: Mapping[str, Iterable[Touch]] = {} if touches is None else touches
    require(given, Mapping, path=("touches",))
    found = {}
    for name, items in given.items():
        if name not in known:
            raise UnknownNameError("unknown_customer", path=("touches",), value=name)
        found[name] = checked(items, Touch, "touches", name)
    return found


def _by_key(processes: Iterable[SalesProcess]) -> Mapping[str | None, SalesProcess]:
    items = checked(processes, SalesProcess, "processes")
    for position, again in repeated(process.key for process in items):
        raise InvalidValueError("not_unique", path=("processes", position, "key"), value=again)
    found: dict[str | None, SalesProcess] = {process.key: process for process in items}
    return found | ({None: items[0]} if len(items) == 1 else {})


@attrs.frozen
class _Sale:
    """When a deal was won, and who had it."""

    on: date | None
    owner: str | None


def _last_sales(deals: Iterable[Opportunity], processes: Mapping[str | None, SalesProcess], as_of: date) -> dict[str, _Sale]:
    """Return the last sale to each customer who bought by the day; one without a day is before all that have one."""
    found: dict[str, _Sale] = {}
    for position, deal in enumerate(deals):
        process = processes.get(deal.process)
        if process is None:
            path = ("opportunities", position, deal.id, "process")
            choices = tuple(key for key in processes if key is not None)
            raise UnknownNameError("unknown_process", path=path, choices=choices, value=deal.process)
        process.require(deal, "opportunities", position)
        sale = _sale(deal, process, as_of)
        if deal.customer is not None and sale is not None:
            before = found.setdefault(deal.customer, sale)
            if (sale.on or date.min, sale.owner or "") > (before.on or date.min, before.owner or ""):
                found[deal.customer] = sale
    return found


def _sale(deal: Opportunity, process: SalesProcess, as_of: date) -> _Sale | None:
    """Return since when a deal is won, after-sales service included; ``None`` where it is not, or not any more."""
    now = deal.as_of(as_of)
    if now is None or process.stage_by_key[now.stage].kind not in _SOLD:
        return None
    on = None
    for change in reversed(now.history):
        if change.stage is not None:
            if process.stage_by_key[change.stage].kind not in _SOLD:
                break
            on = change.on
    return _Sale(on, now.owner)


def _followed(customer: Customer, sale: _Sale, touches: Iterable[Touch], as_of: date) -> Followed:
    return Followed(
        customer=customer.id,
        owner=customer.owner or sale.owner,
        began=sale.on,
        touches=tuple(touch for touch in touches if (sale.on is None or touch.on > sale.on) and touch.on <= as_of),
    )
