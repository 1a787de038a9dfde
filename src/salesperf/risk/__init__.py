"""Risks: a register with scores and trends, the tasks of a plan and what is late, and risks that results show by themselves."""

from salesperf.risk.among_customers import customer_risks
from salesperf.risk.automatic import LEAST_DEAL_SHARE, people_risks, pipeline_risks, plan_risks
from salesperf.risk.making import RISK_SCALES
from salesperf.risk.people import attrition
from salesperf.risk.registering import RISK_BANDS, RISK_CARD, TRENDS, RiskLine, RiskRegister, Trend, register
from salesperf.risk.tracking import PlanProgress, TaskLine, track

__all__ = [
    "LEAST_DEAL_SHARE",
    "RISK_BANDS",
    "RISK_CARD",
    "RISK_SCALES",
    "TRENDS",
    "PlanProgress",
    "RiskLine",
    "RiskRegister",
    "TaskLine",
    "Trend",
    "attrition",
    "customer_risks",
    "people_risks",
    "pipeline_risks",
    "plan_risks",
    "register",
    "track",
]
