"""JSON: every noun to text and back, exactly, and every fault of a document told with its path.

A document is an object of three fields: the schema with its version, the kind of the noun, and its data.

- An amount is a whole number of the smallest unit, with the unit in full: ``{"minor": 1234, "unit": "CNY:2:money"}``.
- Decimals and Fractions are text, ``"0.075"`` and ``"1/3"``; days are text, ``"2026-09-30"``.
- A ready-made metric stands by its key; fields that hold their default are left out.
- Where no field says which kind of value it holds (facts, arguments of messages), text, yes, no, and numbers that are no
  Decimals stand as they are; all else is an object with one key: ``{"date": "2026-09-30"}``, ``{"Decimal": "1.50"}``. Facts
  hold fewer kinds of values: neither nothing nor floats.
- Names, telephone numbers and whatever else is personal are in it, since this is how they are stored: keep a document as you
  keep them. No message about a faulty document shows them.

It needs the extra ``json``.

Examples
--------
>>> from datetime import date
>>> from salesperf import CNY, Amount, Change, Opportunity
>>> deal = Opportunity(id="o-1", history=[Change(date(2026, 9, 1), stage="proposal", amount=Amount.of(80_000, CNY))])
>>> text = dumps(deal)
>>> print(text[:110])
{"schema":"salesperf/1","kind":"Opportunity","data":{"id":"o-1","history":[{"on":"2026-09-01","stage":"proposa
>>> loads(text, Opportunity) == deal
True
"""

from salesperf.errors import MissingExtraError

try:
    import cattrs as _cattrs
    import orjson as _orjson
except ImportError as _error:
    raise MissingExtraError("missing_extra", package=_error.name, extra="json") from None

from salesperf.io.serialize.document import VERSION, dumps, loads, structure, unstructure
from salesperf.io.serialize.kinds import KINDS
from salesperf.io.serialize.schemas import schema
from salesperf.io.serialize.text import LIMIT_BYTES, MOST_DEPTH

__all__ = [
    "KINDS",
    "LIMIT_BYTES",
    "MOST_DEPTH",
    "VERSION",
    "dumps",
    "loads",
    "schema",
    "structure",
    "unstructure",
]

del _cattrs, _orjson
