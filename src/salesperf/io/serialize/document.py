"""Documents: nouns as JSON text in an envelope that says what they are, and by which version of the format."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.io.serialize import text as json_text
from salesperf.io.serialize.converter import CONVERTER, EXAMINER
from salesperf.io.serialize.examining import misspelt
from salesperf.io.serialize.kinds import KINDS
from salesperf.io.serialize.scalars import expect
from salesperf.io.serialize.tagged import MOST_FAULTS, Plain, faults_in
from salesperf.io.serialize.text import LIMIT_BYTES, MOST_DEPTH
from salesperf.model.calendar import Calendar
from salesperf.model.records import Records
from salesperf.model.validators import check_whole

__all__ = ["ENVELOPE", "MIGRATIONS", "SCHEMA", "VERSION", "dumps", "loads", "require_kind", "structure", "unstructure"]

NounT = TypeVar("NounT")

SCHEMA: Final = "salesperf"
"""The name of the format."""
VERSION: Final = 1
"""The version that is written; documents of all versions up to it are read."""
ENVELOPE: Final = ("schema", "kind", "data")
"""The fields of a document."""
MIGRATIONS: Final[Mapping[int, Callable[[str, Plain], Plain]]] = MappingProxyType({})
"""Version to what makes data of the next version from the kind and data of this one. Whoever changes what is written, which
includes what a ready-made metric means, raises :data:`VERSION` and writes the step from the one before."""

_MOST_INDENT: Final = 8
_PLAIN_CALENDAR: Final = Calendar()
_SCHEMA: Final = re.compile(SCHEMA + r"/([1-9][0-9]{0,5})\Z")


def unstructure(noun: object) -> Plain:
    """Turn a noun into plain data: dicts, lists, text, numbers, yes, no and nothing.

    Parameters
    ----------
    noun
        Any of :data:`KINDS`.

    Returns
    -------
    object
        What JSON can hold, without an envelope. Fields that hold their default are left out.

    Raises
    ------
    InvalidValueError
        If it is no noun, or holds what a document cannot: a rule of your own, a value of an unknown kind, an array of more
        than one dimension, a number of more than 640 digits, parts nested too deeply.

    Notes
    -----
    Personal fields are among the data, since this is how they are stored.

    Examples
    --------
    >>> from salesperf import CNY, Amount
    >>> unstructure(Amount.of("12.34", CNY))
    {'minor': 1234, 'unit': 'CNY:2:money'}
    """
    require_kind(type(noun), "noun")
    try:
        return CONVERTER.unstructure(noun)
    except RecursionError:
        raise InvalidValueError("nested_too_deeply", limit=MOST_DEPTH) from None


def structure(data: object, kind: type[NounT]) -> NounT:
    """Make a noun from plain data.

    Parameters
    ----------
    data
        As :func:`unstructure` returns it.
    kind
        The class of the noun, one of :data:`KINDS`.

    Raises
    ------
    InvalidInputError
        With every fault, each with its path: ``("opportunities", 17, "history", 2, "on")``.

    Examples
    --------
    >>> from salesperf import Amount
    >>> structure({"minor": 1234, "unit": "CNY"}, Amount)
    Amount(minor=1234, unit=Unit(code='CNY', digits=2, dimension='money'))
    >>> try:
    ...     structure({"minor": "1234", "units": "CNY"}, Amount)
    ... except InvalidInputError as error:
    ...     print(error)
    faults in the input: 3
    - unit: expected a value, got none
    - units: expected a known field, perhaps 'unit', got 'units'
    - minor: expected int, got '1234'
    """
    require_kind(kind, "kind")
    try:
        return CONVERTER.structure(data, kind)
    except Exception:  # noqa: BLE001 - whatever stopped it, the examination finds out why
        return _examined(data, kind)


def _examined(data: object, kind: type[NounT]) -> NounT:
    try:
        return EXAMINER.structure(data, kind)
    except SalesperfError as error:
        raise InvalidInputError(faults_in(error)) from None
    except RecursionError:
        raise InvalidInputError([InvalidValueError("nested_too_deeply", limit=MOST_DEPTH)]) from None


def require_kind(kind: object, argument: str) -> None:
    """Refuse an argument that is not the class of a noun, or whose class is none."""
    if not isinstance(kind, type) or KINDS.get(kind.__name__) is not kind:
        raise InvalidValueError("wrong_type", path=(argument,), expected=tuple(KINDS.values()), value=kind)


def dumps(noun: object, *, indent: int | None = None) -> str:
    """Write a noun as a document: JSON text that says what it is.

    Parameters
    ----------
    noun
        Any of :data:`KINDS`.
    indent
        How many blanks each level is set in, 0 to 8; ``None`` for all on one line.

    Raises
    ------
    InvalidValueError
        As of :func:`unstructure`; or if text cannot be encoded.

    Notes
    -----
    The same noun always gives the same text. Personal fields are in it: keep it as you keep them.

    Examples
    --------
    >>> from salesperf import CNY, Amount
    >>> dumps(Amount.of("12.34", CNY))
    '{"schema":"salesperf/1","kind":"Amount","data":{"minor":1234,"unit":"CNY:2:money"}}'
    """
    require_kind(type(noun), "noun")
    if indent is not None:
        check_whole(indent, ("indent",), 0, _MOST_INDENT)
        return json_text.write_indented(_enclosed(noun, unstructure(noun)), indent)
    try:
        return json_text.write(_enclosed(noun, noun), _opened_up)
    except TypeError:  # the writer says not where; to unstructure it all does
        return json_text.write(_enclosed(noun, unstructure(noun)))


def _enclosed(noun: object, data: object) -> dict[str, object]:
    return {"schema": f"{SCHEMA}/{VERSION}", "kind": type(noun).__name__, "data": data}


def _opened_up(noun: object) -> Plain:
    """Turn a noun into plain data when it is its turn to be written."""
    return _OPENERS[type(noun)](noun)


def _opened_records(records: Records) -> Plain:
    """Open records field by field.

    What they hold is turned into plain data one noun after the other, each forgotten as soon as it is written: a whole tree of
    them would take as long again, since it does not fit the caches.
    """
    held = {field.name: (getattr(records, field.name), field.default) for field in attrs.fields(Records)}
    return {name: value for name, (value, default) in held.items() if value not in (default, _PLAIN_CALENDAR)}


_OPENERS: Final[Mapping[type, Callable[[Any], Plain]]] = MappingProxyType(
    {kind: CONVERTER.get_unstructure_hook(kind) for kind in KINDS.values()} | {Records: _opened_records}
)


def loads(text: str | bytes, kind: type[NounT], *, limit_bytes: int = LIMIT_BYTES) -> NounT:
    """Read a document.

    Parameters
    ----------
    text
        JSON text, or its bytes in UTF-8.
    kind
        The class of the noun that it must hold, one of :data:`KINDS`.
    limit_bytes
        The largest document that is read, in bytes.

    Raises
    ------
    InvalidValueError
        If the text is too large, no UTF-8, no JSON (the path is line and column), or nested too deeply.
    InvalidInputError
        If the envelope is another, of a newer version or of another kind; or with every fault of the data, each with its path.

    Examples
    --------
    >>> from salesperf import Team
    >>> loads('{"schema": "salesperf/1", "kind": "Team", "data": {"id": "east"}}', Team)
    Team(id='east', name='', parent=None, manager=None)
    >>> try:
    ...     loads('{"schema": "salesperf/1", "kind": "Team", "data": {"id": "", "id": 7, "name": NaN}}', Team)
    ... except InvalidInputError as error:
    ...     print(error)
    faults in the input: 3
    - id: expected each one once, got 'id' again
    - name: expected a finite number, got nan
    - id: expected text, got 7
    """
    require_kind(kind, "kind")
    document, told = json_text.parse(text, limit_bytes)
    # In the envelope a fault has the path of the envelope's field, and in the data the path within them.
    faults = [fault.at(*fault.path[1:]) if fault.path[:1] == ("data",) and fault.path[1:] else fault for fault in told]
    if len(faults) > MOST_FAULTS:  # the rest has not been looked through
        raise InvalidInputError(faults)
    try:
        noun = _structured(_opened(document, kind), kind)
    except InvalidInputError as error:
        # Where a number has been refused already, nothing stands, and to refuse that too would say the same twice.
        paths = {fault.path for fault in faults if fault.code != "not_unique"}
        faults += [fault for fault in faults_in(error) if fault.path not in paths]
    if faults:
        raise InvalidInputError(faults)
    return noun


def _structured(data: Plain, kind: type[NounT]) -> NounT:
    """Make the noun; a fault of the data as a whole stands in the field of the envelope that holds them."""
    try:
        return structure(data, kind)
    except InvalidInputError as error:
        raise InvalidInputError([fault if fault.path else fault.at("data") for fault in faults_in(error)]) from None


def _opened(document: Plain, kind: type) -> Plain:
    """Take the data out of the envelope, as the version that is written now has them."""
    faults: list[SalesperfError] = []
    try:
        expect(document, dict)
    except InvalidValueError as error:
        raise InvalidInputError([error]) from None
    faults += [InvalidValueError("missing_field", path=(name,)) for name in ENVELOPE if name not in document]
    faults += [misspelt(name, ENVELOPE) for name in document if name not in ENVELOPE]
    if not faults:
        faults += _faults_of_label(document, kind)
    if faults:
        raise InvalidInputError(faults)
    data = document["data"]
    for version in range(_version(document), VERSION):
        data = MIGRATIONS[version](kind.__name__, data)
    return data


def _faults_of_label(document: Plain, kind: type) -> list[SalesperfError]:
    faults: list[SalesperfError] = []
    version = _version(document)
    if not version:
        faults.append(
            InvalidValueError("schema_unknown", path=("schema",), known=f"{SCHEMA}/{VERSION}", value=document["schema"])
        )
    elif version > VERSION:
        faults.append(InvalidValueError("schema_newer", path=("schema",), known=VERSION, value=version))
    if document["kind"] != kind.__name__:
        faults.append(InvalidValueError("choice", path=("kind",), choices=(kind.__name__,), value=document["kind"]))
    return faults


def _version(document: Plain) -> int:
    """Read the version of a document; 0 where it is none of this format."""
    match = _SCHEMA.match(document["schema"]) if type(document["schema"]) is str else None
    return int(match[1]) if match else 0
