"""Looking for a number by what a report shows: the head of its column, or the number as it is printed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from salesperf.messages import Catalogs, catalog, display, render
from salesperf.model.amount import Amount
from salesperf.model.folding import folded
from salesperf.model.rule import BreakdownValue

__all__ = ["ends_under", "forms", "heads_saying", "is_number", "prints"]

_HEADS: Final = "report.column."
"""What the message keys of the heads of a report's columns begin with."""

_STANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "actual": "actual|variance/[^/]+/[^/]+/after",
        "cases_after": "cases/after",
        "cases_before": "cases/before",
        "change_range": "change/(low|high)",
        "goal_value": "goal",
        "index_spread": "spread",
        "level_after": "after",
        "level_before": "before",
        "made": "effect",
        "max_days": "limit",
        "median_ratio": "median",
        "middle_half": "(lower|upper)_quartile",
        "now": "(segment|state)/[^/]+",
        "number_of_reps": "targets",
        "pace_range": "pace/(low|high)",
        "planned": "planned|variance/[^/]+/[^/]+/before",
        "range": "low|high",
        "response_rate": "response",
        "risk_score": "risks/.+",
        "score": "objectives/[^/]+",
        "share": "share|reason/[^/]+",
        "still_open": "open",
        "to_expect": "expected|outlook/[^/]+/[^/]+(/won)?",
        "value": "value|open_value|outlook/[^/]+/[^/]+/won",
        "weighted": "weighted_value",
    }
)
"""Where the numbers under a head stand whose address does not end with the name of the head: how it ends, as a pattern."""

_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_NUMBER: Final = re.compile(
    r"[-+\u2212]?(?:[A-Z]{3}\s*)?[-+\u2212]?\d[\d,]*(?:\.\d+)?\s*(?:%|pp|个百分点|[A-Z]{3}|\w{0,2}元)?", re.IGNORECASE
)
"""A number as a report prints it: with a sign, its unit before it or behind it, and nothing else."""
_STYLES: Final = ("", "percent", ",.0f", "z,.1f", "z,.2f", "z,.3g")
"""How reports and trees print numbers that are no amounts."""


def heads_saying(is_meant: Callable[[re.Pattern[str]], bool], lang: str, catalogs: Catalogs | None) -> Iterator[str]:
    """Yield the names of the heads of a report's columns that are meant.

    Parameters
    ----------
    is_meant
        Tells it by what a head says; where a head names an argument, as the level of a range, anything may stand.
    lang, catalogs
        As for :func:`salesperf.messages.render`.

    Examples
    --------
    >>> list(heads_saying(lambda head: head.fullmatch("to be expected") is not None, "en", None))
    ['to_expect']
    >>> list(heads_saying(lambda head: head.fullmatch("95% range of the change") is not None, "en", None))
    ['change_range']
    """
    for key in catalog("en"):
        if key.startswith(_HEADS):
            head = folded(render(key, lang=lang, catalogs=catalogs))
            if is_meant(re.compile(r"[\d.]+ ?%".join(map(re.escape, _PLACEHOLDER.split(head))))):
                yield key.removeprefix(_HEADS)


def ends_under(heads: Iterable[str]) -> re.Pattern[str] | None:
    """Return how the addresses end of the numbers under some heads, as a pattern; ``None`` where there is no head.

    Parameters
    ----------
    heads
        Their names.

    Examples
    --------
    >>> pattern = ends_under(["won_value", "pace_range"])
    >>> [pattern.search(address) is not None for address in ("deals/basic/won_value", "deals/won", "ada/pace/low")]
    [True, False, True]
    """
    ends = [_STANDS.get(head, re.escape(head)) for head in heads]
    return re.compile(rf"(?:^|/)(?:{'|'.join(ends)})$") if ends else None


def is_number(words: str) -> bool:
    """Tell whether somebody asks for a number as it is printed.

    Examples
    --------
    >>> [is_number(words) for words in ("1,043,245", "CNY -1,157,658", "87.7%", "o-041 won", "90% range")]
    [True, True, True, False, False]
    """
    return _NUMBER.fullmatch(words.strip()) is not None


def prints(written: frozenset[str], number: str, *, is_amount: bool) -> bool:
    """Tell whether a number is one of the forms of a value; spaces, commas and a sign of more need not be told.

    Parameters
    ----------
    written
        What :func:`forms` returns.
    number
        The number as it is printed.
    is_amount
        Whether the value has a unit itself. A price or a cost has none: it is a ratio, which a report tells in its money.

    Examples
    --------
    >>> written = frozenset({"cny1043245", "1043245"})
    >>> [prints(written, number, is_amount=True) for number in ("CNY 1,043,245", "1 043", "+1043245")]
    [True, False, True]
    >>> prints(frozenset({"21.50"}), "CNY 21.50", is_amount=False)
    True
    """
    return _plain(number) in written or (not is_amount and "%" not in number and _bare(number) in written)


def forms(value: BreakdownValue, lang: str, catalogs: Catalogs | None) -> frozenset[str]:
    """Return how a report may print a value, with its unit or without; none of a value that is missing.

    Parameters
    ----------
    value
        The value.
    lang, catalogs
        As for :func:`salesperf.messages.render`.

    Examples
    --------
    >>> from salesperf import CNY
    >>> sorted(forms(Amount.of("1043245.45", CNY), "en", None))
    ['1043245', '1043245.45', 'cny1043245', 'cny1043245.45']
    >>> "87.7%" in forms(0.877, "en", None), forms(None, "en", None)
    (True, frozenset())
    """
    return frozenset(map(_plain, _texts(value, lang, catalogs)))


def _texts(value: BreakdownValue, lang: str, catalogs: Catalogs | None) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, Amount):
        for digits in {0, value.unit.digits}:
            text = value.rounded_text(digits, lang, catalogs)
            yield text
            yield _bare(text)
        return
    for style in (*_STYLES, "points"):
        yield display(value, style, lang=lang, catalogs=catalogs)
    # A table whose head says that it tells points leaves their name out.
    yield _bare(display(value, "points", lang=lang, catalogs=catalogs))


def _plain(number: str) -> str:
    """Return a printed number without what may be left out: spaces, commas, a sign of more."""
    return re.sub(r"[\s,+]", "", folded(number).replace("\u2212", "-"))


def _bare(number: str) -> str:
    """Return a printed number without its unit."""
    return re.sub(r"[^-\d.]", "", number.replace("\u2212", "-"))
