"""A table of records of one kind: a column for each field, read from nouns or given as arrays."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.kernels.numeric import Column
from salesperf.model.codes import Codes, days_of
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import check_choice, named, require
from salesperf.quality.words import RECORD_KINDS, RecordKind

__all__ = ["FieldColumn", "Mask", "Table", "table_of"]

Mask: TypeAlias = NDArray[np.bool_]
FieldColumn: TypeAlias = Codes[Any] | NDArray[Any]
"""The values of a field: text as codes, or as an array with ``None``; days; numbers with ``nan``; truths."""

_TEXTS: Final = frozenset({str, type(None)})
_NAMED_KINDS: Final = ("text", "days", "numbers", "truths")
_KINDS: Final = "MiufbUO"
"""Kinds of numpy's that a column may have."""


@attrs.frozen(eq=False)
class Table:
    """Records of one kind, by columns: what a check of your own is given.

    Attributes
    ----------
    kind
        Which records they are.
    size
        How many.
    columns
        Name of each field to its values.
    withheld
        Name of a field to the rows whose value the day of the audit could not know.

    Examples
    --------
    >>> table = Table("customer", 2, {"name": np.array(["Huaxing", "huaxing"]), "size": np.array([3.0, np.nan])})
    >>> table.missing("size").tolist(), table.looked_up("name", str.istitle, np.bool_).tolist()
    ([False, True], [True, False])
    """

    kind: RecordKind
    size: int
    columns: Mapping[str, FieldColumn]
    withheld: Mapping[str, Mask] = FrozenMap()
    _missing: dict[str, Mask] = attrs.field(factory=dict, init=False, repr=False)

    def has(self, names: Iterable[str]) -> bool:
        """Tell whether all of some fields are there."""
        return all(name in self.columns for name in names)

    def knowable(self, names: Iterable[str]) -> Mask | None:
        """Return the rows of which no field of some is withheld; ``None`` for all rows."""
        masks = [self.withheld[name] for name in names if name in self.withheld]
        return ~np.logical_or.reduce(masks) if masks else None

    def owners(self) -> Codes[str | None]:
        """Return whose each record is: nobody's, where no column says so."""
        column = self.columns.get("owner")
        if column is None:
            return Codes(np.zeros(self.size, dtype=np.int64), (None,))
        if isinstance(column, Codes):
            return column
        return Codes.of(text or None for text in self.texts("owner"))

    def numbers(self, name: str) -> Column:
        """Return a field as numbers."""
        return np.asarray(self._array(name, "iufb"), dtype=np.float64)

    def truths(self, name: str) -> NDArray[Any]:
        """Return a field of yes and no, which may be not known where it is a number that is ``nan``."""
        return self._array(name, "iufb")

    def days(self, name: str) -> NDArray[np.datetime64]:
        """Return a field as days, ``NaT`` where there is none."""
        return self._array(name, "M")

    def _array(self, name: str, kinds: str) -> NDArray[Any]:
        column = self.columns[name]
        if isinstance(column, Codes) or column.dtype.kind not in kinds:
            expected = "days" if kinds == "M" else "numbers"
            found = Codes if isinstance(column, Codes) else column.dtype.type.__name__
            raise InvalidValueError("column_kind", path=("columns", name), expected=expected, value=found)
        return column

    def texts(self, name: str) -> list[Any]:
        """Return a field as text, row by row, ``None`` where there is none."""
        column = self.columns[name]
        if isinstance(column, Codes):
            return [column.labels[code] for code in column.codes.tolist()]
        return self._text_values(name, column)

    def looked_up(self, name: str, look: Callable[[str | None], Any], kind: type) -> NDArray[Any]:
        """Ask something of each text of a field: once for each distinct one, where they are codes."""
        column = self.columns[name]
        if isinstance(column, Codes):
            self._check_texts(name, column.labels)
            return np.array([look(label) for label in column.labels], dtype=kind)[column.codes]
        return np.array([look(text) for text in self._text_values(name, column)], dtype=kind)

    def _text_values(self, name: str, column: NDArray[Any]) -> list[Any]:
        if column.dtype.kind not in "UO":
            raise InvalidValueError("column_kind", path=("columns", name), expected="text", value=column.dtype.type.__name__)
        values: list[Any] = column.tolist()
        if column.dtype.kind == "O":
            # pandas writes nan for text that is not there
            values = [None if type(value) is float and value != value else value for value in values]  # noqa: PLR0124
            self._check_texts(name, values)
        return values

    def _check_texts(self, name: str, values: Iterable[object]) -> None:
        if set(map(type, values)) <= _TEXTS:
            return
        for row, value in enumerate(values):
            if value is not None and not isinstance(value, str):
                raise InvalidValueError("wrong_type", path=("columns", name, row), expected=str, value=named(value))

    def missing(self, name: str) -> Mask:
        """Return the rows in which a field has no value, looked for once."""
        if name not in self._missing:
            self._missing[name] = self._without(name)
        return self._missing[name]

    def _without(self, name: str) -> Mask:
        column = self.columns[name]
        kind = "O" if isinstance(column, Codes) else column.dtype.kind
        if kind == "M":
            return np.isnat(column)  # type: ignore[arg-type] # of this kind it is an array
        if kind == "f":
            return np.isnan(column)  # type: ignore[arg-type] # the same
        if kind in "iub":
            return np.zeros(self.size, dtype=np.bool_)
        return self.looked_up(name, _is_blank, np.bool_)


def _is_blank(text: str | None) -> bool:
    return text is None or not text.strip()


def table_of(columns: Mapping[str, Any], kind: RecordKind, choices: Iterable[str]) -> Table:
    """Look at columns that a caller gives: that each is one, of a kind that there is, and all of one length.

    Raises
    ------
    InvalidValueError
        If they are no mapping, there are none, or there is no such kind of records.
    InvalidInputError
        With every column that is no column, or of another length.
    """
    check_choice(kind, RECORD_KINDS, ("kind",))
    require(columns, Mapping, path=("columns",))
    if not columns:
        raise InvalidValueError("no_columns", path=("columns",), choices=tuple(choices))
    faults: list[SalesperfError] = []
    good: dict[str, FieldColumn] = {}
    size: int | None = None
    for name, column in columns.items():
        path = ("columns", name)
        fault = _fault_of(column, path)
        if fault is None:
            length = len(column.codes if isinstance(column, Codes) else column)
            size = length if size is None else size
            if length != size:
                fault = InvalidValueError("length", path=path, expected=size, value=length)
        if fault is None:
            good[name] = _as_days(name, column)
        else:
            faults.append(fault)
    if faults:
        raise InvalidInputError(faults)
    return Table(kind, size or 0, good)


def _fault_of(column: object, path: tuple[str, ...]) -> SalesperfError | None:
    if isinstance(column, Codes):
        return None
    if not isinstance(column, np.ndarray):
        return InvalidValueError("not_an_array", path=path, value=named(column))
    if isinstance(column, np.ma.MaskedArray):
        return InvalidValueError("masked", path=path)
    if column.ndim != 1:
        return InvalidValueError("dimensions", path=path, value=column.ndim)
    if column.dtype.kind not in _KINDS:
        return InvalidValueError("column_kind", path=path, expected=_NAMED_KINDS, value=column.dtype.type.__name__)
    return None


def _as_days(name: str, column: FieldColumn) -> FieldColumn:
    """Take days as days, refusing times of day; whatever else it is stays."""
    if isinstance(column, Codes) or column.dtype.kind != "M" or column.dtype == np.dtype("datetime64[D]"):
        return column
    is_missing = np.isnat(column)
    filled = np.where(is_missing, np.datetime64(0, "D"), column)
    try:
        days = days_of(filled, name).view("datetime64[D]").copy()
    except InvalidValueError as error:
        raise error.at("columns", *error.path) from None
    days[is_missing] = np.datetime64("NaT")
    return days
