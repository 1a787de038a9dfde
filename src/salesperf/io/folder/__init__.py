"""A folder of plain CSV files in and out: the layout that a spreadsheet, a database export or a script can make.

All files but ``reps.csv`` are optional; what each may hold stands on the page about the CSV layout.
"""

from salesperf.io.folder.files import LAYOUTS
from salesperf.io.folder.layout import Layout
from salesperf.io.folder.reading import read, read_sample
from salesperf.io.folder.table import LIMIT_BYTES, MOST_FAULTS, Progress
from salesperf.io.folder.writing import write

__all__ = ["LAYOUTS", "LIMIT_BYTES", "MOST_FAULTS", "Layout", "Progress", "read", "read_sample", "write"]
