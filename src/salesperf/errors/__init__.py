"""Everything that can go wrong, under one class.

A message is written in lower case: where it happened, what was expected, the value that stood there, and, last, a
hint. It shows what looks like an id, small numbers and days; all else, and with it names of several words or in other
letters, telephone numbers and addresses, is told by its type and length.
"""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from types import MappingProxyType
from typing import Final, Self, TypeVar

from salesperf.errors.showing import SHOWN, Phrase, show
from salesperf.errors.templates import TEMPLATES

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

_MOST_FAULTS: Final = 50


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
