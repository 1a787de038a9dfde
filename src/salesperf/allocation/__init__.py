"""Targets divided: a total over owners or over time, into parts that sum to it exactly and can be defended."""

from salesperf.allocation.allocating import allocate
from salesperf.allocation.bases import blend, capacity, equal, history
from salesperf.allocation.cascaded import Cascade, CascadeNode
from salesperf.allocation.cascading import cascade
from salesperf.allocation.dividing import Allocation
from salesperf.allocation.fairness import FairnessAudit, FairnessLine, FairnessMeasure, audit
from salesperf.allocation.gridding import PlanGrid, grid
from salesperf.allocation.inheriting import Inheritance, inherit
from salesperf.allocation.parts import Plan, TargetChange
from salesperf.allocation.policies import POLICIES
from salesperf.allocation.prorating import LEFT_OVER, Proration, prorate
from salesperf.allocation.rebalanced import Rebalanced, RebalancedLine
from salesperf.allocation.rebalancing import rebalance
from salesperf.allocation.season import Seasonality, SeasonalPart
from salesperf.allocation.seasonal_profile import seasonal_indices, seasonality
from salesperf.allocation.splitting import SplitColumns, split, split_columns
from salesperf.allocation.terms import Terms

__all__ = [
    "LEFT_OVER",
    "POLICIES",
    "Allocation",
    "Cascade",
    "CascadeNode",
    "FairnessAudit",
    "FairnessLine",
    "FairnessMeasure",
    "Inheritance",
    "Plan",
    "PlanGrid",
    "Proration",
    "Rebalanced",
    "RebalancedLine",
    "SeasonalPart",
    "Seasonality",
    "SplitColumns",
    "TargetChange",
    "Terms",
    "allocate",
    "audit",
    "blend",
    "capacity",
    "cascade",
    "equal",
    "grid",
    "history",
    "inherit",
    "prorate",
    "rebalance",
    "seasonal_indices",
    "seasonality",
    "split",
    "split_columns",
]
