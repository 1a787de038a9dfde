"""Time until something happens, where not everything has been seen to happen: curves, medians and tests from event tables."""

from salesperf.kernels.survival.comparison import LogRank, log_rank
from salesperf.kernels.survival.incidence_curve import IncidenceCurve, aalen_johansen
from salesperf.kernels.survival.steps import StepCurve
from salesperf.kernels.survival.survival_curve import RestrictedMean, SurvivalCurve, kaplan_meier
from salesperf.kernels.survival.table import EventTable

__all__ = [
    "EventTable",
    "IncidenceCurve",
    "LogRank",
    "RestrictedMean",
    "StepCurve",
    "SurvivalCurve",
    "aalen_johansen",
    "kaplan_meier",
    "log_rank",
]
