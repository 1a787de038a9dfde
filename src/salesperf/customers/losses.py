"""What changed before a loss: evidence from the history of a deal, and from what a customer bought."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.customers.health import purchases_of, usual_gap, year_before
from salesperf.customers.purchases import Purchases, by_key_of, ended_as, ended_on, listed, process_of
from salesperf.customers.stages_of_life import DEFAULT_POLICY, LifecyclePolicy
from salesperf.errors import InvalidValueError
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.change import FORECAST_CATEGORIES, Change, reason_title
from salesperf.model.codes import Integers
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, check_whole, require

__all__ = ["LOSS_EVIDENCE", "LossEvidence", "LossEvidenceKind", "PostMortem", "lost_customer", "lost_deal"]

LossEvidenceKind: TypeAlias = Literal[
    "amount_cut",
    "postponed",
    "handed_over",
    "stage_back",
    "downgraded",
    "silence",
    "competitors",
    "few_contacts",
    "no_economic_buyer",
    "reason",
    "went_quiet",
    "bought_less_often",
    "bought_less",
    "deals_lost",
]
LOSS_EVIDENCE: Final[tuple[LossEvidenceKind, ...]] = (
    "amount_cut",
    "postponed",
    "handed_over",
    "stage_back",
    "downgraded",
    "silence",
    "competitors",
    "few_contacts",
    "no_economic_buyer",
    "reason",
    "went_quiet",
    "bought_less_often",
    "bought_less",
    "deals_lost",
)
"""What may have changed before a loss, or been missing: of a deal the first ten, of a customer the others."""

_SILENCE: Final = 30
_FEWEST_CONTACTS: Final = 2
_MOST_DAYS: Final = 36_500


@attrs.frozen(kw_only=True)
class LossEvidence:
    """Something that changed before a loss, or was missing: a part of a :class:`PostMortem`.

    Attributes
    ----------
    kind : str
        One of :data:`LOSS_EVIDENCE`.
    on : date or None
        When; ``None`` for what was so all the time.
    message : Message
        What it says.

    Examples
    --------
    >>> LossEvidence(kind="competitors", on=None, message=Message("they were cheaper")).text()
    'they were cheaper'
    """

    kind: LossEvidenceKind
    on: date | None
    message: Message

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write it for a reader."""
        return self.message.text(lang, catalogs)


@attrs.frozen(kw_only=True)
class PostMortem(Result):
    """What changed before a loss: made by :func:`lost_deal` and :func:`lost_customer`.

    It lists what the records say, in the order in which it happened. That one thing came before another does not make it the
    cause: it is where to ask.

    Attributes
    ----------
    subject : str
        The id of the deal or the customer.
    is_deal : bool
        Whether it is a deal.
    on : date or None
        When it was lost; ``None`` where nobody knows.
    evidence : tuple of LossEvidence
        What changed, by day; what was so all the time last.
    unknown : tuple of Message
        What cannot be told, and why.

    Examples
    --------
    >>> PostMortem(subject="o-1", is_deal=True, on=date(2026, 9, 1), evidence=(), unknown=()).text()
    'Deal o-1 was lost on 2026-09-01: the records tell nothing that changed before.'
    """

    subject: str
    is_deal: bool
    on: date | None
    evidence: tuple[LossEvidence, ...]
    unknown: tuple[Message, ...]

    def rows(self) -> list[Row]:
        """Return a row for each piece of evidence."""
        return [{"subject": self.subject, "on": one.on, "kind": one.kind, "evidence": one.text()} for one in self.evidence]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write what changed, a line each, and what cannot be told."""
        head = f"{'deal' if self.is_deal else 'customer'}_lost{'' if self.evidence else '_unseen'}"
        said = [Message.of(f"customers.text.{head}", id=self.subject, on=self.on)]
        for one in self.evidence:
            told = one.message if one.on is None else Message.of("customers.text.dated", on=one.on, message=one.message)
            said.append(told)
        return "\n".join(message.text(lang, catalogs) for message in (*said, *self.unknown))


def lost_deal(opportunity: Opportunity, process: SalesProcess, *, as_of: date, days: int = 90) -> PostMortem:
    """Tell what changed about a deal before it was lost.

    Parameters
    ----------
    opportunity
        A deal that was lost, or that the customer gave up.
    process
        Its sales process.
    as_of
        The day to whose end it is known.
    days
        How long before the loss to look back; 1 or more.

    Returns
    -------
    PostMortem
        Amounts cut, closes moved out, owners changed, stages and categories stepped back, silence of 30 days or more before
        the end; competitors, contacts missing, and the reason given.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the deal is not lost.
    UnknownNameError
        If it is in a stage that the process does not have.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES
    >>> deal = Opportunity(
    ...     id="o-1",
    ...     competitors=["Acme"],
    ...     history=[
    ...         Change(date(2026, 6, 1), stage="proposal", amount=Amount.of(900, CNY), expected_close=date(2026, 7, 31)),
    ...         Change(date(2026, 7, 20), amount=Amount.of(600, CNY), expected_close=date(2026, 9, 30)),
    ...         Change(date(2026, 9, 10), stage="lost", reason="price"),
    ...     ],
    ... )
    >>> print(lost_deal(deal, STANDARD_PROCESSES["solution"], as_of=date(2026, 9, 30)).text())
    Deal o-1 was lost on 2026-09-10. Before that:
    2026-07-20: The amount was cut from CNY 900.00 to CNY 600.00.
    2026-07-20: The expected close moved out from 2026-07-31 to 2026-09-30.
    2026-07-20: Nothing was recorded for 52 days, until the end.
    Competitors: Acme.
    Contacts known: 0.
    The reason given: price.
    """
    require(opportunity, Opportunity, path=("opportunity",))
    require(process, SalesProcess, path=("process",))
    check_date(as_of, ("as_of",))
    check_whole(days, ("days",), 1, _MOST_DAYS)
    process.require(opportunity, "opportunity")
    known = opportunity.as_of(as_of)
    if known is None or ended_as(known, process) not in ("lost", "cancelled"):
        raise InvalidValueError("deal_not_lost", path=("opportunity", opportunity.id), as_of=as_of)
    end = ended_on(known, process)
    unknown = [Message.of("customers.reason.field_unknown", fields=known.as_exported)] if known.as_exported else []
    found: list[LossEvidence] = []
    if end is None:
        unknown.append(Message("customers.reason.loss_undated"))
    else:
        found = list(_changes(known, process, end - timedelta(min(days, end.toordinal() - 1)), end))
        found += _silence(known.history, end)
    found.sort(key=lambda one: (one.on or date.max, LOSS_EVIDENCE.index(one.kind)))
    return PostMortem(subject=known.id, is_deal=True, on=end, evidence=(*found, *_standing(known)), unknown=tuple(unknown))


def _changes(deal: Opportunity, process: SalesProcess, first: date, end: date) -> Iterator[LossEvidence]:
    """Yield what changed for the worse from a day up to the end."""
    amount: Amount | None = None
    close: date | None = None
    owner = stage = category = None
    for change in deal.history:
        on = change.on
        if on is not None and first <= on <= end:
            yield from _worse(change, amount, close, owner)
            if change.stage is not None and stage is not None:
                now, then = process.stage_by_key[change.stage], process.stage_by_key[stage]
                if now.is_open and process.position[now.key] < process.position[then.key]:
                    yield _evidence(
                        "stage_back", on, before=Message(then.title or then.key), after=Message(now.title or now.key)
                    )
            if change.category is not None and category is not None and _rank(change.category) < _rank(category):
                titles = {"before": Message(f"category.{category}"), "after": Message(f"category.{change.category}")}
                yield _evidence("downgraded", on, **titles)
        amount, close = change.amount or amount, change.expected_close or close
        owner, stage, category = change.owner or owner, change.stage or stage, change.category or category


def _rank(category: str) -> int:
    """Return how sure a category is; what is left out of the forecast is surest not to come."""
    return -1 if category == "omitted" else FORECAST_CATEGORIES.index(category)


def _worse(change: Change, amount: Amount | None, close: date | None, owner: str | None) -> Iterator[LossEvidence]:
    if change.amount is not None and amount is not None and change.amount < amount:
        yield _evidence("amount_cut", change.on, before=amount, after=change.amount)
    if change.expected_close is not None and close is not None and change.expected_close > close:
        yield _evidence("postponed", change.on, before=close, after=change.expected_close)
    if change.owner is not None and owner is not None and change.owner != owner:
        yield _evidence("handed_over", change.on, before=owner, after=change.owner)


def _silence(history: tuple[Change, ...], end: date) -> Iterator[LossEvidence]:
    """Yield how long nothing was recorded before the end."""
    earlier = [change.on for change in history if change.on is not None and change.on < end]
    if earlier and (quiet := (end - earlier[-1]).days) >= _SILENCE:
        yield _evidence("silence", earlier[-1], days=quiet)


def _standing(deal: Opportunity) -> Iterator[LossEvidence]:
    """Yield what was so all the time."""
    if deal.competitors:
        yield _evidence("competitors", None, names=deal.competitors)
    if len(deal.contacts) < _FEWEST_CONTACTS:
        yield _evidence("few_contacts", None, count=len(deal.contacts))
    if deal.contacts and all(contact.role != "economic_buyer" for contact in deal.contacts):
        yield _evidence("no_economic_buyer", None)
    if deal.reason is not None:
        yield _evidence("reason", None, reason=reason_title(deal.reason))


def _evidence(kind: LossEvidenceKind, on: date | None, **told: object) -> LossEvidence:
    return LossEvidence(kind=kind, on=on, message=Message.of(f"customers.evidence.{kind}", **told))


def lost_customer(
    purchases: Purchases,
    customer: str,
    *,
    opportunities: Iterable[Opportunity] = (),
    processes: Iterable[SalesProcess] = (),
    policy: LifecyclePolicy = DEFAULT_POLICY,
) -> PostMortem:
    """Tell what changed about a customer before the customer was lost.

    Parameters
    ----------
    purchases
        Who bought when for how much.
    customer
        The id of a customer who is lost by the policy.
    opportunities
        Deals: those of the customer that were lost in the year before the last purchase, or since, are told.
    processes
        The sales processes of the deals.
    policy
        From how many days without a purchase a customer is lost.

    Returns
    -------
    PostMortem
        How far beyond the usual days between two purchases the customer went quiet; whether the last year up to the last
        purchase had fewer of them, or smaller ones, than the year before; and deals lost.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the customer is not lost, or never bought.
    UnknownNameError
        If the purchases know no such customer, or a deal is of no process of these.

    Examples
    --------
    >>> import numpy as np
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> days = np.array(["2024-01-10", "2024-03-10", "2024-05-10", "2024-12-10"], dtype="datetime64[D]")
    >>> amounts = np.array([90_000, 80_000, 80_000, 20_000])
    >>> bought = Purchases.of(Codes.of(["k-1"] * 4), days, amounts, unit=CNY, as_of=date(2026, 9, 30))
    >>> print(lost_customer(bought, "k-1").text())
    Customer k-1 was lost on 2025-12-10. Before that:
    2024-12-10: The last purchase; usually there were 61 days between two.
    Not told whether there were fewer or smaller purchases: there are no two years up to the last one.
    """
    require(purchases, Purchases, path=("purchases",))
    require(policy, LifecyclePolicy, path=("policy",))
    days, minor = purchases_of(purchases, customer)
    if not days.size:
        raise InvalidValueError("customer_never_bought", path=("customer",), value=customer)
    last = int(days[-1])
    if purchases.as_of.toordinal() - last < policy.lost_after:
        on = date.fromordinal(last)
        raise InvalidValueError("customer_not_lost", path=("customer",), days=policy.lost_after, on=on)
    gap, on = usual_gap(days), date.fromordinal(last)
    usual = {} if gap is None else {"gap": round(gap)}
    key = "went_quiet" if gap is not None else "bought_last"
    found = [LossEvidence(kind="went_quiet", on=on, message=Message.of(f"customers.evidence.{key}", **usual))]
    found += _before_the_last(purchases, days, minor)
    found += _deals_lost(customer, opportunities, processes, date.fromordinal(year_before(last)), purchases.as_of)
    found.sort(key=lambda one: (one.on or date.max, LOSS_EVIDENCE.index(one.kind)))
    has_two_years = int(days[0]) <= year_before(year_before(last))
    unknown = () if has_two_years else (Message("customers.reason.no_two_years"),)
    lost_on = date.fromordinal(last + policy.lost_after)
    return PostMortem(subject=customer, is_deal=False, on=lost_on, evidence=tuple(found), unknown=unknown)


def _before_the_last(purchases: Purchases, days: Integers, minor: Integers) -> Iterator[LossEvidence]:
    """Hold the year up to the last purchase against the year before, where the records tell both."""
    last = int(days[-1])
    year, earlier = year_before(last), year_before(year_before(last))
    if int(days[0]) > earlier or purchases.unit is None:
        return
    late, early = days > year, (days > earlier) & (days <= year)
    if not early.any():
        return
    on = date.fromordinal(year)
    if late.sum() < early.sum():
        yield _evidence("bought_less_often", on, before=int(early.sum()), after=int(late.sum()))
    sums = [Amount(minor=int(minor[rows].sum()), unit=purchases.unit) for rows in (early, late)]
    if sums[1] < sums[0]:
        yield _evidence("bought_less", on, before=sums[0], after=sums[1])


def _deals_lost(
    customer: str, opportunities: Iterable[Opportunity], processes: Iterable[SalesProcess], first: date, as_of: date
) -> Iterator[LossEvidence]:
    by_key = by_key_of(processes)
    for position, deal in enumerate(listed(opportunities, "opportunities")):
        require(deal, Opportunity, path=("opportunities", position))
        if deal.customer != customer:
            continue
        process = process_of(deal, by_key, position)
        known = deal.as_of(as_of)
        if known is None or ended_as(known, process) not in ("lost", "cancelled"):
            continue
        on = ended_on(known, process)
        if on is not None and on >= first:
            reason = Message("customers.reason.none_given") if known.reason is None else reason_title(known.reason)
            yield _evidence("deals_lost", on, id=known.id, reason=reason)
