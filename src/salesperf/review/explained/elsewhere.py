"""Numbers of a review that stand in several of its sections, and those that stand in what it says."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import isclose
from typing import TypeAlias

import attrs

from salesperf.messages import Marked
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Rule
from salesperf.model.message import Message, verbatim
from salesperf.model.rule import BreakdownValue
from salesperf.review.explained.growing import Numbered, leaf, named

__all__ = ["Elsewhere", "MaybeTree", "computed", "is_same", "numbers_said", "shown", "verbatim"]

MaybeTree: TypeAlias = Callable[[], Breakdown | None]
"""Grows a tree where there is one."""

Elsewhere: TypeAlias = Callable[[str], Breakdown | None]
"""Returns the tree of the number at an address of another section; ``None`` where there is none."""


def shown(label: Message, value: BreakdownValue, *trees: Breakdown | None) -> Breakdown:
    """Return the first tree that comes to a value, under another label; where none does, the value alone.

    Examples
    --------
    >>> shown(named("won"), 2, None, leaf(named("lost"), 3)).parts
    ()
    """
    for tree in trees:
        if tree is not None and is_same(tree.value, value):
            told = attrs.evolve(tree, label=label, value=value)
            # A ratio that is kept with so many digits is less exact than its parts are.
            return told if told.holds_itself() else attrs.evolve(tree, label=label)
    return leaf(label, value)


def computed(label: Message, rule: Rule, parts: Iterable[Breakdown]) -> Breakdown:
    """Return what a rule makes of some parts.

    Examples
    --------
    >>> from salesperf import Sum
    >>> computed(named("won_or_lost"), Sum(), [leaf(named("won"), 2), leaf(named("lost"), 3)]).value
    5
    """
    tree = Breakdown(label=label, value=None, rule=rule, parts=tuple(parts))
    value = rule(tree)
    return attrs.evolve(tree, value=int(value) if isinstance(value, Fraction) and value.denominator == 1 else value)


def is_same(one: BreakdownValue, other: BreakdownValue) -> bool:
    """Tell whether two values are one: amounts exactly, numbers as far as floats go.

    Examples
    --------
    >>> is_same(Fraction(1, 2), 0.5), is_same(1, None)
    (True, False)
    """
    if one is None or other is None or isinstance(one, Amount) or isinstance(other, Amount):
        return one == other
    return isclose(float(one), float(other))


def numbers_said(address: str, message: Message | None, known: Mapping[str, MaybeTree] | None = None) -> Numbered:
    """Yield the numbers that stand in what is said, each below an address by the name of its place there.

    Parameters
    ----------
    address
        What the address of each begins with.
    message
        What is said; ``None`` for nothing.
    known
        Trees of numbers by the names of their places; of any other the number alone is told.
    """
    if message is None:
        return
    for name, value in message.arguments.items():
        if isinstance(value, Message):
            yield from numbers_said(f"{address}/{name}", value, known)
        elif not isinstance(value, bool) and isinstance(value, (int, float, Decimal, Fraction, Amount)):
            grow = None if known is None else known.get(name)
            yield f"{address}/{name}", partial(_of_place, message, name, value, grow)


def _of_place(message: Message, name: str, value: BreakdownValue, grow: MaybeTree | None) -> Breakdown:
    """Return a number that a sentence tells: what it is stands there, where it is marked."""
    text = Message.of(message.key, **{**message.arguments, name: Marked(value)})
    return shown(named("told", text=text), value, None if grow is None else grow())
