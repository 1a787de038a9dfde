"""Nouns into what JSON can hold: the hooks with which the converter writes."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias, get_args

import attrs
import cattrs
from cattrs.cols import namedtuple_dict_unstructure_factory
from cattrs.gen import make_dict_unstructure_fn, override

from salesperf.errors import InvalidValueError
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
    without_none,
)
from salesperf.io.serialize.kinds import RULES, named_options
from salesperf.io.serialize.pairs import checked_pair
from salesperf.io.serialize.scalars import (
    check_text,
    date_text,
    decimal_text,
    plain_amount,
    plain_cut,
    plain_end,
    plain_float,
    plain_number,
    unit_text,
)
from salesperf.io.serialize.tagged import Plain, Write, plain_mapping, plain_value
from salesperf.model.amount import Amount, Unit
from salesperf.model.change import Change
from salesperf.model.metric import STANDARD_METRICS, Band, Direction, Metric
from salesperf.model.opportunity import Opportunity
from salesperf.model.rule import Rule
from salesperf.scorecard.bands import Cut

__all__ = ["teach_to_write"]

_OMITS_DEFAULTS: Final = True
_NO_FACTS: Final = attrs.fields(Opportunity).facts.default

Kind: TypeAlias = Any
"""The type of a field."""


def teach_to_write(converter: cattrs.Converter) -> None:
    """Give a converter the hooks by which it writes."""
    make, write = converter.register_unstructure_hook_factory, converter.register_unstructure_hook
    # What is registered later is asked first.
    make(attrs.has, _noun)
    make(is_pair, _pair)
    make(is_tuple, _tuple)
    make(lambda kind: kind == Cut, lambda _: plain_cut)
    make(is_noun_of_some, _noun_of_some)
    make(is_map, _map)
    make(is_optional, _optional)
    make(is_number, lambda _: plain_number)
    make(is_as_it_is, lambda _: _as_it_is)
    make(is_type_variable, lambda _: plain_end)
    make(lambda kind: kind is Direction, lambda _: lambda value: _direction(value, converter.unstructure))
    make(lambda kind: kind is Rule, lambda _: lambda value: _rule(value, converter.unstructure))
    write(date, date_text)
    write(Decimal, decimal_text)
    write(float, plain_float)
    write(Unit, unit_text)
    write(Amount, plain_amount)
    in_full = _noun(Metric, converter)
    write(Metric, lambda metric: _metric(metric, in_full))
    write(Change, lambda change: _changes((change,))[0])
    write(Opportunity, partial(_opportunity, write=converter.unstructure))


def _as_it_is(value: Plain) -> Plain:
    return value


def _noun(kind: Kind, converter: cattrs.Converter) -> Write:
    # A number equals others, with more zeros at the end or of another kind: not what a reader would put in its place.
    defaults = {
        field.name: field.default
        for field in attrs.fields(attrs.resolve_types(kind))
        if isinstance(field.default, Decimal) or (type(field.default) is int and is_number(field.type))
    }
    kept: dict[str, Any] = dict.fromkeys(defaults, override(omit_if_default=False))
    write = make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True, **kept)
    if not defaults:
        return write
    omitted = {name: plain_number(default) for name, default in defaults.items()}

    def write_exactly(noun: object) -> Plain:
        plain = write(noun)
        for name, default in omitted.items():
            if plain[name] == default and type(plain[name]) is type(default):
                del plain[name]
        return plain

    return write_exactly


def _pair(kind: Kind, converter: cattrs.Converter) -> Write:
    write = namedtuple_dict_unstructure_factory(kind, converter, _OMITS_DEFAULTS)
    return lambda pair: write(checked_pair(pair))


def _tuple(kind: Kind, converter: cattrs.Converter) -> Write:
    first, *others = get_args(kind)
    if others != [Ellipsis]:
        writers = [converter.get_unstructure_hook(part) for part in (first, *others)]
        return lambda items: [write(item) for write, item in zip(writers, items, strict=True)]
    if is_as_it_is(first):
        return list

    def write_any_number(items: tuple[Any, ...]) -> list[Plain]:
        write = converter.get_unstructure_hook(first)  # not before: a breakdown has breakdowns as its parts
        return [write(item) for item in items]

    return write_any_number


def _map(kind: Kind, converter: cattrs.Converter) -> Write:
    key, value = arguments_of_map(kind)
    if key is date:
        return lambda mapping: {date_text(on): name for on, name in mapping.items()}
    if is_of_parts(value):
        write = converter.get_unstructure_hook(value)
        return lambda mapping: {check_text(name): write(part) for name, part in mapping.items()}
    return dict if value is str else lambda mapping: plain_mapping(mapping, converter.unstructure)


def _optional(kind: Kind, converter: cattrs.Converter) -> Write:
    inner = without_none(kind)
    return lambda value: None if value is None else converter.unstructure(value, unstructure_as=inner)


def _noun_of_some(kind: Kind, converter: cattrs.Converter) -> Write:
    options = named_options(kind)

    def write(noun: object) -> Plain:
        name = type(noun).__name__
        if options.get(name) is not type(noun):
            raise InvalidValueError("wrong_type", expected=tuple(options.values()), value=noun)
        return {name: converter.unstructure(noun)}

    return write


def _direction(direction: str | Band, write: Write) -> Plain:
    return write(direction) if isinstance(direction, Band) else direction


def _rule(rule: Rule, write: Write) -> Plain:
    name = type(rule).__name__
    if RULES.get(name) is not type(rule):
        raise InvalidValueError("wrong_type", expected=tuple(RULES.values()), value=rule)
    return {name: write(rule)}


def _metric(metric: Metric, in_full: Write) -> Plain:
    """Write a ready-made metric by its key, any other in full."""
    standard = STANDARD_METRICS.get(metric.key)
    return metric.key if standard is metric or standard == metric else in_full(metric)


# Of changes and opportunities there are many, most of whose fields are empty: by hand they take half the time.


def _changes(history: Iterable[Change]) -> list[dict[str, Plain]]:  # noqa: C901 - a step for each field
    written = []
    unit = shown = None
    for change in history:
        on = change.on
        plain: dict[str, Plain] = {"on": None if on is None else date_text(on)}
        if (stage := change.stage) is not None:
            plain["stage"] = stage
        if (amount := change.amount) is not None:
            if amount.unit is not unit:
                unit, shown = amount.unit, unit_text(amount.unit)
            plain["amount"] = {"minor": amount.minor, "unit": shown}
        if (expected_close := change.expected_close) is not None:
            plain["expected_close"] = date_text(expected_close)
        if (owner := change.owner) is not None:
            plain["owner"] = owner
        if (category := change.category) is not None:
            plain["category"] = category
        if (grade := change.grade) is not None:
            plain["grade"] = grade
        if (reason := change.reason) is not None:
            plain["reason"] = reason
        if change.evidence:
            plain["evidence"] = list(change.evidence)
        written.append(plain)
    return written


def _opportunity(opportunity: Opportunity, write: Write) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"id": opportunity.id, "history": _changes(opportunity.history)}
    if (facts := opportunity.facts) is not _NO_FACTS and (known := facts.items()):
        plain["facts"] = {name: fact if type(fact) is str else plain_value(fact, write) for name, fact in known}
    if opportunity.contacts:
        plain["contacts"] = [write(contact) for contact in opportunity.contacts]
    if opportunity.competitors:
        plain["competitors"] = list(opportunity.competitors)
    if (customer := opportunity.customer) is not None:
        plain["customer"] = customer
    if (lead := opportunity.lead) is not None:
        plain["lead"] = lead
    if (process := opportunity.process) is not None:
        plain["process"] = process
    if opportunity.as_exported:
        plain["as_exported"] = list(opportunity.as_exported)
    if (exported := opportunity.exported) is not None:
        plain["exported"] = date_text(exported)
    return plain
