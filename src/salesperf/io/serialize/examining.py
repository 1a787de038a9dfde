"""What JSON can hold into nouns, slowly: the hooks with which the converter finds every fault, each with its path.

Each field is read and held against the noun's own validator by itself, so that one fault does not hide the next; only a noun
whose fields are all right is made. The noun's own errors say where by its class and by its own order; a reader of the document
needs the names and positions that stand there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final, cast, get_args, get_type_hints

import attrs
import cattrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.io.serialize.annotations import arguments_of_map, is_map, is_of_parts, is_pair, is_tuple, options_of
from salesperf.io.serialize.pairs import checked_pair
from salesperf.io.serialize.reading import Hook, Kind, teach_to_read_metrics, teach_to_read_scalars
from salesperf.io.serialize.scalars import cut_of, date_of, expect, text_of
from salesperf.io.serialize.tagged import MOST_FAULTS, Plain, collected, faults_in, limited, mapping_of, value_of
from salesperf.model.amount import Amount
from salesperf.model.customer import Fact
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import Metric
from salesperf.scorecard.bands import Cut

__all__ = ["misspelt", "teach_to_examine"]

_LONGEST_SLIP: Final = 100
"""A longer name is no slip of the pen, and would take long to compare."""


def teach_to_examine(converter: cattrs.Converter) -> None:
    """Give a converter the hooks by which it reads and finds every fault."""
    make = converter.register_structure_hook_factory
    make(attrs.has, _noun)
    make(is_pair, _pair)
    make(is_tuple, _tuple)
    make(lambda kind: kind == Cut, lambda _: lambda data, _: cut_of(data))
    make(is_map, _map)
    teach_to_read_scalars(converter)
    converter.register_structure_hook(Amount, _noun(Amount, converter))
    teach_to_read_metrics(converter, _noun(Metric, converter))


def misspelt(name: str, known: tuple[str, ...]) -> InvalidValueError:
    """Refuse a name that is not known, with the one that it may be a slip of.

    Examples
    --------
    >>> print(misspelt("ammount", ("amount", "on")))
    ammount: expected a known field, perhaps 'amount', got 'ammount'
    """
    alike = get_close_matches(name.lower(), known, n=1) if len(name) <= _LONGEST_SLIP else []
    if alike:
        return InvalidValueError("misspelt_field", path=(name,), known=alike[0], value=name)
    return InvalidValueError("unknown_field", path=(name,), value=name)


def _noun(kind: Kind, converter: cattrs.Converter) -> Hook:
    attrs.resolve_types(kind)
    fields = {field.name: field for field in attrs.fields(kind)}
    required = [name for name, field in fields.items() if field.default is attrs.NOTHING]

    def read(data: Plain, _: Kind) -> Any:  # noqa: ANN401 - a noun
        values, faults = _read_fields(data, {name: field.type for name, field in fields.items()}, required, converter)
        places = _Places(kind, values)
        for name, value in values.items():
            for error in limited([*islice(_faults_of_field(kind, fields[name], value), MOST_FAULTS + 1)]):
                faults += places.located(error)
        if faults:
            raise InvalidInputError(faults)
        try:
            return kind(**values)
        except SalesperfError as error:
            raise InvalidInputError(places.located(error)) from None

    return read


def _pair(kind: Kind, converter: cattrs.Converter) -> Hook:
    types = get_type_hints(kind)
    required = [name for name in types if name not in kind._field_defaults]

    def read(data: Plain, _: Kind) -> Any:  # noqa: ANN401 - a named tuple
        values, faults = _read_fields(data, types, required, converter)
        if faults:
            raise InvalidInputError(faults)
        return checked_pair(kind(**values))

    return read


def _read_fields(
    data: Plain, types: Mapping[str, Any], required: Iterable[str], converter: cattrs.Converter
) -> tuple[dict[str, Any], list[SalesperfError]]:
    """Read each field by itself, and tell of those that cannot be, are missing, or are not known."""
    expect(data, dict)
    faults: list[SalesperfError] = [InvalidValueError("missing_field", path=(name,)) for name in required if name not in data]
    unknown = (misspelt(str(name), tuple(types)) for name in data if name not in types)
    faults += limited([*islice(unknown, MOST_FAULTS + 1)])
    values: dict[str, Any] = {}
    for name, kind in types.items():
        if name in data:
            try:
                values[name] = converter.structure(data[name], kind)
            except SalesperfError as error:
                faults += faults_in(error.within(name))
    return values, faults


def _faults_of_field(kind: type, field: "attrs.Attribute[Any]", value: object) -> Iterator[SalesperfError]:
    """Hold a value against the validator of its field, as the noun will, and then each part of one that is wrong by itself."""
    kept = _converted(field, value)
    if (error := _refusal(kind, field, kept)) is None:
        return
    is_of_parts = False
    for position, part in enumerate(_each_alone(kept)):
        fault = _refusal(kind, field, part)
        # What names no part is about all of them together: this one just lacks the rest.
        if fault is not None and fault.path[2:3] == (0,):
            is_of_parts = True
            yield fault.at(*fault.path[:2], position, *fault.path[3:])
    if not is_of_parts:
        yield error


def _refusal(kind: type, field: "attrs.Attribute[Any]", value: object) -> SalesperfError | None:
    try:
        if field.validator is not None:
            field.validator(object.__new__(kind), field, value)
    except SalesperfError as error:
        return error
    return None


def _each_alone(value: object) -> Iterable[object]:
    """Return each part of a value as the only one: a validator stops at the first part that is wrong."""
    if isinstance(value, tuple):
        return ((item,) for item in value)
    return (FrozenMap({key: item}) for key, item in value.items()) if isinstance(value, FrozenMap) else ()


def _converted(field: "attrs.Attribute[Any]", value: Any) -> Any:  # noqa: ANN401 - the value of any field
    return value if field.converter is None else cast("Callable[[Any], Any]", field.converter)(value)


def _tuple(kind: Kind, converter: cattrs.Converter) -> Hook:
    first, *others = get_args(kind)

    def read_any_number(data: Plain, _: Kind) -> tuple[Any, ...]:
        expect(data, list)
        return tuple(collected(enumerate(data), lambda item: converter.structure(item, first)))

    def read_each(data: Plain, _: Kind) -> tuple[Any, ...]:
        expect(data, list)
        parts = (first, *others)
        if len(data) != len(parts):
            raise InvalidValueError("length", expected=len(parts), value=len(data))
        pairs = enumerate(zip(data, parts, strict=True))
        return tuple(collected(pairs, lambda pair: converter.structure(*pair)))

    return read_any_number if others == [Ellipsis] else read_each


def _map(kind: Kind, converter: cattrs.Converter) -> Hook:
    key, value = arguments_of_map(kind)

    def read_days(data: Plain, _: Kind) -> FrozenMap[date, str]:
        expect(data, dict)
        # Both in one go, so that a day that is none does not hide a name that is none.
        parts = [(on, (read_part, part)) for on, name in data.items() for read_part, part in ((date_of, on), (text_of, name))]
        read = collected(parts, lambda part: part[0](part[1]))
        return FrozenMap(zip(read[::2], read[1::2], strict=True))

    def read_names(data: Plain, _: Kind) -> FrozenMap[str, str]:
        expect(data, dict)
        return FrozenMap(zip(data, collected(data.items(), text_of), strict=True))

    def read_fact(data: Plain) -> Fact:
        fact = value_of(data, converter.structure)
        expect(fact, *options_of(value))
        return cast("Fact", fact)

    def read_facts(data: Plain, _: Kind) -> FrozenMap[str, Fact]:
        expect(data, dict)
        return FrozenMap(zip(data, collected(data.items(), read_fact), strict=True))

    def read_parts(data: Plain, _: Kind) -> FrozenMap[str, Any]:
        expect(data, dict)
        return FrozenMap(zip(data, collected(data.items(), lambda part: converter.structure(part, value)), strict=True))

    if key is date:
        return read_days
    if is_of_parts(value):
        return read_parts
    if value is str:
        return read_names
    return read_facts if value is not Any else lambda data, _: mapping_of(data, converter.structure)


class _Places:
    """Where in the document stands what a noun's own error is about.

    The error says it by the class, by the id where there is one, and by positions in the order that the noun gives its parts,
    such as reps by id; the document has names of fields, positions in its own order, and keys of mappings.
    """

    def __init__(self, kind: type, values: Mapping[str, Any]) -> None:
        self._kind = kind
        self._fields = {field.name: field for field in attrs.fields(kind)}
        self._values = values
        self._parts: dict[str, Sequence[tuple[str | int, Any]]] = {}

    def located(self, error: SalesperfError) -> list[SalesperfError]:
        """Return the faults that an error tells, each where it stands in the document."""
        return [fault.at(*self._in_document(fault.path)) for fault in limited(faults_in(error))]

    def _in_document(self, path: Sequence[str | int]) -> Iterator[str | int]:
        steps = list(path)
        if steps[:1] == [self._kind.__name__]:
            del steps[0]
        if self._begins_with_id(steps):
            del steps[0]
        name, position = (*steps, None, None)[:2]
        if name not in self._values or not isinstance(position, int):
            yield from steps
            return
        step, part = self._parts_of(str(name))[position]
        yield from (str(name), step)
        if attrs.has(type(part)):
            within = _Places(type(part), {field: getattr(part, field) for field in attrs.fields_dict(type(part))})
            yield from within._in_document(steps[2:])
        else:
            yield from steps[2:]

    def _begins_with_id(self, steps: Sequence[str | int]) -> bool:
        """Tell whether a path begins with the noun's id, which may read like the name of a field."""
        if not steps or isinstance(steps[0], int):
            return False
        if steps[0] in self._fields:
            return steps[0] == self._values.get("id") and steps[1:2] != [] and steps[1] in self._fields
        return "id" in self._fields

    def _parts_of(self, name: str) -> Sequence[tuple[str | int, Any]]:
        """Return the parts of a field in the noun's order, each with its position or key in the document."""
        if name not in self._parts:
            given, kept = self._values[name], _converted(self._fields[name], self._values[name])
            if isinstance(kept, FrozenMap):
                self._parts[name] = [(str(key), value) for key, value in kept.items()]
            elif kept is given:
                self._parts[name] = [*enumerate(given)]
            else:
                places = {id(part): place for place, part in enumerate(given)}
                self._parts[name] = [(places[id(part)], part) for part in kept]
        return self._parts[name]
