"""Where deals and leads belong: to a rep or a team, and so to the teams above on the day that counts."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count, zip_longest
from typing import Final, TypeAlias

from salesperf.model.message import Message
from salesperf.model.people import Org

__all__ = ["REST", "Place", "Places", "is_below", "nobody", "places_of", "tree"]

Place: TypeAlias = tuple[str, str | None]
"""A team or rep, and the team directly above: a rep may have something in two."""


REST: Final = Message("review.rest")
"""What is said of what stands in the line of nobody below an owner."""


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


def is_below(above: Sequence[str], owner: str | None) -> bool:
    """Tell of something under an owner whether it belongs to somebody below: neither to nobody nor to the owner itself.

    Parameters
    ----------
    above
        Who has it, and the teams above, nearest first.
    owner
        A rep, a team, or ``None`` for the company.

    Examples
    --------
    >>> is_below(["ada", "shanghai"], "shanghai"), is_below(["shanghai"], "shanghai"), is_below([], None)
    (True, False, False)
    """
    return bool(above) if owner is None else above[0] != owner


def nobody(org: Org) -> str:
    """Return a name for what is nobody's, that is nobody's name.

    Examples
    --------
    >>> from salesperf import Rep
    >>> nobody(Org(reps=[Rep(id="ada")])), nobody(Org(reps=[Rep(id="rest")]))
    ('rest', 'rest_')
    """
    return next(name for name in ("rest" + "_" * number for number in count()) if not org.knows(name))


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
