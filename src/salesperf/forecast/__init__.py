"""Forecasts: what a period may bring, as a distribution with its reasons, and how far past ones were right."""

from salesperf.forecast.backtest_report import BacktestLine, BacktestReport, RepOptimism
from salesperf.forecast.backtesting import backtest
from salesperf.forecast.bridging import (
    FORECAST_MOVEMENTS,
    ForecastBridge,
    ForecastLine,
    ForecastMovement,
    ForecastStep,
)
from salesperf.forecast.categories import CategoryLine
from salesperf.forecast.creation import NewBusiness, NewDeals, learn_new_business
from salesperf.forecast.deals import (
    CHANCE_SOURCES,
    MEASURES,
    STANDINGS,
    ChanceSource,
    ForecastDeal,
    Measure,
    Standing,
    WonDeal,
)
from salesperf.forecast.outlook import Outlook, SensitivityLine
from salesperf.forecast.projected import Forecast, WhatIf
from salesperf.forecast.projecting import project
from salesperf.forecast.terms import FALLBACKS, LEARNT_BY, Fallback, ForecastTerms, LearntBy

__all__ = [
    "CHANCE_SOURCES",
    "FALLBACKS",
    "FORECAST_MOVEMENTS",
    "LEARNT_BY",
    "MEASURES",
    "STANDINGS",
    "BacktestLine",
    "BacktestReport",
    "CategoryLine",
    "ChanceSource",
    "Fallback",
    "Forecast",
    "ForecastBridge",
    "ForecastDeal",
    "ForecastLine",
    "ForecastMovement",
    "ForecastStep",
    "ForecastTerms",
    "LearntBy",
    "Measure",
    "NewBusiness",
    "NewDeals",
    "Outlook",
    "RepOptimism",
    "SensitivityLine",
    "Standing",
    "WhatIf",
    "WonDeal",
    "backtest",
    "learn_new_business",
    "project",
]
