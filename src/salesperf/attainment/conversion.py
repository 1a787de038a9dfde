"""Conversion: actuals of several currencies restated in one, at the rates of their days or of one plan."""

from datetime import date

import numpy as np

from salesperf.attainment.counting import ActualTally, Codes, _group
from salesperf.errors import UnknownNameError
from salesperf.kernels.numeric import Rounding
from salesperf.model.amount import Unit
from salesperf.model.codes import EPOCH
from salesperf.model.exchange import ExchangeRates
from salesperf.model.validators import check_date, require

__all__ = ["convert"]


def convert(
    tally: ActualTally,
    rates: ExchangeRates,
    unit: Unit,
    *,
    on: date | None = None,
    rounding: Rounding = "half_up",
) -> ActualTally:
    """Restate the money of a tally in one currency; counts stay as they are.

    Parameters
    ----------
    tally
        Actuals, counted, in any number of currencies.
    rates
        A table that can convert each of them.
    unit
        The currency to restate them in, at its precision.
    on
        The day whose rates hold for all, which gives amounts in constant currency (不变汇率); ``None`` for each actual's own
        day. A table of plan rates needs none: in it the rate of every day of a planning period is that of the plan.
    rounding
        A name in :data:`salesperf.kernels.numeric.ROUNDINGS`.

    Returns
    -------
    ActualTally
        With as many entries as before.

    Raises
    ------
    InvalidValueError
        If the unit is of counts, no rounding bears the name, or a sum is beyond 64 bits.
    UnknownNameError
        If no rate was stated on or before a day, naming the pair and the day.

    Notes
    -----
    Each cell, which is what was done of one metric in one unit and scope by one owner on one day, is converted exactly and
    rounded once; every total is the sum of such cells. So totals agree with their parts, and differ from the exact value by
    at most half the smallest unit for each cell. Tallies that share no cell may be converted before or after they are merged.
    A target in another currency is restated by :meth:`salesperf.ExchangeRates.convert`.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import EUR, STANDARD_METRICS, USD, Actual, Amount, ExchangeRate
    >>> from salesperf.attainment import tally
    >>> revenue = STANDARD_METRICS["revenue"]
    >>> sales = tally(
    ...     Actual(owner="ada", metric=revenue, amount=Amount.of(100, EUR), on=date(year, 5, 1)) for year in (2025, 2026)
    ... )
    >>> rates = ExchangeRates(
    ...     rates=[
    ...         ExchangeRate(base="EUR", quote="USD", on=date(2025, 1, 1), rate=Decimal("1.10")),
    ...         ExchangeRate(base="EUR", quote="USD", on=date(2026, 1, 1), rate=Decimal("1.00")),
    ...     ]
    ... )
    >>> convert(sales, rates, USD).minor.tolist(), convert(sales, rates, USD, on=date(2025, 12, 31)).minor.tolist()
    ([11000, 10000], [11000, 11000])
    """
    require(tally, ActualTally, path=("tally",))
    require(rates, ExchangeRates, path=("rates",))
    require(unit, Unit, path=("unit",))
    if on is not None:
        check_date(on, ("on",))
    is_money = np.array([known.dimension == "money" for known in tally.units], dtype=np.bool_)
    cells = np.flatnonzero(is_money[tally.unit])
    days = tally.day[cells] if on is None else np.full(cells.size, on.toordinal(), dtype=np.int64)
    minor, units = tally.minor.copy(), tally.unit.copy()
    try:
        minor[cells] = rates.convert_columns(
            tally.minor[cells],
            Codes(tally.unit[cells], tally.units),
            unit,
            (days - EPOCH).astype("datetime64[D]"),
            rounding=rounding,
        )
    except UnknownNameError as error:
        raise error.at("rates") from None
    if not cells.size:
        return tally
    labels = tally.units if unit in tally.units else (*tally.units, unit)
    units[cells] = labels.index(unit)
    return _group(
        metric=Codes(tally.metric, tally.metrics),
        unit=Codes(units, labels),
        scope=Codes(tally.scope, tally.scopes),
        owner=Codes(tally.owner, tally.owners),
        day=tally.day,
        minor=minor,
        entries=tally.entries,
    )
