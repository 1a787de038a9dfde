"""Laws as callables: each says with an ``AssertionError`` what is wrong, and is silent where nothing is."""

import copy
import datetime  # noqa: ICN001 - by this name repr writes a date
import math
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, Protocol, Self, TypeVar

import attrs

import salesperf
from salesperf import (
    Amount,
    Breakdown,
    IllegalTransitionError,
    Lead,
    Opportunity,
    Period,
    Records,
    SalesperfError,
    SalesProcess,
    Stage,
)
from salesperf.model.change import TELLTALE_FIELDS

__all__ = [
    "assert_as_of_forgets",
    "assert_breakdowns_hold",
    "assert_deal_forgets",
    "assert_lead_forgets",
    "assert_monoid",
    "assert_moves_are_allowed",
    "assert_no_personal_data",
    "assert_parts_sum_to_total",
    "assert_tiles",
    "assert_value",
]

_ONE_DAY: Final = datetime.timedelta(days=1)
_LONG_AGO: Final = datetime.date(2000, 1, 1)
_LONG: Final = 7
"""So many digits may be a telephone number."""
_TELLING: Final = 8
"""So many digits at its end say whose."""


class Addable(Protocol):
    """Whatever merges with its like: an amount, a tally."""

    def __add__(self, other: Self, /) -> Self:
        """Merge."""


AddableT = TypeVar("AddableT", bound=Addable)


def _require(holds: bool, message: str) -> None:  # noqa: FBT001 - the condition is the point, as in assert
    if not holds:
        raise AssertionError(message)


def assert_value(noun: object, *, personal: bool = False, names: Mapping[str, object] | None = None) -> None:
    """Assert that a noun is a value: it cannot change, and equals every copy of itself, with the same hash.

    Parameters
    ----------
    noun
        Any noun, of ours or of yours: copied, deep-copied, pickled and built anew from its fields.
    personal
        Whether it has personal fields, which ``repr`` hides; otherwise ``repr`` must rebuild it too.
    names
        What your ``repr`` names beside our nouns, ``Decimal``, ``Fraction``, ``datetime`` and ``inf``.

    Raises
    ------
    AssertionError
        If a copy differs, or the noun lets itself be changed.

    Examples
    --------
    >>> assert_value(Period.year(2026))
    >>> assert_value([1, 2])
    Traceback (most recent call last):
        ...
    AssertionError: list: has no hash
    """
    kind = type(noun).__name__
    try:
        expected = hash(noun)
    except TypeError:
        raise AssertionError(f"{kind}: has no hash") from None  # noqa: EM102, TRY003 - a law's own text
    for made, other in _copies(noun, {} if names is None else names, personal=personal):
        _require(type(other) is type(noun) and other == noun, f"{kind}: {made} differs")
        _require(hash(other) == expected, f"{kind}: {made} has another hash")
    made_by_attrs = type(noun)
    for field in attrs.fields(made_by_attrs) if attrs.has(made_by_attrs) else ():
        _require(not _can_set(noun, field.name), f"{kind}: {field.name} can be changed")


def _copies(noun: object, names: Mapping[str, object], *, personal: bool) -> Iterator[tuple[str, object]]:
    yield "a copy", copy.copy(noun)
    yield "a deep copy", copy.deepcopy(noun)
    yield "what was pickled", pickle.loads(pickle.dumps(noun))  # noqa: S301 - our own bytes
    yield "what its fields make", _rebuilt(noun)
    if not personal:
        nouns = {name: getattr(salesperf, name) for name in salesperf.__all__ if name[0].isupper()}
        standard = {"datetime": datetime, "Decimal": Decimal, "Fraction": Fraction, "inf": math.inf}
        yield "what its repr makes", eval(repr(noun), {**nouns, **standard, **names})  # noqa: S307 - the law is about repr


def _rebuilt(noun: Any) -> object:  # noqa: ANN401 - whatever a noun may be
    if isinstance(noun, Mapping):
        return type(noun)(dict(noun))  # type: ignore[call-arg] # a mapping of ours is made from a mapping
    if isinstance(noun, tuple):
        return type(noun)(*noun)
    return attrs.evolve(noun)


def _can_set(noun: object, name: str) -> bool:
    try:
        setattr(noun, name, getattr(noun, name))
    except AttributeError:
        return False
    return True


def assert_monoid(a: AddableT, b: AddableT, c: AddableT, empty: AddableT) -> None:
    """Assert that three things merge in any order and grouping, and that merging nothing changes nothing.

    Parameters
    ----------
    a, b, c
        Any three of one kind.
    empty
        What merging with changes nothing.

    Raises
    ------
    AssertionError
        If one of the laws fails.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> assert_monoid(*(Amount.of(number, COUNT) for number in (3, 1, 2)), Amount.zero(COUNT))
    """
    _require(a + b == b + a, "the order matters: a + b differs from b + a")
    _require((a + b) + c == a + (b + c), "the grouping matters: (a + b) + c differs from a + (b + c)")
    _require(a + empty == a == empty + a, "the empty one changes what it is merged with")


def assert_parts_sum_to_total(parts: Iterable[Amount], total: Amount) -> None:
    """Assert that parts sum to their total, to the smallest unit.

    Parameters
    ----------
    parts
        The amounts into which it was divided.
    total
        What was divided.

    Raises
    ------
    AssertionError
        If they do not, or are in another unit.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> assert_parts_sum_to_total([Amount.of(1, COUNT)], Amount.of(2, COUNT))
    Traceback (most recent call last):
        ...
    AssertionError: the parts sum to 1, not to 2
    """
    try:
        together = Amount.total(parts, total.unit)
    except SalesperfError as error:
        raise AssertionError(str(error)) from error
    _require(together == total, f"the parts sum to {together}, not to {total}")


def assert_tiles(parts: Sequence[Period], whole: Period) -> None:
    """Assert that periods lie end to end, in order, from the start of a whole to its end.

    Parameters
    ----------
    parts
        The periods.
    whole
        What they were cut from.

    Raises
    ------
    AssertionError
        If there is a gap or an overlap, or an end differs.

    Examples
    --------
    >>> assert_tiles(Period.year(2026).split("month"), Period.year(2026))
    """
    _require(bool(parts), f"there are no parts of {whole}")
    _require(parts[0].start == whole.start, f"the first part, {parts[0]}, does not begin with {whole}")
    _require(parts[-1].end == whole.end, f"the last part, {parts[-1]}, does not end with {whole}")
    for earlier, later in pairwise(parts):
        _require(earlier.end == later.start, f"{later} does not begin where {earlier} ends")


def assert_breakdowns_hold(result: object) -> None:
    """Assert that a result carries a breakdown, and that every node of it recomputes.

    Parameters
    ----------
    result
        A breakdown, a result with ``breakdown``, or a tuple or list of either.

    Raises
    ------
    AssertionError
        If there is none, or a node does not hold; the text leads to the node and gives both values.

    Examples
    --------
    >>> from salesperf import Message, Sum
    >>> part = Breakdown(label=Message("East"), value=2)
    >>> assert_breakdowns_hold(Breakdown(label=Message("Total"), value=3, rule=Sum(), parts=[part]))
    Traceback (most recent call last):
        ...
    AssertionError: Total: 3 is stated, rule.sum gives 2
    """
    trees = list(_breakdowns(result))
    _require(bool(trees), f"{type(result).__name__}: carries no breakdown")
    for tree in trees:
        for path, node in _nodes(tree):
            _require(node.holds_itself(), f"{path}: {node.value} is stated, {node.rule.key} gives {_recomputed(node)}")


def _breakdowns(result: object) -> Iterator[Breakdown]:
    if isinstance(result, tuple | list):
        for each in result:
            yield from _breakdowns(each)
    tree = result if isinstance(result, Breakdown) else getattr(result, "breakdown", None)
    if isinstance(tree, Breakdown):
        yield tree


def _nodes(tree: Breakdown, above: str = "") -> Iterator[tuple[str, Breakdown]]:
    path = f"{above} > {tree.label.text()}" if above else tree.label.text()
    yield path, tree
    for part in tree.parts:
        yield from _nodes(part, path)


def _recomputed(node: Breakdown) -> object:
    try:
        return node.rule(node)
    except (SalesperfError, OverflowError) as error:
        return error


def assert_as_of_forgets(records: Records, a: datetime.date, b: datetime.date) -> None:
    """Assert that records as of a day know nothing later, and that forgetting twice is forgetting to the earlier day.

    Parameters
    ----------
    records
        Any records.
    a, b
        Any two days.

    Raises
    ------
    AssertionError
        If something later is known, or the order of the two days matters.

    Examples
    --------
    >>> from salesperf import Org, Rep
    >>> hired = Records(org=Org(reps=[Rep(id="r1", hired=datetime.date(2026, 3, 2))]))
    >>> assert_as_of_forgets(hired, datetime.date(2026, 1, 31), datetime.date(2026, 6, 30))
    """
    known = records.as_of(a)
    later = [name for name, on in _dated_facts(known) if on is not None and on > a]
    _require(not later, f"known as of {a} is what is later: {', '.join(sorted(set(later)))}")
    together = records.as_of(min(a, b))
    _require(known.as_of(b) == together, f"as of {a} and then of {b} differs from as of {min(a, b)}")


def _dated_facts(records: Records) -> Iterator[tuple[str, datetime.date | None]]:
    yield from (("an actual", actual.on) for actual in records.actuals)
    yield from (("a target", target.agreed) for target in records.targets)
    yield from (("a move", move.on) for move in records.org.moves)
    yield from (("a finding", finding.on) for finding in records.findings)
    yield from (("a change of a deal", change.on) for deal in records.opportunities for change in deal.history)
    yield from (("a change of a lead", change.on) for lead in records.leads for change in lead.history)
    yield from (("a touch", touch.on) for lead in records.leads for touch in lead.touches)
    for rep in records.org.reps:
        yield "a hire", rep.hired
        yield "a departure", rep.left
        yield from (("an absence", absence.start) for absence in rep.absences)


def assert_deal_forgets(opportunity: Opportunity, a: datetime.date, b: datetime.date) -> None:
    """Assert that a deal as of a day knows nothing later, and that forgetting twice is forgetting to the earlier day.

    Parameters
    ----------
    opportunity
        Any deal, with a history of all fields or without.
    a, b
        Any two days.

    Raises
    ------
    AssertionError
        If something later is known, a value is known that the day before its export could not know, or the order of the two
        days matters.

    Examples
    --------
    >>> from salesperf import Change
    >>> deal = Opportunity(id="o1", history=[Change(datetime.date(2026, 3, 2), stage="lead")])
    >>> assert_deal_forgets(deal, datetime.date(2026, 1, 31), datetime.date(2026, 6, 30))
    """
    known = opportunity.as_of(a)
    if known is not None:
        later = [change.on for change in known.history if change.on is not None and change.on > a]
        _require(not later, f"known as of {a} is a change of {', '.join(map(str, later))}")
        if known.exported is not None and a < known.exported:
            leaked = [name for name in known.as_exported if name in TELLTALE_FIELDS and getattr(known, name) is not None]
            _require(not leaked, f"known as of {a} is what was exported on {known.exported}: {', '.join(leaked)}")
    twice = None if known is None else known.as_of(b)
    _require(twice == opportunity.as_of(min(a, b)), f"as of {a} and then of {b} differs from as of {min(a, b)}")


def assert_lead_forgets(lead: Lead, a: datetime.date, b: datetime.date) -> None:
    """Assert that a lead as of a day knows nothing later, and that forgetting twice is forgetting to the earlier day.

    Parameters
    ----------
    lead
        Any lead.
    a, b
        Any two days.

    Raises
    ------
    AssertionError
        If something later is known, or the order of the two days matters.

    Examples
    --------
    >>> from salesperf import LeadChange
    >>> lead = Lead(id="l1", history=[LeadChange(datetime.date(2026, 3, 2), status="new")])
    >>> assert_lead_forgets(lead, datetime.date(2026, 1, 31), datetime.date(2026, 6, 30))
    """
    known = lead.as_of(a)
    if known is not None:
        days = [*(change.on for change in known.history), *(touch.on for touch in known.touches)]
        later = [day for day in days if day is not None and day > a]
        _require(not later, f"known as of {a} is what is of {', '.join(map(str, later))}")
    twice = None if known is None else known.as_of(b)
    _require(twice == lead.as_of(min(a, b)), f"as of {a} and then of {b} differs from as of {min(a, b)}")


def assert_moves_are_allowed(process: SalesProcess, opportunity: Opportunity) -> None:
    """Assert that a deal can enter the stages that its process allows, each by its own verb, and no others.

    Parameters
    ----------
    process
        Any process.
    opportunity
        A deal of it. It is moved on the day after its last change, with evidence of every exit criterion.

    Raises
    ------
    AssertionError
        If an allowed stage cannot be entered, another can, or looking back from after a move finds another deal than before.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> deal = Opportunity(id="o1", history=[Change(datetime.date(2026, 3, 2), stage="lead")])
    >>> assert_moves_are_allowed(STANDARD_PROCESSES["basic"], deal)
    """
    before = opportunity.last_change or _LONG_AGO
    allowed = process.allowed(opportunity)
    for stage in process.stages:
        try:
            moved = _entered(process, opportunity, stage, before + _ONE_DAY)
        except IllegalTransitionError:
            _require(stage.key not in allowed, f"{stage.key} is allowed and cannot be entered")
            continue
        _require(stage.key in allowed, f"{stage.key} is not allowed and can be entered")
        _require(moved.stage == stage.key, f"whoever enters {stage.key} is in {moved.stage}")
        _require(moved.as_of(before) == opportunity.as_of(before), f"entering {stage.key} alters what was known before")


def _entered(process: SalesProcess, opportunity: Opportunity, stage: Stage, on: datetime.date) -> Opportunity:
    """Enter a stage by the verb that leads there."""
    evidence = [key for each in process.stages for key in each.exit_criteria]
    if stage.kind == "won":
        return process.win(opportunity, on=on, evidence=evidence)
    if stage.kind == "lost":
        return process.lose(opportunity, on=on, reason="reason")
    if stage.kind == "cancelled":
        return process.cancel(opportunity, on=on)
    if stage.is_open and not process.stage_of(opportunity).is_open:
        return process.reopen(opportunity, on=on, to=stage.key)
    return process.advance(opportunity, stage.key, on=on, evidence=evidence)


def assert_no_personal_data(shown: object, secrets: Iterable[str]) -> None:
    """Assert that an error, or the ``repr`` of anything else, shows none of some secrets.

    Parameters
    ----------
    shown
        An error: its text, ``repr``, params, path and notes, those of the errors grouped in it and of those that a traceback
        would print with it. Anything else: its ``repr`` and its text.
    secrets
        What may not be seen; a telephone number is found in other spellings too.

    Raises
    ------
    AssertionError
        If one is seen.

    Examples
    --------
    >>> from salesperf import InvalidValueError, Rep
    >>> assert_no_personal_data(Rep(id="r1", name="Ada Lovelace"), ["Ada Lovelace"])
    >>> assert_no_personal_data(ValueError("no day: 138 0013 8000"), ["13800138000"])
    Traceback (most recent call last):
        ...
    AssertionError: ValueError shows personal data: no day: 138 0013 8000
    """
    texts = list(_texts_of_error(shown)) if isinstance(shown, BaseException) else [repr(shown), str(shown)]
    for secret in secrets:
        for text in texts:
            _require(not _holds(text, secret), f"{type(shown).__name__} shows personal data: {text}")


def _holds(text: str, secret: str) -> bool:
    digits = _digits(secret)
    # The last digits reach somebody whether or not the code of the country stands before them.
    return secret in text or (len(digits) >= _LONG and digits[-_TELLING:] in _digits(text))


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _texts_of_error(error: BaseException) -> Iterator[str]:
    yield str(error)
    yield repr(error)
    yield from getattr(error, "__notes__", ())
    if isinstance(error, SalesperfError):
        yield from error.params.values()
        yield from map(str, error.path)
    for other in (*getattr(error, "exceptions", ()), error.__cause__):
        if isinstance(other, BaseException):
            yield from _texts_of_error(other)
    if error.__context__ is not None and not error.__suppress_context__:
        yield from _texts_of_error(error.__context__)
