"""How much of the open pipeline hangs on few deals, or on few customers."""

from collections.abc import Mapping
from typing import Self

import attrs
import numpy as np

from salesperf.kernels.concentration import gini, herfindahl
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.result import Result, Row

__all__ = ["Concentration"]


@attrs.frozen(kw_only=True)
class Concentration(Result):
    """How unequally a value is divided among deals or customers: made by :func:`snapshot`.

    Attributes
    ----------
    n : int
        How many deals or customers there are.
    left_out : int
        How many deals are left out, since they have no amount, or no customer where customers are asked about.
    largest : str or None
        The id of the largest; of several as large, the first.
    largest_share : float or None
        Its share of the value, a fraction.
    herfindahl : float or None
        Sum of the squared shares: from 1 / n, where all are equal, to 1.
    effective_number : float or None
        1 / herfindahl: so many equal ones would be as concentrated.
    gini : float or None
        Gini coefficient of the n as a population: from 0, where all are equal, to 1 - 1 / n.
    reason : Message or None
        Why these are undefined.

    Examples
    --------
    >>> from salesperf import CNY
    >>> sizes = {"o-1": Amount.of(600, CNY), "o-2": Amount.of(200, CNY), "o-3": Amount.of(200, CNY)}
    >>> found = Concentration.of(sizes, left_out=0)
    >>> found.largest, found.largest_share, round(found.effective_number, 2), round(found.gini, 3)
    ('o-1', 0.6, 2.27, 0.267)
    """

    n: int
    left_out: int
    largest: str | None = None
    largest_share: float | None = None
    herfindahl: float | None = None
    effective_number: float | None = None
    gini: float | None = None
    reason: Message | None = None

    @classmethod
    def of(cls, amounts: Mapping[str, Amount], *, left_out: int) -> Self:
        """Measure amounts of one unit by the id of whose they are.

        Parameters
        ----------
        amounts
            Id to amount.
        left_out
            How many deals have none.
        """
        values = np.array([amount.minor for amount in amounts.values()], dtype=np.float64)
        total = sum(amount.minor for amount in amounts.values())
        if np.any(values < 0):
            return cls(n=len(amounts), left_out=left_out, reason=Message("pipeline.reason.negative_amount"))
        if not total:
            return cls(n=len(amounts), left_out=left_out, reason=Message("pipeline.reason.no_value"))
        largest = min(amounts, key=lambda id: (-amounts[id].minor, id))  # noqa: A006 - the name of the field
        index = herfindahl(values)
        return cls(
            n=len(amounts),
            left_out=left_out,
            largest=largest,
            largest_share=amounts[largest].minor / total,
            herfindahl=index,
            effective_number=1 / index,
            gini=gini(values),
        )

    def rows(self) -> list[Row]:
        """Return one row of the measures."""
        return [
            {
                "n": self.n,
                "left_out": self.left_out,
                "largest": self.largest,
                "largest_share": self.largest_share,
                "herfindahl": self.herfindahl,
                "effective_number": self.effective_number,
                "gini": self.gini,
            }
        ]
