"""Events of many sequences: how many of each kind, how far each sequence came, how long it stayed in each state."""

from salesperf.kernels.events.arrivals import Arrivals
from salesperf.kernels.events.counts import event_counts, median_of_counts
from salesperf.kernels.events.sequences import Courses, Events
from salesperf.kernels.events.stays import Stays

__all__ = ["Arrivals", "Courses", "Events", "Stays", "event_counts", "median_of_counts"]
