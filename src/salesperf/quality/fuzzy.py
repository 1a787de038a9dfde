"""Names that resemble each other: the one module that needs the extra ``fuzzy``."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import attrs
import numpy as np

from salesperf.errors import InvalidValueError, MissingExtraError
from salesperf.kernels.numeric import Column
from salesperf.model.validators import check_number, identifier, optional, place
from salesperf.quality.checks import Judged
from salesperf.quality.normalising import normal_name
from salesperf.quality.table import Table

__all__ = ["MOST_COMPARED", "Resembling"]

MOST_COMPARED: Final = 20_000
"""So many names are compared each with each in a few seconds; of more, a field must say which can be the same at all."""

_BLOCK: Final = 512
_HIGHEST: Final = 100


def _least(instance: object, attribute: "attrs.Attribute[float]", value: float) -> None:
    path = place(instance, attribute)
    check_number(value, path)
    if not 0 < value <= _HIGHEST:
        raise InvalidValueError("out_of_range", path=path, low=0, high=_HIGHEST, value=value)


@attrs.frozen
class Resembling:
    """Several records have almost the same name: all of them are found. It needs the extra ``fuzzy``.

    Parameters
    ----------
    field
        The name of a field of names.
    least
        How alike two names must be, up to 100 for the same.
    within
        The name of a field that records which could be the same have in common, such as a region; ``None`` for all records.

    Raises
    ------
    InvalidValueError
        If a value is malformed; when it is asked, if more than :data:`MOST_COMPARED` names are to be compared each with each.
    MissingExtraError
        When it is asked, if the package rapidfuzz is not installed.

    Notes
    -----
    Names are compared without case, width, punctuation and legal form, their words in any order. How alike they are is
    ``100 x (1 - d / (a + b))`` of *a* and *b* letters, *d* of which have to be added or left out to make one of the other
    (the indel distance). Records with the same name resemble each other too.

    Examples
    --------
    >>> from salesperf import quality
    >>> alike = quality.QualityRule(key="alike", kind="customer", dimension="uniqueness", check=Resembling("name"))
    >>> columns = {"name": np.array(["Huaxing Machinery Ltd", "Baolong", "Huaxing Machinry"])}
    >>> quality.find_rows(columns, alike, as_of=date(2026, 9, 30)).tolist()
    [0, 2]
    """

    field: str = attrs.field(validator=identifier)
    least: float = attrs.field(default=90.0, validator=_least)
    within: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the fields."""
        return (self.field,) if self.within is None else (self.field, self.within)

    def __call__(self, table: Table, as_of: date) -> Judged:
        """Find the rows whose name another resembles."""
        del as_of
        names = [_sorted_words(text) for text in table.texts(self.field)]
        asked = np.array([bool(name) for name in names], dtype=np.bool_)
        if self.within is not None:
            asked &= ~table.missing(self.within)
        groups = table.texts(self.within) if self.within is not None else [None] * table.size
        rows_of: dict[object, list[int]] = {}
        for row in np.flatnonzero(asked).tolist():
            rows_of.setdefault(groups[row], []).append(row)
        found = np.zeros(table.size, dtype=np.bool_)
        for rows in rows_of.values():
            if len(rows) > MOST_COMPARED:
                raise InvalidValueError("too_many_compared", path=(self.field,), limit=MOST_COMPARED, value=len(rows))
            found[rows] = _closest([names[row] for row in rows]) >= self.least
        return Judged(asked, found)


def _sorted_words(text: str | None) -> str:
    return " ".join(sorted(normal_name(text or "").split()))


def _closest(names: Sequence[str]) -> Column:
    """Return how alike each name is to the one among the others that it resembles most."""
    try:
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - the one place that needs the extra
    except ImportError:
        raise MissingExtraError("missing_extra", package="rapidfuzz", extra="fuzzy") from None
    closest = np.zeros(len(names))
    for start in range(0, len(names), _BLOCK):
        block = names[start : start + _BLOCK]
        likeness = process.cdist(block, names, scorer=fuzz.ratio, dtype=np.float32)
        likeness[np.arange(len(block)), np.arange(start, start + len(block))] = 0
        closest[start : start + len(block)] = likeness.max(axis=1)
    return closest
