"""A chart: a Vega-Lite value with its text alternative, drawn without a browser."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from salesperf.charts.rendering import draw_png, draw_svg
from salesperf.errors import InvalidValueError
from salesperf.model.result import Result, Row, printable
from salesperf.model.validators import check_number

__all__ = ["SCHEMA", "Chart", "chart_of"]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
"""Of what a chart is written in; only its name is in the chart, nothing is loaded from there."""

_FONT: Final = "Noto Sans, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
_LARGEST_SCALE: Final = 10

_WIDTH: Final = 480
"""Of a whole picture: on a telephone 360 wide its letters are three quarters as large, and still legible."""
_LETTERS: Final = 12
_LABEL: Final = 140
"""The widest label of an axis; what is longer ends in an ellipsis, and the words tell it whole."""
_EDGE: Final = 20
"""Of a picture, for its padding, and for labels at the ends of an axis."""


@attrs.frozen(kw_only=True)
class Chart(Result):
    """A picture of a result, as a value of Vega-Lite: made by the functions of this room.

    Attributes
    ----------
    title : str
        What it shows, in the reader's language.
    alt : str
        The same for whoever cannot see it: what stands where, in words.
    document : str
        The Vega-Lite value, as JSON.

    Notes
    -----
    Two charts of equal results are equal, to the byte. A notebook shows a chart by itself; :attr:`spec` goes to whatever
    draws Vega-Lite, such as a web page; :meth:`svg` and :meth:`png` draw it here, with the extra ``charts``. Letters are
    looked for in Noto Sans first: a PNG in Chinese needs a machine with a Chinese font.

    Examples
    --------
    >>> from salesperf import Curve
    >>> from salesperf.scorecard import Criterion, Scorecard
    >>> from salesperf.charts import score_chart
    >>> chart = score_chart(Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))]).score({"visits": 8}))
    >>> chart.title, chart.spec["mark"] if "mark" in chart.spec else sorted(chart.spec)[:2]
    ('Score 80.00', ['$schema', 'config'])
    """

    title: str
    alt: str
    document: str = attrs.field(repr=False)

    @property
    def spec(self) -> dict[str, Any]:
        """The Vega-Lite value, made anew: to change it changes no chart."""
        made: dict[str, Any] = json.loads(self.document)
        return made

    def rows(self) -> list[Row]:
        """Return what is drawn, a row for each mark."""
        rows: list[Row] = self.spec["data"]["values"]
        return rows

    def svg(self) -> str:
        """Draw it as SVG.

        Raises
        ------
        MissingExtraError
            Without the extra ``charts``.

        Examples
        --------
        >>> from salesperf import Curve
        >>> from salesperf.scorecard import Criterion, Scorecard
        >>> from salesperf.charts import score_chart
        >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
        >>> score_chart(card.score({"visits": 8})).svg().startswith("<svg")
        True
        """
        return draw_svg(self.document)

    def png(self, *, scale: float = 2) -> bytes:
        """Draw it as PNG.

        Parameters
        ----------
        scale
            Points of the picture to a unit of the chart, above 0 and up to 10; 2 for sharp letters.

        Raises
        ------
        MissingExtraError
            Without the extra ``charts``.
        InvalidValueError
            If the scale is no number within those limits.

        Examples
        --------
        >>> from salesperf import Curve
        >>> from salesperf.scorecard import Criterion, Scorecard
        >>> from salesperf.charts import score_chart
        >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))])
        >>> score_chart(card.score({"visits": 8})).png(scale=1)[1:4]
        b'PNG'
        """
        check_number(scale, ("scale",))
        if not 0 < scale <= _LARGEST_SCALE:
            raise InvalidValueError("out_of_range", path=("scale",), low=0, high=_LARGEST_SCALE, value=scale)
        return draw_png(self.document, float(scale))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """Show it in a notebook: as what draws itself there, and in words elsewhere."""
        del include, exclude
        return {"application/vnd.vegalite.v5+json": self.spec, "text/plain": self.alt}


def chart_of(
    rows: Sequence[Mapping[str, Any]],
    layers: Sequence[Mapping[str, Any]],
    *,
    title: str,
    alt: Sequence[str],
    height: int | Mapping[str, int],
    beside: int,
    what: str,
) -> Chart:
    """Put a chart together, with room beside its marks for labels, notes and legends; refuse one that would show nothing."""
    if not rows:
        raise InvalidValueError("chart_of_nothing", path=(what,))
    title, words = printable(title), "\n".join(map(printable, alt))
    spec = {
        "$schema": SCHEMA,
        "title": title,
        "description": words,
        "data": {"values": _printable(rows)},
        "width": _WIDTH - _EDGE - beside,
        "height": height,
        "layer": _printable(layers),
        "config": {
            # The labels that Vega makes up for each mark are in English, and tell raw floats: ours is the description.
            "aria": False,
            "font": _FONT,
            "background": "white",
            "title": {"anchor": "start", "fontSize": 14},
            "axis": {"labelFontSize": _LETTERS, "titleFontSize": _LETTERS, "labelLimit": _LABEL, "labelSeparation": 6},
            "legend": {"labelFontSize": _LETTERS, "titleFontSize": _LETTERS},
            "text": {"fontSize": _LETTERS},
            "view": {"stroke": None},
        },
    }
    document = json.dumps(spec, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return Chart(title=title, alt=words, document=document)


def _printable(value: object) -> object:
    """Return names of the data, wherever they stand, without what would turn round the letters behind them."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {_printable(key): _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list | tuple) else value
