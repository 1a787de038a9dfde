"""A day's worklist: what is due, in order of what it may bring, as far as everybody's time goes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date

import attrs

from salesperf.errors import InvalidValueError, UnitMismatchError, UnknownNameError
from salesperf.followup.scheduling import FollowUp, checked
from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.misspelling import alike, index_of
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_date, check_whole, repeated, require

__all__ = ["WorkItem", "Worklist", "worklist"]


@attrs.frozen(kw_only=True)
class WorkItem:
    """A follow-up on a worklist, or left from it, with the reason: made by :func:`worklist`.

    Attributes
    ----------
    follow_up : FollowUp
        What is to be done.
    rank : int
        Its place in the order of its owner, from 1.
    expected_value : Amount or None
        What it may bring, as far as anybody said.
    is_taken : bool
        Whether it is to be done on the day.
    reason : Message
        Why, or why not.

    Examples
    --------
    >>> from salesperf import Lead, LeadChange, followup
    >>> lead = Lead(id="l-1", history=[LeadChange(date(2026, 9, 1), status="new", owner="ada")])
    >>> due = followup.schedule([lead], followup.STANDARD_FOLLOW_UP, as_of=date(2026, 9, 30))
    >>> followup.worklist(due, on=date(2026, 9, 30), capacity=3).items[0].reason.text()
    'Number 1 of those that are due to ada: no value is known.'
    """

    follow_up: FollowUp
    rank: int
    expected_value: Amount | None
    is_taken: bool
    reason: Message


@attrs.frozen(kw_only=True)
class Worklist(Result):
    """What everybody does on a day, and what is left: made by :func:`worklist`.

    Attributes
    ----------
    on : date
        The day.
    items : tuple of WorkItem
        By owner, in order; those that nobody has come first.

    Examples
    --------
    >>> from salesperf import followup
    >>> followup.worklist([], on=date(2026, 9, 30), capacity=3).taken
    ()
    """

    on: date
    items: tuple[WorkItem, ...]

    @property
    def taken(self) -> tuple[WorkItem, ...]:
        """What is to be done on the day."""
        return tuple(item for item in self.items if item.is_taken)

    @property
    def left(self) -> tuple[WorkItem, ...]:
        """What is due and will not be done."""
        return tuple(item for item in self.items if not item.is_taken)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write what is to be done and what is left, a line each, with the reasons."""
        if not self.items:
            return Message.of("followup.nothing_due", on=self.on).text(lang, catalogs)
        lines = (
            Message.of("followup.item", follow_up=item.follow_up.reason, reason=item.reason).text(lang, catalogs)
            for item in self.items
        )
        return "\n".join(lines)

    def rows(self) -> list[Row]:
        """Return a row for each item."""
        return [
            {
                **item.follow_up.rows()[0],
                "rank": item.rank,
                "expected_value": None if item.expected_value is None else item.expected_value.decimal,
                "unit": None if item.expected_value is None else str(item.expected_value.unit),
                "is_taken": item.is_taken,
            }
            for item in self.items
        ]


def worklist(
    follow_ups: Iterable[FollowUp],
    *,
    on: date,
    capacity: int | Mapping[str, int],
    expected_values: Mapping[str, Amount] | None = None,
) -> Worklist:
    """Choose what to do on a day among all that is due.

    Parameters
    ----------
    follow_ups
        From :func:`schedule` and :func:`schedule_after_sale` together, each lead and each customer once, in any order.
    on
        The day: what is due later is not on the list.
    capacity
        How many touches everybody can make on the day, or by owner; who is not named can make none. Somebody to whom nothing is
        due may be named.
    expected_values
        What a lead or a customer may bring, by its id: the amount times the chance to win, or to buy again, in one unit. Those
        without come last. Others may be named, such as leads that are decided.

    Returns
    -------
    Worklist
        Of each owner first what may bring most, then what is due longest, then by lead or customer; as many as can be done
        are taken.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, a capacity is below 0, a lead or a customer comes twice, or an expected value is of an id
        that both a lead and a customer bear.
    UnitMismatchError
        If two values differ in unit.
    UnknownNameError
        If a capacity is of nobody to whom something is due, or a value of nothing that is, and its id may be a slip of one that
        has none.

    Examples
    --------
    >>> from salesperf import CNY, Lead, LeadChange, followup
    >>> began = [LeadChange(date(2026, 9, 1), status="new", owner="ada")]
    >>> leads = [Lead(id=f"l-{number}", history=began) for number in range(3)]
    >>> due = followup.schedule(leads, followup.STANDARD_FOLLOW_UP, as_of=date(2026, 9, 30))
    >>> values = {"l-1": Amount.of(300, CNY), "l-2": Amount.of(900, CNY)}
    >>> chosen = followup.worklist(due, on=date(2026, 9, 30), capacity=2, expected_values=values)
    >>> [item.follow_up.lead for item in chosen.taken], chosen.left[0].reason.text()
    (['l-2', 'l-1'], 'Number 3 of those that are due to ada, who can do 2.')
    """
    items = checked(follow_ups, FollowUp, "follow_ups")
    for position, (lead, customer) in repeated((item.lead, item.customer) for item in items):
        path = ("follow_ups", position, "lead" if customer is None else "customer")
        raise InvalidValueError("not_unique", path=path, value=lead or customer)
    check_date(on, ("on",))
    room = _capacity(capacity)
    values = _values(expected_values)
    for _, again in repeated(item.subject for item in items):
        if again in values:
            raise InvalidValueError("not_unique", path=("expected_values", again), value=again)
    if isinstance(room, Mapping):
        _refuse_slips(room, {item.owner for item in items if item.owner is not None}, "capacity", "misspelt_owner")
    _refuse_slips(values, {item.subject for item in items}, "expected_values", "misspelt_followed")

    def order(item: FollowUp) -> tuple[str, int, date, str]:
        value = values.get(item.subject)
        return item.owner or "", -value.minor if value else INT64_MAX, item.due, item.subject

    ranks: Counter[str | None] = Counter()
    found = []
    for item in sorted((item for item in items if item.due <= on), key=order):
        ranks[item.owner] += 1
        able = 0 if item.owner is None else room if isinstance(room, int) else room.get(item.owner, 0)
        found.append(_item(item, ranks[item.owner], able, values.get(item.subject)))
    return Worklist(on=on, items=tuple(found))


def _item(item: FollowUp, rank: int, able: int, value: Amount | None) -> WorkItem:
    """Tell whether a follow-up is done on the day, and why."""
    is_taken = rank <= able
    if item.owner is None:
        wording = "nobody" if item.customer is None else "nobody_after_sale"
    elif not is_taken:
        wording = "no_room"
    else:
        wording = "no_value" if value is None else "taken"
    reason = Message.of(f"followup.reason.{wording}", rank=rank, owner=item.owner, able=able, value=value)
    return WorkItem(follow_up=item, rank=rank, expected_value=value, is_taken=is_taken, reason=reason)


def _refuse_slips(given: Mapping[str, object], due: AbstractSet[str], argument: str, code: str) -> None:
    """Refuse an id that may be a slip of one to which something is due and nothing was given: it would count for nobody."""
    strangers = [name for name in given if name not in due]
    missing = index_of(due - given.keys()) if strangers else {}
    for name in strangers:
        known = alike(name, missing)
        if known is not None:
            raise UnknownNameError(code, path=(argument,), known=known, value=name)


def _capacity(capacity: int | Mapping[str, int]) -> int | Mapping[str, int]:
    if isinstance(capacity, Mapping):
        for owner, able in capacity.items():
            check_whole(able, ("capacity", owner), 0, INT64_MAX)
    else:
        check_whole(capacity, ("capacity",), 0, INT64_MAX)
    return capacity


def _values(values: Mapping[str, Amount] | None) -> Mapping[str, Amount]:
    if values is None:
        return {}
    require(values, Mapping, path=("expected_values",))
    unit = None
    for lead, value in values.items():
        require(value, Amount, path=("expected_values", lead))
        unit = unit or value.unit
        if value.unit != unit:
            path = ("expected_values", lead)
            raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(value.unit))
    return values
