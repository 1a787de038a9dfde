"""Strategies for the nouns: reps, teams, moves, orgs, targets, actuals, findings and whole records."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import (
    Actual,
    Customer,
    Finding,
    Metric,
    Move,
    Objective,
    Org,
    Period,
    Records,
    Rep,
    Target,
    Team,
    Unit,
)
from salesperf.model.finding import SEVERITIES
from salesperf.model.people import REP_KINDS
from salesperf.testing.dates import FIRST_DAY, LAST_DAY, calendars, days, periods
from salesperf.testing.deals import customers, opportunities, processes
from salesperf.testing.follow_through import citations, followed_up
from salesperf.testing.leads import channel_costs, leads
from salesperf.testing.objectives import objectives
from salesperf.testing.values import (
    AWKWARD,
    amounts,
    built_once,
    ids,
    messages,
    metrics,
    or_none,
    scopes,
    texts,
    units,
)

__all__ = ["actuals", "findings", "moves", "orgs", "records", "reps", "targets", "teams"]

_ONE_DAY: Final = timedelta(days=1)
_ALL_DAYS: Final = Period(FIRST_DAY, LAST_DAY + _ONE_DAY)
_FTES: Final = tuple(map(Decimal, ("1", "0.5", "0", "2")))
_SHARES: Final = tuple(map(Decimal, ("0", "0.25", "0.5", "1", "1.5")))


@st.composite
def reps(
    draw: DrawFn,
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    team: SearchStrategy[str | None] | None = None,
) -> Rep:
    """Draw reps: hired and leaving or not, part-time, ramping, absent, of every kind.

    Parameters
    ----------
    id
        Strategy for the id; ``None`` for :func:`ids`.
    team
        Strategy for the first team; ``None`` for teams of any id.

    Examples
    --------
    >>> from hypothesis import find
    >>> rep = find(reps(), lambda rep: True)
    >>> rep.id, rep.hired, rep.left, rep.fte
    ('r1', None, None, Decimal('1'))
    """
    return Rep(
        id=draw(ids() if id is None else id),
        team=draw(or_none(ids("t")) if team is None else team),
        **draw(_careers(_ALL_DAYS)),
    )


@built_once
def _careers(within: Period) -> SearchStrategy[dict[str, Any]]:
    """Draw all of a rep but the id and the team."""
    return st.builds(
        lambda service, **others: {"hired": service[0], "left": service[1], **others},
        _services(within),
        name=texts(),
        kind=st.sampled_from(REP_KINDS),
        fte=st.sampled_from(_FTES),
        level=st.none() | st.sampled_from(("junior", "高级")),
        ramp=st.lists(st.sampled_from(_SHARES), max_size=3),
        absences=st.lists(days(), max_size=4, unique=True).map(_absences),
    )


def _absences(cuts: Sequence[date]) -> list[Period]:
    ordered = sorted(cuts)
    return [Period(start, end) for start, end in zip(ordered[::2], ordered[1::2], strict=False)]


@built_once
@st.composite
def _services(draw: DrawFn, within: Period) -> tuple[date | None, date | None]:
    hired = draw(or_none(days(within.start, within.last)))
    if not draw(st.booleans()):
        return hired, None
    return hired, draw(days(within.start if hired is None else hired + _ONE_DAY, within.end))


def teams(
    *,
    id: SearchStrategy[str] | None = None,  # noqa: A002 - the name of the field
    parent: SearchStrategy[str | None] | None = None,
    manager: SearchStrategy[str | None] | None = None,
) -> SearchStrategy[Team]:
    """Draw teams.

    Parameters
    ----------
    id, parent, manager
        Strategies for the three; ``None`` for any id.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(teams(), lambda team: team.manager is not None)
    Team(id='t1', name='', parent=None, manager='r1')
    """
    return st.builds(
        Team,
        id=ids("t") if id is None else id,
        name=texts(),
        parent=st.none() | ids("t") if parent is None else parent,
        manager=st.none() | ids() if manager is None else manager,
    )


@st.composite
def moves(draw: DrawFn, rep: Rep | None = None, teams: Sequence[str | None] = ("t1", "t2", None)) -> tuple[Move, ...]:
    """Draw the moves of one rep, in order, each within the service and on a day of its own.

    Parameters
    ----------
    rep
        Who moves; ``None`` for any rep.
    teams
        Where to.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(moves(), lambda moves: len(moves) == 1)
    (Move(rep='r1', on=datetime.date(2024, 1, 1), team='t1'),)
    """
    return _moves_of(draw, draw(reps()) if rep is None else rep, st.sampled_from(tuple(teams)), _ALL_DAYS)


def _moves_of(draw: DrawFn, rep: Rep, homes: SearchStrategy[str | None], within: Period) -> tuple[Move, ...]:
    first = within.start if rep.hired is None else rep.hired + _ONE_DAY
    last = within.last if rep.left is None else rep.left - _ONE_DAY
    on = sorted(draw(st.lists(days(first, last), max_size=2, unique=True))) if first <= last else []
    return tuple(Move(rep=rep.id, on=day, team=draw(homes)) for day in on)


@built_once
@st.composite
def orgs(draw: DrawFn, *, min_reps: int = 0, max_reps: int = 5, max_teams: int = 4, within: Period | None = None) -> Org:
    """Draw orgs: trees of teams with reps who join, move and leave, and managers who may sell.

    Parameters
    ----------
    min_reps, max_reps
        How many reps.
    max_teams
        How many teams at most.
    within
        The days on which reps join, move and leave; ``None`` for those from 2024 to 2029.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=10, deadline=None)
    ... @given(orgs())
    ... def test_every_rep_has_a_time_in_a_team_for_each_move_and_one_before(org):
    ...     assert sum(len(org.stints(rep.id)) for rep in org.reps) == len(org.reps) + len(org.moves)
    >>> test_every_rep_has_a_time_in_a_team_for_each_move_and_one_before()
    """
    team_ids = [f"t{number}" for number in range(1, draw(st.integers(0, max_teams)) + 1)]
    rep_ids = [f"r{number}" for number in range(1, draw(st.integers(min_reps, max_reps)) + 1)]
    for awkward in draw(_awkward_few()):
        owners = team_ids if draw(st.booleans()) else rep_ids
        if owners:
            owners[-1] = awkward
    span = _ALL_DAYS if within is None else within
    homes, managers = st.sampled_from((None, *team_ids)), st.sampled_from((None, *rep_ids))
    people = [Rep(id=rep, team=draw(homes), **draw(_careers(span))) for rep in rep_ids]
    return Org(
        teams=[
            Team(
                id=team,
                name=draw(texts()),
                parent=draw(st.sampled_from((None, *team_ids[:position]))),
                manager=draw(managers),
            )
            for position, team in enumerate(team_ids)
        ],
        reps=people,
        moves=[move for rep in people for move in _moves_of(draw, rep, homes, span)],
    )


@built_once
def _awkward_few() -> SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(AWKWARD), max_size=2, unique=True)


@st.composite
def targets(
    draw: DrawFn,
    *,
    owner: SearchStrategy[str | None] | None = None,
    metric: SearchStrategy[Metric] | None = None,
    currency: Unit | None = None,
) -> Target:
    """Draw targets: of every kind of metric, narrowed or not, with floor and stretch or without.

    Parameters
    ----------
    owner
        Strategy for the owner; ``None`` for the company and any id.
    metric
        Strategy for the metric; ``None`` for any.
    currency
        The unit of money; ``None`` for any.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from salesperf import STANDARD_METRICS
    >>> @settings(max_examples=10, deadline=None)
    ... @given(targets(metric=st.just(STANDARD_METRICS["revenue"])))
    ... def test_revenue_is_owed_in_money(target):
    ...     assert target.amount.unit.dimension == "money"
    >>> test_revenue_is_owed_in_money()
    """
    measured = draw(metrics() if metric is None else metric)
    values = draw(_kinds_of_values(measured, currency))
    least, amount, most = sorted((draw(values) for _ in range(3)), reverse=measured.direction == "lower")
    return Target(
        owner=draw(or_none(ids()) if owner is None else owner),
        metric=measured,
        amount=amount,
        period=draw(periods()),
        scope=draw(scopes()),
        floor=least if draw(st.booleans()) else None,
        stretch=most if draw(st.booleans()) else None,
        agreed=draw(or_none(days())),
        rationale=draw(texts()),
    )


@built_once
def _kinds_of_values(metric: Metric, currency: Unit | None) -> SearchStrategy[SearchStrategy[Any]]:
    """Draw how values of a metric are drawn: all in one unit."""
    if metric.accumulation == "ratio":
        return st.just(st.decimals(0, 2, places=3))
    unit = st.just(currency) if currency is not None and metric.dimension == "money" else units(metric.dimension)
    return unit.map(lambda one: amounts(one, min_minor=-100, max_minor=10**10))


@st.composite
def actuals(
    draw: DrawFn,
    *,
    owner: SearchStrategy[str] | None = None,
    metric: SearchStrategy[Metric] | None = None,
    currency: Unit | None = None,
) -> Actual:
    """Draw actuals: sales and returns, of every metric that is recorded.

    Parameters
    ----------
    owner
        Strategy for the owner; ``None`` for any id.
    metric
        Strategy for the metric, which is no ratio; ``None`` for any.
    currency
        The unit of money; ``None`` for any.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=10, deadline=None)
    ... @given(actuals(owner=st.just("r1")))
    ... def test_a_ratio_is_never_recorded(actual):
    ...     assert actual.metric.accumulation != "ratio"
    >>> test_a_ratio_is_never_recorded()
    """
    measured = draw(_recorded_metrics() if metric is None else metric)
    return Actual(
        owner=draw(ids() if owner is None else owner),
        metric=measured,
        amount=draw(draw(_kinds_of_values(measured, currency))),
        on=draw(days()),
        scope=draw(scopes()),
        ref=draw(or_none(ids("x"))),
    )


@built_once
def _recorded_metrics() -> SearchStrategy[Metric]:
    return st.one_of(metrics("flow"), metrics("stock"), metrics("distinct"))


@built_once
def findings() -> SearchStrategy[Finding]:
    """Draw findings.

    Examples
    --------
    >>> from hypothesis import find
    >>> finding = find(findings(), lambda finding: True)
    >>> finding.rule, finding.severity, finding.text()
    ('rule1', 'serious', 'Revenue')
    """
    return st.builds(
        Finding,
        rule=ids("rule"),
        message=messages(),
        severity=st.sampled_from(SEVERITIES),
        record=st.none() | ids(),
        field=st.none() | st.sampled_from(("hired", "amount")),
        on=st.none() | days(),
        count=st.integers(1, 999),
        citations=st.lists(citations(), max_size=1),
        checks=st.lists(messages(), max_size=1),
        at_stake=st.none() | amounts(),
        lacks=st.none() | messages(),
    )


@built_once
@st.composite
def records(draw: DrawFn) -> Records:
    """Draw whole records: owners are known, keys and references unique, some targets are parts of others, deals in stages.

    Money is in one currency throughout, so that whatever belongs together adds up.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=10, deadline=None)
    ... @given(records())
    ... def test_every_owner_is_known(records):
    ...     assert all(records.org.knows(actual.owner) for actual in records.actuals)
    >>> test_every_owner_is_known()
    """
    org = draw(orgs(min_reps=1))
    owners = [*org.rep_by_id, *org.team_by_id]
    currency = draw(units("money"))
    measured = draw(st.lists(metrics(), min_size=1, max_size=3, unique_by=lambda metric: metric.key))
    recorded = {part.key: part for metric in measured for part in metric.recorded}
    owed = targets(owner=st.sampled_from((None, *owners)), metric=st.sampled_from(measured), currency=currency)
    done = actuals(owner=st.sampled_from(owners), metric=st.sampled_from(list(recorded.values())), currency=currency)
    deals = draw(_deals(st.sampled_from(owners), currency))
    customer, opportunity = (
        st.sampled_from((None, *(one.id for one in deals[kind]))) for kind in ("customers", "opportunities")
    )
    team = st.sampled_from((None, *org.team_by_id))
    followed = followed_up(st.sampled_from(owners), team=team, opportunity=opportunity, customer=customer)
    return Records(
        org=org,
        targets=_with_parents(draw, draw(st.lists(owed, max_size=4, unique_by=lambda target: target.key))),
        actuals=_with_own_references(draw(st.lists(done, max_size=6))),
        objectives=_roots(draw, draw(objectives(owner=st.sampled_from((None, *owners))))),
        calendar=draw(calendars()),
        findings=draw(st.lists(findings(), max_size=2)),
        **deals,
        **draw(followed),
    )


@st.composite
def _deals(draw: DrawFn, owner: SearchStrategy[str], currency: Unit) -> dict[str, Any]:
    """Draw sales processes, customers, leads, costs and deals that know each other."""
    ways = draw(st.lists(processes(), min_size=1, max_size=2, unique_by=lambda process: process.key))
    known: list[Customer] = []
    for number in range(1, draw(st.integers(0, 2)) + 1):
        parent = st.sampled_from((None, *(above.id for above in known)))
        known.append(draw(customers(id=st.just(f"k{number}"), owner=st.none() | owner, parent=parent)))
    customer = st.sampled_from((None, *(one.id for one in known)))
    begun = [draw(leads(id=st.just(f"l{number + 1}"), owner=st.none() | owner)) for number in range(draw(st.integers(0, 2)))]
    lead = st.sampled_from((None, *(one.id for one in begun)))
    held = []
    for number, way in enumerate(draw(st.lists(st.sampled_from(ways), max_size=3)), 1):
        known_to = {"owner": st.none() | owner, "customer": customer, "lead": lead}
        deal = draw(opportunities(id=st.just(f"o{number}"), process=way, unit=currency, **known_to))
        # Among several processes a deal has to name its own.
        held.append(deal if len(ways) == 1 else attrs.evolve(deal, process=way.key))
    costs = draw(st.lists(channel_costs(owner=st.none() | owner, currency=currency), max_size=2))
    return {"processes": ways, "customers": known, "leads": begun, "costs": costs, "opportunities": held}


def _roots(draw: DrawFn, tree: Objective) -> tuple[Objective, ...]:
    """Keep a tree, or what it is made of without the objective above: several trees, or none."""
    return (tree,) if draw(st.booleans()) else tree.children


def _with_parents(draw: DrawFn, drawn: Sequence[Target]) -> list[Target]:
    """Make some targets parts of earlier ones, so that none is above itself."""
    keys = [target.key for target in drawn]
    return [
        attrs.evolve(target, parent=draw(st.sampled_from((None, *keys[:position])))) for position, target in enumerate(drawn)
    ]


def _with_own_references(drawn: Sequence[Actual]) -> list[Actual]:
    return [
        actual if actual.ref is None else attrs.evolve(actual, ref=f"{actual.ref}-{number}")
        for number, actual in enumerate(drawn)
    ]
