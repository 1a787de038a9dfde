"""Formulas of targets: what was reached, against what was planned and the time that has passed."""

from typing import overload

import numpy as np

from salesperf.formulas.quotient import per
from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number

__all__ = [
    "achievement",
    "attainment_ratio",
    "compound_growth_rate",
    "growth_rate",
    "inverse_achievement",
    "pace",
    "required_run_rate",
    "run_rate",
    "time_progress",
    "time_progress_gap",
    "variance",
]


@overload
def attainment_ratio(actual: Number, target: Number) -> float: ...
@overload
def attainment_ratio(actual: AnyColumn, target: AnyColumn) -> Column: ...
@elementwise()
def attainment_ratio(actual: Column, target: Column) -> Column:
    """Quota attainment (达成率): the share of a target that was reached.

    Parameters
    ----------
    actual, target
        In one unit; numbers or columns.

    Returns
    -------
    float or Column
        A fraction, 1 for on target; ``nan`` where the target is 0 or less.

    Notes
    -----
    actual / target

    References
    ----------
    SAP, *Strategy Management*, "Achievement scores".

    Examples
    --------
    >>> attainment_ratio(90, 120)
    0.75
    """
    return per(actual, target)


@overload
def achievement(actual: Number, target: Number) -> float: ...
@overload
def achievement(actual: AnyColumn, target: AnyColumn) -> Column: ...
@elementwise()
def achievement(actual: Column, target: Column) -> Column:
    """Achievement where lower is better (逆向指标达成率): how far a cost or a delay kept below its target.

    Parameters
    ----------
    actual, target
        In one unit; numbers or columns.

    Returns
    -------
    float or Column
        A fraction, 1 for on target, above 1 for less than the target, below 0 for more than twice as much; ``nan``
        where the target is 0 or less.

    Notes
    -----
    2 - actual / target. Linear, and defined at 0, as :func:`inverse_achievement` is not.

    References
    ----------
    Stratec, *Gestão Estratégica 2.0*, "Performance calculations", downwards polarity.

    Examples
    --------
    >>> achievement(45, 50)
    1.1
    """
    return 2 - per(actual, target)


@overload
def inverse_achievement(actual: Number, target: Number) -> float: ...
@overload
def inverse_achievement(actual: AnyColumn, target: AnyColumn) -> Column: ...
@elementwise()
def inverse_achievement(actual: Column, target: Column) -> Column:
    """Achievement where lower is better, as a quotient (逆向指标达成率, 倒数法).

    Parameters
    ----------
    actual, target
        In one unit; numbers or columns.

    Returns
    -------
    float or Column
        A fraction, 1 for on target; ``nan`` where the target or the actual is 0 or less.

    Notes
    -----
    target / actual. Half the target counts as 2, a tenth as 10: :func:`achievement` is the milder convention, and ours.

    References
    ----------
    CodingAce, *KPI achievement rate*, for measures of which lower is better.

    Examples
    --------
    >>> inverse_achievement(40, 50)
    1.25
    """
    return per(np.where(target > 0, target, np.nan), actual)


@overload
def variance(actual: Number, target: Number) -> float: ...
@overload
def variance(actual: AnyColumn, target: AnyColumn) -> Column: ...
@elementwise()
def variance(actual: Column, target: Column) -> Column:
    """Variance to target (目标差额): falling short is negative.

    Parameters
    ----------
    actual, target
        In one unit; numbers or columns.

    Returns
    -------
    float or Column
        In the unit of the target.

    Notes
    -----
    actual - target

    References
    ----------
    ERPNext, report "Sales Person Target Variance".

    Examples
    --------
    >>> variance(10, 50)
    -40.0
    """
    return actual - target


@overload
def growth_rate(current: Number, previous: Number) -> float: ...
@overload
def growth_rate(current: AnyColumn, previous: AnyColumn) -> Column: ...
@elementwise()
def growth_rate(current: Column, previous: Column) -> Column:
    """Growth (增长率): the change relative to an earlier period (同比 a year before, 环比 the period before).

    Parameters
    ----------
    current, previous
        Values of the two periods, in one unit; numbers or columns.

    Returns
    -------
    float or Column
        A fraction: 0.1 is growth by a tenth; ``nan`` where the earlier value is 0 or less.

    Notes
    -----
    (current - previous) / previous

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 4.

    Examples
    --------
    >>> growth_rate(120, 100)
    0.2
    """
    return per(current - previous, previous)


@overload
def compound_growth_rate(first: Number, last: Number, periods: Number) -> float: ...
@overload
def compound_growth_rate(first: AnyColumn, last: AnyColumn, periods: AnyColumn) -> Column: ...
@elementwise()
def compound_growth_rate(first: Column, last: Column, periods: Column) -> Column:
    """Compound growth (复合增长率, CAGR): the even growth in each period that leads from the first value to the last.

    Parameters
    ----------
    first, last
        Values at the two ends, in one unit; numbers or columns.
    periods
        Periods between them: from 2022 to 2025 it is 3.

    Returns
    -------
    float or Column
        A fraction of each period; ``nan`` where the first value or the number of periods is 0 or less, or the last
        value is negative.

    Notes
    -----
    (last / first) ^ (1 / periods) - 1

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 4.

    Examples
    --------
    >>> round(compound_growth_rate(100, 121, 2), 12)
    0.1
    """
    return np.expm1(per(np.log(per(last, first)), periods))


@overload
def pace(actual: Number, planned_to_date: Number) -> float: ...
@overload
def pace(actual: AnyColumn, planned_to_date: AnyColumn) -> Column: ...
@elementwise()
def pace(actual: Column, planned_to_date: Column) -> Column:
    """Pace (进度达成率): what was reached as a share of what the plan asked for by now.

    Parameters
    ----------
    actual
        What was reached so far; a number or a column.
    planned_to_date
        The part of the target that the plan (a seasonal profile, workdays) puts up to now; in the same unit.

    Returns
    -------
    float or Column
        A fraction, 1 for on plan; ``nan`` where nothing was planned yet.

    Notes
    -----
    actual / planned to date

    References
    ----------
    Project Management Institute, *The Standard for Earned Value Management*, 2019: the schedule performance index.

    Examples
    --------
    >>> pace(45, 50)
    0.9
    """
    return per(actual, planned_to_date)


@overload
def time_progress(elapsed: Number, total: Number) -> float: ...
@overload
def time_progress(elapsed: AnyColumn, total: AnyColumn) -> Column: ...
@elementwise()
def time_progress(elapsed: Column, total: Column) -> Column:
    """Time progress (时间进度): the share of the period that has passed.

    Parameters
    ----------
    elapsed, total
        Days or workdays, of the period so far and of all of it; numbers or columns.

    Returns
    -------
    float or Column
        A fraction, 1 at the end.

    Notes
    -----
    elapsed / total

    References
    ----------
    The practice of sales reports in Chinese, which set it beside the completion so far (完成进度).

    Examples
    --------
    >>> time_progress(15, 20)
    0.75
    """
    return per(elapsed, total)


@overload
def time_progress_gap(attainment_ratio: Number, time_progress: Number) -> float: ...
@overload
def time_progress_gap(attainment_ratio: AnyColumn, time_progress: AnyColumn) -> Column: ...
@elementwise()
def time_progress_gap(attainment_ratio: Column, time_progress: Column) -> Column:
    """Gap to time progress (进度差): by how much attainment runs ahead of the calendar.

    Parameters
    ----------
    attainment_ratio, time_progress
        Fractions; numbers or columns.

    Returns
    -------
    float or Column
        Percentage points; negative is behind.

    Notes
    -----
    100 (attainment - time progress)

    References
    ----------
    As :func:`time_progress`. In a seasonal trade :func:`pace` is the fairer measure.

    Examples
    --------
    >>> time_progress_gap(0.5, 0.75)
    -25.0
    """
    return 100 * (attainment_ratio - time_progress)


@overload
def run_rate(actual: Number, elapsed: Number, total: Number) -> float: ...
@overload
def run_rate(actual: AnyColumn, elapsed: AnyColumn, total: AnyColumn) -> Column: ...
@elementwise()
def run_rate(actual: Column, elapsed: Column, total: Column) -> Column:
    """Run rate (按当前进度预计): where the period ends if all goes on as it went so far.

    Parameters
    ----------
    actual
        What was reached so far; a number or a column.
    elapsed, total
        Days or workdays, of the period so far and of all of it.

    Returns
    -------
    float or Column
        In the unit of the actual; ``nan`` before the first day has passed.

    Notes
    -----
    actual x total / elapsed

    References
    ----------
    CodingAce, *Quarterly run rate*.

    Examples
    --------
    >>> run_rate(96_000, 12, 30)
    240000.0
    """
    return per(actual * total, elapsed)


@overload
def required_run_rate(actual: Number, target: Number, remaining: Number) -> float: ...
@overload
def required_run_rate(actual: AnyColumn, target: AnyColumn, remaining: AnyColumn) -> Column: ...
@elementwise()
def required_run_rate(actual: Column, target: Column, remaining: Column) -> Column:
    """Run rate required from now on (剩余日均需完成): what each remaining day has to bring.

    Parameters
    ----------
    actual, target
        In one unit; numbers or columns.
    remaining
        Days or workdays that are left.

    Returns
    -------
    float or Column
        In the unit of the target a day; 0 once the target is reached, ``nan`` where no day is left.

    Notes
    -----
    max(target - actual, 0) / remaining

    References
    ----------
    CodingAce, *Quarterly run rate*: the required daily revenue.

    Examples
    --------
    >>> required_run_rate(300, 500, 8)
    25.0
    """
    return per(np.maximum(target - actual, 0), remaining)
