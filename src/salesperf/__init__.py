"""Sales performance management: targets divided exactly, attainment and pace, reviews that explain themselves.

The nouns are names of this package, the verbs stand in its modules: ``salesperf.Target``, ``salesperf.allocation.allocate``.
Both load on first use, so that ``import salesperf`` costs next to nothing.

Examples
--------
>>> import salesperf as sp
>>> target = sp.Target(
...     owner=None,
...     metric=sp.STANDARD_METRICS["new_customers"],
...     amount=sp.Amount.of(100, sp.COUNT),
...     period=sp.Period.month(2026, 9),
... )
>>> plan = sp.allocation.allocate(target, {"east": 6, "west": 6, "north": 2})
>>> [(part.owner, part.amount.minor) for part in plan.targets]
[('east', 43), ('north', 14), ('west', 43)]
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from salesperf.model.version import VERSION

if TYPE_CHECKING:
    from salesperf import (
        allocation,
        appraisal,
        attainment,
        channels,
        charts,
        commission,
        customers,
        diagnosis,
        errors,
        feasibility,
        feedback,
        followup,
        forecast,
        formulas,
        funnel,
        grading,
        io,
        kernels,
        messages,
        okr,
        pipeline,
        privacy,
        quality,
        report,
        review,
        risk,
        scorecard,
        variance,
    )
    from salesperf.errors import (
        IllegalTransitionError,
        InfeasibleError,
        InvalidInputError,
        InvalidValueError,
        MissingExtraError,
        NotAdditiveError,
        SalesperfError,
        UnitMismatchError,
        UnknownNameError,
    )
    from salesperf.kernels.numeric import Bounds, Interval
    from salesperf.model.action import Action, Measurement
    from salesperf.model.amount import CNY, COUNT, EUR, ISO_4217, JPY, USD, Amount, Unit
    from salesperf.model.breakdown import (
        Breakdown,
        BreakdownChange,
        ChanceOfSum,
        Clip,
        DeviationFromPlan,
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
        SquareRoot,
        Sum,
        UncertainAmount,
        WeightedMean,
        WilsonEnd,
    )
    from salesperf.model.calendar import Calendar
    from salesperf.model.case import CASE_OUTCOMES, Case
    from salesperf.model.change import FORECAST_CATEGORIES, Change
    from salesperf.model.channel_cost import ChannelCost
    from salesperf.model.citation import Citation
    from salesperf.model.customer import CONTACT_ROLES, Contact, Customer
    from salesperf.model.estimate import Estimate
    from salesperf.model.exchange import ExchangeRate, ExchangeRates
    from salesperf.model.finding import Finding
    from salesperf.model.frozen import FrozenMap
    from salesperf.model.key_result import KEY_RESULT_KINDS, CheckIn, KeyResult, Milestone
    from salesperf.model.lead import LEAD_STATUSES, Lead, LeadChange, Touch
    from salesperf.model.message import Message
    from salesperf.model.metric import STANDARD_METRICS, Band, Metric
    from salesperf.model.objective import Objective
    from salesperf.model.opportunity import Opportunity, Visit
    from salesperf.model.override import Override
    from salesperf.model.pay import CommissionPlan, PlanBook
    from salesperf.model.pay_entry import Entry
    from salesperf.model.pay_parts import Bonus, PayRate, Pool, RatedPay, Spiff, TieredPay
    from salesperf.model.pay_terms import Clawback, Coefficient, Draw, Guarantee, PayGate, Release
    from salesperf.model.people import Move, Org, Rep, Stint, Team
    from salesperf.model.period import GRAINS, Period
    from salesperf.model.process import STANDARD_PROCESSES, SalesProcess
    from salesperf.model.profile import Profile, Schedule
    from salesperf.model.progress import PROGRESS_STATUSES, StatusChange
    from salesperf.model.pulse import PulseSurvey
    from salesperf.model.rating import RELATIONS, Rating
    from salesperf.model.records import Records
    from salesperf.model.replanning import Checkpoint, Lock, Transfer
    from salesperf.model.risk_entry import RESPONSE_KINDS, RISK_KINDS, Risk, RiskAssessment
    from salesperf.model.scale import Categories, Curve, Flag, Steps
    from salesperf.model.stage import Stage
    from salesperf.model.target import Actual, Target, TargetKey
    from salesperf.model.task import Task, TaskPlan
    from salesperf.model.tiers import Tier

__version__: Final = VERSION

__all__ = [
    "CASE_OUTCOMES",
    "CNY",
    "CONTACT_ROLES",
    "COUNT",
    "EUR",
    "FORECAST_CATEGORIES",
    "GRAINS",
    "ISO_4217",
    "JPY",
    "KEY_RESULT_KINDS",
    "LEAD_STATUSES",
    "PROGRESS_STATUSES",
    "RELATIONS",
    "RESPONSE_KINDS",
    "RISK_KINDS",
    "STANDARD_METRICS",
    "STANDARD_PROCESSES",
    "USD",
    "Action",
    "Actual",
    "Amount",
    "Band",
    "Bonus",
    "Bounds",
    "Breakdown",
    "BreakdownChange",
    "Calendar",
    "Case",
    "Categories",
    "ChanceOfSum",
    "Change",
    "ChannelCost",
    "CheckIn",
    "Checkpoint",
    "Citation",
    "Clawback",
    "Clip",
    "Coefficient",
    "CommissionPlan",
    "Contact",
    "Curve",
    "Customer",
    "DeviationFromPlan",
    "Difference",
    "Draw",
    "Entry",
    "Estimate",
    "ExchangeRate",
    "ExchangeRates",
    "Finding",
    "Flag",
    "FrozenMap",
    "Given",
    "Guarantee",
    "IllegalTransitionError",
    "IncidenceEnd",
    "InfeasibleError",
    "Interval",
    "InvalidInputError",
    "InvalidValueError",
    "KeyResult",
    "Lead",
    "LeadChange",
    "Lock",
    "Maximum",
    "Measurement",
    "Median",
    "Message",
    "Metric",
    "Milestone",
    "Minimum",
    "MissingExtraError",
    "Move",
    "NewcombeEnd",
    "NotAdditiveError",
    "Objective",
    "OnCurve",
    "OnSteps",
    "Opportunity",
    "Org",
    "Override",
    "PayGate",
    "PayRate",
    "Period",
    "PlanBook",
    "Pool",
    "Product",
    "ProductLimit",
    "Profile",
    "PulseSurvey",
    "QuantileOfSum",
    "Quotient",
    "RatedPay",
    "Rating",
    "Records",
    "Release",
    "Rep",
    "Risk",
    "RiskAssessment",
    "Rounded",
    "SalesProcess",
    "SalesperfError",
    "Schedule",
    "ShapleyEffect",
    "Spiff",
    "SquareRoot",
    "Stage",
    "StatusChange",
    "Steps",
    "Stint",
    "Sum",
    "Target",
    "TargetKey",
    "Task",
    "TaskPlan",
    "Team",
    "Tier",
    "TieredPay",
    "Touch",
    "Transfer",
    "UncertainAmount",
    "Unit",
    "UnitMismatchError",
    "UnknownNameError",
    "Visit",
    "WeightedMean",
    "WilsonEnd",
    "allocation",
    "appraisal",
    "attainment",
    "channels",
    "charts",
    "commission",
    "customers",
    "diagnosis",
    "errors",
    "feasibility",
    "feedback",
    "followup",
    "forecast",
    "formulas",
    "funnel",
    "grading",
    "io",
    "kernels",
    "messages",
    "okr",
    "pipeline",
    "privacy",
    "quality",
    "report",
    "review",
    "risk",
    "scorecard",
    "variance",
]

_HOMES: Final = MappingProxyType(
    {
        "IllegalTransitionError": "salesperf.errors",
        "InfeasibleError": "salesperf.errors",
        "InvalidInputError": "salesperf.errors",
        "InvalidValueError": "salesperf.errors",
        "MissingExtraError": "salesperf.errors",
        "NotAdditiveError": "salesperf.errors",
        "SalesperfError": "salesperf.errors",
        "UnitMismatchError": "salesperf.errors",
        "UnknownNameError": "salesperf.errors",
        "Bounds": "salesperf.kernels.numeric",
        "Interval": "salesperf.kernels.numeric",
        "Action": "salesperf.model.action",
        "Measurement": "salesperf.model.action",
        "CNY": "salesperf.model.amount",
        "COUNT": "salesperf.model.amount",
        "EUR": "salesperf.model.amount",
        "ISO_4217": "salesperf.model.amount",
        "JPY": "salesperf.model.amount",
        "USD": "salesperf.model.amount",
        "Amount": "salesperf.model.amount",
        "Unit": "salesperf.model.amount",
        "Breakdown": "salesperf.model.breakdown",
        "BreakdownChange": "salesperf.model.breakdown",
        "ChanceOfSum": "salesperf.model.breakdown",
        "Clip": "salesperf.model.breakdown",
        "DeviationFromPlan": "salesperf.model.breakdown",
        "Difference": "salesperf.model.breakdown",
        "Given": "salesperf.model.breakdown",
        "IncidenceEnd": "salesperf.model.breakdown",
        "Maximum": "salesperf.model.breakdown",
        "Median": "salesperf.model.breakdown",
        "Minimum": "salesperf.model.breakdown",
        "NewcombeEnd": "salesperf.model.breakdown",
        "OnCurve": "salesperf.model.breakdown",
        "OnSteps": "salesperf.model.breakdown",
        "Product": "salesperf.model.breakdown",
        "ProductLimit": "salesperf.model.breakdown",
        "QuantileOfSum": "salesperf.model.breakdown",
        "Quotient": "salesperf.model.breakdown",
        "Rounded": "salesperf.model.breakdown",
        "ShapleyEffect": "salesperf.model.breakdown",
        "SquareRoot": "salesperf.model.breakdown",
        "Sum": "salesperf.model.breakdown",
        "UncertainAmount": "salesperf.model.breakdown",
        "WeightedMean": "salesperf.model.breakdown",
        "WilsonEnd": "salesperf.model.breakdown",
        "Calendar": "salesperf.model.calendar",
        "CASE_OUTCOMES": "salesperf.model.case",
        "Case": "salesperf.model.case",
        "FORECAST_CATEGORIES": "salesperf.model.change",
        "Change": "salesperf.model.change",
        "ChannelCost": "salesperf.model.channel_cost",
        "Citation": "salesperf.model.citation",
        "CONTACT_ROLES": "salesperf.model.customer",
        "Contact": "salesperf.model.customer",
        "Customer": "salesperf.model.customer",
        "Estimate": "salesperf.model.estimate",
        "ExchangeRate": "salesperf.model.exchange",
        "ExchangeRates": "salesperf.model.exchange",
        "Finding": "salesperf.model.finding",
        "FrozenMap": "salesperf.model.frozen",
        "KEY_RESULT_KINDS": "salesperf.model.key_result",
        "CheckIn": "salesperf.model.key_result",
        "KeyResult": "salesperf.model.key_result",
        "Milestone": "salesperf.model.key_result",
        "LEAD_STATUSES": "salesperf.model.lead",
        "Lead": "salesperf.model.lead",
        "LeadChange": "salesperf.model.lead",
        "Touch": "salesperf.model.lead",
        "Message": "salesperf.model.message",
        "STANDARD_METRICS": "salesperf.model.metric",
        "Band": "salesperf.model.metric",
        "Metric": "salesperf.model.metric",
        "Objective": "salesperf.model.objective",
        "Opportunity": "salesperf.model.opportunity",
        "Visit": "salesperf.model.opportunity",
        "Override": "salesperf.model.override",
        "Move": "salesperf.model.people",
        "Org": "salesperf.model.people",
        "Rep": "salesperf.model.people",
        "Stint": "salesperf.model.people",
        "Team": "salesperf.model.people",
        "CommissionPlan": "salesperf.model.pay",
        "PlanBook": "salesperf.model.pay",
        "Entry": "salesperf.model.pay_entry",
        "Bonus": "salesperf.model.pay_parts",
        "PayRate": "salesperf.model.pay_parts",
        "Pool": "salesperf.model.pay_parts",
        "RatedPay": "salesperf.model.pay_parts",
        "Spiff": "salesperf.model.pay_parts",
        "TieredPay": "salesperf.model.pay_parts",
        "Clawback": "salesperf.model.pay_terms",
        "Coefficient": "salesperf.model.pay_terms",
        "Draw": "salesperf.model.pay_terms",
        "Guarantee": "salesperf.model.pay_terms",
        "PayGate": "salesperf.model.pay_terms",
        "Release": "salesperf.model.pay_terms",
        "PROGRESS_STATUSES": "salesperf.model.progress",
        "StatusChange": "salesperf.model.progress",
        "PulseSurvey": "salesperf.model.pulse",
        "RESPONSE_KINDS": "salesperf.model.risk_entry",
        "RISK_KINDS": "salesperf.model.risk_entry",
        "Risk": "salesperf.model.risk_entry",
        "RiskAssessment": "salesperf.model.risk_entry",
        "Task": "salesperf.model.task",
        "TaskPlan": "salesperf.model.task",
        "Tier": "salesperf.model.tiers",
        "GRAINS": "salesperf.model.period",
        "Period": "salesperf.model.period",
        "STANDARD_PROCESSES": "salesperf.model.process",
        "SalesProcess": "salesperf.model.process",
        "Stage": "salesperf.model.stage",
        "Profile": "salesperf.model.profile",
        "Schedule": "salesperf.model.profile",
        "RELATIONS": "salesperf.model.rating",
        "Rating": "salesperf.model.rating",
        "Records": "salesperf.model.records",
        "Categories": "salesperf.model.scale",
        "Curve": "salesperf.model.scale",
        "Flag": "salesperf.model.scale",
        "Steps": "salesperf.model.scale",
        "Checkpoint": "salesperf.model.replanning",
        "Lock": "salesperf.model.replanning",
        "Transfer": "salesperf.model.replanning",
        "Actual": "salesperf.model.target",
        "Target": "salesperf.model.target",
        "TargetKey": "salesperf.model.target",
    },
)
"""Name of each noun to the module that defines it."""

_ROOMS: Final = frozenset({name for name in __all__ if name.islower()} | {"testing"})
"""``testing`` is no part of ``__all__``: it needs an extra, which ``from salesperf import *`` must not."""


def __getattr__(name: str) -> object:
    if name in _HOMES:
        value: object = getattr(import_module(_HOMES[name]), name)
    elif name in _ROOMS:
        value = import_module(f"salesperf.{name}")
    else:
        message = f"module 'salesperf' has no attribute {name!r}"
        raise AttributeError(message)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
