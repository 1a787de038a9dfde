"""Strategies for leads: touches, changes, leads, and what was spent on winning them."""

from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import LEAD_STATUSES, Amount, ChannelCost, Lead, LeadChange, Touch, Unit
from salesperf.testing.dates import days
from salesperf.testing.deals import contacts
from salesperf.testing.values import built_once, frozen_maps, ids, or_none, texts, units

__all__ = ["channel_costs", "lead_changes", "leads", "touches"]

_CHANNELS: Final = ("exhibition", "referral", "短视频")
_CAMPAIGNS: Final = ("autumn", "618")
_KINDS: Final = ("call", "visit", "web_form", "微信")
_OUTCOMES: Final = ("no_answer", "interested", "拒绝")
_REASONS: Final = ("no_budget", "no_touch", "重复")
_FACTS: Final = ("industry", "region", "landing_page")


@built_once
def touches() -> SearchStrategy[Touch]:
    """Draw touches: with and without an outcome and a reference.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(touches(), lambda touch: touch.outcome is not None)
    Touch(on=datetime.date(2024, 1, 1), kind='call', outcome='no_answer', ref=None)
    """
    outcome = st.none() | st.sampled_from(_OUTCOMES)
    return st.builds(Touch, on=days(), kind=st.sampled_from(_KINDS), outcome=outcome, ref=or_none(ids("t")))


@built_once
@st.composite
def lead_changes(draw: DrawFn, *, owner: SearchStrategy[str | None] | None = None) -> LeadChange:
    """Draw changes of leads of a known day.

    Parameters
    ----------
    owner
        Strategy for the owner; ``None`` for any id, and for no change.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(lead_changes(), lambda change: change.released)
    LeadChange(on=datetime.date(2024, 1, 1), status=None, owner=None, released=True, reason=None)
    """
    said = draw(_said(or_none(ids()) if owner is None else owner))
    is_move = draw(st.booleans()) or not any(said.values())
    return LeadChange(draw(days()), status=draw(st.sampled_from(LEAD_STATUSES)) if is_move else None, **said)


@built_once
@st.composite
def _said(draw: DrawFn, owner: SearchStrategy[str | None]) -> dict[str, Any]:
    """Draw what a change may say beside its day and status."""
    to = draw(owner)
    released = to is None and draw(st.booleans())
    return {"owner": to, "released": released, "reason": draw(st.none() | st.sampled_from(_REASONS))}


@st.composite
def leads(
    draw: DrawFn,
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    owner: SearchStrategy[str | None] | None = None,
) -> Lead:
    """Draw leads: up to four changes, from status to status in any order, some without the day of the first, and touches.

    Parameters
    ----------
    id
        Strategy for the id; ``None`` for :func:`salesperf.testing.ids`.
    owner
        Strategy for the owners; ``None`` for any id.

    Examples
    --------
    >>> from hypothesis import find
    >>> lead = find(leads(), lambda lead: any(change.released for change in lead.history))
    >>> {change.owner for change in lead.history if change.released}
    {None}
    """
    facts = frozen_maps(keys=st.sampled_from(_FACTS), values=st.one_of(texts(), st.integers(-99, 99), st.booleans()))
    own = st.lists(touches(), max_size=3, unique_by=lambda touch: touch if touch.ref is None else touch.ref)
    return Lead(
        id=draw(ids("l") if id is None else id),
        history=draw(_histories(or_none(ids()) if owner is None else owner)),
        channel=draw(st.none() | st.sampled_from(_CHANNELS)),
        campaign=draw(st.none() | st.sampled_from(_CAMPAIGNS)),
        facts=draw(facts),
        touches=draw(own),
        contact=draw(st.none() | contacts()),
    )


@built_once
@st.composite
def _histories(draw: DrawFn, owner: SearchStrategy[str | None]) -> list[LeadChange]:
    """Draw changes in order of days, none of which enters the status that the lead has."""
    first, *later = sorted(draw(st.lists(days(), min_size=1, max_size=4)))
    is_undated = draw(st.integers(0, 4)) == 4  # noqa: PLR2004 - a fifth of them
    history: list[LeadChange] = []
    status = None
    for day in (None if is_undated else first, *later):
        said = draw(_said(owner))
        if status is None or draw(st.booleans()) or not any(said.values()):
            status = draw(st.sampled_from([each for each in LEAD_STATUSES if each != status]))
            history.append(LeadChange(day, status=status, **said))
        else:
            history.append(LeadChange(day, **said))
    return history


@st.composite
def channel_costs(
    draw: DrawFn, *, owner: SearchStrategy[str | None] | None = None, currency: Unit | None = None
) -> ChannelCost:
    """Draw costs of channels, campaigns and owners, those of 0 among them.

    Parameters
    ----------
    owner
        Strategy for the owner; ``None`` for any id, and for none.
    currency
        The unit of the amount; ``None`` for any that is money.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(channel_costs(owner=st.none()), lambda cost: cost.campaign is not None).campaign
    'autumn'
    """
    of = {
        "channel": draw(st.none() | st.sampled_from(_CHANNELS)),
        "campaign": draw(st.none() | st.sampled_from(_CAMPAIGNS)),
        "owner": draw(or_none(ids()) if owner is None else owner),
    }
    if not any(of.values()):
        of["channel"] = _CHANNELS[0]
    unit = draw(units("money")) if currency is None else currency
    return ChannelCost(on=draw(days()), amount=Amount(minor=draw(st.integers(0, 10**9)), unit=unit), **of)
