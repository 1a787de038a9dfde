"""Whose a forecast is: the parts of it that owners and teams have."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from salesperf.forecast.deals import AnyDeal, ForecastDeal, WonDeal

if TYPE_CHECKING:
    from salesperf.forecast.projected import Forecast

__all__ = ["holds", "part", "parts"]


def part(forecast: "Forecast", owner: str) -> "Forecast":
    """Return the forecast of a rep, or of a team with all teams below it."""
    org = forecast.org
    if org is None or owner not in org.team_by_id:
        return _only(forecast, owner, lambda deal: deal.owner == owner)
    teams = frozenset(org.teams_under(owner))
    return _only(forecast, owner, lambda deal: deal.team in teams)


def _only(forecast: "Forecast", owner: str, belongs: Callable[[AnyDeal], bool]) -> "Forecast":
    return _of_deals(forecast, owner, filter(belongs, forecast.deals), filter(belongs, forecast.won))


def _of_deals(forecast: "Forecast", owner: str | None, deals: Iterable[ForecastDeal], won: Iterable[WonDeal]) -> "Forecast":
    return attrs.evolve(
        forecast, owner=owner, deals=tuple(deals), won=tuple(won), new_business=None, whole_ids=forecast.known_ids
    )


def parts(forecast: "Forecast", key: Callable[[AnyDeal], str | None]) -> Mapping[str | None, "Forecast"]:
    """Return the forecast of each owner or team, by what a deal is booked to; that of ``None`` last."""
    deals: dict[str | None, list[ForecastDeal]] = defaultdict(list)
    won: dict[str | None, list[WonDeal]] = defaultdict(list)
    for deal in forecast.deals:
        deals[key(deal)].append(deal)
    for ended in forecast.won:
        won[key(ended)].append(ended)
    names = sorted({*deals, *won}, key=lambda name: (name is None, name or ""))
    return MappingProxyType({name: _of_deals(forecast, name, deals[name], won[name]) for name in names})


def holds(forecast: "Forecast", owner: str | None) -> bool:
    """Tell whether an owner is that of a forecast, or stands below it on its day."""
    whose, org = forecast.owner, forecast.org
    if whose is None or owner == whose:
        return True
    if owner is None or org is None or whose not in org.team_by_id:
        return False
    teams = org.teams_under(whose)
    return owner in teams or (owner in org.rep_by_id and org.team_on(owner, forecast.as_of) in teams)
