"""Pictures of results: each a Vega-Lite value with its words, in the reader's language, drawn without a browser.

To make a chart needs nothing beyond the core; :meth:`Chart.svg` and :meth:`Chart.png` need the extra ``charts``.
"""

from salesperf.charts.attainments import attainment_chart
from salesperf.charts.calibrations import calibration_chart
from salesperf.charts.chart import SCHEMA, Chart
from salesperf.charts.forecasts import SHARES, forecast_chart
from salesperf.charts.funnels import funnel_chart
from salesperf.charts.marks import INKS
from salesperf.charts.plans import plan_chart
from salesperf.charts.rankings import ranking_chart
from salesperf.charts.scores import score_chart
from salesperf.charts.survivals import survival_chart
from salesperf.charts.variances import variance_chart

__all__ = [
    "INKS",
    "SCHEMA",
    "SHARES",
    "Chart",
    "attainment_chart",
    "calibration_chart",
    "forecast_chart",
    "funnel_chart",
    "plan_chart",
    "ranking_chart",
    "score_chart",
    "survival_chart",
    "variance_chart",
]
