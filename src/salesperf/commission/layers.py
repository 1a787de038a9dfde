"""What lies over what entries earn: caps, gates and coefficients, each a function of the running sum."""

from fractions import Fraction

import attrs

from salesperf.kernels.numeric import round_fraction
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Clip, Difference, Product, Sum
from salesperf.model.message import Message

__all__ = ["Layer", "LayerRun", "Passed"]


@attrs.frozen(kw_only=True)
class Layer:
    """A function of a running sum that entries go through: a factor, or the most that is paid.

    Attributes
    ----------
    key : str
        ``"window_cap"``, ``"gate"``, ``"coefficient"`` or ``"period_cap"``.
    factor : Fraction or None
    cap : int or None
        In smallest units.
    reason : Message
        What a line says that it changes.
    """

    key: str
    factor: Fraction | None = None
    cap: int | None = None
    reason: Message

    def __call__(self, minor: int) -> int:
        """Return what is left of a sum."""
        if self.factor is not None:
            minor = round_fraction(self.factor * minor)
        return minor if self.cap is None else min(minor, self.cap)

    def explain(self, inner: Breakdown, unit: Unit) -> Breakdown:
        """Return the tree of what is left of a sum that a tree explains."""
        before = inner.value.minor if isinstance(inner.value, Amount) else 0
        value = Amount(minor=self(before), unit=unit)
        label = Message(f"commission.layer.{self.key}")
        if self.factor is None:
            cap = None if self.cap is None else Amount(minor=self.cap, unit=unit)
            return Breakdown(label=label, value=value, rule=Clip(high=cap), parts=(inner,))
        factor = Breakdown(label=Message("commission.factor"), value=self.factor)
        return Breakdown(label=label, value=value, rule=Product(), parts=(inner, factor))


@attrs.frozen
class Passed:
    """How one amount went through a layer: the sum before it, and what came out."""

    layer: Layer
    running: int
    given: int
    minor: int

    def explain(self, inner: Breakdown, unit: Unit) -> Breakdown:
        """Return the tree of what came out: the layer of the sum with the amount, less that of the sum without it."""
        before = Breakdown(label=Message("commission.running"), value=Amount(minor=self.running, unit=unit))
        together = Amount(minor=self.running + self.given, unit=unit)
        with_it = Breakdown(label=Message("commission.running_with"), value=together, rule=Sum(), parts=(before, inner))
        return Breakdown(
            label=Message(f"commission.layer.{self.layer.key}"),
            value=Amount(minor=self.minor, unit=unit),
            rule=Difference(),
            parts=(self.layer.explain(with_it, unit), self.layer.explain(before, unit)),
        )


class LayerRun:
    """A layer on its way through amounts in order."""

    def __init__(self, layer: Layer) -> None:
        self._layer, self._running, self._left = layer, 0, layer(0)

    def passing(self, minor: int) -> Passed:
        """Let one more amount through."""
        running, left = self._running, self._left
        self._running = running + minor
        self._left = self._layer(self._running)
        return Passed(self._layer, running, minor, self._left - left)
