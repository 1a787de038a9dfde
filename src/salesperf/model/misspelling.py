"""Ids that are easily mistaken for one another: whose id a word that nobody bears may be a slip of."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from salesperf.errors import Phrase, UnknownNameError, show

__all__ = ["alike", "blurred", "index_of", "unknown_id"]

_LONGEST_ID: Final = 40
"""Longer text is not shown, whatever it is like."""


def blurred(name: str) -> frozenset[str]:
    """Return an id without its case, and with any one letter left out: ids that share one of these are easily mistaken.

    Examples
    --------
    >>> sorted(blurred("Ada"))
    ['aa', 'ad', 'ada', 'da']
    """
    lower = name.lower() if len(name) <= _LONGEST_ID else ""
    return frozenset({lower, *(lower[:place] + lower[place + 1 :] for place in range(len(lower)))} - {""})


def index_of(ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return ids by all that each is when blurred.

    Parameters
    ----------
    ids
        What somebody or something bears.

    Notes
    -----
    It takes as long as the ids are, and a look-up as long as a word: of a file in which every name is wrong, each is told.

    Examples
    --------
    >>> index_of(["ab", "ax"])["a"]
    ('ab', 'ax')
    """
    found: dict[str, list[str]] = {}
    for name in sorted(ids):
        for form in blurred(name):
            found.setdefault(form, []).append(name)
    return MappingProxyType({form: tuple(names) for form, names in found.items()})


def alike(value: object, index: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the id of which a word that nobody bears may be a slip; ``None`` where there is none that may be shown.

    Examples
    --------
    >>> alike("owners", index_of(["owner", "team"]))
    'owner'
    """
    forms = blurred(value) if isinstance(value, str) else ()
    found = {known for form in forms if len(form) > 1 for known in index.get(form, ())}
    shown = sorted(known for known in found if _digits(known) == _digits(str(value)) and not isinstance(show(known), Phrase))
    return None if not shown or value in found else shown[0]


def unknown_id(
    value: object, index: Mapping[str, tuple[str, ...]], *path: str | int, code: str = "unknown_owner"
) -> UnknownNameError:
    """Return the error for an id that nobody bears, which tells the one that may be meant.

    Parameters
    ----------
    value
        What stood there.
    index
        The ids that there are, from :func:`index_of`.
    *path
        Where it stood.
    code
        The error's code where none is alike.

    Notes
    -----
    Ids with other digits are others: whoever has no 285 does not mean 284. Nor is somebody who is there, but not where the
    question was, a slip of anybody else; and ids that have but one letter in common are not alike.

    Examples
    --------
    >>> print(unknown_id("Addda", index_of(["adda", "bo"]), "basis"))
    basis: expected the id of a rep or a team, perhaps 'adda', got 'Addda'
    >>> print(unknown_id("285", index_of(["284"]), "basis"))
    basis: expected the id of a rep or a team, got '285'
    """
    known = alike(value, index)
    if known is None:
        return UnknownNameError(code, path=path, value=value)
    return UnknownNameError("misspelt_owner", path=path, known=known, value=value)


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
