"""What a forecast would be if other things were so: more won, larger deals, faster ones, more of them."""

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.forecast.chances import judge
from salesperf.forecast.creation import NewBusiness
from salesperf.forecast.deals import ForecastDeal
from salesperf.model.validators import check_number

if TYPE_CHECKING:
    from salesperf.forecast.projected import Forecast

__all__ = ["Factor", "as_factor", "suppose"]

Factor: TypeAlias = int | float | Decimal | Fraction

_LARGEST: Final = 100


def suppose(forecast: "Forecast", *, win_rate: Fraction, deal_size: Fraction, cycle: Fraction, deals: Fraction) -> "Forecast":
    """Return the forecast if win rates, sizes, cycles and numbers of deals were so many times what they are."""
    terms = attrs.evolve(
        forecast.terms,
        win_rate_factor=forecast.terms.win_rate_factor * win_rate,
        cycle_factor=forecast.terms.cycle_factor * cycle,
    )
    # A deal counts as one, whatever its size.
    size = Fraction(1) if terms.measure == "count" else deal_size
    supposed = [part for deal in forecast.deals for part in _parts(_sized(deal, size), deals)]
    new = forecast.new_business
    return attrs.evolve(
        forecast,
        terms=terms,
        deals=tuple(sorted(judge(supposed, terms), key=lambda deal: deal.id)),
        new_business=None if new is None else _more_business(new, size, deals),
    )


def as_factor(name: str, value: Factor) -> Fraction:
    """Take a number above 0 and up to 100 as an exact one.

    Raises
    ------
    InvalidValueError
        If it is none.
    """
    check_number(value, (name,))
    if value <= 0:
        raise InvalidValueError("not_positive", path=(name,), value=value)
    if value > _LARGEST:
        raise InvalidValueError("out_of_range", path=(name,), low=0, high=_LARGEST, value=value)
    return Fraction(value)


def _sized(deal: ForecastDeal, size: Fraction) -> ForecastDeal:
    return deal if deal.amount is None else attrs.evolve(deal, amount=deal.amount.times(size))


def _parts(deal: ForecastDeal, number: Fraction) -> Iterator[ForecastDeal]:
    """Yield a deal and others like it, as many as there are to be; the last may be there in part."""
    for copy in range(math.ceil(number)):
        presence = deal.presence * min(number - copy, Fraction(1))
        yield attrs.evolve(deal, id=f"{deal.id}+{copy}" if copy else deal.id, presence=presence)


def _more_business(new: NewBusiness, size: Fraction, number: Fraction) -> NewBusiness:
    return attrs.evolve(new, amounts=tuple(amount.times(size) for amount in new.amounts), factor=new.factor * float(number))
