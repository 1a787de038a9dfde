"""JSON text, from anybody, into plain data: within limits, each key once, no number that is none.

Python's parser is quick and exact, but it lets a key come twice, takes ``NaN`` for a number, and goes as deep as it is led. To
ask it about each object takes as long again. So a quicker parser goes first, which loses such things in silence. Where what it
read is written again byte for byte, nothing was lost: so it is with all that we wrote on one line. Of any other text the
questions are asked as a whole, with methods of bytes that run at the speed of memory. Only text that fails them is parsed again
with questions asked everywhere.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Final

import attrs
import numpy as np
import orjson

from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.io.serialize.scalars import MOST_DIGITS
from salesperf.io.serialize.tagged import MOST_FAULTS, Plain, limited
from salesperf.model.validators import check_whole, repeated

__all__ = ["LIMIT_BYTES", "MOST_DEPTH", "parse", "write", "write_indented"]

LIMIT_BYTES: Final = 2**28
"""The size beyond which a document is refused unless its reader allows more: 256 MiB, some 800,000 deals."""
MOST_DEPTH: Final = 254
"""How many objects and arrays may stand within each other: as many as are written."""

_MOST_BYTES: Final = 2**63 - 1
_MARK: Final = b"\xef\xbb\xbf"
_OUTLINE: Final = b'"[]{}:'
_REST: Final = bytes(set(range(256)) - set(_OUTLINE))
_AS_ZERO: Final = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS: Final = b"0" * 19
"""Whole numbers that may not fit 64 bits, of which the quick parser makes floats."""
_QUOTE, _COLON, _CLOSINGS = ord('"'), ord(":"), (ord("]"), ord("}"))


def write(data: object, open_up: Callable[[object], Plain] | None = None) -> str:
    """Write plain data as JSON text, on one line.

    Parameters
    ----------
    data
        What JSON can hold, and what ``open_up`` turns into such.
    open_up
        Called for whatever JSON cannot hold.

    Raises
    ------
    InvalidValueError
        If there is nothing to be opened up, and the data are nested too deeply.
    TypeError
        If there is; or if the data hold what JSON cannot.
    """
    try:
        return orjson.dumps(data, default=open_up).decode()
    except TypeError:
        if open_up is not None or _depth(data) <= MOST_DEPTH:
            raise
        raise InvalidValueError("nested_too_deeply", limit=MOST_DEPTH) from None


def _writes_deeper() -> bool:
    """Tell whether the quick writer, of whatever version, goes deeper than is read."""
    nested: list[Any] = []
    for _ in range(MOST_DEPTH):
        nested = [nested]
    try:
        orjson.dumps(nested)
    except TypeError:
        return False
    return True


_WRITES_DEEPER: Final = _writes_deeper()


def _depth(data: Plain) -> int:
    """Count how many objects and arrays stand within each other."""
    depth, level = 0, [data]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [item for holder in level for item in (holder.values() if isinstance(holder, dict) else holder)]
    return depth


def write_indented(data: Plain, indent: int) -> str:
    """Write plain data as JSON text, a line for each item."""
    write(data)  # which refuses what Python's writer lets pass
    return json.dumps(data, indent=indent, ensure_ascii=False)


def parse(text: str | bytes, limit_bytes: int) -> tuple[Plain, list[SalesperfError]]:
    """Read JSON text.

    Returns
    -------
    tuple
        The data, and the faults of single places in it: keys that come twice, numbers that are none or too long.

    Raises
    ------
    InvalidValueError
        If the text is too large, no UTF-8, nested too deeply, or no JSON.
    """
    check_whole(limit_bytes, ("limit_bytes",), 0, _MOST_BYTES)
    content = _encoded(text)
    if len(content) > limit_bytes:
        raise InvalidValueError("document_too_large", limit=_mebibytes(limit_bytes), size=_mebibytes(len(content)))
    data = written = None
    # A type error tells of what is too deep to be written again; whatever else is wrong, Python's parser says better.
    with suppress(ValueError, TypeError):
        data = orjson.loads(content)
        written = orjson.dumps(data)
    if written == content and not _WRITES_DEEPER:
        return data, []
    depth, keys = _outline(content)
    if depth > MOST_DEPTH:
        raise InvalidValueError("nested_too_deeply", limit=MOST_DEPTH)
    if written == content:
        return data, []
    # Written anew, each key stands there once: fewer than before, if one came twice.
    if written is not None and _MANY_DIGITS not in content.translate(_AS_ZERO) and _outline(written)[1] == keys:
        return data, []
    return _parsed_slowly(_decoded(content))


def _encoded(text: str | bytes) -> bytes:
    """Return the bytes of a text, without the mark of byte order that some editors put before it."""
    if isinstance(text, bytes):
        return text.removeprefix(_MARK)
    if not isinstance(text, str):
        raise InvalidValueError("wrong_type", path=("text",), expected=(str, bytes), value=text)
    try:
        return text.encode().removeprefix(_MARK)
    except UnicodeEncodeError:
        raise InvalidValueError("not_encodable") from None


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InvalidValueError("document_decoding", position=error.start) from None


def _outline(content: bytes) -> tuple[int, int]:
    """Measure how deep brackets stand within each other, and count the colons after keys, without parsing.

    Up to the first error of syntax both are what a parser would find, and behind that no parser goes.
    """
    if b"\\" in content:  # an escaped quote does not end a text; nor does an escaped backslash escape what follows
        content = content.replace(rb"\\", b"").replace(rb"\"", b"")
    # Two quotes side by side, whichever they are, leave what is within a text within, and what is outside outside.
    outline = content.translate(None, _REST).replace(b'""', b"")
    signs = np.frombuffer(outline, dtype=np.uint8)
    is_quote = signs == _QUOTE
    if is_quote.any():
        signs = signs[~is_quote & (np.cumsum(is_quote) % 2 == 0)]
    is_colon = signs == _COLON
    steps = np.where(np.isin(signs, _CLOSINGS), -1, 1)[~is_colon]
    return int(np.cumsum(steps).max(initial=0)), int(np.count_nonzero(is_colon))


def _mebibytes(count: int) -> float:
    """Write a number of bytes so short that it cannot be taken for somebody's number."""
    return float(f"{count / 2**20:.3g}")


# The slow way


@attrs.frozen
class _Refused:
    """Stands in the data for what is refused there: a light thing, since a hostile text may hold millions."""

    code: str
    value: object = None
    again: tuple[str, ...] = ()
    instead: Plain = None

    def errors(self, path: tuple[str | int, ...]) -> Iterator[SalesperfError]:
        for name in self.again:
            yield InvalidValueError(self.code, path=(*path, name), value=name)
        if not self.again:
            yield InvalidValueError(self.code, path=path, limit=MOST_DIGITS, value=self.value)


def _constant(word: str) -> _Refused:
    return _Refused("not_finite", float(word))


def _number(text: str) -> Any:  # noqa: ANN401 - an int, a float, or what stands for neither
    if len(text) > MOST_DIGITS:
        return _Refused("number_too_long")
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _object(pairs: list[tuple[str, Plain]]) -> Any:  # noqa: ANN401 - a dict, or what stands for one
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    again = dict.fromkeys(name for _, name in repeated(name for name, _ in pairs))
    return _Refused("not_unique", again=tuple(islice(again, MOST_FAULTS + 1)), instead=made)


def _parsed_slowly(text: str) -> tuple[Plain, list[SalesperfError]]:
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise InvalidValueError("json_syntax", path=(error.lineno, error.colno)) from None
    top = [data]
    faults = limited([*islice(_told(top), MOST_FAULTS + 1)])
    return top[0], faults


def _told(top: list[Plain]) -> Iterator[SalesperfError]:
    """Yield the fault of each place that has one, with its path, and put there what stands instead."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(top, ())]
    while waiting:
        holder, path = waiting.pop()
        for step, item in holder.items() if isinstance(holder, dict) else enumerate(holder):
            place = () if holder is top else (*path, step)
            if isinstance(item, _Refused):
                yield from item.errors(place)
                holder[step] = item.instead
            if isinstance(holder[step], dict | list):
                waiting.append((holder[step], place))
