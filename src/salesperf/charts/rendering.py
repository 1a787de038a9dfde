"""Charts drawn by vl-convert, which needs no browser: the one place that knows of it."""

from types import ModuleType
from typing import Any

from salesperf.errors import MissingExtraError

__all__ = ["draw_png", "draw_svg"]

_VERSION = "5.20"
"""Of Vega-Lite, whose later versions might draw otherwise."""


def _drawer() -> ModuleType:
    try:
        import vl_convert  # noqa: PLC0415 - an extra, wanted only by whoever draws
    except ImportError:
        raise MissingExtraError("missing_extra", package="vl-convert-python", extra="charts") from None
    drawer: ModuleType = vl_convert
    return drawer


def draw_svg(document: str) -> str:
    """Draw the JSON of a Vega-Lite value as SVG, without loading anything."""
    drawer: Any = _drawer()
    drawn: str = drawer.vegalite_to_svg(document, vl_version=_VERSION, allowed_base_urls=[])
    return drawn


def draw_png(document: str, scale: float) -> bytes:
    """Draw the JSON of a Vega-Lite value as PNG, without loading anything."""
    drawer: Any = _drawer()
    drawn: bytes = drawer.vegalite_to_png(document, vl_version=_VERSION, scale=scale, allowed_base_urls=[])
    return drawn
