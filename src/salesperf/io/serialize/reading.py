"""What JSON can hold into nouns, quickly: the hooks with which the converter reads what is right.

What is wrong may stop them anyhow and anywhere, since the examining hooks then read the same again.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias, cast, get_args

import attrs
import cattrs
from cattrs.cols import namedtuple_dict_structure_factory
from cattrs.gen import make_dict_structure_fn

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.io.serialize.annotations import (
    arguments_of_map,
    is_as_it_is,
    is_map,
    is_noun_of_some,
    is_number,
    is_of_parts,
    is_optional,
    is_pair,
    is_tuple,
    is_type_variable,
    options_of,
    without_none,
)
from salesperf.io.serialize.kinds import RULES, named_options
from salesperf.io.serialize.pairs import checked_pair
from salesperf.io.serialize.scalars import (
    cut_of,
    date_of,
    decimal_of,
    end_of,
    expect,
    float_of,
    known_date_of,
    known_unit_of,
    number_of,
    unit_of,
)
from salesperf.io.serialize.tagged import Plain, Read, quick_mapping_of
from salesperf.model.amount import Amount, Unit
from salesperf.model.change import Change
from salesperf.model.customer import Contact
from salesperf.model.frozen import FrozenMap
from salesperf.model.metric import STANDARD_METRICS, Band, Direction, Metric
from salesperf.model.opportunity import Opportunity
from salesperf.model.rule import Rule
from salesperf.scorecard.bands import Cut

__all__ = ["Hook", "Kind", "teach_to_read", "teach_to_read_metrics", "teach_to_read_scalars"]

Kind: TypeAlias = Any
"""The type of a field."""
Hook: TypeAlias = Read

_IS_DETAILED: Final = False
_FORBIDS_MORE: Final = True
_LISTS: Final = frozenset({"competitors", "as_exported"})


def teach_to_read(converter: cattrs.Converter) -> None:
    """Give a converter the hooks by which it reads, quickly."""
    make = converter.register_structure_hook_factory
    # What is registered later is asked first.
    make(attrs.has, _noun)
    make(is_pair, _pair)
    make(is_tuple, _tuple)
    make(lambda kind: kind == Cut, lambda _: lambda data, _: cut_of(data))
    make(is_map, _map)
    teach_to_read_scalars(converter)
    converter.register_structure_hook(Amount, lambda data, _: _amount(data))
    converter.register_structure_hook(Change, lambda data, _: _changes([data])[0])
    converter.register_structure_hook(Opportunity, lambda data, _: _opportunity(data, converter))
    teach_to_read_metrics(converter, _noun(Metric, converter))


def teach_to_read_scalars(converter: cattrs.Converter) -> None:
    """Give a converter the hooks for what has no parts, and for choices between kinds."""
    make, read = converter.register_structure_hook_factory, converter.register_structure_hook
    make(is_optional, _optional)
    make(is_noun_of_some, _noun_of_some)
    make(is_number, _number)
    make(is_as_it_is, lambda _: _as_it_is)
    make(is_type_variable, lambda _: lambda data, _: end_of(data))
    make(lambda kind: kind is Direction, _direction)
    make(lambda kind: kind is Rule, _rule)
    for kind in (str, int, bool):  # which cattrs would make of anything
        read(kind, _as_it_is)
    read(date, lambda data, _: date_of(data))
    read(Decimal, lambda data, _: decimal_of(data))
    read(float, lambda data, _: float_of(data))
    read(Unit, lambda data, _: unit_of(data))


def teach_to_read_metrics(converter: cattrs.Converter, in_full: Hook) -> None:
    """Give a converter the hook for metrics, which stand by their key or in full."""

    def read(data: Plain, kind: Kind) -> Metric:
        if type(data) is not str:
            return cast("Metric", in_full(data, kind))
        if data not in STANDARD_METRICS:
            raise InvalidValueError("choice", choices=tuple(STANDARD_METRICS), value=data)
        return STANDARD_METRICS[data]

    converter.register_structure_hook(Metric, read)


def _as_it_is(data: Plain, _: Kind) -> Plain:
    """Hand on what JSON has a kind for: the noun refuses at its door whatever does not belong."""
    return data


def _noun(kind: Kind, converter: cattrs.Converter) -> Hook:
    return make_dict_structure_fn(
        kind, converter, _cattrs_forbid_extra_keys=_FORBIDS_MORE, _cattrs_detailed_validation=_IS_DETAILED
    )


def _pair(kind: Kind, converter: cattrs.Converter) -> Hook:
    read = namedtuple_dict_structure_factory(kind, converter, _IS_DETAILED, _FORBIDS_MORE)
    return lambda data, _: checked_pair(read(data, kind))


def _tuple(kind: Kind, converter: cattrs.Converter) -> Hook:
    first, *others = get_args(kind)

    def read_any_number(data: Plain, _: Kind) -> tuple[Any, ...]:
        expect(data, list)
        read = converter.get_structure_hook(first)  # not before: a breakdown has breakdowns as its parts
        return tuple([read(item, first) for item in data])

    def read_each(data: Plain, _: Kind) -> tuple[Any, ...]:
        expect(data, list)
        return tuple([converter.structure(item, part) for item, part in zip(data, (first, *others), strict=True)])

    return read_any_number if others == [Ellipsis] else read_each


def _map(kind: Kind, converter: cattrs.Converter) -> Hook:
    key, value = arguments_of_map(kind)
    if key is date:
        return lambda data, _: FrozenMap({date_of(on): name for on, name in data.items()})
    if value is str:
        return lambda data, _: FrozenMap(data.items())
    if is_of_parts(value):
        return lambda data, _: FrozenMap({name: converter.structure(part, value) for name, part in data.items()})
    return lambda data, _: quick_mapping_of(data, converter.structure)


def _optional(kind: Kind, converter: cattrs.Converter) -> Hook:
    inner = without_none(kind)

    def read(data: Plain, _: Kind) -> Any:  # noqa: ANN401 - whatever the field holds
        return None if data is None else converter.structure(data, inner)

    return read


def _number(kind: Kind, converter: cattrs.Converter) -> Hook:
    kinds = options_of(kind)
    return lambda data, _: number_of(data, kinds, lambda inner: converter.structure(inner, Amount))


def _direction(_: Kind, converter: cattrs.Converter) -> Hook:
    return lambda data, _: converter.structure(data, Band) if type(data) is dict else data


def _rule(_: Kind, converter: cattrs.Converter) -> Hook:
    return _named(RULES, converter)


def _noun_of_some(kind: Kind, converter: cattrs.Converter) -> Hook:
    return _named(named_options(kind), converter)


def _named(options: Mapping[str, type], converter: cattrs.Converter) -> Hook:
    """Read an object with one key, which tells of which kind it is."""

    def read(data: Plain, _: Kind) -> Any:  # noqa: ANN401 - a rule or a noun
        expect(data, dict)
        if len(data) != 1:
            raise InvalidValueError("length", expected=1, value=len(data))
        ((name, inner),) = data.items()
        if name not in options:
            raise InvalidValueError("choice", choices=tuple(options), value=name)
        try:
            return converter.structure(inner, options[name])
        except SalesperfError as error:
            raise error.within(name) from None

    return read


# Of these there are many. The noun itself refuses fields that it lacks or does not know.


def _amount(data: Plain) -> Amount:
    fields = {**data}
    fields["unit"] = known_unit_of(fields["unit"])
    return Amount(**fields)


def _changes(history: Plain) -> tuple[Change, ...]:
    expect(history, list)
    changes = []
    for change in history:
        fields = {**change}
        if (on := fields["on"]) is not None:
            fields["on"] = known_date_of(on)
        if (amount := fields.get("amount")) is not None:
            fields["amount"] = _amount(amount)
        if (expected_close := fields.get("expected_close")) is not None:
            fields["expected_close"] = known_date_of(expected_close)
        if "evidence" in fields:
            expect(fields["evidence"], list)
        changes.append(Change(**fields))
    return tuple(changes)


def _opportunity(data: Plain, converter: cattrs.Converter) -> Opportunity:
    fields = {**data}
    fields["history"] = _changes(fields["history"])
    if "facts" in fields:
        fields["facts"] = quick_mapping_of(fields["facts"], converter.structure)
    if "contacts" in fields:
        fields["contacts"] = converter.structure(fields["contacts"], tuple[Contact, ...])
    for name in _LISTS.intersection(fields):
        expect(fields[name], list)
    if (exported := fields.get("exported")) is not None:
        fields["exported"] = known_date_of(exported)
    return Opportunity(**fields)
