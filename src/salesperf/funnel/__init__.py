"""The funnel: how far deals came, by stage, counted by a named rule and told with its uncertainty."""

from salesperf.funnel.analysis import FunnelReport, FunnelSegment, FunnelStage, analyze
from salesperf.funnel.counting import count, count_columns
from salesperf.funnel.rules import OUTCOMES, RULES
from salesperf.funnel.tally import FunnelTally
from salesperf.model.codes import Codes

__all__ = [
    "OUTCOMES",
    "RULES",
    "Codes",
    "FunnelReport",
    "FunnelSegment",
    "FunnelStage",
    "FunnelTally",
    "analyze",
    "count",
    "count_columns",
]
