"""Grading leads: chances learnt from what became of others, classes by value, warmth by touches, and fit."""

from salesperf.grading.by_value import abc
from salesperf.grading.calibration import Calibration, LiftPoint, ReliabilityBin, calibrate
from salesperf.grading.fit import STANDARD_GRADES, FitMatrix, GradeModel, MatrixCell, fit_by_engagement, grade
from salesperf.grading.graded import GradedLead
from salesperf.grading.heat import temperature
from salesperf.grading.learning import MATURITY_DAYS, BacktestDay, LeadBacktest, Learnt, backtest_leads, learn
from salesperf.grading.naive_bayes import FEWEST_CASES, NaiveBayes
from salesperf.grading.prediction import FactEvidence, Prediction
from salesperf.grading.warmth import STANDARD_TEMPERATURE, TemperaturePolicy, TouchRule, Warmth, WarmthEntry
from salesperf.model.codes import Codes

__all__ = [
    "FEWEST_CASES",
    "MATURITY_DAYS",
    "STANDARD_GRADES",
    "STANDARD_TEMPERATURE",
    "BacktestDay",
    "Calibration",
    "Codes",
    "FactEvidence",
    "FitMatrix",
    "GradeModel",
    "GradedLead",
    "LeadBacktest",
    "Learnt",
    "LiftPoint",
    "MatrixCell",
    "NaiveBayes",
    "Prediction",
    "ReliabilityBin",
    "TemperaturePolicy",
    "TouchRule",
    "Warmth",
    "WarmthEntry",
    "abc",
    "backtest_leads",
    "calibrate",
    "fit_by_engagement",
    "grade",
    "learn",
    "temperature",
]
