"""What deals have in common: the labels by which they are counted apart."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from salesperf.funnel.tally import Labels
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org

__all__ = ["labels_of"]


def labels_of(opportunity: Opportunity, as_of: date, names: Sequence[str], org: Org | None, position: int) -> Labels:
    """Return what a deal was on the day, for each name that is asked for."""
    known = opportunity.as_of(as_of) if names else None
    if known is None:
        return (None,) * len(names)
    return tuple(_label_of(known, name, org, ("opportunities", position, opportunity.id)) for name in names)


def _label_of(known: Opportunity, name: str, org: Org | None, path: tuple[str | int, ...]) -> str | None:
    if name == "team" and org is not None:
        return _team_of(known, org, path)
    if name in ("owner", "grade", "customer", "lead"):
        value: str | None = getattr(known, name)
        return value
    return _text_of(known.facts.get(name))


def _team_of(known: Opportunity, org: Org, path: tuple[str | int, ...]) -> str | None:
    """Return the team of a deal's owner on the day on which it began; a team that owns deals is its own."""
    owner = known.owner
    org.require_owner(owner, *path, "owner")
    if owner is None or owner in org.team_by_id:
        return owner
    return None if known.created is None else org.team_on(owner, known.created)


def _text_of(value: object) -> str | None:
    """Write a fact as a label: equal numbers alike."""
    if value is None:
        return None
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
