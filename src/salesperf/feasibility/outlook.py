"""Forecast: the probability of reaching a target, told by whatever projects the pipeline."""

from typing import ClassVar, Protocol, runtime_checkable

import attrs

from salesperf.feasibility.evidence import Evidence, EvidenceKind
from salesperf.feasibility.policy import FeasibilityPolicy, Verdict
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

__all__ = ["ForecastEvidence", "TellsChances"]


@runtime_checkable
class TellsChances(Protocol):
    """Whatever tells how probable it is to reach an amount: a forecast of ours, or of another tool's.

    Examples
    --------
    >>> isinstance(object(), TellsChances)
    False
    """

    def at_least(self, amount: Amount, /) -> Estimate:
        """Tell the probability that at least so much is reached."""


@attrs.frozen(kw_only=True)
class ForecastEvidence(Evidence):
    """The probability of reaching a target that a forecast tells: made by :func:`assess`.

    Attributes
    ----------
    target : Amount
        What is to be reached.
    chance : Estimate
        The probability of reaching it, with the uncertainty that the forecast knows of.
    policy : FeasibilityPolicy
        By which cuts of the probability of missing it the verdict goes.
    forecast : TellsChances
        Whom to ask about other amounts.
    is_wider : bool
        Whether the forecast is of more deals than those of the target's owner, as far as it can tell; the reason then says so.

    Notes
    -----
    A forecast whose interval reaches from a target that is too low to one that is too high says nothing.

    Examples
    --------
    >>> from salesperf import CNY
    >>> from salesperf.feasibility import DEFAULT_POLICY
    >>> class Uniform:
    ...     def at_least(self, amount):
    ...         return Estimate(value=max(0.0, 1 - float(amount.decimal) / 1000), n=40)
    >>> goal = Amount.of(400, CNY)
    >>> found = ForecastEvidence(
    ...     target=goal, chance=Uniform().at_least(goal), policy=DEFAULT_POLICY, forecast=Uniform()
    ... )
    >>> found.demand, found.verdict, found.reasonable.text()
    (0.4, 'reasonable', 'CNY 100.00 to CNY 500.00')
    """

    kind: ClassVar[EvidenceKind] = "forecast"
    target: Amount
    chance: Estimate
    policy: FeasibilityPolicy
    forecast: TellsChances = attrs.field(repr=False, eq=False)
    is_wider: bool = False

    @property
    def demand(self) -> float | None:
        """The probability of missing the target; ``None`` where the forecast cannot tell it."""
        return None if self.chance.value is None else 1 - self.chance.value

    def judge(self, amount: Amount) -> Verdict:
        """Say what the verdict would be of another amount in the place of the target, however sure the forecast is."""
        chance = self.forecast.at_least(amount).value
        return "not_enough_evidence" if chance is None else self.policy.forecast.verdict(1 - chance)

    @property
    def _is_vague(self) -> bool:
        """Whether the interval reaches from a target that is too low to one that is too high."""
        if self.chance.low is None or self.chance.high is None:
            return False
        ends = [self.policy.forecast.verdict(1 - end) for end in (self.chance.high, self.chance.low)]
        return ends == ["too_low", "too_high"]

    @property
    def verdict(self) -> Verdict:
        """What the forecast says of the target."""
        if self.chance.value is None or self._is_vague:
            return "not_enough_evidence"
        return self.policy.forecast.verdict(1 - self.chance.value)

    @property
    def reason(self) -> Message:
        """The probability of reaching the target, and how sure it is; or why the forecast says nothing."""
        return Message.of("feasibility.reason.wider", reason=self._chance) if self.is_wider else self._chance

    @property
    def _chance(self) -> Message:
        if self.chance.value is None and self.chance.reason is not None:
            return self.chance.reason
        if self.chance.low is None:
            return Message.of("feasibility.reason.chance", chance=self.chance.value)
        wording = "chance_vague" if self._is_vague else "chance_range"
        return Message.of(
            f"feasibility.reason.{wording}",
            chance=self.chance.value,
            low=self.chance.low,
            high=self.chance.high,
            level=self.chance.level,
        )

    @property
    def breakdown(self) -> Breakdown:
        """The probability of missing the target: what is left of certainty."""
        return Breakdown(
            label=Message("feasibility.miss_probability"),
            value=self.demand,
            rule=Difference(),
            parts=(
                Breakdown(label=Message("feasibility.certainty"), value=1),
                Breakdown(label=Message("feasibility.chance"), value=self.chance.value),
            ),
        )
