"""What a CSV file may hold, and what was read of one: items with their lines, faults with file, line and column."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

import attrs

from salesperf.errors import InvalidInputError, SalesperfError

__all__ = ["Faults", "Items", "Layout", "faults_in", "located"]

Faults: TypeAlias = tuple[SalesperfError, ...]
"""What was wrong, each fault with file, line and column."""

ItemT = TypeVar("ItemT")

_ADDRESS: Final = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")


@attrs.frozen(kw_only=True)
class Layout:
    """Which columns a file may have.

    Parameters
    ----------
    file
        The name of the file.
    required
        Columns without which the file cannot be read.
    optional
        Columns that count as empty where they are missing.
    families
        Beginnings of columns whose ends are free: ``"scope."`` knows ``scope.product`` and ``scope.region``.

    Examples
    --------
    >>> Layout(file="visits.csv", required=("rep", "on"), optional=("note",)).columns
    ('rep', 'on', 'note')
    """

    file: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    families: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns with a fixed name."""
        return (*self.required, *self.optional)

    def recognise(self, heading: str) -> str | None:
        """Return the name of the column under a heading, in any case of letters; ``None`` for an unknown one.

        The end of a column of a family stands in reviews, so it must be no e-mail address.

        Examples
        --------
        >>> layout = Layout(file="visits.csv", required=("rep",), families=("scope.",))
        >>> layout.recognise(" Rep "), layout.recognise("scope.Region"), layout.recognise("reps")
        ('rep', 'scope.Region', None)
        >>> layout.recognise("scope.ada@example.com") is None
        True
        """
        name = heading.strip()
        if name.lower() in self.columns:
            return name.lower()
        for family in self.families:
            if name.lower().startswith(family) and len(name) > len(family) and not _ADDRESS.search(name):
                return family + name[len(family) :].strip()
        return None

    def column_in(self, path: Iterable[str | int]) -> tuple[str, ...]:
        """Return the column that the path of an error names, the innermost if several, or nothing.

        Examples
        --------
        >>> Layout(file="reps.csv", required=("ramp",)).column_in(("Rep", "ramp", 2))
        ('ramp',)
        """
        return tuple(str(step) for step in path if step in self.columns)[-1:]


@attrs.frozen(kw_only=True)
class Items(Generic[ItemT]):
    """What a table was read into.

    Parameters
    ----------
    layout
        The layout of the file.
    items
        What was made of the rows.
    lines
        The line on which the row of each item begins.
    faults
        What was wrong with the other rows, in their order.

    Examples
    --------
    >>> layout = Layout(file="visits.csv", required=("rep",))
    >>> Items(layout=layout, items=("ada", "bo"), lines=(2, 3), faults=()).path(1, "rep")
    ('visits.csv', 3, 'rep')
    """

    layout: Layout
    items: tuple[ItemT, ...]
    lines: tuple[int, ...]
    faults: Faults

    def path(self, position: int, *column: str) -> tuple[str | int, ...]:
        """Return where an item stood, for the path of an error."""
        return (self.layout.file, self.lines[position], *column)

    def fault(self, error: SalesperfError, position: int) -> SalesperfError:
        """Return an error as a fault of an item, at the column that its path names."""
        return error.at(*self.path(position), *self.layout.column_in(error.path))


def faults_in(error: SalesperfError) -> Faults:
    """Return the faults of a group, or the one error that is none.

    Examples
    --------
    >>> from salesperf.errors import InvalidValueError
    >>> [fault.code for fault in faults_in(InvalidValueError("file_empty", columns=("id",)))]
    ['file_empty']
    """
    return cast("Faults", error.exceptions) if isinstance(error, InvalidInputError) else (error,)


def located(
    group: InvalidInputError,
    read: Mapping[str, Items[Any]],
    columns: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> Faults:
    """Tell the faults of a noun that bundles others where in the files these others stood.

    Parameters
    ----------
    group
        Faults whose path is the noun, its field, the position within, and perhaps a field of what stands there.
    read
        What was read for each field of the noun, in the order in which the noun numbers it.
    columns
        The column of each field within a field that has not the name of its column: ``{("targets", "parent"): ...}``.

    Examples
    --------
    >>> from salesperf.errors import InvalidValueError
    >>> layout = Layout(file="reps.csv", required=("id",))
    >>> read = Items(layout=layout, items=("ada", "ada"), lines=(2, 5), faults=())
    >>> group = InvalidInputError([InvalidValueError("duplicate_id", path=("Org", "reps", 1, "id"), value="ada")])
    >>> print(*located(group, {"reps": read}))
    reps.csv:5:id: expected an id that no other rep or team bears, got 'ada' again
    """
    faults = []
    for fault in faults_in(group):
        _, field, position, *inner = fault.path
        names = [columns.get((str(field), str(name)), str(name)) for name in inner]
        faults.append(fault.at(*read[str(field)].path(int(position), *names)))
    return tuple(faults)
