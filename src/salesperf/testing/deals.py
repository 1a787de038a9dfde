"""Strategies for deals: contacts, customers, stages, sales processes, changes, opportunities."""

from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import (
    CONTACT_ROLES,
    FORECAST_CATEGORIES,
    STANDARD_PROCESSES,
    Change,
    Contact,
    Customer,
    Opportunity,
    SalesProcess,
    Stage,
    Unit,
    Visit,
)
from salesperf.model.change import CHANGING_FIELDS
from salesperf.model.stage import STAGE_KINDS, StageKind
from salesperf.testing.dates import days
from salesperf.testing.values import AWKWARD, amounts, built_once, frozen_maps, ids, or_none, texts, units

__all__ = ["changes", "contacts", "customers", "opportunities", "processes", "stages"]

_GRADES: Final = ("A", "B", "热")
_REASONS: Final = ("price", "no_budget", "竞品")
_CRITERIA: Final = ("budget_known", "champion_found", "terms_agreed")
_RIVALS: Final = ("Acme", "Umbrella Ltd", "某公司")
_FACTS: Final = ("product", "region", "next_action", "next_action_on")


@built_once
def contacts() -> SearchStrategy[Contact]:
    """Draw contacts: with and without a role, and with any text as their personal data.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(contacts(), lambda contact: contact.role is not None)
    Contact(id='c1', role='economic_buyer')
    """
    personal = {name: texts() for name in ("name", "title", "email", "phone")}
    return st.builds(Contact, id=ids("c"), role=st.none() | st.sampled_from(CONTACT_ROLES), **personal)


@built_once
def _chains() -> SearchStrategy[list[Contact]]:
    """Draw the people of one customer or deal."""
    return st.lists(contacts(), max_size=2, unique_by=lambda contact: contact.id)


@built_once
def _facts() -> SearchStrategy[Any]:
    values = st.one_of(texts(), st.integers(-99, 99), st.booleans(), days(), st.decimals(-9, 9, places=2))
    return frozen_maps(keys=st.sampled_from(_FACTS), values=values)


@built_once
def customers(
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    owner: SearchStrategy[str | None] | None = None,
    parent: SearchStrategy[str | None] | None = None,
) -> SearchStrategy[Customer]:
    """Draw customers.

    Parameters
    ----------
    id, owner, parent
        Strategies for the three; ``None`` for any id.

    Examples
    --------
    >>> from hypothesis import find
    >>> customer = find(customers(), lambda customer: customer.parent is not None)
    >>> customer.id, customer.parent, customer.since
    ('k1', 'k1', None)
    """
    return st.builds(
        Customer,
        id=ids("k") if id is None else id,
        name=texts(),
        owner=or_none(ids()) if owner is None else owner,
        parent=or_none(ids("k")) if parent is None else parent,
        since=or_none(days()),
        facts=_facts(),
        contacts=_chains(),
    )


@built_once
@st.composite
def stages(draw: DrawFn, *, key: SearchStrategy[str] | None = None, kind: StageKind | None = None) -> Stage:
    """Draw stages.

    Parameters
    ----------
    key
        Strategy for the key; ``None`` for any.
    kind
        The kind; ``None`` for any.

    Examples
    --------
    >>> from hypothesis import find
    >>> stage = find(stages(), lambda stage: stage.is_open)
    >>> stage.key, stage.kind, stage.probability
    ('s1', 'open', None)
    """
    which = draw(st.sampled_from(STAGE_KINDS)) if kind is None else kind
    probability = draw(or_none(_probabilities()))
    return Stage(
        key=draw(ids("s") if key is None else key),
        title=draw(texts()).strip(),
        kind=which,
        probability=probability if which == "open" else None,
        max_days=draw(st.none() | st.integers(0, 90)),
        tasks=draw(st.lists(ids("task"), max_size=2)),
        exit_criteria=draw(st.lists(st.sampled_from(_CRITERIA), max_size=2, unique=True)),
    )


@built_once
def _probabilities() -> SearchStrategy[Decimal]:
    return st.decimals(0, 1, places=2)


@built_once
@st.composite
def processes(draw: DrawFn) -> SalesProcess:
    """Draw sales processes: a few open stages, every kind of end, every rule about steps, and the ready-made ones.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=10, deadline=None)
    ... @given(processes())
    ... def test_a_process_begins_with_an_open_stage(process):
    ...     assert process.stages[0].is_open
    >>> test_a_process_begins_with_an_open_stage()
    """
    if draw(st.booleans()):
        return draw(st.sampled_from(tuple(STANDARD_PROCESSES.values())))
    many = {"open": draw(st.integers(1, 4)), "post_won": draw(st.integers(0, 2)), "cancelled": draw(st.integers(0, 1))}
    kinds = [kind for kind in STAGE_KINDS for _ in range(many.get(kind, 1))]
    keys = [f"s{number}" for number in range(1, len(kinds) + 1)]
    keys[0] = draw(st.sampled_from((keys[0], *AWKWARD)))
    may = {name: draw(st.booleans()) for name in ("may_skip", "may_go_back", "may_reenter", "may_reopen")}
    made = [draw(stages(kind=kind, key=st.just(key))) for kind, key in zip(kinds, keys, strict=True)]
    return SalesProcess(stages=made, key=draw(ids("p")), title=draw(texts()).strip(), **may)


@built_once
@st.composite
def changes(draw: DrawFn, *, owner: SearchStrategy[str | None] | None = None, unit: Unit | None = None) -> Change:
    """Draw changes of a known day.

    Parameters
    ----------
    owner
        Strategy for the owner; ``None`` for any id, and for no change.
    unit
        The unit of amounts; ``None`` for any.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from salesperf import CNY
    >>> @settings(max_examples=10, deadline=None)
    ... @given(changes(unit=CNY))
    ... def test_a_change_has_a_day(change):
    ...     assert change.on is not None
    >>> test_a_change_has_a_day()
    """
    on, stage = draw(days()), draw(ids("s"))
    others = draw(_others(or_none(ids()) if owner is None else owner, draw(units("money")) if unit is None else unit))
    is_move = draw(st.booleans()) or not any(others.values())
    return Change(on, stage=stage if is_move else None, **others)


@built_once
def _others(owner: SearchStrategy[str | None], unit: Unit) -> SearchStrategy[dict[str, Any]]:
    """Draw what a change may say beside its day and stage."""
    return st.fixed_dictionaries(
        {
            "amount": or_none(amounts(unit, min_minor=0, max_minor=10**9)),
            "expected_close": or_none(days()),
            "owner": owner,
            "category": st.none() | st.sampled_from(FORECAST_CATEGORIES),
            "grade": st.none() | st.sampled_from(_GRADES),
            "reason": st.none() | st.sampled_from(_REASONS),
            "evidence": st.lists(st.sampled_from(_CRITERIA), max_size=1),
        }
    )


@st.composite
def opportunities(
    draw: DrawFn,
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    process: SalesProcess | None = None,
    owner: SearchStrategy[str | None] | None = None,
    customer: SearchStrategy[str | None] | None = None,
    lead: SearchStrategy[str | None] | None = None,
    unit: Unit | None = None,
) -> Opportunity:
    """Draw opportunities: up to four changes, from stage to stage in any order, some without the day of the first.

    Parameters
    ----------
    id
        Strategy for the id; ``None`` for :func:`ids`.
    process
        Whose stages they go through; ``None`` for a ready-made process.
    owner, customer, lead
        Strategies for the three; ``None`` for any id.
    unit
        The unit of amounts; ``None`` for any.

    Notes
    -----
    Of some, the source keeps no history of a field but its last value, and the day of the export.

    Examples
    --------
    >>> from hypothesis import find
    >>> deal = find(opportunities(), lambda deal: len(deal.visits) > 1)
    >>> [(visit.stage, visit.start) for visit in deal.visits]
    [('prospecting', datetime.date(2024, 1, 1)), ('needs_analysis', datetime.date(2024, 1, 1))]
    """
    through = draw(st.sampled_from(tuple(STANDARD_PROCESSES.values()))) if process is None else process
    as_exported = draw(st.lists(st.sampled_from(CHANGING_FIELDS), max_size=2, unique=True))
    others = _others(or_none(ids()) if owner is None else owner, draw(units("money")) if unit is None else unit)
    return Opportunity(
        id=draw(ids("o") if id is None else id),
        history=draw(_histories(tuple(through.stage_by_key), others)),
        facts=draw(_facts()),
        contacts=draw(_chains()),
        competitors=draw(st.lists(st.sampled_from(_RIVALS), max_size=2)),
        customer=draw(or_none(ids("k")) if customer is None else customer),
        lead=draw(or_none(ids("l")) if lead is None else lead),
        process=draw(st.sampled_from((through.key, None))),
        as_exported=as_exported,
        exported=draw(days()) if as_exported else None,
    )


@built_once
@st.composite
def _histories(draw: DrawFn, keys: tuple[str, ...], others: SearchStrategy[dict[str, Any]]) -> list[Change]:
    """Draw changes in order of days, none of which enters the stage in which the deal is."""
    first, *later = sorted(draw(st.lists(days(), min_size=1, max_size=4)))
    is_undated = draw(st.integers(0, 4)) == 4  # noqa: PLR2004 - a fifth of them
    history: list[Change] = []
    now = None
    for day in (None if is_undated else first, *later):
        said = draw(others)
        if now is None or draw(st.booleans()) or not any(said.values()):
            now = draw(_stages_but(keys, now))
            history.append(Change(day, stage=now, **said))
        else:
            history.append(Change(day, **said))
    return history


@built_once
def _stages_but(keys: tuple[str, ...], now: str | None) -> SearchStrategy[str]:
    return st.sampled_from([key for key in keys if key != now])


@built_once
def visits() -> SearchStrategy[Visit]:
    """Draw visits: of any deal, any one."""
    return opportunities().flatmap(lambda deal: st.sampled_from(deal.visits))
