"""The kinds of values that have a name in a document."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from salesperf.kernels.numeric import Bounds, Interval
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, BreakdownChange
from salesperf.model.calendar import Calendar
from salesperf.model.change import Change
from salesperf.model.customer import Contact, Customer
from salesperf.model.estimate import Estimate
from salesperf.model.exchange import ExchangeRate, ExchangeRates
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.lead import Lead, LeadChange, Touch
from salesperf.model.message import Message
from salesperf.model.metric import Band, Metric
from salesperf.model.opportunity import Opportunity, Visit
from salesperf.model.override import Override
from salesperf.model.people import Move, Org, Rep, Stint, Team
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.profile import Profile, Schedule
from salesperf.model.records import Records
from salesperf.model.replanning import Checkpoint, Lock, Transfer
from salesperf.model.rule import (
    Clip,
    Difference,
    Given,
    Minimum,
    OnCurve,
    OnSteps,
    Product,
    Quotient,
    Rounded,
    Sum,
    WeightedMean,
)
from salesperf.model.scale import Categories, Curve, Flag, Steps
from salesperf.model.stage import Stage
from salesperf.model.target import Actual, Target, TargetKey

__all__ = ["KINDS", "RULES"]

RULES: Final[Mapping[str, type]] = MappingProxyType(
    {
        rule.__name__: rule
        for rule in (Clip, Difference, Given, Minimum, OnCurve, OnSteps, Product, Quotient, Rounded, Sum, WeightedMean)
    }
)
"""Name to class of the rules of a breakdown: those of the library, since a document cannot hold a caller's own code."""

_NOUNS: Final = (
    Actual,
    Amount,
    Band,
    Bounds,
    Breakdown,
    BreakdownChange,
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

KINDS: Final[Mapping[str, type]] = MappingProxyType({kind.__name__: kind for kind in _NOUNS} | dict(RULES))
"""Name to class of whatever can be written: the nouns at the root, and the rules of a breakdown."""
