"""The words of the room: what causes there are, and which factor of a change speaks for which."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from salesperf.variance import STEP_RATES

__all__ = ["CAUSES", "FACTOR_CAUSES", "Cause"]

Cause: TypeAlias = Literal["demand", "strategy", "ability", "people", "plan", "data"]
CAUSES: Final[tuple[Cause, ...]] = ("demand", "strategy", "ability", "people", "plan", "data")
"""Where a cause lies: too few ask; we offer the wrong thing, at the wrong price, in the wrong place; we do not bring home what
there is; people are missing, new or low; the plan asks of the wrong ones; the numbers are wrong."""

_OF_RATES: Final[Mapping[str, Cause]] = MappingProxyType(dict.fromkeys(STEP_RATES.values(), "ability"))
"""What it speaks for how many of one step come of an earlier one."""

FACTOR_CAUSES: Final[Mapping[str, Cause]] = MappingProxyType(
    {
        "leads": "demand",
        "opportunities": "demand",
        "customers": "demand",
        "new_customers": "demand",
        "orders": "demand",
        "volume": "demand",
        "market_size": "demand",
        "average_order_value": "strategy",
        "average_value": "strategy",
        "deal_size": "strategy",
        "order_value": "strategy",
        "price": "strategy",
        "mix": "strategy",
        "new": "strategy",
        "discontinued": "strategy",
        "market_share": "strategy",
        "win_rate": "ability",
        "conversion_rate": "ability",
        "converted_leads": "ability",
        "deals_per_lead": "ability",
        "visits": "ability",
        "proposals": "ability",
        "output_per_head": "ability",
        "repurchase_rate": "ability",
        "retention_rate": "ability",
        "headcount": "ability",
        "amounts_known": "data",
        "purchases_per_customer": "demand",
        "average_purchase": "strategy",
        **_OF_RATES,
    }
)
"""Name of a factor, as the verbs of :mod:`salesperf.variance` name it, to the cause that it speaks for. Which factor speaks for
what is a convention: lay one of your own over it."""
