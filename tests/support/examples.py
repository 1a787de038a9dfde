"""On how many inputs a law is tried."""

import os
from typing import Final

__all__ = ["EXAMPLES", "at_most"]

EXAMPLES: Final = int(os.environ.get("SALESPERF_EXAMPLES", "10"))
"""Of a law that does not say so itself; ``.ci/run`` tries more where it measures the coverage."""


def at_most(limit: int) -> int:
    """Of a law whose inputs are large and slow to make: half as many as of others, and no more than so many."""
    return min(limit, EXAMPLES // 2 + 1)
