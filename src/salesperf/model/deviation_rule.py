"""How much days differ from their plan: rules of a breakdown on what a range rests on."""

import math
from typing import TYPE_CHECKING, ClassVar

import attrs

from salesperf.model.rule import BreakdownValue, Combination, Defined

if TYPE_CHECKING:
    from salesperf.model.breakdown import Breakdown

__all__ = ["DeviationFromPlan", "SquareRoot"]


@attrs.frozen
class DeviationFromPlan(Combination):
    """How much what was done differs from its plan: of an even number of parts, what was done each day, then the plans.

    Notes
    -----
    With pace = sum(done) / sum(plan) over n days: the root of sum((done - pace x plan)^2 / plan) / (n - 1), the standard
    deviation of a day over the root of its plan. There are two days at least, each with a plan above 0.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> done_and_planned = [Breakdown(label=Message(name), value=value) for name, value in zip("abcd", (3, 1, 4, 4))]
    >>> tree = Breakdown(label=Message("a day"), value=0.5**0.5, rule=DeviationFromPlan(), parts=done_and_planned)
    >>> tree.holds()  # the pace is a half; (3 - 2)^2 / 4 + (1 - 2)^2 / 4, over 1
    True
    """

    key: ClassVar[str] = "rule.deviation_from_plan"

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Measure."""
        numbers = list(map(float, self._numbers(values)))
        count, odd = divmod(len(numbers), 2)
        done, plan = numbers[:count], numbers[count:]
        if odd or count < 2 or min(plan) <= 0:  # noqa: PLR2004 - one day does not differ
            raise self._misfit()
        pace = math.fsum(done) / math.fsum(plan)
        squares = ((each - pace * planned) ** 2 / planned for each, planned in zip(done, plan, strict=True))
        return math.sqrt(math.fsum(squares) / (count - 1))


@attrs.frozen
class SquareRoot(Combination):
    """The square root of the one part, a number that is not below 0.

    Examples
    --------
    >>> from salesperf import Breakdown, Message
    >>> part = Breakdown(label=Message("planned"), value=9)
    >>> Breakdown(label=Message("root"), value=3.0, rule=SquareRoot(), parts=[part]).holds()
    True
    """

    key: ClassVar[str] = "rule.square_root"
    count: ClassVar[int | None] = 1

    def combine(self, values: list[Defined], node: "Breakdown") -> BreakdownValue:  # noqa: ARG002 - as the others
        """Take the root."""
        (value,) = self._numbers(values)
        if value < 0:
            raise self._misfit()
        return math.sqrt(value)
