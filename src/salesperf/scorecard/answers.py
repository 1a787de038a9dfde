"""What is known, as points: facts of one or of many, or columns; each value looked up, every fault told with its place."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.kernels.interpolation import Line, StepFunction
from salesperf.kernels.numeric import AnyColumn, Column
from salesperf.kernels.scratch import Scratch
from salesperf.model.codes import Codes
from salesperf.model.customer import Fact
from salesperf.model.misspelling import alike, index_of
from salesperf.model.scale import Categories, Curve, Flag, Steps
from salesperf.model.validators import as_tuple, named, require
from salesperf.scorecard.criteria import CardTerms, Criterion, Gate

__all__ = ["FactColumn", "Faults", "Known", "Sheet", "sheet_of_columns", "sheet_of_facts", "sheet_of_one"]

Known: TypeAlias = Fact | float | Fraction | None
"""A fact, or ``None`` where it is not known."""
FactColumn: TypeAlias = AnyColumn | Codes[str] | Codes[str | None]
"""A column of numbers, of yes and no, of categories; of these also as codes."""
Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = Callable[[str, int], Path]
"""Where a fact stands, by its key and its row."""

_MOST_FAULTS: Final = 1000
_NUMBERS: Final = (int, float, Decimal, Fraction, np.integer, np.floating)
_REFUSED: Final = np.inf
"""Stands for the points of a category that is refused, until its row is told."""


class Faults:
    """The faults found so far, told together; a great many end the search."""

    def __init__(self) -> None:
        self._found: list[SalesperfError] = []

    def add(self, fault: SalesperfError) -> None:
        """Keep a fault."""
        self._found.append(fault)
        if len(self._found) >= _MOST_FAULTS:
            self._found.append(InvalidValueError("too_many_faults", limit=_MOST_FAULTS))
            self.tell()

    @property
    def are_any(self) -> bool:
        """Whether any was found."""
        return bool(self._found)

    def add_all(self, others: "Faults") -> None:
        """Keep the faults found elsewhere."""
        for fault in others._found:  # noqa: SLF001 - one of us
            self.add(fault)

    def tell(self) -> None:
        """Raise, if any fault was found.

        Raises
        ------
        InvalidInputError
            With all of them.
        """
        if self._found:
            raise InvalidInputError(self._found)


@attrs.frozen(eq=False)
class Sheet:
    """Rows of facts: a column for each fact that is asked for and known at all, and where an error says that it stands."""

    columns: Mapping[str, FactColumn]
    count: int
    place: Place
    is_taken_as_known: bool = False
    """Whether numbers are looked up in a scratch without a look at them; on a curve what is not finite has ``nan`` points."""
    faults: Faults = attrs.field(factory=Faults)
    _worth: dict[tuple[str, Categories], Column] = attrs.field(factory=dict)

    def points(self, asked: Criterion | Gate, rows: slice, scratch: Scratch | None = None) -> tuple[Column, bool]:
        """Return the points of some rows, ``nan`` where the fact is not known, and whether all are.

        They may be in the scratch, if there is one: until it is used again.
        """
        if asked.key not in self.columns:
            return np.full(rows.stop - rows.start, np.nan), False
        column, scale = self.columns[asked.key], asked.scale
        if isinstance(scale, Categories):
            return self._by_category(scale, asked.key, column, rows)
        block = column.codes[rows] if isinstance(column, Codes) else column[rows]
        if isinstance(scale, Flag):
            return self._by_flag(scale, asked.key, block, rows)
        assert isinstance(scale, Curve | Steps)  # noqa: S101 - nested cards ask through their own criteria
        look_up = scale.line if isinstance(scale, Curve) else scale.function
        return self._by_number(look_up, asked.key, block, rows, scratch)

    def weighted(self, criterion: Criterion, rows: slice, scratch: Scratch | None = None) -> tuple[Column, bool]:
        """Return the points of some rows on a curve times the weight of the criterion, as :meth:`points` does."""
        column = self.columns.get(criterion.key)
        if column is None:
            return np.full(rows.stop - rows.start, np.nan), False
        assert isinstance(column, np.ndarray)  # noqa: S101 - codes are of categories
        line = criterion._weighted_line  # noqa: SLF001 - one of us
        return self._by_number(line, criterion.key, column[rows], rows, scratch)

    @property
    def taken_as_known(self) -> "Sheet":
        """The same rows, to be scored as if all were known, and once more if that shows that they are not."""
        return attrs.evolve(self, is_taken_as_known=True, faults=Faults())

    @property
    def without_faults(self) -> "Sheet":
        """The same rows, of which no fault has been found yet: to look at them once more without telling all twice."""
        return attrs.evolve(self, faults=Faults())

    def refuse(self, code: str, key: str, rows: slice, wrong: NDArray[np.bool_], numbers: Column) -> None:
        """Keep a fault for each row that is wrong."""
        for position in np.flatnonzero(wrong).tolist():
            path = self.place(key, rows.start + position)
            self.faults.add(InvalidValueError(code, path=path, value=float(numbers[position])))

    def _by_number(
        self, look_up: Line | StepFunction, key: str, block: AnyColumn, rows: slice, scratch: Scratch | None
    ) -> tuple[Column, bool]:
        numbers = np.asarray(block, dtype=np.float64)
        if self.is_taken_as_known and scratch is not None:
            return _looked_up(look_up, numbers, scratch), True
        with np.errstate(all="ignore"):
            # A sum is finite where all numbers are, and takes a third of the time of looking at each; one that is beyond
            # every float is but looked at more closely.
            is_finite = math.isfinite(np.add.reduce(numbers))
        has_infinite = False
        if not is_finite:
            is_infinite = np.isinf(numbers)
            has_infinite = bool(is_infinite.any())
            self.refuse("not_finite", key, rows, is_infinite, numbers)
        if numbers.size == 1:  # to look up one number takes a thirtieth of the time, and has the same bits
            return np.array([look_up(numbers.item())]), is_finite
        if scratch is None or has_infinite:
            return look_up(numbers), is_finite
        return _looked_up(look_up, numbers, scratch), is_finite

    def _by_flag(self, scale: Flag, key: str, block: AnyColumn, rows: slice) -> tuple[Column, bool]:
        numbers = np.asarray(block, dtype=np.float64)
        is_so = numbers == 1
        unknown = np.isnan(numbers)
        self.refuse("not_a_flag", key, rows, ~(is_so | (numbers == 0) | unknown), numbers)
        worth = np.where(is_so, float(scale.yes), float(scale.no))
        is_complete = not unknown.any()
        return worth if is_complete else np.where(unknown, np.nan, worth), is_complete

    def _by_category(self, scale: Categories, key: str, column: FactColumn, rows: slice) -> tuple[Column, bool]:
        if isinstance(column, Codes):
            if (key, scale) not in self._worth:
                self._worth[key, scale] = _worth_of(scale, column.labels)
            worth = self._worth[key, scale][column.codes[rows]]
        else:
            worth = _worth_of(scale, column[rows].tolist())
        for position in np.flatnonzero(np.isinf(worth)).tolist():
            row = rows.start + position
            label = column.labels[column.codes[row]] if isinstance(column, Codes) else column[row]
            self.faults.add(_unknown_category(scale, label, self.place(key, row)))
        return worth, not np.isnan(worth).any()


def _looked_up(look_up: Line | StepFunction, numbers: Column, scratch: Scratch) -> Column:
    """Return the points of a block of numbers, none of them infinite, in the scratch."""
    found = scratch.found[: numbers.size]
    look_up.into(numbers, found, scratch)
    return found


def _worth_of(scale: Categories, labels: Iterable[Any]) -> Column:
    known: dict[object, float] = {category: scale.points(category) for category in scale.worth}
    known |= {None: np.nan, "": np.nan}
    other = {"refuse": _REFUSED, "as_missing": np.nan, "points": float(scale.unknown_points)}[scale.unknown]
    return np.array([known.get(label, other) if _is_category(label) else _no_category(label) for label in labels], np.float64)


def _is_category(label: object) -> bool:
    return label is None or isinstance(label, str)


def _no_category(label: object) -> float:
    """Return what stands for a value that is no text: not known, as pandas says it with nan, or refused."""
    return np.nan if isinstance(label, float) and np.isnan(label) else _REFUSED


def _unknown_category(scale: Categories, label: object, path: Path) -> SalesperfError:
    if not isinstance(label, str):
        return InvalidValueError("not_a_category", path=path, value=named(label))
    return UnknownNameError("unknown_category", path=path, choices=tuple(scale.worth), value=label)


def _slips(card: CardTerms, given: Mapping[Any, object]) -> dict[str, str]:
    """Return the names that no criterion asks for, each with the key of one without a fact of which it may be a slip.

    That criterion would count as not known, and nobody would be told.
    """
    asked = card.fact_keys()
    absent = [key for key in asked if key not in given]
    others = [name for name in given if name not in asked] if absent else []
    index = index_of(absent) if others else {}
    return {name: known for name in others if (known := alike(name, index)) is not None}


def _misspelt(name: str, known: str, path: Path) -> SalesperfError:
    return UnknownNameError("misspelt_criterion", path=path, known=known, value=name)


# Columns


def sheet_of_columns(card: CardTerms, columns: Mapping[str, Any]) -> Sheet:
    """Look at columns: that all that are asked for are there, of one length, and of the kind that their scale can look up.

    Raises
    ------
    InvalidValueError
        If they are no mapping.
    InvalidInputError
        With every column that is not.
    """
    require(columns, Mapping, path=("columns",))
    faults = Faults()
    needed: dict[str, FactColumn] = {}
    slips = _slips(card, columns)
    for name, known in slips.items():
        faults.add(_misspelt(name, known, ("columns",)))
    for asked in card.questions():
        if asked.key not in columns:
            if asked.missing == "refuse" and asked.key not in slips.values():
                faults.add(InvalidValueError("fact_missing", path=("columns", asked.key)))
        elif (fault := _fault_of_column(asked, columns[asked.key])) is not None:
            faults.add(fault)
        else:
            needed[asked.key] = columns[asked.key]
    lengths = {key: len(column.codes if isinstance(column, Codes) else column) for key, column in needed.items()}
    count = next(iter(lengths.values()), 0)
    for key, length in lengths.items():
        if length != count:
            faults.add(InvalidValueError("length", path=("columns", key), expected=count, value=length))
    if not slips and not any(key in columns for key in card.fact_keys()):
        faults.add(InvalidValueError("no_columns", path=("columns",), choices=card.fact_keys()))
    faults.tell()
    return Sheet(needed, count, lambda key, row: ("columns", key, row))


_KINDS: Final[Mapping[type, str]] = MappingProxyType({Curve: "iuf", Steps: "iuf", Categories: "UO", Flag: "biuf"})
"""Kinds of numpy's of the columns that each scale can look up."""


def _fault_of_column(asked: Criterion | Gate, column: object) -> SalesperfError | None:
    path = ("columns", asked.key)
    kind = type(asked.scale)
    if isinstance(column, Codes):
        return None if kind is Categories else InvalidValueError("not_of_scale", path=path, scale=kind, value=Codes)
    if not isinstance(column, np.ndarray):
        return InvalidValueError("not_an_array", path=path, value=named(column))
    if isinstance(column, np.ma.MaskedArray):
        return InvalidValueError("masked", path=path)
    if column.ndim != 1:
        return InvalidValueError("dimensions", path=path, value=column.ndim)
    if column.dtype.kind in _KINDS[kind]:
        return None
    return InvalidValueError("not_of_scale", path=path, scale=kind, value=str(column.dtype))


# Facts


def sheet_of_one(card: CardTerms, facts: Mapping[str, object]) -> Sheet:
    """Turn the facts of one into a sheet of one row.

    Raises
    ------
    InvalidInputError
        With every fact of a kind that its scale cannot look up.
    """
    require(facts, Mapping, path=("facts",))
    return _sheet(card, [facts], lambda key, _: ("facts", key))


def sheet_of_facts(card: CardTerms, many: Iterable[Mapping[str, object]]) -> Sheet:
    """Turn the facts of many into columns, once for all rows.

    Raises
    ------
    InvalidValueError
        If one of them is no mapping.
    InvalidInputError
        With every fact of a kind that its scale cannot look up.
    """
    listed = as_tuple(many)
    require(listed, tuple, path=("facts",))
    for kind in set(map(type, listed)):
        if not issubclass(kind, Mapping):
            row = next(row for row, facts in enumerate(listed) if type(facts) is kind)
            require(listed[row], Mapping, path=("facts", row))
    return _sheet(card, listed, lambda key, row: ("facts", row, key))


def _sheet(card: CardTerms, many: Sequence[Mapping[str, object]], place: Place) -> Sheet:
    sheet = Sheet({}, len(many), place)
    if not set().union(*many) <= set(card.fact_keys()):  # all names at once: mostly there are no others
        slips: dict[tuple[str, ...], dict[str, str]] = {}  # most have facts of the same names
        for row, facts in enumerate(many):
            names = tuple(facts)
            if names not in slips:
                slips[names] = _slips(card, facts)
            for name, known in slips[names].items():
                sheet.faults.add(_misspelt(name, known, place(name, row)[:-1]))
    columns: dict[str, FactColumn] = {}
    for asked in card.questions():
        if asked.key not in columns:
            key = asked.key
            columns[key] = _AS_COLUMN[type(asked.scale)]([facts.get(key) for facts in many], key, sheet)
    sheet.faults.tell()
    return attrs.evolve(sheet, columns=columns)


def _numbers(values: list[Any], key: str, sheet: Sheet) -> Column:
    _check_kinds(values, _NUMBERS, "not_a_number", key, sheet)
    try:
        return np.array(values, dtype=np.float64)  # nothing becomes nan
    except (OverflowError, ValueError):
        return np.array([*map(_float_or_infinity, values)])


def _float_or_infinity(value: Any) -> float:  # noqa: ANN401 - a number, or nothing
    """Return what no float can hold as infinite, to be refused in its row."""
    try:
        return float("nan") if value is None else float(value)
    except (OverflowError, ValueError):
        return float("inf")


def _truths(values: list[Any], key: str, sheet: Sheet) -> Column:
    _check_kinds(values, (bool, np.bool_), "not_a_flag", key, sheet)
    return np.array(values, dtype=np.float64)


def _texts(values: list[Any], key: str, sheet: Sheet) -> AnyColumn:
    _check_kinds(values, (str,), "not_a_category", key, sheet)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


_AS_COLUMN: Final[Mapping[type, Callable[[list[Any], str, Sheet], AnyColumn]]] = MappingProxyType(
    {Curve: _numbers, Steps: _numbers, Categories: _texts, Flag: _truths}
)


def _check_kinds(values: list[Any], kinds: tuple[type, ...], code: str, key: str, sheet: Sheet) -> None:
    """Refuse whatever is neither of these kinds nor nothing; yes and no are no numbers."""
    wrong = {kind for kind in set(map(type, values)) if not _is_of(kind, kinds)}
    if wrong:
        for row, value in enumerate(values):
            if type(value) in wrong:
                sheet.faults.add(InvalidValueError(code, path=sheet.place(key, row), value=named(value)))
        sheet.faults.tell()


def _is_of(kind: type, kinds: tuple[type, ...]) -> bool:
    """Tell whether a kind is one of those; a time is a whole number to numpy, and to nobody else."""
    if kind is type(None) or kind in kinds:
        return True
    return issubclass(kind, kinds) and kind is not bool and not issubclass(kind, np.timedelta64)
