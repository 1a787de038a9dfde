"""Bases: by what a target is divided over owners."""

from collections.abc import Iterable

from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import as_tuple, require

__all__ = ["equal"]


def equal(owners: Iterable[str]) -> FrozenMap[str, int]:
    """Give each owner the same weight.

    Parameters
    ----------
    owners
        Ids, each once.

    Raises
    ------
    InvalidValueError
        If an id comes twice, or text stands in the place of ids: each of its letters would be an owner.

    Examples
    --------
    >>> equal(["bo", "ada"])
    FrozenMap({'ada': 1, 'bo': 1})
    """
    ids = as_tuple(owners)
    require(ids, tuple, path=("owners",))
    return FrozenMap((owner, 1) for owner in ids)
