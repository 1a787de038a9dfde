"""The pipeline: open deals and their value, what was decided, what slipped, and how one day's became another's."""

from salesperf.pipeline.bridging import Bridge, BridgeLine, bridge
from salesperf.pipeline.concentrated import Concentration
from salesperf.pipeline.covering import Coverage, coverage
from salesperf.pipeline.deals import OUTCOMES, Outcome
from salesperf.pipeline.decided import ClosedDeal, ClosedDeals, Counted, closed
from salesperf.pipeline.open_deals import ACTIONABLE_FLAGS, AGE_UNITS, FLAGS, AgeUnit, Flag, OpenDeal
from salesperf.pipeline.open_pipeline import Pipeline, PipelineGroup, StageAge, snapshot
from salesperf.pipeline.replaying import MOVEMENTS, BridgeStep, Movement
from salesperf.pipeline.slipping import STANDINGS, DueDeal, SlipGroup, SlipReport, Standing, slips

__all__ = [
    "ACTIONABLE_FLAGS",
    "AGE_UNITS",
    "FLAGS",
    "MOVEMENTS",
    "OUTCOMES",
    "STANDINGS",
    "AgeUnit",
    "Bridge",
    "BridgeLine",
    "BridgeStep",
    "ClosedDeal",
    "ClosedDeals",
    "Concentration",
    "Counted",
    "Coverage",
    "DueDeal",
    "Flag",
    "Movement",
    "OpenDeal",
    "Outcome",
    "Pipeline",
    "PipelineGroup",
    "SlipGroup",
    "SlipReport",
    "StageAge",
    "Standing",
    "bridge",
    "closed",
    "coverage",
    "slips",
    "snapshot",
]
