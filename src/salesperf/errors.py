"""Everything that can go wrong, under one class.

A message is written in lower case: where it happened, what was expected, the value that stood there, and, last, a
hint. It shows what looks like an id, small numbers and days; all else, and with it names of several words or in other
letters, telephone numbers and addresses, is told by its type and length.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from numbers import Integral, Real
from types import MappingProxyType
from typing import Final, Self, TypeVar

__all__ = [
    "SHOWN",
    "TEMPLATES",
    "IllegalTransitionError",
    "InfeasibleError",
    "InvalidInputError",
    "InvalidValueError",
    "MissingExtraError",
    "NotAdditiveError",
    "Phrase",
    "SalesperfError",
    "UnitMismatchError",
    "UnknownNameError",
    "show",
]

TEMPLATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "allocated_to_itself": "expected owners other than the target's own, got {value} among them"
        " (hint: to divide over time, use split)",
        "amount_digits": "expected at most {digits} digits after the point for {unit}, got {value}"
        " (hint: round it first, or use a unit with more digits)",
        "amount_float": "expected an int, str or Decimal and no float, got {value}"
        ' (hint: write it as text, such as Amount.of("12.34", CNY), so that no digit is guessed)',
        "amount_not_a_number": "expected a decimal number such as 1234.50, got {value}"
        " (hint: no thousands separators, no currency signs)",
        "amount_overflow": "expected an amount whose minor units fit a 64-bit integer, got {value}"
        " (hint: a unit with fewer digits reaches further)",
        "basis_no_mapping": "expected a mapping of owner to weight, got {value}"
        " (hint: allocation.equal(owners) gives each the same weight)",
        "beyond_int64": "expected a number between -2**63 and 2**63, got {value}",
        "breakdown_parts": "expected parts that fit the rule {rule}, got others",
        "calendar_conflict": "expected a day to be a holiday or an extra workday, got {value} as both",
        "calendar_no_workdays": "expected a weekend of at most six days, got {value}",
        "cell_too_long": "expected text of at most {limit} characters, got {value}",
        "change_empty": "expected at least one value that changes, got none",
        "changes_missing": "expected at least one row of the deal in changes.csv, got none for {value}"
        " (hint: its stage, amount, owner and whatever else changes stand there)",
        "choice": "expected one of {choices}, got {value}",
        "contact_of_one": "expected a customer or an opportunity to which the contact belongs, got neither or both",
        "customer_cycle": "expected a tree of customers, got a cycle through {value}",
        "date_is_datetime": "expected a date, got a datetime (hint: choose the time zone yourself and pass value.date())",
        "date_too_late": "expected a day before the last that a calendar can hold, got {value}",
        "days_reversed": "expected a last day on or after the first, got {first} and {last}",
        "decimal_scale": "expected a number with at most {digits} digits before and after the point, got {value}",
        "dimensions": "expected an array of one dimension, got {value}",
        "document_decoding": "expected UTF-8 text, got other bytes at position {position}",
        "duplicate_id": "expected an id that no other rep or team bears, got {value} again",
        "duplicate_target": "expected one target for owner, metric, period and scope, got another one for {value}",
        "empty": "expected text that is not empty and has no blanks at its ends, got {value}",
        "exit_criteria": "expected evidence of {missing} before a deal leaves {stage}, got none"
        " (hint: pass the keys of what is met as evidence)",
        "exported_missing": "expected the day of the export, since some fields are as exported, got None",
        "file_decoding": "expected UTF-8 text, got other bytes at position {position} (hint: save the file as 'CSV UTF-8')",
        "file_delimiter": "expected commas between the columns, got {value} (hint: save the file as 'CSV UTF-8')",
        "file_empty": "expected a header line with the columns {columns}, got an empty file",
        "file_too_large": "expected a file of at most {limit} MiB, got {size} MiB"
        " (hint: raise limit_bytes, or split the file by year)",
        "file_unreadable": "expected a file that can be read, got the system error {reason}",
        "file_unwritable": "expected a place that can be written to, got the system error {reason}",
        "folder_missing": "expected a folder that holds reps.csv, found no such folder or no such file in it",
        "folder_occupied": "expected a new folder, or one that holds nothing but files of this layout, got {value}",
        "history_begins": "expected the first change to name a stage, got none",
        "history_empty": "expected at least one change, got none",
        "history_order": "expected days in order, got {value} after {previous}"
        " (hint: sort the changes by day; within a day their order is the sequence)",
        "history_repeats": "expected another stage than the one in which the deal is, got {value} again"
        " (hint: repeats='collapse', of Opportunity.of and io.folder.read, drops such rows)",
        "history_undated": "expected a day, got none (hint: only the first change may lack it)",
        "infeasible_sum": "expected values whose sum is {total} up to rounding, got a sum that is off by {excess}",
        "interval_half": "expected both ends of the interval with a value, or neither",
        "interval_reversed": "expected low <= high, got {low} and {high}",
        "invalid_input": "faults in the input: {count}",
        "json_syntax": "expected JSON, got something else or the end of the text (hint: the path is line and column)",
        "length": "expected {expected} items, got {value}",
        "metric_conflict": "expected one definition of the metric {metric}, got another one",
        "missing_column": "expected a column {column}, got the columns {columns}",
        "missing_extra": "expected the package {package} to be installed (hint: pip install 'salesperf[{extra}]')",
        "missing_field": "expected a value, got none",
        "misspelt_column": "expected a known column, perhaps {known}, got {value}",
        "misspelt_field": "expected a known field, perhaps {known}, got {value}",
        "misspelt_file": "expected a known file, perhaps {known}, got {value}",
        "misspelt_owner": "expected the id of a rep or a team, perhaps {known}, got {value}",
        "more_than_all": "expected a part of the whole, got {value}, more than there is in all",
        "move_outside_service": "expected a move after the day of hire and before the day of leaving, got {value}",
        "name_taken": "expected a name that no column of the result bears, got {value}",
        "nested_too_deeply": "expected at most {limit} objects and arrays within each other, got more",
        "no_day": "expected actuals or deals, whose last day would be the day to look back from, got none (hint: pass --as-of)",
        "no_weights": "expected at least one weight to divide {total} by, got none",
        "not_a_count": "expected a count (a whole number, 0 or more), got {value}",
        "not_a_shape": "expected a number from 1e-4 to 1e12, got {value}",
        "not_additive": "expected a metric that adds up (a flow), got {metric}, a {accumulation}"
        " (hint: a ratio target is inherited, not divided)",
        "not_encodable": "expected text that UTF-8 can hold, got half a surrogate pair",
        "not_finite": "expected a finite number, got {value}",
        "not_numeric": "expected a number or a numpy array of numbers, got {value}"
        " (hint: make a list an array with numpy.array)",
        "not_positive": "expected a finite number above 0, got {value}",
        "not_recorded": "expected a metric that is recorded, and no ratio, got {metric}"
        " (hint: record {numerator} and {denominator}; the ratio follows)",
        "not_recorded_part": "expected a metric that is recorded, and no ratio, got {metric}",
        "not_unique": "expected each one once, got {value} again",
        "number_too_long": "expected a number of at most {limit} digits, got a longer one",
        "org_cycle": "expected a tree of teams, got a cycle through {value}",
        "out_of_range": "expected a number from {low} to {high}, got {value}",
        "overflow": "expected a sum that fits a 64-bit integer, got one beyond it",
        "period_beyond_time": "expected a period within 0001-01-01 and 9999-12-30, got one that reaches beyond, from {value}",
        "period_label": "expected a period such as 2026, 2026-H2, 2026-Q3, 2026-09, 2026-W38 or"
        " 2026-09-01..2026-09-30, got {value}",
        "period_label_fiscal": "expected a calendar for the fiscal label {value}"
        " (hint: pass the calendar whose fiscal year it names)",
        "period_overlap": "expected periods that do not overlap, got {value} beginning within the one before",
        "period_reversed": "expected a period that ends after it starts, got {start} and {end}"
        " (hint: the end is the first day after the period)",
        "process_kind": "expected from {low} to {high} stages of kind {kind}, got {value}",
        "process_mismatch": "expected a deal of the process {expected}, got one of {value}"
        " (hint: ask about each process by itself)",
        "process_missing": "expected one of the sales processes {choices}, got none"
        " (hint: a deal may leave it out only where there is exactly one process)",
        "process_order": "expected the kinds of stages in the order {choices}, got {value} too late",
        "process_without_stages": "expected stages in stages.csv, or one of the ready-made processes {choices}, got {value}",
        "profile_length": "expected {expected} weights for the grain {grain}, got {value}",
        "rate_float": "expected an int, Decimal or Fraction and no float, got {value}"
        ' (hint: write it as text, such as Decimal("0.075"))',
        "reason_missing": "expected a reason why there is no value, got none",
        "review_not_begun": "expected a day on or after the first of the period, {start}, got {value}"
        " (hint: nothing can be reviewed before it has begun)",
        "row_length": "expected {expected} fields, got {value}"
        " (hint: count the commas; a field that holds a comma stands in quotes)",
        "row_unreadable": "expected cells of at most {limit} characters whose quotes close"
        " (hint: a quote within quotes is written twice)",
        "schema_newer": "expected a document of version {known} or older, got version {value}"
        " (hint: install a newer salesperf)",
        "schema_unknown": "expected a document whose schema reads as {known}, got {value}",
        "tally_mismatch": "expected tallies with one {field}, got {left} and {right}"
        " (hint: count both parts by the same question)",
        "target_cycle": "expected a tree of targets, got a cycle through the one for {value}",
        "target_order": "expected floor, amount and stretch in the order of the metric's direction, got another order",
        "too_many_faults": "expected fewer than {limit} faults in a file (hint: the rows below have not been read)",
        "transition_earlier": "expected a day on or after the last change, {last}, got {value}",
        "transition_illegal": "expected one of {choices}, to which a deal may go from {stage}, got {value}"
        " (hint: advance enters open stages and after-sales service; win, lose, cancel and reopen enter the others)",
        "transition_reopen": "expected a decided deal and one of the open stages {choices}, got a deal in {stage}",
        "unhashable": "expected values that cannot change, got {value} (hint: use tuples and FrozenMap)",
        "unit_dimension": "expected an amount of dimension {expected} for the metric {metric}, got {value}",
        "unit_mismatch": "expected amounts in one unit, got {left} and {right} (hint: convert one of them first)",
        "unit_of_ratio": "expected no unit for the ratio {metric}, got {value} (hint: leave the cell empty)",
        "unknown_column": "expected a known column, got {value}",
        "unknown_customer": "expected the id of a customer, got {value}",
        "unknown_field": "expected a known field, got {value}",
        "unknown_file": "expected a file of this layout, got {value}",
        "unknown_language": "expected one of {choices}, got {value}",
        "unknown_metric": "expected a metric of metrics.csv or one of {choices}, got {value}",
        "unknown_opportunity": "expected the id of an opportunity, got {value}",
        "unknown_owner": "expected the id of a rep or a team, got {value}",
        "unknown_process": "expected one of the sales processes {choices}, got {value}",
        "unknown_rep": "expected the id of a rep, got {value}",
        "unknown_stage": "expected one of the stages {choices}, got {value}",
        "unknown_target": "expected the key of a target, got {value}",
        "unknown_team": "expected the id of a team, got {value}",
        "unordered_keys": "expected keys that cannot change and have an order among each other, got keys of type {value}",
        "unreadable_amount": "expected a decimal number such as 1234.50, got {value}"
        " (hint: no thousands separators, no currency signs)",
        "unreadable_date": "expected a date such as 2026-09-30, year first, got {value}",
        "unreadable_integer": "expected a whole number such as 21, got {value}",
        "unreadable_list": "expected words with semicolons between them, got {value}"
        " (hint: a word that holds a semicolon or a quote stands in quotes, and a quote within is written twice)",
        "unreadable_number": "expected a number such as 0.8, got {value}",
        "unreadable_unit": "expected a unit such as CNY, USD:4, count or box, got {value}"
        " (hint: a currency goes by its ISO 4217 code, so RMB is CNY; any other three capitals need digits, as in PCS:0)",
        "weights_all_zero": "expected at least one weight above 0, got only zeros",
        "weights_invalid": "expected weights that are finite and not negative, got {value}",
        "wrong_type": "expected {expected}, got {value}",
    },
)
"""Code of each error to its English text; other languages stand in the message catalogs."""

SHOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "datetime": "a datetime",
        "empty": "empty text",
        "integer": "an int of {count} digits",
        "integer_long": "an int of {count} digits or more",
        "items": "{items}",
        "nested": "a {kind} of {count} items",
        "nothing": "nothing",
        "number": "a {kind} of {count} or more digits",
        "text": "text of {count} characters",
        "type_text": "text",
        "value": "a value of type {kind}",
    },
)
"""Key of each phrase of :func:`show` to its English text; other languages stand in the message catalogs."""

_LONG: Final = 7
"""So many digits may be a telephone number."""
_MOST_DIGITS: Final = 40
_MOST_ITEMS: Final = 12
_MOST_FAULTS: Final = 50
_KEY: Final = re.compile(r"[\w.:/#-]{1,40}\Z", re.ASCII)
_DATES: Final = re.compile(r"(19|20)\d\d([-/.])\d{1,2}\2\d{1,2}(\.\.(19|20)\d\d-\d\d-\d\d)?\Z", re.ASCII)


class Phrase(str):
    """What stands for a value that is not shown: English text that another language can word anew.

    Attributes
    ----------
    key : str
        A key of :data:`SHOWN`.
    arguments : Mapping of str to object
        What its text names.

    Examples
    --------
    >>> phrase = show("Ada Lovelace")
    >>> phrase, phrase.key, dict(phrase.arguments)
    ('text of 12 characters', 'text', {'count': 12})
    """

    __slots__ = ("arguments", "key")

    key: str
    arguments: Mapping[str, object]

    def __new__(cls, key: str, /, **arguments: object) -> Self:
        """Write the English text."""
        shown = {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in arguments.items()}
        phrase = super().__new__(cls, SHOWN[key].format_map(shown))
        phrase.key = key
        phrase.arguments = MappingProxyType(arguments)
        return phrase

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content."""
        return _rebuild_phrase, (self.key, dict(self.arguments))


def _rebuild_phrase(key: str, arguments: Mapping[str, object]) -> Phrase:
    return Phrase(key, **arguments)


def show(value: object) -> str:
    """Write a value for a message so that it holds no more of anybody than an id does.

    Parameters
    ----------
    value
        Anything.

    Returns
    -------
    str
        Short identifiers, small numbers and dates as they are; all else by type and length, as a :class:`Phrase`. A phrase
        stays as it is, so that whoever knows better can tell by type and length what looks like an id.

    Notes
    -----
    An identifier is one word in ASCII of at most 40 characters with fewer than seven digits. A word in other letters counts
    as free text, since two Chinese characters may be a region or somebody's full name and nothing tells them apart. What it
    cannot know is that a single word, such as ``zhangwei``, is a name: let ids be no personal data.

    Examples
    --------
    >>> show("east"), show(42), show("Ada Lovelace"), show("+86 138 0013 8000"), show("张伟")
    ("'east'", '42', 'text of 12 characters', 'text of 17 characters', 'text of 2 characters')
    >>> show(13800138000)
    'an int of 11 digits'
    """
    if isinstance(value, tuple | list | set | frozenset):
        return _show_items(value)
    return _show_one(value)


def _show_items(values: Collection[object]) -> str:
    shown = [_show_one(value) for value in islice(values, _MOST_ITEMS)]
    if isinstance(values, set | frozenset):
        shown.sort()
    more = ["..."] if len(values) > _MOST_ITEMS else []
    return Phrase("items", items=(*shown, *more)) if shown else Phrase("nothing")


def _show_one(value: object) -> str:  # noqa: PLR0911 - one return a kind of value reads best
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, type):
        return Phrase("type_text") if value is str else value.__name__
    if isinstance(value, Phrase):
        return value
    if isinstance(value, str):
        return _show_text(value)
    if isinstance(value, Integral):
        return _show_integer(int(value))
    if isinstance(value, Real | Decimal):
        return _show_fractional(value)
    if isinstance(value, datetime):
        return Phrase("datetime")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list | set | frozenset):
        return Phrase("nested", kind=type(value).__name__, count=len(value))
    return Phrase("value", kind=type(value).__name__)


def _show_text(value: str) -> str:
    if not value:
        return Phrase("empty")
    digits = sum(character.isdigit() for character in value)
    if _DATES.match(value) or (_KEY.match(value) and digits < _LONG):
        return str.__repr__(value)
    return Phrase("text", count=len(value))


def _show_integer(value: int) -> str:
    if abs(value) >= 10**_MOST_DIGITS:
        return Phrase("integer_long", count=_MOST_DIGITS)
    digits = len(str(abs(value)))
    return str(value) if digits < _LONG else Phrase("integer", count=digits)


def _show_fractional(value: Real | Decimal) -> str:
    if isinstance(value, Fraction):
        text = str(value) if max(abs(value.numerator), value.denominator) < 10**_LONG else ""
    else:
        text = str(value) if isinstance(value, Decimal) else repr(float(value))
    # A fraction below 1 is a rate with many digits, not a number that reaches somebody.
    is_short = text.startswith(("0.", "-0.")) or sum(character.isdigit() for character in text) < _LONG
    return text if text and is_short else Phrase("number", kind=type(value).__name__, count=_LONG)


def _step(step: object) -> str | int:
    """Make a step of a path safe: a position stays, and so does a name that could stand in a message."""
    if isinstance(step, Integral):
        return int(step)
    shown = show(step)
    return step if isinstance(step, str) and not isinstance(shown, Phrase) else shown


def _where(path: Sequence[str | int]) -> str:
    text = ""
    after_number = False
    for step in path:
        separator = ":" if isinstance(step, int) or after_number else "."
        text += f"{separator if text else ''}{step}"
        after_number = isinstance(step, int)
    return f"{text}: " if text else ""


class SalesperfError(Exception):
    """Whatever salesperf raises: one ``except SalesperfError`` suffices.

    Parameters
    ----------
    code
        The key of the text in :data:`TEMPLATES`; stable, for programs and for translation.
    path
        Where it happened, outermost first: ``("targets.csv", 17, "amount")``.
    **params
        What the text names; each is made safe by :func:`show` before it is kept.

    Attributes
    ----------
    code : str
    path : tuple of str or int
    params : Mapping of str to str
        Ready to show, in any language: each has passed through :func:`show`.
    """

    code: str
    path: tuple[str | int, ...]
    params: Mapping[str, str]

    def __init__(self, code: str, /, *, path: Iterable[str | int] = (), **params: object) -> None:
        super().__init__()
        self._keep(code, tuple(map(_step, path)), {name: show(value) for name, value in params.items()})

    def _keep(self, code: str, path: tuple[str | int, ...], params: Mapping[str, str]) -> None:
        self.code = code
        self.path = path
        self.params = MappingProxyType(dict(params))
        self.args = (SalesperfError.__str__(self),)

    @property
    def where(self) -> str:
        """The path as text, with a colon after it; empty where there is none."""
        return _where(self.path)

    def __str__(self) -> str:
        """Return the English message."""
        return self.where + TEMPLATES.get(self.code, self.code).format_map(self.params)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content: what is kept is already shown, and must not be shown twice."""
        return _restore, (type(self), self.code, self.path, dict(self.params))

    def within(self, *path: str | int) -> Self:
        """Return the same error, seen from further out.

        Parameters
        ----------
        *path
            The steps that lead to where this error's own path begins.

        Examples
        --------
        >>> str(InvalidValueError("not_finite", path=("fte",), value=1.5).within("reps.csv", 4))
        'reps.csv:4:fte: expected a finite number, got 1.5'
        """
        return _restore(type(self), self.code, (*map(_step, path), *self.path), self.params)

    def at(self, *path: str | int) -> Self:
        """Return the same error with another path."""
        return _restore(type(self), self.code, tuple(map(_step, path)), self.params)


_ErrorT = TypeVar("_ErrorT", bound=SalesperfError)


def _restore(kind: type[_ErrorT], code: str, path: tuple[str | int, ...], params: Mapping[str, str]) -> _ErrorT:
    error = kind.__new__(kind)
    error._keep(code, path, params)  # noqa: SLF001 - the second constructor of the class above
    return error


class InvalidValueError(SalesperfError, ValueError):
    """A value is malformed, wherever it would stand."""


class IllegalTransitionError(SalesperfError, ValueError):
    """A well-formed step that is not allowed from here."""


class UnitMismatchError(SalesperfError, ValueError):
    """Amounts in unlike units were to be added, compared or divided."""


class NotAdditiveError(SalesperfError, ValueError):
    """Something that does not add up was to be added or divided."""


class InfeasibleError(SalesperfError, ValueError):
    """No answer satisfies all constraints."""


class UnknownNameError(SalesperfError, LookupError):
    """A name that nothing bears."""


class MissingExtraError(SalesperfError, ImportError):  # type: ignore[misc] # our path replaces the file path of ImportError
    """An optional package is not installed."""

    def __init__(self, code: str, /, *, path: Iterable[str | int] = (), **params: object) -> None:
        super().__init__(code, path=path, **params)
        # The names are ours, and the hint is to be copied: without the quotes of a value.
        self._keep(code, self.path, {name: shown.strip("'") for name, shown in self.params.items()})


class InvalidInputError(SalesperfError, ExceptionGroup[SalesperfError]):
    """Many faults of one input, reported together; also an :class:`ExceptionGroup`.

    Parameters
    ----------
    faults
        The errors, at least one.

    Examples
    --------
    >>> fault = InvalidValueError("not_finite", path=("reps.csv", 4, "fte"), value=float("inf"))
    >>> print(InvalidInputError([fault]))
    faults in the input: 1
    - reps.csv:4:fte: expected a finite number, got inf
    """

    def __new__(cls, faults: Sequence[SalesperfError]) -> Self:
        """Make the group."""
        return super().__new__(cls, "faults in the input", faults)

    def __init__(self, faults: Sequence[SalesperfError]) -> None:
        self._keep("invalid_input", (), {"count": str(len(faults))})

    def __str__(self) -> str:
        """Return all messages, a line each; a very long list is cut with the number of the rest."""
        lines = [super().__str__(), *(f"- {fault}" for fault in self.exceptions[:_MOST_FAULTS])]
        if len(self.exceptions) > _MOST_FAULTS:
            lines.append(f"- and {len(self.exceptions) - _MOST_FAULTS} more")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content."""
        return type(self), (self.exceptions,)

    def derive(self, excs: Sequence[SalesperfError], /) -> Self:  # type: ignore[override] # a group of ours holds errors of ours
        """Return a group of the same class, for ``split`` and ``except*``."""
        return type(self)(excs)

    def within(self, *path: str | int) -> Self:
        """Return the same group with each fault seen from further out."""
        return self.derive([fault.within(*path) for fault in self.exceptions])  # type: ignore[union-attr] # ours only

    def at(self, *path: str | int) -> Self:
        """Return the same group with each fault at another path: the group itself has none."""
        return self.derive([fault.at(*path) for fault in self.exceptions])  # type: ignore[union-attr] # ours only
