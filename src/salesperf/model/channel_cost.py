"""What was spent on a channel or a campaign."""

from datetime import date

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.validators import day, identifier, of_type, optional

__all__ = ["ChannelCost"]


@attrs.frozen(kw_only=True)
class ChannelCost:
    """Money spent on a day on winning leads: a stand, an advertisement, a fee for a recommendation, a dealer's rebate.

    Parameters
    ----------
    on
        The day of which it is. A cost of many days is as many of them: each is known from its day on.
    amount
        Money, 0 or more. A 0 says that nothing was spent, which is more than to say nothing.
    channel, campaign, owner
        For what: the keys that leads bear, the id of the rep or team. At least one of the three.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the amount is negative or no money, or it is said of nothing for what it was spent.

    Examples
    --------
    >>> from salesperf import CNY
    >>> stand = ChannelCost(on=date(2026, 4, 20), amount=Amount.of(80_000, CNY), channel="exhibition", campaign="spring_fair")
    >>> print(stand.amount)
    80,000.00 CNY
    """

    on: date = attrs.field(validator=day)
    amount: Amount = attrs.field(validator=of_type(Amount))
    channel: str | None = attrs.field(default=None, validator=optional(identifier))
    campaign: str | None = attrs.field(default=None, validator=optional(identifier))
    owner: str | None = attrs.field(default=None, validator=optional(identifier))

    def __attrs_post_init__(self) -> None:
        """Refuse what was earned rather than spent, and what was spent on nothing."""
        if self.amount.unit.dimension != "money":
            raise InvalidValueError("not_money", path=("ChannelCost", "amount"), value=str(self.amount.unit))
        if self.amount.minor < 0:
            raise InvalidValueError("negative", path=("ChannelCost", "amount"), value=self.amount.decimal)
        if (self.channel, self.campaign, self.owner) == (None, None, None):
            raise InvalidValueError("cost_of_nothing", path=("ChannelCost",))
