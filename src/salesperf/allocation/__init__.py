"""Targets divided: a total over owners or over time, into parts that sum to it exactly and can be defended."""

from salesperf.allocation.allocating import Allocation, allocate
from salesperf.allocation.bases import equal
from salesperf.allocation.parts import Plan, TargetChange
from salesperf.allocation.splitting import split

__all__ = ["Allocation", "Plan", "TargetChange", "allocate", "equal", "split"]
