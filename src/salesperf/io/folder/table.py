"""One CSV file as a table: columns known by name, rows known by line, every fault told with both.

A row is read in two steps: each cell by the reader of its column, then all of them together by the maker of a noun. What
either refuses becomes a fault at the file, line and column where it stood, and the next row is read.

No cell that is written is a formula to a spreadsheet: a text that would be one is written behind an apostrophe, which is taken
away where it is read.
"""

import csv
import errno
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Self, TypeAlias, TypeVar

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, show
from salesperf.io.folder.cells import guarded, unguarded
from salesperf.io.folder.layout import Items, Layout, faults_in
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message

__all__ = [
    "LIMIT_BYTES",
    "MOST_FAULTS",
    "Progress",
    "Rows",
    "Table",
    "system_reason",
    "write_table",
]

LIMIT_BYTES: Final = 2**28
"""The size beyond which a file is refused unless its reader allows more: 256 MiB, some five million actuals."""

MOST_FAULTS: Final = 1000
"""After this many faults the rest of a file is not read: it is of another kind, and a list of its rows helps nobody."""

Progress: TypeAlias = Callable[[int, str], object]
"""Told now and then, in long files: how many rows are done, of which file."""

Rows: TypeAlias = Iterable[Sequence[str]]
"""The cells of rows to write."""

_PROGRESS_ROWS: Final = 50_000
_LONGEST_CELL: Final = 131_072
"""What Python's csv module reads; its limit is a setting of the whole process, which is not ours to change."""
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_OTHER_DELIMITERS: Final = {";": "semicolons", "\t": "tabs"}
_CUT: Final = frozenset({"row_unreadable", "too_many_faults"})
"""Faults below which a file is not read."""

ItemT = TypeVar("ItemT")
_Reader: TypeAlias = Callable[[Any], object]
_Column: TypeAlias = tuple[str, Callable[[Any], object], Callable[[list[str]], Any]]
"""The name of a column, what reads its cells, and what takes them from a row."""


@attrs.frozen(kw_only=True)
class Table:
    r"""The text of one file, whose header has been understood.

    Parameters
    ----------
    layout
        The columns that it may have.
    names
        The name of the column at each position; ``None`` for one that is not read.
    text
        The whole file.
    findings
        What was noticed about the header: columns that are not read.

    Examples
    --------
    >>> layout = Layout(file="visits.csv", required=("rep",), optional=("note",))
    >>> table = Table.parse("Rep,noted\nada,no\n", layout)
    >>> table.names, table.findings[0].text()
    (('rep', None), "expected a known column, perhaps 'note', got 'noted'")
    """

    layout: Layout
    names: tuple[str | None, ...]
    text: str = attrs.field(repr=False)
    findings: tuple[Finding, ...] = ()

    @classmethod
    def load(cls, path: Path, layout: Layout, *, limit_bytes: int = LIMIT_BYTES) -> Self:
        r"""Open a file.

        Parameters
        ----------
        path
            Where it is.
        layout
            The columns that it may have.
        limit_bytes
            The largest size that is read, in bytes.

        Raises
        ------
        InvalidValueError
            If the file is too large, cannot be read, or is not UTF-8.
        InvalidInputError
            If its header lacks a column, or has one twice.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "visits.csv")
        ...     _ = path.write_bytes(b"on,Rep\n2026-09-30,ada\n")
        ...     Table.load(path, Layout(file="visits.csv", required=("rep", "on"))).names
        ('on', 'rep')
        """
        try:
            size = path.stat().st_size
            content = path.read_bytes() if size <= limit_bytes else None
        except OSError as error:
            raise InvalidValueError("file_unreadable", path=(layout.file,), reason=system_reason(error)) from None
        if content is None:
            raise InvalidValueError("file_too_large", path=(layout.file,), limit=_mebibytes(limit_bytes), size=_mebibytes(size))
        return cls.parse(_decode(content, layout), layout)

    @classmethod
    def empty(cls, layout: Layout) -> Self:
        """Return the table of a file that is not there: its columns, and no rows."""
        return cls(layout=layout, names=layout.columns, text="")

    @classmethod
    def parse(cls, text: str, layout: Layout) -> Self:
        """Understand the header of a text; see :meth:`load`."""
        try:
            line, headings = next(_rows_of(text), (1, []))
        except InvalidValueError as error:
            raise error.within(layout.file) from None
        names = tuple(layout.recognise(heading) for heading in headings)
        faults = list(_faults_of_header(layout, line, headings, names))
        if faults:
            raise InvalidInputError(faults)
        findings = (
            _unknown_column(layout, heading, position)
            for position, (heading, name) in enumerate(zip(headings, names, strict=True), 1)
            if name is None
        )
        return cls(layout=layout, names=names, text=text, findings=tuple(findings))

    def places(self, column: str) -> dict[str, int]:
        r"""Return each value of a column with the line on which it first stands, whatever else is wrong with the row.

        Examples
        --------
        >>> Table.parse("rep,on\nada\n ada,\n", Layout(file="visits.csv", required=("rep", "on"))).places("rep")
        {'ada': 2}
        """
        found: dict[str, int] = {}
        for line, value in self.cells(column):
            if value:
                found.setdefault(value, line)
        return found

    def cells(self, column: str) -> Iterator[tuple[int, str]]:
        r"""Yield the line of each row and its value of a column, empty where it has none, whatever else is wrong with the row.

        Examples
        --------
        >>> list(Table.parse("on,rep\n,ada \n1 May\n", Layout(file="visits.csv", required=("rep", "on"))).cells("rep"))
        [(2, 'ada'), (3, '')]
        """
        position = self.names.index(column) if column in self.names else len(self.names)
        with suppress(InvalidValueError):
            for line, cells in islice(_rows_of(self.text), 1, None):
                yield line, cells[position].strip() if position < len(cells) else ""

    def wholeness(self, column: str, faults: Iterable[SalesperfError]) -> Callable[[str], bool]:
        r"""Return a test of whether every row with a value in a column has been read.

        Parameters
        ----------
        column
            The column.
        faults
            What was wrong with rows.

        Examples
        --------
        >>> table = Table.parse("rep,on\nada,\nbo\nada\n", Layout(file="visits.csv", required=("rep", "on")))
        >>> is_whole = table.wholeness("rep", table.read({"rep": str, "on": str}, lambda rep, on: rep).faults)
        >>> is_whole("ada"), is_whole("cy")
        (False, True)
        """
        faults = tuple(faults)
        if any(fault.code in _CUT for fault in faults):
            return lambda _: False
        at_fault = {fault.path[1] for fault in faults}
        spoilt = {value for line, value in self.cells(column) if line in at_fault} if at_fault else set()
        return lambda value: value not in spoilt

    def read(
        self,
        readers: Mapping[str, _Reader],
        make: Callable[..., ItemT | None],
        *,
        progress: Progress | None = None,
    ) -> Items[ItemT]:
        r"""Read every row.

        Parameters
        ----------
        readers
            What reads the cells of each column; a column that the file lacks has empty cells. Under the name of a family of
            columns, what reads the mapping of its cells (end of the name to cell, without empty cells), if not only as a
            mapping; it may refuse several at once, each fault with its column as its path.
        make
            Makes an item of what the readers returned, each under the name of its column or family. ``None`` leaves a row out.
        progress
            Told of the rows done, in long files.

        Returns
        -------
        Items
            With the faults of all rows: each cell that its reader refuses, or else what the maker refuses, at the column that
            the error's path names.

        Examples
        --------
        >>> table = Table.parse("rep,count\nada,3\nbo,x\n", Layout(file="visits.csv", required=("rep", "count")))
        >>> def number(cell: str) -> int:
        ...     if not cell.isdigit():
        ...         raise InvalidValueError("unreadable_number", value=cell)
        ...     return int(cell)
        >>> read = table.read({"rep": str, "count": number}, lambda rep, count: (rep, count))
        >>> read.items, str(read.faults[0])
        ((('ada', 3),), "visits.csv:3:count: expected a number such as 0.8, got 'x'")
        """
        columns = [*self._columns(readers), *self._families(readers)]
        items: list[ItemT] = []
        lines: list[int] = []
        faults: list[SalesperfError] = []
        for count, (line, cells) in enumerate(self._rows(faults), 1):
            try:
                item = make(**{name: read(take(cells)) for name, read, take in columns})
            except SalesperfError as error:
                faults.extend(self._explain(error, line, cells, columns))
            else:
                if item is not None:
                    items.append(item)
                    lines.append(line)
            if progress is not None and count % _PROGRESS_ROWS == 0:
                progress(count, self.layout.file)
        return Items(layout=self.layout, items=tuple(items), lines=tuple(lines), faults=tuple(faults))

    def _columns(self, readers: Mapping[str, _Reader]) -> Iterator[_Column]:
        families = {family.removesuffix(".") for family in self.layout.families}
        for name in (name for name in readers if name not in families):
            # Every row gets an empty cell at its end, which stands for all columns that the file lacks.
            yield name, readers[name], itemgetter(self.names.index(name) if name in self.names else -1)

    def _families(self, readers: Mapping[str, _Reader]) -> Iterator[_Column]:
        for family in self.layout.families:
            found = {position: name for position, name in enumerate(self.names) if name and name.startswith(family)}
            ends = [name[len(family) :] for name in found.values()]
            name = family.removesuffix(".")
            yield name, _mapping_reader(ends, readers.get(name, FrozenMap)), itemgetter(*found, -1, -1)

    def _rows(self, faults: list[SalesperfError]) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows below the header that have a cell for each column, and note the others as faults."""
        file, width = self.layout.file, len(self.names)
        try:
            for line, cells in islice(_rows_of(self.text), 1, None):
                if len(cells) == width:
                    cells.append("")
                    yield line, cells
                else:
                    faults.append(InvalidValueError("row_length", path=(file, line), expected=width, value=len(cells)))
                if len(faults) >= MOST_FAULTS:
                    faults.append(InvalidValueError("too_many_faults", path=(file, line), limit=MOST_FAULTS))
                    return
        except InvalidValueError as error:
            faults.append(error.within(file))

    def _explain(
        self, error: SalesperfError, line: int, cells: list[str], columns: Sequence[_Column]
    ) -> Iterator[SalesperfError]:
        """Yield the faults of a row's cells, or, where each is sound alone, what the maker refused."""
        path = (self.layout.file, line)
        alone = True
        for name, read, take in columns:
            try:
                read(take(cells))
            except SalesperfError as fault:
                alone = False
                yield from faults_in(fault.within(*path) if isinstance(fault, InvalidInputError) else fault.at(*path, name))
        if alone:
            yield error.at(*path, *self.layout.column_in(error.path))


def write_table(path: Path, columns: Sequence[str], rows: Rows) -> None:
    r"""Write a file: UTF-8, commas, quotes where needed, a line feed after each row, and no formula.

    Parameters
    ----------
    path
        Where to write.
    columns
        The header.
    rows
        The cells of each row.

    Raises
    ------
    InvalidValueError
        If a cell could not be read back: it is too long, or no UTF-8 can hold it.

    Notes
    -----
    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or the end of a line, blanks before it or not, is written behind an
    apostrophe, so that a spreadsheet shows it and reckons nothing. Plain numbers stay as they are.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "visits.csv")
    ...     write_table(path, ["rep", "note"], [["ada", "soon, again"]])
    ...     path.read_text(encoding="utf-8")
    'rep,note\nada,"soon, again"\n'
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        plain = csv.writer(file, lineterminator="\n")
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for texts in chain([columns], rows):
            cells = [guarded(text) for text in texts]
            for column, cell in zip(columns, cells, strict=True):
                if len(cell) > _LONGEST_CELL:
                    raise InvalidValueError("cell_too_long", path=(path.name, column), limit=_LONGEST_CELL, value=cell)
            # A carriage return within a cell is quoted by itself only where lines end with one.
            writer = quoted if any("\r" in cell for cell in cells) else plain
            try:
                writer.writerow(cells)
            except UnicodeEncodeError:
                raise InvalidValueError("not_encodable", path=(path.name,)) from None


def system_reason(error: OSError) -> str:
    """Return the short name of what the system refused, such as ``ENOSPC``.

    Examples
    --------
    >>> system_reason(FileNotFoundError(2, "No such file or directory", "/home/ada"))
    'ENOENT'
    """
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def _decode(content: bytes, layout: Layout) -> str:
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        position = error.start - content.rfind(b"\n", 0, error.start)
        raise InvalidValueError("file_decoding", path=(layout.file, line), position=position) from None


def _rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, each with the line on which it begins, as they were before they were written."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    has_apostrophes = "'" in text  # of long files, most have none
    line = 1
    try:
        for cells in rows:
            if any(map(str.strip, cells)):
                yield line, [unguarded(cell) for cell in cells] if has_apostrophes else cells
            line = rows.line_num + 1
    except csv.Error:
        raise InvalidValueError("row_unreadable", path=(line,), limit=_LONGEST_CELL) from None


def _faults_of_header(
    layout: Layout, line: int, headings: Sequence[str], names: Sequence[str | None]
) -> Iterator[SalesperfError]:
    path = (layout.file, line)
    delimiters = [word for sign, word in _OTHER_DELIMITERS.items() if len(headings) == 1 and sign in headings[0]]
    if not headings:
        yield InvalidValueError("file_empty", path=(layout.file,), columns=layout.required)
    elif delimiters:
        yield InvalidValueError("file_delimiter", path=path, value=delimiters[0])
    else:
        for column in layout.required:
            if column not in names:
                yield InvalidValueError("missing_column", path=path, column=column, columns=tuple(headings))
        for name, count in Counter(filter(None, names)).items():
            if count > 1:
                yield InvalidValueError("not_unique", path=path, value=name)


def _unknown_column(layout: Layout, heading: str, position: int) -> Finding:
    """Note a column that is not read; without a header, its heading may be anybody's data, which is not shown."""
    name = heading.strip()
    shown = show(name)
    alike = get_close_matches(name.lower(), layout.columns, n=1)
    rule = "misspelt_column" if alike else "unknown_column"
    known = {"known": show(alike[0])} if alike else {}
    return Finding(
        rule=rule,
        message=Message.of(f"error.{rule}", value=shown, **known),
        severity="warning" if alike else "info",
        record=layout.file,
        field=name if shown == repr(name) and name else f"column {position}",
    )


def _mapping_reader(names: Sequence[str], read_mapping: _Reader) -> Callable[[tuple[str, ...]], object]:
    @cache
    def read(cells: tuple[str, ...]) -> object:
        pairs = zip(names, map(str.strip, cells), strict=False)  # beside them stand the empty cells of _families
        return read_mapping({name: cell for name, cell in pairs if cell})

    return read


def _mebibytes(count: int) -> float:
    """Write a number of bytes so short that it cannot be taken for somebody's number."""
    return float(f"{count / 2**20:.3g}")
