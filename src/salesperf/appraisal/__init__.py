"""Appraisals (绩效考核): scores by a scheme, calibration, forced distribution, promotion, recognition and training."""

from salesperf.appraisal.appraising import Appraisal, CalibrationStep, appraise, missing_parts
from salesperf.appraisal.distributing import SMALLEST_GROUP, TIES, BandCut, Distribution, DistributionLine, Ties, distribute
from salesperf.appraisal.funnel_limits import FunnelLimits
from salesperf.appraisal.promoting import (
    RECOGNITION_KINDS,
    Condition,
    Eligibility,
    PromotionRule,
    Recognition,
    RecognitionKind,
    RecognitionRule,
    eligibility,
    recognize,
)
from salesperf.appraisal.ranking import RANKED, Ranked, Ranking, rank_means, rank_rates
from salesperf.appraisal.rewarding import REWARD_KINDS, Reward, RewardKind, RewardRule
from salesperf.appraisal.scheme import RATING, STANDARD_SCHEMES, AppraisalScheme
from salesperf.appraisal.training import TrainingEffect, TrainingNeed, training_effect, training_needs

__all__ = [
    "RANKED",
    "RATING",
    "RECOGNITION_KINDS",
    "REWARD_KINDS",
    "SMALLEST_GROUP",
    "STANDARD_SCHEMES",
    "TIES",
    "Appraisal",
    "AppraisalScheme",
    "BandCut",
    "CalibrationStep",
    "Condition",
    "Distribution",
    "DistributionLine",
    "Eligibility",
    "FunnelLimits",
    "PromotionRule",
    "Ranked",
    "Ranking",
    "Recognition",
    "RecognitionKind",
    "RecognitionRule",
    "Reward",
    "RewardKind",
    "RewardRule",
    "Ties",
    "TrainingEffect",
    "TrainingNeed",
    "appraise",
    "distribute",
    "eligibility",
    "missing_parts",
    "rank_means",
    "rank_rates",
    "recognize",
    "training_effect",
    "training_needs",
]
