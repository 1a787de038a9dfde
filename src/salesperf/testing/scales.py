"""Strategies for scales: curves, steps, categories, flags."""

from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import Categories, Curve, Flag, Steps
from salesperf.model.scale import Knot, Points, Scale
from salesperf.testing.values import built_once

__all__ = ["categories", "curves", "flags", "scales", "steps"]

_NAMES: Final = ("manufacturing", "retail", "制造业", "=1+1", "0")
_UNKNOWN: Final = ("refuse", "as_missing", "points")


@built_once
def _points() -> SearchStrategy[Points]:
    return st.one_of(st.integers(0, 100), st.decimals(-20, 100, places=1), st.fractions(0, 1, max_denominator=12))


@st.composite
def _knots(draw: DrawFn, *, is_rising: bool) -> list[Knot]:
    values = sorted(draw(st.sets(st.decimals(-50, 1000, places=2), min_size=1, max_size=5)))
    worth = draw(st.lists(_points(), min_size=len(values), max_size=len(values)))
    return list(zip(values, sorted(worth) if is_rising else worth, strict=True))


@built_once
def curves(*, is_rising: bool = False) -> SearchStrategy[Curve]:
    """Draw curves of up to five knots.

    Parameters
    ----------
    is_rising
        Whether more is never worth less.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(curves(), lambda curve: len(curve.knots) == 2)
    Curve(knots=((Decimal('0.00'), 0), (Decimal('0.01'), 0)))
    """
    return st.builds(Curve, _knots(is_rising=is_rising))


@built_once
def steps(*, is_rising: bool = False) -> SearchStrategy[Steps]:
    """Draw steps of up to five knots.

    Parameters
    ----------
    is_rising
        Whether more is never worth less.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(steps(), lambda steps: steps.below > 0)
    Steps(knots=((Decimal('0.00'), 0),), below=1)
    """
    below = st.just(-20) if is_rising else _points()
    return st.builds(Steps, _knots(is_rising=is_rising), below)


@built_once
def categories() -> SearchStrategy[Categories]:
    """Draw categories, with each way to treat unknown ones.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(categories(), lambda drawn: True)
    Categories(worth=FrozenMap({'manufacturing': 0}), unknown='refuse', unknown_points=0)
    """
    worth: SearchStrategy[dict[str, Any]] = st.dictionaries(st.sampled_from(_NAMES), _points(), min_size=1)
    return st.builds(Categories, worth, unknown=st.sampled_from(_UNKNOWN), unknown_points=_points())


@built_once
def flags() -> SearchStrategy[Flag]:
    """Draw points for yes and no.

    Examples
    --------
    >>> from hypothesis import find
    >>> flag = find(flags(), lambda flag: flag.yes > flag.no)
    >>> flag.points(True) > flag.points(False)
    True
    """
    return st.builds(Flag, _points(), _points())


def scales() -> SearchStrategy[Scale]:
    """Draw scales of any kind.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(scales(), lambda scale: isinstance(scale, Flag))
    Flag(yes=0, no=0)
    """
    return st.one_of(curves(), steps(), categories(), flags())
