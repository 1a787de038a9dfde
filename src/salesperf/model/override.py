"""Overrides: amounts that somebody set by hand, with reason and author."""

from collections.abc import Mapping

import attrs

from salesperf.model.amount import Amount
from salesperf.model.frozen import FrozenMap
from salesperf.model.target import EVERYTHING
from salesperf.model.validators import as_frozen_map, frozen_map, identifier, of_type, optional

__all__ = ["Override"]


def _as_scope(value: Mapping[str, str]) -> FrozenMap[str, str]:
    return as_frozen_map(value)


@attrs.frozen(kw_only=True)
class Override:
    """An amount that somebody sets by hand in the place of the computed one (人工调整).

    Parameters
    ----------
    owner
        Whose part; ``None`` for the company's.
    amount
        How much instead.
    reason
        Why; a plan keeps it beside the computed amount.
    author
        The id of whoever decided it.
    scope
        Of what; empty for everything.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or there is no reason or no author.

    Examples
    --------
    >>> from salesperf import COUNT
    >>> Override(owner="ada", amount=Amount.of(40, COUNT), reason="on parental leave until June", author="r-1").amount.minor
    40
    """

    owner: str | None = attrs.field(validator=optional(identifier))
    amount: Amount = attrs.field(validator=of_type(Amount))
    reason: str = attrs.field(validator=identifier)
    author: str = attrs.field(validator=identifier)
    scope: FrozenMap[str, str] = attrs.field(
        default=EVERYTHING, converter=_as_scope, validator=frozen_map(identifier, identifier)
    )
