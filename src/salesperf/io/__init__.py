"""Reading and writing what other programs understand: one module a format.

Examples
--------
>>> from salesperf import io
>>> io.folder.read_sample().org.rep_by_id["r-07"].hired
datetime.date(2026, 7, 1)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from salesperf.io import folder

__all__ = ["folder"]

_ROOMS: Final = frozenset({"folder", "serialize"})
"""``serialize`` is no part of ``__all__``: it needs an extra, which ``from salesperf.io import *`` must not."""


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        message = f"module 'salesperf.io' has no attribute {name!r}"
        raise AttributeError(message)
    return import_module(f"salesperf.io.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})
