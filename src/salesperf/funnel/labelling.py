"""What deals have in common: the labels by which they are counted apart."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from salesperf.errors import UnknownNameError
from salesperf.funnel.tally import Labels
from salesperf.model.codes import Codes
from salesperf.model.misspelling import alike, index_of
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.validators import require

__all__ = ["labels_of"]

_FIELDS: Final = ("owner", "grade", "customer", "lead")
_OTHERS: Final = ("month", "team")
"""What deals are counted apart by beside their fields and facts."""


def labels_of(
    opportunities: Sequence[Opportunity], by: Sequence[str], *, as_of: date, org: Org | None
) -> Mapping[str, Codes[str | None]]:
    """Return what each deal was on the day, for each name that is asked for but the month.

    Raises
    ------
    InvalidValueError
        If no org is given, and ``by`` names the team.
    UnknownNameError
        If the owner of a deal is not in the org, or no deal bears a name, which may be a slip of one that some do.
    """
    if org is not None or "team" in by:
        require(org, Org, path=("org",))
    _check_borne(by, opportunities)
    names = [name for name in by if name != "month"]
    if not names:
        return {}
    labels = [_labels_of(opportunity, as_of, names, org, position) for position, opportunity in enumerate(opportunities)]
    return {name: Codes.of([each[place] for each in labels]) for place, name in enumerate(names)}


def _check_borne(by: Sequence[str], opportunities: Sequence[Opportunity]) -> None:
    """Refuse a name that no deal bears, if it may be a slip of one that is: all deals would be in a segment of nothing.

    One that is like no other is let through, since a part of the records may have no deal with a fact.
    """
    for position, name in enumerate(by):
        if name in (*_FIELDS, *_OTHERS) or any(name in opportunity.facts for opportunity in opportunities):
            continue
        borne = {fact for opportunity in opportunities for fact in opportunity.facts}
        known = alike(name, index_of([*_FIELDS, *_OTHERS, *borne]))
        if known is not None:
            raise UnknownNameError("misspelt_fact", path=("by", position), known=known, value=name)


def _labels_of(opportunity: Opportunity, as_of: date, names: Sequence[str], org: Org | None, position: int) -> Labels:
    """Return what a deal was on the day, for each name that is asked for."""
    known = opportunity.as_of(as_of)
    if known is None:
        return (None,) * len(names)
    return tuple(_label_of(known, name, org, ("opportunities", position, opportunity.id)) for name in names)


def _label_of(known: Opportunity, name: str, org: Org | None, path: tuple[str | int, ...]) -> str | None:
    if name == "team" and org is not None:
        return _team_of(known, org, path)
    if name in _FIELDS:
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
