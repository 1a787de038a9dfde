"""The funnel: how far deals came, by stage, counted by a named rule and told with its uncertainty."""

from salesperf.funnel.analysis import FunnelReport, FunnelSegment, FunnelStage, analyze
from salesperf.funnel.bottleneck import VERDICTS, Bottleneck
from salesperf.funnel.chances import Chances
from salesperf.funnel.comparing import FunnelComparison, StageComparison, compare
from salesperf.funnel.counting import count, count_columns
from salesperf.funnel.lead_funnels import Joined, joined, lead_to_cash
from salesperf.funnel.levers import LEVERS, Velocity, VelocityChange, velocity, velocity_change
from salesperf.funnel.outcome_counting import outcomes, outcomes_columns
from salesperf.funnel.outcome_tally import OutcomeTally
from salesperf.funnel.restoring import bottlenecks
from salesperf.funnel.rules import OUTCOMES, RULES
from salesperf.funnel.stage_timing import TimeInStage, time_in_stage
from salesperf.funnel.staleness import StaleReport, StaleStage, stale
from salesperf.funnel.tally import FunnelTally
from salesperf.funnel.win_timing import TimeToWin, time_to_win
from salesperf.model.codes import Codes

__all__ = [
    "LEVERS",
    "OUTCOMES",
    "RULES",
    "VERDICTS",
    "Bottleneck",
    "Chances",
    "Codes",
    "FunnelComparison",
    "FunnelReport",
    "FunnelSegment",
    "FunnelStage",
    "FunnelTally",
    "Joined",
    "OutcomeTally",
    "StageComparison",
    "StaleReport",
    "StaleStage",
    "TimeInStage",
    "TimeToWin",
    "Velocity",
    "VelocityChange",
    "analyze",
    "bottlenecks",
    "compare",
    "count",
    "count_columns",
    "joined",
    "lead_to_cash",
    "outcomes",
    "outcomes_columns",
    "stale",
    "time_in_stage",
    "time_to_win",
    "velocity",
    "velocity_change",
]
