"""Text in the reader's language: message catalogs, and numbers and dates as that reader writes them.

A catalog maps a message key to a template. English and Chinese are complete; a program may lay a catalog of its own over
them. A key that no catalog holds renders as itself, so a missing translation is seen and never fails.
"""

import math
import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

import attrs

from salesperf.errors import SHOWN, TEMPLATES, Phrase, SalesperfError, UnknownNameError

__all__ = ["LANGUAGES", "Catalogs", "HasText", "Marked", "catalog", "describe_error", "display", "render"]

LANGUAGES: Final = ("en", "zh")
"""The languages whose catalogs are complete."""

_MOST_DENOMINATOR: Final = 10_000

Catalogs: TypeAlias = Mapping[str, Mapping[str, str]]
"""Catalogs of the caller's own: language to message key to template."""


@runtime_checkable
class HasText(Protocol):
    """A value that can write itself in the reader's language.

    Examples
    --------
    >>> from salesperf import Period
    >>> isinstance(Period.month(2026, 9), HasText), isinstance(2026, HasText)
    (True, False)
    """

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the value for a reader."""


@runtime_checkable
class HasRoundedText(Protocol):
    """A value that can write itself with so many digits after the point, such as an amount.

    Examples
    --------
    >>> from salesperf import CNY, Amount
    >>> isinstance(Amount.of(3, CNY), HasRoundedText), isinstance(3, HasRoundedText)
    (True, False)
    """

    def rounded_text(self, digits: int, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the value, rounded."""


@attrs.frozen
class Marked:
    """A value within a message to which a reader is pointed, since the message tells of several.

    Parameters
    ----------
    value
        What is written there.

    Examples
    --------
    >>> render("period.quarter", {"year": "2026", "number": Marked(3)})
    'Q[3] 2026'
    """

    value: object


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


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
    language = _language(lang)
    if language not in LANGUAGES:
        raise UnknownNameError("unknown_language", path=("lang",), choices=LANGUAGES, value=lang)
    return _load(language)


def _language(lang: str) -> str:
    """Return the language of a tag, without region and script."""
    return lang.replace("_", "-").split("-")[0].lower() if isinstance(lang, str) else ""


@cache
def _load(language: str) -> Mapping[str, str]:
    source = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    templates = dict(_flat(tomllib.loads(source)))
    if language == "en":
        templates |= {f"error.{code}": template for code, template in TEMPLATES.items()}
        templates |= {f"shown.{key}": template for key, template in SHOWN.items()}
    return MappingProxyType(templates)


def _template(key: str, lang: str, catalogs: Catalogs | None) -> str | None:
    """Find a template: the caller's for the tag, the caller's for its language, ours for it, or else the English one."""
    language = _language(lang)
    own = [catalogs[tag] for tag in (lang, language) if tag in catalogs] if catalogs and language else []
    for templates in own:
        if key in templates:
            return templates[key]
    return catalog("en" if own and language not in LANGUAGES else lang).get(key)


class _Writer(string.Formatter):
    """Fill a template with values, each written for the reader."""

    def __init__(self, lang: str, catalogs: Catalogs | None) -> None:
        self.lang = lang
        self.catalogs = catalogs

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
        try:
            value, first = super().get_field(field_name, args, kwargs)
        except (LookupError, AttributeError, TypeError):
            return f"{{{field_name}}}", field_name
        return value, first

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
        A message key; one that no catalog holds is returned as it is, with whatever braces it has.
    arguments
        What the template names. Numbers, dates, amounts and periods are written as the reader writes them; what is
        missing leaves its name in braces.
    lang
        The reader's language, such as ``"zh"`` or ``"zh-CN"``.
    catalogs
        Templates of the caller's own, before ours; what they lack in a language that we have not is in English.

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
    return key if template is None else _Writer(lang, catalogs).vformat(template, (), arguments or {})


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
    'fte: 应为有限的数，实际是 inf'
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
        Text, a number, a date, ``None`` or ``nan`` (a dash), anything with a ``text(lang, catalogs)`` method, a tuple of
        these (a list), or one of these marked.
    style
        ``"percent"`` for a fraction, ``"points"`` for a signed difference of fractions, ``"signed"`` for a number with its
        sign, ``"plain"`` for a whole number without grouping, ``"whole"`` for an amount in whole units; otherwise a format
        specification of Python's for numbers.
    lang, catalogs
        As for :func:`render`.

    Examples
    --------
    >>> display(1234567), display(0.9731, "percent"), display(-0.021, "points"), display(None)
    ('1,234,567', '97.3%', '-2.1 pp', '–')
    >>> from salesperf import CNY, Amount
    >>> display(Amount.of("1234.56", CNY), "whole"), display(1234.56, "whole")
    ('CNY 1,235', '1,234.56')
    >>> display(date(2026, 9, 30), lang="zh")
    '2026年9月30日'
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, Phrase):
        return render(f"shown.{value.key}", value.arguments, lang=lang, catalogs=catalogs)
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        separator = render("format.list", lang=lang, catalogs=catalogs)
        return separator.join(display(item, style, lang=lang, catalogs=catalogs) for item in value)
    if isinstance(value, Marked):
        inner = display(value.value, style, lang=lang, catalogs=catalogs)
        return render("format.marked", {"value": inner}, lang=lang, catalogs=catalogs)
    if isinstance(value, HasText):
        return _own_text(value, style, lang, catalogs)
    if isinstance(value, date):
        parts = {"year": f"{value:%Y}", "month": str(value.month), "day": str(value.day), "iso": value.isoformat()}
        return render("format.date", parts, lang=lang, catalogs=catalogs)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        return str(value)
    if style == "points":
        return render("format.points", {"number": f"{100 * float(value):+z.1f}"}, lang=lang, catalogs=catalogs)
    return _fraction(value, style) if isinstance(value, Fraction) else _number(value, style)


def _own_text(value: HasText, style: str, lang: str, catalogs: Catalogs | None) -> str:
    if style == "whole" and isinstance(value, HasRoundedText):
        return value.rounded_text(0, lang, catalogs)
    return value.text(lang, catalogs)


def _fraction(value: Fraction, style: str) -> str:
    """Write a fraction exactly, so that whoever reads a breakdown can recompute it; a share of many digits by its first six."""
    if style or (value.denominator >= _MOST_DENOMINATOR and abs(value) >= 1):
        return _number(float(value), style)
    return str(value) if value.denominator < _MOST_DENOMINATOR else f"{float(value):.6g}"


def _number(value: float | Decimal, style: str) -> str:
    sign = "+" if style == "signed" else ""
    if style == "percent":
        return f"{value:z.1%}"
    if style == "plain":
        return str(value)
    if style not in ("", "signed", "whole"):
        return format(value, style)
    if isinstance(value, float):
        return f"{value:{sign}z,.2f}"
    return f"{value:{sign},f}" if isinstance(value, Decimal) else f"{value:{sign},}"
