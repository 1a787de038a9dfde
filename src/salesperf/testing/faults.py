"""Strategies for what does not belong: personal data, and values of wrong types."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from salesperf import CNY, STANDARD_METRICS, Amount, FrozenMap, Message, Period, Rep
from salesperf.testing.values import built_once

__all__ = ["bad_values", "personal_data"]

_SURNAMES: Final = "王李张刘陈杨赵黄周吴"
_GIVEN: Final = "伟芳娜敏静秀丽强磊洋"
_FIRST: Final = ("Ada", "Grace", "Edsger", "José", "Zhang")
_LAST: Final = ("Lovelace", "Hopper", "Dijkstra", "García", "Wei")
_FORMATS: Final = ("{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "+86{0}{1}{2}", "+86 {0} {1} {2}", "(0){0}.{1}.{2}")


@built_once
def personal_data() -> SearchStrategy[str]:
    """Draw what must never be shown: telephone numbers, e-mail addresses, Chinese and Western names.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(personal_data(), lambda text: "@" in text)
    '0@example.com'
    """
    return st.one_of(_phones(), _addresses(), _names())


def _phones() -> SearchStrategy[str]:
    blocks = st.tuples(st.integers(130, 199), st.integers(0, 9999), st.integers(0, 9999))
    return st.builds(
        lambda form, block: form.format(f"{block[0]}", f"{block[1]:04d}", f"{block[2]:04d}"),
        st.sampled_from(_FORMATS),
        blocks,
    )


def _addresses() -> SearchStrategy[str]:
    local = st.text("abcdefghijklmnopqrstuvwxyz0123456789._-", min_size=1, max_size=12)
    return st.builds("{}@{}".format, local, st.sampled_from(("example.com", "mail.example.cn", "例子.中国")))


def _names() -> SearchStrategy[str]:
    chinese = st.builds(str.__add__, st.sampled_from(_SURNAMES), st.text(_GIVEN, min_size=1, max_size=2))
    western = st.builds("{} {}".format, st.sampled_from(_FIRST), st.sampled_from(_LAST))
    return chinese | western


@built_once
def bad_values() -> SearchStrategy[Any]:
    """Draw values of every kind that may stand in the wrong place: each is right somewhere, and wrong nearly everywhere.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(bad_values(), lambda value: isinstance(value, list))
    []
    """
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from((2**63, -(2**63), 10**400, -1, 0)),
        st.floats(),
        st.text(max_size=5),
        personal_data(),
        st.binary(max_size=5),
        st.sampled_from(_ODD),
    )
    return st.one_of(
        scalars,
        st.lists(scalars, max_size=3),
        st.lists(scalars, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3) | st.integers(), scalars, max_size=3),
        st.builds(np.array, st.lists(st.integers(-9, 9) | st.floats(), max_size=3)),
        st.builds(iter, st.lists(scalars, max_size=2)),
    )


_ODD: Final[tuple[Any, ...]] = (
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    Decimal("1E-999999999"),
    Decimal("1E+999999999"),
    Fraction(1, 3),
    Fraction(10**400, -3),
    1j,
    date.min,
    date.max,
    datetime(2026, 9, 30, tzinfo=UTC),
    datetime(2026, 9, 30),  # noqa: DTZ001 - a naive one is the fault to be drawn
    np.float64(math.nan),
    np.int64(7),
    np.array(7),
    np.array(["a", None], dtype=object),
    object(),
    int,
    len,
    Ellipsis,
    frozenset({"a"}),
    {"unordered", "set"},
    "13800138000",
    " leading",
    "trailing ",
    "\ud800",
    "2026-13-01",
    Amount(minor=1, unit=CNY),
    Message("note"),
    Period.year(2026),
    Rep(id="r1", name="张伟"),
    FrozenMap({"r1": 1}),
    FrozenMap({1: "r1"}),
    STANDARD_METRICS["revenue"],
    STANDARD_METRICS["win_rate"],
)
