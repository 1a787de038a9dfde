"""Scorecards: the one way to grade, from facts through points and weights to a score, a band and its reasons."""

from salesperf.scorecard.bands import DIGITS, Bands
from salesperf.scorecard.card import Scorecard
from salesperf.scorecard.comparing import CriterionChange, ScoreChange, diff
from salesperf.scorecard.criteria import MISSING, MODES, Criterion, Gate, Missing, Mode
from salesperf.scorecard.explaining import Explanation, Reason, explain
from salesperf.scorecard.scored import TREATMENTS, CriterionScore, GateScore, Leaf, Score, Treatment
from salesperf.scorecard.searching import ChangeSet, FactChange
from salesperf.scorecard.supposing import Lift, what_if

__all__ = [
    "DIGITS",
    "MISSING",
    "MODES",
    "TREATMENTS",
    "Bands",
    "ChangeSet",
    "Criterion",
    "CriterionChange",
    "CriterionScore",
    "Explanation",
    "FactChange",
    "Gate",
    "GateScore",
    "Leaf",
    "Lift",
    "Missing",
    "Mode",
    "Reason",
    "Score",
    "ScoreChange",
    "Scorecard",
    "Treatment",
    "diff",
    "explain",
    "what_if",
]
