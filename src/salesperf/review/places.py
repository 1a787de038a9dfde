"""Where deals and leads belong: to a rep or a team, and so to the teams above on the day that counts."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import zip_longest
from typing import TypeAlias

from salesperf.model.people import Org

__all__ = ["Place", "Places", "places_of", "tree"]

Place: TypeAlias = tuple[str, str | None]
"""A team or rep, and the team directly above: a rep may have something in two."""


class Places:
    """The teams above an owner on a day; each is looked up once.

    Parameters
    ----------
    org
        The people.
    """

    def __init__(self, org: Org) -> None:
        self.org = org
        self._found: dict[tuple[str, date], tuple[str, ...]] = {}

    def above(self, owner: str | None, on: date) -> tuple[str, ...]:
        """Return an owner and the teams above, nearest first; nobody for ``None``.

        The team of a rep is that of the day, or the nearest before or after service.
        """
        if owner is None:
            return ()
        if (owner, on) not in self._found:
            self._found[owner, on] = tuple(self._chain(owner, on))
        return self._found[owner, on]

    def _chain(self, owner: str, on: date) -> Iterator[str]:
        team: str | None = owner
        if owner in self.org.rep_by_id:
            yield owner
            stints = self.org.stints(owner)
            served = [stint for stint in stints if stint.start <= on]
            team = (served or stints)[-1 if served else 0].team
        while team is not None:
            yield team
            team = self.org.team_by_id[team].parent


def places_of(above: Sequence[str]) -> Iterator[Place]:
    """Yield each of an owner and the teams above with the team directly above it.

    Examples
    --------
    >>> list(places_of(["ada", "shanghai", "east"]))
    [('ada', 'shanghai'), ('shanghai', 'east'), ('east', None)]
    """
    yield from zip_longest(above, above[1:])


def tree(org: Org, team: str | None, places: Sequence[Place], level: int = 0) -> Iterator[tuple[Place, int]]:
    """Yield the places under a team with how many teams stand between, each team before its members."""
    below = [place for place in places if place[1] == team]
    for place in below:
        if place[0] in org.team_by_id:
            yield place, level
            yield from tree(org, place[0], places, level + 1)
    for place in below:
        if place[0] in org.rep_by_id:
            yield place, level
