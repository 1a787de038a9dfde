"""A stage held against a baseline: what was found, why, and what to restore it is worth."""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.funnel.tally import Labels
from salesperf.messages import Catalogs, render
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.stage import Stage

__all__ = ["VERDICTS", "Bottleneck", "Verdict"]

Verdict: TypeAlias = Literal["bottleneck", "looks_like_one", "not_lower", "better", "not_enough_data"]
VERDICTS: Final[tuple[Verdict, ...]] = ("bottleneck", "looks_like_one", "not_lower", "better", "not_enough_data")
"""What is said of a stage: its rate is lower than the baseline by more than chance, or lower within what chance makes; it is
not lower, or higher by more than chance; or too few deals were decided to tell."""


@attrs.frozen(kw_only=True)
class Bottleneck(Result):
    """A stage held against its baseline: made by :func:`bottlenecks`.

    Attributes
    ----------
    by : tuple of str
        What the segments are made of.
    labels : tuple of str or None
        The segment.
    stage : Stage
        The stage.
    horizon : int or None
        Days after coming to the stage within which deals were to get beyond it; ``None`` where the rate is of those that
        did, or ended there, whenever.
    rate : Estimate
        Which share of the deals got beyond the stage; those that are open there are no failures.
    baseline : Estimate
        The rate that it is held against; one that is stated has no interval and rests on nothing.
    difference : Estimate
        The rate less the baseline.
    p_value, adjusted_p_value : float or None
        How likely the two would differ this much by chance; allowing for all that was looked at.
    verdict : str
        One of :data:`VERDICTS`.
    entered, open : int
        Deals that came to the stage, and those that are open there.
    baseline_open : int
        Deals of the baseline that are open there.
    worth : Estimate
        Deals that would be won more, were the stage as good as the baseline and all later ones as they are; below 0 where
        it is better. Its interval is that of the difference alone.
    worth_value : Amount or None
        The same in money; ``None`` where no average value was given, or the worth is undefined.
    breakdown : Breakdown
        How the worth follows.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import STANDARD_PROCESSES, funnel
    >>> nothing = funnel.FunnelTally.empty(STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30))
    >>> found = funnel.bottlenecks(nothing, {"lead": 0.5, "opportunity": 0.5, "proposal": 0.5, "negotiation": 0.5})
    >>> found[0].text()
    'Lead: not enough data: 0 deals decided, and it takes 10.'
    """

    by: tuple[str, ...]
    labels: Labels
    stage: Stage
    horizon: int | None
    rate: Estimate
    baseline: Estimate
    difference: Estimate
    p_value: float | None
    adjusted_p_value: float | None
    verdict: Verdict
    entered: int
    open: int
    baseline_open: int
    worth: Estimate
    worth_value: Amount | None
    breakdown: Breakdown
    _looked_at: int
    _fewest: int
    _minimum: int

    @property
    def reasons(self) -> tuple[Message, ...]:
        """Why the verdict is what it is, what restoring the stage is worth, and what weakens the comparison."""
        return tuple(self._reasons())

    def _reasons(self) -> Iterator[Message]:
        stage = Message(self.stage.label)
        facts = {
            "stage": Message.of("funnel.bottleneck.segment", labels=self.labels, stage=stage) if self.by else stage,
            "rate": self.rate.value,
            "baseline": self.baseline.value,
            "difference": self.difference.value,
            "n": self._fewest,
            "minimum": self._minimum,
        }
        if self.verdict != "not_enough_data":
            looked_at = self._looked_at
            wording = "among" if looked_at > 1 else "alone"
            facts["test"] = Message.of(f"funnel.bottleneck.{wording}", p=self.adjusted_p_value, looked_at=looked_at)
            facts["kind"] = self._kind
        yield Message.of(f"funnel.bottleneck.{self.verdict}", **facts)
        if self.verdict in ("bottleneck", "looks_like_one") and self.worth.value is not None:
            wording = "worth" if self.worth_value is None else "worth_value"
            low, high = self.worth.low, self.worth.high
            yield Message.of(f"funnel.bottleneck.{wording}", deals=self.worth.value, low=low, high=high, value=self.worth_value)
        if self.horizon is None and (self.open or self.baseline_open):
            yield Message.of("funnel.bottleneck.open", open=self.open, baseline_open=self.baseline_open)

    @property
    def _kind(self) -> Message:
        """Of what the rates are: of those that moved on so soon, or whenever."""
        if self.horizon is None:
            return Message("funnel.bottleneck.whenever")
        return (
            Message.of("funnel.bottleneck.within", days=self.horizon) if self.horizon else Message("funnel.bottleneck.same_day")
        )

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the reasons for a reader."""
        between = render("format.sentences", lang=lang, catalogs=catalogs)
        return between.join(reason.text(lang, catalogs) for reason in self.reasons)

    def rows(self) -> list[Row]:
        """Return one row: the stage, both rates, how they differ, and what restoring the stage is worth."""
        return [
            {
                **dict(zip(self.by, self.labels, strict=True)),
                "stage": self.stage.key,
                "horizon": self.horizon,
                "verdict": self.verdict,
                "rate": self.rate.value,
                "decided": self.rate.n,
                "baseline": self.baseline.value,
                "baseline_decided": self.baseline.n,
                "difference": self.difference.value,
                "difference_low": self.difference.low,
                "difference_high": self.difference.high,
                "p_value": self.p_value,
                "adjusted_p_value": self.adjusted_p_value,
                "entered": self.entered,
                "open": self.open,
                "baseline_open": self.baseline_open,
                "worth": self.worth.value,
                "worth_low": self.worth.low,
                "worth_high": self.worth.high,
                "worth_value": None if self.worth_value is None else self.worth_value.decimal,
                "unit": None if self.worth_value is None else str(self.worth_value.unit),
            }
        ]
