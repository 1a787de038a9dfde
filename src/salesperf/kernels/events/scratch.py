"""Memory for work that is done a block at a time."""

from typing import Final

import numpy as np
from numpy.typing import DTypeLike

from salesperf.kernels.numeric import AnyColumn

__all__ = ["BLOCK", "Scratch"]

BLOCK: Final = 32_768
"""Rows worked on at a time, so that scratch stays in the cache."""


class Scratch:
    """Memory that each block uses again: fresh memory for each would cost more than the work done in it."""

    def __init__(self) -> None:
        self._buffers: dict[tuple[str, DTypeLike], AnyColumn] = {}

    def __call__(self, name: str, size: int, dtype: DTypeLike = np.int64) -> AnyColumn:
        """Return the memory of a name and type, which holds whatever it held."""
        buffer = self._buffers.get((name, dtype))
        if buffer is None or buffer.size < size:
            buffer = self._buffers[name, dtype] = np.empty(max(size, BLOCK), dtype=dtype)
        return buffer[:size]
