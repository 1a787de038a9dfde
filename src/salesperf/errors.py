"""Everything that can go wrong, under one class.

A message is written in lower case: where it happened, what was expected, the value that stood there, and, last, a
hint. No message shows personal data: whatever might be a name, a phone number or an address is told by its type and
length.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Self, TypeVar

__all__ = [
    "TEMPLATES",
    "IllegalTransitionError",
    "InfeasibleError",
    "InvalidInputError",
    "InvalidValueError",
    "MissingExtraError",
    "NotAdditiveError",
    "SalesperfError",
    "UnitMismatchError",
    "UnknownNameError",
    "show",
]

TEMPLATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "amount_digits": "expected at most {digits} digits after the point for {unit}, got {value}"
        " (hint: round it first, or use a unit with more digits)",
        "amount_float": "expected an int, str or Decimal, got the float {value}"
        ' (hint: write it as text, such as Amount.of("12.34", CNY), so that no digit is guessed)',
        "amount_not_a_number": "expected a decimal number such as 1234.50, got {value}"
        " (hint: no thousands separators, no currency signs)",
        "amount_overflow": "expected an amount whose minor units fit a 64-bit integer, got {value}"
        " (hint: a unit with fewer digits reaches further)",
        "beyond_int64": "expected a number between -2**63 and 2**63, got {value}",
        "calendar_conflict": "expected a day to be a holiday or an extra workday, got {value} as both",
        "calendar_no_workdays": "expected a weekend of at most six days, got {value}",
        "choice": "expected one of {choices}, got {value}",
        "date_is_datetime": "expected a date, got a datetime (hint: choose the time zone yourself and pass value.date())",
        "duplicate_id": "expected an id that no other rep or team bears, got {value} again",
        "duplicate_target": "expected one target for owner, metric, period and scope, got another one for {value}",
        "dimensions": "expected an array of one dimension, got {value}",
        "empty": "expected text that is not empty and has no blanks at its ends, got {value}",
        "file_decoding": "expected UTF-8 text, got other bytes at position {position} (hint: save the file as 'CSV UTF-8')",
        "file_empty": "expected a header line with the columns {columns}, got an empty file",
        "file_too_large": "expected at most {limit} bytes, got {size} (hint: raise limit_bytes, or split the file by year)",
        "file_unreadable": "expected a file that can be read, got the system error {reason}",
        "folder_missing": "expected a folder that holds reps.csv, found none",
        "infeasible_sum": "expected values whose sum is {total} up to rounding, got a sum that is off by {excess}",
        "interval_half": "expected both ends of the interval with a value, or neither",
        "interval_reversed": "expected low <= high, got {low} and {high}",
        "invalid_input": "{count} faults in the input",
        "length": "expected {expected} items, got {value}",
        "missing_column": "expected a column {column}, got the columns {columns}",
        "missing_extra": "expected the package {package} to be installed (hint: pip install 'salesperf[{extra}]')",
        "move_outside_service": "expected a move after the day of hire and before the day of leaving, got {value}",
        "no_weights": "expected at least one weight to divide {total} by, got none",
        "not_additive": "expected a metric that adds up (a flow), got {metric}, a {accumulation}"
        " (hint: a ratio target is inherited, not divided)",
        "not_finite": "expected a finite number, got {value}",
        "not_recorded": "expected a metric that is recorded, got the ratio {metric}"
        " (hint: record {numerator} and {denominator}; the ratio follows)",
        "not_recorded_part": "expected a metric that is recorded, got the ratio {metric}",
        "not_unique": "expected each one once, got {value} again",
        "org_cycle": "expected a tree of teams, got a cycle through {value}",
        "out_of_range": "expected a number from {low} to {high}, got {value}",
        "overflow": "expected a sum that fits a 64-bit integer, got one beyond it",
        "period_label": "expected a period such as 2026, 2026-H2, 2026-Q3, 2026-09, 2026-W38 or"
        " 2026-09-01..2026-09-30, got {value}",
        "period_label_fiscal": "expected a calendar for the fiscal label {value}"
        " (hint: pass the calendar whose fiscal year it names)",
        "period_outside": "expected a day within {period}, got {value}",
        "period_overlap": "expected periods that do not overlap, got {value} beginning within the one before",
        "period_reversed": "expected a period that ends after it starts, got {start} and {end}"
        " (hint: the end is the first day after the period)",
        "profile_length": "expected {expected} weights for the grain {grain}, got {value}",
        "rate_float": "expected an int, Decimal or Fraction, got the float {value}"
        ' (hint: write it as text, such as Decimal("0.075"))',
        "reason_missing": "expected a reason why there is no value, got none",
        "row_length": "expected {expected} fields, got {value}",
        "target_order": "expected floor, amount and stretch in the order of the metric's direction, got another order",
        "unhashable": "expected values that cannot change, got {value} (hint: use tuples and FrozenMap)",
        "unit_dimension": "expected an amount of dimension {expected} for the metric {metric}, got {value}",
        "unit_mismatch": "expected amounts in one unit, got {left} and {right} (hint: convert one of them first)",
        "unknown_column": "expected a known column, got {value}",
        "unknown_grain": "expected one of {choices}, got {value}",
        "unknown_language": "expected one of {choices}, got {value}",
        "unknown_metric": "expected a metric of metrics.csv or one of {choices}, got {value}",
        "unknown_owner": "expected the id of a rep or a team, got {value}",
        "unknown_rep": "expected the id of a rep, got {value}",
        "unknown_target": "expected the key of a target, got {value}",
        "unknown_team": "expected the id of a team, got {value}",
        "unreadable_amount": "expected a decimal number such as 1234.50, got {value}"
        " (hint: no thousands separators, no currency signs)",
        "unreadable_date": "expected a date such as 2026-09-30, got {value}",
        "unreadable_number": "expected a number such as 0.8, got {value}",
        "unreadable_unit": "expected a unit such as CNY, USD:4, count or box, got {value}",
        "weights_all_zero": "expected at least one weight above 0, got only zeros",
        "weights_invalid": "expected weights that are finite and not negative, got {value}",
        "wrong_type": "expected {expected}, got {value}",
    },
)
"""Code of each error to its English text; other languages stand in the message catalogs."""

_LONG = 7
_KEY = re.compile(r"[\w.:/#-]{1,40}\Z")
_DATES = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}(\.\.\d{4}-\d{2}-\d{2})?\Z")
_MOST_SHOWN = 12
_MOST_LISTED = 50


def show(value: object) -> str:  # noqa: PLR0911 - one return a kind of value reads best
    """Write a value for a message so that it can hold no personal data.

    Parameters
    ----------
    value
        Anything.

    Returns
    -------
    str
        Short identifiers, small numbers and dates as they are; all else by type and length.

    Examples
    --------
    >>> show("east"), show(42), show("Ada Lovelace"), show("+86 138 0013 8000")
    ("'east'", '42', 'text of 12 characters', 'text of 17 characters')
    >>> show(13800138000)
    'an int of 11 digits'
    """
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, type):
        return "text" if value is str else value.__name__
    if isinstance(value, str):
        digits = sum(character.isdigit() for character in value)
        if _DATES.match(value) or (_KEY.match(value) and digits < _LONG):
            return repr(value)
        return f"text of {len(value)} characters"
    if isinstance(value, int):
        digits = len(str(abs(value))) if abs(value) < 10**40 else 40
        return str(value) if digits < _LONG else f"an int of {digits}{'' if digits < 40 else ' or more'} digits"  # noqa: PLR2004
    if isinstance(value, float | Decimal | Fraction):
        return _show_fractional(value)
    if isinstance(value, datetime):
        return "a datetime"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list | set | frozenset):
        items = [show(item) for item in value]
        more = [] if len(items) <= _MOST_SHOWN else [f"{len(items) - _MOST_SHOWN} more"]
        return ", ".join(items[:_MOST_SHOWN] + more) or "nothing"
    return f"a value of type {type(value).__name__}"


def _show_fractional(value: float | Decimal | Fraction) -> str:
    text = repr(value) if isinstance(value, float) else str(value)
    long = sum(character.isdigit() for character in text) >= _LONG and not text.startswith(("0.", "-0."))
    return f"a {type(value).__name__} of {len(text)} characters" if long else text


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
        Ready to show, in any language: free of personal data.
    """

    code: str
    path: tuple[str | int, ...]
    params: Mapping[str, str]

    def __init__(self, code: str, /, *, path: Iterable[str | int] = (), **params: object) -> None:
        self._keep(code, tuple(path), {name: show(value) for name, value in params.items()})
        super().__init__(str(self))

    def _keep(self, code: str, path: tuple[str | int, ...], params: Mapping[str, str]) -> None:
        self.code = code
        self.path = path
        self.params = MappingProxyType(dict(params))

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
        return self.at(*path, *self.path)

    def at(self, *path: str | int) -> Self:
        """Return the same error with another path."""
        return _restore(type(self), self.code, path, self.params)


_ErrorT = TypeVar("_ErrorT", bound=SalesperfError)


def _restore(kind: type[_ErrorT], code: str, path: tuple[str | int, ...], params: Mapping[str, str]) -> _ErrorT:
    error = kind.__new__(kind)
    error._keep(code, path, params)  # noqa: SLF001 - the second constructor of the class above
    error.args = (str(error),)
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
    1 faults in the input
    - reps.csv:4:fte: expected a finite number, got inf
    """

    def __new__(cls, faults: Sequence[SalesperfError]) -> Self:
        """Make the group."""
        return super().__new__(cls, "faults in the input", faults)

    def __init__(self, faults: Sequence[SalesperfError]) -> None:
        self._keep("invalid_input", (), {"count": str(len(faults))})

    def __str__(self) -> str:
        """Return all messages, a line each; a very long list is cut with the number of the rest."""
        lines = [super().__str__(), *(f"- {fault}" for fault in self.exceptions[:_MOST_LISTED])]
        if len(self.exceptions) > _MOST_LISTED:
            lines.append(f"- and {len(self.exceptions) - _MOST_LISTED} more")
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
