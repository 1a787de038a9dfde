"""Trees that are written as a parent for each member: whether they are trees."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)


def keys_in_cycles(parents: Mapping[KeyT, KeyT | None]) -> set[KeyT]:
    """Find the members from which the way up comes back to them; each is visited once.

    Parameters
    ----------
    parents
        Member to parent; ``None``, or a parent that is no member, ends the way.

    Examples
    --------
    >>> sorted(keys_in_cycles({"a": "b", "b": "a", "below": "a", "apart": None}))
    ['a', 'b']
    """
    visited: set[KeyT] = set()
    cyclic: set[KeyT] = set()
    for member in parents:
        way: list[KeyT] = []
        above: KeyT | None = member
        while above is not None and above in parents and above not in visited:
            visited.add(above)
            way.append(above)
            above = parents[above]
        if above in way:
            cyclic.update(way[way.index(above) :])
    return cyclic
