"""Feasibility: whether a target is reasonable, whether it is SMART, and what it takes to reach it."""

from salesperf.feasibility.assessing import Assessment, assess
from salesperf.feasibility.capacity import Capacity, CapacityEvidence
from salesperf.feasibility.checking import LETTERS, SmartCheck, SmartLetter, smart
from salesperf.feasibility.evidence import EVIDENCE, AmountRange, Evidence
from salesperf.feasibility.growth import GrowthEvidence, History
from salesperf.feasibility.market import Market, MarketEvidence
from salesperf.feasibility.outlook import ForecastEvidence, TellsChances
from salesperf.feasibility.policy import DEFAULT_POLICY, VERDICTS, Cuts, FeasibilityPolicy
from salesperf.feasibility.requiring import Requirement, required
from salesperf.feasibility.steps import STEPS, RequiredStep

__all__ = [
    "DEFAULT_POLICY",
    "EVIDENCE",
    "LETTERS",
    "STEPS",
    "VERDICTS",
    "AmountRange",
    "Assessment",
    "Capacity",
    "CapacityEvidence",
    "Cuts",
    "Evidence",
    "FeasibilityPolicy",
    "ForecastEvidence",
    "GrowthEvidence",
    "History",
    "Market",
    "MarketEvidence",
    "RequiredStep",
    "Requirement",
    "SmartCheck",
    "SmartLetter",
    "TellsChances",
    "assess",
    "required",
    "smart",
]
