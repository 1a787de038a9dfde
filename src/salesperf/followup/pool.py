"""The public pool (公海池): leads that nobody has, who may claim one, and which go back by themselves."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.followup.handing import Handing, LeadMove, given_to, released, standing
from salesperf.followup.scheduling import checked_leads, open_leads
from salesperf.model.lead import Lead
from salesperf.model.message import Message
from salesperf.model.validators import as_tuple, check_date, is_identifier, optional, require, whole

__all__ = ["PoolRules", "claim", "reclaim"]

_MOST = 36_600


@attrs.frozen(kw_only=True)
class PoolRules:
    """What holds for the public pool.

    Parameters
    ----------
    claim_limit
        Whoever has so many open leads may not claim another; ``None`` for no limit.
    wait_days
        Calendar days for which whoever lost a lead to the pool may not claim it again; 0 for none.
    untouched_days
        Calendar days without a touch after which a lead goes back to the pool; ``None`` for never.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> PoolRules(claim_limit=50, wait_days=7, untouched_days=30).wait_days
    7
    """

    claim_limit: int | None = attrs.field(default=None, validator=optional(whole(0, _MOST)))
    wait_days: int = attrs.field(default=0, validator=whole(0, _MOST))
    untouched_days: int | None = attrs.field(default=None, validator=optional(whole(1, _MOST)))


def claim(leads: Iterable[Lead], claims: Iterable[tuple[str, str]], rules: PoolRules, *, on: date) -> Handing:
    """Let reps claim leads from the public pool, as far as the rules allow.

    Parameters
    ----------
    leads
        All leads, each id once: those that somebody has count as what they have.
    claims
        The id of a lead and of whoever claims it, in the order in which they were made: who comes first has it.
    rules
        Of the pool.
    on
        The day; no lead may have changed later.

    Returns
    -------
    Handing
        The leads, and for each claim whether it was allowed and why.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, an id comes twice, or a lead changed later than the day.
    UnknownNameError
        If a claim is of a lead that is not given.

    Examples
    --------
    >>> from salesperf import LeadChange
    >>> free = Lead(id="l-1", history=[LeadChange(date(2026, 9, 1), status="new")])
    >>> handing = claim([free], [("l-1", "ada"), ("l-1", "bo")], PoolRules(), on=date(2026, 9, 2))
    >>> [move.after for move in handing.moves], handing.moves[1].reason.text()
    (['ada', 'ada'], 'Not for bo: ada has it.')
    """
    given = checked_leads(leads)
    require(rules, PoolRules, path=("rules",))
    check_date(on, ("on",))
    asked = _checked_claims(claims, {lead.id for lead in given})
    after = standing(given, on)
    is_open = {lead.id for lead in open_leads(given, on)}
    held = Counter(after[lead_id].owner for lead_id in is_open)
    moves = []
    for lead_id, owner in asked:
        lead = after[lead_id]
        refused = _refusal(lead, owner, held[owner], rules, on, is_open=lead_id in is_open)
        if refused is None:
            held[owner] += 1
            after[lead_id] = given_to(lead, owner, on, "claimed")
        reason = Message.of("followup.reason.claimed", owner=owner, held=held[owner]) if refused is None else refused
        moves.append(LeadMove(lead=lead_id, on=on, before=lead.owner, after=after[lead_id].owner, reason=reason))
    return Handing(leads=tuple(after.values()), moves=tuple(moves))


def _checked_claims(claims: Iterable[tuple[str, str]], known: set[str]) -> tuple[tuple[str, str], ...]:
    items = as_tuple(claims)
    require(items, tuple, path=("claims",))
    for position, item in enumerate(items):
        require(item, tuple, path=("claims", position))
        if len(item) != len(("lead", "owner")) or not all(map(is_identifier, item)):
            raise InvalidValueError("not_a_claim", path=("claims", position))
        if item[0] not in known:
            raise UnknownNameError("unknown_lead", path=("claims", position, 0), value=item[0])
    return items


def _refusal(lead: Lead, owner: str, held: int, rules: PoolRules, on: date, *, is_open: bool) -> Message | None:
    """Return why somebody may not claim a lead; ``None`` where they may."""
    if not is_open:
        return Message.of("followup.reason.closed", owner=owner, status=Message(f"lead_status.{lead.status}"))
    if lead.owner is not None:
        return Message.of("followup.reason.has_owner", owner=owner, holder=lead.owner)
    if rules.claim_limit is not None and held >= rules.claim_limit:
        return Message.of("followup.reason.limit", owner=owner, held=held, limit=rules.claim_limit)
    lost = _lost(lead).get(owner)
    if lost is not None and (on - lost).days < rules.wait_days:
        until = date.fromordinal(min(lost.toordinal() + rules.wait_days, date.max.toordinal()))
        return Message.of("followup.reason.wait", owner=owner, lost=lost, until=until)
    return None


def _lost(lead: Lead) -> Mapping[str, date]:
    """Return the day on which each owner lost a lead to the pool, the last one of each."""
    found: dict[str, date] = {}
    owner = None
    for change in lead.history:
        if change.released and owner is not None and change.on is not None:
            found[owner] = change.on
        owner = None if change.released else change.owner or owner
    return found


def reclaim(leads: Iterable[Lead], rules: PoolRules, *, on: date) -> Handing:
    """Put the open leads back into the public pool that nobody has touched for too long.

    Parameters
    ----------
    leads
        Each id once, in any order.
    rules
        Of the pool.
    on
        The day; no lead may have changed later.

    Returns
    -------
    Handing
        The leads, and each one that went back, or of which nobody knows since when it is untouched, by id.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, an id comes twice, or a lead changed later than the day.

    Notes
    -----
    A lead is untouched since the last touch, or since whoever has it was given it, if that is later.

    Examples
    --------
    >>> from salesperf import LeadChange
    >>> held = Lead(id="l-1", history=[LeadChange(date(2026, 8, 1), status="new", owner="ada")])
    >>> handing = reclaim([held], PoolRules(untouched_days=30), on=date(2026, 9, 2))
    >>> handing.leads[0].owner is None, handing.moves[0].reason.text()
    (True, 'Back to the pool from ada: untouched since 2026-08-01, for days: 32, and it takes 30.')
    """
    given = checked_leads(leads)
    require(rules, PoolRules, path=("rules",))
    check_date(on, ("on",))
    after = standing(given, on)
    moves = []
    limit = rules.untouched_days
    for lead in sorted(open_leads(given, on), key=lambda lead: lead.id):
        since = _untouched_since(lead)
        if limit is None or lead.owner is None or (since is not None and (on - since).days < limit):
            continue
        if since is None:
            reason = Message.of("followup.reason.untouched_unknown", owner=lead.owner)
        else:
            after[lead.id] = released(after[lead.id], on, "untouched")
            days = (on - since).days
            reason = Message.of("followup.reason.untouched", owner=lead.owner, since=since, days=days, limit=limit)
        moves.append(LeadMove(lead=lead.id, on=on, before=lead.owner, after=after[lead.id].owner, reason=reason))
    return Handing(leads=tuple(after.values()), moves=tuple(moves))


def _untouched_since(lead: Lead) -> date | None:
    """Return since when nobody has touched a lead; ``None`` where nobody knows."""
    given = next((change.on for change in reversed(lead.history) if change.owner is not None), None)
    return max([*(touch.on for touch in lead.touches), *([] if given is None else [given])], default=None)
