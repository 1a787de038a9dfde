"""How well the key accounts of a review stand, by what they bought and whom one knows there."""

from collections.abc import Mapping
from functools import cached_property

import attrs
import numpy as np

from salesperf.customers import KEY_ACCOUNT_CARD, Purchases
from salesperf.customers.health import purchase_trend, purchases_of, year_before
from salesperf.scorecard import CriterionScore, Score

__all__ = ["KeyAccount", "NamedCustomer", "trend_of"]


@attrs.frozen(kw_only=True)
class NamedCustomer:
    """A customer of whom a review tells."""

    customer: str
    name: str = attrs.field(repr=False, metadata={"personal": True})

    @property
    def label(self) -> str:
        """What a reader sees: the name, or the id where there is none."""
        return self.name or self.customer


@attrs.frozen(kw_only=True)
class KeyAccount(NamedCustomer):
    """A key account in a review, with what tells how well it stands.

    Attributes
    ----------
    customer : str
        The id.
    name : str
        How the customer is called, which may be a person; empty where nobody says.
    quiet_ratio : float or None
        Days since the last purchase from anybody in the company, in any unit, over the usual days between two, at most 1 within
        30 days; ``None`` of fewer than three purchases, and where all lie so close together that the customer was new for as
        long: what is bought in parts within a few weeks has no usual days between two.
    purchase_trend : float or None
        What it bought in the last year over what it bought in the year before; ``None`` where there are no two years, or where
        what the owner sold to it in the unit of the section is not all that it bought in them.
    known_roles : int or None
        How many places of the decision chain are known; ``None`` for none.

    Examples
    --------
    >>> account = KeyAccount(customer="k-1", name="Huaxing", quiet_ratio=3.0, purchase_trend=1.0, known_roles=None)
    >>> account.score.value, account.main_reason.criterion.key
    (47.5, 'quiet_ratio')
    """

    quiet_ratio: float | None
    purchase_trend: float | None
    known_roles: int | None

    @property
    def facts(self) -> Mapping[str, float | None]:
        """What :data:`salesperf.customers.KEY_ACCOUNT_CARD` asks, as far as the records say."""
        return {
            "quiet_ratio": self.quiet_ratio,
            "purchase_trend": self.purchase_trend,
            "known_roles": self.known_roles,
        }

    @property
    def is_graded(self) -> bool:
        """Whether its purchases tell how it stands: by whom one knows there alone no account is called in danger."""
        return self.quiet_ratio is not None or self.purchase_trend is not None

    @cached_property
    def score(self) -> Score:
        """From 0 to 100, by :data:`salesperf.customers.KEY_ACCOUNT_CARD`."""
        return KEY_ACCOUNT_CARD.score(self.facts)

    @property
    def main_reason(self) -> CriterionScore | None:
        """What takes most from the score, of equals what stands first on the card; ``None`` where nothing is known."""
        return max((part for part in self.score.criteria if part.treatment == "known"), key=_missed, default=None)


def _missed(part: CriterionScore) -> float:
    """Return how many points of the score a criterion takes away: those it lacks, by its weight."""
    return part.weight * (KEY_ACCOUNT_CARD.high - (part.points or 0.0))


def trend_of(purchases: Purchases, history: Purchases, customer: str) -> float | None:
    """Tell how the purchases of a customer changed from one year to the next, where it bought nothing elsewhere in them.

    Parameters
    ----------
    purchases
        What the owner sold, in one unit.
    history
        On which days the customer bought, from anybody and in any unit: an account that now buys from a colleague as well does
        not buy less.
    customer
        The id.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY
    >>> from salesperf.customers import Codes
    >>> days = np.array(["2024-08-01", "2025-08-01", "2026-08-01"], dtype="datetime64[D]")
    >>> sold = Purchases.of(Codes.of(["k-1"] * 3), days, np.array([90, 80, 60]), unit=CNY, as_of=date(2026, 8, 1))
    >>> trend_of(sold, sold, "k-1")
    0.75
    """
    since = year_before(year_before(purchases.as_of.toordinal()))
    own, all_days = (days[days > since] for days, _ in (purchases_of(each, customer) for each in (purchases, history)))
    return purchase_trend(purchases, customer) if np.array_equal(own, all_days) else None
