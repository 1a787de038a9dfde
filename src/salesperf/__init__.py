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

if TYPE_CHECKING:
    from salesperf import (
        allocation,
        attainment,
        channels,
        errors,
        feasibility,
        followup,
        forecast,
        formulas,
        funnel,
        grading,
        io,
        kernels,
        messages,
        pipeline,
        report,
        review,
        scorecard,
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
    from salesperf.model.amount import CNY, COUNT, EUR, ISO_4217, JPY, USD, Amount, Unit
    from salesperf.model.breakdown import (
        Breakdown,
        BreakdownChange,
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
    from salesperf.model.calendar import Calendar
    from salesperf.model.change import FORECAST_CATEGORIES, Change
    from salesperf.model.customer import CONTACT_ROLES, Contact, Customer
    from salesperf.model.estimate import Estimate
    from salesperf.model.exchange import ExchangeRate, ExchangeRates
    from salesperf.model.finding import Finding
    from salesperf.model.frozen import FrozenMap
    from salesperf.model.lead import LEAD_STATUSES, Lead, LeadChange, Touch
    from salesperf.model.message import Message
    from salesperf.model.metric import STANDARD_METRICS, Band, Metric
    from salesperf.model.opportunity import Opportunity, Visit
    from salesperf.model.override import Override
    from salesperf.model.people import Move, Org, Rep, Stint, Team
    from salesperf.model.period import GRAINS, Period
    from salesperf.model.process import STANDARD_PROCESSES, SalesProcess
    from salesperf.model.profile import Profile, Schedule
    from salesperf.model.records import Records
    from salesperf.model.replanning import Checkpoint, Lock, Transfer
    from salesperf.model.scale import Categories, Curve, Flag, Steps
    from salesperf.model.stage import Stage
    from salesperf.model.target import Actual, Target, TargetKey

__version__: Final = "0.1.0"

__all__ = [
    "CNY",
    "CONTACT_ROLES",
    "COUNT",
    "EUR",
    "FORECAST_CATEGORIES",
    "GRAINS",
    "ISO_4217",
    "JPY",
    "LEAD_STATUSES",
    "STANDARD_METRICS",
    "STANDARD_PROCESSES",
    "USD",
    "Actual",
    "Amount",
    "Band",
    "Bounds",
    "Breakdown",
    "BreakdownChange",
    "Calendar",
    "Categories",
    "Change",
    "Checkpoint",
    "Clip",
    "Contact",
    "Curve",
    "Customer",
    "Difference",
    "Estimate",
    "ExchangeRate",
    "ExchangeRates",
    "Finding",
    "Flag",
    "FrozenMap",
    "Given",
    "IllegalTransitionError",
    "InfeasibleError",
    "Interval",
    "InvalidInputError",
    "InvalidValueError",
    "Lead",
    "LeadChange",
    "Lock",
    "Message",
    "Metric",
    "Minimum",
    "MissingExtraError",
    "Move",
    "NotAdditiveError",
    "OnCurve",
    "OnSteps",
    "Opportunity",
    "Org",
    "Override",
    "Period",
    "Product",
    "Profile",
    "Quotient",
    "Records",
    "Rep",
    "Rounded",
    "SalesProcess",
    "SalesperfError",
    "Schedule",
    "Stage",
    "Steps",
    "Stint",
    "Sum",
    "Target",
    "TargetKey",
    "Team",
    "Touch",
    "Transfer",
    "Unit",
    "UnitMismatchError",
    "UnknownNameError",
    "Visit",
    "WeightedMean",
    "allocation",
    "attainment",
    "channels",
    "errors",
    "feasibility",
    "followup",
    "forecast",
    "formulas",
    "funnel",
    "grading",
    "io",
    "kernels",
    "messages",
    "pipeline",
    "report",
    "review",
    "scorecard",
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
        "Clip": "salesperf.model.breakdown",
        "Difference": "salesperf.model.breakdown",
        "Given": "salesperf.model.breakdown",
        "Minimum": "salesperf.model.breakdown",
        "OnCurve": "salesperf.model.breakdown",
        "OnSteps": "salesperf.model.breakdown",
        "Product": "salesperf.model.breakdown",
        "Quotient": "salesperf.model.breakdown",
        "Rounded": "salesperf.model.breakdown",
        "Sum": "salesperf.model.breakdown",
        "WeightedMean": "salesperf.model.breakdown",
        "Calendar": "salesperf.model.calendar",
        "FORECAST_CATEGORIES": "salesperf.model.change",
        "Change": "salesperf.model.change",
        "CONTACT_ROLES": "salesperf.model.customer",
        "Contact": "salesperf.model.customer",
        "Customer": "salesperf.model.customer",
        "Estimate": "salesperf.model.estimate",
        "ExchangeRate": "salesperf.model.exchange",
        "ExchangeRates": "salesperf.model.exchange",
        "Finding": "salesperf.model.finding",
        "FrozenMap": "salesperf.model.frozen",
        "LEAD_STATUSES": "salesperf.model.lead",
        "Lead": "salesperf.model.lead",
        "LeadChange": "salesperf.model.lead",
        "Touch": "salesperf.model.lead",
        "Message": "salesperf.model.message",
        "STANDARD_METRICS": "salesperf.model.metric",
        "Band": "salesperf.model.metric",
        "Metric": "salesperf.model.metric",
        "Opportunity": "salesperf.model.opportunity",
        "Visit": "salesperf.model.opportunity",
        "Override": "salesperf.model.override",
        "Move": "salesperf.model.people",
        "Org": "salesperf.model.people",
        "Rep": "salesperf.model.people",
        "Stint": "salesperf.model.people",
        "Team": "salesperf.model.people",
        "GRAINS": "salesperf.model.period",
        "Period": "salesperf.model.period",
        "STANDARD_PROCESSES": "salesperf.model.process",
        "SalesProcess": "salesperf.model.process",
        "Stage": "salesperf.model.stage",
        "Profile": "salesperf.model.profile",
        "Schedule": "salesperf.model.profile",
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
