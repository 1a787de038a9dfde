"""What charts are drawn with: four inks that differ in grey too, and the axes and marks that they share."""

from typing import Any, Final

__all__ = ["ACCENT", "DARK", "INKS", "LIGHT", "MIDDLE", "PALE", "amount_axis", "axis", "band_axis", "number_axis"]

DARK: Final = "#1f3f63"
ACCENT: Final = "#b04a25"
MIDDLE: Final = "#6f9bc6"
LIGHT: Final = "#a9c4de"
PALE: Final = "#dfe7ef"

INKS: Final = (DARK, ACCENT, MIDDLE, LIGHT, PALE)
"""From dark to pale: in shades of grey each can be told from the next."""


def axis(field: str, kind: str, title: str | None, **more: object) -> dict[str, Any]:
    """Return an encoding of a position."""
    return {"field": field, "type": kind, "title": title, **more}


def band_axis(field: str, **more: object) -> dict[str, Any]:
    """Return an axis of names, in the order of the rows."""
    return axis(field, "nominal", None, sort=None, **more)


def number_axis(field: str, title: str | None, *, style: str = "", domain: tuple[float, float] | None = None) -> dict[str, Any]:
    """Return an axis of numbers; the style is a format of d3's."""
    scale = {} if domain is None else {"scale": {"domain": list(domain)}}
    return axis(field, "quantitative", title, axis={"format": style, "grid": True, "gridColor": PALE}, **scale)


def amount_axis(field: str, title: str | None, large: str) -> dict[str, Any]:
    """Return an axis of amounts; the expression writes its labels."""
    return axis(field, "quantitative", title, axis={"labelExpr": large, "grid": True, "gridColor": PALE})
