"""Bands: the letter of a score, which holds its ground within a margin."""

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final, TypeAlias, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.kernels.interpolation import count_passed
from salesperf.kernels.numeric import AnyColumn, Column, Number
from salesperf.model.scale import Points, as_pairs
from salesperf.model.validators import as_python, check_number, is_identifier, named, place, require
from salesperf.scorecard.scored import Score

__all__ = ["DIGITS", "Bands", "Cut"]

DIGITS: Final = 9
"""Digits after the point to which scores and cuts are rounded before they are compared.

With decimal weights a sum of floats that should be 80 comes out just below it in one case of fifteen.
"""

Cut: TypeAlias = tuple[str, Points]
_SCALE: Final = 10.0**DIGITS
_MOST: Final = 1e290
"""A cut beyond it would be beyond every float in billionths."""
_BLOCK: Final = 32_768
_MOST_FAULTS: Final = 1000


def _as_cuts(value: Iterable[Iterable[Any]]) -> tuple[Cut, ...]:
    return as_pairs(value)


def _as_points(value: Points) -> Points:
    return as_python(value)


def _cuts(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect labels, each once, with cuts that fall from band to band; the last may be without an end below."""
    path = place(instance, attribute)
    if not isinstance(value, tuple):
        raise InvalidValueError("wrong_type", path=path, expected=tuple, value=value)
    if not value:
        raise InvalidValueError("no_bands", path=path)
    for position, cut in enumerate(value):
        at = (*path, position)
        if not isinstance(cut, tuple):
            raise InvalidValueError("wrong_type", path=at, expected=tuple, value=cut)
        if len(cut) != len(("label", "cut")):
            raise InvalidValueError("length", path=at, expected=2, value=len(cut))
        label, least = cut
        if not is_identifier(label):
            raise InvalidValueError("empty", path=at, value=label)
        if not isinstance(least, float) or least != -math.inf or position < len(value) - 1:
            _check_cut(least, at)
        if label in [other for other, _ in value[:position]]:
            raise InvalidValueError("not_unique", path=at, value=label)
        if position and _rounded(least) >= _rounded(value[position - 1][1]):
            raise InvalidValueError("bands_overlap", path=at, previous=value[position - 1][1], value=least)


def _check_cut(value: Points, path: tuple[str | int, ...]) -> None:
    check_number(value, path)
    if not -_MOST <= value <= _MOST:
        raise InvalidValueError("out_of_range", path=path, low=-_MOST, high=_MOST, value=value)


def _margin(instance: object, attribute: "attrs.Attribute[Any]", value: Points) -> None:
    path = place(instance, attribute)
    check_number(value, path)
    if not 0 <= value <= _MOST:
        raise InvalidValueError("out_of_range", path=path, low=0, high=_MOST, value=value)


def _rounded(value: Any) -> Any:  # noqa: ANN401 - a number or a column
    """Return a number of billionths, so that both sides of a comparison are whole."""
    with np.errstate(over="ignore"):  # a score that no float holds in billionths is beyond every cut, as inf is
        billionths = np.atleast_1d(np.asarray(value, dtype=np.float64) * _SCALE)
    np.rint(billionths, out=billionths)
    return billionths if np.ndim(value) else billionths[0]


def _least_above(billionths: float) -> float:
    """Return the least float that rounds to so many billionths or more: scores are compared with it as they are."""
    if math.isinf(billionths):
        return billionths
    step = max(1.0, abs(billionths) * 2.0**-50)
    low, high = (billionths - step) / _SCALE, (billionths + step) / _SCALE
    while (middle := low + (high - low) / 2) not in (low, high):
        low, high = (low, middle) if _rounded(middle) >= billionths else (middle, high)
    return high


@attrs.frozen
class Bands:
    """Bands of a score, best first, each from its cut up to the next one's.

    Parameters
    ----------
    cuts
        Pairs of a label and the lowest score of its band, falling. The last cut may be ``-math.inf``; else a score below it
        has no band, and is refused: there is no hole that swallows it.
    margin
        How far a score has to pass a cut before the band changes, where the band before is known: upwards at cut + margin,
        downwards below cut - margin. So a score that trembles about a cut keeps its letter.

    Raises
    ------
    InvalidValueError
        If there is no band, a label comes twice, a cut does not fall, or the margin is negative.

    Notes
    -----
    Scores, cuts and cuts with their margin are rounded to nine digits after the point, half to even, before they are compared.

    Examples
    --------
    >>> bands = Bands([("A", 80), ("B", 50), ("C", 0)], margin=2)
    >>> bands.band(80), bands.band(79.9999999999), bands.band(79.99)
    ('A', 'A', 'B')
    >>> bands.band(79, previous="A"), bands.band(81, previous="B"), bands.band(82, previous="B")
    ('A', 'B', 'A')
    >>> bands.band_columns(np.array([91.0, 50.0, 49.0])).tolist()
    ['A', 'B', 'C']
    """

    cuts: tuple[Cut, ...] = attrs.field(converter=_as_cuts, validator=_cuts)
    margin: Points = attrs.field(default=0, converter=_as_points, validator=_margin)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The names of the bands, best first."""
        return tuple(label for label, _ in self.cuts)

    def _thresholds(self, shift: float) -> Column:
        """Return the least score past each cut, rising; a score at or above so many of them is so far from the lowest band."""
        return np.array([_least_above(_rounded(float(least) + shift)) for _, least in self.cuts[-2::-1]], dtype=np.float64)

    @cached_property
    def _lowest(self) -> float:
        """The least score that has a band."""
        return _least_above(_rounded(float(self.cuts[-1][1])))

    @cached_property
    def _plain(self) -> Column:
        return self._thresholds(0.0)

    @cached_property
    def _upward(self) -> Column:
        return self._thresholds(float(self.margin))

    @cached_property
    def _downward(self) -> Column:
        return self._thresholds(-float(self.margin))

    @cached_property
    def _names(self) -> NDArray[np.str_]:
        """The labels from the lowest band up, and after them that of no score."""
        return np.array([*self.labels[::-1], ""])

    def band(self, score: Score | Number | None, previous: str | None = None) -> str | None:
        """Return the band of a score.

        Parameters
        ----------
        score
            A score, or its value; ``None`` and ``nan`` where it is undefined.
        previous
            The band that it had before; ``None`` for none.

        Returns
        -------
        str or None
            The label; ``None`` where the score is undefined.

        Raises
        ------
        InvalidValueError
            If the score lies below the lowest band, or is no number.
        UnknownNameError
            If there is no band of the name of the previous one.
        """
        value = score.value if isinstance(score, Score) else score
        if value is None:
            return None
        if previous is not None:
            require(previous, str, path=("previous",))
        try:
            (label,) = self.band_columns(
                np.array([_number_of(value)]), None if previous is None else np.array([previous])
            ).tolist()
        except InvalidInputError as error:
            (fault,) = cast("tuple[SalesperfError]", error.exceptions)
            raise fault.at("score" if fault.code == "below_bands" else "previous") from None
        return label or None

    def band_columns(self, scores: AnyColumn, previous: AnyColumn | None = None) -> NDArray[np.str_]:
        """Return the bands of many scores.

        Parameters
        ----------
        scores
            Shape (n,); ``nan`` where one is undefined.
        previous
            Shape (n,), the bands that they had before, as labels; empty text for none. ``None`` where no band is known.

        Returns
        -------
        NDArray of str
            Shape (n,), the labels; empty where the score is undefined.

        Raises
        ------
        InvalidInputError
            With every score below the lowest band, and every previous band that there is not.
        """
        _check_column(scores, "scores", "iuf")
        before = None if previous is None else self._places(previous, scores.size)
        bands = np.empty(scores.size, dtype=self._names.dtype)
        for start in range(0, scores.size, _BLOCK):
            rows = slice(start, start + _BLOCK)
            block = np.asarray(scores[rows], dtype=np.float64)
            places = self._place(block, None if before is None else before[rows], start)
            np.take(self._names, places, out=bands[rows], mode="clip")  # any other mode writes to memory of its own first
        return bands

    def reaches(self, scores: AnyColumn, label: str, previous: str | None = None) -> NDArray[np.bool_]:
        """Tell which scores would be in a band, or in a better one; an undefined score is in none.

        Parameters
        ----------
        scores
            Shape (n,).
        label
            The band.
        previous
            The band before; ``None`` for none.

        Raises
        ------
        InvalidValueError
            If the scores are no column of numbers.
        UnknownNameError
            If there is no such band.

        Examples
        --------
        >>> Bands([("A", 80), ("B", 0)], margin=2).reaches(np.array([79.0, 81.0, 82.0]), "A", previous="B").tolist()
        [False, False, True]
        """
        _check_column(scores, "scores", "iuf")
        require(label, str, path=("label",))
        if previous is not None:
            require(previous, str, path=("previous",))
        place_of = self._place_of(label, "label")
        if place_of == 0:
            return np.asarray(scores >= self._lowest)
        if previous is None:
            thresholds = self._plain
        else:
            thresholds = self._upward if place_of > self._place_of(previous, "previous") else self._downward
        return np.asarray(scores >= thresholds[place_of - 1])

    def _place_of(self, label: str, name: str) -> int:
        """Return how many bands a band is above the lowest."""
        if label not in self.labels:
            raise UnknownNameError("unknown_band", path=(name,), choices=self.labels, value=label)
        return len(self.labels) - 1 - self.labels.index(label)

    def _place(self, scores: Column, before: NDArray[np.intp] | None, start: int) -> NDArray[np.intp]:
        """Return how many bands each score is above the lowest; for none, their number."""
        is_banded = scores >= self._lowest
        has_all = bool(is_banded.all())
        if not has_all:
            self._refuse_below(scores, scores < self._lowest, start)
        if before is None:
            places = count_passed(scores, self._plain)
        else:
            # A cut is passed upwards at cut + margin and downwards below cut - margin. Whoever is new has no ground to hold.
            risen = count_passed(scores, self._upward)
            kept = count_passed(scores, self._downward)
            plain = count_passed(scores, self._plain)
            places = np.where(before < 0, plain, np.clip(before, risen, kept))
        return places if has_all else np.where(is_banded, places, len(self.cuts))

    def _refuse_below(self, scores: Column, is_below: NDArray[np.bool_], start: int) -> None:
        low = self.cuts[-1][1]
        rows = np.flatnonzero(is_below)[:_MOST_FAULTS].tolist()
        faults = [
            InvalidValueError("below_bands", path=("scores", start + row), low=low, value=float(scores[row])) for row in rows
        ]
        if faults:
            raise InvalidInputError(faults)

    def _places(self, previous: AnyColumn, size: int) -> NDArray[np.intp]:
        """Return how many bands each previous one is above the lowest, -1 for none."""
        _check_column(previous, "previous", "UO")
        if previous.size != size:
            raise InvalidValueError("length", path=("previous",), expected=size, value=previous.size)
        places = np.full(size, -2)
        places[(previous == "") | (previous == None)] = -1  # noqa: E711 - element by element
        for place_of, label in enumerate(self.labels[::-1]):
            places[previous == label] = place_of
        unknown = np.flatnonzero(places == -2)[:_MOST_FAULTS].tolist()  # noqa: PLR2004 - what none of them has replaced
        if unknown:
            choices = self.labels
            raise InvalidInputError(
                [
                    UnknownNameError("unknown_band", path=("previous", row), choices=choices, value=previous[row])
                    for row in unknown
                ]
            )
        return places


def _number_of(score: object) -> float:
    """Return a score as a float; ``nan`` where it is undefined."""
    # A time is a whole number to numpy, and to nobody else.
    if isinstance(score, bool | np.timedelta64) or not isinstance(score, int | float | np.integer | np.floating):
        raise InvalidValueError("wrong_type", path=("score",), expected=(Score, float, None), value=named(score))
    try:
        return float(score)
    except OverflowError:
        raise InvalidValueError("not_finite", path=("score",), value=score) from None


def _check_column(column: object, name: str, kinds: str) -> None:
    if not isinstance(column, np.ndarray):
        raise InvalidValueError("not_an_array", path=(name,), value=named(column))
    if isinstance(column, np.ma.MaskedArray):
        raise InvalidValueError("masked", path=(name,))
    if column.ndim != 1:
        raise InvalidValueError("dimensions", path=(name,), value=column.ndim)
    if column.dtype.kind not in kinds:
        code = "not_numeric" if kinds == "iuf" else "not_a_category"
        raise InvalidValueError(code, path=(name,), value=str(column.dtype))
