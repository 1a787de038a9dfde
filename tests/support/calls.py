"""How many calls it takes to answer a question."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

__all__ = ["calls_by_place", "calls_of"]


def calls_of(ask: Callable[[], object]) -> int:
    """Count the calls, those of constructors among them."""
    count = 0

    def tell(*_: object) -> None:
        nonlocal count
        count += 1

    _watched(ask, tell)
    return count


def calls_by_place(ask: Callable[[], object]) -> Counter[str]:
    """Count the calls of each function, and within each those of what is not written in Python."""
    counts = Counter[str]()

    def tell(frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_call"):
            counts[f"{event} {frame.f_code.co_filename}:{frame.f_code.co_firstlineno} {frame.f_code.co_name}"] += 1

    _watched(ask, tell)
    return counts


def _watched(ask: Callable[[], object], tell: Callable[[FrameType, str, object], None]) -> None:
    before = sys.getprofile()
    sys.setprofile(tell)
    try:
        ask()
    finally:
        sys.setprofile(before)
