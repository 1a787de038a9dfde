"""Entries of credit: what somebody is credited with on a day, the raw material of pay."""

from datetime import date
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.customer import Fact, as_facts, facts
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import day, identifier, of_type, one_of, optional

__all__ = ["BASES", "BOOKS", "Basis", "Book", "Entry"]

Basis: TypeAlias = Literal["booked", "invoiced", "collected", "margin"]
BASES: Final[tuple[Basis, ...]] = ("booked", "invoiced", "collected", "margin")
"""What an entry counts: an order that was signed, an invoice, cash that came in (回款), or margin (毛利)."""

Book: TypeAlias = Literal["primary", "overlay"]
BOOKS: Final[tuple[Book, ...]] = ("primary", "overlay")
"""In which book credit stands: divided among those who sold, or given once more to whoever helped them."""

_NOTHING_KNOWN: Final[FrozenMap[str, Fact]] = FrozenMap()


@attrs.frozen(kw_only=True)
class Entry:
    """What somebody is credited with on a day.

    Parameters
    ----------
    id
        Unique among entries.
    payee
        Who is credited: the id of a rep, a dealer or a team.
    on
        The day on which it counts.
    amount
        How much: money or a count; negative for what is taken back.
    ref
        The deal, order or invoice that it follows from; entries of one deal share it.
    measure
        What is measured, such as ``"revenue"`` or ``"units_sold"``: the parts of a plan name what they pay for.
    basis
        One of :data:`BASES`.
    book
        One of :data:`BOOKS`.
    facts
        What a rate may depend on: product, kind of customer, price over floor price.
    reverses
        The id of the entry that this one takes back, wholly or in part.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or the entry reverses itself.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> entry = Entry(id="e-1", payee="ada", on=date(2026, 9, 3), amount=Amount.of("88000.00", CNY), ref="o-17")
    >>> entry.basis, entry.measure
    ('booked', 'revenue')
    """

    id: str = attrs.field(validator=identifier)
    payee: str = attrs.field(validator=identifier)
    on: date = attrs.field(validator=day)
    amount: Amount = attrs.field(validator=of_type(Amount))
    ref: str | None = attrs.field(default=None, validator=optional(identifier))
    measure: str = attrs.field(default="revenue", validator=identifier)
    basis: Basis = attrs.field(default="booked", validator=one_of(*BASES))
    book: Book = attrs.field(default="primary", validator=one_of(*BOOKS))
    facts: FrozenMap[str, Fact] = attrs.field(default=_NOTHING_KNOWN, converter=as_facts, validator=facts)
    reverses: str | None = attrs.field(default=None, validator=optional(identifier))

    def __attrs_post_init__(self) -> None:
        """Refuse an entry that takes itself back."""
        if self.reverses == self.id:
            raise InvalidValueError("reverses_itself", path=("Entry", "reverses"), value=self.id)

    @property
    def order(self) -> tuple[Any, ...]:
        """The order in which entries count: by day, then by id."""
        return (self.on, self.id)
