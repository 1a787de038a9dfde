"""Keeping a list short: of thousands, those that a reader can read, and those that are only counted."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Generic, Protocol, TypeVar

import attrs

__all__ = ["Cut", "Levelled", "LineT", "few_of_each", "first", "topmost"]


class Levelled(Protocol):
    """What stands in a tree, so many levels below its top."""

    @property
    def level(self) -> int:
        """How many of the tree stand above it."""


ItemT = TypeVar("ItemT")
ShownT_co = TypeVar("ShownT_co", covariant=True)
LineT = TypeVar("LineT", bound=Levelled)


@attrs.frozen
class Cut(Generic[ShownT_co]):
    """A list in two parts.

    Attributes
    ----------
    shown : tuple
        What is told one by one.
    rest : tuple
        What is only counted.
    """

    shown: tuple[ShownT_co, ...]
    rest: tuple[ShownT_co, ...]


def first(items: Sequence[ItemT], most: int) -> Cut[ItemT]:
    """Show the first so many.

    Examples
    --------
    >>> first("abc", 2)
    Cut(shown=('a', 'b'), rest=('c',))
    """
    return Cut(tuple(items[:most]), tuple(items[most:]))


def few_of_each(
    items: Sequence[ItemT], kind: Callable[[ItemT], Hashable], most_of_kind: int, most: int | None = None
) -> Cut[ItemT]:
    """Show few enough of each kind that none crowds out the others; ``most`` of all together.

    Examples
    --------
    >>> few_of_each(["a1", "a2", "a3", "b1"], lambda item: item[0], 2)
    Cut(shown=('a1', 'a2', 'b1'), rest=('a3',))
    """
    met: Counter[Hashable] = Counter()
    shown: list[int] = []
    for place, item in enumerate(items):
        met[kind(item)] += 1
        if met[kind(item)] <= most_of_kind and (most is None or len(shown) < most):
            shown.append(place)
    return _parted(items, shown)


def topmost(lines: Sequence[LineT], most: int, *, asked: Callable[[LineT], bool] | None = None) -> Cut[LineT]:
    """Show as many levels as there is room for, so that every line stands below its own; of the topmost as many as fit.

    Parameters
    ----------
    lines
        A tree, each line before what is below it.
    most
        How many lines there is room for.
    asked
        Which lines may be shown at all; all of them if left out.

    Examples
    --------
    >>> from types import SimpleNamespace as Line
    >>> tree = [Line(name="east", level=0), Line(name="ada", level=1), Line(name="west", level=0), Line(name="bo", level=1)]
    >>> [line.name for line in topmost(tree, 3).shown], [line.name for line in topmost(tree, 1).rest]
    (['east', 'west'], ['ada', 'west', 'bo'])
    """
    levels = {place: line.level for place, line in enumerate(lines) if asked is None or asked(line)}
    counts = Counter(levels.values())
    deepest = max(counts, default=0)
    while deepest > 0 and sum(counts[level] for level in range(deepest + 1)) > most:
        deepest -= 1
    return _parted(lines, [place for place, level in levels.items() if level <= deepest][:most])


def _parted(items: Sequence[ItemT], shown: Collection[int]) -> Cut[ItemT]:
    """Part a list by which places of it are shown, in its order: a list may hold the same thing twice."""
    chosen = frozenset(shown)
    rest = tuple(item for place, item in enumerate(items) if place not in chosen)
    return Cut(tuple(items[place] for place in shown), rest)
