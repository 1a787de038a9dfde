"""RFM: customers graded by how lately, how often and for how much they bought, and named by it."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.customers.purchases import Purchases
from salesperf.kernels.numeric import AnyColumn
from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.scale import Steps
from salesperf.model.validators import require

__all__ = ["SEGMENTS", "RfmCustomer", "RfmReport", "Segment", "rfm"]

Segment: TypeAlias = Literal[
    "champions",
    "loyal",
    "potential_loyalists",
    "new_customers",
    "promising",
    "need_attention",
    "about_to_sleep",
    "cannot_lose",
    "at_risk",
    "hibernating",
]
SEGMENTS: Final[tuple[Segment, ...]] = (
    "champions",
    "loyal",
    "potential_loyalists",
    "new_customers",
    "promising",
    "need_attention",
    "about_to_sleep",
    "cannot_lose",
    "at_risk",
    "hibernating",
)
"""What customers are called by their scores, the best first."""

_BINS: Final = 5
_BY_SCORES: Final[tuple[tuple[Segment, ...], ...]] = (
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyalists", "potential_loyalists", "loyal", "loyal"),
    ("new_customers", "potential_loyalists", "potential_loyalists", "champions", "champions"),
)
"""The segment by the score of recency, from 1, and that of frequency, from 1."""


@attrs.frozen(kw_only=True)
class RfmCustomer:
    """One customer with the three measures and their scores: a part of an :class:`RfmReport`.

    Attributes
    ----------
    customer : str
        The id.
    recency : int
        Days since the last purchase.
    frequency : int
        Purchases.
    monetary : float
        What was bought altogether, in the currency.
    recency_score, frequency_score, monetary_score : int
        From 1, the worst fifth, to 5.
    segment : str
        One of :data:`SEGMENTS`.

    Examples
    --------
    >>> scores = {"recency_score": 5, "frequency_score": 5, "monetary_score": 4}
    >>> RfmCustomer(customer="k-1", recency=3, frequency=12, monetary=900.0, **scores, segment="champions").segment
    'champions'
    """

    customer: str
    recency: int
    frequency: int
    monetary: float
    recency_score: int
    frequency_score: int
    monetary_score: int
    segment: Segment


@attrs.frozen(kw_only=True)
class RfmReport(Result):
    """Customers by recency, frequency and value: made by :func:`rfm`.

    Attributes
    ----------
    as_of : date
        The day to whose end purchases are known.
    customers : tuple of RfmCustomer
        Those who bought, the best segment first, and within it the greatest value.
    never_bought : tuple of str
        Customers without purchases: they have no scores, which is not the same as bad ones.
    scales : Mapping of str to Steps
        What gives the scores, by the name of the measure: any other customer can be scored by them too. ``None`` where nobody
        bought.

    Examples
    --------
    >>> rfm(Purchases.empty(as_of=date(2026, 9, 30))).customers
    ()
    """

    as_of: date
    customers: tuple[RfmCustomer, ...]
    never_bought: tuple[str, ...]
    scales: Mapping[str, Steps] | None

    @cached_property
    def counts(self) -> Mapping[Segment, int]:
        """How many customers are in each segment."""
        found = Counter(customer.segment for customer in self.customers)
        return MappingProxyType({segment: found[segment] for segment in SEGMENTS})

    def rows(self) -> list[Row]:
        """Return a row for each customer who bought."""
        return [attrs.asdict(customer) for customer in self.customers]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write how many customers are in each segment and what they bought altogether, a line each."""
        said = []
        total = sum(customer.monetary for customer in self.customers)
        for segment, count in self.counts.items():
            if count:
                value = sum(customer.monetary for customer in self.customers if customer.segment == segment)
                told = {"segment": Message(f"customers.segment.{segment}"), "count": count, "value": value}
                said.append(Message.of("customers.text.segment", **told, share=value / total if total > 0 else None))
        if self.never_bought:
            said.append(Message.of("customers.text.never_bought", count=len(self.never_bought)))
        return "\n".join(message.text(lang, catalogs) for message in said)


def rfm(purchases: Purchases) -> RfmReport:
    """Grade customers by how lately, how often and for how much they bought.

    Parameters
    ----------
    purchases
        Who bought when for how much.

    Returns
    -------
    RfmReport
        With scores from 1 to 5 and a segment for each customer who bought.

    Raises
    ------
    InvalidValueError
        If the argument is none.

    Notes
    -----
    A score is 1 + 5 x the share of the buyers who did worse, rounded down: the best fifth gets 5, unless more than a fifth are
    equally good, since equals get the same. The segment follows from recency and frequency by a table of 5 x 5; value stands
    beside it. As fifths of a base scores say who is better than others, not who is good.

    References
    ----------
    A. M. Hughes, *Strategic Database Marketing*, Probus, 1994, chapter 4.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> days = np.datetime64("2026-09-30") - np.array([1, 30, 60, 10, 200, 300])
    >>> who = Codes.of(["a", "a", "a", "b", "c", "d"])
    >>> bought = Purchases.of(who, days, np.array([9, 9, 9, 5, 50, 1]), unit=CNY, as_of=date(2026, 9, 30))
    >>> for customer in rfm(bought).customers:
    ...     print(customer.customer, customer.recency_score, customer.frequency_score, customer.segment)
    a 4 4 loyal
    b 3 1 about_to_sleep
    c 2 1 hibernating
    d 1 1 hibernating
    """
    require(purchases, Purchases, path=("purchases",))
    has = purchases.counts > 0
    names = [name for name, bought in zip(purchases.customers, has.tolist(), strict=True) if bought]
    never = tuple(name for name, bought in zip(purchases.customers, has.tolist(), strict=True) if not bought)
    if not names:
        return RfmReport(as_of=purchases.as_of, customers=(), never_bought=never, scales=None)
    measures: dict[str, AnyColumn] = {
        "recency": purchases.as_of.toordinal() - purchases.last[has],
        "frequency": purchases.counts[has],
        "monetary": purchases.values[has],
    }
    scales = {name: _fifths(column, fewer_is_better=name == "recency") for name, column in measures.items()}
    scores = [scales[name].points(column).astype(int).tolist() for name, column in measures.items()]
    columns = zip(names, *(column.tolist() for column in measures.values()), *scores, strict=True)
    graded = [
        RfmCustomer(
            customer=name,
            recency=recency,
            frequency=frequency,
            monetary=float(monetary),
            recency_score=lately,
            frequency_score=often,
            monetary_score=much,
            segment=_BY_SCORES[lately - 1][often - 1],
        )
        for name, recency, frequency, monetary, lately, often, much in columns
    ]
    graded.sort(key=lambda one: (SEGMENTS.index(one.segment), -one.monetary, one.customer))
    return RfmReport(as_of=purchases.as_of, customers=tuple(graded), never_bought=never, scales=MappingProxyType(scales))


def _fifths(column: AnyColumn, *, fewer_is_better: bool) -> Steps:
    """Make the steps that give each value 1 + 5 x the share of values that are worse, rounded down."""
    values, counts = np.unique(column, return_counts=True)
    before = np.concatenate(([0], np.cumsum(counts)[:-1]))
    worse = column.size - before - counts if fewer_is_better else before
    scores = 1 + _BINS * worse // column.size
    steps = np.flatnonzero(np.concatenate(([True], np.diff(scores) != 0)))
    knots = zip(values[steps].tolist(), scores[steps].tolist(), strict=True)
    # Before the least value seen a customer is as good as with it.
    return Steps(list(knots), below=int(scores[0]))
