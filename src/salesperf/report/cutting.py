"""Keeping a report short: of a table with a line for each of thousands, what a reader can read, and how much is left out."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

__all__ = ["MOST_LINES", "Levelled", "topmost"]

MOST_LINES: Final = 60
"""So many lines of a tree, of people, or of whatever else there may be thousands, are listed."""


class Levelled(Protocol):
    """What stands in a tree, so many levels below its top."""

    @property
    def level(self) -> int:
        """How many of the tree stand above it."""


LineT = TypeVar("LineT", bound=Levelled)


def topmost(lines: Sequence[LineT], most: int = MOST_LINES) -> Sequence[LineT]:
    """Keep as many levels as there is room for, so that every line stands below its own; of the topmost as many as fit.

    Parameters
    ----------
    lines
        A tree, each line before what is below it.
    most
        How many lines there is room for.

    Examples
    --------
    >>> from types import SimpleNamespace as Line
    >>> tree = [Line(name="east", level=0), Line(name="ada", level=1), Line(name="west", level=0), Line(name="bo", level=1)]
    >>> [line.name for line in topmost(tree, 3)], [line.name for line in topmost(tree, 1)]
    (['east', 'west'], ['east'])
    """
    for levels in range(max((line.level for line in lines), default=0), 0, -1):
        shown = [line for line in lines if line.level <= levels]
        if len(shown) <= most:
            return shown
    return [line for line in lines if line.level == 0][:most]
