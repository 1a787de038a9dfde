"""Opportunities: deals whose state is the dated history of everything that changed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple, Self

import attrs

from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount
from salesperf.model.change import (
    CHANGING_FIELDS,
    TELLTALE_FIELDS,
    Change,
    ChangingField,
    ForecastCategory,
    changes_more,
    keeper_of,
)
from salesperf.model.customer import Contact, Fact, as_contacts, as_facts, contacts, facts
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import (
    as_tuple,
    check_choice,
    check_date,
    day,
    each,
    identifier,
    is_identifier,
    is_text,
    is_tuple_of,
    of_type,
    one_of,
    optional,
    repeated,
)

__all__ = ["Opportunity", "Visit"]

_NOTHING_KNOWN: Final[FrozenMap[str, Fact]] = FrozenMap()
_PLAIN_FACTS: Final = (int, bool, date)
_REPEATS: Final = ("refuse", "collapse")


class Visit(NamedTuple):
    """An unbroken time of a deal in one stage.

    Parameters
    ----------
    stage
        The key of the stage.
    start
        The day on which it was entered; ``None`` where it is not known.
    end
        The day on which it was left; ``None`` where the deal is still there.

    Examples
    --------
    >>> Visit("proposal", date(2026, 9, 1), None).end is None
    True
    """

    stage: str
    start: date | None
    end: date | None


def _as_history(value: Iterable[Change]) -> tuple[Change, ...]:
    return as_tuple(value)


def _as_names(value: Iterable[str]) -> tuple[str, ...]:
    """Take names as a sorted tuple of each once, so that neither order nor repetition matters."""
    if type(value) is tuple and not value:  # of most deals: nothing to sort
        return value
    names = as_tuple(value)
    return tuple(sorted(set(names))) if is_tuple_of(names, str) else names


def _are_plain(known: FrozenMap[str, Fact]) -> bool:
    """Tell whether facts are right at a glance; a Decimal is not."""
    for name, fact in known.items():  # noqa: SIM110 - a generator takes as long again
        if not (is_identifier(name) and (is_text(fact) or type(fact) in _PLAIN_FACTS)):
            return False
    return True


_named = each(identifier)
_changing = each(one_of(*CHANGING_FIELDS))


@attrs.frozen(kw_only=True, init=False)
class Opportunity:
    """A deal: an id, and the dated history of all that changed about it.

    Parameters
    ----------
    id
        Unique among opportunities.
    history
        Changes by day; within a day their order is the sequence. The first names a stage, and alone may be without a day.
    facts
        What does not change, or whose changes nobody kept: product, region, ``next_action`` and ``next_action_on``.
    contacts
        Who takes part in the decision, each id once, in any order.
    competitors
        The names of those who want the deal too, each once, in any order.
    customer
        The id of the customer.
    lead
        The id of the lead that it came from.
    process
        The key of its sales process; ``None`` where there is only one.
    as_exported
        Which fields have no history, because the source keeps their last value only; of all deals of that source alike.
    exported
        The day of which those last values are.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the history is empty, begins without a stage or runs backwards, enters a stage in which the
        deal is, or fields without history come without the day of their export.
    UnitMismatchError
        If amounts in the history differ in unit.

    Notes
    -----
    The history is the state: there are no other fields that change, so that :meth:`as_of` cannot know the future.

    Examples
    --------
    >>> from salesperf.model.amount import CNY
    >>> deal = Opportunity(
    ...     id="o-1",
    ...     history=[
    ...         Change(date(2026, 9, 1), stage="proposal", amount=Amount.of(80_000, CNY), owner="ada"),
    ...         Change(date(2026, 9, 20), amount=Amount.of(60_000, CNY)),
    ...     ],
    ... )
    >>> print(deal.stage, deal.amount, deal.as_of(date(2026, 9, 1)).amount)
    proposal 60,000.00 CNY 80,000.00 CNY
    """

    id: str = attrs.field(validator=identifier)
    history: tuple[Change, ...] = attrs.field(converter=_as_history, validator=each(of_type(Change)))
    facts: FrozenMap[str, Fact] = attrs.field(default=_NOTHING_KNOWN, converter=as_facts, validator=facts)
    contacts: tuple[Contact, ...] = attrs.field(default=(), converter=as_contacts, validator=contacts)
    competitors: tuple[str, ...] = attrs.field(default=(), converter=_as_names, validator=_named)
    customer: str | None = attrs.field(default=None, validator=optional(identifier))
    lead: str | None = attrs.field(default=None, validator=optional(identifier))
    process: str | None = attrs.field(default=None, validator=optional(identifier))
    as_exported: tuple[ChangingField, ...] = attrs.field(default=(), converter=_as_names, validator=_changing)
    exported: date | None = attrs.field(default=None, validator=optional(day))

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the name of the field
        history: Iterable[Change],
        facts: Mapping[str, Fact] = _NOTHING_KNOWN,
        contacts: Iterable[Contact] = (),
        competitors: Iterable[str] = (),
        customer: str | None = None,
        lead: str | None = None,
        process: str | None = None,
        as_exported: Iterable[ChangingField] = (),
        exported: date | None = None,
    ) -> None:
        # At a glance first, as a change. What is no list or dict may be used up, and is looked at by attrs alone.
        changes = tuple(history) if type(history) is list else history
        known = as_facts(facts) if type(facts) is dict else facts
        is_right = (
            is_identifier(id)
            and (type(changes) is tuple and set(map(type, changes)) == {Change})
            and (known is _NOTHING_KNOWN or (type(known) is FrozenMap and _are_plain(known)))
            and (type(contacts) is tuple and not contacts)
            and (type(competitors) is tuple and not competitors)
            and (customer is None or is_identifier(customer))
            and (lead is None or is_identifier(lead))
            and (process is None or is_identifier(process))
            and (type(as_exported) is tuple and not as_exported)
            and (exported is None or type(exported) is date)
        )
        if not is_right:
            self.__attrs_init__(
                id=id,
                history=history,
                facts=facts,
                contacts=contacts,
                competitors=competitors,
                customer=customer,
                lead=lead,
                process=process,
                as_exported=as_exported,
                exported=exported,
            )
            return
        keep = keeper_of(self)
        keep("id", id)
        keep("history", changes)
        keep("facts", known)
        keep("contacts", contacts)
        keep("competitors", competitors)
        keep("customer", customer)
        keep("lead", lead)
        keep("process", process)
        keep("as_exported", as_exported)
        keep("exported", exported)
        self.__attrs_post_init__()

    def __attrs_post_init__(self) -> None:
        """Check that the history is one."""
        if not self.history:
            raise InvalidValueError("history_empty", path=self._path("history"))
        if self.history[0].stage is None:
            raise InvalidValueError("history_begins", path=self._path("history", 0, "stage"))
        self._check_sequence()
        if self.contacts:
            for position, again in repeated(contact.id for contact in self.contacts):
                raise InvalidValueError("not_unique", path=self._path("contacts", position, "id"), value=again)
        if self.as_exported and self.exported is None:
            raise InvalidValueError("exported_missing", path=self._path("exported"))

    def _path(self, *steps: str | int) -> tuple[str | int, ...]:
        return ("Opportunity", self.id, *steps)

    def _check_sequence(self) -> None:
        """Refuse days that are missing or run backwards, a stage entered from itself, and amounts in two units."""
        last = stage = unit = None
        for position, change in enumerate(self.history):
            on, entered, amount = change.on, change.stage, change.amount
            if on is None and position:
                raise InvalidValueError("history_undated", path=self._path("history", position, "on"))
            if last is not None and on is not None and on < last:
                raise InvalidValueError("history_order", path=self._path("history", position, "on"), previous=last, value=on)
            last = on
            if entered is not None:
                if entered == stage:
                    raise InvalidValueError("history_repeats", path=self._path("history", position, "stage"), value=entered)
                stage = entered
            if amount is not None:
                unit = unit or amount.unit
                if amount.unit is not unit and amount.unit != unit:
                    path = self._path("history", position, "amount")
                    raise UnitMismatchError("unit_mismatch", path=path, left=str(unit), right=str(amount.unit))

    @classmethod
    def of(
        cls,
        *,
        id: str,  # noqa: A002 - the name of the field
        history: Iterable[Change],
        repeats: Literal["refuse", "collapse"] = "refuse",
        **others: Any,  # noqa: ANN401 - the fields of the class, checked by it
    ) -> Self:
        """Make an opportunity from a history that may name the stage in which the deal is already.

        Parameters
        ----------
        id, history
            As of the class.
        repeats
            ``"refuse"`` as the class does, or ``"collapse"``: a stage named again is no change of stage, and a row that says
            nothing else is left out. Exports that write a row for every edit repeat the stage on most of them.
        **others
            The other fields of the class.

        Raises
        ------
        InvalidValueError
            As of the class.

        Examples
        --------
        >>> rows = [Change(date(2026, 9, day), stage=stage) for day, stage in ((1, "lead"), (5, "lead"), (9, "proposal"))]
        >>> len(Opportunity.of(id="o-1", history=rows, repeats="collapse").history)
        2
        """
        check_choice(repeats, _REPEATS, ("repeats",))
        changes = _as_history(history)
        if repeats == "collapse" and isinstance(changes, tuple):
            changes = tuple(_collapsed(changes))
        return cls(id=id, history=changes, **others)

    # Current values. They are asked for again and again of hundreds of thousands of deals: by loops, since a generator takes
    # five times as long.

    @property
    def stage(self) -> str:
        """The key of the stage in which the deal is."""
        position = -1
        while (stage := self.history[position].stage) is None:
            position -= 1
        return stage

    @property
    def amount(self) -> Amount | None:
        """What the deal is worth; ``None`` where nobody said."""
        for change in reversed(self.history):
            if change.amount is not None:
                return change.amount
        return None

    @property
    def expected_close(self) -> date | None:
        """The day on which it is expected to be won."""
        for change in reversed(self.history):
            if change.expected_close is not None:
                return change.expected_close
        return None

    @property
    def owner(self) -> str | None:
        """Who has it; ``None`` for nobody."""
        for change in reversed(self.history):
            if change.owner is not None:
                return change.owner
        return None

    @property
    def category(self) -> ForecastCategory | None:
        """The forecast category."""
        for change in reversed(self.history):
            if change.category is not None:
                return change.category
        return None

    @property
    def grade(self) -> str | None:
        """The grade."""
        for change in reversed(self.history):
            if change.grade is not None:
                return change.grade
        return None

    @property
    def reason(self) -> str | None:
        """The reason given last."""
        for change in reversed(self.history):
            if change.reason is not None:
                return change.reason
        return None

    @property
    def created(self) -> date | None:
        """The day of the first change; ``None`` where it is not known."""
        return self.history[0].on

    @property
    def is_undated(self) -> bool:
        """Whether nobody knows when the deal began."""
        return self.history[0].on is None

    @property
    def last_change(self) -> date | None:
        """The day of the last change; ``None`` where none has a day."""
        return self.history[-1].on

    @property
    def evidence(self) -> frozenset[str]:
        """The exit criteria met so far."""
        return frozenset(key for change in self.history for key in change.evidence)

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """The stages in which the deal was, in order, each with the days on which it was entered and left."""
        entered = [(change.stage, change.on) for change in self.history if change.stage is not None]
        closed = [Visit(stage, start, end) for (stage, start), (_, end) in pairwise(entered)]
        return (*closed, Visit(*entered[-1], None))

    def as_of(self, day: date) -> "Opportunity | None":
        """Forget what became known later than a day.

        Parameters
        ----------
        day
            The last day that counts, to its end.

        Returns
        -------
        Opportunity or None
            ``None`` if the deal began later. A first change without a day is kept: the deal is held, and counted as undated.

        Notes
        -----
        Of fields without history (:attr:`as_exported`) an earlier day than that of the export cannot know the value. Those
        that would give the outcome away are withheld, of every deal alike, since a gap only where a deal was lost would
        give it away too; the owner stays, and :attr:`as_exported` marks it.

        Adding later changes never alters an earlier ``as_of``; ``deal.as_of(a).as_of(b) == deal.as_of(min(a, b))``.

        Examples
        --------
        >>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="lead")])
        >>> deal.as_of(date(2026, 8, 31)) is None
        True
        """
        check_date(day, ("day",))
        last = self.history[-1].on
        # Days are in order, so that after the last of them, the usual question, there is nothing to forget.
        known = self.history if last is None or last <= day else tuple(self._until(day))
        if not known:
            return None
        if self.exported is not None and day < self.exported:
            withheld = TELLTALE_FIELDS.intersection(self.as_exported)
            known = tuple(_without(known, withheld)) if withheld else known
        return self if known == self.history else attrs.evolve(self, history=known)

    def _until(self, day: date) -> Iterator[Change]:
        return (change for change in self.history if change.on is None or change.on <= day)


def _collapsed(changes: Iterable[Change]) -> Iterator[Change]:
    """Drop the stage where it is named again, and what then changes nothing."""
    stage = None
    for change in changes:
        if not isinstance(change, Change) or change.stage is None or change.stage != stage:
            yield change
        elif changes_more(change):
            yield attrs.evolve(change, stage=None)
        stage = getattr(change, "stage", None) or stage


def _without(changes: Iterable[Change], fields: Collection[str]) -> Iterator[Change]:
    """Blank the fields, and drop what then changes nothing."""
    blank: dict[str, Any] = dict.fromkeys(fields)
    for change in changes:
        if change.stage is not None or changes_more(change, but=fields):
            yield attrs.evolve(change, **blank)
