"""OKRs and KPIs: how far objectives have come, what numbers are worth, and both together under stated weights."""

from salesperf.okr.assessing import STATED, StatedPolicy, assess
from salesperf.okr.combining import CombinedScore, combine
from salesperf.okr.coverage import ScoreCoverage
from salesperf.okr.judging import BANDS, STATUSES, OkrStatus
from salesperf.okr.kpi import STANDARD_KPI_SETS, Kpi, KpiSet
from salesperf.okr.kpi_score import KpiFact, KpiScore, score_kpis
from salesperf.okr.objective_score import BASES, Basis, KeyResultScore, ObjectiveScore

__all__ = [
    "BANDS",
    "BASES",
    "STANDARD_KPI_SETS",
    "STATED",
    "STATUSES",
    "Basis",
    "CombinedScore",
    "KeyResultScore",
    "Kpi",
    "KpiFact",
    "KpiScore",
    "KpiSet",
    "ObjectiveScore",
    "OkrStatus",
    "ScoreCoverage",
    "StatedPolicy",
    "assess",
    "combine",
    "score_kpis",
]
