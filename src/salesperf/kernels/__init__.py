"""Numbers only: arrays in, arrays out, and no word of sales."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesperf.kernels import (
        apportionment,
        concentration,
        events,
        numeric,
        proportion,
        ranking,
        shapley,
        special,
        sums,
        survival,
    )

__all__ = [
    "apportionment",
    "concentration",
    "events",
    "numeric",
    "proportion",
    "ranking",
    "shapley",
    "special",
    "sums",
    "survival",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        message = f"module 'salesperf.kernels' has no attribute {name!r}"
        raise AttributeError(message)
    return import_module(f"salesperf.kernels.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
