"""Text in the reader's language: message catalogs, and numbers and dates as that reader writes them.

A catalog maps a message key to a template. English and Chinese are complete; a program may lay a catalog of its own over
them. A key that no catalog holds renders as itself, so a missing translation is seen and never fails.
"""

import string
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

from salesperf.errors import TEMPLATES, SalesperfError, UnknownNameError

__all__ = ["LANGUAGES", "Catalogs", "HasText", "catalog", "describe_error", "display", "render"]

LANGUAGES: Final = ("en", "zh")
"""The languages whose catalogs are complete."""

Catalogs: TypeAlias = Mapping[str, Mapping[str, str]]
"""Catalogs of the caller's own: language to message key to template."""


@runtime_checkable
class HasText(Protocol):
    """A value that can write itself in the reader's language."""

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the value for a reader."""


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@cache
def catalog(lang: str) -> Mapping[str, str]:
    """Return the catalog of a language.

    Parameters
    ----------
    lang
        One of :data:`LANGUAGES`; a regional form such as ``zh-CN`` means its language.

    Returns
    -------
    Mapping of str to str
        Message key to template, read-only.

    Raises
    ------
    UnknownNameError
        If there is no such catalog.

    Examples
    --------
    >>> catalog("zh")["metric.revenue"]
    '销售额'
    """
    language = lang.replace("_", "-").split("-")[0].lower()
    if language not in LANGUAGES:
        raise UnknownNameError("unknown_language", path=("lang",), choices=LANGUAGES, value=lang)
    source = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    templates = dict(_flat(tomllib.loads(source)))
    if language == "en":
        templates |= {f"error.{code}": template for code, template in TEMPLATES.items()}
    return MappingProxyType(templates)


def _template(key: str, lang: str, catalogs: Catalogs | None) -> str:
    own = (catalogs or {}).get(lang, {})
    if key in own:
        return own[key]
    if catalogs and lang in catalogs and lang not in LANGUAGES:
        return catalog("en").get(key, key)
    return catalog(lang).get(key, key)


class _Writer(string.Formatter):
    """Fill a template with values, each written for the reader."""

    def __init__(self, lang: str, catalogs: Catalogs | None) -> None:
        self.lang = lang
        self.catalogs = catalogs

    def format_field(self, value: object, format_spec: str) -> str:
        return display(value, format_spec, lang=self.lang, catalogs=self.catalogs)


def render(
    key: str,
    arguments: Mapping[str, object] | None = None,
    *,
    lang: str = "en",
    catalogs: Catalogs | None = None,
) -> str:
    """Write a message in a language.

    Parameters
    ----------
    key
        A message key; one that no catalog holds is returned as it is.
    arguments
        What the template names. Numbers, dates, amounts and periods are written as the reader writes them.
    lang
        The reader's language.
    catalogs
        Templates of the caller's own, before ours.

    Raises
    ------
    UnknownNameError
        If there is neither a catalog of ours nor one of the caller's for the language.

    Examples
    --------
    >>> render("period.quarter", {"year": "2026", "number": 3})
    'Q3 2026'
    >>> render("period.quarter", {"year": "2026", "number": 3}, lang="zh")
    '2026年第3季度'
    >>> render("our.own.key")
    'our.own.key'
    """
    template = _template(key, lang, catalogs)
    return _Writer(lang, catalogs).vformat(template, (), arguments or {}) if arguments else template


def describe_error(error: SalesperfError, *, lang: str = "en", catalogs: Catalogs | None = None) -> str:
    """Write an error in a language: where, what was expected, what stood there.

    Parameters
    ----------
    error
        Any error of ours; a group gives a line for itself and one for each fault.
    lang, catalogs
        As for :func:`render`.

    Examples
    --------
    >>> from salesperf.errors import InvalidValueError
    >>> describe_error(InvalidValueError("not_finite", path=("fte",), value=float("inf")), lang="zh")
    'fte: 应为有限的数,实际是 inf'
    """
    own = error.where + render(f"error.{error.code}", error.params, lang=lang, catalogs=catalogs)
    faults = [fault for fault in getattr(error, "exceptions", ()) if isinstance(fault, SalesperfError)]
    return "\n".join([own, *(f"- {describe_error(fault, lang=lang, catalogs=catalogs)}" for fault in faults)])


def display(  # noqa: PLR0911 - one return a kind of value reads best
    value: object,
    style: str = "",
    *,
    lang: str = "en",
    catalogs: Catalogs | None = None,
) -> str:
    """Write one value as the reader writes it.

    Parameters
    ----------
    value
        Text, a number, a date, ``None`` (a dash), or anything with a ``text(lang, catalogs)`` method.
    style
        ``"percent"`` for a fraction, ``"points"`` for a signed difference of fractions, ``"signed"`` for a number with its
        sign, ``"plain"`` for a whole number without grouping; otherwise a format specification of Python's for numbers.
    lang, catalogs
        As for :func:`render`.

    Examples
    --------
    >>> display(1234567), display(0.9731, "percent"), display(-0.021, "points"), display(None)
    ('1,234,567', '97.3%', '-2.1 pp', '–')
    >>> display(date(2026, 9, 30), lang="zh")
    '2026年9月30日'
    """
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, HasText):
        return value.text(lang, catalogs)
    if isinstance(value, date):
        parts = {"year": f"{value:%Y}", "month": str(value.month), "day": str(value.day), "iso": value.isoformat()}
        return render("format.date", parts, lang=lang, catalogs=catalogs)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        return str(value)
    if style == "points":
        return render("format.points", {"number": f"{100 * float(value):+.1f}"}, lang=lang, catalogs=catalogs)
    return _number(value, style)


def _number(value: float | Decimal | Fraction, style: str) -> str:
    if isinstance(value, Fraction):
        value = float(value)
    if style == "percent":
        return f"{value:.1%}"
    if style == "plain":
        return str(value)
    if style == "signed":
        return f"{value:+,}"
    if not style:
        return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
    return format(value, style)
