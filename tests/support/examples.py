"""On how many inputs a law is tried."""

import math
import os
from typing import Final

__all__ = ["EXAMPLES", "at_most", "draws", "standard_error"]

EXAMPLES: Final = int(os.environ.get("SALESPERF_EXAMPLES", "3"))
"""Of a law that does not say so itself; ``.ci/run`` tries more where it measures the coverage."""

_MANY: Final = 12


def at_most(limit: int) -> int:
    """Of a law whose inputs are large and slow to make: half as many as of others, and no more than so many."""
    return min(limit, EXAMPLES // 2 + 1)


def draws(full: int) -> int:
    """Of a simulation: so many where laws are tried on many inputs, a quarter of them otherwise."""
    return full if EXAMPLES >= _MANY else full // 4


def standard_error(share: float, count: int) -> float:
    """How far the share of so many draws strays from the true one."""
    return math.sqrt(share * (1 - share) / count)
