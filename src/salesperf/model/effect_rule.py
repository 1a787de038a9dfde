"""How the effect of a factor follows from all factors before and after: a rule of a breakdown."""

from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import attrs

from salesperf.kernels.numeric import INT64_MAX
from salesperf.kernels.shapley import exact_product_effects
from salesperf.model.rule import BreakdownValue, Combination, Defined
from salesperf.model.validators import as_python, whole

if TYPE_CHECKING:
    from salesperf.model.breakdown import Breakdown

__all__ = ["ShapleyEffect"]


def _as_place(value: int) -> int:
    return as_python(value)


@attrs.frozen
class ShapleyEffect(Combination):
    """What one factor did to the change of a product: of an even number of parts, all factors before, then all after.

    Parameters
    ----------
    place
        Of the factor among them, from 0.

    Raises
    ------
    InvalidValueError
        If the place is no whole number, or below 0.

    Notes
    -----
    The mean of what its change does to the product, over all orders in which the factors could have changed. It is computed
    exactly; where one of the parts is a float, all count as floats, and so does the effect.

    References
    ----------
    :func:`salesperf.kernels.shapley.exact_product_effects`.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> factors = {"Deals before": 4, "Average before": 50, "Deals after": 6, "Average after": 40}
    >>> parts = [Breakdown(label=Message(name), value=value) for name, value in factors.items()]
    >>> Breakdown(label=Message("Effect of more deals"), value=90, rule=ShapleyEffect(0), parts=parts).holds()
    True
    """

    key: ClassVar[str] = "rule.shapley"
    place: int = attrs.field(converter=_as_place, validator=whole(0, INT64_MAX))

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Share out the change, and choose."""
        numbers = self._numbers(values)
        count, odd = divmod(len(numbers), 2)
        if odd or self.place >= count:
            raise self._misfit()
        exact = list(map(Fraction, numbers))
        effect = exact_product_effects(exact[:count], exact[count:])[self.place]
        return float(effect) if isinstance(numbers[0], float) else effect
