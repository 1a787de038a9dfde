"""Every noun by class, with the strategy that draws it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from salesperf import (
    Actual,
    Amount,
    Band,
    Bounds,
    Breakdown,
    Calendar,
    Categories,
    Change,
    Checkpoint,
    Contact,
    Curve,
    Customer,
    Estimate,
    ExchangeRate,
    ExchangeRates,
    Finding,
    Flag,
    FrozenMap,
    Interval,
    Lead,
    LeadChange,
    Lock,
    Message,
    Metric,
    Move,
    Opportunity,
    Org,
    Override,
    Period,
    Profile,
    Records,
    Rep,
    SalesProcess,
    Schedule,
    Stage,
    Steps,
    Stint,
    Target,
    TargetKey,
    Team,
    Touch,
    Transfer,
    Unit,
    Visit,
)
from salesperf.testing.dates import calendars, days, periods, profiles, schedules
from salesperf.testing.deals import changes, contacts, customers, opportunities, processes, stages, visits
from salesperf.testing.exchange import exchange_rates
from salesperf.testing.leads import lead_changes, leads, touches
from salesperf.testing.nouns import actuals, findings, orgs, records, reps, targets, teams
from salesperf.testing.replanning import checkpoints, locks, overrides, transfers
from salesperf.testing.scales import categories, curves, flags, steps
from salesperf.testing.values import (
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
    units,
)

__all__ = ["NOUNS"]


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
        Categories: categories(),
        Change: changes(),
        Checkpoint: checkpoints(),
        Contact: contacts(),
        Curve: curves(),
        Customer: customers(),
        Estimate: estimates(),
        ExchangeRate: exchange_rates().map(lambda table: table.rates[0]),
        ExchangeRates: exchange_rates(),
        Finding: findings(),
        Flag: flags(),
        FrozenMap: frozen_maps(),
        Interval: intervals(),
        Lead: leads(),
        LeadChange: lead_changes(),
        Lock: locks(),
        Message: messages(),
        Metric: metrics(),
        Move: _moves(),
        Opportunity: opportunities(),
        Org: orgs(),
        Override: overrides(),
        Period: periods(),
        Profile: profiles(),
        Records: records(),
        Rep: reps(),
        SalesProcess: processes(),
        Schedule: schedules(),
        Stage: stages(),
        Steps: steps(),
        Stint: _stints(),
        Target: targets(),
        TargetKey: targets().map(lambda target: target.key),
        Team: teams(),
        Touch: touches(),
        Transfer: transfers(),
        Unit: units(),
        Visit: visits(),
    },
)
"""Every noun, and the strategy that draws it: for tests that hold for all of them."""
