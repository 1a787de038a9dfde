"""Attainment and pace: what was done against what was owed, counted exactly and told with its uncertainty."""

from salesperf.attainment.attained import LEAST_WORKDAYS, Attainment
from salesperf.attainment.conversion import convert
from salesperf.attainment.counting import ActualTally, Codes, tally, tally_columns
from salesperf.attainment.growth import WorkdayGrowth
from salesperf.attainment.judging import AttainmentColumns, attain, roll_up, roll_up_columns
from salesperf.attainment.owed import OWED_BASES, Gap, Owed, OwedBasis, OwedPart
from salesperf.attainment.planned import TargetBook
from salesperf.attainment.statuses import STATUSES, Status, Thresholds

__all__ = [
    "LEAST_WORKDAYS",
    "OWED_BASES",
    "STATUSES",
    "ActualTally",
    "Attainment",
    "AttainmentColumns",
    "Codes",
    "Gap",
    "Owed",
    "OwedBasis",
    "OwedPart",
    "Status",
    "TargetBook",
    "Thresholds",
    "WorkdayGrowth",
    "attain",
    "convert",
    "roll_up",
    "roll_up_columns",
    "tally",
    "tally_columns",
]
