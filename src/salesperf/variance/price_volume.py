"""Price, volume and mix: why the value of what was sold changed, item by item, with what is new and what is gone."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.kernels.shapley import exact_product_effects, substitution_effects
from salesperf.model.amount import Amount, Rate
from salesperf.model.message import Message
from salesperf.model.validators import check_choice, check_number, of_type, place, require
from salesperf.variance.parts import common_unit
from salesperf.variance.told import COMPARISONS, Comparison, Effect, Method, Variance
from salesperf.variance.whole import rounded_to

__all__ = ["EFFECTS", "Sold", "price_volume_mix"]

_EffectName: TypeAlias = Literal["volume", "mix", "price", "new", "discontinued", "other"]
EFFECTS: Final[tuple[_EffectName, ...]] = ("volume", "mix", "price", "new", "discontinued", "other")

_FACTORS: Final = 3
_OF_FACTORS: Final[tuple[Method, ...]] = ("shapley", "chain")


def _quantity(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, float):
        raise InvalidValueError("rate_float", path=place(instance, attribute), value=value)
    check_number(value, place(instance, attribute))


@attrs.frozen
class Sold:
    """What was sold of an item: how much of it, and for how much.

    Parameters
    ----------
    quantity
        Pieces, hours or tonnes, exactly: an int, a Decimal or a Fraction.
    amount
        What they were sold for, all together. The price is the one over the other.

    Raises
    ------
    InvalidValueError
        If the quantity is a float or no number, or the amount no amount.

    Examples
    --------
    >>> from salesperf import CNY
    >>> Sold(40, Amount.of(1000, CNY)).price
    Fraction(25, 1)
    """

    quantity: Rate = attrs.field(validator=_quantity)
    amount: Amount = attrs.field(validator=of_type(Amount))

    @property
    def price(self) -> Fraction | None:
        """Amount over quantity, exactly; ``None`` where nothing was sold, or more came back than was sold."""
        quantity = Fraction(self.quantity)
        return Fraction(self.amount.decimal) / quantity if quantity > 0 else None


def price_volume_mix(
    before: Mapping[str, Sold],
    after: Mapping[str, Sold],
    *,
    method: Method = "shapley",
    comparison: Comparison = "period_to_period",
) -> Variance[Amount]:
    """Tell why the value of what was sold changed: volume, mix, prices, and items that are new or gone.

    Parameters
    ----------
    before, after
        What was sold of each item, by its name; quantities in one unit of measure, amounts in one unit. To compare with a
        plan, state what the plan has of each item.
    method
        ``"shapley"``, which treats the three alike, or ``"chain"``, which changes volume first, then mix, then prices: the
        textbook's order, in which prices change what is sold after, and volume counts at what was the mean price before.
    comparison
        What the two are, one of :data:`COMPARISONS`: it makes no difference but to the wording.

    Returns
    -------
    Variance
        With the effects ``volume``, ``mix``, ``price``, ``new``, ``discontinued`` and ``other``, in exact amounts that sum to
        the change; its segments are the items.

    Raises
    ------
    InvalidValueError
        If nothing was sold before or after, a name is no text, a value is not :class:`Sold`, or a sum is beyond 64 bits.
    UnitMismatchError
        If the amounts are not all in one unit.

    Notes
    -----
    The value of what is sold of an item is volume x share x price: the quantity of all items together, the share of the item
    in it, and its own price. The three effects are those of :func:`decompose`, computed exactly and summed over the items that
    were sold both before and after. By ``chain`` they are the textbook's

    - volume = (Q1 - Q0) x mean price before,
    - mix = sum of q1 p0 - Q1 x mean price before,
    - price = sum of (p1 - p0) q1.

    An item that was sold only after is ``new`` with all of its amount, one that was sold only before is ``discontinued``.
    Where there is an amount and no quantity above 0, a rebate or more goods back than sold, there is no price: the change of
    such an item is ``other``.

    Each effect of each item is rounded to the smallest unit, down or up, so that those of an item sum to what it changed
    itself, and those of all items to the effect (:func:`salesperf.kernels.apportionment.round_to_margins`).

    Examples
    --------
    >>> from salesperf import CNY
    >>> def sold(quantity, amount):
    ...     return Sold(quantity, Amount.of(amount, CNY))
    >>> last = {"basic": sold(100, 1000), "pro": sold(50, 1500), "old": sold(5, 80)}
    >>> now = {"basic": sold(150, 1650), "pro": sold(50, 1500), "extra": sold(10, 400)}
    >>> print(price_volume_mix(last, now, method="chain").breakdown.text())
    change: CNY 970.00 = sum of
      volume: CNY 833.33 = sum of
        basic: CNY 333.33
        pro: CNY 500.00
      mix: CNY -333.33 = sum of
        basic: CNY 166.67
        pro: CNY -500.00
      price: CNY 150.00 = sum of
        basic: CNY 150.00
      new items: CNY 400.00 = sum of
        extra: CNY 400.00
      discontinued items: CNY -80.00 = sum of
        old: CNY -80.00
      other: CNY 0.00
    """
    check_choice(method, _OF_FACTORS, ("method",))
    check_choice(comparison, COMPARISONS, ("comparison",))
    sides = {"before": before, "after": after}
    unit = common_unit({side: dict(_amounts(side, sold)) for side, sold in sides.items()})
    zero = Sold(0, Amount.zero(unit))
    names = list(dict.fromkeys((*before, *after)))
    pairs = [(before.get(name, zero), after.get(name, zero)) for name in names]
    table = _table(names, pairs, method)
    values = [Amount.total((Amount(minor=minor, unit=unit) for minor in row), unit) for row in table]
    return Variance(
        comparison=comparison,
        method=method,
        before=Amount.total((first.amount for first, _ in pairs), unit),
        after=Amount.total((second.amount for _, second in pairs), unit),
        lines=tuple(
            Effect(name=name, value=value, title=Message(f"variance.effect.{name}"))
            for name, value in zip(EFFECTS, values, strict=True)
        ),
        segments=tuple(names),
        segment_effects=np.array(table, dtype=np.int64),
        notes=tuple(_notes(names, pairs)),
    )


def _amounts(side: str, sold: Mapping[str, Sold]) -> Iterator[tuple[str, Amount]]:
    require(sold, Mapping, path=(side,))
    for position, (name, item) in enumerate(sold.items()):
        if type(item) is not Sold:
            raise InvalidValueError("wrong_type", path=(side, position), expected=Sold, value=item)
        yield name, item.amount


_Pair: TypeAlias = tuple[Sold, Sold]


def _kind(pair: _Pair) -> Literal["both", "new", "discontinued", "other"]:
    """Tell to which effects the change of an item belongs."""
    first, second = pair
    if first.price is not None and second.price is not None:
        return "both"
    if first.price is None and not first.quantity and not first.amount.minor and second.price is not None:
        return "new"
    if second.price is None and not second.quantity and not second.amount.minor and first.price is not None:
        return "discontinued"
    return "other"


def _table(names: Sequence[str], pairs: Sequence[_Pair], method: Method) -> list[list[int]]:
    """Return the effects in smallest units, a row for each effect and a number for each item."""
    table = [[0] * len(names) for _ in EFFECTS]
    kinds = [_kind(pair) for pair in pairs]
    for item, (kind, (first, second)) in enumerate(zip(kinds, pairs, strict=True)):
        if kind != "both":
            table[EFFECTS.index(kind)][item] = second.amount.minor - first.amount.minor
    common = [item for item, kind in enumerate(kinds) if kind == "both"]
    effects = _effects([pairs[item] for item in common], method)
    change = sum(pairs[item][1].amount.minor - pairs[item][0].amount.minor for item in common)
    rounded = rounded_to(change, effects, EFFECTS[:_FACTORS], [names[item] for item in common])
    for row, parts in zip(table, rounded, strict=False):
        for item, part in zip(common, parts, strict=True):
            row[item] = part
    return table


def _effects(pairs: Sequence[_Pair], method: Method) -> list[list[Fraction]]:
    """Return what volume, mix and price did to each item, in smallest units, exactly."""
    share_out = exact_product_effects if method == "shapley" else substitution_effects
    totals = [sum((Fraction(pair[side].quantity) for pair in pairs), Fraction(0)) for side in (0, 1)]
    by_item = [share_out(*(_factors(sold, total) for sold, total in zip(pair, totals, strict=True))) for pair in pairs]
    return [[effects[place] for effects in by_item] for place in range(_FACTORS)]


def _factors(sold: Sold, total: Fraction) -> list[Fraction]:
    quantity = Fraction(sold.quantity)
    return [total, quantity / total, sold.amount.minor / quantity]


def _notes(names: Sequence[str], pairs: Sequence[_Pair]) -> Iterator[Message]:
    without = tuple(Message(name) for name, pair in zip(names, pairs, strict=True) if _kind(pair) == "other")
    if without:
        yield Message.of("variance.note.without_price", names=without)
