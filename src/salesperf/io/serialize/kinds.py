"""The kinds of values that have a name in a document."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from salesperf.followup import Assignee, FollowUpPolicy, FollowUpStep, PoolRules
from salesperf.grading import GradeModel, TemperaturePolicy, TouchRule
from salesperf.io.serialize.annotations import options_of
from salesperf.kernels.numeric import Bounds, Interval
from salesperf.model.action import Action, Measurement
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, BreakdownChange
from salesperf.model.calendar import Calendar
from salesperf.model.case import Case
from salesperf.model.change import Change
from salesperf.model.channel_cost import ChannelCost
from salesperf.model.citation import Citation
from salesperf.model.curve_rule import IncidenceEnd, ProductLimit
from salesperf.model.customer import Contact, Customer
from salesperf.model.deviation_rule import DeviationFromPlan, SquareRoot
from salesperf.model.effect_rule import ShapleyEffect
from salesperf.model.estimate import Estimate
from salesperf.model.exchange import ExchangeRate, ExchangeRates
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.interval_rule import NewcombeEnd, WilsonEnd
from salesperf.model.key_result import CheckIn, KeyResult, Milestone
from salesperf.model.lead import Lead, LeadChange, Touch
from salesperf.model.message import Message
from salesperf.model.metric import Band, Metric
from salesperf.model.objective import Objective
from salesperf.model.opportunity import Opportunity, Visit
from salesperf.model.override import Override
from salesperf.model.pay import CommissionPlan, PlanBook
from salesperf.model.pay_entry import Entry
from salesperf.model.pay_parts import Bonus, PayRate, Pool, RatedPay, Spiff, TieredPay
from salesperf.model.pay_terms import Clawback, Coefficient, Draw, Guarantee, PayGate, Release
from salesperf.model.people import Move, Org, Rep, Stint, Team
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.profile import Profile, Schedule
from salesperf.model.progress import StatusChange
from salesperf.model.pulse import PulseSurvey
from salesperf.model.rating import Rating
from salesperf.model.records import Records
from salesperf.model.replanning import Checkpoint, Lock, Transfer
from salesperf.model.risk_entry import Risk, RiskAssessment
from salesperf.model.rule import (
    Clip,
    Difference,
    Given,
    Maximum,
    Median,
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
from salesperf.model.sum_rule import ChanceOfSum, QuantileOfSum, UncertainAmount
from salesperf.model.target import Actual, Target, TargetKey
from salesperf.model.task import Task, TaskPlan
from salesperf.model.tiers import Tier
from salesperf.scorecard import Bands, Criterion, Gate, Scorecard
from salesperf.scorecard.criteria import CardTerms

__all__ = ["KINDS", "RULES", "named_options"]

RULES: Final[Mapping[str, type]] = MappingProxyType(
    {
        rule.__name__: rule
        for rule in (
            ChanceOfSum,
            Clip,
            Difference,
            Given,
            IncidenceEnd,
            Maximum,
            Median,
            Minimum,
            NewcombeEnd,
            OnCurve,
            OnSteps,
            Product,
            ProductLimit,
            QuantileOfSum,
            Quotient,
            Rounded,
            ShapleyEffect,
            DeviationFromPlan,
            SquareRoot,
            Sum,
            UncertainAmount,
            WeightedMean,
            WilsonEnd,
        )
    }
)
"""Name to class of the rules of a breakdown: those of the library, since a document cannot hold a caller's own code."""

_NOUNS: Final = (
    Action,
    Actual,
    Amount,
    Band,
    Bonus,
    Bounds,
    Breakdown,
    BreakdownChange,
    Calendar,
    Case,
    Categories,
    Change,
    ChannelCost,
    CheckIn,
    Checkpoint,
    Citation,
    Clawback,
    Coefficient,
    CommissionPlan,
    Contact,
    Curve,
    Customer,
    Draw,
    Entry,
    Estimate,
    ExchangeRate,
    ExchangeRates,
    Finding,
    Flag,
    FrozenMap,
    Guarantee,
    Interval,
    KeyResult,
    Lead,
    LeadChange,
    Lock,
    Measurement,
    Message,
    Metric,
    Milestone,
    Move,
    Objective,
    Opportunity,
    Org,
    Override,
    PayGate,
    PayRate,
    Period,
    PlanBook,
    Pool,
    Profile,
    PulseSurvey,
    RatedPay,
    Rating,
    Records,
    Release,
    Rep,
    Risk,
    RiskAssessment,
    SalesProcess,
    Schedule,
    Spiff,
    Stage,
    StatusChange,
    Steps,
    Stint,
    Target,
    TargetKey,
    Task,
    TaskPlan,
    Team,
    Tier,
    TieredPay,
    Touch,
    Transfer,
    Unit,
    Visit,
)

_POLICIES: Final = (
    Assignee,
    Bands,
    Criterion,
    FollowUpPolicy,
    FollowUpStep,
    Gate,
    GradeModel,
    PoolRules,
    Scorecard,
    TemperaturePolicy,
    TouchRule,
)

KINDS: Final[Mapping[str, type]] = MappingProxyType({kind.__name__: kind for kind in (*_NOUNS, *_POLICIES)} | dict(RULES))
"""Name to class of whatever can be written: the nouns at the root, the policies of the rooms, and the rules of a breakdown."""


def named_options(kind: Any) -> Mapping[str, type]:  # noqa: ANN401 - any annotation
    """Return the kinds of nouns that a field may hold, by the names that tell them apart in a document."""
    # What a card is made of is written as the card that it is.
    options = (Scorecard if option is CardTerms else option for option in options_of(kind))
    return {option.__name__: option for option in options}
