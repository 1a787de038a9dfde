"""Strategies for the nouns: reps, teams, moves, orgs, targets, actuals, findings and whole records."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import (
    Actual,
    Amount,
    Band,
    Bounds,
    Breakdown,
    Calendar,
    Estimate,
    Finding,
    FrozenMap,
    Interval,
    Message,
    Metric,
    Move,
    Org,
    Period,
    Profile,
    Records,
    Rep,
    Schedule,
    Stint,
    Target,
    TargetKey,
    Team,
    Unit,
)
from salesperf.model.finding import SEVERITIES
from salesperf.model.people import REP_KINDS
from salesperf.testing.dates import FIRST_DAY, LAST_DAY, calendars, days, periods, profiles, schedules
from salesperf.testing.values import (
    AWKWARD,
    amounts,
    bands,
    bounds,
    breakdowns,
    estimates,
    frozen_maps,
    ids,
    intervals,
    messages,
    metrics,
    scopes,
    texts,
    units,
)

__all__ = ["NOUNS", "actuals", "findings", "moves", "orgs", "records", "reps", "targets", "teams"]

_ONE_DAY: Final = timedelta(days=1)
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
    first, after = draw(_services())
    cuts = sorted(draw(st.lists(days(), max_size=4, unique=True)))
    return Rep(
        id=draw(ids() if id is None else id),
        name=draw(texts()),
        team=draw(st.none() | ids("t") if team is None else team),
        kind=draw(st.sampled_from(REP_KINDS)),
        hired=first,
        left=after,
        fte=draw(st.sampled_from((Decimal(1), Decimal("0.5"), Decimal(0), Decimal(2)))),
        level=draw(st.none() | st.sampled_from(("junior", "高级"))),
        ramp=draw(st.lists(st.sampled_from(_SHARES), max_size=3)),
        absences=[Period(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)],
    )


@st.composite
def _services(draw: DrawFn) -> tuple[date | None, date | None]:
    hired = draw(st.none() | days())
    left = draw(st.none() | days(FIRST_DAY if hired is None else hired + _ONE_DAY, LAST_DAY + _ONE_DAY))
    return hired, left


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
    mover = draw(reps()) if rep is None else rep
    first = FIRST_DAY if mover.hired is None else mover.hired + _ONE_DAY
    last = LAST_DAY if mover.left is None else mover.left - _ONE_DAY
    on = sorted(draw(st.lists(days(first, last), max_size=2, unique=True))) if first <= last else []
    return tuple(Move(rep=mover.id, on=day, team=draw(st.sampled_from(tuple(teams)))) for day in on)


@st.composite
def orgs(draw: DrawFn, *, min_reps: int = 0, max_reps: int = 5, max_teams: int = 4) -> Org:
    """Draw orgs: trees of teams with reps who join, move and leave, and managers who may sell.

    Parameters
    ----------
    min_reps, max_reps
        How many reps.
    max_teams
        How many teams at most.

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
    for awkward in draw(st.lists(st.sampled_from(AWKWARD), max_size=2, unique=True)):
        owners = team_ids if draw(st.booleans()) else rep_ids
        if owners:
            owners[-1] = awkward
    people = [draw(reps(id=st.just(rep), team=st.sampled_from((None, *team_ids)))) for rep in rep_ids]
    managers = st.sampled_from((None, *rep_ids))
    return Org(
        teams=[
            draw(teams(id=st.just(team), parent=st.sampled_from((None, *team_ids[:position])), manager=managers))
            for position, team in enumerate(team_ids)
        ],
        reps=people,
        moves=[move for rep in people for move in draw(moves(rep, (None, *team_ids)))],
    )


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
    values = draw(_values(measured, currency).flatmap(lambda values: st.lists(values, min_size=3, max_size=3)))
    least, amount, most = sorted(values, reverse=measured.direction == "lower")
    return Target(
        owner=draw(st.none() | ids() if owner is None else owner),
        metric=measured,
        amount=amount,
        period=draw(periods()),
        scope=draw(scopes()),
        floor=draw(st.sampled_from((None, least))),
        stretch=draw(st.sampled_from((None, most))),
        agreed=draw(st.none() | days()),
        rationale=draw(texts()),
    )


def _values(metric: Metric, currency: Unit | None) -> SearchStrategy[SearchStrategy[Any]]:
    """Draw how amounts of a metric are drawn: all in one unit."""
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
        amount=draw(_values(measured, currency).flatmap(lambda values: values)),
        on=draw(days()),
        scope=draw(scopes()),
        ref=draw(st.none() | ids("x")),
    )


def _recorded_metrics() -> SearchStrategy[Metric]:
    return st.one_of(metrics("flow"), metrics("stock"), metrics("distinct"))


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
    )


@st.composite
def records(draw: DrawFn) -> Records:
    """Draw whole records: owners are known, keys and references unique, some targets are parts of others.

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
    return Records(
        org=org,
        targets=_with_parents(draw, draw(st.lists(owed, max_size=4, unique_by=lambda target: target.key))),
        actuals=_with_own_references(draw(st.lists(done, max_size=6))),
        calendar=draw(calendars()),
        findings=draw(st.lists(findings(), max_size=2)),
    )


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


def _moves() -> SearchStrategy[Move]:
    return st.builds(Move, rep=ids(), on=days(), team=st.none() | ids("t"))


def _stints() -> SearchStrategy[Stint]:
    return st.builds(
        lambda rep, period, team: Stint(rep=rep, start=period.start, end=period.end, team=team),
        ids(),
        periods(),
        st.none() | ids("t"),
    )


NOUNS: Final[Mapping[type, SearchStrategy[Any]]] = MappingProxyType(
    {
        Actual: actuals(),
        Amount: amounts(),
        Band: bands(),
        Bounds: bounds(),
        Breakdown: breakdowns(),
        Calendar: calendars(),
        Estimate: estimates(),
        Finding: findings(),
        FrozenMap: frozen_maps(),
        Interval: intervals(),
        Message: messages(),
        Metric: metrics(),
        Move: _moves(),
        Org: orgs(),
        Period: periods(),
        Profile: profiles(),
        Records: records(),
        Rep: reps(),
        Schedule: schedules(),
        Stint: _stints(),
        Target: targets(),
        TargetKey: targets().map(lambda target: target.key),
        Team: teams(),
        Unit: units(),
    },
)
"""Every noun, and the strategy that draws it: for tests that hold for all of them."""
