"""What a factor did to a change, pulled apart: the exact effect from all factors before and after, and what rounding added."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, takewhile
from typing import cast

import attrs

from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Product, ShapleyEffect, Sum
from salesperf.model.message import Message
from salesperf.review.explained.elsewhere import computed
from salesperf.review.explained.growing import grown, leaf, named
from salesperf.variance import Effect

__all__ = ["effect_of_factor", "shared_out"]


def effect_of_factor(
    effect: Effect[Amount], effects: Sequence[Effect[Amount]], sides: Sequence[Callable[[str], Breakdown]]
) -> Breakdown:
    """Return what one factor of a product did to its change.

    Parameters
    ----------
    effect
        Of the factor.
    effects
        Of all factors, in their order.
    sides
        Grow a factor before, and after, by its name: as an exact number, without a value where it is undefined.
    """
    factors = [
        attrs.evolve(_merged(each, grow), label=named(f"factor_{side}", factor=each.label))
        for side, grow in zip(("before", "after"), sides, strict=True)
        for each in effects
    ]
    return shared_out(named("effect_of", factor=effect.label), effect.value, effects.index(effect), factors)


def _merged(effect: Effect[Amount], grow: Callable[[str], Breakdown]) -> Breakdown:
    """Return a factor with those that are counted with it; an undefined one is a rate over a factor that is 0."""
    trees = tuple(takewhile(_is_defined, map(grow, chain((effect.name,), effect.merged))))
    return trees[0] if len(trees) == 1 else computed(effect.label, Product(), trees)


def _is_defined(tree: Breakdown) -> bool:
    return tree.value is not None


def shared_out(label: Message, value: Amount, place: int, factors: Iterable[Breakdown]) -> Breakdown:
    """Return an effect in smallest units: the exact one rounded down, and the unit that makes all effects sum to the change.

    Parameters
    ----------
    label
        What it is.
    value
        The effect.
    place
        Of its factor.
    factors
        All of them before, then all after, as exact numbers.
    """
    exact = computed(named("exact_effect", effect=label), ShapleyEffect(place), factors)
    one = leaf(named("one"), Amount(minor=value.unit.scale, unit=value.unit))
    down = computed(named("effect_down", effect=label), Product("floor"), (one, exact))
    beyond = value - cast("Amount", down.value)
    if beyond.minor not in (0, 1):
        # Of sums with more digits than a float has, the effects are less exact than that.
        return leaf(named("effect_in_floats", effect=label), value)
    return grown(label, value, Sum(), (down, leaf(named("effect_beyond"), beyond)))
