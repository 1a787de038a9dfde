"""The categories of a forecast: how sure the owners are of their deals, and what managers make of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from salesperf.errors import InvalidValueError, UnitMismatchError, UnknownNameError
from salesperf.forecast.deals import ForecastDeal, WonDeal, known_total
from salesperf.model.amount import Amount, Unit
from salesperf.model.change import FORECAST_CATEGORIES, ForecastCategory
from salesperf.model.override import Override
from salesperf.model.people import Org
from salesperf.model.result import Row
from salesperf.model.validators import as_tuple, require

if TYPE_CHECKING:
    from salesperf.forecast.projected import Forecast

__all__ = ["CategoryLine", "adjusted_lines", "check_adjustments", "lines_of"]

_INCLUDED: Final[Mapping[ForecastCategory, tuple[ForecastCategory, ...]]] = MappingProxyType(
    {
        "closed": ("closed",),
        "commit": ("closed", "commit"),
        "best_case": ("closed", "commit", "best_case"),
        "pipeline": ("commit", "best_case", "pipeline"),
        "omitted": ("omitted",),
    }
)
"""What a cumulative category holds: the open pipeline is of open deals, and leaves the closed ones out."""


@attrs.frozen(kw_only=True)
class CategoryLine:
    """A category of a forecast, by itself and with those that are surer: a part of a :class:`Forecast`.

    Attributes
    ----------
    category : str
        One of :data:`FORECAST_CATEGORIES`.
    count : int
        How many deals are in it.
    amount : Amount or None
        What they are worth, as far as is known; ``None`` where no amount is.
    without_amount : int
        How many of them have none.
    cumulative_count, cumulative : int, Amount or None
        The same with the surer ones: commit with closed; best case with both; the open pipeline is pipeline, best case and
        commit.
    adjusted : Amount or None
        The cumulative amount as managers see it.
    adjustments : tuple of Override
        What they set by hand, each with reason and author; where there are none, ``adjusted`` is ``cumulative``.

    Examples
    --------
    >>> from salesperf import CNY
    >>> money = Amount.of(600, CNY)
    >>> line = CategoryLine(
    ...     category="commit",
    ...     count=1,
    ...     amount=money,
    ...     without_amount=0,
    ...     cumulative_count=1,
    ...     cumulative=money,
    ...     adjusted=money,
    ...     adjustments=(),
    ... )
    >>> line.row()["cumulative"]
    Decimal('600.00')
    """

    category: ForecastCategory
    count: int
    amount: Amount | None
    without_amount: int
    cumulative_count: int
    cumulative: Amount | None
    adjusted: Amount | None
    adjustments: tuple[Override, ...]

    def row(self) -> Row:
        """Return the line as a row of plain values."""
        return {
            "category": self.category,
            "count": self.count,
            "amount": None if self.amount is None else self.amount.decimal,
            "without_amount": self.without_amount,
            "cumulative_count": self.cumulative_count,
            "cumulative": None if self.cumulative is None else self.cumulative.decimal,
            "adjusted": None if self.adjusted is None else self.adjusted.decimal,
            "adjustments": len(self.adjustments),
        }


def category_of(deal: ForecastDeal) -> ForecastCategory:
    """Return the category in which an open deal counts.

    Of whom nobody said how sure he is, it is possible; and what is said to be closed and is not, is as sure as can be.
    """
    if deal.category is None:
        return "pipeline"
    return "commit" if deal.category == "closed" else deal.category


def lines_of(deals: Sequence[ForecastDeal], won: Sequence[WonDeal], unit: Unit | None) -> tuple[CategoryLine, ...]:
    """Count deals by category, in the order of :data:`FORECAST_CATEGORIES`, before any adjustment."""
    held: dict[ForecastCategory, list[Amount | None]] = {category: [] for category in FORECAST_CATEGORIES}
    held["closed"] = [deal.amount for deal in won]
    for deal in deals:
        held[category_of(deal)].append(deal.amount)
    return tuple(_line(category, held, unit) for category in FORECAST_CATEGORIES)


def _line(
    category: ForecastCategory, held: Mapping[ForecastCategory, Sequence[Amount | None]], unit: Unit | None
) -> CategoryLine:
    together = [amount for each in _INCLUDED[category] for amount in held[each]]
    cumulative = known_total(together, unit)
    return CategoryLine(
        category=category,
        count=len(held[category]),
        amount=known_total(held[category], unit),
        without_amount=sum(amount is None for amount in held[category]),
        cumulative_count=len(together),
        cumulative=cumulative,
        adjusted=cumulative,
        adjustments=(),
    )


def adjusted_lines(forecast: "Forecast", lines: Iterable[CategoryLine]) -> tuple[CategoryLine, ...]:
    """Let adjustments take the place of what lies below them; one below shows as the difference that it makes."""
    return tuple(_adjusted(forecast, place, line) for place, line in enumerate(lines))


def _adjusted(forecast: "Forecast", place: int, line: CategoryLine) -> CategoryLine:
    ours = [each for each in forecast.adjustments if each.scope["category"] == line.category and forecast.holds(each.owner)]
    own = [each for each in ours if each.owner == forecast.owner]
    if own:
        return attrs.evolve(line, adjusted=own[0].amount, adjustments=tuple(own))
    if line.cumulative is None or not ours:
        return line
    # Without their own adjustments, which else would be asked for without end.
    parts = [attrs.evolve(forecast.of(each.owner), adjustments=()) for each in ours if each.owner is not None]
    topmost = [
        (each, part)
        for each, part in zip(ours, parts, strict=True)
        if not any(other.owner != each.owner and other.holds(each.owner) for other in parts)
    ]
    differences = [each.amount - (part.categories[place].cumulative or each.amount) for each, part in topmost]
    adjusted = Amount.total([line.cumulative, *differences], line.cumulative.unit)
    return attrs.evolve(line, adjusted=adjusted, adjustments=tuple(each for each, _ in topmost))


def check_adjustments(
    adjustments: Iterable[Override], unit: Unit | None, org: Org | None, owners: Collection[str | None]
) -> tuple[Override, ...]:
    """Refuse adjustments that are malformed, of an unknown owner, in another unit, or of the same thing twice.

    Raises
    ------
    InvalidValueError, UnknownNameError, UnitMismatchError
        With the position of the adjustment.
    """
    given = as_tuple(adjustments)
    require(given, tuple, path=("adjustments",))
    seen = set()
    for position, adjustment in enumerate(given):
        path = ("adjustments", position)
        require(adjustment, Override, path=path)
        category = adjustment.scope.get("category")
        if set(adjustment.scope) != {"category"} or category not in FORECAST_CATEGORIES:
            raise InvalidValueError("choice", path=(*path, "scope"), choices=FORECAST_CATEGORIES, value=category)
        if org is not None:
            org.require_owner(adjustment.owner, *path, "owner")
        elif adjustment.owner not in owners and adjustment.owner is not None:
            raise UnknownNameError("unknown_owner", path=(*path, "owner"), value=adjustment.owner)
        if unit is not None and adjustment.amount.unit != unit:
            raise UnitMismatchError("unit_mismatch", path=(*path, "amount"), left=str(unit), right=str(adjustment.amount.unit))
        if (adjustment.owner, category) in seen:
            raise InvalidValueError("not_unique", path=path, value=category)
        seen.add((adjustment.owner, category))
    return given
