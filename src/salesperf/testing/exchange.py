"""A strategy for tables of exchange rates."""

from decimal import Decimal
from itertools import combinations
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from salesperf import ExchangeRate, ExchangeRates
from salesperf.testing.dates import FIRST_DAY, days
from salesperf.testing.values import built_once

__all__ = ["exchange_rates"]

_CURRENCIES: Final = ("CNY", "EUR", "JPY", "USD")


@built_once
@st.composite
def exchange_rates(draw: DrawFn) -> ExchangeRates:
    """Draw tables of CNY, EUR, JPY and USD that can convert each into each on every day of :func:`days`.

    Some state every pair, and some only those with a pivot.

    Examples
    --------
    >>> from hypothesis import find
    >>> table = find(exchange_rates(), lambda table: True)
    >>> table.pivot, [(rate.base, rate.quote) for rate in table.rates]
    ('CNY', [('CNY', 'EUR'), ('CNY', 'JPY'), ('CNY', 'USD')])
    """
    pivot = draw(st.sampled_from((None, *_CURRENCIES)))
    pairs = [pair for pair in combinations(_CURRENCIES, 2) if pivot is None or pivot in pair]
    rates: list[ExchangeRate] = []
    for pair in pairs:
        base, quote = draw(st.permutations(pair))
        dates = sorted({FIRST_DAY, *draw(st.lists(days(), max_size=2))})
        rates += [ExchangeRate(base=base, quote=quote, on=on, rate=draw(_rates())) for on in dates]
    return ExchangeRates(rates=rates, pivot=pivot)


@built_once
def _rates() -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal("0.0001"), 200, places=4) | st.sampled_from((Decimal(1), Decimal("7.1")))
