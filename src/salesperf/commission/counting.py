"""What entries since the plan began to count have brought, before gates and coefficients."""

from collections.abc import Sequence
from datetime import date

import attrs

from salesperf.commission.layers import Passed
from salesperf.commission.line import StatementLine
from salesperf.commission.stepping import Step
from salesperf.model.amount import Amount, Unit

__all__ = ["Counted"]


@attrs.frozen
class Counted:
    """What entries brought, in order, and how each went through the cap of the window.

    Attributes
    ----------
    steps
        What each brought by each part.
    passed
        The cap that each went through, if there is one.
    amounts
        What was left of it, in smallest units.
    unit
        The currency.
    """

    steps: Sequence[Step]
    passed: Sequence[tuple[Passed, ...]]
    amounts: Sequence[int]
    unit: Unit

    @property
    def minor(self) -> int:
        """What all of them brought."""
        return sum(self.amounts)

    def before(self, day: date) -> "Counted":
        """Return those before a day."""
        # Steps are by day, so these are the first.
        count = sum(step.claim.entry.on < day for step in self.steps)
        return Counted(self.steps[:count], self.passed[:count], self.amounts[:count], self.unit)

    def lines(self) -> tuple[StatementLine, ...]:
        """Return them as lines of their own."""
        return tuple(
            StatementLine(
                entry=step.claim.entry,
                part=step.part.key,
                pay=Amount(minor=amount, unit=self.unit),
                source=step,
                passed=passed,
            )
            for step, passed, amount in zip(self.steps, self.passed, self.amounts, strict=True)
        )
